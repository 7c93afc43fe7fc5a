"""Tests of what starts disabled when a system offers more than Home Assistant takes."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import ENTITY_LIMIT
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import BinarySensorFeature, Feature, SwitchFeature

from .fake_system import HUB, FakeSystem
from .house import SetUp, inventory_poll

ROOM = 6


@pytest.fixture(autouse=True)
def small_room() -> Iterator[None]:
    """Let Home Assistant take six entities of an entry."""
    with patch("custom_components.hikvision_ivm.coordinator.ENTITY_LIMIT", ROOM):
        yield


def some(kind: Kind, count: int, rank: int = 0, *, first: int = 0, enabled: bool = True) -> list[Feature]:
    """Return features of a kind."""
    return [
        BinarySensorFeature(device_id=HUB, kind=kind, part=str(n), rank=rank, enabled=enabled)
        for n in range(first, first + count)
    ]


def on(registry: er.EntityRegistry) -> dict[str, int]:
    """Count the enabled entities by kind."""
    counts: dict[str, int] = {}
    for known in er.async_entries_for_config_entry(registry, "entry"):
        if not known.disabled:
            counts[str(known.translation_key)] = counts.get(str(known.translation_key), 0) + 1
    return counts


def told(registry: ir.IssueRegistry) -> dict[str, str] | None:
    """Return what the repair says, None if there is none."""
    found = [issue for issue in registry.issues.values() if issue.translation_key == "too_many_entities"]
    return dict(found[0].translation_placeholders or {}) if found else None


async def test_everything_fits(
    system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry, issue_registry: ir.IssueRegistry
) -> None:
    """As many as there is room for start enabled; what is offered disabled takes none."""
    system.has(*some(Kind.ALARM_INPUT, 6, rank=9), *some(Kind.MOTION, 3, enabled=False))
    await set_up()
    assert on(entity_registry) == {"alarm_input": 6}
    assert told(issue_registry) is None


async def test_the_lowest_rank_is_divided(
    system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry, issue_registry: ir.IssueRegistry
) -> None:
    """Where nothing is more needed than the rest, the last ones start disabled, and a repair says so."""
    system.has(*some(Kind.ALARM_INPUT, 8))
    await set_up()
    disabled = [known.unique_id for known in entity_registry.entities.values() if known.disabled]
    assert disabled == [feature.id for feature in system.features[6:]]
    assert told(issue_registry) == {
        "device": "Recorder",
        "count": "8",
        "limit": "6",
        "disabled": "2 (2 alarm input)",
    }


async def test_whole_ranks_give_way(
    system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry, issue_registry: ir.IssueRegistry
) -> None:
    """From the first rank that does not fit on, everything starts disabled: half of the cameras would be no help."""
    system.has(*some(Kind.ONLINE, 3, rank=2), *some(Kind.FACE, 1, rank=5), *some(Kind.ALARM_INPUT, 4))
    await set_up()
    assert on(entity_registry) == {"alarm_input": 4}
    repair = told(issue_registry)
    assert repair is not None and repair["disabled"] == "4 (3 online, 1 face)"


async def test_the_first_rank_alone_is_too_much(
    system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """Then its tail and all other ranks start disabled."""
    system.has(*some(Kind.FACE, 1, rank=1), *some(Kind.ALARM_INPUT, 7))
    await set_up()
    assert on(entity_registry) == {"alarm_input": 6}


async def test_nothing_changes_sides_later(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    issue_registry: ir.IssueRegistry,
) -> None:
    """New cameras take what room is left; what is on stays on, and what is held back stays so as a whole."""
    system.has(*some(Kind.ALARM_INPUT, 4), *some(Kind.ONLINE, 3, rank=2))
    await set_up()
    system.has(*some(Kind.ALARM_INPUT, 5), *some(Kind.ONLINE, 4, rank=2), *some(Kind.FACE, 1, rank=3))
    await inventory_poll(hass, system)
    assert on(entity_registry) == {"alarm_input": 5}
    repair = told(issue_registry)
    assert repair is not None and (repair["count"], repair["disabled"]) == ("10", "5 (4 online, 1 face)")
    system.has(*some(Kind.ALARM_INPUT, 9), *some(Kind.ONLINE, 4, rank=2), *some(Kind.FACE, 1, rank=3))
    await inventory_poll(hass, system)
    assert on(entity_registry) == {"alarm_input": 6}


async def test_what_was_on_before_there_was_too_much(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, entity_registry: er.EntityRegistry
) -> None:
    """What somebody uses is not switched off for what comes later, however needed that is."""
    system.has(*some(Kind.ONLINE, 5, rank=4))
    await set_up()
    system.has(*some(Kind.ONLINE, 5, rank=4), *some(Kind.ALARM_INPUT, 3))
    await inventory_poll(hass, system)
    assert on(entity_registry) == {"online": 5, "alarm_input": 1}


async def test_the_same_after_a_restart(
    hass: HomeAssistant,
    system: FakeSystem,
    set_up: SetUp,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    issue_registry: ir.IssueRegistry,
) -> None:
    """Set up anew, the same are enabled, the repair says the same, and what the user chose counts."""
    system.has(*some(Kind.ALARM_INPUT, 4), *some(Kind.ONLINE, 3, rank=2))
    await set_up()
    before, repair = on(entity_registry), told(issue_registry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert (on(entity_registry), told(issue_registry)) == (before, repair)
    for known in list(er.async_entries_for_config_entry(entity_registry, "entry")):
        if known.translation_key == "online":
            entity_registry.async_update_entity(known.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert told(issue_registry) is None


async def test_many_kinds_are_not_all_named(
    system: FakeSystem, set_up: SetUp, issue_registry: ir.IssueRegistry
) -> None:
    """The repair names the kinds of which there are most."""
    kinds = (Kind.MOTION, Kind.FACE, Kind.PIR, Kind.SHIP, Kind.FIRE, Kind.SMOKE)
    surplus = [feature for n, kind in enumerate(kinds) for feature in some(kind, 9 - n, rank=1)]
    system.has(*surplus, SwitchFeature(device_id=HUB, kind=Kind.HOLIDAY))
    await set_up()
    repair = told(issue_registry)
    assert repair is not None
    assert repair["disabled"] == "39 (9 motion, 8 face, 7 pir, 6 ship, 5 fire, …)"


def test_the_limit_leaves_room_for_the_user() -> None:
    """Home Assistant takes 10,000; who enables something by hand finds room."""
    assert ENTITY_LIMIT == 9_900
