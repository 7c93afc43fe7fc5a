"""The documents name everything that exists, and nothing that does not."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
import re
import sys

import aiohttp
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.hikvision_ivm.binary_sensor import BINARY_SENSORS
from custom_components.hikvision_ivm.event import event_attributes
from custom_components.hikvision_ivm.flow_forms import FORMS
from custom_components.hikvision_ivm.options_flow import HOLD_TIMES, OPTIONS
from custom_components.hikvision_ivm.sensor import SENSORS
from custom_components.hikvision_ivm.systems import settings
from custom_components.hikvision_ivm.systems.base import Runtime, Tier
from custom_components.hikvision_ivm.systems.isapi.alert_words import DETAILS
from custom_components.hikvision_ivm.systems.isapi.detections import DETECTIONS
from custom_components.hikvision_ivm.systems.isapi.event_types import EVENT_TYPES
from custom_components.hikvision_ivm.systems.isapi.features import build
from custom_components.hikvision_ivm.systems.isapi.poll import periods
from custom_components.hikvision_ivm.systems.isapi.problems import right_of
from custom_components.hikvision_ivm.systems.isapi.records import UnitKind
from custom_components.hikvision_ivm.systems.isapi.system import IsapiSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Phase, SwitchFeature, Target
from scripts.demo.__main__ import arguments as develop_arguments
from simulators.__main__ import arguments as simulator_arguments
from simulators.isapi import PROFILES, IsapiSimulator
from tests.documented_actions import ActionPage
from tests.documents import COMPONENT, ENGLISH, ROOT, TEXTS, anchor, blocks, problem_keys, prose, quoted, rows, section

ISAPI = TEXTS["docs/isapi.md"]
SECTIONS = {
    "binary_sensor": "Binary sensors",
    "button": "Buttons",
    "camera": "Cameras",
    "event": "Event entities",
    "image": "Images",
    "sensor": "Sensors",
    "switch": "Switches",
}
"""Platform → the heading of its tables in docs/isapi.md."""
COMMON_PROBLEMS = ("account_locked", "too_many_entities")
"""Repairs of a device that do not come from its system."""
MAIN_STREAM = "*name of the device* (main stream)"


def isapi(heading: str) -> str:
    """Return what docs/isapi.md says below a heading."""
    return section(heading, ISAPI)


def column(heading: str, number: int = 0) -> list[str]:
    """Return a column of the tables below a heading of docs/isapi.md."""
    return [row[number] for row in rows(isapi(heading))]


# links and paths


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {anchor(heading) for heading in headings}


def links() -> Iterator[tuple[str, str]]:
    """Iterate over the links within the project: document, target."""
    for name, text in TEXTS.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
            if not target.startswith("https://"):
                yield name, target


@pytest.mark.parametrize(("name", "target"), [*links()])
def test_links_lead_somewhere(name: str, target: str) -> None:
    """Every link leads to a file that exists, and to a heading in it; no link leaves the project without TLS."""
    path, _, place = target.partition("#")
    file = (ROOT / name).parent / path if path else ROOT / name
    assert file.is_file()
    assert file.resolve().is_relative_to(ROOT)
    if place:
        assert place in anchors(file.read_text(encoding="utf-8"))


def test_pictures_are_light() -> None:
    """Every picture is shown somewhere, is one, and is below 400 KB."""
    shown = {(ROOT / name).parent / target for name, target in links() if target.endswith(".png")}
    assert shown == {*(ROOT / "docs/images").iterdir()}
    for picture in shown:
        assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert picture.stat().st_size < 400 * 1024


def test_readme_opens_with_the_two_commands() -> None:
    """One line says what it is, the next thing is a block of exactly two commands."""
    opening = re.match(r"# .+\n\n[^\n]+\n\n```bash\n(.*?)```", TEXTS["README.md"], re.DOTALL)
    assert opening is not None
    assert opening[1].split() == ["scripts/develop", "scripts/test"]


@pytest.mark.parametrize("name", TEXTS)
def test_commands_exist(name: str) -> None:
    """Whatever is to be typed is there and can be run."""
    typed = {word for text in [*blocks(TEXTS[name], "bash"), *quoted(prose(TEXTS[name]))] for word in text.split()}
    commands = {word for word in typed if re.fullmatch(r"(scripts|\.ci)/[a-z]+", word)} - {"scripts/demo"}
    commands -= {"scripts/validate"}  # a package, not a command
    assert commands or name.startswith("docs/")
    for command in commands:
        assert (ROOT / command).stat().st_mode & 0o111, command


def help_of(run: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Return the options that a command knows."""
    with pytest.raises(SystemExit):
        run()
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}


