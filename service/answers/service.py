"""One message and what is known of its conversation → a decision and the plan that answers it. Nothing is written."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from contracts.assistant import ANSWER_INTENT, Assistant
from contracts.conversation import Owner, Reply
from contracts.decision import Decision, Kind, OfferedButton, RouteContext
from contracts.effects import WithdrawTicket
from contracts.errors import AssistantUnavailable
from contracts.taxonomy import Taxonomy
from contracts.taxonomy.loader import CHAT_GROUP
from contracts.tickets import CustomerAction
from intent_router import escalation
from intent_router.escalation import TurnSignal, Verdict
from knowledge_base.replies import Replies
from service.answers import following, mending, pressed, rules
from service.answers.rules import DialogueChange, Plan, Voice
from service.answers.situation import OpenDialogue, Situation, UnderstandingSource, seen_words
from service.answers.steps import FlowSteps, OpenTickets
from service.clock import spoken

# What other domains may use of this one, beside the class below.
from service.answers.situation import (  # isort: skip
    Understanding as Understanding,
)

log = logging.getLogger(__name__)

# Routing holds the interpreter anyway: for ordinary messages a change of threads costs more than it gives.
SHORT_TEXT = 400
DIALOGUE_LIFE = timedelta(hours=24)
GENERAL = "complaint_general"
CRITICAL = frozenset({"safety_emergency", "account_security", "points_stolen"})


class Answers:
    """Decides and plans; the assistant is asked where a flow is needed."""

    def __init__(
        self,
        understanding: UnderstandingSource,
        assistant: Assistant,
        replies: Replies,
        taxonomy: Taxonomy,
        open_tickets: OpenTickets,
        assistant_timeout: float,
    ) -> None:
        self._understanding = understanding
        self._assistant = assistant
        self._steps = FlowSteps(assistant, taxonomy, open_tickets, assistant_timeout)
        self._replies = replies
        self._taxonomy = taxonomy
        self._timeout = assistant_timeout
        self._flows = {f"intent:{i.id}" for i in taxonomy.intents.values() if i.group != CHAT_GROUP}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="router")

    async def decide(self, text: str, context: RouteContext, now: datetime, top: int = 5) -> Decision:
        """The router's decision; the assistant's own NLU is asked only when the router is unsure.

        Raises:
            NotReady: nothing is trained yet.
        """
        router = self._understanding.current().router
        if len(text) <= SHORT_TEXT:
            routing = router.route(text, context, now, top)
        else:
            loop = asyncio.get_running_loop()
            routing = await loop.run_in_executor(self._thread, router.route, text, context, now, top)
        if not routing.wants_assistant:
            return routing.decision
        try:
            scores = await self._assistant.classify(text, self._timeout)
        except AssistantUnavailable as error:
            log.info("assistant not asked for its opinion: %s", error)
            return routing.decision
        return router.join(routing, scores)

    async def answer(self, situation: Situation) -> tuple[Decision, Plan]:
        """The decision and the plan for one turn."""
        dialogue = self._live(situation)
        words = seen_words(situation) if dialogue is None else ""
        if words and not await self._steps.tickets(situation):
            # A picture alone speaks by the words in it, unless it goes to a ticket that is open.
            situation = replace(situation, text=words)
        decision = await self.decide(situation.text, self._route_context(situation, dialogue), situation.now)
        decision = await self._in_its_place(situation, decision)
        voice = Voice(self._replies, self._taxonomy, variant=situation.turn_id)
        verdict = self._judge(situation, decision)
        plan = await self._plan(situation, dialogue, decision, verdict, voice)
        plan = rules.with_feeling(plan, decision.sentiment.label, decision.kind, voice)
        if verdict.offer_person or decision.name == "paid_not_fueled":
            plan = rules.with_button(plan, voice.human_button())
        return decision, following.with_remembered(plan, situation, dialogue, decision, voice)

    def failure(self, situation: Situation) -> Plan:
        """What a customer hears when his turn failed again and again: sorry, nothing is lost, a person looks."""
        voice = Voice(self._replies, self._taxonomy)
        plan = rules.handoff_plan("flow", "turn failed", voice)
        return replace(plan, replies=(Reply(voice.say("failure"), source="system"),))

    def _live(self, situation: Situation) -> OpenDialogue | None:
        dialogue = situation.dialogue
        over = dialogue is not None and situation.now - dialogue.updated_at > DIALOGUE_LIFE
        return None if over else dialogue

    def _route_context(self, situation: Situation, dialogue: OpenDialogue | None) -> RouteContext:
        # A typed title counts as a press only for the newest buttons; a payload counts for all that were offered.
        offered = [o for o in situation.offered if o["latest"] or o["payload"] == situation.payload]
        known = any(o["payload"] == situation.payload for o in situation.offered)
        payload = situation.payload if known or pressed.always_counts(situation.payload) else None
        return RouteContext(
            active_flow=dialogue.problem if dialogue is not None else None,
            requested_slot=dialogue.requested_slot if dialogue is not None else None,
            offered=tuple(OfferedButton(o["title"], o["payload"]) for o in offered),
            recent_labels=tuple(s.label for s in situation.signals),
            payload=payload,
            attached=bool(situation.attachments),
        )

    def _judge(self, situation: Situation, decision: Decision) -> Verdict:
        feeling, sure = decision.sentiment.label, decision.kind is not Kind.CLARIFY
        return escalation.judge((*situation.signals, TurnSignal(decision.label, feeling, decision.guard, None, sure)))

    async def _in_its_place(self, situation: Situation, decision: Decision) -> Decision:
        """The decision in the light of what stood before: a yes to an offer, a picture for an open ticket."""
        text, last = situation.text, situation.signals[-1].label if situation.signals else None
        slot = situation.dialogue.requested_slot if situation.dialogue is not None else None
        for_handler = pressed.asked_ticket(decision, situation.offered) is not None and pressed.is_datum(text)
        if for_handler or following.bare_answer(decision, slot, text):
            return following.calm(decision)
        if following.no_alarm(decision, CRITICAL):
            return replace(decision, kind=Kind.CLARIFY)
        decision = following.answers_offer(decision, text, situation.offered, situation.second_problem)
        if following.brings_picture(decision, bool(situation.attachments)) and await self._steps.tickets(situation):
            return following.added_to_ticket(decision)
        if following.only_heard(decision, text):
            return replace(decision, label=following.AFFIRM, kind=Kind.CHAT)
        if following.asks_how_far(decision, text) and await self._steps.tickets(situation):
            return following.about(decision, following.PROGRESS)
        told = None
        for fits, label in (
            (following.says_it_is_done(decision, text), following.WITHDRAW),
            (following.asks_when(decision, text), following.PROGRESS),
            (following.presses(decision), following.URGE),
        ):
            told = await self._steps.ticket_just_told(situation) if fits and told is None else told
            if fits and told is not None:
                return following.about(decision, label)
        if following.asks_when(decision, text) and last in self._flows:
            return following.about(decision, last)
        return decision

    async def _plan(
        self, situation: Situation, dialogue: OpenDialogue | None, decision: Decision, verdict: Verdict, voice: Voice
    ) -> Plan:
        if (called := pressed.about_callback(decision, situation.text, situation.offered)) is not None:
            return called
        on_ticket = pressed.action_on_ticket(decision)
        if on_ticket is not None:
            return await self._on_ticket(situation, *on_ticket, decision, voice)
        in_words = pressed.confirmed_in_words(decision, situation.text, situation.offered) if dialogue is None else None
        if in_words is not None and not verdict.escalate:
            return pressed.act(*in_words, situation.text, ())
        # Who waits in the queue already is helped on; only his wish for a person is answered with his place.
        waits = situation.owner is Owner.QUEUED and verdict.reason != "asked"
        if verdict.escalate and decision.name not in CRITICAL and not waits:
            plan = self._to_person(situation, verdict.reason or "asked", verdict.rule or "", decision, voice)
            plan = await self._steps.with_open_form(situation, dialogue, plan, voice)
            if decision.kind is not Kind.FLOW or decision.answer or situation.owner is Owner.QUEUED:
                return plan
            if decision.name == GENERAL and await self._steps.tickets(situation):
                return plan  # it is about what is filed already
            # The problem is written down on the way, so that the person finds it filed; questions are left to him.
            flow = await self._steps.step(situation, None, decision, decision.name, decision.name, voice)
            return rules.with_filed(plan, flow)
        if decision.payload == rules.HUMAN or decision.kind is Kind.HANDOFF:
            plan = self._to_person(situation, "asked", f"guard {decision.guard or 'label'}", decision, voice)
            return await self._steps.with_open_form(situation, dialogue, plan, voice)
        if decision.guard == "cancel" or decision.payload == rules.CANCEL:
            return self._cancel(situation, dialogue, voice)
        if situation.owner is Owner.QUEUED and dialogue is None and following.leaves_queue(decision, situation.text):
            return self._cancel(situation, dialogue, voice)
        if decision.payload is None and following.calls_off(situation.text):
            if dialogue is not None and (decision.answer or decision.kind is not Kind.FLOW):
                return self._cancel(situation, dialogue, voice)
            told = await self._steps.ticket_just_told(situation) if dialogue is None else None
            elsewhere = decision.kind is Kind.FLOW and told is not None and decision.name != told.category
            if told is not None and told.category not in CRITICAL and not elsewhere:
                back = following.takes_back(decision)
                return await self._steps.step(situation, None, back, back.name, back.name, voice)
        if decision.payload == rules.NEXT and situation.second_problem is not None:
            return await self._start_second(situation, situation.second_problem, decision, voice)
        if decision.answer and dialogue is not None:
            return await self._steps.step(situation, dialogue, decision, dialogue.problem, ANSWER_INTENT, voice)
        if dialogue is None and following.may_correct(decision, situation.text):
            corrected = await self._steps.correct(situation, decision, voice)
            if corrected is not None:
                return corrected
        asked = pressed.asked_ticket(decision, situation.offered) if dialogue is None else None
        if asked is not None and any(t.number == asked and t.waits for t in await self._steps.tickets(situation)):
            return pressed.act(CustomerAction.INFO, asked, situation.text, ())
        if dialogue is None and following.asks_why_so_late(decision, situation.text):
            told = await self._steps.ticket_just_told(situation)
            if told is not None:
                return pressed.act(CustomerAction.WHY, told.number, situation.text, ())
        of_old = decision.kind is Kind.FLOW and following.asks_for_old_tickets(decision, situation.customer_id)
        if of_old and situation.guest_phone is None and not await self._steps.tickets(situation):
            return Plan((Reply(voice.say("guest_tickets"), source=decision.label),))
        if decision.kind is Kind.FLOW:
            return await self._steps.step(situation, dialogue, decision, decision.name, decision.name, voice)
        if dialogue is None and following.trouble_goes_on(decision, situation.text):
            ticket = await self._steps.ticket_just_told(situation)
            if ticket is not None:
                return mending.still_open(ticket, spoken(ticket.due_at, situation.now), voice)
        return self._say(situation, dialogue, decision, voice)

    async def _on_ticket(
        self, situation: Situation, action: CustomerAction, number: str, decision: Decision, voice: Voice
    ) -> Plan:
        """A button under a ticket: done at once, but for adding, which asks what."""
        if action is not CustomerAction.INFO:
            return pressed.act(action, number, situation.text, situation.offered)
        named = pressed.about_ticket(decision, number)
        return await self._steps.step(situation, None, named, named.name, named.name, voice)

    def _say(self, situation: Situation, dialogue: OpenDialogue | None, decision: Decision, voice: Voice) -> Plan:
        """Answers that need no flow; an open form asks its question again below them."""
        plan = self._words(situation, decision, voice)
        if dialogue is not None and dialogue.question is not None:
            plan = replace(plan, replies=(*plan.replies, rules.ask_again(dialogue.question, voice)))
        return plan

    def _words(self, situation: Situation, decision: Decision, voice: Voice) -> Plan:
        if decision.kind is Kind.FAQ:
            return self._article(situation, decision, voice)
        if decision.kind is Kind.CLARIFY:
            again = bool(situation.signals) and not situation.signals[-1].sure
            return Plan((rules.clarify_reply(decision, voice, again=again),), outcome="not_understood")
        if decision.guard == following.EMPTY:
            return Plan((Reply(self._nothing(situation), source="guard:empty"),), outcome="not_understood")
        if decision.kind is Kind.CHAT:
            return Plan((rules.chat_reply(decision, voice),))
        before = following.repeats(decision.label, [t.label for t in situation.signals])
        text = self._replies.say("out_of_scope_again", before - 1) if before else voice.say("out_of_scope")
        return Plan((Reply(text, source="intent:out_of_scope", buttons=(voice.human_button(),)),))

    def _nothing(self, situation: Situation) -> str:
        """Words for a message that says nothing: a picture alone, hesitation, or not a word."""
        if situation.attachments:
            return self._replies.say("picture_alone")
        before = following.repeats("intent:out_of_scope", [t.label for t in situation.signals])
        return self._replies.say("hesitant" if situation.text.strip() else "empty", before)

    def _article(self, situation: Situation, decision: Decision, voice: Voice) -> Plan:
        article = self._understanding.current().articles.get(decision.name)
        if article is None:
            # Its validity ended since the index was built; the candidates that are left are offered.
            return Plan((rules.clarify_reply(decision, voice),), outcome="not_understood")
        if rules.repeats_article(article.id, [s.label for s in situation.signals]):
            reply = Reply(voice.say("again_article"), source=f"faq:{article.id}", buttons=(voice.human_button(),))
            return Plan((reply,), outcome="no_progress")
        return Plan((rules.article_reply(article, voice),))

    def _to_person(self, situation: Situation, reason: str, rule: str, decision: Decision, voice: Voice) -> Plan:
        if situation.owner is Owner.QUEUED:
            return Plan((Reply(voice.say("already_queued"), source="handoff"),))
        spec = self._taxonomy.intents.get(decision.name) if decision.is_intent else None
        return rules.handoff_plan(
            reason,
            rule,
            voice,
            department=spec.department if spec is not None else None,
            priority=(spec.priority if spec is not None else None) or "P2",
        )

    def _cancel(self, situation: Situation, dialogue: OpenDialogue | None, voice: Voice) -> Plan:
        if dialogue is not None:
            reply = Reply(voice.say("cancelled"), source="guard:cancel")
            # A flow that asks for one more yes has filed its ticket already: calling off takes that back, too.
            filed = (dialogue.slots.get("memory") or {}).get("filed")
            taken_back = (WithdrawTicket(filed, situation.text),) if filed else ()
            ended = DialogueChange(ended="cancelled")
            return Plan((reply,), taken_back, dialogue=ended, clear_second=True, voiced=True)
        queued = situation.owner is Owner.QUEUED
        reply = Reply(voice.say("cancelled" if queued else "nothing_to_cancel"), source="guard:cancel")
        return Plan((reply,), clear_second=True, leave_queue=queued)

    async def _start_second(self, situation: Situation, label: str, decision: Decision, voice: Voice) -> Plan:
        started = replace(decision, label=label, kind=Kind.FAQ if label.startswith("faq:") else Kind.FLOW)
        if started.kind is Kind.FAQ:
            plan = self._article(situation, started, voice)
        else:
            plan = await self._steps.step(situation, None, started, started.name, started.name, voice)
        return replace(plan, clear_second=True)
