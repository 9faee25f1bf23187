"""What every fuel platform must do, whoever implements it."""

from __future__ import annotations

import asyncio
from typing import Any, Sequence

import pytest

from contracts.errors import NotFound
from contracts.ledger import broken_entry
from contracts.platform import FuelPlatform
from contracts.remedies import RemedyKind, RemedyRequest
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from tests.service.gateways.fuel_platform.conftest import GOLD

LISTS = ("orders", "coupons", "payments", "points", "gifts", "invoices", "cards", "refunds", "invoice_titles")
WHEN = {"orders": "created_at", "payments": "created_at", "points": "at"}


async def _first(platform: FuelPlatform, what: str, **wanted: Any) -> Any:
    found: Sequence[Any] = await getattr(platform, what)(GOLD)
    return next(r for r in found if all(getattr(r, k) == v for k, v in wanted.items()))


async def test_a_customer_is_known_with_his_level_and_points(any_platform: FuelPlatform) -> None:
    customer = await any_platform.customer(GOLD)
    assert (customer.id, customer.level, customer.frozen) == (GOLD, "gold", False)
    assert customer.points == (await any_platform.points(GOLD))[0].balance


@pytest.mark.parametrize("what", LISTS)
async def test_every_list_reads_the_same_twice_and_has_times_with_zones(any_platform: FuelPlatform, what: str) -> None:
    read = getattr(any_platform, what)
    found = list(await read(GOLD))
    assert found
    assert found == list(await read(GOLD))
    for record in found:
        for value in vars(record).values():
            assert getattr(value, "tzinfo", True) is not None


@pytest.mark.parametrize("what", list(WHEN))
async def test_lists_are_newest_first_and_keep_their_limit(any_platform: FuelPlatform, what: str) -> None:
    read = getattr(any_platform, what)
    times = [getattr(r, WHEN[what]) for r in await read(GOLD, 100)]
    assert times == sorted(times, reverse=True)
    assert len(await read(GOLD, 2)) == 2


@pytest.mark.parametrize("what", ["customer", *LISTS])
@pytest.mark.parametrize("name", ["nobody", "demo-gold/../demo-puka", "demo-gold?x=1", "客户", "a b", "%2e%2e"])
async def test_an_unknown_customer_is_not_found(any_platform: FuelPlatform, what: str, name: str) -> None:
    with pytest.raises(NotFound):
        await getattr(any_platform, what)(name)


async def test_stations_are_found_by_name(any_platform: FuelPlatform) -> None:
    assert [s.name for s in await any_platform.stations("城北站")] == ["城北站"]
    assert len(await any_platform.stations(None, 3)) == 3
    assert list(await any_platform.stations("火星站")) == []


async def test_titles_come_default_first(any_platform: FuelPlatform) -> None:
    assert [t.default for t in await any_platform.invoice_titles(GOLD)] == [True, False]


async def test_a_number_leads_to_its_customer(any_platform: FuelPlatform) -> None:
    phone = (await any_platform.customer(GOLD)).phone
    assert await any_platform.customer_of_phone(phone) == GOLD
    assert await any_platform.customer_of_phone("10000000000") is None


async def test_a_text_is_sent_once_a_key(any_platform: FuelPlatform, embedded: EmbeddedPlatform) -> None:
    for key in ("k1", "k1", "k2"):
        await any_platform.send_text("13800001234", f"验证码 {key}", key)
    assert sorted(embedded.texts("13800001234")) == ["验证码 k1", "验证码 k2"]


async def test_the_ledger_is_a_chain(any_platform: FuelPlatform) -> None:
    entries = list(await any_platform.points(GOLD, 1000))
    assert broken_entry(entries) is None
    assert entries[-1].previous == ""


async def test_cancelling_an_order_sends_its_money_back(any_platform: FuelPlatform) -> None:
    order = await _first(any_platform, "orders", status="paid")
    receipt = await any_platform.perform(RemedyRequest(RemedyKind.CANCEL_ORDER, GOLD, order.id), "k1")
    assert receipt.done
    assert receipt.data["amount_fen"] == order.paid_fen
    assert (await _first(any_platform, "orders", id=order.id)).status == "cancelled"
    refund = await _first(any_platform, "refunds", order_id=order.id)
    assert (refund.id, refund.amount_fen) == (receipt.data["refund_id"], order.paid_fen)
    again = await any_platform.perform(RemedyRequest(RemedyKind.CANCEL_ORDER, GOLD, order.id), "k2")
    assert not again.done
    assert again.reason == "这笔订单已经取消过了"


