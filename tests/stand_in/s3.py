"""An S3-compatible store for tests: it checks each request's signature (version 4) as the specification says.

The signature is computed here from the specification, so that it does not share mistakes with the service's library.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ACCESS_KEY, SECRET_KEY, BUCKET, REGION = "AKIDOFTHETESTS", "secret/key+of+the+tests", "youban-files", "cn-test-1"
_WINDOW = 900
_CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)"
)


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class S3:
    """The store. `errors` are statuses to answer next, `delay` seconds to wait before any answer, `calls` what came."""

    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    errors: list[int] = field(default_factory=list)
    delay: float = 0.0
    forgets: bool = False
    flips: bool = False
    calls: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        methods = ["GET", "HEAD", "PUT", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    def settings(self, address: str, **more: str) -> dict[str, str]:
        """The service's settings for this store."""
        return {
            "YOUBAN_STORAGE": "s3",
            "YOUBAN_S3_ENDPOINT": address,
            "YOUBAN_S3_BUCKET": BUCKET,
            "YOUBAN_S3_ACCESS_KEY": ACCESS_KEY,
            "YOUBAN_S3_SECRET_KEY": SECRET_KEY,
            "YOUBAN_S3_REGION": REGION,
            **more,
        }

    async def _answer(self, request: Request) -> Response:
        await asyncio.sleep(self.delay)
        self.calls.append(f"{request.method} {request.url.path}")
        if self.errors:
            return Response("", self.errors.pop(0))
        body = await request.body()
        try:
            require_signed(request, body)
            bucket, _, key = unquote(request.scope["raw_path"].decode().partition("?")[0]).lstrip("/").partition("/")
            host = request.headers["host"]
            if host.startswith(f"{BUCKET}."):
                bucket, key = BUCKET, f"{bucket}/{key}".strip("/")
            if bucket != BUCKET:
                raise _Refused(404, "NoSuchBucket")
            return self._carry_out(request, key, body)
        except _Refused as error:
            xml = f"<Error><Code>{error.code}</Code><Message>{error.code}</Message></Error>"
            return Response("" if request.method == "HEAD" else xml, error.status, media_type="application/xml")

    def _carry_out(self, request: Request, key: str, body: bytes) -> Response:
        if request.method == "PUT":
            if not self.forgets:
                self.files[key] = (body, request.headers.get("content-type", ""))
            return Response(headers={"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'})
        if request.method == "DELETE":
            self.files.pop(key, None)
            return Response(status_code=204)
        if not key:
            return self._list(request)
        if key not in self.files:
            raise _Refused(404, "NoSuchKey")
        content, media_type = self.files[key]
        if self.flips:
            content = bytes([content[0] ^ 1]) + content[1:] if content else content
        headers = {
            "ETag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"',
            "Last-Modified": datetime.now(timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "Content-Type": media_type,
        }
        if request.method == "HEAD":
            return Response(headers={**headers, "Content-Length": str(len(content))})
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        if found is None:
            return Response(content, headers=headers)
        start, end = int(found[1]), int(found[2]) if found[2] else len(content) - 1
        if start >= len(content):
            raise _Refused(416, "InvalidRange")
        headers["Content-Range"] = f"bytes {start}-{min(end, len(content) - 1)}/{len(content)}"
        return Response(content[start : end + 1], 206, headers)

    def _list(self, request: Request) -> Response:
        prefix, after = request.query_params.get("prefix", ""), request.query_params.get("continuation-token", "")
        keys = sorted(k for k in self.files if k.startswith(prefix) and k > after)
        page, more = keys[:3], len(keys) > 3
        items = "".join(
            f"<Contents><Key>{escape(quote(k))}</Key><Size>{len(self.files[k][0])}</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag></Contents>"
            for k in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        xml = (
            f"<ListBucketResult><Name>{BUCKET}</Name><EncodingType>url</EncodingType>"
            f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>{token}{items}</ListBucketResult>"
        )
        return Response(xml, media_type="application/xml")


def require_signed(request: Request, body: bytes) -> None:
    """Raise unless the request carries the right signature for exactly this method, path, query, headers and body."""
    headers = request.headers
    found = _CREDENTIAL.fullmatch(headers.get("authorization", ""))
    if found is None:
        raise _Refused(403, "AccessDenied")
    access, day, region, names, given = found.groups()
    if access != ACCESS_KEY:
        raise _Refused(403, "InvalidAccessKeyId")
    if region != REGION:
        raise _Refused(400, "AuthorizationHeaderMalformed")
    stamp = headers["x-amz-date"]
    at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    if abs((datetime.now(timezone.utc) - at).total_seconds()) > _WINDOW or not stamp.startswith(day):
        raise _Refused(403, "RequestTimeTooSkewed")
    content = headers["x-amz-content-sha256"]
    if content != "UNSIGNED-PAYLOAD" and content != hashlib.sha256(body).hexdigest():
        raise _Refused(400, "XAmzContentSHA256Mismatch")
    signed = names.split(";")
    if "host" not in signed or any(n.startswith("x-amz-") and n not in signed for n in headers):
        raise _Refused(403, "AccessDenied")
    query = sorted(part.partition("=")[::2] for part in request.url.query.split("&") if part)
    canonical = "\n".join(
        [
            request.method,
            request.scope["raw_path"].decode().partition("?")[0],
            "&".join(f"{quote(unquote(k), safe='~')}={quote(unquote(v), safe='~')}" for k, v in query),
            *(f"{name}:{' '.join(headers[name].split())}" for name in signed),
            "",
            names,
            content,
        ]
    )
    scope = f"{day}/{region}/s3/aws4_request"
    told = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4" + SECRET_KEY.encode()
    for part in (day, region, "s3", "aws4_request", told):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(key.hex(), given):
        raise _Refused(403, "SignatureDoesNotMatch")
