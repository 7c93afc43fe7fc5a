"""Tests of the options: what is offered, what is stored, and that it takes effect."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.network import NoURLAvailableError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm import options_flow
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.flow_forms import FORMS
from custom_components.hikvision_ivm.options_rows import REMOVE, Section, Selection, Text
from custom_components.hikvision_ivm.systems import settings
from tests.flow_system import SERIAL, FlowSystem
from tests.forms import fields, submit_options
from tests.platform_system import PlatformSystem, load, platform_entry

HOLDS = dict.fromkeys(settings.HOLDS, 5)
ALL = {
    "channels": ["1", "2", "10"],
    "streams": ["sub", "third", "transcoded"],
    "push": True,
    "hold_times": HOLDS,
    "device_push": False,
}


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": FlowSystem, "hikcentral": PlatformSystem}):
        yield


def make_entry(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Add an entry."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Recorder",
        unique_id=SERIAL,
        data={
            "system": "isapi",
            "url": "http://192.0.2.10",
            "username": "admin",
            "password": "pw",
            "verify_ssl": True,
            "fingerprint": None,
            "webhook_id": "c0ffee" * 10,
        },
        options=options or {},
    )
    entry.add_to_hass(hass)
    return entry


async def set_up(hass: HomeAssistant, options: Mapping[str, Any] | None = None) -> MockConfigEntry:
    """Add an entry and set it up."""
    entry = make_entry(hass, options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def defaults(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form shows, sections included."""
    assert result["data_schema"] is not None
    shown: dict[str, Any] = {}
    for key, value in result["data_schema"].schema.items():
        shown[str(key)] = (
            {str(inner): inner.default() for inner in value.schema.schema}
            if str(key) == options_flow.HOLD_TIMES
            else key.default()
        )
    return shown


async def test_defaults_store_no_restriction(hass: HomeAssistant) -> None:
    """The form begins with everything on, and storing that leaves the way open for what comes later."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "init"
    assert defaults(result) == ALL
    channels = next(v for k, v in result["data_schema"].schema.items() if str(k) == "channels")
    assert channels.config["options"] == [
        {"value": "1", "label": "1: Front door"},
        {"value": "2", "label": "2: Garage"},
        {"value": "10", "label": "10: Gate"},
    ]
    result = await submit_options(hass, result, ALL)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == {"push": True, "device_push": False, **HOLDS}


async def test_choice_is_stored_and_the_system_gets_it(hass: HomeAssistant) -> None:
    """What was chosen reaches the system by a reload, and is shown the next time."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    typed = {
        "channels": ["2"],
        "streams": [],
        "push": False,
        "hold_times": {**HOLDS, "hold_motion": 600, "hold_pir": 1},
        "device_push": True,
    }
    assert (await submit_options(hass, result, typed))["type"] is FlowResultType.CREATE_ENTRY
    stored = {
        "channels": ["2"],
        "streams": [],
        "push": False,
        "device_push": True,
        **HOLDS,
        "hold_motion": 600,
        "hold_pir": 1,
    }
    assert dict(entry.options) == stored
    assert all(type(entry.options[hold]) is int for hold in settings.HOLDS)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.system.options == stored
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert defaults(result) == typed


async def test_nothing_selected(hass: HomeAssistant) -> None:
    """An entry without a channel is refused; what else was typed stays; then it works."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    result = await submit_options(hass, result, {**ALL, "channels": [], "push": False})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"channels": "nothing_selected"}
    push = next(key for key in result["data_schema"].schema if str(key) == "push")
    assert push.description == {"suggested_value": False}
    result = await submit_options(hass, result, {**ALL, "channels": ["1", "10"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["channels"] == ["1", "10"]


@pytest.mark.parametrize("seconds", [0, 601, "soon"])
async def test_hold_out_of_bounds(hass: HomeAssistant, seconds: Any) -> None:
    """A time outside the bounds is refused."""
    entry = await set_up(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    with pytest.raises(InvalidData):
        await submit_options(hass, result, {**ALL, "hold_times": {**HOLDS, "hold_smart": seconds}})
    assert dict(entry.options) == {}


async def test_channel_that_is_gone_stays_selectable(hass: HomeAssistant) -> None:
    """A stored channel that the device does not have at the moment is not dropped behind the user's back."""
    entry = await set_up(hass, {"channels": ["1", "7"]})
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert defaults(result)["channels"] == ["1", "7"]
    await submit_options(hass, result, {**ALL, "channels": ["1", "7"]})
    assert entry.options["channels"] == ["1", "7"]


