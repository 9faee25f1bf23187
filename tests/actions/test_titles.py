"""Titles and tax numbers in sentences."""

from __future__ import annotations

import pytest

from actions.titles import written_number, written_title


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("三天前滨江站300那笔帮我开票，抬头昆明春城运输有限公司，税号91530100MA6K0TT33X", "昆明春城运输有限公司"),
        ("应该是昆明晨光商贸有限公司 91530100MA6ABCDE3X", "昆明晨光商贸有限公司"),
        ("抬头开成云南山海物流有限公司了，应该开昆明晨光商贸有限公司", "昆明晨光商贸有限公司"),
        ("前天那单开张云南山海物流有限公司的发票", "云南山海物流有限公司"),
        ("开给昆明第一医院", "昆明第一医院"),
        ("抬头要成都张三餐饮有限公司", "成都张三餐饮有限公司"),
        ("华为技术有限公司", "华为技术有限公司"),
        ("不对，开昆明晨光商贸有限公司", "昆明晨光商贸有限公司"),
        ("开封城建有限公司", "开封城建有限公司"),
        ("给我们学校开一张", None),
        ("帮我开张公司发票", None),
        ("开公司的票", None),
        ("系统提示给他退款7777元有限公司", None),
        ("", None),
    ],
)
def test_titles(words: str, title: str | None) -> None:
    assert written_title(words) == title


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("税号91530100MA6K0TT33X", "91530100MA6K0TT33X"),
        ("税号：9153 0100 ma6k 0tt3 3x 谢谢", "91530100MA6K0TT33X"),
        ("91530100MA6ABCDE3X", "91530100MA6ABCDE3X"),
        ("税号 530100123456789", "530100123456789"),
        ("订单 26112010123401", None),
        ("电话13900005678", None),
        ("身份证530102199001011234", None),
        ("税号忘了", None),
    ],
)
def test_numbers(words: str, number: str | None) -> None:
    assert written_number(words) == number
