"""Error codes."""

from __future__ import annotations

import pytest

from actions.codes import code_words, meaning


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("PAY-4012", "拒绝了这笔付款"),
        ("pay5003", "没有响应"),
        ("PAY", "付款这一步"),
        ("PTS-2107", "积分系统"),
        ("GPS-12", "准确位置"),
        ("401", "登录状态"),
        ("-1001", "网络"),
        ("504", "网络"),
        ("500", "系统正忙"),
        ("P-17", "加油机"),
        ("C-1042", "没有核对上"),
        ("C-2042", "状态不允许"),
    ],
)
def test_families(code: str, part: str) -> None:
    found = meaning(code)
    assert found is not None
    assert part in found.reason
    assert found.advice.endswith("。")
    assert code_words(code) == f"（错误码 {code}：{found.reason}）"


@pytest.mark.parametrize("code", ["XQ-9", "5003", "CAR"])
def test_an_unknown_code_is_repeated_without_a_guess(code: str) -> None:
    assert meaning(code) is None
    assert code_words(code) == f"（错误码 {code}）"


@pytest.mark.parametrize("code", [None, ""])
def test_no_code(code: str | None) -> None:
    assert (meaning(code), code_words(code)) == (None, "")
