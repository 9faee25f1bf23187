"""Points: paying with them, missing ones, the ledger, theft, how they were calculated."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Iterator, Mapping, Sequence

from actions import filing, remedies
from actions.case import Case
from actions.choice import NO, Option
from actions.flow import Ask, Conclusion, Flow
from actions.form import FlowConclude, FlowForm
from actions.ledger import basis_words, difference_words, due_points, entry_words, expiring
from actions.matching import Match, match_orders, match_timed
from actions.order_flow import OrderFlow, in_short, named, order_ids
from actions.points_payment import PointsRefuelFailed
from actions.records import order_words
from actions.rights import kept_rights, rights_words
from actions.wording import clock, day, sentences
from contracts.effects import Remedy
from contracts.entities import POINTS
from contracts.platform import Order, PointsEntry
from contracts.remedies import RemedyKind

_CLEAR = (Option("yes", "明白了"), Option(NO, "还是不对"))
_SHOWN = 5
FREEZING = "我先把您的账户冻结，余额和积分谁也用不了；解冻时要用短信或人脸再核实一次是您本人。"
ACCOUNT_FROZEN = "您的账户已经冻结，余额和积分都不能再被使用。确认安全后告诉专人，核实是您本人就解冻。"
_AFTER_REFUND = re.compile(r"退(?:款|了|单|掉).*分|分.*(?:没|未|不)(?:有)?(?:退|还|返)")
_GONE = re.compile(r"(?:少|没|扣|丢)了\s*(\d{2,7})(?!\d)")
_SUSPECTS = re.compile(r"没用过|不是我|被盗|盗刷|盗用|别人用|被人用")
_NOT_MINE = {"title": "不是我用的", "payload": "intent:points_stolen"}
_TOO_FEW = ("少", "一半", "不够", "只给", "不对")


class PointsMissing(OrderFlow):
    """Points for a refuelling that did not come, or too few."""

    intent = "points_missing"
    question = "请问是哪一笔加油的积分不对？"

    def fits(self, order: Order, case: Case) -> bool:
        return order.status in ("fuelled", "refunded", "refunding")

    async def match(self, case: Case) -> Match[Order]:
        """Orders whose points are overdue; else, by the words, the newest without points or the newest with."""
        orders = [o for o in await case.orders() if self.fits(o, case)]
        if _AFTER_REFUND.search(case.words):
            orders = [o for o in orders if o.status in ("refunded", "refunding")] or orders
        match = match_orders(orders, case.memory)
        credited = case.found["credited"]
        missing = [o for o in match.records if o.status == "fuelled" and o.id not in credited]
        late = tuple(o for o in missing if self._due(case, o) < case.now)
        given = [o for o in match.records if o.id in credited]
        too_few = any(word in case.words for word in _TOO_FEW)
        if too_few and given:
            return Match(tuple(given[:1]), match.hinted)
        if late:
            return Match(late, match.hinted)
        return Match(tuple(missing[:1]), match.hinted) if missing else match

    def _due(self, case: Case, order: Order) -> datetime:
        return case.after(order.fuelled_at or order.created_at, "points.arrival")

    async def look_up(self, case: Case) -> None:
        case.found["credited"] = {e.order_id for e in await case.points() if e.kind == "earn"}
        await super().look_up(case)
        order = await self.order(case)
        earned = [e for e in await case.points() if order and e.order_id == order.id and e.kind == "earn"]
        case.found["order"], case.found["entry"] = order, earned[0] if earned else None
        gone = {int(p) for p in (*case.memory.values(POINTS), *_GONE.findall(case.words))}
        case.found["spent"] = next((e for e in await case.points() if e.kind == "spend" and -e.change in gone), None)

    def needs(self, case: Case) -> Iterator[Ask]:
        if case.found.get("spent") is not None:
            return
        yield from super().needs(case)
        order, entry = case.found.get("order"), case.found.get("entry")
        if isinstance(order, Order) and isinstance(entry, PointsEntry):
            basis = basis_words(entry.basis)
            text = f"{named(order, case)}{entry_words(entry, case)}" + (f"，算法：{basis}。" if basis else "。")
            yield Ask("solved", f"{text}这样对得上吗？", _CLEAR, accepts="agreed")

    async def conclude(self, case: Case) -> Conclusion:
        if case.get("solved") == "yes":
            return filing.solved("好的，以后每一笔都能在「我的—积分—明细」里看到来源。")
        await self.look_up(case)
        spent = case.found.get("spent")
        if isinstance(spent, PointsEntry):
            if _SUSPECTS.search(case.words):
                # He says himself that it was not he: the words of another flow, the danger of this one.
                return await _STOLEN.conclude(case)
            text = f"您说的那笔是{entry_words(spent, case)}。"
            text += "是您自己用的，积分就没有少；不是您用的，点下面，我马上冻结账户。"
            return filing.solved(sentences(filing.start(case), text), buttons=(_NOT_MINE, filing.PERSON))
        order, entry = case.found.get("order"), case.found.get("entry")
        if isinstance(order, Order) and entry is None and order.status == "fuelled":
            due = self._due(case, order)
            if case.now < due:
                return filing.solved(
                    sentences(
                        filing.start(case),
                        f"{named(order, case)}积分在加油后 {case.say('points.arrival')}内到账，",
                        f"最晚{clock(due, case.now)}。到点没有再来找我，我马上帮您补。",
                    )
                )
        found = named(order if isinstance(order, Order) else None, case)
        advice, make_up = "运营核对后，该给的积分会补到您的账户。", None
        if isinstance(order, Order) and entry is None and order.status == "fuelled":
            found += "积分账上没有这一单的入账，确实漏了。"
            make_up, why = await self._make_up(case, order)
            if make_up is not None:
                advice = f"这一单应得 {make_up.points} 积分（{why}），我已提交补发，到账马上告诉您。"
        elif found and entry is None:
            found += f"这一单已退款，用掉的积分 {case.say('points.refund_return')}内退回，我请运营核对。"
        return filing.file(
            self,
            case,
            summary=in_short(order if isinstance(order, Order) else None, case, self.title),
            found=found,
            missing="我没有找到对应的加油订单，先按您说的去核对。",
            advice=f"{rights_words(case)}{advice}",
            checked=[entry_words(entry, case)] if isinstance(entry, PointsEntry) else [],
            order_ids=order_ids(order if isinstance(order, Order) else None),
            demand="补积分",
            remedies=(make_up,),
        )

    async def _make_up(self, case: Case, order: Order) -> tuple[Remedy | None, str]:
        """The points that the published rule gives for an order, and how they come about."""
        customer = await case.customer()
        if customer is None:
            return None, ""
        points, why = due_points(case, order, customer.level)
        offer = await remedies.offered(case, "points_missing", order.id, points)
        done = "{points} 积分已经补到您的账户，现在共有 {balance} 分。"
        return (remedies.compensation(offer, order.id, done, note="补发加油积分") if offer else None), why


class PointsQuery(Flow):
    """Balance and ledger; nothing is filed."""

    intent = "points_query"
    guest_phone = False

    async def conclude(self, case: Case) -> Conclusion:
        if case.guest:
            return filing.solved("查积分要先登录：点「我的—登录」，登录后再问我一次就能看到。")
        customer = await case.customer()
        if customer is None:
            missing = "我没有查到您的积分账户，请换下单时的手机号登录再查。"
            return filing.solved(filing.notes(case, missing=missing) or missing, buttons=(filing.PERSON,))
        entries = await case.points()
        match = match_timed(entries, case.memory, lambda e: e.at)
        shown = match.records[:_SHOWN] if match.hinted else tuple(entries[:_SHOWN])
        worth = customer.points / float(case.figure("points.value_per_yuan"))
        lines = "\n".join(f"· {entry_words(e, case)}" for e in shown)
        text = f"您现在有 {customer.points} 积分，{case.say('points.value_per_yuan')}，大约可抵 {worth:.2f} 元。"
        text += f"积分有效期 {case.say('points.validity')}，{case.say('points.reminder')}会提醒您。"
        soon, on = expiring(case, entries)
        if soon and on is not None:
            text += f"其中 {soon} 积分将在 {day(on, case.now)} 前后到期，请先用掉。"
        return filing.solved(sentences(filing.start(case), text, f"\n最近的明细：\n{lines}" if lines else ""))


class PointsStolen(Flow):
    """Points used by somebody else: filed at once, a person at once."""

    intent = "points_stolen"
    guest_phone = False

    async def conclude(self, case: Case) -> Conclusion:
        spent = [e for e in await case.points() if e.kind == "spend"]
        match = match_timed(spent, case.memory, lambda e: e.at)
        shown = match.records[:3]
        freeze = None if case.guest else remedies.by_right(RemedyKind.FREEZE_ACCOUNT, None, ACCOUNT_FROZEN)
        lines = "；".join(entry_words(e, case) for e in shown)
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{entry_words(shown[0], case)}" if shown else f"{self.title}（未查到消费流水）",
            found=f"查到最近的积分使用：{lines}。" if lines else "",
            missing="我没有查到最近的积分使用记录，先按被盗处理。",
            advice=sentences(
                FREEZING if freeze else "",
                "请您现在就改登录密码和支付密码，不要把验证码告诉任何人。哪一笔不是您用的，接下来直接告诉专人。",
            ),
            remedies=(freeze,),
            extra={"second_verification": True},
            checked=[entry_words(e, case) for e in shown],
            order_ids=[e.order_id for e in shown if e.order_id],
            demand="冻结积分，追回被盗用的积分",
            critical=True,
        )


_STOLEN = PointsStolen()


class PointsExplain(Flow):
    """Why these purchases brought so many points, read from the ledger."""

    intent = "points_explain"

    async def look_up(self, case: Case) -> None:
        earned = [e for e in await case.points() if e.kind == "earn"]
        orders = await case.orders()
        hits = match_orders(orders, case.memory) if orders else Match[Order](())
        wanted = {o.id for o in hits.records} if hits.hinted else set()
        said = {int(p) for p in case.memory.values(POINTS)}
        meant = [e for e in earned if e.order_id in wanted or e.change in said]
        # A difference needs two: the one he means and the one next to it.
        case.found["entries"] = [*meant, *(e for e in earned if e not in meant)][:2]
        case.found["orders"] = {o.id: o for o in orders}

    def needs(self, case: Case) -> Iterator[Ask]:
        lines = self._lines(case)
        if lines and not kept_rights(case.words):
            text = "您最近的积分是这样算的：\n" + "\n".join(f"· {line}" for line in lines)
            basic, diesel = case.say("points.per_yuan"), case.say("points.diesel_factor")
            rule = f"\n基本规则是{basic}，{diesel}，再乘会员等级倍数。"
            differs = difference_words(case.found.get("entries") or ())
            yield Ask("solved", f"{text}{rule}{differs}这样清楚了吗？", _CLEAR, accepts="agreed")

    def _lines(self, case: Case) -> list[str]:
        entries: Sequence[PointsEntry] = case.found.get("entries") or ()
        orders: Mapping[str, Order] = case.found.get("orders") or {}
        lines = []
        for entry in entries:
            order = orders.get(entry.order_id or "")
            basis = basis_words(entry.basis)
            where = order_words(order, case.now) if order else clock(entry.at, case.now)
            lines.append(f"{where}：{entry.change:+d} 分" + (f"（{basis}）" if basis else ""))
        return lines

    async def conclude(self, case: Case) -> Conclusion:
        if case.get("solved") == "yes":
            return filing.solved("好的。以后每一笔的算法，都可以在「我的—积分—明细」里点开看。")
        await self.look_up(case)
        lines = self._lines(case)
        orders = [e.order_id for e in case.found["entries"] if e.order_id]
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{lines[0]}" if lines else self.title,
            missing="我没有查到您的积分流水，先按您说的去核对。",
            found=rights_words(case),
            advice="运营会把这几笔逐笔核算，把结果告诉您。",
            checked=lines,
            order_ids=orders,
            demand="解释积分计算，算错的补上",
            extra={"rights": list(kept_rights(case.words))} if kept_rights(case.words) else None,
        )


_FLOWS = (
    PointsRefuelFailed(),
    PointsMissing(),
    PointsQuery(),
    _STOLEN,
    PointsExplain(),
)


class PointsForm(FlowForm):
    area = "points"
    flows = _FLOWS


class PointsConclude(FlowConclude):
    area = "points"
    flows = _FLOWS
