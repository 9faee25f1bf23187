"""Brings the database to the shape of this release."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from service.settings import ROOT, Settings


def migrate(settings: Settings) -> None:
    """Run the migrations that are missing."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = settings.database
    command.upgrade(config, "head")
