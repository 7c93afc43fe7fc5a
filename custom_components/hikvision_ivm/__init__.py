"""Hikvision and Huawei video and security systems."""

from asyncio import timeout
from functools import partial
import inspect
from typing import Any

from aiohttp import ClientSession
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryError, ConfigEntryNotReady, IntegrationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.aiohttp_client import async_create_clientsession, async_get_clientsession
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LOGGER
from .coordinator import IvmConfigEntry, IvmCoordinator
from .failures import LOGIN, PATIENCE_SECONDS, login_problems, told
from .memory import Memory
from .post_listener import async_open_listener
from .repairs import async_clear_problems, async_sync_problems
from .services import async_setup_services
from .systems import SYSTEMS, settings
from .systems.base import Runtime, System
from .systems.errors import (
    AccessDisabledError,
    AccountLockedError,
    AuthenticationError,
    InvalidAddressError,
    NotActivatedError,
    PlatformUserError,
    QuotaError,
    SystemFailure,
    TooManySessionsError,
    UnlicensedError,
    UnsupportedError,
)
from .systems.model import Identity
from .webhook import async_open_webhook, post_address

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PERMANENT = (InvalidAddressError, NotActivatedError, UnsupportedError)
"""Failures that trying again does not cure."""

PATIENT = (AccessDisabledError, PlatformUserError, QuotaError, UnlicensedError)
"""Failures that last until somebody does something on the other side, and get worse by trying often."""

FAREWELL_SECONDS = 10.0
"""How long the removal of an entry waits for its system."""

_CAN_WAIT = "retry_after" in inspect.signature(ConfigEntryNotReady.__init__).parameters
"""From 2026.11 a set-up can say when it is to be tried again."""


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: IvmConfigEntry) -> bool:
    """Set up one system: prove who answers, read what exists, and leave the details to the background."""
    memory = Memory(hass, entry.entry_id)
    await memory.async_load()
    entry.async_on_unload(memory.async_flush)
    runtime = await _async_runtime(hass, entry, memory)
    session = async_create_clientsession(hass, verify_ssl=entry.data.get(settings.VERIFY_SSL, True))
    coordinator = IvmCoordinator(hass, entry, _create_system(session, entry, runtime), runtime)
    try:
        await _async_begin(coordinator)
        # It let us in: what a set-up before told of the account is over.
        async_sync_problems(hass, entry, LOGIN, ())
        entry.runtime_data = coordinator
        await hass.config_entries.async_forward_entry_setups(entry, coordinator.platforms)
        await _async_open(hass, entry)
    except BaseException as error:
        await coordinator.async_close()
        async_clear_problems(hass, entry)
        async_sync_problems(hass, entry, LOGIN, login_problems(error))
        if isinstance(error, SystemFailure):
            raise _refusal(error) from error
        raise

    async def async_close(event: Event) -> None:
        """Say goodbye to the system when Home Assistant stops: entries are not unloaded then."""
        await coordinator.async_close()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, async_close))
    coordinator.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: IvmConfigEntry) -> bool:
    """Unload a system."""
    if not await hass.config_entries.async_unload_platforms(entry, entry.runtime_data.platforms):
        return False
    await entry.runtime_data.async_close()
    async_clear_problems(hass, entry)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: IvmConfigEntry) -> None:
    """Take back what the system was asked to do for us, and forget what was remembered of it."""
    memory = Memory(hass, entry.entry_id)
    await memory.async_load()
    if entry.data[settings.SYSTEM] in SYSTEMS:
        await _async_leave(hass, entry, await _async_runtime(hass, entry, memory))
    await memory.async_remove()
    async_clear_problems(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: IvmConfigEntry, device_entry: dr.AnyDeviceEntry
) -> bool:
    """Let the user remove a device that its system no longer has."""
    devices = entry.runtime_data.inventory.devices
    return not any(domain == DOMAIN and device_id in devices for domain, device_id in device_entry.identifiers)


