"""docs/hikcentral.md says what the code does: preparation, set-up, options, entities, periods and repairs."""

import ast
from collections.abc import Iterator, Mapping
import re
from typing import Any, NamedTuple

import aiohttp
from homeassistant.util import slugify
import pytest

from custom_components.hikvision_ivm.binary_sensor import BINARY_SENSORS
from custom_components.hikvision_ivm.const import ENTITY_LIMIT
from custom_components.hikvision_ivm.flow_connect import OWN_WORDS
from custom_components.hikvision_ivm.flow_forms import FORMS
from custom_components.hikvision_ivm.options_flow import ADVANCED, CALLBACK, IMPORTS, OPTIONS, PLATFORM_PLACEHOLDERS
from custom_components.hikvision_ivm.options_rows import Number, Section, Selection, Text, Toggle
from custom_components.hikvision_ivm.sensor import SENSORS
from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.hikcentral import HikCentralSystem, problems
from custom_components.hikvision_ivm.systems.hikcentral.event_types import EVENT_TYPES, Category
from custom_components.hikvision_ivm.systems.hikcentral.feature_rows import Row
from custom_components.hikvision_ivm.systems.hikcentral.features_access import (
    CONTROLLER,
    DOOR,
    INPUT,
    OUTPUT,
    READER,
    SIREN,
)
from custom_components.hikvision_ivm.systems.hikcentral.features_places import (
    BED,
    BED_AREA,
    FLOOR,
    GROUP,
    LOT,
    ROOM,
    SPACE,
    VEHICLE,
)
from custom_components.hikvision_ivm.systems.hikcentral.features_platform import (
    HUB,
    INTELLIGENT_SERVER,
    MANAGEMENT,
    POOL,
    RECORD_SERVER,
    RULE,
    STREAM_SERVER,
)
from custom_components.hikvision_ivm.systems.hikcentral.features_video import (
    CAMERA,
    EQUIPMENT,
    FACES,
    RECORDED,
    SUB_STREAM,
)
from custom_components.hikvision_ivm.systems.hikcentral.local import LOCAL
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Source
from simulators.hikcentral import HikCentralSimulator
from simulators.hikcentral.demo import APP_KEY, APP_SECRET, PLAN
from tests.documents import COMPONENT, ENGLISH, TEXTS, blocks, problem_keys, quoted, records, rows, section

PAGE = TEXTS["docs/hikcentral.md"]
HEADINGS = {
    "binary_sensor": "Binary sensors",
    "button": "Buttons",
    "calendar": "Calendar",
    "camera": "Cameras",
    "device_tracker": "Device trackers",
    "event": "Event entities",
    "image": "Images",
    "lock": "Locks",
    "number": "Numbers",
    "select": "Selects",
    "sensor": "Sensors",
    "siren": "Sirens",
    "switch": "Switches",
}
"""Platform → the heading of its tables."""
OPTIONS_FORM = ENGLISH["options"]["step"]["hikcentral"]
FIRST_SEEN = "Binary sensors that appear with their first event"
TABLES: Mapping[str, tuple[tuple[Row[Any], ...], ...]] = {
    "platform": (HUB, MANAGEMENT),
    "rule": (RULE,),
    "recording server": (RECORD_SERVER,),
    "pool": (POOL,),
    "streaming server": (STREAM_SERVER,),
    "DeepinMind server": (INTELLIGENT_SERVER,),
    "recorder": (EQUIPMENT,),
    "controller": (CONTROLLER,),
    "on-board device": (EQUIPMENT,),
    "camera": (CAMERA, SUB_STREAM, RECORDED, FACES),
    "door": (DOOR,),
    "reader": (READER,),
    "input": (INPUT,),
    "output": (OUTPUT, SIREN),
    "vehicle": (VEHICLE,),
    "group": (GROUP,),
    "parking lot": (LOT,),
    "floor": (FLOOR,),
    "space": (SPACE,),
    "room": (ROOM,),
    "bed": (BED, BED_AREA),
}
"""Word of the documents for what has entities → the tables of these."""
SOURCES = {
    "camera": "camera",
    "door": "door",
    "ioIn": "input",
    "encodeDevice": "recorder",
    "acsDevice": "controller",
    "mobileDevice": "on-board device",
    "mobileVehicle": "vehicle",
}
"""Type of source of an event → word of the documents."""
CONSENT = {"persons": "people"}
"""Word of the option → that of the documents, where they differ."""
HOW = {Source.BOTH: "push, poll", Source.POLL: "poll", Source.ALWAYS: "here"}
UNNAMED = {Kind.MAIN_STREAM, Kind.DOOR_LOCK, Kind.POSITION}
DEVICE_NAME = "*name of the device*"


