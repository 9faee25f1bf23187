"""What is predicted of a customer, and which articles he is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from contracts.taxonomy import load_taxonomy
from knowledge_base.store import shipped_sources
from service.channels.help.rules import FREQUENT, Filed, Records, frequent, predict
from service.clock import CHINA
from service.feedback.rules import next_step
from service.gateways.fuel_platform.demo_data import LEVELS
from service.gateways.fuel_platform.demo_records import build
from service.house import KNOWLEDGE_ROOT

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=CHINA)
WAIT = timedelta(minutes=30)


def demo(level: str = "gold") -> Records:
    made = build(f"demo-{level}", level, NOW)
    return Records(made.orders, made.coupons, made.payments, made.refunds, made.points, made.gifts, made.invoices)


@pytest.mark.parametrize("level", list(LEVELS))
def test_a_demo_customer_is_asked_for_his_most_pressing_troubles(level: str) -> None:
    found = predict(demo(level), [], WAIT, NOW)
    assert [p.intent for p in found] == ["paid_not_fueled", "duplicate_charge", "amount_mismatch"]
    assert found[0].title == "今天城北站 ¥200 付了钱没加上油？"
    assert found[1].title == "前天高新大道站 ¥260 扣了两次？"
    assert found[2].title == "昨天城北站 加了 ¥200 扣了 ¥230？"
    assert len({p.order_id for p in found}) == 3


def test_what_is_filed_already_makes_room_for_the_next() -> None:
    records = demo()
    first = predict(records, [], WAIT, NOW)
    filed = [Filed(p.intent, (str(p.order_id),)) for p in first]
    assert [p.intent for p in predict(records, filed, WAIT, NOW)] == [
        "points_refuel_failed",
        "coupon_not_received",
        "redeem_logistics",
    ]
    # A ticket about another order says nothing about this one.
    other = [Filed("paid_not_fueled", ("another",))]
    assert predict(records, other, WAIT, NOW)[0].intent == "paid_not_fueled"


def test_every_kind_of_trouble_is_found_when_it_stands_alone() -> None:
    records = demo()
    assert [p.intent for p in predict(Records(coupons=records.coupons), [], WAIT, NOW)] == ["coupon_not_received"]
    assert [p.intent for p in predict(Records(refunds=records.refunds), [], WAIT, NOW)] == ["refund_progress"]
    gifts = {p.intent for p in predict(Records(gifts=records.gifts), [], WAIT, NOW)}
    assert gifts == {"redeem_failed", "redeem_logistics"}
    assert [p.intent for p in predict(Records(invoices=records.invoices), [], WAIT, NOW)] == ["invoice_problem"]
    failed = [o for o in records.orders if o.status == "failed"]
    assert [p.intent for p in predict(Records(orders=failed), [], WAIT, NOW)] == ["payment_failed"]
    lone = [replace(o, pump_fen=o.paid_fen) for o in records.orders[2:3]]
    told = predict(Records(orders=lone, points=records.points), [], WAIT, NOW)
    assert [(p.intent, p.order_id) for p in told] == [("points_missing", lone[0].id)] or told == []
    assert predict(Records(), [], WAIT, NOW) == []


def test_a_payment_that_went_through_at_the_second_try_is_no_trouble() -> None:
    failed = next(o for o in demo().orders if o.status == "failed")
    later = failed.created_at + timedelta(minutes=3)
    again = replace(failed, id="2", status="fuelled", created_at=later, paid_at=later, pump_fen=failed.paid_fen)
    assert predict(Records(orders=(again, failed)), [], WAIT, NOW) == []


def test_time_decides_what_counts() -> None:
    order = demo().orders[0]
    just_paid = replace(order, paid_at=NOW - timedelta(minutes=2), created_at=NOW - timedelta(minutes=2))
    assert predict(Records(orders=(just_paid,)), [], WAIT, NOW) == []
    assert predict(Records(orders=(order,)), [], WAIT, NOW + timedelta(days=4)) == []
    pending = demo().coupons[0]
    assert predict(Records(coupons=(pending,)), [], WAIT, pending.bought_at + timedelta(minutes=29)) == []
    refund = demo().refunds[0]
    assert refund.expected_by is not None
    late, soon = refund.expected_by + timedelta(hours=1), refund.expected_by - timedelta(hours=1)
    heavy, light = (predict(Records(refunds=(refund,)), [], WAIT, at)[0].weight for at in (late, soon))
    assert heavy > light


def test_frequent_articles_begin_with_the_customers_own_and_leave_out_what_failed() -> None:
    sources = shipped_sources(KNOWLEDGE_ROOT / "articles")
    assert set(FREQUENT) <= set(sources)
    by_intent = [("a", ("paid_not_fueled",)), ("b", ("paid_not_fueled",)), *((f, ()) for f in FREQUENT)]
    assert frequent(["paid_not_fueled"], by_intent, set())[0] == "a"
    shown = frequent(["paid_not_fueled"], by_intent, {"a", FREQUENT[0]})
    assert shown[0] == "b"
    assert FREQUENT[0] not in shown


def test_the_step_after_an_article_never_repeats_what_was_tried() -> None:
    taxonomy = load_taxonomy()
    assert next_step(["coupon_not_received"], set(), taxonomy) == "intent:coupon_not_received"
    assert next_step(["coupon_not_received"], {"intent:coupon_not_received"}, taxonomy) == "human"
    assert next_step(["a_b", "refund_request"], {"faq:x"}, taxonomy) == "intent:refund_request"
    assert next_step(["human_agent"], set(), taxonomy) == "human"
    assert next_step([], set(), taxonomy) == "human"
