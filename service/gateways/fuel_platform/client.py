"""A real fuel platform over HTTP, by the contract of docs/platform-api.yml."""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from typing import Any, Mapping, Sequence, TypeVar

import httpx

from contracts.errors import ContractError, NotFound, PlatformUnavailable
from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    InvoiceTitle,
    Order,
    Payment,
    PointsEntry,
    Refund,
    Station,
)
from contracts.remedies import RemedyReceipt, RemedyRequest
from service.gateways.fuel_platform.breaker import Breaker
from service.gateways.fuel_platform.wire import all_from_wire, from_wire, to_wire

log = logging.getLogger(__name__)
T = TypeVar("T")

CONTRACT = (1, 0)
"""Major and least minor version of the contract that this release speaks."""
READ_TRY, READ_TRIES = 0.6, 2
WRITE_TRY, WRITE_TRIES = 2.0, 3
_FIRST_PAUSE = 0.05
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_IDEMPOTENCY = "Idempotency-Key"
_CUSTOMER_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,63}")


def contract_problem(answer: object) -> str | None:
    """Why a platform's answer about its contract does not fit this release; None when it fits."""
    version = answer.get("version") if isinstance(answer, dict) else None
    parts = str(version).split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):
        return "it does not say which contract it speaks"
    major, minor = int(parts[0]), int(parts[1])
    if major != CONTRACT[0] or minor < CONTRACT[1]:
        return (
            f"it speaks contract {version}, this release needs {CONTRACT[0]}.{CONTRACT[1]} or a later {CONTRACT[0]}.x"
        )
    return None