def test_options_of_commands(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every option of `scripts/develop` is documented, no other is, and recordings can be replayed as told."""
    contributing = TEXTS["CONTRIBUTING.md"]
    row = next(line for line in contributing.splitlines() if line.startswith("| `scripts/develop`"))
    monkeypatch.setattr(sys, "argv", ["scripts/develop", "--help"])
    assert set(re.findall(r"--[a-z-]+", row)) == help_of(develop_arguments, capsys)
    assert "--replay" in contributing
    assert "--replay" in help_of(lambda: simulator_arguments(["--help"]), capsys)


def test_named_files_exist() -> None:
    """Every path and module that CONTRIBUTING names exists, in the checkout or in the integration."""
    named = {
        word for word in quoted(prose(TEXTS["CONTRIBUTING.md"])) if re.fullmatch(r"[\w./]+(\.py|\.json|\.txt|/)", word)
    }
    assert len(named) > 30
    for word in named:
        assert (ROOT / word).exists() or (COMPONENT / word).exists(), word


# set-up and options


def test_every_field_of_the_forms() -> None:
    """The table of the set-up names exactly the fields of the form."""
    labels = ENGLISH["config"]["step"]["isapi"]["data"]
    assert {*column("Set up")} == {labels[field.name] for field in FORMS["isapi"].fields}


def test_every_option() -> None:
    """The tables of the options name exactly the options, and the bounds of the hold times."""
    form = ENGLISH["options"]["step"]["init"]
    names = [row.name for row in OPTIONS["isapi"] if row.name != HOLD_TIMES]
    holds = [form["sections"][HOLD_TIMES]["data"][name] for name in settings.HOLDS]
    assert sorted(column("Options")) == sorted([form["data"][name] for name in names] + holds)
    told = isapi("Options")
    assert f"{settings.HOLD_DEFAULT} seconds by default" in told
    assert f"may be {settings.HOLD_MINIMUM} to {settings.HOLD_MAXIMUM}" in told
    for stream in settings.EXTRA_STREAMS:
        assert ENGLISH["selector"]["streams"]["options"][stream].lower() in told


def test_every_right() -> None:
    """The rights that repairs name are those that the preparation tells to give."""
    missing = {right_of(path) for path in ("Event/notification/alertStream", "Streaming/channels", "System/reboot")}
    assert missing == {"alarmOutOrUpload", "preview", "restartOrShutdown"}
    told = isapi("Prepare the device")
    for words in ("Live View", "Notify Surveillance Center", "Parameters Settings", "Trigger Alarm Output"):
        assert f"| {words} |" in told


def test_every_repair() -> None:
    """Every repair of a device is named by its key and words of its title, and those that have a fix say so."""
    issues = ENGLISH["issues"]
    assert sorted(quoted(isapi("Repairs"))) == sorted({*problem_keys("systems/isapi"), *COMMON_PROBLEMS})
    for words, _, remedy in rows(isapi("Repairs")):
        key = quoted(words)[-1]
        title = issues[key]["title"]
        told = re.match(r"\*(.+?)\*", words)
        assert told is not None
        assert told[1].casefold() in re.sub(r"(of )?{device} ", "", title).casefold(), key
        assert ("**Submit**" in remedy) is ("fix_flow" in issues[key]), key


def test_periods() -> None:
    """The table of periods holds the periods."""
    told = dict(
        zip(("status", "detail", "counters", "inventory"), rows(isapi("How data arrives: push and poll")), strict=True)
    )
    for healthy, number in ((True, 1), (False, 2)):
        camera = periods(UnitKind.CAMERA, push_healthy=healthy)
        recorder = periods(UnitKind.RECORDER, push_healthy=healthy)
        for tier in Tier:
            seconds = {camera[tier], recorder[tier]}
            units = {"s": 1, "min": 60, "h": 3600}
            found = re.findall(r"(\d+) (s|min|h)\b", told[tier.value][number])
            assert {int(count) * units[unit] for count, unit in found} == seconds, tier


# entities


def name_of(platform: str, kind: Kind) -> str:
    """Return the name of an entity without what tells several of it apart."""
    if kind is Kind.MAIN_STREAM:
        return MAIN_STREAM
    return str(ENGLISH["entity"][platform][kind]["name"]).replace("{part}", "")


def documented(platform: str) -> dict[str, list[str]]:
    """Return the rows of a platform's tables by the name of the entity."""
    found = {row[0]: row for row in rows(isapi(SECTIONS[platform]))}
    assert len(found) == len(column(SECTIONS[platform]))
    return found


def tabled() -> dict[str, set[Kind]]:
    """Return the kinds of entity that the tables of the system can make, by platform."""
    lasting = {row.kind for row in EVENT_TYPES.values() if row.binary}
    return {
        "binary_sensor": lasting | {Kind.EVENT_STREAM, Kind.ONLINE, Kind.VIDEO_SIGNAL, Kind.DISK_PROBLEM},
        "button": {Kind.REBOOT, Kind.OUTPUT_PULSE, Kind.ELECTRIC_LOCK},
        "camera": {Kind.MAIN_STREAM, Kind.SUB_STREAM, Kind.THIRD_STREAM, Kind.TRANSCODED_STREAM},
        "event": {Kind.DETECTION, Kind.DEVICE_EVENT, Kind.DOORBELL},
        "image": {Kind.EVENT_PICTURE},
        "sensor": {
            Kind.LAST_EVENT, Kind.CPU_USAGE, Kind.MEMORY_USAGE, Kind.UPTIME, Kind.TEMPERATURE, Kind.DISK_STATE,
            Kind.DISK_FREE, Kind.DISK_CAPACITY,
        },
        "switch": {row.kind for row in DETECTIONS} | {Kind.PIR, Kind.PRIVACY_MASK, Kind.HOLIDAY, Kind.ALARM_OUTPUT},
    }  # fmt: skip


@pytest.mark.parametrize("platform", SECTIONS)
def test_every_entity(platform: str) -> None:
    """The tables of a platform name exactly what can be made."""
    assert documented(platform).keys() == {name_of(platform, kind) for kind in tabled()[platform]}


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_entity_of_a_simulated_device(profile: str, socket_enabled: None) -> None:
    """Whatever a device turns into is documented, switched off where the documents say so."""
    async with IsapiSimulator(profile=profile) as device, aiohttp.ClientSession() as session:
        login = {"url": device.url, "username": device.username, "password": device.password}
        system = IsapiSystem.create(session, login, {}, Runtime())
        await system.identify()
        inventory = await system.inventory()
        assert inventory == build(system.facts, {})
    for feature in inventory.features.values():
        row = documented(feature.type)[name_of(feature.type, feature.kind)]
        if row[-1] == "off" or (feature.type == "camera" and row[1] == "off"):
            assert not feature.enabled, feature.id
        elif row[-1] == "on" and not isinstance(feature, SwitchFeature):
            assert feature.enabled, feature.id


def test_device_classes() -> None:
    """The device classes and categories in the tables are those of the entities."""
    for platform, descriptions in (("binary_sensor", BINARY_SENSORS), ("sensor", SENSORS)):
        for kind in tabled()[platform]:
            row = documented(platform)[name_of(platform, kind)]
            described = descriptions[kind]
            word = "–" if described.device_class is None else described.device_class.replace("_", " ")
            assert row[2].startswith(word), kind
            assert ("diagnostic" in row[1]) is (described.entity_category is not None), kind


def test_switches_that_are_off() -> None:
    """Which switches of detections start disabled is told as it is."""
    for row in DETECTIONS:
        assert (documented("switch")[name_of("switch", row.kind)][-1] == "on") is row.enabled, row.kind


def test_every_event_type() -> None:
    """The table of event types names exactly what can be told, and the attributes include every detail that is read."""
    told = isapi("Events")
    attributes, _, types_told = told.partition("An entity lists the types")
    types = [word for row in rows(types_told) for word in quoted(row[0])]
    assert {*types} == {row.kind.value for row in EVENT_TYPES.values()}
    assert len(types) == len({*types})
    now = datetime(2026, 11, 20, tzinfo=UTC)
    everything = Occurrence(
        device_id="1", kind=Kind.PLATE, phase=Phase.PULSE, code="ANPR", received=now, time=now, channel="1",
        target=Target.HUMAN, region="1", plate="B AB 123", person="Ann", details=dict.fromkeys(DETAILS, "1"),
    )  # fmt: skip
    assert event_attributes(everything).keys() <= {*quoted(attributes)}


# automations

AUTOMATIONS = ActionPage("docs/isapi.md", {})


def test_no_old_syntax() -> None:
    """Examples are written as Home Assistant writes them today."""
    assert len(AUTOMATIONS.automations) >= 4
    for text in blocks(ISAPI, "yaml"):
        assert not re.search(
            r"^\s*-? ?(platform|service|trigger|action|condition):\s*$|\b(platform|service):", text, re.MULTILINE
        )


@pytest.mark.parametrize("alias", AUTOMATIONS.automations)
async def test_automations_are_valid(hass: HomeAssistant, alias: str) -> None:
    """Home Assistant takes every example as it stands."""
    await AUTOMATIONS.check_automation(hass, alias)


@pytest.mark.parametrize(
    ("target", "event", "before", "told"),
    [
        ("human", "line_crossing", "2026-11-20T09:00:00+00:00", 1),
        ("human", "line_crossing", "unknown", 1),
        ("vehicle", "line_crossing", "unknown", 0),
        ("human", "motion", "unknown", 0),
        ("human", "line_crossing", "unavailable", 0),
    ],
)
async def test_the_person_at_the_door(hass: HomeAssistant, target: str, event: str, before: str, told: int) -> None:
    """The first example tells of persons, not of cars, and not of an old event after a reload."""
    calls = async_mock_service(hass, "notify", "mobile_app_phone")
    first = next(iter(AUTOMATIONS.automations))
    await AUTOMATIONS.watch(hass, first, before, "2026-11-20T10:00:00+00:00", event_type=event, target=target)
    assert len(calls) == told
