"""A Home Assistant to measure in, and a bare integration to measure against."""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from aiohttp import ThreadedResolver, web
from homeassistant import loader
from homeassistant.components.alarm_control_panel import AlarmControlPanelEntity, AlarmControlPanelState
from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.button import ButtonEntity
from homeassistant.components.calendar import CalendarEntity
from homeassistant.components.camera import Camera
from homeassistant.components.device_tracker import TrackerEntity
from homeassistant.components.event import EventEntity
from homeassistant.components.image import ImageEntity
from homeassistant.components.lock import LockEntity
from homeassistant.components.number import NumberEntity
from homeassistant.components.select import SelectEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.components.siren import SirenEntity
from homeassistant.components.switch import SwitchEntity
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, frame
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    async_test_home_assistant,
    mock_config_flow,
    mock_integration,
    mock_platform,
)

import custom_components.hikvision_ivm

DOMAIN = "hikvision_ivm"
BARE_DOMAIN = "bare"
BARE_CLASSES: Mapping[str, type[Entity]] = MappingProxyType(
    {
        "alarm_control_panel": AlarmControlPanelEntity, "binary_sensor": BinarySensorEntity, "button": ButtonEntity,
        "calendar": CalendarEntity, "camera": Camera, "device_tracker": TrackerEntity, "event": EventEntity,
        "image": ImageEntity, "lock": LockEntity, "number": NumberEntity, "select": SelectEntity,
        "sensor": SensorEntity, "siren": SirenEntity, "switch": SwitchEntity,
    }
)  # fmt: skip
ADDED = frozenset({"event_types", "event_type", "friendly_name", "device_class", "icon"})
"""Attributes of events that Home Assistant adds by itself."""
ARM_ATTRIBUTES = frozenset({"open_zones", "alarm_zones", "bypassed_zones"})
COMPONENTS = ("http", "webhook", "stream", *BARE_CLASSES)


@asynccontextmanager
async def home_assistant() -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant with this integration and its components loaded, and nothing that another one stored."""
    assert custom_components.hikvision_ivm is not None
    with TemporaryDirectory() as config_dir:
        async with async_test_home_assistant(config_dir=config_dir) as hass, _running(hass):
            yield hass


@asynccontextmanager
async def _running(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Load what a Home Assistant needs, and end it."""
    frame.async_setup(hass)
    hass.loop.set_debug(False)
    hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
    hass.config.internal_url = "http://127.0.0.1:8123"
    try:
        with patch("homeassistant.helpers.aiohttp_client._async_make_resolver", lambda hass: Resolver()):
            for component in COMPONENTS:
                if not await async_setup_component(hass, component, {}):
                    raise RuntimeError(f"{component} cannot be set up")
            await hass.async_block_till_done()
            yield
    finally:
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_stop(force=True)


async def add_entry(
    hass: HomeAssistant, data: Mapping[str, Any], options: Mapping[str, Any] | None = None
) -> MockConfigEntry:
    """Set up one config entry of this integration and wait for its entities, not for its background work."""
    entry = MockConfigEntry(domain=DOMAIN, data=dict(data), options=dict(options or {}))
    entry.add_to_hass(hass)
    if not await hass.config_entries.async_setup(entry.entry_id):
        raise RuntimeError(f"set-up failed: {entry.reason}")
    return entry


