"""Tests of the actions of alarm panels: whom they reach, zones by entity, number or name, codes, and files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.core import Context, HomeAssistant, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import probatio as vol
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.services_alarm import ALARM_ROWS
from custom_components.hikvision_ivm.services_table import ACTIONS
from custom_components.hikvision_ivm.systems import SYSTEMS, errors

from .alarm_system import BARN, HOUSE, AlarmSystem, OtherAlarmSystem, alarm_entry
from .platform_system import load

WHOLE, FIRST, SECOND = (f"alarm_control_panel.house{part}" for part in ("", "_partition_1", "_partition_2"))
PANEL_ID = f"{HOUSE}_alarm_control_panel_panel"
FIRST_ID, SECOND_ID = (f"{HOUSE}_alarm_control_panel_partition_{number}" for number in (1, 2))
DOOR, DOOR_ID = "binary_sensor.house_door", f"{HOUSE}_zone_1_binary_sensor_zone"
HALL, HALL_ID = "switch.house_hall_bypass", f"{HOUSE}_zone_2_switch_zone_bypass"
CLIP = b"\x00\x00\x00\x18ftypmp42clip"


@pytest.fixture(autouse=True)
def fake_systems(all_enabled: None) -> Iterator[None]:
    """Let scripted systems stand for the real ones."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"house": AlarmSystem, "barn": OtherAlarmSystem}):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Set up a receiver."""
    assert await async_setup_component(hass, "homeassistant", {})
    made = alarm_entry(hass)
    await load(hass, made)
    return made


@pytest.fixture
def system(entry: MockConfigEntry) -> AlarmSystem:
    """Return the running receiver."""
    running: AlarmSystem = entry.runtime_data.system
    return running


async def call(
    hass: HomeAssistant, action: str, data: Mapping[str, Any], context: Context | None = None
) -> ServiceResponse:
    """Call an action."""
    answers = ACTIONS[action].answer is not SupportsResponse.NONE
    return await hass.services.async_call(
        DOMAIN, action, dict(data), blocking=True, return_response=answers, context=context
    )


