"""The `youban` command against the running service, with good input and with bad."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.stack import ROOT, Stack


def fails(stack: Stack, *arguments: str, stdin: str = "", **environment: str) -> str:
    """Standard error of a command that must fail with exit status 2 and one line."""
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        cwd=ROOT,
        env={**stack.environment, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_settings_are_listed_with_meaning(service_only: Stack) -> None:
    lines = service_only.run("settings").splitlines()
    for name in ("YOUBAN_DATABASE_URL", "YOUBAN_REDIS_URL", "YOUBAN_ENCODER", "YOUBAN_DATA_DIR", "YOUBAN_WECHAT_TOKEN"):
        line = next(line for line in lines if line.startswith(name + "\t"))
        assert line.split("\t")[2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YOUBAN_PORT", "http"),
        ("YOUBAN_WECHAT_AES_KEY", "short"),
        ("YOUBAN_DATABASE_URL", "mysql://x"),
        ("YOUBAN_REDIS_URL", "redis://x"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(service_only: Stack, name: str, value: str) -> None:
    said = fails(service_only, "customer-token", "demo-gold", **{name: value})
    assert name in said
    assert len(said.strip().splitlines()) == 1


def test_a_customer_token_opens_his_conversation(service_only: Stack) -> None:
    token = service_only.run("customer-token", "demo-gold-17")
    answer = httpx.post(f"{service_only.url}/api/v1/widget/sessions", json={"customer_token": token})
    assert answer.status_code == 200
    again = httpx.post(f"{service_only.url}/api/v1/widget/sessions", json={"customer_token": token}).json()
    assert again["conversation_id"] == answer.json()["conversation_id"]


def test_bad_accounts_are_refused_with_the_reason(service_only: Stack) -> None:
    assert "--role" in fails(service_only, "agents", "add", "x", "--role", "king", stdin="a-long-password\n")
    assert "10 characters" in fails(service_only, "agents", "add", "x", "--role", "agent", stdin="short\n")
    assert "--department" in fails(service_only, "agents", "add", "x", "--role", "handler", stdin="a-long-password\n")
    assert "--station" in fails(service_only, "agents", "add", "x", "--role", "station", stdin="a-long-password\n")


def test_route_keeps_the_order(service_only: Stack, tmp_path: Path) -> None:
    texts = ["钱扣了油枪没反应", "发票怎么开", "转人工", "", "今天天气不错想吃火锅"]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts)), encoding="utf-8")
    service_only.run("route", "--in", str(source), "--out", str(target))
    routed = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [r["id"] for r in routed] == list(range(len(texts)))
    assert routed[0]["label"] == "intent:paid_not_fueled"
    assert routed[1]["label"] == "faq:invoice_how"
    assert routed[2]["kind"] == "handoff"
    assert routed[4]["label"] == "intent:out_of_scope"
    for row in routed:
        assert {"kind", "label", "confidence", "tier", "alternatives", "sentiment", "entities", "elapsed_ms"} <= set(
            row
        )
        assert 0 <= row["confidence"] <= 1


def test_bad_lines_are_named(service_only: Stack, tmp_path: Path) -> None:
    source = tmp_path / "bad.jsonl"
    source.write_text('{"id": 1, "text": "x"}\n{oops\n', encoding="utf-8")
    assert "line 2" in fails(service_only, "route", "--in", str(source), "--out", str(tmp_path / "o"))
    assert "no such file" in fails(service_only, "route", "--in", str(tmp_path / "none"), "--out", str(tmp_path / "o"))


def test_escalation_replays_the_policy(service_only: Stack, tmp_path: Path) -> None:
    source, target = tmp_path / "talks.jsonl", tmp_path / "judged.jsonl"
    talks = [
        {"id": "calm", "turns": [{"role": "customer", "text": "发票怎么开"}, {"role": "bot", "outcome": "ok"}]},
        {
            "id": "asks",
            "turns": [
                {"role": "customer", "text": "发票怎么开"},
                {"role": "bot", "outcome": "ok"},
                {"role": "customer", "text": "转人工"},
            ],
        },
    ]
    source.write_text("".join(json.dumps(t, ensure_ascii=False) + "\n" for t in talks), encoding="utf-8")
    service_only.run("escalation", "--in", str(source), "--out", str(target))
    judged = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [(j["id"], j["escalate_at"]) for j in judged] == [("calm", None), ("asks", 1)]
    assert len(judged[1]["sentiments"]) == 2


@pytest.mark.parametrize("kind", ["intents", "faq", "sentiment"])
def test_evaluate_takes_any_labelled_file(service_only: Stack, tmp_path: Path, kind: str) -> None:
    rows = [
        *(
            (f"{word}天气怎么样", "weather")
            for word in ("今天", "明天", "后天", "周末", "北京", "上海", "这会儿", "外面")
        ),
        *((f"播放{word}的歌", "music") for word in ("周末", "安静", "轻快", "老", "英文", "摇滚", "民谣", "开车听")),
    ]
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    for path, part in ((train, rows[::2] + rows[1::4]), (test, rows[3::4])):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *part])
    written = tmp_path / "reports" / "eval.html"
    printed = service_only.run("evaluate", kind, "--train", str(train), "--test", str(test), "--report", str(written))
    for figure in ("accuracy", "macro", "hit@1", "hit@3", "MRR"):
        assert figure.lower() in printed.lower()
    for words in ("weather", "Confusions", "TF-IDF + linear SVM"):
        assert words in written.read_text(encoding="utf-8")
