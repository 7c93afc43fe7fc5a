"""The whole way with a simulated receiver: set up, arm, an alarm, a refusal, pictures, a new password, repairs, removal."""

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
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.const import DOMAIN
from simulators.ip_receiver import IpReceiverSimulator, OtherPlan, PanelPlan

PASSWORD = "Abc12345"
PANELS = (
    PanelPlan(name="House", partitions=2, zones=4, serial="Q11111111", shared={0: (1, 2)}),
    PanelPlan(name="Shop", zones=2, serial="Q22222222", peripherals=False),
)
ENTITY = "alarm_control_panel.house_partition_1"


@pytest.fixture
async def receiver(hass: HomeAssistant, socket_enabled: None) -> AsyncIterator[IpReceiverSimulator]:
    """Run a receiver with a certificate of its own."""
    strict = hass.loop.get_exception_handler()
    assert strict is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Bear that the receiver, in the same loop, sees a client leave that does not trust its certificate."""
        if not isinstance(context.get("exception"), ConnectionResetError):
            strict(loop, context)

    hass.loop.set_exception_handler(handle)
    async with IpReceiverSimulator(
        PANELS, [OtherPlan(kind="video", name="Recorder", serial="D1")], tls=True
    ) as running:
        yield running
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)


def typed(receiver: IpReceiverSimulator, password: str = PASSWORD) -> dict[str, Any]:
    """Return what a user types."""
    return {
        "url": receiver.url.removeprefix("https://"),
        "verify_ssl": True,
        "username": "admin",
        "password": password,
    }


async def configure(hass: HomeAssistant, result: ConfigFlowResult, answer: dict[str, Any]) -> ConfigFlowResult:
    """Answer a step."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answer)


async def begin(hass: HomeAssistant, receiver: IpReceiverSimulator) -> ConfigFlowResult:
    """Type address and account, and accept the certificate."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await configure(hass, result, {"next_step_id": "ip_receiver"})
    before = receiver.logins_refused
    result = await configure(hass, result, typed(receiver))
    assert result["step_id"] == "certificate"
    assert receiver.logins_refused == before
    return await configure(hass, result, {"next_step_id": "certificate_accept"})


async def add(hass: HomeAssistant, receiver: IpReceiverSimulator, leave_out: int = 0) -> ConfigEntry[Any]:
    """Set the receiver up as a user does, without the last devices of the list."""
    result = await begin(hass, receiver)
    assert result["step_id"] == "selection"
    assert result["data_schema"] is not None
    (field,) = result["data_schema"].schema
    offered = field.default()
    assert len(offered) == 3
    result = await configure(hass, result, {"panels": offered[: len(offered) - leave_out]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry[Any] = result["result"]
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: bool(receiver.streams.open))
    return entry


async def until(hass: HomeAssistant, reached: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not reached():
            await asyncio.sleep(0.02)
            await hass.async_block_till_done()


def problems(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the repairs by their keys."""
    issues = ir.async_get(hass).issues
    return {str(issue.translation_key): issue for (domain, _), issue in issues.items() if domain == DOMAIN}


async def arm(hass: HomeAssistant, entity_id: str = ENTITY, service: str = "alarm_arm_away", **data: Any) -> None:
    """Use an action of an alarm control panel."""
    await hass.services.async_call("alarm_control_panel", service, {"entity_id": entity_id, **data}, blocking=True)


