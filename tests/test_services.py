"""Tests of actions: nothing is sent before everything was found good, and each system is asked once."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import selector
from homeassistant.setup import async_setup_component
import probatio as vol
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import yaml

from custom_components.hikvision_ivm import services
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.services_fields import Action, Argument
from custom_components.hikvision_ivm.services_table import ACTIONS
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.model import Feature
from tests.flow_system import FlowSystem
from tests.platform_system import UID, OtherPlatform, PlatformSystem, load, platform_entry

FOLDER = Path(services.__file__).parent
GATE, GATE_SUB, YARD = "camera.gate", "camera.gate_sub_stream", "camera.yard"
GATE_ID, YARD_ID = f"{UID}_cam_1_camera_main_stream", f"{UID}_cam_2_camera_main_stream"
DAY = {"start": "2026-11-20T00:00:00+00:00", "end": "2026-11-20T12:00:00+00:00"}
START, END = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fake_systems(all_enabled: None) -> Iterator[None]:
    """Let scripted systems stand for the real ones."""
    known = {"isapi": FlowSystem, "hikcentral": PlatformSystem, "other": OtherPlatform}
    with patch("custom_components.hikvision_ivm.SYSTEMS", known):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Set up a platform."""
    assert await async_setup_component(hass, "homeassistant", {})
    await hass.config.async_set_time_zone("Europe/Berlin")
    made = platform_entry(hass)
    await load(hass, made)
    return made


@pytest.fixture
def system(entry: MockConfigEntry) -> PlatformSystem:
    """Return the running platform."""
    running: PlatformSystem = entry.runtime_data.system
    return running


async def add_other(hass: HomeAssistant) -> PlatformSystem:
    """Set up a second platform."""
    other = platform_entry(hass, system="other", title="Annex", unique_id=OtherPlatform.uid, webhook_id="other")
    return await load(hass, other)


async def call(
    hass: HomeAssistant, action: str, data: Mapping[str, Any], context: Context | None = None
) -> ServiceResponse:
    """Call an action."""
    answers = ACTIONS[action].answer is not SupportsResponse.NONE
    return await hass.services.async_call(
        DOMAIN, action, dict(data), blocking=True, return_response=answers, context=context
    )


