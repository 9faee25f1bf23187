"""Pure decisions about WeChat: whose request it is, what an XML says, how an answer is written, what a code means."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import logging
import struct
from datetime import datetime
from typing import Any, Mapping, Sequence
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from wechatpy import parse_message
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException
from wechatpy.replies import TextReply

from service.channels.contract import Media, Outcome, Refused, Sent, Unreadable, Update, UpdateKind
from service.channels.exchange import rules as exchange

log = logging.getLogger(__name__)

NAME = "wechat"
TOKEN_ERRORS = frozenset({40001, 40014, 42001})
TYPING_ERRORS = frozenset({45080, 45081})
_BUSY = {-1: 2.0, 45009: 600.0, 45011: 60.0, 61450: 10.0}
_CLOSED = frozenset({45015, 45047, 43019, 43101, 48001, 48002, 50001, 50002})
_GONE = frozenset({40003, 43004, 50005})
_CONFIGURATION = frozenset(
    {40002, 40013, 40037, 40125, 40164, 40243, 41001, 41002, 41004, 48004, 61024}
    | {89501, 89503, 89506, 89507}
    | TOKEN_ERRORS
)
_CONFIGURATION_PAUSE = 300.0


def sha1_of(*parts: str) -> str:
    """WeChat's signature: SHA-1 of the sorted parts, in hex."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def require_signature(given: str, parts: Sequence[str], timestamp: str, now: float, window: float) -> None:
    """Raise Refused unless the signature is right (compared in constant time) and its moment near."""
    if not hmac.compare_digest(sha1_of(*parts).encode(), given.encode("utf-8", "replace")):
        raise Refused("the signature does not fit")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        raise Refused("no timestamp")
    if abs(now - int(timestamp)) > window:
        raise Refused("the timestamp is out of the window")


def plain_xml(body: bytes) -> Mapping[str, str]:
    """The first level of an XML without document type, entities and references.

    Raises:
        Unreadable: it is no such XML.
    """
    try:
        root = fromstring(body.decode("utf-8"), forbid_dtd=True)
    except (DefusedXmlException, ParseError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"no plain XML: {type(error).__name__}") from None
    if root.tag != "xml":
        raise Unreadable("the root is not <xml>")
    return {child.tag: child.text or "" for child in root}


def decrypted(cipher_text: str, aes_key: str, app_id: str) -> bytes:
    """The XML inside an encrypted body; its AppID must be ours.

    Raises:
        Refused: it was not encrypted for us.
    """
    try:
        key = WeChatCrypto("", aes_key, app_id).key
        return str(PrpCrypto(key).decrypt(cipher_text, app_id)).encode()
    except (InvalidAppIdException, ValueError, binascii.Error, struct.error, IndexError, TypeError) as error:
        raise Refused(f"not encrypted for this account: {type(error).__name__}") from None


def read_update(content: bytes, at: datetime) -> Update:
    """The update in an authentic XML.

    Raises:
        Unreadable: a field that every update has is missing.
    """
    plain = plain_xml(content)
    try:
        message = parse_message(content.decode("utf-8"))
        data: Mapping[str, Any] = message._data
        openid, account = plain["FromUserName"], plain.get("ToUserName", "")
        kind = plain["MsgType"].lower()
    except (KeyError, ValueError, TypeError, AttributeError, ExpatError) as error:
        raise Unreadable(f"a field is missing: {error!r}") from None
    if not 0 < len(openid) <= 128:
        raise Unreadable("no sender")
    base: dict[str, Any] = {"channel": NAME, "external_id": openid, "at": at, "state": {"account": account[:64]}}
    if kind == "event":
        return _event(plain, data, base)
    key = plain.get("MsgId") or f"{plain.get('CreateTime', '')}:{kind}"
    return _message(kind, plain, {**base, "key": key[:150]})


