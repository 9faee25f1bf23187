"""The Rasa process as the turns see it: one pure step a call."""

from __future__ import annotations

import logging
from typing import Any, Mapping

import httpx

from contracts.assistant import AssistantOutcome, AssistantStep
from contracts.conversation import Button, Reply
from contracts.effects import effect_from_dict
from contracts.errors import AssistantUnavailable, ContractError

log = logging.getLogger(__name__)

BASE_PATH = "/webhooks/youban"


class RasaAssistant:
    """Implements contracts.assistant.Assistant over HTTP; the token goes in a header."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            trust_env=False,
        )

    async def step(self, step: AssistantStep, timeout: float) -> AssistantOutcome:
        """See the Protocol."""
        body = {
            "attempt_id": step.attempt_id,
            "snapshot": list(step.snapshot),
            "text": step.text,
            "intent": step.intent,
            "confidence": step.confidence,
            "entities": list(step.entities),
            "metadata": dict(step.metadata),
        }
        answer = await self._post("step", body, timeout)
        try:
            outcome = _outcome(answer, f"intent:{step.metadata.get('problem', step.intent)}")
        except (ContractError, KeyError, TypeError) as error:
            raise AssistantUnavailable(f"the assistant's answer has another shape: {error}") from error
        if not outcome.replies:
            raise AssistantUnavailable("the assistant answered nothing where a reply is due")
        return outcome

    async def classify(self, text: str, timeout: float) -> Mapping[str, float]:
        """See the Protocol."""
        answer = await self._post("classify", {"text": text}, timeout)
        return {str(intent): float(score) for intent, score in answer.items()}

    async def ready(self) -> bool:
        """See the Protocol."""
        try:
            response = await self._client.get(f"{BASE_PATH}/ready", timeout=2.0)
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, path: str, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        try:
            response = await self._client.post(f"{BASE_PATH}/{path}", json=body, timeout=timeout)
        except httpx.HTTPError as error:
            raise AssistantUnavailable(f"{type(error).__name__} at {path}") from error
        if response.status_code != 200:
            raise AssistantUnavailable(f"status {response.status_code} at {path}: {response.text[:300]}")
        try:
            answer = response.json()
        except ValueError as error:
            raise AssistantUnavailable(f"no JSON at {path}") from error
        if not isinstance(answer, dict):
            raise AssistantUnavailable(f"a mapping is expected at {path}")
        return answer


def _outcome(answer: Mapping[str, Any], source: str) -> AssistantOutcome:
    """Rasa's messages become replies and effects.

    A message's `custom` carries one thing: an effect, or the card and source of a reply; a custom-only message with a
    card belongs to the words before it.
    """
    replies: list[Reply] = []
    effects = []
    went = None
    for message in answer["messages"]:
        custom = message.get("custom") or {}
        if "effect" in custom:
            effects.append(effect_from_dict(custom))
            continue
        went = custom.get("outcome") or went
        buttons = tuple(Button(b["title"], b["payload"]) for b in message.get("buttons") or ())
        text = message.get("text") or ""
        card = custom.get("card")
        if not text and not buttons and card is not None and replies and replies[-1].card is None:
            last = replies[-1]
            replies[-1] = Reply(last.text, source=last.source, buttons=last.buttons, card=card)
            continue
        replies.append(Reply(text, source=custom.get("source") or source, buttons=buttons, card=card))
    return AssistantOutcome(
        replies=tuple(replies),
        effects=tuple(effects),
        snapshot=tuple(answer["events"]),
        active_loop=answer.get("active_loop"),
        requested_slot=answer.get("requested_slot"),
        slots={k: v for k, v in (answer.get("slots") or {}).items() if v is not None},
        outcome=went,
    )
