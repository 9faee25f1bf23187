"""The assistant's NLU without rules, forms and service: `python -m bot.nlu_alone --in FILE --out FILE` (Python 3.10).

For evaluation: plain Rasa on the same messages as the router. Trains `config.yml`'s pipeline from scratch with
`--train-into FOLDER`, or asks a finished model with `--model FILE`. In: JSON lines `{"text"}`; out: JSON lines
`{"text", "scores": {intent: probability}}`, order kept. The last line on standard output is
`{"messages", "train_seconds", "ms_a_message"}`; `train_seconds` is null for a finished model.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Sequence

from bot.corpus import gather
from bot.training import Places, environment, quiet, reader, write_corpus

_BATCH = 64
_TIMED = 100
"""Messages that are asked one by one for the time of one."""


def train_nlu(root: Path, folder: Path) -> tuple[Path, int]:
    """Train the pipeline alone; the archive and the number of messages.

    Raises:
        RuntimeError: Rasa gave no model.
    """
    places = Places(root, folder)
    corpus = gather(root / "nlu_data", root / "knowledge_base" / "articles")
    write_corpus(places, corpus)
    with tempfile.TemporaryDirectory() as cache:
        # Rasa takes finished parts out of its cache; an empty one makes it train all of them.
        os.environ.update(environment(places) | {"RASA_CACHE_DIRECTORY": cache})
        from rasa.model_training import train_nlu as rasa_train_nlu

        quiet()
        archive = rasa_train_nlu(str(root / "config.yml"), str(places.nlu), str(folder), fixed_model_name="nlu")
    if archive is None:
        raise RuntimeError("Rasa's training gave no model")
    return Path(archive), len(corpus)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu_alone", description="The assistant's NLU alone.")
    parser.add_argument("--in", dest="given", type=Path, required=True, help='JSON lines {"text"}')
    parser.add_argument("--out", type=Path, required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--train-into", type=Path, help="train from scratch, leave the model in this folder")
    source.add_argument("--model", type=Path, help="ask this model")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    texts = [str(json.loads(line)["text"]) for line in options.given.read_text(encoding="utf-8").splitlines() if line]
    messages, train_seconds, model = None, None, options.model
    if options.train_into is not None:
        options.train_into.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        model, messages = train_nlu(root, options.train_into.resolve())
        train_seconds = round(time.monotonic() - started, 1)
    else:
        os.environ.update(environment(Places(root, model.resolve().parent)))
    read = reader(model)
    read(texts[:1])  # the first call builds TensorFlow's graph
    started = time.perf_counter()
    for text in texts[:_TIMED]:
        read([text])
    milliseconds = round((time.perf_counter() - started) / max(1, len(texts[:_TIMED])) * 1000, 2)
    with options.out.open("w", encoding="utf-8") as out:
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            for text, found in zip(batch, read(batch), strict=True):
                out.write(json.dumps({"text": text, "scores": found}, ensure_ascii=False) + "\n")
    print(json.dumps({"messages": messages, "train_seconds": train_seconds, "ms_a_message": milliseconds}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