async def refused(hass: HomeAssistant, action: str, data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Call an action that is refused as a mistake; return why."""
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, data)
    assert caught.value.translation_domain == DOMAIN
    return str(caught.value.translation_key), dict(caught.value.translation_placeholders or {})


def test_some_system_offers_every_action() -> None:
    """And exactly those that are described."""
    assert {name for made in SYSTEMS.values() for name in made.actions} == ACTIONS.keys()
    assert {row.name for row in ALARM_ROWS} == SYSTEMS["ip_receiver"].actions


# whom it reaches


@pytest.mark.parametrize("action", ["clear_alarm", "refresh"])
async def test_partitions(hass: HomeAssistant, system: AlarmSystem, action: str) -> None:
    """All partitions of an entry go in one call; a receiver that was not meant gets none."""
    other = await load(hass, alarm_entry(hass, other=True))
    await call(hass, action, {"entity_id": [FIRST, SECOND]})
    assert [(name, set(ids), arguments) for name, ids, arguments in system.acted] == [
        (action, {FIRST_ID, SECOND_ID}, {})
    ]
    assert other.acted == []
    assert await refused(hass, action, {"entity_id": DOOR}) == ("unknown_entity", {"entity": DOOR})
    device = er.async_get(hass).async_get(WHOLE)
    assert device is not None
    await call(hass, action, {"device_id": device.device_id})
    assert set(system.acted[-1][1]) == {PANEL_ID, FIRST_ID, SECOND_ID}


async def test_only_what_fits_is_taken(hass: HomeAssistant, system: AlarmSystem) -> None:
    """Of a device only the zone itself, of everything only relays; what was named and does not fit is refused."""
    zone = er.async_get(hass).async_get(DOOR)
    assert zone is not None
    await call(hass, "set_zone_deactivation", {"device_id": zone.device_id, "scope": "one_time", "mode": "lid_only"})
    await call(hass, "set_outputs", {"entity_id": "all", "state": "on"})
    once = "select.house_hall_deactivation_until_disarmed"
    await call(hass, "set_zone_deactivation", {"entity_id": [DOOR, once], "scope": "permanent", "mode": "entirely"})
    relays = [f"{HOUSE}_output_{number}_switch_relay" for number in (1, 2)]
    assert [(name, sorted(ids), arguments) for name, ids, arguments in system.acted] == [
        ("set_zone_deactivation", [DOOR_ID], {"scope": "one_time", "mode": "lid_only"}),
        ("set_outputs", relays, {"state": "on"}),
        (
            "set_zone_deactivation",
            [DOOR_ID, f"{HOUSE}_zone_2_select_deactivation_once"],
            {"scope": "permanent", "mode": "entirely"},
        ),
    ]
    preset = "select.house_door_preset"
    assert hass.states.get(preset) is not None
    data = {"entity_id": ["select.house_door_deactivation", preset], "scope": "permanent", "mode": "off"}
    assert await refused(hass, "set_zone_deactivation", data) == ("unknown_entity", {"entity": preset})
    data = {"entity_id": ["switch.house_relay_1", HALL], "state": "off"}
    assert await refused(hass, "set_outputs", data) == ("unknown_entity", {"entity": HALL})
    hall = er.async_get(hass).async_get(HALL)
    assert hall is not None
    key, _ = await refused(hass, "set_outputs", {"device_id": hall.device_id, "state": "off"})
    assert key == "nothing_targeted"
    assert len(system.acted) == 3


# zones


@pytest.mark.parametrize("action", ["bypass_zones", "unbypass_zones"])
async def test_zones(hass: HomeAssistant, system: AlarmSystem, action: str) -> None:
    """Any entity of a zone stands for it; numbers and names are the system's to understand."""
    zones = [DOOR, HALL, 3, "17", " Front door ", "switch", "St. Anne"]
    await call(hass, action, {"entity_id": FIRST, "zones": zones})
    assert system.acted == [
        (action, (FIRST_ID,), {"zones": [DOOR_ID, HALL_ID, "3", "17", "Front door", "switch", "St. Anne"]})
    ]


async def test_zones_of_somebody_else(hass: HomeAssistant, system: AlarmSystem) -> None:
    """A zone that is none, or hangs on another receiver, is never left out silently."""
    other = await load(hass, alarm_entry(hass, other=True))
    stranger = er.async_get(hass).async_get_or_create("binary_sensor", "elsewhere", "x").entity_id
    for wrong in ("binary_sensor.barn_door", stranger, "binary_sensor.nowhere"):
        data = {"entity_id": FIRST, "zones": [DOOR, wrong]}
        assert await refused(hass, "bypass_zones", data) == ("unknown_entity", {"entity": wrong})
    data = {"entity_id": [FIRST, "alarm_control_panel.barn"], "zones": [DOOR]}
    assert await refused(hass, "bypass_zones", data) == ("unknown_entity", {"entity": DOOR})
    assert system.acted == other.acted == []
    await call(hass, "bypass_zones", {"entity_id": [FIRST, "alarm_control_panel.barn"], "zones": ["Hall"]})
    assert [ids for _, ids, _ in (*system.acted, *other.acted)] == [
        (FIRST_ID,),
        (f"{BARN}_alarm_control_panel_panel",),
    ]


async def test_a_zone_that_is_gone(hass: HomeAssistant, entry: MockConfigEntry, system: AlarmSystem) -> None:
    """Its entity is still registered."""
    system.has(*(feature for feature in system.features if feature.id != DOOR_ID))
    entry.runtime_data.replace_inventory(await system.inventory())
    data = {"entity_id": FIRST, "zones": [DOOR]}
    assert await refused(hass, "bypass_zones", data) == ("unknown_entity", {"entity": DOOR})


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("bypass_zones", {}),
        ("bypass_zones", {"zones": []}),
        ("unbypass_zones", {"zones": ["1", "  "]}),
        ("arm_with_bypass", {}),
        ("arm_with_bypass", {"mode": "night"}),
        ("arm_with_bypass", {"mode": "home", "zones": []}),
        ("set_zone_deactivation", {"scope": "one_time"}),
        ("set_zone_deactivation", {"scope": "often", "mode": "off"}),
        ("set_outputs", {"state": "toggle"}),
        ("clear_alarm", {"partition": 1}),
    ],
)
async def test_value_that_cannot_be(
    hass: HomeAssistant, system: AlarmSystem, action: str, data: Mapping[str, Any]
) -> None:
    """It does not get past the schema."""
    with pytest.raises(vol.Invalid):
        await call(hass, action, {"entity_id": FIRST, **data})
    assert system.acted == []


# arming