async def test_no_more_goes_back_than_was_paid(any_platform: FuelPlatform) -> None:
    order = await _first(any_platform, "orders", status="fuelled")
    ask = RemedyRequest(RemedyKind.REFUND, GOLD, order.id, amount_fen=order.paid_fen - 100)
    assert (await any_platform.perform(ask, "k1")).done
    refused = await any_platform.perform(ask, "k2")
    assert not refused.done
    assert refused.reason == "这笔订单最多还能退 1.00 元"
    assert (await any_platform.perform(RemedyRequest(RemedyKind.REFUND, GOLD, order.id), "k3")).done
    assert (await _first(any_platform, "orders", id=order.id)).status == "refunding"
    for amount in (0, -5, 10**9):
        odd = RemedyRequest(RemedyKind.REFUND, GOLD, order.id, amount_fen=amount)
        assert not (await any_platform.perform(odd, f"odd{amount}")).done


async def test_a_double_payment_can_be_given_back_and_the_order_stays(any_platform: FuelPlatform) -> None:
    payments = [p for p in await any_platform.payments(GOLD, 50) if p.kind == "order"]
    twice = next(p for p in payments if [q.order_id for q in payments].count(p.order_id) == 2)
    ask = RemedyRequest(RemedyKind.REFUND, GOLD, twice.order_id, amount_fen=twice.amount_fen)
    assert (await any_platform.perform(ask, "k1")).done
    assert (await _first(any_platform, "orders", id=twice.order_id)).status == "fuelled"


async def test_a_granted_coupon_is_there(any_platform: FuelPlatform) -> None:
    ask = RemedyRequest(RemedyKind.GRANT_COUPON, GOLD, amount_fen=500, details={"valid_days": 7})
    receipt = await any_platform.perform(ask, "k1")
    coupon = await _first(any_platform, "coupons", id=receipt.data["coupon_id"])
    assert (coupon.status, coupon.value_fen, coupon.title) == ("usable", 500, "5元无门槛加油券")
    assert coupon.valid_until is not None
    assert coupon.granted_at is not None
    assert (coupon.valid_until - coupon.granted_at).days == 7


async def test_a_pending_coupon_is_issued_and_a_used_one_is_not(any_platform: FuelPlatform) -> None:
    pending = await _first(any_platform, "coupons", status="pending")
    assert (await any_platform.perform(RemedyRequest(RemedyKind.REISSUE_COUPON, GOLD, pending.id), "k1")).done
    assert (await _first(any_platform, "coupons", id=pending.id)).status == "usable"
    used = await _first(any_platform, "coupons", status="used")
    refused = await any_platform.perform(RemedyRequest(RemedyKind.REISSUE_COUPON, GOLD, used.id), "k2")
    assert used.used_order_id in refused.reason


async def test_points_given_stand_in_the_ledger(any_platform: FuelPlatform) -> None:
    before = (await any_platform.customer(GOLD)).points
    receipt = await any_platform.perform(RemedyRequest(RemedyKind.GRANT_POINTS, GOLD, points=50), "k1")
    assert receipt.data["balance"] == before + 50
    newest, older = (await any_platform.points(GOLD, 1000))[:2]
    assert (newest.kind, newest.change, newest.balance) == ("earn", 50, before + 50)
    assert newest.previous == older.hash
    assert (await any_platform.customer(GOLD)).points == before + 50
    assert broken_entry(list(await any_platform.points(GOLD, 1000))) is None


