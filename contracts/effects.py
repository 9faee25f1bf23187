"""What an action wants to happen. Actions return effects; the turn's one transaction carries them out.

On the wire an effect is the `custom` part of an action's message: `{"effect": "<name>", ...fields}`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Mapping

from contracts.errors import ContractError


@dataclass(frozen=True)
class FileTicket:
    """File a ticket whose number and due times were already planned (times: ISO 8601 with zone)."""

    number: str
    category: str
    department: str
    priority: str
    summary: str
    created_at: str
    first_response_due_at: str
    due_at: str
    details: Mapping[str, Any] = field(default_factory=dict)
    order_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddToTicket:
    """Add what the customer said to a ticket that is open already. `kind`: `info`, `urge`, `again` or `correction`.

    A correction puts right what the ticket is about: its orders take the place of those linked before, `summary` that
    of the ticket's.
    """

    number: str
    kind: str
    note: str
    order_ids: tuple[str, ...] = ()
    summary: str | None = None


@dataclass(frozen=True)
class WithdrawTicket:
    """The customer takes a ticket back."""

    number: str
    note: str


@dataclass(frozen=True)
class ActOnTicket:
    """The customer pressed something under a ticket of his: `action` is a contracts.tickets.CustomerAction.

    What he is told is made when it is carried out, because it depends on what the ticket is at that moment.
    """

    number: str
    action: str
    note: str = ""


@dataclass(frozen=True)
class ActOnCallback:
    """The customer said something about being called back: `action` is a contracts.callbacks.CallbackAction.

    What he is told is made when it is carried out: it depends on what is arranged already.
    """

    action: str
    argument: str = ""


@dataclass(frozen=True)
class Remedy:
    """Have the platform do something (a kind of contracts.remedies.RemedyKind), after this turn is committed.

    The key is made from the turn and `slot`, a name that is unique within the turn, so that a repeated attempt asks
    for the same thing. `cause` names the line of the compensation policy that allows it; None for what is the
    customer's by right (freezing his card, his own invoice). `amount_fen` and `points` follow from that policy or
    from a record, never from the customer's words. `done` is said when the platform did it; `{…}` are fields of the
    receipt's data.
    """

    kind: str
    slot: str
    done: str
    ticket_number: str | None = None
    target_id: str | None = None
    amount_fen: int | None = None
    points: int | None = None
    cause: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HandOff:
    """A person is needed. `reason` is one of the hand-off reasons, `rule` the line that fired."""

    reason: str
    rule: str
    department: str | None = None
    priority: str = "P2"


@dataclass(frozen=True)
class EndDialogue:
    """The flow is over. `outcome`: `filed`, `solved`, `cancelled` or `handed_off`."""

    outcome: str


Effect = FileTicket | AddToTicket | WithdrawTicket | ActOnTicket | ActOnCallback | Remedy | HandOff | EndDialogue

_BY_NAME: dict[str, type[Any]] = {
    "file_ticket": FileTicket,
    "add_to_ticket": AddToTicket,
    "withdraw_ticket": WithdrawTicket,
    "act_on_ticket": ActOnTicket,
    "act_on_callback": ActOnCallback,
    "remedy": Remedy,
    "hand_off": HandOff,
    "end_dialogue": EndDialogue,
}
_NAMES = {cls: name for name, cls in _BY_NAME.items()}


def effect_to_dict(effect: Effect) -> dict[str, Any]:
    """The wire shape of an effect."""
    return {"effect": _NAMES[type(effect)], **asdict(effect)}


def effect_from_dict(raw: Mapping[str, Any]) -> Effect:
    """Read an effect from the wire.

    Raises:
        ContractError: the name is unknown, a field is missing or one too many.
    """
    name = raw.get("effect")
    cls = _BY_NAME.get(str(name))
    if cls is None:
        raise ContractError(f"unknown effect {name!r}")
    values = {k: v for k, v in raw.items() if k != "effect"}
    if "order_ids" in values:
        values["order_ids"] = tuple(values["order_ids"])
    known = {f.name for f in fields(cls)}
    if not set(values) <= known:
        raise ContractError(f"effect {name}: unknown fields {sorted(set(values) - known)}")
    try:
        effect: Effect = cls(**values)
    except TypeError as error:
        raise ContractError(f"effect {name}: {error}") from error
    return effect