async def refused(hass: HomeAssistant, action: str, data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Call an action that is refused as a mistake; return why, in words that exist."""
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, data)
    assert caught.value.translation_domain in {DOMAIN, "homeassistant"}
    key = str(caught.value.translation_key)
    if caught.value.translation_domain == DOMAIN:
        message = english()["exceptions"][key]["message"]
        filled = message.format(**(caught.value.translation_placeholders or {}))
        assert filled.rstrip(".") == str(caught.value).rstrip(".")
    return key, dict(caught.value.translation_placeholders or {})


@cache
def english() -> dict[str, Any]:
    """Return the texts."""
    texts: dict[str, Any] = json.loads((FOLDER / "translations/en.json").read_text("utf-8"))
    return texts


# whom it is for


async def test_camera(hass: HomeAssistant, system: PlatformSystem) -> None:
    """Arguments arrive in their types, and what was not given does not arrive."""
    await call(hass, "ptz", {"entity_id": GATE, "command": "left_up", "speed": 40, "duration": 1.5})
    await call(hass, "stop_patrol", {"entity_id": [GATE], "patrol": 2})
    assert system.acted == [
        ("ptz", (GATE_ID,), {"command": "left_up", "speed": 40, "duration": 1.5}),
        ("stop_patrol", (GATE_ID,), {"patrol": "2"}),
    ]
    assert type(system.acted[0][2]["speed"]) is int


async def test_streams_of_one_camera_are_one(hass: HomeAssistant, system: PlatformSystem) -> None:
    """A camera is moved once, however many of its streams are targeted; the main stream stands for it."""
    device = er.async_get(hass).async_get(GATE)
    assert device is not None
    await call(hass, "goto_preset", {"device_id": device.device_id, "preset": 3})
    await call(hass, "goto_preset", {"entity_id": [GATE_SUB, GATE], "preset": 4})
    await call(hass, "goto_preset", {"entity_id": GATE_SUB, "preset": " Entrance "})
    sub = f"{UID}_cam_1_camera_sub_stream"
    assert [(ids, arguments["preset"]) for _, ids, arguments in system.acted] == [
        ((GATE_ID,), "3"),
        ((GATE_ID,), "4"),
        ((sub,), "Entrance"),
    ]


async def test_doors_of_a_platform_go_in_one_call(hass: HomeAssistant, system: PlatformSystem) -> None:
    """All doors of an entry are asked for at once, and those of another entry by their own system."""
    other = await add_other(hass)
    system.answers["door_control"] = {"results": [{"door": 1}], "note": "a"}
    other.answers["door_control"] = {"results": [{"door": 2}]}
    doors = [f"lock.door_{number}" for number in range(1, 11)]
    answer = await call(hass, "door_control", {"entity_id": [*doors, "lock.door_1_2"], "mode": "remain_open"})
    assert answer == {"results": [{"door": 1}, {"door": 2}], "note": "a"}
    ((action, ids, arguments),) = system.acted
    assert (action, arguments) == ("door_control", {"mode": "remain_open"})
    assert sorted(ids) == sorted(f"{UID}_door_{number}_lock_door_lock" for number in range(1, 11))
    assert [ids for _, ids, _ in other.acted] == [(f"{OtherPlatform.uid}_door_1_lock_door_lock",)]


async def test_answer_per_camera(hass: HomeAssistant, system: PlatformSystem) -> None:
    """An address belongs to one camera: each is asked for, and found under its entity."""
    system.answers["get_live_url"] = {"url": "rtsp://secret"}
    answer = await call(hass, "get_live_url", {"entity_id": [GATE, YARD], "protocol": "hls"})
    assert answer == {GATE: {"url": "rtsp://secret"}, YARD: {"url": "rtsp://secret"}}
    assert system.acted == [
        ("get_live_url", (GATE_ID,), {"protocol": "hls"}),
        ("get_live_url", (YARD_ID,), {"protocol": "hls"}),
    ]


async def test_area_takes_what_fits(hass: HomeAssistant, system: PlatformSystem) -> None:
    """Of an area, only entities of the right kind are taken; without one, the call is refused."""
    hall = ar.async_get(hass).async_get_or_create("Hall")
    empty = ar.async_get(hass).async_get_or_create("Empty")
    registry = er.async_get(hass)
    stranger = registry.async_get_or_create("camera", "elsewhere", "x", original_name="Other")
    registry.async_update_entity(stranger.entity_id, area_id=hall.id)
    for entity_id in (GATE, "lock.door_1"):
        known = registry.async_get(entity_id)
        assert known is not None and known.device_id is not None
        dr.async_get(hass).async_update_device(known.device_id, area_id=hall.id)
    await call(hass, "goto_preset", {"area_id": hall.id, "preset": 1})
    assert [ids for _, ids, _ in system.acted] == [(GATE_ID,)]
    assert await refused(hass, "goto_preset", {"area_id": empty.id, "preset": 1}) == ("nothing_targeted", {})


async def test_all_entities(hass: HomeAssistant, system: PlatformSystem) -> None:
    """The word for all means all of ours of the right kind."""
    await call(hass, "run_patrol", {"entity_id": "all", "patrol": 8})
    assert {feature_id for _, ids, _ in system.acted for feature_id in ids} == {
        GATE_ID,
        YARD_ID,
        f"{UID}_cam_3_camera_main_stream",
    }


async def test_output_and_group(hass: HomeAssistant, system: PlatformSystem) -> None:
    """A group stands for its members."""
    assert await async_setup_component(
        hass, "group", {"group": {"horns": {"entities": ["switch.campus_alarm_output_7"]}}}
    )
    await call(hass, "alarm_output", {"entity_id": "group.horns", "mode": "pulse", "duration": 2})
    assert system.acted == [("alarm_output", (f"{UID}_switch_alarm_output_7",), {"mode": "pulse", "duration": 2.0})]


@pytest.mark.parametrize("entity_id", ["camera.nowhere", "lock.door_1", "camera.elsewhere_x", YARD])
async def test_entity_that_does_not_fit(hass: HomeAssistant, system: PlatformSystem, entity_id: str) -> None:
    """An entity that was named is never dropped silently: unknown, of another kind, another's, disabled."""
    registry = er.async_get(hass)
    registry.async_get_or_create("camera", "elsewhere", "x")
    registry.async_update_entity(YARD, disabled_by=er.RegistryEntryDisabler.USER)
    data = {"entity_id": [GATE, entity_id], "command": "up"}
    assert await refused(hass, "ptz", data) == ("unknown_entity", {"entity": entity_id})
    assert system.acted == []


async def test_entity_whose_feature_is_gone(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem
) -> None:
    """A camera that the platform does not have any more cannot be moved."""
    system.has(*(feature for feature in system.features if feature.id != YARD_ID))
    entry.runtime_data.replace_inventory(await system.inventory())
    assert await refused(hass, "ptz", {"entity_id": YARD, "command": "up"}) == ("unknown_entity", {"entity": YARD})


async def test_entry_that_is_not_loaded(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Actions exist without their entries, and say what is missing."""
    other = await add_other(hass)
    device = er.async_get(hass).async_get(GATE)
    assert device is not None
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await refused(hass, "ptz", {"entity_id": [GATE, "camera.gate_2"], "command": "up"}) == (
        "not_loaded",
        {"device": "Campus"},
    )
    target = {"device_id": device.device_id, "command": "up"}
    assert await refused(hass, "ptz", target) == ("not_loaded", {"device": "Campus"})
    key, _ = await refused(hass, "apply_permissions", {"config_entry_id": entry.entry_id})
    assert key == "service_config_entry_not_loaded"
    assert other.acted == []


async def test_system_that_does_not_offer_it(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem
) -> None:
    """What a system does not offer is refused before anything is sent, to others neither."""
    other = await add_other(hass)
    with patch.object(OtherPlatform, "actions", frozenset({"ptz"})):
        data = {"entity_id": ["lock.door_1", "lock.door_1_2"], "mode": "open"}
        assert await refused(hass, "door_control", data) == ("action_not_offered", {"device": "Annex"})
        assert system.acted == []
        await call(hass, "door_control", {"entity_id": "all", "mode": "open"})
        assert len(system.acted) == 1
        (annex,) = (one for one in hass.config_entries.async_entries(DOMAIN) if one.title == "Annex")
        data = {"config_entry_id": annex.entry_id}
        assert await refused(hass, "apply_permissions", data) == ("action_not_offered", {"device": "Annex"})
    assert other.acted == []


async def test_entry_that_does_not_exist(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """An entry of others and an invented one."""
    stranger = MockConfigEntry(domain="elsewhere")
    stranger.add_to_hass(hass)
    key, _ = await refused(hass, "apply_permissions", {"config_entry_id": "invented"})
    assert key == "service_config_entry_not_found"
    key, _ = await refused(hass, "apply_permissions", {"config_entry_id": stranger.entry_id})
    assert key == "service_config_entry_wrong_domain"


async def test_cameras_as_an_argument(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """Cameras that are linked are handed over as features, and must be of the same platform."""
    await add_other(hass)
    data = {"config_entry_id": entry.entry_id, "rule": " 7 ", "cameras": [GATE, YARD]}
    await call(hass, "trigger_generic_event", data)
    assert system.acted == [
        ("trigger_generic_event", (GATE_ID, YARD_ID), {"rule": "7", "priority": "medium", "popup": False})
    ]
    for wrong in ("camera.gate_2", "lock.door_1", "camera.nowhere"):
        key, placeholders = await refused(hass, "trigger_generic_event", {**data, "cameras": [GATE, wrong]})
        assert (key, placeholders) == ("unknown_entity", {"entity": wrong})
    assert len(system.acted) == 1


# what it takes


async def test_times_have_a_zone(hass: HomeAssistant, system: PlatformSystem) -> None:
    """A time without a zone is that of Home Assistant."""
    await call(hass, "search_plates", {"entity_id": GATE, **DAY})
    await call(
        hass,
        "search_plates",
        {"entity_id": GATE, "start": "2026-07-01 08:00:00", "end": datetime(2026, 7, 1, 9), "plate": "AB"},
    )
    berlin = ZoneInfo("Europe/Berlin")
    assert [arguments for _, _, arguments in system.acted] == [
        {"start": START, "end": END},
        {"start": datetime(2026, 7, 1, 8, tzinfo=berlin), "end": datetime(2026, 7, 1, 9, tzinfo=berlin), "plate": "AB"},
    ]


@pytest.mark.parametrize(
    ("action", "data", "key", "placeholders"),
    [
        ("search_events", {"start": DAY["end"], "end": DAY["start"]}, "end_before_start", {}),
        ("search_events", {"start": DAY["end"], "end": DAY["end"]}, "end_before_start", {}),
        ("find_person", {}, "exactly_one_needed", {"fields": "name, code, id"}),
        ("find_person", {"name": "Roe", "id": "7"}, "exactly_one_needed", {"fields": "name, code, id"}),
        ("search_parking_records", DAY, "one_needed", {"fields": "lot, floor, space"}),
    ],
)
async def test_senseless_combination(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    system: PlatformSystem,
    action: str,
    data: Mapping[str, Any],
    key: str,
    placeholders: dict[str, str],
) -> None:
    """What makes no sense is refused in words, and nothing is sent."""
    assert await refused(hass, action, {"config_entry_id": entry.entry_id, **data}) == (key, placeholders)
    assert system.acted == []


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("ptz", {"command": "sideways"}),
        ("ptz", {"command": "up", "speed": 61}),
        ("ptz", {"command": "up", "speed": 30.5}),
        ("ptz", {"command": "up", "duration": 0}),
        ("goto_preset", {"preset": True}),
        ("goto_preset", {"preset": 1.5}),
        ("goto_preset", {}),
        ("set_preset", {"preset": 1, "name": "   "}),
        ("set_preset", {"preset": 1, "name": "n" * 129}),
        ("get_playback_url", {"start": "yesterday", "end": DAY["end"]}),
        ("ptz", {"command": "up", "surprise": 1}),
    ],
)
async def test_value_that_cannot_be(
    hass: HomeAssistant, system: PlatformSystem, action: str, data: Mapping[str, Any]
) -> None:
    """Values outside their bounds do not get past the schema."""
    with pytest.raises(vol.Invalid):
        await call(hass, action, {"entity_id": GATE, **data})
    with pytest.raises(vol.Invalid):
        await call(hass, action, data)
    assert system.acted == []


async def test_digits_are_ids(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """An id of digits may be written as a number, alone or in a list."""
    data = {"config_entry_id": entry.entry_id, "access_level": 7, "people": [1, "2"]}
    await call(hass, "assign_access_level", data)
    assert system.acted == [("assign_access_level", (), {"access_level": "7", "people": ["1", "2"], "type": "access"})]


@pytest.mark.parametrize("words", [[], ["a", " "], [True], "a"])
async def test_empty_list(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem, words: list[str]
) -> None:
    """A list holds something."""
    data = {"config_entry_id": entry.entry_id, "access_level": "1", "people": words}
    with pytest.raises(vol.Invalid):
        await call(hass, "assign_access_level", data)
    assert system.acted == []


# what comes of it


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (errors.InvalidArgumentError(field="end", reason="no more than 31 days"), ServiceValidationError),
        (errors.RejectedError(reason="preset 9 does not exist"), ServiceValidationError),
        (errors.UnsupportedError(function="ptz"), HomeAssistantError),
        (errors.DeviceOfflineError(), HomeAssistantError),
    ],
)
async def test_failure_is_told(
    hass: HomeAssistant, system: PlatformSystem, failure: errors.SystemFailure, kind: type[HomeAssistantError]
) -> None:
    """The failure of a system is shown in its words; the caller's mistake as one."""
    system.answers["get_playback_url"] = system.answers["goto_preset"] = failure
    for action, data in (("get_playback_url", DAY), ("goto_preset", {"preset": 1})):
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, action, {"entity_id": GATE, **data})
        assert type(caught.value) is kind
        assert (caught.value.translation_domain, caught.value.translation_key) == (DOMAIN, failure.key)
        assert caught.value.translation_placeholders == failure.placeholders


async def test_one_failure_does_not_stop_the_other_system(hass: HomeAssistant, system: PlatformSystem) -> None:
    """The doors of the second platform open although the first one fails, and the failure is told."""
    other = await add_other(hass)
    system.answers["door_control"] = errors.ConnectionFailedError(reason="gone")
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "door_control", {"entity_id": ["lock.door_1", "lock.door_1_2"], "mode": "close"})
    assert caught.value.translation_key == "cannot_connect"
    assert len(other.acted) == 1