async def test_arm_with_bypass(hass: HomeAssistant, system: AlarmSystem) -> None:
    """Without zones, the system chooses; a refusal names those that stand against it."""
    await call(hass, "arm_with_bypass", {"entity_id": FIRST, "mode": "away"})
    await call(hass, "arm_with_bypass", {"entity_id": FIRST, "mode": "home", "zones": [DOOR], "code": "any"})
    assert [arguments for _, _, arguments in system.acted] == [{"mode": "away"}, {"mode": "home", "zones": [DOOR_ID]}]
    system.answers["arm_with_bypass"] = errors.ArmingRefusedError(partition="Partition 1", zones="Hall (offline)")
    key, placeholders = await refused(hass, "arm_with_bypass", {"entity_id": FIRST, "mode": "away"})
    assert (key, placeholders["zones"]) == ("arming_refused", "Hall (offline)")


async def test_arming_by_action_asks_for_the_code_too(hass: HomeAssistant, system: AlarmSystem) -> None:
    """Of every receiver that is armed by the call; it stays here."""
    other = await load(hass, alarm_entry(hass, other=True, alarm_code="0815", code_to_arm=True))
    panels = [FIRST, "alarm_control_panel.barn"]
    for wrong in ({}, {"code": ""}, {"code": "815"}, {"code": 815}):
        data = {"entity_id": panels, "mode": "away", **wrong}
        assert await refused(hass, "arm_with_bypass", data) == ("wrong_code", {})
    assert system.acted == other.acted == []
    await call(hass, "arm_with_bypass", {"entity_id": FIRST, "mode": "away"})
    await call(hass, "arm_with_bypass", {"entity_id": panels, "mode": "away", "code": "0815"})
    assert (len(system.acted), len(other.acted)) == (2, 1)
    assert all(arguments == {"mode": "away"} for _, _, arguments in (*system.acted, *other.acted))


# files


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return a folder that may be written to; what is beside it may not."""
    made = tmp_path / "allowed"
    made.mkdir()
    hass.config.allowlist_external_dirs = {str(made)}
    return made


async def download(hass: HomeAssistant, entry: MockConfigEntry, path: Path | str, **more: Any) -> ServiceResponse:
    """Download the clip of an alarm."""
    data = {"config_entry_id": entry.entry_id, "uuid": "0b7c", "filename": str(path), **more}
    return await call(hass, "download_verification_media", data)


async def not_downloaded(hass: HomeAssistant, entry: MockConfigEntry, path: Path | str, **more: Any) -> str:
    """Try to download and return why not."""
    data = {"config_entry_id": entry.entry_id, "uuid": "0b7c", "filename": str(path), **more}
    key, placeholders = await refused(hass, "download_verification_media", data)
    assert placeholders == {"path": str(path)}
    return key


@pytest.fixture
def clip(system: AlarmSystem) -> AlarmSystem:
    """Let the receiver have a clip."""
    system.answers["download_verification_media"] = {"content": CLIP, "content_type": "video/mp4"}
    return system


async def test_download(hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path) -> None:
    """The clip lies where it was wanted, and the answer says what it is; the system is told nothing of files."""
    path = folder / "alarm.mp4"
    answer = await download(hass, entry, path)
    assert answer == {"filename": str(path), "content_type": "video/mp4", "size": len(CLIP)}
    assert path.read_bytes() == CLIP
    assert clip.acted == [("download_verification_media", (), {"uuid": "0b7c"})]
    data = {"config_entry_id": entry.entry_id, "url": "/clip?id=1", "filename": str(path), "overwrite": True}
    clip.answers["download_verification_media"] = {"content": b"\xff\xd8", "content_type": "image/jpeg"}
    answer = await call(hass, "download_verification_media", data)
    assert answer == {"filename": str(path), "content_type": "image/jpeg", "size": 2}
    assert path.read_bytes() == b"\xff\xd8"
    assert clip.acted[1:] == [("download_verification_media", (), {"url": "/clip?id=1"})]
    assert [one.name for one in folder.iterdir()] == ["alarm.mp4"]


async def test_where_nothing_may_be_written(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path, tmp_path: Path
) -> None:
    """Outside, on detours, in folders that are none: refused before the receiver is asked for anything."""
    (folder / "file").touch()
    (folder / "inner").mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder / "way").symlink_to(outside)
    for path in (
        outside / "a.mp4",
        f"{folder}/../outside/a.mp4",
        folder / "way/a.mp4",
        "a.mp4",
        "/",
        "..",
        f"{folder}/a\0.mp4",
        folder,
    ):
        assert await not_downloaded(hass, entry, path) == "path_not_allowed", path
    for path in (folder / "none/a.mp4", folder / "file/a.mp4"):
        assert await not_downloaded(hass, entry, path) in {"no_folder", "path_not_allowed"}, path
    for path in (folder / "file", folder / "inner"):
        assert await not_downloaded(hass, entry, path) == "file_exists", path
    assert clip.acted == []
    assert list(outside.iterdir()) == []


async def test_links(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path, tmp_path: Path
) -> None:
    """A link is never written through: one that leads out is refused, one that leads to nothing is replaced itself."""
    outside = tmp_path / "precious"
    outside.write_bytes(b"keep")
    inside = folder / "inside"
    inside.write_bytes(b"keep")
    (folder / "out").symlink_to(outside)
    (folder / "dangling").symlink_to(tmp_path / "new")
    (folder / "in").symlink_to(inside)
    for name in ("out", "dangling", "in"):
        assert await not_downloaded(hass, entry, folder / name) in {"path_not_allowed", "file_exists"}
    assert await not_downloaded(hass, entry, folder / "out", overwrite=True) == "path_not_allowed"
    assert clip.acted == []
    for name in ("dangling", "in"):
        await download(hass, entry, folder / name, overwrite=True)
        assert not (folder / name).is_symlink()
        assert (folder / name).read_bytes() == CLIP
    assert (outside.read_bytes(), inside.read_bytes()) == (b"keep", b"keep")
    assert not (tmp_path / "new").exists()


async def test_a_file_that_appears_meanwhile(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path
) -> None:
    """While the receiver was asked, somebody else wrote it, or put a link there: it stays."""
    path, elsewhere = folder / "alarm.mp4", folder / "elsewhere"

    async def act(*_: Any) -> Mapping[str, Any]:
        path.symlink_to(elsewhere)
        return {"content": CLIP, "content_type": "video/mp4"}

    with patch.object(clip, "act", act):
        assert await not_downloaded(hass, entry, path) == "file_exists"
    assert path.is_symlink()
    assert not elsewhere.exists()


async def test_a_disk_that_is_full(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written as a whole is not left behind, and what was there stays."""
    path = folder / "alarm.mp4"
    path.write_bytes(b"before")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(HomeAssistantError) as failed:
        await download(hass, entry, path, overwrite=True)
    assert type(failed.value) is HomeAssistantError
    assert failed.value.translation_key == "file_not_written"
    assert failed.value.translation_placeholders == {"path": str(path), "reason": "No space left on device"}
    assert path.read_bytes() == b"before"
    assert [one.name for one in folder.iterdir()] == ["alarm.mp4"]


