"""Tier 0: what needs no learning, because a rule knows it beyond doubt.

Order: danger, pressed buttons, a wish for a person, cancelling an open form, ticket numbers, empty messages, the
answer to an open form.

An open form: `check` returns `answer` only on positive evidence (an entity that fits the slot, yes or no, the
second one, words of an offered title). None does NOT mean that the customer changed the subject: it means that the
learned tiers decide. While `context.requested_slot` is set the router treats a decision that is unsure, that is
chat, affirm, deny or out of scope, or that names the flow that is asking, as the answer, too; only a sure decision
for another flow, an article or a person changes the subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.callbacks import read_callback_payload
from contracts.decision import Entity, Kind, RouteContext
from contracts.entities import TICKET_NUMBER
from contracts.taxonomy import load_taxonomy
from contracts.tickets import CustomerAction, read_ticket_payload
from intent_router.guard_forms import answers_the_form, cancels_the_form
from intent_router.guard_human import asks_for_a_person, declines_a_person
from intent_router.guard_safety import danger_is_denied, danger_is_past, danger_now
from language import normalise

SAFETY, HUMAN, PAYLOAD, TICKET, EMPTY, ANSWER, CANCEL, FINE = (
    "safety",
    "human",
    "payload",
    "ticket_number",
    "empty",
    "answer",
    "cancel",
    "fine",
)

_HUMAN_LABEL = "intent:human_agent"
_SAFETY_LABEL = "intent:safety_emergency"
_CALLBACK_LABEL, _CANCEL_LABEL = "intent:callback_request", "intent:ticket_cancel"
RULED_OUT_LABELS = frozenset({_HUMAN_LABEL, _SAFETY_LABEL, _CALLBACK_LABEL, _CANCEL_LABEL})
"""Labels that `ruled_out` may name."""
_URGE = re.compile(r"催|快点|快些|加急|尽快|抓紧|赶紧|赶快|还没(?:处理|解决|弄|人|结果|动静|回复)|怎么还|拖|几天了|急")
_WITHDRAW = re.compile(
    r"撤|取消|不用(?:再)?(?:处理|管|查|弄|跟)|不需要(?:处理|了)|关(?:了|掉|闭)|结(?:了|掉|单)|算了"
    r"|(?<!没)(?<!没有)解决了(?!吗|没)|已经(?:好|解决|弄好|退)"
)
_ADD = re.compile(r"补充|补一|补个|追加|再加|附上|附件|截图|照片|上传|更正|说明一下|漏说|忘了说|忘写")
_TICKET_INTENTS = {
    CustomerAction.URGE: "ticket_urge",
    CustomerAction.INFO: "ticket_add_info",
    CustomerAction.WITHDRAW: "ticket_cancel",
}
_NO_CALL = re.compile(
    r"(?:别|不用|不要|不需要|无需|莫|甭|勿|唔好|唔使|请勿)(?:再|总|老|给我|跟我|一直){0,3}(?:回|打|来)(?:个|我)?(?:电话|电|call)"
)
_NOT_SOLVED = re.compile(
    r"(?:没有?|未|冇|不算|还没|并没)(?:有|给我|帮我|被)?(?:解决|处理|弄好|搞定|修好)(?!了吗)|还是(?:老样子|不行|不好)"
)
_ALL_FINE = re.compile(
    r"(?:我的?|那个|那张|那笔|昨天的?|刚才的?|付完钱|我买的)?"
    r"(?:加油券|优惠券|代金券|红包|券|积分|分|钱|退款|款|充值|余额|电子发票|发票|票|油|兑换码|码|礼品|礼物|快递|卡|问题)"
    r"(?:已经|都|刚|刚刚|也|今天|昨天|现在|终于|总算|全|收)*"
    r"(?:收到|到账|到|退回来|退回|退|返还|返|加上|加好|补上|补|给我|解决|处理好|弄好)(?:了|啦|喽|咯)"
    r"(?P<thanks>[,。!~\s]*(?:谢谢|多谢|谢了|感谢|辛苦)?(?:你们|您|你|了|啦|啊|哈)*)[,。!~\s]*(?:没事了|不用管了|不用查了|不用处理了)?[,。!~\s]*"
)
"""The whole message says that what was missing has come; 退款收到了 has all the words of the trouble."""
_FILLERS = re.compile(
    r"(?:啊|呃|额|嗯|唉|哎|诶|欸|哦|噢|这个|那个|就是|就|嘛|呢|吧|的|那|这|你懂的?|怎么说呢?|咋说呢?|[,。!?~…\s])+"
)
_HESITATES = re.compile(r"呃|额|你懂|(?<!是)(?:那|这)个")
_LONGEST_READ = 2000
_SOMETHING_TO_READ = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Guarded:
    """What a rule decided.

    `name` is the guard's name as in `Decision.guard`. `label` and `kind` are those of the decision; None leaves them
    to the learned tiers (an answer without a known flow, the button `next`). `answer` and `payload` are as in
    `Decision`. `note` is the line of the trace, in English.
    """

    name: str
    label: str | None
    kind: Kind | None
    note: str
    answer: bool = False
    payload: str | None = None


def check(text: str, context: RouteContext, entities: tuple[Entity, ...]) -> Guarded | None:
    """The rule that decides this message, or None when no rule is sure.

    `entities` are those of the same text (`intent_router.entities.extract`).
    """
    plain = normalise(text)[:_LONGEST_READ]
    if danger_now(plain):
        return Guarded(SAFETY, _SAFETY_LABEL, Kind.FLOW, "danger at this moment")
    pressed = _pressed(plain, context)
    if pressed is not None:
        return _press(pressed, context)
    if asks_for_a_person(plain):
        return Guarded(HUMAN, _HUMAN_LABEL, Kind.HANDOFF, "asks for a person in so many words")
    if context.requested_slot is not None and cancels_the_form(plain, context.requested_slot):
        return Guarded(CANCEL, "intent:deny", Kind.CHAT, "calls the open form off")
    ticket = next((e for e in entities if e.type == TICKET_NUMBER), None)
    if ticket is not None:
        return _about_ticket(plain, ticket, context)
    if context.requested_slot is not None and answers_the_form(plain, context, entities):
        return _answer(context, f"answers the question for {context.requested_slot}")
    if _SOMETHING_TO_READ.search(plain) is None:
        if context.attached and context.requested_slot is not None:
            return _answer(context, "an attachment alone answers the form")
        return Guarded(EMPTY, "intent:out_of_scope", Kind.OUT_OF_SCOPE, "nothing that can be read")
    if context.requested_slot is None and _says_nothing(plain):
        return Guarded(EMPTY, "intent:out_of_scope", Kind.OUT_OF_SCOPE, "nothing but words of hesitation")
    fine = _ALL_FINE.fullmatch(plain)
    if fine is not None and context.requested_slot is None:
        thanked = "谢" in fine["thanks"] or "辛苦" in fine["thanks"]
        kind = Kind.CHAT if thanked else Kind.FLOW
        return Guarded(FINE, "intent:thanks" if thanked else _CANCEL_LABEL, kind, "says that it has come")
    return None


def _says_nothing(plain: str) -> bool:
    """Hesitation alone: 那个那个你懂的. A bare 嗯 or 是 is an answer, not hesitation."""
    return _HESITATES.search(plain) is not None and _FILLERS.fullmatch(plain) is not None


def ruled_out(text: str) -> frozenset[str]:
    """Labels that the words speak against, however sure a learned tier is: the second-best candidate is meant.

    "不用给我转人工" is no wish for a person, and danger of yesterday is none now.
    """
    plain = normalise(text)[:_LONGEST_READ]
    out = set()
    if declines_a_person(plain):
        out.add(_HUMAN_LABEL)
    if danger_is_past(plain) or danger_is_denied(plain):
        out.add(_SAFETY_LABEL)
    if _NO_CALL.search(plain):
        out.add(_CALLBACK_LABEL)
    if _NOT_SOLVED.search(plain) and _WITHDRAW.search(_NOT_SOLVED.sub("", plain)) is None:
        out.add(_CANCEL_LABEL)
    return frozenset(out)


def _pressed(plain: str, context: RouteContext) -> str | None:
    """The payload that counts as pressed: the one sent along, or that of the button whose title was typed."""
    if context.payload is not None:
        return context.payload
    if not plain:
        return None
    return next((o.payload for o in context.offered if normalise(o.title) == plain), None)


def _press(payload: str, context: RouteContext) -> Guarded | None:
    """The decision of a button. A payload that means nothing (any more) leaves the words to be read."""
    kind_of_button, _, value = payload.partition(":")
    taxonomy = load_taxonomy()
    if payload == "human" or payload == _HUMAN_LABEL:
        return Guarded(HUMAN, _HUMAN_LABEL, Kind.HANDOFF, "button: a person, please", payload=payload)
    if payload == "cancel":
        return Guarded(CANCEL, "intent:deny", Kind.CHAT, "button: stop", payload=payload)
    if payload == "next":
        return Guarded(PAYLOAD, None, None, "button: the remembered second problem", payload=payload)
    if kind_of_button == "intent" and value in taxonomy.intents:
        group = taxonomy.intents[value].group
        kind = Kind.FLOW if group != "chat" else Kind.OUT_OF_SCOPE if value == "out_of_scope" else Kind.CHAT
        return Guarded(PAYLOAD, payload, kind, f"button: {payload}", payload=payload)
    if kind_of_button == "faq" and value in taxonomy.questions:
        return Guarded(PAYLOAD, payload, Kind.FAQ, f"button: {payload}", payload=payload)
    pressed = read_ticket_payload(payload)
    if pressed is not None:
        intent = _TICKET_INTENTS.get(pressed[0], "ticket_progress")
        return Guarded(PAYLOAD, f"intent:{intent}", Kind.FLOW, f"button: {payload}", payload=payload)
    if read_callback_payload(payload) is not None:
        return Guarded(PAYLOAD, _CALLBACK_LABEL, Kind.FLOW, f"button: {payload}", payload=payload)
    if payload == "assistant":
        return Guarded(PAYLOAD, "intent:deny", Kind.CHAT, "button: back to the assistant", payload=payload)
    if kind_of_button == "answer" and value and context.requested_slot is not None:
        return _answer(context, f"button: {payload}", name=PAYLOAD, payload=payload)
    return None


def _answer(context: RouteContext, note: str, name: str = ANSWER, payload: str | None = None) -> Guarded:
    label = f"intent:{context.active_flow}" if context.active_flow in load_taxonomy().intents else None
    return Guarded(name, label, Kind.FLOW if label else None, note, answer=True, payload=payload)


def _about_ticket(plain: str, ticket: Entity, context: RouteContext) -> Guarded:
    if context.requested_slot == TICKET_NUMBER:
        return _answer(context, f"names the ticket {ticket.value}")
    # Pressing and asking differ in a word or two; taking back and adding are said outright and come first.
    for intent, words in (("ticket_cancel", _WITHDRAW), ("ticket_add_info", _ADD), ("ticket_urge", _URGE)):
        if words.search(plain):
            return Guarded(TICKET, f"intent:{intent}", Kind.FLOW, f"ticket {ticket.value}, {intent}")
    return Guarded(TICKET, "intent:ticket_progress", Kind.FLOW, f"ticket {ticket.value}")
