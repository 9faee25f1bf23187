"""A file of the store as an HTTP response, with single ranges: players of videos ask for them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from service.storage.service import Missing, Storage

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


async def file_response(
    storage: Storage,
    name: str,
    request: Request,
    media_type: str,
    headers: Mapping[str, str],
    filename: str | None = None,
) -> Response:
    """The file, or the part of it that the request asks for.

    Args:
        filename: plain ASCII; given when the browser is to save the file rather than show it.

    Raises:
        Missing: there is no such file.
        StorageUnavailable: the store does not answer.
    """
    size = await storage.size(name)
    if size is None:
        raise Missing(name)
    told = {**headers, "Accept-Ranges": "bytes"}
    if filename is not None:
        told["Content-Disposition"] = f'attachment; filename="{filename}"'
    wanted = asked_range(request.headers.get("range"), size)
    if wanted is None:
        told["Content-Length"] = str(size)
        return StreamingResponse(await _begun(storage.stream(name)), 200, told, media_type)
    start, length = wanted
    if length <= 0:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    told["Content-Length"] = str(length)
    told["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    return StreamingResponse(await _begun(storage.stream(name, start, length)), 206, told, media_type)


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and length of a range request; None for the whole file, a length of 0 where nothing fits."""
    found = _RANGE.fullmatch(header.strip()) if header and len(header) < 60 else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size - 1
    else:
        start, end = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
    return start, max(0, end - start + 1)


async def _begun(parts: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same pieces; the first is fetched now, so that a failure is still an answer and no broken download."""
    first = await anext(parts, b"")

    async def all_parts() -> AsyncGenerator[bytes, None]:
        async with aclosing(parts):
            yield first
            async for part in parts:
                yield part

    return all_parts()
