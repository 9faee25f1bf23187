"""Tickets and one another: duplicates become one, related ones are linked; and what is learned from a solved one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contracts.errors import NotFound
from contracts.tickets import TicketStatus
from service.tickets.life import repository as timers
from service.tickets.life import rules as life_rules
from service.tickets.life import service as life
from service.tickets.life.service import WrongStatus
from service.tickets.relations import repository
from service.tickets.relations.repository import ProposalRow
from service.tickets.repository import TicketRow

# What other domains may use of this one, beside the functions below.
from service.tickets.relations.repository import (  # isort: skip
    linked as linked,
    proposal_of as proposal_of,
    proposals as proposals,
)


def merge(connection: Connection, number: str, into: str, actor: str, now: datetime) -> TicketRow:
    """A duplicate is closed, and what it says goes to the main ticket; the customer hears which one counts.

    Raises:
        NotFound: one of them does not exist.
        WrongStatus: they are not two open tickets of one customer.
    """
    if number == into:
        raise WrongStatus("不能合并到自己")
    # In the order of their numbers, as everybody who holds two of them does.
    held = {n: life.lock(connection, n) for n in sorted((number, into))}
    duplicate, main = held[number].ticket, held[into].ticket
    same = duplicate.conversation_id == main.conversation_id or (
        duplicate.customer_id is not None and duplicate.customer_id == main.customer_id
    )
    if not same:
        raise WrongStatus("两张工单不是同一位客户的，不能合并；需要的话可以互相关联")
    if not duplicate.is_open or not main.is_open:
        raise WrongStatus("只能合并都还在处理的工单")
    gone: dict[str, Any] = {"status": TicketStatus.CLOSED.value, "closed_at": now, "merged_into": into}
    gone.update(paused_at=None, paused_left=None, resume_status=None)
    words = f"工单 {number} 和 {into} 是同一个问题，已合并处理，以后看工单 {into} 就行，您说过的内容都在。"
    life.change(connection, held[number], now, gone, event="merged", actor=actor, data={"into": into}, say=words)
    kept: dict[str, Any] = {
        "order_ids": list(dict.fromkeys([*main.order_ids, *duplicate.order_ids])),
        "urges": main.urges + duplicate.urges,
        # The earlier promise is the one that was given for this problem.
        "due_at": min(main.due_at, duplicate.due_at) if _both_run(main, duplicate) else main.due_at,
    }
    data = {"from": number, "summary": duplicate.summary, "said": duplicate.details.get("said")}
    changed, _ = life.change(connection, held[into], now, kept, event="merged", actor=actor, data=data)
    return changed.ticket


def _both_run(one: TicketRow, other: TicketRow) -> bool:
    return one.paused_at is None and other.paused_at is None


def link(connection: Connection, number: str, other: str, actor: str, now: datetime) -> TicketRow:
    """Link two tickets, whoever they belong to.

    Raises:
        NotFound: one of them does not exist.
        WrongStatus: they are one and the same.
    """
    if number == other:
        raise WrongStatus("不能和自己关联")
    held = {n: life.lock(connection, n) for n in sorted((number, other))}
    if repository.link(connection, number, other, actor, now):
        for one, second in ((number, other), (other, number)):
            life.change(connection, held[one], now, {}, event="linked", actor=actor, data={"with": second})
    return life.lock(connection, number).ticket


def propose(
    connection: Connection, number: str, title: str, problem: str, solution: str, actor: str, now: datetime
) -> ProposalRow:
    """Propose what a solved ticket taught as an article; once for a ticket.

    Raises:
        WrongStatus: the ticket is not solved, or was proposed already.
    """
    held = life.lock(connection, number)
    if held.ticket.status not in (TicketStatus.SOLVED, TicketStatus.CLOSED) or held.ticket.merged_into is not None:
        raise WrongStatus("只有已解决的工单可以提议写成知识文章")
    if repository.proposal_of(connection, number) is not None:
        raise WrongStatus("这张工单已经提议过了")
    repository.insert_proposal(
        connection,
        ticket_number=number,
        title=title,
        problem=problem,
        solution=solution,
        status="proposed",
        actor=actor,
        at=now,
    )
    life.change(connection, held, now, {}, event="proposed", actor=actor, data={"title": title})
    made = repository.proposal_of(connection, number)
    assert made is not None
    return made


def settle(connection: Connection, proposal_id: int, status: str) -> ProposalRow:
    """An editor takes a proposal over into an article, or refuses it.

    Raises:
        NotFound: there is no such proposal.
        WrongStatus: it was settled before.
    """
    found = repository.proposal(connection, proposal_id)
    if found is None:
        raise NotFound("没有这条提议")
    if found.status != "proposed":
        raise WrongStatus("这条提议已经处理过了")
    repository.set_status(connection, proposal_id, status)
    settled = repository.proposal(connection, proposal_id)
    assert settled is not None
    return settled


def timers_of(connection: Connection, number: str) -> dict[str, datetime]:
    """What will happen to a ticket by itself, and when."""
    return {k: at for k, at in timers.timers_of(connection, number).items() if k in life_rules.FOLLOWING}
