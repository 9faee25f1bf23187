"""The conversations of tests/bot/dialogues on the real forms: they take the steps that Rasa is tested to predict."""

from __future__ import annotations

from collections import Counter
from typing import Any, Mapping

import pytest

from contracts.effects import FileTicket
from contracts.taxonomy import load_taxonomy
from tests.actions.dialogues import FLOWS, play, stories

STORIES = stories()
AT_LEAST = 4


@pytest.mark.parametrize("story", STORIES, ids=lambda s: s["story"])
async def test_a_conversation_goes_as_it_is_written(story: Mapping[str, Any]) -> None:
    metadata = story["metadata"]
    played = await play(metadata, [step["intent"] for step in story["steps"] if "intent" in step])
    assert played.steps == story["steps"]
    assert played.turns[-1].asked is None, "a conversation is played to its end"
    assert played.ends == metadata["ends"]
    assert [words for words in metadata.get("says", ()) if words not in played.text] == []
    assert [words for words in metadata.get("never", ()) if words in played.text] == []
    for ticket in played.effects(FileTicket):
        assert ticket.number in played.text, "the customer hears the number of what was filed"


@pytest.mark.parametrize("intent", FLOWS)
def test_every_flow_has_four_conversations(intent: str) -> None:
    about = Counter(s["story"].split("：")[0] for s in STORIES)
    assert about[intent] >= AT_LEAST
    mine = [s for s in STORIES if s["story"].startswith(f"{intent}：")]
    assert all({"intent": intent} in s["steps"] for s in mine)


def test_departments_and_priorities_are_the_taxonomys() -> None:
    taxonomy = load_taxonomy()
    for story in STORIES:
        for filed in story["metadata"]["ends"].get("tickets", ()):
            category, department, priority = filed.split()[:3]
            spec = taxonomy.intents[category]
            by_cause = set(taxonomy.dept_by_cause.get(category, {}).values())
            assert department in ({spec.department} | by_cause)
            assert priority == spec.priority
