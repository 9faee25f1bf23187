"""How a flow ends: a ticket filed, more said to an open one, or an answer without a ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Mapping, Sequence

from actions.case import Case
from actions.choice import NONE, UNKNOWN
from actions.flow import Ask, Conclusion, Flow, Spoken
from actions.neighbours import neighbours
from actions.wording import clock, masked, opening, sentences
from contracts.effects import AddToTicket, EndDialogue, FileTicket, HandOff, Remedy, WithdrawTicket
from contracts.progress import ticket_card as progress_card
from contracts.taxonomy import load_taxonomy
from contracts.tickets import STATUS_TITLES, PlannedTicket, TicketStatus, TicketView

PERSON = {"title": "转人工", "payload": "human"}
URGE = {"title": "催一下", "payload": "intent:ticket_urge"}
WRONG_PROBLEM = {"title": "不是这个问题", "payload": "intent:ticket_cancel"}
CRITICAL = "critical_intent"


def notes(case: Case, found: str = "", missing: str = "") -> str:
    """What was found, or (said once) why nothing could be: platform down, guest, no such record."""
    if found:
        return found
    if case.unreachable:
        return "我暂时连不上订单系统，没法核对您的记录，先按您说的来办。" if case.first_time("unreachable") else ""
    if case.guest:
        return ""
    return missing if missing and case.first_time("missing") else ""


def start(case: Case) -> str:
    """The opening after the customer's feeling, said once in a flow."""
    return opening(case.ports.sentiment) if case.first_time("opening") else ""


def file(
    flow: Flow,
    case: Case,
    *,
    summary: str,
    found: str = "",
    missing: str = "",
    advice: str = "",
    checked: Sequence[str] = (),
    order_ids: Sequence[str] = (),
    cause: str | None = None,
    demand: str = "",
    critical: bool = False,
    wrong_button: bool = True,
    extra: Mapping[str, Any] | None = None,
    text: str | None = None,
    remedies: Sequence[Remedy | None] = (),
    buttons: Sequence[Mapping[str, str]] = (),
    consent: Ask | None = None,
    first_response_due: datetime | None = None,
) -> Conclusion:
    """File the ticket of this flow and say so.

    `found` names the record, `missing` is said when there is none, `advice` is what to do now, `checked` what was
    looked at (for the handler). `critical`: a person takes over at once. `text` replaces the whole message but the
    ticket's line. `first_response_due` stands in for the priority's where a time was agreed on (the result comes no
    sooner). `remedies` are done at once by right or policy (None: nothing to do), `consent` asks for a yes first.
    """
    plan = case.ports.plan_ticket(flow.intent, cause=cause)
    if first_response_due is not None:
        plan = replace(plan, first_response_due_at=first_response_due, due_at=max(plan.due_at, first_response_due))
    details = _details(flow, case, checked or ([found] if found else []), demand, cause, extra)
    ticket = FileTicket(
        number=plan.number,
        category=plan.category,
        department=plan.department,
        priority=plan.priority,
        summary=summary,
        created_at=plan.created_at.isoformat(),
        first_response_due_at=plan.first_response_due_at.isoformat(),
        due_at=plan.due_at.isoformat(),
        details=details,
        order_ids=tuple(order_ids),
    )
    first = text if text is not None else sentences(start(case), notes(case, found, missing), advice)
    first = first.lstrip("\n")
    said = sentences(first, "\n" if first else "", promise(flow, case, plan, critical))
    shown = [] if critical else [*buttons, PERSON] if plan.priority == "P0" else list(buttons)
    if wrong_button and not critical:
        shown.append(WRONG_PROBLEM)
    spoken = Spoken(said, tuple(shown), ticket_card(flow.title, plan_view(plan)))
    done = tuple(replace(remedy, ticket_number=plan.number) for remedy in remedies if remedy is not None)
    if not critical:
        return Conclusion((spoken,), (ticket, *done, EndDialogue("filed")), consent)
    hand_off = HandOff(CRITICAL, flow.intent, plan.department, plan.priority)
    return Conclusion((spoken,), (ticket, *done, hand_off, EndDialogue("handed_off")))


def promise(flow: Flow, case: Case, plan: PlannedTicket, critical: bool = False) -> str:
    """The line about the ticket: number, who works on it, until when."""
    names = load_taxonomy().departments
    stations = [names[d] for d in _working(plan.category, plan.department)]
    who = f"由{stations[0]}处理" if len(stations) == 1 else f"由{stations[0]}先核实、{stations[-1]}再处理"
    line = f"工单 {plan.number}（{flow.title}）已提交，{who}，{clock(plan.due_at, case.now)} 前给您处理结果"
    if critical:
        return f"{line}；现在为您转接专人。"
    if plan.priority == "P0":
        return f"{line}；{clock(plan.first_response_due_at, case.now)} 前会有专人联系您。"
    return f"{line}，进度在这里随时能看。"


