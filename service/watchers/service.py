"""What happens when the platform speaks, or stays silent too long: tickets react and customers hear, unasked.

All inside units of work; the platform itself is read by the worker, outside of them.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Sequence

from sqlalchemy import Connection

from contracts.conversation import Button, Owner, Reply, Sender
from contracts.effects import FileTicket, HandOff
from contracts.platform import PlatformEvent, PlatformEventKind
from contracts.tickets import OPEN_STATUSES, TicketStatus
from service.conversations import service as conversations
from service.conversations.service import ConversationRow
from service.handoff import service as handoff
from service.remedies import service as remedies
from service.tickets import service as tickets
from service.tickets.service import Filter, TicketRow, WrongStatus
from service.watchers import repository, rules
from service.watchers.rules import Watch

# What other domains may use of this one, beside the functions below.
from service.watchers.repository import (  # isort: skip
    anything_due as anything_due,
    claim_events as claim_events,
    claim_overdue as claim_overdue,
)

log = logging.getLogger(__name__)

ACTOR = "platform"
SOURCE = "platform"
_STATION = (PlatformEventKind.STATION_OUTAGE, PlatformEventKind.STATION_RESTORED)
_AT_THE_PUMP = frozenset({"paid_not_fueled", "points_refuel_failed", "station_complaint", "payment_failed"})


def receive(connection: Connection, events: Sequence[PlatformEvent], now: datetime) -> int:
    """Store events that were not received before; returns how many are new."""
    known = repository.known_ids(connection, [event.id for event in events])
    fresh = {event.id: event for event in events if event.id not in known}
    for event in fresh.values():
        repository.insert_event(connection, event, now)
    return len(fresh)


def watch(
    connection: Connection, conversation: ConversationRow, effect: FileTicket, now: datetime, limit: timedelta
) -> None:
    """From now on a filed ticket waits for the platform's events; `limit` is how long a timed one waits for people."""
    if effect.category not in rules.WATCHED or conversation.customer_id is None:
        return
    if repository.watches_of_ticket(connection, effect.number):
        return
    for subject_id in rules.subjects(effect.order_ids, effect.details):
        repository.insert_watch(
            connection,
            conversation_id=conversation.id,
            customer_id=conversation.customer_id,
            ticket_number=effect.number,
            category=effect.category,
            subject_id=subject_id,
            status="open",
            due_at=(now + limit).timestamp() if effect.category in rules.TIMED else None,
            created_at=now,
        )
    _look_back(connection, conversation.customer_id, effect.number, now)


def _look_back(connection: Connection, customer_id: str, number: str, now: datetime) -> None:
    """Events that came just before the ticket count for it as well: nothing promises an order."""
    mine = repository.watches_of_ticket(connection, number)
    for event, _handled in repository.events_of_customer(connection, customer_id, now - rules.LOOK_BACK):
        named = [w for w in mine if w.subject_id != rules.ANY_SUBJECT]
        if any(rules.solves(w, event) or rules.touches(w, event) for w in named):
            repository.update_event(connection, event.id, status="received", next_at=0.0)


def handle(connection: Connection, event: PlatformEvent, now: datetime) -> None:
    """React to one event, once. Handled again (for a newer ticket) it says nothing twice."""
    if not repository.still_received(connection, event.id):
        return
    if event.kind in _STATION:
        _station(connection, event, now)
    elif event.customer_id is not None:
        _customer(connection, event, event.customer_id, now)
    repository.update_event(connection, event.id, status="handled", problem=None)


def failed(connection: Connection, event_id: str, attempts: int, problem: str, now: float) -> None:
    """An event could not be handled: again later, and after several tries kept for a person to see."""
    dead = attempts + 1 >= rules.MAX_ATTEMPTS
    repository.update_event(
        connection,
        event_id,
        attempts=attempts + 1,
        problem=problem,
        status="dead" if dead else "received",
        next_at=now + rules.pause(attempts + 1),
    )


def _customer(connection: Connection, event: PlatformEvent, customer_id: str, now: datetime) -> None:
    conversation = conversations.conversation_of_customer(connection, customer_id)
    if conversation is None:
        return
    watching = _watching(connection, customer_id, now)
    solved = [w for w in watching if rules.solves(w, event)]
    touched = [w for w in watching if w not in solved and rules.touches(w, event)]
    others = repository.events_of_customer(connection, customer_id, now - rules.REMEMBERED)
    key = event.data.get("key")
    echo = isinstance(key, str) and remedies.of_key(connection, key) is not None
    news = not echo and not rules.overtaken(event, [o for o, _ in others]) and not rules.repeated(event, others)
    if news and (solved or touched or event.kind in rules.TOLD_UNASKED):
        _tell(connection, conversation, event, rules.words(event), now)
    for seen in touched:
        _record(connection, seen.ticket_number, event, now)
    for number in dict.fromkeys(w.ticket_number for w in solved):
        if echo:
            _give(connection, number, [w for w in solved if w.ticket_number == number], event, now)
        else:
            _record(connection, number, event, now)
            _solve(connection, number, now)


def _give(connection: Connection, number: str, solved: Sequence[Watch], event: PlatformEvent, now: datetime) -> None:
    """We did it ourselves and the customer was told: the ticket waits a little for what he has to say to it."""
    _record(connection, number, event, now)
    due_at = (now + rules.SETTLED_AFTER).timestamp()
    for seen in solved:
        if not repository.give(connection, number, seen.subject_id, due_at):
            repository.insert_watch(
                connection,
                conversation_id=seen.conversation_id,
                customer_id=seen.customer_id,
                ticket_number=number,
                category=seen.category,
                subject_id=seen.subject_id,
                status="given",
                due_at=due_at,
                created_at=now,
            )


