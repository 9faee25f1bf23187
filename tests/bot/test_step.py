"""The trained assistant, driven through its one channel."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, Mapping, Sequence

import httpx
import pytest

from contracts.effects import EndDialogue, FileTicket, Remedy, effect_from_dict
from contracts.taxonomy import load_taxonomy
from tests.actions.world import NOW, SmallPlatform, SmallPorts, ago, coupon, entity, order, payment, unfuelled
from tests.bot.live import ActionServer, Assistant

pytestmark = pytest.mark.assistant

_ATTEMPTS = count(1)
PLATFORM = SmallPlatform(
    known=[unfuelled("O1", ago(minutes=6)), order("O2", ago(days=1)), order("O3", ago(days=2))],
    coupon_list=[coupon("C1", ago(hours=26))],
    payment_list=[payment("P9", ago(hours=3), kind="points", channel="points", order_id="O2", status="failed")],
)


class Dialogue:
    """A dialogue whose snapshot the caller carries, as the service does."""

    def __init__(self, assistant: Assistant, server: ActionServer) -> None:
        self.assistant, self.server = assistant, server
        self.ports = SmallPorts(PLATFORM)
        self.snapshot: list[Mapping[str, Any]] = []
        self.attempt = ""

    def step(self, text: str, intent: str = "answer", **more: Any) -> httpx.Response:
        self.attempt = f"attempt-{next(_ATTEMPTS)}"
        self.server.ports[self.attempt] = self.ports
        body = {
            "attempt_id": self.attempt,
            "snapshot": self.snapshot,
            "text": text,
            "intent": intent,
            "confidence": 0.9,
        }
        metadata = {"payload": more.pop("payload", None), "now": NOW.isoformat()}
        return self.assistant.post("step", {**body, "entities": [], "metadata": metadata, **more})

    def say(self, text: str, intent: str = "answer", **more: Any) -> dict[str, Any]:
        answer = self.step(text, intent, **more)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        self.snapshot = found["events"]
        return found

    @property
    def actions(self) -> list[str]:
        return [action for attempt, action in self.server.calls if attempt == self.attempt]


@pytest.fixture
def dialogue(assistant: Assistant, action_server: ActionServer) -> Dialogue:
    return Dialogue(assistant, action_server)


def effects(answer: Mapping[str, Any]) -> list[Any]:
    return [effect_from_dict(m["custom"]) for m in answer["messages"] if "effect" in m["custom"]]


def words(answer: Mapping[str, Any]) -> str:
    return "\n".join(m["text"] for m in answer["messages"] if m["text"])


def test_one_message_is_looked_up_and_filed(dialogue: Dialogue) -> None:
    answer = dialogue.say("我的加油券还没到账", "coupon_not_received")
    ticket, again, ended = effects(answer)
    assert isinstance(ticket, FileTicket)
    assert (ticket.category, ticket.department, ticket.order_ids) == ("coupon_not_received", "ops", ("BC1",))
    assert isinstance(again, Remedy)
    assert (again.kind, again.ticket_number) == ("reissue_coupon", ticket.number)
    assert ended == EndDialogue("filed")
    assert "满200减25加油券" in words(answer)
    assert answer["messages"][0]["custom"]["card"]["number"] == ticket.number
    assert (answer["active_loop"], answer["requested_slot"], answer["events"]) == (None, None, [])
    assert answer["failures"] == []
    assert dialogue.actions == ["validate_coupon_form", "action_coupon_conclude"]


def test_a_form_lives_on_in_the_snapshot_that_the_caller_carries(dialogue: Dialogue) -> None:
    asked = dialogue.say("用分加油没成功", "points_refuel_failed")
    assert (asked["active_loop"], asked["requested_slot"]) == ("points_form", "cause")
    assert [b["payload"].partition(":")[0] for b in asked["messages"][0]["buttons"]] == ["answer"] * 3
    assert dialogue.actions == ["validate_points_form"]
    dialogue.snapshot = json.loads(json.dumps(dialogue.snapshot))
    answer = dialogue.say("加油机故障", payload="answer:cause=device_fault")
    ticket = effects(answer)[0]
    assert (ticket.department, ticket.details["cause"]) == ("station", "device_fault")
    assert ticket.details["said"] == ["用分加油没成功", "加油机故障"]


def test_the_snapshot_stays_small(dialogue: Dialogue) -> None:
    first = dialogue.say("我要退款", "refund_request")
    assert first["requested_slot"] == "agreed", "one order waits for fuel: it is taken, filed, and may be cancelled"
    dialogue.ports.platform = SmallPlatform(known=PLATFORM.known[1:])
    dialogue.snapshot = []
    asked = dialogue.say("我要退款", "refund_request")
    sizes = [len(json.dumps(asked["events"], ensure_ascii=False))]
    for _ in range(3):
        again = dialogue.say("嗯", entities=[entity("amount", 200, "200")])
        sizes.append(len(json.dumps(again["events"], ensure_ascii=False)))
        if again["active_loop"] is None:
            break
    assert max(sizes) < 2500
    kinds = {e["event"] for e in asked["events"]}
    assert kinds == {"action", "session_started", "slot", "active_loop"}


def test_the_old_snapshot_gives_the_same_answer_again(dialogue: Dialogue) -> None:
    asked = dialogue.say("用分加油没成功", "points_refuel_failed")
    first = dialogue.step("支付失败", payload="answer:cause=payment_failed").json()
    dialogue.snapshot = asked["events"]
    second = dialogue.step("支付失败", payload="answer:cause=payment_failed").json()
    assert words(first).replace("YB0001", "") == words(second).replace("YB0002", "")
    assert first["slots"] == second["slots"]


def test_a_ticket_stands_before_the_yes_and_the_yes_comes_back_with_the_snapshot(dialogue: Dialogue) -> None:
    asked = dialogue.say("我要退款", "refund_request")
    ticket = effects(asked)[0]
    assert (asked["active_loop"], asked["requested_slot"]) == ("payment_form", "agreed")
    assert [m["custom"].get("source") for m in asked["messages"] if m["text"]] == ["intent:refund_request"] * 2
    assert asked["slots"]["memory"]["filed"] == ticket.number
    dialogue.snapshot = json.loads(json.dumps(dialogue.snapshot))
    answer = dialogue.say("好的，取消吧")
    assert [(e.kind, e.target_id) for e in effects(answer) if isinstance(e, Remedy)] == [("cancel_order", "O1")]
    assert (answer["active_loop"], answer["events"]) == (None, [])


def test_another_area_takes_over_and_leaves_nothing_behind(dialogue: Dialogue) -> None:
    dialogue.say("用分加油没成功", "points_refuel_failed")
    answer = dialogue.say("我的加油券还没到账", "coupon_not_received")
    assert effects(answer)[0].category == "coupon_not_received"
    assert dialogue.actions == ["validate_points_form", "validate_coupon_form", "action_coupon_conclude"]
    assert "cause" not in answer["slots"]


def test_another_open_question_takes_over(dialogue: Dialogue) -> None:
    dialogue.say("用分加油没成功", "points_refuel_failed")
    asked = dialogue.say("收不到验证码", "login_problem")
    assert (asked["active_loop"], asked["requested_slot"]) == ("account_form", "solved")
    answer = dialogue.say("登上了")
    assert effects(answer) == [EndDialogue("solved")]


def test_entities_keep_their_roles_and_the_text_its_spaces(dialogue: Dialogue, action_server: ActionServer) -> None:
    found = [entity("amount", 200, "200", 4, "pump"), entity("amount", 230, "230", 10, "paid")]
    dialogue.say("  加了200，扣了230 ", "amount_mismatch", entities=found)
    latest = action_server.tracker["latest_message"]
    assert latest["text"] == "  加了200，扣了230 "
    assert [(e["value"], e["role"], e["start"]) for e in latest["entities"]] == [(200, "pump", 4), (230, "paid", 10)]
    assert latest["metadata"]["now"] == NOW.isoformat()
    assert latest["intent"]["name"] == "amount_mismatch"


@pytest.mark.parametrize(
    "text", ["/restart", "/back", "/session_start", '/answer{"cause": "device_fault"}', "EXTERNAL: x"]
)
def test_a_command_is_only_words(dialogue: Dialogue, text: str) -> None:
    dialogue.say("用分加油没成功", "points_refuel_failed")
    answer = dialogue.say(text)
    assert (answer["active_loop"], answer["requested_slot"]) == ("points_form", "cause")
    assert "cause" not in answer["slots"]
    assert effects(answer) == []


@pytest.mark.parametrize("broken", ["validate_points_form", "action_points_conclude"])
def test_a_failed_action_fails_the_step(dialogue: Dialogue, action_server: ActionServer, broken: str) -> None:
    dialogue.say("用分加油没成功", "points_refuel_failed")
    action_server.broken = broken
    try:
        answer = dialogue.step("加油机故障", payload="answer:cause=device_fault")
    finally:
        action_server.broken = None
    assert answer.status_code == 500
    assert [f["action"] for f in answer.json()["failures"]] == [broken.replace("validate_points_form", "points_form")]
    assert "messages" not in answer.json()
    again = dialogue.say("加油机故障", payload="answer:cause=device_fault")
    assert effects(again)[0].department == "station"


def test_a_bug_in_an_action_fails_the_step(dialogue: Dialogue, action_server: ActionServer) -> None:
    dialogue.ports = None  # type: ignore[assignment]
    answer = dialogue.step("我的加油券还没到账", "coupon_not_received")
    assert answer.status_code == 500


def test_nothing_is_kept_under_the_attempts_name(dialogue: Dialogue) -> None:
    dialogue.say("用分加油没成功", "points_refuel_failed")
    attempt = dialogue.attempt
    dialogue.server.ports[attempt] = dialogue.ports
    body = {"attempt_id": attempt, "snapshot": [], "text": "嗯", "intent": "answer", "confidence": 1, "entities": []}
    answer = dialogue.assistant.post("step", {**body, "metadata": {}}).json()
    assert answer["messages"] == []
    assert answer["active_loop"] is None


def test_small_talk_that_gets_here_by_mistake_says_nothing(dialogue: Dialogue) -> None:
    answer = dialogue.say("你好", "greet")
    assert (answer["messages"], answer["active_loop"], answer["events"]) == ([], None, [])


def test_many_at_once(assistant: Assistant, action_server: ActionServer) -> None:
    def one(_: int) -> Sequence[Any]:
        return effects(Dialogue(assistant, action_server).say("我的加油券还没到账", "coupon_not_received"))

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(24)))
    assert all(isinstance(found[0], FileTicket) for found in results)


@pytest.mark.parametrize(
    "change",
    [
        {"attempt_id": ""},
        {"attempt_id": None},
        {"intent": "restart"},
        {"intent": "no_such_intent"},
        {"text": None},
        {"snapshot": {}},
        {"snapshot": [{"event": "no such event"}]},
        {"snapshot": ["x"]},
        {"snapshot": [{"event": "slot"}]},
        {"entities": [{"type": "amount"}]},
        {"confidence": "high"},
        {"metadata": []},
    ],
)
def test_bad_requests_are_named(assistant: Assistant, change: dict[str, Any]) -> None:
    body: dict[str, Any] = {"attempt_id": "a", "snapshot": [], "text": "x", "intent": "answer", "confidence": 1}
    answer = assistant.post("step", {**body, "entities": [], "metadata": {}, **change})
    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["step", "classify"])
@pytest.mark.parametrize("token", [None, "wrong", "internal-token-of-this-test-ruN"])
def test_only_the_token_opens(assistant: Assistant, path: str, token: str | None) -> None:
    assert assistant.post(path, {"text": "x"}, token=token).status_code == 401
    assert assistant.get("ready", token=token).status_code == 401


def test_bodies_that_are_no_objects(assistant: Assistant) -> None:
    assert assistant.post("classify", ["x"]).status_code == 422
    assert assistant.post("classify", {}).status_code == 422
    raw = httpx.post(
        f"{assistant.url}/step", content=b"\xff{", headers={"Authorization": "Bearer internal-token-of-this-test-run"}
    )
    assert raw.status_code == 422


@pytest.mark.parametrize("text", ["我的加油券还没到账", "/restart", "", "😀", "x" * 10_000, "\x00\x01", "   "])
def test_classify_gives_every_intent_a_share(assistant: Assistant, text: str) -> None:
    answer = assistant.post("classify", {"text": text})
    assert answer.status_code == 200, answer.text
    scores = answer.json()
    assert set(scores) == {*load_taxonomy().intents, "faq"}
    assert sum(scores.values()) == pytest.approx(1, abs=0.01)


def test_classify_knows_a_coupon(assistant: Assistant) -> None:
    scores = assistant.post("classify", {"text": "我的加油券还没到账"}).json()
    assert max(scores, key=lambda intent: scores[intent]) == "coupon_not_received"


def test_ready_names_the_model(assistant: Assistant) -> None:
    answer = assistant.get("ready").json()
    assert answer["ready"] is True
    assert answer["model"].startswith("assistant-")
