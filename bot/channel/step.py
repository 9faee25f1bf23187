"""Rasa as a pure step: (snapshot, message) → (messages, new snapshot). Nothing is kept between two calls."""

from __future__ import annotations

import hmac
import logging
import os
from typing import Any, Awaitable, Callable, Mapping

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channel import schema, snapshot
from bot.channel.turn import CHANNEL, ActionFailed, Said, run_turn

log = logging.getLogger(__name__)

TOKEN_VARIABLE = "YOUBAN_INTERNAL_TOKEN"
_WARM_UP = "我的加油券还没到账"
_COMMAND_SIGNS = "/ \t\r\n"


class BadStep(ValueError):
    """The request's body has another shape; the message names the field."""


class PureStepChannel(InputChannel):
    """`POST step`, `POST classify`, `GET ready` under /webhooks/youban, all behind the internal token."""

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> PureStepChannel:
        """Read the token from the environment.

        Raises:
            RasaException: there is none; without it anyone on this machine could run the assistant.
        """
        token = os.environ.get(TOKEN_VARIABLE, "")
        if not token:
            raise RasaException(f"{TOKEN_VARIABLE}: the internal token is not set")
        return cls(token)

    def __init__(self, token: str) -> None:
        self._token = token
        schema.prepare_once()
        self._warm: str | None = None

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The three routes. Rasa's own `on_new_message` (store, lock, session) is not used."""
        routes = Blueprint("youban_step")

        @routes.middleware("request")
        async def check_token(request: Request) -> HTTPResponse | None:
            expected = f"Bearer {self._token}".encode()
            if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
                return response.json({"error": "wrong or missing token"}, status=401)
            return None

        @routes.listener("after_server_start")
        async def warm_up(app: Any, loop: Any) -> None:
            self._warm_up(getattr(app.ctx, "agent", None))

        @routes.post("/step")
        async def step(request: Request) -> HTTPResponse:
            return await self._step(request)

        @routes.post("/classify")
        async def classify_text(request: Request) -> HTTPResponse:
            return await self._classify(request)

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            self._warm_up(request.app.ctx.agent)
            model = self._warm
            return response.json({"ready": model is not None, "model": model}, status=200 if model else 503)

        return routes

    def _warm_up(self, agent: Agent | None) -> None:
        """Make the first parse, which costs a second or two, before anybody waits for it; once per model."""
        processor = _processor(agent)
        if processor is not None and self._warm != processor.model_filename:
            classify(processor, _WARM_UP)
            self._warm = processor.model_filename

    async def _step(self, request: Request) -> HTTPResponse:
        processor = _processor(request.app.ctx.agent)
        if processor is None:
            return response.json({"error": "no model is loaded"}, status=503)
        try:
            attempt_id, events, said = _read(_body(request), processor)
            tracker = snapshot.load(attempt_id, events, processor.domain)
        except (BadStep, snapshot.BadSnapshot) as error:
            return response.json({"error": str(error)}, status=422)
        try:
            messages = await run_turn(processor, tracker, said)
        except ActionFailed as failure:
            log.error("step %s failed in %s", attempt_id, failure)
            failures = [{"action": failure.action, "error": type(failure.error).__name__}]
            return response.json({"error": "an action failed", "failures": failures}, status=500)
        slots = snapshot.filled(tracker)
        requested = slots.pop("requested_slot", None)
        return response.json(
            {
                "messages": messages,
                "events": snapshot.save(tracker),
                "active_loop": tracker.active_loop_name,
                "requested_slot": requested if tracker.active_loop_name else None,
                "slots": slots,
                "failures": [],
            },
            ensure_ascii=False,
        )

    async def _classify(self, request: Request) -> HTTPResponse:
        processor = _processor(request.app.ctx.agent)
        if processor is None:
            return response.json({"error": "no model is loaded"}, status=503)
        try:
            text = _field(_body(request), "text", str)
        except BadStep as error:
            return response.json({"error": str(error)}, status=422)
        return response.json(classify(processor, text))


def classify(processor: MessageProcessor, text: str) -> dict[str, float]:
    """The NLU's probabilities by intent."""
    tracker = snapshot.load("classify", (), processor.domain)
    parsed = processor._parse_message_with_graph(UserMessage(readable(text)), tracker)
    return {str(entry["name"]): float(entry["confidence"]) for entry in parsed["intent_ranking"]}


def readable(text: str) -> str:
    """The text without leading slashes and never empty.

    Rasa would read `/restart` as the command itself with probability one, and answers an empty text without a ranking.
    """
    return text.lstrip(_COMMAND_SIGNS) or "。"


def _processor(agent: Agent | None) -> MessageProcessor | None:
    return agent.processor if agent is not None and agent.is_ready() else None


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = request.json
    except InvalidUsage as error:
        raise BadStep("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadStep("a JSON object is expected")
    return body


def _field(body: Mapping[str, Any], name: str, kind: type | tuple[type, ...], default: Any = None) -> Any:
    value = body.get(name, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadStep(f"{name}: missing or of the wrong type")
    return value


def _read(body: Mapping[str, Any], processor: MessageProcessor) -> tuple[str, list[Mapping[str, Any]], Said]:
    """Attempt id, snapshot and message of a request.

    Raises:
        BadStep: a field is missing or wrong, or the intent is not the domain's own (Rasa's `restart`, `back` and
            `session_start` are not: they would wipe the dialogue).
    """
    attempt_id = _field(body, "attempt_id", str)
    events = _field(body, "snapshot", list)
    intent = _field(body, "intent", str)
    entities = _field(body, "entities", list, [])
    if not attempt_id:
        raise BadStep("attempt_id: empty")
    if intent not in _own_intents(processor):
        raise BadStep(f"intent: {intent!r} is not in the domain")
    if not all(isinstance(event, dict) for event in events):
        raise BadStep("snapshot: events are objects")
    if not all(isinstance(entity, dict) and isinstance(entity.get("entity"), str) for entity in entities):
        raise BadStep("entities: objects with an `entity` are expected")
    said = Said(
        text=_field(body, "text", str),
        intent=intent,
        confidence=float(_field(body, "confidence", (int, float), 1.0)),
        entities=tuple(entities),
        metadata=_field(body, "metadata", dict, {}),
    )
    return attempt_id, events, said


def _own_intents(processor: MessageProcessor) -> frozenset[str]:
    return frozenset(processor.domain.intents) - frozenset(DEFAULT_INTENTS)