async def _async_runtime(hass: HomeAssistant, entry: IvmConfigEntry, memory: Memory) -> Runtime:
    """Make what a system runs on."""
    name = entry.options.get(settings.PLATFORM_ZONE)
    zone = await dt_util.async_get_time_zone(name) if name else None
    return Runtime(
        memory=memory.data,
        remember=memory.changed,
        zone=zone or dt_util.get_default_time_zone(),
        post_address=partial(post_address, hass, entry),
    )


def _create_system(session: ClientSession, entry: IvmConfigEntry, runtime: Runtime) -> System:
    """Make the system of an entry."""
    name = entry.data[settings.SYSTEM]
    if (system := SYSTEMS.get(name)) is None:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="unknown_system", translation_placeholders={"system": name}
        )
    return system.create(session, entry.data, entry.options, runtime)


async def _async_leave(hass: HomeAssistant, entry: IvmConfigEntry, runtime: Runtime) -> None:
    """Say farewell for good, as far as the system listens: an entry can be removed without it, too."""
    session = async_get_clientsession(hass, verify_ssl=entry.data.get(settings.VERIFY_SSL, True))
    system = _create_system(session, entry, runtime)
    try:
        async with timeout(FAREWELL_SECONDS):
            try:
                await system.leave()
            finally:
                await system.close()
    except (SystemFailure, TimeoutError) as error:
        LOGGER.info("%s may still post to Home Assistant: %s", entry.title, str(error) or "no answer")
    except Exception:  # noqa: BLE001 - a fault of ours must not keep an entry from being removed
        LOGGER.exception("%s: unexpected error while taking back what was asked of it", entry.title)


async def _async_begin(coordinator: IvmCoordinator) -> None:
    """Take the first two steps: identity, then inventory."""
    identity = await coordinator.async_identify()
    if coordinator.entry.unique_id not in (None, identity.unique_id):
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="wrong_device", translation_placeholders={"name": identity.name}
        )
    _keep_marks(coordinator, identity)
    await coordinator.async_take_inventory()


def _keep_marks(coordinator: IvmCoordinator, identity: Identity) -> None:
    """Store by what the system is recognised now: what it was known by when it was added may be gone one day."""
    entry = coordinator.entry
    if settings.IDENTITY in entry.data and {*identity.marks} - {*entry.data.get(settings.MARKS, ())}:
        data = {**entry.data, settings.MARKS: [*identity.marks]}
        coordinator.hass.config_entries.async_update_entry(entry, data=data)


async def _async_open(hass: HomeAssistant, entry: IvmConfigEntry) -> None:
    """Open the way for a system that posts to us: one only, the secret address or a port of our own."""
    if not entry.runtime_data.system.posts:
        return
    if entry.options.get(settings.POST_PORT):
        await async_open_listener(hass, entry)
    else:
        async_open_webhook(hass, entry)


def _refusal(error: SystemFailure) -> IntegrationError:
    """Turn a failed set-up into what Home Assistant does about it: ask, give up, or try again."""
    kind: type[IntegrationError] = ConfigEntryNotReady
    more: dict[str, Any] = {}
    if (patience := _patience(error)) is not None:
        more = {"retry_after": patience} if _CAN_WAIT else {}
    elif isinstance(error, AuthenticationError) and not error.pending:
        kind = ConfigEntryAuthFailed
    elif isinstance(error, PERMANENT):
        kind = ConfigEntryError
    return kind(translation_domain=DOMAIN, translation_key=error.key, translation_placeholders=told(error), **more)


def _patience(error: SystemFailure) -> float | None:
    """Return the seconds after which trying again makes sense; None: Home Assistant's own rhythm is right."""
    if isinstance(error, PATIENT):
        return PATIENCE_SECONDS
    if isinstance(error, TooManySessionsError):
        return error.retry_after
    return error.unlock_seconds if isinstance(error, AccountLockedError) and error.pending else None
