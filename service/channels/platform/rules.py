"""How the platform signs what it tells: HMAC-SHA256 over the time and the body, valid for a few minutes."""

from __future__ import annotations

import hashlib
import hmac

TIMESTAMP_HEADER = "X-Youban-Timestamp"
SIGNATURE_HEADER = "X-Youban-Signature"
WINDOW_SECONDS = 300


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of the signature header: `sha256=<hex>` over `<timestamp>.<body>`."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def problem(secret: str, timestamp: str | None, signed: str | None, body: bytes, now: float) -> str | None:
    """Why a request is not accepted; None when it is. `timestamp`: seconds since the epoch, as sent."""
    if not timestamp or not signed:
        return "no signature"
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return "the timestamp is not in seconds since the epoch"
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), signed.encode("utf-8", "replace")):
        return "wrong signature"
    if abs(now - int(timestamp)) > WINDOW_SECONDS:
        return "the timestamp is outside the window"
    return None
