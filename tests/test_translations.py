"""Every word that is shown exists: names, states, icons and errors, for every row of every table."""

from collections.abc import Iterator, Mapping
from functools import cache
import json
from pathlib import Path
import string
from typing import Any

from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components import hikvision_ivm
from custom_components.hikvision_ivm.alarm_control_panel import PANELS
from custom_components.hikvision_ivm.binary_sensor import BINARY_SENSORS
from custom_components.hikvision_ivm.button import BUTTONS
from custom_components.hikvision_ivm.calendar import CALENDARS
from custom_components.hikvision_ivm.camera import CAMERAS
from custom_components.hikvision_ivm.device_tracker import TRACKERS
from custom_components.hikvision_ivm.event import EVENTS, ONLY_TOLD, event_types
from custom_components.hikvision_ivm.image import IMAGES
from custom_components.hikvision_ivm.lock import LOCKS
from custom_components.hikvision_ivm.number import NUMBERS
from custom_components.hikvision_ivm.select import SELECTS
from custom_components.hikvision_ivm.sensor import SENSORS
from custom_components.hikvision_ivm.siren import SIRENS
from custom_components.hikvision_ivm.switch import SWITCHES
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.hikcentral import (
    event_types as hikcentral,
    features_access,
    features_places,
    features_platform,
    features_video,
)
from custom_components.hikvision_ivm.systems.hikcentral.feature_rows import Row
from custom_components.hikvision_ivm.systems.ip_receiver import (
    device_events as receiver,
    features_other,
    features_panel,
    features_peripheral,
    features_zone,
)
from custom_components.hikvision_ivm.systems.ip_receiver.status import FailedItemsError
from custom_components.hikvision_ivm.systems.isapi.event_types import EVENT_TYPES as ISAPI_TYPES
from custom_components.hikvision_ivm.systems.ivm import (
    alarm_types as ivm,
    codes as ivm_codes,
    features_channel,
    features_device,
    licences,
    seen,
)
from custom_components.hikvision_ivm.systems.ivm.playback import ArchivedError
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.parts import Row as ReceiverRow

TABLES: Mapping[str, Mapping[Kind, EntityDescription]] = {
    "alarm_control_panel": PANELS,
    "binary_sensor": BINARY_SENSORS,
    "button": BUTTONS,
    "calendar": CALENDARS,
    "camera": CAMERAS,
    "device_tracker": TRACKERS,
    "event": EVENTS,
    "image": IMAGES,
    "lock": LOCKS,
    "number": NUMBERS,
    "select": SELECTS,
    "sensor": SENSORS,
    "siren": SIRENS,
    "switch": SWITCHES,
}
ROWS = [
    pytest.param(platform, row, id=f"{platform}-{kind}")
    for platform, rows in TABLES.items()
    for kind, row in rows.items()
]
FOLDER = Path(hikvision_ivm.__file__).parent


@cache
def load(name: str) -> dict[str, Any]:
    """Return a JSON file of the integration."""
    loaded: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8"))
    return loaded


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def failures(base: type[errors.SystemFailure] = errors.SystemFailure) -> Iterator[type[errors.SystemFailure]]:
    """Return the whole error tree."""
    yield base
    for kind in base.__subclasses__():
        yield from failures(kind)


def hikcentral_rows() -> list[Row[Any]]:
    """Return every row of the tables of a platform's features."""
    modules = (features_access, features_places, features_platform, features_video)
    tables = [table for module in modules for table in vars(module).values() if isinstance(table, tuple)]
    rows = {(row.make, row.kind): row for table in tables for row in table if isinstance(row, Row)}
    assert len(rows) > 60
    return list(rows.values())


def receiver_rows() -> list[ReceiverRow[Any]]:
    """Return every row of the tables of what is behind a receiver."""
    modules = (features_other, features_panel, features_peripheral, features_zone)
    tables = [table for module in modules for table in vars(module).values() if isinstance(table, tuple)]
    rows = {(row.make, row.kind): row for table in tables for row in table if isinstance(row, ReceiverRow)}
    assert len(rows) > 50
    return list(rows.values())


@pytest.mark.parametrize(("platform", "row"), ROWS)
def test_name(platform: str, row: EntityDescription) -> None:
    """Every row has a name that takes the part, or takes over the name of its device."""
    assert row.translation_key == row.key
    names = load("translations/en.json")["entity"].get(platform, {})
    if row.name is None:
        assert "name" not in names.get(row.key, {})
        return
    name = names[row.key]["name"]
    # Streams of one channel differ in kind; everything else may exist several times on a device.
    assert placeholders(name) == (set() if platform == "camera" else {"part"})
    assert name.replace("{part}", "").strip()


