"""Pure decisions of signed webhooks: signatures in both directions, events, pauses between tries."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import Sequence
from urllib.parse import urlsplit

TIMESTAMP, SIGNATURE, EVENT_ID = "x-youban-timestamp", "x-youban-signature", "x-youban-event-id"
EVENTS: Sequence[str] = (
    "message.created",
    "message.undelivered",
    "ticket.changed",
    "queue.changed",
)
"""What systems may subscribe to."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of `<timestamp>.<body>` in hex."""
    made = hmac.new(secret.encode(), timestamp.encode("utf-8", "replace") + b"." + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


def genuine(secret: str, timestamp: str, given: str, body: bytes, now: float, window: float) -> bool:
    """Whether the signature is ours and fresh; compared in constant time."""
    fits = hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode("utf-8", "replace"))
    return (
        fits
        and timestamp.isascii()
        and timestamp.isdecimal()
        and len(timestamp) < 12
        and (abs(now - int(timestamp)) <= window)
    )


def sendable(url: str, *, inside: bool) -> bool:
    """Whether events may go to this address: HTTPS, or (`inside`, for tests and one machine) plain HTTP.

    Addresses of the house's own network are refused as numbers; the client refuses names that lead there.
    """
    parts = urlsplit(url)
    if parts.scheme not in (("https", "http") if inside else ("https",)) or not parts.hostname:
        return False
    if inside or parts.username or parts.password:
        return inside and not parts.username
    return public(parts.hostname)


def public(host: str) -> bool:
    """False for numbers of private, loopback and link-local networks; names are judged when they are resolved."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host not in ("localhost",) and not host.endswith((".localhost", ".local", ".internal"))
