"""An agent who types is seen where the customer reads, as far as that channel can show it."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime
from typing import Mapping

from sqlalchemy import Connection

from contracts.conversation import Owner
from contracts.errors import NotFound
from service.channels.contract import Channel
from service.channels.exchange import repository
from service.clock import utc_now
from service.conversations import service as conversations
from service.house import House
from service.limits import Once

log = logging.getLogger(__name__)

SHOWN_SECONDS = 15.0


class Typing:
    """Tells the channels of agents who type.

    WeChat keeps it up for 15 seconds, refuses a second one meanwhile (45081), and shows it only within 30 seconds
    after the customer's last word (45080): more is not asked of it.
    """

    def __init__(self, house: House, channels: Mapping[str, Channel]) -> None:
        self._house = house
        self._channels = {name: channel for name, channel in channels.items() if channel.capacity.typing is not None}
        self._shown = Once(SHOWN_SECONDS)
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, conversation_id: str, agent_id: int) -> None:
        """The agent is writing in this conversation; only who has it is shown. Nobody waits for it."""
        if not self._channels or not self._shown.first(f"{conversation_id}:{agent_id}", time.monotonic()):
            return
        task = asyncio.create_task(self._tell(conversation_id, agent_id))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def _tell(self, conversation_id: str, agent_id: int) -> None:
        now = utc_now()
        found = await self._house.database.read(lambda c: self._reader(c, conversation_id, agent_id, now))
        if found is not None:
            channel, external_id = found
            await channel.typing(external_id)

    def _reader(
        self, connection: Connection, conversation_id: str, agent_id: int, now: datetime
    ) -> tuple[Channel, str] | None:
        """The address that may see it."""
        try:
            conversation = conversations.require(connection, conversation_id)
        except NotFound:
            return None
        channel = self._channels.get(conversation.channel)
        if channel is None or (conversation.owner, conversation.agent_id) != (Owner.HUMAN, agent_id):
            return None
        address = repository.address_of(connection, conversation.id, channel.name)
        window = channel.capacity.typing
        if address is None or window is None or now - address.used_at > window:
            return None
        return channel, address.external_id

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("typing could not be shown: %r", task.exception())
