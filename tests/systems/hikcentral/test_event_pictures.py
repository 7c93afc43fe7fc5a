"""The pictures of events, over real sockets (hikcentral §3.7, §3.9)."""

import asyncio
from base64 import b64decode, b64encode
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidArgumentError, NotFoundError, SystemFailure
from custom_components.hikvision_ivm.systems.hikcentral.event_actions import ACTIONS
from custom_components.hikvision_ivm.systems.hikcentral.event_pictures import (
    LIMIT_BYTES,
    OF_ACCESS,
    OF_EVENT,
    OF_FILE,
    OF_VEHICLE,
)
from custom_components.hikvision_ivm.systems.hikcentral.search import RECORDS
from custom_components.hikvision_ivm.systems.model import ImageFeature, Phase, Picture
from simulators.hikcentral.plan import SitePlan

from .event_bench import PERSONAL, START, UID, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20
CAMERA = f"{UID}_cam_1_image_event_picture"


def pictures(made: Bench) -> list[tuple[str, bytes]]:
    """Return image and content of what was told."""
    return [(each.features[0], each.picture.content) for each in made.sink.occurrences if each.picture is not None]


async def started(made: Bench, *images: str) -> None:
    """Listen, and look at some images."""
    made.wanted.update(images)
    made.listen()
    await made.wait(1)
    made.platform.requests.clear()
    made.client.requests = 0


async def test_picture_that_is_announced() -> None:
    """Status 5: the record says where it lies, and it is fetched and shown."""
    async with bench() as made:
        await started(made, CAMERA)
        made.platform.happen(131331, "camera", "1", picture=JPEG, status=1)
        await made.settle()
        assert pictures(made) == [(CAMERA, JPEG)]
        (told,) = [each for each in made.sink.occurrences if each.picture is not None]
        assert told.phase is Phase.PULSE
        assert told.picture is not None
        assert told.picture.taken == told.time
        assert told.details["status"] == "picture_fetched"
        assert len(made.bodies(OF_EVENT)) == 1
        await made.wait(20)
        assert len(made.bodies(OF_EVENT)) == 1


async def test_picture_that_is_not_announced() -> None:
    """Three seconds after the start the record is asked, and once more a little later."""
    async with bench() as made:
        await started(made, CAMERA)
        made.platform.happen(131331, "camera", "1", picture=JPEG, announce_picture=False)
        await made.wait(2)
        assert made.bodies(RECORDS) == []
        await made.wait(2)
        assert pictures(made) == [(CAMERA, JPEG)]
        alarm = made.platform.happen(131331, "camera", "1")
        await made.wait(4)
        assert len(pictures(made)) == 1
        record = made.platform.state.record(alarm)
        assert record is not None
        record.pictures.append(made.platform.pictures.add("event", "late", data=JPEG + b"late", clock="12:00:00"))
        await made.wait(6)
        assert pictures(made)[-1] == (CAMERA, JPEG + b"late")
        made.platform.happen(131331, "camera", "1")
        asked = len(made.bodies(RECORDS))
        await made.wait(20)
        assert len(made.bodies(RECORDS)) == asked + 2
        assert made.channel.pictures.counts["absent"] == 1


async def test_only_where_somebody_looks() -> None:
    """Without an enabled image nothing is fetched."""
    async with bench() as made:
        await started(made)
        made.platform.happen(131331, "camera", "1", picture=JPEG, status=1)
        await made.wait(20)
        assert made.platform.requests == []


@pytest.mark.parametrize(
    ("code", "source_type", "source", "image", "path"),
    [
        (198914, "door", "1", "_door_1_image_access_picture", OF_ACCESS),
        (131622, "camera", "2", "_cam_2_image_plate_picture", OF_VEHICLE),
        (131659, "camera", "1", "_cam_1_image_face_picture", OF_FILE),
        (648, "mobileVehicle", "1", "_mveh_1_image_event_picture", OF_FILE),
    ],
)
async def test_each_store_has_its_call(code: int, source_type: str, source: str, image: str, path: str) -> None:
    """Accesses, plates, faces and vehicles: the documented call, at once where the push names the picture."""
    memory: dict[str, Any] = {"seen": [[f"{UID}_cam_1", "face_picture"], [f"{UID}_mveh_1", "event_picture"]]}
    plan = SitePlan(mobile_devices=1, mobile_vehicles=1)
    async with bench(plan, options=PERSONAL, memory=memory) as made:
        made.platform.options.low_codes = True
        await started(made, f"{UID}{image}")
        made.platform.happen(code, source_type, source, picture=JPEG)
        await made.wait(4)
        assert pictures(made) == [(f"{UID}{image}", JPEG)]
        assert len(made.bodies(path)) == 1


