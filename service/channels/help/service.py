"""What the help pages show: gathered from the platform, the knowledge base and the conversation."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any, Awaitable, Mapping, Sequence

from sqlalchemy import Connection

from contracts.errors import NotFound, PlatformUnavailable
from contracts.knowledge import Article
from contracts.platform import Customer
from contracts.tickets import STATUS_TITLES, TicketStatus, TicketView
from service.channels.help import rules
from service.channels.help.rules import Filed, Prediction, Records
from service.channels.help.schemas import (
    ArticleBrief,
    ArticleShape,
    CategoryShape,
    CustomerShape,
    HomeAnswer,
    OfferShape,
    PredictedShape,
    PreferencesShape,
    TicketBrief,
)
from service.conversations import service as conversations
from service.customers.service import Session
from service.feedback import service as feedback
from service.house import House
from service.tickets import service as tickets

log = logging.getLogger(__name__)

PLATFORM_SECONDS = 1.5
"""The page waits no longer for the platform: without it, nothing is predicted."""
APP = "app"
FOUND = 20
LEVELS = {"puka": "普卡", "gold": "金卡", "platinum": "白金", "diamond": "钻石"}
CALLBACK = OfferShape(title="请给我回电话", payload="callback:ask")
HUMAN = "human"
CONTEXT_KEYS = frozenset({"page", "order_id", "station_id", "location"})
DIAGNOSIS_KEYS = frozenset({"app_version", "network", "os", "permissions"})
"""What says something about the customer's device."""


async def home(house: House, session: Session, now: datetime) -> HomeAnswer:
    """The first page of a customer, or of a guest. What it offers counts as offered from now on."""
    customer, records = await _records(house, session.customer_id)
    coupon_wait = _coupon_wait(house)
    articles = _readable(house)

    def work(connection: Connection) -> tuple[list[Prediction], list[TicketView], set[str], feedback.Preferences]:
        conversation = conversations.require(connection, session.conversation_id)
        mine = tickets.open_of(connection, conversation.id)
        filed = [Filed(t.category, tuple(t.order_ids)) for t in mine]
        predicted = rules.predict(records, filed, coupon_wait, now)
        offers = {f"intent:{p.intent}": p.title for p in predicted}
        offers |= {o.payload: o.title for o in (*_complaints(), CALLBACK)} | {HUMAN: "转人工"}
        feedback.offer_all(connection, conversation.id, offers, now)
        in_vain = feedback.unsolved_here(connection, conversation.id, now - feedback.FORGOTTEN)
        return predicted, mine, in_vain, feedback.preferences(connection, conversation.id)

    predicted, mine, in_vain, preferences = await house.database.write(work)
    by_id = {a.id: a for a in articles}
    chosen = rules.frequent([p.intent for p in predicted], [(a.id, a.intents) for a in articles], in_vain)
    return HomeAnswer(
        customer=_customer(customer),
        predicted=[_predicted(p) for p in predicted],
        frequent=[brief(by_id[a]) for a in chosen],
        categories=_categories(house, articles),
        tickets=[_ticket(house, t) for t in mine],
        complaints=_complaints(),
        callback=CALLBACK,
        hotline=house.settings.hotline or house.knowledge.fact("service.hotline").say,
        upload_megabytes=house.settings.upload_megabytes,
        binds=_binds(house, session),
        preferences=PreferencesShape(elder=preferences.elder, diagnosis=preferences.diagnosis),
    )


def search(house: House, query: str, category: str) -> list[ArticleBrief]:
    """Articles for the words that were typed so far, best first; without words those of a category."""
    articles = [a for a in _readable(house) if not category or a.category == category]
    if not query.strip():
        return [brief(a) for a in articles]
    by_id = {a.id: a for a in articles}
    return [brief(by_id[found]) for found, _ in house.knowledge.find(query) if found in by_id][:FOUND]


def article(house: House, article_id: str) -> ArticleShape:
    """One article with its further reading.

    Raises:
        NotFound: it does not exist, or is not for the app.
    """
    by_id = {a.id: a for a in _readable(house)}
    found = by_id.get(article_id)
    if found is None:
        raise NotFound("没有这篇文章，可能已经更新")
    titles = {c.id: c.title for c in house.taxonomy.categories}
    return ArticleShape(
        **brief(found).model_dump(),
        category_title=titles.get(found.category, "帮助"),
        steps=list(found.steps),
        body=found.body,
        media=[dict(m) for m in found.media],
        related=[brief(by_id[r]) for r in found.related if r in by_id],
    )