def _message(kind: str, plain: Mapping[str, str], base: Mapping[str, Any]) -> Update:
    message = UpdateKind.MESSAGE
    if kind == "text":
        return Update(
            kind=message, text=exchange.cleaned(plain.get("Content", "")), choice=plain.get("bizmsgmenuid"), **base
        )
    if kind == "image":
        picture = Media("image", plain.get("MediaId", ""), plain.get("PicUrl") or None)
        return Update(kind=message, media=(picture,), **base)
    if kind == "voice":
        heard = exchange.cleaned(plain.get("Recognition", ""))
        voice = () if heard else (Media("voice", plain.get("MediaId", "")),)
        return Update(kind=message, text=heard, media=voice, **base)
    if kind in ("video", "shortvideo"):
        return Update(kind=message, media=(Media("video", plain.get("MediaId", "")),), **base)
    if kind == "location":
        place = _place(plain.get("Location_X"), plain.get("Location_Y"), plain.get("Label"))
        if place is not None:
            return Update(kind=message, location=place, **base)
    if kind == "link":
        words = "\n".join(exchange.cleaned(plain[name]) for name in ("Title", "Description", "Url") if plain.get(name))
        return Update(kind=message, text=words, **base)
    log.info("a message of type %s was not read", kind[:40])
    return Update(kind=UpdateKind.UNREADABLE, **base)


def _event(plain: Mapping[str, str], data: Mapping[str, Any], base: Mapping[str, Any]) -> Update:
    event, event_key = plain.get("Event", "").lower(), plain.get("EventKey", "")
    base = {**base, "key": f"{plain.get('CreateTime', '')}:{event}:{event_key}"[:150]}
    if event in ("subscribe", "scan"):
        scene = event_key.removeprefix("qrscene_")[:64]
        return Update(kind=UpdateKind.FOLLOW, **{**base, "state": {**base["state"], "scene": scene}})
    if event == "unsubscribe":
        return Update(kind=UpdateKind.UNFOLLOW, **base)
    if event == "click":
        return Update(kind=UpdateKind.PRESS, payload=event_key[:200], **base)
    if event == "location":
        place = _place(plain.get("Latitude"), plain.get("Longitude"), None)
        if place is not None:
            return Update(kind=UpdateKind.LOCATION, location=place, **base)
    if event == "subscribe_msg_popup_event":
        return Update(kind=UpdateKind.CONSENT, **{**base, "state": {"consents": _consents(data)}})
    if event not in ("view", "templatesendjobfinish"):
        log.info("an event %s was acknowledged only", event[:40])
    return Update(kind=UpdateKind.IGNORED, **base)


def _consents(data: Mapping[str, Any]) -> dict[str, int]:
    """How many notices the customer allowed just now, by template."""
    popup = data.get("SubscribeMsgPopupEvent")
    listed = popup.get("List") if isinstance(popup, dict) else None
    items = listed if isinstance(listed, list) else [listed] if isinstance(listed, dict) else []
    accepted = [str(i.get("TemplateId")) for i in items if i.get("SubscribeStatusString") == "accept"]
    return {template[:64]: accepted.count(template) for template in accepted}


def _place(latitude: str | None, longitude: str | None, label: str | None) -> dict[str, Any] | None:
    try:
        north, east = float(latitude or ""), float(longitude or "")
    except ValueError:
        return None
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        return None
    return {"latitude": north, "longitude": east, **({"label": exchange.cleaned(label)[:100]} if label else {})}


def passive_xml(update: Update, text: str, at: datetime) -> str:
    """The answer that goes back in the same request."""
    # The end of a CDATA section inside the words would end it for real.
    safe = text.replace("]]>", "]]]]><![CDATA[>")
    account = str(update.state.get("account", ""))
    reply = TextReply(source=account, target=update.external_id, content=safe, time=int(at.timestamp()))
    return str(reply.render())


def encrypted(xml: str, token: str, aes_key: str, app_id: str, nonce: str, at: datetime) -> str:
    """The answer as encrypted mode wants it."""
    crypto = WeChatCrypto(token, aes_key, app_id)
    return str(crypto.encrypt_message(xml, nonce, str(int(at.timestamp()))))


def outcome_of(code: int, words: str) -> Outcome:
    """What an error code of a send means for this message."""
    reason = words[:180]
    if code == 0:
        return Outcome(Sent.DONE)
    if code in _BUSY:
        return Outcome(Sent.AGAIN, code, reason, retry_after=_BUSY[code])
    if code in _CLOSED:
        return Outcome(Sent.CLOSED, code, reason)
    if code in _GONE:
        return Outcome(Sent.GONE, code, reason)
    if code in _CONFIGURATION:
        log.error("WeChat refuses this account's settings (%s): %s", code, reason)
        return Outcome(Sent.AGAIN, code, reason, retry_after=_CONFIGURATION_PAUSE)
    log.warning("WeChat does not take a message (%s): %s", code, reason)
    return Outcome(Sent.REFUSED, code, reason)
