"""What the platform knows that a new ticket needs: read before the turn is committed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from contracts.effects import FileTicket
from contracts.errors import NotFound, PlatformUnavailable
from contracts.platform import FuelPlatform

log = logging.getLogger(__name__)

_READ_ORDERS = 50


@dataclass(frozen=True)
class Circumstances:
    """The customer's level, and the station a ticket is about; None where nothing is known."""

    level: str | None = None
    station_id: str | None = None


async def circumstances(platform: FuelPlatform, customer_id: str | None, effect: FileTicket) -> Circumstances:
    """Level of the customer and station of the ticket; what the platform does not answer stays unknown."""
    return await circumstances_of(platform, customer_id, effect.order_ids, effect.details)


async def circumstances_of(
    platform: FuelPlatform, customer_id: str | None, order_ids: Sequence[str], details: Mapping[str, Any]
) -> Circumstances:
    """`circumstances` for a ticket that is not planned yet."""
    try:
        level = (await platform.customer(customer_id)).level if customer_id is not None else None
        return Circumstances(level, await _station(platform, customer_id, order_ids, details))
    except (PlatformUnavailable, NotFound) as error:
        log.warning("a ticket without level and station: %s", error)
        return Circumstances(station_id=named_station(details))


async def _station(
    platform: FuelPlatform, customer_id: str | None, order_ids: Sequence[str], details: Mapping[str, Any]
) -> str | None:
    named = named_station(details)
    if named is not None:
        return named
    if customer_id is not None and order_ids:
        for order in await platform.orders(customer_id, limit=_READ_ORDERS):
            if order.id in order_ids:
                return order.station_id
    for said in _said_stations(details):
        found = await platform.stations(said, limit=2)
        if len(found) == 1:
            return found[0].id
    return None


def named_station(details: Mapping[str, Any]) -> str | None:
    """The station's id, where the flow knew it."""
    named = details.get("station_id")
    return str(named) if named else None


def _said_stations(details: Mapping[str, Any]) -> Sequence[str]:
    slots = details.get("slots") or {}
    said = [slots.get("station")] if isinstance(slots, dict) else []
    said += [e.get("value") for e in details.get("entities") or () if e.get("type") == "station"]
    return [s for s in said if isinstance(s, str) and s]