def again(flow: Flow, case: Case, ticket: TicketView) -> Conclusion:
    """The same problem while its ticket is open: said to that ticket, no second one."""
    late = ticket.due_at < case.now
    when = "已经超过承诺时间，对不起，我已标记加急" if late else f"{clock(ticket.due_at, case.now)} 前给您处理结果"
    text = sentences(
        start(case),
        f"这个问题您已经提交过了，工单 {ticket.number} 正在处理（{STATUS_TITLES[ticket.status]}），{when}。",
        "您刚才说的我已补充进去，不用重复提交。",
    )
    note = case.words or flow.title
    effect = AddToTicket(ticket.number, "again", note, _new_orders(case, ticket))
    buttons = (URGE, PERSON)
    card = ticket_card(flow.title, ticket)
    return Conclusion((Spoken(text, buttons, card),), (effect, EndDialogue("filed")))


def instead(intents: Sequence[str]) -> list[Mapping[str, str]]:
    """Buttons for the problems that may be meant instead, and for a person."""
    known = load_taxonomy().intents
    return [*({"title": known[i].title, "payload": f"intent:{i}"} for i in intents if i in known), PERSON]


def left(flow: Flow, case: Case) -> Conclusion:
    """It is not this problem: nothing stays filed, and he chooses what it is."""
    taken_back = (WithdrawTicket(case.memory.filed, case.words),) if case.memory.filed else ()
    text = "好的，是我理解错了，先不按这个办。您实际遇到的是下面哪一种？都不是就直接告诉我。"
    spoken = Spoken(text, tuple(instead(neighbours(flow.intent, case.ports.alternatives))), outcome="no_progress")
    return Conclusion((spoken,), (*taken_back, EndDialogue("cancelled")))


def solved(
    text: str, *, buttons: Sequence[Mapping[str, str]] = (), card: Mapping[str, Any] | None = None
) -> Conclusion:
    """An answer that ends the flow without a ticket."""
    return Conclusion((Spoken(text, tuple(buttons), card),), (EndDialogue("solved"),))


def plan_view(plan: PlannedTicket) -> TicketView:
    """A planned ticket as it will look once it is filed."""
    return TicketView(
        number=plan.number,
        category=plan.category,
        department=plan.department,
        priority=plan.priority,
        status=TicketStatus.ACCEPTED,
        summary="",
        created_at=plan.created_at,
        due_at=plan.due_at,
    )


def ticket_card(title: str, ticket: TicketView) -> dict[str, Any]:
    """The progress card of a ticket."""
    return progress_card(load_taxonomy(), ticket, title)


def _working(category: str, department: str) -> tuple[str, ...]:
    """The departments that work on a ticket, in turn."""
    return load_taxonomy().steps.get(category) or (department,)


def _details(
    flow: Flow, case: Case, checked: Sequence[str], demand: str, cause: str | None, extra: Mapping[str, Any] | None
) -> dict[str, Any]:
    slots = {name: value for name, value in case.slots.items() if name != "again"}
    found: dict[str, Any] = {
        "said": list(case.memory.said),
        "checked": list(checked) if checked else [],
        "slots": slots,
        "sentiment": case.ports.sentiment,
        "neighbours": list(neighbours(flow.intent, case.ports.alternatives)),
    }
    if case.unreachable:
        found["checked"].append("提交时平台接口不可用，记录未核对")
    if case.guest:
        found["guest"] = True
    for name, value in (
        ("cause", cause),
        ("demand", demand),
        ("phone", case.get("phone")),
        ("attachments", list(case.memory.attachments)),
        ("heard", [dict(found) for found in case.memory.heard]),
        ("parties", list(flow.parties)),
    ):
        if value and value not in (NONE, UNKNOWN):
            found[name] = value
    return {**found, **(extra or {})}


def _new_orders(case: Case, ticket: TicketView) -> tuple[str, ...]:
    order = case.get("order_id")
    return (order,) if order and order not in (NONE, UNKNOWN, *ticket.order_ids) else ()


def contact(case: Case) -> str:
    """The guest's number as it is read back to him."""
    phone = case.get("phone")
    return f"（联系电话 {masked(phone)}）" if phone and phone not in (NONE, UNKNOWN) else ""
