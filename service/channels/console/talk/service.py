"""Pages of a running conversation, and the files that agents send."""

from __future__ import annotations

from sqlalchemy import Connection

from contracts.conversation import Attachment, Owner, Sender
from service.agents.service import AgentRow
from service.channels.console import service as console
from service.channels.console.talk.schemas import TalkAnswer
from service.channels.widget.schemas import MessageShape
from service.conversations import service as conversations
from service.conversations.service import MessageRow
from service.errors import ApiError
from service.house import House
from service.reading import service as reading
from service.reading.service import Side
from service.turns import service as turns

TURNS = 60


def page(
    house: House,
    connection: Connection,
    conversation_id: str,
    agent: AgentRow,
    after_seq: int | None,
    before_seq: int | None,
    limit: int,
) -> TalkAnswer:
    """What came after a message, or what stood before it (without either: the newest page).

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = conversations.require(connection, conversation_id)
    if after_seq is not None:
        rows = conversations.messages_after(connection, conversation.id, after_seq, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
    else:
        rows = conversations.messages_before(connection, conversation.id, before_seq, limit + 1)
        more, rows = len(rows) > limit, rows[-limit:]
    judged = turns.judged(connection, conversation.id, TURNS) if _asked(rows) else []
    seqs = {row.seq for row in rows}
    return TalkAnswer(
        messages=[MessageShape.model_validate(conversations.wire(row)) for row in rows],
        turns=[console.turn_shape(house.taxonomy, turn) for turn in judged if turn.seq in seqs],
        state=conversation.owner.value,
        epoch=conversation.epoch,
        mine=conversation.owner is Owner.HUMAN and conversation.agent_id == agent.id,
        more=more,
        read_seq=reading.read_to(connection, conversation.id, Side.CUSTOMER),
    )


def _asked(rows: list[MessageRow]) -> bool:
    return any(row.sender is Sender.CUSTOMER for row in rows)


def attached(connection: Connection, conversation_id: str, ids: list[str]) -> tuple[Attachment, ...]:
    """Files that were stored for this conversation.

    Raises:
        ApiError: one of them was not.
    """
    if not ids:
        return ()
    home = conversations.require(connection, conversation_id)
    known = conversations.attachments_in(connection, home.id, ids)
    if any(i not in known for i in ids):
        raise ApiError(422, "unknown_attachment", "有图片没有上传成功，请重新上传后再发送")
    return tuple(Attachment(i, known[i]) for i in ids)
