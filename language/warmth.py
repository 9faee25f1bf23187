"""Paying the loading costs before the first customer does."""

from __future__ import annotations

from language.concepts import concepts
from language.segmentation import tokens
from language.sound import pinyin


def warm_up() -> None:
    """Load every table, dictionary and pattern; safe to call twice and from any thread."""
    tokens("我的92号汽油加油券还没到账")
    pinyin("发票")
    concepts("发票")
