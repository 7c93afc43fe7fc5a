"""Cruise tracks over real sockets (ivm §3.7)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    InvalidArgumentError,
    NotConfirmedError,
    RejectedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.cruises import Cruises, Point, Track
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, SelectFeature, SwitchFeature
from simulators.ivm import DevicePlan

from .media_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

LIST = "cruise-track/list"
ENABLE = "cruise-track/enable"
TWO = DevicePlan(name="Gate", cruises=2)


@dataclass
class Made:
    """A cloud, and what knows the tracks of its cameras."""

    bench: Bench
    cruises: Cruises
    changed: list[Any]
    refused: list[Any]

    @property
    def select(self) -> SelectFeature:
        """The select of the camera."""
        return self.bench.feature(SelectFeature, Kind.PTZ_PATROL)

    def switch(self, track: int) -> SwitchFeature:
        """The switch of a track."""
        return self.bench.feature(SwitchFeature, Kind.CRUISE, detail=str(track))

    @property
    def shown(self) -> dict[str, Any]:
        """What was told last: of the select, and of the switch of each track."""
        return {name.rpartition("_")[2]: value for name, value in self.bench.sink.values.items()}


@asynccontextmanager
async def touring(*devices: DevicePlan, **more: Any) -> AsyncIterator[Made]:
    """Start it."""
    async with bench(*(devices or (TWO,)), **more) as made:
        cruises = Cruises(made.context, made.features)
        found = Made(made, cruises, [], [])
        cruises.changed = found.changed.append
        cruises.refused = lambda channel, gate: found.refused.append(gate)
        yield found


@pytest.mark.parametrize("dirty", [False, True])
async def test_lists_tell_what_runs(dirty: bool) -> None:
    """In any spelling."""
    async with touring(dirty=dirty) as made:
        made.bench.channel().cruises[2].enabled = True
        select, one, two = made.select, made.switch(1), made.switch(2)
        assert await made.cruises.slice([select.id], made.bench.sink) == 1
        address = made.bench.address()
        assert made.cruises.tracks(address) == ((1, "Cruise 1"), (2, "Cruise 2"))
        assert made.changed == [address]
        assert made.bench.sink.values == {select.id: "Cruise 2", one.id: False, two.id: True}
        assert await made.cruises.slice([select.id], made.bench.sink) == 0
        (filled,) = made.cruises.apply(made.bench.inventories[-1]).of(SelectFeature)
        assert filled.options == ("Cruise 1", "Cruise 2")
        made.bench.channel().cruises[2].enabled = False
        await made.cruises.refresh(address, made.bench.sink)
        assert made.bench.sink.values == {select.id: UNKNOWN, one.id: False, two.id: False}


async def test_tracks_are_started_and_stopped() -> None:
    """By select and by switch; one at a time runs, and what runs is read back."""
    async with touring() as made:
        sink, select, one, two = made.bench.sink, made.select, made.switch(1), made.switch(2)
        await made.cruises.select(select, "Cruise 1", sink)
        assert sink.values == {select.id: "Cruise 1", one.id: True, two.id: False}
        await made.cruises.switch(two, sink, on=True)
        assert sink.values == {select.id: "Cruise 2", one.id: False, two.id: True}
        await made.cruises.switch(two, sink, on=False)
        assert sink.values == {select.id: UNKNOWN, one.id: False, two.id: False}
        assert [body["enable_cruise"] for body in made.bench.bodies(ENABLE)] == ["OPEN", "OPEN", "CLOSE"]
        with pytest.raises(InvalidArgumentError):
            await made.cruises.select(select, "Cruise 9", sink)
        with pytest.raises(UnsupportedError):
            await made.cruises.switch(SwitchFeature(device_id="d", kind=Kind.CRUISE), sink, on=True)
        assert made.bench.cloud.count("control-lock") == 0


async def test_stopping_whatever_runs() -> None:
    """Also what somebody else started meanwhile."""
    async with touring() as made:
        address = made.bench.address()
        with pytest.raises(InvalidArgumentError):
            await made.cruises.stop(address, made.bench.sink)
        made.bench.channel().cruises[2].enabled = True
        await made.cruises.stop(address, made.bench.sink)
        assert not made.bench.channel().cruises[2].enabled


async def test_what_does_not_follow_is_told() -> None:
    """The cloud says yes, and nothing happens. What cannot be read back is believed."""
    async with touring() as made:
        switch = made.switch(1)
        made.bench.cloud.fault(ENABLE, raw="{}", status=200)
        with pytest.raises(NotConfirmedError):
            await made.cruises.switch(switch, made.bench.sink, on=True)
        made.bench.cloud.heal()
        made.bench.cloud.fault(LIST, code="IVM.20000043", times=1)
        await made.cruises.switch(switch, made.bench.sink, on=True)
        assert made.bench.sink.values[switch.id] is True
        assert await made.cruises.slice([made.select.id], made.bench.sink) == 1


async def test_tracks_are_named_in_three_ways() -> None:
    """By id, name and option."""
    async with touring() as made:
        address = made.bench.address()
        assert await made.cruises.number(address, "2") == 2
        assert await made.cruises.number(address, "Cruise 1") == 1
        made.bench.channel().cruises[2].name = "Cruise 1"
        await made.cruises.read(address)
        assert await made.cruises.number(address, "Cruise 1 (2)") == 2
        for wrong in ("Cruise 1", "7"):
            with pytest.raises(InvalidArgumentError):
                await made.cruises.number(address, wrong)


@pytest.mark.parametrize("dirty", [False, True])
async def test_points_are_read_in_every_spelling(dirty: bool) -> None:
    """For attributes; without the pictures."""
    async with touring(dirty=dirty) as made:
        track = await made.cruises.detail(made.bench.address(), 1)
        points = tuple(Point(preset=number, dwell=30, speed=5) for number in (1, 2, 3))
        assert track == Track(id=1, name="Cruise 1", points=points)


@pytest.mark.parametrize("spelling", ["both", "dwel_time", "dwell_time"])
async def test_tracks_are_made_changed_and_deleted(spelling: Any) -> None:
    """In the spelling that table and sample agree on, and in the other one if that is refused."""
    async with touring() as made:
        address, sink = made.bench.address(), made.bench.sink
        points = (Point(preset=1, dwell=60, speed=0), Point(preset=2))
        id_ = await made.cruises.create(address, "Night", points, sink)
        assert id_ == 3
        assert (3, "Night") in made.cruises.tracks(address)
        assert made.bench.channel().cruises[3].points == [(1, 60, 0), (2, 30, 5)]
        made.bench.cloud.cruise_fields = spelling
        await made.cruises.edit(address, Track(id=3, name="Day", points=points[:1]), sink)
        assert made.bench.channel().cruises[3].points == [(1, 60, 0)]
        assert (3, "Day") in made.cruises.tracks(address)
        await made.cruises.delete(address, 3, sink)
        assert 3 not in made.bench.channel().cruises
        assert len(made.cruises.tracks(address)) == 2
        with pytest.raises(RejectedError):
            await made.cruises.delete(address, 3, sink)


async def test_other_protocols_and_cameras_without_tracks() -> None:
    """The first are never asked; the second are remembered by who wants to know."""
    async with touring(DevicePlan(name="Gate", protocol="GB28181")) as made:
        with pytest.raises(UnsupportedError):
            await made.cruises.read(made.bench.address())
        assert await made.cruises.slice([made.select.id], made.bench.sink) == 0
        assert not made.bench.cloud.count("cruise-track")
    async with touring(DevicePlan(name="Gate", abilities=["ptz"])) as made:
        with pytest.raises(UnsupportedError):
            await made.cruises.read(made.bench.address())
        assert made.refused == [Gate.CRUISES]
