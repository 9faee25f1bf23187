"""Pure decisions about remedies: their words, and when one is tried again. Time is passed in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Mapping

from contracts.remedies import RemedyKind
from service.clock import spoken

TOLD_AFTER_ATTEMPTS = 2
MAX_ATTEMPTS = 8
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


class RemedyStatus(str, Enum):
    WAITING_APPROVAL = "waiting_approval"
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    REJECTED = "rejected"
    FAILED = "failed"


class NotAllowed(Exception):
    """The policy does not allow it, or not to this person; `str(error)` says why to the agent."""


class WrongState(Exception):
    """The remedy is decided already; `str(error)` says so to the agent."""


class KeyReused(Exception):
    """The same Idempotency-Key came with another request."""


@dataclass(frozen=True)
class Wanted:
    """What an agent asks for. `why` is for colleagues and the audit log."""

    kind: RemedyKind
    why: str
    target_id: str | None = None
    amount_fen: int | None = None
    points: int | None = None
    cause: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    ticket_number: str | None = None


TITLES: Mapping[RemedyKind, str] = {
    RemedyKind.CANCEL_ORDER: "取消订单",
    RemedyKind.REFUND: "退款",
    RemedyKind.GRANT_COUPON: "补发优惠券",
    RemedyKind.REISSUE_COUPON: "补发这张券",
    RemedyKind.GRANT_POINTS: "补发积分",
    RemedyKind.RETURN_POINTS: "退回积分",
    RemedyKind.REISSUE_CODE: "换发卡密",
    RemedyKind.RESTORE_LEVEL: "恢复会员等级",
    RemedyKind.FREEZE_ACCOUNT: "冻结账户",
    RemedyKind.UNFREEZE_ACCOUNT: "解冻账户",
    RemedyKind.FREEZE_CARD: "冻结油卡",
    RemedyKind.UNFREEZE_CARD: "解冻油卡",
    RemedyKind.ISSUE_INVOICE: "开发票",
    RemedyKind.RESEND_INVOICE: "重发发票",
}

STATUS_TITLES: Mapping[RemedyStatus, str] = {
    RemedyStatus.WAITING_APPROVAL: "待审批",
    RemedyStatus.PENDING: "办理中",
    RemedyStatus.DONE: "已办好",
    RemedyStatus.REFUSED: "平台没有办成",
    RemedyStatus.REJECTED: "审批未通过",
    RemedyStatus.FAILED: "平台没有响应",
}

DONE_TEXTS: Mapping[RemedyKind, str] = {
    RemedyKind.CANCEL_ORDER: "订单已为您取消，{amount_fen}原路退回{channel}，预计 {expected_by} 前到账，到账会告诉您。",
    RemedyKind.REFUND: "退款已为您提交，{amount_fen}原路退回{channel}，预计 {expected_by} 前到账，到账会告诉您。",
    RemedyKind.GRANT_COUPON: "已为您发放{title}，{valid_until} 前有效，在「我的—优惠券」里可以看到。",
    RemedyKind.REISSUE_COUPON: "{title}已为您补发，{valid_until} 前有效，在「我的—优惠券」里可以看到。",
    RemedyKind.GRANT_POINTS: "已为您补发 {points} 积分，现在共有 {balance} 分。",
    RemedyKind.RETURN_POINTS: "已为您退回 {points} 积分，现在共有 {balance} 分。",
    RemedyKind.REISSUE_CODE: "{title}的新卡密是 {code}，请您尽快使用，不要告诉他人。",
    RemedyKind.RESTORE_LEVEL: "您的会员等级已恢复为{level_title}。",
    RemedyKind.FREEZE_ACCOUNT: "您的账户已经冻结，余额和积分都不能再被使用。",
    RemedyKind.UNFREEZE_ACCOUNT: "您的账户已经解冻，可以正常使用了。",
    RemedyKind.FREEZE_CARD: "油卡 {number} 已经冻结，任何人都不能再用它消费。",
    RemedyKind.UNFREEZE_CARD: "油卡 {number} 已经解冻，可以正常使用了。",
    RemedyKind.ISSUE_INVOICE: "发票已开好：{title}，{amount_fen}，已发到 {email}。",
    RemedyKind.RESEND_INVOICE: "发票已重新发到 {email}，请您查收。",
}
"""What is said when an agent's remedy was done; a flow brings its own words."""

_CHANNELS = {"wechat": "微信", "alipay": "支付宝", "bank_card": "银行卡", "balance": "账户余额", "points": "积分"}
_FIELD = re.compile(r"\{(\w+)\}")


def amount_of(amount_fen: int | None, points: int | None) -> int | None:
    """The figure that policies limit: fen or points."""
    return amount_fen if amount_fen is not None else points


def pause(attempts: int) -> float:
    """Seconds until the next try after so many that got no answer."""
    return _PAUSES[min(attempts, len(_PAUSES)) - 1]


def kind_title(kind: str) -> str:
    """What is done, in the customer's words; `补发积分`."""
    return TITLES[RemedyKind(kind)]


def done_words(kind: str, text: str, data: Mapping[str, Any], now: datetime) -> str:
    """The words that say it was done, with the receipt's fields filled in.

    A text that needs a field which the receipt does not have gives way to plain words: a customer sees no braces.
    """
    words = text or DONE_TEXTS[RemedyKind(kind)]
    if all(field in data for field in _FIELD.findall(words)):
        return _FIELD.sub(lambda found: _shown(found[1], data[found[1]], now), words)
    return f"已经为您办好：{kind_title(kind)}。"


def _shown(name: str, value: Any, now: datetime) -> str:
    if name.endswith("_fen"):
        return f"{value // 100} 元" if value % 100 == 0 else f"{value / 100:.2f} 元"
    if name in ("expected_by", "valid_until"):
        return spoken(datetime.fromisoformat(str(value)), now)
    if name == "channel":
        return _CHANNELS.get(str(value), str(value))
    return str(value)


def waiting_words(kind: str) -> str:
    """Said when a supervisor has to agree first."""
    return f"{kind_title(kind)}需要主管审批，我已经提交，有结果马上告诉您。"


def _next_step(ticket_number: str | None) -> str:
    return f"工单 {ticket_number} 会由专人继续核对，有进展马上告诉您。" if ticket_number else "我已转给同事继续处理。"


def not_given_words(kind: str, ticket_number: str | None) -> str:
    """Said when the policy does not allow it: not why (that is for agents), but what happens next."""
    return f"{kind_title(kind)}我这边不能直接办理，需要同事核对。{_next_step(ticket_number)}"


def refused_words(kind: str, reason: str, ticket_number: str | None) -> str:
    """Said when the platform refused."""
    return f"{kind_title(kind)}没有办成：{reason}。{_next_step(ticket_number)}"


def rejected_words(kind: str, note: str) -> str:
    """Said when a person decided against it."""
    return f"{kind_title(kind)}没有通过审批" + (f"：{note}" if note else "") + "。如果您有不同意见，可以回复“转人工”。"


def slow_words(kind: str) -> str:
    """Said when the platform does not answer, while it is tried on."""
    return f"平台暂时没有响应，{kind_title(kind)}我会接着办，办好马上告诉您，您不用重复提交。"


def failed_words(kind: str, ticket_number: str | None) -> str:
    """Said when the platform did not answer at all."""
    return f"平台一直没有响应，{kind_title(kind)}暂时没有办成。{_next_step(ticket_number)}"
