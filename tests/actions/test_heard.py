"""What a message says."""

from __future__ import annotations

from actions.heard import Memory, Message
from contracts.entities import AMOUNT, GUN, TIME
from tests.actions.world import NOW, day_span, entity


def test_what_is_called_wrong_is_kept_apart() -> None:
    memory = Memory()
    guns = (entity(GUN, "5", "5号枪", 2, "wrong"), entity(GUN, "3", "3号枪", 8, "right"))
    memory.listen(Message("选成5号枪其实是3号枪", "answer", guns))
    assert memory.meant(GUN) == ["3"]
    assert memory.mistaken(GUN) == ["5"]
    memory = Memory()
    memory.listen(Message("6号枪", "answer", (entity(GUN, "6", "6号枪"),)))
    assert memory.meant(GUN) == memory.mistaken(GUN) == ["6"]


def test_a_pressed_button_is_no_entity_of_the_words() -> None:
    pressed = entity("station", "城北站", role="payload")
    assert Message.from_tracker({"text": "城北站", "entities": [pressed]}).entities == ()


def test_the_newest_of_a_type_and_role_wins() -> None:
    memory = Memory()
    assert memory.listen(Message("加了200", "answer", (entity(AMOUNT, 200, "200", 2, "pump"),)))
    assert memory.listen(Message("扣了230", "answer", (entity(AMOUNT, 230, "230", 2, "paid"),)))
    assert not memory.listen(Message("230", "answer", (entity(AMOUNT, 230, "230", 2, "paid"),)))
    assert sorted(memory.amounts_fen()) == [20_000, 23_000]
    assert memory.amounts_fen("pump") == [20_000]
    memory.listen(Message("不对是180", "answer", (entity(AMOUNT, 180, "180", 3, "pump"),)))
    assert memory.amounts_fen("pump") == [18_000]


def test_amounts_keep_their_cents() -> None:
    memory = Memory()
    memory.listen(Message("187.2", "answer", (entity(AMOUNT, 187.2, "187.2"),)))
    assert memory.amounts_fen() == [18_720]


def test_time_is_a_span_with_a_zone() -> None:
    memory = Memory()
    memory.listen(Message("今天", "answer", (entity(TIME, day_span(NOW), "今天"),)))
    span = memory.span()
    assert span is not None
    assert span[0] <= NOW < span[1]


def test_payload_and_attachments_come_from_the_metadata() -> None:
    latest = {
        "text": "支付失败",
        "intent": {"name": "answer"},
        "metadata": {"payload": "answer:cause=a=b", "attachments": ["x"]},
    }
    message = Message.from_tracker(latest)
    assert message.pressed == ("cause", "a=b")
    assert message.attachments == ("x",)
    assert Message("", "answer", payload="intent:suggestion").pressed is None
    assert Message("", "answer", payload="answer:cause").pressed is None
    assert Message.from_tracker({}).intent == "answer"


def test_only_the_head_of_a_very_long_message_is_kept() -> None:
    memory = Memory()
    memory.listen(Message("油" * 10_000, "answer"))
    assert len(memory.said[0]) == 1000
