"""Outgoing webhooks, for administrators: subscriptions, what went out, what was given up, once more."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from service.access import allowed
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.outgoing import rules
from service.channels.outgoing.schemas import (
    DeliveriesAnswer,
    DeliveryShape,
    HookRequest,
    HooksAnswer,
    HookShape,
    HookSwitch,
)
from service.channels.outgoing.service import BadHook
from service.channels.service import Channels, channels_of
from service.errors import ApiError

router = APIRouter(prefix="/api/v1/hooks", tags=["webhooks"])

ChannelsOf = Annotated[Channels, Depends(channels_of)]
Administrator = Annotated[AgentRow, Depends(allowed(Permission.HOOKS))]


@router.get("", response_model=HooksAnswer)
async def hooks(channels: ChannelsOf, _agent: Administrator) -> HooksAnswer:
    """All subscriptions, without their secrets."""
    return HooksAnswer(items=[HookShape.of(h) for h in await channels.outgoing.hooks()], events=dict(rules.EVENTS))


@router.post("", response_model=HookShape, status_code=201)
async def subscribe(body: HookRequest, channels: ChannelsOf, agent: Administrator) -> HookShape:
    """Subscribe a system. Every event is a POST `{"id","event","at","data"}` with `X-Youban-Event-Id`,
    `X-Youban-Timestamp` and `X-Youban-Signature` (`sha256=` and the hex HMAC-SHA256 of `<timestamp>.<body>`).
    Anything but 2xx is tried again for more than three hours with growing pauses; the id stays the same."""
    try:
        made = await channels.outgoing.subscribe(body.url, body.events, body.secret, agent.username)
    except BadHook as error:
        raise ApiError(422, "bad_hook", str(error)) from None
    return HookShape.of(made, with_secret=True)


@router.patch("/{hook_id}", response_model=HookShape)
async def switch(hook_id: int, body: HookSwitch, channels: ChannelsOf, agent: Administrator) -> HookShape:
    """Stop a subscription, or go on with it."""
    return HookShape.of(await channels.outgoing.switch(hook_id, body.active, agent.username))


@router.delete("/{hook_id}", status_code=204)
async def remove(hook_id: int, channels: ChannelsOf, agent: Administrator) -> None:
    """Take a subscription away."""
    await channels.outgoing.remove(hook_id, agent.username)


@router.post("/{hook_id}/ping", status_code=202)
async def ping(hook_id: int, channels: ChannelsOf, _agent: Administrator) -> dict[str, int]:
    """Send a test event; its delivery tells what came back."""
    return {"delivery_id": await channels.outgoing.ping(hook_id)}


@router.get("/{hook_id}/deliveries", response_model=DeliveriesAnswer)
async def deliveries(
    hook_id: int,
    channels: ChannelsOf,
    _agent: Administrator,
    status: Annotated[Literal["waiting", "sent", "dead"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveriesAnswer:
    """What went to a hook, newest first; `status=dead` is what was given up."""
    found = await channels.outgoing.deliveries(hook_id, status, limit)
    return DeliveriesAnswer(items=[DeliveryShape.of(row) for row in found])


@router.post("/deliveries/{delivery_id}/replay", response_model=DeliveryShape, status_code=202)
async def replay(delivery_id: int, channels: ChannelsOf, agent: Administrator) -> DeliveryShape:
    """Send an event once more, under its old id."""
    return DeliveryShape.of(await channels.outgoing.replay(delivery_id, agent.username))
