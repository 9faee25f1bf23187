"""Cues of feeling that people know and a few thousand messages do not teach: words, windows, aims.

Every cue is a pattern over the normalised text. `cue_values` gives numbers between 0 and 1, always as many and in
the same order; their names are `CUE_NAMES`.
"""

from __future__ import annotations

import re

from intent_router.sentiment_words import (
    ABUSE,
    ASKING,
    AUTHORITY,
    COMPARED,
    COMPLAINT,
    CONTRAST,
    DELAY,
    DENIED_FEELING,
    DENIED_PRAISE,
    DISTRUST,
    EASE,
    ELSEWHERE,
    FORCE,
    FURY,
    IRONIC_PRAISE,
    LAW,
    MOCKERY,
    NEED,
    NOTHING_BUT,
    PATIENCE,
    PRAISE,
    PUBLIC,
    RELIEF,
    SIMILE,
    STAFF,
    THIEVES,
    TOLD_OF_OTHERS,
    ULTIMATUM,
    WORRY,
    YOU,
)

_NOT_DENIED = r"(?<![不没冇唔未无])(?<![不没]太)(?<!不怎么)(?<!不会给)"

_PATTERNS: dict[str, str] = {
    "abuse": ABUSE,
    "thieves": THIEVES,
    "abuse_at_you": rf"(?:{YOU}|你|客服|平台)[^,。!?]{{0,6}}(?:{ABUSE}|{THIEVES})|(?:{ABUSE}|{THIEVES})[^,。!?]{{0,4}}(?:{YOU}|客服|平台|系统|公司|软件|服务|站|app)",
    "abuse_alone": rf"^[^\u4e00-\u9fff]*(?:{ABUSE}|{THIEVES})[^\u4e00-\u9fff]*$",
    "authority": AUTHORITY,
    "public": PUBLIC,
    "force": FORCE,
    "ultimatum": ULTIMATUM,
    "threat_by_me": rf"(?:我|俺|咱|老子|本人|我方|我司|我们)[^,。!?]{{0,10}}(?:{AUTHORITY}|{PUBLIC})|(?:打|去|上|找|发|叫|向|联系|投诉到|告到|交给|寄|递交|举报)(?:到|给|去)?[^,。!?]{{0,6}}(?:{AUTHORITY}|{PUBLIC})",
    "sue_you": r"告(?:你|恁|它|他|死|到|定)|投诉(?:到|你们|死)|封(?:了|杀|店)|查封|我(?:就|要|会|去|必)告",
    "distrust": DISTRUST,
    "complaint": COMPLAINT,
    "mockery": MOCKERY,
    "delay": DELAY,
    "worry": WORRY,
    "ease": rf"{_NOT_DENIED}(?:{EASE})",
    "praise": rf"{_NOT_DENIED}(?:{PRAISE})",
    "denied_feeling": DENIED_FEELING,
    "elsewhere": ELSEWHERE,
    "law": LAW,
    "fury": FURY,
    "contrast": CONTRAST,
    "ironic praise": IRONIC_PRAISE,
    "simile": SIMILE,
    "nothing but": NOTHING_BUT,
    "asking": ASKING,
    "patience": PATIENCE,
    "relief": RELIEF,
    "told of others": TOLD_OF_OTHERS,
    "denied praise": DENIED_PRAISE,
    "compared": COMPARED,
    "need": NEED,
    "you": YOU,
    "staff": STAFF,
    "polite": r"您|请(?!问)|麻烦|劳驾|烦请|谢|协助|核实|核对|告知|提供",
    "rhetoric": r"凭什么|凭啥|难道|(?:不是|不会|不能).{1,10}[吗?]|还.{1,10}吗|谁(?:信|还|给|知道|管|教|规定|家)|什么时候.{0,6}过|哪(?:个|门子|来的|有)|怎么(?:不|好意思|能|还|就)|是吧|对吧|好吗|行吗.*!|有.{0,4}意思吗|当(?:我|咱|俺|大家|用户)(?:是|系)?(?:傻|猪|猴|瞎|狗|冤|提款)|傻子|冤大头",
    "promise": r"说(?:好|是|过)?(?:的)?.{0,8}(?:天|小时|工作日|分钟).{0,12}(?:今天|现在|至今|还|都|结果|第)|承诺.{0,12}(?:今|至今|还|未|仍)|说.{0,8}结果|嘴上|口口声声|广告|宣传(?:里|的|时)?",
    "self_fault": r"(?:我|自己|俺|我妈|我爸|我家|老婆|孩子)[^,。]{0,6}(?:选错|点错|填错|忘|手滑|眼花|糊涂|粗心|手贱|没注意|搞错|弄错|搞反|按错|记错|看错)|自己(?:的)?(?:错|锅|问题|原因)|操作失误|手快",
    "resolved": r"(?:好|到|行|可以|解决|搞定|收到|退回|返来|绑上|登上|付上|找到|进去|成功|没事|恢复|弄好|修好|补上|更新)(?:了|喇|啦|咯|来)(?!吗|没|不|么)",
    "joke": r"哈哈|嘿嘿|😂|🤣|😄|😁|😆|🐶|😊|😜|😝|😎|🎉|❤|💕|笑死|笑哭|笑人|doge|嘻嘻|hhh|2333",
    "tears": r"😭|😢|😥|😰|😱|🙏|😨|😟|🥺|😣|😖|😫|呜呜|555",
    "rage": r"😡|🤬|💢|👊|🖕|😤|👎|💩|😠",
    "scorn": r"🙄|🙃|👏|🌚|😅|😒|🤡|🙂|👍|😑|🤷",
    "question": r"\?|吗|呢$|么$|不$|没$|咩$",
    "trailing_off": r"…|\.{2,}|唉|哎|欸",
    "shouting": r"!|！",
}
_COMPILED = {name: re.compile(pattern) for name, pattern in _PATTERNS.items()}
_CLAUSE = re.compile(r"[,。!?;~\s]+")
_AT_THE_END = (
    "abuse",
    "authority",
    "worry",
    "ease",
    "mockery",
    "complaint",
    "question",
    "denied_feeling",
    "praise",
    "resolved",
)
_LOUD = re.compile(r"[!！]{2,}|[?？]{2,}|[!！][?？]|[?？][!！]")
_TOGETHER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # name: (all of these, none of these)
    "abuse elsewhere": (("abuse", "elsewhere"), ("abuse_at_you", "you")),
    "abuse laughing": (("abuse", "joke"), ()),
    "abuse and praise": (("abuse", "praise"), ()),
    "authority without aim": (("authority",), ("threat_by_me", "sue_you", "you")),
    "authority and worry": (("authority", "worry"), ("abuse", "ultimatum", "sue_you")),
    "denied": (("denied_feeling",), ("abuse", "ultimatum")),
    "mockery at you": (("mockery", "you"), ()),
    "mockery and delay": (("mockery", "delay"), ()),
    "delay politely": (("delay", "polite"), ("worry",)),
    "delay at you": (("delay", "you"), ()),
    "complaint at you": (("complaint", "you"), ()),
    "complaint elsewhere": (("complaint", "elsewhere"), ("you",)),
    "worry without blame": (("worry",), ("abuse", "complaint", "mockery", "you", "distrust")),
    "worry with blame": (("worry", "you"), ()),
    "ease only": (("ease",), ("worry", "abuse", "complaint", "mockery", "delay", "distrust", "ultimatum")),
    "praise only": (("praise",), ("abuse", "complaint", "distrust", "ultimatum")),
    "plain question": (("question",), ("worry", "abuse", "complaint", "mockery", "rhetoric", "delay", "distrust")),
    "own fault": (("self_fault",), ("worry", "complaint", "abuse")),
    "resolved and eased": (("resolved", "ease"), ("complaint", "abuse")),
    "polite threat": (("polite", "authority"), ("worry",)),
    "law at you": (("law", "you"), ()),
    "simile at you": (("simile", "you"), ("praise",)),
    "need without blame": (("need",), ("abuse", "fury", "complaint", "mockery", "you", "distrust")),
    "asking plainly": (("asking",), ("worry", "need", "abuse", "fury", "complaint", "mockery", "delay", "distrust")),
    "patience without blame": (("patience",), ("abuse", "fury", "complaint", "mockery", "you", "law")),
    "relief alone": (("relief",), ("complaint", "denied praise", "ultimatum", "you")),
    "anger of others": (("told of others",), ("you", "threat_by_me", "abuse_at_you")),
    "abuse told of others": (("told of others", "abuse"), ("you",)),
    "authority told of others": (("told of others", "authority"), ("you", "threat_by_me")),
    "no cue": ((), ("abuse", "thieves", "authority", "public", "force", "ultimatum", "distrust", "complaint", "mockery", "delay", "worry", "rhetoric", "tears", "rage", "scorn", "law", "fury", "contrast", "ironic praise", "nothing but", "need")),
}  # fmt: skip

