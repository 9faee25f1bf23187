"""What a robot says, in the format of its work chat, and the signature that goes with it. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence
from urllib.parse import quote_plus

from service.clock import spoken
from service.robots.rules import EVENTS

BRAND = "油伴"
"""Stands in every message: groups may let only those with a keyword through."""
_MOST_SUMMARY = 120
_MOST_BYTES = 3600
"""企业微信 takes 4096 bytes of Markdown, the others more."""
_RANK = ("unaccepted", "overdue", "due_soon", "reopened", "urged", "filed", "passed", "answered")
_LOUD = ("unaccepted", "overdue")
# A customer's words must not become a link, a mention of everybody, or a format of the chat.
_PLAIN = str.maketrans(
    {
        "[": "［",
        "]": "］",
        "<": "＜",
        ">": "＞",
        "*": "＊",
        "_": "＿",
        "`": "＇",
        "#": "＃",
        "@": "＠",
        "~": "～",
        "!": "！",
        "|": "｜",
        "\\": "＼",
        "\n": " ",
        "\r": " ",
    }
)


@dataclass(frozen=True)
class Facts:
    """What is told of one call. Words of customers are masked before they come here; times are ISO 8601.

    `number` is None for a conversation that waits for a person; `department` is the title of who works on it now.
    """

    event: str
    number: str | None
    title: str
    priority: str
    priority_title: str
    department: str
    due_at: str | None
    summary: str
    link: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Facts:
        return cls(**raw)


@dataclass(frozen=True)
class Signed:
    """A message ready to be posted."""

    url: str
    body: Mapping[str, Any]


def plain(text: str) -> str:
    """Words as they may stand in any of the formats, shortened."""
    flat = " ".join(text.translate(_PLAIN).replace("://", "：//").split())
    return flat if len(flat) <= _MOST_SUMMARY else f"{flat[: _MOST_SUMMARY - 1]}…"


def message(kind: str, told: Sequence[Facts], list_link: str, now: datetime) -> dict[str, Any]:
    """One call as a message of its own, several as a digest with the most urgent first."""
    ordered = sorted(told, key=lambda f: (f.priority, _RANK.index(f.event)))
    loud = any(f.event in _LOUD or f.priority == "P0" for f in ordered)
    if len(ordered) == 1:
        heading, text = _heading(ordered[0]), _single(ordered[0], now)
        link, button = ordered[0].link, "打开工单" if ordered[0].number else "打开会话"
    else:
        heading, text = f"【{BRAND}】{len(ordered)} 件事等您处理", _digest(ordered, list_link, now)
        link, button = list_link, "打开工单列表"
    return _wrapped(kind, heading, text, link, button, loud=loud)


def test_message(kind: str, name: str, list_link: str) -> dict[str, Any]:
    """What is sent when somebody tries a robot."""
    text = ["机器人已接通。", f"名称：{plain(name)}", "工单的提醒会发到这个群。"]
    return _wrapped(kind, f"【{BRAND}】测试消息", text, list_link, "打开工单列表", loud=False)


def signed(kind: str, url: str, secret: str | None, body: Mapping[str, Any], now: datetime) -> Signed:
    """The message with the signature that its chat checks; none where the robot has no secret."""
    if not secret or kind == "wecom":
        return Signed(url, body)
    if kind == "dingtalk":
        stamp = str(int(now.timestamp() * 1000))
        made = _base64(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256))
        mark = "&" if "?" in url else "?"
        return Signed(f"{url}{mark}timestamp={stamp}&sign={quote_plus(made)}", body)
    stamp = str(int(now.timestamp()))
    # 飞书 takes time and secret as the key, and signs nothing with it.
    made = _base64(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256))
    return Signed(url, {"timestamp": stamp, "sign": made, **body})


def _base64(made: hmac.HMAC) -> str:
    return base64.b64encode(made.digest()).decode()


def _heading(facts: Facts) -> str:
    return f"【{BRAND}】{EVENTS[facts.event]} · {facts.priority_title} {facts.priority}"


def _single(facts: Facts, now: datetime) -> list[str]:
    name = f"**{plain(facts.title)}**" + (f"（{facts.number}）" if facts.number else "")
    lines = [name]
    if facts.note:
        lines.append(plain(facts.note))
    lines.append(f"处理部门：{facts.department}")
    if facts.due_at is not None:
        lines.append(f"时限：{due_words(facts.due_at, now)}")
    if facts.summary:
        lines.append(f"情况：{plain(facts.summary)}")
    return lines


def _digest(ordered: Sequence[Facts], list_link: str, now: datetime) -> list[str]:
    lines: list[str] = []
    size = 0
    for place, facts in enumerate(ordered):
        name = f"[{facts.number}]({facts.link})" if facts.number else f"[打开会话]({facts.link})"
        due = f" · {due_words(facts.due_at, now)}" if facts.due_at is not None else ""
        line = f"{place + 1}. **{EVENTS[facts.event]}** {facts.priority} {plain(facts.title)} {name}{due}"
        size += len(line.encode()) + 2
        if size > _MOST_BYTES:
            lines.append(f"另有 {len(ordered) - place} 件，请打开列表查看。")
            break
        lines.append(line)
    return lines


def due_words(due_at: str, now: datetime) -> str:
    """`今天 18:30 前（还有 25 分钟）`."""
    due = datetime.fromisoformat(due_at)
    minutes = int((due - now).total_seconds() // 60)
    if minutes < 0:
        return f"{spoken(due, now)} 前（已超 {_span(-minutes)}）"
    return f"{spoken(due, now)} 前（还有 {_span(minutes)}）"


def _span(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24} 天"
    return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"


def _wrapped(kind: str, heading: str, lines: Sequence[str], link: str, button: str, *, loud: bool) -> dict[str, Any]:
    if kind == "wecom":
        head = f'<font color="warning">{heading}</font>' if loud else heading
        content = "\n".join([f"### {head}", *(f"> {line}" for line in lines), f"[{button}]({link})"])
        return {"msgtype": "markdown", "markdown": {"content": content}}
    if kind == "dingtalk":
        # A single line break is none in its Markdown.
        text = "\n\n".join([f"### {heading}", *(f"> {line}" for line in lines), f"[{button}]({link})"])
        return {"msgtype": "markdown", "markdown": {"title": heading, "text": text}}
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": heading}, "template": "red" if loud else "green"},
        "elements": [
            {"tag": "div", "text": {"tag": "lark_md", "content": "\n".join(lines)}},
            {
                "tag": "action",
                "actions": [
                    {"tag": "button", "text": {"tag": "plain_text", "content": button}, "type": "primary", "url": link}
                ],
            },
        ],
    }
    return {"msg_type": "interactive", "card": card}
