"""WeChat's platform for tests: it signs and encrypts as WeChat does, waits 5 seconds, tries three times, counts quotas.

The crypto is written out here after WeChat's own description, so that it does not share mistakes with the service.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import secrets
import struct
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Iterator
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from defusedxml.ElementTree import fromstring
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

TOKEN, APP_ID, APP_SECRET = "token-of-the-tests", "wx1234567890abcdef", "secret-of-the-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_account"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
_PATIENCE = 5.0
_LARGEST = {"image": 10 * 1024**2, "video": 10 * 1024**2, "voice": 2 * 1024**2, "thumb": 64 * 1024}
_BEGINNINGS = {
    "image": (b"\x89PNG", b"\xff\xd8\xff", b"GIF8"),
    "thumb": (b"\xff\xd8\xff",),
    "video": (b"\0\0\0",),
    "voice": (b"#!AMR", b"ID3", b"\xff\xfb"),
}
_TRIES = 3


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def encrypt(xml: str, app_id: str = APP_ID, aes_key: str = AES_KEY) -> str:
    key = base64.b64decode(aes_key + "=")
    content = xml.encode()
    plain = secrets.token_bytes(16) + struct.pack(">I", len(content)) + content + app_id.encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def decrypt(text: str) -> str:
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
    length = struct.unpack(">I", plain[16:20])[0]
    rest = plain[20 + length :]
    assert rest[: -rest[-1]].decode() == APP_ID, "encrypted for another account"
    return plain[20 : 20 + length].decode()


def element(**fields: Any) -> str:
    return "".join(
        f"<{name}>{value if isinstance(value, int) else escape(str(value))}</{name}>" for name, value in fields.items()
    )


@dataclass
class Follower:
    """A customer in WeChat: `seen` is what his screen shows, in order."""

    platform: WeChatPlatform
    openid: str = field(default_factory=lambda: "o" + secrets.token_hex(13))
    seen: list[dict[str, Any]] = field(default_factory=list)

    @property
    def words(self) -> str:
        return "\n".join(str(m.get("text", "")) for m in self.seen)

    def say(self, text: str, **more: Any) -> str:
        return self.do("text", Content=text, **more)

    def event(self, name: str, **more: Any) -> str:
        return self.do("event", Event=name, **more)

    def do(self, kind: str, message_id: int | None = None, at: int | None = None, **fields: Any) -> str:
        """Send to the service as WeChat does; returns `passive`, `success` or `error`, as the customer would see it."""
        if kind != "event":
            fields["MsgId"] = message_id or next(self.platform.message_ids)
        xml = "<xml>" + element(
            ToUserName=ACCOUNT, FromUserName=self.openid, CreateTime=at or int(time.time()), MsgType=kind
        )
        raw = fields.pop("raw", "")
        self.platform.grant(self.openid, kind, str(fields.get("Event", "")))
        return self.platform.deliver(self, f"{xml}{element(**fields)}{raw}</xml>")

    def wait(self, count: int, seconds: float = 15.0) -> list[dict[str, Any]]:
        """Until `count` messages are on the screen."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(self.seen) >= count, f"{len(self.seen)} of {count}: {self.words}"
        return self.seen


