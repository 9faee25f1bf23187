"""WeChat's HTTP interface: the shared token, messages, media, the openid of a log-in code."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any, Mapping
from urllib.parse import urlsplit

import httpx

from service.channels.contract import MediaGone, Outcome, Sent
from service.channels.platform.rules import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from service.channels.wechat import repository, rules
from service.db import Database

log = logging.getLogger(__name__)

_TIMEOUT = httpx.Timeout(8.0, connect=3.0)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_EARLY = 120.0
_LEASE = 12.0
_WAIT = 0.1
_EXTENSIONS = {"image/jpeg": "jpg", "audio/mpeg": "mp3"}
_PICTURE_HOSTS = (".qpic.cn", ".qlogo.cn")


class WeChatError(Exception):
    """WeChat did not do it. `sent` False: nothing reached it, so it may be tried again without doubt."""

    def __init__(self, code: int, words: str, *, sent: bool) -> None:
        super().__init__(f"{code}: {words}")
        self.code, self.words, self.sent = code, words, sent

    def outcome(self) -> Outcome:
        """What that means for a message."""
        if self.code:
            return rules.outcome_of(self.code, self.words)
        if not self.sent:
            return Outcome(Sent.AGAIN, reason=self.words)
        return Outcome(Sent.UNKNOWN, reason=self.words)


@dataclass(frozen=True)
class Account:
    """How the account is reached. With `relay_url` its own server gives the token."""

    app_id: str
    secret: str
    base: str
    relay_url: str = ""
    relay_secret: str = ""


class Tokens:
    """One access token for all processes: fetched by one, kept in a row, read by all."""

    def __init__(self, database: Database, http: httpx.AsyncClient, account: Account) -> None:
        self._database, self._http, self._account = database, http, account
        self._name = f"wechat:{account.app_id}"[:80]
        self._known: tuple[str, float] = ("", 0.0)

    async def current(self, stale: str | None = None) -> str:
        """A valid token; `stale` is one that WeChat has just refused.

        Raises:
            WeChatError: there is none to be had.
        """
        value, expires_at = self._known
        if value and value != stale and expires_at - _EARLY > time.time():
            return value
        deadline = time.monotonic() + _LEASE
        while time.monotonic() < deadline:
            row = await self._database.read(lambda c: repository.token(c, self._name))
            now = time.time()
            if row is not None and row.token and row.token != stale and row.expires_at - _EARLY > now:
                self._known = (row.token, row.expires_at)
                return row.token
            if await self._database.write(lambda c, now=now: repository.lease(c, self._name, now, now + _LEASE)):  # type: ignore[misc]
                return await self._fetch(stale)
            await asyncio.sleep(_WAIT)
        raise WeChatError(0, "no token in time", sent=False)

    async def _fetch(self, stale: str | None) -> str:
        try:
            value, seconds = await self._ask(force=False)
            if value == stale:
                value, seconds = await self._ask(force=True)
        except BaseException:
            await self._database.write(lambda c: repository.release(c, self._name))
            raise
        expires_at = time.time() + seconds
        await self._database.write(lambda c: repository.store(c, self._name, value, expires_at))
        self._known = (value, expires_at)
        return value

    async def _ask(self, *, force: bool) -> tuple[str, float]:
        account = self._account
        try:
            if account.relay_url:
                stamp = str(int(time.time()))
                headers = {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: signature(account.relay_secret, stamp, b"")}
                params = {"force": "1"} if force else {}
                response = await self._http.get(account.relay_url, headers=headers, params=params)
            else:
                body = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
                response = await self._http.post("/cgi-bin/stable_token", json={**body, "force_refresh": force})
            answer = response.json()
            return str(answer["access_token"]), float(answer["expires_in"])
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise WeChatError(0, f"no token: {type(error).__name__}", sent=False) from error
        except KeyError:
            raise WeChatError(_code(answer), str(answer.get("errmsg", ""))[:180], sent=False) from None


class WeChatClient:
    """Calls with the token; a refused token is renewed once."""

    def __init__(self, database: Database, account: Account, media_limit: int) -> None:
        self._account = account
        self._media_limit = media_limit
        self._http = httpx.AsyncClient(base_url=account.base, timeout=_TIMEOUT, trust_env=False)
        self._tokens = Tokens(database, self._http, account)

    async def close(self) -> None:
        await self._http.aclose()

    async def call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST JSON; the answer when its errcode is 0.

        Raises:
            WeChatError: see there.
        """
        return await self._with_token(
            lambda token: self._http.post(path, params={"access_token": token}, json=dict(body))
        )

    async def upload(self, kind: str, content: bytes, media_type: str) -> str:
        """Lend WeChat a file for three days; returns its media id.

        Args:
            kind: `image`, `video`, `voice` or `thumb`.
        """
        name = f"{kind}.{_EXTENSIONS.get(media_type, media_type.rpartition('/')[2])}"
        answer = await self._with_token(
            lambda token: self._http.post(
                "/cgi-bin/media/upload",
                params={"access_token": token, "type": kind},
                files={"media": (name, content, media_type)},
            )
        )
        found = answer.get("media_id") or answer.get("thumb_media_id")
        if not found:
            raise WeChatError(0, "no media id", sent=False)
        return str(found)

    async def download(self, media_id: str, url: str | None) -> bytes:
        """A customer's picture, voice or video.

        Raises:
            MediaGone: it is not (any longer) to be had, or too large.
        """
        try:
            return await self._media(media_id)
        except WeChatError as error:
            host = urlsplit(url).hostname or "" if url else ""
            if not host.endswith(_PICTURE_HOSTS):
                raise MediaGone(str(error)) from error
        try:
            return await self._read(str(url), {})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MediaGone(type(error).__name__) from error

    async def openid(self, code: str) -> str | None:
        """Whose log-in code this is; None when it is over or was never one."""
        params = {"appid": self._account.app_id, "secret": self._account.secret, "code": code}
        try:
            response = await self._http.get(
                "/sns/oauth2/access_token", params={**params, "grant_type": "authorization_code"}
            )
            found = response.json().get("openid")
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            log.warning("no openid: %s", type(error).__name__)
            return None
        return str(found) if found else None

    async def _media(self, media_id: str) -> bytes:
        token = await self._tokens.current()
        for attempt in range(2):
            try:
                content = await self._read("/cgi-bin/media/get", {"access_token": token, "media_id": media_id})
            except httpx.HTTPError as error:
                raise WeChatError(0, type(error).__name__, sent=True) from error
            if not content.startswith(b"{"):
                return content
            answer = _json(content)
            code = _code(answer)
            if code in rules.TOKEN_ERRORS and attempt == 0:
                token = await self._tokens.current(stale=token)
                continue
            raise WeChatError(code, str(answer.get("errmsg", "no file"))[:180], sent=True)
        raise WeChatError(0, "no file", sent=True)

    async def _read(self, url: str, params: Mapping[str, str]) -> bytes:
        """The body, as long as it is not larger than an upload may be."""
        parts, size = [], 0
        async with self._http.stream("GET", url, params=params or None) as response:
            response.raise_for_status()
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > self._media_limit:
                    raise httpx.TransportError("larger than an upload may be")
        return b"".join(parts)

    async def _with_token(self, send: Any) -> dict[str, Any]:
        token = await self._tokens.current()
        answer = await self._one(send, token)
        if _code(answer) in rules.TOKEN_ERRORS:
            token = await self._tokens.current(stale=token)
            answer = await self._one(send, token)
        code = _code(answer)
        if code:
            raise WeChatError(code, str(answer.get("errmsg", ""))[:180], sent=True)
        return answer

    async def _one(self, send: Any, token: str) -> dict[str, Any]:
        try:
            response = await send(token)
        except _NOT_SENT as error:
            raise WeChatError(0, type(error).__name__, sent=False) from error
        except httpx.HTTPError as error:
            raise WeChatError(0, type(error).__name__, sent=True) from error
        if response.status_code != 200:
            raise WeChatError(0, f"status {response.status_code}", sent=True)
        return _json(response.content)


def _json(content: bytes) -> dict[str, Any]:
    try:
        answer = httpx.Response(200, content=content).json()
    except ValueError as error:
        raise WeChatError(0, "no JSON", sent=True) from error
    if not isinstance(answer, dict):
        raise WeChatError(0, "no JSON object", sent=True)
    return answer


def _code(answer: Mapping[str, Any]) -> int:
    code = answer.get("errcode", 0)
    return code if isinstance(code, int) else 0
