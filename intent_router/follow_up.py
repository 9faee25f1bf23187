"""What the last turns say about the next: people go on about the same business ("那什么时候到")."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.taxonomy import load_taxonomy
from intent_router.areas import area

_WHEN = r"(?:多久|多长时间|几天|啥时候?|什么时候|几时|哪天|多会儿?)"
_ARRIVES = r"(?:到账?|好|收到|下来|解决|处理完?|弄好|恢复|发货|退|给我|有结果|修好|出来|回来|补)"
_ELLIPTICAL = re.compile(
    r"(?:那|那么|所以|但是|可是|这个|这|它|哦|嗯|啊|就|请问|现在|大概|一般|,)*(?:"
    rf"(?:还)?(?:要|得|需要)?(?:等)?{_WHEN}(?:才|能|可以|会)*{_ARRIVES}?"
    rf"|(?:怎么|咋|为啥|为什么|咋个)(?:还|一直)?(?:没|没有|不){_ARRIVES}|还(?:是)?没有?{_ARRIVES}"
    rf"|{_ARRIVES}(?:了)?(?:吗|没)|还是(?:不行|没有|不可以|一样|老样子)|(?:能|可以)?(?:退|取消|改|补|撤)(?:吗|不)"
    r"|(?:要|收)(?:手续)?(?:钱|费)(?:吗|不)|免费吗|(?:在|从)?(?:哪|哪里|哪儿|边度)(?:看|查|弄|开|填|领|改|办|申请)"
    r"|(?:怎么|咋|如何|怎样)(?:弄|办|操作|看|查|填|开|用|领|改|申请|处理)|为什么|为啥|凭啥"
    r")(?:呢|啊|呀|吗|嘛|了|的|哦|咯|\?|!|。|,|~)*"
)
"""The whole message asks on and does not say about what."""


def elliptical(plain: str) -> bool:
    """Whether a normalised message means something only after another one: 那什么时候到, 要钱吗, 还是不行."""
    return _ELLIPTICAL.fullmatch(plain) is not None


def in_context(text: str, recent: Sequence[str]) -> str | None:
    """The message with the words of what the last turns were about before it; None when they were about nothing."""
    last = next((label for label in reversed(recent) if area(label) is not None), None)
    if last is None:
        return None
    kind, _, name = last.partition(":")
    taxonomy = load_taxonomy()
    about = taxonomy.questions[name].text if kind == "faq" else taxonomy.intents[name].say[0]
    return f"{about}，{text}"


@dataclass(frozen=True)
class FollowUp:
    """`odds`: how many times more likely a label of the area of the last turn is than the text alone says."""

    odds: float = 1.0

    def reweigh(
        self, probabilities: NDArray[np.float64], labels: Sequence[str], recent: Sequence[str]
    ) -> NDArray[np.float64]:
        """Probabilities in the light of the last turn that had an area; as they were when none had."""
        last = next((found for found in map(area, reversed(recent)) if found is not None), None)
        if last is None:
            return probabilities
        weighed = probabilities * np.array([self.odds if area(label) == last else 1.0 for label in labels])
        return weighed / weighed.sum()  # type: ignore[no-any-return]


def learn_follow_up(conversations: Iterable[Sequence[str]], label_of: Callable[[str], str | None]) -> FollowUp:
    """Count how much more often two customer turns in a row share an area than two turns at random do.

    Args:
        conversations: the customer's messages of each, in order.
        label_of: the label of a message, None when it is not clear from its words.
    """
    pairs: list[tuple[str, str]] = []
    for messages in conversations:
        areas = [found for label in map(label_of, messages) if label and (found := area(label))]
        pairs.extend(pairwise(areas))
    if not pairs:
        return FollowUp(1.0)
    frequency = Counter(found for pair in pairs for found in pair)
    total = sum(frequency.values())
    chance = sum((count / total) ** 2 for count in frequency.values())
    # One pair of each kind is added, so that a small set does not make certainties.
    same = (sum(one == two for one, two in pairs) + 1) / (len(pairs) + 2)
    odds = (same / (1 - same)) / (chance / (1 - chance)) if chance < 1 else 1.0
    return FollowUp(max(1.0, odds))


def customer_turns(path: Path) -> list[list[str]]:
    """The customers' messages of a file of conversations (`{"turns": [{"role", "text"}]}`); none when it is missing."""
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [[turn["text"] for turn in line["turns"] if turn["role"] == "customer"] for line in lines]
