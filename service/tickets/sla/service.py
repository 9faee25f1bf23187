"""The policy in force. Publishing another one swaps it; tickets that are open follow it from their next change on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection

from contracts.taxonomy import Taxonomy
from service.policies import service as policies
from service.tickets.sla import repository
from service.tickets.sla.rules import Policy, is_duration

TABLE = "sla"
"""The table among the policies."""


@dataclass
class _Force:
    policy: Policy | None = None


_force = _Force()


def policy() -> Policy:
    """The policy in force; the file that ships until another one was put in force."""
    if _force.policy is None:
        _force.policy = repository.load()
    return _force.policy


def check(rows: Sequence[Mapping[str, Any]]) -> None:
    """Whether a table can be gone by.

    Raises:
        ContractError: a part is missing or wrong; the message names it.
    """
    repository.policy_of(rows, 1)


def refresh(connection: Connection) -> bool:
    """Take over the table that was published last; returns whether it is another one than before."""
    published = policies.current(connection, TABLE)
    version = published.version if published is not None else 0
    if version == policy().version:
        return False
    put_in_force(repository.policy_of(published.rules, version) if published is not None else None)
    return True


def put_in_force(policy: Policy | None) -> None:
    """Take another policy from now on; None: the file that ships."""
    _force.policy = policy


def clock_of(taxonomy: Taxonomy, category: str, priority: str) -> str:
    """The clock that a ticket's result is promised on."""
    override = taxonomy.promise_overrides.get(category, {})
    resolve = override.get("resolve")
    if "only" not in override and is_duration(resolve) and str(resolve).endswith("wd"):
        return "workday"
    return taxonomy.priorities[priority].resolve_clock