async def judge(
    house: House, session: Session, article_id: str, seq: int, solved: bool, now: datetime
) -> OfferShape | None:
    """Keep 解决了 or 没解决; the next step as an offer when it did not help, else None.

    Raises:
        NotFound: there is no such article.
    """
    found = house.knowledge.get(article_id)
    if found is None:
        raise NotFound("没有这篇文章，可能已经更新")

    def work(connection: Connection) -> OfferShape | None:
        conversation = conversations.require(connection, session.conversation_id)
        payload = feedback.judge_article(
            connection, conversation.id, found.id, found.intents, seq, solved, house.taxonomy, now
        )
        if payload is None:
            return None
        title = "转人工" if payload == HUMAN else house.taxonomy.intents[payload.split(":", 1)[1]].title
        feedback.offer_all(connection, conversation.id, {payload: title}, now)
        return OfferShape(title=title, payload=payload)

    return await house.database.write(work)


def brief(found: Article) -> ArticleBrief:
    return ArticleBrief(id=found.id, title=found.title, summary=found.summary, category=found.category)


def _readable(house: House) -> list[Article]:
    return [a for a in house.knowledge.all() if APP in a.channels]


def _coupon_wait(house: House) -> timedelta:
    return timedelta(minutes=float(house.knowledge.fact("coupon.arrival").value))


def _complaints() -> list[OfferShape]:
    return [OfferShape(title=title, payload=f"intent:{intent}") for title, intent in rules.COMPLAINTS]


def _categories(house: House, articles: Sequence[Article]) -> list[CategoryShape]:
    counted = [(c, sum(a.category == c.id for a in articles)) for c in house.taxonomy.categories]
    return [CategoryShape(id=c.id, title=c.title, count=n) for c, n in counted if n]


def _binds(house: House, session: Session) -> list[str]:
    configured = house.settings.wechat_token or house.settings.wechat_relay_secret
    return ["wechat"] if session.customer_id is not None and configured else []


def _customer(customer: Customer | None) -> CustomerShape | None:
    if customer is None:
        return None
    return CustomerShape(name=customer.name, level_title=LEVELS.get(customer.level, ""))


def _predicted(one: Prediction) -> PredictedShape:
    text = one.title.removesuffix("？")
    return PredictedShape(title=one.title, text=text, payload=f"intent:{one.intent}", order_id=one.order_id)


def _ticket(house: House, ticket: TicketView) -> TicketBrief:
    waits = ticket.status is TicketStatus.WAITING_CUSTOMER
    return TicketBrief(
        number=ticket.number,
        title=house.taxonomy.intents[ticket.category].title,
        status=ticket.status.value,
        status_title=STATUS_TITLES[ticket.status],
        due_at=ticket.due_at,
        due_text="等您补充" if waits else None,
        waits_for_you=waits or ticket.status is TicketStatus.SOLVED,
    )


async def _records(house: House, customer_id: str | None) -> tuple[Customer | None, Records]:
    """The customer and his records; what the platform cannot say in time is missing, the page comes all the same."""
    if customer_id is None:
        return None, Records()
    platform = house.platform
    asked: tuple[Awaitable[Any], ...] = (
        platform.customer(customer_id),
        platform.orders(customer_id),
        platform.coupons(customer_id),
        platform.payments(customer_id),
        platform.refunds(customer_id),
        platform.points(customer_id),
        platform.gifts(customer_id),
        platform.invoices(customer_id),
    )
    try:
        customer, *lists = await asyncio.wait_for(asyncio.gather(*asked), PLATFORM_SECONDS)
    except (PlatformUnavailable, NotFound, asyncio.TimeoutError) as error:
        log.info("nothing predicted, the platform said: %r", error)
        return None, Records()
    return customer, Records(*lists)


async def context_of(house: House, session: Session, payload: str | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """What travels with a message: the app's state only with consent, and a press only of what a page offered."""
    kept = {key: value for key, value in given.items() if key in CONTEXT_KEYS}
    told = {key: value for key, value in given.items() if key in DIAGNOSIS_KEYS}
    if payload is None and not told:
        return kept

    def work(connection: Connection) -> tuple[str | None, bool]:
        conversation = conversations.require(connection, session.conversation_id)
        title = feedback.offer(connection, conversation.id, payload) if payload is not None else None
        return title, bool(told) and feedback.preferences(connection, conversation.id).diagnosis is True

    title, agreed = await house.database.read(work)
    if title is not None:
        kept["menu"] = {"title": title, "payload": payload}
    return kept | told if agreed else kept