async def test_refused_credentials_begin_reauthentication(
    hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem
) -> None:
    """A refused key is not tried again by the next action."""
    system.answers["apply_permissions"] = errors.AuthenticationError()
    with pytest.raises(HomeAssistantError):
        await call(hass, "apply_permissions", {"config_entry_id": entry.entry_id})
    await hass.async_block_till_done()
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == ["reauth"]


# who may


async def test_rights(hass: HomeAssistant, entry: MockConfigEntry, system: PlatformSystem) -> None:
    """People who are no administrators act on the entities they may control, and see no secrets."""
    user = MockUser(groups=[]).add_to_hass(hass)
    user.mock_policy({"entities": {"entity_ids": {GATE: {POLICY_CONTROL: True}}}})
    context = Context(user_id=user.id)
    await call(hass, "ptz", {"entity_id": GATE, "command": "up"}, context)
    await call(hass, "ptz", {"entity_id": "all", "command": "up"}, context)
    await call(hass, "apply_permissions", {"config_entry_id": entry.entry_id}, context)
    assert [ids for _, ids, _ in system.acted] == [(GATE_ID,), (GATE_ID,), ()]
    for action, data in (
        ("ptz", {"entity_id": YARD, "command": "up"}),
        ("get_live_url", {"entity_id": GATE}),
        ("find_person", {"config_entry_id": entry.entry_id, "name": "Roe"}),
    ):
        with pytest.raises(Unauthorized):
            await call(hass, action, data, context)
    with pytest.raises(UnknownUser):
        await call(hass, "ptz", {"entity_id": GATE, "command": "up"}, Context(user_id="nobody"))
    assert len(system.acted) == 3
    owner = Context(user_id=MockUser(is_owner=True).add_to_hass(hass).id)
    await call(hass, "get_live_url", {"entity_id": GATE}, owner)
    assert len(system.acted) == 4


