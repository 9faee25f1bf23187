"""Chooses the fuel platform that the settings name."""

from __future__ import annotations

from contracts.platform import FuelPlatform
from service.clock import utc_now
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.settings import ConfigurationError, Settings


def open_platform(settings: Settings) -> FuelPlatform:
    """The embedded platform, or the one at `YOUBAN_PLATFORM_URL`.

    Raises:
        ConfigurationError: this release has no client for a platform of that address.
    """
    if settings.platform_url:
        raise ConfigurationError("YOUBAN_PLATFORM_URL: this release knows the embedded platform only; leave it empty")
    return open_embedded(settings)


def open_embedded(settings: Settings) -> EmbeddedPlatform:
    """The demo platform in the data directory."""
    return EmbeddedPlatform(settings.data_dir / "platform.db", utc_now)
