"""Pure decisions about compensation: what a table allows, given what the customer got before. Time is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Mapping, Sequence

from contracts.errors import ContractError
from contracts.policy import CompensationOffer, CompensationRule, RootCause
from contracts.remedies import RemedyKind

LEVELS = ("puka", "gold", "platinum", "diamond")
AUTHORITIES = ("assistant", "agent", "supervisor", "admin")
"""Who may give, the least first."""
SIDES = frozenset({"platform", "station", "payment_provider", "partner", "supplier", "customer", "none"})

CAP_WINDOW = timedelta(days=30)

BY_RIGHT = frozenset(
    {
        RemedyKind.CANCEL_ORDER,
        RemedyKind.FREEZE_ACCOUNT,
        RemedyKind.FREEZE_CARD,
        RemedyKind.ISSUE_INVOICE,
        RemedyKind.RESEND_INVOICE,
    }
)
"""What a customer may ask for without any policy: it is his own order, account, card or invoice."""
_COMPENSATING = frozenset(
    {
        RemedyKind.REFUND,
        RemedyKind.GRANT_COUPON,
        RemedyKind.REISSUE_COUPON,
        RemedyKind.GRANT_POINTS,
        RemedyKind.RETURN_POINTS,
        RemedyKind.REISSUE_CODE,
    }
)
_BASES = frozenset({"fixed", "record"})


class Decision(str, Enum):
    ALLOWED = "allowed"
    NEEDS_APPROVAL = "needs_approval"
    REFUSED = "refused"


@dataclass(frozen=True)
class Claim:
    """What somebody wants to give. `amount` is fen or points; `target_id` the order, coupon, gift it is about.

    `level` None (unknown) counts as the lowest. `authority` is who asks: one of AUTHORITIES.
    """

    customer_id: str
    kind: str
    cause: str | None
    amount: int | None
    level: str | None = None
    target_id: str | None = None
    authority: str = "assistant"


@dataclass(frozen=True)
class Given:
    """A compensation that the customer got."""

    cause: str
    kind: str
    amount: int
    target_id: str | None
    at: datetime


@dataclass(frozen=True)
class Allowance:
    """Whether a claim is allowed. `reason` is for agents, in Chinese; `approver` decides when approval is needed."""

    decision: Decision
    reason: str = ""
    approver: str | None = None
    policy_version: int = 0


@dataclass(frozen=True)
class CompensationPolicy:
    """The table in force. Version 0 is the file that ships."""

    version: int
    rules: Mapping[str, CompensationRule]


def read_compensation(rows: object) -> tuple[CompensationRule, ...]:
    """Check the rows of a compensation table.

    Raises:
        ContractError: a row is incomplete or says something impossible; its cause is named.
    """
    rules = tuple(_rule(row) for row in _rows(rows))
    _once("cause", [r.cause for r in rules])
    return rules


def read_root_causes(rows: object) -> tuple[RootCause, ...]:
    """Check the rows of the table of root causes.

    Raises:
        ContractError: a row is incomplete or names an unknown side; its id is named.
    """
    found = []
    for row in _rows(rows):
        try:
            cause = RootCause(**row)
        except TypeError as error:
            raise ContractError(f"root cause {row.get('id')!r}: {error}") from error
        if not all(isinstance(v, str) and v.strip() for v in (cause.id, cause.title, cause.kind, cause.side)):
            raise ContractError(f"root cause {cause.id!r}: id, title, kind and side are texts")
        if cause.side not in SIDES:
            raise ContractError(f"root cause {cause.id}: unknown side {cause.side!r}")
        found.append(cause)
    _once("id", [c.id for c in found])
    return tuple(found)


def _rows(rows: object) -> Sequence[dict[str, Any]]:
    if not isinstance(rows, (list, tuple)) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ContractError("a list of rows is expected")
    return rows


def _once(name: str, values: Sequence[str]) -> None:
    twice = sorted({v for v in values if values.count(v) > 1})
    if twice:
        raise ContractError(f"{name} stands twice: {', '.join(twice)}")


def _rule(row: Mapping[str, Any]) -> CompensationRule:
    try:
        rule = CompensationRule(**row)
    except TypeError as error:
        raise ContractError(f"compensation {row.get('cause')!r}: {error}") from error
    amounts = rule.amounts
    problems = {
        "cause and title are texts": not (isinstance(rule.cause, str) and rule.cause and rule.title),
        f"unknown kind {rule.kind!r}": rule.kind not in {k.value for k in _COMPENSATING},
        "an amount for each level is expected": not isinstance(amounts, dict) or set(amounts) != set(LEVELS),
        f"unknown authority {rule.authority!r}": rule.authority not in AUTHORITIES,
        f"unknown approver {rule.approver!r}": rule.approver not in AUTHORITIES,
        f"unknown basis {rule.basis!r}": rule.basis not in _BASES,
        "percent is between 1 and 200": not (_count(rule.percent) and 1 <= rule.percent <= 200),
        "the cap is a positive number": not (_count(rule.cap_30_days) and rule.cap_30_days > 0),
        "repeat_days is a number of days": not (_count(rule.repeat_days) and 0 <= rule.repeat_days <= 365),
        "valid_days is a positive number": rule.valid_days is not None
        and not (_count(rule.valid_days) and rule.valid_days > 0),
    }
    wrong = next((words for words, true in problems.items() if true), None)
    if wrong is None and not all(_count(a) and 0 < a <= rule.cap_30_days for a in amounts.values()):
        wrong = "amounts are positive and not above the cap"
    if wrong is None and AUTHORITIES.index(rule.approver) < AUTHORITIES.index(rule.authority):
        wrong = "the approver stands below the authority"
    if wrong is not None:
        raise ContractError(f"compensation {rule.cause!r}: {wrong}")
    return rule


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def limit(rule: CompensationRule, level: str | None) -> int:
    """The most that the rule gives to this level; an unknown level counts as the lowest."""
    return rule.amounts.get(level or LEVELS[0], rule.amounts[LEVELS[0]])


def amount_of(rule: CompensationRule, level: str | None, record_amount: int | None) -> int | None:
    """What the rule comes to: its own amount, or its share of the record; None when it needs a record and has none."""
    if rule.basis == "fixed":
        return limit(rule, level)
    if record_amount is None or record_amount <= 0:
        return None
    # Whole fen and points, never above the share: the platform gives back no more than that.
    return record_amount * rule.percent // 100


def allows(policy: CompensationPolicy, claim: Claim, before: Sequence[Given], now: datetime) -> Allowance:
    """Whether a claim may be given now. `before`: what this customer got already, any time."""

    def say(decision: Decision, reason: str = "", approver: str | None = None) -> Allowance:
        return Allowance(decision, reason, approver, policy.version)

    if claim.authority not in AUTHORITIES:
        return say(Decision.REFUSED, "没有补偿权限")
    if claim.cause is None:
        return _without_cause(claim, say)
    rule = policy.rules.get(claim.cause)
    if rule is None or rule.kind != claim.kind:
        return say(Decision.REFUSED, "补偿政策里没有这一项")
    if claim.amount is None or claim.amount <= 0:
        return say(Decision.REFUSED, "没有可以核对的金额")
    if claim.target_id is not None and any(g.target_id == claim.target_id and g.cause == claim.cause for g in before):
        return say(Decision.REFUSED, "同一笔已经补偿过了")
    rank = AUTHORITIES.index(claim.authority)
    if rank >= AUTHORITIES.index(rule.approver):
        return say(Decision.ALLOWED)
    if rank < AUTHORITIES.index(rule.authority):
        return say(Decision.NEEDS_APPROVAL, "需要有权限的同事确认", rule.authority)
    if claim.amount > limit(rule, claim.level):
        return say(Decision.NEEDS_APPROVAL, "超过这一级会员的单次限额", rule.approver)
    if any(g.cause == rule.cause and now - g.at < timedelta(days=rule.repeat_days) for g in before):
        return say(Decision.NEEDS_APPROVAL, f"{rule.repeat_days} 天内同一原因已经补偿过", rule.approver)
    spent = sum(g.amount for g in before if g.kind == rule.kind and now - g.at < CAP_WINDOW)
    if spent + claim.amount > rule.cap_30_days:
        return say(Decision.NEEDS_APPROVAL, "超过 30 天内的累计上限", rule.approver)
    return say(Decision.ALLOWED)


def _without_cause(claim: Claim, say: Any) -> Allowance:
    """What needs no policy, and what nobody may give without one."""
    kinds = {kind.value: kind for kind in RemedyKind}
    kind = kinds.get(claim.kind)
    if kind in BY_RIGHT:
        found: Allowance = say(Decision.ALLOWED)
    elif kind is None or kind in _COMPENSATING or claim.authority == "assistant":
        found = say(Decision.REFUSED, "补偿要写明原因，按补偿政策执行")
    elif claim.authority == "agent":
        found = say(Decision.NEEDS_APPROVAL, "需要主管确认", "supervisor")
    else:
        found = say(Decision.ALLOWED)
    return found


def offer(
    policy: CompensationPolicy, claim: Claim, record_amount: int | None, before: Sequence[Given], now: datetime
) -> CompensationOffer | None:
    """What may be promised at once for `claim.cause`, whose kind and amount are the table's; None: a person decides."""
    rule = policy.rules.get(claim.cause or "")
    amount = amount_of(rule, claim.level, record_amount) if rule is not None else None
    if rule is None or amount is None:
        return None
    wanted = Claim(claim.customer_id, rule.kind, rule.cause, amount, claim.level, claim.target_id, claim.authority)
    if allows(policy, wanted, before, now).decision is not Decision.ALLOWED:
        return None
    return CompensationOffer(rule.cause, rule.kind, amount, rule.valid_days, policy.version)


