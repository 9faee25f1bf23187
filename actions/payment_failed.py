"""The payment does not go through: its state is looked at before anyone is told to pay again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Iterator, Sequence

from actions import filing
from actions.case import Case
from actions.choice import NO, Option
from actions.codes import code_words
from actions.flow import Ask, Conclusion, Flow
from actions.matching import match_timed
from actions.records import channel, payment_words
from actions.wording import sentences
from contracts.entities import ERROR_CODE
from contracts.platform import Payment

_RECENT = timedelta(days=1)
"""How far back a failed payment is looked for."""
_JUST_NOW = timedelta(minutes=15)
"""A success this fresh is what somebody means who is not sure whether his payment went through."""
AGREED = (Option("yes", "解决了"), Option(NO, "还是不行"))
_PAGE_SAYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"限额|超额|额度"), "LIMIT"),
    (re.compile(r"余额不足|余额不够"), "BALANCE"),
    (re.compile(r"密码(?:错|不对|输错|锁)"), "PASSWORD"),
    (re.compile(r"订单(?:过期|失效|超时)"), "EXPIRE"),
)
"""What a payment page says, and the reason behind it."""
_CHANNEL_WORDS = {"wechat": "微信", "alipay": "支付宝", "bank_card": "银行卡", "balance": "余额付"}


def _by_channel(payment: Payment, words: str) -> bool:
    """Whether the payment went through the channel that he names, if he names one."""
    named = [name for name, word in _CHANNEL_WORDS.items() if word in words]
    return not named or payment.channel in named


class PaymentFailed(Flow):
    """The payment does not go through: its state is looked at before anyone is told to pay again."""

    intent = "payment_failed"
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
        fresh = [p for p in fresh if _by_channel(p, case.words)]
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

    def _reason(self, case: Case, payment: Payment | None) -> str | None:
        """By the record's code; else by what the page told him."""
        code = (payment.error_code or "").upper() if payment is not None else ""
        part = next((part for part, _ in self._REASONS if part in code), None)
        part = part or next((part for words, part in _PAGE_SAYS if words.search(case.words)), None)
        return next((case.quote(words) for known, words in self._REASONS if known == part), None)

    def needs(self, case: Case) -> Iterator[Ask]:
        payment = self._payment(case)
        if payment is not None and payment.status == "failed":
            reason = self._reason(case, payment)
            if reason is not None:
                text = f"查到您{payment_words(payment, case.now)}没有成功，钱没有扣。原因：{reason}。现在能付了吗？"
                yield Ask("solved", text, AGREED, accepts="agreed")
        elif payment is None and self._reason(case, None) is not None:
            yield Ask("solved", f"{self._reason(case, None)}。现在能付了吗？", AGREED, accepts="agreed")
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


def _paid_later(failed: Payment, payments: Sequence[Payment]) -> bool:
    """Whether the same order was paid after all."""
    return any(
        p.status == "success" and p.order_id is not None and p.order_id == failed.order_id
        and p.created_at >= failed.created_at
        for p in payments
    )  # fmt: skip
