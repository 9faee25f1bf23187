"""Whether a message answers the question of an open form, or calls the form off.

Slots are those of `actions`: records to choose from (`order_id` …), `cause` and `solved` with offered answers, and
free ones (`detail`, `phone`, `station` …).
"""

from __future__ import annotations

import re

from contracts.decision import Entity, RouteContext
from contracts.entities import (
    AMOUNT,
    CARD_NUMBER,
    ERROR_CODE,
    FUEL,
    GUN,
    LITRES,
    ORDER_NUMBER,
    PHONE,
    PLATE,
    POINTS,
    STATION,
    TICKET_NUMBER,
    TIME,
)
from language import normalise, segment

_TELLS_ORDERS_APART = frozenset({ORDER_NUMBER, AMOUNT, LITRES, TIME, STATION, GUN, FUEL})
_FITS: dict[str, frozenset[str]] = {
    "order_id": _TELLS_ORDERS_APART,
    "refund_id": _TELLS_ORDERS_APART,
    "invoice_id": _TELLS_ORDERS_APART,
    "coupon_id": frozenset({TIME, AMOUNT, FUEL, STATION}),
    "gift_id": frozenset({TIME, POINTS}),
    "card_id": frozenset({CARD_NUMBER, TIME}),
    "station": frozenset({STATION}),
    "ticket_number": frozenset({TICKET_NUMBER, TIME}),
    "phone": frozenset({PHONE}),
    "amount": frozenset({AMOUNT, LITRES}),
    "callback_time": frozenset({TIME}),
    "detail": frozenset({PLATE, PHONE, ERROR_CODE, GUN, CARD_NUMBER, TIME, AMOUNT}),
    "cause": frozenset({PHONE, PLATE, ERROR_CODE}),
    "invoice_title": frozenset(),
    "tax_number": frozenset(),
    "agreed": frozenset(),
}
"""Which entities answer which slot."""

_WITH_ENTITY = 24
"""Characters; a longer message that happens to name a time is more than an answer."""
_BRIEF = 8

_CANCEL = re.compile(
    r"^(?:那就?|还是|先|唉|哎|嗯|好吧|行吧|,|\s)*(?:算了(?:算了)?(?:吧|不用了|不弄了|不问了|不要了)?"
    r"|取消(?:吧|了|掉|这个|操作)?|退出|停(?:止|下|吧)?|结束(?:吧|对话)?"
    r"|不(?:想)?(?:弄|办|问|说|查|搞|填|整|处理|申请|继续)(?:了|咯|啦)|不要(?:弄|办|问|继续)了|不用(?:了"
    r"|麻烦了|麻烦|查了|处理了|管了|弄了|啦|咯)(?:谢谢)?|没事了|先这样吧?|回头再说|以后再说|下次再说"
    r"|拉倒(?:吧)?|放弃)"
    r"(?:吧|了|啊|哈|哦|谢谢|再见|[,。!\s])*$"
)
_FINE_WITHOUT_HELP = re.compile(r"不用|没事了|先这样")

