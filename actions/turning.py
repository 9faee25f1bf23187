"""Words in the middle of a flow that turn it round: a correction, or "it is not this problem"."""

from __future__ import annotations

import re

from actions.heard import Message

_FREE_SLOTS = frozenset({"detail", "phone", "invoice_title", "tax_number", "callback_time", "amount"})
_CORRECTS = re.compile(r"不是|不对|搞错|说错|记错|弄错|更正")
_NOT_THIS = re.compile(
    r"不是(?:这个|这|那个|这种|我)?的?(?:问题|事情?|意思|情况)|(?:理解|听)错|不是(?:问|说|要)这个|问的不是"
)
_NOT_THIS_RECORD = re.compile(r"不是(?:这|那)(?:一|个)?(?:单|笔|张|订单)|都不是|(?:单|订单)(?:搞|弄)?错了")
_QUESTION = re.compile(
    r"怎么|如何|为什么|为何|多少|哪里|哪儿|哪个|什么|多久|几天|几点|能不能|可不可以|有没有|是不是|吗|[?？]|咋"
)
_BRIEF = 12
"""Characters; who says more says what it is instead."""


def answers_freely(asked: str | None, message: Message) -> bool:
    """Whether the words answer a free question: what they name is then no correction, unless they say so."""
    return asked in _FREE_SLOTS and _CORRECTS.search(message.plain) is None


def is_another_record(message: Message) -> bool:
    """Whether the customer says that the record which was found is not his, without naming another."""
    return _NOT_THIS_RECORD.search(message.plain) is not None


def asks_something(message: Message) -> bool:
    """Whether the customer asks instead of answering."""
    return _QUESTION.search(message.plain) is not None


def is_not_this(message: Message) -> bool:
    """Whether the customer only says that he is misunderstood, and names nothing else."""
    return len(message.plain) <= _BRIEF and not message.entities and _NOT_THIS.search(message.plain) is not None