@pytest.mark.parametrize(("platform", "row"), ROWS)
def test_icon(platform: str, row: EntityDescription) -> None:
    """Every row has a device class that brings an icon, or an icon of its own, but not both."""
    device_class = getattr(row, "device_class", None)
    icon = load("icons.json")["entity"].get(platform, {}).get(row.key)
    # Alarm control panels have one of Home Assistant for each of their states.
    if device_class is not None or row.name is None or platform == "alarm_control_panel":
        assert icon is None
    else:
        assert icon is not None and icon["default"].startswith("mdi:")


@pytest.mark.parametrize(("section", "source"), [("entity", "translations/en.json"), ("entity", "icons.json")])
def test_nothing_superfluous(section: str, source: str) -> None:
    """No text and no icon for what does not exist."""
    for platform, entries in load(source)[section].items():
        assert set(entries) <= {row.key for row in TABLES[platform].values()}, platform


def told_by(kind: Kind) -> set[Kind]:
    """Return what an event entity of a kind may tell, in any system."""
    told = {kind, *hikcentral.EVENT_KINDS.get(kind, ())}
    if kind in {Kind.DETECTION, Kind.DEVICE_EVENT}:
        told |= {row.kind for row in ISAPI_TYPES.values()}
    if kind is Kind.DEVICE_EVENT:
        told |= {row.kind for row in receiver.EVENTS.values()}
    if kind in {Kind.DEVICE_EVENT, Kind.PANEL_EVENT}:
        told |= set(features_panel.FUNCTIONS)
    if kind is Kind.DETECTION:
        told |= set(ivm.CHANNEL_EVENT_TYPES)
    if kind is Kind.DEVICE_EVENT:
        told |= {*ivm.DEVICE_EVENT_TYPES, *ivm.TENANT_EVENT_TYPES}
    if kind is Kind.PASSAGE:
        told |= {Kind.PASSAGE_ENTRY, Kind.PASSAGE_EXIT}
    collections = {
        Kind.ACCESS, Kind.CARE_EVENT, Kind.DETECTION, Kind.DEVICE_EVENT, Kind.PANEL_EVENT, Kind.PASSAGE,
        Kind.VEHICLE_EVENT,
    }  # fmt: skip
    return (told | {Kind.UNKNOWN_EVENT}) - collections


@pytest.mark.parametrize("kind", EVENTS)
def test_event_types(kind: Kind) -> None:
    """Event entities name every type they may tell."""
    entry = load("translations/en.json")["entity"]["event"][kind.value]
    named = set(entry["state_attributes"]["event_type"]["state"])
    offered = tuple(sorted(told_by(kind)))
    assert set(event_types(offered, EVENTS[kind].device_class)) <= named


@pytest.mark.parametrize("kind", hikcentral.EVENT_KINDS)
def test_words_of_events(kind: Kind) -> None:
    """The word of every code has a text at every event entity that may tell it; no two codes are told alike."""
    offered = hikcentral.EVENT_KINDS[kind]
    words = {row.slug for row in hikcentral.EVENT_TYPES.values() if row.kind in offered}
    texts = load("translations/en.json")["entity"]["event"][kind.value]["state_attributes"]["event"]["state"]
    assert set(texts) == words
    assert len(set(texts.values())) == len(texts)


def test_every_kind_is_shown_somewhere() -> None:
    """A word of the vocabulary that no platform knows would be an entity that nobody sees."""
    shown = {kind for rows in TABLES.values() for kind in rows}
    assert set(Kind) - shown == ONLY_TOLD
    told = {kind for collection in EVENTS for kind in told_by(collection)}
    assert told >= ONLY_TOLD


def test_every_sensor_of_an_event_has_a_row() -> None:
    """Whatever an event can turn on is described."""
    assert set(BINARY_SENSORS) >= hikcentral.SENSOR_KINDS


@pytest.mark.parametrize("row", hikcentral_rows(), ids=lambda row: f"{row.make.type}-{row.kind}")
def test_every_feature_of_a_platform(row: Row[Any]) -> None:
    """Whatever a platform offers is described, and the words of its choices are translated."""
    assert row.kind in TABLES[row.make.type]
    if not callable(row.more) and (options := row.more.get("options")):
        texts = load("translations/en.json")["entity"][row.make.type][row.kind.value]["state"]
        assert set(options) <= set(texts)


