"""Pure decisions: signatures, what an XML says, what codes mean."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.channels.contract import Refused, Sent, Unreadable, UpdateKind
from service.channels.wechat import rules

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=timezone.utc)


def _xml(**fields: str) -> bytes:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    head = "<ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>7</CreateTime>"
    return f"<xml>{head}{inner}</xml>".encode()


@given(st.text(max_size=20), st.text(max_size=20), st.floats(-1e6, 1e6))
def test_only_the_right_signature_near_its_moment_passes(given_signature: str, nonce: str, drift: float) -> None:
    stamp, now = "1700000000", 1700000000 + drift
    parts = ("token", stamp, nonce)
    right = rules.sha1_of(*parts)
    if abs(drift) <= 300:
        rules.require_signature(right, parts, stamp, now, 300)
    else:
        with pytest.raises(Refused):
            rules.require_signature(right, parts, stamp, now, 300)
    if given_signature != right:
        with pytest.raises(Refused):
            rules.require_signature(given_signature, parts, stamp, 1700000000, 300)


@pytest.mark.parametrize("stamp", ["", "-1", "1e9", "９９９", "9" * 30, "١٢٣"])
def test_odd_timestamps_are_refused(stamp: str) -> None:
    with pytest.raises(Refused):
        rules.require_signature(rules.sha1_of("t", stamp, "n"), ("t", stamp, "n"), stamp, 0, 300)


def test_messages_are_known_by_their_id_and_events_by_sender_and_moment() -> None:
    message = rules.read_update(_xml(MsgType="text", Content="好", MsgId="42"), NOW)
    assert (message.external_id, message.key, message.text) == ("o1", "42", "好")
    press = rules.read_update(_xml(MsgType="event", Event="CLICK", EventKey="human"), NOW)
    assert (press.kind, press.payload, press.key) == (UpdateKind.PRESS, "human", "7:click:human")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_S001"}, UpdateKind.FOLLOW),
        ({"MsgType": "event", "Event": "SCAN", "EventKey": "S001"}, UpdateKind.FOLLOW),
        ({"MsgType": "event", "Event": "unsubscribe"}, UpdateKind.UNFOLLOW),
        ({"MsgType": "event", "Event": "LOCATION", "Latitude": "25", "Longitude": "102"}, UpdateKind.LOCATION),
        ({"MsgType": "event", "Event": "LOCATION", "Latitude": "x", "Longitude": "102"}, UpdateKind.IGNORED),
        ({"MsgType": "event", "Event": "VIEW", "EventKey": "https://x"}, UpdateKind.IGNORED),
        ({"MsgType": "event", "Event": "subscribe_msg_popup_event"}, UpdateKind.CONSENT),
        ({"MsgType": "location", "Location_X": "25", "Location_Y": "102", "MsgId": "1"}, UpdateKind.MESSAGE),
        ({"MsgType": "location", "Location_X": "250", "Location_Y": "102", "MsgId": "1"}, UpdateKind.UNREADABLE),
        ({"MsgType": "brand_new", "MsgId": "1"}, UpdateKind.UNREADABLE),
    ],
)
def test_every_type_has_a_meaning(fields: dict[str, str], kind: UpdateKind) -> None:
    assert rules.read_update(_xml(**fields), NOW).kind is kind


def test_consents_are_counted_by_template() -> None:
    popup = (
        "<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        "<List><TemplateId>T2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
    )
    xml = _xml(MsgType="event", Event="subscribe_msg_popup_event", SubscribeMsgPopupEvent=popup)
    assert rules.read_update(xml, NOW).state == {"consents": {"T1": 1}}


@pytest.mark.parametrize("content", [b"", b"\xff", b"<xml>", b"<xml/>", b"<x/>", _xml(), b"[1]"])
def test_what_has_no_shape_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        rules.read_update(content, NOW)


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        (0, Sent.DONE),
        (-1, Sent.AGAIN),
        (40001, Sent.AGAIN),
        (40003, Sent.GONE),
        (40013, Sent.AGAIN),
        (40037, Sent.AGAIN),
        (40164, Sent.AGAIN),
        (40243, Sent.AGAIN),
        (43019, Sent.CLOSED),
        (47003, Sent.REFUSED),
        (48002, Sent.CLOSED),
        (50002, Sent.CLOSED),
        (50005, Sent.GONE),
        (61450, Sent.AGAIN),
        (87014, Sent.REFUSED),
        (40007, Sent.REFUSED),
        (43004, Sent.GONE),
        (43101, Sent.CLOSED),
        (45002, Sent.REFUSED),
        (45009, Sent.AGAIN),
        (45011, Sent.AGAIN),
        (45015, Sent.CLOSED),
        (45047, Sent.CLOSED),
        (48001, Sent.CLOSED),
        (99999, Sent.REFUSED),
    ],
)
def test_codes_mean_what_the_platform_says(code: int, sent: Sent) -> None:
    assert rules.outcome_of(code, "words").sent is sent


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200))
def test_any_words_survive_the_passive_answer(words: str) -> None:
    update = rules.read_update(_xml(MsgType="text", Content="x", MsgId="1"), NOW)
    found = rules.plain_xml(rules.passive_xml(update, words, NOW).encode())
    # XML knows no other line ends and forbids a few characters; nothing else changes.
    assert (
        found["Content"] == words.replace("\ufffe", "").replace("\uffff", "") or "\ufffe" in words or "\uffff" in words
    )
    assert (found["ToUserName"], found["FromUserName"]) == ("o1", "gh")
