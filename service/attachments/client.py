"""Work on files outside the event loop: stripping metadata, thumbnails, the scanner's command, reading pictures."""

from __future__ import annotations

import io
import shlex
import socket
import struct
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from service.attachments.video import rules as video

MOST_PIXELS = 60_000_000
THUMB_SIDE = 480
JPEG_SIDE = 2560
READ_SIDE = 1600
SCAN_SECONDS = 30
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_CLAMD_PART = 256 * 1024


class NotAPicture(Exception):
    """It says that it is a picture and cannot be drawn."""


class Infected(Exception):
    """The scanner refuses the file, or could not be asked."""


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture or video without place, device and other words in it.

    Raises:
        NotAPicture: see there.
    """
    if media_type.startswith("video/"):
        try:
            return video.silenced(content)
        except video.TooMany as error:
            raise NotAPicture(str(error)) from error
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


def as_jpeg(content: bytes) -> bytes:
    """The picture for those who know no newer forms, its longer side at most 2,560 pixels.

    Raises:
        NotAPicture: see there.
    """
    written = io.BytesIO()
    _flat(_opened(content), JPEG_SIDE).save(written, "JPEG", quality=88)
    return written.getvalue()


def scan(content: bytes, command: str, address: str) -> None:
    """Ask the scanners that are set: a command, and a clamd at `tcp://host:port` or `unix:/path`.

    Raises:
        Infected: one of them refuses the file, or could not be asked.
    """
    if command:
        _scan_by_command(content, command)
    if address:
        _scan_by_clamd(content, address)


def _scan_by_command(content: bytes, command: str) -> None:
    """Run the command with the path of a file as its last argument; anything but 0 is a refusal."""
    with tempfile.NamedTemporaryFile(prefix="upload-") as file:
        file.write(content)
        file.flush()
        # Scanners often run as somebody else; the file's name is known to nobody but them.
        Path(file.name).chmod(0o644)
        try:
            done = subprocess.run(
                [*shlex.split(command), file.name], capture_output=True, timeout=SCAN_SECONDS, check=False
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise Infected(f"the scanner could not be asked: {type(error).__name__}") from error
    if done.returncode != 0:
        raise Infected(f"the scanner ended with {done.returncode}")


def _scan_by_clamd(content: bytes, address: str) -> None:
    """clamd's INSTREAM: pieces with their lengths before them, a length of 0 at the end."""
    try:
        with _clamd(address) as line:
            line.settimeout(SCAN_SECONDS)
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), _CLAMD_PART):
                part = content[at : at + _CLAMD_PART]
                line.sendall(struct.pack(">I", len(part)) + part)
            line.sendall(struct.pack(">I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 4096 and (more := line.recv(4096)):
                answer += more
    except OSError as error:
        raise Infected(f"clamd could not be asked: {type(error).__name__}") from error
    words = answer.rstrip(b"\0").decode("utf-8", "replace").strip()
    if words != "stream: OK":
        raise Infected(f"clamd says {words[:120] or 'nothing'}")


def _clamd(address: str) -> socket.socket:
    scheme, _, place = address.partition(":")
    if scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.connect(place.removeprefix("//"))
        return line
    host, _, port = place.removeprefix("//").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=3.0)


def read_text(content: bytes) -> str:
    """The words of a picture, a line each, from top to bottom. Takes about two seconds and 400 MB: in a process of
    its own."""
    import numpy

    image = _flat(_opened(content), READ_SIDE)
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
