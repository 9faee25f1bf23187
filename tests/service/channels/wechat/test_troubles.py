"""When our own house or WeChat's interface is in trouble."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from service.channels.contract import Sent
from service.channels.wechat.client import Account, WeChatClient, WeChatError
from service.db import Database
from service.migrate import migrate
from service.settings import Settings
from tests.stack import Stack
from tests.stand_in.server import serving
from tests.stand_in.wechat import APP_ID, APP_SECRET, Follower, WeChatPlatform

SEND = "/cgi-bin/message/custom/send"


def test_what_cannot_be_stored_is_not_acknowledged_and_ends_in_words(stack: Stack, follower: Follower) -> None:
    engine = create_engine(stack.database)
    follower.say("发票怎么开")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE channel_receipts RENAME TO receipts_away"))
    try:
        assert follower.say("钱扣了油枪没反应") == "passive"
        assert "没有收到" in follower.seen[-1]["text"]
        assert "故障" not in follower.words
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE receipts_away RENAME TO channel_receipts"))
        engine.dispose()
    assert follower.say("发票怎么开呀") == "passive"
    assert "没有收到" not in follower.seen[-1]["text"]


@pytest.fixture
def database(tmp_path: Path) -> Database:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    migrate(settings)
    return Database(settings.database)


def _client(database: Database, base: str) -> WeChatClient:
    return WeChatClient(database, Account(APP_ID, APP_SECRET, base), 1024)


async def test_many_processes_fetch_one_token(database: Database) -> None:
    platform = WeChatPlatform()
    platform.delays["token"] = 0.5
    with serving(platform.app()) as address:
        clients = [_client(database, address) for _ in range(4)]
        body = {"touser": "o1", "msgtype": "text", "text": {"content": "x"}}
        platform.credit["o1"] = 100
        await asyncio.gather(*(c.call(SEND, body) for c in clients for _ in range(5)))
        assert platform.tokens_made == 1
        platform.revoke_token()
        await asyncio.gather(*(c.call(SEND, body) for c in clients))
        assert platform.tokens_made == 2
        for client in clients:
            await client.close()
    database.close()


async def test_a_token_that_stays_refused_is_renewed_once_only(database: Database) -> None:
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        client = _client(database, address)
        platform.errors[SEND] = [40001] * 10
        with pytest.raises(WeChatError) as caught:
            await client.call(SEND, {"touser": "o1"})
        assert caught.value.outcome().sent is Sent.AGAIN
        assert len(platform.errors[SEND]) == 8
        await client.close()
    database.close()


async def test_without_a_platform_nothing_was_sent(database: Database) -> None:
    client = _client(database, "http://127.0.0.1:9")
    with pytest.raises(WeChatError) as caught:
        await client.call(SEND, {})
    assert caught.value.outcome().sent is Sent.AGAIN
    await client.close()
    database.close()


async def test_a_wrong_secret_is_the_operators_business(database: Database) -> None:
    with serving(WeChatPlatform().app()) as address:
        client = WeChatClient(database, Account(APP_ID, "wrong", address), 1024)
        with pytest.raises(WeChatError) as caught:
            await client.call(SEND, {})
        outcome = caught.value.outcome()
        assert (outcome.sent, outcome.code) == (Sent.AGAIN, 40125)
        assert outcome.retry_after >= 60
        await client.close()
    database.close()


async def test_media_larger_than_an_upload_is_left(database: Database) -> None:
    platform = WeChatPlatform()
    platform.media["BIG"] = b"\xff" * 5000
    with serving(platform.app()) as address:
        client = _client(database, address)
        with pytest.raises(Exception, match="TransportError"):
            await client.download("BIG", None)
        await client.close()
    database.close()
