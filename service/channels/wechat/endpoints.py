"""The official account's address: WeChat's check of it, and everything that customers send."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.background import BackgroundTask

from service.channels.contract import Envelope, Refused
from service.channels.service import Channels, channels_of
from service.channels.wechat.service import WeChatChannel
from service.clock import utc_now
from service.errors import ApiError
from service.house import house_of

log = logging.getLogger(__name__)
router = APIRouter(prefix="/channels/wechat", tags=["wechat"])

BODY_LIMIT = 256 * 1024
_SUCCESS = "success"

ChannelsOf = Annotated[Channels, Depends(channels_of)]


@router.get("", response_class=PlainTextResponse)
async def check(request: Request, channels: ChannelsOf) -> PlainTextResponse:
    """WeChat's check of the address: the `echostr` goes back when the signature fits, else 403."""
    channel = _configured(channels.wechat)
    try:
        return PlainTextResponse(channel.echo(request.query_params, utc_now()))
    except Refused as error:
        log.warning("wechat: a check was refused: %s", error)
        return PlainTextResponse("", status_code=403)


@router.post("")
async def receive(request: Request, channels: ChannelsOf) -> Response:
    """A message or event of a customer. The reply goes back at once when it is ready, else `success` does."""
    return await _answer(request, channels, _configured(channels.wechat))


@router.post("/relay")
async def relay(request: Request, channels: ChannelsOf) -> Response:
    """The same, forwarded as plain XML by the account's own server, with `X-Youban-Timestamp` and `-Signature`."""
    return await _answer(request, channels, _configured(channels.relayed))


def _configured(channel: WeChatChannel | None) -> WeChatChannel:
    if channel is None:
        raise ApiError(503, "not_configured", "公众号渠道尚未启用，请改用 App 内客服")
    return channel


async def _answer(request: Request, channels: Channels, channel: WeChatChannel) -> Response:
    """WeChat shows its user an error whenever it gets anything but an XML of its own, `success` or nothing."""
    body = await _body(request)
    if body is None:
        return PlainTextResponse("", status_code=413)
    envelope = Envelope(body, utc_now(), request.query_params, request.headers)
    seconds = house_of(request).settings.wechat_passive
    try:
        passive = await channels.exchange.answer(channel, envelope, seconds)
    except Refused as error:
        log.warning("wechat: refused: %s", error)
        return PlainTextResponse("", status_code=403)
    except Exception:
        # Nothing was stored, so nothing may be acknowledged: without an answer WeChat brings it again, twice.
        log.exception("wechat: a message could not be stored")
        words = channel.last_words(envelope, house_of(request).replies.say("channel_down"))
        if words is None:
            return PlainTextResponse("", status_code=500)
        return Response(words, media_type="application/xml")
    if passive is None:
        return PlainTextResponse(_SUCCESS)
    xml = channel.reply(passive, request.query_params, utc_now())
    confirm = BackgroundTask(channels.exchange.confirm, passive)
    return Response(xml, media_type="application/xml", background=confirm)


async def _body(request: Request) -> bytes | None:
    """The body; None when it is longer than any message of WeChat."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            return None
    return body
