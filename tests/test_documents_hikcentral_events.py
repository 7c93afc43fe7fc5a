"""docs/hikcentral.md says of events what the code does: types, codes, attributes, and what needs consent."""

from collections.abc import Mapping
from datetime import UTC, datetime
import re
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.event import event_attributes
from custom_components.hikvision_ivm.raw_events import EVENT, async_fire_occurrence
from custom_components.hikvision_ivm.systems.hikcentral.door_values import MODES, STATES
from custom_components.hikvision_ivm.systems.hikcentral.event_types import EVENT_KINDS, EVENT_TYPES
from custom_components.hikvision_ivm.systems.hikcentral.features_places import LOT
from custom_components.hikvision_ivm.systems.hikcentral.happening import Happening
from custom_components.hikvision_ivm.systems.hikcentral.push import LEVEL_WORDS
from custom_components.hikvision_ivm.systems.hikcentral.push_data import told_of
from custom_components.hikvision_ivm.systems.hikcentral.reservations import Reservation
from custom_components.hikvision_ivm.systems.hikcentral.words import REASONS, RESERVATION_STATES
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import EventFeature, Occurrence, Phase, Target
from custom_components.hikvision_ivm.systems.settings import PERSONAL_WORDS
from custom_components.hikvision_ivm.systems.transport.json import fields
from tests.documents import ENGLISH, TEXTS, quoted, records, section
from tests.systems.hikcentral.domain_bench import bench

PAGE = TEXTS["docs/hikcentral.md"]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORDS = {"people": "persons"}
"""Word of the documents for personal data → that of the option, where they differ."""
GPS = {"longitude": "9.1", "latitude": "45.4", "speed": "30", "speedUnit": 0, "direction": "90"}
DATA: Mapping[str, Mapping[str, Any]] = {
    "Access": {
        "personId": "7", "personCode": "E7", "personName": "Ann", "cardNo": "123", "checkInAndOutType": 1,
        "readerName": "In", "readerIndexCode": "4", "temperatureData": 36.6, "temperatureStatus": 1,
        "wearMaskStatus": 1,
    },
    "Plates": {
        "plateNo": "B AB 1234", "vehicleGroupIndexCode": "2", "ownerName": "Ann", "vehicleColor": 3, "vehicleType": 1,
    },
    "Vehicles": {
        "gps": GPS,
        "vehicle": {
            "plateNo": "B AB 1234", "ownerName": "Ann", "phoneNo": "555", "vehicleColor": 3, "vehicleType": 1,
        },
    },
    "Faces": {
        "alarmResult": {
            "faces": {
                "age": {"ageGroup": "YOUNG"}, "gender": {"value": 1}, "mask": {"wearMaskStatus": 2},
                "temperature": {"temperatureData": 36.6, "temperatureStatus": 1},
                "identify": {
                    "candidate": {
                        "blacklist_id": "1", "human_id": "7", "similarity": 0.9, "reserve_field": {"name": "Ann"},
                    }
                },
            }
        }
    },
    "Care": {"RoomNo": "101", "BedNo": "2", "PersonName": "Ann"},
}  # fmt: skip
"""Family of events in the documents → an extension with everything that is read of it."""


def told(heading: str) -> str:
    """Return what the page says below a heading."""
    return section(heading, PAGE)


def test_every_event_type() -> None:
    """The types of every event entity are those that it offers."""
    expected = {
        str(ENGLISH["entity"]["event"][kind]["name"]).replace("{part}", ""): kinds
        for kind, kinds in EVENT_KINDS.items()
    }
    (passage,) = [row for row in LOT if row.make is EventFeature]
    assert isinstance(passage.more, Mapping)
    expected["Passage"] = passage.more["event_types"]
    found = {row["Entity"]: quoted(row["Types"]) for row in records(told("Events")) if "Types" in row}
    assert found == {name: [kind.value for kind in kinds] for name, kinds in expected.items()}


def test_every_code() -> None:
    """The table of codes names every code once, with its word, its name and its type."""
    names = {
        slug: name
        for entity in ENGLISH["entity"]["event"].values()
        for slug, name in entity["state_attributes"].get("event", {}).get("state", {}).items()
    }
    found = [tuple(row.values()) for row in records(told("Event codes"))]
    assert len(found) == len(EVENT_TYPES) == 214
    assert {*found} == {
        (str(code), f"`{row.slug}`", names[row.slug], f"`{row.kind}`") for code, row in EVENT_TYPES.items()
    }
    assert told("Event codes").strip().startswith(f"{len(EVENT_TYPES)} codes are documented")


