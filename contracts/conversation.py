"""Messages, as channels hand them in and as customers and agents see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Mapping


class Owner(str, Enum):
    """Who answers a conversation. `queued`: waits for a person, the assistant still helps."""

    BOT = "bot"
    QUEUED = "queued"
    HUMAN = "human"
    CLOSED = "closed"


class Sender(str, Enum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True)
class Button:
    """A choice under a message; `payload` is sent back when it is pressed."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """A message to the customer, before it has a sequence number.

    `source` says where the words come from (`faq:<id>`, `intent:<id>`, `agent`, `system`);
    `card` is a mapping with a `type` (`ticket`, `orders`, `article`, `queue`) that the channels draw.
    """

    text: str
    sender: Sender = Sender.BOT
    source: str | None = None
    buttons: tuple[Button, ...] = ()
    card: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Attachment:
    """A file that was uploaded before; `id` is its random name."""

    id: str
    media_type: str


@dataclass(frozen=True)
class InboundMessage:
    """A customer's message after the channel has verified and parsed it.

    `client_id` is unique in its conversation: the same one again is the same message.
    """

    conversation_id: str
    client_id: str
    channel: str
    text: str
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
