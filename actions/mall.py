"""The points mall: redemptions that failed, codes that do not work, parcels on their way."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Iterator, Sequence

from actions import filing, remedies
from actions.case import Case
from actions.choice import NO, Option
from actions.flow import Ask, Conclusion, Flow, by_id, known
from actions.form import FlowConclude, FlowForm
from actions.matching import match_timed
from actions.records import gift_status
from actions.rights import kept_rights, rights_words
from actions.wording import clock, sentences
from contracts.effects import Remedy
from contracts.platform import GiftOrder
from contracts.policy import CompensationOffer

_PARTNER_WORDS = ("商家", "商户", "门店", "店员", "店里", "核销", "不认")
_REFUSED_CODE = re.compile(r"无效|(?:已被|被人|已经)(?:使用|用)|用不了|不能用|不认|核销|过期|失效|错误|不对")
_PARTNER = "商家不认的，不用您和商家争，先留好凭证："
_VIRTUAL_PATIENCE = timedelta(minutes=1)
"""A code comes within seconds; so much later it does not come any more."""


class GiftFlow(Flow):
    """A flow about one redemption."""

    record_slot = "gift_id"
    question = "请问是哪一件礼品？"

    def fits(self, gift: GiftOrder) -> bool:
        return True

    def likely(self, gift: GiftOrder, case: Case) -> bool:
        return False

    async def look_up(self, case: Case) -> None:
        fitting = [g for g in await case.gifts() if self.fits(g)]
        likely = [g for g in fitting if self.likely(g, case)]
        match = match_timed(fitting, case.memory, lambda g: g.at, lambda g: None, lambda g: g.title)
        if not match.hinted and likely:
            match = match_timed(likely, case.memory, lambda g: g.at)
        self.pick(case, "gift_id", match)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_which(case, "gift_id", self.question)

    async def gift(self, case: Case) -> GiftOrder | None:
        found: GiftOrder | None = by_id(await case.gifts(), known(case, "gift_id"))
        return found

    async def remedy(
        self, case: Case, cause: str, gift: GiftOrder | None, done: str = ""
    ) -> tuple[CompensationOffer, Remedy] | None:
        """What the policy gives for this gift at once; None when a person has to decide."""
        offer = await remedies.offered(case, cause, gift.id, gift.points) if gift is not None else None
        if gift is None or offer is None:
            return None
        return offer, remedies.compensation(offer, gift.id, done)

    def in_short(self, gift: GiftOrder | None) -> str:
        return f"{self.title}：{gift.title}（{gift.points} 积分）" if gift else f"{self.title}（未查到兑换记录）"


def gift_words(gift: GiftOrder, case: Case) -> str:
    return f"查到您{clock(gift.at, case.now)} 用 {gift.points} 积分兑换的「{gift.title}」"


class RedeemFailed(GiftFlow):
    """The redemption itself failed, or nothing came of it."""

    intent = "redeem_failed"
    parties = ("platform", "supplier")
    question = "请问是兑换哪一件礼品时出的问题？"

    def likely(self, gift: GiftOrder, case: Case) -> bool:
        return gift.status in ("failed", "out_of_stock")

    async def look_up(self, case: Case) -> None:
        gifts = await case.gifts()
        if any(self.likely(g, case) for g in gifts):
            await super().look_up(case)

    async def conclude(self, case: Case) -> Conclusion:
        gift = await self.gift(case)
        found, advice, back = "", "运营核实后，扣了没兑到的积分会退回。", None
        spent = [e for e in await case.points() if e.kind == "spend"][:1]
        if gift is not None:
            found = f"{gift_words(gift, case)}，状态是{gift_status(gift)}。"
        if gift is not None and gift.status == "out_of_stock":
            back = await self.remedy(case, "gift_out_of_stock", gift)
            extra = gift.points * int(case.figure("mall.out_of_stock_extra")) // 100
            rule = f"退回 {gift.points} 积分，另补 {case.say('mall.out_of_stock_extra')}（{extra} 积分）"
            advice = f"缺货按规则{rule}，我已提交，到账马上告诉您。" if back else f"缺货按规则{rule}，运营核实后办理。"
        elif gift is not None:
            back = await self.remedy(case, "gift_failed", gift) if gift.status == "failed" else None
            advice = f"没兑到的 {gift.points} 积分核实后退回您的账户。"
            if gift.status in ("redeemed", "shipped", "delivered"):
                advice = "系统里这一笔是兑换成功的；您要是还试过另一次，运营会核对有没有多扣积分，多扣的退回。"
            if back:
                advice = f"没兑到的 {gift.points} 积分我已提交退回，到账马上告诉您。"
        rights = kept_rights(case.words)
        if rights:
            advice = f"{rights_words(case)}{advice}"
        return filing.file(
            self,
            case,
            summary=self.in_short(gift),
            found=found,
            missing="我没有查到失败的兑换记录，先按您说的去核对积分有没有扣。",
            advice=advice,
            checked=[f"最近一笔积分使用：{e.change:+d}（{e.note}）" for e in spent] if gift is None else [],
            demand="按原比例兑换，或退回积分" if "old_rate" in rights else "退回积分或重新兑换",
            remedies=(back[1] if back else None,),
            extra={**({"gift_id": gift.id} if gift else {}), **({"rights": list(rights)} if rights else {})},
        )


class RedeemCodeInvalid(GiftFlow):
    """A code or voucher that is missing, or that the partner refuses."""

    intent = "redeem_code_invalid"
    parties = ("platform", "partner")
    question = "请问是哪一件礼品的券码用不了？"

    def fits(self, gift: GiftOrder) -> bool:
        return gift.virtual

    def likely(self, gift: GiftOrder, case: Case) -> bool:
        """A code that is refused was sent; one that he misses was not."""
        return (gift.code is not None) is (_REFUSED_CODE.search(case.words) is not None)

    async def conclude(self, case: Case) -> Conclusion:
        gift = await self.gift(case)
        refused = any(word in case.words for word in _PARTNER_WORDS)
        found, cause, advice = "", "code_invalid", "运营会联系商户核实，把码换好或把积分退给您。"
        if gift is not None and gift.code is None:
            cause = "code_missing"
            found = f"{gift_words(gift, case)}，应在 {case.say('mall.virtual')}内发码，系统里确实还没有发出来。"
            advice = "运营会尽快把码发出来，换发的码会出现在「我的—兑换记录」。"
        elif gift is not None:
            found = f"{gift_words(gift, case)}，码已经发出。"
        expired = "过期" in case.words and gift is not None and gift.code is not None
        if expired:
            advice = "券码过了有效期商户可以不核销，运营会核对这张码的有效期和商户的说法，给您一个准信。"
        elif refused and (gift is None or gift.code is not None):
            cause, advice = "partner_refused", f"{_PARTNER}平台先解决您的问题，再去和商家算。"
        given = await self.remedy(case, cause, gift) if self._ripe(gift, case) and not expired else None
        if given is not None:
            advice = self._promise(cause, given[0])
        return filing.file(
            self,
            case,
            summary=self.in_short(gift),
            found=found,
            missing="我没有查到对应的虚拟礼品，先按您说的去核对。",
            advice=advice,
            demand="换发券码或退回积分",
            remedies=(given[1] if given else None,),
            extra={"gift_id": gift.id} if gift else None,
        )

    def _ripe(self, gift: GiftOrder | None, case: Case) -> bool:
        """Whether the gift is old enough for its code to be called missing."""
        return gift is not None and case.now > gift.at + _VIRTUAL_PATIENCE

    def _promise(self, cause: str, offer: CompensationOffer) -> str:
        if cause == "partner_refused":
            return f"{_PARTNER}平台先把 {offer.amount} 积分退给您，再去和商家算。我已提交，到账马上告诉您。"
        again = "重新发码" if cause == "code_missing" else "换发一个新码"
        return f"我已按规则提交{again}，新码马上发给您，在「我的—兑换记录」里也能看到。"


class RedeemLogistics(GiftFlow):
    """Where the parcel is; filed only when it is late or unknown."""

    intent = "redeem_logistics"
    parties = ("platform", "supplier")
    question = "请问是哪一件礼品的物流？"

    def fits(self, gift: GiftOrder) -> bool:
        return not gift.virtual and gift.status not in ("failed", "out_of_stock")

    def likely(self, gift: GiftOrder, case: Case) -> bool:
        return gift.status != "delivered"

    def _due(self, case: Case, gift: GiftOrder) -> datetime:
        if gift.promised_by is not None:
            return gift.promised_by
        return case.after(case.after(gift.at, "mall.ship"), "mall.delivery")

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from super().needs(case)
        gifts: Sequence[GiftOrder] = case.found.get("gifts") or ()
        gift: GiftOrder | None = by_id(gifts, known(case, "gift_id"))
        if gift is not None and gift.status == "delivered":
            options = (Option("yes", "找到了"), Option(NO, "没有收到"))
            where = f"{gift_words(gift, case)}显示已送达{self._parcel(gift)}。"
            text = f"{where}请看看家人、门卫或快递柜有没有代收，找到了吗？"
            yield Ask("solved", text, options, accepts="agreed")

    def _parcel(self, gift: GiftOrder) -> str:
        return f"（{gift.carrier} {gift.tracking}）" if gift.carrier and gift.tracking else ""

    async def look_up(self, case: Case) -> None:
        await super().look_up(case)
        case.found["gifts"] = await case.gifts()

    async def conclude(self, case: Case) -> Conclusion:
        gift = await self.gift(case)
        if case.get("solved") == "yes":
            return filing.solved("好的，收到就好。")
        if gift is not None and gift.status != "delivered" and case.now <= self._due(case, gift):
            moving = (
                f"已发货{self._parcel(gift)}"
                if gift.status == "shipped"
                else f"正在备货，{case.say('mall.ship')}内发出"
            )
            until = clock(self._due(case, gift), case.now)
            rule = f"超过这个时间会自动补您 {case.say('mall.late_points')}。"
            text = f"{gift_words(gift, case)}{moving}，最晚{until} 送到。{rule}"
            return filing.solved(sentences(filing.start(case), text))
        found, advice, late = "", "运营会催仓库和快递，把结果告诉您。", None
        if gift is not None and gift.status == "delivered":
            found = f"{gift_words(gift, case)}显示已送达{self._parcel(gift)}，您没有收到，我请运营找快递查签收。"
        elif gift is not None:
            found = f"{gift_words(gift, case)}已经超过承诺时间 {clock(self._due(case, gift), case.now)}，对不起。"
            late = await self.remedy(case, "gift_late", gift)
            points = gift.points * int(case.figure("mall.late_points")) // 100
            rule = f"按规则补您{case.say('mall.late_points')}（{points} 积分）"
            advice = f"{rule}，我已提交，到账马上告诉您；运营同时去催件。"
            if late is None:
                advice = f"{rule}，运营核实后办理，同时去催件。"
        return filing.file(
            self,
            case,
            summary=self.in_short(gift),
            found=found,
            missing="我没有查到在途的实物礼品，先按您说的去核对。",
            advice=advice,
            checked=[f"礼品 {gift.id} {gift_status(gift)}{self._parcel(gift)}"] if gift else [],
            demand="送到礼品",
            remedies=(late[1] if late else None,),
            extra={"gift_id": gift.id} if gift else None,
        )


_FLOWS = (RedeemFailed(), RedeemCodeInvalid(), RedeemLogistics())


class MallForm(FlowForm):
    area = "mall"
    flows = _FLOWS


class MallConclude(FlowConclude):
    area = "mall"
    flows = _FLOWS
