"""What a guest's proof needs of the platform, after the commit: codes sent, accounts frozen; from the outbox."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Callable, Mapping

from contracts.platform import FuelPlatform
from contracts.remedies import RemedyKind, RemedyRequest
from service.db import Database
from service.delivery.worker import OutboxWorker
from service.guests import rules, service
from service.guests.service import Say

log = logging.getLogger(__name__)

AT_ONCE = 4


class GuestWorker:
    """Sends codes and freezes accounts; each is asked of the platform under one key, so that it happens once."""

    def __init__(
        self,
        database: Database,
        platform: FuelPlatform,
        secret: str,
        say: Say,
        clock: Callable[[], datetime],
        committed: Callable[[], None],
    ) -> None:
        self._database = database
        self._platform = platform
        self._secret = secret
        self._say = say
        self._clock = clock
        self._committed = committed
        self._outbox = OutboxWorker(
            database, {service.CODE: self._send_code, service.FREEZE: self._freeze}, parallel=AT_ONCE
        )

    def wake(self) -> None:
        self._outbox.wake()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._outbox.run()

    async def _send_code(self, _conversation_id: str, payload: Mapping[str, Any]) -> None:
        row = await self._database.read(lambda c: service.code(c, int(payload["code_id"])))
        if row is None or row.used_at is not None or self._clock() >= row.expires_at:
            return
        text = self._say("guest_code_text", code=rules.code_of(self._secret, row.salt, row.phone))
        await self._platform.send_text(row.phone, text, f"guest-code:{row.id}:{row.salt[:8]}")
        log.info("a code was sent to %s", rules.masked(row.phone))

    async def _freeze(self, conversation_id: str, payload: Mapping[str, Any]) -> None:
        phone, number = str(payload["phone"]), str(payload["ticket"])
        customer_id = await self._platform.customer_of_phone(phone)
        done = None
        if customer_id is not None:
            request = RemedyRequest(RemedyKind.FREEZE_ACCOUNT, customer_id, details={"ticket": number})
            done = (await self._platform.perform(request, f"guest:{number}:freeze")).done
        now = self._clock()
        await self._database.write(lambda c: service.frozen(c, conversation_id, number, phone, done, self._say, now))
        self._committed()
