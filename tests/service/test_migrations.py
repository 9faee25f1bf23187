"""The migrations make exactly the tables of the code, can be undone, and run on both databases."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from service.db import metadata
from service.settings import ROOT
from service.tables import ALL
from tests.database import url_for


def _config(url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def test_up_down_and_up_again(tmp_path: Path) -> None:
    url = url_for(tmp_path, migrated=False)
    config, engine = _config(url), create_engine(url)
    try:
        command.upgrade(config, "head")
        made = set(inspect(engine).get_table_names())
        assert made >= {table.name for table in ALL}
        command.downgrade(config, "base")
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
        command.upgrade(config, "head")
        assert set(inspect(engine).get_table_names()) == made
    finally:
        engine.dispose()


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    url = url_for(tmp_path, migrated=False)
    command.upgrade(_config(url), "head")
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            found = compare_metadata(context, metadata)
        assert found == []
    finally:
        engine.dispose()
