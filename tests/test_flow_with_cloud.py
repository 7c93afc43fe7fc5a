"""The whole way with a simulated cloud: set up, what is told and pushed, options, new keys, repairs, removal."""

import asyncio
from collections.abc import AsyncIterator, Callable
import json
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.const import DOMAIN
from simulators.ivm import AK, SK, USER_ID, DevicePlan, IvmSimulator, TenantPlan

GATE, RECORDER = "MARKERCAMERA0001", "MARKERRECORDER01"
PLAN = TenantPlan(
    orgs=("Home", "Shop"),
    devices=(
        DevicePlan(name="Gate", org="Home", serial=GATE),
        DevicePlan(kind="NVR", name="Till", org="Shop", serial=RECORDER, channels=2, channel_names=("Yard", "Door")),
    ),
)
COMPONENTS = ("webhook", "stream", "media_source", "camera", "image", "diagnostics", "repairs")
"""What has to be there before Home Assistant begins to answer."""
MOTION = "binary_sensor.home_gate_motion"


@pytest.fixture
async def cloud(
    hass: HomeAssistant, socket_enabled: None, hass_client_no_auth: ClientSessionGenerator
) -> AsyncIterator[IvmSimulator]:
    """Run a cloud that reaches Home Assistant."""
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    client = await hass_client_no_auth()
    await hass.config.async_update(external_url=f"http://127.0.0.1:{client.server.port}")
    async with IvmSimulator(PLAN) as running:
        yield running
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)


def typed(cloud: IvmSimulator, **more: str) -> dict[str, Any]:
    """Return what a user types."""
    keys = {"user_id": USER_ID, "access_key": AK, "secret_key": SK, **more}
    return {**keys, "advanced": {"url": cloud.url, "verify_ssl": True}}


async def configure(hass: HomeAssistant, result: ConfigFlowResult, answer: dict[str, Any]) -> ConfigFlowResult:
    """Answer a step."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answer)


async def begin(hass: HomeAssistant) -> ConfigFlowResult:
    """Choose the cloud."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return await configure(hass, result, {"next_step_id": "ivm"})


async def until(hass: HomeAssistant, reached: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(15):
        while not reached():
            await asyncio.sleep(0.02)
            await hass.async_block_till_done()


async def add(hass: HomeAssistant, cloud: IvmSimulator, *orgs: str) -> ConfigEntry[Any]:
    """Set the account up as a user does, with some organisations."""
    result = await configure(hass, await begin(hass), typed(cloud))
    assert result["step_id"] == "selection"
    chosen = [cloud.org(name).id for name in orgs or ("Home", "Shop")]
    result = await configure(hass, result, {"organisations": chosen, "personal": []})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry[Any] = result["result"]
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: len(cloud.callbacks) == 3)
    return entry


def names(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str | None]:
    """Return the names of all devices."""
    return {one.name for one in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)}


def entity_ids(hass: HomeAssistant, entry: ConfigEntry[Any]) -> set[str]:
    """Return the unique ids of all entities."""
    return {one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}


