"""What the trained router was made of: a hash of data and code, so that only changes are trained, and its metrics."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.errors import ContractError, NotReady

FILE = "manifest.json"
ROOT = Path(__file__).resolve().parent.parent

_DATA = (
    "nlu_data/intents/train/*.txt",
    "nlu_data/sentiment/train/*.txt",
    "nlu_data/dev/*.jsonl",
    "nlu_data/lexicon/*",
    "knowledge_base/articles/*/*.phrasings.txt",
    "contracts/taxonomy/*.yml",
)
# Whatever decides how a text becomes numbers: a model must not outlive the code that it was trained with.
_CODE = (
    "language/*.py",
    *(f"knowledge_base/{name}.py" for name in ("encoder", "features", "index", "training")),
    *(f"intent_router/{name}.py" for name in ("classifier*", "corpus", "follow_up", "fresh", "fusion", "head*")),
    *(f"intent_router/{name}.py" for name in ("join", "neighbours", "scope", "sentiment*", "thresholds", "tuning")),
    "intent_router/vectoriser.py",
)


@dataclass(frozen=True)
class Manifest:
    """`folder` holds the parts, beside the manifest. `tuned_on` says which messages the thresholds were learned on."""

    hash: str
    folder: str
    encoder: str
    tuned_on: str
    assistant_scores: str | None
    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    metrics: Mapping[str, Any]

    def save(self, models: Path) -> None:
        """Put the manifest in force, in one step."""
        temporary = models / f".{FILE}.{os.getpid()}"
        temporary.write_text(json.dumps(self.__dict__, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(temporary, models / FILE)

    @classmethod
    def load(cls, models: Path) -> Manifest:
        """Read the manifest of a folder.

        Raises:
            NotReady: there is none.
            ContractError: it is not one of this release.
        """
        try:
            return cls(**json.loads((models / FILE).read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise NotReady("the router is not trained yet") from error
        except (TypeError, json.JSONDecodeError) as error:
            raise ContractError(f"{models / FILE}: not a manifest of this release ({error})") from error


def state_hash(config: str, root: Path = ROOT) -> str:
    """A hash of all data, of the code that reads it, and of the configuration (as text)."""
    digest = hashlib.sha256(config.encode())
    for path in _files(root, (*_DATA, *_CODE)):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def file_hash(path: Path) -> str | None:
    """A hash of one file, None when it is missing."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else None


def _files(root: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})
