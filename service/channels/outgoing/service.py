"""What other systems are told: subscriptions, one delivery for each event and hook, retries, a shelf, replay."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.errors import NotFound
from service.agents import service as agents
from service.channels.outgoing import repository, rules
from service.channels.outgoing.client import SignedPost
from service.clock import utc_now
from service.delivery import service as delivery
from service.delivery.worker import Later
from service.house import House

# What endpoints of this domain may use, beside the class below.
from service.channels.outgoing.repository import (  # isort: skip
    DeliveryRow as DeliveryRow,
    HookRow as HookRow,
)

HOOK = "hook"
"""Topic: one delivery on its way."""
KEPT = timedelta(days=30)
_GONE = 410


class BadHook(Exception):
    """A subscription cannot be made like this; `str(error)` says so to the administrator."""


class Outgoing:
    """Webhooks for the platform's own systems."""

    def __init__(self, house: House, post: SignedPost) -> None:
        self._house, self._post = house, post

    async def announce(self, event_id: str, payload: Mapping[str, Any]) -> None:
        """The outbox' handler of events: a delivery for each hook that wants it, made once."""
        now = utc_now()
        await self._house.database.write(lambda c: _spread(c, event_id, payload["event"], payload["data"], now))

    async def deliver(self, delivery_id: str, _payload: Mapping[str, Any]) -> None:
        """The outbox' handler of deliveries.

        Raises:
            Later: it did not work, there will be another try.
        """
        number = int(delivery_id)
        row = await self._house.database.read(lambda c: repository.delivery(c, number))
        hook = await self._house.database.read(lambda c: repository.hook(c, row.hook_id)) if row is not None else None
        if row is None or hook is None or row.status != "waiting" or not hook.active:
            return
        body = {"id": row.event_id, "event": row.event, "at": row.created_at.isoformat(), "data": row.payload}
        answer = await self._post.send(
            hook.url, hook.secret, json.dumps(body, ensure_ascii=False).encode(), row.event_id
        )
        attempts, now = row.attempts + 1, utc_now()
        words = f"{answer.status} {answer.words}".strip()[:200]
        status = "sent" if answer.done else "waiting"
        if not answer.done and (attempts >= rules.MAX_ATTEMPTS or answer.status == _GONE):
            status = "dead"
        await self._house.database.write(
            lambda c: repository.update_delivery(
                c, number, status=status, attempts=attempts, answer=words, updated_at=now
            )
        )
        if status == "waiting":
            raise Later(time.time() + max(rules.pause(attempts), answer.retry_after))

    async def hooks(self) -> list[HookRow]:
        return await self._house.database.read(repository.all_hooks)

    async def subscribe(self, url: str, events: Sequence[str], secret: str | None, actor: str) -> HookRow:
        """A new subscription.

        Raises:
            BadHook: see there.
        """
        if not rules.acceptable(url, private=self._house.settings.hooks_private):
            raise BadHook("地址要以 https:// 开头，并且不能指向内网（内网地址需要先在设置里允许）")
        unknown = [e for e in events if e not in rules.EVENTS]
        if unknown or not events:
            raise BadHook(f"没有这种事件：{'、'.join(unknown) or '请至少选一种'}")
        now = utc_now()
        values: dict[str, Any] = {
            "url": url,
            "secret": secret or rules.new_secret(),
            "events": sorted(set(events)),
            "active": True,
            "created_by": actor,
            "created_at": now,
        }

        def work(connection: Connection) -> HookRow:
            hook_id = repository.insert_hook(connection, **values)
            agents.audit(connection, actor, "hook.made", str(hook_id), {"url": url, "events": list(events)}, now)
            return _required(connection, hook_id)

        return await self._house.database.write(work)

    async def switch(self, hook_id: int, active: bool, actor: str) -> HookRow:
        """Stop or go on; what waited while it was off is sent when somebody replays it.

        Raises:
            NotFound: there is no such hook.
        """
        now = utc_now()

        def work(connection: Connection) -> HookRow:
            _required(connection, hook_id)
            repository.update_hook(connection, hook_id, active=active)
            agents.audit(connection, actor, "hook.switched", str(hook_id), {"active": active}, now)
            return _required(connection, hook_id)

        return await self._house.database.write(work)

    async def remove(self, hook_id: int, actor: str) -> None:
        """Take a subscription away, with what was on its way.

        Raises:
            NotFound: there is no such hook.
        """
        now = utc_now()

        def work(connection: Connection) -> None:
            _required(connection, hook_id)
            repository.delete_hook(connection, hook_id)
            agents.audit(connection, actor, "hook.removed", str(hook_id), {}, now)

        await self._house.database.write(work)

    async def ping(self, hook_id: int) -> int:
        """Send a test event to one hook; returns its delivery.

        Raises:
            NotFound: there is no such hook.
        """
        now = utc_now()

        def work(connection: Connection) -> int:
            _required(connection, hook_id)
            event_id = f"ping:{hook_id}:{int(now.timestamp() * 1000)}"
            made = repository.insert_delivery(connection, hook_id, event_id, "ping", {}, now)
            assert made is not None
            delivery.put(connection, HOOK, str(made), {})
            return made

        made = await self._house.database.write(work)
        self._house.outbox.wake()
        return made

    async def deliveries(self, hook_id: int, status: str | None, limit: int) -> list[DeliveryRow]:
        """What went to a hook, newest first.

        Raises:
            NotFound: there is no such hook.
        """

        def work(connection: Connection) -> list[DeliveryRow]:
            _required(connection, hook_id)
            return repository.deliveries(connection, hook_id, status, limit)

        return await self._house.database.read(work)

    async def replay(self, delivery_id: int, actor: str) -> DeliveryRow:
        """Send once more, with all tries; the event keeps its id.

        Raises:
            NotFound: there is no such delivery.
        """
        now = utc_now()

        def work(connection: Connection) -> DeliveryRow:
            row = repository.delivery(connection, delivery_id)
            if row is None:
                raise NotFound("没有这次投递")
            if row.status != "waiting":
                repository.update_delivery(connection, delivery_id, status="waiting", attempts=0, updated_at=now)
                delivery.put(connection, HOOK, str(delivery_id), {})
                agents.audit(connection, actor, "hook.replayed", str(delivery_id), {"event": row.event}, now)
            elif not delivery.hurry(connection, HOOK, str(delivery_id), time.time()):
                # It was left aside while the hook was off.
                delivery.put(connection, HOOK, str(delivery_id), {})
            again = repository.delivery(connection, delivery_id)
            assert again is not None
            return again

        row = await self._house.database.write(work)
        self._house.outbox.wake()
        return row

    async def tidy(self) -> None:
        """Forget what was delivered long ago."""
        before = utc_now() - KEPT
        await self._house.database.write(lambda c: repository.forget_before(c, before))


def _spread(connection: Connection, event_id: str, event: str, data: Mapping[str, Any], now: datetime) -> None:
    for hook in repository.all_hooks(connection):
        if not hook.active or event not in hook.events:
            continue
        made = repository.insert_delivery(connection, hook.id, event_id, event, data, now)
        if made is not None:
            delivery.put(connection, HOOK, str(made), {})


def _required(connection: Connection, hook_id: int) -> HookRow:
    found = repository.hook(connection, hook_id)
    if found is None:
        raise NotFound("没有这个推送地址")
    return found
