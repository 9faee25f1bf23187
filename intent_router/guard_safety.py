"""Danger that is happening now: fire, leaking fuel, people hurt.

High precision: the learned model knows `safety_emergency`, too; what is caught here needs no model. Danger that is
over, asked about in general, or denied is left to the learned tiers.
"""

from __future__ import annotations

import re

_PLACE = (
    r"(?:站|号机|号枪|引擎盖|引擎舱|顶棚|油机|加油机|油枪|枪|油罐|罐车|罐区|油箱|车|机器|机子|棚|便利店"
    r"|充电桩|地上|地下|旁边|前面|这边|那边|这里|那里|桶|管子?|油管|卸油|井盖|电线|厨房|裤|衣服|身上|岛)"
)

_FIRE = re.compile(
    rf"{_PLACE}.{{0,8}}(?:(?<!不)着火|(?<!点)起火|失火|烧着|燃起|(?<![不找用打得睡穿挂开])着了|烧起|火燭|火烛"
    rf"|冒火|(?<!都)冒烟|貌烟|爆炸|(?<!气)炸了|喷火|火光|烧了起来|自燃)"
    r"|(?:(?<!不)着火|起火|失火|烧起来|燃起来|爆炸)(?:了|啦|喇|咯|!)|火(?:苗子?|势|光).{0,4}(?:窜|蹿|冒|大|高"
    r"|烧)|好大(?:的)?(?:火|烟)|浓烟|救火|灭火器.{0,6}(?:没|不|坏|空|冇)"
    r"|火(?:苗|顺着|已经烧|都烧|烧到|烧起)|[窜冒](?:了一股)?火|^.{0,4}(?:冒烟|着火|起火"
    r"|(?<![不找用打得睡穿挂开])着)了(?:$|着|!|,|。|快)|(?:烧|燃|着)起来了|黑烟.{0,3}往上|罐.{0,4}要爆"
    r"|火(?:花|星子?)(?:直)?(?:溅|冒|飞|喷|噼)|(?:冒|喷|溅|打)(?:出|着|起)?火(?:花|星)"
)
_LEAK = re.compile(
    r"(?:漏油|喷油|油漏|漏了油|呲油|冒油|溢油|油(?:一直|在|还在|正|不停|哗哗|咕嘟|到处|全|满)?(?:地)?(?:往外"
    r"|向外)?(?:漏|喷|淌|呲|滋|涌|溢|洒|流))"
    r".{0,14}(?:地上|一地|满地|成地|遍地|到处|止不住|停不|关不|没人|好多|一大片|一大滩|往外|下水道|身上|脸上|眼睛|快来"
    r"|快点|快叫|咋办|怎么办|危险|!|救)"
    r"|(?:地上|一地|满地|成地)(?:全|都|系|已经)?(?:是|系)?(?:汽油|柴油|油(?!漆|渍|污|印)).{0,16}(?:烟|火|漏"
    r"|流|喷|味|没人|点|爆|快|怎么办|危险|车)"
    r"|(?:油枪|枪|油管|管子|油罐|罐车|加油机|油机|油箱|机器|接头|阀).{0,6}(?:在|正在|一直|还在|正|不停|不断"
    r"|往外|直)(?:往外|向外|不停)?(?:漏|喷|呲|冒油|淌|涌|流|滋|溢)"
    r"|(?:汽油|柴油|油|燃气|煤气|天然气|液化气|瓦斯).{0,2}(?:泄漏|泄露|外泄)|(?:油气|汽油|煤气|瓦斯"
    r"|天然气)味?.{0,4}(?:很大|好大|好重|很重|特别大|刺鼻|呛得|呛人|熏得|浓得|越来越)"
)
_HURT = re.compile(
    r"(?:有人|有個人|一个人|人|员工|加油员|师傅|司机|小哥|大爷|老人|孩子|小孩|娃|老公|老婆"
    r"|我)[^,。!?]{0,8}(?:被撞|撞飞|撞倒|晕倒|昏倒|昏迷|(?<!跪)倒地|倒在地|躺在地|触电|被电|被烧|烧伤|烫伤"
    r"|受伤|流血|(?:煤气|油气|汽油)中毒|抽搐|没呼吸|断气|压住|压着|压到|夹断|夹住|喊不应|不省人事)"
    r"|(?:溅|喷|滋|进)(?:到|进|我|了)?(?:我|他|她)?(?:一?脸|眼睛?|眼里|一身|全身|满身)(?:上|里|了|都)?|救人"
    r"|救命.{0,12}(?:站|漏|火|烧|爆|撞|伤)|(?:晕|昏)(?:过去|倒)|口吐白沫|没有?意识|(?<!睡着了)叫不醒|(?:老人"
    r"|有人|大哥|大姐|一个|突然|自己)[^,。]{0,6}倒下|(?:满|一)[嘴脸脑身][^,。]{0,2}血|血止不住|流(?:了)?(?:很"
    r"|好|不少)多血|砸(?:晕|中[^,。]{0,4}(?:人|车))|(?:压|夹|轧|卷)(?:住|着|到)(?:了)?(?:人|我|他|她|脚|腿|手"
    r"|头)|(?:人|他|她|我)[^,。]{0,4}(?:压|夹|轧|卷)(?:住|着|到)|(?:孩子|小孩|娃|孙子|有人|他|她"
    r"|误)[^,。]{0,6}喝了?[^,。]{0,6}(?:汽油|柴油)|骨头都?露|血流不止|好多血|满(?:地|脸)(?:是|都是)?血"
)
_RECKLESS = re.compile(
    r"(?:有人|这人|他|她|他们|一个|个|男的|醉汉|师傅|司机)[^,。!?]{0,10}(?:在|正|还在|正在|又在|拿着|攥着"
    r"|举着)[^,。!?]{0,6}(?:抽烟|抽着烟|吸烟|点烟|点着烟|打火|打火机|点火|烧烤|放烟花|放鞭炮|食烟|食紧烟|电焊"
    r"|焊东西)"
)
_SMELL = re.compile(
    r"(?:油味|油气|煤气|汽油味|味道?儿?|气味)[^。!?]{0,14}(?:头晕|头很晕|晕|呛得|呛人|刺鼻|冲鼻|睁不开|喘不"
    r"|呕吐|恶心|站不稳|站不住|往外跑)"
)
_FALLING = re.compile(r"(?:棚|招牌|灯箱|电线|高压线|铁皮|罩棚)[^。!?]{0,10}(?:塌|垮|掉下来|要掉|要倒|快掉|砸)")
_NEAR_FUEL = re.compile(r"站|油|枪|罐|岛|机")
_RUN = re.compile(
    r"(?:快|赶紧|马上|立刻|要不要|往外|都在)(?:跑了?$|跑!|逃|撤离|疏散|打119|打120|叫救护车|叫消防|关阀|停机"
    r"|断电)"
)

