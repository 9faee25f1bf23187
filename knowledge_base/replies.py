"""Canned replies: texts by key, with placeholders filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping, Sequence

import yaml

from contracts.errors import ContractError

DEFAULT_PATH = Path(__file__).with_name("replies.yml")


class Replies:
    """The texts of one release; several variants of a key are used in turn by `variant`."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, path: Path = DEFAULT_PATH) -> Replies:
        """Read the file.

        Raises:
            ContractError: it is not a mapping of keys to lists of texts.
        """
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise ContractError(f"{path.name}: a mapping is expected")
        raw.pop("version", None)
        for key, texts in raw.items():
            if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
                raise ContractError(f"{path.name}: {key}: a list of texts is expected")
        return cls(raw)

    def say(self, key: str, variant: int = 0, **values: object) -> str:
        """The text of `key` with its placeholders filled.

        Raises:
            KeyError: there is no such text, or a placeholder has no value.
        """
        texts = self._texts[key]
        return texts[variant % len(texts)].format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is a text for `key`."""
        return key in self._texts
