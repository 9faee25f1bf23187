"""Who is calling: the bearer tokens of customers, agents and this machine's own programs."""

from __future__ import annotations

import hmac
from typing import Annotated, Awaitable, Callable

from fastapi import Depends, Request

from service.agents import service as agents
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import BadToken, Session
from service.errors import ApiError
from service.house import House, house_of

LOG_IN = "请先登录"


def bearer(request: Request) -> str:
    """The bearer token of the request.

    Raises:
        ApiError: there is none (401).
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ApiError(401, "no_token", LOG_IN, {"WWW-Authenticate": "Bearer"})
    return token


async def agent_of_token(house: House, token: str) -> AgentRow | None:
    """The agent who is logged in with `token`; None when the session is unknown or over."""
    digest = agents.token_hash(token)
    return await house.database.read(lambda c: agents.agent_of_session(c, digest, utc_now()))


async def current_agent(request: Request) -> AgentRow:
    """The agent who calls.

    Raises:
        ApiError: not logged in, or the session is over (401).
    """
    agent = await agent_of_token(house_of(request), bearer(request))
    if agent is None:
        raise ApiError(401, "bad_token", "登录已过期，请重新登录", {"WWW-Authenticate": "Bearer"})
    return agent


def allowed(permission: Permission) -> Callable[[AgentRow], Awaitable[AgentRow]]:
    """A dependency: the agent who calls, if his role may do this (403 otherwise)."""

    async def check(agent: Annotated[AgentRow, Depends(current_agent)]) -> AgentRow:
        if not may(agent.role, permission):
            raise ApiError(403, "forbidden", "您的角色没有这项权限，请联系主管")
        return agent

    return check


async def agent_or_internal(request: Request) -> AgentRow | None:
    """An agent who may ask the router, or a program of this machine that holds the internal token (None)."""
    house = house_of(request)
    if hmac.compare_digest(bearer(request).encode(), house.settings.internal_token.encode()):
        return None
    return await allowed(Permission.ROUTE)(await current_agent(request))


async def current_session(request: Request) -> Session:
    """The customer's session; BadToken answers 401. Not a plain function: those cost a thread each."""
    house = house_of(request)
    return await still_his(house, house.tokens.read_session(bearer(request)))


async def still_his(house: House, session: Session) -> Session:
    """The session of where its conversation is now; a guest's ends when the conversation became an account's.

    Raises:
        BadToken: what a guest said belongs to an account by now, of which this session may see nothing (401).
        NotFound: there is no such conversation.
    """
    if session.customer_id is not None:
        return session
    found = await house.database.read(lambda c: conversations.require(c, session.conversation_id))
    if found.customer_id is not None:
        raise BadToken("您已经登录，请重新打开客服页面")
    return Session(found.id, None)
