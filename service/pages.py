"""The built pages: demo shop front, widget script, console."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from service.settings import ROOT, Settings

DIST = ROOT / "web" / "dist"
_NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>油伴</title><p>页面还没有构建，请先运行 <code>make build</code>。</p>"
)
_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'; object-src 'none'"
)


def mount(app: FastAPI, settings: Settings, dist: Path = DIST) -> None:
    """Serve what `npm run build` wrote; a page that is not built says so."""
    for name in ("widget", "console", "demo"):
        folder = dist / name / ("assets" if name != "widget" else "")
        if folder.is_dir():
            path = "/widget" if name == "widget" else "/console/assets" if name == "console" else "/assets"
            app.mount(path, StaticFiles(directory=folder), name=f"{name}-files")

    @app.get("/console", include_in_schema=False)
    @app.get("/console/{path:path}", include_in_schema=False)
    async def console(path: str = "") -> Response:
        return _page(dist / "console" / "index.html")

    if settings.demo:

        @app.get("/", include_in_schema=False)
        async def shop() -> Response:
            return _page(dist / "demo" / "index.html")


def _page(path: Path) -> Response:
    if not path.exists():
        return HTMLResponse(_NOT_BUILT, status_code=503)
    return FileResponse(path, headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"})
