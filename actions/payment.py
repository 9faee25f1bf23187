"""Paying at the pump: paid but no fuel, payments that fail, wrong choices; and the form of the payment area."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterator

from actions import filing
from actions.cancelling import CancelOnYes, cancellable
from actions.case import Case
from actions.charges import AmountMismatch, DuplicateCharge, RechargeNotArrived
from actions.choice import Option, hinted
from actions.flow import Ask, Conclusion
from actions.form import FlowConclude, FlowForm
from actions.matching import Match, match_orders
from actions.nearby import another_station
from actions.order_flow import NO_ORDER, OrderFlow, found_order, in_short, named, newest, order_ids
from actions.payment_failed import PaymentFailed
from actions.records import order_status
from actions.refund import OrderQuery, RefundProgress, RefundRequest
from actions.wording import sentences
from contracts.entities import FUEL, GUN, STATION
from contracts.platform import Order

_NOT_YET_FUELLED = re.compile(r"(?:还没|没有?|未)(?:开始)?(?:加|出油|提枪)|还没动")
_CANCEL_IT = {"title": "不等了，取消退款", "payload": "intent:refund_request"}


class PaidNotFueled(OrderFlow):
    """Money taken, no fuel: what to do at the pump now, then station and finance."""

    intent = "paid_not_fueled"
    parties = ("platform", "station")
    question = "您有几笔付了款还没加油的订单，请问是哪一笔？"

    async def match(self, case: Case) -> Match[Order]:
        """Orders without fuel first; at the pump nobody wants to be asked, so a fresh one is taken as it is."""
        orders = await case.orders()
        waiting = [o for o in orders if o.status == "paid" and o.fuelled_at is None]
        match = match_orders(waiting or orders, case.memory)
        if match.only is not None or match.hinted:
            return match
        latest = newest(waiting or orders)
        if latest is not None and case.now < case.after(_moment(latest), "order.unfuelled_cancel"):
            return Match((latest,))
        return match if waiting else Match(())

    def first_aid(self, case: Case, number: str = "付款记录") -> str:
        if not case.first_time("pump"):
            return ""
        return (
            f"\n现在请您：1）先别再付一次款；2）把枪挂回去再提一次；3）还不出油，就请加油员按{number}在机器上查单。\n"
        )

    async def conclude(self, case: Case) -> Conclusion:
        order = await self.order(case)
        if order is not None and order.status == "paid":
            found = f"{named(order, case)}油站那边还没有出油记录，钱不会丢。"
        elif order is not None:
            found = f"{named(order, case)}系统里显示{order_status(order)}，我请油站马上核对出油记录。"
        else:
            found = ""
        number = f"订单号尾号 {order.id[-4:]} " if order else "付款记录"
        waited = order is not None and case.now > case.after(_moment(order), "order.pump_wait")
        advice = sentences(
            self.first_aid(case, number),
            f"等 {case.say('order.pump_wait')}还加不上，您可以先走，",
            f"没加油的订单满 {case.say('order.unfuelled_cancel')}会自动取消，钱原路退回。",
            "这笔订单我会一直盯着，出了油或钱退回来，都马上告诉您。" if order is not None else "",
            await another_station(case, order.station_name) if order is not None and waited else "",
        )
        checked = [f"订单 {order.id} 状态：{order_status(order)}，出油时间：无"] if order else []
        return filing.file(
            self,
            case,
            summary=in_short(order, case, self.title),
            found=found,
            missing=NO_ORDER,
            advice=advice,
            checked=checked,
            order_ids=order_ids(order),
            buttons=(_CANCEL_IT,) if order is not None and cancellable(order, case) else (),
            demand="加上油，或退款",
        )


class WrongSelection(CancelOnYes):
    """The wrong station, gun, grade or amount was chosen while paying."""

    intent = "wrong_selection"
    question = "请问是哪一笔订单选错了？"
    mistaken = True
    parties = ("platform", "station", "customer")

    _CAUSES = (
        Option(
            "station",
            "选错油站",
            ("付到", "站去了", "别家站", "油站", "加油站", "别的站", "隔壁站", "那个站", "站选", "另一个站"),
        ),
        Option("gun", "选错油枪", ("油枪", "枪号", "号枪", "枪")),
        Option("fuel", "选错油号", ("油号", "标号", "92号", "95号", "98号", "柴油")),
        Option("amount", "金额填错", ("金额", "多输", "少输", "输成", "多付", "多打", "填错")),
    )

    def fits(self, order: Order, case: Case) -> bool:
        return order.status in ("paid", "fuelled")

    def likely(self, order: Order, case: Case) -> bool:
        return order.status == "paid"

    async def match(self, case: Case) -> Match[Order]:
        """An order without fuel comes first: it can still be put right."""
        waiting = [o for o in await case.orders() if o.status == "paid"]
        if waiting and _NOT_YET_FUELLED.search(case.words):
            return match_orders(waiting, case.memory, mistaken=True)
        return await super().match(case)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from super().needs(case)
        if "cause" in case.memory.chosen or hinted(case.words, self._CAUSES) is None:
            yield Ask("cause", f"{named(found_order(case), case)}请问是哪里选错了？", self._CAUSES)

    def _meant(self, case: Case) -> list[str]:
        """What should have been chosen, as far as it was said."""
        return [str(v) for kind in (STATION, GUN, FUEL) for v in case.memory.values(kind, "right")]

    async def conclude(self, case: Case) -> Conclusion:
        order = await self.order(case)
        cause = case.get("cause") or hinted(case.words, self._CAUSES)
        title = next((o.title for o in self._CAUSES if o.value == cause), "选错了")
        advice = "如果还没开始加油，请先不要提枪，也不要重新付款。"
        if order is not None and cancellable(order, case):
            advice = "这单还没出油，可以撤销：请先不要提枪。"
        elif order is not None and order.status != "paid":
            advice = "这单系统里显示已经加油，我请油站核对实际加的是哪一把枪、加了多少，再由财务处理差额。"
        return filing.file(
            self,
            case,
            summary=in_short(order, case, title),
            found=named(order, case),
            missing=NO_ORDER,
            advice=advice,
            order_ids=order_ids(order),
            consent=self.cancel_question(case, order),
            demand="撤销或更正订单",
            extra={"wrong": title, "meant": self._meant(case)},
        )


def _moment(order: Order) -> datetime:
    return order.paid_at or order.created_at


_FLOWS = (
    PaidNotFueled(),
    PaymentFailed(),
    DuplicateCharge(),
    AmountMismatch(),
    WrongSelection(),
    RefundRequest(),
    RefundProgress(),
    OrderQuery(),
    RechargeNotArrived(),
)


class PaymentForm(FlowForm):
    area = "payment"
    flows = _FLOWS


class PaymentConclude(FlowConclude):
    area = "payment"
    flows = _FLOWS
