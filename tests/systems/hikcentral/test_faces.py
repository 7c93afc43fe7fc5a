"""Faces that cameras compared, against a simulated platform."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidArgumentError
from custom_components.hikvision_ivm.systems.hikcentral.faces import GROUPS, MATCHES, face_groups, percent
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Feature
from simulators.hikcentral import SitePlan

from .domain_bench import START, UID, Bench, bench, records

pytestmark = pytest.mark.usefixtures("socket_enabled")

KINDS = (Kind.LAST_FACE, Kind.FACE_SIMILARITY)
PROFILES = pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
SEEN = [f"{UID}_cam_{number}" for number in range(1, 26)]


def told(made: Bench, camera: str = "1") -> list[Any]:
    """Return who was seen, and how sure that is."""
    return [made.value(f"_cam_{camera}", kind) for kind in KINDS]


@PROFILES
async def test_the_last_face_of_each_camera(profile: Any) -> None:
    """Whom it was taken for, and how sure that is in percent."""
    async with bench(profile, faces=SEEN) as made:
        made.want(*KINDS)
        made.platform.face_match("1", "1", similarity=0.93, at=START - timedelta(minutes=3), push=False)
        made.platform.face_match("1", "2", similarity=0.81, at=START - timedelta(minutes=9), push=False)
        made.platform.face_match("2", "3", similarity=0.7, push=False)
        await made.poll()
        assert (told(made), told(made, "2")) == (["Ada Lovelace", 93], ["Grace Hopper", 70])
        made.platform.face_match("1", "2", similarity=0.5, at=START + timedelta(seconds=50), push=False)
        await made.poll(60)
        assert (told(made), told(made, "2")) == (["Alan Turing", 50], ["Grace Hopper", 70])


async def test_only_what_is_new_is_asked_for() -> None:
    """An hour at first, then from a little before the last reading on; a push is not overwritten by an older record."""
    async with bench(faces=SEEN) as made:
        made.want(*KINDS)
        made.platform.face_match("1", "1", at=START - timedelta(minutes=1), push=False)
        await made.poll()
        made.sink.values[made.feature("_cam_1", Kind.LAST_FACE).id] = "somebody pushed"
        await made.poll(60)
        assert told(made)[0] == "somebody pushed"
        assert [body["startTime"] for body in made.bodies(MATCHES)] == [
            "2026-11-20T11:00:00+02:00",
            "2026-11-20T11:58:00+02:00",
        ]


async def test_cameras_are_asked_ten_at_a_time() -> None:
    """And only those that somebody looks at."""
    async with bench(plan=SitePlan(cameras=25), faces=SEEN) as made:
        await made.poll()
        assert made.platform.count() == 0
        made.want(*KINDS)
        await made.poll()
        assert sorted(len(body["cameraIndexCodes"].split(",")) for body in made.bodies(MATCHES)) == [5, 10, 10]
        await made.poll(30)
        assert len(made.bodies(MATCHES)) == 3
        assert all(not one.enabled for one in made.domains.faces.features)


async def test_the_printed_sample_is_of_something_else() -> None:
    """Its rows count people; they are no faces."""
    async with bench(faces=SEEN) as made:
        row = {"time": "2026-11-20T12:00:00+02:00", "cameraIndexCode": "1", "exitNum": 5, "enterNum": 1}
        made.platform.fault(MATCHES, data={"completeness": 1, "list": [row]})
        made.want(*KINDS)
        await made.poll()
        assert made.sink.values == {}
        assert await search(made) == []


async def test_a_row_may_be_flat() -> None:
    """The nesting is only read from the order of the table."""
    async with bench(faces=SEEN) as made:
        row = {"recordIndexCode": "7", "faceTime": "2026-11-20 11:59:00", "cameraIndexCode": "1", "personCode": "E0001",
               "similarity": "88"}  # fmt: skip
        made.platform.fault(MATCHES, data={"list": [row, {**row, "recordIndexCode": "8", "faceTime": "soon"}]})
        made.want(*KINDS)
        await made.poll()
        assert told(made) == ["E0001", 88]


async def test_what_is_refused_is_unknown() -> None:
    """One request, then silence."""
    async with bench(faces=SEEN) as made:
        made.platform.deny(MATCHES)
        made.want(*KINDS)
        await made.poll()
        await made.poll(60)
        assert told(made) == [UNKNOWN, UNKNOWN]
        assert made.platform.count(MATCHES) == 1


@pytest.mark.parametrize(
    ("similarity", "expected"), [(0.934, 93.4), (1, 100), (0, 0), (88, 88), (88.88, 88.9), (-1, None), (None, None)]
)
def test_percent(similarity: float | None, expected: float | None) -> None:
    """A fraction or a percentage; -1 is unknown."""
    assert percent(similarity) == expected


# the action


async def search(made: Bench, *cameras: str, **arguments: Any) -> list[dict[str, Any]]:
    """Search around the beginning, on some cameras."""
    features: list[Feature] = [made.feature(f"_cam_{one}", Kind.MAIN_STREAM) for one in cameras]
    between = {"start": START - timedelta(hours=1), "end": START + timedelta(hours=1)}
    return records(await made.act("search_faces", features, **{**between, **arguments}))


@PROFILES
async def test_faces_are_searched(profile: Any) -> None:
    """By camera, person, group, temperature and mask; oldest first."""
    async with bench(profile) as made:
        made.platform.face_match("2", "2", temperature=38.4, mask=1, push=False)
        made.platform.face_match("1", "1", at=START - timedelta(minutes=5), temperature=36.5, mask=2, push=False)
        first, second = await search(made)
        assert (first["camera"], first["person"], first["name"], first["similarity"]) == ("1", "1", "Ada Lovelace", 93)
        assert (first["group"], first["group_name"], first["temperature"]) == ("1", "Staff", 36.5)
        assert (first["temperature_status"], first["mask"], first["age"], first["gender"]) == (
            "normal",
            "no_mask",
            "middle",
            "female",
        )
        assert first["time"] == (START - timedelta(minutes=5)).isoformat()
        assert first["picture"].startswith("Vsm://")
        assert "glasses" not in first
        assert await search(made, "2") == await search(made, people=["2"]) == [second]
        assert await search(made, temperature="abnormal") == await search(made, mask="mask") == [second]
        assert await search(made, groups=["staff"]) == [first, second]
        assert await search(made, "1", people=["2"]) == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"people": [str(one) for one in range(11)]}, "people"),
        ({"groups": [str(one) for one in range(11)]}, "groups"),
        ({"groups": ["nowhere"]}, "groups"),
        ({"mask": "maybe"}, "mask"),
        ({"temperature": "hot"}, "temperature"),
        ({"end": START - timedelta(hours=2)}, "end"),
    ],
)
async def test_wrong_arguments_are_named(arguments: dict[str, Any], field: str) -> None:
    """Before anything is searched."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await search(made, **arguments)
        assert raised.value.placeholders["field"] == field
        assert made.platform.count(MATCHES) == 0


async def test_eleven_cameras_are_too_many() -> None:
    """And what is no camera is none."""
    async with bench(plan=SitePlan(cameras=11)) as made:
        with pytest.raises(InvalidArgumentError) as raised:
            await search(made, *(str(one) for one in range(1, 12)))
        assert raised.value.placeholders["field"] == "cameras"
        with pytest.raises(InvalidArgumentError) as raised:
            await made.act(
                "search_faces", [made.feature("_lot_1", Kind.PASSAGE)], start=START, end=START + timedelta(1)
            )
        assert raised.value.placeholders["field"] == "entity_id"


@PROFILES
async def test_groups_have_names(profile: Any) -> None:
    """By id."""
    async with bench(profile, SitePlan(face_groups=2)) as made:
        assert await face_groups(made.client) == {"1": "Staff", "2": "VIP"}
        assert made.platform.count(GROUPS) == 1
