"""What stays a customer's right after points or membership rules changed."""

from __future__ import annotations

import re

from actions.case import Case

_RATE = re.compile(r"比例|缩水|贬值|不值钱|抵得少|(?:以前|之前|原来|过去|从前).{0,8}(?:分|抵|换)|涨(?:分|价|到)|改规则")
_LEVEL = re.compile(
    r"降级|掉级|降了?(?:级|成)|老会员|(?:以前|之前|原来|过去).{0,6}(?:等级|权益|会员|倍)|权益(?:没|少|缩)"
)
_CHANGE = re.compile(r"改版|新规|规则(?:变|改|调)|调整(?:后|前|了|以后)|改了规则|换了规则")


def kept_rights(words: str) -> tuple[str, ...]:
    """Which rights the words are about: `old_rate`, `better_of_both`; none when they speak of no change."""
    found = []
    if _RATE.search(words) or _CHANGE.search(words):
        found.append("old_rate")
    if _LEVEL.search(words) or _CHANGE.search(words):
        found.append("better_of_both")
    return tuple(found)


def rights_words(case: Case) -> str:
    """The published rule in the customer's words, or nothing when he does not speak of a change."""
    rights = kept_rights(case.words)
    told = []
    if "old_rate" in rights:
        months = case.say("points.old_rate_months")
        told.append(f"规则调整前得到的积分，{months}内仍按原来的比例抵扣和兑换，用的时候先扣老积分。")
    if "better_of_both" in rights:
        months = case.say("member.old_rights_months")
        told.append(f"老会员原有的等级和权益保留 {months}，期间新旧两套里按对您更有利的一项算。")
    return "".join(told)
