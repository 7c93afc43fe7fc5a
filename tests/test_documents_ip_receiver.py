"""docs/ip_receiver.md says what the code does: set-up, options, devices, entities, periods, repairs and errors."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
import re
from typing import Any, NamedTuple

import aiohttp
from homeassistant.util import slugify
import pytest

from custom_components.hikvision_ivm.alarm_control_panel import STATES
from custom_components.hikvision_ivm.binary_sensor import BINARY_SENSORS
from custom_components.hikvision_ivm.const import ENTITY_LIMIT, GRACE_SECONDS
from custom_components.hikvision_ivm.flow_connect import OWN_WORDS, worded
from custom_components.hikvision_ivm.flow_forms import FORMS
from custom_components.hikvision_ivm.options_checks import CODE_LENGTHS
from custom_components.hikvision_ivm.options_flow import ADVANCED, IMPORTS, OPTIONS
from custom_components.hikvision_ivm.options_rows import Choice, Number, Section, Selection, Text, Toggle
from custom_components.hikvision_ivm.sensor import SENSORS
from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver import (
    lately,
    panels,
    partitions,
    reach,
    refresh,
    status,
    stream,
    system,
    untold,
)
from custom_components.hikvision_ivm.systems.ip_receiver.client import PACE_SECONDS
from custom_components.hikvision_ivm.systems.ip_receiver.device_events import SENSOR_KINDS
from custom_components.hikvision_ivm.systems.ip_receiver.features_other import HUB, OTHER
from custom_components.hikvision_ivm.systems.ip_receiver.features_panel import PANEL, PARTITION, WHOLE
from custom_components.hikvision_ivm.systems.ip_receiver.features_peripheral import PERIPHERAL
from custom_components.hikvision_ivm.systems.ip_receiver.features_zone import BYPASS, ZONE
from custom_components.hikvision_ivm.systems.ip_receiver.running import REPEAT_SECONDS
from custom_components.hikvision_ivm.systems.ip_receiver.system import IpReceiverSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Source
from custom_components.hikvision_ivm.systems.parts import Row
from custom_components.hikvision_ivm.systems.values import ArmState
from simulators.ip_receiver import IpReceiverSimulator, demo
from tests.documents import ENGLISH, TEXTS, blocks, problem_keys, quoted, records, rows, section

PAGE = TEXTS["docs/ip_receiver.md"]
HEADINGS = {
    "alarm_control_panel": "Alarm control panels",
    "binary_sensor": "Binary sensors",
    "button": "Buttons",
    "event": "Event entities",
    "image": "Images",
    "select": "Selects",
    "sensor": "Sensors",
    "switch": "Switches",
}
"""Platform → the heading of its table."""
OPTIONS_FORM = ENGLISH["options"]["step"]["ip_receiver"]
FIRST_SEEN = "Binary sensors that appear with their first event"
TABLES: Mapping[str, tuple[tuple[Row[Any], ...], ...]] = {
    "receiver": (HUB,),
    "panel": (PANEL, WHOLE),
    "partition": (PARTITION,),
    "zone": (ZONE, BYPASS),
    "peripheral": (PERIPHERAL,),
    "other device": (OTHER,),
}
"""Word of the documents for what has entities → the tables of these."""
HOW = {Source.BOTH: "push, poll", Source.POLL: "poll", Source.PUSH: "push", Source.ALWAYS: "here"}
DEVICE_NAME = "*name of the device*"


class Line(NamedTuple):
    """What the documents tell of one entity of one sort of thing."""

    how: str
    default: str
    rank: str


def told(heading: str) -> str:
    """Return what the page says below a heading."""
    return section(heading, PAGE)


def name_of(platform: str, kind: Kind) -> str:
    """Return the name of an entity without what tells several of it apart."""
    name = ENGLISH["entity"][platform].get(kind, {}).get("name")
    return DEVICE_NAME if name is None else str(name).replace("{part}", "")


def made(platform: str) -> dict[tuple[str, str], list[Row[Any]]]:
    """Return the rows of a platform: name, word of what it is of."""
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for of, tables in TABLES.items():
        for row in (row for table in tables for row in table if row.make.type == platform):
            found.setdefault((name_of(platform, row.kind), of), []).append(row)
    return found


def told_entities(platform: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Iterate over what the page tells of a platform: name, word of what it is of, the row."""
    for row in records(told(HEADINGS[platform])):
        for of in row["Of"].split(", "):
            yield row["Entity"], of, row


def class_of(platform: str, kind: Kind) -> str:
    """Return the device class in words, and whether it is diagnostic."""
    described = (BINARY_SENSORS if platform == "binary_sensor" else SENSORS)[kind]
    words = "–" if described.device_class is None else described.device_class.replace("_", " ")
    return words + ("" if described.entity_category is None else ", diagnostic")


