"""Buttons about being called back: what a customer can press, and how a payload says it."""

from __future__ import annotations

from enum import Enum


class CallbackAction(str, Enum):
    """`ask`: he wants to be called; `at`: when (`soon`, or two moments); `number`: at another number; `phone`: the
    number that he wrote; `cancel`: not any more."""

    ASK = "ask"
    AT = "at"
    NUMBER = "number"
    PHONE = "phone"
    CANCEL = "cancel"


SOON = "soon"


def callback_payload(action: CallbackAction, argument: str = "") -> str:
    """The payload of a button: `callback:<action>` or `callback:<action>:<argument>`."""
    return f"callback:{action.value}" + (f":{argument}" if argument else "")


def read_callback_payload(payload: str | None) -> tuple[CallbackAction, str] | None:
    """Action and argument of a button's payload; None for any other."""
    kind, _, rest = (payload or "").partition(":")
    action, _, argument = rest.partition(":")
    if kind != "callback" or action not in {a.value for a in CallbackAction}:
        return None
    return CallbackAction(action), argument
