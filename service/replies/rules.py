"""Pure decisions about canned replies: how variables are filled, which ones fit what was typed after the slash."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from language import normalise, syllables
from service.replies.repository import CannedRow

VARIABLES: Mapping[str, str] = {
    "name": "客户称呼",
    "number": "您的工号",
    "ticket": "最近一张工单的编号",
    "due": "这张工单的承诺时间",
    "station": "最近一笔订单的油站",
    "amount": "最近一笔订单的金额",
}
_VARIABLE = re.compile(r"\{(\w+)\}")
_SHORTCUT = re.compile(r"[\w-]{1,32}")


class BadReply(Exception):
    """The canned reply cannot be kept as it is; `str(error)` says why."""


def check(shortcut: str, title: str, text: str) -> None:
    """Raises BadReply when it cannot be kept."""
    if not _SHORTCUT.fullmatch(shortcut):
        raise BadReply("快捷词只能用文字、字母、数字和横线，不超过 32 个字")
    if not title.strip() or not text.strip():
        raise BadReply("标题和内容都要填写")
    unknown = [name for name in _VARIABLE.findall(text) if name not in VARIABLES]
    if unknown:
        raise BadReply(f"没有这个变量：{{{unknown[0]}}}。可以用：{'、'.join('{' + v + '}' for v in VARIABLES)}")


def fill_in(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its variables filled, and what could not be filled: those stay, in brackets, for the agent."""
    missing = [name for name in dict.fromkeys(_VARIABLE.findall(text)) if not values.get(name)]
    filled = _VARIABLE.sub(lambda m: values.get(m[1]) or f"【{VARIABLES.get(m[1], m[1])}】", text)
    return filled, [VARIABLES.get(name, name) for name in missing]


def matching(replies: Sequence[CannedRow], typed: str) -> list[CannedRow]:
    """Replies whose shortcut, title, text or sound fits what was typed; the shortcut's beginning first."""
    wanted = normalise(typed).strip().replace(" ", "")
    if not wanted:
        return list(replies)
    ranked = [(place, reply) for reply in replies if (place := _place(reply, wanted)) is not None]
    return [reply for _place_, reply in sorted(ranked, key=lambda pair: pair[0])]


def _place(reply: CannedRow, wanted: str) -> int | None:
    if reply.shortcut.lower().startswith(wanted):
        return 0
    if wanted in normalise(reply.title):
        return 1
    sounds = syllables(normalise(reply.title + reply.shortcut))
    if wanted in "".join(sounds) or wanted in "".join(s[0] for s in sounds):
        return 2
    return 3 if wanted in normalise(reply.text) else None
