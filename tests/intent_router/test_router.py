"""The router over a small tier 1: decisions, forms, context, second problems, the assistant's opinion."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from contracts.decision import Kind, OfferedButton, RouteContext, SentimentReading, Tier
from contracts.errors import ContractError, NotReady
from contracts.knowledge import Article
from intent_router import Router
from intent_router.areas import area
from intent_router.classifier import Classifier
from intent_router.clauses import Cut, cuts
from intent_router.corpus import training_examples
from intent_router.follow_up import FollowUp, elliptical, in_context
from intent_router.fresh import FreshPhrasings, text_key
from intent_router.join import Join
from intent_router.manifest import Manifest
from intent_router.thresholds import Thresholds
from intent_router.training import metrics
from intent_router.tuning import Tuning
from knowledge_base.store import FileArticleStore
from tests.intent_router.conftest import Small


class Calm:
    """Reads every message as calm; feelings have tests of their own."""

    def read(self, text: str) -> SentimentReading:
        return SentimentReading("calm", 0.9)

    def read_without_blame(self, text: str) -> SentimentReading:
        return self.read(text)


class Furious(Calm):
    """Reads anger into every message that may be meant for this service."""

    def read(self, text: str) -> SentimentReading:
        return SentimentReading("angry", 0.9)

    def read_without_blame(self, text: str) -> SentimentReading:
        return SentimentReading("calm", 0.05)


STORE = FileArticleStore(today=lambda: date(2026, 11, 1))
STORE_ARTICLE = next(iter(STORE.all()))
TRAINED = {text_key(example.text) for example in training_examples()}


@pytest.fixture(scope="module")
def router(small: Small) -> Router:
    return Router(small.classifier, small.tuning, Calm(), STORE, TRAINED)


def test_held_out_messages_are_understood(small: Small) -> None:
    found = metrics(small.classifier, small.tuning, small.judged)
    assert found["all"] > 0.8
    assert found["refused_in_scope"] < 0.1


@pytest.mark.parametrize(
    ("text", "label", "kind"),
    [
        ("我昨天买的加油券还没到账", "intent:coupon_not_received", Kind.FLOW),
        ("公司要报销，怎么申请开发票", "faq:invoice_how", Kind.FAQ),
        ("今天天气不错想吃火锅", "intent:out_of_scope", Kind.OUT_OF_SCOPE),
        ("你好", "intent:greet", Kind.CHAT),
    ],
)
def test_decisions(router: Router, text: str, label: str, kind: Kind) -> None:
    decision = router.route(text).decision
    assert (decision.label, decision.kind, decision.tier) == (label, kind, Tier.RETRIEVAL)
    assert decision.alternatives[0].label == label
    assert decision.alternatives[0].score == decision.confidence
    assert 0 < decision.confidence <= 1
    assert decision.trace
    assert decision.elapsed_ms > 0
    assert decision.to_dict()["label"] == label


def test_the_guard_comes_first(router: Router) -> None:
    decision = router.route("着火了！油枪漏油").decision
    assert (decision.label, decision.tier, decision.guard) == ("intent:safety_emergency", Tier.GUARD, "safety")
    offered = RouteContext(offered=(OfferedButton("查物流", "intent:redeem_logistics"),))
    assert router.route("查物流", offered).decision.payload == "intent:redeem_logistics"


def test_typing_errors_and_traditional_characters_do_not_matter(router: Router) -> None:
    plain = router.route("买的加油券没到账").decision
    for text in ("买的加油卷没到帐", "買的加油券沒到賬", "买 的 加油券 没到账！！！"):
        assert router.route(text).decision.label == plain.label


HOSTILE = ("", " ", "\ud800", "😀😀", "a" * 10_000, "票" * 10_000, "\x00\x01", "</script>' OR 1=1", "/restart")


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gets_a_decision(router: Router, text: str) -> None:
    decision = router.route(text).decision
    assert 0 < decision.confidence <= 1
    assert decision.elapsed_ms < 1000


def test_in_a_form_only_a_sure_other_problem_changes_the_subject(router: Router) -> None:
    form = RouteContext(active_flow="coupon_not_received", requested_slot="order_id")
    for text in ("就是那个", "我的加油券还没到账", "嗯嗯"):
        decision = router.route(text, form).decision
        assert decision.answer, text
        assert decision.label == "intent:coupon_not_received"
    other = router.route("怎么注销账号，注销账户的步骤", form).decision
    assert not other.answer
    assert other.label == "faq:close_account"


def test_an_unsure_message_is_about_the_open_business(small: Small) -> None:
    tuning = replace(small.tuning, follow_up=FollowUp(50.0), thresholds=Thresholds(0.99999, 1.0))
    router = Router(small.classifier, tuning, Calm(), STORE, TRAINED)
    alone = router.route("那什么时候到").decision
    after = router.route("那什么时候到", RouteContext(recent_labels=("intent:refund_progress",))).decision
    share = {c.label: c.score for c in alone.alternatives}.get("intent:refund_progress", 0.0)
    assert {c.label: c.score for c in after.alternatives}["intent:refund_progress"] > share


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("那什么时候到", "intent:coupon_not_received"),
        ("怎么还没好？", "intent:refund_progress"),
        ("还是没到", "intent:points_missing"),
    ],
)
def test_a_message_that_leaves_out_what_it_is_about(router: Router, text: str, before: str) -> None:
    decision = router.route(text, RouteContext(recent_labels=(before, "intent:thanks"))).decision
    assert area(decision.label) == area(before)


@pytest.mark.parametrize("text", ["退款到了吗", "发票怎么开", "好的", "谢谢", "附近哪有站"])
def test_a_message_with_a_subject_of_its_own_needs_none(text: str) -> None:
    assert not elliptical(text)
    assert in_context(text, ("intent:greet",)) is None


def test_two_problems_in_one_message(small: Small) -> None:
    router = Router(small.classifier, replace(small.tuning, thresholds=Thresholds(0.5, 1.0)), Calm(), STORE, TRAINED)
    decision = router.route("发票抬头开错了要重开。另外我昨天加油的积分一直没到账").decision
    assert {decision.label, decision.second} == {"intent:invoice_problem", "intent:points_missing"}
    assert router.route("你好，我的加油券还没到账，谢谢").decision.second is None


def test_close_candidates_lead_to_a_question(small: Small) -> None:
    router = Router(small.classifier, replace(small.tuning, thresholds=Thresholds(1.0, 0.0)), Calm(), STORE, TRAINED)
    decision = router.route("我昨天买的加油券还没到账").decision
    assert decision.kind is Kind.CLARIFY
    assert decision.label == "intent:coupon_not_received"


def test_the_assistant_is_asked_when_unsure_and_joins(small: Small) -> None:
    unsure = replace(small.tuning, thresholds=Thresholds(1.1, 1.0))
    router = Router(small.classifier, replace(unsure, join=Join(0.1, 2.0)), Calm(), STORE, TRAINED)
    routing = router.route("我昨天买的加油券还没到账")
    assert routing.wants_assistant
    joined = router.join(routing, {"points_missing": 0.99})
    assert (joined.label, joined.tier) == ("intent:points_missing", Tier.ASSISTANT)
    assert joined.entities == routing.decision.entities
    assert len(joined.trace) == 2
    # An assistant that was never learned from is not asked, and what it says changes nothing.
    alone = Router(small.classifier, unsure, Calm(), STORE, TRAINED)
    again = alone.route("我昨天买的加油券还没到账")
    assert not again.wants_assistant
    assert alone.join(again, {"points_missing": 0.99}) == again.decision


def test_an_article_that_is_not_valid_is_not_offered(small: Small) -> None:
    early = FileArticleStore(today=lambda: date(2020, 1, 1))
    decision = (
        Router(small.classifier, small.tuning, Calm(), early, TRAINED).route("怎么注销账号，注销账户的步骤").decision
    )
    assert all(not candidate.label.startswith("faq:") for candidate in decision.alternatives)


def test_what_is_published_after_the_training_answers_at_once(small: Small) -> None:
    class Published(FileArticleStore):
        """The shipped articles and one more."""

        def all(self) -> tuple[Article, ...]:
            new = replace(STORE_ARTICLE, id="plush_toy", title="毛绒玩具怎么领", phrasings=("毛绒玩具到哪里领取",))
            return (*super().all(), new)

    before = Router(small.classifier, small.tuning, Calm(), STORE, TRAINED)
    assert before.route("毛绒玩具到哪里领取？").decision.label != "faq:plush_toy"
    router = before.with_articles(Published())
    decision = router.route("毛绒玩具到哪里领取？").decision
    assert (decision.label, decision.kind) == ("faq:plush_toy", Kind.FAQ)
    assert decision.alternatives[0].score == decision.confidence
    assert router.route("我昨天买的加油券还没到账").decision.label == "intent:coupon_not_received"
    assert len(FreshPhrasings(STORE, small.classifier.encoder, TRAINED)) == 0


def test_words_that_speak_against_a_label(small: Small) -> None:
    router = Router(small.classifier, small.tuning, Calm(), STORE, TRAINED)
    assert router.route("不用给我转人工").decision.label != "intent:human_agent"


def test_strong_words_about_something_else_are_no_anger_at_us(small: Small) -> None:
    router = Router(small.classifier, small.tuning, Furious(), STORE, TRAINED)
    readings = {
        text: router.route(text).decision.sentiment.label
        for text in ("明天股票会涨吗，烦死了", "？", "红烧肉怎么做，你们这群骗子", "我的加油券还没到账")
    }
    assert list(readings.values()) == ["calm", "calm", "angry", "angry"]


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        ("云南山海物流有限公司", "calm"),
        ("13812345678", "calm"),
        ("云A88K66", "calm"),
        ("YB0000012344 200块", "calm"),
        ("你们什么破公司", "angry"),
        ("骗子13812345678", "angry"),
    ],
)
def test_bare_data_carries_no_feeling(small: Small, text: str, feeling: str) -> None:
    router = Router(small.classifier, small.tuning, Furious(), STORE, TRAINED)
    assert router.route(text).decision.sentiment.label == feeling


def test_what_is_rather_wrong_than_right_is_asked(small: Small) -> None:
    router = Router(small.classifier, replace(small.tuning, thresholds=Thresholds(0.9, 1.0)), Calm(), STORE, TRAINED)
    decisions = [router.route(example.text).decision for example in small.development]
    assert all(
        d.confidence >= 0.5 for d in decisions if d.guard is None and d.kind in (Kind.FLOW, Kind.FAQ, Kind.HANDOFF)
    )


def test_a_guess_hands_nothing_over(small: Small) -> None:
    never_sure = replace(small.tuning, thresholds=Thresholds(1.1, 1.0))
    decision = Router(small.classifier, never_sure, Calm(), STORE, TRAINED).route("想和真的活的人掰扯掰扯").decision
    assert decision.label != "intent:human_agent" or decision.kind is Kind.CLARIFY


def test_many_threads_get_the_same_answers(router: Router, small: Small) -> None:
    texts = [example.text for example in small.development[:60]]
    alone = [router.route(text).decision.label for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: router.route(text).decision.label, texts)) == alone


def test_saved_and_loaded(small: Small, tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        Classifier.load(tmp_path)
    with pytest.raises(NotReady):
        Tuning.load(tmp_path)
    small.classifier.save(tmp_path)
    small.tuning.save(tmp_path)
    classifier = Classifier.load(tmp_path)
    assert Tuning.load(tmp_path) == small.tuning
    for example in small.development[:10]:
        expected = small.classifier.probabilities(example.text)
        np.testing.assert_allclose(classifier.probabilities(example.text), expected, atol=1e-6)


def test_nothing_trained_is_not_ready(tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        Router.load(tmp_path, STORE)
    (tmp_path / "manifest.json").write_text('{"hash": "1"}', encoding="utf-8")
    with pytest.raises(ContractError):
        Manifest.load(tmp_path)


def test_cuts() -> None:
    assert cuts("券没到账。还有加油卡绑不上") == [Cut("券没到账", "加油卡绑不上", True)]
    assert cuts("券没到账另外发票开错了")[0] == Cut("券没到账", "发票开错了", True)
    assert cuts("第一，券没到账；第二，发票没开")[0] == Cut("券没到账", "发票没开", True)
    assert cuts("券没到账，积分也没到") == [Cut("券没到账", "积分也没到", False)]
    assert cuts("发票抬头错了，麻烦改一下") == []
    assert cuts("你好。券没到账") == []
    assert len(cuts("这是第一句话。这是第二句话。" * 20)) == 4
