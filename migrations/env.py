"""Migrations run on the database of the settings, or of the address that the caller hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from service.db import metadata
from service.settings import load_settings
from service.tables import ALL  # noqa: F401 - fills the metadata


def run() -> None:
    url = context.config.attributes.get("url") or load_settings().database
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
