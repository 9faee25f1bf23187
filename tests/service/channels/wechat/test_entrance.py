"""The entrance under fire: whatever comes, WeChat's user never sees an error that we made."""

from __future__ import annotations

import base64
import time
from typing import Any
from xml.sax.saxutils import escape

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database import rows
from tests.service.channels.wechat.conftest import settings_for
from tests.stack import Stack
from tests.stand_in.wechat import ACCOUNT, APP_ID, WeChatPlatform, decrypt, encrypt, sha1

_BOMB = (
    '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>&b;</Content><MsgId>1</MsgId></xml>"
)
_FILE = (
    '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>&x;</Content><MsgId>1</MsgId></xml>"
)
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_HEAD = st.sampled_from(["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Event", "EventKey"])
_REST = st.sampled_from(
    ["Content", "MediaId", "PicUrl", "Location_X", "Location_Y", "Latitude", "Longitude", "Recognition", "bizmsgmenuid"]
)
_NAMES = st.one_of(_HEAD, _REST, st.just("SubscribeMsgPopupEvent"))
_VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["text", "event", "image", "location", "voice", "CLICK", "subscribe", "SCAN", "o1", "1e309", "nan"]
    ),
    st.integers(-(10**30), 10**30).map(str),
)


def _post(stack: Stack, params: dict[str, str], body: bytes | str) -> httpx.Response:
    content = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return httpx.post(f"{stack.url}/channels/wechat", params=params, content=content, timeout=10)


def _fine(platform: WeChatPlatform, answer: httpx.Response) -> bool:
    """Nothing, `success`, or an encrypted answer of ours."""
    return answer.status_code == 200 and (answer.text in ("", "success") or "<Encrypt>" in answer.text)


@pytest.mark.parametrize("xml", [_BOMB, _FILE, "", "no xml", "<xml/>", "<xml>" + "<a>" * 5000, "<html><b/></html>"])
def test_hostile_xml_is_acknowledged_and_not_read(platform: WeChatPlatform, stack: Stack, xml: str) -> None:
    params, body = platform.request(xml)
    assert _fine(platform, _post(stack, params, body))
    assert "root:" not in stack.log("service")


@_QUICK
@given(body=st.binary(max_size=400))
def test_unsigned_noise_is_refused(stack: Stack, body: bytes) -> None:
    assert _post(stack, {}, body).status_code == 403


@_QUICK
@given(plain=st.text(max_size=200))
def test_signed_noise_is_acknowledged(platform: WeChatPlatform, stack: Stack, plain: str) -> None:
    plain = plain.encode("utf-8", "ignore").decode()
    params, body = platform.request(plain)
    assert _fine(platform, _post(stack, params, body))


@_QUICK
@given(fields=st.lists(st.tuples(_NAMES, _VALUES), max_size=10))
def test_any_fields_in_any_order_get_an_answer(
    platform: WeChatPlatform, stack: Stack, fields: list[tuple[str, str]]
) -> None:
    xml = "".join(f"<{n}>{escape(v.encode('utf-8', 'ignore').decode())}</{n}>" for n, v in fields)
    params, body = platform.request(f"<xml>{xml}</xml>")
    assert _fine(platform, _post(stack, params, body))
    assert "Traceback" not in stack.log("service")


@_QUICK
@given(cipher=st.one_of(st.text(max_size=60), st.binary(max_size=96).map(lambda b: b.hex())))
def test_forged_ciphers_under_a_right_signature_are_refused(
    platform: WeChatPlatform, stack: Stack, cipher: str
) -> None:
    cipher = "".join(c for c in cipher if c.isprintable() and ord(c) < 0xD800)
    params, _ = platform.request("<xml/>")
    params["msg_signature"] = sha1("token-of-the-tests", params["timestamp"], params["nonce"], cipher)
    answer = _post(stack, params, f"<xml><Encrypt>{escape(cipher)}</Encrypt></xml>")
    assert answer.status_code == 403


_GOOD = (
    "<xml><ToUserName>gh_account</ToUserName><FromUserName>oflipped</FromUserName><CreateTime>1</CreateTime>"
    "<MsgType>text</MsgType><Content>发票怎么开</Content><MsgId>41</MsgId></xml>"
)


