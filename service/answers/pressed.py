"""What was pressed under a ticket, or said in answer to the question of a handler. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from contracts.decision import Decision, Entity, Kind
from contracts.effects import ActOnTicket
from contracts.entities import TICKET_NUMBER
from contracts.tickets import CustomerAction, read_ticket_payload
from service.answers.rules import Plan

_SURE = 0.8
"""From this probability on, a message that is about another problem is no answer to a handler's question."""


def action_on_ticket(decision: Decision) -> tuple[CustomerAction, str] | None:
    """Action and ticket of a pressed button; None when something else was pressed or nothing."""
    return read_ticket_payload(decision.payload)


def act(action: CustomerAction, number: str, text: str, offered: Sequence[Mapping[str, Any]]) -> Plan:
    """Carry it out at the commit; what the button is called is no note."""
    note = "" if any(o["title"] == text for o in offered) else text
    return Plan((), (ActOnTicket(number, action.value, note),))


def about_ticket(decision: Decision, number: str) -> Decision:
    """The decision with the ticket that the button stands for, as if its number had been written."""
    named = Entity(TICKET_NUMBER, number, number, 0, 0, "payload")
    return replace(decision, entities=(*decision.entities, named))


def asked_ticket(decision: Decision, offered: Sequence[Mapping[str, Any]]) -> str | None:
    """The ticket whose handler's question was the last thing the customer saw, if this may be his answer.

    A message that is surely about another problem, an article or a person is none.
    """
    elsewhere = decision.kind is Kind.HANDOFF or decision.guard is not None
    sure = decision.kind in (Kind.FLOW, Kind.FAQ) and decision.confidence >= _SURE
    if elsewhere or sure or decision.payload is not None:
        return None
    for button in offered:
        pressed = read_ticket_payload(button["payload"]) if button["latest"] else None
        if pressed is not None and pressed[0] is CustomerAction.INFO:
            return pressed[1]
    return None
