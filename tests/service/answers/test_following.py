"""What a message means because of what stood before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from contracts.conversation import Reply
from contracts.decision import Candidate, Decision, Entity, Kind, SentimentReading, Tier
from contracts.effects import AddToTicket, FileTicket, HandOff, Remedy, WithdrawTicket
from contracts.taxonomy import load_taxonomy
from contracts.tickets import PlannedTicket, TicketStatus, TicketView
from knowledge_base.replies import Replies
from service.answers import following, mending
from service.answers.rules import CANCEL, NEXT, DialogueChange, Plan, Voice
from service.clock import CHINA

NOW = datetime(2025, 6, 4, 10, 38, tzinfo=CHINA)
VOICE = Voice(Replies.load(), load_taxonomy())
OFFER = ({"title": "接着处理", "payload": NEXT, "latest": True}, {"title": "不用了", "payload": CANCEL, "latest": True})
TICKET = TicketView("YB1", "amount_mismatch", "finance", "P1", TicketStatus.ACCEPTED, "s", NOW, NOW)
FILED = FileTicket(
    "YB2", "amount_mismatch", "finance", "P1", "s", NOW.isoformat(), NOW.isoformat(), NOW.isoformat(), order_ids=("2",)
)


def decided(label: str, kind: Kind, **more: Any) -> Decision:
    return Decision(label, kind, 0.9, Tier.RETRIEVAL, (), SentimentReading("calm", 1.0), **more)


@pytest.mark.parametrize(
    ("decision", "payload"),
    [
        (decided("intent:affirm", Kind.CHAT), NEXT),
        (decided("intent:deny", Kind.CHAT), CANCEL),
        (decided("intent:coupon_not_received", Kind.FLOW), NEXT),
        (decided("intent:refund_progress", Kind.FLOW), None),
        (decided("intent:greet", Kind.CHAT), None),
    ],
)
def test_a_yes_to_the_second_problem_counts_as_its_button(decision: Decision, payload: str | None) -> None:
    assert following.answers_offer(decision, "", OFFER, "intent:coupon_not_received").payload == payload


@pytest.mark.parametrize(
    ("text", "payload"), [("好的，接着看券的事", NEXT), ("继续", NEXT), ("要是明天还没到呢", None), ("我先走了", None)]
)
def test_words_that_agree_count_whatever_else_they_name(text: str, payload: str | None) -> None:
    asks = decided("faq:coupon_where", Kind.FAQ)
    assert following.answers_offer(asks, text, OFFER, "intent:coupon_not_received").payload == payload


def test_an_unsure_message_that_may_mean_the_offered_problem_means_it() -> None:
    close = (Candidate("intent:coupon_unusable", 0.5), Candidate("intent:coupon_not_received", 0.3))
    unsure = replace(decided("intent:coupon_unusable", Kind.CLARIFY), alternatives=close)
    assert following.answers_offer(unsure, "", OFFER, "intent:coupon_not_received").payload == NEXT
    assert following.answers_offer(unsure, "", OFFER, "intent:invoice_apply").payload is None


def test_without_the_offer_a_yes_is_small_talk() -> None:
    yes = decided("intent:affirm", Kind.CHAT)
    earlier = tuple({**o, "latest": False} for o in OFFER)
    assert following.answers_offer(yes, "", earlier, "intent:coupon_not_received") is yes
    assert following.answers_offer(yes, "", OFFER, None) is yes


def test_a_picture_with_no_or_weak_words_may_belong_to_a_ticket() -> None:
    alone = decided("intent:out_of_scope", Kind.OUT_OF_SCOPE, guard="empty")
    weak = replace(decided("intent:receipt", Kind.CLARIFY), alternatives=(Candidate("intent:ticket_add_info", 0.4),))
    assert following.brings_picture(alone, attached=True)
    assert following.brings_picture(weak, attached=True)
    assert not following.brings_picture(alone, attached=False)
    assert not following.brings_picture(decided("intent:app_error", Kind.FLOW), attached=True)
    assert not following.brings_picture(replace(alone, answer=True), attached=True)
    added = following.added_to_ticket(alone)
    assert (added.label, added.kind, added.guard) == ("intent:ticket_add_info", Kind.FLOW, None)


@pytest.mark.parametrize("text", ["还是不行", "没用", "试了照样不行", "老样子"])
def test_still_in_trouble_is_no_refusal(text: str) -> None:
    assert following.trouble_goes_on(decided("intent:deny", Kind.CHAT), text)


@pytest.mark.parametrize("text", ["不用了", "不是", "没有"])
def test_a_plain_no_stays_a_no(text: str) -> None:
    assert not following.trouble_goes_on(decided("intent:deny", Kind.CHAT), text)


def test_the_ticket_that_was_told_just_before() -> None:
    assert following.told_just_before("intent:amount_mismatch", [TICKET]) is TICKET
    assert following.told_just_before("intent:coupon_unusable", [TICKET]) is None
    assert following.told_just_before(None, [TICKET]) is None
    plan = mending.still_open(TICKET, "今天 18:00", VOICE)
    assert "YB1" in plan.replies[0].text
    assert "今天 18:00" in plan.replies[0].text
    assert isinstance(plan.effects[0], AddToTicket)


@pytest.mark.parametrize(
    "text",
    [
        "说错了，不是前天是昨天",
        "不是城北是滨江那单",
        "不对不对，是前天那笔260的",
        "哦我记错了，应该是东环路",
        "更正一下，金额300",
    ],
)
def test_corrections_are_heard(text: str) -> None:
    assert following.may_correct(decided("intent:ticket_add_info", Kind.CLARIFY), text)
    assert following.corrects(decided("intent:ticket_add_info", Kind.CLARIFY), text, TICKET)
    assert following.corrects(decided("intent:amount_mismatch", Kind.FLOW), text, TICKET)


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (decided("intent:wrong_selection", Kind.FLOW), "我说错了，付到隔壁站去了"),
        (decided("intent:deny", Kind.CHAT), "不是这样的吧"),
        (decided("intent:ticket_progress", Kind.FLOW), "是不是已经处理好了"),
        (decided("intent:amount_mismatch", Kind.FLOW), "昨天那单扣多了"),
    ],
)
def test_another_problem_or_a_question_is_no_correction(decision: Decision, text: str) -> None:
    assert not following.corrects(decision, text, TICKET)


def test_what_is_named_again_replaces_what_was_said() -> None:
    def entity(kind: str, value: str, role: str | None = None) -> Entity:
        return Entity(kind, value, value, 0, 1, role)

    before = [entity("time", "前天"), entity("amount", "230", "paid"), entity("station", "城北")]
    merged = mending.put_right(before, [entity("time", "昨天"), entity("amount", "200", "pump")])
    assert [e.value for e in merged] == ["230", "城北", "昨天", "200"]


def test_a_correction_changes_the_ticket_instead_of_filing_a_second() -> None:
    remedy = Remedy("refund", "refund", "退了", ticket_number="YB2")
    card = {"type": "ticket", "number": "YB2"}
    plan = Plan(
        (Reply("查到您昨天的订单。\n工单 YB2（…）已提交", card=card),),
        (FILED, remedy),
        dialogue=DialogueChange("filed"),
    )
    corrected = mending.as_correction(plan, TICKET, "是昨天", "今天 18:00", VOICE)
    assert corrected.effects == (
        AddToTicket("YB1", "correction", "是昨天", ("2",), "s"),
        replace(remedy, ticket_number="YB1"),
    )
    text = corrected.replies[0].text
    assert text.startswith("查到您昨天的订单。\n")
    assert "YB1" in text
    assert "YB2" not in text
    assert corrected.replies[0].card == {"type": "ticket", "number": "YB1"}


def test_a_correction_that_has_to_ask_takes_the_ticket_back() -> None:
    asks = Plan((Reply("哪一笔？"),), dialogue=DialogueChange(problem="amount_mismatch"))
    assert mending.as_correction(asks, TICKET, "是昨天", "", VOICE).effects == (WithdrawTicket("YB1", "是昨天"),)
    added = Plan((Reply("已补充"),), (AddToTicket("YB1", "again", "x"),), dialogue=DialogueChange("filed"))
    assert mending.as_correction(added, TICKET, "是昨天", "", VOICE) is added


def test_a_hand_off_in_the_middle_of_a_form_files_what_it_heard() -> None:
    planned = PlannedTicket("YB3", "points_refuel_failed", "tech", "P1", NOW, NOW, NOW)
    slots = {"order_id": "77", "memory": {"said": ["用分加油没成功"]}, "problem": "x", "phone": None}
    ticket = mending.file_what_is_known(planned, ["用分加油没成功"], slots, (), "未问完", "积分加油失败")
    assert ticket.summary == "用分加油没成功"
    assert ticket.order_ids == ("77",)
    assert ticket.details["slots"] == {"order_id": "77"}
    over = Plan((Reply("好的"),), (HandOff("asked", "guard"),))
    plan = mending.handed_over_with(over, ticket, "今天 18:00", VOICE)
    assert plan.effects == (ticket, *over.effects)
    assert "YB3" in plan.replies[-1].text
    assert mending.handed_over_with(Plan((Reply("x"),)), ticket, "", VOICE).effects == ()


@pytest.mark.parametrize("text", ["我那个充值的工单什么时候能好", "我昨天说的那个事处理得咋样了", "工单有结果了吗"])
def test_where_a_ticket_is_is_asked_in_many_words(text: str) -> None:
    assert following.asks_how_far(decided("intent:refund_progress", Kind.FLOW), text)
    assert not following.asks_how_far(decided("intent:refund_progress", Kind.FLOW, answer=True), text)


@pytest.mark.parametrize("text", ["退款什么时候到", "充值没到账", "帮我提交个工单"])
def test_other_questions_are_not_about_a_ticket(text: str) -> None:
    assert not following.asks_how_far(decided("intent:refund_progress", Kind.FLOW), text)


@pytest.mark.parametrize("text", ["为什么要等到这个时间", "凭什么要等这么久", "咋要明天才处理"])
def test_why_a_time_is_what_it_is(text: str) -> None:
    assert following.asks_why_so_late(decided("intent:refund_progress", Kind.FLOW), text)


@pytest.mark.parametrize("text", ["怎么才给我减5块", "怎么开发票", "为什么扣我两次"])
def test_other_whys(text: str) -> None:
    assert not following.asks_why_so_late(decided("intent:amount_mismatch", Kind.FLOW), text)


def test_labels_in_a_row_are_counted() -> None:
    assert following.repeats("a", []) == 0
    assert following.repeats("a", ["a", "b"]) == 0
    assert following.repeats("a", ["b", "a", "a"]) == 2
    assert following.repeats("a", ["a", "a"]) == 2


@pytest.mark.parametrize("text", ["算了", "算了算了不退了", "唉算了吧", "那不办了", "我不投诉了"])
def test_calling_off(text: str) -> None:
    assert following.calls_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "怎么算了两次钱",
        "算了一下多扣了我三十块钱你们看看",
        "退了吗",
        "券不见了",
        "不用了",
        "算了，先帮我看看我的退款到哪里了",
    ],
)
def test_what_is_no_calling_off(text: str) -> None:
    assert not following.calls_off(text)


def test_calling_off_is_the_tap_under_the_ticket() -> None:
    back = following.takes_back(decided("intent:deny", Kind.CHAT, guard="cancel"))
    assert (back.label, back.kind, back.payload) == ("intent:ticket_cancel", Kind.FLOW, "intent:ticket_cancel")


@pytest.mark.parametrize("text", ["哦", "嗯嗯", "好的", "行吧", "哦知道了", "OK"])
def test_a_nod_is_no_strangers_business(text: str) -> None:
    assert following.only_heard(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE), text)


@pytest.mark.parametrize("text", ["好吃的火锅", "帮我写诗", "啊这个那个呃呃"])
def test_strangers_business_stays_it(text: str) -> None:
    assert not following.only_heard(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE), text)


@pytest.mark.parametrize(
    ("decision", "problem", "asked", "label"),
    [
        (decided("intent:coupon_not_received", Kind.FLOW), "points_refuel_failed", True, "intent:points_refuel_failed"),
        (decided("intent:coupon_not_received", Kind.FLOW), "points_refuel_failed", False, None),
        (decided("intent:coupon_not_received", Kind.FLOW, answer=True), "points_refuel_failed", True, None),
        (decided("intent:duplicate_charge", Kind.FLOW), "amount_mismatch", True, None),
        (decided("intent:points_missing", Kind.FLOW), "order_query", True, None),
        (decided("faq:refund_time", Kind.FAQ), "amount_mismatch", True, None),
        (decided("intent:coupon_not_received", Kind.FLOW), None, False, None),
    ],
)
def test_an_interrupted_problem_is_remembered(
    decision: Decision, problem: str | None, asked: bool, label: str | None
) -> None:
    assert following.interrupted(decision, problem, asked, load_taxonomy()) == label


def test_a_guest_speaks_of_tickets_that_are_not_known_here() -> None:
    asks = decided("intent:ticket_progress", Kind.FLOW)
    assert following.asks_for_old_tickets(asks, None)
    assert not following.asks_for_old_tickets(asks, "demo-gold")
    assert not following.asks_for_old_tickets(decided("intent:order_query", Kind.FLOW), None)


def test_a_proven_number_is_not_asked_for_again_but_is_no_new_number() -> None:
    assert [e["value"] for e in following.phone_known("13812345678", "recharge_not_arrived")] == ["13812345678"]
    assert following.phone_known("13812345678", "account_change") == ()
    assert following.phone_known(None, "recharge_not_arrived") == ()


def test_what_came_right_is_taken_back() -> None:
    close = (Candidate("intent:ticket_cancel", 0.6), Candidate("intent:thanks", 0.3))
    unsure = replace(decided("intent:ticket_cancel", Kind.CLARIFY), alternatives=close)
    assert following.says_it_is_done(unsure, "好了好了出油了，谢谢哈")
    assert not following.says_it_is_done(unsure, "还没好了没有啊")
    assert not following.says_it_is_done(unsure, "谢谢")
    assert not following.says_it_is_done(decided("intent:thanks", Kind.CHAT), "好了")


@pytest.mark.parametrize("text", ["那最晚哪天", "要多久啊", "什么时候能到", "到底几号"])
def test_when_is_asked_about_what_was_just_answered(text: str) -> None:
    assert following.asks_when(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE), text)
    assert not following.asks_when(decided("intent:refund_progress", Kind.FLOW), text)


@pytest.mark.parametrize("text", ["你们老板什么时候生日你知道吗", "帮我写首诗", "多久没见了呀最近过得怎么样"])
def test_a_strangers_question_is_not(text: str) -> None:
    assert not following.asks_when(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE), text)


def test_worry_without_a_business_is_about_what_was_filed() -> None:
    worried = replace(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE), sentiment=SentimentReading("anxious", 0.9))
    assert following.presses(worried)
    assert not following.presses(decided("intent:out_of_scope", Kind.OUT_OF_SCOPE))
    assert not following.presses(replace(worried, guard="empty"))
    urges = following.about(worried, following.URGE)
    assert (urges.label, urges.kind) == ("intent:ticket_urge", Kind.FLOW)


def test_who_waits_no_longer() -> None:
    no = decided("intent:deny", Kind.CHAT)
    assert following.leaves_queue(no, "不用了不等了")
    assert not following.leaves_queue(no, "不是")
    assert not following.leaves_queue(decided("intent:refund_progress", Kind.FLOW), "不用了")


def test_a_bare_datum_has_no_feeling() -> None:
    angry = replace(decided("intent:invoice_apply", Kind.FLOW, answer=True), sentiment=SentimentReading("angry", 0.6))
    assert following.bare_answer(angry, "invoice_title", "云南山海物流有限公司")
    assert following.bare_answer(angry, "phone", "13812345678")
    assert not following.bare_answer(angry, "phone", "13812345678！！！快点")
    assert not following.bare_answer(angry, "detail", "你们什么破平台")
    assert not following.bare_answer(replace(angry, answer=False), "phone", "13812345678")
    assert following.calm(angry).sentiment.label == "calm"


def test_an_alarm_that_is_less_likely_than_not_is_asked_about() -> None:
    critical = {"safety_emergency"}
    guess = replace(decided("intent:safety_emergency", Kind.FLOW), confidence=0.4)
    assert following.no_alarm(guess, critical)
    assert not following.no_alarm(replace(guess, guard="safety"), critical)
    assert not following.no_alarm(replace(guess, confidence=0.9), critical)
    assert not following.no_alarm(replace(guess, label="intent:refund_request"), critical)
