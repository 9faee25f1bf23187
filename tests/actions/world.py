"""A small fuel platform and a customer who talks to the flows the way Rasa lets him."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Mapping, Sequence

from rasa_sdk.executor import ActionExecutor

from actions.ports import ports
from actions.wording import CHINA
from contracts.assistant import ANSWER_INTENT
from contracts.effects import (
    ActOnTicket,
    AddToTicket,
    Effect,
    EndDialogue,
    FileTicket,
    HandOff,
    Remedy,
    WithdrawTicket,
    effect_from_dict,
    effect_to_dict,
)
from contracts.errors import NotFound, PlatformUnavailable
from contracts.platform import (
    Coupon,
    Customer,
    FuelCard,
    GiftOrder,
    Invoice,
    InvoiceTitle,
    Order,
    Payment,
    PointsEntry,
    Refund,
    Station,
)
from contracts.policy import CompensationOffer
from contracts.remedies import RemedyReceipt, RemedyRequest
from contracts.taxonomy import load_taxonomy
from contracts.tickets import OPEN_STATUSES, PlannedTicket, TicketStatus, TicketView
from knowledge_base.facts import FileFacts
from service.policies import rules as policy_rules
from service.policies.rules import Claim, CompensationPolicy, Given
from service.policies.service import default_rows

NOW = datetime(2025, 6, 4, 10, 38, tzinfo=CHINA)
"""A Wednesday."""


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def order(number: str, at: datetime, **changes: Any) -> Order:
    """A fuelled order of 200 yuan at 城北站."""
    made = Order(
        id=number,
        station_id="S001",
        station_name="城北站",
        gun="3",
        fuel="92号",
        litres=26.95,
        listed_fen=20_000,
        paid_fen=20_000,
        pump_fen=20_000,
        status="fuelled",
        created_at=at,
        paid_at=at,
        fuelled_at=at + timedelta(minutes=4),
        points_earned=200,
    )
    return replace(made, **changes)


def unfuelled(number: str, at: datetime, **changes: Any) -> Order:
    return order(number, at, status="paid", pump_fen=None, fuelled_at=None, points_earned=0, **changes)


def coupon(number: str, bought_at: datetime, status: str = "pending", **changes: Any) -> Coupon:
    made = Coupon(
        id=number,
        title="满200减25加油券",
        status=status,
        bought_at=bought_at,
        granted_at=None if status == "pending" else bought_at,
        valid_until=None if status == "pending" else bought_at + timedelta(days=30),
        threshold_fen=20_000,
        value_fen=2_500,
        price_fen=990,
        order_id=f"B{number}",
    )
    return replace(made, **changes)


def payment(number: str, at: datetime, **changes: Any) -> Payment:
    return replace(Payment(number, "order", None, "wechat", 20_000, "success", at), **changes)


@dataclass
class SmallPlatform:
    """Implements contracts.platform.FuelPlatform for one customer, from lists that a test fills."""

    known: Sequence[Order] = ()
    coupon_list: Sequence[Coupon] = ()
    payment_list: Sequence[Payment] = ()
    ledger: Sequence[PointsEntry] = ()
    gift_list: Sequence[GiftOrder] = ()
    invoice_list: Sequence[Invoice] = ()
    card_list: Sequence[FuelCard] = ()
    refund_list: Sequence[Refund] = ()
    station_list: Sequence[Station] = ()
    title_list: Sequence[InvoiceTitle] = ()
    level: str = "gold"
    down: bool = False
    reads: list[str] = field(default_factory=list)

    def _read(self, what: str, customer_id: str | None, found: Any) -> Any:
        self.reads.append(what)
        if self.down:
            raise PlatformUnavailable("the platform does not answer")
        if customer_id is not None and customer_id != "c1":
            raise NotFound(customer_id)
        return found

    async def customer(self, customer_id: str) -> Customer:
        balance = self.ledger[0].balance if self.ledger else 0
        me = Customer("c1", "李女士", self.level, "13800001234", balance, 12_650, ("云A7K689",), "S001")
        found: Customer = self._read("customer", customer_id, me)
        return found

    async def orders(self, customer_id: str, limit: int = 20) -> Sequence[Order]:
        return list(self._read("orders", customer_id, self.known))[:limit]

    async def coupons(self, customer_id: str) -> Sequence[Coupon]:
        return list(self._read("coupons", customer_id, self.coupon_list))

    async def payments(self, customer_id: str, limit: int = 20) -> Sequence[Payment]:
        return list(self._read("payments", customer_id, self.payment_list))[:limit]

    async def points(self, customer_id: str, limit: int = 50) -> Sequence[PointsEntry]:
        return list(self._read("points", customer_id, self.ledger))[:limit]

    async def gifts(self, customer_id: str) -> Sequence[GiftOrder]:
        return list(self._read("gifts", customer_id, self.gift_list))

    async def invoices(self, customer_id: str) -> Sequence[Invoice]:
        return list(self._read("invoices", customer_id, self.invoice_list))

    async def cards(self, customer_id: str) -> Sequence[FuelCard]:
        return list(self._read("cards", customer_id, self.card_list))

    async def refunds(self, customer_id: str) -> Sequence[Refund]:
        return list(self._read("refunds", customer_id, self.refund_list))

    async def stations(self, query: str | None = None, limit: int = 5) -> Sequence[Station]:
        found = [s for s in self.station_list if query is None or query in s.name]
        return list(self._read("stations", None, found))[:limit]

    async def invoice_titles(self, customer_id: str) -> Sequence[InvoiceTitle]:
        return list(self._read("invoice_titles", customer_id, self.title_list))

    async def customer_of_phone(self, phone: str) -> str | None:
        found: str | None = self._read("customer_of_phone", None, "c1" if phone == "13800001234" else None)
        return found

    async def send_text(self, phone: str, text: str, key: str) -> None:
        raise AssertionError("flows send no texts")

    async def perform(self, request: RemedyRequest, key: str) -> RemedyReceipt:
        raise AssertionError("flows carry nothing out: they ask for it")


_FACTS = FileFacts.load()
_POLICY = CompensationPolicy(0, {r.cause: r for r in policy_rules.read_compensation(default_rows("compensation"))})


@dataclass
class SmallPorts:
    """Implements actions.ports.Ports; plans tickets as the taxonomy says, with round times."""

    platform: SmallPlatform
    customer_id: str | None = "c1"
    now: datetime = NOW
    sentiment: str = "calm"
    tickets: list[TicketView] = field(default_factory=list)
    planned: int = 0
    given: list[Given] = field(default_factory=list)
    withdrawn: list[TicketView] = field(default_factory=list)
    alternatives: Sequence[str] = ()

    facts: FileFacts = _FACTS

    async def open_tickets(self) -> Sequence[TicketView]:
        return [t for t in self.tickets if t.status in OPEN_STATUSES]

    async def solved_tickets(self) -> Sequence[TicketView]:
        return [t for t in self.tickets if t.status is TicketStatus.SOLVED]

    async def withdrawn_tickets(self) -> Sequence[TicketView]:
        return self.withdrawn

    async def compensation(
        self, cause: str, *, level: str, record_amount: int | None = None, target_id: str | None = None
    ) -> CompensationOffer | None:
        if self.customer_id is None:
            return None
        claim = Claim(self.customer_id, "", cause, None, level=level, target_id=target_id)
        return policy_rules.offer(_POLICY, claim, record_amount, self.given, self.now)

    def workday_end(self, start: datetime, count: int) -> datetime:
        day, left = start, count
        while left > 0:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return day.replace(hour=18, minute=0, second=0, microsecond=0)

    def plan_ticket(self, category: str, *, cause: str | None = None) -> PlannedTicket:
        taxonomy = load_taxonomy()
        spec = taxonomy.intents[category]
        department = taxonomy.dept_by_cause.get(category, {}).get(cause or "", spec.department)
        assert department is not None
        assert spec.priority is not None
        hours = {"P0": 2, "P1": 4, "P2": 8, "P3": 72}[spec.priority]
        self.planned += 1
        return PlannedTicket(
            number=f"YB{self.planned:04d}",
            category=category,
            department=department,
            priority=spec.priority,
            created_at=self.now,
            first_response_due_at=self.now + timedelta(minutes=5),
            due_at=self.now + timedelta(hours=hours),
        )


@dataclass(frozen=True)
class Turn:
    """What one message brought: words, buttons, cards and effects; `asked` is the question left open."""

    responses: tuple[Mapping[str, Any], ...]
    asked: str | None
    slots: Mapping[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(str(r["text"]) for r in self.responses if r.get("text"))

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(effect_from_dict(r["custom"]) for r in self.responses if "effect" in (r.get("custom") or {}))

    @property
    def buttons(self) -> dict[str, str]:
        return {b["title"]: b["payload"] for r in self.responses for b in r.get("buttons") or ()}

    @property
    def card(self) -> Mapping[str, Any]:
        cards = [r["custom"]["card"] for r in self.responses if "card" in (r.get("custom") or {})]
        assert len(cards) == 1, f"one card expected, {len(cards)} found"
        found: Mapping[str, Any] = cards[0]
        return found

    def one(self, kind: type[Any]) -> Any:
        found = [e for e in self.effects if isinstance(e, kind)]
        assert len(found) == 1, f"one {kind.__name__} expected in {self.effects}"
        return found[0]

    @property
    def ticket(self) -> FileTicket:
        found: FileTicket = self.one(FileTicket)
        return found

    @property
    def remedy(self) -> Remedy:
        found: Remedy = self.one(Remedy)
        return found

    @property
    def outcome(self) -> str:
        ended: EndDialogue = self.one(EndDialogue)
        return ended.outcome


def executor() -> ActionExecutor:
    """All actions, registered as the service does it."""
    made = ActionExecutor()
    made.register_package("actions")
    return made


AREAS = {
    intent.id: {"mall": "mall"}.get(intent.group, intent.group)
    for intent in load_taxonomy().intents.values()
    if intent.group != "chat"
}


class Talk:
    """One customer's dialogue. Does with forms what Rasa does: validate, reject and switch, conclude."""

    def __init__(self, platform: SmallPlatform | None = None, **changes: Any) -> None:
        self.ports = SmallPorts(platform or SmallPlatform(), **changes)
        self.executor = executor()
        self.slots: dict[str, Any] = {}
        self.waiting: list[Remedy] = []
        self.loop: str | None = None

    async def say(
        self,
        text: str,
        intent: str = ANSWER_INTENT,
        entities: Sequence[Mapping[str, Any]] = (),
        payload: str | None = None,
        attachments: Sequence[str] = (),
        context: Mapping[str, Any] | None = None,
    ) -> Turn:
        """Send a message and carry its effects out on the open tickets."""
        latest = {
            "text": text,
            "intent": {"name": intent},
            "entities": [dict(e) for e in entities],
            "metadata": {"payload": payload, "attachments": list(attachments), "context": dict(context or {})},
        }
        turn = await self._turn(latest, intent)
        for effect in turn.effects:
            assert effect_from_dict(effect_to_dict(effect)) == effect
            self._carry_out(effect)
        return turn

    async def press(self, title: str, turn: Turn) -> Turn:
        """Press a button of an earlier message."""
        payload = turn.buttons[title]
        kind, _, rest = payload.partition(":")
        return await self.say(title, rest if kind == "intent" else ANSWER_INTENT, payload=payload)

    async def _turn(self, latest: Mapping[str, Any], intent: str) -> Turn:
        area = self.loop or AREAS[intent]
        events, responses = await self._run(f"validate_{area}_form", latest, area)
        if any(e["event"] == "action_execution_rejected" for e in events):
            area = AREAS[intent]
            events, responses = await self._run(f"validate_{area}_form", latest, area)
        self._apply(events)
        asked = self.slots.get("requested_slot")
        if asked is not None:
            self.loop = area
            return Turn(tuple(responses), asked, dict(self.slots))
        self.loop = None
        events, concluded = await self._run(f"action_{area}_conclude", latest, None)
        slots = dict(self.slots)
        self._apply(events)
        return Turn((*responses, *concluded), None, slots)

    async def _run(
        self, action: str, latest: Mapping[str, Any], area: str | None
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        tracker = {
            "sender_id": "attempt-1",
            "slots": dict(self.slots),
            "latest_message": dict(latest),
            "events": [],
            "active_loop": {"name": f"{area}_form"} if area else {},
            "latest_action_name": "action_listen",
        }
        call = {"next_action": action, "sender_id": "attempt-1", "tracker": tracker, "domain": {}}
        token = ports.set(self.ports)
        try:
            result = await self.executor.run(call)
        finally:
            ports.reset(token)
        assert result is not None
        return result.events, result.responses

    def _apply(self, events: Sequence[Mapping[str, Any]]) -> None:
        for event in events:
            assert event["event"] == "slot", event
            self.slots[event["name"]] = event["value"]

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, FileTicket):
            self.ports.tickets.insert(0, view(effect))
        elif isinstance(effect, WithdrawTicket):
            self.ports.withdrawn = [t for t in self.ports.tickets if t.number == effect.number] + self.ports.withdrawn
            self.ports.tickets = [t for t in self.ports.tickets if t.number != effect.number]
        elif isinstance(effect, Remedy):
            self._give(effect)
        else:
            assert isinstance(effect, (ActOnTicket, AddToTicket, HandOff, EndDialogue))

    def _give(self, remedy: Remedy) -> None:
        """Count it as the service does; what policy does not allow must not be asked for."""
        amount = remedy.points if remedy.points is not None else remedy.amount_fen
        claim = Claim("c1", remedy.kind, remedy.cause, amount, self.ports.platform.level, remedy.target_id)
        allowed = policy_rules.allows(_POLICY, claim, self.ports.given, self.ports.now)
        assert allowed.decision is not policy_rules.Decision.REFUSED, f"{remedy}: {allowed.reason}"
        if allowed.decision is policy_rules.Decision.NEEDS_APPROVAL:
            self.waiting.append(remedy)
        elif remedy.cause is not None and amount is not None:
            given = Given(remedy.cause, remedy.kind, amount, remedy.target_id, self.ports.now)
            self.ports.given.append(given)


def view(filed: FileTicket, **changes: Any) -> TicketView:
    """A filed ticket as flows read it later."""
    made = TicketView(
        number=filed.number,
        category=filed.category,
        department=filed.department,
        priority=filed.priority,
        status=TicketStatus.ACCEPTED,
        summary=filed.summary,
        created_at=datetime.fromisoformat(filed.created_at),
        due_at=datetime.fromisoformat(filed.due_at),
        order_ids=filed.order_ids,
        details=filed.details,
    )
    return replace(made, **changes)


def entity(kind: str, value: Any, text: str = "", start: int = 0, role: str | None = None) -> dict[str, Any]:
    """An entity in Rasa's shape."""
    found: dict[str, Any] = {"entity": kind, "value": value, "text": text, "start": start, "end": start + len(text)}
    return {**found, "role": role} if role else found


def day_span(moment: datetime) -> dict[str, str]:
    """The value of a time entity that names a day."""
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return {"from": start.isoformat(), "to": (start + timedelta(days=1)).isoformat()}
