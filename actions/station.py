"""Stations: finding one, complaints about one, bad fuel, danger."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Any, Iterator, Mapping, Sequence

from actions import filing
from actions.case import Case
from actions.choice import UNKNOWN, Option
from actions.flow import Ask, Conclusion, Flow, known, said_nothing_yet
from actions.form import FlowConclude, FlowForm
from actions.matching import Match, match_orders, said_station, same_station
from actions.nearby import another_station
from actions.order_flow import NO_ORDER, OrderFlow, in_short, named, newest, order_ids
from actions.wording import echo, sentences
from contracts.entities import FUEL, STATION
from contracts.platform import Order, Station
from contracts.tickets import TicketView
from language import normalise

_JUST_NOW = timedelta(hours=2)
"""An order this fresh means that the customer is, or just was, at its station."""
_LATELY = timedelta(days=1)
_BARE = re.compile(r"[我要想来个个一下投诉举报反馈你们的这那家油站加油站里服务员工怎么说呢啊吧！!。,，.？?~\s]*")
_REFUSED = re.compile(r"不支持|不认|不让(?:用|加)|拒绝|不给加|不接(?:单|受)|说没有(?:合作|这)")
_SHOWN = 4
_SOME, _ALL = 5, 200
_EARTH_KM = 6371.0


class StationFind(Flow):
    """Stations, prices, queues, facilities; nothing is filed."""

    intent = "station_find"
    guest_phone = False

    async def conclude(self, case: Case) -> Conclusion:
        said = next(iter(case.memory.meant(STATION)), None)
        fuel = next(iter(case.memory.meant(FUEL)), None) or _grade(case.words)
        place = case.message.place
        near = place is not None and not said
        found = await case.stations(str(said) if said else None, _ALL if near else _SOME)
        note = ""
        if not found and said and not case.unreachable:
            called = f"叫「{echo(str(said))}」的" if echo(str(said)) else "您说的"
            note = f"没有找到{called}油站，先给您看看这几个："
            found = await case.stations(None)
        if not found:
            missing = "我暂时没有查到油站信息，您可以在首页「附近油站」里看。"
            return filing.solved(
                "我暂时连不上油站系统，您可以先在首页「附近油站」里看。" if case.unreachable else missing
            )
        if near and place is not None:
            found = sorted(found, key=lambda s: distance_km(place, (s.latitude, s.longitude)))
        shown = sorted(found[:_SHOWN], key=lambda s: _price(s, fuel)) if fuel else list(found[:_SHOWN])
        lines = "\n".join(f"· {_away(s, place if near else None)}{_station_line(s, fuel)}" for s in shown)
        head = (
            note
            or ("离您最近的油站：" if near else "")
            or (f"查到{echo(str(said)) or '这几个油站'}：" if said else "给您找了这几个油站：")
        )
        tail = f"\n油价以下单页为准，站里调价后 {case.say('station.price_update')}内同步。"
        card = {"type": "stations", "items": [_station_item(s, fuel) for s in shown]}
        return filing.solved(sentences(filing.start(case), f"{head}\n{lines}{tail}"), card=card)


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Kilometres as the crow flies between two points of latitude and longitude in degrees."""
    north, south = math.radians(here[0]), math.radians(there[0])
    half = math.sin((south - north) / 2) ** 2
    half += math.cos(north) * math.cos(south) * math.sin(math.radians(there[1] - here[1]) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _away(station: Station, place: tuple[float, float] | None) -> str:
    if place is None:
        return ""
    return f"约 {distance_km(place, (station.latitude, station.longitude)):.1f} 公里，"


def _grade(words: str) -> str | None:
    """A grade that was named by its bare number ("今天92多少钱")."""
    found = re.search(r"(?<!\d)(9[258])(?!\d)", normalise(words))
    return f"{found.group(1)}号" if found else None


def _price(station: Station, fuel: Any) -> int:
    wanted = normalise(str(fuel))
    return next((p for grade, p in station.prices_fen.items() if normalise(grade) == wanted), 10**9)


def _station_line(station: Station, fuel: Any) -> str:
    grades = {g: p for g, p in station.prices_fen.items() if not fuel or normalise(g) == normalise(str(fuel))}
    prices = "，".join(f"{grade} {price / 100:.2f} 元/升" for grade, price in (grades or station.prices_fen).items())
    queue = f"，排队约 {station.queue} 辆" if station.queue else "，不用排队"
    return f"{station.name}（{station.address}），{station.open_hours} 营业，{prices}{queue}"


def _station_item(station: Station, fuel: Any) -> Mapping[str, Any]:
    return {
        "id": station.id,
        "title": station.name,
        "note": _station_line(station, fuel),
        "address": station.address,
        "phone": station.phone,
        "latitude": station.latitude,
        "longitude": station.longitude,
    }


class AtStation(Flow):
    """A flow about something at a station: which one follows from what was said or from the last order."""

    async def look_up(self, case: Case) -> None:
        orders = await case.orders()
        said = next(iter(case.memory.meant(STATION)), None)
        hits = match_orders(orders, case.memory) if orders else Match[Order](())
        meant, latest = hits.only if hits.hinted else None, newest(orders)
        in_words = said_station(case.words, [o.station_name for o in orders])
        if said:
            case.fill("station", str(said))
        elif in_words:
            case.fill("station", in_words)
        elif meant is not None:
            case.fill("station", meant.station_name)
        elif latest is not None and case.now - (latest.paid_at or latest.created_at) < _JUST_NOW:
            case.slots.setdefault("station", latest.station_name)
        station = known(case, "station")
        there = [o for o in orders if station is not None and same_station(o.station_name, station)]
        case.found["order"] = meant or newest(there)
        case.found["stations"] = list(dict.fromkeys(o.station_name for o in orders))[:3]

    def ask_station(self, case: Case) -> Iterator[Ask]:
        names = case.found.get("stations") or []
        options = tuple(Option(name, name, (name,)) for name in names)
        options += (Option(UNKNOWN, "说不上来"),) if names else ()
        yield Ask("station", "请问是哪个油站？说个大概名字就行。", options, accepts="text")

    def order(self, case: Case) -> Order | None:
        """The order at that station, if there is one."""
        order = case.found.get("order")
        return order if isinstance(order, Order) else None


class StationComplaint(AtStation):
    """Staff, service, refusal of the platform, queues."""

    intent = "station_complaint"
    parties = ("platform", "station")

    def same_problem(self, case: Case, tickets: Sequence[TicketView]) -> TicketView | None:
        """Another station is another complaint."""
        station = known(case, "station")
        same = [t for t in tickets if t.category == self.intent]
        return next((t for t in same if station is None or _about_station(t, station)), None)

    def needs(self, case: Case) -> Iterator[Ask]:
        yield from self.ask_station(case)
        if said_nothing_yet(case, _BARE):
            yield Ask("detail", "请说一下当时的情况，有照片或录音也可以发来。", accepts="text")

    async def conclude(self, case: Case) -> Conclusion:
        await self.look_up(case)
        station, order = known(case, "station"), self.order(case)
        refused = _REFUSED.search(case.words) is not None
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{station or '油站未说明'}",
            found=f"记下了，是{echo(station)}的问题，让您不愉快了，对不起。"
            if echo(station)
            else "让您不愉快了，对不起。",
            advice=sentences(
                "油站管理部会找站里核实，把处理结果告诉您。",
                "不认平台订单或优惠的，请保留下单页面，不用和站里争，差价由平台来解决。" if refused else "",
                await another_station(case, station) if refused else "",
            ),
            order_ids=order_ids(order),
            demand="核实并处理",
        )


