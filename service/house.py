"""The composition root: every part of the service, built once from the settings and wired together here."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Mapping, Sequence

from fastapi import Request, WebSocket

from contracts.platform import FuelPlatform, PlatformEvent
from contracts.taxonomy import Taxonomy, load_taxonomy
from contracts.tickets import TicketView
from knowledge_base.replies import Replies
from service.answers.rules import Voice
from service.answers.service import Answers
from service.articles import service as articles
from service.attachments.worker import PictureReader
from service.callbacks.worker import CallbackWorker
from service.clock import utc_now
from service.customers.service import Tokens
from service.db import Database
from service.delivery.service import CALL, QUEUE, Hub
from service.delivery.worker import Handler, OutboxWorker
from service.gateways.fuel_platform.embedded import EmbeddedPlatform
from service.gateways.fuel_platform.service import open_platform
from service.gateways.fuel_platform.worker import DemoTicker
from service.gateways.outside.client import GuardedPost
from service.gateways.rasa.client import RasaAssistant
from service.gateways.rasa.endpoints import ActionWebhook
from service.guests.worker import GuestWorker
from service.handoff.worker import Assigner
from service.knowledge.service import Knowledge
from service.limits import RateLimits
from service.policies import service as policies
from service.remedies.worker import RemedyWorker
from service.robots.worker import RobotWorker
from service.search.worker import SearchWorker
from service.settings import Settings
from service.storage.service import Storage, open_storage
from service.tickets import service as tickets
from service.tickets.incidents.service import Threshold
from service.tickets.sla import service as sla
from service.tickets.worker import TicketWorker
from service.turns.service import Turns
from service.turns.worker import TurnRunner
from service.watchers import service as watchers
from service.watchers.worker import WatchWorker

log = logging.getLogger(__name__)

KNOWLEDGE_ROOT = Path(__file__).resolve().parent.parent / "knowledge_base"


@dataclass(frozen=True)
class House:
    """All parts of one service process."""

    settings: Settings
    taxonomy: Taxonomy
    replies: Replies
    database: Database
    tokens: Tokens
    storage: Storage
    hub: Hub
    platform: FuelPlatform
    assistant: RasaAssistant
    knowledge: Knowledge
    answers: Answers
    runner: TurnRunner
    outbox: OutboxWorker
    assigner: Assigner
    callbacks: CallbackWorker
    search: SearchWorker
    reader: PictureReader
    ticket_watch: TicketWorker
    remedies: RemedyWorker
    guests: GuestWorker
    watchers: WatchWorker
    robots: RobotWorker
    ticker: DemoTicker | None
    action_webhook: ActionWebhook
    limits: RateLimits

    async def refresh_knowledge(self) -> None:
        """Take over what editors published and what training has written since the last time."""
        decided = self.knowledge.decided
        if await self.database.read(articles.revision) != decided.revision:
            decided = await self.database.read(articles.knowledge)
        await asyncio.to_thread(self.knowledge.refresh, decided)


def build(settings: Settings) -> House:
    """Wire everything; opens the database, loads nothing that takes long."""
    taxonomy = load_taxonomy()
    replies = Replies.load()
    database = Database(settings.database)
    platform = open_platform(settings)
    assistant = RasaAssistant(settings.assistant_url, settings.internal_token)
    knowledge = Knowledge(settings.models_dir / "router", KNOWLEDGE_ROOT, taxonomy)
    hub = Hub()
    storage = open_storage(settings)

    async def open_tickets(conversation_id: str) -> list[TicketView]:
        return await database.read(lambda c: tickets.open_of(c, conversation_id))

    answers = Answers(knowledge, assistant, replies, taxonomy, open_tickets, settings.assistant_timeout)

    async def wake(key: str, payload: object) -> None:
        assert isinstance(payload, dict)
        hub.publish(key, {**payload, "key": key})
        if payload["type"] == "queue":
            hub.publish(QUEUE, payload)
        else:
            hub.publish("agents", {**payload, "conversation_id": key})

    async def alert(key: str, payload: Mapping[str, Any]) -> None:
        hub.publish(key, payload)

    robots = RobotWorker(
        database,
        GuardedPost(private=settings.hooks_private, kept=2000),
        (settings.public_url or settings.service_url).rstrip("/"),
        utc_now,
    )
    handlers: dict[str, Handler] = {
        "conversation": wake,
        "ticket": wake,
        "queue": wake,
        "alert": alert,
        CALL: robots.note,
    }
    outbox = OutboxWorker(database, handlers)
    policies.understood_by(sla.TABLE, sla.check)
    ticket_watch = TicketWorker(
        database,
        Threshold(settings.incident_customers, timedelta(minutes=settings.incident_minutes)),
        utc_now,
        outbox.wake,
    )
    remedies = RemedyWorker(database, platform, utc_now, outbox.wake, settings.platform_timeout)
    guests = GuestWorker(database, platform, settings.secret, replies.say, utc_now, outbox.wake)
    outbox.also_wake(guests.wake)
    watching = WatchWorker(database, platform, utc_now, outbox.wake, settings.watch_minutes)

    async def platform_says(events: Sequence[PlatformEvent]) -> None:
        await database.write(lambda c: watchers.receive(c, events, utc_now()))
        watching.wake()

    turns = Turns(
        database,
        answers,
        platform,
        Voice(replies, taxonomy),
        lease=settings.turn_lease,
        message_limit=settings.message_limit,
        watch=timedelta(minutes=settings.watch_minutes),
        clock=utc_now,
    )
    return House(
        settings=settings,
        taxonomy=taxonomy,
        replies=replies,
        database=database,
        tokens=Tokens(settings.secret, settings.session_hours),
        storage=storage,
        hub=hub,
        platform=platform,
        assistant=assistant,
        knowledge=knowledge,
        answers=answers,
        runner=TurnRunner(turns, settings.turn_timeout, outbox.wake),
        outbox=outbox,
        assigner=Assigner(database, utc_now, outbox.wake),
        callbacks=CallbackWorker(database, utc_now, outbox.wake),
        search=SearchWorker(database),
        reader=PictureReader(database, storage, utc_now, enabled=settings.read_pictures),
        ticket_watch=ticket_watch,
        remedies=remedies,
        guests=guests,
        watchers=watching,
        robots=robots,
        ticker=DemoTicker(platform, platform_says) if isinstance(platform, EmbeddedPlatform) else None,
        action_webhook=ActionWebhook(database, platform, knowledge, settings.internal_token, settings.action_timeout),
        limits=RateLimits(settings),
    )


def house_of(connection: Request | WebSocket) -> House:
    """The house that answers this request."""
    house = connection.app.state.house
    assert isinstance(house, House)
    return house
