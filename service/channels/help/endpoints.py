"""The customer's help pages: first page, articles, feedback on them, and how he likes the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection

from service.access import current_session
from service.channels.help import service as help_pages
from service.channels.help.schemas import (
    ArticleList,
    ArticleShape,
    FeedbackAnswer,
    FeedbackRequest,
    HomeAnswer,
    PreferencesRequest,
    PreferencesShape,
)
from service.clock import utc_now
from service.conversations import service as conversations
from service.customers.service import Session
from service.feedback import service as feedback
from service.house import House, house_of

router = APIRouter(prefix="/api/v1/widget", tags=["widget"])

SessionOf = Annotated[Session, Depends(current_session)]


@router.get("/home", response_model=HomeAnswer)
async def home(request: Request, session: SessionOf) -> HomeAnswer:
    """What the chat opens with: predicted problems, frequent articles, categories, open tickets."""
    return await help_pages.home(_counted(request, session), session, utc_now())


@router.get("/help/articles", response_model=ArticleList)
async def articles(
    request: Request,
    session: SessionOf,
    q: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str, Query(max_length=40)] = "",
) -> ArticleList:
    """Search as the customer types, or the articles of a category."""
    return ArticleList(items=help_pages.search(_counted(request, session), q, category))


@router.get("/help/articles/{article_id}", response_model=ArticleShape)
async def article(article_id: str, request: Request, session: SessionOf) -> ArticleShape:
    """One article to read."""
    return help_pages.article(_counted(request, session), article_id)


@router.post("/feedback", response_model=FeedbackAnswer)
async def judge(body: FeedbackRequest, request: Request, session: SessionOf) -> FeedbackAnswer:
    """解决了 or 没解决, counted; what did not help leads on to a flow or a person, never to the same answer."""
    house = _counted(request, session)
    found = await help_pages.judge(house, session, body.article_id, body.seq, body.solved, utc_now())
    return FeedbackAnswer(next=found)


@router.put("/preferences", response_model=PreferencesShape)
async def prefer(body: PreferencesRequest, request: Request, session: SessionOf) -> PreferencesShape:
    """Large type, and whether the app's state may travel along; both can be taken back at any time."""
    house = _counted(request, session)

    def work(connection: Connection) -> feedback.Preferences:
        conversation = conversations.require(connection, session.conversation_id)
        return feedback.prefer(connection, conversation.id, elder=body.elder, diagnosis=body.diagnosis, now=utc_now())

    kept = await house.database.write(work)
    return PreferencesShape(elder=kept.elder, diagnosis=kept.diagnosis)


def _counted(request: Request, session: Session) -> House:
    house = house_of(request)
    house.limits.require(house.limits.customer, session.conversation_id)
    return house
