"""The opening hours in force, inside a unit of work."""

from __future__ import annotations

from sqlalchemy import Connection

from service.policies import service as policies
from service.policies.hours import rules
from service.policies.hours.rules import Hours

TABLE = "hours"


def in_force(connection: Connection) -> Hours:
    """The table that was published last, or the one that ships."""
    return rules.hours_of(policies.rows_in_force(connection, TABLE))
