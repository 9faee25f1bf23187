"""A picture out of a video. Decoding takes the process's memory and may crash it: in a process of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path

THUMB_SIDE = 480
_TRIED_FRAMES = 30
_DARK = 16.0


def first_picture(content: bytes) -> bytes | None:
    """A JPEG of at most 480 pixels a side: the first frame that is not black; None when nothing can be decoded.

    Raises:
        ImportError: no decoder is installed.
    """
    import cv2

    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        Path(file.name).write_bytes(content)
        video = cv2.VideoCapture(file.name)
        try:
            chosen = None
            for _ in range(_TRIED_FRAMES):
                read, frame = video.read()
                if not read:
                    break
                chosen = frame if chosen is None or frame.mean() > _DARK else chosen
                if frame.mean() > _DARK:
                    break
        finally:
            video.release()
    if chosen is None:
        return None
    height, width = chosen.shape[:2]
    share = min(1.0, THUMB_SIDE / max(height, width, 1))
    small = cv2.resize(chosen, (max(1, int(width * share)), max(1, int(height * share))), interpolation=cv2.INTER_AREA)
    written, made = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(made) if written else None
