"""Prints the OpenAPI document: `python -m service.openapi > web/shared/openapi.json`."""

from __future__ import annotations

import json
import sys

from service.app import create_app
from service.settings import Settings


def document() -> str:
    """The document, indented and ending with a line break."""
    app = create_app(Settings(_env_file=None, demo=True))  # type: ignore[call-arg]
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
