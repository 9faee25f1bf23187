"""Flows as Rasa forms: `validate_<area>_form` hears and asks, `action_<area>_conclude` ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Iterable, Iterator

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction
from rasa_sdk.interfaces import Action
from rasa_sdk.types import DomainDict

from actions import filing
from actions.carried import carry_over
from actions.case import FILLED_SLOTS, Case, slots_of
from actions.choice import NO, NONE, UNKNOWN, YES, Option
from actions.flow import Ask, Conclusion, Flow, Spoken, known
from actions.heard import Memory, Message
from actions.ports import current_ports
from actions.turning import answers_freely, is_another_record, is_not_this
from actions.wording import sentences
from contracts.assistant import ANSWER_INTENT
from contracts.effects import Effect, EndDialogue, FileTicket, WithdrawTicket, effect_to_dict
from contracts.entities import PHONE
from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy

PROBLEM, MEMORY = "problem", "memory"
_CONSENT_SLOT = "agreed"
_PATIENCE = 2
"""How often one question is asked; then the flow goes on without the answer."""
_PATIENCE_WITH_NEWS = 4
"""The same while each answer at least names something new."""

_ASK_PHONE = Ask(
    slot="phone",
    text="您还没有登录，请留一个手机号，方便处理时联系您。",
    accepts="phone",
    again="这个号码好像不完整，请发一下 11 位手机号。",
)


class Area(Action, ABC):
    """What the two actions of one business area share."""

    @property
    @abstractmethod
    def area(self) -> str:
        """The form's name without `_form`."""

    @property
    @abstractmethod
    def flows(self) -> tuple[Flow, ...]:
        """The flows of this area, one an intent."""

    def flow(self, intent: str) -> Flow | None:
        return next((flow for flow in self.flows if flow.intent == intent), None)

    def speak(self, dispatcher: CollectingDispatcher, flow: Flow, spoken: Spoken) -> None:
        custom: dict[str, Any] = {"source": f"intent:{flow.intent}"}
        if spoken.card is not None:
            custom["card"] = dict(spoken.card)
        if spoken.outcome is not None:
            custom["outcome"] = spoken.outcome
        dispatcher.utter_message(text=spoken.text, buttons=[dict(b) for b in spoken.buttons], json_message=custom)

    def want(self, dispatcher: CollectingDispatcher, effects: Iterable[Effect]) -> None:
        for effect in effects:
            dispatcher.utter_message(json_message=effect_to_dict(effect))


