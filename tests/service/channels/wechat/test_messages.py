"""Customers in WeChat against the running service: real encrypted XML in, what their screens show out."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.database import rows
from tests.service.attachments.pictures import film, photo, video
from tests.stack import Agent, Stack
from tests.stand_in.wechat import PNG, Follower, WeChatPlatform

SEND = "/cgi-bin/message/custom/send"
TYPING = "/cgi-bin/message/custom/typing"
LONG_AGO = "2026-01-01 00:00:00.000000"


def test_the_address_is_checked(platform: WeChatPlatform, stack: Stack) -> None:
    params, _ = platform.request("<xml/>")
    url = f"{stack.url}/channels/wechat"
    assert httpx.get(url, params={**params, "echostr": "4711"}).text == "4711"
    wrong = {**params, "signature": "0" * 40, "echostr": "4711"}
    assert httpx.get(url, params=wrong).status_code == 403
    assert httpx.get(url).status_code == 403


def test_an_article_goes_back_in_the_same_request(follower: Follower) -> None:
    assert follower.say("发票怎么开") == "passive"
    assert "发票" in follower.words
    assert len(follower.seen) == 1


def test_a_problem_becomes_a_ticket_with_numbered_choices(follower: Follower, agent: Agent) -> None:
    follower.say("钱扣了油枪没反应")
    assert "工单" in follower.words
    assert "1. 转人工客服" in follower.words
    follower.say("1")
    assert "人工" in follower.seen[-1]["text"]
    waiting = agent.get("/handoff/queue").json()["items"]
    assert any("钱扣了油枪没反应" in "".join(item["story"]) for item in waiting)


def test_the_same_message_again_is_answered_with_the_same_words(follower: Follower) -> None:
    moment = int(time.time())
    for _ in range(3):
        follower.do("text", message_id=77, at=moment, Content="发票怎么开")
    texts = [m["text"] for m in follower.seen]
    assert len(texts) == 3
    assert len(set(texts)) == 1


def test_three_tries_at_once_are_one_message(platform: WeChatPlatform, follower: Follower, agent: Agent) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: follower.do("text", message_id=78, Content="钱扣了油枪没反应"), range(3)))
    filed = [line for line in follower.words.splitlines() if "工单" in line]
    assert filed
    conversation = _conversation(agent, follower, "转人工")
    story = agent.get(f"/conversations/{conversation}").json()
    assert [m["text"] for m in story["messages"] if m["sender"] == "customer"].count("钱扣了油枪没反应") == 1
    assert len(story["tickets"]) == 1


def _conversation(agent: Agent, follower: Follower, words: str) -> str:
    """The follower asks for a person; his conversation is the newest that waits."""
    follower.say(words)
    items = agent.get("/handoff/queue").json()["items"]
    return str(max(items, key=lambda i: i["queued_at"])["conversation_id"])


def test_an_agents_reply_and_ticket_progress_reach_the_customer(
    platform: WeChatPlatform, follower: Follower, agent: Agent
) -> None:
    follower.say("钱扣了油枪没反应")
    conversation = _conversation(agent, follower, "转人工")
    seen = len(follower.seen)
    assert agent.post(f"/conversations/{conversation}/claim").status_code == 200
    follower.wait(seen + 1)
    agent.post(f"/conversations/{conversation}/messages", {"client_id": "a1", "text": "您好，我来帮您查。"})
    follower.wait(seen + 2)
    assert "您好，我来帮您查。" in follower.seen[-1]["text"]
    assert follower.say("好的谢谢") == "success"
    story = agent.get(f"/conversations/{conversation}").json()
    number = story["tickets"][0]["number"]
    assert agent.patch(f"/tickets/{number}", {"status": "checking", "note": "已联系油站"}).status_code == 200
    follower.wait(seen + 3)
    assert number in follower.seen[-1]["text"]


def test_a_refused_token_is_renewed_once(platform: WeChatPlatform, follower: Follower, agent: Agent) -> None:
    conversation = _conversation(agent, follower, "转人工")
    agent.post(f"/conversations/{conversation}/claim")
    made = platform.tokens_made
    platform.revoke_token()
    agent.post(f"/conversations/{conversation}/messages", {"client_id": "t1", "text": "我在看了"})
    deadline = time.monotonic() + 10
    while "我在看了" not in follower.words and time.monotonic() < deadline:
        time.sleep(0.05)
    assert follower.words.count("我在看了") == 1
    assert platform.tokens_made == made + 1


def test_a_picture_is_kept_at_once(platform: WeChatPlatform, follower: Follower, agent: Agent) -> None:
    platform.media["IN-1"] = PNG
    conversation = _conversation(agent, follower, "转人工")
    agent.post(f"/conversations/{conversation}/claim")
    assert follower.do("image", PicUrl="http://mmbiz.qpic.cn/x", MediaId="IN-1") == "success"
    story = agent.get(f"/conversations/{conversation}").json()
    kept = [a for m in story["messages"] for a in m.get("attachments") or ()]
    assert [a["media_type"] for a in kept] == ["image/png"]
    assert agent.get(f"/attachments/{kept[0]['id']}").content.startswith(PNG[:8])


def _served(follower: Follower, agent: Agent) -> str:
    """A conversation that the agent has, announced to the follower."""
    conversation = _conversation(agent, follower, "转人工")
    seen = len(follower.seen)
    assert agent.post(f"/conversations/{conversation}/claim").status_code == 200
    follower.wait(seen + 1)
    return conversation


def _gives(agent: Agent, conversation: str, content: bytes, words: str = "") -> None:
    """The agent sends a file."""
    url = f"{agent.url}/api/v1/conversations/{conversation}/attachments"
    headers = {"Authorization": f"Bearer {agent.token}"}
    stored = httpx.post(url, files={"file": ("a", content)}, headers=headers, timeout=30)
    assert stored.status_code == 201, stored.text
    body = {"client_id": f"f{time.monotonic_ns()}", "text": words, "attachments": [{"id": stored.json()["id"]}]}
    said = agent.post(f"/conversations/{conversation}/messages", body)
    assert said.status_code == 200, said.text


def test_an_agents_pictures_and_videos_arrive(
    platform: WeChatPlatform, follower: Follower, agent: Agent, tmp_path: Path
) -> None:
    conversation = _served(follower, agent)
    seen = len(follower.seen)
    _gives(agent, conversation, photo(), "请看这张图")
    follower.wait(seen + 2)
    assert [m["msgtype"] for m in follower.seen[seen:]] == ["text", "image"]
    assert platform.media[follower.seen[seen + 1]["image"]["media_id"]].startswith(b"\xff\xd8\xff")
    _gives(agent, conversation, photo(form="WEBP"))
    follower.wait(seen + 3)
    assert follower.seen[seen + 2]["msgtype"] == "image", "WeChat knows no WebP"
    follower.do("text", Content="好的")
    _gives(agent, conversation, film(tmp_path))
    follower.wait(seen + 4)
    assert follower.seen[seen + 3]["msgtype"] == "video"
    _gives(agent, conversation, video() + bytes(11 * 1024**2))
    follower.wait(seen + 5)
    assert "App" in follower.seen[seen + 4]["text"]


def _type(stack: Stack, agent: Agent, *conversations: str) -> None:
    """The agent's console says that he types."""
    with connect(f"{stack.url.replace('http', 'ws')}/api/v1/agents/socket") as opened:
        opened.send(json.dumps({"type": "auth", "token": agent.token}))
        opened.recv(timeout=10)
        for one in conversations:
            opened.send(json.dumps({"type": "typing", "conversation_id": one}))
        opened.send(json.dumps({"type": "ping"}))
        while json.loads(opened.recv(timeout=10))["type"] != "pong":
            continue
        time.sleep(0.5)