# set-up and options


def test_every_field() -> None:
    """The tables of the set-up name exactly the fields of both forms."""
    steps = ENGLISH["config"]["step"]
    fields = [steps["ip_receiver"]["data"][field.name] for field in FORMS["ip_receiver"].fields]
    fields += [steps["selection"]["data"][row.name] for row in IMPORTS["ip_receiver"]]
    assert [row[0] for row in rows(told("Set up"))] == fields


def labels(row: object) -> Iterator[tuple[str, str]]:
    """Iterate over the names of an option's fields and their defaults in words."""
    data = OPTIONS_FORM["data"] | OPTIONS_FORM["sections"][ADVANCED]["data"]
    match row:
        case Section():
            for each in row.rows:
                yield from labels(each)
        case Selection():
            yield data[row.name], "all"
        case Toggle():
            yield data[row.name], "on" if row.default else "off"
        case Number():
            yield data[row.name], str(row.default)
        case Choice():
            yield data[row.name], row.offered[0]
        case Text():
            yield data[row.name], "empty"
            if row.secret:
                yield data[f"{row.name}_remove"], "off"


def test_every_option() -> None:
    """The tables of the options name exactly the fields, with their defaults, bounds and choices."""
    expected = [label for row in OPTIONS["ip_receiver"] for label in labels(row)]
    assert [(row[0], row[1]) for row in rows(told("Options"))] == expected
    page = told("Options")
    assert f"{settings.HOLD_MINIMUM} to {settings.HOLD_MAXIMUM}" in page
    assert f"{settings.ZONE_SECONDS_LEAST} to {settings.ZONE_SECONDS_MOST}" in page
    assert f"{CODE_LENGTHS[0]} to {CODE_LENGTHS[-1]} letters or digits" in page
    for words in ENGLISH["selector"]["zone_numbers"]["options"].values():
        assert f"*{words}*" in page
    assert f"**{OPTIONS_FORM['sections'][ADVANCED]['name']}**" in page


# entities


def test_words_of_devices() -> None:
    """Everything that entities are said to be of is explained; partitions are no devices."""
    words = {row["Device"] for row in records(told("Devices"))}
    assert {*TABLES} - words == {"partition"}


def test_every_platform() -> None:
    """Every platform that the system has is in the page, and no other."""
    assert {*HEADINGS} == {*IpReceiverSystem.feature_types}


@pytest.mark.parametrize("platform", HEADINGS)
def test_every_entity(platform: str) -> None:
    """The table of a platform names exactly what the system makes, and when it starts enabled."""
    expected = made(platform)
    found = list(told_entities(platform))
    assert sorted((name, of) for name, of, _ in found) == sorted(expected)
    for name, of, row in found:
        (line,) = {Line(HOW[one.source], "on" if one.enabled else "off", str(one.rank)) for one in expected[name, of]}
        assert (row["Default"], row["Rank"], row.get("How", line.how)) == (line.default, line.rank, line.how), name
        assert row["What it is"]


@pytest.mark.parametrize("platform", ["binary_sensor", "sensor"])
def test_classes(platform: str) -> None:
    """The device classes and categories in the tables are those of the entities."""
    expected = made(platform)
    for name, of, row in told_entities(platform):
        assert {class_of(platform, one.kind) for one in expected[name, of]} == {row["Class"]}, name


def test_entities_that_appear_later() -> None:
    """The binary sensors of other devices are exactly those that events drive, with their classes."""
    found = [(name, row["Class"]) for row in records(told(FIRST_SEEN)) for name in row["Entities"].split(", ")]
    expected = [(name_of("binary_sensor", kind), class_of("binary_sensor", kind)) for kind in SENSOR_KINDS]
    assert sorted(found) == sorted(expected)


def test_states_of_partitions() -> None:
    """The table of partitions names every state that a partition can be in."""
    shown = {row["Home Assistant shows"].replace(" ", "_") for row in records(told("Partitions"))}
    assert shown - {"unknown", "unavailable"} == {STATES[state].value for state in {*ArmState} - {ArmState.ARMED_NIGHT}}


async def demo_inventory() -> tuple[IpReceiverSystem, set[str]]:
    """Read the receiver of the demo; returns the system, and the ids that its entities have."""
    async with (
        IpReceiverSimulator(demo.PANELS, demo.OTHERS, username=demo.USERNAME, password=demo.PASSWORD) as receiver,
        aiohttp.ClientSession() as session,
    ):
        data = {settings.URL: receiver.url, settings.USERNAME: demo.USERNAME, settings.PASSWORD: demo.PASSWORD}
        running = IpReceiverSystem.create(session, data, {}, Runtime())
        await running.identify()
        inventory = await running.inventory()
        await running.close()
    ids = set()
    for feature in inventory.features.values():
        words = [inventory.devices[feature.device_id].name]
        if (name := ENGLISH["entity"][feature.type].get(feature.kind, {}).get("name")) is not None:
            part = feature.label or feature.part
            words.append(str(name).replace("{part}", f" {part}" if part else ""))
        ids.add(f"{feature.type}.{slugify(' '.join(words))}")
    return running, ids


