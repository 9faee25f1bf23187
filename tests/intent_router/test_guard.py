"""Tier 0: what it decides, and above all what it leaves alone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decision import Kind, OfferedButton, RouteContext
from intent_router.entities import extract
from intent_router.guard import Guarded, check, ruled_out
from intent_router.guard_human import asks_for_a_person
from intent_router.guard_safety import danger_now
from language import normalise

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DATA = Path(__file__).resolve().parents[2] / "nlu_data"


def guard(text: str, context: RouteContext | None = None) -> Guarded | None:
    return check(text, context or RouteContext(), extract(text, NOW))


def name(text: str, context: RouteContext | None = None) -> str | None:
    guarded = guard(text, context)
    return guarded.name if guarded else None


def form(slot: str, flow: str = "paid_not_fueled", *titles: str) -> RouteContext:
    offered = tuple(OfferedButton(title, f"answer:{slot}={i}") for i, title in enumerate(titles))
    return RouteContext(active_flow=flow, requested_slot=slot, offered=offered)


def test_buttons_under_a_ticket() -> None:
    for action, label in (("reopen", "ticket_progress"), ("urge", "ticket_urge"), ("withdraw", "ticket_cancel")):
        guarded = guard("", RouteContext(payload=f"ticket:{action}:YB0000000641"))
        assert guarded is not None
        assert (guarded.label, guarded.payload) == (f"intent:{label}", f"ticket:{action}:YB0000000641")
    assert guard("你好", RouteContext(payload="ticket:explode:YB0000000641")) is None


@pytest.mark.parametrize(
    "text",
    [
        "油枪漏油了地上全是",
        "加油站着火了",
        "站里着火了",
        "着了着了",
        "旁边那台加油机冒火了！！",
        "油枪一直往外漏油，关不掉",
        "油枪漏油咗，成地都系",
        "有人在加油站抽烟，旁边正在卸油",
        "站里有人被撞倒了，在流血",
        "油站爆炸了",
        "油气味很大",
    ],
)
def test_danger_now(text: str) -> None:
    guarded = guard(text)
    assert guarded is not None
    assert (guarded.name, guarded.label, guarded.kind) == ("safety", "intent:safety_emergency", Kind.FLOW)


@pytest.mark.parametrize(
    "text",
    [
        "昨天站里着火了",
        "站里没有着火",
        "遇到油站着火怎么办",
        "碰到油站着火是先打119还是先联系你们，我们单位安全培训要用",
        "昨天东环路站有人在油机边抽烟，太不像话了",
        "我气得冒火",
        "加完油车就漏油",
        "会不会着火啊",
        "吃火锅去",
        "加油站能打电话吗",
        "救命，我分被人刷了",
    ],
)
def test_no_danger_or_none_now(text: str) -> None:
    assert guard(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "轉人工",
        "我要找真人",
        "叫你们客服来",
        "人工",
        "人工客服",
        "帮我转人工谢谢",
        "zrg",
        "能转人工吗",
        "给我找个真人来讲",
        "我要同真人傾，唔同機械人講",
        "我要跟人工客服说话，有事情要当面讲清楚",
        "帮我接你们值班的客服，我有别的事商量",
        "我不要跟机器人聊",
        "别跟我说机器话，叫人来",
    ],
)
def test_a_wish_for_a_person(text: str) -> None:
    guarded = guard(text)
    assert guarded is not None
    assert (guarded.name, guarded.label, guarded.kind) == ("human", "intent:human_agent", Kind.HANDOFF)


@pytest.mark.parametrize(
    "text",
    [
        "人工费多少",
        "没有人工客服吗",
        "人工客服几点上班呀",
        "不用给我转人工，跟你说就行",
        "让客服给我打电话",
        "怎么转人工",
        "你是真人吗",
        "上次人工客服说三天",
        "人工智能是什么",
        "人工审核要多久",
        "要换人代付可以吗",
    ],
)
def test_people_are_mentioned_and_not_wished_for(text: str) -> None:
    assert guard(text) is None


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("不用给我转人工，跟你说就行", {"intent:human_agent"}),
        ("唔使轉人工喇", {"intent:human_agent"}),
        ("昨天东环路站有人在油机边抽烟，太不像话了", {"intent:safety_emergency"}),
        ("不要机器人，转人工", set()),
        ("昨天就漏油，现在还在漏，快来人", set()),
        ("加油站着火了", set()),
        ("发票怎么开", set()),
    ],
)
def test_what_the_words_speak_against(text: str, labels: set[str]) -> None:
    assert ruled_out(text) == labels


def test_nothing_right_is_ruled_out() -> None:
    wrong = [(text, label) for text, label in _training() if label in ruled_out(text)]
    assert wrong == []


def _labelled(name: str) -> list[tuple[str, str]]:
    rows = map(json.loads, (DATA / "dev" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [(row["text"], row["label"]) for row in rows]


def _training() -> list[tuple[str, str]]:
    return [
        (line, f"intent:{path.stem}")
        for path in sorted((DATA / "intents" / "train").glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_the_guards_are_precise_on_all_labelled_messages() -> None:
    """One in two thousand may be wrong; what they miss the learned tiers know."""
    rows = _training() + [row for name in ("intents", "faq", "out_of_scope") for row in _labelled(name)]
    plain = [(normalise(text), label) for text, label in rows]
    danger = [label for text, label in plain if danger_now(text)]
    wishes = [label for text, label in plain if not danger_now(text) and asks_for_a_person(text)]
    assert danger.count("intent:safety_emergency") > 100
    assert len(danger) - danger.count("intent:safety_emergency") <= len(rows) // 2000
    assert wishes.count("intent:human_agent") > 100
    assert len(wishes) - wishes.count("intent:human_agent") <= len(rows) // 2000


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("intent:refund_request", ("payload", "intent:refund_request", Kind.FLOW)),
        ("intent:greet", ("payload", "intent:greet", Kind.CHAT)),
        ("intent:human_agent", ("human", "intent:human_agent", Kind.HANDOFF)),
        ("faq:invoice_how", ("payload", "faq:invoice_how", Kind.FAQ)),
        ("human", ("human", "intent:human_agent", Kind.HANDOFF)),
        ("cancel", ("cancel", "intent:deny", Kind.CHAT)),
        ("next", ("payload", None, None)),
    ],
)
def test_buttons(payload: str, expected: tuple[str, str | None, Kind | None]) -> None:
    guarded = guard("按钮上的字", RouteContext(payload=payload))
    assert guarded is not None
    assert (guarded.name, guarded.label, guarded.kind) == expected
    assert guarded.payload == payload
    assert not guarded.answer


def test_an_answer_button_answers_the_open_form() -> None:
    context = RouteContext(
        active_flow="refund_request", requested_slot="order_id", payload=("answer:order_id=26111810234")
    )
    guarded = guard("今天 12:30 城北站", context)
    assert guarded is not None
    assert (guarded.name, guarded.label, guarded.answer) == ("payload", "intent:refund_request", True)


def test_an_answer_button_without_a_form_is_read_as_words() -> None:
    assert guard("转人工", RouteContext(payload="answer:order_id=1")) is None
    assert guard("第一个", RouteContext(payload="answer:order_id=1")) is None


def test_typing_a_title_is_pressing_the_button() -> None:
    context = RouteContext(offered=(OfferedButton("发票怎么开", "faq:invoice_how"), OfferedButton("转人工", "human")))
    typed = guard("發票怎麼開 ", context)
    assert typed is not None
    assert (typed.name, typed.label, typed.payload) == ("payload", "faq:invoice_how", "faq:invoice_how")
    assert guard("发票怎么开呢我想问问", context) is None


def test_a_button_nobody_knows_leaves_the_words() -> None:
    assert name("转人工", RouteContext(payload="intent:nonsense")) is None
    assert name("今天油价", RouteContext(payload="drop table")) is None


def test_danger_comes_before_a_button() -> None:
    assert name("加油站着火了", RouteContext(payload="faq:invoice_how")) == "safety"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("YB0000012344处理到哪了", "intent:ticket_progress"),
        ("yb 00000 12344", "intent:ticket_progress"),
        ("催一下YB0000012344", "intent:ticket_urge"),
        ("YB0000012344都三天了怎么还没处理", "intent:ticket_urge"),
        ("YB0000012344撤了吧，已经好了", "intent:ticket_cancel"),
        ("YB0000012344补充一张截图", "intent:ticket_add_info"),
    ],
)
def test_ticket_numbers(text: str, label: str) -> None:
    guarded = guard(text)
    assert guarded is not None
    assert (guarded.name, guarded.label, guarded.kind) == ("ticket_number", label, Kind.FLOW)


def test_a_wish_for_a_person_beside_a_ticket_number_is_heard() -> None:
    assert name("YB0000012344转人工") == "human"


@pytest.mark.parametrize("text", ["", "   ", "。。。", "？", "😀😀", "👍", "\x00\x01", "\u200b", "\ufffd\ufffd", "_ _"])
def test_nothing_to_read(text: str) -> None:
    guarded = guard(text)
    assert guarded is not None
    assert (guarded.name, guarded.label, guarded.kind) == ("empty", "intent:out_of_scope", Kind.OUT_OF_SCOPE)


@pytest.mark.parametrize("text", ["算了", "算了吧", "不用了", "那就算了", "取消", "先不弄了，谢谢", "退出"])
def test_calling_an_open_form_off(text: str) -> None:
    assert name(text, form("order_id")) == "cancel"
    assert guard(text) is None


@pytest.mark.parametrize("text", ["取消订单", "不用了多少钱", "算了一下多扣了30", "退款"])
def test_not_called_off(text: str) -> None:
    assert name(text, form("order_id")) != "cancel"


def test_no_longer_needed_answers_whether_it_is_all_right() -> None:
    assert name("不用了", form("solved", "payment_failed")) == "answer"
    assert name("算了", form("solved", "payment_failed")) == "cancel"


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ("order_id", "第二个"),
        ("order_id", "2"),
        ("order_id", "昨天下午那单"),
        ("order_id", "200块的"),
        ("order_id", "城北站"),
        ("order_id", "都不是"),
        ("order_id", "就是这个"),
        ("order_id", "不知道是哪个"),
        ("order_id", "不是昨天是前天"),
        ("coupon_id", "前天买的"),
        ("station", "城北站"),
        ("phone", "13812345678"),
        ("phone", "我的手机号是138 1234 5678，谢谢"),
        ("amount", "200"),
        ("amount", "油机上是238.6"),
        ("callback_time", "明天上午10点"),
        ("callback_time", "随时"),
        ("invoice_title", "昆明市恒通运输有限公司"),
        ("tax_number", "91530100MA6K2X0Q3T"),
        ("tax_number", "暂时没有"),
        ("solved", "好了"),
        ("solved", "还是不行"),
        ("solved", "可以了谢谢"),
        ("solved", "👌"),
        ("again", "是"),
        ("order_id", "好的"),
        ("order_id", "没有"),
    ],
)
def test_answers_to_a_form(slot: str, text: str) -> None:
    guarded = guard(text, form(slot))
    assert guarded is not None
    assert (guarded.name, guarded.answer, guarded.label) == ("answer", True, "intent:paid_not_fueled")


def test_a_word_of_one_offered_answer_answers() -> None:
    context = form("cause", "login_problem", "收不到验证码", "忘记密码", "提示账号异常")
    assert name("密码忘了", context) == "answer"
    assert name("验证码", context) == "answer"


@pytest.mark.parametrize(
    ("slot", "text"),
    [
        ("order_id", "发票怎么开"),
        ("order_id", "我的券还没到账"),
        ("order_id", "对了，昨天那单的发票呢"),
        ("order_id", "昨天积分怎么少了200"),
        ("phone", "退款多久到"),
        ("station", "附近哪有加油站"),
        ("detail", "页面一直转圈"),
        ("solved", "我要投诉你们"),
        ("amount", "昨天在城北站加了200扣了230，今天又发现前天那单的积分也没给我"),
    ],
)
def test_what_may_be_a_new_subject_is_left_to_the_learned_tiers(slot: str, text: str) -> None:
    assert guard(text, form(slot)) is None


def test_free_questions_take_any_story() -> None:
    assert name("上次退款拖了两周，打电话也没人理", form("detail", "complaint_general")) == "answer"
    assert name("发票怎么开", form("detail", "complaint_general")) is None


def test_a_picture_alone_answers_a_form_and_nothing_else() -> None:
    asking = RouteContext(active_flow="app_error", requested_slot="detail", attached=True)
    assert name("", asking) == "answer"
    assert name("", RouteContext(attached=True)) == "empty"


def test_a_form_does_not_silence_danger_or_the_wish_for_a_person() -> None:
    assert name("着火了", form("order_id")) == "safety"
    assert name("转人工", form("order_id")) == "human"


def test_a_long_message_is_no_trouble() -> None:
    for text in ("油" * 10_000, "转人工" * 4000, "有人在" * 4000, "，" * 10_000, "请求" * 1000, "给我来" * 700):
        check(text, form("order_id"), ())


CONTEXTS = st.builds(
    RouteContext,
    active_flow=st.sampled_from([None, "refund_request", "gone"]),
    requested_slot=st.sampled_from([None, "order_id", "solved", "detail", "unknown_slot"]),
    payload=st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["human", "cancel", "intent:greet"])),
    attached=st.booleans(),
)


@given(
    st.text(st.one_of(st.sampled_from("转人工着火油枪漏不是好的算了YB0123456789 "), st.characters()), max_size=30),
    CONTEXTS,
)
def test_any_message_is_guarded_or_left_alone(text: str, context: RouteContext) -> None:
    guarded = guard(text, context)
    if guarded is not None:
        assert guarded.note
        assert (guarded.label is None) == (guarded.kind is None)
        assert not guarded.answer or context.requested_slot is not None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("退款收到了", "intent:ticket_cancel"),
        ("付完钱油也加上了", "intent:ticket_cancel"),
        ("发票收到了谢谢", "intent:thanks"),
        ("退款到了吗", None),
        ("券到期了", None),
        ("票到了就是抬头错了", None),
        ("充值到账了但是少了五十", None),
    ],
)
def test_what_has_come_is_missed_no_more(text: str, label: str | None) -> None:
    found = check(text, RouteContext(), ())
    assert (found and found.label) == label


@pytest.mark.parametrize(
    ("text", "empty"), [("就那个那个你懂的", True), ("唉 那个", True), ("就是这个", False), ("嗯", False)]
)
def test_hesitation_says_nothing(text: str, empty: bool) -> None:
    found = check(text, RouteContext(), ())
    assert (found is not None and found.name == "empty") is empty


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我不找人工，就想查下积分", "intent:human_agent"),
        ("刚才那个人工客服态度挺好", "intent:human_agent"),
        ("没着火，虚惊一场", "intent:safety_emergency"),
        ("油枪没漏油，是水", "intent:safety_emergency"),
        ("别给我回电话", "intent:callback_request"),
        ("问题没解决", "intent:ticket_cancel"),
    ],
)
def test_labels_that_the_words_deny(text: str, label: str) -> None:
    assert label in ruled_out(text)
    found = check(text, RouteContext(), ())
    assert found is None or found.label != label


@pytest.mark.parametrize("text", ["就最近那次", "上次那回", "昨天那笔"])
def test_which_time_answers_which_order(text: str) -> None:
    found = check(text, RouteContext(active_flow="points_missing", requested_slot="order_id"), ())
    assert found is not None
    assert found.answer
