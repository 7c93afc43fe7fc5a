"""Vehicles with devices on board against a simulated platform."""

from collections.abc import Mapping
from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.push import parse
from custom_components.hikvision_ivm.systems.hikcentral.vehicles import (
    EVENTS,
    TRACK,
    driving_events,
    picture_addresses,
    position_of,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from custom_components.hikvision_ivm.systems.values import PositionValue
from simulators.hikcentral import SitePlan

from .domain_bench import START, ZONE, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

KINDS = (Kind.POSITION, Kind.SPEED, Kind.HEADING)
PLAN = SitePlan(mobile_devices=1, mobile_vehicles=1)
FLEET = SitePlan(mobile_devices=12, mobile_vehicles=12)


def values(made: Bench, vehicle: str = "1") -> list[Any]:
    """Return where a vehicle is, how fast, and whereto."""
    return [made.value(f"_mveh_{vehicle}", kind) for kind in KINDS]


def forget_tracks(made: Bench) -> None:
    """Let no vehicle have told anything."""
    made.platform.state.points.clear()


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
@pytest.mark.parametrize("form", ["scaled", "degrees", "hidden"])
async def test_the_latest_point_counts(profile: Any, form: Any) -> None:
    """Of several, in every form and profile."""
    async with bench(profile, PLAN) as made:
        made.platform.state.coordinates = form
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90, at=START - timedelta(minutes=3))
        made.platform.move("1", 52.51, 13.41, 50, 180, at=START - timedelta(minutes=1))
        made.platform.move("1", 52.49, 13.39, 30, 45, at=START - timedelta(minutes=2))
        await made.poll()
        position, speed, heading = values(made)
        assert isinstance(position, PositionValue)
        assert (position.latitude, position.longitude) == pytest.approx((52.51, 13.41), abs=0.0002)
        assert (position.speed, position.heading, speed, heading) == (50, 180, 50, 180)


async def test_only_what_is_new_is_asked_for() -> None:
    """The window begins at the last point, and is ten minutes at most."""
    async with bench(plan=PLAN) as made:
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90, at=START - timedelta(minutes=1))
        await made.poll()
        await made.poll(30)
        starts = [body["startTime"] for body in made.bodies(TRACK)]
        assert starts == ["2026-11-20T11:50:00+02:00", "2026-11-20T11:59:00+02:00"]
        await made.poll(1200)
        assert made.bodies(TRACK)[-1]["startTime"] == "2026-11-20T12:10:30+02:00"


async def test_a_silent_vehicle_is_where_it_was() -> None:
    """Its speed and heading are not known any more."""
    async with bench(plan=PLAN) as made:
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90)
        await made.poll()
        await made.poll(590)
        assert values(made)[1:] == [20, 90]
        await made.poll(30)
        position, speed, heading = values(made)
        assert (position.latitude, speed, heading) == (52.5, UNKNOWN, UNKNOWN)


async def test_without_satellites_a_vehicle_is_where_it_was_seen() -> None:
    """Never at 0/0."""
    async with bench(plan=PLAN) as made:
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90)
        await made.poll()
        made.platform.move("1", None, None, 0, 0, at=START + timedelta(seconds=20))
        await made.poll(30)
        position, speed, heading = values(made)
        assert (position.latitude, position.longitude, speed, heading) == (52.5, 13.4, UNKNOWN, UNKNOWN)


async def test_a_vehicle_that_parks_since_long_is_looked_for() -> None:
    """Two hours back, then a day; then never again, for each look back costs."""
    async with bench(plan=PLAN) as made:
        forget_tracks(made)
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90, at=START - timedelta(hours=9))
        await made.poll()
        assert made.feature("_mveh_1", Kind.POSITION).id not in made.sink.values
        await made.poll(30)
        position, speed, heading = values(made)
        assert (position.latitude, speed, heading) == (52.5, UNKNOWN, UNKNOWN)
        hours = [START - timedelta(hours=one) for one in (2, 24)]
        assert [body["startTime"] for body in made.bodies(TRACK)[1::2]] == [
            hours[0].isoformat(),
            (hours[1] + timedelta(seconds=30)).isoformat(),
        ]
        await made.poll(30)
        assert made.platform.count(TRACK) == 5


async def test_a_vehicle_that_told_nothing_is_unknown() -> None:
    """Two looks back, and no more."""
    async with bench(plan=PLAN) as made:
        forget_tracks(made)
        made.want(*KINDS)
        for _ in range(4):
            await made.poll(30)
        assert made.platform.count(TRACK) == 6
        assert made.feature("_mveh_1", Kind.POSITION).id not in made.sink.values
        assert made.value("_mveh_1", Kind.SPEED) is UNKNOWN