_OVER = re.compile(
    r"昨天|昨晚|前天|上次|上周|上个?月|那天|那次|以前|之前|去年|上回|前几天|有一次|曾经|早上那|事后|当时|后来"
    r"|历史|新闻|听说|视频|演练|培训|课件|万一|如果|要是|假如|假设|若是"
    r"|已经(?:扑灭|灭了|处理|修好|没事)|灭掉了|没事了|熄火|上火|火锅|火爆|发火|火大|恼火|冒火三丈|急得|急到|急出|等得|窝火|生火"
    r"|火车|红火|火气|气得|气到|能把人|厨房|灶|小区|燃气表|楼道|家里|蚂蟥"
)
_ASKED_IN_GENERAL = re.compile(
    r"(?:会不会|会着|会起火|会爆炸|能不能|可以吗|可不可以|是不是会|有没有(?:危险|可能)|为什么|规定"
    r"|该怎么(?:办|做|处理)|应该(?:怎么|先|联系|找|打)|先打|找谁|联系谁|打给谁|怎么预防|怎么联系|什么电话"
    r"|哪个电话|谁电话|如遇|遇到|碰到|步骤|哪个单位|哪个部门|消防还是|该打|会怎样|建议|投诉|反映|补充|工单)"
)
_NOT = re.compile(
    r"(?:没有?|不是|并没|未|没得|冇|不会|不要|别|防止|避免|禁止|怕|担心|以为|差点|险些|好像要"
    r"|像是要)[^,。!?]{0,4}(?:着火|起火|失火|漏油|爆炸|冒烟|受伤|烧|漏|人受)"
)
_ABOUT_MY_CAR_LATER = re.compile(
    r"(?:加完|加了|开了|跑了|回家|回来|上路|高速|路上|修车|4s|保养|排气|尾气|发动机|引擎|喷油嘴|油耗)"
)


def danger_now(plain: str) -> bool:
    """Whether the normalised text tells beyond doubt of danger at a station at this moment."""
    if _OVER.search(plain) or _ASKED_IN_GENERAL.search(plain) or _NOT.search(plain):
        return False
    burning = _FIRE.search(plain) is not None
    hurt = _HURT.search(plain) is not None and _NEAR_FUEL.search(plain) is not None
    leaking = _LEAK.search(plain) is not None
    if leaking and not hurt and not burning and _ABOUT_MY_CAR_LATER.search(plain):
        return False
    if burning and _ABOUT_MY_CAR_LATER.search(plain) and not re.search(r"站|油枪|加油机|油罐", plain):
        return False
    if (_SMELL.search(plain) and re.search(r"站|油|罐|加气", plain)) or _FALLING.search(plain):
        return True
    reckless = _RECKLESS.search(plain) is not None and _NEAR_FUEL.search(plain) is not None
    return burning or hurt or leaking or reckless or (_RUN.search(plain) is not None and "油" in plain)


_PAST = re.compile(r"昨天|昨晚|前天|上次|上周|上个?月|那天|那次|以前|去年|上回|前几天|有一次|曾经")
_NOW = re.compile(r"现在|正在|这会儿?|此刻|刚刚|刚才|今天|快来|救命|救人")


def danger_is_past(plain: str) -> bool:
    """Whether the normalised text tells of another day and of nothing that goes on."""
    return _PAST.search(plain) is not None and _NOW.search(plain) is None


_NO_MATTER = re.compile(r"虚惊|是水|没事|误会|看错|搞错|别担心|放心|已经(?:好|处理|修)|不是油|没什么|正常")


def danger_is_denied(plain: str) -> bool:
    """Whether the normalised text says that there was no danger after all: 没着火，虚惊一场."""
    if _NOT.search(plain) is None or _NO_MATTER.search(plain) is None:
        return False
    rest = _NOT.sub(" ", plain)
    return not any(pattern.search(rest) for pattern in (_FIRE, _LEAK, _HURT, _SMELL, _FALLING, _RECKLESS))
