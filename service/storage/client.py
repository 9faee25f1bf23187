"""Files in a bucket of an S3-compatible store. The library is synchronous: its calls run in threads of their own."""

from __future__ import annotations

import asyncio
import io
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError

from service.settings import ConfigurationError, Settings
from service.storage.service import CHUNK, Missing, StorageUnavailable, Stored, require_name

log = logging.getLogger(__name__)

T = TypeVar("T")

THREADS = 8
CONNECT_SECONDS = 3.0
RETRIES = 2
# One request a file: no store is asked for the parts of an upload.
PART_SIZE = 1024**3
_MISSING = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})
_KEYS = {"InvalidAccessKeyId": "YOUBAN_S3_ACCESS_KEY", "SignatureDoesNotMatch": "YOUBAN_S3_SECRET_KEY"}
_REGION = frozenset({"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"})


class S3Storage:
    """Implements service.Storage in one bucket, below `prefix`."""

    def __init__(self, client: Minio, bucket: str, prefix: str = "") -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix
        # Threads of its own: a store that hangs holds up nothing but files.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        key = self._key(name)
        await self._run(
            lambda: self._client.put_object(
                self._bucket, key, io.BytesIO(content), len(content), content_type=media_type, part_size=PART_SIZE
            )
        )

    async def get(self, name: str) -> bytes:
        return b"".join([part async for part in self.stream(name)])

    async def stream(self, name: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        key = self._key(name)
        if length == 0:
            return
        response = await self._run(lambda: self._client.get_object(self._bucket, key, offset=start, length=length or 0))
        try:
            while part := await self._run(lambda: response.read(CHUNK)):
                yield part
        finally:
            # What was read to its end goes back to the pool; what was left in the middle is closed.
            await asyncio.shield(self._run(lambda: _let_go(response)))

    async def size(self, name: str) -> int | None:
        key = self._key(name)
        try:
            return int((await self._run(lambda: self._client.stat_object(self._bucket, key))).size or 0)
        except Missing:
            return None

    async def exists(self, name: str) -> bool:
        return await self.size(name) is not None

    async def delete(self, name: str) -> None:
        key = self._key(name)
        try:
            await self._run(lambda: self._client.remove_object(self._bucket, key))
        except Missing:
            return

    async def names(self, prefix: str) -> AsyncIterator[Stored]:
        found = iter(self._client.list_objects(self._bucket, prefix=self._prefix + prefix, recursive=True))
        while (one := await self._run(lambda: next(found, None))) is not None:
            name = str(one.object_name).removeprefix(self._prefix)
            yield Stored(name, int(one.size or 0), one.last_modified or datetime.fromtimestamp(0, timezone.utc))

    async def check(self) -> None:
        name = f"attachments/check-{uuid.uuid4().hex}"
        try:
            await self.put(name, b"youban", "text/plain")
            if await self.get(name) != b"youban":
                raise ConfigurationError("YOUBAN_S3_ENDPOINT: what was kept there comes back changed")
            await self.delete(name)
        except Missing:
            raise ConfigurationError("YOUBAN_S3_BUCKET: what was just kept there is not found") from None
        except StorageUnavailable as error:
            raise ConfigurationError(_wrong_setting(error)) from None

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _key(self, name: str) -> str:
        return self._prefix + require_name(name)

    async def _run(self, call: Callable[[], T]) -> T:
        """`call` in a thread; what the library raises becomes the errors of the Protocol."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            _translate(error)


def _let_go(response: Any) -> None:
    response.close()
    response.release_conn()


def _translate(error: Exception) -> NoReturn:
    code = error.code if isinstance(error, S3Error) else None
    if code in _MISSING:
        raise Missing(str(code)) from error
    if isinstance(error, S3Error):
        words = f"{error.code}: {error.message}"
    elif isinstance(error, ServerError):
        words = f"status {error.status_code}"
    elif isinstance(error, InvalidResponseError):
        words = "no S3 store answers at this address"
    else:
        words = type(error).__name__
    raise StorageUnavailable(words[:180]) from error


def _wrong_setting(error: StorageUnavailable) -> str:
    """One line that names the setting to look at."""
    cause = error.__cause__
    code = str(cause.code) if isinstance(cause, S3Error) else ""
    if code in _KEYS:
        return f"{_KEYS[code]}: the store does not take it ({code})"
    if code == "NoSuchBucket":
        return "YOUBAN_S3_BUCKET: there is no such bucket"
    if code == "AccessDenied":
        return "YOUBAN_S3_ACCESS_KEY: it may not read, write and delete in the bucket"
    if code in _REGION:
        return f"YOUBAN_S3_REGION: the store wants another one ({code})"
    return f"YOUBAN_S3_ENDPOINT: {error}"


def open_s3(settings: Settings) -> S3Storage:
    """The bucket that the settings name; nothing is asked yet.

    Raises:
        ConfigurationError: a setting is missing or wrong.
    """
    for name in ("s3_endpoint", "s3_bucket", "s3_access_key", "s3_secret_key"):
        if not getattr(settings, name):
            raise ConfigurationError(f"YOUBAN_{name.upper()}: needed for YOUBAN_STORAGE=s3")
    parts = urlsplit(settings.s3_endpoint)
    pool = urllib3.PoolManager(
        maxsize=THREADS,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=settings.s3_timeout),
        retries=urllib3.Retry(total=RETRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        cert_reqs="CERT_REQUIRED",
    )
    options: dict[str, Any] = {"secure": parts.scheme == "https", "region": settings.s3_region, "http_client": pool}
    try:
        client = Minio(parts.netloc, access_key=settings.s3_access_key, secret_key=settings.s3_secret_key, **options)
        if settings.s3_path_style:
            client.disable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        else:
            client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise ConfigurationError(f"YOUBAN_S3_ENDPOINT: {error}") from None
    prefix = settings.s3_prefix.strip("/")
    return S3Storage(client, settings.s3_bucket, f"{prefix}/" if prefix else "")
