"""What a message means because of what stood before it: an offer, a picture, a ticket that was just filed. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Collection, Iterable, Mapping, Sequence

from contracts.decision import Decision, Kind
from contracts.entities import PHONE
from contracts.taxonomy import Taxonomy
from contracts.tickets import TicketView
from language import normalise
from service.answers.rules import CANCEL, NEXT, Plan, Voice, with_second
from service.answers.situation import OpenDialogue, Situation

AFFIRM, DENY, ADD_INFO, URGE = "intent:affirm", "intent:deny", "intent:ticket_add_info", "intent:ticket_urge"
PROGRESS, WITHDRAW = "intent:ticket_progress", "intent:ticket_cancel"
EMPTY = "empty"
ACCOUNT_CHANGE = "account_change"
"""Where a number that is named is the new one."""
_TICKET_FLOWS = frozenset({"ticket_progress", "ticket_urge", "ticket_add_info", "ticket_cancel"})
_STILL = re.compile(r"还是|还不|仍|依然|依旧|照样|不行|没用|没有用|没好|没解决|没反应|不好使|老样子|一样")
_WHY = re.compile(
    r"(?:为(?:什么|啥|何)|凭什么|咋|怎么|干嘛).{0,6}"
    r"(?:这么(?:久|慢|晚)|这个(?:时间|点)|要等|等到|(?:明天|后天|几天后|下周|周[一二三四五六日])才)"
)
_OF_TICKET = re.compile(
    r"工单|我(?:之前|刚才|刚刚|昨天|前天|上次)?(?:反映|反馈|提交|报|说)的?(?:那个|这个|的)?(?:问题|事|情况)"
)
_HOW_FAR = re.compile(r"什么时候|啥时候|几时|多久|几点|怎么样|咋样|怎样|进度|进展|到哪|好了(?:没|吗|么)|结果|处理完")
_CALLS_OFF = re.compile(
    r"^.{0,4}(?<!怎么)(?<!么)算了(?!一|两|几|下|多|错|我|\d)|^.{0,6}(?:不(?:退|办|弄|搞|投诉|开|查|换|改)了)(?!吗|么|吧\?)"
)
_DONE = re.compile(r"(?<!没)(?<!不)(?:好了|可以了|行了|解决了|到了|到账了|出油了|加上了|收到了|退回来了|弄好|搞定)")
_WHEN = re.compile(
    r"^(?:那么?|所以|到底|大概|最晚|最快|要|得|还要|,|\s){0,4}.{0,3}"
    r"(?:什么时候|啥时候|哪天|哪一天|几号|几点|几时|多久|几天|多长时间)[^?]{0,5}\??$"
)
_NO_MORE_WAITING = re.compile(r"不用|不等|不需要|不要|算了|不排")
_GOES_ON = re.compile(r"(?:好|行|可以|嗯|要(?!是|不)|对|接着|继续|来吧|处理|先?看|okk?)")
_LIKELIER_THAN_NOT = 0.5
_DATA_SLOTS = frozenset({"phone", "tax_number", "invoice_title", "ticket_number", "card_id", "station", "amount"})
_LONGEST_DATUM = 30
_LONGEST_CALL = 14
_HEARD = re.compile(
    r"[哦噢喔嗯恩唔啊昂好行中成][哦噢喔嗯恩啊呀的吧嘞了滴]*[,。!~\s]*(?:知道了|明白了?|收到|晓得了)?[,。!~\s]*|okk?"
)
_CORRECTS = re.compile(
    r"(?:说|记|看|搞|弄|讲)(?:错|反|岔)了?|更正|口误|^(?:哦|啊|呃|额|不好意思|抱歉|对不起|等等|[,。\s])*"
    r"(?:不对|不是)[^?吗]{0,14}(?:应该|而)?是(?!吧|吗|不是)"
)


def answers_offer(
    decision: Decision, text: str, offered: Sequence[Mapping[str, Any]], second_problem: str | None
) -> Decision:
    """A yes, a no or the problem's own words after "您刚才还提到…": the button that says it counts as pressed."""
    shown = {o["payload"] for o in offered if o["latest"]}
    if second_problem is None or NEXT not in shown or decision.payload is not None or decision.guard is not None:
        return decision
    if decision.label == DENY:
        return replace(decision, payload=CANCEL)
    plain = normalise(text)
    agrees = len(plain) <= _LONGEST_CALL and _GOES_ON.match(plain) is not None
    unsure = decision.kind is Kind.CLARIFY and any(c.label == second_problem for c in decision.alternatives)
    if agrees or unsure or decision.label in (AFFIRM, second_problem):
        return replace(decision, payload=NEXT)
    return decision


