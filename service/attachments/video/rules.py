"""MP4 and QuickTime files, box by box: how long they last, and the same file without words, places and times.

Lengths never change, so that every offset in the file holds. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_WORDS = frozenset({b"udta", b"meta", b"uuid"})
_OUTER = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex"})
_TIMED = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_SHOWN = frozenset({b"vide", b"soun"})
"""Handlers of tracks that are seen or heard; others carry places, sensors and words with the running picture."""
_DEEPEST = 12
MOST = 100_000
"""Boxes of a level and of the whole walk, entries of a table, runs of bytes of a file. A short video has far fewer;
a file with more was made to keep us busy."""


class TooMany(Exception):
    """The file says that it has more parts than any video that a customer sends."""


@dataclass(frozen=True)
class Box:
    """A box: its kind, where it begins, where its content begins, where it ends (byte offsets)."""

    kind: bytes
    start: int
    body: int
    end: int


def boxes(content: bytes | bytearray, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets; a broken one ends the walk.

    Raises:
        TooMany: see there.
    """
    at, found = start, 0
    while at + 8 <= end:
        (length,) = struct.unpack_from(">I", content, at)
        body = at + 8
        if length == 1:
            if at + 16 > end:
                return
            (length,) = struct.unpack_from(">Q", content, at + 8)
            body = at + 16
        length = end - at if length == 0 else length
        if length < body - at or at + length > end:
            return
        found += 1
        if found > MOST:
            raise TooMany(f"more than {MOST} boxes")
        yield Box(bytes(content[at + 4 : at + 8]), at, body, at + length)
        at += length


def seconds(content: bytes) -> float | None:
    """How long the file says it lasts, None when it does not say.

    Raises:
        TooMany: see there.
    """
    moov = _first(content, 0, len(content), b"moov")
    head = _first(content, moov.body, moov.end, b"mvhd") if moov is not None else None
    if moov is None or head is None:
        return None
    wide = _version(content, head) == 1
    try:
        scale, length = struct.unpack_from(">IQ" if wide else ">II", content, head.body + (20 if wide else 12))
        if not length:
            extends = _first(content, moov.body, moov.end, b"mvex")
            whole = _first(content, extends.body, extends.end, b"mehd") if extends is not None else None
            if whole is None:
                return None
            shape = ">Q" if _version(content, whole) == 1 else ">I"
            (length,) = struct.unpack_from(shape, content, whole.body + 4)
    except struct.error:
        return None
    unknown = length in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
    return length / scale if scale and length and not unknown else None


def silenced(content: bytes) -> bytes:
    """The same video without boxes of words, without tracks of anything but picture and sound, without dates.

    Raises:
        TooMany: see there.
    """
    silent = bytearray(content)
    runs: list[tuple[int, int]] = []
    _silence(silent, 0, len(silent), _DEEPEST, runs, MOST)
    # In order and each byte once: runs that lie over one another would cost the whole file for each of them.
    done = 0
    for place, end in sorted(runs):
        place = max(place, done)
        if place < end:
            silent[place:end] = bytes(end - place)
            done = end
    return bytes(silent)


def _silence(content: bytearray, start: int, end: int, depth: int, runs: list[tuple[int, int]], left: int) -> int:
    """Silence a level and those under it; `runs` gets the bytes that other tracks' samples take. Of the boxes that may
    still be looked at, `left`, returns how many remain."""
    found = list(boxes(content, start, end))
    left -= len(found)
    for box in found:
        if left < 0 or len(runs) > MOST:
            raise TooMany(f"more than {MOST} boxes or chunks")
        if box.kind in _WORDS:
            _empty(content, box)
        elif box.kind == b"trak" and _handler(content, box) not in _SHOWN:
            runs += _samples(content, box)
            _empty(content, box)
        elif box.kind in _TIMED:
            size = 16 if _version(content, box) == 1 else 8
            if box.body + 4 + size <= box.end:
                content[box.body + 4 : box.body + 4 + size] = bytes(size)
        elif box.kind in _OUTER and depth > 0:
            left = _silence(content, box.body, box.end, depth - 1, runs, left)
    return left


def _empty(content: bytearray, box: Box) -> None:
    content[box.start + 4 : box.start + 8] = b"free"
    content[box.body : box.end] = bytes(box.end - box.body)


def _handler(content: bytes | bytearray, trak: Box) -> bytes:
    """What a track is: `vide`, `soun`, `meta`, …; a track that does not say so is taken for none of them."""
    media = _first(content, trak.body, trak.end, b"mdia")
    found = _first(content, media.body, media.end, b"hdlr") if media is not None else None
    return bytes(content[found.body + 8 : found.body + 12]) if found is not None else b""


def _samples(content: bytearray, trak: Box) -> Iterator[tuple[int, int]]:
    """Where the runs of bytes that belong to a track begin and end."""
    table: Box | None = trak
    for kind in (b"mdia", b"minf", b"stbl"):
        table = _first(content, table.body, table.end, kind) if table is not None else None
    if table is None:
        return
    parts = {box.kind: box for box in boxes(content, table.body, table.end)}
    same, total, sizes = _sizes(content, parts.get(b"stsz"))
    runs = sorted(_numbers(content, parts.get(b"stsc"), 3))
    places = [p for (p,) in _numbers(content, parts.get(b"stco"), 1)]
    places += [p for (p,) in _numbers(content, parts.get(b"co64"), 1, "Q")]
    taken = run = 0
    for chunk, place in enumerate(places, start=1):
        while run < len(runs) and runs[run][0] <= chunk:
            run += 1
        count = runs[run - 1][1] if run else 0
        length = same * max(0, min(count, total - taken)) or sum(sizes[taken : taken + count])
        taken += count
        if 0 < place < len(content) and length > 0:
            yield place, min(place + length, len(content))


def _sizes(content: bytearray, box: Box | None) -> tuple[int, int, list[int]]:
    """The size that all samples of a track have and how many there are, or 0, 0 and the size of each."""
    if box is None or box.body + 12 > box.end:
        return 0, 0, []
    same, count = struct.unpack_from(">II", content, box.body + 4)
    if same:
        return same, count, []
    return 0, 0, [size for (size,) in _table(content, box.body + 12, box.end, count, ">I")]


def _numbers(content: bytearray, box: Box | None, width: int, kind: str = "I") -> list[tuple[int, ...]]:
    """The entries of a table box, `width` numbers each."""
    if box is None or box.body + 8 > box.end:
        return []
    (count,) = struct.unpack_from(">I", content, box.body + 4)
    return _table(content, box.body + 8, box.end, count, f">{width}{kind}")


def _table(content: bytearray, start: int, end: int, count: int, shape: str) -> list[tuple[int, ...]]:
    step = struct.calcsize(shape)
    count = min(count, (end - start) // step)
    if count > MOST:
        raise TooMany(f"a table of {count} entries")
    return list(struct.iter_unpack(shape, content[start : start + count * step]))


def _first(content: bytes | bytearray, start: int, end: int, kind: bytes) -> Box | None:
    return next((box for box in boxes(content, start, end) if box.kind == kind), None)


def _version(content: bytes | bytearray, box: Box) -> int:
    return content[box.body] if box.body < box.end else 0
