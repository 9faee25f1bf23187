"""What every channel that brings messages in by itself must do: verify, parse, fetch, degrade, send, notify, type.

`service/channels/exchange` does the rest for all of them: receipts, conversations, order, quotas, records. The suite
`tests/service/channels/conformance.py` says what an implementation must hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Mapping, Protocol, Sequence

from service.conversations.service import MessageRow


class Refused(Exception):
    """What came in is not from whom it says, too old, or not for us; `str(error)` is safe to log."""


class Unreadable(Exception):
    """It is authentic, but has no shape that we know; it is acknowledged and logged."""


class MediaGone(Exception):
    """A picture could not be had (any more)."""


@dataclass(frozen=True)
class Envelope:
    """A delivery as it arrived. Header names are in lower case."""

    body: bytes
    received_at: datetime
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class UpdateKind(str, Enum):
    """`unreadable`: authentic and from a customer, of a type that nobody can answer; he is told so kindly."""

    MESSAGE = "message"
    PRESS = "press"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    LOCATION = "location"
    CONSENT = "consent"
    UNREADABLE = "unreadable"
    IGNORED = "ignored"


@dataclass(frozen=True)
class Media:
    """A picture, video or voice that the channel keeps for a while. `content` is there already, or fetched by `ref`."""

    kind: str
    ref: str
    url: str | None = None


@dataclass(frozen=True)
class Update:
    """Something a customer did in a channel.

    `key` is the same for every delivery of the same thing. `payload` is what a menu press means, `choice` the id of
    a choice that the channel drew (`<seq>-<number>`), `location` has latitude and longitude in degrees and perhaps a
    label. `state` is what the channel wants to remember of the customer (the thread of an e-mail).
    """

    channel: str
    external_id: str
    key: str
    kind: UpdateKind
    at: datetime
    text: str = ""
    payload: str | None = None
    choice: str | None = None
    media: tuple[Media, ...] = ()
    location: Mapping[str, Any] | None = None
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Allowance:
    """How much a platform lets us send: `messages` within `window` after the customer did something."""

    messages: int
    window: timedelta


@dataclass(frozen=True)
class Capacity:
    """What fits into one message of the channel. `text_bytes` in UTF-8, `carries` the
    media types of files that it can send; None for an allowance is no limit. `typing` is
    how long after the customer's last word typing can be shown, None where it cannot."""

    text_bytes: int
    carries: frozenset[str]
    merges: bool
    per_message: Allowance | None = None
    per_event: Allowance | None = None
    typing: timedelta | None = None


@dataclass(frozen=True)
class Choice:
    """A button as the channel draws it; `ref` (`<seq>-<number>`) comes back as `Update.choice` when it is pressed."""

    title: str
    payload: str
    ref: str


@dataclass(frozen=True)
class Piece:
    """One message of the channel: words with numbered choices, or one file (its id).

    It stands for the messages `first_seq` to `last_seq`; `part` counts the pieces of one long message, and `ends` says
    that nothing of `last_seq` is left after this piece.
    """

    first_seq: int
    last_seq: int
    text: str = ""
    choices: tuple[Choice, ...] = ()
    file: str | None = None
    part: int = 0
    ends: bool = True


@dataclass(frozen=True)
class File:
    """The file of a piece. `thumb` is a small JPEG of it, where there is one."""

    content: bytes
    media_type: str
    thumb: bytes | None = None


@dataclass(frozen=True)
class Recipient:
    """Where a piece goes, with what the channel remembers."""

    external_id: str
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """That something new waits: told where the words themselves may not be sent."""

    summary: str
    at: datetime
    link: str


class Sent(str, Enum):
    """`done`; `unknown`: nobody can say whether it arrived; `again`: the platform is busy, try later; `closed`: not
    now, not until the customer writes; `gone`: the customer left; `refused`: this message will never be taken."""

    DONE = "done"
    UNKNOWN = "unknown"
    AGAIN = "again"
    CLOSED = "closed"
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of a send. `retry_after` in seconds, with `again`; `state` changes what the channel remembers."""

    sent: Sent
    code: int | None = None
    reason: str = ""
    retry_after: float = 0.0
    state: Mapping[str, Any] | None = None


class Channel(Protocol):
    """One channel. Methods that go out over the network never raise for what the network does: see `Outcome`."""

    @property
    def name(self) -> str:
        """Its name in conversations and addresses, at most 16 characters."""
        ...

    @property
    def capacity(self) -> Capacity: ...

    def verify(self, envelope: Envelope) -> bytes:
        """The authentic content (decrypted, where the channel encrypts).

        Raises:
            Refused: see there.
        """
        ...

    def parse(self, content: bytes, at: datetime) -> Sequence[Update]:
        """What the customer did.

        Raises:
            Unreadable: see there.
        """
        ...

    async def fetch(self, media: Media) -> bytes:
        """The picture's bytes.

        Raises:
            MediaGone: see there.
        """
        ...

    def degrade(self, messages: Sequence[MessageRow]) -> Sequence[Piece]:
        """The messages as this channel can show them, in order, nothing lost but decoration."""
        ...

    async def send(self, recipient: Recipient, piece: Piece, key: str, file: File | None) -> Outcome:
        """Send one piece. `key` is the same for every try, for channels that can use one."""
        ...

    async def typing(self, external_id: str) -> None:
        """Show that an answer is being written, where the channel can."""
        ...

    async def notify(self, recipient: Recipient, notice: Notice, key: str) -> Outcome:
        """Tell that something waits, where `send` is closed; `closed` where the channel has no such way."""
        ...
