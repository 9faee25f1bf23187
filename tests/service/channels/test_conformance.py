"""One suite for all channels: parse, verify, send, degrade."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, AsyncIterator

import pytest

from contracts.conversation import Sender
from service.channels.contract import Channel, Envelope, File, Media, MediaGone, Recipient, Refused, Sent, Unreadable
from service.channels.email.client import MailServer as MailClient
from service.channels.email.client import Server
from service.channels.email.service import EmailChannel
from service.channels.outgoing.client import SignedPost
from service.channels.webhook.service import WebhookChannel
from service.channels.wechat.service import WeChatChannel
from service.clock import utc_now
from service.db import Database
from service.migrate import migrate
from service.settings import Settings
from tests.service.channels.conformance import Case, message
from tests.stand_in.hooks import HookReceiver
from tests.stand_in.mail import MailServer, mail
from tests.stand_in.server import serving
from tests.stand_in.wechat import AES_KEY, APP_ID, APP_SECRET, PNG, TOKEN, WeChatPlatform

SEND = "/cgi-bin/message/custom/send"


def _settings(folder: Path, **values: Any) -> Settings:
    return Settings(_env_file=None, data_dir=folder, **values)  # type: ignore[call-arg]


@asynccontextmanager
async def wechat(folder: Path) -> AsyncIterator[Case]:
    platform = WeChatPlatform()
    follower = platform.follower()
    with serving(platform.app()) as address:
        settings = _settings(
            folder,
            wechat_token=TOKEN,
            wechat_app_id=APP_ID,
            wechat_app_secret=APP_SECRET,
            wechat_aes_key=AES_KEY,
            wechat_api_base=address,
        )
        migrate(settings)
        database = Database(settings.database)
        channel = WeChatChannel(settings, database)
        platform.credit[follower.openid] = 100

        def say(text: str, key: str) -> Envelope:
            return envelope(
                f"<xml><ToUserName>gh</ToUserName><FromUserName>{follower.openid}</FromUserName>"
                f"<CreateTime>1</CreateTime><MsgType>text</MsgType><Content>{text}</Content><MsgId>{key}</MsgId></xml>"
            )

        def envelope(xml: str) -> Envelope:
            params, body = platform.request(xml)
            return Envelope(body.encode(), utc_now(), params)

        def fail(how: str) -> None:
            platform.errors[SEND] = [{"busy": 45011, "gone": 43004, "refused": 87014}[how]]

        true = say("真的", "1")
        forged = replace(true, query={**true.query, "msg_signature": "0" * 40})
        try:
            yield Case(
                channel,
                say,
                forged,
                envelope("<xml><Nothing/></xml>"),
                lambda: [m["text"] for m in follower.seen],
                fail,
                lambda: platform.errors[SEND + "!"].append(1),
                follower.openid,
            )
        finally:
            await channel.close()
            database.close()


@asynccontextmanager
async def webhook(folder: Path) -> AsyncIterator[Case]:
    receiver = HookReceiver()
    with serving(receiver.app()) as address:
        settings = _settings(
            folder, webhook_secret=receiver.secret, webhook_reply_url=f"{address}/in", hooks_private=True
        )
        post = SignedPost(private=True)
        channel = WebhookChannel(settings, post)

        def envelope(body: bytes) -> Envelope:
            now = utc_now()
            stamp = str(int(now.timestamp()))
            made = hmac.new(receiver.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            return Envelope(body, now, {}, {"x-youban-timestamp": stamp, "x-youban-signature": f"sha256={made}"})

        def say(text: str, key: str) -> Envelope:
            return envelope(json.dumps({"id": key, "user": "u1", "text": text}).encode())

        def fail(how: str) -> None:
            receiver.statuses.append({"busy": 429, "gone": 410, "refused": 422}[how])

        true = say("真的", "1")
        try:
            yield Case(
                channel,
                say,
                replace(true, body=true.body + b" "),
                envelope(b'{"user": 3}'),
                lambda: [
                    "\n".join([m["message"]["text"], *(c["title"] for c in m["message"]["choices"])])
                    if not m["message"].get("picture")
                    else "[image]"
                    for m in receiver.of("message")
                ],
                fail,
                lambda: receiver.statuses.append(502),
                "u1",
                {"silent": Sent.AGAIN},
            )
        finally:
            await post.close()


@asynccontextmanager
async def email(_folder: Path) -> AsyncIterator[Case]:
    server = MailServer()
    with server.running():
        smtp = Server("127.0.0.1", server.smtp_port, "", "", False)
        channel = EmailChannel("kefu@example.com", MailClient(smtp, None))

        def say(text: str, key: str) -> Envelope:
            return Envelope(mail("li@example.com", text, f"<{key}@x>").as_bytes(), utc_now())

        def fail(how: str) -> None:
            server.refuse.append({"busy": "451 later", "gone": "550 nobody", "refused": "554 never"}[how])

        def silent() -> None:
            server.drop_after_data = 1

        def arrived() -> list[str]:
            return [
                "[image]" if m.get_content_maintype() == "multipart" else str(m.get_content()) for m in server.outbox
            ]

        robot = mail("li@example.com", "我在休假", "<r@x>", Auto_Submitted="auto-replied")
        yield Case(
            channel,
            say,
            Envelope(robot.as_bytes(), utc_now()),
            Envelope(b"no mail at all", utc_now()),
            arrived,
            fail,
            silent,
            "li@example.com",
        )


CHANNELS = {"wechat": wechat, "webhook": webhook, "email": email}


@pytest.fixture(params=list(CHANNELS))
async def case(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Case]:
    async with CHANNELS[request.param](tmp_path) as made:
        yield made


def _words(channel: Channel, envelope: Envelope) -> tuple[str, str, str]:
    (update,) = channel.parse(channel.verify(envelope), envelope.received_at)
    return update.external_id, update.key, update.text


async def test_words_come_in_under_one_key(case: Case) -> None:
    first, again = (
        _words(case.channel, case.say("油枪没反应", "4711")),
        _words(case.channel, case.say("油枪没反应", "4711")),
    )
    assert first == again
    assert first[0] == case.user
    assert first[2] == "油枪没反应"
    assert _words(case.channel, case.say("油枪没反应", "4712"))[1] != first[1]
    assert len(case.channel.name) <= 16


async def test_what_is_not_authentic_is_refused(case: Case) -> None:
    with pytest.raises(Refused):
        case.channel.verify(case.forged)


async def test_what_is_too_old_is_refused(case: Case) -> None:
    if case.channel.name == "email":
        return  # mails may travel for days, and are taken once by their Message-ID
    old = case.say("早", "1")
    with pytest.raises(Refused):
        case.channel.verify(replace(old, received_at=old.received_at + timedelta(hours=1)))


async def test_what_has_no_meaning_is_unreadable(case: Case) -> None:
    content = case.channel.verify(case.nonsense)
    with pytest.raises(Unreadable):
        case.channel.parse(content, datetime.now(tz=utc_now().tzinfo))


async def test_nothing_is_lost_when_messages_are_degraded(case: Case) -> None:
    card = {
        "type": "ticket",
        "number": "YB1",
        "status_title": "已受理",
        "steps": [{"title": "已受理", "done": True}, {"title": "财务审核", "done": False}],
    }
    rows = [
        message(1, "我付了钱", sender=Sender.CUSTOMER),
        message(2, "已经为您登记。", card=card, buttons=[{"title": "转人工客服", "payload": "human"}]),
        message(3, "长" * 30_000),
        message(4, "您好", sender=Sender.AGENT),
    ]
    made = case.channel.degrade(rows)
    told = "".join(p.text for p in made)
    for part in ("已经为您登记。", "YB1", "✓已受理", "○财务审核", "【人工客服】您好"):
        assert part in told
    assert told.count("长") == 30_000
    assert "我付了钱" not in told
    assert [c.payload for p in made for c in p.choices] == ["human"]
    assert all(len(p.text.encode()) <= case.channel.capacity.text_bytes for p in made)
    assert made[-1].last_seq == 4
    assert [p.first_seq for p in made] == sorted(p.first_seq for p in made)


async def test_pieces_arrive_with_choices_and_pictures(case: Case) -> None:
    picture = [{"id": "a", "media_type": "image/png"}]
    rows = [message(1, "请选择", buttons=[{"title": "第一单", "payload": "x"}]), message(2, "", attachments=picture)]
    to = Recipient(case.user)
    for piece in case.channel.degrade(rows):
        done = await case.channel.send(to, piece, f"k{piece.last_seq}", File(PNG, "image/png") if piece.file else None)
        assert done.sent is Sent.DONE, done
    got = case.arrived()
    assert "请选择" in got[0]
    assert "第一单" in got[0]
    assert got[1] == "[image]"


@pytest.mark.parametrize(("how", "sent"), [("busy", Sent.AGAIN), ("gone", Sent.GONE), ("refused", Sent.REFUSED)])
async def test_what_the_other_side_says_is_understood(case: Case, how: str, sent: Sent) -> None:
    (piece,) = case.channel.degrade([message(1, "您好")])
    case.fail(how)
    assert (await case.channel.send(Recipient(case.user), piece, "k", None)).sent is sent
    assert case.arrived() == []
    assert (await case.channel.send(Recipient(case.user), piece, "k", None)).sent is Sent.DONE


async def test_a_doubt_is_said(case: Case) -> None:
    (piece,) = case.channel.degrade([message(1, "您好")])
    case.silent()
    doubtful = await case.channel.send(Recipient(case.user), piece, "k", None)
    assert doubtful.sent is case.more.get("silent", Sent.UNKNOWN)


async def test_a_picture_that_is_gone_is_said(case: Case) -> None:
    with pytest.raises(MediaGone):
        await case.channel.fetch(Media("image", "no/such?picture"))


async def test_pictures_come_in(case: Case) -> None:
    if case.channel.name == "wechat":
        return  # by media id: test_messages.py
    ref = base64.b64encode(PNG).decode()
    assert await case.channel.fetch(Media("image", ref)) == PNG
