"""The WeChat official account's address. Without its settings it says so, and to nobody anything else."""

from __future__ import annotations

from fastapi import APIRouter, Request

from service.errors import ApiError
from service.house import house_of

router = APIRouter(prefix="/channels/wechat", tags=["wechat"])


@router.get("")
@router.post("")
async def not_configured(request: Request) -> None:
    """Answers 503 `not_configured` until the official account's channel is switched on."""
    missing = "YOUBAN_WECHAT_TOKEN" if not house_of(request).settings.wechat_token else "the channel of a later release"
    raise ApiError(503, "not_configured", f"公众号渠道尚未启用（缺少 {missing}）")
