"""The app and the mini program themselves: crashes, white pages, error codes."""

from __future__ import annotations

import re
from typing import Iterator

from actions import filing
from actions.case import Case
from actions.codes import code_words, meaning
from actions.flow import Ask, Conclusion, Flow, known, said_nothing_yet
from actions.form import FlowConclude, FlowForm
from actions.wording import sentences
from contracts.entities import ERROR_CODE

_DOWN = re.compile(r"打不开|白屏|闪退|进不去|崩溃|没反应|加载不")
_BARE = re.compile(
    r"(?:我|你们|的|这个|那个|手机|老是|一直|总是|又|app|小程序|软件|应用|公众号|出|问题|有|毛病|坏|了|用不了|不好用|不能用|啊|呢|吧|[\W_])*",
    re.IGNORECASE,
)


class AppError(Flow):
    """The app crashes, hangs or shows an error: what it shows is asked once if it was not said."""

    intent = "app_error"

    def needs(self, case: Case) -> Iterator[Ask]:
        if said_nothing_yet(case, _BARE):
            yield Ask("detail", "请问是在哪个页面、提示了什么？发文字或截图都可以。", accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        code = case.memory.first(ERROR_CODE)
        understood = meaning(code)
        what = known(case, "detail") or (case.memory.said[0] if case.memory.said else "")
        versions = f"（支持 {case.say('app.min_ios')}、{case.say('app.min_android')} 及以上）"
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{code or what[:40]}",
            found=f"您说的情况记下了{code_words(code)}。",
            advice=sentences(
                understood.advice if understood else "",
                f"可以先试一下：退出重开，把 App 升到最新版{versions}，换个网络再进。",
                "急着加油可以先用小程序，或到收银台付。",
            ),
            demand="修复故障",
            extra=_in_common(code, case.words),
        )


def _in_common(code: str | None, words: str) -> dict[str, str]:
    """What others may share who have trouble at this time: the code, or that nothing opens at all."""
    found = {"error_code": str(code)} if code else {}
    if _DOWN.search(words):
        found["area"] = "小程序" if "小程序" in words else "App"
    return found


_FLOWS = (AppError(),)


class AppForm(FlowForm):
    area = "app"
    flows = _FLOWS


class AppConclude(FlowConclude):
    area = "app"
    flows = _FLOWS
