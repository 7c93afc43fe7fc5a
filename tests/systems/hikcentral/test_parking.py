"""Parking lots, floors and spaces against a simulated platform."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InsufficientRightsError
from custom_components.hikvision_ivm.systems.hikcentral.parking import (
    FLOORS,
    LOTS,
    PASSED,
    SPACES,
    STORED,
    stored_picture,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, ImageFeature, Phase
from simulators.hikcentral import SitePlan

from .domain_bench import PERSONAL, START, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

NUMBERS = (Kind.SPACES_TOTAL, Kind.SPACES_FREE, Kind.SPACES_REGISTERED, Kind.SPACES_REGISTERED_FREE)
OPTIONS = {"parking_spaces": True, "personal": list(PERSONAL)}
ADDRESS = "Vsm://PHQG#20261120#20261120_120000000.d:0:62692"


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_lots_and_floors_tell_what_is_free(profile: Any) -> None:
    """Of a floor also for each type of space."""
    async with bench(profile, SitePlan(floors=2)) as made:
        made.want(*NUMBERS, Kind.MAX_PARKING_TIME)
        lot = made.platform.state.parking.lots["1"]
        lot.hours = 9
        made.platform.park("1", "B AB 1234")
        await made.poll()
        assert made.value("_lot_1", Kind.SPACES_FREE) == lot.total - 1 == made.value("_lot_1", Kind.SPACES_TOTAL) - 1
        assert made.value("_floor_1", Kind.SPACES_FREE) == made.value("_floor_2", Kind.SPACES_FREE) - 1
        kind = str(made.platform.state.parking.spaces["1"].type)
        assert made.value("_floor_1", Kind.SPACES_TOTAL, kind) == made.value("_floor_1", Kind.SPACES_FREE, kind) + 1
        assert made.platform.count() == 2


async def test_minus_one_is_not_configured() -> None:
    """So it is unknown, never a number."""
    async with bench() as made:
        made.want(*NUMBERS, Kind.MAX_PARKING_TIME)
        lot = made.platform.state.parking.lots["1"]
        lot.total = lot.permanent = lot.hours = -1
        await made.poll()
        told = {
            one.kind: made.sink.values[one.id]
            for one in made.domains.parking.features
            if one.device_id.endswith("_lot_1")
        }
        assert len(told) >= 2 and set(told.values()) == {UNKNOWN}


async def test_parking_is_read_once_a_minute() -> None:
    """All lots in one call, all floors in another, however many there are; nothing while nobody looks."""
    async with bench(plan=SitePlan(parking_lots=3, floors=3)) as made:
        await made.poll()
        assert made.platform.count() == 0
        made.want(Kind.SPACES_FREE)
        for _ in range(4):
            await made.poll(30)
        assert (made.platform.count(LOTS), made.platform.count(FLOORS)) == (2, 2)


async def test_a_lot_that_is_gone_is_unknown() -> None:
    """Its device may still be there until the inventory is read again."""
    async with bench(plan=SitePlan(parking_lots=2)) as made:
        made.want(Kind.SPACES_FREE)
        await made.poll()
        del made.platform.state.parking.lots["2"]
        await made.poll(60)
        assert made.value("_lot_2", Kind.SPACES_FREE) is UNKNOWN
        assert made.value("_lot_1", Kind.SPACES_FREE) >= 0


@pytest.mark.parametrize("data", [None, "", []])
async def test_a_failed_answer_is_no_empty_list(data: object) -> None:
    """Code 0 without a list: what was known stays for now."""
    async with bench() as made:
        made.want(Kind.SPACES_FREE)
        await made.poll()
        made.platform.fault(LOTS, data=data)
        await made.poll(60)
        assert made.value("_lot_1", Kind.SPACES_FREE) >= 0


@pytest.mark.parametrize(
    ("status", "taken", "word"),
    [(1, False, "vacant"), (2, True, "occupied"), (3, True, "overtime"), (4, True, "violation"), (0, UNKNOWN, UNKNOWN)],
)
async def test_spaces(status: int, taken: object, word: object) -> None:
    """A sensor says whether something stands there, another one what is wrong with it."""
    async with bench(options=OPTIONS) as made:
        made.want(Kind.PARKING_SPACE)
        made.platform.state.parking.spaces["2"].status = status
        await made.poll()
        assert made.value("_floor_1", Kind.PARKING_SPACE, "2", "binary_sensor") is taken
        assert made.value("_floor_1", Kind.PARKING_SPACE, "2", "sensor") == word
        await made.poll(30)
        assert made.bodies(SPACES) == [{"floorIndexCode": "1"}] * 2


async def test_a_space_that_is_not_in_the_list_is_unknown() -> None:
    """And one that nobody watches costs nothing."""
    async with bench(options=OPTIONS) as made:
        made.wanted = {made.feature("_floor_1", Kind.PARKING_SPACE, "2", "binary_sensor").id}
        await made.poll()
        assert made.value("_floor_1", Kind.PARKING_SPACE, "2", "binary_sensor") is False
        del made.platform.state.parking.spaces["2"]
        await made.poll(30)
        assert made.value("_floor_1", Kind.PARKING_SPACE, "2", "binary_sensor") is UNKNOWN
        assert made.platform.count() == 2


def park(made: Bench) -> None:
    """Let a vehicle take the third space, and a camera see it."""
    made.platform.park("3", "B AB 1234")
    made.platform.pictures.keep(made.platform.state.parking.spaces["3"].picture, "Space 3")


def picture(made: Bench, space: str) -> ImageFeature:
    """Return the picture of a space."""
    found = made.feature("_floor_1", Kind.SPACE_PICTURE, space)
    assert isinstance(found, ImageFeature)
    return found


@pytest.mark.parametrize("profile", ["table", "sample"])
async def test_the_picture_of_a_space_comes_when_somebody_looks(profile: Any) -> None:
    """That there is another one is told; the picture itself is fetched on demand."""
    async with bench(profile, options=OPTIONS) as made:
        made.want(Kind.SPACE_PICTURE)
        await made.poll()
        assert made.sink.occurrences == []
        park(made)
        await made.poll(30)
        (told,) = made.sink.occurrences
        assert (told.kind, told.phase, told.features) == (Kind.SPACE_PICTURE, Phase.PULSE, (picture(made, "3").id,))
        assert (told.picture, told.time, told.plate) == (None, START, None)
        await made.poll(30)
        assert len(made.sink.occurrences) == 1
        assert made.platform.count("picture") + made.platform.count("image") == 0
        found = await made.domains.parking.image(picture(made, "3"))
        assert found is not None and found.content.startswith(b"\xff\xd8\xff")
        assert await made.domains.parking.image(picture(made, "4")) is None


async def test_a_picture_is_found_before_anything_was_polled() -> None:
    """As after a start."""
    async with bench(options=OPTIONS) as made:
        park(made)
        assert await made.domains.parking.image(picture(made, "3")) is not None


async def test_a_picture_is_asked_for_in_two_places() -> None:
    """Which of two calls serves these addresses is documented for none of them."""
    async with bench() as made:
        jpeg = b"\xff\xd8\xff\xe0 a picture"
        made.platform.fault(STORED, code="2")
        made.platform.fault(PASSED, raw=jpeg, content_type="image/jpeg")
        found = await stored_picture(made.client, ADDRESS)
        assert found is not None and found.content == jpeg
        assert [one.path for one in made.platform.requests] == [STORED, PASSED]
        assert await stored_picture(made.client, "/pic/1") is not None
        assert made.platform.count(STORED) == 1


async def test_a_picture_that_is_gone_is_none() -> None:
    """But a missing right is told."""
    async with bench() as made:
        made.platform.fault(STORED, code="128")
        made.platform.fault(PASSED, code="128")
        assert await stored_picture(made.client, ADDRESS) is None
        made.platform.heal()
        made.platform.deny(STORED)
        made.platform.deny(PASSED)
        with pytest.raises(InsufficientRightsError):
            await stored_picture(made.client, ADDRESS)
