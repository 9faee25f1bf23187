"""What the sockets of customers and agents have in common: frames are read so that no content of theirs breaks us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect


async def next_frame(websocket: WebSocket) -> Mapping[str, Any] | None:
    """The next frame that is a JSON object; empty for a frame that is anything else, None when the socket is closed."""
    try:
        message = await websocket.receive()
    except (WebSocketDisconnect, RuntimeError):
        return None
    if message["type"] == "websocket.disconnect":
        return None
    raw = message.get("text")
    try:
        frame = json.loads(raw if raw is not None else message.get("bytes") or b"")
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def whole_number(value: object) -> int:
    """A count out of a frame; 0 for whatever is none that a message could have."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0
