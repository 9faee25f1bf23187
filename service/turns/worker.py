"""Runs turns: one after another in a conversation, conversations side by side, abandoned ones again."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Sequence

from contracts.conversation import InboundMessage
from service.loop import Loop
from service.turns.intake.service import Accepted
from service.turns.service import Committed, Turns

log = logging.getLogger(__name__)

RECOVERY_SECONDS = 1.0


@dataclass(frozen=True)
class TurnReply:
    """What the customer gets back: the sequence number of his message, the replies that are there, the owner."""

    seq: int
    messages: Sequence[Mapping[str, Any]]
    state: str


class TurnRunner:
    """Takes messages in and sees that each is answered once."""

    def __init__(self, turns: Turns, timeout: float, committed: Callable[[], None]) -> None:
        self._turns = turns
        self._timeout = timeout
        self._committed = committed
        self._lanes: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, int] = defaultdict(int)
        self._tasks: dict[int, asyncio.Task[Committed | None]] = {}

    async def receive(self, inbound: InboundMessage) -> TurnReply:
        """Store the message, then wait for its turn, but not longer than the time limit.

        Raises:
            NotFound: there is no such conversation.
        """
        accepted = await self._turns.accept(inbound)
        if accepted.turn_id is None:
            self._committed()
        elif not accepted.finished:
            task = self._start(accepted)
            done, _ = await asyncio.wait({task}, timeout=self._timeout)
            committed = task.result() if done else None
            if committed is not None:
                return TurnReply(accepted.seq, committed.messages, committed.state)
        messages, state = await self._turns.outcome(accepted)
        return TurnReply(accepted.seq, messages, state)

    def _start(self, accepted: Accepted) -> asyncio.Task[Committed | None]:
        assert accepted.turn_id is not None
        known = self._tasks.get(accepted.turn_id)
        if known is not None:
            return known
        task = asyncio.create_task(self._run(accepted), name=f"turn {accepted.turn_id}")
        self._tasks[accepted.turn_id] = task
        task.add_done_callback(lambda _done: self._tasks.pop(accepted.turn_id or 0, None))
        return task

    async def _run(self, accepted: Accepted) -> Committed | None:
        assert accepted.turn_id is not None
        committed = None
        async with self._lane(accepted.conversation_id):
            try:
                committed = await self._turns.run(accepted.turn_id, accepted.turn_input)
            except Exception:
                # The row keeps its lease: when that is over, recovery takes the turn up again.
                log.exception("turn %s failed", accepted.turn_id)
        self._committed()
        return committed

    def _lane(self, conversation_id: str) -> _Lane:
        return _Lane(conversation_id, self._lanes, self._waiting)

    async def recover(self) -> None:
        """Take up turns that nobody finished, now and every second, until cancelled."""
        await Loop("recovery", self._take_up, RECOVERY_SECONDS).run()

    async def _take_up(self) -> None:
        for accepted in await self._turns.abandoned():
            self._start(accepted)

    async def drain(self, seconds: float) -> None:
        """Let running turns finish before the process ends."""
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()), timeout=seconds)


class _Lane:
    """The lock of one conversation, kept only while somebody needs it."""

    def __init__(self, key: str, lanes: dict[str, asyncio.Lock], waiting: dict[str, int]) -> None:
        self._key, self._lanes, self._waiting = key, lanes, waiting

    async def __aenter__(self) -> None:
        self._waiting[self._key] += 1
        await self._lanes.setdefault(self._key, asyncio.Lock()).acquire()

    async def __aexit__(self, *_error: object) -> None:
        self._lanes[self._key].release()
        self._waiting[self._key] -= 1
        if not self._waiting[self._key]:
            del self._waiting[self._key]
            del self._lanes[self._key]
