"""Logging: one line an event, personal data masked, tokens never."""

from __future__ import annotations

import logging
import re
import sys

from service.privacy import mask

_TOKEN = re.compile(r"(Bearer\s+)[\w\-.~+/]+=*|(eyJ[\w-]+\.)[\w\-.]+")


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, exceptions included."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return _TOKEN.sub(lambda m: f"{m[1] or m[2]}***", mask(line))


def configure(level: str) -> None:
    """Send the logs of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "rasa_sdk", "jieba", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
