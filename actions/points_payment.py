"""Fuel that was to be paid with points and was not."""

from __future__ import annotations

from typing import Iterator, Sequence

from actions import filing, remedies
from actions.case import Case
from actions.choice import UNKNOWN, Option, hinted
from actions.codes import code_words
from actions.flow import Ask, Conclusion, Flow, known
from actions.matching import match_timed
from actions.wording import clock, yuan
from contracts.effects import Remedy
from contracts.platform import Payment, PointsEntry


class PointsRefuelFailed(Flow):
    """Fuel that was to be paid with points: which of three causes it was decides who works on it."""

    intent = "points_refuel_failed"
    parties = ("platform", "station")

    _CAUSES = (
        Option(
            "payment_failed",
            "支付失败",
            (
                *("支付失败", "付款失败", "付不了", "付不出", "报错", "提示失败", "弹失败"),
                *("点不动", "按不动", "转圈", "超时", "灰的"),
            ),
        ),
        Option(
            "points_deducted",
            "积分扣了没抵油钱",
            (
                *("分给我扣", "分给扣", "分都扣", "全额收", "照样收", "照收"),
                *("积分扣了", "扣了积分", "分扣了", "分没了", "扣了分", "分少了", "分扣掉"),
                *("没抵", "没抵扣", "照样扣", "全款"),
            ),
        ),
        Option(
            "device_fault",
            "加油机故障",
            (
                *("加油机", "油机", "油枪没", "枪没反应", "枪不出", "枪举", "一滴没出"),
                *("没出油", "不出油", "机器上没", "机器没"),
            ),
        ),
    )  # fmt: skip

    async def look_up(self, case: Case) -> None:
        payments = [p for p in await case.payments() if p.kind == "points"]
        match = match_timed(payments, case.memory, lambda p: p.created_at, lambda p: p.amount_fen)
        case.found["payment"] = match.records[0] if match.records else None
        payment = case.found["payment"]
        if payment is not None and payment.order_id:
            case.fill("order_id", payment.order_id)

    def needs(self, case: Case) -> Iterator[Ask]:
        if "cause" in case.memory.chosen or hinted(case.words, self._CAUSES) is None:
            payment = case.found.get("payment")
            found = ""
            if payment is not None:
                state = "没有成功" if payment.status in ("failed", "pending") else "系统显示成功"
                found = f"查到您{clock(payment.created_at, case.now)} 用积分付的 {yuan(payment.amount_fen)}，{state}。"
            yield Ask("cause", f"{found}请问当时是哪种情况？我好直接交给对的人处理。", self._CAUSES)

    async def conclude(self, case: Case) -> Conclusion:
        await self.look_up(case)
        cause = case.get("cause") or hinted(case.words, self._CAUSES)
        if cause == UNKNOWN:
            cause = "payment_failed"
        option = next(o for o in self._CAUSES if o.value == cause)
        payment = case.found.get("payment")
        spent = [e for e in await case.points() if e.kind == "spend" and payment and e.order_id == payment.order_id]
        found, checked = "", []
        if payment is not None:
            found = f"查到您{clock(payment.created_at, case.now)} 用积分付的 {yuan(payment.amount_fen)}。"
            checked.append(f"积分支付 {payment.id} 状态：{payment.status}，错误码：{payment.error_code}")
        back = await self._back(case, payment, spent)
        if payment is not None and payment.status == "failed":
            found += f"这笔积分支付没有成功{code_words(payment.error_code)}。"
        if spent and cause == "points_deducted":
            found += f"账上扣了 {abs(spent[0].change)} 分。"
        checked += [f"积分流水 {e.id}：{e.change:+d} 分" for e in spent]
        advice = {
            "payment_failed": "急着加油可以先用微信、支付宝或余额付，积分不会因此失效。",
            "points_deducted": f"没抵成的 {back.points} 积分我已提交退回，到账马上告诉您。"
            if back is not None
            else "核实后，没抵成的积分会退回您的账户。",
            "device_fault": "请先把油枪挂回去，请加油员换一把枪或查单；请不要再付一次。",
        }[option.value]
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{option.title}",
            found=found,
            missing="我没有查到这笔积分支付的记录，先按您说的来办。",
            advice=advice,
            checked=checked,
            order_ids=(case.get("order_id"),) if known(case, "order_id") else (),
            remedies=(back,),
            cause=option.value,
            extra={"error_code": payment.error_code} if payment is not None and payment.error_code else None,
        )

    async def _back(self, case: Case, payment: Payment | None, spent: Sequence[PointsEntry]) -> Remedy | None:
        """Points that a failed payment took and nobody returned, if the policy lets us promise them."""
        if payment is None or payment.status != "failed" or not spent or payment.order_id is None:
            return None
        if any(e.kind == "return" and e.order_id == payment.order_id for e in await case.points()):
            return None
        offer = await remedies.offered(case, "points_deducted", payment.order_id, abs(spent[0].change))
        return remedies.compensation(offer, payment.order_id, "") if offer is not None else None