async def test_a_fleet_is_asked_ten_at_a_time() -> None:
    """Each gets its own position."""
    async with bench(plan=FLEET) as made:
        made.want(*KINDS)
        for number in range(1, 13):
            made.platform.move(str(number), 50 + number / 10, 10.0, number, 0)
        await made.poll()
        found = [values(made, str(number)) for number in range(1, 13)]
        assert [(round(one[0].latitude, 4), one[1]) for one in found] == [(50 + n / 10, n) for n in range(1, 13)]
        assert sorted(len(body["mobilevehicleIndexCodes"].split(",")) for body in made.bodies(TRACK)) == [2, 10]


async def test_the_future_is_not_believed() -> None:
    """A clock on board that is an hour ahead would hide every later point."""
    async with bench(plan=PLAN) as made:
        made.want(*KINDS)
        ahead = {"occurTime": "2026-11-20 13:00:00", "longitude": 9.0, "latitude": 9.0, "speed": 1, "direction": 1}
        now = {**ahead, "occurTime": "2026-11-20 11:59:50", "longitude": 13.4, "latitude": 52.5}
        row = {"mobilevehicleIndexCode": "1", "gps_info_list": [now, ahead]}
        made.platform.fault(TRACK, data={"total": 1, "list": [row]})
        await made.poll()
        assert values(made)[0].latitude == 52.5


def push(made: Bench, number: int, gps: Mapping[str, Any]) -> None:
    """Let the platform push a point of the first vehicle."""
    event = {
        "eventId": str(number), "srcIndex": "1", "srcType": "mobileVehicle", "eventType": 643, "status": 3,
        "happenTime": gps["occurTime"], "data": {"gps": gps, "vehicle": {}},
    }  # fmt: skip
    body = {"method": "OnEventNotify", "params": {"events": [event]}}
    made.router.wanted = made.wanted
    made.router.take_all(parse(json.dumps(body).encode(), ZONE).events, made.sink)


async def test_a_pushed_point_is_taken_if_it_is_later() -> None:
    """A poll that comes after it does not go back in time, and neither does a push that comes late."""
    async with bench(plan=PLAN) as made:
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90, at=START - timedelta(minutes=1))
        gps = {
            "occurTime": "2026-11-20T12:00:00+02:00",
            "longitude": "13.5",
            "latitude": "52.6",
            "speed": 33,
            "direction": 45,
        }
        push(made, 1, gps)
        assert values(made)[0].latitude == 52.6
        await made.poll()
        assert values(made)[0].latitude == 52.6
        assert values(made)[1] == 33
        push(made, 2, {**gps, "occurTime": "2026-11-20T11:59:50+02:00", "latitude": "1"})
        assert values(made)[0].latitude == 52.6
        made.platform.move("1", 52.7, 13.4, 20, 90, at=START + timedelta(seconds=20))
        await made.poll(30)
        assert values(made)[0].latitude == 52.7


async def test_what_cannot_be_read_is_given_up_after_a_while() -> None:
    """All three of them, for the vehicle may be anywhere."""
    async with bench(plan=PLAN) as made:
        made.want(*KINDS)
        made.platform.move("1", 52.5, 13.4, 20, 90)
        await made.poll()
        made.platform.fault(TRACK, code="10")
        await made.poll(30)
        assert values(made)[0].latitude == 52.5
        await made.poll(30)
        await made.poll(30)
        assert values(made) == [UNKNOWN] * 3


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_events_on_the_way_are_found(profile: Any) -> None:
    """Oldest first, with codes that are in no table, and with their pictures."""
    async with bench(profile, PLAN) as made:
        made.platform.move("1", 52.5, 13.4, 90, 45)
        first = made.platform.mobile_event("1", 648, push=False)
        made.clock.passed += 60
        made.platform.move("1", 52.6, 13.5, 20, 45)
        second = made.platform.mobile_event("1", 330203, push=False)
        until = START + timedelta(minutes=5)
        found = await driving_events(made.client, ["1"], START - timedelta(minutes=1), until)
        assert [(one.event_id, one.code) for one in found] == [(first, 648), (second, 330203)]
        assert found[0].time == START
        assert found[0].position is not None
        assert (round(found[0].position.latitude, 3), found[0].position.speed) == (52.5, 90)
        assert found[0].plate is not None and found[0].plate not in repr(found[0])
        assert position_of(found[0].data.child("gps")) == found[0].position
        assert found[0].data.child("vehicle").text("plateNo") == found[0].plate
        only = await driving_events(made.client, ["1"], START, until, codes=[648])
        assert [one.event_id for one in only] == [first]
        (address,) = await picture_addresses(made.client, "1", first)
        assert address.startswith("Vsm://")


async def test_ids_of_a_search_fit_into_64_characters() -> None:
    """So a large fleet is asked in parts."""
    async with bench(plan=PLAN) as made:
        ids = [f"vehicle-{number:08d}" for number in range(10)]
        await driving_events(made.client, ids, START, START + timedelta(days=1))
        asked = [body["mobilevehicleIndexCodes"] for body in made.bodies(EVENTS)]
        assert max(map(len, asked)) <= 64
        assert ",".join(asked).split(",") == ids
        assert len(asked) == 4
