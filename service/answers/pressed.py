"""What was pressed under a ticket or about a call, or said in answer to the question of a handler. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Mapping, Sequence

from contracts.callbacks import CallbackAction, read_callback_payload
from contracts.conversation import Reply
from contracts.decision import Decision, Entity, Kind
from contracts.effects import ActOnCallback, ActOnTicket
from contracts.entities import TICKET_NUMBER, TIME
from contracts.tickets import CustomerAction, read_ticket_payload
from language import normalise
from service.answers import rules
from service.answers.rules import Plan

_NOT_YET = re.compile(r"没|未|不行|不对|不能|还是|仍|依然|照样|又|哪里|骗")
_DONE = re.compile(
    r"解决了|处理好|好了|到了|到账|收到|可以了|没问题|行了|谢谢|感谢|多谢|是的|满意|^(?:嗯+|好的?|对|是|ok)$"
)
_DATUM = re.compile(r"[a-z0-9]")
_LONGEST_DATUM = 30
_BRIEF = 16
"""Characters; a longer message says more than whether it is solved."""
_NUMBER_ALONE = re.compile(
    r"(?:(?![A-Za-z单])\D){0,8}(?:\d[\s()（）-]*){7,13}(?:[^\w\s]|\s|[吧呀啊哦哈呢的]|这个|就行|就好|可以|谢谢)*"
)
"""A telephone number, right or not, with few words before it; orders and tickets have letters, 单, or more digits."""
_BACK = "好的，不等人工了，我接着帮您。需要人工的时候说“转人工”就行。"
_SURE = 0.8
"""From this probability on, a message that is about another problem is no answer to a handler's question."""


def always_counts(payload: str | None) -> bool:
    """Whether a payload needs no offer: what it is about is checked against its owner when it is carried out."""
    return read_ticket_payload(payload) is not None or read_callback_payload(payload) is not None


def about_callback(decision: Decision, text: str, offered: Sequence[Mapping[str, Any]]) -> Plan | None:
    """A button about being called, the number or the time that was asked for; or the way back to the assistant."""
    if decision.payload == rules.ASSISTANT:
        return Plan((Reply(_BACK, source="system"),), leave_queue=True)
    pressed = read_callback_payload(decision.payload)
    if pressed is not None:
        return Plan((), (ActOnCallback(pressed[0].value, pressed[1]),))
    shown = {found[0] for b in offered if b["latest"] and (found := read_callback_payload(b["payload"])) is not None}
    if decision.payload is not None or decision.guard in ("safety", "human", "cancel"):
        return None
    # 不用回电了 stands alone only under the question for the number; beside 换个时间 nothing is asked.
    if shown == {CallbackAction.CANCEL} and decision.guard is None and _gives_number(text):
        return Plan((), (ActOnCallback(CallbackAction.PHONE.value, text),))
    time = next((e.value for e in decision.entities if e.type == TIME and isinstance(e.value, dict)), None)
    if CallbackAction.AT in shown and time is not None and len(text) <= _BRIEF:
        return Plan((), (ActOnCallback(CallbackAction.AT.value, f"{time.get('from')}/{time.get('to')}"),))
    return None


def _gives_number(text: str) -> bool:
    return len(text) <= _LONGEST_DATUM and _NUMBER_ALONE.fullmatch(text.strip()) is not None


def action_on_ticket(decision: Decision) -> tuple[CustomerAction, str] | None:
    """Action and ticket of a pressed button; None when something else was pressed or nothing."""
    return read_ticket_payload(decision.payload)


def act(action: CustomerAction, number: str, text: str, offered: Sequence[Mapping[str, Any]]) -> Plan:
    """Carry it out at the commit; what the button is called is no note."""
    note = "" if any(o["title"] == text for o in offered) else text
    return Plan((), (ActOnTicket(number, action.value, note),))


def confirmed_in_words(
    decision: Decision, text: str, offered: Sequence[Mapping[str, Any]]
) -> tuple[CustomerAction, str] | None:
    """A brief answer in words to "问题解决了吗": confirmed, or not solved and opened again.

    None when that was not the last thing the customer saw, or when the words do not say either.
    """
    plain = normalise(text)
    asked = next((a for a in _offered_latest(offered) if a[0] is CustomerAction.CONFIRM), None)
    if asked is None or decision.payload is not None or decision.guard is not None or len(plain) > _BRIEF:
        return None
    if _NOT_YET.search(plain.replace("没问题", "").replace("没事", "")):
        return CustomerAction.REOPEN, asked[1]
    return (CustomerAction.CONFIRM, asked[1]) if _DONE.search(plain) else None


def is_datum(text: str) -> bool:
    """Whether the message is a plate, a number or a time rather than words: that has no feeling."""
    plain = normalise(text)
    return len(plain) <= _LONGEST_DATUM and 2 * len(_DATUM.findall(plain)) > len(plain)


def about_ticket(decision: Decision, number: str) -> Decision:
    """The decision with the ticket that the button stands for, as if its number had been written."""
    named = Entity(TICKET_NUMBER, number, number, 0, 0, "payload")
    return replace(decision, entities=(*decision.entities, named))


def asked_ticket(decision: Decision, offered: Sequence[Mapping[str, Any]]) -> str | None:
    """The ticket whose handler's question was the last thing the customer saw, if this may be his answer.

    A message that is surely about another problem, an article or a person is none.
    """
    elsewhere = decision.kind is Kind.HANDOFF or decision.guard is not None
    sure = decision.kind in (Kind.FLOW, Kind.FAQ) and decision.confidence >= _SURE
    if elsewhere or sure or decision.payload is not None:
        return None
    return next((number for action, number in _offered_latest(offered) if action is CustomerAction.INFO), None)


def _offered_latest(offered: Sequence[Mapping[str, Any]]) -> list[tuple[CustomerAction, str]]:
    """What the newest message with buttons offers to do with a ticket."""
    found = (read_ticket_payload(button["payload"]) for button in offered if button["latest"])
    return [pressed for pressed in found if pressed is not None]
