"""docs/huawei_ivm.md says what the code does: set-up, options, devices, entities, repairs and errors."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
import re
from typing import Any, NamedTuple

import pytest

from custom_components.hikvision_ivm.binary_sensor import BINARY_SENSORS
from custom_components.hikvision_ivm.const import ENTITY_LIMIT
from custom_components.hikvision_ivm.flow_connect import OWN_WORDS, worded
from custom_components.hikvision_ivm.flow_forms import FORMS, Field
from custom_components.hikvision_ivm.options_flow import ADVANCED, CALLBACK, IMPORTS, OPTIONS
from custom_components.hikvision_ivm.options_rows import Choice, Number, Section, Selection, Text, Toggle
from custom_components.hikvision_ivm.repairs import PAGES
from custom_components.hikvision_ivm.sensor import SENSORS
from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.ivm import (
    actions,
    alarm_types,
    budget,
    channel,
    channel_lists,
    control_locks,
    packages,
    playback,
    ptz,
    readings,
    seen,
    signature,
    snapshots,
)
from custom_components.hikvision_ivm.systems.ivm.alarm_types import SENSOR_KINDS
from custom_components.hikvision_ivm.systems.ivm.features_channel import (
    ALARM_PLAN,
    CAMERA,
    CHANNEL,
    ENCODING,
    STREAM,
    TRACK,
)
from custom_components.hikvision_ivm.systems.ivm.features_device import APART, DEVICE, ORG, TENANT
from custom_components.hikvision_ivm.systems.ivm.licences import LICENCE
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Source
from custom_components.hikvision_ivm.systems.parts import Row
from tests.documents import ENGLISH, ROOT, TEXTS, problem_keys, quoted, records, rows, section

PAGE = TEXTS["docs/huawei_ivm.md"]
HEADINGS = {
    "binary_sensor": "Binary sensors",
    "button": "Buttons",
    "camera": "Cameras",
    "event": "Event entities",
    "image": "Images",
    "number": "Numbers",
    "select": "Selects",
    "sensor": "Sensors",
    "switch": "Switches",
}
"""Platform → the heading of its table."""
OPTIONS_FORM = ENGLISH["options"]["step"]["ivm"]
TABLES: Mapping[str, tuple[tuple[Row[Any], ...], ...]] = {
    "account": (TENANT, LICENCE),
    "organisation": (ORG,),
    "device": (DEVICE, APART),
    "channel": (*CAMERA.values(), CHANNEL, ALARM_PLAN, TRACK, STREAM, ENCODING),
}
"""Word of the documents for what has entities → the tables of these."""
HOW = {Source.BOTH: "push, poll", Source.POLL: "poll", Source.PUSH: "push", Source.ALWAYS: "here"}
COMMON = {"account_frozen", "too_many_entities"}
"""Repairs that the system itself does not make."""


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
    return "*name of the device*" if name is None else str(name).replace("{part}", "")


def made(platform: str) -> dict[tuple[str, str], list[Row[Any]]]:
    """Return the rows of a platform: name, word of what it is of."""
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for of, tables in TABLES.items():
        for row in (row for table in tables for row in table if row.make.type == platform):
            found.setdefault((name_of(platform, row.kind), of), []).append(row)
    return found


def class_of(platform: str, kind: Kind) -> str:
    """Return the device class in words, and whether it is diagnostic."""
    described = (BINARY_SENSORS if platform == "binary_sensor" else SENSORS)[kind]
    words = "–" if described.device_class is None else described.device_class.replace("_", " ")
    return words + ("" if described.entity_category is None else ", diagnostic")


# set-up and options


def label(step: str, field: Field) -> str:
    """Return the name of a field, wherever it lies in the form."""
    texts = ENGLISH["config"]["step"][step]
    return str((texts["sections"][ADVANCED] if field.advanced else texts)["data"][field.name])


def test_every_field() -> None:
    """The tables of the set-up name exactly the fields of both forms, and what is folded away."""
    fields = [label("ivm", field) for field in FORMS["ivm"].fields]
    fields += [ENGLISH["config"]["step"]["selection"]["data"][row.name] for row in IMPORTS["ivm"]]
    found = rows(told("Set up"))
    assert [row[0] for row in found] == fields
    folded = [row[0] for row in found if row[1].startswith("Under *Advanced*")]
    assert folded == [label("ivm", field) for field in FORMS["ivm"].fields if field.advanced]


def labels(row: object) -> Iterator[tuple[str, str]]:
    """Iterate over the names of an option's fields and their defaults in words."""
    data = {
        **OPTIONS_FORM["data"],
        **{k: v for part in OPTIONS_FORM["sections"].values() for k, v in part["data"].items()},
    }
    match row:
        case Section():
            for each in row.rows:
                yield from labels(each)
        case Selection():
            yield data[row.name], "nothing" if row.opt_in else "all"
        case Toggle():
            yield data[row.name], "on" if row.default else "off"
        case Number():
            yield data[row.name], str(row.default)
        case Choice():
            words = ENGLISH["selector"][row.name]["options"][row.offered[0]]
            yield data[row.name], words.lower() if row.name == settings.LIVE_QUALITY else words
        case Text():
            yield data[row.name], "empty"


