"""Tests of the actions of a cloud account: what reaches the system, pictures as files or answers."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.core import Context, HomeAssistant, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.setup import async_setup_component
import probatio as vol
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.services_cloud import CLOUD_ROWS
from custom_components.hikvision_ivm.systems.ivm import codes
from tests.ivm_system import GATE, YARD, CloudSystem, cloud_entry, load

CAMERA, OTHER = "camera.gate", "camera.yard"
GATE_ID, YARD_ID = f"{GATE}_camera_main_stream", f"{YARD}_camera_main_stream"
HOUR = {"start": "2026-11-20T08:00:00+08:00", "end": "2026-11-20T09:00:00+08:00"}
START, END = datetime(2026, 11, 20, 0, tzinfo=UTC), datetime(2026, 11, 20, 1, tzinfo=UTC)
JPEG = b"\xff\xd8picture"
SECTION = {"days": ["mon"], "start": "08:00", "end": "18:00"}


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ivm": CloudSystem}):
        yield


@pytest.fixture
async def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Set up an account."""
    assert await async_setup_component(hass, "homeassistant", {})
    return cloud_entry(hass)


@pytest.fixture
async def system(hass: HomeAssistant, entry: MockConfigEntry) -> CloudSystem:
    """Return the running account."""
    return await load(hass, entry)


async def call(
    hass: HomeAssistant, action: str, data: Mapping[str, Any], *, answer: bool = False, context: Context | None = None
) -> ServiceResponse:
    """Carry out an action."""
    return await hass.services.async_call(
        DOMAIN, action, dict(data), blocking=True, return_response=answer, context=context
    )


@pytest.mark.parametrize(
    ("action", "data", "arguments"),
    [
        ("rename_preset", {"preset": 3, "name": "Gate"}, {"preset": "3", "name": "Gate"}),
        ("ptz", {"command": "stop"}, {"command": "stop"}),
        ("ptz", {"command": "auto_focus", "speed": 1}, {"command": "auto_focus", "speed": 1}),
        ("set_recording_plan", {"mode": "all_day"}, {"mode": "all_day"}),
        (
            "set_recording_plan",
            {"mode": "schedule", "sections": SECTION},
            {"mode": "schedule", "sections": [SECTION]},
        ),
        (
            "set_alarm_recording",
            {"alarm_types": ["motion_detection"], "mode": "schedule", "before": 5, "sections": [SECTION]},
            {"alarm_types": ["motion_detection"], "mode": "schedule", "before": 5, "sections": [SECTION]},
        ),
    ],
)
async def test_commands(
    hass: HomeAssistant, system: CloudSystem, action: str, data: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """A command reaches the system once, with the cameras that were named and arguments of the right types."""
    await call(hass, action, {"entity_id": [CAMERA, OTHER], **data})
    (done,) = system.acted
    assert (done[0], sorted(done[1]), done[2]) == (action, sorted([GATE_ID, YARD_ID]), arguments)


@pytest.mark.parametrize(
    ("action", "more", "arguments"),
    [
        ("list_recordings", {"store": "device", "sort": "motion"}, {"store": "device", "sort": "motion"}),
        ("list_recordings", {}, {}),
        ("get_playback_url", {"store": "cloud"}, {"store": "cloud"}),
    ],
)
async def test_recordings(
    hass: HomeAssistant, system: CloudSystem, action: str, more: dict[str, str], arguments: dict[str, str]
) -> None:
    """Each camera is asked for itself, and tells for itself."""
    system.answers[action] = {"recordings": []}
    found = await call(hass, action, {"entity_id": [CAMERA, OTHER], **HOUR, **more}, answer=True)
    assert found == {CAMERA: {"recordings": []}, OTHER: {"recordings": []}}
    assert [(done[1], done[2]) for done in system.acted] == [
        ((GATE_ID,), {"start": START, "end": END, **arguments}),
        ((YARD_ID,), {"start": START, "end": END, **arguments}),
    ]


async def test_people_counts(hass: HomeAssistant, system: CloudSystem) -> None:
    """The period is that of today if nothing is said."""
    system.answers["get_people_counts"] = {"entered": 4}
    assert await call(hass, "get_people_counts", {"entity_id": CAMERA}, answer=True) == {CAMERA: {"entered": 4}}
    await call(hass, "get_people_counts", {"entity_id": CAMERA, "period": "month", "date": "2026-11-20"}, answer=True)
    assert [done[2] for done in system.acted] == [{"period": "day"}, {"period": "month", "date": "2026-11-20"}]


async def test_callbacks(hass: HomeAssistant, system: CloudSystem, entry: MockConfigEntry) -> None:
    """Nobody is pushed aside unless it is said."""
    system.answers["refresh_callbacks"] = {"subscriptions": {"DEVICE_ALARM": "stands"}}
    named = {"config_entry_id": entry.entry_id}
    assert await call(hass, "refresh_callbacks", named, answer=True) == system.answers["refresh_callbacks"]
    await call(hass, "refresh_callbacks", {**named, "take_over": True})
    assert [done[2] for done in system.acted] == [{"take_over": False}, {"take_over": True}]


@pytest.mark.parametrize(
    ("action", "data"),
    [("snapshot", {"entity_id": CAMERA}), ("get_alarm_picture", {"alarm_uuid": "D1_0_motion_1"})],
)
async def test_pictures(
    hass: HomeAssistant, system: CloudSystem, entry: MockConfigEntry, tmp_path: Path, action: str, data: dict[str, str]
) -> None:
    """A picture is written to a file that was named, and answered otherwise; a file is replaced only if that is said."""
    system.answers[action] = {"content": JPEG, "content_type": "image/jpeg"}
    if action == "get_alarm_picture":
        data = {**data, "config_entry_id": entry.entry_id}
    found = await call(hass, action, data, answer=True)
    assert found == {"content": b64encode(JPEG).decode(), "content_type": "image/jpeg", "size": len(JPEG)}
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    file = tmp_path / "one.jpg"
    found = await call(hass, action, {**data, "filename": str(file)}, answer=True)
    assert found == {"filename": str(file), "content_type": "image/jpeg", "size": len(JPEG)}
    assert file.read_bytes() == JPEG
    system.acted.clear()
    for filename, key in ((str(file), "file_exists"), ("/etc/one.jpg", "path_not_allowed")):
        with pytest.raises(HomeAssistantError) as refused:
            await call(hass, action, {**data, "filename": filename})
        assert refused.value.translation_key == key
    assert system.acted == []
    await call(hass, action, {**data, "filename": str(file), "overwrite": True})
    assert "filename" not in system.acted[0][2]


async def test_one_picture_at_a_time(hass: HomeAssistant, system: CloudSystem) -> None:
    """Two pictures fit neither into one file nor into one answer."""
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "snapshot", {"entity_id": [CAMERA, OTHER]}, answer=True)
    assert refused.value.translation_key == "one_at_a_time"
    assert system.acted == []


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("rename_preset", {"preset": "3"}),
        ("rename_preset", {"preset": "3", "name": " "}),
        ("ptz", {"command": "left", "speed": 0}),
        ("set_recording_plan", {}),
        ("set_recording_plan", {"mode": "sometimes"}),
        ("set_recording_plan", {"mode": "schedule", "sections": "mon"}),
        ("set_recording_plan", {"mode": "schedule", "sections": []}),
        ("set_alarm_recording", {"mode": "all_day"}),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": []}),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": ["motion_detection"], "before": 60}),
        ("set_alarm_recording", {"mode": "all_day", "alarm_types": ["motion_detection"], "after": 0}),
    ],
)
async def test_refused_before_anything_is_sent(
    hass: HomeAssistant, system: CloudSystem, action: str, data: dict[str, Any]
) -> None:
    """What no system could use never reaches one."""
    with pytest.raises(vol.Invalid):
        await call(hass, action, {"entity_id": CAMERA, **data})
    assert system.acted == []