@pytest.mark.parametrize("options", [{}, {"channels": ["2"]}])
async def test_while_the_system_does_not_run(hass: HomeAssistant, options: dict[str, Any]) -> None:
    """Without the system, channels cannot be asked and stay as they are; the rest can be changed."""
    entry = make_entry(hass, options)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert "channels" not in defaults(result)
    typed = {name: value for name, value in ALL.items() if name != "channels"}
    await submit_options(hass, result, {**typed, "push": False})
    assert entry.options.get("channels") == options.get("channels")
    assert entry.options["push"] is False


async def test_address_for_the_device(hass: HomeAssistant) -> None:
    """The address to type into the device is shown, or its path where Home Assistant does not know its own address."""
    path = f"/api/webhook/{'c0ffee' * 10}"
    await async_process_ha_core_config(hass, {"internal_url": "http://192.168.1.5:8123"})
    entry = make_entry(hass)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["description_placeholders"] == {"webhook_url": f"http://192.168.1.5:8123{path}"}
    with patch("homeassistant.components.webhook.get_url", side_effect=NoURLAvailableError):
        result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["description_placeholders"] == {"webhook_url": path}


# platforms

PLATFORM = {
    "sites": ["1", "2"],
    "areas": [],
    "streams": ["sub"],
    "push": True,
    "personal": [],
    "sirens": [],
    "lock_stays": False,
    "parking_spaces": False,
    "callback": {"post_port": 0},
    "advanced": {"hold_pulse": 10, "raw_events": False},
}
STORED = {
    "push": True,
    "lock_stays": False,
    "parking_spaces": False,
    "post_port": 0,
    "hold_pulse": 10,
    "raw_events": False,
}
TEMPLATE = "rtsp://viewer:s3cret@{ip}:554/Streaming/Channels/101"


async def open_platform(
    hass: HomeAssistant, options: Mapping[str, Any] | None = None
) -> tuple[MockConfigEntry, ConfigFlowResult]:
    """Set a platform up and open its options."""
    entry = platform_entry(hass, options)
    await load(hass, entry)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "hikcentral")
    return entry, result