def _typed(platform: WeChatPlatform, follower: Follower) -> int:
    return [c["touser"] for c in platform.of(TYPING)].count(follower.openid)


def test_typing_is_told_once_and_only_shortly_after_the_customers_word(
    platform: WeChatPlatform, follower: Follower, agent: Agent, stack: Stack
) -> None:
    conversation = _served(follower, agent)
    _type(stack, agent, conversation, conversation, conversation)
    assert _typed(platform, follower) == 1, "WeChat shows it for 15 seconds by itself"
    late = platform.follower()
    waiting = _served(late, agent)
    query = "UPDATE channel_addresses SET used_at = :at WHERE external_id = :o"
    rows(stack.database, query, at=LONG_AGO, o=late.openid)
    _type(stack, agent, waiting)
    assert _typed(platform, late) == 0, "WeChat would answer 45080"


def test_nobody_types_in_another_agents_conversation(
    platform: WeChatPlatform, follower: Follower, agent: Agent, stack: Stack
) -> None:
    conversation = _served(follower, agent)
    _type(stack, Agent.enter(stack, f"stranger-{time.monotonic_ns()}"), conversation)
    assert _typed(platform, follower) == 0


@pytest.mark.parametrize(
    "kind", ["voice", "video", "shortvideo", "location", "link", "card", "file", "miniprogrampage"]
)
def test_every_type_gets_words(follower: Follower, kind: str) -> None:
    fields = {
        "voice": {"MediaId": "nothing", "Format": "amr"},
        "location": {"Location_X": "25.04", "Location_Y": "102.72", "Scale": 16, "Label": "昆明北京路"},
        "link": {"Title": "发票怎么开", "Description": "", "Url": "https://example.com/"},
    }.get(kind, {"MediaId": "nothing"})
    assert follower.do(kind, **fields) in ("passive", "success")
    follower.wait(1)
    assert follower.seen[0]["text"].strip()


