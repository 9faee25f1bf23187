"""Pictures and videos for tests."""

from __future__ import annotations

import io
import struct

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


def video() -> bytes:
    """The boxes of an MP4 that say where it was taken."""

    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", 8 + len(content)) + kind + content

    told = box(b"udta", b"\xa9xyz+25.0430+102.7060/")
    return box(b"ftyp", b"isomiso2avc1mp41") + box(b"moov", box(b"mvhd", bytes(100)) + told) + box(b"mdat", b"frames")
