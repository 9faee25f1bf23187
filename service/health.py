"""Alive, and ready part by part."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text

from service.gateways.fuel_platform.client import HttpPlatform
from service.house import house_of

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Each part's state. Assistant or platform down makes it `degraded`, still 200; database or index down: 503."""
    house = house_of(request)
    parts: dict[str, Any] = {"database": "ok", "index": "ok" if house.knowledge.ready else "down"}
    try:
        await house.database.read(lambda c: c.execute(text("SELECT 1")).scalar_one())
    except Exception as error:  # noqa: BLE001 - any failure of the database is this answer
        parts["database"] = f"down: {type(error).__name__}"
    parts["assistant"] = "ok" if await house.assistant.ready() else "down"
    if isinstance(house.platform, HttpPlatform):
        parts["platform"] = "ok" if house.platform.answering else "down"
    needed = parts["database"] == "ok" and parts["index"] == "ok"
    status = "down" if not needed else "ok" if all(state == "ok" for state in parts.values()) else "degraded"
    return JSONResponse({"status": status, "parts": parts}, status_code=200 if needed else 503)