def test_every_common_attribute() -> None:
    """The attributes that all events have are named, and their words are those of the code."""
    happening = Happening(
        id="1", code="131331", type=EVENT_TYPES[131331], source_type="camera", source="1", status="started", time=NOW,
        told_time=NOW, late=True, source_name="Gate", level=2, parent="3", description="x",
    )  # fmt: skip
    occurrence = Occurrence(
        device_id="1", kind=Kind.MOTION, phase=Phase.START, code="131331", received=NOW, time=NOW, late=True,
        details=happening.details(),
    )  # fmt: skip
    rows = [row for row in records(told("Events")) if "Meaning" in row]
    assert {word for row in rows for word in quoted(row["Attribute"])} == {"event_type", *event_attributes(occurrence)}
    (level,) = [row["Meaning"] for row in rows if row["Attribute"] == "`level`"]
    assert quoted(level) == list(LEVEL_WORDS.values())


def needs(of: str) -> dict[str, str]:
    """Return the attributes of a family → the word of the option that they need, empty for none."""
    return {
        name: "" if row["Needs"] == "–" else WORDS.get(row["Needs"], row["Needs"])
        for row in records(told("Events"))
        if "Needs" in row and of.lower() in row["Of"].lower().split(", ")
        for name in quoted(re.sub(r"\(.*?\)", "", row["Attribute"]))
    }


@pytest.mark.parametrize("of", DATA)
def test_attributes_of_a_family(of: str) -> None:
    """Everything a family of events may tell is named, and is left out without what it is said to need."""
    documented = needs(of)
    for word in ("", *PERSONAL_WORDS):
        found = told_of(fields(DATA[of]), {word} if word else ())
        shown = {*found.details} | ({"plate"} if found.plate else set()) | ({"person"} if found.person else set())
        assert shown == {name for name, need in documented.items() if need in {"", word}}, word


@pytest.mark.parametrize("word", ["", *PERSONAL_WORDS])
async def test_attributes_of_passages(word: str, socket_enabled: None) -> None:
    """The same of passages of parking lots, which are polled."""
    async with bench(options={"personal": [word]}) as made:
        made.want(Kind.PASSAGE)
        await made.poll()
        made.platform.drive("1", "B AB 1234")
        await made.poll(30)
        (occurrence,) = made.sink.occurrences
    shown = {*event_attributes(occurrence)} - {"event", "event_id", "code", "device_time"}
    # Nobody shows a card at the barrier of this lot.
    assert shown == {name for name, need in needs("Passages").items() if need in {"", word}} - {"card"}


async def test_every_field_on_the_bus(hass: HomeAssistant) -> None:
    """The table of what is fired on the event bus names every field."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    heard = async_capture_events(hass, EVENT)
    occurrence = Occurrence(
        device_id="1", kind=Kind.PLATE, phase=Phase.PULSE, code="131622", received=NOW, time=NOW, channel="1",
        region="1", target=Target.VEHICLE, plate="B AB 1234", person="Ann", late=True, details={"level": "low"},
    )  # fmt: skip
    async_fire_occurrence(hass, entry, occurrence, {})
    await hass.async_block_till_done()
    rows = records(told("Every event on the bus"))
    named = {word for row in rows for word in quoted(row["Field"])}
    assert named == {*heard[0].data, "device_id"}
    assert EVENT in quoted(told("Every event on the bus"))
    (phases,) = [quoted(row["Meaning"]) for row in rows if row["Field"] == "`phase`"]
    assert {*phases} == {*Phase}


def test_calendar() -> None:
    """The attributes of the calendar are those that an appointment has, with their words."""
    row = {
        "appointID": "1", "appointStartTime": NOW.isoformat(), "appointEndTime": NOW.isoformat(), "appointStatus": 0,
        "visitReasonType": 0, "receptionistName": "Ben", "visitorInfo": {"visitorId": "2", "companyName": "Mills Ltd"},
    }  # fmt: skip
    appointment = Reservation.read(fields(row), UTC)
    assert appointment is not None
    found = {row["Attribute"]: row["Meaning"] for row in records(told("Calendar of visitors"))}
    assert {word for names in found for word in quoted(names)} == {*appointment.entry("1").details}
    assert quoted(found["`status`"]) == [*RESERVATION_STATES.values()]
    assert quoted(found["`reason`"]) == [*REASONS.values()]


def test_doors() -> None:
    """The tables of doors name every state and every mode."""
    shown = [row for row in records(told("Doors")) if "The platform shows" in row]
    words = {"remain_open": "held open", "remain_closed": "held closed"}
    assert {row["The platform shows"] for row in shown} == {words.get(word, word) for word in STATES.values()}
    modes = {row["Door mode"] for row in shown} - {"unavailable"}
    assert modes == {str(ENGLISH["entity"]["select"]["door_mode"]["state"][mode]).lower() for mode in MODES}
