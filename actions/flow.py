"""What every flow is made of: what it looks up, what it still has to ask, how it ends."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Sequence

from actions.case import Case
from actions.choice import NO, NONE, UNKNOWN, YES, Option, agreed, chosen, consents, unsure
from actions.heard import Message
from actions.matching import Match
from actions.records import Record, picker
from actions.turning import asks_something
from actions.wording import clock, echo, sentences
from contracts.effects import AddToTicket, Effect, EndDialogue
from contracts.tickets import TicketView
from contracts.titles import INTENT_TITLES

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_TAX_NUMBER = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{15,20}(?![0-9A-Z])")
_EMPTY_ANSWER = re.compile(r"[\W_]*")


@dataclass(frozen=True)
class Ask:
    """A question that is still open.

    `accepts`: `choice` (one of the options), `text` (any words), `name` (a name that we may say back),
    `phone`, `tax_number`, `agreed` (yes or no),
    `consent` (yes or no to what is then done at once: nothing but a clear yes counts).
    `again` is said instead of `text` when the question is asked once more.
    """

    slot: str
    text: str
    options: tuple[Option, ...] = ()
    card: Mapping[str, Any] | None = None
    accepts: str = "choice"
    again: str = ""

    def answer(self, message: Message) -> str | None:
        """The value that the message gives to the slot, or None when it does not answer the question."""
        pressed = message.pressed
        if pressed is not None and pressed[0] == self.slot:
            return self._allowed(pressed[1])
        text = message.text.strip()
        if self.accepts == "phone":
            found = _PHONE.search(re.sub(r"[\s-]", "", text))
            return found.group() if found else None
        if self.accepts == "consent":
            return consents(text)
        if self.accepts == "agreed":
            return chosen(text, self.options) or agreed(text)
        if self.accepts == "tax_number":
            found = _TAX_NUMBER.search(re.sub(r"[\s-]", "", text.upper()))
            if found:
                return found.group()
        picked = chosen(text, self.options) if self.options else None
        if picked is not None:
            return picked
        if unsure(text):
            return UNKNOWN
        if self.accepts == "name":
            return echo(text) or None
        if self.accepts == "text" and (message.attachments or not _EMPTY_ANSWER.fullmatch(text)):
            return text or "见附件"
        return None

    def _allowed(self, value: str) -> str | None:
        closed = self.accepts in ("choice", "agreed", "consent")
        known = {option.value for option in self.options}
        return value if not closed or value in known or value == UNKNOWN else None

    @property
    def buttons(self) -> list[dict[str, str]]:
        return [{"title": o.title, "payload": f"answer:{self.slot}={o.value}"} for o in self.options]


@dataclass(frozen=True)
class Spoken:
    """A message to the customer. `outcome` tells the turn's judge how the answer went, if not well."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    card: Mapping[str, Any] | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Conclusion:
    """How a flow ends.

    `consent` is one more question, asked when the ticket stands already: whether to do something at once that needs
    the customer's yes. Its answer goes to `Flow.settle`.
    """

    spoken: tuple[Spoken, ...]
    effects: tuple[Effect, ...] = field(default_factory=tuple)
    consent: Ask | None = None


