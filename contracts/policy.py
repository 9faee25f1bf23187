"""Policy tables as flows and agents read them: what may be given for which cause, and whose fault a cause is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CompensationRule:
    """One line of the compensation table: a cause, and what it allows.

    `kind` is a RemedyKind of granting (`grant_coupon`, `grant_points`, `return_points`, `refund`). Amounts are for one
    case, by customer level (`puka` … `diamond`); fen for money, points for points. `authority`: who may give it
    without asking (`assistant`, `agent`, `supervisor`). `cap_30_days` limits all compensations of this kind to one
    customer; `repeat_days`: the same cause is not compensated again within so many days without a supervisor.
    `basis`: `fixed` (the table's amount), or `record` (`percent` of the amount in the platform's record; the
    table's amount is then the most that may be given).
    """

    cause: str
    title: str
    kind: str
    amounts: dict[str, int]
    authority: str
    approver: str
    cap_30_days: int
    repeat_days: int
    valid_days: int | None = None
    basis: str = "fixed"
    percent: int = 100


@dataclass(frozen=True)
class CompensationOffer:
    """What the policy allows for this customer now. `amount` is fen or points as `kind` says."""

    cause: str
    kind: str
    amount: int
    valid_days: int | None
    policy_version: int


@dataclass(frozen=True)
class RootCause:
    """Why a ticket was needed. `side`: `platform`, `station`, `payment_provider`, `partner`, `supplier`, `customer`,
    or `none` for what is nobody's fault.
    """

    id: str
    title: str
    kind: str
    side: str