async def test_whole_way(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """Arm, alarm, disarm, all live; the subscription ends with the entry."""
    entry = await add(hass, receiver)
    assert entry.title == "IP Receiver Pro"
    assert not problems(hass)
    await until(hass, lambda: hass.states.is_state(ENTITY, "disarmed"))
    await arm(hass)
    await until(hass, lambda: hass.states.is_state(ENTITY, "armed_away"))
    house = receiver.panel("House")
    await house.trip(1)
    await until(hass, lambda: hass.states.is_state("alarm_control_panel.house_partition_2", "triggered"))
    assert hass.states.is_state("alarm_control_panel.house", "triggered")
    assert hass.states.is_state(ENTITY, "armed_away")
    await arm(hass, service="alarm_disarm")
    await until(hass, lambda: hass.states.is_state(ENTITY, "disarmed"))
    await hass.config_entries.async_remove(entry.entry_id)
    assert receiver.count("unSubscribeDeviceMgmt") == 1


async def test_only_what_was_chosen(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """A device that is not imported is nowhere, until the options name it."""
    entry = await add(hass, receiver, leave_out=1)
    registry = dr.async_get(hass)

    def names() -> set[str | None]:
        return {one.name for one in dr.async_entries_for_config_entry(registry, entry.entry_id)}

    assert {"House", "Recorder"} <= names()
    assert "Shop" not in names()
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["step_id"] == "ip_receiver"
    assert result["data_schema"] is not None
    offered = next(value for key, value in result["data_schema"].schema.items() if str(key) == "panels")
    everything = [option["value"] for option in offered.config["options"]]
    assert len(everything) == 3
    result = await hass.config_entries.options.async_configure(
        result["flow_id"],
        {
            "panels": everything,
            "push": True,
            "alarm_code": "2468",
            "code_to_arm": True,
            "entry_delay": False,
            "silent_alarms": False,
            "clear_on_disarm": True,
            "advanced": {"zone_seconds": 10, "zone_numbers": "learn", "hold_pulse": 10, "raw_events": False},
        },
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert {"House", "Shop", "Recorder"} <= names()
    with pytest.raises(ServiceValidationError):
        await arm(hass, code="1111")
    assert receiver.count("control/arm") == 0
    await arm(hass, code="2468")
    assert receiver.count("control/arm") == 1


async def test_refused_arming(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """The error names the zone that stands against it, and the sentence is whole."""
    await add(hass, receiver)
    receiver.refuse_open = True
    house = receiver.panel("House")
    await house.open_zone(0)
    with pytest.raises(ServiceValidationError) as refused:
        await arm(hass)
    assert refused.value.translation_key == "arming_refused"
    assert str(refused.value) == (
        "House, partition 1 was not armed because of these zones: Front door (open). Close or bypass them and try again"
    )
    assert hass.states.is_state(ENTITY, "disarmed")


async def test_wrong_password(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """It costs one attempt in the dialog and is told with how many are left; then it works."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await configure(hass, result, {"next_step_id": "ip_receiver"})
    result = await configure(hass, result, typed(receiver, "wrong"))
    result = await configure(hass, result, {"next_step_id": "certificate_accept"})
    assert result["errors"] == {"base": "invalid_auth_attempts_left_receiver"}
    assert result["description_placeholders"] is not None
    assert result["description_placeholders"]["attempts_left"] == "4"
    assert receiver.authority.failures == {"admin": 1}
    result = await configure(hass, result, typed(receiver))
    assert result["step_id"] == "selection"


async def test_new_password(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """A changed password is asked for once; the receiver stays the same one."""
    entry = await add(hass, receiver)
    unique_id = entry.unique_id
    receiver.set_password("newer1234")
    assert await hass.config_entries.async_unload(entry.entry_id)
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_receiver"
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": "admin", "password": PASSWORD}
    )
    assert result["errors"] == {"base": "invalid_auth_attempts_left_receiver"}
    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"username": "admin", "password": "newer1234"}
    )
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.unique_id == unique_id
    assert receiver.authority.failures == {}


async def test_moved(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """The same devices at another address are the same receiver; other devices are not."""
    entry = await add(hass, receiver)
    entities = {one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}
    async with IpReceiverSimulator(PANELS[:1], tls=True) as other:
        result = await begin(hass, other)
        assert result["reason"] == "already_configured"
        await hass.async_block_till_done()
        assert entry.data["url"] == other.url
    async with IpReceiverSimulator([PanelPlan(name="Villa", serial="Q99999999")], tls=True) as stranger:
        context = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
        result = await hass.config_entries.flow.async_init(DOMAIN, context=context)  # type: ignore[arg-type]
        result = await configure(hass, result, typed(stranger))
        result = await configure(hass, result, {"next_step_id": "certificate_accept"})
        assert result["reason"] == "wrong_device"
    assert entities == {one.unique_id for one in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)}


async def test_one_device(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """Where there is nothing to choose, nothing is asked."""
    for name in ("Shop", "D1"):
        await receiver.remove(name)
    result = await begin(hass, receiver)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {}


async def test_diagnostics(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, receiver: IpReceiverSimulator
) -> None:
    """The download says what is going on, and nothing that is secret or tells where and whose it is."""
    assert await async_setup_component(hass, "diagnostics", {})
    entry = await add(hass, receiver)
    house = receiver.panel("House")
    await house.disarm(1, user="Ann Example")
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(told, ensure_ascii=False)
    private = ["127.0.0.1", PASSWORD, "Q11111111", "R00000001", "Ann Example", "House", "Front door", "Gate"]
    private += [house.index, str(house.fields["accountID"]), str(entry.unique_id), *entry.data["marks"]]
    for secret in private:
        assert secret not in text, secret
    assert told["inventory"]["devices"]["alarm_panel"] == 2
    assert told["coordinator"]["reports"] > 0


async def test_repairs(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """What only the owner can change is told in words of a receiver, and goes with its cause."""
    shop = receiver.panel("Shop")
    shop.fields.update(devStatus="offline", offlineHint=1)
    receiver.panel("House").fields["activeStatus"] = "unauth"
    receiver.fault("status/exDevStatus", sub="deviceError")
    entry = await add(hass, receiver)
    await until(hass, lambda: len(problems(hass)) == 3)
    found = problems(hass)
    assert found["panel_offline_key"].translation_placeholders == {"device": "IP Receiver Pro", "name": "Shop"}
    assert found["devices_unauthorised"].translation_placeholders == {
        "device": "IP Receiver Pro",
        "names": "House",
        "count": "1",
    }
    assert found["left_out_receiver"].is_fixable
    assert str(found["left_out_receiver"].learn_more_url).endswith("docs/ip_receiver.md#repairs")
    receiver.heal()
    shop.fields.update(devStatus="online", offlineHint=0)
    receiver.panel("House").fields["activeStatus"] = "active"
    assert await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: not problems(hass))


async def test_refused_stream(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """A receiver that does not let us listen is told of; partitions are asked for all the same."""
    receiver.fault("subscribeDeviceMgmt", sub="lowPrivilege")
    result = await begin(hass, receiver)
    assert result["data_schema"] is not None
    (field,) = result["data_schema"].schema
    await configure(hass, result, {"panels": field.default()})
    await hass.async_block_till_done()
    await until(hass, lambda: "receiver_stream_refused" in problems(hass))
    await until(hass, lambda: hass.states.is_state(ENTITY, "disarmed"))


async def test_pictures_are_for_administrators(hass: HomeAssistant, receiver: IpReceiverSimulator) -> None:
    """Another user gets everything but pictures; a repair says so, and the right user solves it."""
    receiver.add_user("admin", PASSWORD, admin=False)
    entry = await add(hass, receiver)
    house = receiver.panel("House")
    await receiver.video_review(house, "1103", 1)
    await until(hass, lambda: "media_denied" in problems(hass))
    assert not problems(hass)["media_denied"].is_fixable
    assert hass.states.is_state("image.house_event_picture", "unknown")
    assert not hass.config_entries.flow.async_progress()
    await arm(hass)
    receiver.add_user("root", "Xyz98765", admin=True)
    context = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    result = await hass.config_entries.flow.async_init(DOMAIN, context=context)  # type: ignore[arg-type]
    assert result["step_id"] == "reconfigure_receiver"
    answer = {**typed(receiver, "Xyz98765"), "username": "root"}
    result = await configure(hass, result, answer)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    await until(hass, lambda: bool(receiver.streams.open))
    await receiver.video_review(house, "1103", 1)
    await until(hass, lambda: not hass.states.is_state("image.house_event_picture", "unknown"))
    assert not problems(hass)
