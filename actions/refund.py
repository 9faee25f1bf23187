"""Money back, and what was bought: refund requests, their progress, the customer's orders."""

from __future__ import annotations

from datetime import datetime
from typing import Iterator, Sequence

from actions import filing
from actions.cancelling import CancelOnYes, cancellable
from actions.case import Case
from actions.flow import Ask, Conclusion, Flow, by_id, known
from actions.matching import match_orders, match_timed
from actions.order_flow import NO_ORDER, in_short, named, order_ids
from actions.records import channel, listed, order_words, refund_status
from actions.wording import clock, sentences, yuan
from contracts.platform import Coupon, Order, Refund
from contracts.tickets import TicketView

_CHANNEL_FACTS = ("balance", "wechat", "alipay", "bank_card")
_LISTED = 5


def _arrival_fact(name: str) -> str | None:
    return f"refund.{name}" if name in _CHANNEL_FACTS else None


def arrival_words(case: Case, name: str) -> str:
    """How long the money takes once it is sent: `退回微信，1–3 个工作日到账`."""
    fact = _arrival_fact(name)
    return f"退回{channel(name)}，{case.say(fact)}到账" if fact else f"原路退回{channel(name)}"


class RefundRequest(CancelOnYes):
    """The money of one order (or of coupons that were bought) back."""

    intent = "refund_request"
    question = "请问要退哪一笔订单？"

    def fits(self, order: Order, case: Case) -> bool:
        return order.status in ("paid", "fuelled", "refunding", "refunded")

    def likely(self, order: Order, case: Case) -> bool:
        return order.status == "paid"

    async def look_up(self, case: Case) -> None:
        if "券" in case.words:
            bought = [c for c in await case.coupons() if c.status in ("pending", "usable") and c.price_fen > 0]
            match = match_timed(bought, case.memory, lambda c: c.bought_at, lambda c: c.price_fen, lambda c: c.title)
            self.pick(case, "coupon_id", match)
        else:
            await super().look_up(case)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_which(case, "coupon_id", "请问要退哪一张券？")
        yield from super().needs(case)

    async def conclude(self, case: Case) -> Conclusion:
        coupon: Coupon | None = by_id(await case.coupons(), known(case, "coupon_id"))
        if coupon is not None:
            return self._coupon(case, coupon)
        order = await self.order(case)
        refund = next((r for r in await case.refunds() if order and r.order_id == order.id), None)
        if refund is not None and refund.status != "refused":
            return filing.solved(sentences(filing.start(case), refund_story(case, refund)), buttons=(filing.PERSON,))
        arrival = arrival_words(case, order.channel) if order else "原路退回"
        back = ""
        if order is not None and (order.coupon_id or order.points_used):
            back = f"，用掉的券和积分 {case.say('points.refund_return')}内退回"
        at_once = order is not None and cancellable(order, case)
        rule = f"审核 {case.say('refund.review')}，通过后{arrival}{back}。"
        advice = f"这单还没加油，不用等审核，可以直接取消，{arrival}{back}。" if at_once else rule
        return filing.file(
            self,
            case,
            summary=in_short(order, case, self.title),
            found=named(order, case),
            missing=NO_ORDER,
            advice=advice,
            order_ids=order_ids(order),
            consent=self.cancel_question(case, order),
            demand=f"退款 {yuan(order.paid_fen)}" if order else "退款",
        )

    def _coupon(self, case: Case, coupon: Coupon) -> Conclusion:
        within = case.now < case.after(coupon.bought_at, "coupon.buy_refund_window")
        window = case.say("coupon.buy_refund_window")
        found = (
            f"查到您{clock(coupon.bought_at, case.now)} 花 {yuan(coupon.price_fen)}买的「{coupon.title}」，还没有用。"
        )
        rule = (
            f"在购买后 {window}内，可以退。"
            if within
            else f"已超过购买后 {window}的可退时间，我提交给财务按您的情况审核。"
        )
        return filing.file(
            self,
            case,
            summary=f"退券：{coupon.title} {yuan(coupon.price_fen)}",
            found=found,
            advice=f"{rule}审核 {case.say('refund.review')}，通过后原路退回。",
            order_ids=(coupon.order_id,) if coupon.order_id else (),
            demand=f"退款 {yuan(coupon.price_fen)}",
        )


def refund_due(case: Case, refund: Refund) -> datetime:
    """Until when the refund's present step may take."""
    if refund.expected_by is not None:
        return refund.expected_by
    reviewed = case.after(refund.requested_at, "refund.review")
    fact = _arrival_fact(refund.channel)
    if refund.status == "requested":
        return reviewed
    return case.after(refund.sent_at or reviewed, fact) if fact else reviewed


def _head(case: Case, refund: Refund) -> str:
    asked = clock(refund.requested_at, case.now)
    return f"您这笔 {yuan(refund.amount_fen)}的退款（{asked} 申请）{refund_status(refund)}"


