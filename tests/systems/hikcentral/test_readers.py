"""Card readers: which doors are asked, what is remembered, and what their names are good for (hikcentral §3.1, L5274)."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
import json
from typing import Any

import aiohttp
import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest, Runtime, Tier
from custom_components.hikvision_ivm.systems.errors import AuthenticationError
from custom_components.hikvision_ivm.systems.hikcentral import HikCentralSystem
from custom_components.hikvision_ivm.systems.hikcentral.readers import (
    AGAIN_SECONDS,
    FRESH_SECONDS,
    MEMORY,
    SLICE,
    Readers,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    UNKNOWN,
    BinarySensorFeature,
    EventFeature,
    Feature,
    Inventory,
    LockFeature,
    Unknown,
    Value,
)
from custom_components.hikvision_ivm.systems.settings import APP_KEY, APP_SECRET, IDENTITY, PUSH, URL
from simulators.hikcentral import HikCentralSimulator, SitePlan
from simulators.hikcentral.shaping import PROFILES, Profile
from tests.systems.sinks import QuietSink

from .command_bench import Bench, Time, bench
from .event_bench import RouterBench, event, message

PATH = "resource/v1/reader/search"
UID = "hikcentral_0123456789abcdef"

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Watched:
    """The readers of a bench, with an inventory that is kept."""

    def __init__(self, made: Bench) -> None:
        """Nobody looks at anything yet."""
        self.made = made
        self.inventory = made.context.inventory()
        object.__setattr__(made.context, "inventory", lambda: self.inventory)
        self.readers = made.context.part(Readers)
        self.readers.deliver = self.keep

    def keep(self, inventory: Inventory, sink: Any) -> None:
        """Take over an inventory."""
        self.inventory = inventory
        sink.inventory(inventory)

    def locks(self, *doors: str) -> set[str]:
        """Return the ids of the locks of doors, of all if none is named."""
        return {
            one.id
            for one in self.inventory.of(LockFeature)
            if not doors or one.device_id in {f"{UID}_door_{door}" for door in doors}
        }

    async def slice(self, wanted: Iterable[str] | None = None) -> int:
        """Read a slice for locks or other features, for all locks if none are given."""
        return await self.readers.slice(self.locks() if wanted is None else set(wanted), self.made.sink)

    def sensors(self, door: str = "1") -> dict[str, BinarySensorFeature]:
        """Return the sensors of the readers of a door, by the id of the reader."""
        return sensors(self.inventory, door)

    def value(self, door: str, reader: str) -> Value | Unknown | None:
        """Return what was told last of a reader."""
        return self.made.sink.values.get(self.sensors(door)[reader].id)

    @property
    def asked(self) -> list[str]:
        """Which doors were asked, in order."""
        return [str(body["doorIndexCode"]) for body in self.made.bodies(PATH)]


def sensors(inventory: Inventory, door: str = "1") -> dict[str, BinarySensorFeature]:
    """Return the sensors of the readers of a door, by the id of the reader."""
    return {
        one.part: one
        for one in inventory.of(BinarySensorFeature)
        if one.kind is Kind.READER_ENABLED and one.device_id == f"{UID}_door_{door}"
    }


@asynccontextmanager
async def watched(doors: int = 2, profile: Profile = "table", **more: Any) -> AsyncIterator[Watched]:
    """Yield the readers of a running platform with so many doors."""
    async with bench(profile=profile, site=SitePlan(doors=doors), **more) as made:
        yield Watched(made)


# what is read


@pytest.mark.parametrize("profile", PROFILES)
async def test_readers_of_a_door(profile: Profile) -> None:
    """A sensor for each, on its door, with the name of the reader, off until somebody wants it."""
    async with watched(profile=profile) as seen:
        assert not seen.sensors()
        seen.made.platform.state.readers["2"].enabled = 0
        assert await seen.slice() == 2
        first, second = seen.sensors()["1"], seen.sensors()["2"]
        assert (first.label, second.label) == ("Entry reader", "Exit reader")
        assert not first.enabled
        assert first.rank == 5
        assert (seen.value("1", "1"), seen.value("1", "2")) == (True, False)
        assert set(seen.sensors("2")) == {"3", "4"}
        assert len(seen.made.sink.inventories) == 1
        assert seen.readers.name("1", "2") == "Exit reader"
        assert seen.readers.name("2", "2") is None


async def test_a_reader_that_cannot_be_disabled() -> None:
    """It has no sensor, but its name is known; a word that is neither yes nor no is unknown."""
    async with watched() as seen:
        readers = seen.made.platform.state.readers
        readers["1"].enabled = None
        readers["2"].enabled = 7
        await seen.slice()
        assert set(seen.sensors()) == {"2"}
        assert seen.value("1", "2") is UNKNOWN
        assert seen.readers.name("1", "1") == "Entry reader"


async def test_a_reader_without_name() -> None:
    """Its id is no name for an event."""
    async with watched() as seen:
        seen.made.platform.state.readers["1"].name = ""
        await seen.slice()
        assert seen.readers.name("1", "1") is None


# who is asked


async def test_only_doors_that_somebody_looks_at() -> None:
    """By their lock, their events, or a sensor of a reader; any other feature is no reason."""
    async with watched(doors=4) as seen:
        events = {one.id for one in seen.inventory.of(EventFeature) if one.device_id == f"{UID}_door_2"}
        others = {one.id for one in seen.inventory.features.values() if one.kind is Kind.DOOR}
        assert await seen.slice(seen.locks("1") | events | others) == 2
        assert sorted(seen.asked) == ["1", "2"]
        assert await seen.slice(()) == 0
        seen.made.time.passed += FRESH_SECONDS
        assert await seen.slice([seen.sensors("1")["1"].id]) == 1
        assert seen.asked[2:] == ["1"]


async def test_slices() -> None:
    """A few doors at a time, each once a day, those that waited longest first; one inventory for a slice."""
    async with watched(doors=SLICE + 3) as seen:
        assert await seen.slice() == SLICE
        assert len(seen.asked) == SLICE
        seen.made.time.passed += 300
        assert await seen.slice() == 3
        assert sorted(seen.asked, key=int) == [str(number + 1) for number in range(SLICE + 3)]
        assert len(seen.made.sink.inventories) == 2
        assert await seen.slice() == 0
        seen.made.time.passed += FRESH_SECONDS - 300
        before = len(seen.asked)
        assert await seen.slice() == SLICE
        assert set(seen.asked[before:]) == set(seen.asked[:SLICE])
        # Nothing is different, so nothing is delivered but values.
        assert len(seen.made.sink.inventories) == 2


async def test_what_changed() -> None:
    """Another name, another state, a reader less; an answer that leaves the state out keeps the sensor, unknown."""
    async with watched() as seen:
        readers = seen.made.platform.state.readers
        await seen.slice()
        seen.made.time.passed += FRESH_SECONDS
        readers["1"].name, readers["2"].enabled, readers["3"].enabled = "Turnstile", 0, None
        del readers["4"]
        await seen.slice()
        assert seen.sensors()["1"].label == "Turnstile"
        assert seen.value("1", "2") is False
        assert set(seen.sensors("2")) == {"3"}
        assert seen.value("2", "3") is UNKNOWN
        assert len(seen.made.sink.inventories) == 2


# what is remembered


async def test_a_restart_asks_for_nothing() -> None:
    """Sensors, names and values are there; memory is JSON."""
    memory: dict[str, Any] = {}
    async with watched(memory=memory) as seen:
        seen.made.platform.state.readers["2"].enabled = 0
        await seen.slice()
    async with watched(memory=json.loads(json.dumps(memory))) as seen:
        assert await seen.slice() == 0
        inventory = seen.readers.apply(seen.inventory)
        assert set(sensors(inventory)) == {"1", "2"}
        assert seen.readers.apply(inventory) is inventory
        report = seen.readers.report(inventory)
        assert [report.values[one.id] for one in sensors(inventory).values()] == [True, False]
        assert seen.readers.name("1", "1") == "Entry reader"
        assert seen.made.platform.count(PATH) == 0


@pytest.mark.parametrize(
    "stored",
    [
        None, "x", [], {"1": None}, {"1": [1]}, {"1": ["x", []]}, {"1": [1e9, [["1", "Entry"]]]},
        {"1": [4e9, [["1", "Entry", True, True]]]}, {"1": [1e9, [["1", "Entry", True, "yes"]]]},
    ],
)  # fmt: skip
async def test_memory_that_makes_no_sense(stored: Any) -> None:
    """It is asked for again, also where it is from the future."""
    async with watched(memory={MEMORY: stored}) as seen:
        assert await seen.slice() == 2
        assert set(seen.sensors()) == {"1", "2"}


async def test_doors_that_are_gone() -> None:
    """They are forgotten with the next answer, and make no features."""
    memory = {MEMORY: {"99": [1e9, [["1", "Entry", True, True]]]}}
    async with watched(memory=memory) as seen:
        assert seen.readers.apply(seen.inventory) is seen.inventory
        await seen.slice()
        assert set(memory[MEMORY]) == {"1", "2"}


# what goes wrong


@pytest.mark.parametrize("way", ["unlicense", "deny"])
async def test_a_platform_that_refuses(way: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is asked once, whatever the number of doors, quietly; what is known has no sensor any more."""
    memory = {MEMORY: {"1": [1.0, [["1", "Entry", True, True]]]}}
    async with watched(doors=5, memory=memory) as seen:
        assert sensors(seen.readers.apply(seen.inventory))
        getattr(seen.made.platform, way)(PATH)
        await seen.slice()
        seen.made.time.passed += AGAIN_SECONDS + 1
        await seen.slice()
        assert seen.made.platform.count(PATH) == 1
        assert not sensors(seen.readers.apply(seen.inventory))
        assert not seen.made.sink.inventories
        ours = [record for record in caplog.records if record.name.startswith("custom_components")]
        assert not [record for record in ours if record.levelname in {"WARNING", "ERROR"}]


