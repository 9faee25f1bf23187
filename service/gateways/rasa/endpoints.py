"""Rasa's action webhook: runs an action of `actions/` with its ports, behind the internal token."""

from __future__ import annotations

import asyncio
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Sequence

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.ports import ports
from contracts.errors import YoubanError
from contracts.knowledge import BusinessFacts
from contracts.platform import FuelPlatform
from contracts.policy import CompensationOffer
from contracts.tickets import PlannedTicket, TicketView
from service.db import Database
from service.errors import ApiError
from service.policies import service as policies
from service.policies.rules import Claim
from service.tickets import service as tickets

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServicePorts:
    """Implements actions.ports.Ports for one action run; everything is read, nothing written."""

    customer_id: str | None
    now: datetime
    sentiment: str
    platform: FuelPlatform
    facts: BusinessFacts
    turn_id: int
    conversation_id: str
    database: Database
    alternatives: Sequence[str] = ()

    async def open_tickets(self) -> Sequence[TicketView]:
        return await self.database.read(lambda connection: tickets.open_of(connection, self.conversation_id))

    async def solved_tickets(self) -> Sequence[TicketView]:
        return await self.database.read(lambda connection: tickets.solved_of(connection, self.conversation_id))

    async def withdrawn_tickets(self) -> Sequence[TicketView]:
        return await self.database.read(lambda connection: tickets.withdrawn_of(connection, self.conversation_id))

    async def compensation(
        self, cause: str, *, level: str, record_amount: int | None = None, target_id: str | None = None
    ) -> CompensationOffer | None:
        if self.customer_id is None:
            return None
        claim = Claim(self.customer_id, "", cause, None, level=level, target_id=target_id)
        return await self.database.read(
            lambda connection: policies.offer(connection, claim, self.now, record_amount=record_amount)
        )

    def workday_end(self, start: datetime, count: int) -> datetime:
        return tickets.workday_end(start, count)

    def plan_ticket(self, category: str, *, cause: str | None = None) -> PlannedTicket:
        return tickets.plan(self.turn_id, category, self.now, cause=cause)


class ActionWebhook:
    """Runs actions as Rasa asks for them."""

    def __init__(
        self, database: Database, platform: FuelPlatform, facts: BusinessFacts, token: str, timeout: float
    ) -> None:
        self._database = database
        self._platform = platform
        self._facts = facts
        self._token = token
        self._timeout = timeout
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    @property
    def names(self) -> Sequence[str]:
        """The actions that are registered."""
        return [item["name"] for item in self._executor.list_actions()]

    def authorised(self, header: str | None) -> bool:
        return hmac.compare_digest((header or "").encode(), f"Bearer {self._token}".encode())

    async def run(self, body: Mapping[str, Any]) -> JSONResponse:
        """One action. 400 with its name when it rejects to run (a form's way to pass), 500 when it failed."""
        name = str(body.get("next_action"))
        set_ports = ports.set(self._ports(body))
        try:
            result = await asyncio.wait_for(self._executor.run(dict(body)), self._timeout)
        except ActionExecutionRejection as rejection:
            return JSONResponse({"error": str(rejection), "action_name": name}, status_code=400)
        except (ActionNotFoundException, asyncio.TimeoutError, YoubanError) as error:
            log.error("action %s failed: %r", name, error)
            return JSONResponse({"error": type(error).__name__, "action_name": name}, status_code=500)
        finally:
            ports.reset(set_ports)
        return JSONResponse(result.model_dump() if result is not None else {"events": [], "responses": []})

    def _ports(self, body: Mapping[str, Any]) -> ServicePorts:
        """The ports for the turn that the message's metadata names."""
        try:
            metadata = body["tracker"]["latest_message"]["metadata"]
            return ServicePorts(
                customer_id=metadata["customer_id"],
                now=datetime.fromisoformat(metadata["now"]),
                sentiment=metadata["sentiment"],
                platform=self._platform,
                facts=self._facts,
                turn_id=int(metadata["turn_id"]),
                conversation_id=metadata["conversation_id"],
                database=self._database,
                alternatives=tuple(str(intent) for intent in metadata.get("alternatives") or ()),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ApiError(400, "bad_action_call", f"消息的元数据不完整：{error}") from error


router = APIRouter(include_in_schema=False)


@router.post("/internal/actions")
async def run_action(request: Request, authorization: str | None = Header(None)) -> JSONResponse:
    webhook: ActionWebhook = request.app.state.action_webhook
    if not webhook.authorised(authorization):
        raise ApiError(401, "bad_token", "内部接口，需要内部令牌")
    return await webhook.run(await request.json())