def settle(connection: Connection, watch: Watch, now: datetime) -> None:
    """The ticket of something that we gave ends, unless the customer came back to it: then its people go on."""
    if still_waits(connection, watch) is None:
        repository.end_watches(connection, [watch.id], "over", now)
        return
    events = tickets.events(connection, watch.ticket_number)
    given = max((place for place, e in enumerate(events) if e.kind == "platform"), default=0)
    if any(e.actor == "customer" for e in events[given:]):
        repository.end_watches(connection, [watch.id], "over", now)
        return
    _solve(connection, watch.ticket_number, now)


def _watching(connection: Connection, customer_id: str, now: datetime) -> list[Watch]:
    """What the customer's open tickets wait for: watched ones, and those that were reopened, merged or joined later."""
    found = repository.watches_of_customer(connection, customer_id)
    known = {(watch.ticket_number, watch.subject_id) for watch in found}
    wanted = Filter(customer_id=customer_id, statuses=[s.value for s in OPEN_STATUSES])
    for ticket in tickets.search(connection, wanted, before=None, limit=50, now=now):
        if ticket.category not in rules.WATCHED or ticket.conversation_id is None:
            continue
        for subject_id in rules.subjects(ticket.order_ids, ticket.details):
            if (ticket.number, subject_id) not in known:
                row = (0, ticket.conversation_id, customer_id, ticket.number, ticket.category, subject_id, "open")
                found.append(Watch(*row, created_at=ticket.created_at))
    return found


def _solve(connection: Connection, number: str, now: datetime) -> None:
    """The ticket's problem is gone; its customer, who was told why, is asked whether it is for him too."""
    ids = [w.id for w in repository.watches_of_ticket(connection, number)]
    ticket = tickets.ticket(connection, number)
    if ticket is None or ticket.status not in OPEN_STATUSES:
        repository.end_watches(connection, ids, "over", now)
        return
    try:
        tickets.advance(connection, number, TicketStatus.SOLVED, "", ACTOR, now)
    except WrongStatus as error:
        log.info("ticket %s stays as it is: %s", number, error)
    repository.end_watches(connection, ids, "met", now)


def _record(connection: Connection, number: str, event: PlatformEvent, now: datetime) -> None:
    data = {"event": event.kind.value, "subject": event.subject_id, "at": event.at.isoformat()}
    tickets.record(connection, number, "platform", ACTOR, data, now)


def _station(connection: Connection, event: PlatformEvent, now: datetime) -> None:
    """An outage is told to those who stand there with an open ticket; its end as well."""
    newest = repository.last_of_subject(connection, event.subject_id, [k.value for k in _STATION])
    if newest is not None and newest.id != event.id:
        return
    found = Filter(station_id=event.subject_id, statuses=[s.value for s in OPEN_STATUSES])
    for ticket in tickets.search(connection, found, before=None, limit=200, now=now):
        if ticket.category in _AT_THE_PUMP and ticket.conversation_id is not None:
            conversation = conversations.require(connection, ticket.conversation_id, lock=True)
            _tell(connection, conversation, event, rules.words(event), now)
            _record(connection, ticket.number, event, now)


def _tell(
    connection: Connection, conversation: ConversationRow, event: PlatformEvent, text: str | None, now: datetime
) -> None:
    held = conversations.require(connection, conversation.id, lock=True)
    said_as = f"event:{event.id}"
    if text is None or conversations.message_by_client_id(connection, held.id, said_as) is not None:
        return
    reply = Reply(text, sender=_sender(held), source=SOURCE)
    conversations.append(connection, held, [reply], now, client_id=said_as)


def _sender(conversation: ConversationRow) -> Sender:
    return Sender.SYSTEM if conversation.owner is Owner.HUMAN else Sender.BOT


def still_waits(connection: Connection, watch: Watch) -> TicketRow | None:
    """The ticket of an overdue watch, if both still wait."""
    ticket = tickets.ticket(connection, watch.ticket_number)
    if ticket is None or ticket.status not in OPEN_STATUSES or not repository.still(connection, watch):
        return None
    return ticket


def overdue(
    connection: Connection,
    watch: Watch,
    settled: PlatformEvent | None,
    level: str | None,
    minutes: int,
    now: datetime,
) -> None:
    """The time of a watch is over. `settled` is what the platform's records say has happened; None: nothing.

    Nothing happened: a person takes over, and the customer hears it before he has to ask.
    """
    if still_waits(connection, watch) is None:
        repository.end_watches(connection, [watch.id], "over", now)
        return
    if settled is not None:
        if receive(connection, [settled], now) == 0:
            repository.update_event(connection, settled.id, status="received", next_at=0.0)
        if not rules.solves(watch, settled):
            # Cancelled, the money is on its way: no time limit any more, the refund's arrival ends it.
            repository.end_time_limit(connection, watch.id)
        return
    repository.end_watches(connection, [watch.id], "late", now)
    conversation = conversations.require(connection, watch.conversation_id, lock=True)
    late = {"event": "watch.late", "minutes": minutes}
    tickets.record(connection, watch.ticket_number, "platform", ACTOR, late, now)
    if conversation.owner is not Owner.BOT:
        return
    effect = HandOff("critical_intent", f"{watch.category}: nothing after {minutes} minutes", "finance", "P0")
    place = handoff.enqueue(connection, conversation, effect, level, now)
    held = conversations.require(connection, watch.conversation_id, lock=True)
    text = rules.late_words(watch.subject_id, minutes, watch.ticket_number)
    reply = Reply(text, source=SOURCE, buttons=(Button("已经加上了", "intent:ticket_cancel"),), card=place.card())
    conversations.append(connection, held, [reply], now, owner=held.owner)
