"""Pictures of what was pushed: asked for together, fetched here, shown where somebody looks."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    BodyTooLargeError,
    InvalidArgumentError,
    NotFoundError,
    QuotaError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.ivm import event_pictures
from custom_components.hikvision_ivm.systems.ivm.event_pictures import is_of_cloud
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ImageFeature, Occurrence, Phase
from simulators.ivm import DevicePlan, TenantPlan

from .push_bench import GATE, RECORDER, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

IMAGE = f"{GATE}_image_event_picture"
JPEG = b"\xff\xd8\xff\xe0 picture"
EVERYTHING = {
    "analytics": ["behavior_analysis", "micro_checkpoint", "vehicle", "target"], "personal": ["plates", "faces"],
}  # fmt: skip


def look(found: Bench, *names: str) -> None:
    """Let somebody look at some images."""
    found.wanted.update(f"{found.uid}_{name}" for name in names or (IMAGE,))


def pictures(found: Bench) -> list[Occurrence]:
    """Return what was told with a picture."""
    return [each for each in found.sink.occurrences if each.picture is not None]


def asked(found: Bench, path: str = "alarms/pictures") -> list[Any]:
    """Return the bodies of the requests for addresses."""
    return [request.body for request in found.cloud.requests if request.path.endswith(path)]


async def test_the_picture_of_an_alarm_comes_after_it() -> None:
    """To the image only, with the moment of the alarm and what was told of it."""
    async with bench() as found:
        look(found)
        await found.start()
        await found.cloud.alarm("Gate", uuid="id_1", picture=JPEG)
        await found.wait(2)
        (told,) = pictures(found)
        assert told.picture is not None
        assert (told.picture.content, told.picture.content_type) == (JPEG, "image/jpeg")
        assert told.picture.taken == found.sink.occurrences[0].time
        assert told.features == (f"{found.uid}_{IMAGE}",)
        assert told.phase is Phase.PULSE
        assert (told.details["status"], told.details["alarm_uuid"]) == ("picture_fetched", "id_1")
        assert asked(found) == [{"alarm_uuids": ["id_1"]}]
        assert "http" not in str(told.details), "no address is handed on"


async def test_where_nobody_looks_nothing_is_asked_for() -> None:
    """Neither addresses nor pictures."""
    async with bench() as found:
        await found.start()
        await found.cloud.alarm("Gate")
        await found.wait(30)
        assert asked(found) == []
        assert pictures(found) == []


async def test_a_storm_is_asked_for_together_and_the_latest_wins() -> None:
    """One request for many images, and one picture for each."""
    plan = TenantPlan(orgs=("Home",), devices=(DevicePlan(kind="NVR", serial=RECORDER, channels=40, name="Recorder"),))
    async with bench(plan) as found:
        look(found, *(f"{RECORDER}_{number}_image_event_picture" for number in range(40)))
        await found.start()
        for turn in range(3):
            for number in range(40):
                await found.cloud.alarm("Recorder", number, uuid=f"{turn}_{number}", picture=JPEG)
        await found.wait(5)
        assert len(asked(found)) == 1
        assert {uuid[:2] for uuid in asked(found)[0]["alarm_uuids"]} == {"2_"}
        assert len(pictures(found)) == 40


async def test_images_are_not_fetched_without_end() -> None:
    """One image gets a picture every two seconds at most."""
    async with bench() as found:
        look(found)
        await found.start()
        for _ in range(20):
            await found.cloud.alarm("Gate", picture=JPEG)
            await found.wait(0.5)
        await found.wait(5)
        assert 4 <= len(pictures(found)) <= 7


async def test_a_picture_that_is_late_is_asked_for_again() -> None:
    """Twice, then it does not come."""
    async with bench() as found:
        look(found)
        await found.start()
        await found.cloud.alarm("Gate", uuid="id_1", picture=False)
        await found.wait(2)
        assert pictures(found) == []
        found.cloud.pictures.of_alarms["id_1"].failed = False
        await found.wait(4)
        assert len(pictures(found)) == 1
        await found.cloud.alarm("Gate", uuid="id_2", picture=False)
        await found.wait(60)
        assert [body["alarm_uuids"] for body in asked(found)] == [["id_1"]] * 2 + [["id_2"]] * 3
        assert found.channel.pictures.counts["absent"] == 1


async def test_a_newer_alarm_takes_the_place_of_one_that_is_waited_for() -> None:
    """The old picture would hide the new one."""
    async with bench() as found:
        look(found)
        await found.start()
        await found.cloud.alarm("Gate", uuid="id_1", picture=False)
        await found.wait(2)
        await found.cloud.alarm("Gate", uuid="id_2", picture=JPEG)
        found.cloud.pictures.of_alarms["id_1"].failed = False
        await found.wait(60)
        assert [each.details["alarm_uuid"] for each in pictures(found)] == ["id_2"]


async def test_a_newer_alarm_that_comes_during_a_request_counts() -> None:
    """What was asked for meanwhile is not there, and not asked for again."""
    async with bench() as found:
        look(found)
        await found.start()
        found.cloud.fault("alarms/pictures", delay=0.3, times=1)
        await found.cloud.alarm("Gate", uuid="id_1", picture=False)
        await found.settle()
        found.clock.move(found.clock.passed + 1)
        await found.until(lambda: asked(found))
        await found.cloud.alarm("Gate", uuid="id_2", picture=JPEG)
        await asyncio.sleep(0.4)
        found.cloud.pictures.of_alarms["id_1"].failed = False
        await found.wait(60)
        assert [each.details["alarm_uuid"] for each in pictures(found)] == ["id_2"]


async def test_a_request_that_fails_costs_its_pictures_only() -> None:
    """The next alarm is served again."""
    async with bench() as found:
        look(found)
        await found.start()
        found.cloud.fault("alarms/pictures", code="IVM.90000010", status=500, times=1)
        await found.cloud.alarm("Gate", picture=JPEG)
        await found.wait(30)
        assert found.channel.pictures.counts["failed"] == 1
        await found.cloud.alarm("Gate", picture=JPEG)
        await found.wait(5)
        assert len(pictures(found)) == 1


async def test_a_picture_that_is_none_is_asked_for_again() -> None:
    """The extension says nothing, so the first bytes have to."""
    async with bench() as found:
        look(found)
        await found.start()
        await found.cloud.alarm("Gate", uuid="id_1", picture=b"<html>")
        await found.wait(2)
        found.cloud.pictures.of_alarms["id_1"].data = JPEG
        await found.wait(5)
        assert len(pictures(found)) == 1


@pytest.mark.parametrize("form", ["json", "binary"])
@pytest.mark.parametrize(("message", "classification"), [("target_data", "TARGET"), ("vehicle_data", "VEHICLE")])
async def test_pictures_of_analysis_are_asked_for_by_their_id(message: str, classification: str, form: Any) -> None:
    """The whole picture, if there is one."""
    async with bench(options=EVERYTHING) as found:
        look(found)
        found.cloud.picture_form = form
        await found.start()
        await found.cloud.tlv(message, "Gate", data_id="data1")
        await found.wait(2)
        assert len(pictures(found)) == 1
        body = {"data_classification": classification, "type": "ALL", "data_ids": ["data1"]}
        assert asked(found, "intelligence-data/pictures") == [body]


async def test_other_analysis_names_its_picture_itself() -> None:
    """It is fetched from the cloud only, with the token and without a question."""
    async with bench(options=EVERYTHING) as found:
        look(found)
        await found.start()
        for url in (
            found.cloud.pictures.static_url(found.cloud.pictures.keep(found.cloud.pictures.of_data, "d", "Gate")),
            "http://198.51.100.7/v1/holo/x.jpg/static",
        ):
            await found.cloud.tlv("behavior_analysis_data", "Gate", panorama_pic=url)
            await found.wait(5)
        assert len(pictures(found)) == 1
        assert asked(found, "intelligence-data/pictures") == []
        assert found.channel.pictures.counts["expected"] == 1


@pytest.mark.parametrize(
    ("url", "of_cloud"),
    [
        ("https://cloud.example.com/v1/holo/a.jpg/static", True),
        ("http://cloud.example.com/v1/holo/a.jpg/static", True),
        ("https://cloud.example.com.evil.org/v1/holo/a.jpg/static", False),
        ("https://cloud.example.com/v1/800000/devices", False),
        ("https://cloud.example.com@evil.org/v1/holo/a", False),
        ("https://cloud.example.com/v1/holo/../800000/devices", False),
        ("https://cloud.example.com/v1/holo/%2e%2e/800000/devices", False),
        ("https://cloud.example.com/v1/holo/..%2f800000/devices", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_addresses_in_messages_are_not_believed(url: str, of_cloud: bool) -> None:
    """The token opens more than pictures."""
    assert is_of_cloud(url, "https://cloud.example.com") is of_cloud


@pytest.mark.parametrize(("kind", "shown"), [("target_alarm", False), ("mask_alarm", False), ("over_line_alarm", True)])
async def test_pictures_of_faces_need_their_word(kind: str, shown: bool) -> None:
    """Other pictures come all the same."""
    async with bench() as found:
        look(found)
        await found.start()
        await found.cloud.alarm("Gate", None, kind, picture=JPEG)
        await found.wait(2)
        assert bool(pictures(found)) is shown
    async with bench(options={"personal": ["faces"]}) as found:
        look(found)
        await found.start()
        await found.cloud.alarm("Gate", None, kind, picture=JPEG)
        await found.wait(2)
        assert len(pictures(found)) == 1


async def test_an_image_that_is_looked_at_later_is_fetched_then() -> None:
    """By the id, for the address lives five minutes only."""
    async with bench() as found:
        look(found)
        feature = found.sink.current.features[f"{found.uid}_{IMAGE}"]
        assert isinstance(feature, ImageFeature)
        assert await found.channel.image(feature) is None
        await found.start()
        await found.cloud.alarm("Gate", uuid="id_1", picture=JPEG)
        await found.jump(3000)
        picture = await found.channel.image(feature)
        assert picture is not None
        assert picture.content == JPEG
        del found.cloud.pictures.of_alarms["id_1"]
        assert await found.channel.image(feature) is None


async def test_the_picture_of_any_alarm_can_be_had_by_its_id() -> None:
    """For seven days."""
    async with bench() as found:
        await found.start()
        await found.cloud.alarm("Recorder", "Door", uuid="id_1", picture=JPEG)
        assert (await found.channel.alarm_picture(" id_1 ")).content == JPEG
        with pytest.raises(NotFoundError):
            await found.channel.alarm_picture("id_2")
        for wrong in ("", " ", "x" * 129):
            with pytest.raises(InvalidArgumentError):
                await found.channel.alarm_picture(wrong)
        await found.jump(8 * 86_400)
        with pytest.raises(SystemFailure):
            await found.channel.alarm_picture("id_1")
        assert len(asked(found)) == 3


async def test_a_picture_without_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that storms of large ones do not fill the memory."""
    monkeypatch.setattr(event_pictures, "LIMIT_BYTES", 4)
    async with bench() as found:
        await found.start()
        await found.cloud.alarm("Gate", uuid="id_1", picture=JPEG)
        with pytest.raises(BodyTooLargeError):
            await found.channel.alarm_picture("id_1")


async def test_a_cloud_that_is_strained_is_left_alone() -> None:
    """Pictures are dropped, not asked for again and again."""
    async with bench() as found:
        look(found)
        await found.start()
        found.cloud.fault("alarms/pictures", code="IVM.90000011", status=500, times=1)
        await found.cloud.alarm("Gate", picture=JPEG)
        await found.wait(2)
        await found.cloud.alarm("Gate", uuid="id_2", picture=JPEG)
        await found.wait(20)
        assert len(asked(found)) == 1
        with pytest.raises(QuotaError):
            await found.channel.alarm_picture("id_2")


async def test_an_image_appears_where_the_list_offered_none() -> None:
    """A channel that is not known to be able to tell alarms told one."""
    plan = TenantPlan(orgs=("Home",), devices=(DevicePlan(name="Gate", serial=GATE, packages={"MANAGEMENT": "GRANT"}),))
    async with bench(plan) as found:
        found.cloud.services_needed = False
        await found.start()
        assert f"{found.uid}_{IMAGE}" not in found.sink.current.features
        await found.cloud.alarm("Gate")
        await found.wait(6)
        feature = found.sink.current.features[f"{found.uid}_{IMAGE}"]
        assert feature.kind is Kind.EVENT_PICTURE