@_QUICK
@given(at=st.integers(0, 10**6), bit=st.integers(0, 7), cut=st.integers(0, 200), signed=st.booleans())
def test_a_cipher_that_was_changed_on_its_way_is_refused_or_says_nothing(
    platform: WeChatPlatform, stack: Stack, at: int, bit: int, cut: int, signed: bool
) -> None:
    """A flipped bit or a missing end; under the old signature, and under one that was made anew for it."""
    cipher = bytearray(base64.b64decode(encrypt(_GOOD)))
    cipher[at % len(cipher)] ^= 1 << bit
    changed = base64.b64encode(bytes(cipher[: len(cipher) - cut])).decode()
    params, _ = platform.request(_GOOD)
    if signed:
        params["msg_signature"] = sha1("token-of-the-tests", params["timestamp"], params["nonce"], changed)
    answer = _post(stack, params, f"<xml><Encrypt>{changed}</Encrypt></xml>")
    assert answer.status_code == 403 if not signed else answer.status_code == 403 or _fine(platform, answer)
    assert "Traceback" not in stack.log("service")


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature"])
@pytest.mark.parametrize("value", ["", "0", "x" * 5000, "中", "-1", "99999999999999999999", "\x00"])
def test_a_wrong_part_of_the_address_is_refused(platform: WeChatPlatform, stack: Stack, name: str, value: str) -> None:
    params, body = platform.request(_GOOD)
    answer = _post(stack, {**params, name: value}, body)
    # In encrypted mode WeChat's plain signature covers nothing and is not asked for.
    assert answer.status_code == 403 if name != "signature" else _fine(platform, answer)
    checked = httpx.get(f"{stack.url}/channels/wechat", params={**params, name: value, "echostr": "x"}, timeout=10)
    assert checked.status_code == 403 if name != "msg_signature" else checked.text == "x"


def test_the_same_request_again_is_answered_with_the_same_words(platform: WeChatPlatform, stack: Stack) -> None:
    """Somebody who recorded a request learns nothing new by sending it again, and the customer says nothing twice."""
    follower = platform.follower()
    xml = _GOOD.replace("oflipped", follower.openid)
    params, body = platform.request(xml)
    words = {platform.passive_text(_post(stack, params, body).text, follower) for _ in range(3)}
    assert len(words) == 1
    query = "SELECT count(*) FROM channel_receipts WHERE external_id = :o"
    assert rows(stack.database, query, o=follower.openid)[0][0] == 1


def test_what_is_meant_for_another_account_is_refused(platform: WeChatPlatform, stack: Stack) -> None:
    xml = "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>"
    cipher = encrypt(xml, app_id="wxanother")
    params, _ = platform.request(xml)
    params["msg_signature"] = sha1("token-of-the-tests", params["timestamp"], params["nonce"], cipher)
    assert _post(stack, params, f"<xml><Encrypt>{cipher}</Encrypt></xml>").status_code == 403


def test_a_plain_body_is_refused_where_the_account_encrypts(platform: WeChatPlatform, stack: Stack) -> None:
    params, _ = platform.request("<xml/>")
    xml = "<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>"
    assert _post(stack, params, xml).status_code == 403


def test_an_old_request_is_refused(platform: WeChatPlatform, stack: Stack) -> None:
    params, body = platform.request("<xml/>")
    cipher = body.partition("<Encrypt>")[2].partition("</Encrypt>")[0]
    old = str(int(time.time()) - 3600)
    params |= {"timestamp": old, "signature": sha1("token-of-the-tests", old, params["nonce"])}
    params["msg_signature"] = sha1("token-of-the-tests", old, params["nonce"], cipher)
    assert _post(stack, params, body).status_code == 403


def test_a_body_without_end_is_cut_off(platform: WeChatPlatform, stack: Stack) -> None:
    params, _ = platform.request("<xml/>")
    assert _post(stack, params, "x" * 300_000).status_code == 413


def test_the_end_of_a_cdata_section_in_words_breaks_nothing(platform: WeChatPlatform, stack: Stack) -> None:
    follower = platform.follower()
    assert follower.say("]]><Content>油枪</Content><![CDATA[") in ("passive", "success")
    assert follower.seen


def test_plain_mode_and_relay(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An account without a key, and one whose own server forwards what it got."""
    import hashlib
    import hmac

    platform = WeChatPlatform(encrypts=False)
    more = settings_for(
        "http://127.0.0.1:9", YOUBAN_WECHAT_AES_KEY="", YOUBAN_WECHAT_RELAY_SECRET="relay-secret-of-tests"
    )
    stack = Stack(tmp_path_factory.mktemp("plain"), more=more)
    platform.service_url = stack.url
    try:
        stack.start_service()
        follower = platform.follower()
        assert follower.say("发票怎么开") == "passive"
        xml = (
            f"<xml><ToUserName>{ACCOUNT}</ToUserName><FromUserName>orelay</FromUserName><CreateTime>1</CreateTime>"
            "<MsgType>text</MsgType><Content>发票怎么开</Content><MsgId>5</MsgId></xml>"
        ).encode()
        stamp = str(int(time.time()))
        made = hmac.new(b"relay-secret-of-tests", stamp.encode() + b"." + xml, hashlib.sha256).hexdigest()
        headers: dict[str, Any] = {"X-Youban-Timestamp": stamp, "X-Youban-Signature": f"sha256={made}"}
        url = f"{stack.url}/channels/wechat/relay"
        answer = httpx.post(url, content=xml, headers=headers, timeout=10)
        assert "发票" in platform.passive_text(answer.text, platform.follower("orelay"))
        assert httpx.post(url, content=xml + b" ", headers=headers, timeout=10).status_code == 403
    finally:
        stack.stop()


def test_the_stand_in_itself_encrypts_what_it_can_read() -> None:
    assert decrypt(encrypt("<xml>油</xml>")) == "<xml>油</xml>"
    assert APP_ID.startswith("wx")