class HttpPlatform:
    """Implements contracts.platform.FuelPlatform.

    Reads are tried again at once; writes too, under their key, so that nothing is done twice. A platform that keeps
    failing is left alone for a while (PlatformUnavailable at once). Its contract version is checked before the first
    call and after every pause.
    """

    def __init__(self, url: str, token: str, breaker: Breaker | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}"} if token else {},
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            trust_env=False,
        )
        self._breaker = breaker or Breaker()
        self._checked = False
        self._asking: asyncio.Task[None] | None = None

    async def customer(self, customer_id: str) -> Customer:
        return self._read(Customer, await self._get(_of(customer_id)))

    async def orders(self, customer_id: str, limit: int = 20) -> Sequence[Order]:
        return await self._list(Order, customer_id, "orders", limit)

    async def coupons(self, customer_id: str) -> Sequence[Coupon]:
        return await self._list(Coupon, customer_id, "coupons")

    async def payments(self, customer_id: str, limit: int = 20) -> Sequence[Payment]:
        return await self._list(Payment, customer_id, "payments", limit)

    async def points(self, customer_id: str, limit: int = 50) -> Sequence[PointsEntry]:
        return await self._list(PointsEntry, customer_id, "points", limit)

    async def gifts(self, customer_id: str) -> Sequence[GiftOrder]:
        return await self._list(GiftOrder, customer_id, "gifts")

    async def invoices(self, customer_id: str) -> Sequence[Invoice]:
        return await self._list(Invoice, customer_id, "invoices")

    async def cards(self, customer_id: str) -> Sequence[FuelCard]:
        return await self._list(FuelCard, customer_id, "cards")

    async def refunds(self, customer_id: str) -> Sequence[Refund]:
        return await self._list(Refund, customer_id, "refunds")

    async def invoice_titles(self, customer_id: str) -> Sequence[InvoiceTitle]:
        return await self._list(InvoiceTitle, customer_id, "invoice-titles")

    async def stations(self, query: str | None = None, limit: int = 5) -> Sequence[Station]:
        asked = {"limit": str(limit), **({"query": query} if query is not None else {})}
        return self._items(Station, await self._get("/v1/stations", asked))

    async def customer_of_phone(self, phone: str) -> str | None:
        # A number in an address would stand in every log on the way.
        answer = await self._call("POST", "/v1/customer-lookups", READ_TRY, READ_TRIES, body={"phone": phone})
        found = answer.get("customer_id")
        return None if found is None else str(found)

    async def send_text(self, phone: str, text: str, key: str) -> None:
        await self._write("/v1/texts", {"phone": phone, "text": text}, key)

    async def perform(self, request: RemedyRequest, key: str) -> RemedyReceipt:
        return self._read(RemedyReceipt, await self._write("/v1/remedies", to_wire(request), key))

    @property
    def answering(self) -> bool:
        """False while it is left alone because it failed too often."""
        return not self._breaker.is_open(time.monotonic())

    async def close(self) -> None:
        await self._client.aclose()

    async def _list(self, cls: type[T], customer_id: str, what: str, limit: int | None = None) -> list[T]:
        asked = {} if limit is None else {"limit": str(limit)}
        return self._items(cls, await self._get(f"{_of(customer_id)}/{what}", asked))

    async def _get(self, path: str, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
        return await self._call("GET", path, READ_TRY, READ_TRIES, asked=asked)

    async def _write(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        return await self._call("POST", path, WRITE_TRY, WRITE_TRIES, body=body, headers={_IDEMPOTENCY: key})

    async def _call(
        self,
        method: str,
        path: str,
        timeout: float,
        tries: int,
        *,
        asked: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        if not self._breaker.may(time.monotonic()):
            self._checked = False
            raise PlatformUnavailable("the platform has not answered lately and is left alone for a moment")
        try:
            await self._check_contract(timeout, tries)
            request = self._client.build_request(method, path, params=asked, json=body, headers=headers)
            response = await self._send(request, timeout, tries)
        except PlatformUnavailable:
            self._breaker.went_wrong(time.monotonic())
            raise
        except BaseException:
            self._breaker.gave_up()
            raise
        self._breaker.went_well()
        return _content(response)

    async def _check_contract(self, timeout: float, tries: int) -> None:
        """Once; calls that come meanwhile share that one answer, good or bad, instead of asking each."""
        if self._checked:
            return
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_contract(timeout, tries))
        # One caller that gives up must not take the answer from the others.
        await asyncio.shield(self._asking)

    async def _ask_contract(self, timeout: float, tries: int) -> None:
        request = self._client.build_request("GET", "/v1/contract")
        try:
            problem = contract_problem(_content(await self._send(request, timeout, tries)))
        except NotFound:
            problem = "it does not say which contract it speaks"
        if problem is not None:
            log.error("the platform at YOUBAN_PLATFORM_URL: %s", problem)
            raise PlatformUnavailable(problem)
        self._checked = True

    async def _send(self, request: httpx.Request, timeout: float, tries: int) -> httpx.Response:
        """Send until there is an answer that says something; `timeout` is that of one try, in seconds."""
        request.extensions = {**request.extensions, "timeout": httpx.Timeout(timeout).as_dict()}
        problem = ""
        for attempt in range(tries):
            if attempt:
                await asyncio.sleep(_FIRST_PAUSE * 4 ** (attempt - 1) * (1 + random.random()))
            try:
                response = await asyncio.wait_for(self._client.send(request), timeout)
            except (httpx.HTTPError, asyncio.TimeoutError) as error:
                problem = f"{type(error).__name__} at {request.url.path}"
                continue
            if response.status_code not in _AGAIN:
                return response
            problem = f"status {response.status_code} at {request.url.path}"
        log.warning("fuel platform: %s, %s tries", problem, tries)
        raise PlatformUnavailable(problem)

    def _items(self, cls: type[T], answer: Mapping[str, Any]) -> list[T]:
        try:
            return all_from_wire(cls, answer.get("items"))
        except ContractError as error:
            raise _another_shape(error) from error

    def _read(self, cls: type[T], answer: Mapping[str, Any]) -> T:
        try:
            return from_wire(cls, answer)
        except ContractError as error:
            raise _another_shape(error) from error


def _of(customer_id: str) -> str:
    """The customer's address; what could lead to another one is nobody's id."""
    if not _CUSTOMER_ID.fullmatch(customer_id):
        raise NotFound("没有这个客户")
    return f"/v1/customers/{customer_id}"


def _content(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        NotFound: the platform says that there is no such thing.
        PlatformUnavailable: it refused us, or answered something else.
    """
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code == 404:
        error = answer.get("error") if isinstance(answer, dict) else None
        if not isinstance(error, dict):
            raise PlatformUnavailable(f"404 at {response.request.url.path} without the contract's error shape")
        raise NotFound(str(error.get("message") or "平台上没有这条记录"))
    if not response.is_success:
        log.error("fuel platform: status %s at %s", response.status_code, response.request.url.path)
        raise PlatformUnavailable(f"status {response.status_code} at {response.request.url.path}")
    if response.status_code == 204:
        return {}
    if not isinstance(answer, dict):
        raise PlatformUnavailable(f"no JSON object at {response.request.url.path}")
    return answer


def _another_shape(error: ContractError) -> PlatformUnavailable:
    log.error("fuel platform: an answer has another shape: %s", error)
    return PlatformUnavailable(f"the platform's answer has another shape: {error}")
