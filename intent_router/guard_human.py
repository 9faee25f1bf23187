"""An explicit wish for a person, as far as its words leave no doubt; the learned tiers know the rest."""

from __future__ import annotations

import re

_PERSON = (
    r"(?:人工(?:客服|坐席|服务|台|座席)?|真人(?:客服)?|活人|大活人|真的人|客服(?:人员|小姐姐|小哥|专员)|坐席"
    r"|座席|专属客服|接线员|工作人员|人类|二线|会?喘气儿?的|专席|值班(?:的|人员|经理|客服))"
)
_BOSS = r"(?:领导|主管|经理|负责人|管事的|客服|组长|老板|主任|同事|上级|上司|人)"
_ASK = r"(?:转|接(?!线)|换|找|叫|喊|要|需要|请求|申请|呼叫|连|联系|切|求|派|安排|搵|揾|给我来|过线|整)"
_FILLER = (
    r"(?:到|成|入|进|接|通|给|个|一个|位|一位|一下|下|来|你们的?|你哋|恁|我|您|那个|帮我|去|回|直接|那边|的"
    r"|有|能|说话|会|当值){0,5}"
)

# Possessive: the fillers can be split in many ways, and a message of nothing else must not try them all.
_SHORT = re.compile(
    rf"^(?:请|麻烦|帮我|给我|我要|我想|直接|快点?|赶紧|马上|立刻|就要|我只要|能不能|可以|{_ASK}|个|一个|位|下"
    rf"|一下|到|成|来|有|喂|你好|,|\s)*+"
    rf"{_PERSON}(?:客服|坐席|服务|来|吧|啊|呀|处理|接待|谢谢|快点?|出来|在吗|,|\s|人工|真人|!|。|\?)*+$"
)
_WISH = re.compile(rf"{_ASK}{_FILLER}{_PERSON}(?!费|成本|智能|加油|窗口|湖|降|审核|说|态度|一直|都|就|也|答应|回复过)")
_COME = re.compile(
    rf"(?:叫|喊|让|请|找|换|派)(?:个|一个|位)?(?:你们?|恁|你哋|贵司)的?(?:那边|那里|这边)?的?{_BOSS}(?:来|出来"
    rf"|出嚟|跟我|和我|同我|接|进来|说话|讲话|听)"
)
_CHANGE = re.compile(
    r"(?:换|叫|喊|找|派|来)(?:个|一个|位)?(?:能听懂|听得懂|明白|懂行|懂|会说话|活|真|管事|能解决问题)的?(?:人"
    r"|来)"
)
_SOMEBODY = re.compile(
    r"(?:^|[,。!?\s]|给我|帮我|快|赶紧|赶快|直接|麻烦|立刻|马上|还是)(?:再|去)?(?:叫|找|换|喊|接|转)(?:个"
    r"|一个|位)?人(?:来(?!救|修|看|拖|把|关|处理)|吧|啊|喽|咯|听|跟我|和我|替我|出来|[!,。\s]|$)"
)
_STAFF = re.compile(
    r"(?:叫|喊|找|请|换|派|安排|接|转接?|让|给我)(?:到|给|个|一个|位|一位|一下|你们的?|你哋|恁|我|在线|电话"
    r"|专门的|那边的|值班的?){0,4}客服(?:来|出来|说话|跟我|和我|接|听|处理|帮我|对接|沟通|,|。|!|$)"
)
_NO_ROBOT = re.compile(
    r"(?:不要|不想|唔要|唔同|不跟|不和|不想跟|不想和|懒得跟|懒得和|别让|莫拿|少来)(?:跟|和|用|同|再跟"
    r"|再)?(?:你这个?)?(?:机器人?|機械人|机械人|智能客服|自动回复|ai|人机)"
)
_TALK = re.compile(
    rf"(?:要|想|能不能|可不可以|可以|求|让我)(?:直接)?(?:跟|和|同|与){_FILLER}(?:{_PERSON}|客服)(?:说|聊|讲|倾"
    rf"|通话|沟通|对话|谈|掰扯)"
)

_COLLEAGUE = re.compile(
    r"(?:找|搵|揾|叫|喊|派|换|整|请)(?:个|一个|位|一位|多个)?(?:同事|同志|专人|负责人|人)(?:出来|出嚟|来|过来)?(?:同|跟|和|与)我"
    r"(?:倾|傾|聊|讲|说|谈|对接|沟通)"
)

# A question about people at work, a wish against one, or a story of an earlier one.
_NO_WISH = re.compile(
    r"(?:不用|不要|不需要|无需|别|没必要|先不|不想|唔使|唔好|莫|不必|不(?=[转找接叫]))(?:给我|帮我|再|急着)?(?:转|找|接|叫|换"
    r"|要)?(?:到|个)?(?:人工|真人|客服)"
    r"|几点|上班|下班|营业时间|工作时间|服务时间|多久|怎么转|如何转|怎样转|在哪|哪里|哪个键|有没有|有没得"
    r"|有吗|有冇|是不是真人|时候|权益|要不要|如何|先说|能找到|讲不[,。]|还是自己|(?:是|还是)(?:要|得|去)?找"
    r"|可以加|是真人吗|真人还是|收费|人工费|要钱|费用"
    r"|(?:上次|之前|以前|昨天|前天|上午|上周|刚才|刚刚|早上|前几天|那次|每次|回回|上回).{0,12}(?:人工|真人|客服)"
    r"|(?:人工|真人|客服|领导|经理)(?:客服|小姐姐|小哥)?(?:说(?![话说一清下,。]|$)|答应|告诉|教|态度|都|早"
    r"|回复我|让我|处理过|处理完|给我弄|帮我弄|也)"
    r"|(?:打|拨|回)(?:个|一个|我|通)?(?:电话|手机|号)|打给我|回电|来电|致电|打过来|回拨"
    r"|投诉.{0,4}(?:人工|真人|客服|工作人员)|建议|希望增加|能不能加个"
)


def asks_for_a_person(plain: str) -> bool:
    """Whether the normalised text is beyond doubt a wish to talk to a person now."""
    if _NO_WISH.search(plain) is not None:
        return False
    return any(
        p.search(plain) for p in (_SHORT, _WISH, _COME, _CHANGE, _NO_ROBOT, _TALK, _SOMEBODY, _STAFF, _COLLEAGUE)
    )


_DECLINED = re.compile(
    r"(?:不用|不要|不需要|无需|别|没必要|先不|不想|唔使|唔好|莫|不必|不(?=[转找接叫]))(?:给我|帮我|再|急着|忙着)?(?:转|找|接"
    r"|叫|换|要)(?:到|个)?"
    r"(?:人工|真人|客服)"
)
_TOLD = re.compile(
    r"(?:刚才|刚刚|上次|之前|昨天|前天|那天|今天)?(?:那个|那位|这个|这位|你们的?)(?:人工|真人)?客服[^,。!?]{0,8}"
    r"(?:态度|说话|说得|讲得|服务|挺|很|真|太|不错|耐心|热情|专业)"
)


def declines_a_person(plain: str) -> bool:
    """Whether the normalised text says that no person is wanted, or tells of one it was talked to."""
    if any(pattern.search(plain) for pattern in (_SHORT, _NO_ROBOT)):
        return False
    if _DECLINED.search(plain) is not None:
        return True
    return _TOLD.search(plain) is not None and not any(p.search(plain) for p in (_WISH, _COME, _CHANGE, _TALK, _STAFF))
