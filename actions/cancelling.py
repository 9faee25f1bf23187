"""Flows in which an order without fuel may be cancelled at once, with the customer's yes."""

from __future__ import annotations

from actions import filing, remedies
from actions.case import Case
from actions.flow import Ask, Conclusion, Spoken, consent
from actions.order_flow import OrderFlow
from actions.records import channel, order_words
from actions.wording import yuan
from contracts.effects import AddToTicket, EndDialogue
from contracts.platform import Order
from contracts.remedies import RemedyKind


def cancellable(order: Order, case: Case) -> bool:
    """Paid, no fuel yet, and not so old that the platform cancels it by itself."""
    moment = order.paid_at or order.created_at
    return (
        order.status == "paid" and order.fuelled_at is None and case.now < case.after(moment, "order.unfuelled_cancel")
    )


class CancelOnYes(OrderFlow):
    """An order flow that offers to cancel its order; a no leaves the ticket as it is."""

    asks_consent = True

    def cancel_question(self, case: Case, order: Order | None) -> Ask | None:
        """Whether to cancel now; None when the order cannot be cancelled any more."""
        if order is None or case.guest or not cancellable(order, case):
            return None
        what = f"{order_words(order, case.now)}这一单"
        text = f"{what}现在就可以取消，{yuan(order.paid_fen)}原路退回{channel(order.channel)}。要我现在取消吗？"
        return consent(text, "现在取消", "先不取消")

    async def on_yes(self, case: Case, number: str) -> Conclusion:
        order = await self.order(case)
        if order is None or not cancellable(order, case):
            text = f"这一单刚刚已经不能取消了（可能已经出油），我请油站核对，结果写在工单 {number} 里。"
            note = AddToTicket(number, "info", "客户同意取消，但订单已不能取消")
            return Conclusion((Spoken(text, (filing.PERSON,)),), (note, EndDialogue("filed")))
        done = (
            f"{remedies.literal(order_words(order, case.now))}这一单已经取消，"
            "{amount_fen}原路退回{channel}，预计 {expected_by} 前到账，到账后我会告诉您。"
        )
        cancel = remedies.ticketed(remedies.by_right(RemedyKind.CANCEL_ORDER, order.id, done), number)
        note = AddToTicket(number, "info", "客户同意取消订单，已提交取消")
        text = "好的，正在为您取消这一单，请不要再提枪。取消好了马上告诉您。"
        return Conclusion((Spoken(text),), (note, cancel, EndDialogue("filed")))
