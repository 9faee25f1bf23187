"""The generic webhook channel's address."""

from __future__ import annotations

import logging
from typing import Annotated, Any, Mapping

from fastapi import APIRouter, Depends, Request

from service.channels.contract import Envelope, Refused
from service.channels.service import Channels, channels_of
from service.channels.webhook.schemas import AcceptedAnswer, UpdateShape
from service.clock import utc_now
from service.errors import ApiError

log = logging.getLogger(__name__)
router = APIRouter(prefix="/channels/webhook", tags=["webhook channel"])

BODY_LIMIT = 24 * 1024 * 1024


def _whole(schema: Any, parts: Mapping[str, Any]) -> Any:
    """A JSON schema with its parts in place: references to `$defs` point nowhere inside an OpenAPI document."""
    if isinstance(schema, list):
        return [_whole(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _whole(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {key: _whole(value, parts) for key, value in schema.items() if key != "$defs"}


_SHAPE = UpdateShape.model_json_schema()
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _whole(_SHAPE, _SHAPE.get("$defs", {}))}},
    }
}


@router.post("", response_model=AcceptedAnswer, status_code=202, openapi_extra=_BODY)
async def receive(request: Request, channels: Annotated[Channels, Depends(channels_of)]) -> AcceptedAnswer:
    """What a customer did in another system, under `X-Youban-Timestamp` and `X-Youban-Signature` (as for platform
    events, with YOUBAN_WEBHOOK_SECRET). 202 means stored; replies are POSTed to YOUBAN_WEBHOOK_REPLY_URL."""
    if channels.webhook is None:
        raise ApiError(503, "not_configured", "这个渠道尚未启用")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            raise ApiError(413, "too_large", "内容太大了")
    try:
        taken = await channels.exchange.take(channels.webhook, Envelope(body, utc_now(), {}, request.headers))
    except Refused as error:
        log.warning("webhook channel: refused: %s", error)
        raise ApiError(401, "bad_signature", "签名无效，请检查密钥、时间戳和签名内容") from None
    if not taken:
        raise ApiError(422, "invalid", "消息格式有误，请对照接口文档检查")
    return AcceptedAnswer(accepted=True)
