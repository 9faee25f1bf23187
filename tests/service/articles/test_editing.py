"""Articles and figures are edited in the running service: what is published answers the next message."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest
from PIL import Image, ImageChops

from tests.stack import Agent, Customer, Stack

TEXT: dict[str, Any] = {
    "title": "站内洗车机怎么预约？",
    "category": "station",
    "summary": "在油站详情页点“洗车预约”，选时间后凭预约码进场。",
    "body": "洗车机按预约时间使用。\n\n## 步骤\n1. 打开油站详情页。\n2. 点“洗车预约”。\n3. 选一个时间。",
    "phrasings": ["洗车机咋预约啊", "想约个自动洗车的时间", "站里那个洗车机要提前订吗"],
    "keywords": ["洗车", "预约"],
    "review_by": "2027-06-30",
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    opened = Stack(tmp_path_factory.mktemp("editing"))
    try:
        opened.start_service()
        yield opened
    finally:
        opened.stop()


@pytest.fixture(scope="module")
def editor(stack: Stack) -> Agent:
    return Agent.enter(stack, "wen", "editor")


def _publish(editor: Agent, article_id: str, text: dict[str, Any], base: int = 0) -> httpx.Response:
    saved = editor.put(f"/knowledge/articles/{article_id}/draft", {"text": text, "base": base})
    assert saved.status_code == 200, saved.text
    revision = saved.json()["revision"]
    return editor.post(f"/knowledge/articles/{article_id}/publish", {"base": revision, "note": "新服务上线"})


def _sources(answer: dict[str, Any]) -> list[str]:
    return [m.get("source") for m in answer["messages"]]


def test_a_new_article_answers_the_next_message_and_goes_offline_again(stack: Stack, editor: Agent) -> None:
    customer = Customer.enter(stack, "demo-gold-edit1")
    question = "站里的洗车机怎么预约呀"
    assert "faq:car_wash_booking" not in _sources(customer.say(question))

    hits = editor.post("/knowledge/articles/car_wash_booking/hits", {"text": TEXT, "texts": [question]}).json()
    typed = next(item for item in hits["items"] if item["origin"] == "typed")
    assert typed["before"] != "faq:car_wash_booking"
    assert typed["after"] == "faq:car_wash_booking"
    assert (hits["reached_before"], hits["reached_after"]) == (0, 3)

    published = _publish(editor, "car_wash_booking", TEXT)
    assert published.status_code == 200, published.text
    answer = Customer.enter(stack, "demo-gold-edit2").say(question)
    assert "faq:car_wash_booking" in _sources(answer)
    assert editor.get("/knowledge/articles", q="洗车预约").json()["items"][0]["id"] == "car_wash_booking"

    assert editor.post("/knowledge/articles/car_wash_booking/retire", {"note": "暂停"}).status_code == 200
    answer = Customer.enter(stack, "demo-gold-edit3").say(question)
    assert "faq:car_wash_booking" not in _sources(answer)
    line = editor.get("/knowledge/articles", state="offline").json()["items"]
    assert [item["id"] for item in line] == ["car_wash_booking"]


def test_versions_are_kept_and_brought_back(stack: Stack, editor: Agent) -> None:
    before = editor.get("/knowledge/articles/invoice_amount_rule").json()
    assert before["live_version"] == 0
    changed = {**before["live"], "summary": "发票一般几分钟开好，请在“我的发票”查看。"}
    assert _publish(editor, "invoice_amount_rule", changed).json()["version"] == 1
    page = httpx.get(f"{stack.url}/api/v1/articles/invoice_amount_rule").json()
    assert page["summary"] == changed["summary"]

    back = editor.post("/knowledge/articles/invoice_amount_rule/rollback", {"version": 0, "note": "写错了"})
    assert back.status_code == 200, back.text
    page = httpx.get(f"{stack.url}/api/v1/articles/invoice_amount_rule").json()
    assert page["summary"] != changed["summary"]
    details = editor.get("/knowledge/articles/invoice_amount_rule").json()
    assert [(v["version"], v["live"]) for v in details["versions"]] == [(1, False), (0, True)]
    kinds = [c["kind"] for c in editor.get("/knowledge/changes", object="invoice_amount_rule").json()]
    assert kinds == ["rolled_back", "published"]


def test_a_changed_figure_changes_the_articles_that_quote_it(stack: Stack, editor: Agent) -> None:
    quoted = {item["key"]: item for item in editor.get("/knowledge/facts").json()["items"]}
    assert "coupon_arrival_time" in quoted["coupon.arrival"]["articles"]
    changed = editor.put("/knowledge/facts/coupon.arrival", {"value": 45, "say": "45 分钟", "note": "通道变慢"})
    assert changed.status_code == 200, changed.text
    page = httpx.get(f"{stack.url}/api/v1/articles/coupon_arrival_time").json()
    assert "45 分钟" in page["summary"]
    fact = editor.get("/knowledge/facts/coupon.arrival").json()
    assert (fact["value"], fact["shipped_value"]) == (45, 30)
    assert fact["history"][0]["author"] == "wen"


def test_two_editors_do_not_overwrite_one_another(stack: Stack, editor: Agent) -> None:
    first = editor.put("/knowledge/articles/shared_article/draft", {"text": TEXT, "base": 0}).json()
    again = editor.put("/knowledge/articles/shared_article/draft", {"text": TEXT, "base": first["revision"]})
    assert again.json()["revision"] == 2
    stale = editor.put("/knowledge/articles/shared_article/draft", {"text": TEXT, "base": first["revision"]})
    assert stale.status_code == 409
    assert "wen" in stale.json()["error"]["message"]
    assert editor.delete("/knowledge/articles/shared_article/draft").status_code == 204
    assert editor.get("/knowledge/articles/shared_article").status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"category": "nowhere"}, "分类"),
        ({"phrasings": []}, "问法"),
        ({"phrasings": ["同一句", "同一句"]}, "两遍"),
        ({"related": ["no_such_article"]}, "不存在"),
        ({"body": "多久：{{ coupon.no_such }}"}, "coupon.no_such"),
        ({"intents": ["no_such_intent"]}, "no_such_intent"),
    ],
)
def test_what_cannot_be_published_is_told(stack: Stack, editor: Agent, change: dict[str, Any], words: str) -> None:
    text = {**TEXT, "phrasings": ["临时文章的唯一问法"], **change}
    article = "bad_" + next(iter(change))
    preview = editor.post(f"/knowledge/articles/{article}/preview", {"text": text}).json()
    assert words in preview["error"]
    answer = _publish(editor, article, text, base=_base(editor, article))
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]


def _base(editor: Agent, article: str) -> int:
    found = editor.get(f"/knowledge/articles/{article}")
    draft = found.json()["draft"] if found.status_code == 200 else None
    return int(draft["revision"]) if draft else 0


def test_a_phrasing_belongs_to_one_article(stack: Stack, editor: Agent) -> None:
    taken = editor.get("/knowledge/articles/invoice_amount_rule").json()["live"]["phrasings"][0]
    answer = _publish(editor, "thief", {**TEXT, "phrasings": [taken]})
    assert answer.status_code == 422
    assert taken in answer.json()["error"]["message"]


def _drawn(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def test_pictures_are_stored_by_content_and_shown_to_everybody(stack: Stack, editor: Agent) -> None:
    picture = (Path(__file__).parents[3] / "docs" / "images" / "widget.png").read_bytes()
    url = f"{stack.url}/api/v1/knowledge/media"
    headers = {"Authorization": f"Bearer {editor.token}"}
    stored = httpx.post(url, files={"file": ("x.png", picture)}, headers=headers)
    assert stored.status_code == 201, stored.text
    shown = httpx.get(stack.url + stored.json()["url"])
    assert ImageChops.difference(_drawn(shown.content), _drawn(picture)).getbbox() is None
    part = httpx.get(stack.url + stored.json()["url"], headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, picture[:8])
    assert shown.headers["content-type"] == "image/png"
    refused = httpx.post(url, files={"file": ("x.png", b"<script>alert(1)</script>")}, headers=headers)
    assert refused.status_code == 415


def test_what_is_published_survives_a_restart(stack: Stack, editor: Agent) -> None:
    _publish(
        editor, "lost_and_found", {**TEXT, "title": "东西落在油站了怎么找？", "phrasings": ["东西忘在站里了咋找回"]}
    )
    stack.kill("service")
    stack.start_service()
    answer = Customer.enter(stack, "demo-gold-edit9").say("东西忘在站里了咋找回来")
    assert "faq:lost_and_found" in _sources(answer)


def test_another_process_takes_it_over_within_ten_seconds(stack: Stack, editor: Agent) -> None:
    second = Stack(stack.folder)
    try:
        second.start_service()
        _publish(
            editor, "gate_closed", {**TEXT, "title": "油站大门关了怎么进？", "phrasings": ["站门关着我怎么进去啊"]}
        )
        deadline = time.monotonic() + 10
        while httpx.get(f"{second.url}/api/v1/articles/gate_closed").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.3)
    finally:
        second.stop()
