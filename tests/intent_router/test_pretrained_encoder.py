"""A pretrained encoder in the place of the one trained here: training, saving, loading and serving with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import NotReady
from intent_router import training
from intent_router.classifier import Classifier
from intent_router.training import configured, train_and_judge
from intent_router.tuning import Tuning, tune
from knowledge_base.encoder import PretrainedEncoder, load_encoder
from tests.intent_router.conftest import SMALL, Small


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory, small: Small) -> Path:
    """A transformer of one layer with random weights, in the shape in which such models are published."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("pretrained")
    letters = sorted({letter for example in small.train for letter in example.text if not letter.isspace()})
    bert = folder / "bert"
    bert.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    (bert / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    BertTokenizerFast(str(bert / "vocab.txt")).save_pretrained(bert)
    size = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(size).save_pretrained(bert)
    body = Transformer(str(bert))
    model = SentenceTransformer(modules=[body, Pooling(32)], device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"


def test_a_pretrained_encoder_gives_unit_vectors_and_is_noted_by_name(pretrained: Path, tmp_path: Path) -> None:
    encoder = PretrainedEncoder(str(pretrained))
    vectors = encoder.encode(["油卷没到帐", "發票怎麼開"])
    assert vectors.shape == (2, encoder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-4)
    assert np.allclose(encoder.encode(["发票怎么开"])[0], vectors[1], atol=1e-5)
    encoder.save(tmp_path)
    loaded = load_encoder(tmp_path)
    assert (loaded.name, loaded.dimension) == (str(pretrained), encoder.dimension)


def test_a_router_is_trained_tuned_saved_and_served_with_it(pretrained: Path, small: Small, tmp_path: Path) -> None:
    config = replace(SMALL, classifier=replace(SMALL.classifier, pretrained=str(pretrained)))
    classifier, judged = train_and_judge(small.train, small.development, config, lambda stage: None)
    classifier, tuning = tune(classifier, judged)
    assert classifier.fusion.weights != small.classifier.fusion.weights  # a calibration of its own
    classifier.save(tmp_path)
    tuning.save(tmp_path)
    loaded = Classifier.load(tmp_path)
    assert loaded.encoder.name == str(pretrained)
    assert Tuning.load(tmp_path) == tuning
    text = "我昨天买的加油券还没到账"
    assert np.allclose(loaded.probabilities(text), classifier.probabilities(text), atol=1e-5)
    assert loaded.labels[int(loaded.probabilities(text).argmax())] == "intent:coupon_not_received"


def test_an_encoder_that_is_not_there_is_named_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "no-such-model")
    with pytest.raises(NotReady) as raised:
        PretrainedEncoder(missing)
    assert missing in str(raised.value)
    assert "\n" not in str(raised.value)
    (tmp_path / "encoder_pretrained.json").write_text(json.dumps({"model": missing}), encoding="utf-8")
    with pytest.raises(NotReady, match="no-such-model"):
        load_encoder(tmp_path)


def test_the_command_ends_with_that_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "no-such-model")
    monkeypatch.setenv(training.ENCODER_SETTING, missing)
    assert training.main(["--models", str(tmp_path / "models")]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert missing in told[0]


def test_the_setting_names_the_encoder() -> None:
    assert configured({training.ENCODER_SETTING: "BAAI/bge-small-zh-v1.5"}).classifier.pretrained is not None
    assert configured({}).classifier.pretrained is None
    assert configured({training.ENCODER_SETTING: ""}).classifier.pretrained is None
