"""Files are kept without what they tell about place and device."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from PIL import Image

from service.attachments import client
from tests.service.attachments.pictures import photo, video
from tests.stand_in.clamd import EICAR, clamd


@pytest.mark.parametrize(("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_pictures_lose_their_metadata_and_stay_upright(form: str, kind: str) -> None:
    before = photo(form=form, turned=True)
    assert b"SecretPhoneMaker" in before
    after = client.without_metadata(before, kind)
    assert b"SecretPhoneMaker" not in after
    image = Image.open(io.BytesIO(after))
    assert image.size == (320, 640)
    assert not image.getexif()
    assert image.format == form


def test_a_transparent_palette_keeps_its_colours() -> None:
    image = Image.new("P", (20, 20), 1)
    image.putpalette([255, 0, 0, 0, 128, 0])
    written = io.BytesIO()
    image.save(written, "PNG", transparency=0)
    after = Image.open(io.BytesIO(client.without_metadata(written.getvalue(), "image/png"))).convert("RGBA")
    assert after.getpixel((3, 3)) == (0, 128, 0, 255)


def test_an_animation_keeps_its_pictures() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], comment=b"secret words")
    after = client.without_metadata(written.getvalue(), "image/gif")
    assert b"secret words" not in after
    assert Image.open(io.BytesIO(after)).n_frames == 3


def test_a_video_loses_its_place_and_keeps_every_offset() -> None:
    before = video()
    after = client.without_metadata(before, "video/mp4")
    assert b"+25.0430" in before
    assert b"+25.0430" not in after
    assert len(after) == len(before)
    assert after.endswith(b"frames")
    # A length that points outside is left as it is.
    assert client.without_metadata(before[:-20], "video/mp4")[:4] == before[:4]


def test_a_thumbnail_is_small_and_on_white() -> None:
    see_through = Image.new("RGBA", (2000, 1000), (0, 0, 0, 0))
    written = io.BytesIO()
    see_through.save(written, "PNG")
    small = Image.open(io.BytesIO(client.thumbnail(written.getvalue())))
    assert small.size == (480, 240)
    assert small.format == "JPEG"
    assert small.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 cut off", photo()[:400]])
def test_what_cannot_be_drawn_is_no_picture(content: bytes) -> None:
    with pytest.raises(client.NotAPicture):
        client.without_metadata(content, "image/jpeg")
    with pytest.raises(client.NotAPicture):
        client.thumbnail(content)


def test_too_many_pixels_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PIXELS", 1000)
    with pytest.raises(client.NotAPicture, match="too many"):
        client.thumbnail(photo())


def test_the_scanner_decides(tmp_path: Path) -> None:
    scanner = tmp_path / "scanner"
    scanner.write_text('#!/bin/sh\ngrep -q virus "$2" && exit 1\nexit 0\n')
    scanner.chmod(scanner.stat().st_mode | stat.S_IXUSR)
    client.scan(b"x", f"{scanner} --quiet", "")
    with pytest.raises(client.Infected):
        client.scan(b"a virus", f"{scanner} --quiet", "")
    with pytest.raises(client.Infected, match="could not be asked"):
        client.scan(b"x", "/no/such/scanner", "")


@pytest.mark.parametrize("by", ["tcp", "unix"])
def test_clamd_decides(tmp_path: Path, by: str) -> None:
    with clamd(tmp_path / "clamd.sock" if by == "unix" else None) as address:
        client.scan(b"x" * 1_000_000, "", address)
        with pytest.raises(client.Infected, match="Eicar"):
            client.scan(b"x" * 300_000 + EICAR, "", address)


def test_a_clamd_that_is_down_or_speaks_otherwise_lets_nothing_in(tmp_path: Path) -> None:
    with pytest.raises(client.Infected, match="could not be asked"):
        client.scan(b"x", "", "tcp://127.0.0.1:9")
    with pytest.raises(client.Infected, match="could not be asked"):
        client.scan(b"x", "", f"unix:{tmp_path}/none")
    with clamd(None, says=b"INSTREAM size limit exceeded. ERROR\0") as address, pytest.raises(client.Infected):
        client.scan(b"x", "", address)
    with clamd(None, says=b"") as address, pytest.raises(client.Infected):
        client.scan(b"x", "", address)
