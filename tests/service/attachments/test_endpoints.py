"""Uploads over HTTP: what is kept, who may fetch it, what a screenshot says."""

from __future__ import annotations

import io
import struct
import time
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from tests.database import rows
from tests.service.attachments.pictures import box, film, photo, screenshot, video
from tests.stack import Agent, Customer, Stack


def put(customer: Customer, content: bytes, name: str = "a.jpg") -> httpx.Response:
    url = f"{customer.url}/api/v1/attachments"
    return httpx.post(url, files={"file": (name, content)}, headers=customer.headers, timeout=30)


def get(customer: Customer, path: str) -> httpx.Response:
    return httpx.get(f"{customer.url}/api/v1/widget/attachments{path}", headers=customer.headers, timeout=20)


def send(customer: Customer, text: str, *ids: str) -> Any:
    body = {"client_id": f"p{time.monotonic_ns()}", "text": text, "attachments": [{"id": i} for i in ids]}
    answer = httpx.post(f"{customer.url}/api/v1/widget/messages", json=body, headers=customer.headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def until_read(stack: Stack, attachment_id: str) -> None:
    """The first picture waits for the reader's own start, longer than a message waits for it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        query = "SELECT count(*) FROM attachment_readings WHERE attachment_id = :id"
        if rows(stack.database, query, id=attachment_id)[0][0]:
            return
        time.sleep(0.2)
    raise AssertionError("the picture was not read")


def test_a_customer_sees_his_own_pictures_and_nobody_elses(service_only: Stack) -> None:
    one, other = Customer.enter(service_only, "demo-gold-pic1"), Customer.enter(service_only, "demo-gold-pic2")
    stored = put(one, photo((1200, 800))).raise_for_status().json()
    whole, small = get(one, f"/{stored['id']}"), get(one, f"/{stored['id']}/thumb")
    assert Image.open(io.BytesIO(whole.content)).size == (1200, 800)
    assert b"SecretPhoneMaker" not in whole.content
    assert Image.open(io.BytesIO(small.content)).size == (480, 320)
    assert "attachment" in whole.headers["content-disposition"]
    assert whole.headers["x-content-type-options"] == "nosniff"
    for path in (f"/{stored['id']}", f"/{stored['id']}/thumb"):
        assert get(other, path).status_code == 404
        assert httpx.get(f"{one.url}/api/v1/widget/attachments{path}").status_code == 401


def test_a_link_works_without_a_token_and_only_as_it_was_signed(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    stored = put(customer, photo()).json()
    url = f"{customer.url}/api/v1/widget/attachments/{stored['id']}/link"
    link = httpx.post(url, headers=customer.headers).raise_for_status().json()
    assert httpx.get(f"{customer.url}{link['url']}").content == get(customer, f"/{stored['id']}").content
    assert httpx.get(f"{customer.url}{link['thumb_url']}").headers["content-type"] == "image/jpeg"
    changed = link["thumb_url"].replace("variant=thumb", "variant=whole")
    assert httpx.get(f"{customer.url}{changed}").status_code == 403


def test_videos_are_kept_and_broken_pictures_are_not(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    stored = put(customer, video(), "a.mp4").raise_for_status().json()
    assert stored["media_type"] == "video/mp4"
    assert get(customer, f"/{stored['id']}/thumb").status_code == 404
    broken = put(customer, photo()[:500])
    assert broken.status_code == 415
    assert "重新" in broken.json()["error"]["message"]


def test_a_video_gets_a_small_picture_and_plays_in_parts(service_only: Stack, tmp_path: Path) -> None:
    customer = Customer.enter(service_only, None)
    stored = put(customer, film(tmp_path), "a.mp4").raise_for_status().json()
    until_read(service_only, stored["id"])
    small = Image.open(io.BytesIO(get(customer, f"/{stored['id']}/thumb").content))
    assert small.size == (480, 270)
    assert small.getpixel((100, 100))[0] > 60, "the first picture is black, a later one was taken"
    whole = get(customer, f"/{stored['id']}").content
    url = f"{customer.url}/api/v1/widget/attachments/{stored['id']}"
    for asked, expected in (("0-99", whole[:100]), ("100-", whole[100:]), ("-50", whole[-50:])):
        part = httpx.get(url, headers={**customer.headers, "Range": f"bytes={asked}"}, timeout=20)
        assert part.status_code == 206
        assert part.content == expected
    over = httpx.get(url, headers={**customer.headers, "Range": f"bytes={len(whole)}-"}, timeout=20)
    assert over.status_code == 416


def test_what_is_too_long_or_too_large_is_told_in_words(service_only: Stack) -> None:
    customer = Customer.enter(service_only, None)
    hour = box(b"ftyp", b"isomiso2avc1mp41") + box(b"moov", box(b"mvhd", bytes(12) + struct.pack(">II", 1, 3600)))
    answer = put(customer, hour, "a.mp4")
    assert answer.status_code == 413
    assert "60 秒" in answer.json()["error"]["message"]
    assert put(customer, photo() + bytes(10 * 1024 * 1024), "a.jpg").status_code == 413
    assert put(customer, video() + bytes(11 * 1024 * 1024), "a.mp4").status_code == 201
    assert put(customer, video() + bytes(30 * 1024 * 1024), "a.mp4").status_code == 413


def test_a_screenshot_speaks_and_the_agent_reads_it(service_only: Stack, agent: Agent) -> None:
    customer = Customer.enter(service_only, "demo-gold-pic3")
    stored = put(customer, screenshot("支付失败", "错误码 PAY-5003", "请稍后重试"), "a.png").json()
    until_read(service_only, stored["id"])
    told = send(customer, "", stored["id"])
    assert any(m.get("source") in {"intent:payment_failed", "faq:error_code_meaning"} for m in told["messages"]), told
    story = agent.get(f"/conversations/{customer.conversation_id}").json()
    shown = [a for m in story["messages"] for a in m.get("attachments") or []]
    assert "PAY-5003" in shown[0]["text"].replace(" ", "")


def test_a_video_made_to_keep_us_busy_is_refused(service_only: Stack) -> None:
    customer = Customer.enter(service_only, "demo-gold-crafted")
    crafted = box(b"ftyp", b"isomiso2avc1mp41") + box(b"free", b"") * 100_001
    refused = put(customer, crafted, "a.mp4")
    assert refused.status_code == 415
    assert "视频打不开" in refused.json()["error"]["message"]
