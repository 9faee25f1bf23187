"""The life of a turn in the database: accepted, loaded, answered, committed; each a unit of work of its own."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping

from sqlalchemy import Connection

from contracts.conversation import InboundMessage, Owner
from contracts.decision import Decision
from contracts.effects import ActOnCallback, Effect, FileTicket, HandOff, Remedy
from contracts.errors import NotFound, PlatformUnavailable, YoubanError
from contracts.platform import Customer, FuelPlatform
from service import metrics
from service.answers.rules import Plan, Voice
from service.answers.service import Answers
from service.callbacks import service as callbacks
from service.conversations import service as conversations
from service.conversations.service import StaleEpoch
from service.db import Database
from service.tickets import service as tickets
from service.turns import repository
from service.turns.effects import service as effects
from service.turns.effects.service import Known
from service.turns.intake.service import Accepted, Intake, TurnInput

# What other domains may use of this one, beside the functions below.
from service.turns.repository import (  # isort: skip
    JudgedTurn as JudgedTurn,
    judged as judged,
    judged_of as judged_of,
    move as move,
)

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
AT_THE_PUMP = timedelta(hours=2)
"""So long after the payment somebody without fuel is taken to stand at the pump."""
LATEST_ORDERS = 5


class StaleAttempt(Exception):
    """Another attempt has the turn; what this one wanted is dropped."""


@dataclass(frozen=True)
class Committed:
    """What a turn committed: its replies as customers get them, and who owns the conversation now."""

    messages: list[dict[str, Any]]
    state: str


class Turns:
    """Accepts, answers and commits turns."""

    def __init__(
        self,
        database: Database,
        answers: Answers,
        platform: FuelPlatform,
        voice: Voice,
        lease: float,
        message_limit: int,
        watch: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._answers = answers
        self._platform = platform
        self._voice = voice
        self._intake = Intake(lease, message_limit)
        self._watch = watch
        self._clock = clock

    async def accept(self, inbound: InboundMessage) -> Accepted:
        """Store the message durably under its sequence number; a repeated one is found again.

        Raises:
            NotFound: there is no such conversation.
        """
        now = self._clock()
        return await self._database.write(lambda connection: self._intake.accept(connection, inbound, now))

    async def run(self, turn_id: int, claimed: TurnInput | None) -> Committed | None:
        """Answer the turn and commit; None when it is finished already, not to be had, or went to a person."""
        turn_input = claimed
        if turn_input is None:
            now = self._clock()
            turn_input = await self._database.write(lambda connection: self._intake.claim(connection, turn_id, now))
        if turn_input is None:
            return None
        started = time.perf_counter()
        decision, plan = await self._answer(turn_input)
        known = await self._look_up(turn_input.situation.customer_id, plan, self._clock())
        elapsed_ms = (time.perf_counter() - started) * 1000
        now = self._clock()
        committed = None
        try:
            committed = await self._database.write(
                lambda connection: self._commit(connection, turn_input, decision, plan, known, elapsed_ms, now)
            )
        except StaleAttempt as stale:
            log.info("dropped: %s", stale)
        except StaleEpoch as stale:
            log.info("dropped, the message goes to the new owner: %s", stale)
            await self._database.write(lambda connection: self._to_new_owner(connection, turn_input, now))
        metrics.turn(decision, elapsed_ms)
        return committed

    async def outcome(self, accepted: Accepted) -> tuple[list[dict[str, Any]], str]:
        """The replies of the turn as customers get them, and who owns the conversation now."""

        def work(connection: Connection) -> tuple[list[dict[str, Any]], str]:
            rows = conversations.messages_of_turn(connection, accepted.turn_id) if accepted.turn_id else []
            owner = conversations.require(connection, accepted.conversation_id).owner
            return [conversations.wire(row) for row in rows], owner.value

        return await self._database.read(work)

    async def abandoned(self) -> list[Accepted]:
        """Turns whose lease is over."""

        def work(connection: Connection) -> list[Accepted]:
            found = (repository.turn(connection, i) for i in repository.abandoned(connection, time.time()))
            return [Accepted(t.conversation_id, t.seq, t.id) for t in found if t is not None]

        return await self._database.read(work)

    async def _answer(self, turn_input: TurnInput) -> tuple[Decision | None, Plan]:
        """The plan; after several attempts that ended nowhere, words and a person instead of one more."""
        if turn_input.attempt > MAX_ATTEMPTS:
            return None, self._answers.failure(turn_input.situation)
        try:
            return await self._answers.answer(turn_input.situation)
        except YoubanError:
            log.exception("turn %s: no answer", turn_input.situation.turn_id)
            return None, self._answers.failure(turn_input.situation)

    async def _look_up(self, customer_id: str | None, plan: Plan, now: datetime) -> Known:
        """What the platform knows that the plan's effects need, before the transaction begins."""
        filed = [e for e in plan.effects if isinstance(e, FileTicket)]
        asks = any(isinstance(e, (HandOff, Remedy, ActOnCallback)) or _wants_call(e) for e in plan.effects)
        customer = await self._customer(customer_id) if asks and customer_id is not None else None
        handed_over = customer is not None and any(isinstance(e, HandOff) for e in plan.effects)
        return Known(
            level=customer.level if customer is not None else None,
            phone=customer.phone if customer is not None else None,
            at_the_pump=handed_over and await self._at_the_pump(customer_id, now),
            tickets={e.number: await tickets.circumstances(self._platform, customer_id, e) for e in filed},
        )

    async def _customer(self, customer_id: str) -> Customer | None:
        """Level and number, for his place in the queue and his limits; unknown when the platform is silent."""
        try:
            return await self._platform.customer(customer_id)
        except (PlatformUnavailable, NotFound) as error:
            log.warning("customer without level: %s", error)
            return None

    async def _at_the_pump(self, customer_id: str | None, now: datetime) -> bool:
        """Whether he has paid a short while ago and nothing flows yet; no when the platform is silent."""
        try:
            orders = await self._platform.orders(customer_id, limit=LATEST_ORDERS) if customer_id is not None else ()
        except (PlatformUnavailable, NotFound) as error:
            log.warning("customer without orders: %s", error)
            return False
        return any(o.status == "paid" and now - (o.paid_at or o.created_at) <= AT_THE_PUMP for o in orders)

    def _commit(
        self,
        connection: Connection,
        turn_input: TurnInput,
        decision: Decision | None,
        plan: Plan,
        known: Known,
        elapsed_ms: float,
        now: datetime,
    ) -> Committed:
        """Replies, effects, dialogue, turn and outbox rows: one transaction, or nothing."""
        situation = turn_input.situation
        conversation = conversations.require_epoch(connection, situation.conversation_id, turn_input.epoch)
        closed = repository.finish(
            connection,
            situation.turn_id,
            turn_input.attempt,
            status="done",
            outcome=plan.outcome,
            elapsed_ms=elapsed_ms,
            finished_at=now,
            **(_judgement(decision) if decision is not None else {}),
        )
        if not closed:
            raise StaleAttempt(f"turn {situation.turn_id}, attempt {turn_input.attempt}")
        effects.change_dialogue(connection, situation, plan, now)
        replies, owner = effects.carry_out(
            connection, conversation, situation, plan, known, self._watch, self._voice, now
        )
        rows = conversations.append(connection, conversation, replies, now, turn_id=situation.turn_id, owner=owner)
        return Committed([conversations.wire_row(row) for row in rows], owner.value)

    def _to_new_owner(self, connection: Connection, turn_input: TurnInput, now: datetime) -> None:
        """The conversation changed hands: a person answers now, or the turn is run again for the assistant."""
        situation = turn_input.situation
        conversation = conversations.require(connection, situation.conversation_id, lock=True)
        if conversation.owner is Owner.HUMAN:
            values: Mapping[str, Any] = {"status": "to_human", "finished_at": now}
        else:
            values = {"status": "pending", "lease_until": 0.0}
        repository.finish(connection, situation.turn_id, turn_input.attempt, **values)


def _wants_call(effect: Effect) -> bool:
    return isinstance(effect, FileTicket) and effect.category == callbacks.CATEGORY


def _judgement(decision: Decision) -> dict[str, Any]:
    return {
        "label": decision.label,
        "kind": decision.kind.value,
        "tier": decision.tier.value,
        "guard": decision.guard,
        "confidence": decision.confidence,
        "sentiment": decision.sentiment.label,
        "sentiment_score": decision.sentiment.score,
        "trace": [step.to_dict() for step in decision.trace],
    }
