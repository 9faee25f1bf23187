"""The sentiment model: what it reads, how quickly, and that serving it needs neither spaCy nor torch."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import ContractError, NotReady
from contracts.taxonomy.loader import SENTIMENT_ORDER
from intent_router import sentiment_training
from intent_router.sentiment import ABOUT_FILE, SentimentModel, bag_scores, train_sentiment
from intent_router.sentiment_cues import CUE_NAMES, cue_values
from intent_router.sentiment_features import features_of, key
from language import normalise

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "nlu_data"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    directory = tmp_path_factory.mktemp("sentiment")
    return directory, train_sentiment(DATA, directory)


@pytest.fixture(scope="module")
def model(trained: tuple[Path, dict[str, float]]) -> SentimentModel:
    return SentimentModel.load(trained[0])


def small_data(directory: Path, step: int = 25) -> Path:
    """A slice of the training messages, without development messages."""
    target = directory / "sentiment" / "train"
    target.mkdir(parents=True)
    for label in SENTIMENT_ORDER:
        lines = (DATA / "sentiment" / "train" / f"{label}.txt").read_text(encoding="utf-8").splitlines()
        (target / f"{label}.txt").write_text("\n".join(lines[::step]) + "\n", encoding="utf-8")
    return directory


def test_it_is_near_its_goal_on_development_messages(trained: tuple[Path, dict[str, float]]) -> None:
    # The goal is 0.90 and judged by `make eval`; one training differs from the next by a hundredth.
    metrics = trained[1]
    assert metrics["macro_f1"] >= 0.87
    assert metrics["calibration_error"] <= 0.06
    assert json.loads((trained[0] / ABOUT_FILE).read_text(encoding="utf-8"))["metrics"] == metrics


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我的加油券还没到账，帮我看下", "calm"),
        ("发票怎么开", "calm"),
        ("谢谢，已经好了", "calm"),
        ("在吗", "calm"),
        ("没有", "calm"),
        ("我没有生气，就是问问", "calm"),
        ("怎么办啊，我赶着去医院，油加不上", "anxious"),
        ("求求你们快点，后面排了好多车", "anxious"),
        ("说好三天到账，这都第九天了，你们就这么敷衍人", "dissatisfied"),
        ("好一个一键加油，点了二十下都没成，佩服", "dissatisfied"),
        ("你们这什么破平台，再不退钱我打12315", "angry"),
        ("一群骗子，还我钱", "angry"),
        ("今天不退钱我就起诉你们，律师已经找好了", "angry"),
    ],
)
def test_plain_cases(model: SentimentModel, text: str, label: str) -> None:
    reading = model.read(text)
    assert reading.label == label
    assert 0.25 <= reading.score <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "堵车堵死了，烦死",
        "我没有生气",
        "我没有投诉的意思",
        "哈哈哈我老婆说再乱充钱就打死我",
        "朋友圈说你们是骗子，我说不是，发票怎么开",
        "钱包被偷了，已经报警，油卡要挂失",
    ],
)
def test_strong_words_about_something_else_are_no_anger(model: SentimentModel, text: str) -> None:
    assert model.read(text).label in ("calm", "anxious")


@pytest.mark.parametrize("greeting", ["在吗？", "你好，", "师傅你好，", "喂，有人吗，"])
def test_a_greeting_changes_no_feeling(model: SentimentModel, greeting: str) -> None:
    for text in ("说好三天到账，这都第九天了", "发票怎么开", "一群骗子，还我钱", "怎么办啊，我赶着去医院"):
        assert model.read(greeting + text).label == model.read(text).label


def test_reading_many_is_reading_each(model: SentimentModel) -> None:
    texts = ["发票怎么开", "一群骗子", "", "急死我了"]
    assert model.read_many(texts) == [model.read(text) for text in texts]
    assert model.read_many([]) == []


def test_an_empty_message_is_calm(model: SentimentModel) -> None:
    assert {reading.label for reading in model.read_many(["", "   ", "\u200b", "。"])} == {"calm"}


@settings(max_examples=60)
@given(text=st.text(st.one_of(st.sampled_from("你们骗子急死了谢谢不没券油！？😡"), st.characters()), max_size=60))
def test_any_text_has_probabilities(model: SentimentModel, text: str) -> None:
    found = model.probabilities([text])
    assert found.shape == (1, len(SENTIMENT_ORDER))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_long_message_is_no_trouble(model: SentimentModel) -> None:
    started = time.thread_time()
    for text in ("骗子" * 5000, "我" * 10_000, "!" * 10_000, "再不退" * 3000):
        model.read(text)
    assert time.thread_time() - started < 2


def test_reading_takes_about_a_millisecond(model: SentimentModel) -> None:
    """Processor time, so that a busy machine counts little; measured 0.7 ms."""
    lines = (DATA / "sentiment" / "train" / "dissatisfied.txt").read_text(encoding="utf-8").splitlines()[:300]
    model.read_many(lines[:10])
    started = time.thread_time()
    for line in lines:
        model.read(line)
    assert (time.thread_time() - started) / len(lines) < 0.002


def test_serving_needs_neither_spacy_nor_torch_and_loads_at_once(trained: tuple[Path, dict[str, float]]) -> None:
    program = (
        "import sys, time; started = time.perf_counter()\n"
        "from pathlib import Path\n"
        "from intent_router.sentiment import SentimentModel\n"
        "model = SentimentModel.load(Path(sys.argv[1]))\n"
        "loaded = time.perf_counter() - started\n"
        "assert model.read('一群骗子').label == 'angry'\n"
        "print(loaded, [m for m in ('spacy', 'torch', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(trained[0])], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, modules = done.stdout.split(maxsplit=1)
    assert modules.strip() == "[]"
    assert float(seconds) < 2


def test_the_served_bag_is_spacys_own(tmp_path: Path) -> None:
    """Weights read out n-gram by n-gram give the probabilities that spaCy's pipeline gives."""
    told = sentiment_training.read_training(small_data(tmp_path))
    weights, bias, spacy_scores = sentiment_training.fit_bag_beside_spacy(told, seed=7)
    served = bag_scores(weights, bias, [features_of(text) for text in told.texts])
    expected = np.log(spacy_scores)
    # log-probabilities are scores up to a constant for each message
    difference = (served - served.mean(axis=1, keepdims=True)) - (expected - expected.mean(axis=1, keepdims=True))
    assert np.abs(difference).max() < 1e-3


