"""Pure decisions of the exchange: how messages become pieces, which choice a number means, what may be sent now."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Callable, Mapping, Sequence

from contracts.conversation import Sender
from service.channels.contract import Capacity, Choice, Media, Piece, Update, UpdateKind
from service.conversations.service import MessageRow

MORE = "\n（微信限制连续消息的条数，您回复任意字就能接着收）"
_HINT = "回复数字就可以选择"
_AGENT = "【人工客服】"
_NUMBERS = {c: n for n, c in enumerate("一二三四五六七八九", start=1)}
_NUMBERS.update({chr(0x2460 + n): n + 1 for n in range(20)})
_CHOICE = re.compile(r"^(?:我?选|第)?\s*(\d{1,2}|[一二三四五六七八九①-⑳])\s*(?:个|项|条|号|[.。、)）])?$")

Decorate = Callable[[Mapping[str, Any]], Sequence[str]]
"""Lines that stand for a card, as the channel can write them."""


@dataclass(frozen=True)
class Credit:
    """What may still be sent to an address; moments in seconds since the epoch."""

    credit: int
    credit_until: float
    event_credit: int
    event_credit_until: float


def granted(held: Credit, kind: UpdateKind, capacity: Capacity, now: float) -> Credit:
    """The credit after the customer did something: a message opens the long window, a press or a follow the short."""
    if kind in (UpdateKind.MESSAGE, UpdateKind.UNREADABLE) and capacity.per_message is not None:
        until = now + capacity.per_message.window.total_seconds()
        return replace(held, credit=capacity.per_message.messages, credit_until=until)
    if kind in (UpdateKind.PRESS, UpdateKind.FOLLOW) and capacity.per_event is not None:
        until = now + capacity.per_event.window.total_seconds()
        return replace(held, event_credit=capacity.per_event.messages, event_credit_until=until)
    return held


def spent(held: Credit, capacity: Capacity, now: float) -> Credit | None:
    """The credit after one more send, None when nothing may be sent now; what ends sooner is used first."""
    if capacity.per_message is None:
        return held
    if held.event_credit > 0 and held.event_credit_until > now:
        return replace(held, event_credit=held.event_credit - 1)
    if held.credit > 0 and held.credit_until > now:
        return replace(held, credit=held.credit - 1)
    return None


def pieces(messages: Sequence[MessageRow], capacity: Capacity, decorate: Decorate) -> list[Piece]:
    """The messages to a customer as pieces, in order.

    Short ones are merged where the channel counts messages; a long one is cut where a line ends, and what is cut is
    not merged, so that the number of its parts is always the same.
    """
    found: list[Piece] = []
    for message in messages:
        if message.sender is Sender.CUSTOMER:
            continue
        own = _own_pieces(message, capacity, decorate)
        if len(own) == 1 and found and capacity.merges:
            merged = _merged(found[-1], own[0], capacity.text_bytes)
            if merged is not None:
                found[-1] = merged
                continue
        found += own
    return found


def _own_pieces(message: MessageRow, capacity: Capacity, decorate: Decorate) -> list[Piece]:
    choices = tuple(
        Choice(b["title"], b["payload"], f"{message.seq}-{n}") for n, b in enumerate(message.buttons or (), start=1)
    )
    lines = [message.text.strip()]
    if message.sender is Sender.AGENT and message.text.strip():
        lines[0] = _AGENT + lines[0]
    if message.card is not None:
        lines += [line for line in decorate(message.card) if line not in message.text]
    text = "\n".join(line for line in lines if line)
    files = list(message.attachments or ())
    carried = [a["id"] for a in files if a["media_type"] in capacity.carries]
    left = len(files) - len(carried)
    if left:
        text = f"{text}\n（有 {left} 个图片或视频在这里发不出来，请在 App 里查看）".strip()
    room = capacity.text_bytes - len(_choice_lines(choices, 0).encode())
    texts = cut(text, max(room, capacity.text_bytes // 2)) if text or choices else []
    raw = [Piece(message.seq, message.seq, text=t) for t in texts]
    if raw and choices:
        raw[-1] = replace(raw[-1], choices=choices)
    raw += [Piece(message.seq, message.seq, file=file_id) for file_id in carried]
    return [replace(p, part=n, ends=n == len(raw) - 1) for n, p in enumerate(raw)]


def _merged(first: Piece, second: Piece, limit: int) -> Piece | None:
    """Both as one piece, None when they do not fit together."""
    if first.file or second.file or first.part or not first.ends or not second.ends:
        return None
    seen = {c.payload for c in first.choices}
    choices = (*first.choices, *(c for c in second.choices if c.payload not in seen))
    text = "\n\n".join(t for t in (first.text, second.text) if t)
    merged = Piece(first.first_seq, second.last_seq, text=text, choices=choices)
    return merged if len(numbered(merged).encode()) <= limit else None


def cut(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` bytes, cut at line ends or sentences where there are some."""
    parts: list[str] = []
    rest = text
    while len(rest.encode()) > limit:
        head = rest.encode()[:limit].decode("utf-8", "ignore")
        ends = [head.rfind(mark) + len(mark) for mark in ("\n", "。", "；") if head.rfind(mark) > len(head) // 3]
        place = max(ends, default=len(head))
        parts.append(rest[:place].strip())
        rest = rest[place:].strip()
    return [*parts, rest]


def _choice_lines(choices: Sequence[Choice], start: int) -> str:
    if not choices:
        return ""
    lines = [f"{n}. {c.title}" for n, c in enumerate(choices, start=start + 1)]
    return "\n" + "\n".join([*lines, _HINT])


def numbered(piece: Piece) -> str:
    """The words with their choices as numbered lines, for channels without buttons."""
    return f"{piece.text}{_choice_lines(piece.choices, 0)}".strip()


def chosen(text: str, choices: Sequence[Mapping[str, str]], asked_slot: str | None) -> Mapping[str, str] | None:
    """The choice that a bare number means, or None.

    While a form asks for something that none of the choices answers (a gun's number), a number is that answer.
    """
    found = _CHOICE.match(text.strip())
    if found is None or not choices:
        return None
    if asked_slot is not None and not any(c["payload"].startswith(f"answer:{asked_slot}=") for c in choices):
        return None
    number = _NUMBERS.get(found[1]) or int(found[1])
    return choices[number - 1] if 0 < number <= len(choices) else None


def card_lines(card: Mapping[str, Any], link: Callable[[str, str], str]) -> list[str]:
    """A card in words. `link` writes an address with its title as the channel can show it."""
    kind = card.get("type")
    if kind == "ticket":
        steps = [f"{'✓' if s.get('done') else '○'}{s['title']}" for s in card.get("steps", ())]
        head = f"工单 {card['number']}：{card.get('status_title', '')}"
        return [head, " → ".join(steps)] if steps else [head]
    if kind in ("orders", "choices"):
        asks = any(i.get("payload") for i in card.get("items", ()))
        return [] if asks else [_item_line(i) for i in card.get("items", ())]
    if kind == "stations":
        return [link(_map(i), f"导航到{i['title']}") for i in card.get("items", ()) if "latitude" in i]
    return []


def _item_line(item: Mapping[str, Any]) -> str:
    notes = "，".join(str(item[name]) for name in ("note", "status") if item.get(name))
    return f"· {item['title']}（{notes}）" if notes else f"· {item['title']}"


def _map(item: Mapping[str, Any]) -> str:
    place = f"coord:{item['latitude']:.6f},{item['longitude']:.6f};title:{item['title']};addr:{item.get('address', '')}"
    return f"https://apis.map.qq.com/uri/v1/marker?marker={place}&referer=youban"


def plain_link(url: str, title: str) -> str:
    """An address in plain text."""
    return f"{title}：{url}"


def cleaned(text: str) -> str:
    """Without characters that no store or reader can keep."""
    kept = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(c for c in kept if c >= " " or c in "\n\t").replace("\x7f", "").strip()


def update_to_dict(update: Update) -> dict[str, Any]:
    """The update as it is kept until it is handled."""
    shape = asdict(update)
    return {**shape, "kind": update.kind.value, "at": update.at.isoformat(), "media": [asdict(m) for m in update.media]}


def update_from_dict(raw: Mapping[str, Any]) -> Update:
    """`update_to_dict`, backwards."""
    values = dict(raw)
    values["kind"] = UpdateKind(values["kind"])
    values["at"] = datetime.fromisoformat(values["at"])
    values["media"] = tuple(Media(**m) for m in values["media"])
    return Update(**values)


def digest(update: Update) -> str:
    """A short name of an update whose own key is long."""
    return hashlib.sha256(f"{update.external_id}|{update.key}".encode()).hexdigest()[:40]


def counted_consents(state: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
    """What the channel remembers, with the consents to notices counted: one consent allows one notice."""
    counts = dict(state.get("consents", {}))
    for template, count in news.get("consents", {}).items():
        counts[template] = max(0, counts.get(template, 0) + count)
    return {**news, **({"consents": counts} if counts else {})}
