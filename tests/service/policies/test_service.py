"""Policies in the database: files as defaults, published versions in force, limits that count what was given."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Iterator

import pytest
from sqlalchemy import Connection

from contracts.errors import ContractError, NotFound
from contracts.remedies import RemedyKind
from knowledge_base.facts import FileFacts
from service.clock import CHINA
from service.db import Database, metadata
from service.policies import service as policies
from service.policies.models import compensations, policy_versions
from service.policies.rules import BY_RIGHT, Claim, Decision
from tests.database import url_for

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
LATE = Claim("c1", "grant_points", "gift_late", 80, level="gold", target_id="G1")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = Database(url_for(tmp_path, migrated=False))
    metadata.create_all(database.engine, [policy_versions, compensations])
    with database.engine.begin() as opened:
        yield opened
    database.close()


def test_the_files_are_in_force_at_first(connection: Connection) -> None:
    policy = policies.compensation(connection)
    assert policy.version == 0
    assert policy.rules["gift_late"].kind == "grant_points"
    sides = {cause.side for cause in policies.root_causes(connection)}
    assert {"platform", "station", "payment_provider", "partner", "supplier", "customer"} <= sides


def test_the_files_say_what_the_published_facts_say(connection: Connection) -> None:
    facts, rules = FileFacts.load(), policies.compensation(connection).rules
    assert rules["gift_late"].percent == facts.fact("mall.late_points").value
    assert rules["gift_out_of_stock"].percent == 100 + facts.fact("mall.out_of_stock_extra").value
    advance = facts.fact("station.advance_limit").value * 100
    assert set(rules["oil_quality_advance"].amounts.values()) == {advance}


def test_every_remedy_that_costs_something_has_a_cause(connection: Connection) -> None:
    kinds = {rule.kind for rule in policies.compensation(connection).rules.values()}
    free = {kind.value for kind in BY_RIGHT} | {"unfreeze_account", "unfreeze_card", "restore_level"}
    assert kinds | free == {kind.value for kind in RemedyKind}


def test_a_published_version_replaces_the_file_and_is_kept(connection: Connection) -> None:
    rows = [dict(row) for row in policies.rows_in_force(connection, "compensation")]
    for row in rows:
        if row["cause"] == "gift_late":
            row["percent"] = 20
    assert policies.publish(connection, "compensation", rows, "王主管", "旺季多补一点", NOW) == 1
    offer = policies.offer(connection, LATE, NOW, record_amount=800)
    assert offer is not None
    assert (offer.amount, offer.policy_version) == (160, 1)
    rows[0]["title"] = "改一个字"
    assert policies.publish(connection, "compensation", rows, "王主管", "改标题", NOW) == 2
    assert [(v.version, v.author, v.note) for v in policies.history(connection, "compensation")] == [
        (2, "王主管", "改标题"),
        (1, "王主管", "旺季多补一点"),
    ]
    assert policies.history(connection, "root_causes") == []


def test_a_wrong_version_is_not_published(connection: Connection) -> None:
    rows = [dict(row) for row in policies.rows_in_force(connection, "compensation")]
    rows[0]["kind"] = "magic"
    with pytest.raises(ContractError, match=str(rows[0]["cause"])):
        policies.publish(connection, "compensation", rows, "王主管", "试试", NOW)
    with pytest.raises(ContractError):
        policies.publish(connection, "root_causes", policies.rows_in_force(connection, "root_causes"), "王", " ", NOW)
    with pytest.raises(NotFound):
        policies.publish(connection, "prices", [], "王主管", "试试", NOW)
    assert policies.compensation(connection).version == 0


def test_what_was_given_counts_and_the_same_key_counts_once(connection: Connection) -> None:
    assert policies.allows(connection, LATE, NOW).decision is Decision.ALLOWED
    policies.record(connection, "7:late", LATE, NOW, ticket_number="YB1")
    policies.record(connection, "7:late", LATE, NOW, ticket_number="YB1")
    assert policies.allows(connection, LATE, NOW + timedelta(days=90)).decision is Decision.REFUSED
    other = Claim("c1", "grant_points", "gift_late", 80, level="gold", target_id="G2")
    assert policies.allows(connection, other, NOW).decision is Decision.NEEDS_APPROVAL
    stranger = Claim("c2", "grant_points", "gift_late", 80, level="gold", target_id="G2")
    assert policies.allows(connection, stranger, NOW).decision is Decision.ALLOWED
    policies.take_back(connection, "7:late")
    assert policies.allows(connection, LATE, NOW).decision is Decision.ALLOWED


def test_what_is_the_customers_by_right_counts_nothing(connection: Connection) -> None:
    freeze = Claim("c1", "freeze_card", None, None, target_id="K1")
    policies.record(connection, "8:freeze", freeze, NOW)
    assert connection.execute(compensations.select()).all() == []


def test_no_such_policy(connection: Connection) -> None:
    with pytest.raises(NotFound):
        policies.rows_in_force(connection, "../../secrets")
