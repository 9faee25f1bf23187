"""One customer in the app and in WeChat: consent, one history, undo, and what is forgotten when he leaves."""

from __future__ import annotations

import re
import time

import httpx
from sqlalchemy import create_engine, text

from tests.stack import Agent, Customer, Stack
from tests.stand_in.wechat import PNG, Follower, WeChatPlatform


def _bind(stack: Stack, follower: Follower, customer: Customer) -> None:
    words = _code(stack, customer)
    follower.say(words)
    assert "绑定" in follower.seen[-1]["text"]
    follower.say("1")
    assert "绑定好了" in follower.seen[-1]["text"]


def _code(stack: Stack, customer: Customer) -> str:
    answer = httpx.post(f"{stack.url}/api/v1/widget/bindings/code", headers=customer.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["words"])


def _texts(customer: Customer) -> str:
    return "\n".join(m["text"] for m in customer.history()["messages"])


def test_both_histories_become_one_and_go_on_where_the_customer_writes(
    stack: Stack, follower: Follower, agent: Agent
) -> None:
    follower.say("钱扣了油枪没反应")
    customer = Customer.enter(stack, "demo-gold-801")
    customer.say("发票怎么开")
    _bind(stack, follower, customer)
    told = _texts(customer)
    assert "发票怎么开" in told
    assert "钱扣了油枪没反应" in told
    seqs = [m["seq"] for m in customer.history()["messages"]]
    assert seqs == list(range(1, len(seqs) + 1))
    tickets = agent.get("/tickets", customer_id="demo-gold-801").json()["items"]
    assert [t["category"] for t in tickets] == ["paid_not_fueled"]
    seen = len(follower.seen)
    customer.say("谢谢")
    number = tickets[0]["number"]
    agent.patch(f"/tickets/{number}", {"status": "checking", "note": "在查"})
    time.sleep(1.5)
    assert len(follower.seen) == seen, "he writes in the app now"
    assert number in _texts(customer)
    assert follower.say("积分多久过期") == "passive"
    assert "积分" in follower.seen[-1]["text"]
    assert number not in follower.seen[-1]["text"], "what he saw in the app is not told again"
    assert "积分多久过期" in _texts(customer)


def test_the_account_is_shown_masked_and_no_binds_nothing(stack: Stack, follower: Follower) -> None:
    customer = Customer.enter(stack, "demo-gold-802")
    follower.say(_code(stack, customer))
    assert re.search(r"1\d{2}\*{4}\d{4}", follower.seen[-1]["text"])
    follower.say("先不绑定")
    assert "没有绑定" in follower.seen[-1]["text"]
    assert httpx.get(f"{stack.url}/api/v1/widget/bindings", headers=customer.headers).json()["items"] == []


def test_a_code_works_once_and_guessing_ends(stack: Stack, platform: WeChatPlatform, follower: Follower) -> None:
    customer = Customer.enter(stack, "demo-gold-803")
    words = _code(stack, customer)
    follower.say(words)
    follower.say("2")
    other = platform.follower()
    other.say(words)
    assert "绑定码不对" in other.seen[-1]["text"]
    for guess in range(5):
        other.say(f"绑定 {guess:08d}")
    assert "次数太多" in other.seen[-1]["text"]
    assert words.split()[1] not in str(_stored(stack, other.openid))


def _stored(stack: Stack, openid: str) -> list[str]:
    engine = create_engine(stack.database)
    query = (
        "SELECT m.text FROM messages m JOIN conversations c ON c.id = m.conversation_id "
        "JOIN channel_identities i ON i.contact_id = c.contact_id WHERE i.external_id = :o"
    )
    with engine.connect() as connection:
        found = [row[0] for row in connection.execute(text(query), {"o": openid})]
    engine.dispose()
    return found


def test_undoing_separates_them(stack: Stack, follower: Follower) -> None:
    customer = Customer.enter(stack, "demo-gold-804")
    _bind(stack, follower, customer)
    follower.say("解除绑定")
    assert "已经解除绑定" in follower.seen[-1]["text"]
    assert httpx.get(f"{stack.url}/api/v1/widget/bindings", headers=customer.headers).json()["items"] == []
    follower.say("发票怎么开")
    assert "发票怎么开" not in _texts(customer)


def test_the_app_undoes_it_too(stack: Stack, follower: Follower) -> None:
    customer = Customer.enter(stack, "demo-gold-805")
    _bind(stack, follower, customer)
    listed = httpx.get(f"{stack.url}/api/v1/widget/bindings", headers=customer.headers).json()["items"]
    assert [b["channel"] for b in listed] == ["wechat"]
    done = httpx.delete(f"{stack.url}/api/v1/widget/bindings/wechat", headers=customer.headers)
    assert done.status_code == 204
    follower.say("解除绑定")
    assert "还没有绑定" in follower.seen[-1]["text"]


