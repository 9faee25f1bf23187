"""What every store must hold: the folder, and a bucket behind a server that checks each signature."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.settings import ConfigurationError, Settings
from service.storage.client import S3Storage
from service.storage.service import CHUNK, FolderStorage, Missing, Storage, open_storage, require_name
from tests.stand_in.s3 import S3
from tests.stand_in.server import serving


def settings_of(folder: Path, values: dict[str, str]) -> Settings:
    given = {name.removeprefix("YOUBAN_").lower(): value for name, value in values.items()}
    return Settings(_env_file=None, data_dir=folder, **given)  # type: ignore[arg-type]


@pytest.fixture(params=["folder", "s3", "s3 below a prefix"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "folder":
        yield FolderStorage(tmp_path)
        return
    store = S3()
    with serving(store.app()) as address:
        prefix = "house/one" if "prefix" in request.param else ""
        opened = open_storage(settings_of(tmp_path, store.settings(address, YOUBAN_S3_PREFIX=prefix)))
        assert isinstance(opened, S3Storage)
        yield opened
        assert all(key.startswith(prefix) for key in store.files)


async def test_what_is_put_comes_back(storage: Storage) -> None:
    content = bytes(range(256)) * 1024
    await storage.put("attachments/a1", content, "image/png")
    assert await storage.get("attachments/a1") == content
    assert await storage.size("attachments/a1") == len(content)
    assert await storage.exists("attachments/a1")
    parts = [part async for part in storage.stream("attachments/a1")]
    assert b"".join(parts) == content
    assert max(map(len, parts)) <= CHUNK


async def test_an_empty_file_is_a_file(storage: Storage) -> None:
    await storage.put("attachments/empty", b"", "image/png")
    assert await storage.exists("attachments/empty")
    assert await storage.get("attachments/empty") == b""


async def test_the_later_content_counts(storage: Storage) -> None:
    await storage.put("attachments/a1", b"one", "text/plain")
    await storage.put("attachments/a1", b"another", "text/plain")
    assert await storage.get("attachments/a1") == b"another"


@pytest.mark.parametrize(
    ("start", "length", "expected"), [(0, 4, b"0123"), (3, 4, b"3456"), (8, None, b"89"), (8, 9, b"89"), (2, 0, b"")]
)
async def test_a_part_of_a_file(storage: Storage, start: int, length: int | None, expected: bytes) -> None:
    await storage.put("attachments/a1", b"0123456789", "text/plain")
    assert b"".join([part async for part in storage.stream("attachments/a1", start, length)]) == expected


async def test_what_is_not_there_is_missing(storage: Storage) -> None:
    assert not await storage.exists("attachments/none")
    assert await storage.size("attachments/none") is None
    with pytest.raises(Missing):
        await storage.get("attachments/none")
    with pytest.raises(Missing):
        await anext(storage.stream("attachments/none"))
    await storage.delete("attachments/none")


async def test_what_is_deleted_is_gone(storage: Storage) -> None:
    await storage.put("attachments/a1", b"x", "text/plain")
    await storage.delete("attachments/a1")
    await storage.delete("attachments/a1")
    assert not await storage.exists("attachments/a1")


async def test_names_are_listed_in_order(storage: Storage) -> None:
    wanted = [f"attachments/{n:02}" for n in range(8)] + ["attachments/00.thumb"]
    for name in [*wanted, "media/m.png"]:
        await storage.put(name, name.encode(), "text/plain")
    found = [stored async for stored in storage.names("attachments/")]
    assert [stored.name for stored in found] == sorted(wanted)
    assert [stored.size for stored in found] == [len(name) for name in sorted(wanted)]
    assert [s.name async for s in storage.names("media/")] == ["media/m.png"]
    assert [s.name async for s in storage.names("nothing/")] == []


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../b", "", "a//b", "附件", "a b", ".hidden", "x" * 300]
)
async def test_names_stay_below_the_root(storage: Storage, name: str) -> None:
    with pytest.raises(ValueError, match="name of a file"):
        await storage.put(name, b"x", "text/plain")
    with pytest.raises(ValueError, match="name of a file"):
        require_name(name)


async def test_a_good_store_passes_its_check_and_keeps_nothing_of_it(storage: Storage) -> None:
    await storage.check()
    assert [stored async for stored in storage.names("attachments/")] == []


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("a file where the folder should be")
    with pytest.raises(ConfigurationError, match=r"^YOUBAN_DATA_DIR: "):
        await FolderStorage(tmp_path).check()


async def test_files_of_the_folder_are_their_owners(tmp_path: Path) -> None:
    await FolderStorage(tmp_path).put("attachments/a1", b"x", "text/plain")
    assert (tmp_path / "attachments" / "a1").stat().st_mode & 0o777 == 0o600
