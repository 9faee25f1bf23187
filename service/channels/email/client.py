"""A mail server: SMTP out, IMAP in. Both are blocking in the standard library, so they run in threads."""

from __future__ import annotations

import asyncio
import imaplib
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Awaitable, Callable
from urllib.parse import unquote, urlsplit

from service.channels.contract import Outcome, Sent
from service.settings import ConfigurationError

_SECONDS = 15.0
_MAILBOX_GONE = (550, 551, 553)
_BATCH = 20


@dataclass(frozen=True)
class Server:
    """Where a mail server is and who we are there."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool

    @classmethod
    def of(cls, url: str, scheme: str, setting: str) -> Server:
        """Read `<scheme>[s]://user:password@host:port`.

        Raises:
            ConfigurationError: it has another shape.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise ConfigurationError(f"{setting}: no address") from None
        if parts.scheme not in (scheme, f"{scheme}s") or not parts.hostname:
            raise ConfigurationError(f"{setting}: must be {scheme}://… or {scheme}s://…")
        encrypted = parts.scheme.endswith("s")
        default = {"smtp": 587, "smtps": 465, "imap": 143, "imaps": 993}[parts.scheme]
        return cls(
            parts.hostname, port or default, unquote(parts.username or ""), unquote(parts.password or ""), encrypted
        )


class MailServer:
    """Sends one mail at a time and reads what is unread."""

    def __init__(self, smtp: Server, imap: Server | None) -> None:
        self._smtp, self._imap = smtp, imap

    async def send(self, mail: EmailMessage) -> Outcome:
        """Send; never raises for what the network or the server does."""
        return await asyncio.to_thread(self._send, mail)

    def _send(self, mail: EmailMessage) -> Outcome:
        handed_over = False
        try:
            with self._connected() as server:
                sender, to = str(mail["From"].addresses[0].addr_spec), str(mail["To"].addresses[0].addr_spec)
                server.ehlo_or_helo_if_needed()
                for code, words in (server.mail(sender), server.rcpt(to)):
                    if code >= 400:
                        server.rset()
                        return _refusal(code, words)
                handed_over = True
                code, words = server.data(mail.as_bytes())
                return Outcome(Sent.DONE, code) if code == 250 else _refusal(code, words)
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(Sent.AGAIN, error.smtp_code, "the mail server does not know us", retry_after=300.0)
        except smtplib.SMTPDataError as error:
            return _refusal(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            return Outcome(Sent.UNKNOWN if handed_over else Sent.AGAIN, reason=type(error).__name__)

    def _connected(self) -> smtplib.SMTP:
        place = self._smtp
        if place.encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                place.host, place.port, timeout=_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(place.host, place.port, timeout=_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
        if place.user:
            server.login(place.user, place.password)
        return server

    async def unread(self, take: Callable[[bytes], Awaitable[None]]) -> int:
        """Hand every unread mail to `take`; it is marked as read when that returned. Returns how many there were.

        Raises:
            OSError, imaplib.IMAP4.error: the server does not answer, or not us.
        """
        if self._imap is None:
            return 0
        box = await asyncio.to_thread(self._open)
        try:
            numbers = (await asyncio.to_thread(box.uid, "SEARCH", "UNSEEN"))[1][0].split()
            for number in numbers[:_BATCH]:
                uid = number.decode()
                answer = (await asyncio.to_thread(box.uid, "FETCH", uid, "(BODY.PEEK[])"))[1]
                raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
                if isinstance(raw, bytes):
                    await take(raw)
                await asyncio.to_thread(box.uid, "STORE", uid, "+FLAGS", r"(\Seen)")
            return len(numbers)
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                await asyncio.to_thread(box.logout)

    def _open(self) -> imaplib.IMAP4:
        place = self._imap
        assert place is not None
        if place.encrypted:
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                place.host, place.port, timeout=_SECONDS, ssl_context=ssl.create_default_context()
            )
        else:
            box = imaplib.IMAP4(place.host, place.port, timeout=_SECONDS)
        box.login(place.user, place.password)
        box.select("INBOX")
        return box


def _refusal(code: int, words: bytes | str) -> Outcome:
    reason = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in _MAILBOX_GONE:
        return Outcome(Sent.GONE, code, reason[:180])
    if code >= 500:
        return Outcome(Sent.REFUSED, code, reason[:180])
    return Outcome(Sent.AGAIN, code, reason[:180])
