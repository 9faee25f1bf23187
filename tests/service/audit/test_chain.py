"""The chain of the audit log: sealed in batches, verified, and broken by whatever is changed afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, delete, select, text, update

from service.audit import rules, service
from service.audit.models import audit_log
from service.audit.service import AuditFilter
from service.migrate import migrate
from service.settings import ROOT, Settings

NOW = datetime(2025, 6, 4, 2, 38, 1, 123456, tzinfo=timezone.utc)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    migrate(settings)
    engine = create_engine(settings.database)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def write(connection: Connection, count: int) -> None:
    for number in range(count):
        data = {"n": number, "words": "中文", "deep": {"b": 1, "a": [None, 0.5]}}
        service.record(connection, "anna", "remedy.pending", f"key-{number}", data, NOW + timedelta(seconds=number))


def test_what_was_sealed_in_batches_holds(connection: Connection) -> None:
    assert service.verify(connection) == service.Verdict(0, 0, 0, None, "")
    write(connection, 7)
    assert service.seal(connection, limit=3) == 3
    assert service.seal(connection, limit=3) == 3
    verdict = service.verify(connection)
    assert (verdict.verified, verdict.sealed, verdict.waiting, verdict.broken_at) == (6, 6, 1, None)
    assert service.seal(connection) == 1
    assert service.seal(connection) == 0
    assert service.verify(connection).verified == 7


def test_a_row_that_was_committed_late_keeps_the_chain_whole(connection: Connection) -> None:
    """Of two transactions the one with the higher id may be committed, and sealed, first."""
    write(connection, 2)
    first = select(audit_log).where(audit_log.c.object == "key-0")
    late = dict(connection.execute(first).one()._mapping)
    connection.execute(delete(audit_log).where(audit_log.c.id == late["id"]))
    service.seal(connection)
    connection.execute(audit_log.insert().values(**late))
    service.seal(connection)
    assert service.verify(connection).verified == 2
    assert service.verify(connection).broken_at is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "bert"},
        {"action": "remedy.done"},
        {"object": "key-x"},
        {"data": {"n": 3}},
        {"at": NOW},
        {"seal": "0" * 64},
    ],
)
def test_a_changed_row_breaks_the_chain_at_its_place(connection: Connection, change: dict[str, object]) -> None:
    write(connection, 5)
    service.seal(connection)
    connection.execute(update(audit_log).where(audit_log.c.place == 4).values(**change))
    verdict = service.verify(connection)
    assert (verdict.verified, verdict.broken_at, verdict.sealed) == (3, 4, 5)


def test_a_row_that_was_taken_out_breaks_it_too(connection: Connection) -> None:
    write(connection, 5)
    service.seal(connection)
    head = service.verify(connection).head
    connection.execute(delete(audit_log).where(audit_log.c.place == 2))
    assert service.verify(connection).broken_at == 2
    connection.execute(update(audit_log).where(audit_log.c.place > 2).values(place=audit_log.c.place - 1))
    assert service.verify(connection).broken_at == 2
    assert service.verify(connection).head != head


def test_found_by_who_what_whom_and_when(connection: Connection) -> None:
    write(connection, 3)
    service.record(connection, "bert", "search", "100%_x", {}, NOW)

    def objects(**wanted: object) -> list[str]:
        return [row.object for row in service.search(connection, AuditFilter(**wanted), None, 10)]  # type: ignore[arg-type]

    assert objects() == ["100%_x", "key-2", "key-1", "key-0"]
    assert objects(actor="bert") == ["100%_x"]
    assert objects(action="remedy") == objects(action="remedy.pending") == ["key-2", "key-1", "key-0"]
    assert objects(action="remed") == []
    assert objects(target="%_") == ["100%_x"]
    assert objects(since=NOW + timedelta(seconds=1), until=NOW + timedelta(seconds=2)) == ["key-1"]


def test_lines_sealed_before_places_were_kept_get_theirs(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    migrate(settings)
    engine = create_engine(settings.database)
    with engine.begin() as opened:
        write(opened, 3)
        service.seal(opened)
        write(opened, 1)
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = settings.database
    command.downgrade(config, "0012")
    command.upgrade(config, "head")
    with engine.begin() as opened:
        assert opened.execute(text("SELECT place FROM audit_log ORDER BY id")).scalars().all() == [1, 2, 3, None]
        assert service.verify(opened).verified == 3
        service.seal(opened)
        assert service.verify(opened).verified == 4
    engine.dispose()


def test_words_and_cells() -> None:
    assert rules.title_of("remedy.approve") == "批准补救"
    assert rules.title_of("ticket.something_new") == "工单：something_new"
    assert rules.title_of("unheard") == "unheard"
    assert rules.masked({"a": ["13812345678", 5, {"b": "云A12345"}]}) == {"a": ["138****5678", 5, {"b": "云A****45"}]}
    assert [rules.cell(text) for text in ("=1+1", "@x", "好", "")] == ["'=1+1", "'@x", "好", ""]