class Line(NamedTuple):
    """What the documents tell of one entity of one sort of thing."""

    how: str
    default: str
    rank: str


def name_of(platform: str, kind: Kind) -> str:
    """Return the name of an entity without what tells several of it apart."""
    if kind in UNNAMED:
        return DEVICE_NAME
    return str(ENGLISH["entity"][platform][kind]["name"]).replace("{part}", "")


def default_of(row: Row[Any]) -> str:
    """Return when an entity starts enabled."""
    if not row.enabled:
        return "off"
    return "on" if row.personal is None else CONSENT.get(row.personal, row.personal)


def made(platform: str) -> dict[tuple[str, str], Line]:
    """Return what the tables of the system make for a platform: name, word of what it is of."""
    return {
        (name_of(platform, row.kind), of): Line(HOW[row.source], default_of(row), str(row.rank))
        for of, tables in TABLES.items()
        for table in tables
        for row in table
        if row.make.type == platform
    }


def grown() -> dict[tuple[str, str], Kind]:
    """Return the binary sensors that appear when an event tells of them: name, word of what it is of → kind."""
    found: dict[tuple[str, str], Kind] = {}
    for row in EVENT_TYPES.values():
        if row.sensor is None:
            continue
        places = ("bed", "room") if row.category is Category.CARE else [SOURCES[source] for source in row.sources]
        found |= {(name_of("binary_sensor", row.sensor), place): row.sensor for place in places}
    return {key: kind for key, kind in found.items() if key not in made("binary_sensor")}


def told(heading: str) -> str:
    """Return what the page says below a heading."""
    return section(heading, PAGE)