class FlowForm(Area, FormValidationAction):
    """Hears what the message says, looks the rest up and asks the next question.

    The question is said here and not in an `action_ask_…`: one call and one look-up for a turn instead of two.
    """

    def name(self) -> str:
        return f"validate_{self.area}_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Fill slots and choose the next question.

        A message that starts a flow of another area rejects the form, so that Rasa's rules open the other one.
        """
        message = Message.from_tracker(tracker.latest_message)
        if self._elsewhere(message.intent):
            return [ActionExecutionRejected(self.form_name())]
        case, fresh = self._case(tracker, message)
        flow = self._flow_of(case)
        if fresh:
            await carry_over(case)
        asked = None if fresh else tracker.get_slot(REQUESTED_SLOT)
        news = case.memory.listen(message, corrects=not answers_freely(asked, message))
        if not fresh and is_not_this(message):
            case.memory.left = True
            return self._events(tracker, case, None)
        if case.memory.filed and not await self._corrected(dispatcher, flow, case, news):
            # Whatever he says, it is asked once only: the ticket stands.
            case.fill(_CONSENT_SLOT, _consent_of(message) or UNKNOWN)
            return self._events(tracker, case, None)
        await self._hear(flow, case, asked, news)
        next_ask = await self._next(flow, case)
        if next_ask is None and flow.asks_consent and not case.get("again"):
            next_ask = await self._file_first(dispatcher, flow, case)
        elif next_ask is not None:
            self._ask(dispatcher, flow, case, next_ask, repeated=next_ask.slot == asked and not news)
        return self._events(tracker, case, next_ask)

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        """The slots that the flow of `problem` needs, in the order of asking."""
        case, _ = self._case(tracker, Message.from_tracker(tracker.latest_message))
        flow = self._flow_of(case)
        if case.memory.filed:
            return [_CONSENT_SLOT]
        await flow.look_up(case)
        return [ask.slot for ask in self._needs(flow, case)]

    async def _corrected(self, dispatcher: CollectingDispatcher, flow: Flow, case: Case, news: bool) -> bool:
        """Whether he names another record than the one that was filed: that ticket is taken back, a new one follows."""
        before = known(case, flow.record_slot) if flow.record_slot else None
        if _consent_of(case.message) != YES and flow.corrects(case):
            self._take_back(dispatcher, case)
            return True
        if before is None or flow.record_slot is None or _consent_of(case.message) == YES:
            return False
        if not news and not is_another_record(case.message):
            return False
        slots, chosen = dict(case.slots), list(case.memory.chosen)
        case.memory.chosen = [slot for slot in chosen if slot != flow.record_slot]
        if is_another_record(case.message):
            case.memory.rule_out(before)
            case.slots.pop(flow.record_slot, None)
        await flow.look_up(case)
        now = case.get(flow.record_slot)
        if now == before or (now in (None, NONE) and not is_another_record(case.message)):
            case.slots, case.memory.chosen = slots, chosen
            return False
        self._take_back(dispatcher, case)
        return True

    def _take_back(self, dispatcher: CollectingDispatcher, case: Case) -> None:
        self.want(dispatcher, [WithdrawTicket(case.memory.filed, case.message.text.strip())])
        case.memory.rule_out(case.memory.filed)
        case.memory.filed = ""

    async def _file_first(self, dispatcher: CollectingDispatcher, flow: Flow, case: Case) -> Ask | None:
        """File what is known now if a yes is wanted for more, so that nothing hangs on the answer."""
        told = list(case.memory.told)
        conclusion = await flow.conclude(case)
        ticket = next((e for e in conclusion.effects if isinstance(e, FileTicket)), None)
        if conclusion.consent is None or ticket is None:
            # The conclusion comes in its own action: it has said nothing yet.
            case.memory.told = told
            return None
        for spoken in conclusion.spoken:
            self.speak(dispatcher, flow, spoken)
        self.want(dispatcher, (e for e in conclusion.effects if not isinstance(e, EndDialogue)))
        ask = conclusion.consent
        self.speak(dispatcher, flow, Spoken(ask.text, tuple(ask.buttons), ask.card))
        case.memory.filed = ticket.number
        return ask

    def _elsewhere(self, intent: str) -> bool:
        spec = load_taxonomy().intents.get(intent)
        return spec is not None and self.flow(intent) is None and intent in _flow_intents()

    def _case(self, tracker: Tracker, message: Message) -> tuple[Case, bool]:
        """The case so far, or a new one when the message starts a problem. True: it is new."""
        problem = tracker.get_slot(PROBLEM)
        open_here = tracker.active_loop_name == self.form_name() and problem is not None
        fresh = self.flow(message.intent) is not None and not (open_here and message.intent == problem)
        if fresh or problem is None:
            return Case(message.intent, current_ports(), message, Memory()), True
        memory = Memory.from_slot(tracker.get_slot(MEMORY))
        return Case(problem, current_ports(), message, memory, slots_of(tracker.slots)), False

    def _flow_of(self, case: Case) -> Flow:
        flow = self.flow(case.intent)
        if flow is None:
            raise ContractError(f"{self.name()}: no flow for {case.intent}")
        return flow

    def _needs(self, flow: Flow, case: Case) -> Iterator[Ask]:
        if case.get("again"):
            return
        if case.guest and flow.guest_phone:
            yield _ASK_PHONE
        yield from flow.needs(case)

    async def _hear(self, flow: Flow, case: Case, asked: str | None, news: bool) -> None:
        """Take the answer to the open question, then everything else that the message says."""
        phone = case.memory.first(PHONE)
        if phone and case.guest:
            case.fill("phone", str(phone))
        if news and flow.record_slot in case.memory.chosen and not answers_freely(asked, case.message):
            # "不是昨天是前天": what he says now counts more than what he picked before.
            case.memory.chosen.remove(flow.record_slot)
        await flow.look_up(case)
        pressed = case.message.pressed
        # An older card may be pressed while another question is open: it counts for its own question.
        wanted = pressed[0] if pressed is not None else asked
        ask = next((a for a in self._needs(flow, case) if a.slot == wanted), None)
        if ask is not None:
            self._answer(case, ask, news)
            await flow.look_up(case)
        if not case.get("again"):
            open_ones = [t for t in await case.ports.open_tickets() if not case.memory.ruled_out(t.number)]
            same = flow.same_problem(case, open_ones)
            if same is not None:
                case.fill("again", same.number)

    def _answer(self, case: Case, ask: Ask, news: bool) -> None:
        value = ask.answer(case.message)
        if value is None and ask.accepts == "agreed" and case.message.intent == case.intent:
            value = NO  # he tells the problem once more: it is not solved
        if value is not None:
            case.fill(ask.slot, value)
            case.memory.chosen.append(ask.slot)
            return
        if case.get(ask.slot) is not None:
            return
        tries = case.memory.tries[ask.slot] = case.memory.tries.get(ask.slot, 0) + 1
        if tries >= (_PATIENCE_WITH_NEWS if news else _PATIENCE):
            case.fill(ask.slot, UNKNOWN)
            case.memory.chosen.append(ask.slot)

    async def _next(self, flow: Flow, case: Case) -> Ask | None:
        return next((ask for ask in self._needs(flow, case) if case.get(ask.slot) is None), None)

    def _ask(self, dispatcher: CollectingDispatcher, flow: Flow, case: Case, ask: Ask, repeated: bool) -> None:
        first_aid = flow.first_aid(case) if ask is _ASK_PHONE else ""
        if repeated:
            text, outcome = ask.again or f"不好意思没看明白。{ask.text}", "not_understood"
        elif case.memory.tries.get(ask.slot):
            text, outcome = f"好的，这个我记下了。{ask.again or ask.text}", None
        else:
            text, outcome = sentences(filing.start(case), filing.notes(case), first_aid, ask.text).lstrip("\n"), None
        self.speak(dispatcher, flow, Spoken(text, tuple(ask.buttons), ask.card, outcome))

    def _events(self, tracker: Tracker, case: Case, ask: Ask | None) -> list[EventType]:
        # At least one slot must be set each time: Rasa takes a form that set none for one that understood nothing.
        events = [SlotSet(PROBLEM, case.intent), SlotSet(MEMORY, case.memory.to_slot())]
        changed = [slot for slot in FILLED_SLOTS if case.get(slot) != tracker.slots.get(slot)]
        events += [SlotSet(slot, case.get(slot)) for slot in changed]
        return [*events, SlotSet(REQUESTED_SLOT, ask.slot if ask else None)]


class FlowConclude(Area):
    """Ends the flow of `problem`: a ticket, more said to an open one, or an answer."""

    def name(self) -> str:
        return f"action_{self.area}_conclude"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        message = Message.from_tracker(tracker.latest_message)
        problem = str(tracker.get_slot(PROBLEM))
        flow = self.flow(problem)
        if flow is None:
            raise ContractError(f"{self.name()}: no flow for {problem}")
        memory = Memory.from_slot(tracker.get_slot(MEMORY))
        case = Case(problem, current_ports(), message, memory, slots_of(tracker.slots))
        conclusion = await self._conclude(flow, case)
        for spoken in conclusion.spoken:
            self.speak(dispatcher, flow, spoken)
        self.want(dispatcher, conclusion.effects)
        return [SlotSet(PROBLEM, None), SlotSet(MEMORY, None)]

    async def _conclude(self, flow: Flow, case: Case) -> Conclusion:
        if case.memory.left:
            return filing.left(flow, case)
        if case.memory.filed:
            return await flow.settle(case)
        number = case.get("again")
        if number:
            ticket = next((t for t in await case.ports.open_tickets() if t.number == number), None)
            if ticket is not None:
                return filing.again(flow, case, ticket)
        return await flow.conclude(case)


def _consent_of(message: Message) -> str | None:
    return Ask(_CONSENT_SLOT, "", (Option(YES, ""), Option(NO, "")), accepts="consent").answer(message)


def _flow_intents() -> frozenset[str]:
    """The intents that some area has a flow for: all that are not small talk."""
    return frozenset(i.id for i in load_taxonomy().intents.values() if i.group != "chat" and i.id != ANSWER_INTENT)