def problems(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the repairs by their keys."""
    issues = ir.async_get(hass).issues
    return {str(issue.translation_key): issue for (domain, _), issue in issues.items() if domain == DOMAIN}


async def test_wrong_answers(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """Keys of somebody else, the number of another account, a cloud that is not there: each says so, then it works."""
    result = await configure(hass, await begin(hass), typed(cloud, secret_key="wrong"))
    assert result["errors"] == {"base": "invalid_auth_cloud"}
    assert len(cloud.token_requests) == 1
    result = await configure(hass, result, typed(cloud, user_id="800000000000000000000002"))
    assert result["errors"] == {"base": "invalid_auth_cloud"}
    cloud.account_code = "IVM.10000006"
    result = await configure(hass, result, typed(cloud))
    assert result["errors"] == {"base": "account_frozen"}
    cloud.account_code = None
    answer = typed(cloud)
    answer["advanced"] = {"url": "http://127.0.0.1:1", "verify_ssl": True}
    result = await configure(hass, result, answer)
    assert result["errors"] == {"base": "cannot_connect_cloud"}
    result = await configure(hass, result, typed(cloud))
    assert result["step_id"] == "selection"
    assert result["data_schema"] is not None
    assert {str(key) for key in result["data_schema"].schema} == {"organisations", "personal"}


async def test_whole_way(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """Entities have values, an alarm and states are live, and nothing is left at the cloud afterwards."""
    entry = await add(hass, cloud)
    assert (entry.unique_id, entry.title) == (USER_ID, "Huawei Cloud IVM")
    assert not problems(hass)
    assert {"Gate", "Till", "Yard", "Door", "Home", "Shop"} <= names(hass, entry)
    await until(hass, lambda: hass.states.is_state("sensor.home_gate_storage_card", "ok"))
    assert hass.states.is_state("binary_sensor.home_gate_online", "on")
    await until(hass, lambda: hass.states.is_state("number.home_gate_retention_of_recordings", "7.0"))
    assert (await cloud.alarm("Gate")).delivered
    await until(hass, lambda: hass.states.is_state(MOTION, "on"))
    assert (await cloud.alarm("Till", "Yard", "over_line_alarm")).delivered
    await until(hass, lambda: hass.states.is_state("binary_sensor.shop_yard_line_crossing", "on"))
    await cloud.go_offline("Gate")
    await until(hass, lambda: hass.states.is_state(MOTION, "unavailable"))
    await cloud.go_online("Gate")
    await until(hass, lambda: not hass.states.is_state(MOTION, "unavailable"))
    await cloud.go_offline("Till")
    for name in ("shop_till", "shop_yard", "shop_door"):
        await until(hass, lambda name=name: hass.states.is_state(f"binary_sensor.{name}_online", "off"))
    assert hass.states.is_state("binary_sensor.shop_yard_motion", "unavailable")
    await cloud.go_online("Till")
    await until(hass, lambda: hass.states.is_state("binary_sensor.shop_yard_online", "on"))
    await cloud.unbind("Gate")
    await until(hass, lambda: f"ivm_{USER_ID}_{GATE}" not in entry.runtime_data.inventory.devices)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert len(cloud.callbacks) == 3
    await hass.config_entries.async_remove(entry.entry_id)
    assert not cloud.callbacks
    assert not problems(hass)


async def test_a_restart(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """What was seen and learnt is there again."""
    entry = await add(hass, cloud)
    await cloud.alarm("Gate", kind="over_line_alarm")
    await until(hass, lambda: hass.states.is_state("binary_sensor.home_gate_line_crossing", "on"))
    before = entity_ids(hass, entry)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: hass.states.get("binary_sensor.home_gate_line_crossing"))
    await cloud.alarm("Gate", kind="over_line_alarm")
    await until(hass, lambda: hass.states.is_state("binary_sensor.home_gate_line_crossing", "on"))
    assert before <= entity_ids(hass, entry)


async def test_only_what_was_chosen(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """Another organisation is nowhere until the options name it; without pushes nothing stays subscribed."""
    entry = await add(hass, cloud, "Home")
    assert "Gate" in names(hass, entry)
    assert not {"Till", "Shop"} & names(hass, entry)
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "ivm"
    answer = {
        "organisations": [cloud.org("Home").id, cloud.org("Shop").id], "live_protocol": "https_hls",
        "live_quality": "main", "streams": ["sub", "third"], "push": False, "analytics": [], "personal": [],
        "hold_alarm": 30, "callback": {"post_url": "", "callback_take_over": False},
        "advanced": {"poll_seconds": 60, "platform_zone": "", "raw_events": False},
    }  # fmt: skip
    result = await hass.config_entries.options.async_configure(result["flow_id"], answer)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert {"Till", "Yard"} <= names(hass, entry)
    await until(hass, lambda: not cloud.callbacks)


async def test_new_keys(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """They are asked for once the old ones are withdrawn; everything stays what it is."""
    entry = await add(hass, cloud)
    before = entity_ids(hass, entry)
    cloud.tokens.keys.clear()
    cloud.tokens.add_key("NEWERACCESSKEY000001", "newersecret")
    cloud.revoke_tokens()
    assert await hass.config_entries.async_unload(entry.entry_id)
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_cloud"
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], {"access_key": AK, "secret_key": SK})
    assert result["errors"] == {"base": "invalid_auth_cloud"}
    keys = {"access_key": "NEWERACCESSKEY000001", "secret_key": "newersecret"}
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], keys)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert before <= entity_ids(hass, entry)


async def test_withdrawn_keys_while_it_runs(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """The next poll asks for others."""
    entry = await add(hass, cloud)
    cloud.tokens.keys.clear()
    cloud.revoke_tokens()
    assert not await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_cloud"


async def test_reconfigured(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """The same account at another address; another account is refused."""
    entry = await add(hass, cloud)
    async with IvmSimulator(PLAN) as other:
        result = await hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id},  # type: ignore[arg-type]
        )
        assert result["step_id"] == "reconfigure_cloud"
        answer = typed(other)
        del answer["user_id"]
        result = await hass.config_entries.flow.async_configure(result["flow_id"], answer)
        assert result["reason"] == "reconfigure_successful"
        await hass.async_block_till_done()
        assert entry.data["url"] == other.url
        assert entry.state is ConfigEntryState.LOADED
        await until(hass, lambda: len(other.callbacks) == 3)
        result = await configure(hass, await begin(hass), typed(other))
        assert result["reason"] == "already_configured"
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_repairs(hass: HomeAssistant, cloud: IvmSimulator) -> None:
    """What only the owner can change is told, and goes with its cause."""
    cloud.device("Gate").system_state = "UNAVAILABLE_FROZEN"
    cloud.channel("Till", 0).set_package("EVENT_RECORD", "ARREAR")
    cloud.fault("/resources", code="IVM.90000010")
    entry = await add(hass, cloud)
    await until(hass, lambda: len(problems(hass)) == 3)
    found = problems(hass)
    assert found.keys() == {"ivm_frozen", "ivm_unpaid", "left_out_ivm"}
    assert found["left_out_ivm"].is_fixable
    cloud.heal()
    cloud.device("Gate").system_state = "NORMAL"
    cloud.channel("Till", 0).set_package("EVENT_RECORD", "GRANT")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: not problems(hass))


async def test_diagnostics(hass: HomeAssistant, hass_client: ClientSessionGenerator, cloud: IvmSimulator) -> None:
    """The download says what is going on, and nothing that is secret or tells where and whose it is."""
    entry = await add(hass, cloud)
    await cloud.alarm("Gate")
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(told, ensure_ascii=False)
    private = [AK, SK, USER_ID, GATE, RECORDER, "127.0.0.1", "Yard", entry.data["webhook_id"]]
    private += [one.auth_key or "?" * 9 for one in cloud.callbacks.values()]
    for secret in private:
        assert secret not in text, secret
    assert told["coordinator"]["reports"] > 0