def told_entities(platform: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Iterate over what the page tells of a platform: name, word of what it is of, the row."""
    for row in records(told(HEADINGS[platform])):
        for of in row["Of"].split(", "):
            yield row["Entity"], of, row


# preparation and set-up


def paths() -> set[str]:
    """Return every path of the platform that the system knows."""
    found = set()
    for file in (COMPONENT / "systems/hikcentral").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"[a-zA-Z]+/v\d/[\w/]+", str(node.value)):
                found.add(str(node.value))
    return found


def test_every_api() -> None:
    """The preparation names every API that is called, once."""
    named = [word for word in quoted(told("Prepare the platform")) if re.match(r"[a-zA-Z]+/v\d/", word)]
    assert sorted(named) == sorted(paths())


def test_every_right() -> None:
    """The rights that repairs name are those that the preparation tells to give."""
    assert {*problems.RIGHTS} <= {*quoted(told("Prepare the platform"))}


def test_every_field() -> None:
    """The tables of the set-up name exactly the fields of both forms."""
    steps = ENGLISH["config"]["step"]
    fields = [steps["hikcentral"]["data"][field.name] for field in FORMS["hikcentral"].fields]
    fields += [steps["selection"]["data"][row.name] for row in IMPORTS["hikcentral"]]
    assert [row[0] for row in rows(told("Set up"))] == fields


def labels(row: Selection | Toggle | Number | Text | Section) -> Iterator[tuple[str, str]]:
    """Iterate over the names of an option's fields and their defaults in words."""
    data = (
        OPTIONS_FORM["data"] | OPTIONS_FORM["sections"][CALLBACK]["data"] | OPTIONS_FORM["sections"][ADVANCED]["data"]
    )
    match row:
        case Section():
            for each in row.rows:
                yield from labels(each)
        case Selection(name=settings.PERSONAL):
            yield data[row.name], "nothing"
        case Selection():
            yield data[row.name], "none" if row.opt_in else "all"
        case Toggle():
            yield data[row.name], "on" if row.default else "off"
        case Number():
            yield data[row.name], str(row.default)
        case Text():
            yield data[row.name], "empty"
            if row.secret:
                yield data[f"{row.name}_remove"], "off"


def test_every_option() -> None:
    """The tables of the options name exactly the fields, with their defaults, bounds and examples."""
    expected = [label for row in OPTIONS["hikcentral"] for label in labels(row)]  # type: ignore[arg-type]
    assert [(row[0], row[1]) for row in rows(told("Options"))] == expected
    assert f"{settings.HOLD_MINIMUM} to {settings.HOLD_MAXIMUM}" in told("Options")
    assert {PLATFORM_PLACEHOLDERS["url_example"], PLATFORM_PLACEHOLDERS["zone_example"]} <= {*quoted(told("Options"))}
    for name in (CALLBACK, ADVANCED):
        assert f"**{OPTIONS_FORM['sections'][name]['name']}**" in told("Options")


def test_every_personal_word() -> None:
    """The choices of personal data are those of the form."""
    choices = ENGLISH["selector"]["personal"]["options"]
    assert [row[0] for row in rows(told("Personal data"))] == [choices[word] for word in settings.PERSONAL_WORDS]


# entities


def test_words_of_devices() -> None:
    """Everything that entities are said to be of is explained."""
    words = {word for row in records(told("Devices")) for word in row["Device"].split(", ")}
    assert {*TABLES} - words == {"rule", "pool", "input", "output", "space", "reader"}


@pytest.mark.parametrize("platform", HEADINGS)
def test_every_entity(platform: str) -> None:
    """The table of a platform names exactly what the system makes, and when it starts enabled."""
    expected = made(platform)
    found = list(told_entities(platform))
    assert sorted((name, of) for name, of, _ in found) == sorted(expected)
    for name, of, row in found:
        line = expected[name, of]
        assert (row["Default"], row["Rank"], row.get("How", line.how)) == (line.default, line.rank, line.how), name
        assert row["What it is"]


def test_entities_that_appear_later() -> None:
    """The binary sensors of detections are exactly those that codes drive, with their classes."""
    expected = grown()
    found = [
        (name, of, row["Class"])
        for row in records(told(FIRST_SEEN))
        for name in row["Entities"].split(", ")
        for of in row["Of"].split(", ")
    ]
    assert sorted(found) == sorted((name, of, class_of("binary_sensor", kind)) for (name, of), kind in expected.items())


def class_of(platform: str, kind: Kind) -> str:
    """Return the device class in words, and whether it is diagnostic."""
    described = (BINARY_SENSORS if platform == "binary_sensor" else SENSORS)[kind]
    words = "–" if described.device_class is None else described.device_class.replace("_", " ")
    return words + ("" if described.entity_category is None else ", diagnostic")


@pytest.mark.parametrize("platform", ["binary_sensor", "sensor"])
def test_classes(platform: str) -> None:
    """The device classes and categories in the tables are those of the entities."""
    kinds = {
        name_of(platform, row.kind): row.kind
        for tables in TABLES.values()
        for table in tables
        for row in table
        if row.make.type == platform
    }
    for name, _, row in told_entities(platform):
        assert row["Class"] == class_of(platform, kinds[name]), name


def test_numbers_that_are_kept_here() -> None:
    """The bounds and first values of numbers are those of the code."""
    for name, _, row in told_entities("number"):
        (kind,) = [kind for kind in LOCAL if name_of("number", kind) == name]
        limits = LOCAL[kind]
        unit = f" {limits.unit}" if limits.unit else ""
        assert f"{limits.minimum:g} to {limits.maximum:g}{unit}, {limits.default:g}{unit} at first" in row["What it is"]


async def demo_inventory() -> tuple[HikCentralSystem, set[str]]:
    """Read the platform of the demo; returns the system, and the ids that its entities have."""
    async with (
        HikCentralSimulator(profile="table", site=PLAN, app_key=APP_KEY, app_secret=APP_SECRET) as platform,
        aiohttp.ClientSession() as session,
    ):
        data = {settings.URL: platform.url, settings.APP_KEY: APP_KEY, settings.APP_SECRET: APP_SECRET}
        system = HikCentralSystem.create(session, data, {}, Runtime())
        await system.identify()
        inventory = await system.inventory()
    ids = set()
    for feature in inventory.features.values():
        words = [inventory.devices[feature.device_id].name]
        if feature.kind not in UNNAMED:
            words += [name_of(feature.type, feature.kind), feature.label or feature.part]
        ids.add(f"{feature.type}.{slugify(' '.join(filter(None, words)))}")
    return system, ids


async def test_every_entity_of_the_demo(socket_enabled: None) -> None:
    """Whatever the simulated platform turns into is documented, and every id in the examples is one of it."""
    system, ids = await demo_inventory()
    assert {platform for platform in HEADINGS if any(id_.startswith(f"{platform}.") for id_ in ids)} == {*HEADINGS} - {
        "siren"
    }
    words = set(re.findall(r"\b([a-z_]+\.[a-z0-9_]+)\b", "".join(blocks(PAGE, "yaml"))))
    named = {word for word in words if word.partition(".")[0] in HEADINGS}
    assert named - ids == {"select.select_option"}
    diagnostics = {*system.diagnostics(), "coordinator", "inventory", "entry"}
    assert {row[0].strip("`") for row in rows(told("Read the diagnostics"))} == diagnostics


# large sites


def test_the_example_of_a_large_site() -> None:
    """Ranks 0 and 1 of the site in the example find room, rank 2 does not."""
    number = {"camera": 3000, "door": 500, "input": 500, "output": 500}
    tables = {"camera": CAMERA, "door": DOOR, "input": INPUT, "output": OUTPUT}

    def enabled(highest: int) -> int:
        return sum(
            number[of]
            for of, table in tables.items()
            for row in table
            if row.rank <= highest and row.enabled and row.personal is None and row.when is None
        )

    assert enabled(1) <= ENTITY_LIMIT < enabled(2)
    told_of = {row.kind for table in (CAMERA, DOOR) for row in table if row.rank == 2}
    assert {name_of("binary_sensor", Kind.MOTION), name_of("select", Kind.DOOR_MODE)} == {"Motion", "Door mode"}
    assert told_of == {Kind.MOTION, Kind.DOOR_MODE}


# repairs and errors


def test_every_repair() -> None:
    """Every repair is named by its key and words of its title, and those that have a fix say so."""
    issues = ENGLISH["issues"]
    keys = problem_keys("systems/hikcentral", "room.py", "failures.py", "post_listener.py") - {
        "account_frozen",
        "account_locked",
        "receiver_locked",
    }
    assert sorted(quoted(told("Repairs"))) == sorted(keys)
    for words, _, remedy in rows(told("Repairs")):
        key = quoted(words)[-1]
        shown = re.match(r"\*(.+?)\*", words)
        assert shown is not None
        assert shown[1] in issues[key]["title"].replace("{device}", "…"), key
        assert ("**Submit**" in remedy) is ("fix_flow" in issues[key]), key


def test_every_repair_belongs_to_a_page() -> None:
    """No repair is left out of all pages."""
    pages = (PAGE, TEXTS["docs/isapi.md"], TEXTS["docs/ip_receiver.md"], TEXTS["docs/huawei_ivm.md"])
    named = {word for page in pages for word in quoted(section("Repairs", page))}
    assert {*ENGLISH["issues"]} == named


def test_every_error() -> None:
    """Every error of the set-up that this system can cause is in the troubleshooting, in its own words."""
    errors = ENGLISH["config"]["error"]
    keys = {f"{key}_platform" for key in OWN_WORDS["hikcentral"]} - {"insufficient_rights_right_platform"}
    keys |= {"access_disabled", "platform_user", "unlicensed", "quota_reached", "invalid_user_id", "invalid_address"}
    texts = [errors[key] for key in keys]
    texts += [ENGLISH["exceptions"][key]["message"] for key in ("not_playable", "not_confirmed", "device_offline")]
    texts += [ENGLISH["exceptions"]["insufficient_rights"]["message"], ENGLISH["config"]["abort"]["wrong_device"]]
    symptoms = [found for row in rows(told("Troubleshooting")) for found in re.findall(r"\"(.+?)\"", row[0])]
    for text in texts:
        assert any(text.startswith(symptom) for symptom in symptoms), text
    for symptom in symptoms:
        assert any(text.startswith(symptom) for text in texts), symptom
