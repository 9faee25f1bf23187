"""The entity types that the router finds and the flows read; one vocabulary for both sides."""

from __future__ import annotations

ORDER_NUMBER = "order_number"
"""Value: the number as text, without spaces."""
TICKET_NUMBER = "ticket_number"
"""Value: the number as text, upper case."""
AMOUNT = "amount"
"""Value: yuan as a number. Roles: `paid` (was charged), `pump` (the pump showed, was wanted), none (unclear)."""
LITRES = "litres"
"""Value: litres as a number. Roles as for amounts."""
FUEL = "fuel"
"""Value: `92号`, `95号`, `98号`, `0号柴油`, `-10号柴油`, `柴油` (grade not said). Roles as for guns."""
GUN = "gun"
"""Value: the gun's number as text. Role `right` marks the one that was meant, `wrong` the one that was chosen."""
PLATE = "plate"
"""Value: the plate, upper case, without spaces."""
PHONE = "phone"
"""Value: eleven digits as text."""
CARD_NUMBER = "card_number"
"""Value: digits as text."""
STATION = "station"
"""Value: the station's name as the customer said it. Roles as for guns."""
TIME = "time"
"""Value: `{"from": iso, "to": iso}`, a half-open span with zone."""
POINTS = "points"
"""Value: a number of points."""
ERROR_CODE = "error_code"
"""Value: the code as text, upper case."""

ENTITY_TYPES: tuple[str, ...] = (
    ORDER_NUMBER,
    TICKET_NUMBER,
    AMOUNT,
    LITRES,
    FUEL,
    GUN,
    PLATE,
    PHONE,
    CARD_NUMBER,
    STATION,
    TIME,
    POINTS,
    ERROR_CODE,
)