def brings_picture(decision: Decision, attached: bool) -> bool:
    """Whether the message is a picture that may belong to a ticket: no words, or words that could mean that."""
    if not attached or decision.answer or decision.payload is not None:
        return False
    if decision.guard == EMPTY or decision.kind is Kind.OUT_OF_SCOPE:
        return True
    return decision.kind is Kind.CLARIFY and any(c.label == ADD_INFO for c in decision.alternatives)


def added_to_ticket(decision: Decision) -> Decision:
    """The same message as an addition to an open ticket."""
    return replace(decision, label=ADD_INFO, kind=Kind.FLOW, guard=None)


def asks_how_far(decision: Decision, text: str) -> bool:
    """Whether the message asks where a ticket is, whatever business its other words name."""
    if decision.payload is not None or decision.guard is not None or decision.answer:
        return False
    plain = normalise(text)
    return _OF_TICKET.search(plain) is not None and _HOW_FAR.search(plain) is not None


def asks_why_so_late(decision: Decision, text: str) -> bool:
    """Whether the message asks why the promised time is what it is."""
    return decision.payload is None and not decision.answer and _WHY.search(normalise(text)) is not None


def calls_off(text: str) -> bool:
    """Whether the message is hardly more than "算了": what was just asked for is not wanted any more."""
    plain = normalise(text)
    return len(plain) <= _LONGEST_CALL and _CALLS_OFF.search(plain) is not None


def takes_back(decision: Decision) -> Decision:
    """The same message as the tap on "不是这个问题" under the ticket that was just filed."""
    return replace(decision, label=WITHDRAW, kind=Kind.FLOW, payload=WITHDRAW, guard=None, answer=False)


def only_heard(decision: Decision, text: str) -> bool:
    """Whether "哦" was taken for a stranger's business: it says that the answer was read."""
    return decision.kind is Kind.OUT_OF_SCOPE and _HEARD.fullmatch(normalise(text)) is not None


def interrupted(decision: Decision, problem: str | None, asked: bool, taxonomy: Taxonomy) -> str | None:
    """The label of the problem whose open question another problem cut off, to be offered again afterwards.

    A message about the same business is a change of mind: the first one is not asked about again.
    """
    if problem is None or not asked or decision.answer or decision.kind is not Kind.FLOW or decision.name == problem:
        return None
    before, now = taxonomy.intents[problem], taxonomy.intents[decision.name]
    return f"intent:{problem}" if before.department is not None and before.group != now.group else None


def says_it_is_done(decision: Decision, text: str) -> bool:
    """Whether an unsure message takes back what was just filed because it came right ("好了好了出油了，谢谢")."""
    unsure = decision.kind is Kind.CLARIFY and any(c.label == WITHDRAW for c in decision.alternatives)
    return unsure and decision.payload is None and _DONE.search(normalise(text)) is not None


def no_alarm(decision: Decision, critical: Collection[str]) -> bool:
    """Whether a guessed alarm is less likely than not: then it is asked about, before a person is called."""
    guessed = decision.kind is Kind.FLOW and decision.guard is None and decision.payload is None
    return guessed and decision.name in critical and decision.confidence < _LIKELIER_THAN_NOT


def bare_answer(decision: Decision, slot: str | None, text: str) -> bool:
    """Whether the message is nothing but the datum that a form asked for: that has no feeling."""
    return decision.answer and slot in _DATA_SLOTS and len(text) <= _LONGEST_DATUM and "!" not in normalise(text)


