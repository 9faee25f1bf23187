"""A coupon that is there and cannot be chosen: the condition that fails, and the nearest remedy."""

from __future__ import annotations

from typing import Iterator, Sequence

from actions import filing
from actions.case import Case
from actions.flow import Ask, Conclusion, Flow, by_id, known
from actions.matching import match_timed, same_station
from actions.records import order_words
from actions.wording import clock, sentences, yuan
from contracts.entities import FUEL, STATION
from contracts.platform import Coupon, Order, Station
from language import normalise

NOT_MINE = {"title": "不是我用的", "payload": "intent:account_security"}
_STACKED = ("两张", "2张", "叠加", "一起用", "同时用", "再用一张")


class CouponUnusable(Flow):
    """Judges the coupon by its own conditions and by what the customer wanted to buy."""

    intent = "coupon_unusable"
    record_slot = "coupon_id"
    parties = ("platform",)

    async def look_up(self, case: Case) -> None:
        known_ones = [c for c in await case.coupons() if c.status != "pending"]
        coupons = [c for c in known_ones if c.status != "used"]
        usable = [c for c in coupons if c.status == "usable"] or coupons
        called = match_timed(known_ones, case.memory, lambda c: c.bought_at, name=lambda c: c.title)
        match = match_timed(usable, case.memory, lambda c: c.bought_at, lambda c: c.value_fen, lambda c: c.title)
        if called.hinted and called.only is not None:
            match = called
        self.pick(case, "coupon_id", match)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_which(case, "coupon_id", "请问是哪一张券用不了？")

    async def conclude(self, case: Case) -> Conclusion:
        coupons = await case.coupons()
        coupon: Coupon | None = by_id(coupons, known(case, "coupon_id"))
        if coupon is not None and coupon.status == "used":
            return self._spent(case, coupon, await case.orders())
        stations = await case.stations(None) if coupon is not None and coupon.station_ids else ()
        reason = self._reason(case, coupon, stations) if coupon else ""
        instead = self._instead(case, coupon, coupons) if coupon and reason else ""
        found = f"查到您的「{coupon.title}」（{yuan(coupon.value_fen)}）。{reason}{instead}" if coupon else ""
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{coupon.title}" if coupon else f"{self.title}（未查到这张券）",
            found=found,
            missing="我没有在您的账户里查到能对上的券，先按您说的去核对。",
            advice="" if reason else "券本身的状态和有效期都正常，我请运营核对这一单为什么不能选。",
            checked=[reason] if reason else [],
            demand="让券可以使用",
        )

    def _spent(self, case: Case, coupon: Coupon, orders: Sequence[Order]) -> Conclusion:
        """It was used: where, and a way on for one who did not use it."""
        order: Order | None = by_id(orders, coupon.used_order_id)
        where = f"{order_words(order, case.now)}的订单" if order else f"订单 {coupon.used_order_id or '（未记录）'}"
        text = f"您的「{coupon.title}」已经用掉了，用在{where}，所以看不到、也不能再选。"
        return filing.solved(sentences(filing.start(case), text), buttons=(NOT_MINE, filing.PERSON))

    def _reason(self, case: Case, coupon: Coupon, stations: Sequence[Station]) -> str:
        """The condition that fails, and what is nearest to meeting it; else the conditions to compare with."""
        if coupon.status == "expired" or (coupon.valid_until is not None and coupon.valid_until <= case.now):
            until = f"{clock(coupon.valid_until, case.now)} " if coupon.valid_until else ""
            return f"这张券 {until}已经过期了，所以不能选。"
        if coupon.status == "frozen":
            return "这张券现在是冻结状态，我请运营查清原因并解冻。"
        if any(word in case.words for word in _STACKED):
            return f"一单最多用 {case.say('coupon.per_order')}，已经选了别的券时这张会变灰，取消那一张就能选它。"
        failing = sentences(self._amount(case, coupon), self._fuel(case, coupon), self._place(case, coupon, stations))
        return failing or self._met(case, coupon) or self._conditions(coupon, stations)

    def _met(self, case: Case, coupon: Coupon) -> str:
        """What he buys meets every condition that can be judged."""
        amounts = case.memory.amounts_fen()
        if not amounts or coupon.station_ids or (coupon.fuels and not case.memory.meant(FUEL)):
            return ""
        return "您说的这一单符合它的条件，按理能选，是系统的问题，我请运营马上核对；急用可以先退出重进再选一次。"

    def _amount(self, case: Case, coupon: Coupon) -> str:
        amounts = case.memory.amounts_fen()
        short = coupon.threshold_fen - max(amounts) if amounts else 0
        if short <= 0:
            return ""
        return f"这张券满 {yuan(coupon.threshold_fen)}可用，再加 {yuan(short)}就满足了。"

    def _fuel(self, case: Case, coupon: Coupon) -> str:
        fuels = {normalise(str(f)) for f in case.memory.meant(FUEL)}
        if not fuels or not coupon.fuels or fuels & {normalise(f) for f in coupon.fuels}:
            return ""
        return f"它限 {'、'.join(coupon.fuels)}，您加的油号不在里面，换成能用的油号再选，或留到下次用。"

    def _place(self, case: Case, coupon: Coupon, stations: Sequence[Station]) -> str:
        said = [str(s) for s in case.memory.meant(STATION)]
        names = _station_names(coupon, stations)
        if not said or not names or any(same_station(name, s) for name in names for s in said):
            return ""
        return f"它只能在{'、'.join(names)}用，您说的油站不在里面，到这些站就能选。"

    def _conditions(self, coupon: Coupon, stations: Sequence[Station]) -> str:
        limits = []
        if coupon.threshold_fen:
            limits.append(f"满 {yuan(coupon.threshold_fen)}可用")
        if coupon.fuels:
            limits.append(f"限 {'、'.join(coupon.fuels)}")
        if coupon.station_ids:
            names = _station_names(coupon, stations)
            limits.append(f"限{'、'.join(names)}" if names else "限指定油站")
        return f"它的使用条件是：{'，'.join(limits)}。都满足还不能选的话，就是系统的问题。" if limits else ""

    def _instead(self, case: Case, coupon: Coupon, coupons: Sequence[Coupon]) -> str:
        """Another coupon that this purchase meets, when the customer said how much he buys."""
        amounts, fuels = case.memory.amounts_fen(), {normalise(str(f)) for f in case.memory.meant(FUEL)}
        if not amounts:
            return ""
        fitting = [
            c
            for c in coupons
            if c.id != coupon.id
            and c.status == "usable"
            and c.threshold_fen <= max(amounts)
            and not c.station_ids
            and (c.valid_until is None or c.valid_until > case.now)
            and (not c.fuels or not fuels or fuels & {normalise(f) for f in c.fuels})
        ]
        best = max(fitting, key=lambda c: c.value_fen, default=None)
        return f"这一单现在可以用您的「{best.title}」。" if best is not None else ""


def _station_names(coupon: Coupon, stations: Sequence[Station]) -> list[str]:
    return [s.name for s in stations if s.id in coupon.station_ids]
