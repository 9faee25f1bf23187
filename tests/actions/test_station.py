"""Stations."""

from __future__ import annotations

from contracts.effects import FileTicket, HandOff
from contracts.entities import FUEL, STATION
from contracts.platform import Station
from tests.actions.world import SmallPlatform, Talk, ago, entity, order

NORTH = Station(
    "S1", "城北站", "城北路1号", 25.1, 102.7, "00:00-24:00", "0871-1", {"92号": 742, "95号": 789}, ("洗车",), 3
)
EAST = Station("S2", "东环路站", "东环路9号", 25.0, 102.8, "06:00-23:00", "0871-2", {"92号": 736, "0号柴油": 705})


async def test_stations_with_prices_and_queue() -> None:
    talk = Talk(SmallPlatform(station_list=[NORTH, EAST]))
    turn = await talk.say("今天92多少钱一升", "station_find", [entity(FUEL, "92号", "92")])
    assert turn.text.index("东环路站") < turn.text.index("城北站")
    assert "7.42 元/升" in turn.text
    assert "95号" not in turn.text
    assert "排队约 3 辆" in turn.text
    assert turn.card["type"] == "stations"
    assert turn.outcome == "solved"
    assert talk.ports.planned == 0


async def test_named_station_or_the_nearest_ones() -> None:
    talk = Talk(SmallPlatform(station_list=[NORTH, EAST]), customer_id=None)
    one = await talk.say("东环路站几点关门", "station_find", [entity(STATION, "东环路站", "东环路站")])
    assert "06:00-23:00" in one.text
    assert "城北" not in one.text
    none = await talk.say("西山站呢", "station_find", [entity(STATION, "西山站", "西山站")])
    assert "没有找到" in none.text
    assert "城北站" in none.text


async def test_a_place_brings_the_nearest_stations_with_their_distance() -> None:
    talk = Talk(SmallPlatform(station_list=[NORTH, EAST]), customer_id=None)
    here = {"location": {"latitude": 25.001, "longitude": 102.801, "label": "昆明"}}
    turn = await talk.say("附近的加油站", "station_find", context=here)
    assert "离您最近的油站" in turn.text
    assert turn.text.index("东环路站") < turn.text.index("城北站")
    assert "约 0.2 公里" in turn.text
    odd = await talk.say("附近的加油站", "station_find", context={"location": "x"})
    assert "公里" not in odd.text


async def test_unreachable_platform_is_said() -> None:
    assert "连不上" in (await Talk(SmallPlatform(down=True)).say("附近加油站", "station_find")).text


async def test_complaint_takes_the_station_just_visited() -> None:
    turn = await Talk(SmallPlatform(known=[order("O1", ago(minutes=20))])).say("加油员态度太差", "station_complaint")
    assert "城北站" in turn.ticket.summary
    assert turn.ticket.order_ids == ("O1",)
    assert turn.ticket.department == "station"


async def test_complaint_asks_station_and_story() -> None:
    talk = Talk()
    asked = await talk.say("我要投诉油站", "station_complaint")
    assert asked.asked == "station"
    asked = await talk.say("滨江站")
    assert asked.asked == "detail"
    turn = await talk.say("说不支持你们平台，非要我去收银台")
    assert "滨江站" in turn.ticket.summary
    assert turn.ticket.details["slots"]["detail"].startswith("说不支持")


async def test_another_station_is_another_complaint() -> None:
    talk = Talk()
    await talk.say("城北站的人骂人", "station_complaint", [entity(STATION, "城北站", "城北站")])
    await talk.say("东环路站也骂人", "station_complaint", [entity(STATION, "东环路站", "东环路站")])
    again = await talk.say("城北站又骂人", "station_complaint", [entity(STATION, "城北站", "城北站")])
    assert talk.ports.planned == 2
    assert not [e for e in again.effects if isinstance(e, FileTicket)]


async def test_bad_fuel_gives_evidence_steps() -> None:
    turn = await Talk(SmallPlatform(known=[order("O1", ago(days=1))])).say("加完油车就抖", "oil_quality_complaint")
    assert "小票" in turn.text
    assert "7 个工作日" in turn.text
    assert turn.ticket.order_ids == ("O1",)


async def test_bad_fuel_just_now_is_about_the_last_refuelling() -> None:
    orders = [order("O1", ago(hours=3)), order("O2", ago(days=3), station_name="滨江站")]
    turn = await Talk(SmallPlatform(known=orders)).say("加完油车就抖", "oil_quality_complaint")
    assert turn.ticket.order_ids == ("O1",)


async def test_a_bare_grade_is_understood() -> None:
    turn = await Talk(SmallPlatform(station_list=[NORTH, EAST])).say("今天92多少钱一升", "station_find")
    assert "95号" not in turn.text


async def test_bad_fuel_asks_which_refuelling() -> None:
    orders = [order("O1", ago(days=2)), order("O2", ago(days=3), station_name="滨江站")]
    talk = Talk(SmallPlatform(known=orders))
    asked = await talk.say("加完油车就抖", "oil_quality_complaint")
    assert asked.asked == "order_id"
    turn = await talk.say("滨江那次", entities=[entity(STATION, "滨江", "滨江")])
    assert turn.ticket.order_ids == ("O2",)


async def test_danger_gets_the_approved_words_first() -> None:
    talk = Talk(SmallPlatform(known=[order("O1", ago(minutes=5))]))
    turn = await talk.say("油枪漏油了地上全是", "safety_emergency")
    assert turn.text.startswith("请马上离开加油区")
    assert turn.text.index("离开加油区") < turn.text.index("119")
    assert (turn.ticket.department, turn.ticket.priority) == ("station", "P0")
    assert "城北站" in turn.ticket.summary
    assert turn.one(HandOff).rule == "safety_emergency"


async def test_danger_asks_a_guest_nothing_and_needs_no_platform() -> None:
    turn = await Talk(SmallPlatform(down=True), customer_id=None).say("加油站着火了", "safety_emergency")
    assert turn.outcome == "handed_off"
    assert turn.ticket.priority == "P0"
