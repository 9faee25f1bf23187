"""The other methods, and methods side by side."""

from __future__ import annotations

import pytest

from contracts.errors import ContractError
from intent_router.corpus import OUT_OF_SCOPE, Example
from intent_router.eval import baselines
from intent_router.eval.assistant import coarse, first
from intent_router.eval.baselines import Baseline, nearest_neighbour, support_vectors
from intent_router.eval.comparison import score
from intent_router.eval.judging import Message

TRAIN = [
    Example("今天天气怎么样", "weather"),
    Example("明天下雨吗", "weather"),
    Example("播放一首老歌", "music"),
    Example("我想听民谣", "music"),
    Example("北京到上海的火车", "train"),
    Example("买一张火车票", "train"),
]


@pytest.fixture(scope="module", params=[support_vectors, nearest_neighbour])
def method(request: pytest.FixtureRequest) -> Baseline:
    found: Baseline = request.param(TRAIN)
    return found


def test_a_method_finds_what_it_was_taught(method: Baseline) -> None:
    texts = [example.text for example in TRAIN]
    assert [ranking[0] for ranking in method.rankings(texts)] == [example.label for example in TRAIN]
    assert method.rankings(["明天天气"])[0][0] == "weather"
    assert sorted(method.rankings(["明天天气"])[0]) == sorted(method.labels) == ["music", "train", "weather"]
    assert method.train_seconds > 0
    assert method.milliseconds(texts) > 0


def test_groups_change_nothing(method: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["明天天气", "听歌", "火车", "下雨", "老歌"]
    whole = method.rankings(texts, 2)
    monkeypatch.setattr(baselines, "_GROUP", 2)
    assert method.rankings(texts, 2) == whole
    assert {len(ranking) for ranking in whole} == {2}


def test_two_labels_share_one_machine() -> None:
    method = support_vectors(TRAIN[:4])
    assert [ranking[0] for ranking in method.rankings(["下雨天气", "听一首民谣"])] == ["weather", "music"]


def test_a_neighbour_is_the_nearest_message_of_a_label() -> None:
    method = nearest_neighbour([*TRAIN, Example("火车什么时候开", "late")])
    assert method.rankings(["火车什么时候开呢"])[0][0] == "late"
    assert method.scores(["播放一首老歌"])[0][method.labels.index("music")] == pytest.approx(1.0)


def test_too_many_labels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "MOST_MACHINES", 2)
    with pytest.raises(ContractError, match="3 labels"):
        support_vectors(TRAIN)


MESSAGES = [
    Message("1", "intent:points_query", "intents"),
    Message("2", "intent:greet", "intents"),
    Message("3", "faq:points_validity", "faq"),
    Message("4", "faq:invoice_how", "faq"),
    Message("5", OUT_OF_SCOPE, "out_of_scope"),
]


def test_shares_of_a_method() -> None:
    rankings = [
        ("intent:points_query",),
        (OUT_OF_SCOPE, "intent:greet"),
        ("faq:points_use", "faq:points_validity"),
        ("faq:invoice_how",),
        (OUT_OF_SCOPE,),
    ]
    found = score("m", MESSAGES, rankings, 2.0, 0.5)
    assert (found.intents, found.questions, found.among_three) == (0.5, 0.5, 1.0)
    assert (found.caught, found.refused, found.coarse) == (1.0, 0.25, 0.8)
    assert (found.train_seconds, found.ms_a_message) == (2.0, 0.5)


def test_a_method_with_one_label_for_all_questions_is_judged_by_its_labels() -> None:
    rankings = [("intent:points_query",), ("intent:greet",), ("intent:faq",), ("intent:greet",), (OUT_OF_SCOPE,)]
    found = score("m", MESSAGES, rankings, only_coarse=True)
    assert (found.questions, found.among_three) == (None, None)
    assert found.coarse == 0.8


def test_labels_as_the_assistant_knows_them() -> None:
    assert coarse("faq:invoice_how") == "intent:faq"
    assert coarse("intent:greet") == "intent:greet"
    assert first({"greet": 0.2, "faq": 0.7, "deny": 0.1}) == "intent:faq"
