"""Work on files outside the event loop: stripping metadata, thumbnails, the scanner's command, reading pictures."""

from __future__ import annotations

import io
import shlex
import struct
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_PIXELS = 60_000_000
THUMB_SIDE = 480
READ_SIDE = 1600
SCAN_SECONDS = 30
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_TELLING_BOXES = frozenset({b"udta", b"meta", b"uuid"})
_OUTER_BOXES = frozenset({b"moov", b"trak", b"mdia"})


class NotAPicture(Exception):
    """It says that it is a picture and cannot be drawn."""


class Infected(Exception):
    """The scanner refuses the file, or could not be asked."""


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture or video without place, device and other words in it.

    Raises:
        NotAPicture: see there.
    """
    if media_type == "video/mp4":
        return _silenced(content)
    form = _FORMATS.get(media_type)
    if form is None:
        return content
    image = _opened(content)
    written = io.BytesIO()
    try:
        if getattr(image, "is_animated", False):
            image.info.pop("comment", None)
            image.save(written, form, save_all=True, exif=b"", comment=b"")
            return written.getvalue()
        upright = ImageOps.exif_transpose(image)
        plain = Image.new(upright.mode, upright.size)
        if upright.mode == "P":
            plain.putpalette(upright.getpalette() or [])
        plain.paste(upright)
        more: dict[str, Any] = {"quality": 90} if form in ("JPEG", "WEBP") else {}
        if form == "GIF" or (form == "PNG" and "transparency" in upright.info):
            more["transparency"] = upright.info.get("transparency")
        plain.save(written, form, **{k: v for k, v in more.items() if v is not None})
    except (OSError, ValueError, SyntaxError) as error:
        raise NotAPicture(str(error)) from error
    return written.getvalue()


def thumbnail(content: bytes) -> bytes:
    """A JPEG of at most 480 pixels a side, of an animation its first picture.

    Raises:
        NotAPicture: see there.
    """
    small = _flat(_opened(content), THUMB_SIDE)
    written = io.BytesIO()
    small.save(written, "JPEG", quality=80)
    return written.getvalue()


def scan(command: str, path: Path) -> None:
    """Run the scanner's command with the file's path as its last argument.

    Raises:
        Infected: it ended with anything but 0, or did not end, or is not there.
    """
    try:
        done = subprocess.run(
            [*shlex.split(command), str(path)], capture_output=True, timeout=SCAN_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Infected(f"the scanner could not be asked: {error}") from error
    if done.returncode != 0:
        raise Infected(f"the scanner ended with {done.returncode}")


def read_text(path: str) -> str:
    """The words of a picture, a line each, from top to bottom. Takes about two seconds and 400 MB: in a process of
    its own."""
    import numpy

    image = _flat(_opened(Path(path).read_bytes()), READ_SIDE)
    lines, _ = _reader()(numpy.asarray(image))
    return "\n".join(str(text) for _, text, _ in lines or ())


@lru_cache(maxsize=1)
def _reader() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=1)


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content))
        if image.width * image.height > MOST_PIXELS:
            raise NotAPicture(f"{image.width} × {image.height} pixels are too many")
        image.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture(str(error)) from error
    return image


def _flat(image: Image.Image, side: int) -> Image.Image:
    """Upright, on white, no longer than `side`."""
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    ground = Image.new("RGBA", upright.size, "white")
    flat = Image.alpha_composite(ground, upright).convert("RGB")
    flat.thumbnail((side, side))
    return flat


def _silenced(content: bytes) -> bytes:
    """An MP4 whose boxes of words (place, device, comments) are empty; lengths stay, so that every offset holds."""
    silent = bytearray(content)
    _silence(silent, 0, len(silent))
    return bytes(silent)


def _silence(content: bytearray, start: int, end: int) -> None:
    at = start
    while at + 8 <= end:
        (length,) = struct.unpack_from(">I", content, at)
        kind = bytes(content[at + 4 : at + 8])
        head = 8
        if length == 1 and at + 16 <= end:
            (length,) = struct.unpack_from(">Q", content, at + 8)
            head = 16
        length = end - at if length == 0 else length
        if length < head or at + length > end:
            return
        if kind in _TELLING_BOXES:
            content[at + 4 : at + 8] = b"free"
            content[at + head : at + length] = bytes(length - head)
        elif kind in _OUTER_BOXES:
            _silence(content, at + head, at + length)
        at += length
