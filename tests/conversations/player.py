"""Plays one scripted customer against a running house through its HTTP interface, and reads what came of it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping, Sequence
from uuid import uuid4

import httpx

from tests.conversations.script import GUEST, Answer, Script, Turn

_AGING = {"dialogues": ("opened_at", "updated_at"), "messages": ("created_at",), "phone_codes": ("asked_at",)}
"""What grows older in a conversation when time passes."""
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_PHONE = re.compile(r"1[3-9]\d{9}")
MAX_ANSWERS = 4
"""How many questions in a row a customer answers of his own accord after one turn."""
_SECONDS = 30.0
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class Exchange:
    """What the customer did, and what he got. `missing` is a button that he looked for and did not find."""

    turn: Turn
    did: str
    replies: Sequence[Mapping[str, Any]]
    state: str
    seconds: float
    missing: str | None = None
    scripted: bool = True


@dataclass(frozen=True)
class Played:
    """A conversation as it went. `story` is what an agent sees of it, `tickets` come with their events."""

    script: Script
    customer_id: str | None
    exchanges: Sequence[Exchange]
    tickets: Sequence[Mapping[str, Any]]
    story: Mapping[str, Any]


@dataclass
class World:
    """The running house. `database` (its SQLite file) lets time pass for a conversation; None: it cannot."""

    url: str
    agent_token: str
    database: Path | None
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(
            timeout=_SECONDS, trust_env=False, limits=httpx.Limits(max_connections=32)
        )
    )

    async def close(self) -> None:
        await self.client.aclose()

    async def call(self, method: str, path: str, token: str, **values: Any) -> Any:
        """One request; its JSON.

        Raises:
            httpx.HTTPStatusError: the house refused it.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self.client.request(method, f"{self.url}/api/v1{path}", headers=headers, **values)
        if answer.status_code >= 400:
            raise httpx.HTTPStatusError(
                f"{method} {path}: {answer.status_code} {answer.text[:300]}", request=answer.request, response=answer
            )
        return answer.json()

    def let_pass(self, conversation_id: str, hours: float) -> None:
        """Make what happened in the conversation so many hours older."""
        assert self.database is not None, "time can pass only for a house whose database lies on this machine"
        with sqlite3.connect(self.database, timeout=20) as connection:
            for table, columns in _AGING.items():
                for column in columns:
                    connection.execute(
                        f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f', {column}, ?) "
                        "WHERE conversation_id = ?",
                        (f"-{hours * 3600:.0f} seconds", conversation_id),
                    )
        connection.close()


class _Customer:
    """The customer's side of one conversation."""

    def __init__(self, world: World, script: Script) -> None:
        self._world = world
        self._script = script
        self._answers = list(script.answers)
        self._shown: list[tuple[str, str]] = []
        self._sent = 0
        self._token = ""
        self._phone = ""
        self._codes: set[str] = set()
        self._conversations: set[str] = set()
        self.conversation_id = ""
        self.customer_id = None if script.who == GUEST else f"demo-{script.who}-{uuid4().hex[:10]}"
        self.exchanges: list[Exchange] = []

    async def enter(self) -> None:
        body: dict[str, Any] = {}
        if self.customer_id is not None:
            answer = await self._world.call("POST", "/demo/customer-token", "", json={"customer_id": self.customer_id})
            body["customer_token"] = answer["token"]
        session = await self._world.call("POST", "/widget/sessions", "", json=body)
        self._continue(session)

    def _continue(self, session: Mapping[str, Any]) -> None:
        self._token, self.conversation_id = session["token"], session["conversation_id"]
        self._conversations.add(self.conversation_id)

    async def play(self) -> None:
        for turn in self._script.turns:
            if turn.later_hours:
                for conversation_id in self._conversations:
                    await asyncio.to_thread(self._world.let_pass, conversation_id, turn.later_hours)
            if turn.new_device:
                self._shown.clear()
                await self.enter()
            await self._do(turn, scripted=True)
            for _ in range(MAX_ANSWERS):
                answer = self._answer()
                if answer is None:
                    break
                self._answers.remove(answer)
                await self._do(answer.turn, scripted=False)

    def _answer(self) -> Answer | None:
        """What the customer has to say to the bot's last words, if it asked something he expected."""
        last = self.exchanges[-1]
        if last.state == "human" or not last.replies:
            return None
        text = str(last.replies[-1]["text"])
        return next((a for a in self._answers if re.search(a.to, text)), None)

    async def _do(self, turn: Turn, *, scripted: bool) -> None:
        title, payload, missing = turn.say, None, None
        if turn.press is not None:
            found = next(((t, p) for t, p in self._shown if turn.press in t), None)
            if found is not None:
                title, payload = found
            elif not turn.say:
                title, missing = turn.press, turn.press
        if "{code}" in title:
            title = title.replace("{code}", await self._code())
        found_phone = _PHONE.search(title)
        self._phone = found_phone.group() if found_phone else self._phone
        self._sent += 1
        body: dict[str, Any] = {"client_id": f"{id(self):x}-{self._sent}", "text": title, "payload": payload}
        if turn.attach:
            files = {"file": ("screenshot.png", _PIXEL, "image/png")}
            stored = await self._world.call("POST", "/attachments", self._token, files=files)
            body["attachments"] = [{"id": stored["id"]}]
        started = time.perf_counter()
        answer = await self._world.call("POST", "/widget/messages", self._token, json=body)
        seconds = time.perf_counter() - started
        self._remember(answer["messages"])
        if answer.get("session"):
            self._continue(answer["session"])
        did = f"[{title}]" if payload is not None else title
        did += "（截图）" if turn.attach else ""
        self.exchanges.append(Exchange(turn, did, answer["messages"], answer["state"], seconds, missing, scripted))

    async def _code(self) -> str:
        """The newest code that was sent to the number he wrote; sending follows the turn, so it may take a moment."""
        for _ in range(50):
            found = await self._world.call("GET", "/demo/texts", "", params={"phone": self._phone})
            codes = [c.group() for c in map(_CODE.search, found["items"]) if c is not None]
            if codes and codes[0] not in self._codes:
                self._codes.add(codes[0])
                return codes[0]
            await asyncio.sleep(0.1)
        return "没收到短信"

    def _remember(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Buttons and card entries that may be pressed, the newest first."""
        for message in messages:
            items = (message.get("card") or {}).get("items") or ()
            entries = [
                (f"{i.get('title', '')} {i.get('note', '')}".strip(), i["payload"]) for i in items if "payload" in i
            ]
            buttons = [(b["title"], b["payload"]) for b in message.get("buttons") or ()]
            self._shown = [*buttons, *entries, *self._shown]


async def play(world: World, script: Script) -> Played:
    """Play the script with a customer of its own."""
    customer = _Customer(world, script)
    await customer.enter()
    await customer.play()
    story = await world.call("GET", f"/conversations/{customer.conversation_id}", world.agent_token)
    if customer.customer_id is not None:
        listed = await world.call("GET", "/tickets", world.agent_token, params={"customer_id": customer.customer_id})
        numbers = [t["number"] for t in listed["items"]]
    else:
        numbers = [t["number"] for t in story["tickets"]]
    tickets = [await world.call("GET", f"/tickets/{number}", world.agent_token) for number in numbers]
    return Played(script, customer.customer_id, tuple(customer.exchanges), tuple(tickets), story)
