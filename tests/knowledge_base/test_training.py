"""The static encoder: what is exported equals sentence-transformers, and means what it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import ContractError, NotReady
from knowledge_base.encoder import PretrainedEncoder, StaticEncoder, load_encoder
from knowledge_base.store import all_phrasings
from knowledge_base.training import EncoderConfig, as_sentence_transformer, train_encoder

SMALL = EncoderConfig(dimension=32, epochs=8)
QUESTIONS = ("coupon_where", "invoice_how", "close_account", "points_validity", "carplay")


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    phrasings = all_phrasings()
    pairs = [(text, question) for question in QUESTIONS for text in phrasings[question]]
    return train_encoder([text for text, _ in pairs], [label for _, label in pairs], SMALL)


def test_the_export_equals_sentence_transformers(encoder: StaticEncoder) -> None:
    texts = ["优惠券在哪看", "發漂怎麼開", "92# 能用券不", "怎么注销账号呀！！", "q"]
    assert encoder.known_tokens("券")
    theirs = as_sentence_transformer(encoder).encode([" ".join(encoder.known_tokens(t)) for t in texts[:4]])
    np.testing.assert_allclose(encoder.encode(texts[:4]), theirs, atol=1e-6)


def test_nothing_known_is_a_zero_vector(encoder: StaticEncoder) -> None:
    vectors = encoder.encode(["", "ξ", "怎么开票"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([0.0, 0.0, 1.0], abs=1e-5)


def test_alike_is_near(encoder: StaticEncoder) -> None:
    asked, same, other = encoder.encode(["我想注销账户", "号不要了怎么销户", "车机上能用吗"])
    assert asked @ same > asked @ other


def test_saved_and_loaded(encoder: StaticEncoder, tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        load_encoder(tmp_path)
    encoder.save(tmp_path)
    np.testing.assert_array_equal(load_encoder(tmp_path).encode(["积分多久过期"]), encoder.encode(["积分多久过期"]))


def test_matrix_and_vocabulary_must_fit() -> None:
    with pytest.raises(ContractError):
        StaticEncoder({"券": 0}, np.zeros((2, 4), dtype=np.float32))


def test_one_label_teaches_nothing() -> None:
    with pytest.raises(ContractError):
        train_encoder(["券在哪", "券呢"], ["a", "a"], SMALL)


def test_a_pretrained_encoder_is_one_setting_away(encoder: StaticEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "pretrained"
    as_sentence_transformer(encoder).save(str(folder))
    pretrained = PretrainedEncoder(str(folder))
    assert pretrained.dimension == 32
    assert pretrained.encode(["优惠券"]).shape == (1, 32)
    pretrained.save(tmp_path)
    assert load_encoder(tmp_path).name == str(folder)


def test_a_pretrained_encoder_that_is_not_there() -> None:
    with pytest.raises(NotReady, match="nowhere"):
        PretrainedEncoder("./nowhere")


def test_serving_imports_nothing_heavy() -> None:
    program = (
        "import sys; import knowledge_base.encoder, knowledge_base.index, knowledge_base.search, knowledge_base.store;"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'spacy', 'sklearn'} & set(sys.modules);"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
