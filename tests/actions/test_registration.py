"""The actions, the assistant's domain and the taxonomy fit one another."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa_sdk import utils

from actions.case import FILLED_SLOTS
from actions.form import MEMORY, PROBLEM, FlowConclude, FlowForm
from actions.ports import current_ports
from contracts.assistant import ANSWER_INTENT
from contracts.entities import ENTITY_TYPES
from contracts.errors import NotReady
from contracts.taxonomy import load_taxonomy
from knowledge_base.facts import FileFacts
from tests.actions.world import executor

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "actions").glob("*.py"))
_QUOTING = ("say", "figure", "after")


def domain() -> dict[str, Any]:
    merged: dict[str, Any] = {"intents": [], "entities": [], "slots": {}, "forms": {}, "actions": []}
    for path in sorted((ROOT / "bot" / "domain").glob("*.yml")):
        part = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, value in merged.items():
            value.update(part.get(key, {})) if isinstance(value, dict) else value.extend(part.get(key, []))
    return merged


def areas(kind: type[Any]) -> dict[str, Any]:
    executor()
    found = [cls() for cls in utils.all_subclasses(kind) if cls.__module__.startswith("actions.")]
    return {area.area: area for area in found}


def test_the_domain_names_exactly_the_actions_there_are() -> None:
    registered = {item.name for item in executor().list_actions()}
    assert set(domain()["actions"]) == registered


def test_every_intent_that_is_not_small_talk_has_one_flow() -> None:
    flows = [flow.intent for area in areas(FlowForm).values() for flow in area.flows]
    wanted = [i.id for i in load_taxonomy().intents.values() if i.group != "chat"]
    assert sorted(flows) == sorted(wanted)


def test_a_form_and_its_conclusion_share_their_flows() -> None:
    forms, conclusions = areas(FlowForm), areas(FlowConclude)
    assert forms.keys() == conclusions.keys() == {name.removesuffix("_form") for name in domain()["forms"]}
    for name, form in forms.items():
        assert form.flows is conclusions[name].flows


def test_the_domain_knows_the_taxonomys_intents_and_two_of_its_own() -> None:
    assert set(domain()["intents"]) == {*load_taxonomy().intents, ANSWER_INTENT, "faq"}


def test_the_domain_knows_the_contracts_entities() -> None:
    names = [e if isinstance(e, str) else next(iter(e)) for e in domain()["entities"]]
    assert names == list(ENTITY_TYPES)


def test_the_domains_slots_are_those_that_flows_fill() -> None:
    assert set(domain()["slots"]) == {*FILLED_SLOTS, PROBLEM, MEMORY}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_every_slot_that_an_area_asks_for_is_in_its_form(path: Path) -> None:
    calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    asks = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "Ask" and n.args]
    picks = [n for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == "ask_which"]
    first = [n.args[0] for n in asks] + [n.args[1] for n in picks]
    asked = {arg.value for arg in first if isinstance(arg, ast.Constant)}
    part_of = {
        "tickets": "ticket",
        **dict.fromkeys(("charges", "refund", "payment_failed", "cancelling"), "payment"),
        "points_payment": "points",
        "invoice_problem": "invoice",
        "coupon_use": "coupon",
    }
    area = part_of.get(path.stem, path.stem)
    form = domain()["forms"].get(f"{area}_form")
    assert asked <= set(form["required_slots"] if form else FILLED_SLOTS)


def quoted_facts(tree: ast.AST) -> set[str]:
    """Keys handed to `say`, `figure` and `after`, and those in braces inside plain texts."""
    in_f_strings = {id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in ast.walk(n)}
    keys = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _QUOTING:
            keys |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in in_f_strings:
            keys |= set(re.findall(r"\{([a-z_]+\.[a-z_]+)\}", node.value))
    return keys - {"group.key"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_every_figure_that_is_quoted_exists(path: Path) -> None:
    assert quoted_facts(ast.parse(path.read_text(encoding="utf-8"))) <= set(FileFacts.load().keys())


def test_figures_are_quoted_at_all() -> None:
    quoted = set().union(*(quoted_facts(ast.parse(p.read_text(encoding="utf-8"))) for p in SOURCES))
    assert {"coupon.arrival", "payment.single_limit", "refund.review"} <= quoted


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)
def test_actions_reach_nothing_but_their_ports(path: Path) -> None:
    standard = {"__future__", "abc", "contextvars", "dataclasses", "datetime", "math", "re", "typing", "zoneinfo"}
    allowed = standard | {"actions", "contracts", "language", "rasa_sdk"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {str(n.module).split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= allowed


def test_without_ports_an_action_says_so() -> None:
    with pytest.raises(NotReady):
        current_ports()
