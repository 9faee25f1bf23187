"""An invoice that was asked for and is late, wrong or not to be found."""

from __future__ import annotations

import re
from typing import Any, Iterator

from actions import filing, remedies
from actions.case import Case
from actions.choice import UNKNOWN, Option, hinted
from actions.flow import Ask, Conclusion, Flow, by_id, known
from actions.matching import match_timed
from actions.titles import written_number, written_title
from actions.wording import clock, yuan
from contracts.effects import Remedy
from contracts.platform import Invoice
from contracts.remedies import RemedyKind

_AGAIN = re.compile(r"重新发|再发|重发|邮箱(?:写|填|留)?错")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,3}", re.ASCII)


def _to(case: Case) -> dict[str, str]:
    """The address he wants it sent to, if he wrote one."""
    written = _EMAIL.findall(case.words)
    return {"email": written[-1]} if written else {}


def invoice_words(invoice: Invoice, case: Case) -> str:
    moment = clock(invoice.requested_at, case.now)
    return f"查到您{moment} 申请的发票「{invoice.title}」，金额 {yuan(invoice.amount_fen)}。"


class InvoiceProblem(Flow):
    """An invoice that was asked for and is late, wrong or not to be found."""

    intent = "invoice_problem"
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
                "重新发",
                "邮箱错",
                "邮箱写错",
                "邮箱填错",
                "再发一",
                "重发",
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
        missing = cause == "not_received" and _AGAIN.search(case.words) is None
        wanted = ("requested", "failed") if missing else ("issued",)
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
            found = invoice_words(invoice, case)
            due = case.after(invoice.requested_at, "invoice.arrival")
            if invoice.status == "requested" and case.now > due:
                found += f"本应 {clock(due, case.now)} 前开好，已经晚了，对不起。"
                remedy = self._issue(case, invoice) if cause == "not_received" else None
                found += "我已提交马上开出，开好就告诉您。" if remedy else ""
            elif invoice.status == "failed":
                found += "系统里显示开票失败，需要财务处理后重开。"
            elif invoice.status == "issued" and cause == "not_received":
                found += "系统里显示已经开出，我已提交重新发到您的邮箱，也可以在「我的—发票」里下载。"
                remedy = remedies.by_right(RemedyKind.RESEND_INVOICE, invoice.id, "", **_to(case))
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

    def _issue(self, case: Case, invoice: Invoice) -> Remedy | None:
        """The overdue invoice, exactly as it was asked for."""
        if not invoice.order_ids:
            return None
        details: dict[str, Any] = {
            "order_ids": list(invoice.order_ids),
            "title": invoice.title,
            "tax_number": invoice.tax_number,
        }
        details |= _to(case)
        done = "发票已经开好：{title}，{amount_fen}，在「我的—发票」里可以下载。"
        return remedies.by_right(RemedyKind.ISSUE_INVOICE, invoice.order_ids[0], done, **details)


def _invoice_named(case: Case) -> str:
    invoice = case.found.get("invoice")
    return invoice_words(invoice, case) if isinstance(invoice, Invoice) else ""
