"""Splits an article file into its front matter and its body, and checks the former's shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from contracts.errors import ContractError

# libyaml reads all articles in a tenth of the time; the pure loader is the same language.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FENCE = "---"
_TEXTS = ("id", "title", "category", "summary")
_LISTS = ("keywords", "related", "intents", "channels", "regions", "media")
_DATES = ("valid_from", "valid_until", "review_by")
_CHANNELS = {"app", "wechat"}


def split_front_matter(content: str) -> tuple[dict[str, Any], str]:
    """The front matter as a mapping, and the body without surrounding blank lines.

    Raises:
        ContractError: there is no front matter, or it is not YAML, or a field is missing, unknown or of a wrong type.
    """
    lines = content.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise ContractError("the front matter is missing")
    try:
        end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == _FENCE)
    except StopIteration:
        raise ContractError("the front matter is not closed") from None
    try:
        fields = yaml.load("\n".join(lines[1:end]), Loader=_Loader)
    except yaml.YAMLError as error:
        raise ContractError(f"the front matter is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(fields, dict):
        raise ContractError("the front matter is not a mapping")
    check_fields(fields)
    return fields, "\n".join(lines[end + 1 :]).strip()


def check_fields(fields: Mapping[str, Any]) -> None:
    """The shape of a front matter.

    Raises:
        ContractError: a field is missing, unknown or of a wrong type.
    """
    unknown = sorted(set(fields) - {*_TEXTS, *_LISTS, *_DATES}, key=str)
    if unknown:
        raise ContractError(f"unknown fields {unknown}")
    for name in _TEXTS:
        if not isinstance(fields.get(name), str) or not fields[name].strip():
            raise ContractError(f"{name}: a text is expected")
    for name in _LISTS:
        value = fields.get(name, [])
        wanted = dict if name == "media" else (str, int)  # keywords such as 92 are numbers to YAML
        if not isinstance(value, list) or not all(isinstance(item, wanted) for item in value):
            raise ContractError(f"{name}: a list is expected")
    for name in _DATES:
        value = fields.get(name)
        if value is not None and type(value) is not date:
            raise ContractError(f"{name}: a date (YYYY-MM-DD) or null is expected")
    begin, until = fields.get("valid_from"), fields.get("valid_until")
    if begin and until and until < begin:
        raise ContractError("valid_until lies before valid_from")
    if not set(fields.get("channels", [])) <= _CHANNELS:
        raise ContractError(f"channels: only {sorted(_CHANNELS)} are known")
