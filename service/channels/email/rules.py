"""Pure decisions about mails: which are from people, what a person wrote in one, how ours look."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import formatdate, getaddresses, parseaddr
from html.parser import HTMLParser
from typing import Any, Sequence

from service.channels.contract import Media, Unreadable
from service.channels.exchange.rules import cleaned

SUBJECT = "油伴客服"
_FOOTER = "\n\n—\n油伴客服。直接回复这封邮件就可以接着说。"
_ROBOTS = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+\-.].*)?@", re.IGNORECASE)
_QUOTE = re.compile(
    r"^\s*(?:>|-{2,}\s*(?:原始邮件|Original Message|Forwarded)|发件人[:：]|From:\s|On .{4,120} wrote:\s*$"
    r"|在?\s*\d{4}.{4,120}写道[:：]\s*$|.{0,80}于\s*\d{4}.{4,80}写道[:：]\s*$)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:-- ?|—|发自我的.{1,20}|Sent from my .{1,30})$")
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})
_SILENT = frozenset({"script", "style", "head", "title"})
_PICTURES = 9


@dataclass(frozen=True)
class Mail:
    """What a person wrote. `key` is the same however often the mail is fetched."""

    sender: str
    key: str
    subject: str
    text: str
    pictures: tuple[Media, ...]


def read_mail(raw: bytes) -> Mail:
    """Read a mail.

    Raises:
        Unreadable: it has no sender, or is no mail.
    """
    try:
        message: EmailMessage = BytesParser(policy=policy.default).parsebytes(raw)  # type: ignore[assignment]
        sender = parseaddr(str(message.get("from", "")))[1].lower()
        if "@" not in sender or len(sender) > 128:
            raise Unreadable("no sender")
        key = str(message.get("message-id", "")).strip()[:140] or hashlib.sha256(raw).hexdigest()
        subject = cleaned(str(message.get("subject", "")))[:200]
        return Mail(sender, key, subject, own_words(_text(message)), tuple(_pictures(message)))
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise Unreadable(f"no mail that can be read: {type(error).__name__}") from None


def is_automatic(raw: bytes, own_address: str) -> bool:
    """Whether a program sent it: answering would begin an endless talk of two machines."""
    try:
        head = BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)
    except (ValueError, LookupError):
        return True

    def value(name: str) -> str:
        return str(head.get(name, "")).strip().lower()

    sender = parseaddr(value("from"))[1]
    return (
        value("auto-submitted") not in ("", "no")
        or value("precedence") in ("bulk", "list", "junk", "auto_reply")
        or any(head.get(name) is not None for name in ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond"))
        or value("return-path") == "<>"
        or bool(_ROBOTS.match(sender))
        or sender == own_address.lower()
    )


def own_words(text: str) -> str:
    """What the person wrote himself, without what he quotes and his signature."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if _QUOTE.match(line) or _SIGNATURE.match(line.strip()):
            break
        kept.append(line.rstrip())
    return cleaned("\n".join(kept))


def compose(
    own_address: str,
    to: str,
    text: str,
    message_id: str,
    thread: dict[str, Any],
    file: tuple[bytes, str, str] | None,
) -> EmailMessage:
    """Our mail, in the thread of the customer's last one. `file` has its bytes, media type and name."""
    message = EmailMessage(policy=policy.SMTP)
    subject = str(thread.get("subject") or SUBJECT)
    message["From"] = f"{SUBJECT} <{own_address}>"
    message["To"] = to
    message["Subject"] = (
        subject if subject.lower().startswith(("re:", "回复")) or subject == SUBJECT else f"Re: {subject}"
    )
    message["Date"] = formatdate()
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-replied"
    if thread.get("message_id"):
        message["In-Reply-To"] = message["References"] = str(thread["message_id"])
    message.set_content(text + _FOOTER)
    if file is not None:
        content, media_type, name = file
        kind, _, form = media_type.partition("/")
        message.add_attachment(content, maintype=kind, subtype=form, filename=name)
    return message


def message_id(key: str, own_address: str) -> str:
    """The same for every try of the same message, so that mail programs show it once."""
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{name}@{own_address.rpartition('@')[2]}>"


def recipients(header: str) -> Sequence[str]:
    return [address for _name, address in getaddresses([header]) if address]


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    if body.get_content_type() == "text/html":
        reader = _Words()
        reader.feed(str(content))
        return "".join(reader.parts)
    return str(content)


def _pictures(message: EmailMessage) -> list[Media]:
    found: list[Media] = []
    for part in message.walk():
        if part.get_content_maintype() in ("image", "video") and len(found) < _PICTURES:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(Media("image", base64.b64encode(content).decode()))
    return found


class _Words(HTMLParser):
    """The visible words of an HTML mail."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._hidden += 1
        elif tag == "blockquote":
            self.parts.append("\n> ")
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
