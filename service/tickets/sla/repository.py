"""Reads the policy that tickets keep their promise by: the file that ships, or what is put in force instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Mapping, Sequence

import yaml

from contracts.errors import ContractError
from contracts.taxonomy import Taxonomy, load_taxonomy
from service.calendar import is_workday
from service.tickets.sla.rules import Clocks, Hours, Policy, Step, Watch, parse, span_of

RING: Mapping[str, str] = {"P0": "3m"}
"""What holds for tables that were published before they could say it."""
PATH = Path(__file__).resolve().parents[3] / "knowledge_base" / "policies" / "sla.yml"


def load(path: Path = PATH) -> Policy:
    """The policy of a file; its version is 0, that of published ones counts from 1.

    Raises:
        ContractError: the file does not have the shape of `sla.yml`.
    """
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or not isinstance(raw.get("sla"), list):
        raise ContractError(f"{path.name}: rows are expected under `sla`")
    return policy_of(raw["sla"], 0)


def policy_of(rows: Sequence[Mapping[str, Any]], version: int) -> Policy:
    """The policy of a table's rows.

    Raises:
        ContractError: a part is missing or wrong; the message names it.
    """
    return policy_from({**{row["id"]: row["value"] for row in rows}, "version": version}, load_taxonomy())


def policy_from(raw: Mapping[str, Any], taxonomy: Taxonomy) -> Policy:
    """A policy from its mapping.

    Raises:
        ContractError: a part is missing or wrong; the message names it.
    """
    try:
        return _policy(raw, taxonomy)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractError(f"sla policy: {error!r}") from error


def _policy(raw: Mapping[str, Any], taxonomy: Taxonomy) -> Policy:
    hours = {name: _hours(spec) for name, spec in raw["clocks"].items()}
    for name in ("always", "daily", "workday"):
        if name not in hours:
            raise ContractError(f"sla policy: the clock {name} is missing")
    watches = {name: _watch(name, spec) for name, spec in raw["priorities"].items()}
    if set(watches) != set(taxonomy.priorities):
        raise ContractError("sla policy: every priority needs its watch")
    quiet = _period(raw["delivery"]["quiet"])
    parse(raw["statement"])
    return Policy(
        clocks=Clocks(hours, _Calendar(raw.get("days") or {})),
        watches=watches,
        merge=span_of(raw["delivery"]["merge"]),
        quiet=quiet,
        wakes=str(raw["delivery"]["wakes"]),
        remind=span_of(raw["silent_customer"]["remind"]),
        close=span_of(raw["silent_customer"]["close"]),
        urges=int(raw["urges"]),
        statement=str(raw["statement"]),
        version=int(raw["version"]),
        resolve_clocks={p.id: p.resolve_clock for p in taxonomy.priorities.values()},
    )


def _hours(spec: Mapping[str, Any]) -> Hours:
    periods = tuple(_period(p) for p in spec["periods"])
    last = 0
    for begins, ends in periods:
        if not last <= begins < ends <= 1440:
            raise ContractError(f"sla policy: periods must follow one another within a day, {spec['periods']}")
        last = ends
    if not periods:
        raise ContractError("sla policy: a clock needs at least one period")
    return Hours(periods, bool(spec.get("workdays", False)))


def _period(text: str) -> tuple[int, int]:
    begins, ends = text.split("-")
    return _minute(begins), _minute(ends)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    found = int(hour) * 60 + int(minute)
    if not 0 <= found <= 1440:
        raise ContractError(f"sla policy: no time of the day: {text}")
    return found


def _watch(name: str, spec: Mapping[str, Any]) -> Watch:
    for duration in (spec["silence"], spec["more"]):
        parse(duration)
    steps = tuple(Step(span_of(s["after"]), str(s["to"])) for s in spec["escalate"])
    if [s.after for s in steps] != sorted(s.after for s in steps):
        raise ContractError("sla policy: escalation steps must be in order")
    ring = spec.get("ring", RING.get(name))
    return Watch(
        span_of(spec["warn_first"]),
        span_of(spec["warn"]),
        spec["silence"],
        spec["more"],
        steps,
        span_of(ring) if ring is not None else None,
    )


class _Calendar:
    """The calendar with the days that were corrected by hand."""

    def __init__(self, days: Mapping[str, Any]) -> None:
        self._off = frozenset(_day(d) for d in days.get("off") or ())
        self._worked = frozenset(_day(d) for d in days.get("worked") or ())

    def __call__(self, day: date) -> bool:
        return day in self._worked or (day not in self._off and is_workday(day))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