@dataclass
class WeChatPlatform:
    """The platform; `errors` holds codes to answer next (by path), `delays` seconds to wait before that."""

    service_url: str = ""
    encrypts: bool = True
    api_base: str = ""
    followers: dict[str, Follower] = field(default_factory=dict)
    message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(10**15 + secrets.randbelow(10**12)))
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    errors: dict[str, list[int | str]] = field(default_factory=lambda: defaultdict(list))
    delays: dict[str, float] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    tokens_made: int = 0
    credit: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    statuses: list[int] = field(default_factory=list)
    _token: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def follower(self, openid: str | None = None) -> Follower:
        made = Follower(self) if openid is None else Follower(self, openid)
        self.followers[made.openid] = made
        return made

    def grant(self, openid: str, kind: str, event: str) -> None:
        if kind != "event":
            self.credit[openid] = 5
        elif event in ("subscribe", "SCAN", "CLICK"):
            self.credit[openid] = max(self.credit[openid], 3)

    def revoke_token(self) -> None:
        """What happens when somebody else fetches a token in the old way."""
        self._token = "revoked"

    def of(self, path: str) -> list[dict[str, Any]]:
        return [body for called, body in self.calls if called == path]

    def request(self, xml: str, **query: str) -> tuple[dict[str, str], str]:
        """Query and body of a delivery."""
        stamp, nonce = str(int(time.time())), secrets.token_hex(5)
        params = {"signature": sha1(TOKEN, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        if not self.encrypts:
            return {**params, **query}, xml
        cipher = encrypt(xml)
        params |= {"encrypt_type": "aes", "msg_signature": sha1(TOKEN, stamp, nonce, cipher)}
        return {**params, **query}, f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{cipher}</Encrypt></xml>"

    def deliver(self, follower: Follower, xml: str) -> str:
        for _ in range(_TRIES):
            params, body = self.request(xml)
            try:
                answer = httpx.post(
                    f"{self.service_url}/channels/wechat", params=params, content=body.encode(), timeout=_PATIENCE
                )
            except httpx.HTTPError:
                continue
            self.statuses.append(answer.status_code)
            if answer.status_code != 200:
                continue
            if answer.text in ("", "success"):
                return "success"
            follower.seen.append({"passive": True, "text": self.passive_text(answer.text, follower)})
            return "passive"
        follower.seen.append({"text": "该公众号提供的服务出现故障，请稍后再试"})
        return "error"

    def passive_text(self, body: str, follower: Follower) -> str:
        """The words of a passive answer, which must be meant for the follower and signed where it is encrypted."""
        root = {child.tag: child.text or "" for child in fromstring(body)}
        if self.encrypts:
            assert root["MsgSignature"] == sha1(TOKEN, root["TimeStamp"], root["Nonce"], root["Encrypt"])
            root = {child.tag: child.text or "" for child in fromstring(decrypt(root["Encrypt"]))}
        assert (root["ToUserName"], root["FromUserName"]) == (follower.openid, ACCOUNT)
        assert root["MsgType"] == "text"
        assert len(root["Content"].encode()) <= 2048
        return root["Content"]

    def app(self) -> Starlette:
        post = [
            "/cgi-bin/message/custom/send",
            "/cgi-bin/message/custom/typing",
            "/cgi-bin/message/template/send",
            "/cgi-bin/message/subscribe/bizsend",
            "/cgi-bin/menu/create",
        ]
        return Starlette(
            routes=[
                Route("/cgi-bin/stable_token", self._stable_token, methods=["POST"]),
                *(Route(path, self._call, methods=["POST"]) for path in post),
                Route("/cgi-bin/media/upload", self._upload, methods=["POST"]),
                Route("/cgi-bin/media/get", self._media, methods=["GET"]),
                Route("/sns/oauth2/access_token", self._openid, methods=["GET"]),
                Route("/connect/oauth2/authorize", self._authorize, methods=["GET"]),
            ]
        )

    async def _stable_token(self, request: Request) -> Response:
        body = await request.json()
        if (body.get("appid"), body.get("secret")) != (APP_ID, APP_SECRET):
            return JSONResponse({"errcode": 40125, "errmsg": "invalid appsecret"})
        await asyncio.sleep(self.delays.get("token", 0))
        with self._lock:
            if not self._token or self._token == "revoked" or body.get("force_refresh"):
                self.tokens_made += 1
                self._token = f"TOKEN-{self.tokens_made}"
            return JSONResponse({"access_token": self._token, "expires_in": 7200})

    async def _call(self, request: Request) -> Response:
        path, body = request.url.path, await request.json()
        refused = await self._refused(request)
        if refused is not None:
            return refused
        self.calls.append((path, body))
        if path.endswith("custom/send"):
            openid = body["touser"]
            if self.credit[openid] <= 0:
                return JSONResponse({"errcode": 45047, "errmsg": "out of response count limit"})
            self.credit[openid] -= 1
            if openid in self.followers:
                self.followers[openid].seen.append({**body, "text": _shown(body)})
        if self.errors[path + "!"]:
            # The message arrived, its acknowledgement does not.
            self.errors[path + "!"].pop(0)
            return Response(status_code=502)
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def _refused(self, request: Request) -> Response | None:
        path = request.url.path
        await asyncio.sleep(self.delays.get(path, 0))
        if request.query_params.get("access_token") != self._token:
            return JSONResponse({"errcode": 40001, "errmsg": "invalid credential"})
        if self.errors[path]:
            code = self.errors[path].pop(0)
            if isinstance(code, str):
                return Response(code, status_code=503)
            return JSONResponse({"errcode": code, "errmsg": f"error {code}"})
        return None

    async def _upload(self, request: Request) -> Response:
        refused = await self._refused(request)
        if refused is not None:
            return refused
        form = await request.form()
        kind, content = request.query_params["type"], await form["media"].read()  # type: ignore[union-attr]
        if len(content) > _LARGEST[kind]:
            return JSONResponse({"errcode": 40006, "errmsg": "invalid media size"})
        if not content.startswith(_BEGINNINGS[kind]) and content[4:8] != b"ftyp":
            return JSONResponse({"errcode": 40004, "errmsg": "invalid media type"})
        media_id = f"MEDIA-{kind}-{len(self.media) + 1}"
        self.media[media_id] = content
        name = "thumb_media_id" if kind == "thumb" else "media_id"
        return JSONResponse({"type": kind, name: media_id, "created_at": int(time.time())})

    async def _media(self, request: Request) -> Response:
        refused = await self._refused(request)
        if refused is not None:
            return refused
        content = self.media.get(request.query_params["media_id"])
        if content is None:
            return JSONResponse({"errcode": 40007, "errmsg": "invalid media_id"})
        return Response(content, media_type="image/png")

    async def _authorize(self, request: Request) -> Response:
        query = request.query_params
        assert query["scope"] == "snsapi_base"
        joint = "&" if "?" in query["redirect_uri"] else "?"
        code = request.cookies.get("openid", "nobody")
        return RedirectResponse(f"{query['redirect_uri']}{joint}code=CODE-{code}&state={query['state']}")

    async def _openid(self, request: Request) -> Response:
        code = request.query_params["code"]
        if not code.startswith("CODE-o"):
            return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
        return JSONResponse({"access_token": "x", "openid": code.removeprefix("CODE-"), "scope": "snsapi_base"})


def _shown(body: dict[str, Any]) -> str:
    if body["msgtype"] == "text":
        return str(body["text"]["content"])
    if body["msgtype"] == "msgmenu":
        return "\n".join([body["msgmenu"]["head_content"], *(i["content"] for i in body["msgmenu"]["list"])])
    return f"[{body['msgtype']}]"