async def serve(hass: HomeAssistant) -> web.AppRunner:
    """Let Home Assistant's own web application answer on a free port of the loopback interface, from in- and outside."""
    runner = web.AppRunner(hass.http.app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hass.config.internal_url = hass.config.external_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


def entities_of(hass: HomeAssistant) -> list[str]:
    """Entities that have a state and are not Home Assistant's own."""
    return [state.entity_id for state in hass.states.async_all() if state.domain in BARE_CLASSES]


def registered(hass: HomeAssistant, entry_id: str) -> tuple[Counter[str], Counter[str]]:
    """Return how many entities of each platform are registered, and how many of them are disabled."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    return (
        Counter(entity.domain for entity in entities),
        Counter(entity.domain for entity in entities if entity.disabled_by is not None),
    )


class Resolver(ThreadedResolver):
    """Looks names up without Home Assistant's zeroconf, whose sockets are not needed here."""

    async def real_close(self) -> None:
        """Close, as Home Assistant calls it."""
        await self.close()


class BareFlow(ConfigFlow):
    """What Home Assistant wants to see of an integration with config entries."""


def bare_entity(hass: HomeAssistant, platform: str, number: int, device: int, *, enabled: bool = True) -> Entity:
    """Make an entity that does nothing but be there, with unique id, name and device."""
    entity: Entity = ImageEntity(hass) if platform == "image" else BARE_CLASSES[platform]()
    entity._attr_unique_id = f"bare_{platform}_{number}"  # noqa: SLF001 - how entities are made
    entity._attr_name = f"{platform} {number}"  # noqa: SLF001
    entity._attr_has_entity_name = True  # noqa: SLF001
    entity._attr_should_poll = False  # noqa: SLF001
    entity._attr_device_info = DeviceInfo(identifiers={(BARE_DOMAIN, str(device))}, name=f"Device {device}")  # noqa: SLF001
    entity._attr_entity_registry_enabled_default = enabled  # noqa: SLF001
    if isinstance(entity, EventEntity):
        entity._attr_event_types = ["something"]  # noqa: SLF001
    if isinstance(entity, SelectEntity):
        entity._attr_options, entity._attr_current_option = ["something"], None  # noqa: SLF001
    return entity


def told_of(state: State) -> dict[str, object]:
    """Return what is told beside a state that is written: attributes that are not Home Assistant's own."""
    attributes = state.attributes
    if state.domain == "event":
        return {name: value for name, value in attributes.items() if name not in ADDED}
    return {name: attributes[name] for name in ARM_ATTRIBUTES if name in attributes}


def write_bare(entity: Entity, value: int | str, told: dict[str, object]) -> None:
    """Change an entity and write its state: a sensor shows `value`, a panel the arm state of that name."""
    if isinstance(entity, BinarySensorEntity):
        entity._attr_is_on = not entity.is_on  # noqa: SLF001 - how entities change
    elif isinstance(entity, EventEntity):
        entity._trigger_event("something", told)  # noqa: SLF001
    elif isinstance(entity, AlarmControlPanelEntity):
        entity._attr_alarm_state = AlarmControlPanelState(str(value))  # noqa: SLF001
        entity._attr_extra_state_attributes = told  # noqa: SLF001
    else:
        entity._attr_native_value = value  # type: ignore[attr-defined]  # noqa: SLF001
    entity.async_write_ha_state()


async def add_bare_entities(
    hass: HomeAssistant, counts: Mapping[str, int], devices: int, disabled: Mapping[str, int] | None = None
) -> dict[str, list[Entity]]:
    """Let a bare integration add so many entities of each platform, some of them disabled, spread over devices."""
    off = disabled or {}
    made = {
        platform: [
            bare_entity(hass, platform, number, number % devices, enabled=number >= off.get(platform, 0))
            for number in range(count)
        ]
        for platform, count in counts.items()
    }

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, list(counts))
        return True

    mock_integration(hass, MockModule(BARE_DOMAIN, async_setup_entry=set_up))
    mock_platform(hass, f"{BARE_DOMAIN}.config_flow", None)
    for platform in counts:
        mock_platform(hass, f"{BARE_DOMAIN}.{platform}", MockPlatform(async_setup_entry=_adder(made[platform])))
    entry = MockConfigEntry(domain=BARE_DOMAIN)
    entry.add_to_hass(hass)
    with mock_config_flow(BARE_DOMAIN, BareFlow):
        if not await hass.config_entries.async_setup(entry.entry_id):
            raise RuntimeError(f"the bare integration failed: {entry.reason}")
    return made


def _adder(entities: list[Entity]) -> Callable[..., Awaitable[None]]:
    async def add(hass: HomeAssistant, entry: ConfigEntry, async_add_entities: Callable[..., None]) -> None:
        async_add_entities(entities)

    return add
