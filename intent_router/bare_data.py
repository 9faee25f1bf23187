"""Messages of nothing but data: a number, a plate, a company's name. They answer something and carry no feeling."""

from __future__ import annotations

import re
from collections.abc import Sequence

from contracts.decision import Entity

_SIGNS = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]?[0-9a-zA-Z０-９\s.,:/#*+\-_@()（）·，。、：]+"
)
_COMPANY = re.compile(
    r"(?:抬头|单位|公司名|名称)?[是:： ]{0,2}[\u4e00-\u9fffA-Za-z0-9()（）·]{2,30}"
    r"(?:公司|厂|合作社|事务所|经营部|商行|集团|学校|医院|工作室|车队|门市部|服务部|个体户)[。.\s]*"
)
_SAYS_SOMETHING = re.compile(r"你们|什么|垃圾|骗|破|烂|黑|狗|滚|投诉|告|退|赔|没|不")


def is_bare_data(text: str, entities: Sequence[Entity]) -> bool:
    """Whether a message is signs, names or what entities were found in, and no word beside them."""
    if _COMPANY.fullmatch(text) is not None and _SAYS_SOMETHING.search(text) is None:
        return True
    rest = text
    for entity in sorted(entities, key=lambda found: -found.start):
        rest = rest[: entity.start] + rest[entity.end :]
    return bool(text.strip()) and (not rest or _SIGNS.fullmatch(rest) is not None)