async def test_platform_defaults(hass: HomeAssistant) -> None:
    """Everything of the platform is imported and nothing of people; folded away is what few need."""
    entry, result = await open_platform(hass)
    shown = fields(result)
    assert list(shown) == list(PLATFORM)
    plain = {name: marker.default() for name, marker in shown.items() if name not in {"callback", "advanced"}}
    assert plain == {name: PLATFORM[name] for name in plain}
    assert list(fields(result, "callback")) == ["post_url", "post_port", "post_sources"]
    assert list(fields(result, "advanced")) == [
        "platform_zone", "network_domain", "stream_template", "playback_template", "hold_pulse", "raw_events",
    ]  # fmt: skip
    assert all(
        value.options == {"collapsed": True}
        for key, value in result["data_schema"].schema.items()
        if str(key) in {"callback", "advanced"}
    )
    assert (await submit_options(hass, result, PLATFORM))["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == STORED


async def test_platform_choices(hass: HomeAssistant, socket_enabled: None, unused_tcp_port: int) -> None:
    """What was typed is stored flat, without blanks, and shown again, save for the secret."""
    entry, result = await open_platform(hass)
    typed = {
        **PLATFORM,
        "sites": ["2"],
        "areas": ["1/1"],
        "streams": [],
        "personal": ["plates", "visitors"],
        "sirens": ["7"],
        "lock_stays": True,
        "callback": {
            "post_url": " http://192.0.2.5:8123 ",
            "post_port": unused_tcp_port,
            "post_sources": "192.0.2.10, 198.51.100.0/24",
        },
        "advanced": {
            "platform_zone": "America/New_York",
            "network_domain": "1",
            "stream_template": TEMPLATE,
            "hold_pulse": 3,
            "raw_events": True,
        },
    }
    assert (await submit_options(hass, result, typed))["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == {
        "sites": ["2"],
        "areas": ["1/1"],
        "streams": [],
        "push": True,
        "personal": ["plates", "visitors"],
        "sirens": ["7"],
        "lock_stays": True,
        "parking_spaces": False,
        "post_url": "http://192.0.2.5:8123",
        "post_port": unused_tcp_port,
        "post_sources": "192.0.2.10, 198.51.100.0/24",
        "platform_zone": "America/New_York",
        "network_domain": "1",
        "stream_template": TEMPLATE,
        "hold_pulse": 3,
        "raw_events": True,
    }
    assert type(entry.options["post_port"]) is int
    assert entry.runtime_data.system.options == dict(entry.options)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    shown = fields(result)
    assert shown["sites"].default() == ["2"]
    assert shown["personal"].default() == ["plates", "visitors"]
    callback = fields(result, "callback")
    assert callback["post_url"].description == {"suggested_value": "http://192.0.2.5:8123"}
    assert callback["post_port"].default() == unused_tcp_port
    assert fields(result, "advanced")["stream_template"].description is None
    assert "s3cret" not in str(result)
    assert result["description_placeholders"]["callback"] == "http://192.0.2.5:8123/eventRcv"


@pytest.mark.parametrize("areas", [[], ["1/1", "2/1"]])
async def test_all_areas(hass: HomeAssistant, areas: list[str]) -> None:
    """No area and all areas are the same: areas that come later are imported, too."""
    entry, result = await open_platform(hass, {"areas": ["1/1"]})
    assert fields(result)["areas"].default() == ["1/1"]
    await submit_options(hass, result, {**PLATFORM, "areas": areas})
    assert "areas" not in entry.options


async def test_secret_is_kept_replaced_and_removed(hass: HomeAssistant) -> None:
    """An empty field keeps a secret, which only a field of its own removes."""
    entry, result = await open_platform(hass, {"stream_template": TEMPLATE})
    advanced = PLATFORM["advanced"]
    assert "stream_template_remove" in fields(result, "advanced")
    typed = {**PLATFORM, "advanced": {**advanced, "stream_template_remove": False}}
    await submit_options(hass, result, typed)
    assert entry.options["stream_template"] == TEMPLATE
    result = await hass.config_entries.options.async_init(entry.entry_id)
    other = "rtsps://{name}.example/{stream}"
    changed = {**advanced, "stream_template_remove": False, "stream_template": other}
    await submit_options(hass, result, {**PLATFORM, "advanced": changed})
    assert entry.options["stream_template"] == other
    result = await hass.config_entries.options.async_init(entry.entry_id)
    await submit_options(hass, result, {**PLATFORM, "advanced": {**advanced, "stream_template_remove": True}})
    assert "stream_template" not in entry.options
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert "stream_template_remove" not in fields(result, "advanced")


@pytest.mark.parametrize(
    ("section", "name", "wrong"),
    [
        ("callback", "post_url", "192.0.2.5:8123"),
        ("callback", "post_url", "ftp://192.0.2.5"),
        ("callback", "post_url", "http://"),
        ("callback", "post_url", "http://user:pw@192.0.2.5"),
        ("callback", "post_url", "http://192.0.2.5/?a=1"),
        ("callback", "post_url", "http://192.0.2.5/#a"),
        ("callback", "post_url", "http://192.0.2.5:99999"),
        ("callback", "post_sources", "platform.example"),
        ("callback", "post_sources", "192.0.2.0/33"),
        ("advanced", "platform_zone", "Europe/Nowhere"),
        ("advanced", "platform_zone", "../../etc/passwd"),
        ("advanced", "platform_zone", "Europe"),
        ("advanced", "network_domain", "12345678901234567"),
        ("advanced", "network_domain", "a b"),
        ("advanced", "stream_template", "http://{ip}/"),
        ("advanced", "stream_template", "rtsp:///{id}"),
        ("advanced", "stream_template", "rtsp://{host}/1"),
        ("advanced", "stream_template", "rtsp://{ip.__class__}/1"),
        ("advanced", "stream_template", "rtsp://{ip!r}/1"),
        ("advanced", "playback_template", "rtsp://{ip}/1"),
        ("advanced", "playback_template", "http://{ip}/{start}"),
        ("advanced", "playback_template", "rtsp://{ip}/{start}/{until}"),
        ("advanced", "stream_template", "rtsp://{ip:>999999999}/1"),
        ("advanced", "stream_template", "rtsp://{}/1"),
        ("advanced", "stream_template", "rtsp://{ip/1"),
    ],
)
async def test_what_cannot_be_used(hass: HomeAssistant, section: str, name: str, wrong: str) -> None:
    """It is named, nothing is stored, the rest stays as typed, and then it can be put right."""
    entry, result = await open_platform(hass)
    typed = {**PLATFORM, "lock_stays": True, section: {**PLATFORM[section], name: wrong}}
    typed["callback"] = {"post_sources": "192.0.2.1", **typed["callback"]}
    result = await submit_options(hass, result, typed)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": f"invalid_{name}"}
    assert dict(entry.options) == {}
    assert fields(result)["lock_stays"].description == {"suggested_value": True}
    again = fields(result, section)[name].description
    secret = name in {"stream_template", "playback_template"}
    assert again is None if secret else again == {"suggested_value": wrong}
    assert (await submit_options(hass, result, PLATFORM))["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == STORED


@pytest.mark.parametrize("port", [-1, 65536, "x"])
async def test_no_port(hass: HomeAssistant, port: Any) -> None:
    """A port outside the bounds is refused by the form."""
    _, result = await open_platform(hass)
    with pytest.raises(InvalidData):
        await submit_options(hass, result, {**PLATFORM, "callback": {"post_port": port}})


async def test_platform_without_a_site(hass: HomeAssistant) -> None:
    """A platform of which no site is imported would be empty."""
    _, result = await open_platform(hass)
    result = await submit_options(hass, result, {**PLATFORM, "sites": []})
    assert result["errors"] == {"sites": "nothing_selected"}
    assert (await submit_options(hass, result, PLATFORM))["type"] is FlowResultType.CREATE_ENTRY


async def test_platform_that_does_not_run(hass: HomeAssistant) -> None:
    """What cannot be asked stays as it is."""
    entry = platform_entry(hass, {"sites": ["1"], "sirens": ["7"], "areas": ["1/1"]})
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert not {"sites", "areas", "sirens"} & fields(result).keys()
    typed = {name: value for name, value in PLATFORM.items() if name not in {"sites", "areas", "sirens"}}
    await submit_options(hass, result, typed)
    assert dict(entry.options) == {**STORED, "sites": ["1"], "sirens": ["7"], "areas": ["1/1"]}


async def test_callback_address_is_shown(hass: HomeAssistant) -> None:
    """The address that the platform posts to, as far as it is known."""
    await async_process_ha_core_config(hass, {"internal_url": "http://192.168.1.5:8123"})
    entry, result = await open_platform(hass)
    address = f"http://192.168.1.5:8123/api/webhook/{entry.data['webhook_id']}"
    assert result["description_placeholders"] == {"callback": address, **options_flow.PLATFORM_PLACEHOLDERS}
    with patch("custom_components.hikvision_ivm.webhook.get_url", side_effect=NoURLAvailableError):
        result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["description_placeholders"]["callback"] == "–"


@pytest.mark.parametrize("zone", [None, "America/New_York", "Europe/Nowhere"])
async def test_zone_reaches_the_system(hass: HomeAssistant, zone: str | None) -> None:
    """Times without a zone are meant in that of the platform, or of Home Assistant if it is not known."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    entry, _ = await open_platform(hass, {"platform_zone": zone} if zone else {})
    wanted = zone if zone == "America/New_York" else "Europe/Berlin"
    assert str(entry.runtime_data._runtime.zone) == wanted  # noqa: SLF001 - what the system was made with


def test_every_text_exists() -> None:
    """Every option of every system has a name and a description, and every error a sentence."""
    texts = json.loads((Path(options_flow.__file__).parent / "translations/en.json").read_text())
    assert options_flow.OPTIONS.keys() == FORMS.keys()
    errors = {"nothing_selected"}
    for system, rows in options_flow.OPTIONS.items():
        step = texts["options"]["step"]["init" if system == "isapi" else system]
        sections = {row.name: row for row in rows if isinstance(row, Section)}
        assert step["sections"].keys() == sections.keys()
        for form, its_rows in ((step, rows), *((step["sections"][name], row.rows) for name, row in sections.items())):
            secret = {row.name + REMOVE for row in its_rows if isinstance(row, Text) and row.secret}
            names = {row.name for row in its_rows if not isinstance(row, Section)} | secret
            assert form["data"].keys() == form["data_description"].keys() == names
            errors |= {f"invalid_{row.name}" for row in its_rows if isinstance(row, Text)}
        for row in rows:
            if isinstance(row, Selection) and row.offered:
                assert set(row.offered) <= texts["selector"][row.name]["options"].keys()
    assert errors == texts["options"]["error"].keys()