def calm(decision: Decision) -> Decision:
    """The same message without a feeling."""
    return replace(decision, sentiment=replace(decision.sentiment, label="calm"))


def asks_when(decision: Decision, text: str) -> bool:
    """Whether "那最晚哪天" asks about what was just answered, because it names no business of its own."""
    return decision.kind in (Kind.OUT_OF_SCOPE, Kind.CLARIFY, Kind.FAQ) and _WHEN.search(normalise(text)) is not None


def presses(decision: Decision) -> bool:
    """Whether words that name no business are worry about what was just filed ("到底怎么办啊，我好着急")."""
    stranger = decision.kind is Kind.OUT_OF_SCOPE and decision.guard is None and decision.payload is None
    return stranger and decision.sentiment.label != "calm"


def about(decision: Decision, label: str) -> Decision:
    """The same message as one about `label`."""
    return replace(decision, label=label, kind=Kind.FLOW)


def leaves_queue(decision: Decision, text: str) -> bool:
    """Whether a no while he waits for a person means that he waits no longer."""
    return decision.label == DENY and decision.kind is Kind.CHAT and _NO_MORE_WAITING.search(text) is not None


def trouble_goes_on(decision: Decision, text: str) -> bool:
    """Whether the message says "还是不行" rather than "不用了"."""
    return decision.label == DENY and decision.kind is Kind.CHAT and _STILL.search(text) is not None


def repeats(label: str, recent: Sequence[str]) -> int:
    """How many turns in a row before this one had the same label."""
    return next((n for n, earlier in enumerate(reversed(recent)) if earlier != label), len(recent))


def told_just_before(last_label: str | None, tickets: Iterable[TicketView]) -> TicketView | None:
    """The open ticket of the problem that the message before was about; the newest, when that asked for its state."""
    open_now = list(tickets)
    if last_label in (PROGRESS, URGE, ADD_INFO):
        return next(iter(open_now), None)
    return next((t for t in open_now if f"intent:{t.category}" == last_label), None)


def corrects(decision: Decision, text: str, ticket: TicketView) -> bool:
    """Whether the message puts right what was just filed ("说错了，不是前天是昨天") and tells no other problem."""
    if decision.payload is not None or _CORRECTS.search(normalise(text)) is None:
        return False
    return decision.kind is not Kind.FLOW or decision.label in (ADD_INFO, f"intent:{ticket.category}")


def may_correct(decision: Decision, text: str) -> bool:
    """Whether `corrects` needs the open tickets to decide."""
    return decision.payload is None and _CORRECTS.search(normalise(text)) is not None


def asks_for_old_tickets(decision: Decision, customer_id: str | None) -> bool:
    """Whether a guest speaks of what he filed before; without a proven number nothing of it is known here."""
    return customer_id is None and decision.name in _TICKET_FLOWS


def phone_known(guest_phone: str | None, problem: str) -> tuple[Mapping[str, Any], ...]:
    """The number that a guest has proven, in Rasa's shape, so that no flow asks for it again."""
    if guest_phone is None or problem == ACCOUNT_CHANGE:
        return ()
    return ({"entity": PHONE, "value": guest_phone, "text": guest_phone, "start": 0, "end": 0},)


def with_remembered(
    plan: Plan, situation: Situation, dialogue: OpenDialogue | None, decision: Decision, voice: Voice
) -> Plan:
    """`plan` with the second problem that is to be remembered, offered once the first is done."""
    asked = dialogue is not None and dialogue.requested_slot is not None and plan.dialogue is not None
    filed = dialogue is not None and bool((dialogue.slots.get("memory") or {}).get("filed"))
    problem = dialogue.problem if dialogue is not None and not filed else None
    newest = decision.second or interrupted(decision, problem, asked, voice.taxonomy)
    second = newest or (None if plan.clear_second else situation.second_problem)
    return replace(with_second(plan, second, voice), second_problem=newest)
