"""What customers arrange about being called, inside a unit of work. What agents do stands in `desk/service.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.callbacks import CallbackAction
from contracts.conversation import Owner, Reply
from contracts.effects import ActOnCallback, FileTicket
from service.calendar import kind_of
from service.callbacks import repository, rules
from service.callbacks.repository import CallbackRow
from service.callbacks.rules import LIVE, PROMISED, State, Wish
from service.conversations.service import ConversationRow
from service.delivery import service as delivery
from service.guests import service as guests
from service.handoff import service as handoff
from service.handoff.duty import service as duty
from service.policies.hours import service as hours

# What other domains may use of this one, beside the functions below.
from service.callbacks.repository import count as count  # isort: skip

CATEGORY = "callback_request"
"""The flow whose tickets are wishes to be called."""
SOURCE = "callback"


@dataclass(frozen=True)
class Acted:
    """What the customer is told, and whether he waits in the queue no longer because he will be called."""

    reply: Reply
    left_queue: bool = False


def act(
    connection: Connection, conversation: ConversationRow, effect: ActOnCallback, phone: str | None, now: datetime
) -> Acted:
    """Do what the customer pressed or wrote. `phone`: the number of his account. What no longer fits is said."""
    action, row = CallbackAction(effect.action), repository.live(connection, conversation.id)
    if action is CallbackAction.CANCEL:
        return Acted(_cancel(connection, row, now))
    row = row or _draft(connection, conversation, phone, now)
    if action is CallbackAction.NUMBER:
        return Acted(_ask_number(connection, row, now))
    if action is CallbackAction.PHONE:
        return _number(connection, conversation, row, effect.argument, now)
    wish = rules.wish_of(effect.argument, now) if action is CallbackAction.AT else None
    # A time for a number that is wrong would be a promise that nobody can keep.
    known = row.phone is not None and not row.wrong_number
    if wish is not None and known:
        return _arrange(connection, conversation, row, wish, now)
    return Acted(_ask_time(connection, row, now) if known else _ask_number(connection, row, now))


def filed(
    connection: Connection, conversation: ConversationRow, effect: FileTicket, phone: str | None, now: datetime
) -> None:
    """A flow filed the wish to be called as a ticket: it stands in the list of callbacks, too."""
    if effect.category != CATEGORY:
        return
    told: Mapping[str, Any] = effect.details.get("callback") or {}
    number = (
        rules.number_in(str(told.get("phone") or "")) or phone or guests.phone_of(connection, conversation.contact_id)
    )
    if number is None:
        return
    between = told.get("between") or {}
    wish = rules.wish_of(f"{between.get('from')}/{between.get('to')}", now) or Wish()
    row = repository.live(connection, conversation.id) or _draft(connection, conversation, number, now, source="flow")
    _promise(connection, row, wish, now, phone=number, ticket_number=effect.number)


def withdrawn(connection: Connection, number: str, now: datetime) -> None:
    """The ticket that asked for the call was taken back."""
    row = repository.of_ticket(connection, number)
    if row is not None:
        _end(connection, row, State.CANCELLED, now)


def asks_number(connection: Connection, conversation_id: str) -> bool:
    """Whether the customer's next number is the one to be called at."""
    row = repository.live(connection, conversation_id)
    return row is not None and (row.phone is None or row.wrong_number)


def move(connection: Connection, old: str, new: str, now: datetime) -> None:
    """The callbacks of a conversation that was joined to another; one stays open at most."""
    mine, there = repository.live(connection, old), repository.live(connection, new)
    if mine is not None and there is not None:
        _end(connection, mine if mine.state is State.DRAFT or there.state in PROMISED else there, State.CANCELLED, now)
    repository.move(connection, old, new)


def forget(connection: Connection, conversation_id: str, now: datetime) -> None:
    """The customer left: nobody calls him any more, and nobody knows his number."""
    row = repository.live(connection, conversation_id)
    if row is not None:
        _end(connection, row, State.CANCELLED, now)
    repository.erase(connection, conversation_id)


def _draft(
    connection: Connection, conversation: ConversationRow, phone: str | None, now: datetime, *, source: str = ""
) -> CallbackRow:
    waits = handoff.live(connection, conversation.id) if conversation.owner is Owner.QUEUED else None
    where = "chat" if waits is None else "off_hours" if waits.off_hours else "queue"
    repository.insert_callback(
        connection,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        phone=phone or guests.phone_of(connection, conversation.contact_id),
        state=State.DRAFT.value,
        source=source or where,
        failures=0,
        wrong_number=False,
        broken=0,
        created_at=now,
        updated_at=now,
    )
    made = repository.live(connection, conversation.id)
    assert made is not None
    return made