class Flow(ABC):
    """One intent's way from the first words to a ticket or an answer.

    The order of calls in a turn is `look_up`, then `needs`; when nothing is needed any more, `conclude` (in an action
    run of its own: what it needs must be in slots or is read again). All may run many times for one problem.
    """

    intent: str
    guest_phone: bool = True
    """Whether a guest is asked for a number to be called back on."""
    record_slot: str | None = None
    """The slot that holds the record this flow is about; what the customer says about it can change the pick."""
    parties: tuple[str, ...] = ()
    """Who may have to answer for it, beside the department at work: platform, station, payment_provider, partner…"""
    asks_consent: bool = False
    """Whether `conclude` may ask for a yes after filing."""

    @property
    def title(self) -> str:
        """The problem in a few words, for the ticket's card and summary."""
        return INTENT_TITLES[self.intent]

    def first_aid(self, case: Case) -> str:
        """What a guest must hear before he is asked for his number; by default nothing."""
        return ""

    async def look_up(self, case: Case) -> None:
        """Read what the platform knows and fill the slots that follow from it; by default nothing."""
        return None

    def needs(self, case: Case) -> Iterator[Ask]:
        """The questions of this flow, in order, whether answered or not."""
        return iter(())

    @abstractmethod
    async def conclude(self, case: Case) -> Conclusion:
        """File or solve; called with every needed slot filled (possibly with `unknown`)."""

    async def settle(self, case: Case) -> Conclusion:
        """After the ticket stands: the customer answered `Conclusion.consent`.

        A yes is carried out (`on_yes`), a no leaves the ticket as it is, a question is told where the ticket is, other
        words are added to it.
        """
        number, answer = case.memory.filed, case.get("agreed")
        if answer == YES:
            return await self.on_yes(case, number)
        if answer == NO:
            text = f"好的，那先不动，工单 {number} 照常处理。"
            return Conclusion((Spoken(text),), (EndDialogue("filed"),))
        if asks_something(case.message):
            ticket = next((t for t in await case.ports.open_tickets() if t.number == number), None)
            until = f"，{clock(ticket.due_at, case.now)} 前给您处理结果" if ticket is not None else ""
            text = f"工单 {number} 正在处理{until}；刚才问您的那一步先不动。您问的要是别的事，换个说法再问我一次。"
            return Conclusion((Spoken(text, outcome="not_understood"),), (EndDialogue("filed"),))
        note = case.memory.said[-1] if case.memory.said else self.title
        text = f"您说的我补充到工单 {number} 里了，处理人会看到。刚才问您的那一步，没有您的确认我不会动。"
        effects = (AddToTicket(number, "info", note), EndDialogue("filed"))
        return Conclusion((Spoken(text, outcome="no_progress"),), effects)

    def corrects(self, case: Case) -> bool:
        """Whether this message changes what was filed, beside the record; if so, the slots hold the new state."""
        return False

    async def on_yes(self, case: Case, number: str) -> Conclusion:
        """What was asked by `Conclusion.consent` is done; `number` is the ticket that stands."""
        raise NotImplementedError(f"{self.intent} asks for no consent")

    def same_problem(self, case: Case, tickets: Sequence[TicketView]) -> TicketView | None:
        """The open ticket about this very problem, if there is one.

        A ticket of this intent is about the same problem unless it names another record than the one found now.
        """
        same = [t for t in tickets if t.category == self.intent]
        record = known(case, self.record_slot) if self.record_slot else None
        if record is None:
            return same[0] if same else None
        return next((t for t in same if self._about(t, record)), None)

    def _about(self, ticket: TicketView, record: str) -> bool:
        filed = (ticket.details.get("slots") or {}).get(self.record_slot)
        if self.record_slot == "order_id" and ticket.order_ids:
            return record in ticket.order_ids
        return filed is None or filed in (record, NONE, UNKNOWN)

    def pick(self, case: Case, slot: str, match: Match[Record] | Match[Any]) -> None:
        """Fill a record slot when only one record is left; an answer of the customer's own stays."""
        match = Match(tuple(r for r in match.records if not case.memory.ruled_out(r.id)), match.hinted)
        case.found[slot] = match
        if slot in case.memory.chosen:
            return
        only = match.only
        if only is not None:
            case.fill(slot, only.id)
        elif not match.records:
            case.fill(slot, NONE)
        else:
            case.slots.pop(slot, None)

    def ask_which(self, case: Case, slot: str, text: str) -> Iterator[Ask]:
        """The question which of several records is meant; none when there is no choice."""
        match = case.found.get(slot)
        if not isinstance(match, Match) or len(match.records) < 2:
            return
        options, card = picker(slot, match.records, case.now)
        yield Ask(slot, text, options, card, again=sentences("没太对上，", "您点一下对应的那一条，或说第几个。"))


def known(case: Case, slot: str) -> str | None:
    """The slot's value, if it is a real one."""
    value = case.get(slot)
    return str(value) if value is not None and value not in (NONE, UNKNOWN) else None


def said_nothing_yet(case: Case, bare: re.Pattern[str]) -> bool:
    """Whether the first message only announced the problem ("我要补充一下") and brought no picture either."""
    first = case.memory.said[0] if case.memory.said else ""
    pictures_came_first = bool(case.memory.attachments) and len(case.memory.said) < 2
    return bare.fullmatch(first) is not None and not pictures_came_first


def by_id(records: Sequence[Any], wanted: str | None) -> Any:
    """The record with this id, or None."""
    return next((record for record in records if record.id == wanted), None)


def consent(text: str, yes: str, no: str) -> Ask:
    """The question that follows a filed ticket: shall this be done at once?"""
    return Ask("agreed", text, (Option(YES, yes), Option(NO, no)), accepts="consent")