def test_every_option() -> None:
    """The tables of the options name exactly the fields, with their defaults, bounds and choices."""
    page = told("Options")
    assert [(row[0], row[1]) for row in rows(page)] == [pair for row in OPTIONS["ivm"] for pair in labels(row)]
    assert f"{settings.HOLD_MINIMUM} to {settings.HOLD_MAXIMUM}" in page
    for name in (settings.LIVE_PROTOCOL, settings.LIVE_QUALITY):
        for words in ENGLISH["selector"][name]["options"].values():
            assert f"*{words}*" in page
    for name in (CALLBACK, ADVANCED):
        assert f"**{OPTIONS_FORM['sections'][name]['name']}**" in page


def test_personal_data() -> None:
    """The table names exactly what can be chosen."""
    (row,) = (row for row in OPTIONS["ivm"] if row.name == settings.PERSONAL)
    assert isinstance(row, Selection)
    choices = ENGLISH["selector"]["personal"]["options"]
    assert {line[0] for line in rows(told("Personal data"))} == {choices[word] for word in row.offered}


# entities


def test_words_of_devices() -> None:
    """Everything that entities are said to be of is explained."""
    assert {row["Device"] for row in records(told("Devices"))} == {*TABLES}


@pytest.mark.parametrize("platform", HEADINGS)
def test_every_entity(platform: str) -> None:
    """The table of a platform names exactly what the system makes, and when it starts enabled."""
    expected = made(platform)
    found = records(told(HEADINGS[platform]))
    assert sorted((row["Entity"], row["Of"]) for row in found) == sorted(expected)
    for row in found:
        (line,) = {
            Line(HOW[one.source], "known" if callable(one.enabled) else "on" if one.enabled else "off", str(one.rank))
            for one in expected[row["Entity"], row["Of"]]
        }
        assert Line(row["How"], row["Default"], row["Rank"]) == line, row["Entity"]
        assert row["What it is"]


def test_no_other_platform() -> None:
    """Everything that the tables make has a heading."""
    assert {row.make.type for tables in TABLES.values() for table in tables for row in table} == {*HEADINGS}


@pytest.mark.parametrize("platform", ["binary_sensor", "sensor"])
def test_classes(platform: str) -> None:
    """The device classes and categories in the tables are those of the entities."""
    expected = made(platform)
    for row in records(told(HEADINGS[platform])):
        assert {class_of(platform, one.kind) for one in expected[row["Entity"], row["Of"]]} == {row["Class"]}


def test_binary_sensors_that_appear_later() -> None:
    """They are exactly those that alarms drive, with their classes; motion is there from the start."""
    heading = "Binary sensors that appear with their first alarm"
    found = [(name, row["Class"]) for row in records(told(heading)) for name in row["Entities"].split(", ")]
    kinds = SENSOR_KINDS - {Kind.MOTION}
    assert sorted(found) == sorted((name_of("binary_sensor", kind), class_of("binary_sensor", kind)) for kind in kinds)


def test_sensors_that_appear_later() -> None:
    """They are exactly those whose values only messages carry."""
    found = {row["Entity"]: row for row in records(told("Sensors that appear with their first message"))}
    assert found.keys() == {name_of("sensor", kind) for kind in seen.SENSORS}
    for kind, sort in seen.SENSORS.items():
        row = found[name_of("sensor", kind)]
        default = "on" if sort.enabled else "off"
        assert (row["Class"], row["Default"], row["Rank"]) == (class_of("sensor", kind), default, str(sort.rank))