@pytest.mark.parametrize(
    "fault", [{"code": "0x00072202"}, {"raw": b'{"code":"0","msg":"","data":""}'}, {"status": 500}]
)
async def test_a_door_that_cannot_be_asked(fault: dict[str, Any]) -> None:
    """It keeps what was known and is asked again later; others are not kept waiting."""
    async with watched(doors=1) as seen:
        await seen.slice()
        seen.made.time.passed += FRESH_SECONDS
        seen.made.platform.fault(PATH, **fault)
        assert await seen.slice() == 1
        assert set(seen.sensors()) == {"1", "2"}
        asked = seen.made.platform.count(PATH)
        assert await seen.slice() == 0
        seen.made.platform.heal(PATH)
        seen.made.time.passed += AGAIN_SECONDS
        assert await seen.slice() == 1
        assert seen.made.platform.count(PATH) == asked + 1


async def test_wrong_keys() -> None:
    """They concern everything, so they are raised."""
    async with watched() as seen:
        seen.made.platform.wrong_signature = True
        with pytest.raises(AuthenticationError):
            await seen.slice()


# names of events


def access(**data: Any) -> dict[str, Any]:
    """Return an access at the first door."""
    return event(198914, 3, srcType="door", data={"personId": "1", **data})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"readerIndexCode": "7"}, {"reader_id": "7", "reader": "Entry"}),
        ({"readerIndexCode": "7", "readerName": ""}, {"reader_id": "7", "reader": "Entry"}),
        ({"readerIndexCode": "7", "readerName": "Told"}, {"reader_id": "7", "reader": "Told"}),
        ({"readerIndexCode": "8"}, {"reader_id": "8"}),
        ({}, {}),
    ],
)
def test_names_in_events(data: dict[str, str], expected: dict[str, str]) -> None:
    """A reader that is told by its id gets its name, if that is known; what the event says counts more."""
    made = RouterBench()
    made.router.reader_name = lambda door, reader: {("1", "7"): "Entry"}.get((door, reader))
    (told,) = made.push(access(**data))
    assert {name: each for name, each in told.details.items() if name.startswith("reader")} == expected


