"""Brings files from one store to another: what is there already is left, what was copied is read back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import filetype

from service.settings import Settings
from service.storage.service import Missing, Storage, open_storage

PREFIXES = ("attachments/", "media/")


@dataclass
class Moved:
    """How many files were copied, were there before, went away meanwhile, and came back changed."""

    copied: int = 0
    there: int = 0
    gone: int = 0
    broken: int = 0
    bytes: int = 0


def move_all(settings: Settings, to: str, remove: bool, told: Callable[[], None]) -> Moved:
    """`move` between the folder and the bucket of the settings; `to` is `s3` or `folder`.

    Raises:
        ConfigurationError: the target cannot keep files.
        StorageUnavailable: one of the stores does not answer.
    """

    async def work() -> Moved:
        source, target = open_storage(settings, "folder" if to == "s3" else "s3"), open_storage(settings, to)
        try:
            await target.check()
            return await move(source, target, told, remove=remove)
        finally:
            await source.close()
            await target.close()

    return asyncio.run(work())


async def move(source: Storage, target: Storage, told: Callable[[], None], *, remove: bool = False) -> Moved:
    """Copy every file and read it back; run it again after a break, it goes on where it stopped.

    A file counts as moved only when the target gives back the same bytes. With `remove` the source's file is deleted
    then. Files that were erased while this runs are erased in the target, too. `told` is called for each file.

    Raises:
        StorageUnavailable: one of the stores does not answer.
    """
    done = Moved()
    for prefix in PREFIXES:
        async for stored in source.names(prefix):
            await _one(source, target, stored.name, stored.size, done, remove)
            told()
    return done


async def _one(source: Storage, target: Storage, name: str, size: int, done: Moved, remove: bool) -> None:
    try:
        content = await source.get(name)
    except Missing:
        done.gone += 1
        return
    same = hashlib.sha256(content).digest()
    if await target.size(name) == size and await _digest(target, name) == same:
        done.there += 1
    else:
        await target.put(name, content, _media_type(content))
        if await _digest(target, name) != same:
            done.broken += 1
            return
        done.copied += 1
        done.bytes += len(content)
    if not await source.exists(name):
        await target.delete(name)
        done.gone += 1
    elif remove:
        await source.delete(name)


async def _digest(storage: Storage, name: str) -> bytes:
    made = hashlib.sha256()
    async for part in storage.stream(name):
        made.update(part)
    return made.digest()


def _media_type(content: bytes) -> str:
    kind = filetype.guess(content)
    return str(kind.mime) if kind is not None else "application/octet-stream"
