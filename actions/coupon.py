"""Coupons and discounts: not there, cannot be used, were not applied, lost through a wrong position."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterator, Sequence

from actions import filing, remedies
from actions.case import Case
from actions.choice import UNKNOWN, Option
from actions.coupon_use import NOT_MINE, CouponUnusable
from actions.flow import Ask, Conclusion, Flow, by_id, known
from actions.form import FlowConclude, FlowForm
from actions.matching import Match, match_timed, named_by_title, said_station
from actions.order_flow import NO_ORDER, OrderFlow, in_short, named, order_ids
from actions.wording import clock, echo, lasting, sentences, yuan
from contracts.entities import STATION
from contracts.platform import Coupon, Order

_NOT_BOUGHT = re.compile(r"邀请|推荐|新人|注册|会员日|签到|抽奖|活动送|赠送|奖励|补偿|生日|送(?:的|我|了)")
_AFTER_REFUND = re.compile(r"(?:退款|退了|退单|取消).*券|券.*(?:没|未|不)(?:有)?(?:退|还|返)")


class CouponNotReceived(Flow):
    """A coupon that was bought or due and is not there."""

    intent = "coupon_not_received"
    parties = ("platform",)
    record_slot = "coupon_id"

    async def look_up(self, case: Case) -> None:
        coupons = await case.coupons()
        if _AFTER_REFUND.search(case.words):
            returned = await self._of_refunds(case, coupons)
            match = match_timed(returned, case.memory, lambda c: c.bought_at, lambda c: c.price_fen, lambda c: c.title)
            self.pick(case, "coupon_id", match)
            return
        if _NOT_BOUGHT.search(case.words):
            # A reward has no purchase: what he bought besides is another matter.
            self.pick(case, "coupon_id", Match[Coupon](()))
            return
        other = named_by_title(coupons, case.memory, lambda c: c.title)
        if other is not None and other.status != "pending":
            # He asks for one that came already; what is late besides is another matter.
            self.pick(case, "coupon_id", Match[Coupon](()))
            return
        pending = [c for c in coupons if c.status == "pending"]
        late = [c for c in pending if self._due(case, c) <= case.now]
        # A coupon that is overdue is what people write about; one that is only just bought may be meant, too.
        match = match_timed(
            late or pending, case.memory, lambda c: c.bought_at, lambda c: c.price_fen, lambda c: c.title
        )
        self.pick(case, "coupon_id", match)

    def _due(self, case: Case, coupon: Coupon) -> datetime:
        return case.after(coupon.bought_at, "coupon.arrival")

    def _reward_rule(self, case: Case) -> str:
        if "邀请" not in case.words and "推荐" not in case.words:
            return ""
        rule = f"好友注册后 {case.say('coupon.invite_days')}内完成第一单加油才算邀请成功"
        return f"{rule}，奖励{case.say('coupon.invite_reward')}，进度在「我的—邀请记录」里。"

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_which(case, "coupon_id", "您有几张券还没到账，请问问的是哪一张？")

    async def conclude(self, case: Case) -> Conclusion:
        coupons = await case.coupons()
        coupon: Coupon | None = by_id(coupons, known(case, "coupon_id"))
        if coupon is None:
            return self._elsewhere(case, coupons) or filing.file(
                self,
                case,
                summary=f"{self.title}（未查到购买记录）",
                missing=f"我没有查到您待到账的券，先按您说的去核对。{self._reward_rule(case)}",
                advice="购买凭证或活动截图方便的话发我一张，处理更快。",
                demand="补发券",
            )
        if coupon.status == "used":
            return await self._not_returned(case, coupon)
        due = self._due(case, coupon)
        bought = f"查到您{clock(coupon.bought_at, case.now)} 买的「{coupon.title}」（{yuan(coupon.price_fen)}）"
        if case.now < due:
            text = sentences(
                filing.start(case),
                f"{bought}还在到账时间内：一般 {case.say('coupon.arrival')}内到，最晚{clock(due, case.now)}。",
                "到了会出现在「我的—优惠券」。到点还没有，您再发我一句，我马上提交补发。",
            )
            return filing.solved(text)
        late = lasting(case.now - due)
        found = f"{bought}，本应在{clock(due, case.now)} 前到账，已经晚了 {late}，是我们没做好，对不起。"
        offer = await remedies.offered(case, "coupon_overdue", coupon.id, coupon.value_fen)
        again = remedies.compensation(offer, coupon.id, "") if offer is not None else None
        advice = "运营核实后会把券补到您的账户，请不用再买一张。"
        if again is not None:
            advice = "我已提交补发，券到了马上告诉您，请不用再买一张。"
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{coupon.title}，{clock(coupon.bought_at, case.now)} 购买，逾期 {late}",
            found=found,
            advice=advice,
            remedies=(again,),
            checked=[f"券 {coupon.id} 状态：待到账，应到账时间 {clock(due, case.now)}"],
            # A coupon that was bought on its own has no fuel order: its purchase number links the ticket.
            order_ids=(coupon.order_id or coupon.id,),
            demand="补发券",
        )

    async def _of_refunds(self, case: Case, coupons: Sequence[Coupon]) -> list[Coupon]:
        """Coupons that were spent on orders which were paid back."""
        undone = {o.id for o in await case.orders() if o.status in ("refunded", "refunding", "cancelled")}
        return [c for c in coupons if c.status == "used" and c.used_order_id in undone]

    async def _not_returned(self, case: Case, coupon: Coupon) -> Conclusion:
        """A coupon whose order was paid back: it comes by itself, and is issued again when it is late."""
        refund = next((r for r in await case.refunds() if r.order_id == coupon.used_order_id), None)
        back = f"退款后券在 {case.say('coupon.refund_return')}内退回账户"
        found = f"查到「{coupon.title}」用在已退款的订单 {coupon.used_order_id} 上，{back}"
        due = case.after(refund.sent_at or refund.requested_at, "coupon.refund_return") if refund else None
        if due is not None and case.now < due:
            text = f"{found}，最晚{clock(due, case.now)}。到点还没有，您再发我一句，我马上提交补发。"
            return filing.solved(sentences(filing.start(case), text))
        offer = await remedies.offered(case, "coupon_not_returned", coupon.id, coupon.value_fen)
        again = remedies.compensation(offer, coupon.id, "") if offer is not None else None
        return filing.file(
            self,
            case,
            summary=f"退款后券未退回：{coupon.title}，订单 {coupon.used_order_id}",
            found=f"{found}，现在还没有，是我们没做好，对不起。",
            advice="我已提交补发，券到了马上告诉您。" if again else "运营核实后会把券补到您的账户。",
            remedies=(again,),
            order_ids=(coupon.used_order_id,) if coupon.used_order_id else (),
            demand="退回用掉的券",
        )

    def _elsewhere(self, case: Case, coupons: Sequence[Coupon]) -> Conclusion | None:
        """The coupon is there after all: arrived, spent or expired. Only one that was named is taken for it."""
        match = match_timed(coupons, case.memory, lambda c: c.bought_at, lambda c: c.price_fen, lambda c: c.title)
        coupon = named_by_title(coupons, case.memory, lambda c: c.title)
        coupon = coupon or (match.records[0] if match.hinted else None)
        if coupon is None or coupon.status == "pending" or known(case, "coupon_id") is not None:
            return None
        if coupon.status == "used" and _AFTER_REFUND.search(case.words):
            return None
        head = sentences(filing.start(case), f"您的「{coupon.title}」")
        if coupon.status == "usable":
            until = f"，{clock(coupon.valid_until, case.now)} 前有效" if coupon.valid_until else ""
            return filing.solved(f"{head}已经到账，就在「我的—优惠券」里{until}。", buttons=(filing.PERSON,))
        if coupon.status == "used":
            where = f"（订单 {coupon.used_order_id}）" if coupon.used_order_id else ""
            return filing.solved(f"{head}之前已经到账并用掉了{where}。", buttons=(NOT_MINE, filing.PERSON))
        if coupon.status == "expired":
            until = f"，{clock(coupon.valid_until, case.now)} 到期" if coupon.valid_until else ""
            more = {"title": "过期能补吗", "payload": "faq:coupon_validity"}
            return filing.solved(f"{head}之前已经到账{until}，没有在有效期内使用。", buttons=(more, filing.PERSON))
        return None


class DiscountNotApplied(OrderFlow):
    """Paid already, and the activity, direct or member price was not taken off."""

    intent = "discount_not_applied"
    parties = ("platform", "station")
    question = "请问是哪一笔订单没有减优惠？"

    def fits(self, order: Order, case: Case) -> bool:
        return order.status in ("paid", "fuelled")

    def likely(self, order: Order, case: Case) -> bool:
        return order.paid_fen == order.listed_fen and any(word in order.note for word in ("活动", "优惠", "直降"))

    async def conclude(self, case: Case) -> Conclusion:
        order = await self.order(case)
        found, checked = named(order, case), []
        if order is not None:
            off = order.listed_fen - order.paid_fen
            taken = f"减了 {yuan(off)}" if off > 0 else "没有减优惠"
            taken += f"，反而多出 {yuan(-off)}" if off < 0 else ""
            checked = [f"挂牌金额 {yuan(order.listed_fen)}，实付 {yuan(order.paid_fen)}，{taken}"]
            found += f"{checked[0]}。"
        return filing.file(
            self,
            case,
            summary=in_short(order, case, self.title),
            found=found,
            missing=NO_ORDER,
            advice="运营核对当时的活动后，该减的由财务退给您。",
            checked=checked,
            order_ids=order_ids(order),
            demand="补减优惠",
        )


class LocationDiscountFailed(Flow):
    """The position was wrong, so that the discount was lost or no order could be made."""

    intent = "location_discount_failed"
    parties = ("platform",)

    async def look_up(self, case: Case) -> None:
        said = next(iter(case.memory.meant(STATION)), None)
        if said:
            case.fill("station", str(said))
        names = list(dict.fromkeys(o.station_name for o in await case.orders()))
        named_in_words = said_station(case.words, names)
        if not said and named_in_words:
            case.fill("station", named_in_words)
        case.found["stations"] = names[:3]

    def needs(self, case: Case) -> Iterator[Ask]:
        names = case.found.get("stations") or []
        options = tuple(Option(name, name, (name,)) for name in names)
        options += (Option(UNKNOWN, "不在上面"),) if names else ()
        yield Ask("station", "您当时是在哪个油站？说个大概名字就行。", options, accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        station = known(case, "station")
        radius = case.say("coupon.discount_radius")
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{station or '油站未说明'}",
            found=f"记下了，您当时在{echo(station)}。" if echo(station) else "",
            advice=sentences(
                f"优惠要求手机定位在油站 {radius}以内。",
                "如果您还在站里：打开精确定位，把定位关掉再开一次，下拉刷新油站列表再试。",
                "已经按原价付了的，核实后会把差价退给您。",
            ),
            demand="修正定位，补回优惠",
        )


_FLOWS = (CouponNotReceived(), CouponUnusable(), DiscountNotApplied(), LocationDiscountFailed())


class CouponForm(FlowForm):
    area = "coupon"
    flows = _FLOWS


class CouponConclude(FlowConclude):
    area = "coupon"
    flows = _FLOWS
