"""Flows that are about one fuel order: finding it, asking for it, naming it."""

from __future__ import annotations

from typing import Iterator, Sequence

from actions.case import Case
from actions.flow import Ask, Flow, by_id, known
from actions.matching import Match, match_orders
from actions.records import order_words
from contracts.platform import Order

NO_ORDER = "我在您的账户里没有找到对应的订单，先按您说的来办。"


class OrderFlow(Flow):
    """A flow about one order.

    Of the orders that `fits` lets through, what the customer said leaves some; of these, those that `likely` marks
    come first. One left is taken, several are shown to choose from.
    """

    record_slot = "order_id"
    question = "请问是哪一笔订单？"
    mistaken = False
    """Whether the order carries what the customer chose by mistake."""

    def fits(self, order: Order, case: Case) -> bool:
        """Whether the problem can be about this order at all."""
        return True

    def likely(self, order: Order, case: Case) -> bool:
        """Whether the order itself shows the problem."""
        return False

    async def match(self, case: Case) -> Match[Order]:
        """The orders that may be meant."""
        fitting = [o for o in await case.orders() if self.fits(o, case)]
        match = match_orders(fitting, case.memory, mistaken=self.mistaken)
        likely = tuple(o for o in match.records if self.likely(o, case))
        return Match(likely, match.hinted) if likely else match

    async def look_up(self, case: Case) -> None:
        self.pick(case, "order_id", await self.match(case))
        case.found["order"] = await self.order(case)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_which(case, "order_id", self.question)

    async def order(self, case: Case) -> Order | None:
        """The order that was found or chosen."""
        # Read in any case: whether the platform answers is said also when no order was found.
        found: Order | None = by_id(await case.orders(), known(case, "order_id"))
        return found


def order_ids(order: Order | None) -> tuple[str, ...]:
    return (order.id,) if order else ()


def named(order: Order | None, case: Case) -> str:
    """`查到您今天 10:32 在城北站…的订单。`, or nothing."""
    if order is None:
        return ""
    span = case.memory.span()
    if span is not None and not span[0] <= (order.paid_at or order.created_at) < span[1]:
        return f"按您说的时间没有查到，最接近的是{order_words(order, case.now)}订单。"
    return f"查到您{order_words(order, case.now)}订单。"


def found_order(case: Case) -> Order | None:
    """The order that `look_up` found, for `needs`."""
    order = case.found.get("order")
    return order if isinstance(order, Order) else None


def in_short(order: Order | None, case: Case, problem: str) -> str:
    """A ticket's summary line."""
    return f"{problem}：{order_words(order, case.now)}" if order else f"{problem}（未关联订单）"


def newest(orders: Sequence[Order]) -> Order | None:
    return max(orders, key=lambda o: o.paid_at or o.created_at, default=None)
