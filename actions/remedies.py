"""What flows have the platform do for a customer: by right, or by the compensation policy and never beyond it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions.case import Case
from contracts.effects import Remedy
from contracts.policy import CompensationOffer
from contracts.remedies import RemedyKind

_IN_POINTS = frozenset({RemedyKind.GRANT_POINTS, RemedyKind.RETURN_POINTS, RemedyKind.REISSUE_CODE})


def by_right(kind: RemedyKind, target: str | None, done: str, **details: Any) -> Remedy:
    """Something that is the customer's to ask for: his order, account, card or invoice.

    `done` is said when the platform did it; `{…}` are fields of its receipt (see contracts.remedies.RemedyKind).
    """
    return Remedy(kind=kind.value, slot=_slot(kind.value, target), done=done, target_id=target, details=details)


def compensation(offer: CompensationOffer, target: str, done: str, **details: Any) -> Remedy:
    """Something that the policy allows now: cause, kind and amount are the offer's."""
    in_points = RemedyKind(offer.kind) in _IN_POINTS
    if offer.valid_days is not None:
        details["valid_days"] = offer.valid_days
    return Remedy(
        kind=offer.kind,
        slot=_slot(offer.cause, target),
        done=done,
        target_id=target,
        amount_fen=None if in_points else offer.amount,
        points=offer.amount if in_points else None,
        cause=offer.cause,
        details=details,
    )


async def offered(case: Case, cause: str, target: str, record_amount: int) -> CompensationOffer | None:
    """What may be promised at once for the record `target`, worth `record_amount` (fen or points) on the platform."""
    return await case.compensation(cause, record_amount=record_amount, target_id=target)


def ticketed(remedy: Remedy, number: str) -> Remedy:
    """The remedy, to be written to this ticket when it is done."""
    return replace(remedy, ticket_number=number)


def literal(words: str) -> str:
    """Words of customers and records inside a `done` text: their braces are no fields."""
    return words.replace("{", "（").replace("}", "）")


def for_approval(kind: RemedyKind, cause: str, target: str, amount_fen: int, done: str = "") -> Remedy:
    """What the policy leaves to a person: it is asked for with the record's figure, and waits for his word."""
    return Remedy(
        kind=kind.value, slot=_slot(cause, target), done=done, target_id=target, amount_fen=amount_fen, cause=cause
    )


def _slot(name: str, target: str | None) -> str:
    return f"{name}:{target}" if target else name
