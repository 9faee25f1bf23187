"""The one shape of an error answer: `{"error": {"code", "message"}}`, the message in Chinese and saying what to do."""

from __future__ import annotations

import logging
from typing import Any, Mapping, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from contracts.errors import NotFound, NotReady, PlatformUnavailable
from service.articles.rules import BadArticle, BadFact
from service.articles.service import EditConflict
from service.callbacks.desk.service import CallbackTaken
from service.customers.service import BadToken
from service.handoff.service import AlreadyClaimed, NotThere, NotYours
from service.ratings.service import AlreadyRated
from service.remedies.service import KeyReused, NotAllowed, WrongState
from service.replies.rules import BadReply
from service.storage.service import StorageUnavailable
from service.tickets.service import WrongStatus

log = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer other than success, for endpoints to raise."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


_KNOWN: Sequence[tuple[type[Exception], int, str]] = (
    (BadToken, 401, "bad_token"),
    (NotFound, 404, "not_found"),
    (AlreadyClaimed, 409, "already_claimed"),
    (NotYours, 409, "not_yours"),
    (NotThere, 409, "colleague_away"),
    (CallbackTaken, 409, "callback_taken"),
    (WrongStatus, 409, "wrong_status"),
    (NotAllowed, 403, "not_allowed"),
    (WrongState, 409, "wrong_state"),
    (KeyReused, 409, "key_reused"),
    (AlreadyRated, 409, "already_rated"),
    (BadReply, 422, "bad_reply"),
    (EditConflict, 409, "edit_conflict"),
    (BadArticle, 422, "bad_article"),
    (BadFact, 422, "bad_fact"),
)
_HTTP_WORDS = {404: "没有这个地址", 405: "这个地址不支持这种请求", 413: "内容太大了"}


def install(app: FastAPI) -> None:
    """Give every error of this service the one shape."""
    app.add_exception_handler(ApiError, _api_error)
    for cls, _status, _code in _KNOWN:
        app.add_exception_handler(cls, _known_error)
    app.add_exception_handler(NotReady, _not_ready)
    app.add_exception_handler(PlatformUnavailable, _platform_down)
    app.add_exception_handler(StorageUnavailable, _storage_down)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def _answer(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    body = {"error": {"code": code, "message": message, **more}}
    return JSONResponse(body, status_code=status, headers=dict(headers) if headers else None)


def answer(error: ApiError) -> JSONResponse:
    """An ApiError as its response, for code outside endpoints."""
    return _answer(error.status, error.code, error.message, error.headers)


async def _api_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return answer(error)


async def _known_error(_request: Request, error: Exception) -> JSONResponse:
    status, code = next((s, c) for cls, s, c in _KNOWN if isinstance(error, cls))
    return _answer(status, code, str(error))


async def _not_ready(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(503, "not_ready", "服务正在启动，请过几秒再试", {"Retry-After": "5"})


async def _platform_down(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(503, "platform_unavailable", "加油平台暂时没有响应，请稍后再试", {"Retry-After": "5"})


async def _storage_down(_request: Request, error: Exception) -> JSONResponse:
    log.warning("the store of files does not answer: %s", error)
    return _answer(503, "storage_unavailable", "文件暂时存取不了，请稍后再试", {"Retry-After": "5"})


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [{"field": ".".join(str(p) for p in e["loc"]), "problem": e["msg"]} for e in error.errors()]
    return _answer(422, "invalid", "请求内容有误，请检查标出的字段", fields=fields)


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = _HTTP_WORDS.get(error.status_code, str(error.detail))
    return _answer(error.status_code, "http_error", message, error.headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    return _answer(500, "internal", "系统出了点问题，已经记录，请稍后再试")
