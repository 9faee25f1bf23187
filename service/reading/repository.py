"""SQL of read marks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from service.reading.models import read_marks

_RAISE = (
    update(read_marks)
    .where(
        read_marks.c.conversation_id == bindparam("conversation"),
        read_marks.c.side == bindparam("whose"),
        read_marks.c.seq < bindparam("to"),
    )
    .values(seq=bindparam("to"), at=bindparam("now"))
)
_SEQ = select(read_marks.c.seq).where(
    read_marks.c.conversation_id == bindparam("conversation"), read_marks.c.side == bindparam("whose")
)


def seq_of(connection: Connection, conversation_id: str, side: str) -> int:
    """How far a side has read; 0 when nobody knows."""
    return int(connection.execute(_SEQ, {"conversation": conversation_id, "whose": side}).scalar() or 0)


def raise_to(connection: Connection, conversation_id: str, side: str, seq: int, now: datetime) -> bool:
    """Move the mark forward; False where it stands there already."""
    told = {"conversation": conversation_id, "whose": side, "to": seq, "now": now}
    if connection.execute(_RAISE, told).rowcount:
        return True
    if connection.execute(_SEQ, told).scalar() is not None:
        return False
    connection.execute(insert(read_marks).values(conversation_id=conversation_id, side=side, seq=seq, at=now))
    return True


def move(connection: Connection, old: str, new: str, offset: int) -> None:
    """The marks of a conversation that was joined to another, where its messages were numbered anew; what was read
    further on there stays. The old rows go with it."""
    rows = connection.execute(select(read_marks).where(read_marks.c.conversation_id == old)).all()
    for row in rows:
        raise_to(connection, new, row.side, row.seq + offset, row.at)
    forget(connection, old)


def forget(connection: Connection, conversation_id: str) -> None:
    connection.execute(delete(read_marks).where(read_marks.c.conversation_id == conversation_id))
