"""Chooses the fuel platform that the settings name."""

from __future__ import annotations

import logging

import httpx

from contracts.platform import FuelPlatform
from service.clock import utc_now
from service.gateways.fuel_platform.client import HttpPlatform, contract_problem
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.settings import ConfigurationError, Settings

log = logging.getLogger(__name__)

CHECK_SECONDS = 3.0


def open_platform(settings: Settings) -> FuelPlatform:
    """The embedded platform, or the one at `YOUBAN_PLATFORM_URL`."""
    if settings.platform_url:
        return HttpPlatform(settings.platform_url, settings.platform_token)
    return open_embedded(settings)


def open_embedded(settings: Settings) -> EmbeddedPlatform:
    """The demo platform in the data directory."""
    return EmbeddedPlatform(settings.data_dir / "platform.db", utc_now)


def check_platform(settings: Settings) -> None:
    """Before the service starts: does the platform speak our contract? One that is down is asked again later.

    Raises:
        ConfigurationError: it refuses our token, or speaks another contract.
    """
    if not settings.platform_url:
        return
    headers = {"Authorization": f"Bearer {settings.platform_token}"} if settings.platform_token else {}
    url = f"{settings.platform_url.rstrip('/')}/v1/contract"
    try:
        response = httpx.get(url, headers=headers, timeout=CHECK_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        log.warning("the fuel platform does not answer yet (%s)", type(error).__name__)
        return
    if response.status_code in (401, 403):
        raise ConfigurationError("YOUBAN_PLATFORM_TOKEN: the fuel platform refuses it")
    if response.status_code >= 500:
        log.warning("the fuel platform is not ready yet (status %s)", response.status_code)
        return
    try:
        problem = contract_problem(response.json())
    except ValueError:
        problem = "there is no platform at this address"
    if problem is not None:
        raise ConfigurationError(f"YOUBAN_PLATFORM_URL: {problem}")