def test_voice_that_nobody_recognised_is_kept_for_a_person(
    platform: WeChatPlatform, follower: Follower, agent: Agent
) -> None:
    platform.media["VOICE"] = b"#!AMR\n" + b"\x3c" * 64
    follower.do("voice", MediaId="VOICE", Format="amr")
    follower.wait(1)
    assert "语音" in follower.seen[0]["text"]
    conversation = _conversation(agent, follower, "1")
    story = agent.get(f"/conversations/{conversation}").json()
    kept = [a["media_type"] for m in story["messages"] for a in m.get("attachments") or ()]
    assert kept == ["audio/amr"]


def test_recognised_voice_is_read(follower: Follower) -> None:
    follower.do("voice", MediaId="nothing", Format="amr", Recognition="发票怎么开")
    assert "发票" in follower.words


def test_a_follow_is_welcomed_and_its_choices_work(follower: Follower) -> None:
    assert follower.event("subscribe", EventKey="qrscene_S001") == "passive"
    assert "油伴客服" in follower.words
    follower.say("5")
    assert "人工" in follower.seen[-1]["text"]


def test_a_scan_of_the_code_at_a_pump_is_welcomed_each_time(follower: Follower) -> None:
    follower.say("你好")
    for moment in (1, 2):
        seen = len(follower.seen)
        at = int(time.time()) + moment
        assert follower.event("SCAN", EventKey="S001", Ticket="T", at=at) == "passive"
        assert "油伴客服" in follower.seen[seen]["text"]


def test_a_menu_press_is_a_payload(follower: Follower) -> None:
    assert follower.event("CLICK", EventKey="human") == "passive"
    assert "人工" in follower.words


def test_the_shipped_menu_has_keys_that_mean_something(platform: WeChatPlatform, stack: Stack) -> None:
    assert "menu created" in stack.run("wechat-menu")
    menu = platform.of("/cgi-bin/menu/create")[-1]
    keys = [b["key"] for group in menu["button"] for b in group["sub_button"] if b["type"] == "click"]
    assert len(keys) >= 9
    for key in keys:
        pressed = platform.follower()
        assert pressed.event("CLICK", EventKey=key) == "passive", key
        assert pressed.words.strip()
        assert ":" not in key or key not in pressed.words
    assert all(len(b["name"].encode()) <= 60 for group in menu["button"] for b in group["sub_button"])


def test_quiet_events_are_acknowledged(follower: Follower) -> None:
    for name, fields in {
        "VIEW": {"EventKey": "https://example.com/"},
        "LOCATION": {"Latitude": "25.04", "Longitude": "102.72", "Precision": "10"},
        "TEMPLATESENDJOBFINISH": {"Status": "success"},
        "something_new": {},
    }.items():
        assert follower.event(name, **fields) == "success"
    assert follower.seen == []


def test_a_slow_turn_is_acknowledged_and_follows(platform: WeChatPlatform, follower: Follower) -> None:
    platform.media["SLOW"] = PNG
    platform.delays["/cgi-bin/media/get"] = 5.0
    assert follower.do("image", MediaId="SLOW") == "success"
    platform.delays.clear()
    follower.wait(1)
    assert not follower.seen[0].get("passive")
    assert _typed(platform, follower) == 1
