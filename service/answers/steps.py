"""Steps of flows: run by the assistant, written down without it, put right later, kept when a person takes over."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Awaitable, Callable, Sequence
from uuid import uuid4

from contracts.assistant import Assistant, AssistantStep
from contracts.conversation import Reply
from contracts.decision import Decision, Kind
from contracts.effects import AddToTicket
from contracts.errors import AssistantUnavailable
from contracts.taxonomy import Taxonomy
from contracts.tickets import TicketView
from intent_router.entities import extract
from service.answers import following, mending, rules
from service.answers.rules import Plan, Voice
from service.answers.situation import OpenDialogue, Situation, attached_order, rasa_entities
from service.clock import spoken
from service.tickets import service as tickets

log = logging.getLogger(__name__)

OpenTickets = Callable[[str], Awaitable[Sequence[TicketView]]]
"""Reads the open tickets of a conversation."""


class FlowSteps:
    """Plans what a flow answers; writes nothing."""

    def __init__(
        self, assistant: Assistant, taxonomy: Taxonomy, open_tickets: OpenTickets, assistant_timeout: float
    ) -> None:
        self._assistant = assistant
        self._taxonomy = taxonomy
        self._open_tickets = open_tickets
        self._timeout = assistant_timeout

    async def tickets(self, situation: Situation) -> Sequence[TicketView]:
        """The open tickets of the conversation, newest first."""
        return await self._open_tickets(situation.conversation_id)

    async def ticket_just_told(self, situation: Situation) -> TicketView | None:
        """The open ticket of what the message before was about."""
        last = situation.signals[-1].label if situation.signals else None
        return following.told_just_before(last, await self.tickets(situation))

    async def step(
        self,
        situation: Situation,
        dialogue: OpenDialogue | None,
        decision: Decision,
        problem: str,
        intent: str,
        voice: Voice,
    ) -> Plan:
        """One turn of the flow for `problem`; `intent` is what the assistant takes the message for."""
        others = {f"intent:{i}" for i in self._taxonomy.intents} - {f"intent:{problem}"}
        step = AssistantStep(
            attempt_id=f"{situation.turn_id}-{situation.attempt}-{uuid4().hex[:8]}",
            snapshot=dialogue.snapshot if dialogue is not None else (),
            text=situation.text,
            intent=intent,
            confidence=decision.confidence,
            entities=(
                *rasa_entities(decision),
                *attached_order(situation, decision),
                *following.phone_known(situation.guest_phone, problem),
            ),
            metadata={
                "turn_id": situation.turn_id,
                "conversation_id": situation.conversation_id,
                "customer_id": situation.customer_id,
                "now": situation.now.isoformat(),
                "sentiment": decision.sentiment.label,
                "problem": problem,
                "payload": decision.payload,
                "context": dict(situation.context),
                "attachments": list(situation.attachments),
                "alternatives": [c.label.split(":", 1)[1] for c in decision.alternatives if c.label in others],
            },
        )
        try:
            outcome = await self._assistant.step(step, self._timeout)
        except AssistantUnavailable as error:
            log.warning("assistant unavailable: %s", error)
            return await self._without_assistant(situation, dialogue, problem, decision, voice)
        return rules.step_plan(problem, outcome, voice)

    async def _without_assistant(
        self, situation: Situation, dialogue: OpenDialogue | None, problem: str, decision: Decision, voice: Voice
    ) -> Plan:
        """Rasa is down or slow: the problem is written down in the right category, a person is offered."""
        spec = self._taxonomy.intents[problem]
        if spec.department is None:
            reply = Reply(voice.say("assistant_down"), source=f"intent:{problem}", buttons=(voice.human_button(),))
            return Plan((reply,), outcome="no_progress")
        known = next((t for t in await self.tickets(situation) if t.category == problem), None)
        if known is not None:
            addition = AddToTicket(known.number, "again", situation.text)
            return rules.written_to_open_ticket(problem, addition, spoken(known.due_at, situation.now), voice)
        planned = tickets.plan(situation.turn_id, problem, situation.now)
        mine = dialogue.slots if dialogue is not None and dialogue.problem == problem else {}
        title = voice.title(f"intent:{problem}")
        checked = "助手暂时不可用，未能核对平台记录"
        ticket = mending.file_what_is_known(planned, [situation.text], mine, decision.entities, checked, title)
        return rules.written_down(ticket, spoken(planned.due_at, situation.now), voice)

    async def correct(self, situation: Situation, decision: Decision, voice: Voice) -> Plan | None:
        """What was just filed is put right: the flow runs again on what holds now, and the ticket is changed."""
        ticket = await self.ticket_just_told(situation)
        if ticket is None or not following.corrects(decision, situation.text, ticket):
            return None
        said = ticket.details.get("said") or []
        before = "，".join([said] if isinstance(said, str) else said)
        entities = mending.put_right(extract(before, situation.now), decision.entities)
        again = replace(situation, text=f"{before}，{situation.text}" if before else situation.text)
        meant = replace(decision, label=f"intent:{ticket.category}", kind=Kind.FLOW, entities=entities)
        plan = await self.step(again, None, meant, ticket.category, ticket.category, voice)
        return mending.as_correction(plan, ticket, situation.text, spoken(ticket.due_at, situation.now), voice)

    async def with_open_form(
        self, situation: Situation, dialogue: OpenDialogue | None, plan: Plan, voice: Voice
    ) -> Plan:
        """A hand-off in the middle of a form keeps what was said: as a ticket, unless there is one already."""
        if dialogue is None or dialogue.requested_slot is None or mending.filed_by(dialogue.slots):
            return plan
        spec = self._taxonomy.intents[dialogue.problem]
        if spec.department is None or any(t.category == dialogue.problem for t in await self.tickets(situation)):
            return plan
        cause = dialogue.slots.get("cause")
        planned = tickets.plan(situation.turn_id, dialogue.problem, situation.now, cause=str(cause) if cause else None)
        said = (dialogue.slots.get("memory") or {}).get("said") or []
        title = voice.title(f"intent:{dialogue.problem}")
        ticket = mending.file_what_is_known(planned, said, dialogue.slots, (), "未问完就转了人工", title)
        return mending.handed_over_with(plan, ticket, spoken(planned.due_at, situation.now), voice)
