"""The group robots of 企业微信, 钉钉 and 飞书: they check form, signature and pace, and answer as the real ones do.

All answer HTTP 200 with a code in the body; the codes and words are those of the public interfaces.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

MINUTE = 60.0
PER_MINUTE = {"wecom": 20, "dingtalk": 20, "feishu": 100}
HOUR = 3600.0


@dataclass
class Group:
    """A group with a robot. `secret` None: no signature is asked for; `keyword`: messages without it are refused."""

    kind: str
    key: str
    secret: str | None = None
    keyword: str | None = None
    texts: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0
    sent: deque[float] = field(default_factory=deque)


@dataclass
class RobotPlatform:
    """All three. `failing` is answered first, one each: an HTTP status, or the code of the body when negative."""

    groups: dict[str, Group] = field(default_factory=dict)
    failing: list[int] = field(default_factory=list)
    clock: Callable[[], float] = time.time

    def group(self, kind: str, key: str, secret: str | None = None, keyword: str | None = None) -> Group:
        made = self.groups[f"{kind}:{key}"] = Group(kind, key, secret, keyword)
        return made

    @staticmethod
    def path(group: Group) -> str:
        """The address of a group's robot below that of the platform."""
        return {
            "wecom": f"/cgi-bin/webhook/send?key={group.key}",
            "dingtalk": f"/robot/send?access_token={group.key}",
            "feishu": f"/open-apis/bot/v2/hook/{group.key}",
        }[group.kind]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/cgi-bin/webhook/send", self._wecom, methods=["POST"]),
                Route("/robot/send", self._dingtalk, methods=["POST"]),
                Route("/open-apis/bot/v2/hook/{key}", self._feishu, methods=["POST"]),
                Route("/moved", self._moved, methods=["POST"]),
            ]
        )

    async def _moved(self, _request: Request) -> Response:
        return RedirectResponse("http://127.0.0.1:1/inside", status_code=307)

    async def _wecom(self, request: Request) -> Response:
        group = self.groups.get(f"wecom:{request.query_params.get('key')}")
        if group is None:
            return _errcode(93000, "invalid webhook url, hint: [1]")
        body = json.loads(await request.body())
        refused = self._early(group) or self._pace(group, 45009, "api freq out of limit", _errcode)
        if refused is not None:
            return refused
        content = body.get("markdown", {}).get("content")
        if body.get("msgtype") != "markdown" or not isinstance(content, str):
            return _errcode(40008, "invalid message type")
        if len(content.encode()) > 4096:
            return _errcode(40058, "markdown.content exceed max length 4096")
        return self._taken(group, body, content, _errcode(0, "ok"))

    async def _dingtalk(self, request: Request) -> Response:
        query = request.query_params
        group = self.groups.get(f"dingtalk:{query.get('access_token')}")
        if group is None:
            return _errcode(300005, "token is not exist")
        refused = self._early(group)
        if refused is not None:
            return refused
        if group.secret is not None:
            stamp = query.get("timestamp", "")
            if not stamp.isdigit() or abs(self.clock() - int(stamp) / 1000) > HOUR:
                return _errcode(310000, "invalid timestamp")
            text = f"{stamp}\n{group.secret}".encode()
            made = base64.b64encode(hmac.new(group.secret.encode(), text, hashlib.sha256).digest()).decode()
            if not hmac.compare_digest(made, query.get("sign", "")):
                return _errcode(310000, "description:机器人发送签名不匹配")
        refused = self._pace(group, 130101, "send too fast, exceed 20 times per minute", _errcode)
        if refused is not None:
            return refused
        body = json.loads(await request.body())
        markdown = body.get("markdown", {})
        if body.get("msgtype") != "markdown" or not markdown.get("title") or not markdown.get("text"):
            return _errcode(40035, "缺少参数 title")
        if group.keyword is not None and group.keyword not in markdown["title"] + markdown["text"]:
            return _errcode(310000, "keywords not in content")
        return self._taken(group, body, markdown["text"], _errcode(0, "ok"))

    async def _feishu(self, request: Request) -> Response:
        group = self.groups.get(f"feishu:{request.path_params['key']}")
        if group is None:
            return _code(19001, "param invalid: incoming webhook access token invalid")
        refused = self._early(group)
        if refused is not None:
            return refused
        body = json.loads(await request.body())
        if group.secret is not None:
            stamp = str(body.get("timestamp", ""))
            made = base64.b64encode(hmac.new(f"{stamp}\n{group.secret}".encode(), b"", hashlib.sha256).digest())
            fresh = stamp.isdigit() and abs(self.clock() - int(stamp)) < HOUR
            if not fresh or not hmac.compare_digest(made.decode(), str(body.get("sign", ""))):
                return _code(19021, "sign match fail or timestamp is not within one hour from current time")
        refused = self._pace(group, 11232, "frequency limited psm[lark.oapi.app_platform_runtime]", _code)
        if refused is not None:
            return refused
        card = body.get("card")
        if body.get("msg_type") != "interactive" or not isinstance(card, dict) or not card.get("elements"):
            return _code(9499, "Bad Request")
        text = json.dumps(card, ensure_ascii=False)
        if group.keyword is not None and group.keyword not in text:
            return _code(19024, "Key Words Not Found")
        return self._taken(group, body, text, _code(0, "success"))

    def _early(self, group: Group) -> Response | None:
        group.tries += 1
        if not self.failing:
            return None
        wanted = self.failing.pop(0)
        return _errcode(wanted, "system busy") if wanted < 0 else Response(status_code=wanted)

    def _pace(self, group: Group, code: int, words: str, answer: Callable[[int, str], Response]) -> Response | None:
        now = self.clock()
        while group.sent and now - group.sent[0] > MINUTE:
            group.sent.popleft()
        if len(group.sent) >= PER_MINUTE[group.kind]:
            return answer(code, words)
        group.sent.append(now)
        return None

    def _taken(self, group: Group, body: dict[str, Any], text: str, answer: Response) -> Response:
        group.bodies.append(body)
        group.texts.append(text)
        return answer


def _errcode(code: int, words: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": words})


def _code(code: int, words: str) -> Response:
    return JSONResponse({"code": code, "msg": words, "data": {}})
