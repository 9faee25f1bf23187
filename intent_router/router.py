"""One text and its context → one Decision: guard, retrieval, and the assistant's opinion where it was asked."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contracts.decision import Candidate, Decision, Kind, RouteContext, SentimentReading, Tier, TraceStep
from contracts.errors import ContractError
from contracts.knowledge import ArticleStore
from contracts.taxonomy import load_taxonomy
from intent_router import guard
from intent_router.areas import area
from intent_router.bare_data import is_bare_data
from intent_router.classifier import SOURCES, Classifier, Evidence
from intent_router.clauses import cuts
from intent_router.corpus import OUT_OF_SCOPE
from intent_router.decisions import guarded_decision, in_a_form, kind_of, since, with_guard
from intent_router.entities import extract
from intent_router.entities import warm_up as warm_up_entities
from intent_router.escalation import CRITICAL_LABELS
from intent_router.follow_up import elliptical, in_context
from intent_router.fresh import TRAINED_TEXTS, FreshPhrasings
from intent_router.manifest import Manifest
from intent_router.sentiment_aim import BLAME, about_something_else
from intent_router.tuning import Tuning
from language import normalise


class ReadsFeelings(Protocol):
    """The part of `intent_router.sentiment.SentimentModel` that routing needs."""

    def read(self, text: str) -> SentimentReading: ...

    def read_without_blame(self, text: str) -> SentimentReading: ...


_WORTH_OFFERING = 0.01
"""Candidates below this probability are left out of the alternatives."""

Probabilities = NDArray[np.float64]


EVEN = 0.5
"""Below this probability a label is wrong more often than right."""


@dataclass(frozen=True)
class Routing:
    """A decision that stands when the assistant is down, and what `Router.join` needs to improve it."""

    decision: Decision
    wants_assistant: bool
    probabilities: Probabilities | None = None
    top: int = 5


class Router:
    """Tiers 0 to 2. Thread-safe; tier 1 takes a few milliseconds, no I/O."""

    def __init__(
        self,
        classifier: Classifier,
        tuning: Tuning,
        sentiment: ReadsFeelings,
        store: ArticleStore,
        trained: Collection[int],
    ) -> None:
        self._classifier = classifier
        self._tuning = tuning
        self._sentiment = sentiment
        self._store = store
        self._labels = classifier.labels
        self._servable = np.array([_servable(label, store) for label in self._labels])
        if not self._servable.any():
            raise ContractError("the router knows no label that can be served")
        self._trained = trained
        self._trained = trained
        self._fresh = FreshPhrasings(store, classifier.encoder, trained)
        warm_up_entities()
        self.route("我的92号汽油加油券昨天没到账")

    @classmethod
    def load(cls, models: Path, store: ArticleStore) -> Router:
        """The router that training has left in a folder, warmed up.

        Raises:
            NotReady: nothing is trained there.
            ContractError: it was trained by another release.
        """
        from intent_router.sentiment import SentimentModel

        folder = models / Manifest.load(models).folder
        trained = frozenset(np.load(folder / TRAINED_TEXTS).tolist())
        feelings = SentimentModel.load(folder / "sentiment")
        return cls(Classifier.load(folder), Tuning.load(folder), feelings, store, trained)

    def with_articles(self, store: ArticleStore) -> Router:
        """The same learned parts over other articles: what was published since answers, what was withdrawn does not."""
        return Router(self._classifier, self._tuning, self._sentiment, store, self._trained)

    def route(
        self, text: str, context: RouteContext = RouteContext(), now: datetime | None = None, top: int = 5
    ) -> Routing:
        """Decide with tiers 0 and 1.

        Args:
            text: as the customer wrote it.
            now: the clock for time expressions; the present when it is left out.
            top: how many alternatives the decision lists, the label among them.
        """
        started = time.perf_counter()
        entities = extract(text, datetime.now(timezone.utc).astimezone() if now is None else now)
        sentiment = self._sentiment.read(text)
        if sentiment.label in BLAME and is_bare_data(text, entities):
            sentiment = self._sentiment.read_without_blame(text)
        guarded = guard.check(text, context, entities)
        if guarded is not None and guarded.label is not None and guarded.kind is not None:
            if guarded.name == guard.EMPTY and sentiment.label in BLAME and about_something_else(text):
                sentiment = self._sentiment.read_without_blame(text)
            return Routing(guarded_decision(guarded, entities, sentiment, started), False)
        checked = time.perf_counter()
        evidence = self._classifier.evidence(text)
        probabilities = self._probabilities(evidence, context)
        complete = self._completed(text, probabilities, context)
        if complete is not None:
            evidence = self._classifier.evidence(complete)
            probabilities = self._probabilities(evidence, context)
        probabilities = self._without_ruled_out(probabilities, text)
        learned = self._decide(probabilities, top)
        decision = self._with_fresh(learned, evidence)
        # The assistant knows what was published after the training no better than tier 1 does.
        unsure = decision is learned and decision.confidence < self._tuning.thresholds.sure
        step = self._trace(decision, evidence, unsure, checked)
        decision = replace(decision, entities=entities, sentiment=sentiment, trace=(step,))
        if guarded is not None:
            decision = with_guard(decision, guarded)
        elif context.requested_slot is not None:
            decision = in_a_form(decision, context, unsure)
        if decision.label == OUT_OF_SCOPE and sentiment.label in BLAME and about_something_else(text):
            decision = replace(decision, sentiment=self._sentiment.read_without_blame(text))
        if not decision.answer and decision.guard is None and decision.label != OUT_OF_SCOPE:
            decision = self._with_second(decision, text)
        wants = (
            unsure
            and decision.second is None
            and self._tuning.join.learned
            and not decision.answer
            and decision.guard is None
        )
        return Routing(replace(decision, elapsed_ms=since(started)), wants, probabilities, top)

    def join(self, routing: Routing, assistant_scores: Mapping[str, float]) -> Decision:
        """Fuse the assistant's probabilities by intent (tier 2) into a routing that wanted them."""
        if not routing.wants_assistant or routing.probabilities is None:
            return routing.decision
        started = time.perf_counter()
        joint = self._tuning.join.pool(routing.probabilities, self._labels, assistant_scores)
        joint = self._only_servable(joint)
        decided = self._decide(joint, routing.top)
        said = sorted(assistant_scores.items(), key=lambda item: -item[1])[:3]
        candidates = tuple(Candidate(f"intent:{intent}", score) for intent, score in said)
        first = routing.decision
        step = TraceStep(Tier.ASSISTANT.value, "the assistant's NLU joined", candidates, since(started))
        return replace(
            first,
            label=decided.label,
            kind=decided.kind,
            confidence=decided.confidence,
            alternatives=decided.alternatives,
            tier=Tier.ASSISTANT,
            trace=(*first.trace, step),
            elapsed_ms=first.elapsed_ms + since(started),
        )

    def _probabilities(self, evidence: Evidence, context: RouteContext) -> Probabilities:
        fused = self._classifier.fusion.scores(evidence.table)
        probabilities = self._only_servable(self._tuning.probabilities(fused, evidence))
        if context.recent_labels and probabilities.max() < self._tuning.thresholds.sure:
            # A message that is clear in itself needs no context; one that is not is likely about the same business.
            return self._tuning.follow_up.reweigh(probabilities, self._labels, context.recent_labels)
        return probabilities

    def _completed(self, text: str, probabilities: Probabilities, context: RouteContext) -> str | None:
        """A message that leaves out what it is about, with what the last turns were about; None for any other."""
        if not context.recent_labels or context.requested_slot is not None or not elliptical(normalise(text)):
            return None
        best = int(np.argmax(probabilities))
        clear = probabilities[best] >= self._tuning.thresholds.sure and area(self._labels[best]) is not None
        return None if clear else in_context(text, context.recent_labels)

    def _without_ruled_out(self, probabilities: Probabilities, text: str) -> Probabilities:
        """Without labels that the words speak against; looked at only where one of them would win."""
        if self._labels[int(np.argmax(probabilities))] not in guard.RULED_OUT_LABELS:
            return probabilities
        out = guard.ruled_out(text)
        kept = np.where([label in out for label in self._labels], 0.0, probabilities)
        return kept / kept.sum()  # type: ignore[no-any-return]

    def _with_fresh(self, decision: Decision, evidence: Evidence) -> Decision:
        """What was published after the training, where it is nearer than all that was known then."""
        thresholds = self._tuning.thresholds
        found = self._fresh.nearest(evidence.vector)
        if found is None or found.similarity < max(thresholds.near, evidence.near.best):
            return decision
        chance = thresholds.near_precision
        others = (candidate for candidate in decision.alternatives if candidate.label != found.label)
        rest = tuple(Candidate(other.label, other.score * (1 - chance)) for other in others)
        alternatives = (Candidate(found.label, chance), *rest)
        return replace(decision, label=found.label, kind=Kind.FAQ, confidence=chance, alternatives=alternatives)

    def _only_servable(self, probabilities: Probabilities) -> Probabilities:
        """Labels whose article is not valid now are out of the question."""
        kept = np.where(self._servable, probabilities, 0.0)
        return kept / kept.sum()  # type: ignore[no-any-return]

    def _decide(self, probabilities: Probabilities, top: int) -> Decision:
        """Label, kind and alternatives; sentiment, entities and trace are still missing."""
        ranking = self._tuning.ranking(probabilities)
        label, confidence = self._labels[ranking[0]], float(probabilities[ranking[0]])
        shown = [i for n, i in enumerate(ranking[: max(top, 1)]) if n == 0 or probabilities[i] >= _WORTH_OFFERING]
        kind = kind_of(label)
        others = float(np.sort(probabilities[ranking[1:]])[-2:].sum())
        # What is wrong more often than right is no answer, however the other chances are spread.
        doubtful = others >= self._tuning.thresholds.ask or confidence < EVEN
        torn = kind in (Kind.FLOW, Kind.FAQ, Kind.HANDOFF) and doubtful
        # A person's time and an alarm are not spent on a guess; danger in plain words the guard has seen before.
        alarming = kind is Kind.HANDOFF or label in CRITICAL_LABELS
        if torn or (alarming and confidence < self._tuning.thresholds.sure):
            kind = Kind.CLARIFY
        return Decision(
            label=label,
            kind=kind,
            confidence=confidence,
            tier=Tier.RETRIEVAL,
            alternatives=tuple(Candidate(self._labels[i], float(probabilities[i])) for i in shown),
            sentiment=SentimentReading("calm", 0.0),
        )

    def _trace(self, decision: Decision, evidence: Evidence, unsure: bool, started: float) -> TraceStep:
        best = [self._labels[int(np.argmax(row))] for row in evidence.table]
        said = ", ".join(f"{name} {label}" for name, label in zip(SOURCES, best, strict=True))
        note = f"{'unsure' if unsure else 'sure'}; {said}"
        return TraceStep(Tier.RETRIEVAL.value, note, decision.alternatives, since(started))

    def _with_second(self, decision: Decision, text: str) -> Decision:
        """Look for a second problem: the halves must be about different problems beyond doubt.

        Where the customer says himself that there is more, halves that need no question are enough. Elsewhere both
        must be sure, two troubles of different areas, and the whole about one of them: one problem is often told in
        many clauses.
        """
        for cut in cuts(text):
            first, second = self._problem(cut.before, cut.announced), self._problem(cut.after, cut.announced)
            if first is None or second is None or first == second:
                continue
            troubles = first.startswith("intent:") and second.startswith("intent:") and area(first) != area(second)
            if cut.announced or (troubles and decision.label in (first, second)):
                return replace(decision, label=first, kind=kind_of(first), second=second)
        return decision

    def _problem(self, text: str, announced: bool) -> str | None:
        """The problem that part of a message is about, when it has a business area."""
        evidence = self._classifier.evidence(text)
        fused = self._classifier.fusion.scores(evidence.table)
        decision = self._decide(self._only_servable(self._tuning.probabilities(fused, evidence)), 1)
        sure = decision.confidence >= self._tuning.thresholds.sure or (announced and decision.kind is not Kind.CLARIFY)
        return decision.label if sure and area(decision.label) is not None else None


def _servable(label: str, store: ArticleStore) -> bool:
    kind, _, name = label.partition(":")
    return store.get(name) is not None if kind == "faq" else name in load_taxonomy().intents