async def test_points_of_a_redemption_come_back_with_a_tenth_at_most_and_once(any_platform: FuelPlatform) -> None:
    gift = await _first(any_platform, "gifts", status="failed")
    too_many = RemedyRequest(RemedyKind.RETURN_POINTS, GOLD, gift.id, points=gift.points * 11 // 10 + 1)
    assert not (await any_platform.perform(too_many, "k1")).done
    right = RemedyRequest(RemedyKind.RETURN_POINTS, GOLD, gift.id, points=gift.points * 11 // 10)
    assert (await any_platform.perform(right, "k2")).done
    assert (await any_platform.perform(right, "k3")).reason == "这笔积分已经退回过了"


async def test_a_code_is_issued_anew_for_what_has_one(any_platform: FuelPlatform) -> None:
    gift = await _first(any_platform, "gifts", status="failed")
    receipt = await any_platform.perform(RemedyRequest(RemedyKind.REISSUE_CODE, GOLD, gift.id), "k1")
    assert (await _first(any_platform, "gifts", id=gift.id)).code == receipt.data["code"]
    parcel = await _first(any_platform, "gifts", status="shipped")
    assert not (await any_platform.perform(RemedyRequest(RemedyKind.REISSUE_CODE, GOLD, parcel.id), "k2")).done


async def test_account_and_card_can_be_frozen_and_freed(any_platform: FuelPlatform) -> None:
    card = await _first(any_platform, "cards", status="active")
    for kind, status in ((RemedyKind.FREEZE_CARD, "frozen"), (RemedyKind.UNFREEZE_CARD, "active")):
        assert (await any_platform.perform(RemedyRequest(kind, GOLD, card.id), kind.value)).done
        assert (await _first(any_platform, "cards", id=card.id)).status == status
    for kind, frozen in ((RemedyKind.FREEZE_ACCOUNT, True), (RemedyKind.UNFREEZE_ACCOUNT, False)):
        assert (await any_platform.perform(RemedyRequest(kind, GOLD), kind.value)).done
        assert (await any_platform.customer(GOLD)).frozen is frozen


async def test_a_level_is_restored(any_platform: FuelPlatform) -> None:
    ask = RemedyRequest(RemedyKind.RESTORE_LEVEL, GOLD, details={"level": "platinum"})
    assert (await any_platform.perform(ask, "k1")).data["level_title"] == "白金"
    assert (await any_platform.customer(GOLD)).level == "platinum"
    odd = RemedyRequest(RemedyKind.RESTORE_LEVEL, GOLD, details={"level": "king"})
    assert not (await any_platform.perform(odd, "k2")).done


async def test_an_invoice_is_issued_from_order_and_title_and_sent_again(any_platform: FuelPlatform) -> None:
    invoiced = {i for invoice in await any_platform.invoices(GOLD) for i in invoice.order_ids}
    order = next(o for o in await any_platform.orders(GOLD) if o.status == "fuelled" and o.id not in invoiced)
    title = (await any_platform.invoice_titles(GOLD))[0]
    ask = RemedyRequest(RemedyKind.ISSUE_INVOICE, GOLD, order.id, details={"title_id": title.id})
    receipt = await any_platform.perform(ask, "k1")
    invoice = await _first(any_platform, "invoices", id=receipt.data["invoice_id"])
    assert (invoice.status, invoice.title, invoice.tax_number) == ("issued", title.title, title.tax_number)
    assert invoice.amount_fen == order.paid_fen
    assert receipt.data["email"] == title.email
    assert not (await any_platform.perform(ask, "k2")).done, "one order, one invoice"
    again = RemedyRequest(RemedyKind.RESEND_INVOICE, GOLD, invoice.id, details={"email": "b@example.com"})
    assert (await any_platform.perform(again, "k3")).data["email"] == "b@example.com"


async def test_what_was_not_fuelled_gets_no_invoice(any_platform: FuelPlatform) -> None:
    order = await _first(any_platform, "orders", status="paid")
    ask = RemedyRequest(RemedyKind.ISSUE_INVOICE, GOLD, order.id, details={"title": "个人"})
    assert not (await any_platform.perform(ask, "k1")).done


@pytest.mark.parametrize("kind", list(RemedyKind))
async def test_the_same_key_gives_the_same_receipt(any_platform: FuelPlatform, kind: RemedyKind) -> None:
    target = await _target(any_platform, kind)
    details = {"title": "个人", "level": "diamond"}
    ask = RemedyRequest(kind, GOLD, target, amount_fen=500, points=50, details=details)
    if kind is RemedyKind.RETURN_POINTS:
        ask = RemedyRequest(kind, GOLD, target)
    first = await any_platform.perform(ask, "once")
    state = [list(await getattr(any_platform, what)(GOLD)) for what in LISTS]
    receipts = await asyncio.gather(*(any_platform.perform(ask, "once") for _ in range(5)))
    assert all(receipt == first for receipt in receipts)
    assert [list(await getattr(any_platform, what)(GOLD)) for what in LISTS] == state


@pytest.mark.parametrize("kind", [k for k in RemedyKind if "account" not in k.value])
async def test_a_target_of_nobody_is_not_found_or_refused(any_platform: FuelPlatform, kind: RemedyKind) -> None:
    if kind in (RemedyKind.GRANT_COUPON, RemedyKind.GRANT_POINTS, RemedyKind.RESTORE_LEVEL):
        assert not (await any_platform.perform(RemedyRequest(kind, GOLD), "k1")).done
        return
    with pytest.raises(NotFound):
        await any_platform.perform(RemedyRequest(kind, GOLD, "no-such-record"), "k1")


async def _target(platform: FuelPlatform, kind: RemedyKind) -> str | None:
    wanted: dict[RemedyKind, tuple[str, str]] = {
        RemedyKind.CANCEL_ORDER: ("orders", "paid"),
        RemedyKind.REFUND: ("orders", "fuelled"),
        RemedyKind.REISSUE_COUPON: ("coupons", "pending"),
        RemedyKind.RETURN_POINTS: ("gifts", "failed"),
        RemedyKind.REISSUE_CODE: ("gifts", "failed"),
        RemedyKind.FREEZE_CARD: ("cards", "active"),
        RemedyKind.UNFREEZE_CARD: ("cards", "frozen"),
        RemedyKind.ISSUE_INVOICE: ("orders", "fuelled"),
        RemedyKind.RESEND_INVOICE: ("invoices", "issued"),
    }
    if kind not in wanted:
        return None
    what, status = wanted[kind]
    found: str = (await _first(platform, what, status=status)).id
    return found
