"""Wire shapes of the help pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class PredictedShape(BaseModel):
    """A press sends `text` with `payload`, and `order_id` in the message's context."""

    title: str
    text: str
    payload: str
    order_id: str | None = None


class OfferShape(BaseModel):
    title: str
    payload: str


class ArticleBrief(BaseModel):
    id: str
    title: str
    summary: str
    category: str


class CategoryShape(BaseModel):
    id: str
    title: str
    count: int


class TicketBrief(BaseModel):
    number: str
    title: str
    status: str
    status_title: str
    due_at: datetime
    due_text: str | None
    waits_for_you: bool


class PreferencesShape(BaseModel):
    """Null: the customer never said. `diagnosis`: whether the app's version, network and permissions may be sent."""

    elder: bool | None = None
    diagnosis: bool | None = None


class CustomerShape(BaseModel):
    name: str
    level_title: str


class HomeAnswer(BaseModel):
    """The first page: what probably troubles the customer, what is often asked, his open tickets, ways to a person.

    Payloads of this page count as offered to this conversation. `upload_megabytes` is the largest upload, `binds`
    names the channels that a logged-in customer can bind to his account.
    """

    customer: CustomerShape | None
    predicted: list[PredictedShape]
    frequent: list[ArticleBrief]
    categories: list[CategoryShape]
    tickets: list[TicketBrief]
    complaints: list[OfferShape]
    callback: OfferShape
    hotline: str
    upload_megabytes: int
    binds: list[str]
    preferences: PreferencesShape


class ArticleList(BaseModel):
    items: list[ArticleBrief]


class ArticleShape(ArticleBrief):
    """An article to read. `media` are its pictures and videos, `related` further reading."""

    category_title: str
    steps: list[str]
    body: str
    media: list[dict[str, Any]]
    related: list[ArticleBrief]


class FeedbackRequest(BaseModel):
    """`seq`: the message that carried the article; 0 for the help pages."""

    article_id: str = Field(min_length=1, max_length=80)
    solved: bool
    seq: int = Field(0, ge=0)


class FeedbackAnswer(BaseModel):
    """`next`: how it goes on when the article did not help; it counts as offered."""

    next: OfferShape | None


class PreferencesRequest(BaseModel):
    elder: bool | None = None
    diagnosis: bool | None = None
