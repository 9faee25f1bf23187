"""The knowledge page: articles, drafts, hit test, publishing, business facts, media."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, UploadFile
from fastapi.responses import Response

from contracts.errors import NotFound
from service.access import allowed
from service.agents import service as agents
from service.agents.rules import Permission
from service.agents.service import AgentRow
from service.articles import service as articles
from service.channels.attachments import service as attachments
from service.channels.knowledge import service as page
from service.channels.knowledge.schemas import (
    ArticleDetails,
    ChangeNoteRequest,
    ChangeShape,
    DraftShape,
    EditorArticleList,
    FactList,
    FactRequest,
    FactShape,
    HitAnswer,
    HitRequest,
    MediaShape,
    PreviewAnswer,
    PublishAnswer,
    PublishRequest,
    RollbackRequest,
    SaveRequest,
)
from service.clock import utc_now
from service.errors import ApiError
from service.house import House, house_of
from service.storage.endpoints import file_response
from service.storage.service import Missing

router = APIRouter(tags=["knowledge"])

_BASE = "/api/v1/knowledge"
_MEDIA = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "video/mp4": "mp4"}
_MEDIA_TYPES = {suffix: media_type for media_type, suffix in _MEDIA.items()}

Reader = Annotated[AgentRow, Depends(allowed(Permission.KNOWLEDGE_READ))]
Editor = Annotated[AgentRow, Depends(allowed(Permission.KNOWLEDGE_EDIT))]
ArticleId = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
States = Literal["live", "scheduled", "expired", "offline", "draft", "review"]


@router.get(f"{_BASE}/articles", response_model=EditorArticleList)
async def list_articles(
    request: Request,
    _agent: Reader,
    q: Annotated[str, Query(max_length=200)] = "",
    category: str | None = None,
    state: States | None = None,
    sort: Literal["worst"] | None = None,
) -> EditorArticleList:
    """All articles; `state=review` lists those whose review is due, `state=draft` those with a draft.

    `sort=worst`: those that customers found least helpful in the last 30 days first.
    """
    return await page.listing(house_of(request), q, category, state, sort == "worst", utc_now())


@router.get(f"{_BASE}/articles/{{article_id}}", response_model=ArticleDetails)
async def article_details(article_id: ArticleId, request: Request, _agent: Reader) -> ArticleDetails:
    """One article with its draft and all its versions."""
    return await page.details(house_of(request), article_id)


@router.put(f"{_BASE}/articles/{{article_id}}/draft", response_model=DraftShape)
async def save_draft(article_id: ArticleId, body: SaveRequest, request: Request, agent: Editor) -> DraftShape:
    """Save the draft; 409 when a colleague saved in between."""
    house = house_of(request)
    written = page.source_of(article_id, body.text)
    if article_id in house.taxonomy.intents:
        raise ApiError(422, "bad_article", "这个编号已经用于业务意图，请换一个")
    saved = await house.database.write(lambda c: articles.save_draft(c, written, body.base, agent.username, utc_now()))
    return page.draft_shape(saved)


@router.delete(f"{_BASE}/articles/{{article_id}}/draft", status_code=204)
async def discard_draft(article_id: ArticleId, request: Request, agent: Editor) -> None:
    """Throw the draft away."""
    await house_of(request).database.write(lambda c: articles.discard_draft(c, article_id, agent.username, utc_now()))


@router.post(f"{_BASE}/articles/{{article_id}}/preview", response_model=PreviewAnswer)
async def preview(article_id: ArticleId, body: SaveRequest, request: Request, _agent: Reader) -> PreviewAnswer:
    """The text as customers will see it, and what is still wrong with it."""
    article, problem = page.preview(house_of(request), page.source_of(article_id, body.text))
    if article is None:
        return PreviewAnswer(title=body.text.title, summary=body.text.summary, body="", steps=[], error=problem)
    return PreviewAnswer(
        title=article.title, summary=article.summary, body=article.body, steps=list(article.steps), error=problem
    )


@router.post(f"{_BASE}/articles/{{article_id}}/hits", response_model=HitAnswer)
async def hit_test(article_id: ArticleId, body: HitRequest, request: Request, _agent: Reader) -> HitAnswer:
    """Which messages reach this text if it were published, and what recent messages would go elsewhere."""
    house = house_of(request)
    return await page.hit_test(house, page.source_of(article_id, body.text), body.texts)


@router.post(f"{_BASE}/articles/{{article_id}}/publish", response_model=PublishAnswer)
async def publish(article_id: ArticleId, body: PublishRequest, request: Request, agent: Editor) -> PublishAnswer:
    """Make the draft the article in force, here at once and in every other process within seconds."""
    house = house_of(request)
    knowledge = house.knowledge
    await house.refresh_knowledge()
    version = await house.database.write(
        lambda c: articles.publish(
            c,
            article_id,
            body.base,
            body.note,
            agent.username,
            utc_now(),
            shipped=knowledge.shipped,
            facts=knowledge.all_facts,
            taxonomy=house.taxonomy,
        )
    )
    return await _in_force(house, version)


@router.post(f"{_BASE}/articles/{{article_id}}/rollback", response_model=PublishAnswer)
async def roll_back(article_id: ArticleId, body: RollbackRequest, request: Request, agent: Editor) -> PublishAnswer:
    """Make an earlier version the one in force again; version 0 is the article as it ships."""
    house = house_of(request)
    knowledge = house.knowledge
    await house.refresh_knowledge()
    await house.database.write(
        lambda c: articles.roll_back(
            c,
            article_id,
            body.version,
            body.note,
            agent.username,
            utc_now(),
            shipped=knowledge.shipped,
            facts=knowledge.all_facts,
            taxonomy=house.taxonomy,
        )
    )
    return await _in_force(house, body.version)


@router.post(f"{_BASE}/articles/{{article_id}}/retire", response_model=PublishAnswer)
async def retire(article_id: ArticleId, body: ChangeNoteRequest, request: Request, agent: Editor) -> PublishAnswer:
    """Take the article offline; `rollback` brings it back."""
    house = house_of(request)
    await house.database.write(
        lambda c: articles.retire(c, article_id, body.note, agent.username, utc_now(), shipped=house.knowledge.shipped)
    )
    return await _in_force(house, None)


@router.get(f"{_BASE}/facts", response_model=FactList)
async def facts(request: Request, _agent: Reader) -> FactList:
    """Every business figure, and the articles that quote it."""
    return page.fact_list(house_of(request))


@router.get(f"{_BASE}/facts/{{key}}", response_model=FactShape)
async def fact(key: str, request: Request, _agent: Reader) -> FactShape:
    """One figure with its history."""
    house = house_of(request)
    found = next((item for item in page.fact_list(house).items if item.key == key), None)
    if found is None:
        raise NotFound("没有这个业务数据")
    rows = await house.database.read(lambda c: articles.fact_history(c, key))
    history: list[dict[str, Any]] = [
        {"value": row.value, "say": row.say, "author": row.author, "note": row.note, "at": row.at} for row in rows
    ]
    return found.model_copy(update={"history": history})


@router.put(f"{_BASE}/facts/{{key}}", response_model=PublishAnswer)
async def change_fact(key: str, body: FactRequest, request: Request, agent: Editor) -> PublishAnswer:
    """Change a figure; articles that quote it and flows that compute with it follow at once."""
    house = house_of(request)
    await house.refresh_knowledge()
    await house.database.write(
        lambda c: articles.change_fact(
            c, key, body.value, body.say, body.note, agent.username, utc_now(), facts=house.knowledge.all_facts
        )
    )
    return await _in_force(house, None)


@router.get(f"{_BASE}/changes", response_model=list[ChangeShape])
async def changes(
    request: Request, _agent: Reader, object: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> list[ChangeShape]:
    """Who published, rolled back, took offline or changed what; newest first."""
    rows = await house_of(request).database.read(lambda c: articles.changes(c, object, limit))
    return [ChangeShape.model_validate(row, from_attributes=True) for row in rows]


@router.post(f"{_BASE}/media", response_model=MediaShape, status_code=201)
async def upload_media(file: UploadFile, request: Request, agent: Editor) -> MediaShape:
    """Store a picture or short video for articles; everybody may see it."""
    house = house_of(request)
    content = await file.read(attachments.most_bytes(house) + 1)
    media_type = await asyncio.to_thread(attachments.checked, house, content, _MEDIA)
    content = await attachments.prepared(house, content, media_type)
    name = f"{hashlib.sha256(content).hexdigest()}.{_MEDIA[media_type]}"
    await house.storage.put(f"media/{name}", content, media_type)
    await house.database.write(lambda c: agents.audit(c, agent.username, "media.upload", name[:16], {}, utc_now()))
    return MediaShape(url=f"/media/{name}", alt="")


@router.get("/media/{name}", include_in_schema=False)
async def media(
    name: Annotated[str, Path(pattern=r"^[0-9a-f]{64}\.(jpg|png|webp|gif|mp4)$")], request: Request
) -> Response:
    """A picture or video of an article; its name is its content's hash, so it never changes."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": "default-src 'none'"}
    media_type = _MEDIA_TYPES[name.rsplit(".", 1)[1]]
    try:
        return await file_response(house_of(request).storage, f"media/{name}", request, media_type, headers)
    except Missing:
        raise NotFound("没有这个文件") from None


async def _in_force(house: House, version: int | None) -> PublishAnswer:
    await house.refresh_knowledge()
    return PublishAnswer(version=version, revision=house.knowledge.revision)
