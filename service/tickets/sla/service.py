"""The policy in force. Publishing another one swaps it; tickets that are open follow it from their next change on."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.taxonomy import Taxonomy
from service.tickets.sla import repository
from service.tickets.sla.rules import Policy, is_duration

# What other domains may use of this one, beside the functions below.
from service.tickets.sla.repository import (  # isort: skip
    policy_from as policy_from,
)


@dataclass
class _Force:
    policy: Policy | None = None


_force = _Force()


def policy() -> Policy:
    """The policy in force; the file that ships until another one was put in force."""
    if _force.policy is None:
        _force.policy = repository.load()
    return _force.policy


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
