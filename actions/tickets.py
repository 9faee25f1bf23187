"""Tickets that are open already: where they are, pressing, adding to them, taking them back."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, Iterator, Mapping, Sequence

from actions import filing
from actions.case import Case
from actions.choice import NONE, Option
from actions.flow import Ask, Conclusion, Flow, Spoken, known, said_nothing_yet
from actions.form import FlowConclude, FlowForm
from actions.neighbours import neighbours
from actions.wording import clock, lasting, sentences
from contracts.effects import ActOnTicket, AddToTicket, EndDialogue, WithdrawTicket
from contracts.entities import TICKET_NUMBER
from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES, CustomerAction, TicketStatus, TicketView, ticket_payload

_SHOWN = 4
_SOLVED = re.compile(
    r"(?<!没)(?<!没有)解决了|已经(?:好|行|到|可以)|好了|到账了|收到了|不用(?:再)?(?:处理|管|查)|不需要"
)
_NONE_OPEN = "您目前没有正在处理的工单。要反映新的问题，直接告诉我就行。"
_BARE = re.compile(
    r"(?:我|要|想|再|来|给|把|补充|补|说明|材料|资料|信息|情况|截图|图片|照片|一张|一下|几张|个|点|上传|发|那个|这个|之前|刚才|的|工单|问题|了|啊|吧|[\W_])*"
)


def title_of(ticket: TicketView) -> str:
    """A ticket's problem in a few words: its summary's head, else what its category means."""
    head = re.split(r"[：（(]", ticket.summary, maxsplit=1)[0].strip()
    if head:
        return head
    spec = load_taxonomy().intents.get(ticket.category)
    return spec.title if spec else ticket.category


def _called(ticket: TicketView) -> tuple[str, ...]:
    """What a customer may call a ticket: its title, a part of it (充值那个), its number."""
    title = title_of(ticket)
    return (title, ticket.number, *(title[i : i + 2] for i in range(len(title) - 1)))


_ACTIONS = {CustomerAction.CONFIRM: "解决了", CustomerAction.REOPEN: "重新打开"}


def _button(action: CustomerAction, number: str) -> Mapping[str, str]:
    return {"title": _ACTIONS[action], "payload": ticket_payload(action, number)}


def _named_in(words: str, tickets: Sequence[TicketView]) -> list[TicketView]:
    """The one ticket whose title the words share most with ("催一下充值那个"); none when two share as much."""
    shared = {t.number: sum(part in words for part in _called(t)) for t in tickets}
    most = max(shared.values(), default=0)
    found = [t for t in tickets if shared[t.number] == most]
    return found if most and len(found) == 1 else []


class TicketFlow(Flow):
    """A flow about one open ticket."""

    guest_phone = False
    question = "您有几个正在处理的工单，请问是哪一个？"

    async def _tickets(self, case: Case) -> Sequence[TicketView]:
        """The open tickets; where there is none, those that are solved and may not be so for the customer."""
        return await case.ports.open_tickets() or await case.ports.solved_tickets()

    async def look_up(self, case: Case) -> None:
        tickets = list(await self._tickets(case))
        numbers = {str(n).upper() for n in case.memory.values(TICKET_NUMBER)}
        named = [t for t in tickets if t.number.upper() in numbers]
        case.found["tickets"] = tickets
        if "ticket_number" in case.memory.chosen:
            return
        if tickets and case.message.payload == f"intent:{self.intent}":
            # The button stands under the ticket that was filed or shown last.
            named = tickets[:1]
        named = named or _named_in(case.words, tickets)
        if len(named or tickets) == 1:
            case.fill("ticket_number", (named or tickets)[0].number)
        elif not tickets:
            case.fill("ticket_number", NONE)

    def needs(self, case: Case) -> Iterator[Ask]:
        tickets: Sequence[TicketView] = case.found.get("tickets") or ()
        if len(tickets) > 1:
            shown = tickets[:_SHOWN]
            options = tuple(Option(t.number, f"{title_of(t)} {t.number}", _called(t)) for t in shown)
            items = [self._item(t, case) for t in shown]
            yield Ask("ticket_number", self.question, options, {"type": "orders", "kind": "ticket", "items": items})

    def _item(self, ticket: TicketView, case: Case) -> Mapping[str, Any]:
        return {
            "id": ticket.number,
            "title": title_of(ticket),
            "note": f"{ticket.number} · {clock(ticket.created_at, case.now)} 提交",
            "status": STATUS_TITLES[ticket.status],
            "payload": f"answer:ticket_number={ticket.number}",
        }

    def same_problem(self, case: Case, tickets: Sequence[TicketView]) -> TicketView | None:
        """These flows file nothing."""
        return None

    async def ticket(self, case: Case) -> TicketView | None:
        tickets = await self._tickets(case)
        wanted = known(case, "ticket_number")
        found = next((t for t in tickets if t.number == wanted), None)
        # Not picked after two questions: the newest is the best guess, and the card shows which one it was.
        return found or (tickets[0] if tickets else None)

    async def conclude(self, case: Case) -> Conclusion:
        ticket = await self.ticket(case)
        if ticket is None:
            return filing.solved(sentences(filing.start(case), _NONE_OPEN), buttons=(filing.PERSON,))
        return self.act(case, ticket)

    @abstractmethod
    def act(self, case: Case, ticket: TicketView) -> Conclusion:
        """What this flow does with the ticket."""

    def card(self, ticket: TicketView) -> Mapping[str, Any]:
        return filing.ticket_card(title_of(ticket), ticket)

    def state(self, case: Case, ticket: TicketView) -> str:
        names = load_taxonomy().departments
        if ticket.status is TicketStatus.SOLVED:
            return f"工单 {ticket.number}（{title_of(ticket)}）已经解决。要是还没好，点“重新打开”，原来的同事接着处理。"
        status = STATUS_TITLES[ticket.status]
        head = f"工单 {ticket.number}（{title_of(ticket)}）现在{status}，由{names[ticket.department]}负责"
        if ticket.due_at < case.now:
            return f"{head}，已经超过承诺时间 {lasting(case.now - ticket.due_at)}，对不起。"
        return f"{head}，{clock(ticket.due_at, case.now)} 前给您处理结果。"


class TicketProgress(TicketFlow):
    """Where a ticket is."""

    intent = "ticket_progress"

    def act(self, case: Case, ticket: TicketView) -> Conclusion:
        late = ticket.due_at < case.now
        buttons: tuple[Mapping[str, str], ...] = (filing.URGE, filing.PERSON) if late else (filing.URGE,)
        if ticket.status is TicketStatus.SOLVED:
            buttons = tuple(_button(a, ticket.number) for a in (CustomerAction.CONFIRM, CustomerAction.REOPEN))
        text = sentences(filing.start(case), self.state(case, ticket))
        return filing.solved(text, buttons=buttons, card=self.card(ticket))


class TicketUrge(TicketFlow):
    """Pressing for a ticket."""

    intent = "ticket_urge"

    def act(self, case: Case, ticket: TicketView) -> Conclusion:
        if ticket.status is TicketStatus.SOLVED:
            spoken = Spoken(sentences(filing.start(case), "明白，还没好，是我们没处理到位，对不起。"))
            again = ActOnTicket(ticket.number, CustomerAction.REOPEN.value, case.words)
            return Conclusion((spoken,), (again, EndDialogue("solved")))
        text = sentences(filing.start(case), f"已经帮您催了，处理人会马上看到。{self.state(case, ticket)}")
        effect = AddToTicket(ticket.number, "urge", case.words or self.title)
        buttons = (filing.PERSON,)
        return Conclusion((Spoken(text, buttons, self.card(ticket)),), (effect, EndDialogue("solved")))


class TicketAddInfo(TicketFlow):
    """Adding words or pictures to a ticket."""

    intent = "ticket_add_info"

    def needs(self, case: Case) -> Iterator[Ask]:
        tickets: Sequence[TicketView] = case.found.get("tickets") or ()
        yield from super().needs(case)
        if tickets and said_nothing_yet(case, _BARE):
            yield Ask("detail", "好的，请把要补充的内容或截图发给我。", accepts="text")

    def act(self, case: Case, ticket: TicketView) -> Conclusion:
        note = known(case, "detail") or case.words
        if case.memory.attachments:
            note = f"{note}（附件：{'、'.join(case.memory.attachments)}）"
        text = f"已经补充到工单 {ticket.number}（{title_of(ticket)}），处理人会看到。{self.state(case, ticket)}"
        effect = AddToTicket(ticket.number, "info", note)
        spoken = Spoken(sentences(filing.start(case), text), (), self.card(ticket))
        return Conclusion((spoken,), (effect, EndDialogue("solved")))


class TicketCancel(TicketFlow):
    """Taking a ticket back."""

    intent = "ticket_cancel"
    question = "请问要撤销哪一个工单？"

    def act(self, case: Case, ticket: TicketView) -> Conclusion:
        if known(case, "ticket_number") is None:
            return filing.solved("没能确定是哪一个工单，先都给您留着。需要撤销时，把工单号发给我就行。")
        if ticket.status is TicketStatus.SOLVED and _SOLVED.search(case.words) is not None:
            confirmed = ActOnTicket(ticket.number, CustomerAction.CONFIRM.value, case.words)
            return Conclusion((Spoken("好的，解决了就好。"),), (confirmed, EndDialogue("solved")))
        text = f"好的，工单 {ticket.number}（{title_of(ticket)}）已撤销，不再处理。"
        shown: tuple[Mapping[str, str], ...] = ()
        if _SOLVED.search(case.words) is None:
            noted = ticket.details.get("neighbours") or neighbours(ticket.category)
            shown = tuple(filing.instead(noted))
            text += "您实际遇到的是下面哪一种？点一下就行，说过的不用再说；都不是就直接告诉我。"
        effect = WithdrawTicket(ticket.number, case.words or self.title)
        return Conclusion((Spoken(text, shown),), (effect, EndDialogue("cancelled")))


_FLOWS = (TicketProgress(), TicketUrge(), TicketAddInfo(), TicketCancel())


class TicketForm(FlowForm):
    area = "ticket"
    flows = _FLOWS


class TicketConclude(FlowConclude):
    area = "ticket"
    flows = _FLOWS
