"""Pure decisions of outgoing webhooks: which events there are, where they may go, how long to wait for the next try."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Mapping
from urllib.parse import urlsplit

EVENT_ID_HEADER = "X-Youban-Event-Id"
EVENTS: Mapping[str, str] = {
    "ticket.changed": "工单有变化",
    "message.created": "人工客服回复了客户",
    "message.undelivered": "消息在客户所在的渠道发不出去，请由 App 提醒",
    "ping": "测试",
}
"""What systems may subscribe to, in words."""
MAX_ATTEMPTS = 12
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 3600.0


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def pause(attempts: int) -> float:
    """Seconds until the next try; twelve of them last more than three hours."""
    return float(min(_FIRST_PAUSE * 2**attempts, _LONGEST_PAUSE))


def acceptable(url: str, *, private: bool) -> bool:
    """Whether events may go to this address: HTTPS to a public host; with `private` also HTTP and the own network.

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
