"""The scripted customers against the running house: at least nine of ten must end right."""

from __future__ import annotations

import asyncio

import pytest

from tests.conversations.play import play_all, table, transcript, world_of
from tests.conversations.script import load_scripts
from tests.stack import Stack

REQUIRED = 0.90


@pytest.mark.assistant
def test_scripted_customers_end_right(house: Stack) -> None:
    results = asyncio.run(play_all(world_of(house), load_scripts()))
    wrong = [transcript(r) for r in results if not r.right]
    share = 1 - len(wrong) / len(results)
    print(table(results), *wrong, sep="\n\n")
    assert share >= REQUIRED, f"{share:.1%} of {len(results)} ended right\n\n" + "\n\n".join(wrong)