# the table


def test_interface_says_the_same() -> None:
    """Fields, limits, defaults and targets in services.yaml are those of the table, in its order."""
    described: dict[str, Any] = yaml.safe_load((FOLDER / "services.yaml").read_text("utf-8"))
    assert list(described) == list(ACTIONS)
    for name, action in ACTIONS.items():
        fields = dict(described[name].get("fields", {}))
        target = described[name].get("target")
        if action.targets:
            types = {one.type for one in action.targets}
            domains = target["entity"]["domain"]
            assert target["entity"]["integration"] == DOMAIN
            assert types == set([domains] if isinstance(domains, str) else domains)
        else:
            assert target is None
            assert fields.pop("config_entry_id") == {
                "required": True,
                "selector": {"config_entry": {"integration": DOMAIN}},
            }
        assert list(fields) == [argument.name for argument in action.arguments], name
        for argument in action.arguments:
            _assert_described(argument, fields[argument.name])


def _assert_described(argument: Argument, field: Mapping[str, Any]) -> None:
    """Compare a field of the table with its description."""
    assert selector(field["selector"]).serialize() == argument.selector.serialize(), argument.name
    assert field.get("required", False) is argument.required
    assert field.get("default", vol.UNDEFINED) == argument.default


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_every_word_exists(action: Action) -> None:
    """Actions, fields and choices have names, and actions an icon."""
    texts = english()
    shown = texts["services"][action.name]
    names = [argument.name for argument in action.arguments] + ([] if action.targets else ["config_entry_id"])
    assert shown.get("fields", {}).keys() == set(names)
    for argument in action.arguments:
        config = argument.selector.config
        if argument.selector.selector_type == "select":
            assert texts["selector"][config["translation_key"]]["options"].keys() == set(config["options"])
    icons = json.loads((FOLDER / "icons.json").read_text("utf-8"))["services"]
    assert icons[action.name]["service"].startswith("mdi:")
    assert icons.keys() == texts["services"].keys() == ACTIONS.keys()


def test_targets_are_platforms() -> None:
    """The types of the features are the domains of their entities."""
    assert {one.type for action in ACTIONS.values() for one in action.targets} == {
        "alarm_control_panel", "binary_sensor", "camera", "lock", "select", "siren", "switch",
    }  # fmt: skip
    assert all(issubclass(one, Feature) for action in ACTIONS.values() for one in action.targets)


async def test_registered_once_and_for_all(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Actions outlive their entries, and answer as the table says."""
    registered = hass.services.async_services_for_domain(DOMAIN)
    assert registered.keys() == ACTIONS.keys()
    assert {name: one.supports_response for name, one in registered.items()} == {
        name: action.answer for name, action in ACTIONS.items()
    }
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.services.async_services_for_domain(DOMAIN).keys() == ACTIONS.keys()
    assert dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id) == []
