"""Masking of personal data wherever it need not be plain: logs, queue previews, exports."""

from __future__ import annotations

import re

_PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
_ID_CARD = re.compile(r"(?<!\d)(\d{4})\d{10}(\d{3}[\dXx])(?!\w)")
_CARD = re.compile(r"(?<!\d)(\d{4})\d{8,11}(\d{4})(?!\d)")
_PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])[·\s]?[A-Z0-9]{3,4}([A-Z0-9]{2})"
)


def mask(text: str) -> str:
    """`text` with phone, ID and card numbers and plates masked: first and last characters stay."""
    for pattern in (_ID_CARD, _CARD, _PHONE, _PLATE):
        text = pattern.sub(r"\1****\2", text)
    return text


def mask_name(name: str) -> str:
    """`王小明` → `王**`."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_id(value: str) -> str:
    """`demo-gold-17` → `de****17`: enough to tell two customers apart in a list."""
    return f"{value[:2]}****{value[-2:]}" if len(value) > 4 else "****"
