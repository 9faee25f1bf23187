"""Pure decisions about guests: codes, how often one may be asked for, what a guest's words are."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from datetime import datetime, timedelta
from enum import Enum
from typing import Sequence

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
MAX_TRIES = 5
REMEMBERED = timedelta(minutes=30)
"""How long six digits are taken for a code, even one that is over: they are veiled and answered as one."""
PAUSE = timedelta(seconds=60)
PER_HOUR, PER_DAY = 5, 10
CRITICAL = frozenset({"account_security", "points_stolen"})
"""Problems for which the account of the proven number is frozen."""
RESEND = "guest:resend"

_PHONE = re.compile(r"\D{0,12}?(?:\+?86)?(1[3-9]\d{9})\D{0,6}")
_CODE = re.compile(rf"\D{{0,12}}(\d{{{CODE_DIGITS}}})\D{{0,6}}")
_AGAIN = re.compile(r"(?:重新?发|再发|补发)(?:送|一[次遍条下个])?|(?:没|沒)(?:有)?(?:收到|到)(?:验证码|短信|码)")
_SHORT = 16


class Outcome(str, Enum):
    """How a code that was typed in fares."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"
    SPENT = "spent"
    NONE = "none"


def code_of(secret: str, salt: str, phone: str) -> str:
    """The six digits of one request; whoever has the table but not the secret cannot tell them."""
    digest = hmac.new(secret.encode(), f"guest-code:{salt}:{phone}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def judge(expected: str, given: str, tries: int, expires_at: datetime, now: datetime) -> Outcome:
    """`tries` counts the wrong codes before this one."""
    if tries >= MAX_TRIES:
        return Outcome.SPENT
    if now >= expires_at:
        return Outcome.OVER
    return Outcome.RIGHT if hmac.compare_digest(expected.encode(), given.encode()) else Outcome.WRONG


def seconds_to_wait(asked: Sequence[datetime], now: datetime) -> int:
    """Seconds until another code may be asked for, from the times of earlier ones; 0: now."""
    waits = [0.0]
    past = sorted(asked)
    if past:
        waits.append((past[-1] + PAUSE - now).total_seconds())
    for count, span in ((PER_HOUR, timedelta(hours=1)), (PER_DAY, timedelta(days=1))):
        within = [at for at in past if now - at < span]
        if len(within) >= count:
            waits.append((within[-count] + span - now).total_seconds())
    return max(0, round(max(waits)))


def phone_in(text: str) -> str | None:
    """The number when the message is hardly more than a mobile number, else None."""
    found = _PHONE.fullmatch(_compact(text))
    return found[1] if found else None


def code_in(text: str) -> str | None:
    """The code when the message is hardly more than six digits, else None."""
    found = _CODE.fullmatch(_compact(text))
    return found[1] if found else None


def wants_again(text: str) -> bool:
    """Whether the customer asks for another code and for nothing else."""
    return len(text) <= _SHORT and _AGAIN.search(unicodedata.normalize("NFKC", text)) is not None


def veiled(text: str) -> str:
    """The message as it is kept: without its digits."""
    return re.sub(r"\d", "*", unicodedata.normalize("NFKC", text))


def masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def _compact(text: str) -> str:
    return re.sub(r"(?<=\d)[\s-]+(?=\d)", "", unicodedata.normalize("NFKC", text)).strip()
