"""The account: logging in, changing data, a stolen account."""

from __future__ import annotations

import re
from typing import Iterator, Mapping

from actions import filing, remedies
from actions.case import Case
from actions.choice import NO, UNKNOWN, Option, hinted
from actions.flow import Ask, Conclusion, Flow, known
from actions.form import FlowConclude, FlowForm
from actions.matching import match_orders
from actions.order_flow import newest
from actions.points import ACCOUNT_FROZEN, FREEZING
from actions.records import order_words
from actions.wording import sentences
from contracts.entities import PHONE, PLATE
from contracts.platform import Order
from contracts.remedies import RemedyKind

_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}(?![A-Z0-9])")
_NEW_NAME = re.compile(r"(?:改成|改为|换成|应该是|叫做?)([\u4e00-\u9fff·]{2,6}?)(?:[，。,.!\s吧]|$)")
_REMOVES = re.compile(r"去掉|删|解绑|移除|不要了|卖了|取消")
CLOSING = "注销"
"""The cause for which the taxonomy promises other times (`promise_overrides.account_change.only`)."""


class LoginProblem(Flow):
    """Cannot log in: what helps for this cause; filed when it does not."""

    intent = "login_problem"

    _CAUSES = (
        Option("no_code", "收不到验证码", ("验证码", "短信", "收不到码")),
        Option("forgot", "忘记密码", ("忘记密码", "密码忘", "忘了密码", "不记得密码", "密码不对", "密码错")),
        Option(
            "old_phone",
            "原手机号不用了",
            ("换号", "换手机", "旧手机号", "号码不用", "停机", "原来的号", "老号码", "注销了号"),
        ),
        Option(
            "error",
            "一直提示错误",
            ("提示", "报错", "登不上", "登不进", "进不去", "转圈", "登录失败", "闪", "异常", "掉线"),
        ),
    )
    _ADVICE: Mapping[str, str] = {
        "no_code": (
            "先看看短信有没有被手机拦截，过一分钟再取；"
            "验证码 {account.sms_validity}内有效，一天最多取 {account.sms_per_day}"
        ),
        "forgot": "在登录页点「忘记密码」，用手机验证码就能重设；也可以直接用验证码登录",
        "error": "请先把 App 升到最新版，换个网络，再重新登录一次；同时最多登录 {account.devices}设备，多出的要先退出",
    }

    def _cause(self, case: Case) -> str | None:
        # "It says an error" is what all of them bring; the others tell more.
        named = [option for option in self._CAUSES if option.value != "error"]
        return known(case, "cause") or hinted(case.words, named) or hinted(case.words, self._CAUSES)

    def needs(self, case: Case) -> Iterator[Ask]:
        cause = self._cause(case)
        if "cause" in case.memory.chosen or cause is None:
            yield Ask("cause", "请问登录时卡在哪一步？", self._CAUSES)
        advice = self._ADVICE.get(cause or "")
        if advice:
            options = (Option("yes", "登上了"), Option(NO, "还是不行"))
            yield Ask("solved", f"{case.quote(advice)}。试一下，登上了吗？", options, accepts="agreed")

    async def conclude(self, case: Case) -> Conclusion:
        if case.get("solved") == "yes":
            return filing.solved("好的，登上就行。")
        cause = self._cause(case)
        title = next((o.title for o in self._CAUSES if o.value == cause), "原因待查")
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{title}",
            found=f"记下了，情况是{title}。" if cause else "",
            advice="技术会查您的登录记录。处理期间请不要把验证码告诉任何人。",
            demand="恢复登录",
            extra={"area": "短信验证码"} if cause == "no_code" else None,
        )


def _plate(case: Case) -> str | None:
    """The plate he names, also in the middle of a sentence."""
    heard = case.memory.first(PLATE)
    written = _PLATE.findall(re.sub(r"[\s·.]", "", case.words.upper()))
    return str(heard) if heard else written[-1] if written else None


