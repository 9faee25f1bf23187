"""The running service behind a stand-in of WeChat's platform."""

from __future__ import annotations

from typing import Iterator

import pytest

from tests.stack import Agent, Stack
from tests.stand_in.server import serving
from tests.stand_in.wechat import AES_KEY, APP_ID, APP_SECRET, TOKEN, Follower, WeChatPlatform


def settings_for(api_base: str, **more: str) -> dict[str, str]:
    return {
        "YOUBAN_WECHAT_TOKEN": TOKEN,
        "YOUBAN_WECHAT_APP_ID": APP_ID,
        "YOUBAN_WECHAT_APP_SECRET": APP_SECRET,
        "YOUBAN_WECHAT_AES_KEY": AES_KEY,
        "YOUBAN_WECHAT_API_BASE": api_base,
        "YOUBAN_WECHAT_OPEN_BASE": api_base,
        **more,
    }


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[WeChatPlatform, Stack]]:
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        platform.api_base = address
        stack = Stack(tmp_path_factory.mktemp("wechat"), more=settings_for(address))
        stack.more["YOUBAN_PUBLIC_URL"] = stack.url
        platform.service_url = stack.url
        try:
            stack.start_service()
            yield platform, stack
        finally:
            stack.stop()


@pytest.fixture
def platform(stand: tuple[WeChatPlatform, Stack]) -> WeChatPlatform:
    stand[0].errors.clear()
    stand[0].delays.clear()
    return stand[0]


@pytest.fixture
def stack(stand: tuple[WeChatPlatform, Stack]) -> Stack:
    return stand[1]


@pytest.fixture
def follower(platform: WeChatPlatform) -> Follower:
    return platform.follower()


@pytest.fixture(scope="module")
def agent(stand: tuple[WeChatPlatform, Stack]) -> Agent:
    return Agent.enter(stand[1], "wechat-agent")