async def test_picture_inside_the_push() -> None:
    """A face that travels with its picture needs no call."""
    memory: dict[str, Any] = {"seen": [[f"{UID}_cam_1", "face_picture"]]}
    async with bench(options=PERSONAL, memory=memory) as made:
        await started(made, f"{UID}_cam_1_image_face_picture")
        face = {"snap_pic_data": b64encode(JPEG).decode(), "URL": "Vsm://1"}
        made.platform.happen(131659, "camera", "1", data={"alarmResult": {"faces": [face]}})
        await made.settle()
        assert pictures(made) == [(f"{UID}_cam_1_image_face_picture", JPEG)]
        assert made.platform.requests == []
        assert made.channel.pictures.counts["inline"] == 1


async def test_address_that_another_call_knows() -> None:
    """Addresses of files are tried with both calls that take them."""
    memory: dict[str, Any] = {"seen": [[f"{UID}_cam_1", "face_picture"]]}
    async with bench(options=PERSONAL, memory=memory) as made:
        await started(made, f"{UID}_cam_1_image_face_picture")
        made.platform.deny(OF_FILE)
        made.platform.happen(131659, "camera", "1", picture=JPEG)
        await made.settle()
        assert pictures(made) == [(f"{UID}_cam_1_image_face_picture", JPEG)]


async def test_storm_costs_one_at_a_time() -> None:
    """A hundred pictures in ten seconds are a few requests, and the last one is shown in the end."""
    async with bench() as made:
        await started(made, CAMERA)
        for number in range(100):
            made.platform.happen(131331, "camera", "1", picture=JPEG + str(number).encode(), status=1)
            if number % 10 == 9:
                await made.wait(1)
        await made.wait(10)
        assert len(pictures(made)) <= 15
        assert pictures(made)[-1] == (CAMERA, JPEG + b"99")
        assert len(made.bodies(OF_EVENT)) <= 15
        assert len(made.sink.told("motion_detection")) == 100


async def test_picture_that_cannot_be_had() -> None:
    """The event stands, and the next picture is fetched."""
    async with bench() as made:
        await started(made, CAMERA)
        made.platform.fault(OF_EVENT, code="0x00072202", times=1)
        made.platform.happen(131331, "camera", "1", picture=JPEG)
        await made.wait(10)
        assert pictures(made) == []
        assert made.channel.pictures.counts["failed"] == 1
        made.platform.happen(131331, "camera", "1", picture=JPEG)
        await made.wait(10)
        assert pictures(made) == [(CAMERA, JPEG)]


async def test_picture_that_is_too_large() -> None:
    """It is not held in memory."""
    async with bench() as made:
        await started(made, CAMERA)
        made.platform.happen(131331, "camera", "1", picture=JPEG + bytes(LIMIT_BYTES))
        async with asyncio.timeout(20):
            while not made.channel.pictures.counts["failed"]:
                await asyncio.sleep(0.02)
        assert pictures(made) == []


async def test_late_events_fetch_nothing() -> None:
    """What was missed shows no picture as if it were now."""
    async with bench() as made:
        await started(made, CAMERA)
        made.platform.happen(131331, "camera", "1", picture=JPEG, at=START.replace(hour=11), push=False)
        await made.channel.backfill.run(START.replace(hour=10), START, made.sink)
        await made.wait(10)
        assert len(made.sink.told("motion_detection")) == 1
        assert made.bodies(OF_EVENT) == []


async def test_on_demand() -> None:
    """Whoever looks later gets the latest picture; nothing where there was none."""
    async with bench() as made:
        await started(made, CAMERA)
        feature = made.sink.current.features[CAMERA]
        assert isinstance(feature, ImageFeature)
        assert await made.channel.pictures.image(feature) is None
        made.platform.happen(131331, "camera", "1", picture=JPEG)
        await made.wait(5)
        found = await made.channel.pictures.image(feature)
        assert isinstance(found, Picture)
        assert found.content == JPEG
        assert "picture" not in repr(found)


async def act(made: Bench, **arguments: Any) -> Any:
    """Get a picture by the action."""
    return await ACTIONS["get_event_picture"](made.context, [], arguments, made.sink)


async def test_action_by_address_and_by_event() -> None:
    """Which call knows an address, it does not say."""
    async with bench() as made:
        for code, kind in ((131331, "camera"), (198914, "door"), (131659, "camera")):
            event_id = made.platform.happen(code, kind, "1", picture=JPEG)
            record = made.platform.state.record(event_id)
            assert record is not None
            answer = await act(made, uri=record.pictures[0])
            assert answer["content_type"] == "image/jpeg"
            assert b64decode(answer["content"]) == JPEG
        alarm = made.platform.happen(131331, "camera", "2", picture=JPEG + b"2")
        assert b64decode((await act(made, event_id=alarm))["content"]) == JPEG + b"2"
        bare = made.platform.happen(131331, "camera", "2")
        for missing in (bare, "nobody"):
            with pytest.raises(NotFoundError):
                await act(made, event_id=missing)
        with pytest.raises(SystemFailure):
            await act(made, uri="nowhere")
        for wrong in ({}, {"uri": "a", "event_id": "b"}, {"uri": "x" * 513}):
            with pytest.raises(InvalidArgumentError):
                await act(made, **wrong)
