"""The compensation table: what it allows, what it refuses, what goes to an approver."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import ContractError
from contracts.policy import CompensationRule
from service.clock import CHINA
from service.policies import rules
from service.policies.rules import Claim, CompensationPolicy, Decision, Given

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
LATE = CompensationRule(
    cause="gift_late",
    title="礼品迟到",
    kind="grant_points",
    amounts={"puka": 100, "gold": 200, "platinum": 300, "diamond": 400},
    authority="assistant",
    approver="supervisor",
    cap_30_days=500,
    repeat_days=3,
    basis="record",
    percent=10,
)
SORRY = replace(LATE, cause="promise_broken", authority="agent", basis="fixed", percent=100)
POLICY = CompensationPolicy(3, {r.cause: r for r in (LATE, SORRY)})
CLAIM = Claim("c1", "grant_points", "gift_late", 150, level="gold", target_id="G1")


def row(**changes: object) -> dict[str, object]:
    return {**vars(LATE), **changes}


def before(days: float, **changes: object) -> Given:
    return replace(Given("gift_late", "grant_points", 100, "G0", NOW - timedelta(days=days)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "given_before", "decision", "approver"),
    [
        (CLAIM, (), Decision.ALLOWED, None),
        (replace(CLAIM, amount=200), (), Decision.ALLOWED, None),
        (replace(CLAIM, amount=201), (), Decision.NEEDS_APPROVAL, "supervisor"),
        (replace(CLAIM, amount=101, level=None), (), Decision.NEEDS_APPROVAL, "supervisor"),
        (replace(CLAIM, amount=101, level="vip"), (), Decision.NEEDS_APPROVAL, "supervisor"),
        (replace(CLAIM, amount=0), (), Decision.REFUSED, None),
        (replace(CLAIM, amount=-5), (), Decision.REFUSED, None),
        (replace(CLAIM, amount=None), (), Decision.REFUSED, None),
        (replace(CLAIM, cause="because"), (), Decision.REFUSED, None),
        (replace(CLAIM, kind="refund"), (), Decision.REFUSED, None),
        (replace(CLAIM, authority="customer"), (), Decision.REFUSED, None),
        (CLAIM, (before(400, target_id="G1"),), Decision.REFUSED, None),
        (CLAIM, (before(2.9),), Decision.NEEDS_APPROVAL, "supervisor"),
        (CLAIM, (before(3),), Decision.ALLOWED, None),
        (CLAIM, (before(10, cause="promise_broken", amount=351),), Decision.NEEDS_APPROVAL, "supervisor"),
        (CLAIM, (before(10, cause="promise_broken", amount=350),), Decision.ALLOWED, None),
        (CLAIM, (before(30, cause="promise_broken", amount=351),), Decision.ALLOWED, None),
        (CLAIM, (before(10, cause="other", kind="refund", amount=9999),), Decision.ALLOWED, None),
        (replace(CLAIM, cause="promise_broken"), (), Decision.NEEDS_APPROVAL, "agent"),
        (replace(CLAIM, cause="promise_broken", authority="agent"), (), Decision.ALLOWED, None),
        (replace(CLAIM, amount=9999, authority="supervisor"), (before(1),), Decision.ALLOWED, None),
        (replace(CLAIM, authority="admin"), (before(9, target_id="G1"),), Decision.REFUSED, None),
    ],
)
def test_claims(claim: Claim, given_before: tuple[Given, ...], decision: Decision, approver: str | None) -> None:
    found = rules.allows(POLICY, claim, given_before, NOW)
    assert (found.decision, found.approver, found.policy_version) == (decision, approver, 3)
    assert (found.reason == "") == (decision is Decision.ALLOWED)


@pytest.mark.parametrize(
    ("kind", "authority", "decision"),
    [
        ("freeze_account", "assistant", Decision.ALLOWED),
        ("freeze_card", "assistant", Decision.ALLOWED),
        ("cancel_order", "assistant", Decision.ALLOWED),
        ("issue_invoice", "assistant", Decision.ALLOWED),
        ("unfreeze_account", "assistant", Decision.REFUSED),
        ("unfreeze_card", "agent", Decision.NEEDS_APPROVAL),
        ("unfreeze_card", "supervisor", Decision.ALLOWED),
        ("refund", "assistant", Decision.REFUSED),
        ("refund", "admin", Decision.REFUSED),
        ("grant_coupon", "supervisor", Decision.REFUSED),
        ("give_me_money", "admin", Decision.REFUSED),
    ],
)
def test_without_a_cause_only_what_is_the_customers_by_right(kind: str, authority: str, decision: Decision) -> None:
    claim = Claim("c1", kind, None, 100, authority=authority)
    assert rules.allows(POLICY, claim, (), NOW).decision is decision


@pytest.mark.parametrize(
    ("cause", "level", "record", "amount"),
    [
        ("gift_late", "gold", 1500, 150),
        ("gift_late", "gold", 1509, 150),
        ("gift_late", "gold", 2010, None),
        ("gift_late", None, 1010, None),
        ("gift_late", "gold", None, None),
        ("gift_late", "gold", 0, None),
        ("gift_late", "gold", -10, None),
        ("promise_broken", "gold", None, None),
        ("nothing", "gold", 100, None),
    ],
)
def test_an_offer_follows_the_record_and_the_table(
    cause: str, level: str | None, record: int | None, amount: int | None
) -> None:
    claim = Claim("c1", "refund", cause, 999_999, level=level, target_id="G1")
    found = rules.offer(POLICY, claim, record, (), NOW)
    assert (found.amount if found else None) == amount
    if found is not None:
        assert (found.kind, found.policy_version) == ("grant_points", 3)


@given(
    amounts=st.lists(st.integers(1, 400), max_size=12),
    gaps=st.lists(st.integers(0, 20), min_size=12, max_size=12),
    level=st.sampled_from(rules.LEVELS),
)
def test_the_assistant_never_gives_more_than_the_cap_in_any_thirty_days(
    amounts: list[int], gaps: list[int], level: str
) -> None:
    given_so_far: list[Given] = []
    at = NOW
    for place, amount in enumerate(amounts):
        at += timedelta(days=gaps[place])
        claim = replace(CLAIM, amount=amount, level=level, target_id=f"G{place}")
        if rules.allows(POLICY, claim, given_so_far, at).decision is Decision.ALLOWED:
            given_so_far.append(Given("gift_late", "grant_points", amount, claim.target_id, at))
    for last in given_so_far:
        window = [g for g in given_so_far if timedelta(0) <= last.at - g.at < timedelta(days=30)]
        assert sum(g.amount for g in window) <= LATE.cap_30_days
    assert all(g.amount <= LATE.amounts[level] for g in given_so_far)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "freeze_card"},
        {"kind": "magic"},
        {"authority": "customer"},
        {"approver": "agent", "authority": "supervisor"},
        {"basis": "words"},
        {"percent": 0},
        {"percent": 201},
        {"percent": True},
        {"cap_30_days": 0},
        {"cap_30_days": 399},
        {"repeat_days": -1},
        {"valid_days": 0},
        {"amounts": {"puka": 1}},
        {"amounts": {"puka": 1, "gold": 1, "platinum": 1, "diamond": "1"}},
        {"amounts": {"puka": 0, "gold": 1, "platinum": 1, "diamond": 1}},
        {"cause": ""},
        {"colour": "red"},
    ],
)
def test_a_wrong_row_is_named(changes: dict[str, object]) -> None:
    with pytest.raises(ContractError, match="compensation"):
        rules.read_compensation([row(**changes)])


@pytest.mark.parametrize("rows", [None, [], {}, "x", [1], [row(), row()]])
def test_a_wrong_table_is_refused(rows: object) -> None:
    with pytest.raises(ContractError):
        rules.read_compensation(rows)


@pytest.mark.parametrize("changes", [{"side": "moon"}, {"title": ""}, {"title": 5}, {"id": None}, {"extra": "x"}])
def test_a_wrong_root_cause_is_named(changes: dict[str, object]) -> None:
    good: dict[str, object] = {"id": "a", "title": "甲", "kind": "product", "side": "platform"}
    assert rules.read_root_causes([good])[0].side == "platform"
    with pytest.raises(ContractError, match="root cause"):
        rules.read_root_causes([{**good, **changes}])
