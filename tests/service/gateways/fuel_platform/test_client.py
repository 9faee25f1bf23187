"""The HTTP platform on a bad line: every fault is one of two errors, and nothing is done twice."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from contracts.errors import PlatformUnavailable
from contracts.remedies import RemedyKind, RemedyReceipt, RemedyRequest
from service.gateways.fuel_platform import service as gateway
from service.gateways.fuel_platform.breaker import FAILURES, Breaker
from service.gateways.fuel_platform.client import HttpPlatform, contract_problem
from service.settings import ConfigurationError, Settings
from tests.service.gateways.fuel_platform.conftest import GOLD, TOKEN, Line

PAID = "paid"


async def _cancel(line: Line) -> RemedyRequest:
    order = next(o for o in await line.behind.orders(GOLD) if o.status == PAID)
    return RemedyRequest(RemedyKind.CANCEL_ORDER, GOLD, order.id)


async def _refunds(line: Line) -> int:
    return len(await line.behind.refunds(GOLD))


@pytest.mark.parametrize("fault", ["errors", "drop_before"])
async def test_a_read_is_tried_again(line: Line, fault: str) -> None:
    await line.client.customer(GOLD)
    setattr(line.faults, fault, 1)
    assert (await line.client.customer(GOLD)).id == GOLD


@pytest.mark.parametrize("fault", ["errors", "drop_before", "drop_after"])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_write_is_tried_again_and_done_once(line: Line, fault: str, times: int) -> None:
    await line.client.customer(GOLD)
    ask, before = await _cancel(line), await _refunds(line)
    setattr(line.faults, fault, times)
    receipt = await line.client.perform(ask, "k1")
    assert receipt.done
    assert await _refunds(line) == before + 1


async def test_a_network_that_sends_twice_does_it_once(line: Line) -> None:
    ask, before = await _cancel(line), await _refunds(line)
    line.faults.duplicate = True
    assert (await line.client.perform(ask, "k1")).done
    assert await _refunds(line) == before + 1


async def test_after_the_last_try_the_same_key_finds_what_was_done(line: Line) -> None:
    await line.client.customer(GOLD)
    ask, before = await _cancel(line), await _refunds(line)
    line.faults.drop_after = 3
    with pytest.raises(PlatformUnavailable):
        await line.client.perform(ask, "k1")
    assert await _refunds(line) == before + 1
    receipt: RemedyReceipt = await line.client.perform(ask, "k1")
    assert receipt.done
    assert await _refunds(line) == before + 1


async def test_a_slow_platform_costs_no_more_than_its_time(line: Line) -> None:
    await line.client.customer(GOLD)
    line.faults.delay = 10.0
    started = time.monotonic()
    with pytest.raises(PlatformUnavailable):
        await line.client.orders(GOLD)
    assert time.monotonic() - started < 1.5, "within the time an action has"
    line.faults.delay = 0.0


async def test_a_dead_platform_is_left_alone_and_found_again(line: Line) -> None:
    client = HttpPlatform(line.url, TOKEN, Breaker(rest=0.3))
    line.faults.errors = 10**6
    for _ in range(FAILURES):
        with pytest.raises(PlatformUnavailable):
            await client.customer(GOLD)
    asked = len(line.stand_in.requests)
    started = time.monotonic()
    for _ in range(50):
        with pytest.raises(PlatformUnavailable, match="left alone"):
            await client.customer(GOLD)
    assert time.monotonic() - started < 0.3
    assert len(line.stand_in.requests) == asked, "nothing was sent"
    line.faults.errors = 0
    await asyncio.sleep(0.35)
    assert (await client.customer(GOLD)).id == GOLD
    paths = [path for _, path in line.stand_in.requests[asked:]]
    assert paths[0] == "/v1/contract", "the contract is checked anew after a rest"
    await client.close()


@pytest.mark.parametrize(
    ("version", "fits"),
    [("1.0", True), ("1.7", True), ("1.0.3", True), ("2.0", False), ("0.9", False), ("x", False), ("", False)],
)
async def test_another_contract_is_not_spoken(line: Line, version: str, fits: bool) -> None:
    line.faults.version = version
    assert (contract_problem({"version": version}) is None) is fits
    if fits:
        assert (await line.client.customer(GOLD)).id == GOLD
    else:
        with pytest.raises(PlatformUnavailable):
            await line.client.customer(GOLD)


@pytest.mark.parametrize("answer", [None, [], "1.0", {}, {"version": None}, {"version": 1}])
def test_an_answer_without_a_version_does_not_fit(answer: Any) -> None:
    assert contract_problem(answer) is not None


async def test_garbage_is_no_answer(line: Line) -> None:
    await line.client.customer(GOLD)
    line.faults.garbage = True
    with pytest.raises(PlatformUnavailable):
        await line.client.customer(GOLD)
    with pytest.raises(PlatformUnavailable):
        await line.client.orders(GOLD)


async def test_a_wrong_token_is_no_missing_customer(line: Line) -> None:
    client = HttpPlatform(line.url, "wrong")
    with pytest.raises(PlatformUnavailable, match="401"):
        await client.customer(GOLD)
    await client.close()


async def test_nobody_at_the_address(unused_tcp_port: int) -> None:
    client = HttpPlatform(f"http://127.0.0.1:{unused_tcp_port}", "")
    with pytest.raises(PlatformUnavailable):
        await client.customer(GOLD)
    await client.close()


async def test_many_at_once(line: Line) -> None:
    names = [f"demo-gold-{n}" for n in range(20)]
    found = await asyncio.gather(*(line.client.customer(name) for name in names))
    assert [c.id for c in found] == names


def _settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def test_the_start_checks_the_contract_and_the_token(line: Line) -> None:
    url = line.url
    gateway.check_platform(_settings())
    gateway.check_platform(_settings(platform_url=url, platform_token=TOKEN))
    with pytest.raises(ConfigurationError, match=r"^YOUBAN_PLATFORM_TOKEN: "):
        gateway.check_platform(_settings(platform_url=url, platform_token="wrong"))
    line.faults.version = "2.0"
    with pytest.raises(ConfigurationError, match=r"^YOUBAN_PLATFORM_URL: it speaks contract 2.0"):
        gateway.check_platform(_settings(platform_url=url, platform_token=TOKEN))
    line.faults.garbage = True
    with pytest.raises(ConfigurationError, match="no platform at this address"):
        gateway.check_platform(_settings(platform_url=url, platform_token=TOKEN))


def test_a_platform_that_is_down_does_not_keep_us_from_starting(unused_tcp_port: int) -> None:
    gateway.check_platform(_settings(platform_url=f"http://127.0.0.1:{unused_tcp_port}"))


def test_the_settings_choose_the_platform(tmp_path: Any) -> None:
    assert isinstance(gateway.open_platform(_settings(platform_url="https://platform.example")), HttpPlatform)
    embedded = gateway.open_platform(_settings(data_dir=tmp_path))
    assert isinstance(embedded, gateway.EmbeddedPlatform)
    embedded.close()
    with pytest.raises(ValueError, match="http"):
        _settings(platform_url="platform.example")
