"""What every channel must hold: a case for each, the same checks for all. A new channel adds its case."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Callable

from contracts.conversation import Sender
from service.channels.contract import Channel, Envelope
from service.conversations.service import MessageRow

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=timezone.utc)


@dataclass
class Case:
    """A channel with its stand-in.

    `say` makes an authentic delivery of words under a key, `forged` the same with a broken proof, `nonsense` an
    authentic delivery without meaning. `arrived` is what the other side has got, as words; `fail` makes its next
    answers say no in the way named (`busy`, `gone`, `refused`), `silent` takes a message without acknowledging it.
    """

    channel: Channel
    say: Callable[[str, str], Envelope]
    forged: Envelope
    nonsense: Envelope
    arrived: Callable[[], list[str]]
    fail: Callable[[str], None]
    silent: Callable[[], None]
    user: str
    more: dict[str, Any] = field(default_factory=dict)


def message(seq: int, text: str, **more: Any) -> MessageRow:
    """A message to a customer."""
    values: dict[str, Any] = {
        "id": seq,
        "conversation_id": "c",
        "seq": seq,
        "sender": Sender.BOT,
        "text": text,
        "source": None,
        "buttons": None,
        "card": None,
        "attachments": None,
        "context": None,
        "payload": None,
        "client_id": None,
        "turn_id": None,
        "agent_id": None,
        "created_at": NOW,
    }
    return MessageRow(**{**values, **more})