@pytest.mark.parametrize("name", [row.name for row in CLOUD_ROWS if row.admin])
async def test_only_for_administrators(
    hass: HomeAssistant, system: CloudSystem, entry: MockConfigEntry, hass_read_only_user: MockUser, name: str
) -> None:
    """What costs money, shows what happened or decides who is told is not for everybody."""
    data: dict[str, Any] = {"entity_id": CAMERA, "mode": "off"} if name.startswith("set_") else {}
    data = data or {"config_entry_id": entry.entry_id}
    needed: dict[str, dict[str, Any]] = {
        "set_alarm_recording": {"alarm_types": ["io_event"]},
        "get_alarm_picture": {"alarm_uuid": "x"},
    }
    with pytest.raises(Unauthorized):
        await call(hass, name, {**data, **needed.get(name, {})}, context=Context(user_id=hass_read_only_user.id))
    assert system.acted == []


@pytest.mark.parametrize(("language", "place"), [("en", 0), ("zh-Hans", 1), ("de", 0)])
@pytest.mark.parametrize(
    ("code", "kind", "key"),
    [
        ("IVM.20000029", HomeAssistantError, "ptz_occupied"),
        ("IVM.20000011", HomeAssistantError, "device_frozen"),
        ("IVM.20070006", ServiceValidationError, "privacy_mask_on"),
        ("IVM.20010029", ServiceValidationError, "cloud_error"),
    ],
)
async def test_what_the_cloud_says(
    hass: HomeAssistant,
    system: CloudSystem,
    code: str,
    kind: type[HomeAssistantError],
    key: str,
    language: str,
    place: int,
) -> None:
    """A refusal is told with its code and what that means, in Chinese where Home Assistant speaks Chinese."""
    hass.config.language = language
    system.answers["ptz"] = codes.failure(code, 400, "moving")
    with pytest.raises(kind) as refused:
        await call(hass, "ptz", {"entity_id": CAMERA, "command": "left"})
    assert refused.value.translation_key == key
    placeholders = refused.value.translation_placeholders or {}
    assert placeholders["code"] == code
    assert placeholders["meaning"] == codes.MEANINGS[code][place]
    assert "reason" not in placeholders or placeholders["reason"] == f"{code}: {codes.MEANINGS[code][place]}"
