"""The FastAPI application: routers, pages, health, and the background loops of one service process."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import AsyncIterator

from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from service import errors, health, logs, metrics, pages
from service.audit import service as audit
from service.channels.alarms import endpoints as alarms
from service.channels.attachments import endpoints as attachments
from service.channels.audit import endpoints as audit_pages
from service.channels.binding import endpoints as bindings
from service.channels.callbacks import endpoints as callbacks
from service.channels.card import endpoints as cards
from service.channels.console import endpoints as console
from service.channels.demo import endpoints as demo
from service.channels.exchange import endpoints as sends
from service.channels.help import endpoints as help_pages
from service.channels.knowledge import endpoints as knowledge
from service.channels.outgoing import endpoints as hooks
from service.channels.people import endpoints as people
from service.channels.platform import endpoints as platform
from service.channels.points import endpoints as points
from service.channels.remedies import endpoints as remedies
from service.channels.robots import endpoints as robots
from service.channels.router import endpoints as router
from service.channels.service import open_channels
from service.channels.settings import endpoints as settings_pages
from service.channels.tickets import endpoints as tickets
from service.channels.tickets.board import endpoints as ticket_board
from service.channels.tickets.customer import endpoints as own_tickets
from service.channels.tickets.desk import endpoints as ticket_desk
from service.channels.tickets.disputes import endpoints as disputes
from service.channels.tickets.photos import endpoints as ticket_photos
from service.channels.wall import endpoints as wall
from service.channels.webhook import endpoints as webhook
from service.channels.wechat import endpoints as wechat
from service.channels.widget import endpoints as widget
from service.clock import utc_now
from service.gateways.fuel_platform.client import HttpPlatform
from service.gateways.rasa import endpoints as rasa
from service.guard import Guard
from service.house import House, build
from service.loop import Loop
from service.replies import service as canned
from service.settings import Settings, cached_settings

log = logging.getLogger(__name__)

SEAL_SECONDS = 10.0
WATCH_SECONDS = 2.0
DRAIN_SECONDS = 5.0


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for `settings` (default: those of this process)."""
    settings = settings or cached_settings()
    logs.configure(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        house = build(settings)
        app.state.house = house
        app.state.action_webhook = house.action_webhook
        channels = app.state.channels = open_channels(house)
        await house.refresh_knowledge()
        await house.database.write(lambda c: canned.ensure_shipped(c, utc_now()))
        loops = [
            asyncio.create_task(house.outbox.run(), name="outbox"),
            asyncio.create_task(house.runner.recover(), name="recovery"),
            asyncio.create_task(house.assigner.run(), name="assigner"),
            asyncio.create_task(house.callbacks.run(), name="callbacks"),
            asyncio.create_task(house.search.run(), name="search"),
            asyncio.create_task(house.reader.run(), name="pictures"),
            asyncio.create_task(house.ticket_watch.run(), name="tickets"),
            asyncio.create_task(house.remedies.run(), name="remedies"),
            asyncio.create_task(house.guests.run(), name="guests"),
            asyncio.create_task(house.watchers.run(), name="watchers"),
            asyncio.create_task(house.robots.run(), name="robots"),
            *(asyncio.create_task(loop.run()) for loop in _watches(house)),
            *channels.loops(),
            *([asyncio.create_task(house.ticker.run(), name="demo platform")] if house.ticker is not None else []),
        ]
        try:
            yield
        finally:
            await house.runner.drain(DRAIN_SECONDS)
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await channels.close()
            await house.assistant.close()
            await house.robots.close()
            if isinstance(house.platform, HttpPlatform):
                await house.platform.close()
            await house.storage.close()
            house.database.close()

    app = FastAPI(
        title="油伴 Youban",
        version="0.1.0",
        description="Customer service for fuel-refuelling apps.",
        lifespan=lifespan,
    )
    errors.install(app)
    app.add_middleware(Guard)
    if settings.origins:
        # Tokens travel in a header, never in cookies: a page of another origin can do nothing without one.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Date", "Retry-After"],
            max_age=86_400,
        )
    parts = (
        widget,
        help_pages,
        own_tickets,
        console,
        callbacks,
        wall,
        ticket_board,
        ticket_desk,
        ticket_photos,
        disputes,
        tickets,
        remedies,
        cards,
        audit_pages,
        platform,
        points,
        router,
        knowledge,
        people,
        settings_pages,
        attachments,
        bindings,
        sends,
        hooks,
        robots,
        alarms,
        wechat,
        webhook,
        rasa,
        health,
    )
    for part in parts:
        app.include_router(part.router)
    app.include_router(attachments.own)
    for console_part in console.parts:
        app.include_router(console_part)
    if settings.demo:
        app.include_router(demo.router)

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    pages.mount(app, settings)
    return app


def _watches(house: House) -> tuple[Loop, ...]:
    """What is looked after as long as the process lives: knowledge, readiness, the seals of the audit log."""

    async def readiness() -> None:
        metrics.ASSISTANT_READY.set(1 if await house.assistant.ready() else 0)
        answering = house.platform.answering if isinstance(house.platform, HttpPlatform) else True
        metrics.PLATFORM_READY.set(1 if answering else 0)

    async def seal() -> int:
        return await house.database.write(audit.seal)

    return (
        Loop("knowledge", house.refresh_knowledge, WATCH_SECONDS),
        Loop("readiness", readiness, WATCH_SECONDS),
        Loop("audit", seal, SEAL_SECONDS),
    )