_YES_NO = re.compile(
    r"^(?:嗯+|恩+|是(?:的|啊|呀|滴)?|对(?:的|啊|呀|头|对)*|好(?:的|了|啊|呀|吧|嘞)?|可以(?:了|的|啊)?|行(?:了"
    r"|啊|吧|的)?|没错|要(?:的)?|中|得|确认|同意|当然|ok|好的|没问题|就(?:是)?(?:这|那)(?:个|样|张|单|笔|条"
    r"|家)?|yes|y|👌|👍|🆗|✅"
    r"|不(?:是|对|行|要|用|可以|了|同意|需要)?(?:的|啊|呀|这个|这张|这单)?|没有?(?:的|啊|呢)?|否|都不是|没"
    r"|还没(?:有|呢|好|到)?|都没有|no|n)[,。!~\s啊呀哈嘛呢吧了]*$"
)
_UNSURE = re.compile(
    r"^.{0,4}(?:不(?:太)?(?:知道|清楚|确定|记得)|记不(?:清|得|住|起)|忘(?:了|记)|没注意|说不清|没留意"
    r"|想不起)(?:了|来|是?哪.{0,4}|呀|啊|,|。|!|\s)*$"
)
_PICKS = re.compile(
    r"^(?:就|是|选|要|应该是|我要|我选)*(?:第?[一二三四五六七八九十\d]{1,2}\s?(?:个|笔|单|张|条|项|家|号)?"
    r"|最(?:近|新|上面|下面|后)(?:的|那|一)*(?:个|笔|单|张|条|次|回|趟)?|上面(?:那|这)?(?:个|笔|单|张)?|下面(?:那"
    r"|这)?(?:个|笔|单|张)?"
    r"|(?:刚才|刚刚|上次|上回|上|昨天|今天|前天)(?:的)?(?:那|这)?一?(?:个|笔|单|张|次|回|趟)|(?:前|后)(?:面)?(?:那|一)?(?:个|笔|单|张)|都是|全部"
    r"|两(?:个|笔|单|张)都(?:是|要)?|以上都(?:不)?是|都不是|不在(?:里面|上面)|没有我(?:的|要的"
    r"|说的).{0,4})(?:吧|呀|啊|的|,|。|!|\s)*$"
)
_SOLVED = re.compile(
    r"^(?:已经|现在|嗯|哦|还是|依然|仍然|试了|试过了|刚试了|又试了一次|,|\s|\.|不行|没用)*"
    r"(?:好了|可以了|行了|解决了|弄好了|成功了|到了|收到了|能(?:用|登|付|绑)?了|登上了|进去了|绑上了"
    r"|搞定(?:了)?|没问题了|清楚了|明白了|懂了|知道了|不行|不好|没用|没好|没解决|没到|没有|没收到|登不上"
    r"|绑不上|付不了|用不了|一样|老样子|不可以|不能|还没|不对|没反应|看不到|不认|不清楚|不明白|不懂)"
    r"(?:了|啊|呀|呢|的|谢谢|哦|,|。|!|\s)*$"
)
_ANY_TIME = re.compile(
    r"^(?:现在|马上|立刻|尽快|随时|都行|都可以|什么时候都(?:行|可以)|越快越好|方便的时候|工作时间|下班后"
    r"|有空的时候|等会儿?|一会儿)(?:就?(?:行|可以|打|好))?(?:吧|都行|[,。!\s])*$"
)
_TITLE = re.compile(r"公司|厂$|个体|工商户|合作社|事务所|经营部|商行|中心$|门市|集团|学校|医院|大学|个人|抬头")
_TAX = re.compile(r"(?<![0-9a-z])[0-9a-z]{15,20}(?![0-9a-z])")
_NOT_YET = re.compile(
    r"^(?:暂时|现在|还|我)?(?:没有?|无|不知道|不清楚|稍后|等下|晚点)(?:再)?(?:补|发|说|填|给|找)?.{0,3}$"
)
_QUESTION = re.compile(
    r"怎么|如何|为什么|为何|多少|哪里|哪儿|什么|多久|几天|几点|能不能|可不可以|可以吗|有没有|是不是|吗|\?|谁"
    r"|咋"
)
_OTHER_SUBJECT = re.compile(
    r"对了|另外|还有(?:个|一)|顺便|换个|先不管|别的(?:事|问题)|再问|问一下|问下|咨询|我(?:要|想)(?:退|投诉|查"
    r"|问|开|找|改|取消|申请)"
)
_TELLS_OF_ANYTHING = frozenset(
    {"suggestion", "complaint_general", "callback_request", "ticket_add_info", "privacy_request"}
)
"""Flows whose free question may be answered with what would be another problem elsewhere."""


def cancels_the_form(plain: str, slot: str) -> bool:
    """Whether the message is nothing but calling off. "Is it all right now?" is answered by 不用了, not called off."""
    if _CANCEL.match(plain) is None:
        return False
    return not (slot in ("solved", "again", "agreed") and _FINE_WITHOUT_HELP.search(plain))


def answers_the_form(plain: str, context: RouteContext, entities: tuple[Entity, ...]) -> bool:
    """Whether something in the message shows that it answers `context.requested_slot`.

    False for everything else, also for what may well be an answer: see `intent_router.guard`.
    """
    slot = context.requested_slot
    if slot is None or not plain:
        return False
    if _YES_NO.match(plain) or _UNSURE.match(plain):
        return True
    if _OTHER_SUBJECT.search(plain) or _QUESTION.search(plain):
        return False
    if _PICKS.match(plain) or _shares_an_offered_word(plain, context):
        return True
    if _fits(plain, slot, entities):
        return True
    return _free_answer(plain, slot, context)


def _fits(plain: str, slot: str, entities: tuple[Entity, ...]) -> bool:
    fitting = [e for e in entities if e.type in _FITS.get(slot, frozenset())]
    if not fitting:
        return False
    if slot in ("phone", "tax_number", "ticket_number"):
        return True
    rest = len(plain) - sum(len(normalise(e.text)) for e in fitting)
    return len(plain) <= _WITH_ENTITY and rest <= _BRIEF + 4


def _free_answer(plain: str, slot: str, context: RouteContext) -> bool:
    if slot in ("solved", "again"):
        return _SOLVED.match(plain) is not None
    if slot == "invoice_title":
        return _TITLE.search(plain) is not None
    if slot == "tax_number":
        return _TAX.search(plain) is not None or _NOT_YET.match(plain) is not None
    if slot == "callback_time":
        return _ANY_TIME.match(plain) is not None
    if slot == "phone":
        return re.fullmatch(r"[\d\s\-+]{5,}.{0,4}", plain) is not None
    if slot == "amount":
        return re.fullmatch(r"(?:是|大概|大约|好像)?\d+(?:\.\d+)?(?:块|元|升)?.{0,2}", plain) is not None
    if slot == "detail":
        return context.active_flow in _TELLS_OF_ANYTHING
    return False


def _shares_an_offered_word(plain: str, context: RouteContext) -> bool:
    """A brief message that says a word of exactly one offered answer."""
    if len(plain) > _WITH_ENTITY:
        return False
    words = {w for w in segment(plain) if len(w) > 1}
    hits = 0
    for offered in context.offered:
        if offered.payload.startswith("answer:"):
            hits += bool(words & {w for w in segment(normalise(offered.title)) if len(w) > 1})
    return hits == 1 and len(plain) <= _BRIEF + 4
