"""The table of event codes (hikcentral §3.7, §3.11, §5 T1)."""

from collections import Counter

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.event_types import (
    EVENT_KINDS,
    EVENT_TYPES,
    LOW_CODES,
    MAIN_CODES,
    SENSOR_KINDS,
    Category,
    Role,
    slug_of,
)
from custom_components.hikvision_ivm.systems.kinds import Kind


def test_every_documented_code_has_a_row() -> None:
    """214 codes, in the families of the documentation; 193 and 194 count once, as the wider of their two rows."""
    assert len(EVENT_TYPES) == 214
    assert Counter(row.category for row in EVENT_TYPES.values()) == {
        Category.CAMERA: 62, Category.INPUT: 1, Category.ENCODER: 14, Category.DOOR: 16, Category.CONTROLLER: 2,
        Category.MOBILE: 2, Category.PERSON: 2, Category.GENERIC: 1, Category.ACCESS: 78, Category.PLATE: 1,
        Category.FACE: 1, Category.VEHICLE: 23, Category.CARE: 11,
    }  # fmt: skip
    assert EVENT_TYPES[193].sources == EVENT_TYPES[194].sources == ("camera", "door")


def test_low_codes_are_apart() -> None:
    """The 39 codes outside the documented range are never mixed with the others."""
    assert len(MAIN_CODES) == 175
    assert (
        130, 131, 193, 194, 195, *range(641, 666), 49697, 66050, 66053, 66054, 66055, 66065, 66066, 66306, 66311
    ) == LOW_CODES  # fmt: skip
    assert not set(MAIN_CODES) & set(LOW_CODES)
    assert len(MAIN_CODES) <= 256


def test_words_are_distinct() -> None:
    """An automation tells every code apart by its word."""
    slugs = [row.slug for row in EVENT_TYPES.values()]
    assert len(set(slugs)) == len(slugs)
    for slug in slugs:
        assert slug.isascii()
        assert slug == slug.lower()
        assert slug.replace("_", "").isalnum()


def test_kinds_are_distinct_but_for_access() -> None:
    """Codes of access share five kinds; a camera and an encoder that cannot record share one; all others have one."""
    counts = Counter(row.kind for row in EVENT_TYPES.values())
    access = {Kind.ACCESS_GRANTED: 20, Kind.ACCESS_DENIED: 42, Kind.ACCESS_TIMED_OUT: 14}
    both = {Kind.RECORDING_FAILURE: 2, Kind.RECORDING_RECOVERED: 2, Kind.TAMPER: 2}
    assert {kind: count for kind, count in counts.items() if count > 1} == access | both
    assert EVENT_TYPES[197107].kind is Kind.SKIN_TEMPERATURE
    assert EVENT_TYPES[721678].kind is Kind.DURESS


@pytest.mark.parametrize(
    ("on", "off", "sensor", "when_on"),
    [
        (198913, 199169, Kind.DOOR, True),
        (199941, 199942, Kind.UNLATCHED, True),
        (198401, 198402, Kind.REMAIN_OPEN, True),
        (198148, 198150, Kind.REMAIN_CLOSED, True),
        (199708, 199709, Kind.TAMPER, True),
        (66306, 66311, Kind.ONLINE, False),
        (642, 641, Kind.ONLINE, False),
        (385050, 385051, Kind.RECORDING_FAILURE, True),
        (385052, 385053, Kind.RECORDING_FAILURE, True),
        (500048, 500051, Kind.IN_BED, True),
    ],
)
def test_pairs_set_opposite_values(on: int, off: int, sensor: Kind, when_on: bool) -> None:
    """Two codes set one sensor to opposite values, and are told as two kinds."""
    first, second = EVENT_TYPES[on], EVENT_TYPES[off]
    assert first.role is second.role is Role.SETS
    assert first.sensor is second.sensor is sensor
    assert (first.value, second.value) == (when_on, not when_on)
    assert first.kind is not second.kind


def test_what_sets_a_value_has_a_sensor_and_a_value() -> None:
    """No row contradicts itself."""
    for row in EVENT_TYPES.values():
        assert (row.value is not None) == (row.role is Role.SETS)
        assert row.sensor is not None or row.role is Role.MOMENT
        assert row.sources


def test_event_entities_offer_what_their_sources_tell() -> None:
    """Every kind is offered by the event entity of each of its sources, unknown codes by all."""
    entity = {
        "camera": Kind.DETECTION, "door": Kind.ACCESS, "encodeDevice": Kind.DEVICE_EVENT, "acsDevice": Kind.DEVICE_EVENT,
        "mobileDevice": Kind.DEVICE_EVENT, "mobileVehicle": Kind.VEHICLE_EVENT, "ioIn": Kind.ALARM_INPUT,
        "generalEventRule": Kind.GENERIC_EVENT,
    }  # fmt: skip
    for row in EVENT_TYPES.values():
        homes = [Kind.CARE_EVENT] if row.category is Category.CARE else [entity[source] for source in row.sources]
        for home in homes:
            assert row.kind in EVENT_KINDS[home]
    for kinds in EVENT_KINDS.values():
        assert kinds[-1] is Kind.UNKNOWN_EVENT
        assert len(set(kinds)) == len(kinds)


def test_sensors_of_what_is_only_told() -> None:
    """What is no state has no sensor: who passed, plates, faces, positions, remote commands."""
    told = {
        Kind.ACCESS_GRANTED, Kind.ACCESS_DENIED, Kind.ACCESS_TIMED_OUT, Kind.SKIN_TEMPERATURE, Kind.PLATE, Kind.GPS_REPORT,
        Kind.FACE_COMPARED, Kind.REMOTE_OPEN, Kind.GENERIC_EVENT, Kind.FENCE_ENTERED, Kind.FENCE_EXITED,
    }  # fmt: skip
    assert not told & SENSOR_KINDS
    assert {Kind.DURESS, Kind.DOOR_FORCED, Kind.PANIC_BUTTON, Kind.SOS, Kind.ALARM_INPUT} <= SENSOR_KINDS


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("131331", "motion_detection"),
        ("197151", "access_denied_by_face"),
        ("330203", "unknown_330203"),
        ("²", "unknown_²"),
        ("", "unknown_"),
    ],
)
def test_words_of_codes(code: str, slug: str) -> None:
    """An unknown code keeps its number as its word."""
    assert slug_of(code) == slug
