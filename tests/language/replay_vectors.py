"""Replays vectors.json in whatever Python runs this file: prints one JSON line for each vector."""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))


def replay(text: str) -> dict[str, object]:
    """What language/ makes of a text."""
    from language import normalise, pinyin, tokens

    return {"text": text, "normalised": normalise(text), "tokens": tokens(text), "pinyin": pinyin(text)}


if __name__ == "__main__":
    for vector in json.loads((HERE / "vectors.json").read_text(encoding="utf-8")):
        print(json.dumps(replay(vector["text"])))
