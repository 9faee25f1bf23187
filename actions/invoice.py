"""Invoices: drafting one from the order and the customer's titles; late, wrong or missing ones."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Iterator, Sequence

from actions import filing, remedies
from actions.case import Case
from actions.choice import UNKNOWN, Option
from actions.flow import Ask, Conclusion, Spoken, consent, known
from actions.form import FlowConclude, FlowForm
from actions.invoice_problem import InvoiceProblem, invoice_words
from actions.matching import match_orders
from actions.order_flow import NO_ORDER, OrderFlow, found_order, in_short, named
from actions.titles import written_number, written_title
from actions.wording import sentences, yuan
from contracts.effects import AddToTicket, EndDialogue
from contracts.errors import ContractError
from contracts.platform import Invoice, InvoiceTitle, Order
from contracts.remedies import RemedyKind

_PERSONAL = "个人"
_COMPANY = "公司/单位"
_ABOUT_THAT_ONE = {"title": "这张发票有问题", "payload": "intent:invoice_problem"}
_ALL = re.compile(r"都开(?!不)|全开|全部|所有|合并|合开|一起开|开(?:在|成|到)(?:同)?一张")
_AS_BEFORE = re.compile(
    r"(?:上次|之前|以前|原来|老)(?:的)?(?:那个|那张|一样|的)?.{0,4}(?:抬头|公司)|抬头.{0,6}(?:上次|之前|以前|老样子|不变|一样)"
)
_COMPANY_WORDS = ("公司", "单位", "企业", "对公", "专票")


def _titles(saved: Sequence[InvoiceTitle], invoices: Sequence[Invoice]) -> dict[str, str | None]:
    """The titles that the customer saved (the default first) and then those he used before, with their tax numbers."""
    used = {i.title: i.tax_number for i in reversed(invoices) if i.title}
    return {**{t.title: t.tax_number for t in saved}, **{k: v for k, v in used.items() if k not in _names(saved)}}


def _core(title: str) -> str:
    """A company's name without its legal form, as people shorten it."""
    return re.sub(r"(?:有限责任|股份有限|有限|股份)?公司$", "", title) or title


def _names(saved: Sequence[InvoiceTitle]) -> set[str]:
    return {t.title for t in saved}