async def test_every_entity_of_the_demo(socket_enabled: None) -> None:
    """The demo has entities of every platform, and every id in the examples is one of it."""
    running, ids = await demo_inventory()
    assert {id_.partition(".")[0] for id_ in ids} == {*HEADINGS}
    words = set(re.findall(r"\b([a-z_]+\.[a-z0-9_]+)\b", "".join(blocks(PAGE, "yaml"))))
    named = {word for word in words if word.partition(".")[0] in HEADINGS}
    assert named - ids == {"alarm_control_panel.alarm_arm_away"}
    parts = {*running.diagnostics(), "coordinator", "inventory", "entry"}
    assert {name for row in rows(told("Read the diagnostics")) for name in quoted(row[0])} == parts


# how long everything takes


def seconds(text: str) -> list[float]:
    """Return the durations in a text."""
    units = {"s": 1, "min": 60}
    return [float(count) * units[unit] for count, unit in re.findall(r"(\d+) (s|min)\b", text)]


def test_periods() -> None:
    """The table of periods holds the periods of everything that is read."""
    found = [seconds(row["Every"]) for row in records(told("How data arrives: push and poll"))]
    assert found == [
        [settings.ZONE_SECONDS_DEFAULT],
        [panels.PARTITION_SECONDS, panels.WITHOUT_EVENTS_SECONDS],
        [panels.PERIPHERAL_SECONDS],
        [system.INVENTORY_SECONDS],
    ]


def test_durations() -> None:
    """What is said of waiting and of limits is so."""
    page = " ".join(PAGE.split())
    for words in (
        f"after {stream.BEAT_SECONDS:.0f} seconds without one the subscription is renewed",
        f"at most {1 / PACE_SECONDS:.0f} requests a second",
        f"neither events nor answers come for {GRACE_SECONDS:.0f} seconds",
        f"offers more than {ENTITY_LIMIT:,} that would start enabled",
        f"sent up to {partitions.OVERLAY_SECONDS:.0f} seconds ago",
        f"without an end or a repeat it is over after {REPEAT_SECONDS:.0f} seconds",
        f"no event has told {untold.SILENT_SECONDS:.0f} seconds later",
        f"once in {stream.DOUBT_SECONDS / 60:.0f} minutes at most",
        f"asked for in vain for {reach.PATIENCE_SECONDS:.0f} seconds",
        f"for {reach.BUSY_SECONDS / 60:.0f} minutes while it is busy",
        "are read a second later, and again after 4, 8 and 13 seconds",
        "for five seconds the receiver may not know yet",
        "an alarm, or after two minutes",
        "Wait half an hour",
    ):
        assert words in page, words
    looks = accumulate(refresh.AGAIN_SECONDS, initial=refresh.SETTLE_SECONDS)
    assert [*looks] == [1, 4, 8, 13]
    assert partitions.PENDING_SECONDS == 120
    assert lately.HOLD_SECONDS == 5
    assert status.LOCK_SECONDS == 1800


# repairs and errors


def test_every_repair() -> None:
    """Every repair is named by its key and words of its title, and those that have a fix say so."""
    issues = ENGLISH["issues"]
    keys = problem_keys("systems/ip_receiver") | {"account_locked", "receiver_locked", "too_many_entities"}
    assert sorted(quoted(told("Repairs"))) == sorted(keys)
    for words, _, remedy in rows(told("Repairs")):
        key = quoted(words)[-1]
        shown = re.match(r"\*(.+?)\*", words)
        assert shown is not None
        title = re.sub(r"\{(device|name|partition)\}", "…", issues[key]["title"])
        assert shown[1] in title, key
        assert ("**Submit**" in remedy) is ("fix_flow" in issues[key]), key


def test_every_error() -> None:
    """Every error of the set-up that has words of this system is in the troubleshooting."""
    errors = ENGLISH["config"]["error"]
    texts = [errors[worded("ip_receiver", key)] for key in OWN_WORDS["ip_receiver"]]
    texts += [ENGLISH["exceptions"]["arming_refused"]["message"], ENGLISH["config"]["abort"]["wrong_device"]]
    symptoms = {
        found: re.escape(found).replace("…", ".*")
        for row in rows(told("Troubleshooting"))
        for found in re.findall(r"\"(.+?)\"", row[0])
    }
    for text in texts:
        assert any(re.match(pattern, text) for pattern in symptoms.values()), text
    for symptom, pattern in symptoms.items():
        assert any(re.match(pattern, text) for text in texts), symptom
