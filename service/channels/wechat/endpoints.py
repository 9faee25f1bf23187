"""The WeChat official account's address. It says plainly that the channel is not there yet."""

from __future__ import annotations

from fastapi import APIRouter

from service.errors import ApiError

router = APIRouter(prefix="/channels/wechat", tags=["wechat"])


@router.get("")
@router.post("")
async def not_configured() -> None:
    """Answers 503 `not_configured`: this release has the address, not yet the channel behind it."""
    raise ApiError(503, "not_configured", "公众号渠道尚未启用，请改用 App 内客服")