class InvoiceApply(OrderFlow):
    """An invoice for an order: the draft is made of what is known, only the title may be open."""

    intent = "invoice_apply"
    question = "请问要给哪一笔订单开票？"
    asks_consent = True

    def fits(self, order: Order, case: Case) -> bool:
        done = case.found.get("invoiced") or ()
        in_time = case.now < _months_after(order, int(case.figure("invoice.window")))
        return order.status == "fuelled" and order.id not in done and in_time

    async def look_up(self, case: Case) -> None:
        invoices = await case.invoices()
        case.found["invoiced"] = {o for i in invoices if i.status in ("requested", "issued") for o in i.order_ids}
        case.found["titles"] = _titles(await case.invoice_titles(), invoices)
        await super().look_up(case)
        case.found["together"] = self._together(case, await case.orders())
        case.found["asked_before"] = await self._asked_before(case, invoices)
        said = case.words
        for title in case.found["titles"]:
            if case.get("invoice_title") is None and title != _PERSONAL and _core(title) in said:
                case.fill("invoice_title", title)
        named_title, number = written_title(said), written_number(said)
        if case.get("invoice_title") is None and named_title:
            case.fill("invoice_title", named_title)
        if case.get("tax_number") is None and number and not case.memory.ruled_out(number):
            case.fill("tax_number", number)
        used = [t for t in case.found["titles"] if t != _PERSONAL]
        if case.get("invoice_title") is None and used and _AS_BEFORE.search(said):
            case.fill("invoice_title", used[0])
        title = case.get("invoice_title")
        if title in case.found["titles"] and case.found["titles"][title]:
            case.fill("tax_number", case.found["titles"][title])
        if "个人" in said and case.get("invoice_title") is None:
            case.fill("invoice_title", _PERSONAL)

    def corrects(self, case: Case) -> bool:
        """Another title or number than the draft's."""
        text = case.message.text
        title = written_title(text) or (_PERSONAL if _PERSONAL in text else None)
        number = written_number(text)
        if title is not None and title != case.get("invoice_title"):
            case.fill("invoice_title", title)
            old = case.slots.pop("tax_number", None)
            if old is not None:
                case.memory.rule_out(str(old))
            if number:
                case.fill("tax_number", number)
            return True
        if number is not None and number != case.get("tax_number"):
            case.fill("tax_number", number)
            return True
        return False

    async def _asked_before(self, case: Case, invoices: Sequence[Invoice]) -> Invoice | None:
        """The invoice of the order that he names, if he asked for it already."""
        if "order_id" in case.memory.chosen:
            return None
        match = match_orders([o for o in await case.orders() if o.status == "fuelled"], case.memory)
        order = match.only if match.hinted else None
        live = [i for i in invoices if i.status in ("requested", "issued")]
        return next((i for i in live if order is not None and order.id in i.order_ids), None)

    def _together(self, case: Case, orders: Sequence[Order]) -> list[Order]:
        """Several orders for one invoice, if he wants all of them (of a time he names)."""
        if not _ALL.search(case.words):
            return []
        span = case.memory.span()
        open_ones = [o for o in orders if self.fits(o, case)]
        if span is not None:
            open_ones = [o for o in open_ones if span[0] <= (o.paid_at or o.created_at) < span[1]]
        return open_ones[: int(case.figure("invoice.merge_max"))] if len(open_ones) > 1 else []

    def needs(self, case: Case) -> Iterator[Ask]:
        if case.found.get("asked_before") is not None:
            return
        together = case.found.get("together") or []
        if not together:
            yield from super().needs(case)
        titles = [t for t in case.found.get("titles") or {} if t != _PERSONAL]
        company = any(word in case.words for word in _COMPANY_WORDS)
        options = tuple(Option(t, t, (t,)) for t in titles[:3])
        options += () if company else (Option(_PERSONAL, _PERSONAL, ("个人", "我自己", "私人")),)
        which = "抬头开哪个？可以点下面的，也可以直接把新抬头的全称发给我。"
        yield Ask(
            "invoice_title",
            f"{named(found_order(case), case)}{which if options else '请把公司抬头的全称发给我。'}",
            options,
            accepts="name",
            again="请发一下发票抬头的全称，比如营业执照上的公司名称。",
        )
        if case.get("invoice_title") not in (None, _PERSONAL, UNKNOWN):
            yield Ask(
                "tax_number",
                "请再发一下这个抬头的税号（统一社会信用代码）。",
                (Option(UNKNOWN, "暂时没有"),),
                accepts="tax_number",
                again="这个税号看着不完整，一般是 18 位数字和大写字母，请再核对发一次。",
            )

    async def conclude(self, case: Case) -> Conclusion:
        before = await self._asked_before(case, await case.invoices())
        if before is not None:
            state = "已经开出，在「我的—发票」里可以下载" if before.status == "issued" else "还在开"
            text = f"这一单您申请过开票了。{invoice_words(before, case)}{state}。要催、要改抬头或重发，点下面就行。"
            return filing.solved(sentences(filing.start(case), text), buttons=(_ABOUT_THAT_ONE, filing.PERSON))
        orders = await self._orders(case)
        title, tax_number = known(case, "invoice_title") or "待补充", known(case, "tax_number")
        draft = f"抬头「{title}」" + (f"，税号 {tax_number}" if tax_number else "")
        total = sum(o.paid_fen for o in orders)
        amount = f"，金额 {yuan(total)}" if orders else ""
        several = f"{len(orders)} 笔订单合开一张，" if len(orders) > 1 else ""
        first = orders[0] if len(orders) == 1 else None
        sure = "草稿没问题的话，要我现在就开出来吗？开出后要改只能红冲重开。"
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{len(orders)} 笔合开，{draft}"
            if several
            else f"{in_short(first, case, self.title)}，{draft}",
            found=named(first, case),
            missing="" if several else NO_ORDER,
            advice=f"发票草稿：{several}{draft}{amount}。开好后一般 {case.say('invoice.arrival')}内发到「我的—发票」。",
            order_ids=[o.id for o in orders],
            consent=consent(sure, "现在就开", "先不开") if orders and self._complete(case) else None,
            demand="开具发票",
            extra={"draft": {"title": title, "tax_number": tax_number, "amount_fen": total if orders else None}},
        )

    async def _orders(self, case: Case) -> list[Order]:
        """The orders of this invoice: all he wants together, or the one."""
        invoices = await case.invoices()
        case.found["invoiced"] = {o for i in invoices if i.status in ("requested", "issued") for o in i.order_ids}
        order = await self.order(case)
        return self._together(case, await case.orders()) or ([order] if order is not None else [])

    def _complete(self, case: Case) -> bool:
        title = known(case, "invoice_title")
        return title is not None and (title == _PERSONAL or known(case, "tax_number") is not None) and not case.guest

    async def on_yes(self, case: Case, number: str) -> Conclusion:
        orders, title = await self._orders(case), known(case, "invoice_title")
        if not orders or title is None:
            raise ContractError("an invoice was agreed on without order or title")
        saved = next((t for t in await case.invoice_titles() if t.title == title), None)
        details: dict[str, Any] = {"title": title, "tax_number": known(case, "tax_number")}
        if saved is not None:
            details = {"title_id": saved.id}
        if len(orders) > 1:
            details["order_ids"] = [o.id for o in orders]
        done = "发票已经开好：{title}，{amount_fen}。在「我的—发票」里可以下载，也发到您留的邮箱了。"
        issue = remedies.ticketed(remedies.by_right(RemedyKind.ISSUE_INVOICE, orders[0].id, done, **details), number)
        note = AddToTicket(number, "info", "客户核对了草稿，同意开票")
        return Conclusion((Spoken("好的，正在为您开票，开好马上告诉您。"),), (note, issue, EndDialogue("filed")))


def _months_after(order: Order, months: int) -> datetime:
    moment = order.fuelled_at or order.created_at
    years, month = divmod(moment.month - 1 + months, 12)
    return moment.replace(year=moment.year + years, month=month + 1, day=min(moment.day, 28))


_FLOWS = (InvoiceApply(), InvoiceProblem())


class InvoiceForm(FlowForm):
    area = "invoice"
    flows = _FLOWS


class InvoiceConclude(FlowConclude):
    area = "invoice"
    flows = _FLOWS