class AccountChange(Flow):
    """Another phone number, plate or name, or closing the account."""

    intent = "account_change"

    _CAUSES = (
        Option("phone", "换绑手机号", ("手机", "换号", "号码", "电话")),
        Option("plate", "改车牌", ("车牌", "换车", "车辆", "车子")),
        Option("name", "改实名资料", ("实名", "姓名", "身份证", "名字")),
        Option("close", "注销账户", ("注销", "销户", "不用你们", "账号不用了", "不想用了", "删号", "关掉账", "销号")),
    )

    def _cause(self, case: Case) -> str | None:
        return known(case, "cause") or hinted(case.words, self._CAUSES)

    def needs(self, case: Case) -> Iterator[Ask]:
        cause = self._cause(case)
        if "cause" in case.memory.chosen or cause is None:
            yield Ask("cause", "请问要改哪一项？", self._CAUSES)
        known_already = self._wanted(case, cause)
        asks = {"phone": "新的手机号是多少？", "plate": "请把要改成的车牌发给我。", "name": "请说一下要改成什么。"}
        if cause == "plate" and _REMOVES.search(case.words):
            return
        if cause in asks and not known_already:
            yield Ask("detail", asks[cause], (Option(UNKNOWN, "稍后再补充"),), accepts="text")

    def _wanted(self, case: Case, cause: str | None) -> str | None:
        """What it shall be, as far as it was said."""
        if cause == "plate":
            return _plate(case)
        if cause == "name":
            found = _NEW_NAME.search(case.words)
            return found.group(1) if found else None
        phone = case.memory.first(PHONE)
        return str(phone) if phone else None

    async def conclude(self, case: Case) -> Conclusion:
        cause = self._cause(case)
        title = next((o.title for o in self._CAUSES if o.value == cause), self.title)
        if cause == "plate" and _REMOVES.search(case.words):
            title = "删除车牌"
        advice = "为了您的账户安全，处理前会向您核实身份。"
        if cause == "close":
            advice = (
                f"注销有 {case.say('account.close_cooling')}冷静期，期间可以撤回。"
                "余额、积分、优惠券和未开的发票请先处理好，注销后找不回来。"
            )
        wanted = known(case, "detail") or self._wanted(case, cause)
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{title}",
            found=f"好的，帮您登记{title}。",
            advice=advice,
            cause=CLOSING if cause == "close" else None,
            demand=title,
            extra={"wanted": wanted} if wanted else None,
        )


def _at_that_time(order: Order, case: Case) -> bool:
    """Whether the order is of the time he named; a theft must not be told of another order."""
    span = case.memory.span()
    return span is None or span[0] <= (order.paid_at or order.created_at) < span[1]


class AccountSecurity(Flow):
    """Somebody else is in the account: filed at once, a person at once."""

    intent = "account_security"
    guest_phone = False

    async def conclude(self, case: Case) -> Conclusion:
        orders = await case.orders()
        named = match_orders(orders, case.memory)
        meant = named.only if named.hinted and named.only and _at_that_time(named.only, case) else None
        order = meant or newest(orders)
        which = "您说的那笔是" if meant else "您账户最近一笔订单是"
        found = f"{which}{order_words(order, case.now)}。" if order else ""
        freeze = None if case.guest else remedies.by_right(RemedyKind.FREEZE_ACCOUNT, None, ACCOUNT_FROZEN)
        phone = "请留一个能联系到您的手机号。" if case.guest and not case.memory.first(PHONE) else ""
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{order_words(order, case.now)}" if order else self.title,
            found=found,
            missing="我没有查到您最近的订单，先按账户被盗处理。",
            advice=sentences(
                FREEZING if freeze else "",
                f"请您马上改登录密码和支付密码，退出其他设备，不要把验证码告诉任何人。{phone}",
            ),
            checked=[f"最近订单 {order.id}"] if order else [],
            order_ids=(order.id,) if order else (),
            demand="冻结账户，追回损失",
            remedies=(freeze,),
            extra={"second_verification": True},
            critical=True,
        )


_FLOWS = (LoginProblem(), AccountChange(), AccountSecurity())


class AccountForm(FlowForm):
    area = "account"
    flows = _FLOWS


class AccountConclude(FlowConclude):
    area = "account"
    flows = _FLOWS
