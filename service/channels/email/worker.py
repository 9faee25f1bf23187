"""Looks into the mailbox."""

from __future__ import annotations

import asyncio
import imaplib
import logging

from service.channels.contract import Envelope, Refused
from service.channels.email.service import EmailChannel
from service.channels.exchange.service import Exchange
from service.clock import utc_now

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 300.0


class Mailbox:
    """One loop a process; several processes may fetch the same mail, the exchange takes it once."""

    def __init__(self, channel: EmailChannel, exchange: Exchange, seconds: float) -> None:
        self._channel, self._exchange, self._seconds = channel, exchange, seconds

    async def run(self) -> None:
        """Fetch until cancelled; a server that does not answer is asked again after growing pauses."""
        pause = self._seconds
        while True:
            try:
                await self._channel.server.unread(self._take)
                pause = self._seconds
            except (OSError, imaplib.IMAP4.error) as error:
                log.warning("mailbox: %s", type(error).__name__)
                pause = min(pause * 2, _LONGEST_PAUSE)
            except asyncio.CancelledError:
                raise
            except Exception:
                # What is not marked as read is fetched again.
                log.exception("mailbox: a mail could not be taken in")
                pause = min(pause * 2, _LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _take(self, raw: bytes) -> None:
        try:
            await self._exchange.take(self._channel, Envelope(raw, utc_now()))
        except Refused as error:
            log.info("mailbox: left aside: %s", error)
