"""Invoice titles and tax numbers inside a sentence."""

from __future__ import annotations

import re

from actions.wording import echo

_NAME = re.compile(
    r"[\u4e00-\u9fffA-Za-z（）()]{2,40}?"
    r"(?:有限公司|有限责任公司|股份公司|分公司|集团|合作社|事务所|经营部|商行|工作室|研究院|学校|医院|(?<!加工)厂)"
)
_BEFORE = re.compile(
    r".*(?:抬头(?:是|为|开|写|用|要)?|名称(?:是|为|写)?|公司名(?:是|叫)?|开一?张|开(?:给|成|的是|具)|(?:改|换|写|变)(?:成|为)"
    r"|应该(?:是|开|写)?|正确的?(?:是|为)?|(?:帮我|给我|要|单|笔)开|给|叫)"
)
"""What may stand before a name in the same run of characters; the longest such beginning goes."""
_VERB = re.compile(r"^(?:开(?!封|远|平|滦|化|江|州|原|鲁)|写|要|是)")
_NO_NAME = re.compile(r"我|你|他|她|咱|本|这|那|哪|单位|公司|个|家")
_SHORTEST = 4
_NUMBER = re.compile(r"税号[^0-9A-Z]{0,4}([0-9A-Z]{15,20})(?![0-9A-Z])|(?<![0-9A-Z])(9[0-9A-Z]{17})(?![0-9A-Z])")


def written_title(words: str) -> str | None:
    """A company's name inside a sentence (`抬头昆明春城运输有限公司`), the last one, if it is fit to be said back."""
    names = [_VERB.sub("", _BEFORE.sub("", found)) for found in _NAME.findall(words)]
    fit = [name for name in names if len(name) > _SHORTEST and not _NO_NAME.match(name) and echo(name)]
    return fit[-1] if fit else None


def written_number(words: str) -> str | None:
    """A tax number inside a sentence: what is called one, or 18 characters as a company's begin."""
    found = _NUMBER.search(re.sub(r"[\s-]", "", words.upper()))
    return (found.group(1) or found.group(2)) if found else None
