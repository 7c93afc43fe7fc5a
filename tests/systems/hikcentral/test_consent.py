"""What events tell and make appear keeps to what may be shown of people (hikcentral §3.7, §3.19)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN

from .event_bench import UID, RouterBench, event

ROOM_IN_BED = "_room_7_binary_sensor_in_bed"


def chosen(*words: str) -> dict[str, Any]:
    """Return the options of who chose these words."""
    return {"personal": list(words)}


@pytest.mark.parametrize("words", [(), ("persons", "faces", "health", "visitors"), ("plates",)])
@pytest.mark.parametrize(
    ("source_type", "source"), [("mobileVehicle", "1"), ("MOBILEVEHICLE", "1"), (None, "1"), ("mobileVehicle", "99")]
)
def test_the_name_of_a_vehicle_needs_plates(words: tuple[str, ...], source_type: str | None, source: str) -> None:
    """It is its plate for the most part; of a vehicle that is unknown, and where only the code tells the type, too."""
    made = RouterBench(options=chosen(*words))
    told = made.push(event(656, 3, srcType=source_type, srcIndex=source, srcName="B MV 1"))[-1]
    assert told.details["source"] == source
    assert told.details.get("source_name") == ("B MV 1" if "plates" in words else None)


@pytest.mark.parametrize("status", [1, 2, 4, 5])
async def test_the_name_of_a_vehicle_is_left_out_of_whatever_is_told(status: int) -> None:
    """Starts, ends, updates and pictures."""
    made = RouterBench()
    made.push(event(656, 1, srcType="mobileVehicle", srcName="B MV 1"))
    before = len(made.sink.occurrences)
    made.push(event(656, status, srcType="mobileVehicle", srcName="B MV 1", eventId="b"))
    await made.wait(10)
    assert len(made.sink.occurrences) > before
    assert all("source_name" not in each.details for each in made.sink.occurrences)


@pytest.mark.parametrize(("code", "source_type"), [(131331, "camera"), (641, "mobileDevice"), (330203, None)])
def test_other_names_are_told(code: int, source_type: str | None) -> None:
    """Nobody is known by the name of a camera or a recorder."""
    told = RouterBench().push(event(code, 3, srcType=source_type, srcName="Gate"))[-1]
    assert told.details["source_name"] == "Gate"


@pytest.mark.parametrize(
    ("words", "value"), [((), UNKNOWN), (("persons", "plates", "faces", "visitors"), UNKNOWN), (("health",), True)]
)
def test_in_bed_of_a_room_is_personal(words: tuple[str, ...], value: object) -> None:
    """A radar that names no bed makes the sensor appear on its room, for who may see it, also after a restart."""
    made = RouterBench(options=chosen(*words))
    for inventory in (None, made.use):
        made.push(event(500048, 3, srcType="livefeatureRadar", data={"RoomNo": "101"}))
        if inventory is not None:
            inventory()
        feature = made.sink.current.features[f"{UID}{ROOM_IN_BED}"]
        assert feature.personal == "health"
        assert feature.enabled is ("health" in words)
        assert made.state(ROOM_IN_BED) is value


def test_falls_are_not_personal() -> None:
    """Whoever set the entry up without consent still gets help called."""
    made = RouterBench()
    made.push(event(500041, 3, srcType="fallRadar", data={"RoomNo": "101"}))
    feature = made.sink.current.features[f"{UID}_room_7_binary_sensor_fall"]
    assert (feature.personal, feature.enabled) == ("", True)
    assert made.state("_room_7_binary_sensor_fall") is True


@pytest.mark.parametrize("words", [(), ("persons", "plates", "faces", "visitors"), ("health",)])
def test_care_events_are_personal(words: tuple[str, ...]) -> None:
    """Those of rooms and of beds."""
    inventory = RouterBench(options=chosen(*words)).use()
    found = [each for each in inventory.features.values() if each.kind is Kind.CARE_EVENT]
    assert {each.device_id for each in found} == {f"{UID}_room_7", f"{UID}_bed_7_2"}
    assert {(each.personal, each.enabled) for each in found} == {("health", "health" in words)}
