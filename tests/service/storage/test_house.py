"""The running service with its files in a bucket."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from service.settings import ROOT
from tests.service.attachments.pictures import photo
from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Customer, Stack
from tests.stand_in.s3 import S3
from tests.stand_in.server import serving
from tests.stand_in.wechat import PNG, WeChatPlatform


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[S3, WeChatPlatform, Stack]]:
    store, platform = S3(), WeChatPlatform()
    with serving(store.app()) as address, serving(platform.app()) as wechat:
        more = {**store.settings(address), **settings_for(wechat), "YOUBAN_READ_PICTURES": "false"}
        stack = Stack(tmp_path_factory.mktemp("bucket"), more=more)
        platform.service_url = stack.url
        try:
            stack.start_service()
            yield store, platform, stack
        finally:
            stack.stop()


def until(check: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert check()


def test_uploads_lie_in_the_bucket_and_nowhere_else(world: tuple[S3, WeChatPlatform, Stack]) -> None:
    store, _, stack = world
    customer = Customer.enter(stack, None)
    url = f"{stack.url}/api/v1/attachments"
    stored = httpx.post(url, files={"file": ("a.jpg", photo())}, headers=customer.headers, timeout=20).json()
    name = f"attachments/{stored['id']}"
    assert set(store.files) >= {name, f"{name}.thumb"}
    assert b"SecretPhoneMaker" not in store.files[name][0]
    assert not (stack.folder / "data" / "attachments").exists()
    own = f"{stack.url}/api/v1/widget/attachments/{stored['id']}"
    assert httpx.get(own, headers=customer.headers).content == store.files[name][0]
    small = httpx.get(f"{own}/thumb", headers=customer.headers).content
    assert Image.open(io.BytesIO(small)).size == (480, 240)
    link = httpx.post(f"{own}/link", headers=customer.headers).json()
    assert httpx.get(f"{stack.url}{link['url']}").content == store.files[name][0]
    part = httpx.get(own, headers={**customer.headers, "Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, store.files[name][0][2:6])


def test_a_store_that_is_down_is_told_in_words(world: tuple[S3, WeChatPlatform, Stack]) -> None:
    store, _, stack = world
    customer = Customer.enter(stack, None)
    store.errors[:] = [503] * 3
    url = f"{stack.url}/api/v1/attachments"
    answer = httpx.post(url, files={"file": ("a.jpg", photo())}, headers=customer.headers, timeout=20)
    assert answer.status_code == 503
    assert "稍后" in answer.json()["error"]["message"]
    assert customer.say("发票怎么开")["messages"]


def test_who_leaves_is_erased_in_the_bucket_though_it_was_down(world: tuple[S3, WeChatPlatform, Stack]) -> None:
    store, platform, _ = world
    before = set(store.files)
    follower = platform.follower()
    platform.media["BYE"] = PNG
    follower.do("image", MediaId="BYE")
    until(lambda: len(set(store.files) - before) == 2)
    store.errors[:] = [503] * 3
    assert follower.event("unsubscribe") == "success"
    until(lambda: set(store.files) == before)


@pytest.mark.parametrize(
    ("name", "value"),
    [("YOUBAN_S3_SECRET_KEY", "wrong"), ("YOUBAN_S3_BUCKET", "another"), ("YOUBAN_S3_ENDPOINT", "s3.example.cn")],
)
def test_a_wrong_setting_stops_the_start_with_one_line(
    world: tuple[S3, WeChatPlatform, Stack], tmp_path: Path, name: str, value: str
) -> None:
    stack = Stack(tmp_path, more={**world[2].more, name: value})
    command = [sys.executable, "-m", "service.cli", "serve"]
    done = subprocess.run(
        command, cwd=ROOT, env=stack.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip().startswith(f"youban: {name}: ")
    assert len(done.stderr.strip().splitlines()) == 1
