"""The service itself: a person, a call back, complaints, suggestions, personal data."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Iterator, Sequence

from actions import filing
from actions.case import Case
from actions.choice import Option, hinted
from actions.flow import Ask, Conclusion, Flow, Spoken, known, said_nothing_yet
from actions.form import FlowConclude, FlowForm
from actions.wording import clock, masked
from contracts.effects import EndDialogue, HandOff
from contracts.entities import PHONE, TIME
from contracts.taxonomy import load_taxonomy
from contracts.tickets import TicketView

_BARE_COMPLAINT = re.compile(
    r"(?:我|要|想|必须|一定|就是|投诉|举报|曝光|你们|平台|客服|公司|这个|什么|破|垃圾|的|了|啊|吧|到|12315|打|再|不|处理|就|[\W_])*"
)
_BARE_SUGGESTION = re.compile(
    r"(?:我|想|要|给|你们|提|有|个|一个|条|点|几个|小|建议|意见|反馈|一下|的|吧|啊|呢|[\W_])*"
)


class HumanAgent(Flow):
    """A person is wanted."""

    intent = "human_agent"
    guest_phone = False

    def same_problem(self, case: Case, tickets: Sequence[TicketView]) -> TicketView | None:
        """Nothing is filed."""
        return None

    async def conclude(self, case: Case) -> Conclusion:
        spec = load_taxonomy().intents[self.intent]
        effects = (HandOff("asked", self.intent, spec.department), EndDialogue("handed_off"))
        return Conclusion((Spoken("好的，这就为您转接人工客服。"),), effects)


class CallbackRequest(Flow):
    """A call back at the number on record, at the time that was asked for."""

    intent = "callback_request"
    _SOON = timedelta(minutes=30)
    """Without an agreed time (`promise_overrides`): the first try within half an hour."""

    async def look_up(self, case: Case) -> None:
        customer = await case.customer()
        said = case.memory.first(PHONE)
        if said or customer:
            case.fill("phone", str(said or (customer.phone if customer else "")))
        span = case.memory.span()
        if span is not None:
            case.fill("callback_time", f"{span[0].isoformat()}/{span[1].isoformat()}")

    async def conclude(self, case: Case) -> Conclusion:
        phone, span = known(case, "phone"), case.memory.span()
        number = f"（{masked(phone)}）" if phone else ""
        when = ""
        if span is not None and span[1] > case.now:
            when = f"{clock(span[0], case.now)} 到{clock(span[1], case.now)} 之间"
        wanted = {"from": span[0].isoformat(), "to": span[1].isoformat()} if span and case.memory.first(TIME) else None
        first_try = span[1] if span is not None and when else case.now + self._SOON
        attempts = load_taxonomy().promise_overrides[self.intent]["attempts"]
        plan_words = f"约在{when}" if when else f"会在{clock(first_try, case.now)} 前"
        return filing.file(
            self,
            case,
            summary=f"{self.title}{f'：{when}' if when else ''}",
            found=f"好的，客服{plan_words}给您{number}回电话，请留意接听。",
            advice=f"没接到也没关系，会再打，一共打 {attempts} 次。",
            first_response_due=first_try,
            demand="回电话",
            wrong_button=False,
            extra={"callback": {"phone": phone, "between": wanted, "attempts": attempts}},
        )


class ComplaintGeneral(Flow):
    """A complaint without a named business: what it is about is asked once, not of an angry customer."""

    intent = "complaint_general"

    _ABOUT = (
        Option("payment", "支付退款", ("支付", "付款", "扣款", "退款", "退钱", "钱")),
        Option("coupon", "优惠券活动", ("券", "优惠", "活动")),
        Option("points", "积分兑换", ("积分", "兑换")),
        Option("station", "油站服务", ("油站", "加油员", "站里")),
        Option("service", "客服态度", ("客服", "态度", "机器人", "没人理")),
    )

    def needs(self, case: Case) -> Iterator[Ask]:
        if case.ports.sentiment == "angry":
            case.first_time("angry")
        if "angry" not in case.memory.told and said_nothing_yet(case, _BARE_COMPLAINT):
            yield Ask("detail", "请问主要是哪方面的问题？简单说一句也行。", self._ABOUT, accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        about = known(case, "detail") or hinted(case.words, self._ABOUT)
        title = next((o.title for o in self._ABOUT if o.value == about), "")
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{title or (case.memory.said[0][:40] if case.memory.said else '')}",
            found="您的投诉我记下了，让您有这样的体验，对不起。",
            advice=f"会有专人跟进，{case.say('service.complaint_reply')}内先联系您。",
            demand="处理投诉",
            extra={"about": about} if about else None,
        )


class Suggestion(Flow):
    """A suggestion for the product; each one is its own ticket."""

    intent = "suggestion"
    guest_phone = False

    def same_problem(self, case: Case, tickets: Sequence[TicketView]) -> TicketView | None:
        """Another suggestion is another ticket."""
        return None

    def needs(self, case: Case) -> Iterator[Ask]:
        if said_nothing_yet(case, _BARE_SUGGESTION):
            yield Ask("detail", "好的，请说说您的建议，越具体越好。", accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        idea = known(case, "detail") or case.words
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{idea[:40]}",
            found="谢谢您的建议，我记下来交给产品同事。",
            advice=f"采纳与否都会告诉您，采纳后送您 {case.say('service.suggestion_reward')}。",
            demand="采纳建议",
            wrong_button=False,
            extra={"idea": idea},
        )


class PrivacyRequest(Flow):
    """Seeing, exporting, deleting personal data, or taking a consent back."""

    intent = "privacy_request"

    _CAUSES = (
        Option(
            "export",
            "查看或导出",
            (
                "哪些数据",
                "导一份",
                "有我哪些",
                "查看",
                "导出",
                "拷贝",
                "副本",
                "看看你们",
                "下载",
                "有哪些信息",
                "收集了",
            ),
        ),
        Option("delete", "删除信息", ("删", "清除", "清空", "抹掉", "销毁")),
        Option("revoke", "撤回授权", ("授权", "权限", "关掉", "关闭", "撤回", "不同意", "取消", "停止", "别再")),
    )

    def _cause(self, case: Case) -> str | None:
        return known(case, "cause") or hinted(case.words, self._CAUSES)

    def needs(self, case: Case) -> Iterator[Ask]:
        if "cause" in case.memory.chosen or self._cause(case) is None:
            yield Ask("cause", "请问需要怎么处理您的个人信息？", self._CAUSES)

    async def conclude(self, case: Case) -> Conclusion:
        cause = self._cause(case)
        title = next((o.title for o in self._CAUSES if o.value == cause), self.title)
        advice = {
            "export": f"核实身份后，{case.say('privacy.export')}内把整理好的信息给您。",
            "delete": f"核实身份后，{case.say('privacy.delete')}内删除，法律要求留存的部分会说明。",
            "revoke": "您也可以现在就在「我的—隐私设置」里关掉对应授权，关掉后立即停止收集。",
        }.get(cause or "", "")
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{title}",
            found=f"好的，帮您登记{title}的请求。",
            advice=advice,
            demand=title,
        )


_FLOWS = (HumanAgent(), CallbackRequest(), ComplaintGeneral(), Suggestion(), PrivacyRequest())


class ServiceForm(FlowForm):
    area = "service"
    flows = _FLOWS


class ServiceConclude(FlowConclude):
    area = "service"
    flows = _FLOWS
