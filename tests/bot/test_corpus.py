"""What the assistant's NLU is trained on."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot import corpus
from bot.corpus import Corpus, diverse, gather
from contracts.taxonomy import load_taxonomy

ROOT = Path(__file__).resolve().parents[2]


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_markup_slashes_and_doubles_do_not_get_through(tmp_path: Path) -> None:
    train = tmp_path / "nlu" / "intents" / "train" / "greet.txt"
    write(train, "你好", "你好", "", "/restart", "- 在吗", "看[这个](coupon){x}", "a\tb")
    found = gather(tmp_path / "nlu", tmp_path / "articles")
    assert found.messages["greet"] == ["你好", "restart", "在吗", "看 这个 coupon x", "a b"]


def test_questions_are_taken_from_every_article_in_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "nlu" / "intents" / "train" / "greet.txt", "你好")
    write(tmp_path / "articles" / "a" / "one.phrasings.txt", "券多久到", "买的券几时到账", "券啥时候来")
    write(tmp_path / "articles" / "b" / "two.phrasings.txt", "积分怎么用")
    monkeypatch.setattr(corpus, "_FAQ_CAP", 3)
    found = gather(tmp_path / "nlu", tmp_path / "articles")
    assert found.messages["faq"][:2] == ["券多久到", "积分怎么用"]
    assert len(found.messages["faq"]) == 3
    assert found.left_out == {"faq": 1}


def test_what_is_most_alike_is_left_out_first() -> None:
    messages = ["我的券没到账", "我的券没到账啊", "我的券没到账呢", "积分怎么少了", "油枪漏油了"]
    assert diverse(messages, 3) == ["我的券没到账", "积分怎么少了", "油枪漏油了"]
    assert diverse(messages, 9) == messages


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        gather(tmp_path, tmp_path)


def test_yaml_says_what_the_corpus_holds() -> None:
    made = Corpus({"greet": ["你好", "在吗: 我"], "faq": ["# 号柴油"]}, {})
    read = yaml.safe_load(made.to_yaml())
    examples = {entry["intent"]: entry["examples"].splitlines() for entry in read["nlu"]}
    assert examples == {"faq": ["- # 号柴油"], "greet": ["- 你好", "- 在吗: 我"]}


def test_this_projects_data_covers_the_taxonomy_and_is_gathered_alike_twice() -> None:
    first = gather(ROOT / "nlu_data", ROOT / "knowledge_base" / "articles")
    second = gather(ROOT / "nlu_data", ROOT / "knowledge_base" / "articles")
    assert set(first.messages) == {*load_taxonomy().intents, "faq"}
    assert first.to_yaml() == second.to_yaml()
    assert min(len(messages) for messages in first.messages.values()) >= 50
