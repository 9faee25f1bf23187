"""Which option is meant by typed words."""

from __future__ import annotations

import pytest

from actions.choice import NO, NONE, YES, Option, agreed, chosen, consents, hinted, unsure

GUNS = (Option("gun", "选错油枪", ("油枪", "枪")), Option("station", "选错油站", ("油站", "站")))
RECORDS = (
    Option("O1", "今天 10:32 城北站 200 元", ("城北站",)),
    Option("O2", "昨天 滨江站 150 元", ("滨江站",)),
    Option(NONE, "都不是"),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("选错油枪", "gun"),
        ("是枪选错了", "gun"),
        ("1", "gun"),
        ("第二个", "station"),
        ("二", "station"),
        ("油枪和油站都错了", None),
        ("不知道啊", None),
        ("3", None),
    ],
)
def test_options(text: str, value: str | None) -> None:
    assert chosen(text, GUNS) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("滨江站那个", "O2"), ("都不是", NONE), ("没有我的那单", NONE), ("最近那笔", "O1"), ("第2笔", "O2"), ("嗯", None)],
)
def test_records(text: str, value: str | None) -> None:
    assert chosen(text, RECORDS) == value


def test_numbers_inside_a_sentence_are_no_ordinals() -> None:
    assert hinted("我加了2次", GUNS) is None
    assert chosen("我加了2次", GUNS) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("可以了", YES),
        ("好了谢谢", YES),
        ("没问题了", YES),
        ("能登上", YES),
        ("不用了", YES),
        ("明白", YES),
        ("还是不行", NO),
        ("没解决", NO),
        ("还没到", NO),
        ("不能", NO),
        ("不", NO),
        ("看不到啊", NO),
        ("验证码收到了，可是又提示错误", NO),
        ("火锅", None),
    ],
)
def test_agreement(text: str, value: str | None) -> None:
    assert agreed(text) == value


def test_not_knowing() -> None:
    assert unsure("这个我真记不清了")
    assert not unsure("昨天")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            (yes, YES)
            for yes in (
                "好",
                "好的",
                "可以",
                "行吧",
                "嗯嗯",
                "要的",
                "是的，取消吧",
                "那就冻结吧",
                "OK",
                "没问题",
                "好的谢谢",
            )
        ),
        *((yes, YES) for yes in ("帮我取消", "开吧", "马上锁", "同意")),
        *((no, NO) for no in ("不用了", "先不取消", "别", "不", "等一下", "算了", "再说吧", "没必要")),
        *((other, None) for other in ("谢谢", "谢谢啦", "麻烦了", "", "😡", "啥意思", "那钱呢", "我要投诉你们")),
        ("好的但是你们先告诉我钱什么时候到账", None),
        ("可以可以可以可以可以可以可以可以", None),
        ("了" * 10_000, None),
        ("锁了" * 7 + "x", None),
    ],
)
def test_nothing_but_a_clear_yes_is_consent(text: str, value: str | None) -> None:
    assert consents(text) == value


@pytest.mark.parametrize("text", ["对不上，少了", "登不上", "绑不了", "进不去", "看不清楚"])
def test_a_no_that_begins_like_a_yes(text: str) -> None:
    assert agreed(text) == NO


def test_more_of_an_options_words_decide_between_equal_ones() -> None:
    records = (Option("O1", "今天 城北站 200 元", ("城北", "200")), Option("O2", "昨天 滨江站 200 元", ("滨江", "200")))
    assert chosen("城北200那个", records) == "O1"
    assert chosen("200那个", records) is None
