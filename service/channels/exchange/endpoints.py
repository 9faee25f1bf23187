"""What went to other channels: for the agent of a conversation, and for who looks after the channels."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection

from contracts.errors import NotFound
from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.channels.exchange import service as exchange
from service.channels.exchange.schemas import ChannelsAnswer, ChannelShape, DeadShape, SendsAnswer, SendShape
from service.channels.service import Channels, channels_of
from service.clock import utc_now
from service.conversations import service as conversations
from service.delivery import service as delivery
from service.house import house_of

router = APIRouter(prefix="/api/v1", tags=["channels"])

SHOWN = 100

ChannelsOf = Annotated[Channels, Depends(channels_of)]
Talker = Annotated[AgentRow, Depends(allowed(Permission.CONVERSATIONS))]
Administrator = Annotated[AgentRow, Depends(allowed(Permission.HOOKS))]


@router.get("/conversations/{conversation_id}/sends", response_model=SendsAnswer)
async def sends(conversation_id: str, request: Request, _agent: Talker) -> SendsAnswer:
    """How the messages of a conversation fared in the customer's channel, newest first."""

    def work(connection: Connection) -> list[exchange.SendRow]:
        conversation = conversations.require(connection, conversation_id)
        return exchange.sends_of(connection, conversation.id, SHOWN)

    rows = await house_of(request).database.read(work)
    return SendsAnswer(
        items=[
            SendShape(
                channel=r.channel,
                first_seq=r.first_seq,
                last_seq=r.last_seq,
                kind=r.kind,
                status=r.status,
                code=r.code,
                reason=r.reason,
                at=r.updated_at,
            )
            for r in rows
        ]
    )


@router.get("/channels", response_model=ChannelsAnswer)
async def overview(request: Request, channels: ChannelsOf, _agent: Administrator) -> ChannelsAnswer:
    """The channels that are on, how their sends ended, and what was given up."""
    names = sorted(channels.exchange.channels)

    def work(connection: Connection) -> ChannelsAnswer:
        return ChannelsAnswer(
            items=[ChannelShape(name=name, sends=exchange.count_sends(connection, name)) for name in names],
            dead=[
                DeadShape(
                    id=row.id,
                    conversation_id=row.key,
                    channel=str(row.payload["channel"]),
                    seq=int(row.payload["seq"]),
                    attempts=row.attempts,
                )
                for row in delivery.dead(connection, delivery.PUSH, SHOWN)
            ],
        )

    return await house_of(request).database.read(work)


@router.post("/channels/dead/{row_id}/replay", status_code=202)
async def replay(row_id: int, request: Request, agent: Administrator) -> dict[str, bool]:
    """Try once more what was given up, with all its tries."""
    house, now = house_of(request), utc_now()

    def work(connection: Connection) -> None:
        if not delivery.revive(connection, row_id, time.time()):
            raise NotFound("没有这条没发出去的消息")
        agents.audit(connection, agent.username, "delivery.replayed", str(row_id), {}, now)

    await house.database.write(work)
    house.outbox.wake()
    return {"accepted": True}
