"""The widget's entrance under fire: a clear answer to whatever comes, never a stack trace, and what was acknowledged
is kept."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.stack import Customer, Stack

_QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_CLEAR = {200, 400, 413, 422, 429}
_WORDS = st.text(st.characters(), max_size=60)
_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats() | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.sampled_from(["client_id", "text", "payload", "attachments", "context", "id", "order_id", "menu"])
_HOSTILE_TEXTS = [
    "\x00\x01\x02 发票 \x7f怎么开",
    "发票怎么开\u202e\u2066",
    "😀" * 300,
    "油" * 10_000,
    "' OR 1=1; DROP TABLE messages; --",
    "<script>alert(1)</script>",
    "/restart",
    '/inform{"order_id":"X"}',
    "{{7*7}} ${7*7} %s %n",
    "\ud800\udc00 发票 \udfff",
    "a\u0300" * 500,
    "   \n\t  ",
]
_RAW = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe\x00{",
    '{"client_id":"c","text":"油"}'.encode("utf-16"),
    '{"client_id":"c","text":"发票"}'.encode("gb18030"),
    b'{"client_id":"c","text":NaN}',
    b'{"client_id":"c","text":"\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"client_id":"c","context":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    b'{"client_id":"c","text":1e999999}',
    b'{"client_id":"c","text":' + b"9" * 10_000 + b"}",
    b'{"client_id":"c","text":"' + b"x" * 5_000_000 + b'"}',
]


def _post(customer: Customer, content: bytes, media_type: str = "application/json") -> httpx.Response:
    headers = {**customer.headers, "Content-Type": media_type}
    return httpx.post(f"{customer.url}/api/v1/widget/messages", content=content, headers=headers, timeout=30)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8")


@pytest.fixture(scope="module")
def customer(service_only: Stack) -> Customer:
    return Customer.enter(service_only, "demo-gold-fuzz")


def _is_clear(answer: httpx.Response) -> None:
    assert answer.status_code in _CLEAR, (answer.status_code, answer.text[:300])
    told = answer.json()
    assert "Traceback" not in answer.text
    if answer.status_code != 200:
        assert told["error"]["message"]


@pytest.mark.parametrize("content", _RAW, ids=range(len(_RAW)))
@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data"])
def test_bodies_that_are_none_get_a_clear_answer(customer: Customer, content: bytes, media_type: str) -> None:
    _is_clear(_post(customer, content, media_type))


@_QUICK
@given(value=_VALUES)
def test_any_json_gets_a_clear_answer(customer: Customer, value: Any) -> None:
    _is_clear(_post(customer, _json(value)))


@_QUICK
@given(fields=st.dictionaries(_FIELDS, _VALUES, max_size=5), text=_WORDS)
def test_any_fields_beside_a_message_get_a_clear_answer(customer: Customer, fields: dict[str, Any], text: str) -> None:
    _is_clear(_post(customer, _json({"client_id": uuid4().hex, "text": text, **fields})))


@pytest.mark.parametrize("text", _HOSTILE_TEXTS, ids=range(len(_HOSTILE_TEXTS)))
def test_hostile_words_are_answered_and_kept(service_only: Stack, text: str) -> None:
    customer = Customer.enter(service_only, None)
    body = _json({"client_id": "h1", "text": text})
    answer = _post(customer, body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["messages"]
    assert told["messages"][0]["text"].strip()
    again = _post(customer, body).json()
    assert again["ack"] == told["ack"]
    kept = customer.history()["messages"]
    assert [m["seq"] for m in kept] == list(range(1, len(kept) + 1))
    mine = next(m for m in kept if m["seq"] == told["ack"]["seq"])
    wanted = "".join(c for c in text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore") if c.isprintable())
    assert "".join(mine["text"].split()).startswith("".join(wanted.split())[:50])


@_QUICK
@given(text=st.text(st.characters(), max_size=80))
def test_what_is_acknowledged_is_kept_once(customer: Customer, text: str) -> None:
    client_id = uuid4().hex
    first = _post(customer, _json({"client_id": client_id, "text": text}))
    _is_clear(first)
    if first.status_code != 200:
        return
    seq = first.json()["ack"]["seq"]
    assert _post(customer, _json({"client_id": client_id, "text": text})).json()["ack"]["seq"] == seq
    kept = customer.history(after_seq=seq - 1)["messages"]
    assert [m["client_id"] for m in kept if m.get("client_id") == client_id] == [client_id]


def _open(customer: Customer) -> ClientConnection:
    opened = connect(f"{customer.url.replace('http', 'ws')}/api/v1/widget/socket")
    opened.send(json.dumps({"type": "auth", "token": customer.token, "after_seq": 10**6}))
    assert json.loads(opened.recv(timeout=10))["type"] == "messages"
    return opened


def _answers(opened: ClientConnection) -> bool:
    """Whether the socket still answers a ping; False when the service has closed it."""
    try:
        opened.send(json.dumps({"type": "ping"}))
        while json.loads(opened.recv(timeout=10))["type"] != "pong":
            continue
    except ConnectionClosed as closed:
        if closed.rcvd is not None and closed.rcvd.code not in (1003, 1007, 1009):
            raise
        return False
    return True


_FRAMES: Any = st.one_of(
    st.binary(max_size=80),
    _WORDS,
    _VALUES.map(lambda v: json.dumps(v)),
    st.fixed_dictionaries({"type": st.sampled_from(["typing", "read", "auth"]), "seq": _VALUES}).map(json.dumps),
)


def test_no_frame_breaks_a_socket(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    with _open(customer) as opened:

        @settings(max_examples=150, deadline=None)
        @given(frame=_FRAMES)
        def send(frame: bytes | str) -> None:
            opened.send(frame if isinstance(frame, bytes) else frame.encode("utf-8", "ignore").decode())

        send()
        for frame in ("[" * 30_000, '{"type":' * 5_000, "\x00", b"\xff\xfe", b""):
            opened.send(frame)
        assert _answers(opened)
    _no_traces(service_only)


@pytest.mark.parametrize("frame", ["x" * 70_000, b"x" * 70_000])
def test_a_frame_that_is_too_large_ends_that_socket_alone(service_only: Stack, frame: bytes | str) -> None:
    customer = Customer.enter(service_only, None)
    with _open(customer) as one, _open(customer) as other:
        with suppress(ConnectionClosed):
            one.send(frame)  # it may be closed before all of it is sent
        assert not _answers(one)
        assert _answers(other)
    _no_traces(service_only)


@pytest.mark.parametrize(
    "hello",
    ["", "x", "[]", "null", "{}", b"\x00", '{"token": 7}', '{"token": "\\ud800"}', '{"token": {"a": 1}}', "[" * 50_000],
    ids=range(10),
)
@pytest.mark.parametrize("place", ["widget", "agents"])
def test_who_does_not_say_who_he_is_is_turned_away(service_only: Stack, hello: bytes | str, place: str) -> None:
    with connect(f"{service_only.url.replace('http', 'ws')}/api/v1/{place}/socket") as opened:
        opened.send(hello)
        with pytest.raises(ConnectionClosed) as closed:
            opened.recv(timeout=10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("after_seq", ["x", None, -5, 10**40, [], 1.5, True])
def test_a_strange_number_means_from_the_start(service_only: Stack, after_seq: Any) -> None:
    customer = Customer.enter(service_only, None)
    customer.say("发票怎么开")
    with connect(f"{customer.url.replace('http', 'ws')}/api/v1/widget/socket") as opened:
        opened.send(json.dumps({"type": "auth", "token": customer.token, "after_seq": after_seq}))
        assert len(json.loads(opened.recv(timeout=10))["messages"]) == 2


def test_an_upload_without_end_is_cut_off(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    before = _megabytes(service_only)

    def parts() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        for _ in range(200):
            yield bytes(1024**2)

    headers = {**customer.headers, "Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx.post(f"{customer.url}/api/v1/attachments", content=parts(), headers=headers, timeout=60)
    assert answer.status_code == 413
    assert _megabytes(service_only) - before < 100
    assert customer.say("发票怎么开")["messages"]


def _megabytes(stack: Stack) -> float:
    return int(Path(f"/proc/{stack.pid('service')}/statm").read_text().split()[1]) * 4096 / 1e6


def _no_traces(stack: Stack) -> None:
    assert "Traceback" not in stack.log("service")


def test_nothing_of_all_that_left_a_trace(service_only: Stack) -> None:
    _no_traces(service_only)
