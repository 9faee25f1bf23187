"""Pictures and videos for tests."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import numpy
from PIL import Image, ImageDraw, ImageFont

CHINESE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def photo(size: tuple[int, int] = (640, 320), form: str = "JPEG", turned: bool = False) -> bytes:
    """A photo with a place and a device in its metadata; `turned`: to be shown rotated by 90 degrees."""
    image = Image.new("RGB", size, "steelblue")
    exif = Image.Exif()
    exif[0x010F] = "SecretPhoneMaker"
    exif[0x0112] = 6 if turned else 1
    exif.get_ifd(0x8825)[2] = (25.0, 2.0, 30.0)
    written = io.BytesIO()
    image.save(written, form, exif=exif.tobytes())
    return written.getvalue()


def screenshot(*lines: str) -> bytes:
    """A phone's screen with these lines."""
    image = Image.new("RGB", (720, 900), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(CHINESE, 36)
    for place, line in enumerate(lines):
        draw.text((60, 160 + place * 100), line, fill="black", font=font)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    """A box of an MP4."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def film(folder: Path, seconds: int = 2) -> bytes:
    """A real MP4: half a second black, then grey."""
    path = folder / "film.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10, (640, 360))
    for number in range(seconds * 10):
        writer.write(numpy.full((360, 640, 3), 0 if number < 5 else 120, numpy.uint8))
    writer.release()
    return path.read_bytes()


def running_place(words: bytes) -> bytes:
    """An MP4 whose running picture is accompanied by a track of places, as some phones write it; its words stand in
    two pieces among the frames."""
    head = box(b"ftyp", b"isomiso2avc1mp41")
    half = len(words) // 2
    frames = b"frame" + words[:half] + b"frame" + words[half:] + b"frame"
    first = len(head) + 8 + 5
    second = first + half + 5
    table = box(b"stsz", struct.pack(">IIIII", 0, 0, 2, half, len(words) - half))
    table += box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1))
    table += box(b"stco", struct.pack(">IIII", 0, 2, first, second))
    handler = box(b"hdlr", bytes(8) + b"meta" + bytes(12) + b"Core Media Metadata")
    track = box(b"trak", box(b"mdia", handler + box(b"minf", box(b"stbl", table))))
    moov = box(b"moov", box(b"mvhd", struct.pack(">IIIII", 0, 3_800_000_000, 3_800_000_000, 1000, 2500)) + track)
    return head + box(b"mdat", frames) + moov


def video() -> bytes:
    """The boxes of an MP4 that say where it was taken."""
    told = box(b"udta", b"\xa9xyz+25.0430+102.7060/")
    return box(b"ftyp", b"isomiso2avc1mp41") + box(b"moov", box(b"mvhd", bytes(100)) + told) + box(b"mdat", b"frames")
