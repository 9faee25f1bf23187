"""Where files lie: one Protocol, a folder of this machine, or a bucket that speaks S3 (see client.py).

Names are paths below the store's root, such as `attachments/4f1c…` and `media/9a0e….png`.
"""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

from contracts.errors import YoubanError
from service.settings import ConfigurationError, Settings

CHUNK = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_HALF = ".part"


class Missing(YoubanError):
    """There is no such file."""


class StorageUnavailable(YoubanError):
    """The store does not answer, or refuses us; `str(error)` is safe to log."""


@dataclass(frozen=True)
class Stored:
    """A file of the store; `size` in bytes."""

    name: str
    size: int
    changed_at: datetime


class Storage(Protocol):
    """A store of files. Every method may raise StorageUnavailable; names are checked, see `require_name`."""

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        """Keep `content`; durable when it returns, and never seen half. What had the name before is replaced."""
        ...

    async def get(self, name: str) -> bytes:
        """The whole file.

        Raises:
            Missing: see there.
        """
        ...

    def stream(self, name: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        """The file from byte `start`, `length` bytes or all, in pieces. Raises Missing with the first piece."""
        ...

    async def size(self, name: str) -> int | None:
        """Bytes of the file, None when it is not there."""
        ...

    async def exists(self, name: str) -> bool: ...

    async def delete(self, name: str) -> None:
        """Take the file away; one that is not there is fine."""
        ...

    def names(self, prefix: str) -> AsyncIterator[Stored]:
        """The files whose names begin with `prefix`, ordered by name."""
        ...

    async def check(self) -> None:
        """Whether files can be kept here, tried with a small one.

        Raises:
            ConfigurationError: a setting is wrong; one line that names it.
        """
        ...

    async def close(self) -> None: ...


def require_name(name: str) -> str:
    """`name`, when it stays below the root.

    Raises:
        ValueError: it does not, or has characters that a store may not keep.
    """
    if not _NAME.fullmatch(name) or ".." in name or len(name) > 200:
        raise ValueError(f"no name of a file: {name[:80]!r}")
    return name


class FolderStorage:
    """Implements Storage in a folder of this machine; files are readable by their owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        await asyncio.to_thread(self._put, self._path(name), content)

    async def get(self, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except FileNotFoundError:
            raise Missing(name) from None
        except OSError as error:
            raise StorageUnavailable(f"{type(error).__name__} {error.errno}") from error

    async def stream(self, name: str, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes, None]:
        try:
            file = await asyncio.to_thread(self._path(name).open, "rb")
        except FileNotFoundError:
            raise Missing(name) from None
        try:
            await asyncio.to_thread(file.seek, start)
            left = length
            while left is None or left > 0:
                part = await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left))
                if not part:
                    return
                left = None if left is None else left - len(part)
                yield part
        finally:
            file.close()

    async def size(self, name: str) -> int | None:
        path = self._path(name)
        return await asyncio.to_thread(lambda: path.stat().st_size if path.is_file() else None)

    async def exists(self, name: str) -> bool:
        return await self.size(name) is not None

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def names(self, prefix: str) -> AsyncIterator[Stored]:
        for found in await asyncio.to_thread(self._list, prefix):
            yield found

    async def check(self) -> None:
        name = f"attachments/check-{uuid.uuid4().hex}"
        try:
            await self.put(name, b"youban", "text/plain")
            await self.delete(name)
        except (OSError, StorageUnavailable) as error:
            raise ConfigurationError(f"YOUBAN_DATA_DIR: no file can be kept there ({error})") from None

    async def close(self) -> None:
        """Nothing is open."""

    def _path(self, name: str) -> Path:
        return self._root / require_name(name)

    def _put(self, path: Path, content: bytes) -> None:
        half = path.with_name(f"{path.name}.{uuid.uuid4().hex}{_HALF}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(half, path)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise StorageUnavailable(f"{type(error).__name__} {error.errno}") from error

    def _list(self, prefix: str) -> list[Stored]:
        folder = self._root / prefix.rpartition("/")[0]
        found = []
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            name = path.relative_to(self._root).as_posix()
            if path.is_file() and name.startswith(prefix) and not name.endswith(_HALF):
                status = path.stat()
                found.append(Stored(name, status.st_size, datetime.fromtimestamp(status.st_mtime, timezone.utc)))
        return sorted(found, key=lambda stored: stored.name)


def open_storage(settings: Settings, kind: str | None = None) -> Storage:
    """The store that the settings name, or the one of this `kind` (`folder`, `s3`).

    Raises:
        ConfigurationError: a setting that an S3 store needs is missing or wrong.
    """
    if (kind or settings.storage) == "folder":
        return FolderStorage(settings.data_dir)
    from service.storage.client import open_s3

    return open_s3(settings)


def check_storage(settings: Settings) -> None:
    """Before the service starts: can files be kept?

    Raises:
        ConfigurationError: they cannot; one line that names the setting.
    """

    async def check() -> None:
        storage = open_storage(settings)
        try:
            await storage.check()
        finally:
            await storage.close()

    asyncio.run(check())
