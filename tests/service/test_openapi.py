"""The document that the pages' client is generated from is the one that the service serves."""

from __future__ import annotations

from pathlib import Path

from service.openapi import document

KEPT = Path(__file__).resolve().parent.parent.parent / "web/shared/openapi.json"


def test_the_kept_document_is_current() -> None:
    assert KEPT.read_text(encoding="utf-8") == document(), "python -m service.openapi > web/shared/openapi.json"
