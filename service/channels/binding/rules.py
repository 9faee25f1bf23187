"""Pure decisions about binding: what the customer's words ask for, codes, what is shown of an account."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Sequence

from contracts.platform import Customer
from language import normalise
from service.privacy import mask, mask_name

CODE_DIGITS = 8
YES, NO = "bind:yes", "bind:no"
BIND, UNDO = "bind", "unbind"
TITLES = {BIND: "绑定账号", UNDO: "解除绑定"}
"""What the customer said when he pressed one of these in a menu."""
_CODE = re.compile(r"^(?:我要)?绑定(?:码|账号)?[\s:：是]*(\d{8})$")
_BARE = re.compile(r"^(?:我要|怎么)?绑定(?:账号|公众号|app账号|app)?$", re.IGNORECASE)
_UNDO = re.compile(r"^(?:我要|帮我)?(?:解除绑定|解绑|取消绑定)(?:账号|公众号|微信)?$")


def new_code() -> str:
    """Digits that nobody can guess in the few tries he has."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def digest(code: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"binding-code:{code}".encode(), hashlib.sha256).hexdigest()


def code_in(text: str) -> str | None:
    """The code of "绑定 12345678", None when the text is something else."""
    found = _CODE.match(normalise(text).strip())
    return found[1] if found else None


def wish(text: str) -> str | None:
    """`bind` or `unbind`, when the words ask for nothing else."""
    plain = normalise(text).strip().rstrip("。.!！")
    if _UNDO.match(plain):
        return UNDO
    return BIND if _BARE.match(plain) else None


def veiled(text: str) -> str:
    """The words without the code, as they are kept."""
    return re.sub(r"\d{8}", "*" * CODE_DIGITS, text)


def too_often(tries: Sequence[float], now: float, allowed: int = 5, seconds: float = 3600.0) -> bool:
    """Whether the wrong codes of the last hour are enough."""
    return sum(1 for t in tries if now - t < seconds) >= allowed


def account(customer: Customer) -> str:
    """How an account is shown to somebody who may not be its owner: `王**，138****0000`."""
    return "，".join(part for part in (mask_name(customer.name), mask(customer.phone)) if part)
