"""What is wrong with a table, in the words of who edits it. Pure."""

from __future__ import annotations

import re
from typing import Any, Mapping, Sequence

_WORDS: Sequence[tuple[str, str]] = (
    (r"amounts are positive and not above the cap", "各等级数额要大于 0，且不能超过 30 天上限"),
    (r"an amount for each level is expected", "每个等级都要填数额"),
    (r"the approver stands below the authority", "审批人的级别不能低于可直接给的人"),
    (r"cause and title are texts", "名称不能为空"),
    (r"unknown kind", "没有这种补偿方式"),
    (r"unknown (authority|approver)", "没有这种权限级别"),
    (r"unknown basis", "没有这种计算依据"),
    (r"unknown side", "没有这种责任方"),
    (r"percent is between", "比例要在 1% 到 200% 之间"),
    (r"the cap is a positive", "30 天上限要大于 0"),
    (r"repeat_days is", "重复间隔要在 0 到 365 天之间"),
    (r"valid_days is", "有效期要大于 0 天"),
    (r"stands twice|stands once|each once", "有重复的行"),
    (r"id, title, kind and side are texts", "名称、分类、责任方都要填"),
    (r"a number from (\d+) to (\d+) is expected", r"要在 \1 到 \2 之间"),
    (r"periods follow one another", "时段要按先后排列，不能重叠"),
    (r"is no period|is no time of a day", "时段要写成 08:00-22:00 这样"),
    (r"is no date", "日期要写成 2027-02-06 这样"),
    (r"not a duration|has no fixed length", "时长要写成 30 分钟、4 小时或 2 个工作日"),
    (r"no such clock|never runs", "计时时段里没有可以计时的时间"),
    (r"says why", "请写一句为什么改"),
)
_DAYS = {"mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日"}


def problem_words(problem: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """What to tell the editor: the row by its title, and what is wrong with it."""
    said = next((_said(found, words) for pattern, words in _WORDS if (found := re.search(pattern, problem))), None)
    where = next((f"“{row['title']}”" for row in rows if _names(problem, row)), "")
    day = next((title for name, title in _DAYS.items() if f"week {name}:" in problem), "")
    return f"{where or day or '有一行'}：{said or '内容不对，请检查后再提交'}"


def _said(found: re.Match[str], words: str) -> str:
    return found.expand(words) if "\\" in words else words


def _names(problem: str, row: Mapping[str, Any]) -> bool:
    name = row.get("cause") or row.get("id")
    return bool(row.get("title")) and bool(name) and re.search(rf"\b{re.escape(str(name))}\b", problem) is not None
