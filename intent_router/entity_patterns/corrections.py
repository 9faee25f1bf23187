"""Which of two things was meant and which was chosen by mistake."""

from __future__ import annotations

import re

_CHOOSE = (
    r"(?:选|点|按|戳|输|填|写|看|打|付|加|搞|弄|整|记|认|听|设|扫|当|定位|识别|导航|显示|跳转?|切换?|算|错选"
    r"|误选|报|下单|下)"
)
TAKEN_FOR = rf"{_CHOOSE}(?:错)?(?:成|做|作|为)"
"""点成, 选成, 看成 …: what follows was not meant."""

_WRONG_BEFORE = re.compile(
    rf"(?:{TAKEN_FOR}了?|(?:误|错)(?:填|选|付|点|写|按)了?成?|(?:选|点|付|填|按|写|打)错(?:成|了|到|在)+"
    r"|(?:付|定位|识别|跳|导航|切换?|默认|算|自动|下单|漂)(?:到|去|在|给)了?|不是|并非|而非|不在)(?:是|在|说"
    r"|的|我|:|\s|油枪|枪号|枪|油号|油站)*$"
)
_RIGHT_BEFORE = re.compile(
    r"(?:(?:应该|应|该|本来|原本|其实|实际|正确|明明|才|想|需要|改|换|调|而是|就是|加的是|要的是|要)"
    r"(?:是|为|选|加|到|成|在|给|的|停|用|去|于|站|开|:|\s|回|就)+|(?:人|车|本人|我方|我)(?:们|就|是|都"
    r"|还)?(?:在|停在|停到|停|站在|于)+)(?:油枪|枪号|枪|油号|油站)?$|(?<!不)(?:该选|应为|改成|换成|改到|换到"
    r"|实停|实际在|而是)$"
)
CHOSEN_BEFORE = re.compile(rf"{_CHOOSE}(?:了|的是|的|是)(?:的)?$")
"""What was chosen, right or wrong: only the other one tells."""
_RIGHT_OF_TWO = re.compile(r"(?:就是|才是|是|在|系)$")
_NOT_THAT_FOLLOWS = re.compile(r"^[,。\s、]*(?:而)?(?:不是|并非|不在|唔系)")
_SWAPPED_FOLLOWS = re.compile(rf"^(?:的|那把|那个|、)?(?:误|错|不小心|手滑)?{TAKEN_FOR}")
_PUT_BEFORE = re.compile(r"(?:把|将)(?:我的|那个|枪号|油号)?$")
_WRONG_FOLLOWS = re.compile(r"^(?:是)?(?:我)?(?:不小心)?(?:选|点|付|填|按|写)错")
_RIGHT_FOLLOWS = re.compile(r"^(?:才对|才是|才是对的)")


def role_of(text: str, start: int, end: int) -> str | None:
    """`right`, `wrong` or None for what stands at `text[start:end]`, by the words on both sides."""
    before, after = text[max(0, start - 12) : start], text[end : end + 8]
    if _SWAPPED_FOLLOWS.search(after) or _RIGHT_FOLLOWS.search(after):
        return "right"
    if _WRONG_BEFORE.search(before) or _WRONG_FOLLOWS.search(after):
        return "wrong"
    if _RIGHT_BEFORE.search(before):
        return "right"
    if _RIGHT_OF_TWO.search(before) and (
        _NOT_THAT_FOLLOWS.search(after) or re.search(r"不[是在][^,。]{1,8}[,。\s]?是$", before)
    ):
        return "right"
    return None
