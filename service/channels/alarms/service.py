"""What a socket carries to its agent: everything for those who talk to customers, his own tickets for the others."""

from __future__ import annotations

from typing import Any, Mapping

from sqlalchemy import Connection

from contracts.errors import NotFound
from service.agents.rules import Permission, may
from service.agents.service import AgentRow
from service.channels.tickets import service as shapes
from service.house import House

_OF_TICKETS = ("ticket", "ticket_alert")


class Ear:
    """What one agent may hear. Department and station staff hear of their tickets, never of a conversation."""

    def __init__(self, house: House, agent: AgentRow) -> None:
        self._house, self._agent = house, agent
        self.talks = may(agent.role, Permission.QUEUE)
        # A ticket that leaves his range must vanish from his list, too.
        self._known: set[str] = set()

    @property
    def allowed(self) -> bool:
        """Whether there is anything for him to hear."""
        return self.talks or may(self._agent.role, Permission.TICKETS_WORK)

    @property
    def greeting(self) -> dict[str, Any]:
        """The first frame: it proves that he was let in."""
        return {"type": "queue"} if self.talks else {"type": "pong"}

    async def heard(self, hint: Mapping[str, Any]) -> dict[str, Any] | None:
        """The frame that a hint becomes for him; None when it is not for him."""
        if hint["type"] == "notice" and hint["agent_id"] != self._agent.id:
            return None
        if self.talks:
            return dict(hint)
        if hint["type"] not in _OF_TICKETS:
            return None
        number = str(hint["number"])
        if await self._house.database.read(lambda c: self._sees(c, number)):
            self._known.add(number)
        elif number not in self._known:
            return None
        else:
            self._known.discard(number)
        told = {name: hint[name] for name in ("type", "number", "to", "why", "priority") if name in hint}
        # Who listens as an agent reads a conversation's id here; this one gets none.
        return {**told, "conversation_id": ""} if hint["type"] == "ticket" else told

    def _sees(self, connection: Connection, number: str) -> bool:
        try:
            shapes.require(connection, number, self._agent)
        except NotFound:
            return False
        return True
