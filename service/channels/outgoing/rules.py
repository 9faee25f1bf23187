"""Pure decisions of outgoing webhooks: which events there are, how long to wait for the next try."""

from __future__ import annotations

import secrets
from typing import Mapping

# What the endpoints and services of this domain judge addresses by.
from service.gateways.outside.rules import acceptable as acceptable

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