CUE_NAMES: tuple[str, ...] = (
    *_PATTERNS,
    *(f"{name} again" for name in _PATTERNS),
    *(f"{name} at the end" for name in _AT_THE_END),
    *(f"{name} at the start" for name in _AT_THE_END),
    *_TOGETHER,
    "loud",
    "marks",
    "questions",
    "length",
    "brief",
    "clauses",
)


def cue_values(text: str, plain: str) -> list[float]:
    """The cues of a message; `plain` is its normalised text."""
    counts = {name: len(pattern.findall(plain)) for name, pattern in _COMPILED.items()}
    clauses = [clause for clause in _CLAUSE.split(plain) if clause]
    last, first = (clauses[-1], clauses[0]) if clauses else ("", "")
    values = [float(count > 0) for count in counts.values()]
    values += [min(count - 1, 3) / 3 if count > 1 else 0.0 for count in counts.values()]
    values += [float(_COMPILED[name].search(last) is not None) for name in _AT_THE_END]
    values += [float(_COMPILED[name].search(first) is not None) for name in _AT_THE_END]
    values += [
        float(all(counts[name] for name in wanted) and not any(counts[name] for name in unwanted))
        for wanted, unwanted in _TOGETHER.values()
    ]
    values += [
        float(_LOUD.search(text) is not None),
        min(text.count("!") + text.count("！"), 4) / 4,
        min(text.count("?") + text.count("？"), 4) / 4,
        min(len(plain), 80) / 80,
        float(len(plain) < 8),
        min(len(clauses), 6) / 6,
    ]
    return values
