"""Entities of a customer's message: what it names, where it stands, and in which role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from contracts.decision import Entity
from contracts.entities import AMOUNT, FUEL, GUN, LITRES, POINTS, STATION, TIME
from intent_router.entity_patterns import stations
from intent_router.entity_patterns.corrections import CHOSEN_BEFORE
from intent_router.entity_patterns.found import Found, settle, without_denied
from intent_router.entity_patterns.identifiers import find_identifiers
from intent_router.entity_patterns.pumps import find_fuels, find_guns
from intent_router.entity_patterns.quantities import find_quantities
from intent_router.entity_patterns.stations import find_stations
from intent_router.entity_patterns.time_expressions import find_times
from language import AlignedText, normalise_aligned

LONGEST_READ = 2000
"""Characters of a message that are searched; what a person needs to name stands before that."""

_TAKEN_BACK = frozenset({TIME, AMOUNT, LITRES, POINTS})
_WITH_CHOICE = frozenset({GUN, STATION, FUEL})
_ABOUT_A_MISTAKE = re.compile(
    r"错|误|[选点付填写看按打]成|[^不]该[选点加付填]|^该|定位|改|换|不是|应该|应为|隔壁|明明|识别|其实|实际"
    r"|正确|不在"
)


def warm_up() -> None:
    """Load what finding stations needs (about a second); safe to call twice."""
    stations.warm_up()


def extract(text: str, now: datetime) -> tuple[Entity, ...]:
    """The entities of a message, in the order of the text, without overlaps.

    Types, values and roles are those of `contracts.entities`; `start`/`end` point into `text` as it was written.
    Times are resolved against `now` in Shanghai time (a `now` without zone is taken as such). What the customer
    takes back in the same message ("不是昨天是前天") is left out for times and quantities; for guns, stations and
    fuels it carries the role `wrong`. Never raises on any text.
    """
    aligned = normalise_aligned(text[:LONGEST_READ])
    written = _with_real_commas(aligned, text)
    found = [
        *find_identifiers(written),
        *find_times(written, now),
        *find_fuels(written),
        *find_guns(written),
        *find_quantities(written),
        *find_stations(written),
    ]
    kept = _sure_of_roles(without_denied(settle(found), written, _TAKEN_BACK), written)
    return tuple(_placed(one, aligned, text) for one in kept)


def _with_real_commas(aligned: AlignedText, original: str) -> str:
    """The normalised text in which a comma is one inside a number only if the customer typed it so.

    Normalising makes `，` a `,`: 加了200，300没到 names two amounts, not one of 200,300.
    """
    if "，" not in original:
        return aligned.text
    chars = list(aligned.text)
    for i, char in enumerate(chars):
        if char == "," and original[aligned.offsets[i]] != ",":
            chars[i] = "，"
    return "".join(chars)


def _sure_of_roles(found: Sequence[Found], text: str) -> list[Found]:
    """Without a word about a mistake nothing is right or wrong; of two, the one that is not wrong is right."""
    if not any(one.role for one in found if one.type in _WITH_CHOICE):
        return list(found)
    mistaken = _ABOUT_A_MISTAKE.search(text) is not None
    wrong = {one.type for one in found if one.role == "wrong"}
    kept = []
    for one in found:
        unfounded = one.type in _WITH_CHOICE and one.role == "right" and not mistaken and one.type not in wrong
        kept.append(one.with_role(None) if unfounded else one)
    right = {one.type for one in kept if one.role == "right"}
    return [
        one.with_role("wrong") if one.type in right and one.role is None and _was_chosen(text, one) else one
        for one in kept
    ]


def _was_chosen(text: str, one: Found) -> bool:
    return CHOSEN_BEFORE.search(text[max(0, one.start - 6) : one.start]) is not None


def _placed(one: Found, aligned: AlignedText, original: str) -> Entity:
    start, end = aligned.original_span(one.start, one.end)
    return Entity(one.type, one.value, original[start:end], start, end, one.role)
