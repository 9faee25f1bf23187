"""Business facts: the shipped file and what happens to a broken one."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.errors import ContractError
from knowledge_base.facts import FileFacts, fill_in, quoted_facts


def test_shipped_facts_are_readable() -> None:
    facts = FileFacts.load()
    arrival = facts.fact("coupon.arrival")
    assert (arrival.value, arrival.unit, arrival.say) == (30, "minute", "30 分钟")
    assert len(facts.keys()) > 80
    with pytest.raises(KeyError):
        facts.fact("coupon.nothing")


def test_quoted_facts_are_filled_in() -> None:
    facts = FileFacts.load()
    text = "购买后 {{ coupon.arrival }}内到账，{{order.pump_wait}}没反应就联系我们。"
    assert quoted_facts(text) == ("coupon.arrival", "order.pump_wait")
    assert fill_in(text, facts) == "购买后 30 分钟内到账，5 分钟没反应就联系我们。"


@pytest.mark.parametrize("text", ["{{ coupon.nothing }}", "{{ coupon.arrival }", "到账 }} 了"])
def test_a_wrong_quotation_is_refused(text: str) -> None:
    with pytest.raises(ContractError):
        fill_in(text, FileFacts.load())


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("- 1\n", "facts.yml"),
        ("coupon: 3\n", "coupon"),
        ("coupon: {arrival: {value: 30, unit: minute}}\n", "coupon.arrival"),
        ("coupon: {arrival: {value: null, unit: minute, say: x}}\n", "value"),
        ("coupon: {arrival: {value: 30, unit: '', say: x}}\n", "unit"),
        ("coupon: {arrival: {value: 30, unit: minute, say: ' '}}\n", "say"),
        ("coupon: {arrival: {value: 30, unit: minute, say: x, note: y}}\n", "exactly"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "facts.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ContractError, match=named):
        FileFacts.load(path)
