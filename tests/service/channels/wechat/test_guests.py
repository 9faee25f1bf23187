"""A guest in WeChat proves his number in the conversation; the code is kept nowhere."""

from __future__ import annotations

from uuid import uuid4

from tests.service.channels.test_guests import code_for
from tests.stack import Stack
from tests.stand_in.wechat import Follower


def test_a_number_is_proven_in_the_conversation(follower: Follower, stack: Stack) -> None:
    phone = f"137{uuid4().int % 10**8:08d}"
    follower.say(phone)
    assert f"{phone[:3]}****{phone[-4:]}" in follower.words
    code = code_for(stack, phone)
    follower.say(code)
    assert "验证好了" in follower.words
    assert code not in stack.log("service")
    database = (stack.folder / "data").glob("youban.db")
    assert not any(code.encode() in file.read_bytes() for file in database)