def test_every_service() -> None:
    """The services that can end are those that the preparation names."""
    named = {word for row in records(told("Prepare the account")) for word in quoted(row["Service"])}
    assert named == {family for family, *_ in packages.EndedPackages.FAMILIES.values()}


# how much is asked, repairs, errors


def seconds(text: str) -> list[float]:
    """Return the durations in a text."""
    units = {"ms": 0.001, "s": 1, "min": 60, "h": 3600}
    return [float(count) * units[unit] for count, unit in re.findall(r"(\d+) (ms|s|min|h)\b", text)]


def test_periods() -> None:
    """The table of periods holds those of everything that is read of channels, and of the look at the callback."""
    every = {row["What"]: seconds(row["Every"]) for row in records(told("How data arrives: push and poll"))}
    expected = {
        "People statistics of sensors that are enabled": readings.STATISTICS_SECONDS,
        "Plans, settings and heat maps of entities that are enabled": readings.SETTINGS_SECONDS,
        "Presets and cruise tracks of selects that are enabled": channel_lists.FRESH_SECONDS,
        "Whether the callback is still ours": channel.CHECK_SECONDS,
    }
    assert readings.SETTINGS_SECONDS == readings.HEAT_MAP_SECONDS
    for what, period in expected.items():
        assert every[what] == [period], what


def test_durations() -> None:
    """What is said of waiting and of limits is so."""
    assert seconds(told("Binary sensors that appear with their first alarm")) == [alarm_types.FAULT_SECONDS]
    assert seconds(told("Video")) == [snapshots.FLOOR_SECONDS]
    assert seconds(told("Move cameras")) == [control_locks.KEEP_SECONDS, control_locks.SPACING_SECONDS]
    assert seconds(told("The callback")) == [signature.WINDOW_SECONDS]
    assert seconds(told("Troubleshooting")) == [control_locks.LIFE_SECONDS]
    for kind, words in ((Kind.PTZ_DURATION, "0.3 to 10 seconds"), (Kind.PTZ_SPEED, "1 to 10")):
        limits = ptz.LOCAL[kind]
        assert words.startswith(f"{limits.minimum:g} to {limits.maximum:g}")
        assert words in told("Actions on cameras")
    assert f"at most {actions.LONGEST_DAYS} days" in told("Actions on cameras")
    assert timedelta(days=1) == playback.DAY


def test_budget() -> None:
    """What is said of requests and of room is so."""
    assert "about four requests a minute" in told("How data arrives: push and poll")
    assert 3 < budget.PER_MINUTE <= 4
    assert f"more than {ENTITY_LIMIT:,}" in told("Many cameras")


def test_every_repair() -> None:
    """Every repair is named by its key and words of its title, and those that have a fix say so."""
    issues = ENGLISH["issues"]
    found = {quoted(row[0])[-1]: row for row in rows(told("Repairs"))}
    assert found.keys() == {key for key in issues if key.startswith("ivm_") or key.endswith("_ivm")} | COMMON
    assert problem_keys("systems/ivm") <= found.keys()
    for key, (words, _, remedy) in found.items():
        title = re.match(r"\*(.+?)\*", words)
        assert title is not None
        assert title[1].casefold() in issues[key]["title"].replace("{device} ", "").casefold(), key
        assert ("**Submit**" in remedy) is ("fix_flow" in issues[key]), key


def test_repairs_lead_here() -> None:
    """The chapter that repairs lead to is that of this page."""
    assert (ROOT / f"docs/{PAGES['ivm']}.md").is_file()
    assert "\n## Repairs\n" in PAGE


def test_every_error() -> None:
    """Every error that has words of this system is in the troubleshooting, and nothing else is quoted there."""
    texts = [ENGLISH["config"]["error"][worded("ivm", key)] for key in OWN_WORDS["ivm"]]
    own = ("account_frozen", "cloud_error", "device_frozen", "privacy_mask_on", "ptz_occupied")
    texts += [ENGLISH["exceptions"][key]["message"] for key in own]
    symptoms = [found for row in rows(told("Troubleshooting")) for found in re.findall(r"\"(.+?)\"", row[0])]
    for text in texts:
        assert any(text.startswith(symptom) for symptom in symptoms), text
    for symptom in symptoms:
        assert any(text.startswith(symptom) for text in texts), symptom
