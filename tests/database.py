"""Where tests keep their rows: SQLite in a folder of the test, or PostgreSQL where YOUBAN_TEST_DATABASE_URL names a
server (`deploy/on_postgres.sh .venv/bin/pytest …`): then each folder has a database of its own there, made from one
that is migrated once.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

SERVER = os.environ.get("YOUBAN_TEST_DATABASE_URL", "").replace("postgresql:", "postgresql+psycopg:", 1)
_made: set[str] = set()


def on_postgres() -> bool:
    return bool(SERVER)


def url_for(folder: Path, *, migrated: bool = True) -> str:
    """The database of a folder (of a data directory, as the service names it)."""
    if not SERVER:
        return f"sqlite:///{folder / 'youban.db'}"
    name = f"test_{os.getpid()}_{hashlib.sha1(f'{folder}{migrated}'.encode()).hexdigest()[:16]}"
    if name not in _made:
        _create(name, _template() if migrated else "template0")
        _made.add(name)
    return f"{SERVER}/{name}"


def rows(url: str, query: str, **values: Any) -> list[Any]:
    """What a query finds, beside a running service; changes are committed."""
    engine = create_engine(url, **({"connect_args": {"timeout": 20}} if url.startswith("sqlite") else {}))
    try:
        with engine.begin() as connection:
            found = connection.execute(text(query), values)
            return list(found) if found.returns_rows else []
    finally:
        engine.dispose()


def forget_all() -> None:
    """Drop what this process made, unless the whole server ends with it: each takes a second."""
    if not SERVER or os.environ.get("YOUBAN_TEST_SERVER_ENDS"):
        return
    engine = _admin()
    with engine.connect() as connection:
        for name in sorted(_made):
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()
    _made.clear()


@lru_cache(maxsize=1)
def _template() -> str:
    """A database with all migrations, for this process."""
    from alembic import command
    from alembic.config import Config

    from service.settings import ROOT

    name = f"test_{os.getpid()}_template"
    _create(name, "template0")
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = f"{SERVER}/{name}"
    command.upgrade(config, "head")
    _made.add(name)
    return name


def _create(name: str, template: str) -> None:
    engine = _admin()
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    engine.dispose()


def _admin() -> Engine:
    return create_engine(f"{SERVER}/postgres", isolation_level="AUTOCOMMIT")
