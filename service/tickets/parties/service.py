"""Disputes: what platform, station, payment provider, partner and supplier say, who pays first, who pays in the end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from contracts.policy import CompensationOffer
from service.clock import spoken
from service.tickets.life import repository as timers
from service.tickets.life import service as life
from service.tickets.life.service import Locked, WrongStatus
from service.tickets.parties import repository
from service.tickets.parties.repository import PartyRow
from service.tickets.repository import TicketRow
from service.tickets.sla import service as sla

# What other domains may use of this one, beside the functions below.
from service.tickets.parties.repository import (  # isort: skip
    RulingRow as RulingRow,
    parties as parties,
    rulings as rulings,
)

PARTIES = {
    "platform": "平台",
    "station": "油站",
    "payment_provider": "支付机构",
    "partner": "合作商户",
    "supplier": "供应商",
}
SIDES = {**PARTIES, "customer": "客户"}
STATEMENT = "statement"
"""Timer: a party's statement is due."""


def silent(connection: Connection, number: str, now: datetime) -> list[PartyRow]:
    """Parties whose statement is overdue."""
    return [p for p in repository.parties(connection, number) if p.stated_at is None and p.due_at <= now]


def ask(
    connection: Connection, held: Locked, party: str, name: str, question: str, actor: str, now: datetime
) -> TicketRow:
    """Ask a party for its statement; it has the time of the policy, then the supervisor hears of it."""
    _must_be_open(held)
    policy = sla.policy()
    due_at = policy.clocks.due(now, policy.statement, "workday")
    values = {"name": name, "question": question, "asked_at": now, "due_at": due_at}
    repository.put_party(connection, held.ticket.number, party, statement=None, stated_at=None, **values)
    data = {"party": party, "name": name, "question": question, "due_at": due_at.isoformat()}
    first = not any(p.party != party for p in repository.parties(connection, held.ticket.number))
    words = (
        f"工单 {held.ticket.number} 正在向{PARTIES[party]}核实，{spoken(due_at, now)} 前请对方答复，不需要您去找他们。"
        if first
        else None
    )
    changed, _ = life.change(connection, held, now, {}, event="party", actor=actor, data=data, say=words)
    watch(connection, held.ticket.number, now)
    return changed.ticket


def state(connection: Connection, held: Locked, party: str, statement: str, actor: str, now: datetime) -> TicketRow:
    """A party's statement.

    Raises:
        WrongStatus: this party was not asked.
    """
    asked = {p.party for p in repository.parties(connection, held.ticket.number)}
    if party not in asked:
        raise WrongStatus(f"还没有请{PARTIES[party]}说明情况，请先添加这一方")
    repository.put_party(connection, held.ticket.number, party, statement=statement, stated_at=now)
    data = {"party": party, "statement": statement}
    changed, _ = life.change(connection, held, now, {}, event="statement", actor=actor, data=data)
    watch(connection, held.ticket.number, now)
    return changed.ticket


def may_advance(connection: Connection, held: Locked) -> None:
    """Nothing may be advanced on a finished ticket, nor twice.

    Raises:
        WrongStatus: see above.
    """
    _must_be_open(held)
    if any(r.kind == "advance" for r in repository.rulings(connection, held.ticket.number)):
        raise WrongStatus("这张工单已经先行垫付过了，不能重复垫付")


def advance(
    connection: Connection,
    held: Locked,
    side: str,
    offer: CompensationOffer,
    words: str,
    actor: str,
    now: datetime,
    *,
    granted: bool,
) -> TicketRow:
    """The platform pays first, as much as the policy allows, and claims it from `side` later.

    The payment itself is the caller's, in the same unit of work; the customer hears of it only once it is `granted`.

    Raises:
        WrongStatus: the ticket is finished, or something was advanced on it already.
    """
    may_advance(connection, held)
    _insert(connection, held, "advance", side, words, actor, now, offer=offer)
    data = {"side": side, "cause": offer.cause, "amount": offer.amount, "kind": offer.kind, "words": words}
    told = f"工单 {held.ticket.number} 的责任还在核实，平台先行垫付给您，到账后会通知您，不用等各方核实完。"
    said = told if granted else None
    changed, _ = life.change(connection, held, now, {}, event="advance", actor=actor, data=data, say=said)
    return changed.ticket


def rule(connection: Connection, held: Locked, side: str, words: str, actor: str, now: datetime) -> TicketRow:
    """Decide which side answers for it; the statements are open until then."""
    _must_be_open(held)
    _insert(connection, held, "ruling", side, words, actor, now)
    timers.drop_timers(connection, held.ticket.number, [STATEMENT])
    data = {"side": side, "words": words}
    said = f"工单 {held.ticket.number} 已有责任认定：{SIDES[side]}。{words}"
    changed, _ = life.change(connection, held, now, {"side": side}, event="ruling", actor=actor, data=data, say=said)
    return changed.ticket


def _insert(
    connection: Connection,
    held: Locked,
    kind: str,
    side: str,
    words: str,
    actor: str,
    now: datetime,
    offer: CompensationOffer | None = None,
) -> None:
    repository.insert_ruling(
        connection,
        ticket_number=held.ticket.number,
        kind=kind,
        side=side,
        cause=offer.cause if offer is not None else None,
        amount=offer.amount if offer is not None else None,
        unit=offer.kind if offer is not None else None,
        words=words,
        actor=actor,
        at=now,
    )


def watch(connection: Connection, number: str, now: datetime) -> None:
    """The next statement that is due and not late yet."""
    due = [p.due_at for p in repository.parties(connection, number) if p.stated_at is None and p.due_at > now]
    if due:
        timers.set_timers(connection, number, {STATEMENT: min(due)})
    else:
        timers.drop_timers(connection, number, [STATEMENT])


def _must_be_open(held: Locked) -> None:
    if not held.ticket.is_open:
        raise WrongStatus("工单已经结束，请先重新打开")
