"""Kill -9 while WeChat's customers write: what was acknowledged is answered once, what left is not lost."""

from __future__ import annotations

import time

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Stack
from tests.stand_in.server import serving
from tests.stand_in.wechat import Follower, WeChatPlatform

SEND = "/cgi-bin/message/custom/send"


def _rows(stack: Stack, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(stack.database)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def _until(check, seconds: float = 60.0) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not check() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert check()


def test_acknowledged_words_survive_the_process(own_stack: Stack) -> None:
    """The service says `success` while a picture is still being fetched, and is killed before the turn."""
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        own_stack.more.update(settings_for(address, YOUBAN_WECHAT_PASSIVE="0.5"))
        platform.service_url = own_stack.url
        own_stack.start_service()
        follower = platform.follower()
        platform.delays["/cgi-bin/media/get"] = 5.0
        assert follower.do("image", MediaId="GONE", PicUrl="http://example.com/x.png") == "success"
        own_stack.kill("service")
        platform.delays.clear()
        own_stack.start_service()
        _until(lambda: "没有收到" in follower.words)
        assert follower.words.count("没有收到") == 1
        assert _rows(own_stack, "SELECT status FROM channel_receipts") == [("done",)]


def test_a_send_that_nobody_knows_of_is_counted_and_repeated(own_stack: Stack) -> None:
    """The service is killed while WeChat takes its time with a message."""
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        own_stack.more.update(settings_for(address, YOUBAN_WECHAT_PASSIVE="0.001"))
        platform.service_url = own_stack.url
        own_stack.start_service()
        follower = platform.follower()
        platform.delays[SEND] = 3.0
        for number in range(3):
            follower.say(f"发票怎么开{number}")
        _until(lambda: ("sending",) in _rows(own_stack, "SELECT status FROM channel_sends WHERE kind = 'message'"), 10)
        own_stack.kill("service")
        platform.delays.clear()
        own_stack.start_service()
        _until(lambda: ("unknown",) in _rows(own_stack, "SELECT status FROM channel_sends"), 60)
        _until(lambda: follower.words.count("发票") >= 1, 60)


def test_a_passive_answer_that_never_left_follows(own_stack: Stack) -> None:
    """It was written down as answered, but the process died before the answer left: WeChat gets the same again."""
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        own_stack.more.update(settings_for(address))
        platform.service_url = own_stack.url
        own_stack.start_service()
        follower = platform.follower()
        moment = int(time.time())
        follower.do("text", message_id=99, at=moment, Content="发票怎么开")
        _until(lambda: _rows(own_stack, "SELECT status FROM channel_sends") == [("sent",)], 10)
        engine = create_engine(own_stack.database)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE channel_sends SET status = 'sending', updated_at = '2020-01-01 00:00:00.000000'")
            )
        engine.dispose()
        _until(lambda: len(follower.seen) == 2, 20)
        assert follower.seen[1]["text"].splitlines()[0] == follower.seen[0]["text"].splitlines()[0]
        assert ("unknown",) in _rows(own_stack, "SELECT status FROM channel_sends WHERE kind = 'passive'")
        follower.do("text", message_id=99, at=moment, Content="发票怎么开")
        assert follower.seen[2]["text"] == follower.seen[0]["text"]


@pytest.mark.parametrize("trial", range(3))
def test_killed_under_load_every_word_has_one_answer(own_stack: Stack, trial: int) -> None:
    """WeChat repeats what was not acknowledged; nobody's message is stored twice or forgotten."""
    platform = WeChatPlatform()
    with serving(platform.app()) as address:
        own_stack.more.update(settings_for(address))
        platform.service_url = own_stack.url
        own_stack.start_service()
        followers = [platform.follower() for _ in range(4)]
        xmls = {f.openid: [_xml(f, n) for n in range(3)] for f in followers}
        for follower in followers:
            _post(platform, xmls[follower.openid][0])
        for follower in followers[: 2 + trial % 2]:
            _post(platform, xmls[follower.openid][1], patience=0.02)
        own_stack.kill("service")
        own_stack.start_service()
        for follower in followers:
            for xml in xmls[follower.openid]:
                _post(platform, xml)
        # What the killed process had in its hands is taken up when its lease ends.
        _until(lambda: _rows(own_stack, "SELECT count(*) FROM messages WHERE sender = 'customer'") == [(12,)], 90)
        _until(lambda: _rows(own_stack, "SELECT count(*) FROM turns WHERE status != 'done'") == [(0,)], 40)
        doubled = _rows(
            own_stack,
            "SELECT conversation_id, text, count(*) FROM messages WHERE sender = 'customer' GROUP BY 1, 2 "
            "HAVING count(*) > 1",
        )
        assert doubled == []
        assert _rows(own_stack, "SELECT count(*) FROM messages WHERE sender = 'customer'") == [(12,)]


def _xml(follower: Follower, number: int) -> str:
    words = ["发票怎么开", "积分多久过期", "怎么绑定加油卡"][number]
    return (
        f"<xml><ToUserName>gh_account</ToUserName><FromUserName>{follower.openid}</FromUserName>"
        f"<CreateTime>1700000000</CreateTime><MsgType>text</MsgType><Content>{words}</Content>"
        f"<MsgId>{number + 1}</MsgId></xml>"
    )


def _post(platform: WeChatPlatform, xml: str, patience: float = 5.0) -> None:
    params, body = platform.request(xml)
    try:
        httpx.post(f"{platform.service_url}/channels/wechat", params=params, content=body.encode(), timeout=patience)
    except httpx.HTTPError:
        return