OFFICE_FIELDS = frozenset({"id", "title", "value", "at_least", "at_most"})


def read_sla(rows: object) -> tuple[Mapping[str, Any], ...]:
    """The parts of the table that tickets keep their promise by: an id, a title and a value each.

    What the values mean is checked by the domain of tickets (`service.understood_by`).

    Raises:
        ContractError: a row is wrong; it is named.
    """
    if not isinstance(rows, list) or not rows:
        raise ContractError("sla: a list of rows is expected")
    for row in rows:
        if not isinstance(row, dict) or set(row) != {"id", "title", "value"}:
            raise ContractError(f"sla: {row}: id, title and value are expected")
    ids = [row["id"] for row in rows]
    if len(ids) != len(set(ids)):
        raise ContractError("sla: every part stands once")
    return tuple(rows)


def read_office(rows: object) -> tuple[Mapping[str, Any], ...]:
    """The rows of the office table: one number each, within its limits.

    Raises:
        ContractError: a row is wrong; it is named.
    """
    if not isinstance(rows, list) or not rows:
        raise ContractError("office: a list of rows is expected")
    for row in rows:
        if not isinstance(row, dict) or set(row) != OFFICE_FIELDS:
            raise ContractError(f"office: {row}: exactly {sorted(OFFICE_FIELDS)} are expected")
        value = row["value"]
        if isinstance(value, bool) or not isinstance(value, int) or not row["at_least"] <= value <= row["at_most"]:
            raise ContractError(f"office: {row['id']}: a number from {row['at_least']} to {row['at_most']} is expected")
    return tuple(rows)
