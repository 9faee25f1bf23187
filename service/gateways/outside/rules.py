"""Which addresses that somebody typed in may be called. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def acceptable(url: str, *, private: bool) -> bool:
    """Whether we may POST to this address: HTTPS to a public host; with `private` also HTTP and the own network.

    Names are judged again when they are resolved.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password:
        return False
    if private:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and (not _is_number(host) or public(host))


def public(address: str) -> bool:
    """False for addresses of private, loopback, link-local and other special networks."""
    found = ipaddress.ip_address(address)
    return found.is_global and not found.is_multicast


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
