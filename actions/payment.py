"""Paying at the pump: paid but no fuel, payments that fail, wrong choices; and the form of the payment area."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Iterator, Sequence

from actions import filing
from actions.cancelling import CancelOnYes, cancellable
from actions.case import Case
from actions.charges import AmountMismatch, DuplicateCharge, RechargeNotArrived
from actions.choice import NO, Option, hinted
from actions.codes import code_words
from actions.flow import Ask, Conclusion, Flow
from actions.form import FlowConclude, FlowForm
from actions.matching import Match, match_orders, match_timed
from actions.nearby import another_station
from actions.order_flow import NO_ORDER, OrderFlow, found_order, in_short, named, newest, order_ids
from actions.records import channel, order_status, payment_words
from actions.refund import OrderQuery, RefundProgress, RefundRequest
from actions.wording import sentences
from contracts.entities import ERROR_CODE, FUEL, GUN, STATION
from contracts.platform import Order, Payment

_RECENT = timedelta(days=1)
"""How far back a failed payment is looked for."""
_JUST_NOW = timedelta(minutes=15)
"""A success this fresh is what somebody means who is not sure whether his payment went through."""
_NOT_YET_FUELLED = re.compile(r"(?:还没|没有?|未)(?:开始)?(?:加|出油|提枪)|还没动")
_CANCEL_IT = {"title": "不等了，取消退款", "payload": "intent:refund_request"}
AGREED = (Option("yes", "解决了"), Option(NO, "还是不行"))


class PaidNotFueled(OrderFlow):
    """Money taken, no fuel: what to do at the pump now, then station and finance."""

    intent = "paid_not_fueled"
    title = "已付款未加到油"
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


class PaymentFailed(Flow):
    """The payment does not go through: its state is looked at before anyone is told to pay again."""

    intent = "payment_failed"
    title = "支付失败"
    parties = ("platform", "payment_provider")

    _REASONS = (
        (
            "LIMIT",
            "这笔超出了限额（单笔 {payment.single_limit}、单日 {payment.daily_limit}），"
            "可以换一种支付方式，或分两笔付",
        ),
        ("NOTENOUGH", "付款账户余额不足，换一张卡或换一种支付方式就可以"),
        ("NOT_ENOUGH", "付款账户余额不足，换一张卡或换一种支付方式就可以"),
        ("BALANCE", "付款账户余额不足，换一张卡或换一种支付方式就可以"),
        (
            "PASSWORD",
            "支付密码输错了；连续错 {payment.password_tries}会锁 {payment.password_lock}，可以先换一种支付方式",
        ),
        ("EXPIRE", "订单超过 {order.unpaid_cancel}没付已失效，重新下一单就可以"),
        ("TIMEOUT", "支付通道当时没有响应，钱没有扣，可以重新付一次"),
        ("SYSTEM", "支付通道当时出错了，钱没有扣，可以重新付一次"),
        ("NETWORK", "当时网络断了，钱没有扣，可以重新付一次"),
    )  # fmt: skip

    async def look_up(self, case: Case) -> None:
        fresh = [p for p in await case.payments() if p.status != "refunded" and case.now - p.created_at < _RECENT]
        trouble = [p for p in fresh if p.status in ("failed", "pending") and not _paid_later(p, fresh)]
        just_now = [p for p in fresh if case.now - p.created_at < _JUST_NOW]
        match = match_timed(trouble or just_now, case.memory, lambda p: p.created_at, lambda p: p.amount_fen)
        case.found["payment"] = next(iter(match.records), None)
        payment = case.found["payment"]
        if payment is not None and payment.order_id:
            case.fill("order_id", payment.order_id)

    def _payment(self, case: Case) -> Payment | None:
        found = case.found.get("payment")
        return found if isinstance(found, Payment) else None

    def _reason(self, case: Case, payment: Payment) -> str | None:
        code = (payment.error_code or "").upper()
        return next((case.quote(words) for part, words in self._REASONS if part in code), None)

    def needs(self, case: Case) -> Iterator[Ask]:
        payment = self._payment(case)
        if payment is not None and payment.status == "failed":
            reason = self._reason(case, payment)
            if reason is not None:
                text = f"查到您{payment_words(payment, case.now)}没有成功，钱没有扣。原因：{reason}。现在能付了吗？"
                yield Ask("solved", text, AGREED, accepts="agreed")
        elif payment is None and not case.unreachable and not case.memory.first(ERROR_CODE):
            text = "我没有查到您最近没付成功的记录。付款时页面提示了什么？发文字或截图都可以，先不要反复付款。"
            yield Ask("detail", text, accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        await self.look_up(case)
        payment = self._payment(case)
        if case.get("solved") == "yes":
            return filing.solved("好的，付成功就好。祝您一路顺风！")
        if payment is not None and payment.status == "success":
            text = sentences(
                filing.start(case),
                f"查到您{payment_words(payment, case.now)}已经付成功了，请不要再付第二次。",
                "如果油还没加上，或者被扣了两次，点下面告诉我。",
            )
            return filing.solved(
                text,
                buttons=(
                    {"title": "油没加上", "payload": "intent:paid_not_fueled"},
                    {"title": "扣了两次", "payload": "intent:duplicate_charge"},
                ),
            )
        found, advice = "", "处理好之前请先不要反复付款，急着加油可以换一种支付方式或到收银台付。"
        if payment is not None and payment.status == "pending":
            found = f"查到您{payment_words(payment, case.now)}还在等支付通道确认，不确定扣没扣钱。"
        elif payment is not None:
            found = f"查到您{payment_words(payment, case.now)}没有成功{code_words(payment.error_code)}，这笔没有扣钱。"
        words = payment_words(payment, case.now) if payment else case.get("detail") or "未查到支付记录"
        order = case.get("order_id") if payment is not None else None
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{words}",
            found=found,
            missing="" if case.get("detail") else "我没有查到这笔支付的记录。",
            advice=advice,
            checked=[f"支付 {payment.id} 状态：{payment.status}，错误码：{payment.error_code}"] if payment else [],
            order_ids=(order,) if order else (),
            extra=self._in_common(case, payment),
        )

    def _in_common(self, case: Case, payment: Payment | None) -> dict[str, str]:
        """What others who cannot pay at this time may share: the code, the channel."""
        code = (payment.error_code if payment is not None else None) or case.memory.first(ERROR_CODE)
        shared = {"error_code": code, "area": f"{channel(payment.channel)}支付" if payment is not None else None}
        return {name: str(value) for name, value in shared.items() if value}


class WrongSelection(CancelOnYes):
    """The wrong station, gun, grade or amount was chosen while paying."""

    intent = "wrong_selection"
    title = "选错油站/油枪/油号/金额"
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


def _paid_later(failed: Payment, payments: Sequence[Payment]) -> bool:
    """Whether the same order was paid after all."""
    return any(
        p.status == "success" and p.order_id is not None and p.order_id == failed.order_id
        and p.created_at >= failed.created_at
        for p in payments
    )  # fmt: skip


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
