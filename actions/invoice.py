"""Invoices: drafting one from the order and the customer's titles; late, wrong or missing ones."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterator, Sequence

from actions import filing, remedies
from actions.case import Case
from actions.choice import UNKNOWN, Option, hinted
from actions.flow import Ask, Conclusion, Flow, Spoken, by_id, consent, known
from actions.form import FlowConclude, FlowForm
from actions.matching import match_orders, match_timed
from actions.order_flow import NO_ORDER, OrderFlow, found_order, in_short, named, order_ids
from actions.titles import written_number, written_title
from actions.wording import clock, sentences, yuan
from contracts.effects import AddToTicket, EndDialogue, Remedy
from contracts.errors import ContractError
from contracts.platform import Invoice, InvoiceTitle, Order
from contracts.remedies import RemedyKind

_PERSONAL = "个人"
_COMPANY = "公司/单位"
_ABOUT_THAT_ONE = {"title": "这张发票有问题", "payload": "intent:invoice_problem"}
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
    title = "开票申请"
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
        case.found["asked_before"] = await self._asked_before(case, invoices)
        said = case.words
        for title in case.found["titles"]:
            if title != _PERSONAL and _core(title) in said:
                case.fill("invoice_title", title)
        named_title, number = written_title(said), written_number(said)
        if case.get("invoice_title") is None and named_title:
            case.fill("invoice_title", named_title)
        if case.get("tax_number") is None and number:
            case.fill("tax_number", number)
        title = case.get("invoice_title")
        if title in case.found["titles"] and case.found["titles"][title]:
            case.fill("tax_number", case.found["titles"][title])
        if "个人" in said and case.get("invoice_title") is None:
            case.fill("invoice_title", _PERSONAL)

    async def _asked_before(self, case: Case, invoices: Sequence[Invoice]) -> Invoice | None:
        """The invoice of the order that he names, if he asked for it already."""
        if "order_id" in case.memory.chosen:
            return None
        match = match_orders([o for o in await case.orders() if o.status == "fuelled"], case.memory)
        order = match.only if match.hinted else None
        live = [i for i in invoices if i.status in ("requested", "issued")]
        return next((i for i in live if order is not None and order.id in i.order_ids), None)

    def needs(self, case: Case) -> Iterator[Ask]:
        if case.found.get("asked_before") is not None:
            return
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
            text = f"这一单您申请过开票了。{_words(before, case)}{state}。要催、要改抬头或重发，点下面就行。"
            return filing.solved(sentences(filing.start(case), text), buttons=(_ABOUT_THAT_ONE, filing.PERSON))
        order = await self.order(case)
        title, tax_number = known(case, "invoice_title") or "待补充", known(case, "tax_number")
        draft = f"抬头「{title}」" + (f"，税号 {tax_number}" if tax_number else "")
        ready = order is not None and self._complete(case)
        amount = f"，金额 {yuan(order.paid_fen)}" if order else ""
        return filing.file(
            self,
            case,
            summary=f"{in_short(order, case, self.title)}，{draft}",
            found=named(order, case),
            missing=NO_ORDER,
            advice=f"发票草稿：{draft}{amount}。开好后一般 {case.say('invoice.arrival')}内发到「我的—发票」。",
            order_ids=order_ids(order),
            consent=consent("草稿没问题的话，要我现在就开出来吗？开出后要改只能红冲重开。", "现在就开", "先不开")
            if ready
            else None,
            demand="开具发票",
            extra={
                "draft": {"title": title, "tax_number": tax_number, "amount_fen": order.paid_fen if order else None}
            },
        )

    def _complete(self, case: Case) -> bool:
        title = known(case, "invoice_title")
        return title is not None and (title == _PERSONAL or known(case, "tax_number") is not None) and not case.guest

    async def on_yes(self, case: Case, number: str) -> Conclusion:
        order, title = await self.order(case), known(case, "invoice_title")
        if order is None or title is None:
            raise ContractError("an invoice was agreed on without order or title")
        saved = next((t for t in await case.invoice_titles() if t.title == title), None)
        details = {"title_id": saved.id} if saved else {"title": title, "tax_number": known(case, "tax_number")}
        done = "发票已经开好：{title}，{amount_fen}。在「我的—发票」里可以下载，也发到您留的邮箱了。"
        issue = remedies.ticketed(remedies.by_right(RemedyKind.ISSUE_INVOICE, order.id, done, **details), number)
        note = AddToTicket(number, "info", "客户核对了草稿，同意开票")
        return Conclusion((Spoken("好的，正在为您开票，开好马上告诉您。"),), (note, issue, EndDialogue("filed")))


def _months_after(order: Order, months: int) -> datetime:
    moment = order.fuelled_at or order.created_at
    years, month = divmod(moment.month - 1 + months, 12)
    return moment.replace(year=moment.year + years, month=month + 1, day=min(moment.day, 28))


class InvoiceProblem(Flow):
    """An invoice that was asked for and is late, wrong or not to be found."""

    intent = "invoice_problem"
    title = "发票问题"
    record_slot = "invoice_id"

    _CAUSES = (
        Option(
            "not_received",
            "没收到发票",
            (
                "啥也没",
                "啥都没",
                "什么也没",
                "什么都没",
                "没影",
                "没动静",
                "迟迟",
                "没收到",
                "没到",
                "没发",
                "收不到",
                "没看到",
                "没来",
                "还没开",
                "催",
            ),
        ),
        Option("wrong_title", "抬头或税号错了", ("抬头", "税号", "公司名", "名称", "开成个人")),
        Option("wrong_amount", "金额不对", ("金额", "少开", "多开", "开少", "开多")),
        Option("red", "要红冲重开", ("红冲", "重开", "作废", "冲红", "换开")),
    )

    async def look_up(self, case: Case) -> None:
        invoices = [i for i in await case.invoices() if i.status != "red"]
        cause = self._cause(case)
        wanted = ("requested", "failed") if cause == "not_received" else ("issued",)
        likely = [i for i in invoices if i.status in wanted] if cause else []
        if "税号" in case.words:
            likely = [i for i in invoices if i.tax_number]
        match = match_timed(
            likely or invoices, case.memory, lambda i: i.requested_at, lambda i: i.amount_fen, lambda i: i.title
        )
        self.pick(case, "invoice_id", match)
        case.found["invoice"] = by_id(invoices, known(case, "invoice_id"))

    def _cause(self, case: Case) -> str | None:
        return known(case, "cause") or hinted(case.words, self._CAUSES)

    def needs(self, case: Case) -> Iterator[Ask]:
        if "cause" in case.memory.chosen or self._cause(case) is None:
            yield Ask("cause", "请问发票是哪里有问题？", self._CAUSES)
        yield from self.ask_which(case, "invoice_id", "请问是哪一张发票？")
        if self._cause(case) in ("wrong_title", "red", "wrong_amount"):
            text = f"{_invoice_named(case)}请把正确的抬头和税号（或正确的金额）发给我，我按它申请红冲重开。"
            yield Ask("detail", text, (Option(UNKNOWN, "稍后再补充"),), accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        invoice: Invoice | None = by_id(await case.invoices(), known(case, "invoice_id"))
        cause = self._cause(case)
        title = next((o.title for o in self._CAUSES if o.value == cause), self.title)
        found, remedy = "", None
        if invoice is not None:
            found = _words(invoice, case)
            due = case.after(invoice.requested_at, "invoice.arrival")
            if invoice.status == "requested" and case.now > due:
                found += f"本应 {clock(due, case.now)} 前开好，已经晚了，对不起。"
                remedy = self._issue(invoice) if cause == "not_received" else None
                found += "我已提交马上开出，开好就告诉您。" if remedy else ""
            elif invoice.status == "failed":
                found += "系统里显示开票失败，需要财务处理后重开。"
            elif invoice.status == "issued" and cause == "not_received":
                found += "系统里显示已经开出，我已提交重新发到您的邮箱，也可以在「我的—发票」里下载。"
                remedy = remedies.by_right(RemedyKind.RESEND_INVOICE, invoice.id, "")
        advice = (
            f"红冲重开一般 {case.say('invoice.red')}完成。" if cause in ("wrong_title", "red", "wrong_amount") else ""
        )
        return filing.file(
            self,
            case,
            summary=self._in_short(case, title, invoice),
            found=found,
            missing="我没有查到您的发票记录，先按您说的去核对。",
            advice=advice,
            checked=[f"发票 {invoice.id} 状态：{invoice.status}"] if invoice else [],
            order_ids=invoice.order_ids if invoice else (),
            demand=title,
            remedies=(remedy,),
            extra=self._correct(case),
        )

    def _in_short(self, case: Case, title: str, invoice: Invoice | None) -> str:
        wanted = written_title(case.words)
        change = f"，改为「{wanted}」" if wanted and (invoice is None or wanted != invoice.title) else ""
        if invoice is None:
            return f"{title}（未查到发票记录）{change}"
        return f"{title}：{invoice.title}，{yuan(invoice.amount_fen)}{change}"

    def _correct(self, case: Case) -> dict[str, str] | None:
        """What it should be, for the colleague who issues it again."""
        told = {
            "correct": known(case, "detail"),
            "correct_title": written_title(case.words),
            "correct_tax_number": written_number(case.words),
        }
        return {name: value for name, value in told.items() if value} or None

    def _issue(self, invoice: Invoice) -> Remedy | None:
        """The overdue invoice, exactly as it was asked for."""
        if not invoice.order_ids:
            return None
        details = {"order_ids": list(invoice.order_ids), "title": invoice.title, "tax_number": invoice.tax_number}
        done = "发票已经开好：{title}，{amount_fen}，在「我的—发票」里可以下载。"
        return remedies.by_right(RemedyKind.ISSUE_INVOICE, invoice.order_ids[0], done, **details)


def _words(invoice: Invoice, case: Case) -> str:
    moment = clock(invoice.requested_at, case.now)
    return f"查到您{moment} 申请的发票「{invoice.title}」，金额 {yuan(invoice.amount_fen)}。"


def _invoice_named(case: Case) -> str:
    invoice = case.found.get("invoice")
    return _words(invoice, case) if isinstance(invoice, Invoice) else ""


_FLOWS = (InvoiceApply(), InvoiceProblem())


class InvoiceForm(FlowForm):
    area = "invoice"
    flows = _FLOWS


class InvoiceConclude(FlowConclude):
    area = "invoice"
    flows = _FLOWS
