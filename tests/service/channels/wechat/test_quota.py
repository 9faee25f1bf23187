"""What WeChat does not let us send: counted, merged, told elsewhere, never lost; and what nobody knows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Iterator

import pytest
from sqlalchemy import create_engine, text

from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Agent, Stack
from tests.stand_in.hooks import HookReceiver
from tests.stand_in.server import serving
from tests.stand_in.wechat import APP_ID, Follower, WeChatPlatform

SEND = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"


@dataclass
class World:
    platform: WeChatPlatform
    stack: Stack
    agent: Agent
    hooks: HookReceiver

    def talk(self, follower: Follower) -> str:
        """A person has the conversation of the follower, and has been announced; returns its id."""
        follower.say("转人工")
        items = self.agent.get("/handoff/queue").json()["items"]
        conversation = str(max(items, key=lambda i: i["queued_at"])["conversation_id"])
        seen = len(follower.seen)
        assert self.agent.post(f"/conversations/{conversation}/claim").status_code == 200
        follower.wait(seen + 1)
        return conversation

    def write(self, conversation: str, words: str) -> None:
        body = {"client_id": words, "text": words}
        assert self.agent.post(f"/conversations/{conversation}/messages", body).status_code == 200

    def rows(self, query: str, **values: Any) -> list[Any]:
        engine = create_engine(self.stack.database)
        with engine.connect() as connection:
            found = list(connection.execute(text(query), values))
        engine.dispose()
        return found

    def sends(self, conversation: str) -> list[tuple[str, str]]:
        query = "SELECT kind, status FROM channel_sends WHERE conversation_id = :c ORDER BY id"
        return [(row[0], row[1]) for row in self.rows(query, c=conversation)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    platform, hooks = WeChatPlatform(), HookReceiver()
    with serving(platform.app()) as address, serving(hooks.app()) as hook_address:
        more = settings_for(address, YOUBAN_WECHAT_TEMPLATE_ID="T-1", YOUBAN_HOOKS_PRIVATE="true")
        stack = Stack(tmp_path_factory.mktemp("quota"), more=more)
        platform.service_url = stack.url
        try:
            stack.start_service()
            admin = Agent.enter(stack, "quota-admin", "admin")
            body = {"url": f"{hook_address}/in", "events": ["message.undelivered"], "secret": hooks.secret}
            assert admin.post("/hooks", body).status_code == 201
            yield World(platform, stack, Agent.enter(stack, "quota-agent"), hooks)
        finally:
            stack.stop()


@pytest.fixture
def follower(world: World) -> Follower:
    world.platform.errors.clear()
    world.platform.delays.clear()
    return world.platform.follower()


def until(check: Any, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert check()


def test_five_are_sent_then_the_customer_is_told_once_and_nothing_is_lost(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    for number in range(1, 8):
        world.write(conversation, f"第{number}句")
        if number <= 4:
            until(lambda n=number: f"第{n}句" in follower.words)
    until(lambda: len(world.platform.of(TEMPLATE)) >= 1)
    time.sleep(1.5)
    sent = [b for b in world.platform.of(SEND) if b["touser"] == follower.openid]
    assert len(sent) == 5, "the announcement and four sentences"
    assert "回复任意字" in sent[-1]["text"]["content"]
    notices = [b for b in world.platform.of(TEMPLATE) if b["touser"] == follower.openid]
    assert len(notices) >= 1
    assert notices[0]["template_id"] == "T-1"
    assert notices[0]["data"]["thing1"]["value"]
    assert follower.say("在吗") == "passive"
    for number in range(1, 8):
        assert follower.words.count(f"第{number}句") == 1


def test_bubbles_that_wait_are_merged(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    world.platform.delays[SEND] = 1.0
    for number in range(1, 6):
        world.write(conversation, f"合并{number}")
    until(lambda: "合并5" in follower.words)
    sent = [b for b in world.platform.of(SEND) if b["touser"] == follower.openid and "合并" in b["text"]["content"]]
    assert len(sent) <= 3
    assert [follower.words.index(f"合并{n}") for n in range(1, 6)] == sorted(
        follower.words.index(f"合并{n}") for n in range(1, 6)
    )


@pytest.mark.parametrize("code", [45015, 45047])
def test_a_closed_window_falls_back_and_is_not_tried_again(world: World, follower: Follower, code: int) -> None:
    conversation = world.talk(follower)
    world.platform.errors[SEND] = [code]
    before = len(world.platform.of(TEMPLATE))
    world.write(conversation, "窗口外的话")
    until(lambda: len(world.platform.of(TEMPLATE)) == before + 1)
    time.sleep(1.5)
    assert "窗口外的话" not in follower.words
    assert ("message", "parked") in world.sends(conversation)
    assert follower.say("我来了") == "passive"
    assert follower.words.count("窗口外的话") == 1


def test_without_a_template_the_app_is_told(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    world.platform.errors[SEND] = [45015]
    world.platform.errors[TEMPLATE] = [40037]
    world.write(conversation, "只在App里")
    until(lambda: any(e["data"]["channel"] == "wechat" for e in world.hooks.of("message.undelivered")))


def test_a_busy_platform_is_tried_again(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    world.platform.errors[SEND] = [-1]
    world.write(conversation, "忙的时候")
    until(lambda: "忙的时候" in follower.words, 20)
    assert follower.words.count("忙的时候") == 1


def test_an_unknown_outcome_is_recorded_and_sent_again(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    world.platform.errors[SEND + "!"] = [1]
    world.write(conversation, "到底到没到")
    until(lambda: follower.words.count("到底到没到") == 2, 20)
    until(lambda: ("message", "unknown") in world.sends(conversation))
    metrics = world.agent.get("/../../metrics").text
    assert 'youban_channel_sends_total{channel="wechat",kind="message",outcome="unknown"} ' in metrics


def test_refused_words_are_skipped_and_the_rest_arrives(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    world.platform.errors[SEND] = [87014]
    world.write(conversation, "违规的话")
    until(lambda: ("message", "refused") in world.sends(conversation))
    world.write(conversation, "正常的话")
    until(lambda: "正常的话" in follower.words)
    assert "违规的话" not in follower.words


def test_who_left_gets_nothing_more(world: World, follower: Follower) -> None:
    conversation = world.talk(follower)
    world.platform.errors[SEND] = [43004]
    world.write(conversation, "人走了")
    until(lambda: ("message", "failed") in world.sends(conversation))
    count = len(world.platform.of(SEND))
    world.write(conversation, "还在吗")
    time.sleep(1.5)
    assert len(world.platform.of(SEND)) == count


def test_a_press_allows_three_within_a_minute(world: World) -> None:
    follower = world.platform.follower()
    follower.event("CLICK", EventKey="human")
    row = world.rows(
        "SELECT credit, event_credit, event_credit_until FROM channel_addresses WHERE external_id = :o",
        o=follower.openid,
    )[0]
    assert (row[0], row[1]) == (0, 3)
    assert 50 < row[2] - time.time() <= 60


def test_the_token_is_one_row_for_all(world: World, follower: Follower) -> None:
    world.talk(follower)
    rows = world.rows("SELECT name, token FROM channel_tokens")
    assert [row[0] for row in rows] == [f"wechat:{APP_ID}"]
    assert rows[0][1].startswith("TOKEN-")
