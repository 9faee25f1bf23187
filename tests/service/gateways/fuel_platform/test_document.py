"""docs/platform-api.yml says what is true: of the contracts, of what we ask, of what the stand-in answers."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import yaml

from contracts import platform, remedies
from contracts.remedies import RemedyKind, RemedyRequest
from service.gateways.fuel_platform.client import CONTRACT
from service.gateways.fuel_platform.wire import to_wire
from tests.service.gateways.fuel_platform.conftest import GOLD, TOKEN, Line

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[4] / "docs" / "platform-api.yml").read_text(encoding="utf-8")
)
CLASSES = [
    platform.Customer,
    platform.Station,
    platform.Order,
    platform.Coupon,
    platform.Payment,
    platform.PointsEntry,
    platform.GiftOrder,
    platform.Invoice,
    platform.InvoiceTitle,
    platform.FuelCard,
    platform.Refund,
    platform.PlatformEvent,
    remedies.RemedyRequest,
    remedies.RemedyReceipt,
]
GETS = [path for path, item in DOCUMENT["paths"].items() if "get" in item and path not in ("/v1/contract",)]


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**schema, "components": DOCUMENT["components"]}, validate_formats=True)


def _answer_schema(path: str, method: str) -> dict[str, Any]:
    schema: dict[str, Any] = DOCUMENT["paths"][path][method]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    return schema


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_the_schemas_are_the_contracts(cls: Any) -> None:
    schema = DOCUMENT["components"]["schemas"][cls.__name__]
    needed = {f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}
    assert set(schema["properties"]) == {f.name for f in fields(cls)}
    assert set(schema["required"]) == needed


def test_kinds_and_version_are_the_contracts() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["RemedyKind"]["enum"] == [k.value for k in RemedyKind]
    assert schemas["PlatformEventKind"]["enum"] == [k.value for k in platform.PlatformEventKind]
    assert tuple(int(part) for part in DOCUMENT["info"]["version"].split(".")[:2]) == CONTRACT
    remedy_table = DOCUMENT["paths"]["/v1/remedies"]["post"]["description"]
    event_table = DOCUMENT["webhooks"]["events"]["post"]["description"]
    assert [k.value for k in RemedyKind if k.value not in remedy_table] == []
    assert [k.value for k in platform.PlatformEventKind if k.value not in event_table] == []


@pytest.mark.parametrize("path", GETS)
async def test_the_answers_are_as_described(line: Line, path: str) -> None:
    url = f"{line.url}{path.replace('{customer_id}', GOLD)}"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        answer = (await client.get(url)).raise_for_status().json()
    assert answer.get("items", True)
    _validator(_answer_schema(path, "get")).validate(answer)


async def test_every_address_that_is_asked_is_described(line: Line) -> None:
    client = line.client
    for name in ("customer", "orders", "coupons", "payments", "points", "gifts", "invoices", "cards", "refunds"):
        await getattr(client, name)(GOLD)
    await client.invoice_titles(GOLD)
    await client.stations("城北", 2)
    await client.customer_of_phone("13800001234")
    await client.send_text("13800001234", "x", "k0")
    await client.perform(RemedyRequest(RemedyKind.FREEZE_ACCOUNT, GOLD), "k1")
    asked = {(method.lower(), path.replace(GOLD, "{customer_id}")) for method, path in line.stand_in.requests}
    described = {(m, path) for path, item in DOCUMENT["paths"].items() for m in item if m in ("get", "post")}
    assert asked == described


async def test_receipts_and_events_are_as_described(line: Line) -> None:
    order = next(o for o in await line.client.orders(GOLD) if o.status == "paid")
    ask = RemedyRequest(RemedyKind.CANCEL_ORDER, GOLD, order.id)
    receipt = await line.client.perform(ask, "k1")
    schemas = DOCUMENT["components"]["schemas"]
    _validator(schemas["RemedyRequest"]).validate(to_wire(ask))
    _validator(schemas["RemedyReceipt"]).validate(to_wire(receipt))
    [event] = line.behind.tick()
    assert event.data["key"] == "k1"
    _validator(schemas["PlatformEvent"]).validate(to_wire(event))
    with pytest.raises(jsonschema_rs.ValidationError):
        _validator(schemas["PlatformEvent"]).validate({**to_wire(event), "kind": "car.washed"})
