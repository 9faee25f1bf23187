"""Charges that are wrong: twice, another amount than the pump's, recharges that do not arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Iterator

from actions import filing, remedies
from actions.cancelling import CancelOnYes, cancellable
from actions.case import Case
from actions.flow import Ask, Conclusion, Flow
from actions.matching import Match, match_orders, match_timed
from actions.order_flow import NO_ORDER, OrderFlow, found_order, in_short, named, order_ids
from actions.records import payment_words
from actions.wording import yuan
from contracts.effects import Remedy
from contracts.entities import LITRES
from contracts.platform import Order, Payment
from contracts.remedies import RemedyKind

_TOGETHER = timedelta(minutes=30)
"""Equal payments this close together are taken for one purchase charged twice."""


class DuplicateCharge(CancelOnYes):
    """Charged twice: the pair is found in the payments; one order paid twice is paid back by the policy."""

    intent = "duplicate_charge"
    parties = ("platform", "payment_provider")
    question = "我没有自动找到重复的两笔，请问是哪一笔订单被重复扣了？"

    async def match(self, case: Case) -> Match[Order]:
        pair = await self._pair(case)
        orders = await case.orders()
        if pair:
            known = [o for o in orders if o.id in {p.order_id for p in pair}]
            # Of two orders the one without fuel is the one too many.
            known.sort(key=lambda o: not cancellable(o, case))
            return Match((known[0],)) if known else Match(())
        return match_orders(orders, case.memory)

    async def _pair(self, case: Case) -> tuple[Payment, ...]:
        """Two successful payments of one amount, for one order or close together; the newest such pair."""
        paid = [p for p in await case.payments() if p.status == "success" and p.kind == "order"]
        amounts, span = set(case.memory.amounts_fen()), case.memory.span()
        pairs = [
            (first, second)
            for place, second in enumerate(paid)
            for first in paid[place + 1 :]
            if first.amount_fen == second.amount_fen
            and (first.order_id == second.order_id or abs(first.created_at - second.created_at) < _TOGETHER)
        ]
        # Money goes back by itself: a pair of another amount or day than he names is not the one.
        if amounts:
            pairs = [p for p in pairs if p[0].amount_fen in amounts or 2 * p[0].amount_fen in amounts]
        if span is not None:
            pairs = [p for p in pairs if span[0] <= p[0].created_at < span[1]]
        return next(iter(pairs), ())

    async def conclude(self, case: Case) -> Conclusion:
        pair, order = await self._pair(case), await self.order(case)
        found = ""
        if pair:
            first, second = pair
            found = f"查到两笔一样的扣款：{payment_words(first, case.now)}，和{payment_words(second, case.now)}。"
        elif order is not None:
            paid = [p for p in await case.payments() if p.order_id == order.id and p.status == "success"]
            once = "系统里这一单只有一笔成功扣款，" if len(paid) == 1 else ""
            found = f"{named(order, case)}{once}我请财务和支付渠道对账。"
        ids = {p.order_id: None for p in pair if p.order_id} or dict.fromkeys(order_ids(order))
        two_orders = len(ids) > 1
        refund = None if two_orders else await self._refund(case, pair, order)
        advice = f"核实后多扣的一笔会在 {case.say('refund.duplicate_auto')}内原路退回，请不用再申请退款。"
        if refund is not None and refund.amount_fen is not None:
            advice = f"多扣的 {yuan(refund.amount_fen)}我按规则提交原路退回，不用您再申请，退出去马上告诉您。"
        elif two_orders:
            advice = "这是两笔不同的订单：加过油的那笔正常收款，没加油的那笔可以取消退款。"
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{yuan(pair[0].amount_fen)} 扣了两次" if pair else in_short(order, case, self.title),
            found=found,
            missing=NO_ORDER,
            advice=advice,
            order_ids=tuple(ids),
            remedies=(refund,),
            consent=self.cancel_question(case, order) if two_orders else None,
            demand="退回多扣的一笔",
            extra={"payments": [p.id for p in pair]} if pair else None,
        )

    async def _refund(self, case: Case, pair: tuple[Payment, ...], order: Order | None) -> Remedy | None:
        """The second payment of one order back, if the policy lets us promise it."""
        if not pair or order is None or pair[0].order_id != order.id or await self._paid_back(case, order):
            return None
        offer = await remedies.offered(case, "duplicate_charge", order.id, pair[0].amount_fen)
        return remedies.compensation(offer, order.id, "") if offer is not None else None

    async def _paid_back(self, case: Case, order: Order) -> bool:
        return any(r.order_id == order.id and r.status != "refused" for r in await case.refunds())


class AmountMismatch(OrderFlow):
    """The amount or the litres do not agree with the pump."""

    intent = "amount_mismatch"
    parties = ("platform", "station")
    question = "请问是哪一笔订单的金额对不上？"

    def fits(self, order: Order, case: Case) -> bool:
        return order.status in ("fuelled", "paid", "refunding")

    async def match(self, case: Case) -> Match[Order]:
        """What he says was charged tells the order better than a difference in the records."""
        match = await super().match(case)
        charged = set(case.memory.amounts_fen("paid"))
        if not charged or any(o.paid_fen in charged for o in match.records):
            return match
        orders = [o for o in await case.orders() if self.fits(o, case) and o.paid_fen in charged]
        return match_orders(orders, case.memory) if orders else match

    def likely(self, order: Order, case: Case) -> bool:
        return order.pump_fen is not None and (order.pump_fen != order.listed_fen or order.paid_fen > order.pump_fen)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from super().needs(case)
        order = found_order(case)
        heard = case.memory.amounts_fen() + [int(v) for v in case.memory.values(LITRES)]
        if (order is None or order.pump_fen is None) and len(heard) < 2:
            yield Ask(
                "amount", f"{named(order, case)}油机上显示的是多少钱、多少升？有小票照片也可以发来。", accepts="text"
            )

    async def conclude(self, case: Case) -> Conclusion:
        order = await self.order(case)
        found = named(order, case)
        checked, over = [], 0
        if order is not None:
            pump = f"油机记录 {yuan(order.pump_fen)}" if order.pump_fen is not None else "油机记录待油站提供"
            checked = [
                f"订单挂牌金额 {yuan(order.listed_fen)}，实付 {yuan(order.paid_fen)}，{order.litres:g} 升，{pump}"
            ]
            found += f"{checked[0]}。"
            if order.pump_fen is not None and order.paid_fen > order.pump_fen:
                over = order.paid_fen - order.pump_fen
                found += f"比油机多扣了 {yuan(over)}。"
            elif order.pump_fen is not None and order.pump_fen != order.listed_fen:
                found += f"订单和油机相差 {yuan(abs(order.listed_fen - order.pump_fen))}。"
        return filing.file(
            self,
            case,
            summary=in_short(order, case, self.title),
            found=found,
            missing=NO_ORDER,
            advice="小票请先留着，油站核对加油机记录后，多扣的由财务原路退回。",
            remedies=(self._back(order, over) if self._agrees(case, order) else None,),
            checked=checked,
            order_ids=order_ids(order),
            demand="核对并退回差额",
        )

    def _agrees(self, case: Case, order: Order | None) -> bool:
        """Whether the record is the one he speaks of, by what was charged or by any amount he names."""
        if order is None:
            return False
        charged, named_ones = case.memory.amounts_fen("paid"), case.memory.amounts_fen()
        amounts = {order.paid_fen, order.listed_fen, order.pump_fen}
        return order.paid_fen in charged if charged else not named_ones or bool(amounts & set(named_ones))

    def _back(self, order: Order | None, over_fen: int) -> Remedy | None:
        """The difference that the records show; the policy leaves the word to a person."""
        if order is None or over_fen <= 0 or order.status != "fuelled":
            return None
        return remedies.for_approval(RemedyKind.REFUND, "overcharged", order.id, over_fen)


class RechargeNotArrived(Flow):
    """A recharge was paid and the balance did not grow."""

    intent = "recharge_not_arrived"
    parties = ("platform", "payment_provider")

    async def conclude(self, case: Case) -> Conclusion:
        recharges = [p for p in await case.payments() if p.kind == "recharge"]
        match = match_timed(recharges, case.memory, lambda p: p.created_at, lambda p: p.amount_fen)
        payment = match.records[0] if match.records else None
        found = ""
        said = case.memory.amounts_fen()
        if payment is not None and said and payment.amount_fen not in said:
            found = f"没有查到您说的那笔充值，最近一笔是{payment_words(payment, case.now)}，我请财务一起核对。"
        elif payment is not None and payment.status == "success":
            found = f"查到您{payment_words(payment, case.now)}充值已支付成功，我请财务核对有没有入账。"
            if case.now < case.after(payment.created_at, "payment.recharge_arrival"):
                found += f"充值一般 {case.say('payment.recharge_arrival')}内到账，我先帮您盯着。"
        elif payment is not None:
            found = f"查到您{payment_words(payment, case.now)}充值还没有支付成功，我请财务和支付渠道核对扣没扣钱。"
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{payment_words(payment, case.now)}"
            if payment
            else f"{self.title}（未查到充值记录）",
            found=found,
            missing="我没有查到您最近的充值记录，先按您说的来办。",
            advice="核实前请不要重复充值。",
            checked=[f"充值 {payment.id} 状态：{payment.status}"] if payment else [],
            demand="充值入账",
        )