@pytest.mark.parametrize("row", receiver_rows(), ids=lambda row: f"{row.make.type}-{row.kind}")
def test_every_feature_of_a_receiver(row: ReceiverRow[Any]) -> None:
    """Whatever is behind a receiver is described, and the words of its choices are translated."""
    assert row.kind in TABLES[row.make.type]
    if not callable(row.more) and (options := row.more.get("options")):
        texts = load("translations/en.json")["entity"][row.make.type][row.kind.value]["state"]
        assert set(options) == set(texts)


def test_every_sensor_of_an_event_of_a_receiver_has_a_row() -> None:
    """What appears when it is first seen is described, too."""
    assert set(BINARY_SENSORS) >= receiver.SENSOR_KINDS


def cloud_rows() -> list[ReceiverRow[Any]]:
    """Return every row of the tables of what is in a cloud account."""
    tables = [
        *(table for module in (features_channel, features_device, licences) for table in vars(module).values()),
        *features_channel.CAMERA.values(),
    ]
    found = [row for table in tables if isinstance(table, tuple) for row in table if isinstance(row, ReceiverRow)]
    rows = {(row.make, row.kind): row for row in found}
    assert len(rows) > 40
    return list(rows.values())


@pytest.mark.parametrize("row", cloud_rows(), ids=lambda row: f"{row.make.type}-{row.kind}")
def test_every_feature_of_a_cloud(row: ReceiverRow[Any]) -> None:
    """Whatever is in a cloud account is described, and the words of its choices are translated."""
    assert row.kind in TABLES[row.make.type]
    if not callable(row.more) and (options := row.more.get("options")):
        texts = load("translations/en.json")["entity"][row.make.type][row.kind.value]["state"]
        assert set(options) == set(texts)


def test_every_sensor_of_an_alarm_of_a_cloud_has_a_row() -> None:
    """What appears with the first alarm is described, too."""
    assert set(BINARY_SENSORS) >= ivm.SENSOR_KINDS
    assert set(SENSORS) >= set(seen.SENSORS)


def test_attributes_of_alarm_panels_are_translated() -> None:
    """Both kinds of panel call their attributes alike."""
    texts = load("translations/en.json")["entity"]["alarm_control_panel"]
    assert texts["panel"]["state_attributes"] == texts["partition"]["state_attributes"]
    assert set(texts["panel"]["state_attributes"]) == {"open_zones", "alarm_zones", "bypassed_zones"}


def test_disk_states_are_translated() -> None:
    """The words of the disk sensor."""
    states = load("translations/en.json")["entity"]["sensor"]["disk_state"]["state"]
    assert {"ok", "error", "unformatted"} <= set(states)


@pytest.mark.parametrize("failure", failures(), ids=lambda failure: failure.__name__)
def test_errors(failure: type[errors.SystemFailure]) -> None:
    """Every failure has a sentence, and brings what the sentence needs."""
    message = load("translations/en.json")["exceptions"][failure.key]["message"]
    assert placeholders(message) <= set(_made(failure).placeholders) | _given(failure)


def _made(failure: type[errors.SystemFailure]) -> errors.SystemFailure:
    """Make a failure without saying more than it demands."""
    if failure is errors.InvalidArgumentError:
        return errors.InvalidArgumentError(field="", reason="")
    if failure is errors.ArmingRefusedError:
        return errors.ArmingRefusedError(partition="", zones="")
    if failure is FailedItemsError:
        return FailedItemsError({"0": errors.RejectedError()})
    if failure is ArchivedError:
        return ArchivedError(function="", reason="")
    return failure()


def _given(failure: type[errors.SystemFailure]) -> set[str]:
    """Placeholders that whoever raises must give by name, or that `codes.failure` gives."""
    if failure.key == ivm_codes.CloudRejectedError.key:
        return set(ivm_codes.failure("IVM.90000001", 500, "").placeholders)
    return {"address"} if failure is errors.InvalidAddressError else set()


def test_errors_of_set_up() -> None:
    """The refusals of set-up itself."""
    messages = load("translations/en.json")["exceptions"]
    assert placeholders(messages["unknown_system"]["message"]) == {"system"}
    assert placeholders(messages["wrong_device"]["message"]) == {"name"}


def test_no_sentence_without_error() -> None:
    """Every sentence belongs to something that can be raised: a failure of a system, or one that our own code names."""
    keys = {failure.key for failure in failures()}
    code = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.py"))
    assert {key for key in load("translations/en.json")["exceptions"] if f'"{key}"' not in code} <= keys
    assert keys <= set(load("translations/en.json")["exceptions"])
