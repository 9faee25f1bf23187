"""The policies in force, inside a unit of work: what may be given, what was given, which causes there are.

Who carries a compensation out asks `allows` and calls `record` in the same transaction; when the platform refuses in
the end, `take_back` makes the amount free again.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

import yaml
from sqlalchemy import Connection

from contracts.errors import ContractError, NotFound
from contracts.policy import CompensationOffer, RootCause
from service.policies import repository, rules
from service.policies.hours import rules as hours
from service.policies.repository import VersionRow
from service.policies.rules import Allowance, Claim, CompensationPolicy

# What other domains may use of this one, beside the functions below.
from service.policies.rules import (  # isort: skip
    AUTHORITIES as AUTHORITIES,
    CAP_WINDOW as CAP_WINDOW,
    Decision as Decision,
    Given as Given,
    amount_of as amount_of,
    limit as limit,
)
from service.policies.repository import given_to as given_to  # isort: skip

_FILES = Path(__file__).resolve().parents[2] / "knowledge_base" / "policies"

_READERS: Mapping[str, Callable[[object], Sequence[Any]]] = {
    "compensation": rules.read_compensation,
    "root_causes": rules.read_root_causes,
    "office": rules.read_office,
    "sla": rules.read_sla,
    "hours": hours.read,
}
_CHECKS: dict[str, Callable[[Sequence[Mapping[str, Any]]], object]] = {}
NAMES = tuple(_READERS)


@lru_cache(maxsize=8)
def default_rows(policy: str) -> tuple[dict[str, Any], ...]:
    """The rows of the file that ships.

    Raises:
        ContractError: the file is not of the policy's shape.
    """
    loaded = yaml.safe_load((_FILES / f"{policy}.yml").read_text(encoding="utf-8"))
    rows = loaded.get(policy) if isinstance(loaded, dict) else None
    _READERS[policy](rows)
    return tuple(rows or ())


def understood_by(policy: str, check: Callable[[Sequence[Mapping[str, Any]]], object]) -> None:
    """A domain above this one that goes by a table checks its rows, too, before they are published.

    `check` raises ContractError for what it cannot go by.
    """
    _CHECKS[policy] = check


def current(connection: Connection, policy: str) -> VersionRow | None:
    """The published version in force; None while the file that ships is.

    Raises:
        NotFound: there is no such policy.
    """
    if policy not in _READERS:
        raise NotFound("没有这张政策表")
    return repository.newest(connection, policy)


def rows_in_force(connection: Connection, policy: str) -> Sequence[dict[str, Any]]:
    """The rows in force: published, or of the file.

    Raises:
        NotFound: there is no such policy.
    """
    row = current(connection, policy)
    return row.rules if row is not None else default_rows(policy)


def compensation(connection: Connection) -> CompensationPolicy:
    """The compensation table in force."""
    row = current(connection, "compensation")
    found = rules.read_compensation(row.rules if row is not None else default_rows("compensation"))
    return CompensationPolicy(row.version if row is not None else 0, {rule.cause: rule for rule in found})


def root_causes(connection: Connection) -> tuple[RootCause, ...]:
    """The root causes that a ticket may be closed with, in the order of the table."""
    return rules.read_root_causes(rows_in_force(connection, "root_causes"))


def office(connection: Connection) -> dict[str, int]:
    """How patient the house is with its own people, in seconds, by the table's ids."""
    shipped = {row["id"]: row["value"] for row in default_rows("office")}
    return {**shipped, **{row["id"]: row["value"] for row in rows_in_force(connection, "office")}}


def allows(connection: Connection, claim: Claim, now: datetime) -> Allowance:
    """Whether `claim` may be given now: allowed, needs an approver, or refused. Nothing is written."""
    return rules.allows(compensation(connection), claim, repository.given_to(connection, claim.customer_id), now)


def offer(
    connection: Connection, claim: Claim, now: datetime, *, record_amount: int | None = None
) -> CompensationOffer | None:
    """What the assistant may promise for `claim.cause` at once; None when a person has to decide.

    `claim.kind` and `claim.amount` are not looked at: the table says both.
    """
    before = repository.given_to(connection, claim.customer_id)
    return rules.offer(compensation(connection), claim, record_amount, before, now)


def record(connection: Connection, key: str, claim: Claim, now: datetime, *, ticket_number: str | None = None) -> None:
    """Count a compensation against the customer's limits; the same `key` counts once. By right: counts nothing."""
    if claim.cause is None or claim.amount is None or repository.is_recorded(connection, key):
        return
    row = current(connection, "compensation")
    repository.insert_compensation(
        connection,
        key=key,
        customer_id=claim.customer_id,
        cause=claim.cause,
        kind=claim.kind,
        amount=claim.amount,
        target_id=claim.target_id,
        ticket_number=ticket_number,
        policy_version=row.version if row is not None else 0,
        at=now,
    )


def take_back(connection: Connection, key: str) -> None:
    """The compensation was not given after all: it counts no more."""
    repository.remove_compensation(connection, key)


def publish(
    connection: Connection, policy: str, rows: Sequence[Mapping[str, Any]], author: str, note: str, now: datetime
) -> int:
    """Put a new version in force and return its number.

    Raises:
        NotFound: there is no such policy.
        ContractError: a row is wrong; it is named.
    """
    before = current(connection, policy)
    _READERS[policy](list(rows))
    if policy in _CHECKS:
        _CHECKS[policy](rows)
    if not note.strip():
        raise ContractError("a new version says why")
    version = (before.version if before is not None else 0) + 1
    repository.insert_version(
        connection, VersionRow(policy, version, [dict(row) for row in rows], note.strip(), author, now)
    )
    return version


def history(connection: Connection, policy: str) -> list[VersionRow]:
    """The published versions, newest first.

    Raises:
        NotFound: there is no such policy.
    """
    current(connection, policy)
    return repository.versions(connection, policy)
