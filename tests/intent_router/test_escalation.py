"""The escalation policy, line by line, and what must hold for any conversation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decision import Decision, Kind, RouteContext, SentimentReading, Tier
from contracts.errors import ContractError
from contracts.taxonomy import load_taxonomy
from intent_router.escalation import CRITICAL_LABELS, TurnSignal, Verdict, judge
from intent_router.replay import replay

COUPON = "intent:coupon_not_received"


def turn(
    sentiment: str = ("calm"), label: str = COUPON, guard: str | None = None, outcome: str | None = "ok"
) -> TurnSignal:
    return TurnSignal(label, sentiment, guard, outcome)


def newest(sentiment: str = "calm", label: str = COUPON, guard: str | None = None) -> TurnSignal:
    return turn(sentiment, label, guard, None)


def test_an_empty_conversation_stays() -> None:
    assert judge(()) == Verdict(False, None, None, False)


def test_a_calm_conversation_stays() -> None:
    assert not judge([turn(), turn(), newest()]).escalate


def test_anger_goes_at_once() -> None:
    verdict = judge([turn(), newest("angry")])
    assert (verdict.escalate, verdict.reason, verdict.rule) == (True, "anger", "angry at this turn")


@pytest.mark.parametrize(
    ("feelings", "escalates"),
    [
        (["dissatisfied"], False),
        (["dissatisfied", "dissatisfied"], True),
        (["dissatisfied", "calm", "dissatisfied"], True),
        (["dissatisfied", "calm", "calm", "dissatisfied"], False),
        (["dissatisfied", "anxious", "dissatisfied"], True),
        (["dissatisfied", "dissatisfied", "calm"], False),  # it went when the second came
    ],
)
def test_dissatisfied_twice_in_three(feelings: list[str], escalates: bool) -> None:
    verdict = judge([*(turn(f) for f in feelings[:-1]), newest(feelings[-1])])
    assert verdict.escalate is escalates
    assert verdict.reason == ("dissatisfied" if escalates else None)


def test_asking_for_a_person() -> None:
    assert judge([newest(guard="human")]).reason == "asked"
    assert judge([newest(label="intent:human_agent")]).reason == "asked"


@pytest.mark.parametrize("label", sorted(CRITICAL_LABELS))
def test_critical_intents(label: str) -> None:
    verdict = judge([turn(), newest(label=label)])
    assert (verdict.escalate, verdict.reason) == (True, "critical_intent")


@pytest.mark.parametrize("label", ["intent:human_agent", *sorted(CRITICAL_LABELS)])
def test_a_guessed_label_hands_nothing_over(label: str) -> None:
    assert not judge([TurnSignal(label, "calm", None, None, sure=False)]).escalate


def test_the_same_problem_without_progress_twice() -> None:
    stuck = turn(outcome="no_progress")
    assert judge([stuck, stuck, newest()]).reason == "no_progress"
    assert not judge([stuck, newest()]).escalate
    assert not judge([stuck, turn(), newest()]).escalate
    assert not judge([stuck, turn(), stuck, newest()]).escalate


def test_another_problem_starts_anew() -> None:
    stuck = turn(outcome="no_progress")
    assert not judge([stuck, stuck, newest(label="intent:invoice_apply")]).escalate
    other = turn(label="intent:points_query", outcome="no_progress")
    assert not judge([stuck, other, newest(label="intent:order_query")]).escalate


def test_a_message_of_the_same_area_or_without_a_problem_is_the_same_problem() -> None:
    stuck = turn(outcome="no_progress")
    for label in ("faq:coupon_arrival_time", "intent:coupon_unusable", "intent:deny", "intent:ticket_urge"):
        assert judge([stuck, stuck, newest(label=label)]).reason == "no_progress", label


def test_two_answers_in_a_row_that_understood_nothing() -> None:
    lost = turn(outcome="not_understood", label="intent:out_of_scope")
    assert judge([lost, lost, newest()]).reason == "not_understood"
    assert not judge([lost, newest()]).escalate
    assert not judge([lost, turn(), lost, newest()]).escalate


def test_anxious_twice_offers_a_person_and_hands_nothing_over() -> None:
    verdict = judge([turn("anxious"), turn(), newest("anxious")])
    assert (verdict.escalate, verdict.offer_person) == (False, True)
    assert not judge([turn("anxious"), newest()]).offer_person


def test_whoever_waits_at_the_pump_is_offered_a_person() -> None:
    assert judge([newest(label="intent:paid_not_fueled")]).offer_person


LABELS = st.sampled_from([*load_taxonomy().labels, "intent:unknown", "faq:unknown"])
SIGNALS = st.builds(
    TurnSignal,
    LABELS,
    st.sampled_from(["calm", "anxious", "dissatisfied", "angry"]),
    st.sampled_from([None, "human", "safety", "payload", "answer", "empty", "cancel", "ticket_number"]),
    st.sampled_from([None, "ok", "not_understood", "no_progress"]),
    st.booleans(),
)
CONVERSATIONS = st.lists(SIGNALS, max_size=8)


@given(CONVERSATIONS)
def test_a_reason_exactly_when_it_escalates(turns: list[TurnSignal]) -> None:
    verdict = judge(turns)
    assert (verdict.reason is not None) == verdict.escalate == (verdict.rule is not None)
    assert judge(tuple(turns)) == verdict


@given(CONVERSATIONS, SIGNALS)
def test_anger_wish_and_danger_never_stay(turns: list[TurnSignal], last: TurnSignal) -> None:
    must = last.sentiment == "angry" or last.guard == "human" or (last.sure and last.label in CRITICAL_LABELS)
    assert judge([*turns, last]).escalate or not must


@given(st.lists(st.builds(turn, st.sampled_from(["calm", "anxious"]), st.just(COUPON)), max_size=6))
def test_calm_and_anxious_customers_who_get_on_stay_with_the_assistant(turns: list[TurnSignal]) -> None:
    assert not judge([*turns, newest("anxious")]).escalate


@given(CONVERSATIONS, CONVERSATIONS, SIGNALS)
def test_feelings_older_than_three_turns_do_not_count(
    old: list[TurnSignal], older: list[TurnSignal], last: TurnSignal
) -> None:
    recent = [turn(), turn()]
    reasons = {judge([*past, *recent, last]).reason for past in (old, older)}
    assert "dissatisfied" not in reasons
    assert "not_understood" not in reasons


FEELINGS = {"滚": "angry", "真慢": "dissatisfied"}


def routed(text: str, context: RouteContext) -> Decision:
    feeling = SentimentReading(FEELINGS.get(text, "calm"), 0.9)
    return Decision(COUPON, Kind.FLOW, 0.9, Tier.RETRIEVAL, (), feeling)


def said(*turns: str) -> list[dict[str, str]]:
    """Customer texts; a word with a colon before it is the bot's outcome."""
    return [{"role": "bot", "outcome": t[1:]} if t.startswith(":") else {"role": "customer", "text": t} for t in turns]


