"""What a video tells beside picture and sound is gone, and it still plays."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.attachments.client import NotAPicture, without_metadata
from service.attachments.video import client, rules
from tests.service.attachments.pictures import box, film, running_place, video

PLACE = b"+25.0430+102.7060/"


def test_the_place_goes_and_every_offset_stays() -> None:
    before = video()
    after = rules.silenced(before)
    assert PLACE in before
    assert PLACE not in after
    assert len(after) == len(before)


def test_a_track_of_places_goes_with_its_samples_and_the_frames_stay() -> None:
    before = running_place(PLACE)
    after = rules.silenced(before)
    half = len(PLACE) // 2
    assert PLACE[:half] in before
    assert PLACE[half:] in before
    assert PLACE[:half] not in after
    assert PLACE[half:] not in after
    assert after.count(b"frame") == 3
    assert b"Core Media Metadata" not in after
    assert len(after) == len(before)


def test_when_it_was_taken_goes_and_how_long_it_lasts_stays() -> None:
    before = running_place(PLACE)
    after = rules.silenced(before)
    assert struct.pack(">I", 3_800_000_000) in before
    assert struct.pack(">I", 3_800_000_000) not in after
    assert rules.seconds(before) == rules.seconds(after) == 2.5


def test_a_film_plays_as_before(tmp_path: Path) -> None:
    before = film(tmp_path, seconds=3)
    after = rules.silenced(before)
    assert rules.seconds(after) == pytest.approx(3.0)
    assert client.first_picture(after) == client.first_picture(before) is not None


def test_how_long_it_lasts_is_found_where_the_length_is_wide_or_comes_in_parts() -> None:
    wide = box(b"moov", box(b"mvhd", b"\x01" + bytes(3) + bytes(16) + struct.pack(">IQ", 1000, 90_000)))
    assert rules.seconds(wide) == 90
    parts = box(b"mvex", box(b"mehd", bytes(4) + struct.pack(">I", 7000)))
    assert rules.seconds(box(b"moov", box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 0)) + parts)) == 7
    assert rules.seconds(box(b"moov", box(b"mvhd", bytes(12) + struct.pack(">II", 1000, 0xFFFFFFFF)))) is None
    assert rules.seconds(b"") is None
    assert rules.seconds(box(b"moov", b"")) is None


def test_what_is_no_video_has_no_picture() -> None:
    assert client.first_picture(b"no video at all") is None


def _crafted(entries: int, *, same: int = 1) -> bytes:
    """A file with a track of places that says it has so many chunks, each as long as the whole file."""
    count = struct.pack(">II", 0, entries)
    table = box(b"stsz", struct.pack(">III", 0, same, 0xFFFFFFFF))
    table += box(b"stsc", count + struct.pack(">III", 0x7FFFFFFF, 1, 1) * entries)
    table += box(b"stco", count + struct.pack(">I", 40) * entries)
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table))))
    return box(b"ftyp", b"isomiso2avc1mp41") + box(b"mdat", bytes(100)) + box(b"moov", track)


@pytest.mark.parametrize("same", [1, 0x7FFFFFFF])
def test_a_file_made_to_keep_us_busy_does_not(same: int) -> None:
    began = time.monotonic()
    many = _crafted(60_000, same=same)
    assert len(rules.silenced(many)) == len(many)
    assert time.monotonic() - began < 5


def test_a_file_with_more_parts_than_any_video_is_refused() -> None:
    with pytest.raises(rules.TooMany):
        rules.silenced(_crafted(rules.MOST + 1))
    boxes = box(b"free", b"") * (rules.MOST + 1)
    with pytest.raises(rules.TooMany):
        rules.seconds(boxes)
    with pytest.raises(NotAPicture):
        without_metadata(boxes, "video/mp4")


def test_runs_that_lie_over_one_another_are_silenced_once() -> None:
    words = b"0123456789"
    head = box(b"ftyp", b"isomiso2avc1mp41")
    table = box(b"stsz", struct.pack(">IIIIII", 0, 0, 3, 6, 6, 2))
    table += box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1))
    table += box(b"stco", struct.pack(">IIIII", 0, 3, len(head) + 10, len(head) + 8, len(head) + 8))
    track = box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table))))
    after = rules.silenced(head + box(b"mdat", words) + box(b"moov", track))
    assert after[len(head) + 8 : len(head) + 18] == bytes(8) + b"89"


@given(noise=st.binary(max_size=300), at=st.integers(0, 400))
def test_broken_files_break_nothing(noise: bytes, at: int) -> None:
    whole = running_place(PLACE)
    broken = whole[:at] + noise + whole[at + len(noise) :]
    assert len(rules.silenced(broken)) == len(broken)
    rules.seconds(broken)