def refund_story(case: Case, refund: Refund) -> str:
    """Where a refund is, and when it comes."""
    head = _head(case, refund)
    if refund.status == "arrived":
        return f"{head}，已退回{channel(refund.channel)}，请到{channel(refund.channel)}的账单里看一下。"
    until = clock(refund_due(case, refund), case.now)
    if refund.status == "sent" and refund.sent_at is not None:
        sent = f"{clock(refund.sent_at, case.now)} 已打款到{channel(refund.channel)}"
        return f"您这笔 {yuan(refund.amount_fen)}的退款，{sent}，最晚{until} 到账。"
    if refund.status == "requested":
        arrival = arrival_words(case, refund.channel)
        return f"{head}，最晚{until} 出审核结果，通过后{arrival}。"
    return f"{head}，最晚{until} 到账。"


class RefundProgress(Flow):
    """Where the refund is; filed only when it is late, refused or unknown."""

    intent = "refund_progress"
    parties = ("platform", "payment_provider")
    record_slot = "refund_id"

    async def look_up(self, case: Case) -> None:
        refunds = case.found["refunds"] = await case.refunds()
        moving = [r for r in refunds if r.status in ("requested", "approved", "sent", "refused")]
        amounts = case.memory.amounts_fen()
        if amounts:
            # Another refund than the one he names is no answer to him.
            moving = [r for r in refunds if r.amount_fen in amounts]
            refunds = moving
        match = match_timed(moving or refunds[:1], case.memory, lambda r: r.requested_at, lambda r: r.amount_fen)
        self.pick(case, "refund_id", match)

    def same_problem(self, case: Case, tickets: Sequence[TicketView]) -> TicketView | None:
        """An amount that no refund has but an open ticket names is about that ticket."""
        same = super().same_problem(case, tickets)
        amounts = case.memory.amounts_fen()
        refunds: Sequence[Refund] = case.found.get("refunds") or ()
        if same is not None or not amounts or any(r.amount_fen in amounts for r in refunds):
            return same
        return next((t for t in tickets if any(yuan(a) in t.summary for a in amounts)), None)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_which(case, "refund_id", "您有几笔退款在办，请问问的是哪一笔？")

    async def conclude(self, case: Case) -> Conclusion:
        refund: Refund | None = by_id(await case.refunds(), known(case, "refund_id"))
        if refund is not None and refund.status == "arrived":
            text = sentences(
                filing.start(case), refund_story(case, refund), "如果账单里还是找不到，请转人工，我们查流水。"
            )
            return filing.solved(text, buttons=(filing.PERSON,))
        if refund is not None and refund.status != "refused" and case.now <= refund_due(case, refund):
            text = sentences(filing.start(case), refund_story(case, refund), "到时没收到再来找我，我马上帮您提交核查。")
            return filing.solved(text, buttons=(filing.PERSON,))
        found, summary = "", f"{self.title}（未查到退款记录）"
        if refund is not None:
            summary = f"{self.title}：{yuan(refund.amount_fen)}，{refund_status(refund)}"
            found = _head(case, refund)
            late = f"，已经超过应到时间 {clock(refund_due(case, refund), case.now)}，确实晚了，对不起。"
            found += "，我请财务复核原因。" if refund.status == "refused" else late
        return filing.file(
            self,
            case,
            summary=summary,
            found=found,
            missing="我没有查到您的退款记录，先按您说的去核对。",
            advice="财务会查清退到哪一步，给您一个准信。",
            checked=[f"退款 {refund.id}：{refund_status(refund)}"] if refund else [],
            order_ids=(refund.order_id,) if refund else (),
            demand="退款到账",
            extra={"refund_id": refund.id} if refund else None,
        )


class OrderQuery(Flow):
    """The customer's own orders; nothing is filed."""

    intent = "order_query"
    guest_phone = False

    async def conclude(self, case: Case) -> Conclusion:
        if case.guest:
            return filing.solved("查订单要先登录：点「我的—登录」，登录后再问我一次就能看到。")
        orders = await case.orders()
        if not orders:
            missing = "我在您的账户里没有查到加油订单。如果是用别的手机号下的单，请换那个号登录再查。"
            return filing.solved(filing.notes(case, missing=missing) or missing, buttons=(filing.PERSON,))
        match = match_orders(orders, case.memory)
        shown = match.records[:_LISTED] if match.hinted else tuple(orders[:_LISTED])
        fuelled = [o for o in shown if o.status == "fuelled"]
        if len(shown) == 1:
            text = f"查到了：{order_words(shown[0], case.now)}，{listed(shown, case.now)['items'][0]['status']}。"
        else:
            total = yuan(sum(o.paid_fen for o in fuelled))
            which = "符合条件" if match.hinted else "最近"
            text = f"这是您{which}的 {len(shown)} 笔订单，其中已加油 {len(fuelled)} 笔，共 {total}。"
        return filing.solved(sentences(filing.start(case), text), card=listed(shown, case.now))
