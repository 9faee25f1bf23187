"""Where the lexicon files are, and how they are read."""

from __future__ import annotations

from pathlib import Path

from contracts.errors import ContractError

LEXICON_DIR = Path(__file__).resolve().parent.parent / "nlu_data" / "lexicon"
WORDS_FILE = LEXICON_DIR / "fuel.txt"
"""A jieba user dictionary: word, frequency, part of speech."""
VARIANTS_FILE = LEXICON_DIR / "variants.tsv"
"""Wording variants: what is written, a tab, what is meant; `#` begins a comment line."""


def read_variants(path: Path = VARIANTS_FILE) -> dict[str, str]:
    """The variants by their written form. A form that means itself protects a word from a shorter variant.

    Raises:
        ContractError: a line has not two columns, or a form stands there twice.
    """
    variants: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) != 2 or not columns[0]:
            raise ContractError(f"{path.name}:{number}: two columns with a tab between are expected")
        written, meant = columns
        if written in variants:
            raise ContractError(f"{path.name}:{number}: {written} stands there twice")
        variants[written] = meant
    return variants
