"""What pictures say, inside a unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from service.attachments import repository, rules
from service.attachments.rules import Findings
from service.conversations import service as conversations
from service.delivery import service as delivery

# What other domains may use of this one, beside the functions below.
from service.attachments.repository import (  # isort: skip
    ReadingRow as ReadingRow,
    delete_readings as delete_readings,
    readings as readings,
)

PICTURES = ("image/jpeg", "image/png", "image/webp")
"""What is read. Moving pictures are not screenshots."""
VIDEOS = ("video/mp4", "video/quicktime")
"""What gets a small picture of its first moment."""
THUMB = ".thumb"
ERASE = "erase"
"""Topic of the outbox: take an attachment's files away, tried until the store has done it."""
MOST_TEXT = 4000
SHOWN_FOR = timedelta(minutes=10)
"""Words that come later than this are not about the picture before them."""
MOST_BEFORE = 6
"""Messages with pictures before the words that are looked at."""


def place(attachment_id: str) -> str:
    """Where the file of an attachment lies in the store; its small form has `THUMB` behind that."""
    return f"attachments/{attachment_id}"


def shown_before(connection: Connection, conversation_id: str, seq: int, now: datetime) -> dict[str, object] | None:
    """What the pictures say that the customer sent just before his words (message `seq`), as for `rules.seen`: many
    send the picture first and say then what it is about. None when there are none, or they say nothing."""
    ids = repository.pictures_before(connection, conversation_id, seq, now - SHOWN_FOR, MOST_BEFORE)
    if not ids:
        return None
    found = repository.readings(connection, ids).values()
    return rules.seen([(r.text, r.order_numbers, r.error_codes) for r in found])


def media_type(connection: Connection, attachment_id: str) -> str | None:
    """What the attachment is; None when it is erased."""
    return repository.media_type(connection, attachment_id)


def erase(connection: Connection, attachment_ids: Sequence[str]) -> None:
    """In the caller's unit of work, which deletes the rows: the files go, too, whatever happens to this process."""
    for attachment_id in attachment_ids:
        delivery.put(connection, ERASE, attachment_id, {})


def unread(connection: Connection, since: datetime) -> list[str]:
    """Pictures and videos since then that nobody has looked into yet."""
    return repository.unread(connection, (*PICTURES, *VIDEOS), since)


def keep_reading(connection: Connection, attachment_id: str, text: str, found: Findings, now: datetime) -> None:
    """Keep what a picture says, and show it under the message that carries it. Once; an erased picture says nothing."""
    if not _lock(connection, [attachment_id]) or repository.readings(connection, [attachment_id]):
        return
    kept = text[:MOST_TEXT]
    repository.insert_reading(
        connection,
        attachment_id=attachment_id,
        text=kept,
        order_numbers=list(found.order_numbers),
        error_codes=list(found.error_codes),
        read_at=now,
    )
    if kept:
        repository.tell_messages(connection, attachment_id, kept)


def tell_message(connection: Connection, attachment_ids: Sequence[str]) -> None:
    """Show what was read before the message came: its pictures carry their words from now on."""
    _lock(connection, attachment_ids)
    for attachment_id, reading in repository.readings(connection, attachment_ids).items():
        if reading.text:
            repository.tell_messages(connection, attachment_id, reading.text)


def _lock(connection: Connection, attachment_ids: Sequence[str]) -> bool:
    """Hold the conversations of these; False when they are erased.

    A reading that is kept and a message that is stored meanwhile come one after the other, so that the second sees the
    first, and two pictures of one message do not write over one another's words.
    """
    homes = repository.homes(connection, attachment_ids)
    for home in homes:
        conversations.require(connection, home, lock=True)
    return bool(homes)
