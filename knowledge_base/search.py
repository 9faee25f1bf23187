"""Search over articles for the help pages and the console: words, characters and sounds, forgiving of typing errors."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from contracts.knowledge import Article
from language import concepts, joined_runs, normalise, segment, syllables

_LATIN = re.compile(r"[a-z]{2,}")
_PUNCTUATION = re.compile(r"[^\w\s]+")

_SOUND = "~"

_TITLE, _KEYWORD, _PHRASING, _SUMMARY, _BODY = 4.0, 4.0, 2.0, 2.0, 1.0
"""How much a place in the article says about it. Ranking only; nothing is decided by these."""
_SATURATION = 1.2
_SHORTEST_SHARE = 0.25


class ArticleSearch:
    """An inverted index over a set of articles. Built once for each set (about 0.3 s for 167), read by any thread."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._ids: list[str] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, article in enumerate(articles):
            self._ids.append(article.id)
            for term, weight in _article_terms(article).items():
                self._postings[term].append((number, weight))
        total = len(self._ids)
        self._rarity = {
            term: math.log(1 + (total - len(found) + 0.5) / (len(found) + 0.5))
            for term, found in self._postings.items()
        }

    def search(self, query: str, limit: int = 10) -> list[tuple[str, float]]:
        """Article ids with the share of the query that they answer, 0 to 1, best first.

        Chinese in any spelling (發漂 finds 发票), pinyin in Latin letters (`fapiao`), and beginnings of it (`fap`).
        """
        terms = self._query_terms(query)
        if not terms:
            return []
        scores: dict[int, float] = defaultdict(float)
        for term, weight in terms.items():
            for number, strength in self._postings.get(term, ()):
                scores[number] += weight * strength / (strength + _SATURATION)
        whole = sum(terms.values())
        shares = ((self._ids[number], min(1.0, score / whole)) for number, score in scores.items())
        ranked = sorted((pair for pair in shares if pair[1] > 0), key=lambda pair: (-pair[1], pair[0]))
        if not ranked:
            return []
        # What matches a fraction of the best is a coincidence of single characters.
        least = ranked[0][1] * _SHORTEST_SHARE
        return [pair for pair in ranked[:limit] if pair[1] >= least]

    def _query_terms(self, query: str) -> dict[str, float]:
        """The query's terms with their weights; terms that no article has weigh as the rarest, so that they count."""
        plain = _PUNCTUATION.sub(" ", normalise(query))
        weights: dict[str, float] = {}
        for letters in _LATIN.findall(plain):
            sounds = self._sounds_beginning_with(letters)
            if sounds:
                plain = plain.replace(letters, " ")
                weights.update({term: self._rarity[term] for term in sounds})
        rarest = math.log(1 + len(self._ids) * 2)
        for term in (*_words(plain), *_sounds(plain), *_meanings(plain)):
            weights[term] = self._rarity.get(term, rarest)
        return weights

    def _sounds_beginning_with(self, letters: str) -> Sequence[str]:
        exact = _SOUND + letters
        if exact in self._postings:
            return [exact]
        beginnings = [term for term in self._postings if term.startswith(exact)]
        return sorted(beginnings, key=lambda term: (len(term), term))[:3]


def _words(plain: str) -> list[str]:
    """Words, and runs of two characters; of a single character that character."""
    text = plain.replace(" ", "")
    words = ["=" + word for word in segment(plain) if len(word) > 1 or len(text) == 1]
    return [*dict.fromkeys(words), *dict.fromkeys(text[i : i + 2] for i in range(len(text) - 1))]


def _sounds(plain: str) -> list[str]:
    """Runs of two to four syllables; of a single character its syllable."""
    heard = syllables(plain)
    runs = joined_runs(heard, 4)
    return list(dict.fromkeys(_SOUND + run.replace("_", "") for run in runs if "_" in run or len(heard) == 1))


def _meanings(plain: str) -> list[str]:
    return list(dict.fromkeys("#" + name for names in concepts(plain) for name in names))


def _article_terms(article: Article) -> dict[str, float]:
    """The weight of each term in an article. Sounds are taken from its short texts alone: they say what it is about."""
    terms: dict[str, float] = defaultdict(float)
    for weight, text in [(_TITLE, article.title), (_SUMMARY, article.summary), (_KEYWORD, " ".join(article.keywords))]:
        plain = _PUNCTUATION.sub(" ", normalise(text))
        for term in (*_words(plain), *_sounds(plain), *_meanings(plain)):
            terms[term] += weight
    for term in _words(_PUNCTUATION.sub(" ", normalise(article.body))):
        terms[term] += _BODY
    # A term of many phrasings says more than a term of one, but fifty phrasings must not drown the title.
    asked: Counter[str] = Counter()
    for phrasing in article.phrasings:
        plain = _PUNCTUATION.sub(" ", normalise(phrasing))
        asked.update(_words(plain))
        asked.update(_meanings(plain))
    for term, times in asked.items():
        terms[term] += _PHRASING * math.log1p(times)
    return terms
