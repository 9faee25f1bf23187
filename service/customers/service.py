"""Who a customer is: the app's signed token, and the session token that the widget gets for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Mapping

import jwt

ALGORITHM = "HS256"
CUSTOMER_AUDIENCE = "youban-customer"
SESSION_AUDIENCE = "youban-session"


class BadToken(Exception):
    """The token is not ours, not for this use, or over; `str(error)` tells the customer what to do."""


@dataclass(frozen=True)
class Session:
    """A customer's session in one conversation; `customer_id` is None for a guest."""

    conversation_id: str
    customer_id: str | None


class Tokens:
    """Makes and reads tokens, signed with the service's secret."""

    def __init__(self, secret: str, session_hours: int) -> None:
        self._secret = secret
        self._session = timedelta(hours=session_hours)

    def customer_token(self, customer_id: str, now: datetime, hours: int = 24) -> str:
        """What the app hands to the widget to say who its user is."""
        claims = {"aud": CUSTOMER_AUDIENCE, "sub": customer_id, "iat": now, "exp": now + timedelta(hours=hours)}
        return jwt.encode(claims, self._secret, ALGORITHM)

    def read_customer(self, token: str) -> str:
        """The customer's id.

        Raises:
            BadToken: see there.
        """
        return str(self._read(token, CUSTOMER_AUDIENCE)["sub"])

    def session_token(self, session: Session, now: datetime) -> str:
        claims = {
            "aud": SESSION_AUDIENCE,
            "sub": session.conversation_id,
            "cus": session.customer_id,
            "iat": now,
            "exp": now + self._session,
        }
        return jwt.encode(claims, self._secret, ALGORITHM)

    def read_session(self, token: str) -> Session:
        """The session.

        Raises:
            BadToken: see there.
        """
        claims = self._read(token, SESSION_AUDIENCE)
        return Session(str(claims["sub"]), claims.get("cus"))

    def grant(self, purpose: str, claims: Mapping[str, str], now: datetime, life: timedelta) -> str:
        """A signed note from one page of ours to the next, good for one `purpose` and a short while."""
        return jwt.encode(
            {**claims, "aud": f"youban-{purpose}", "sub": purpose, "exp": now + life}, self._secret, ALGORITHM
        )

    def read_grant(self, purpose: str, token: str) -> Mapping[str, Any]:
        """What `grant` signed.

        Raises:
            BadToken: see there.
        """
        return self._read(token, f"youban-{purpose}")

    def _read(self, token: str, audience: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=audience,
                options={"require": ["exp", "sub", "aud"]},
            )
        except jwt.ExpiredSignatureError:
            raise BadToken("登录已过期，请重新打开客服页面") from None
        except jwt.InvalidTokenError:
            raise BadToken("身份信息无效，请重新打开客服页面") from None