def _about_station(ticket: TicketView, station: str) -> bool:
    filed = (ticket.details.get("slots") or {}).get("station")
    return not filed or filed == UNKNOWN or same_station(str(filed), station)


class OilQualityComplaint(OrderFlow):
    """Bad fuel is suspected, or the staff filled the wrong grade: evidence first."""

    intent = "oil_quality_complaint"
    parties = ("station", "platform")
    question = "请问是哪一次加油之后出的问题？"

    def fits(self, order: Order, case: Case) -> bool:
        return order.status == "fuelled"

    def likely(self, order: Order, case: Case) -> bool:
        """Trouble "after refuelling" is about the last one, when that was today or yesterday."""
        last = order.fuelled_at or order.created_at
        return case.now - last < _LATELY and order.id == case.found.get("newest")

    async def look_up(self, case: Case) -> None:
        fuelled = newest([o for o in await case.orders() if self.fits(o, case)])
        case.found["newest"] = fuelled.id if fuelled else None
        await super().look_up(case)

    async def conclude(self, case: Case) -> Conclusion:
        order = await self.order(case)
        return filing.file(
            self,
            case,
            summary=in_short(order, case, self.title),
            found=named(order, case),
            missing=NO_ORDER,
            advice=sentences(
                "\n请您先：1）车抖、熄火就不要再开，靠边停好；2）留好小票和订单，拍下故障灯和仪表；",
                "3）油箱里的油不要放掉，等三方在场取样、当场封签，自己不要抽；",
                "4）去修车的话，请修理厂写明故障原因，留好换下的零件、票据和照片，发到这里就行。",
                f"\n油站管理部会封存同批油样送检，一般 {case.say('station.oil_test')}出结果。",
            ),
            checked=[f"订单 {order.id}：{order.station_name} {order.fuel} {order.litres:g} 升"] if order else [],
            order_ids=order_ids(order),
            demand="查明油品，赔偿损失",
        )


class SafetyEmergency(AtStation):
    """Danger at this moment: the approved words, the ticket, a person at once, no questions."""

    intent = "safety_emergency"
    guest_phone = False

    async def conclude(self, case: Case) -> Conclusion:
        await self.look_up(case)
        station, order = known(case, "station"), self.order(case)
        text = sentences(
            f"请马上离开加油区，到上风处的空旷地方，再拨打 {case.say('service.fire_police')}。",
            "不要启动车辆，不要用明火，不要在加油区里打电话；有人受伤请同时叫急救。",
            f"平台应急电话：{case.say('service.hotline')}。",
        )
        return filing.file(
            self,
            case,
            summary=f"{self.title}：{station or '油站未说明'}",
            text=text,
            order_ids=order_ids(order),
            demand="立即处置险情",
            critical=True,
        )


_FLOWS = (StationFind(), StationComplaint(), OilQualityComplaint(), SafetyEmergency())


class StationForm(FlowForm):
    area = "station"
    flows = _FLOWS


class StationConclude(FlowConclude):
    area = "station"
    flows = _FLOWS
