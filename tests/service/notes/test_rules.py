"""Who is meant by an @."""

from __future__ import annotations

import pytest

from service.notes.rules import mentioned

NAMES = {"lan", "lanlan", "小王", "a.b"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@lan看一下", ["lan"]),
        ("请@lanlan 和 @lan 看", ["lanlan", "lan"]),
        ("@lanna 不在这里", []),
        ("@小王帮忙，@小王！", ["小王"]),
        ("句号在后@a.b.", ["a.b"]),
        ("＠lan 全角也算", ["lan"]),
        ("邮箱 x@y.cn", []),
        ("没有提到谁", []),
    ],
)
def test_names_after_an_at(text: str, names: list[str]) -> None:
    assert mentioned(text, NAMES) == names
