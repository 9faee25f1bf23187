"""Moving files from the folder into the bucket and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.storage.service import FolderStorage, Storage, StorageUnavailable, open_storage
from service.storage.worker import move
from tests.service.storage.test_conformance import settings_of
from tests.stack import Stack
from tests.stand_in.s3 import S3
from tests.stand_in.server import serving

FILES = {f"attachments/{n:032x}": bytes([n]) * (n * 1000 + 1) for n in range(6)} | {"media/a.png": b"picture"}


@pytest.fixture
def store() -> S3:
    return S3()


@pytest.fixture
def bucket(store: S3, tmp_path: Path) -> Iterator[Storage]:
    with serving(store.app()) as address:
        yield open_storage(settings_of(tmp_path, store.settings(address)))


@pytest.fixture
async def folder(tmp_path: Path) -> FolderStorage:
    made = FolderStorage(tmp_path)
    for name, content in FILES.items():
        await made.put(name, content, "application/octet-stream")
    (tmp_path / "youban.db").write_bytes(b"not a file of the store")
    return made


def contents(store: S3) -> dict[str, bytes]:
    return {name: content for name, (content, _) in store.files.items()}


async def test_all_files_arrive_and_a_second_run_copies_nothing(
    folder: FolderStorage, bucket: Storage, store: S3
) -> None:
    done = await move(folder, bucket, lambda: None)
    assert (done.copied, done.there, done.broken) == (len(FILES), 0, 0)
    assert contents(store) == FILES
    again = await move(folder, bucket, lambda: None)
    assert (again.copied, again.there) == (0, len(FILES))


async def test_after_a_break_it_goes_on(folder: FolderStorage, bucket: Storage, store: S3) -> None:
    copied = 0

    def told() -> None:
        nonlocal copied
        copied += 1
        if copied == 3:
            store.errors = [503] * 3

    with pytest.raises(StorageUnavailable):
        await move(folder, bucket, told)
    again = await move(folder, bucket, lambda: None)
    assert again.there >= 3
    assert contents(store) == FILES


async def test_what_comes_back_changed_is_not_moved(folder: FolderStorage, bucket: Storage, store: S3) -> None:
    store.flips = True
    done = await move(folder, bucket, lambda: None, remove=True)
    assert (done.copied, done.broken) == (0, len(FILES))
    assert [s.name async for s in folder.names("attachments/")]


async def test_with_remove_only_what_arrived_goes_and_it_comes_back(
    folder: FolderStorage, bucket: Storage, store: S3, tmp_path: Path
) -> None:
    await move(folder, bucket, lambda: None, remove=True)
    assert [s.name async for s in folder.names("attachments/")] == []
    assert (tmp_path / "youban.db").exists()
    await move(bucket, folder, lambda: None)
    assert {name: await folder.get(name) for name in FILES} == FILES


def test_the_command(tmp_path: Path, store: S3) -> None:
    with serving(store.app()) as address:
        stack = Stack(tmp_path, more=store.settings(address, YOUBAN_STORAGE="folder"))
        data = tmp_path / "data" / "attachments"
        data.mkdir(parents=True)
        (data / "a1").write_bytes(b"\xff\xd8\xff\xe0picture")
        assert "1 copied" in stack.run("storage", "move")
        assert "0 copied" in stack.run("storage", "move", "--to", "s3")
        assert store.files["attachments/a1"] == (b"\xff\xd8\xff\xe0picture", "image/jpeg")
