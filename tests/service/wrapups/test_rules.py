"""What is guessed for a wrap-up."""

from __future__ import annotations

from contracts.taxonomy import load_taxonomy
from service.policies import rules as policies
from service.policies.service import default_rows
from service.wrapups import rules

CAUSES = {cause.id for cause in policies.read_root_causes(default_rows("root_causes"))}


def test_an_open_ticket_is_followed_up_and_an_answer_solves() -> None:
    assert rules.likely_result(has_open_ticket=True, agent_spoke=True) == "ticket"
    assert rules.likely_result(has_open_ticket=False, agent_spoke=True) == "solved"
    assert rules.likely_result(has_open_ticket=False, agent_spoke=False) == "unsolved"


def test_every_guess_is_a_cause_that_the_shipped_table_knows() -> None:
    for intent in load_taxonomy().intents:
        assert rules.likely_cause(f"intent:{intent}", CAUSES) in CAUSES
    assert rules.likely_cause("faq:invoice_how", CAUSES) == rules.EXPLAINED
    assert rules.likely_cause(None, CAUSES) == rules.EXPLAINED


def test_a_cause_that_was_taken_from_the_table_is_not_guessed() -> None:
    assert rules.likely_cause("intent:paid_not_fueled", CAUSES - {"station_equipment"}) is None


def test_tags_are_kept_once_short_and_few() -> None:
    assert rules.cleaned_tags(["#需回访", " 需回访 ", "", "＃投诉风险"]) == ["需回访", "投诉风险"]
    assert len(rules.cleaned_tags([str(n) for n in range(30)])) == rules.MOST_TAGS
