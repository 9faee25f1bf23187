"""Binding in the browser that WeChat opens, and what the app shows of it."""

from __future__ import annotations

import html
import logging
import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.access import current_session
from service.channels.binding.schemas import BindingsAnswer, BindingShape, CodeAnswer
from service.channels.service import Channels, channels_of
from service.channels.wechat.service import WeChatChannel
from service.clock import utc_now
from service.customers.service import BadToken, Session
from service.errors import ApiError
from service.house import House, house_of

log = logging.getLogger(__name__)
router = APIRouter(tags=["bindings"])

STATE, CONSENT = "bind-state", "bind-consent"
_LIFE = timedelta(minutes=10)
_FORM_LIMIT = 4096
_CODE = re.compile(r"\d{8}")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}

ChannelsOf = Annotated[Channels, Depends(channels_of)]
SessionOf = Annotated[Session, Depends(current_session)]


@router.post("/api/v1/widget/bindings/code", response_model=CodeAnswer, status_code=201)
async def code(request: Request, channels: ChannelsOf, session: SessionOf) -> CodeAnswer:
    """A code for the logged-in customer to send in another channel ("绑定 12345678"); it works once, ten minutes."""
    house = house_of(request)
    customer_id = _customer(session)
    house.limits.require(house.limits.login, f"binding:{customer_id}")
    made, until = await channels.binding.new_code(customer_id)
    return CodeAnswer(code=made, words=f"绑定 {made}", expires_at=until)


@router.get("/api/v1/widget/bindings", response_model=BindingsAnswer)
async def bindings(channels: ChannelsOf, session: SessionOf) -> BindingsAnswer:
    """Where the customer's conversation goes on outside the app."""
    found = await channels.binding.bindings_of(_customer(session))
    return BindingsAnswer(items=[BindingShape(channel=b.channel, bound_at=b.consent_at) for b in found])


@router.delete("/api/v1/widget/bindings/{channel}", status_code=204)
async def undo(channel: str, channels: ChannelsOf, session: SessionOf) -> None:
    """End the binding: nothing of the customer goes to that channel any more."""
    for bound in await channels.binding.bindings_of(_customer(session)):
        if bound.channel == channel:
            await channels.binding.undo(channel, bound.external_id)


@router.get("/channels/wechat/bind", include_in_schema=False)
async def start(
    request: Request, channels: ChannelsOf, customer_token: Annotated[str, Query(max_length=4000)] = ""
) -> Response:
    """Ask WeChat who this is. The app's web page may say with its signed token whose account is meant."""
    house = house_of(request)
    _channel(channels)
    claims = {}
    if customer_token:
        try:
            claims["cus"] = house.tokens.read_customer(customer_token)
        except BadToken as error:
            return _page("没能确认账号", str(error), status=401)
    state = house.tokens.grant(STATE, claims, utc_now(), _LIFE)
    settings = house.settings
    back = quote(f"{settings.public_url.rstrip('/')}/channels/wechat/bind/callback", safe="")
    return RedirectResponse(
        f"{settings.wechat_open_base}/connect/oauth2/authorize?appid={settings.wechat_app_id}&redirect_uri={back}"
        f"&response_type=code&scope=snsapi_base&state={quote(state, safe='')}#wechat_redirect",
        status_code=302,
        headers={"Cache-Control": "no-store"},
    )


