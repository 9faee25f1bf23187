"""Where the fuel platform speaks first: signed events, stored before they are acknowledged."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from pydantic import ValidationError

from contracts.platform import PlatformEvent, PlatformEventKind
from service.channels.platform import rules
from service.channels.platform.schemas import EventBatch, EventsAnswer, EventShape
from service.clock import utc_now
from service.errors import ApiError
from service.house import house_of
from service.watchers import service as watchers

log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1/platform", tags=["platform"])

BODY_LIMIT = 256 * 1024
_KINDS = {kind.value for kind in PlatformEventKind}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": EventBatch.model_json_schema(ref_template="#/components/schemas/{model}")}
        },
    }
}


@router.post("/events", response_model=EventsAnswer, status_code=202)
async def receive(request: Request) -> EventsAnswer:
    """Events of the platform, in any order and as often as it likes: `{"events": [...]}`.

    Headers: `X-Youban-Timestamp` (seconds since the epoch, at most 5 minutes off) and `X-Youban-Signature`
    (`sha256=` and the hex HMAC-SHA256 of `<timestamp>.<body>` under YOUBAN_PLATFORM_SECRET). The same event id
    counts once. 202 means stored; what follows from it happens afterwards.
    """
    house = house_of(request)
    body = await request.body()
    if len(body) > BODY_LIMIT:
        raise ApiError(413, "too_large", "内容太大了，一次最多 100 条事件")
    now = utc_now()
    problem = rules.problem(
        house.settings.platform_secret,
        request.headers.get(rules.TIMESTAMP_HEADER),
        request.headers.get(rules.SIGNATURE_HEADER),
        body,
        now.timestamp(),
    )
    if problem is not None:
        log.warning("platform events refused: %s", problem)
        raise ApiError(401, "bad_signature", "签名无效，请检查密钥、时间戳和签名内容")
    shapes = _read(body)
    events = [_event(shape) for shape in shapes if shape.kind in _KINDS]
    accepted = await house.database.write(lambda c: watchers.receive(c, events, now))
    house.watchers.wake()
    return EventsAnswer(accepted=accepted, known=len(events) - accepted, ignored=len(shapes) - len(events))


def _read(body: bytes) -> list[EventShape]:
    try:
        return EventBatch.model_validate_json(body).events
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ApiError(422, "invalid", f"事件格式有误：{place or '内容'}：{first['msg']}") from None


def _event(shape: EventShape) -> PlatformEvent:
    return PlatformEvent(
        shape.id,
        PlatformEventKind(shape.kind),
        shape.at,
        shape.customer_id,
        shape.subject_id,
        shape.order_id,
        shape.data,
    )