# the system


def create(platform: HikCentralSimulator, session: aiohttp.ClientSession, runtime: Runtime) -> HikCentralSystem:
    """Return a system."""
    data = {URL: platform.url, APP_KEY: platform.app_key, APP_SECRET: platform.app_secret, IDENTITY: UID}
    return HikCentralSystem.create(session, data, {PUSH: False}, runtime)


async def test_the_whole_way() -> None:
    """Set-up reads a slice, polls of details go on; an access that names the id of a reader tells its name.

    After a restart everything is there with the first inventory.
    """
    time, memory = Time(), dict[str, Any]()
    plan = SitePlan(doors=SLICE + 1)
    runtime = time.runtime(memory)
    async with HikCentralSimulator("table", plan, now=runtime.now) as platform, aiohttp.ClientSession() as session:
        system, sink = create(platform, session, runtime), QuietSink()
        inventory = await system.inventory()
        wanted = {one.id for one in inventory.of(LockFeature)}
        await system.prime(sink, wanted)
        assert platform.count(PATH) == SLICE
        assert sensors(sink.inventories[-1])
        await system.poll(Tier.DETAIL, sink, wanted)
        assert platform.count(PATH) == SLICE + 1
        grown = sink.inventories[-1]
        found: list[Feature] = [one for one in grown.features.values() if one.kind is Kind.READER_ENABLED]
        assert len(found) == 2 * (SLICE + 1)
        assert all(sink.values[one.id] is True for one in found)
        body = message(access(readerIndexCode="1", happenTime=runtime.now().isoformat()))
        await system.receive(PushRequest(method="POST", path="", query={}, headers={}, body=body), sink)
        assert sink.occurrences[-1].details["reader"] == "Entry reader"
        # Whatever makes the inventory anew, the readers stay.
        del platform.state.outputs["1"]
        assert len(sensors(await system.inventory())) == 2
        await system.close()

        again, later = create(platform, session, runtime), QuietSink()
        assert set(sensors(await again.inventory())) == {"1", "2"}
        await again.prime(later, wanted)
        assert platform.count(PATH) == SLICE + 1
        assert later.values[sensors(grown)["1"].id] is True
        await again.close()