@router.get("/channels/wechat/bind/callback", include_in_schema=False)
async def callback(
    request: Request,
    channels: ChannelsOf,
    state: Annotated[str, Query(max_length=4000)],
    code: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """WeChat says who this is: now the customer is asked whether he wants it."""
    house, channel = house_of(request), _channel(channels)
    try:
        customer_id = house.tokens.read_grant(STATE, state).get("cus")
    except BadToken:
        return _page("页面已过期", "请回到公众号，重新点“绑定账号”。", status=400)
    openid = await channel.client.openid(code) if code else None
    if openid is None:
        return _page("没能确认微信", "请回到公众号，重新点“绑定账号”。", status=400)
    claims = {"openid": openid, **({"cus": customer_id} if customer_id else {})}
    return await _ask(house, channels, claims, "")


@router.post("/channels/wechat/bind/confirm", include_in_schema=False)
async def confirm(request: Request, channels: ChannelsOf) -> Response:
    """The customer's consent; without a token of the app he types the code that the app shows him."""
    house = house_of(request)
    form = await _form(request)
    try:
        claims = dict(house.tokens.read_grant(CONSENT, form.get("grant", "")))
    except BadToken:
        return _page("页面已过期", "请回到公众号，重新点“绑定账号”。", status=400)
    openid, customer_id = str(claims["openid"]), claims.get("cus")
    if form.get("answer") != "yes":
        return _page("没有绑定", "您可以关闭这个页面。需要时随时可以再来。")
    if customer_id is None:
        typed = form.get("code", "").replace(" ", "")
        house.limits.require(house.limits.login, f"binding-code:{openid}")
        found = await channels.binding.customer_of_code(typed) if _CODE.fullmatch(typed) else None
        if found is None:
            return await _ask(house, channels, {"openid": openid}, "绑定码不对或者已经过期，请在 App 里重新拿一个。")
        # The code says whose account it is; the consent is to exactly that account.
        return await _ask(house, channels, {"openid": openid, "cus": found}, "")
    await channels.binding.bind("wechat", openid, str(customer_id), "page")
    return _page("绑定好了", "回到公众号就可以查订单和工单了。想取消，随时在公众号里发“解除绑定”。")


async def _ask(house: House, channels: Channels, claims: dict[str, str], problem: str) -> Response:
    grant = house.tokens.grant(CONSENT, claims, utc_now(), _LIFE)
    warning = f"<p class=problem role=alert>{html.escape(problem)}</p>" if problem else ""
    if "cus" in claims:
        account = await channels.binding.account(claims["cus"])
        words = (
            f"<p>要把这个微信和 App 账号 <b>{html.escape(account or '（已确认）')}</b> 绑定吗？</p>"
            "<p>绑定后，公众号里的客服能查这个账号的订单、优惠券和工单，处理进度也会发到微信。"
            "不是您自己的账号，请点“不绑定”。</p>"
        )
    else:
        words = (
            "<p>请在 App 客服页点“绑定公众号”，把看到的 8 位绑定码填在这里。</p>"
            "<label>绑定码 <input name=code inputmode=numeric autocomplete=one-time-code maxlength=9 required></label>"
        )
    form = (
        f"{warning}<form method=post action=/channels/wechat/bind/confirm>{words}"
        f'<input type=hidden name=grant value="{html.escape(grant, quote=True)}">'
        "<button name=answer value=yes>同意绑定</button>"
        "<button name=answer value=no formnovalidate class=quiet>不绑定</button></form>"
    )
    return _page("绑定 App 账号", form, raw=True)


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _FORM_LIMIT:
            raise ApiError(413, "too_large", "内容太大了")
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _page(title: str, content: str, *, raw: bool = False, status: int = 200) -> HTMLResponse:
    body = content if raw else f"<p>{html.escape(content)}</p>"
    return HTMLResponse(
        "<!doctype html><html lang=zh-CN><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style><main><h1>{html.escape(title)}</h1>{body}</main>",
        status_code=status,
        headers=_HEADERS,
    )


_STYLE = (
    "body{font:16px/1.7 system-ui,sans-serif;margin:0;color:#1d2129;background:#f5f6f8}"
    "main{max-width:26rem;margin:0 auto;padding:2rem 1.25rem}h1{font-size:1.35rem}"
    "input:not([type=hidden]){font-size:1.25rem;padding:.6rem;width:100%;box-sizing:border-box;margin:.25rem 0 1rem}"
    "button{display:block;width:100%;min-height:48px;font-size:1.05rem;border:0;border-radius:8px;margin:.75rem 0;"
    "background:#0b6b3a;color:#fff}button.quiet{background:#e4e7ec;color:#1d2129}.problem{color:#b42318}"
)


def _customer(session: Session) -> str:
    if session.customer_id is None:
        raise ApiError(403, "not_logged_in", "请先在 App 里登录，再绑定账号")
    return session.customer_id


def _channel(channels: Channels) -> WeChatChannel:
    channel = channels.wechat or channels.relayed
    if channel is None:
        raise ApiError(503, "not_configured", "公众号渠道尚未启用，请改用 App 内客服")
    return channel
