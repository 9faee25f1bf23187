"""Signed links, and what the words of a picture mean. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.entities import ERROR_CODE, ORDER_NUMBER
from intent_router.entities import extract

LINK_LIFE = timedelta(minutes=15)
_FAILED = re.compile(r"失败|错误|异常|报错|出错|超时|拒绝|未到账|不可用|无法|暂停|受限")
_WORDS = 60


@dataclass(frozen=True)
class Findings:
    """What a picture names."""

    order_numbers: tuple[str, ...] = ()
    error_codes: tuple[str, ...] = ()


def findings(text: str, now: datetime) -> Findings:
    """Order numbers and error codes among the lines of a picture, each once."""
    found = extract(text, now)
    return Findings(_values(found, ORDER_NUMBER), _values(found, ERROR_CODE))


def _values(found: Iterable[object], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(e.value) for e in found if getattr(e, "type", None) == kind))  # type: ignore[attr-defined]


def words_of(text: str) -> str:
    """The lines that say what failed, short enough to be a message; empty when none does."""
    lines = [line.strip() for line in text.splitlines()]
    return "，".join(line for line in lines if _FAILED.search(line))[:_WORDS]


def seen(readings: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> dict[str, object] | None:
    """What a turn is told of the pictures of its message: `orders`, `codes`, `words`; None when they say nothing.

    Args:
        readings: text, order numbers and error codes of each picture.
    """
    orders = list(dict.fromkeys(number for _, numbers, _ in readings for number in numbers))
    codes = list(dict.fromkeys(code for _, _, named in readings for code in named))
    words = next((said for said in (words_of(text) for text, _, _ in readings) if said), "")
    return {"orders": orders, "codes": codes, "words": words} if orders or codes or words else None


def sign(secret: str, attachment_id: str, variant: str, expires: int) -> str:
    """The signature of a link that is good until `expires` (seconds since 1970)."""
    told = f"attachment:{attachment_id}:{variant}:{expires}".encode()
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()


def is_signed(secret: str, attachment_id: str, variant: str, expires: int, signature: str, now: datetime) -> bool:
    """Whether a link is ours and not over."""
    right = sign(secret, attachment_id, variant, expires)
    return hmac.compare_digest(right.encode(), signature.encode()) and now.timestamp() < expires