async def test_a_folder_in_the_way(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path
) -> None:
    """A folder is not replaced by a file."""
    (folder / "inner").mkdir()
    with pytest.raises(HomeAssistantError) as failed:
        await download(hass, entry, folder / "inner", overwrite=True)
    assert failed.value.translation_key == "file_not_written"
    assert [one.name for one in folder.iterdir()] == ["inner"]


async def test_what_the_receiver_does_not_have(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path
) -> None:
    """No clip, no file."""
    clip.answers["download_verification_media"] = errors.NotFoundError(subject="0b7c")
    with pytest.raises(HomeAssistantError) as failed:
        await download(hass, entry, folder / "alarm.mp4")
    assert failed.value.translation_key == "not_found"
    assert list(folder.iterdir()) == []


async def test_which_clip(hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path) -> None:
    """By its alarm or by its address, not by both."""
    data = {"config_entry_id": entry.entry_id, "filename": str(folder / "a.mp4")}
    for more in ({}, {"uuid": "0b7c", "url": "/clip"}):
        assert await refused(hass, "download_verification_media", {**data, **more}) == (
            "exactly_one_needed",
            {"fields": "uuid, url"},
        )
    assert clip.acted == []


async def test_downloads_are_for_administrators(
    hass: HomeAssistant, entry: MockConfigEntry, clip: AlarmSystem, folder: Path
) -> None:
    """They show people at home, and write files."""
    context = Context(user_id=MockUser(groups=[]).add_to_hass(hass).id)
    data = {"config_entry_id": entry.entry_id, "uuid": "0b7c", "filename": str(folder / "a.mp4")}
    with pytest.raises(Unauthorized):
        await call(hass, "download_verification_media", data, context)
    assert (clip.acted, list(folder.iterdir())) == ([], [])
