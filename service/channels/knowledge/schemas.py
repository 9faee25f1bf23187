"""Wire shapes of the knowledge page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class MediaShape(BaseModel):
    """A picture or video of an article; `alt` says what it shows."""

    url: str = Field(pattern=r"^/media/[0-9a-f]{64}\.(jpg|png|webp|gif|mp4)$")
    alt: str = Field(max_length=120)


class ArticleText(BaseModel):
    """An article as it is written; `body` is Markdown, `{{ group.key }}` quotes a business fact."""

    title: str = Field(min_length=1, max_length=80)
    category: str
    summary: str = Field(min_length=1, max_length=300)
    body: str = Field(min_length=1, max_length=20_000)
    phrasings: list[str] = Field(default_factory=list, max_length=400)
    keywords: list[str] = Field(default_factory=list, max_length=30)
    related: list[str] = Field(default_factory=list, max_length=12)
    intents: list[str] = Field(default_factory=list, max_length=12)
    channels: list[Literal["app", "wechat"]] = ["app", "wechat"]
    regions: list[str] = ["all"]
    valid_from: date | None = None
    valid_until: date | None = None
    review_by: date | None = None
    media: list[MediaShape] = Field(default_factory=list, max_length=10)


class ArticleLine(BaseModel):
    """`state`: `live`, `scheduled` (not valid yet), `expired`, `offline`, or `draft` (never published).

    `solved` and `unsolved`: what customers said of it in the last 30 days.
    """

    id: str
    title: str
    category: str
    category_title: str
    state: Literal["live", "scheduled", "expired", "offline", "draft"]
    has_draft: bool
    version: int | None
    phrasings: int
    review_by: date | None
    review_due: bool
    solved: int = 0
    unsolved: int = 0


class EditorArticleList(BaseModel):
    items: list[ArticleLine]
    categories: list[dict[str, str]]
    revision: int


class DraftShape(BaseModel):
    revision: int
    text: ArticleText
    author: str
    updated_at: datetime


class VersionShape(BaseModel):
    """`version` 0 is the article as it ships."""

    version: int
    live: bool
    author: str
    note: str
    at: datetime | None
    text: ArticleText


class ArticleDetails(BaseModel):
    """`live` is None while the article is offline or was never published."""

    id: str
    live: ArticleText | None
    live_version: int | None
    draft: DraftShape | None
    versions: list[VersionShape]


class SaveRequest(BaseModel):
    """`base`: revision of the draft that the editor started from, 0 for none."""

    text: ArticleText
    base: int = Field(0, ge=0)


class PreviewAnswer(BaseModel):
    """What customers will see; `error` says why it cannot be published yet."""

    title: str
    summary: str
    body: str
    steps: list[str]
    error: str | None = None


class HitRequest(BaseModel):
    """`texts`: messages to try; the article's own phrasings and recent customers' messages are added."""

    text: ArticleText
    texts: list[str] = Field(default_factory=list, max_length=50)


class HitShape(BaseModel):
    text: str
    origin: Literal["typed", "phrasing", "recent"]
    before: str
    before_title: str
    before_confidence: float
    after: str
    after_title: str
    after_confidence: float
    changed: bool


class HitAnswer(BaseModel):
    """`reached`: how many of the article's own phrasings reach it, before and after; `recent` lists only changes."""

    phrasings: int
    reached_before: int
    reached_after: int
    recent_tried: int
    items: list[HitShape]


class PublishRequest(BaseModel):
    base: int = Field(ge=1)
    note: str = Field("", max_length=300)


class ChangeNoteRequest(BaseModel):
    note: str = Field("", max_length=300)


class RollbackRequest(ChangeNoteRequest):
    version: int = Field(ge=0)


class PublishAnswer(BaseModel):
    version: int | None
    revision: int


class FactShape(BaseModel):
    """A business figure. `articles`: how many articles quote it; `history`: who changed it, newest first."""

    key: str
    value: Any
    unit: str
    say: str
    shipped_value: Any
    shipped_say: str
    articles: list[str]
    history: list[dict[str, Any]] = []


class FactList(BaseModel):
    items: list[FactShape]


class FactRequest(BaseModel):
    value: int | float | str
    say: str = Field(min_length=1, max_length=80)
    note: str = Field("", max_length=300)


class ChangeShape(BaseModel):
    kind: str
    object: str
    version: int | None
    actor: str
    note: str
    at: datetime
