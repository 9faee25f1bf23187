"""Tickets that a message changes beside the flows: put right, kept open, filed when a person takes over. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from contracts.conversation import Button, Reply
from contracts.decision import Entity
from contracts.effects import AddToTicket, FileTicket, HandOff, Remedy, WithdrawTicket
from contracts.entities import ORDER_NUMBER
from contracts.tickets import PlannedTicket, TicketView
from service.answers.following import URGE
from service.answers.rules import Plan, Voice

_INTERNAL_SLOTS = frozenset({"memory", "problem", "requested_slot"})


def put_right(earlier: Sequence[Entity], now: Sequence[Entity]) -> tuple[Entity, ...]:
    """What was said before with what the correction says in its place: a type that is named again is replaced."""
    named = {(e.type, e.role) for e in now}
    return (*(e for e in earlier if (e.type, e.role) not in named), *now)


def as_correction(plan: Plan, ticket: TicketView, note: str, due: str, voice: Voice) -> Plan:
    """A flow's second run as a correction of the ticket that its first run filed: one ticket, not two.

    Where the second run has to ask, the ticket is taken back; the flow files it anew.
    """
    filed = next((e for e in plan.effects if isinstance(e, FileTicket)), None)
    if filed is None:
        if plan.dialogue is None or plan.dialogue.ended is not None:
            return plan
        return replace(plan, effects=(WithdrawTicket(ticket.number, note), *plan.effects))
    correction = AddToTicket(ticket.number, "correction", note, filed.order_ids, filed.summary)
    effects = tuple(
        correction
        if e is filed
        else replace(e, ticket_number=ticket.number)
        if isinstance(e, Remedy) and e.ticket_number == filed.number
        else e
        for e in plan.effects
    )
    words = voice.say("ticket_corrected", number=ticket.number, due=due)
    replies = tuple(_corrected(r, filed.number, ticket.number, words) for r in plan.replies)
    return replace(plan, replies=replies, effects=effects)


def _corrected(reply: Reply, filed: str, number: str, words: str) -> Reply:
    """The reply with the line about a new ticket replaced by the one about the corrected ticket."""
    if filed not in reply.text:
        return reply
    lines = [line for line in reply.text.split("\n") if filed not in line]
    card = {**reply.card, "number": number} if reply.card is not None and reply.card.get("number") == filed else None
    return replace(reply, text="\n".join([*lines, words]), card=card or reply.card)


def still_open(ticket: TicketView, due: str, voice: Voice) -> Plan:
    """The problem goes on and its ticket is open: what he says is added, and where it is said."""
    reply = Reply(
        voice.say("ticket_still_open", number=ticket.number, due=due),
        source=f"intent:{ticket.category}",
        buttons=(Button(voice.say("button_urge"), URGE), voice.human_button()),
    )
    return Plan((reply,), (AddToTicket(ticket.number, "again", voice.say("note_still_open")),), outcome="no_progress")


def facts_of(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots of a form that an agent understands: what was found and answered."""
    return {name: value for name, value in slots.items() if name not in _INTERNAL_SLOTS and value is not None}


def filed_by(slots: Mapping[str, Any]) -> str | None:
    """The ticket that an open form has filed already."""
    number = (slots.get("memory") or {}).get("filed")
    return str(number) if number else None


def file_what_is_known(
    planned: PlannedTicket,
    said: Sequence[str],
    slots: Mapping[str, Any],
    entities: Sequence[Entity],
    checked: str,
    title: str,
) -> FileTicket:
    """A ticket without a flow's end: what the customer said and what a form had found so far."""
    words = next((s for s in said if s.strip()), "") or title
    numbers = [str(e.value) for e in entities if e.type == ORDER_NUMBER]
    order = slots.get("order_id")
    if order and order not in ("none", "unknown"):
        numbers.append(str(order))
    return FileTicket(
        number=planned.number,
        category=planned.category,
        department=planned.department,
        priority=planned.priority,
        summary=words[:120],
        created_at=planned.created_at.isoformat(),
        first_response_due_at=planned.first_response_due_at.isoformat(),
        due_at=planned.due_at.isoformat(),
        details={
            "said": list(said),
            "checked": [checked],
            "slots": facts_of(slots),
            "entities": [e.to_dict() for e in entities],
        },
        order_ids=tuple(dict.fromkeys(numbers)),
    )


def handed_over_with(plan: Plan, ticket: FileTicket, due: str, voice: Voice) -> Plan:
    """A hand-off in the middle of a form: what the form had heard is filed on the way, so that nothing is lost."""
    if not any(isinstance(e, HandOff) for e in plan.effects):
        return plan
    words = voice.say(
        "handed_over_with_ticket",
        title=voice.title(f"intent:{ticket.category}"),
        number=ticket.number,
        due=due,
    )
    told = Reply(words, source=f"intent:{ticket.category}")
    return replace(plan, replies=(*plan.replies, told), effects=(ticket, *plan.effects))