def _ask_number(connection: Connection, row: CallbackRow, now: datetime) -> Reply:
    if row.state is State.DRAFT:
        repository.update_callback(connection, row.id, phone=None, updated_at=now)
    text = "可以。请把方便接听的号码发给我：11 位手机号，或者区号加座机号。"
    return Reply(text, source=SOURCE, buttons=rules.number_buttons())


def _ask_time(connection: Connection, row: CallbackRow, now: datetime) -> Reply:
    state = duty.state(connection, now)
    times = rules.slots(hours.in_force(connection), now, kind_of)
    assert row.phone is not None
    number = rules.masked(row.phone)
    if row.state is State.DRAFT or row.due_at is None:
        text = f"客服打给您 {number}，可以吗？您看什么时候方便接电话？"
        return Reply(text, source=SOURCE, buttons=rules.time_buttons(times, state, now, arranged=False))
    when = rules.by_when(row.wanted_from, row.wanted_to, row.due_at, now)
    text = f"已经约好了：{when}打给您 {number}。要换个时间的话，选一个就行。"
    return Reply(text, source=SOURCE, buttons=rules.time_buttons(times, state, now, arranged=True))


def _number(connection: Connection, conversation: ConversationRow, row: CallbackRow, text: str, now: datetime) -> Acted:
    phone = rules.number_in(text)
    if phone is None:
        words = "这个号码好像不对，请再发一下：11 位手机号，或者区号加座机号。"
        return Acted(Reply(words, source=SOURCE, buttons=rules.number_buttons()))
    repository.update_callback(connection, row.id, phone=phone, wrong_number=False, updated_at=now)
    changed = repository.callback(connection, row.id)
    assert changed is not None
    if changed.state is State.DRAFT:
        return Acted(_ask_time(connection, changed, now))
    # The promise was made for another number: it starts anew.
    return _arrange(connection, conversation, changed, Wish(changed.wanted_from, changed.wanted_to), now)


def _arrange(
    connection: Connection, conversation: ConversationRow, row: CallbackRow, wish: Wish, now: datetime
) -> Acted:
    if wish.ends is not None and wish.ends <= now:
        wish = Wish()
    _promise(connection, row, wish, now)
    arranged = repository.callback(connection, row.id)
    assert arranged is not None
    assert arranged.due_at is not None
    assert arranged.phone is not None
    when = rules.by_when(arranged.wanted_from, arranged.wanted_to, arranged.due_at, now)
    tries = f"没接到也没关系，一共会打 {rules.MOST_FAILURES} 次。"
    text = f"好的，{when}打给您 {rules.masked(arranged.phone)}，请留意接听。{tries}"
    waits = handoff.live(connection, conversation.id)
    left = False
    if waits is not None and not duty.never_closed(waits.priority, waits.reason):
        left = handoff.cancel(connection, conversation, now)
    text += "您不用在这里等了，还有别的问题随时可以问我。" if left else ""
    return Acted(Reply(text, source=SOURCE, buttons=rules.arranged_buttons()), left)


def _promise(connection: Connection, row: CallbackRow, wish: Wish, now: datetime, **more: Any) -> None:
    given = rules.promise(wish, duty.state(connection, now), now)
    values: dict[str, Any] = {
        "state": State.OPEN.value if row.state not in PROMISED else row.state.value,
        "wanted_from": wish.begins,
        "wanted_to": wish.ends,
        "try_at": given.try_at,
        "due_at": given.due_at,
        "failures": 0,
        "updated_at": now,
    }
    if row.state is State.TAKEN:
        # Who has it keeps it for the new time, not for the one before, which may be days away.
        values["taken_at"] = given.try_at
    repository.update_callback(connection, row.id, **{**values, **more})
    delivery.announce_callbacks(connection)


def _cancel(connection: Connection, row: CallbackRow | None, now: datetime) -> Reply:
    if row is None or row.state not in LIVE:
        return Reply("您现在没有约回电。需要的话随时告诉我。", source=SOURCE)
    _end(connection, row, State.CANCELLED, now)
    return Reply("好的，不打电话了。需要的话随时再约。", source=SOURCE)


def _end(connection: Connection, row: CallbackRow, state: State, now: datetime) -> None:
    repository.update_callback(connection, row.id, state=state.value, ended_at=now, updated_at=now)
    delivery.announce_callbacks(connection)