def test_guests_get_no_code(stack: Stack) -> None:
    guest = Customer.enter(stack, None)
    answer = httpx.post(f"{stack.url}/api/v1/widget/bindings/code", headers=guest.headers)
    assert answer.status_code == 403


def _page(stack: Stack, follower: Follower, query: str = "") -> tuple[httpx.Client, str]:
    """What WeChat's browser shows after its silent log-in."""
    browser = httpx.Client(cookies={"openid": follower.openid}, follow_redirects=True, trust_env=False)
    shown = browser.get(f"{stack.url}/channels/wechat/bind{query}")
    assert shown.status_code == 200, shown.text
    return browser, shown.text


def _grant(page: str) -> str:
    return re.search(r'name=grant value="([^"]+)"', page)[1]  # type: ignore[index]


def test_the_page_binds_by_the_apps_token(stack: Stack, follower: Follower) -> None:
    token = stack.run("customer-token", "demo-gold-806")
    browser, page = _page(stack, follower, f"?customer_token={token}")
    assert "****" in page
    done = browser.post(f"{stack.url}/channels/wechat/bind/confirm", data={"grant": _grant(page), "answer": "yes"})
    assert "绑定好了" in done.text
    follower.say("发票怎么开")
    assert "发票怎么开" in _texts(Customer.enter(stack, "demo-gold-806"))


def test_the_page_binds_by_a_code_after_showing_the_account(stack: Stack, follower: Follower) -> None:
    customer = Customer.enter(stack, "demo-gold-807")
    code = _code(stack, customer).split()[1]
    browser, page = _page(stack, follower)
    url = f"{stack.url}/channels/wechat/bind/confirm"
    wrong = browser.post(url, data={"grant": _grant(page), "answer": "yes", "code": "00000000"})
    assert "不对或者已经过期" in wrong.text
    asked = browser.post(url, data={"grant": _grant(wrong.text), "answer": "yes", "code": code})
    assert "****" in asked.text
    assert httpx.get(f"{stack.url}/api/v1/widget/bindings", headers=customer.headers).json()["items"] == []
    assert "绑定好了" in browser.post(url, data={"grant": _grant(asked.text), "answer": "yes"}).text


def test_pages_refuse_what_is_not_theirs(stack: Stack) -> None:
    url = f"{stack.url}/channels/wechat/bind"
    assert httpx.get(f"{url}/callback", params={"state": "forged", "code": "x"}).status_code == 400
    assert httpx.post(f"{url}/confirm", data={"grant": "forged", "answer": "yes"}).status_code == 400
    assert httpx.get(url, params={"customer_token": "forged"}).status_code == 401


def test_who_unsubscribes_is_forgotten(
    stack: Stack, platform: WeChatPlatform, follower: Follower, agent: Agent
) -> None:
    platform.media["BYE"] = PNG
    follower.say("钱扣了油枪没反应，我的手机号是13812345678")
    number = re.search(r"YB\d+", follower.words)[0]  # type: ignore[index]
    agent.patch(f"/tickets/{number}", {"status": "solved", "note": "已退款"})
    agent.patch(f"/tickets/{number}", {"status": "closed", "note": ""})
    deadline = time.monotonic() + 10
    while not (found := agent.get("/search", q="13812345678").json()["items"]) and time.monotonic() < deadline:
        time.sleep(0.2)
    agent.post(f"/conversations/{found[0]['conversation_id']}/notes", {"text": "他的号码是13812345678"})
    folder = stack.folder / "data" / "attachments"
    folder.mkdir(exist_ok=True)
    before = set(folder.iterdir())
    follower.do("image", MediaId="BYE")
    assert set(folder.iterdir()) > before
    assert follower.event("unsubscribe") == "success"
    engine = create_engine(stack.database)
    deadline = time.monotonic() + 10
    with engine.connect() as connection:
        dump = "x"
        while (follower.openid in dump and time.monotonic() < deadline) or dump == "x":
            tables = ("channel_addresses", "channel_identities", "channel_receipts", "channel_bindings", "messages")
            tables += ("tickets", "ticket_events", "dialogues", "turns", "outbox", "search_entries", "internal_notes")
            dump = str([list(connection.execute(text(f"SELECT * FROM {t}"))) for t in tables])
            connection.rollback()
            time.sleep(0.1)
    engine.dispose()
    assert follower.openid not in dump
    assert "13812345678" not in dump
    while set(folder.iterdir()) != before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert set(folder.iterdir()) == before


def test_who_unsubscribes_stays_a_customer_of_the_app(stack: Stack, follower: Follower) -> None:
    customer = Customer.enter(stack, "demo-gold-808")
    _bind(stack, follower, customer)
    follower.say("发票怎么开")
    follower.event("unsubscribe")
    deadline = time.monotonic() + 10
    url = f"{stack.url}/api/v1/widget/bindings"
    while httpx.get(url, headers=customer.headers).json()["items"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert httpx.get(url, headers=customer.headers).json()["items"] == []
    assert "发票怎么开" in _texts(customer)
