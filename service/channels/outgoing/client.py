"""Signed POSTs to other systems, under the guard of everything that goes to addresses that were typed in."""

from __future__ import annotations

import time

from service.channels.outgoing import rules
from service.channels.platform.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from service.gateways.outside.client import Answer, GuardedPost


class SignedPost:
    """One connection pool for everything that is signed and sent out."""

    def __init__(self, *, private: bool) -> None:
        self._guarded = GuardedPost(private=private)

    async def send(self, url: str, secret: str, body: bytes, event_id: str) -> Answer:
        """POST a JSON body under its signature; redirects are not followed."""
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: stamp,
            SIGNATURE_HEADER: signature(secret, stamp, body),
            rules.EVENT_ID_HEADER: event_id,
        }
        return await self._guarded.post(url, body, headers)

    async def close(self) -> None:
        await self._guarded.close()
