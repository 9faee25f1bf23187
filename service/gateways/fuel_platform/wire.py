"""The platform's records as JSON: one shape for the embedded platform's store and for HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Sequence, TypeVar

from pydantic import TypeAdapter, ValidationError

from contracts.errors import ContractError
from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    InvoiceTitle,
    Order,
    Payment,
    PlatformEvent,
    PointsEntry,
    Refund,
    Station,
)
from contracts.remedies import RemedyReceipt, RemedyRequest

T = TypeVar("T")

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    cls: TypeAdapter(cls)
    for cls in (
        Coupon,
        Customer,
        FuelCard,
        GiftOrder,
        Invoice,
        InvoiceTitle,
        Order,
        Payment,
        PlatformEvent,
        PointsEntry,
        Refund,
        RemedyReceipt,
        RemedyRequest,
        Station,
    )
}


def to_wire(record: object) -> dict[str, Any]:
    """A record as a JSON object; times are ISO 8601 with zone."""
    shape: dict[str, Any] = _ADAPTERS[type(record)].dump_python(record, mode="json")
    return shape


def from_wire(cls: type[T], raw: object) -> T:
    """Read a record; fields that this release does not know are left out.

    Raises:
        ContractError: a field is missing or has another type.
    """
    try:
        record: T = _ADAPTERS[cls].validate_python(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ContractError(f"{cls.__name__} {place}: {first['msg']}") from None
    for name, value in vars(record).items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ContractError(f"{cls.__name__} {name}: a time without a zone")
    return record


def all_to_wire(records: Sequence[object]) -> list[dict[str, Any]]:
    return [to_wire(record) for record in records]


def all_from_wire(cls: type[T], raw: object) -> list[T]:
    """Read a list of records.

    Raises:
        ContractError: it is no list, or one of them has another shape.
    """
    if not isinstance(raw, list):
        raise ContractError(f"a list of {cls.__name__} is expected")
    return [from_wire(cls, one) for one in raw]
