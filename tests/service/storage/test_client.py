"""The S3 store when something is wrong with it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.settings import ConfigurationError
from service.storage.service import StorageUnavailable, check_storage, open_storage
from tests.service.storage.test_conformance import settings_of
from tests.stand_in.s3 import BUCKET, S3
from tests.stand_in.server import serving


@pytest.fixture
def store() -> S3:
    return S3()


@pytest.fixture
def address(store: S3) -> Iterator[str]:
    with serving(store.app()) as found:
        yield found


@pytest.mark.parametrize(
    ("changed", "value", "named"),
    [
        ("S3_ENDPOINT", "", "YOUBAN_S3_ENDPOINT"),
        ("S3_BUCKET", "", "YOUBAN_S3_BUCKET"),
        ("S3_ACCESS_KEY", "", "YOUBAN_S3_ACCESS_KEY"),
        ("S3_SECRET_KEY", "", "YOUBAN_S3_SECRET_KEY"),
        ("S3_BUCKET", "another-bucket", "YOUBAN_S3_BUCKET"),
        ("S3_ACCESS_KEY", "nobody", "YOUBAN_S3_ACCESS_KEY"),
        ("S3_SECRET_KEY", "wrong", "YOUBAN_S3_SECRET_KEY"),
        ("S3_REGION", "elsewhere", "YOUBAN_S3_REGION"),
        ("S3_ENDPOINT", "http://127.0.0.1:9", "YOUBAN_S3_ENDPOINT"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(
    tmp_path: Path, store: S3, address: str, changed: str, value: str, named: str
) -> None:
    settings = settings_of(tmp_path, {**store.settings(address), f"YOUBAN_{changed}": value})
    with pytest.raises(ConfigurationError, match=f"^{re.escape(named)}: [^\n]+$"):
        check_storage(settings)


def test_the_right_settings_pass_and_leave_nothing(tmp_path: Path, store: S3, address: str) -> None:
    check_storage(settings_of(tmp_path, store.settings(address)))
    assert store.files == {}


@pytest.mark.parametrize(("path_style", "begins"), [("true", f"/{BUCKET}/attachments/"), ("false", "/attachments/")])
def test_where_the_bucket_is_named(
    tmp_path: Path, store: S3, address: str, path_style: str, begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def local(host: str, *more: Any, **named: Any) -> Any:
        return resolve("127.0.0.1" if host.endswith("store.test") else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", local)
    endpoint = address.replace("127.0.0.1", "store.test")
    check_storage(settings_of(tmp_path, store.settings(endpoint, YOUBAN_S3_PATH_STYLE=path_style)))
    assert store.calls
    assert all(call.split()[1].startswith(begins) for call in store.calls)


def test_a_store_that_forgets_is_refused(tmp_path: Path, store: S3, address: str) -> None:
    store.forgets = True
    with pytest.raises(ConfigurationError, match=r"^YOUBAN_S3_BUCKET"):
        check_storage(settings_of(tmp_path, store.settings(address)))


async def test_a_hiccup_is_tried_again(tmp_path: Path, store: S3, address: str) -> None:
    storage = open_storage(settings_of(tmp_path, store.settings(address)))
    store.errors = [503, 500]
    await storage.put("attachments/a1", b"x", "image/png")
    assert store.files["attachments/a1"] == (b"x", "image/png")


async def test_a_store_that_is_down_or_silent_is_unavailable(tmp_path: Path, store: S3, address: str) -> None:
    storage = open_storage(settings_of(tmp_path, store.settings(address)))
    store.errors = [503] * 9
    with pytest.raises(StorageUnavailable):
        await storage.get("attachments/a1")
    store.errors, store.delay = [], 1.0
    slow = open_storage(settings_of(tmp_path, store.settings(address, YOUBAN_S3_TIMEOUT="0.1")))
    with pytest.raises(StorageUnavailable):
        await slow.size("attachments/a1")


async def test_a_download_that_is_left_in_the_middle_keeps_no_connection(
    tmp_path: Path, store: S3, address: str
) -> None:
    storage = open_storage(settings_of(tmp_path, store.settings(address)))
    await storage.put("attachments/big", bytes(2_000_000), "video/mp4")
    for _ in range(20):
        parts = storage.stream("attachments/big")
        assert await anext(parts)
        await parts.aclose()
    assert len(await storage.get("attachments/big")) == 2_000_000
