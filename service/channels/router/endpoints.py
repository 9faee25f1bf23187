"""What the router would decide, for agents and for this machine's own programs; and the knowledge base's pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from contracts.decision import RouteContext
from contracts.errors import NotFound
from service.access import agent_or_internal
from service.agents.service import AgentRow
from service.channels.console.schemas import RouteAnswer, RouteRequest
from service.clock import utc_now
from service.house import house_of

router = APIRouter(prefix="/api/v1", tags=["router"])

Asker = Annotated[AgentRow | None, Depends(agent_or_internal)]


@router.post("/route", response_model=RouteAnswer)
async def route(body: RouteRequest, request: Request, _asker: Asker) -> RouteAnswer:
    """The decision for a text without any context; no state is changed."""
    house = house_of(request)
    text = body.text[: house.settings.message_limit]
    decision = await house.answers.decide(text, RouteContext(), utc_now(), body.top)
    return RouteAnswer.model_validate(decision.to_dict())


@router.get("/articles")
async def articles(request: Request, q: Annotated[str, Query(max_length=200)] = "") -> dict[str, Any]:
    """The help pages: categories with their articles, or the articles that fit `q`, best first."""
    house = house_of(request)
    by_id = {a.id: a for a in house.knowledge.all()}
    if q.strip():
        found = house.knowledge.find(q)
        return {"items": [{"id": a, "title": by_id[a].title, "summary": by_id[a].summary} for a, _score in found]}
    return {
        "categories": [
            {
                "id": c.id,
                "title": c.title,
                "items": [{"id": x.id, "title": by_id[x.id].title} for x in c.questions if x.id in by_id],
            }
            for c in house.taxonomy.categories
        ]
    }


@router.get("/articles/{article_id}")
async def article(article_id: str, request: Request) -> dict[str, Any]:
    """One article."""
    found = house_of(request).knowledge.get(article_id)
    if found is None:
        raise NotFound("没有这篇文章，或者它已经下线")
    return {
        "id": found.id,
        "title": found.title,
        "category": found.category,
        "summary": found.summary,
        "steps": list(found.steps),
        "body": found.body,
        "related": list(found.related),
    }