def test_replay_names_the_first_turn_that_escalates() -> None:
    conversations = [
        {"id": "a", "turns": said("你好", ":ok", "滚", ":ok", "滚")},
        {"id": "b", "turns": said("真慢", ":ok", "嗯", ":ok", "真慢")},
        {"id": "c", "turns": said("券没到", ":no_progress", "还没到", ":no_progress", "没到")},
        {"id": 4, "turns": said("啊", ":not_understood", "啊", ":not_understood", "啊")},
        {"id": "e", "turns": said("你好", ":ok", "谢谢")},
        {"id": "f", "turns": []},
    ]
    assert replay(conversations, routed) == [
        {"id": "a", "escalate_at": 1, "reason": "anger", "sentiments": ["calm", "angry", "angry"]},
        {"id": "b", "escalate_at": 2, "reason": "dissatisfied", "sentiments": ["dissatisfied", "calm", "dissatisfied"]},
        {"id": "c", "escalate_at": 2, "reason": "no_progress", "sentiments": ["calm"] * 3},
        {"id": 4, "escalate_at": 2, "reason": "not_understood", "sentiments": ["calm"] * 3},
        {"id": "e", "escalate_at": None, "reason": None, "sentiments": ["calm"] * 2},
        {"id": "f", "escalate_at": None, "reason": None, "sentiments": []},
    ]


def test_replay_tells_the_router_what_came_before() -> None:
    seen: list[tuple[str, ...]] = []

    def route(text: str, context: RouteContext) -> Decision:
        seen.append(context.recent_labels)
        return routed(text, context)

    replay([{"id": 1, "turns": said("一", ":ok", "二")}], route)
    assert seen == [(), (COUPON,)]


@pytest.mark.parametrize(
    "conversation",
    [
        {"id": 1},
        {"id": 1, "turns": "滚"},
        {"id": 1, "turns": [{"role": "customer"}]},
        {"id": 1, "turns": [{"role": "bot", "outcome": "perfect"}]},
        {"id": 1, "turns": ["滚"]},
    ],
)
def test_a_conversation_of_another_shape_is_refused(conversation: dict[str, object]) -> None:
    with pytest.raises(ContractError, match="conversation 1"):
        replay([conversation], routed)
