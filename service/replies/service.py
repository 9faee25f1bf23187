"""Canned replies inside a unit of work: the shipped ones to begin with, then what supervisors made of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import yaml
from sqlalchemy import Connection

from contracts.errors import ContractError, NotFound
from service.agents import service as agents
from service.replies import repository, rules
from service.replies.repository import CannedRow
from service.replies.rules import BadReply

# What other domains may use of this one, beside the functions below.
from service.replies.repository import (  # isort: skip
    all_replies as all_replies,
)

SHIPPED = Path(__file__).resolve().parents[2] / "knowledge_base" / "canned.yml"


def ensure_shipped(connection: Connection, now: datetime) -> None:
    """Fill an empty table with the replies that ship.

    Raises:
        ContractError: the file is not of the right shape.
    """
    if repository.count(connection):
        return
    loaded = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for row in loaded["replies"]:
        try:
            rules.check(row["shortcut"], row["title"], row["text"])
        except (BadReply, KeyError) as error:
            raise ContractError(f"{SHIPPED.name}: {row}: {error}") from error
        repository.insert_reply(connection, **row, author="", updated_at=now)


def save(
    connection: Connection,
    reply_id: int | None,
    shortcut: str,
    title: str,
    category: str,
    text: str,
    author: str,
    now: datetime,
) -> CannedRow:
    """Keep a new reply, or change one.

    Raises:
        NotFound: there is no reply of this id.
        BadReply: it cannot be kept, or its shortcut belongs to another one.
    """
    rules.check(shortcut, title, text)
    known = repository.reply_of_shortcut(connection, shortcut)
    if known is not None and known.id != reply_id:
        raise BadReply(f"快捷词“{shortcut}”已经用于“{known.title}”，请换一个")
    values = {"shortcut": shortcut, "title": title, "category": category, "text": text}
    if reply_id is None:
        repository.insert_reply(connection, **values, author=author, updated_at=now)
    else:
        _known(connection, reply_id)
        repository.update_reply(connection, reply_id, **values, author=author, updated_at=now)
    agents.audit(connection, author, "canned.save", shortcut, values, now)
    saved = repository.reply_of_shortcut(connection, shortcut)
    assert saved is not None
    return saved


def remove(connection: Connection, reply_id: int, author: str, now: datetime) -> None:
    """Take a reply away; what it said stays in the audit log.

    Raises:
        NotFound: there is no such reply.
    """
    known = _known(connection, reply_id)
    repository.delete_reply(connection, reply_id)
    agents.audit(connection, author, "canned.remove", known.shortcut, {"text": known.text}, now)


def _known(connection: Connection, reply_id: int) -> CannedRow:
    known = repository.reply(connection, reply_id)
    if known is None:
        raise NotFound("没有这条常用语")
    return known