def test_training_again_gives_the_same_model(tmp_path: Path) -> None:
    data = small_data(tmp_path / "data")
    first = train_sentiment(data, tmp_path / "a", seed=3)
    second = train_sentiment(data, tmp_path / "b", seed=3)
    first.pop("seconds")
    second.pop("seconds")
    assert first == second
    texts = ["发票怎么开", "一群骗子", "急死我了"]
    a, b = (SentimentModel.load(tmp_path / name).probabilities(texts) for name in "ab")
    assert np.allclose(a, b, atol=1e-5)


def test_without_development_messages_a_fifth_is_held_out(tmp_path: Path) -> None:
    data = small_data(tmp_path / "data")
    told = sentiment_training.read_training(data)
    metrics = train_sentiment(data, tmp_path / "out")
    assert metrics["judged_messages"] == pytest.approx(len(told.texts) / 5, abs=2)
    assert metrics["train_messages"] + metrics["judged_messages"] == len(told.texts)


def test_a_label_without_messages_is_named(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    (data / "sentiment" / "train" / "angry.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(ContractError, match="angry"):
        train_sentiment(data, tmp_path / "out")


def test_unknown_labels_of_development_messages_are_named(tmp_path: Path) -> None:
    data = small_data(tmp_path)
    (data / "dev").mkdir()
    (data / "dev" / "sentiment.jsonl").write_text('{"text": "嗯", "label": "happy"}\n', encoding="utf-8")
    with pytest.raises(ContractError, match="happy"):
        train_sentiment(data, tmp_path / "out")


def test_a_missing_or_foreign_model_is_refused(tmp_path: Path, trained: tuple[Path, dict[str, float]]) -> None:
    with pytest.raises(NotReady):
        SentimentModel.load(tmp_path)
    for file in trained[0].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    about = json.loads((tmp_path / ABOUT_FILE).read_text(encoding="utf-8"))
    (tmp_path / ABOUT_FILE).write_text(json.dumps(about | {"cues": ["other"]}), encoding="utf-8")
    with pytest.raises(ContractError, match="train it again"):
        SentimentModel.load(tmp_path)


def test_cues_have_names_and_bounds() -> None:
    for text in ("", "你们这群骗子！！！", "没有生气，谢谢", "😭😭急死了怎么办"):
        values = dict(zip(CUE_NAMES, cue_values(text, normalise(text)), strict=True))
        assert all(0 <= value <= 1 for value in values.values())
    values = dict(zip(CUE_NAMES, cue_values("你们这群骗子！！", normalise("你们这群骗子！！")), strict=True))
    assert values["thieves"] == values["abuse_at_you"] == values["loud"] == 1
    assert values["no cue"] == 0
    assert len(set(CUE_NAMES)) == len(CUE_NAMES)


def test_keys_are_32_bit_and_take_any_text() -> None:
    assert all(0 <= key(text) < 2**32 for text in ("", "骗子", "\ud800", "😡"))
