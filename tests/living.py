"""A real entry for a device that answers over real sockets, and what must never be found in a log."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from simulators.isapi.server import DeviceServer

WEBHOOK = "5ec2e7" * 10
EXPECTED = ("We found a custom integration", "sub-optimal", "Executing <", "zlib_ng", "Error setting up entry")
"""What Home Assistant and Python's debug mode say of every test."""
LOUD = ("never retrieved", "never awaited", "unclosed", "traceback", "Error doing job", "Unexpected error")


@asynccontextmanager
async def living(
    hass: HomeAssistant, device: DeviceServer, *, options: dict[str, Any] | None = None, **data: Any
) -> AsyncGenerator[MockConfigEntry]:
    """Set an entry up for a device, whatever becomes of it, and unload it afterwards."""
    login = {"url": device.url, "username": device.username, "password": device.password}
    basis = {"system": "isapi", "verify_ssl": True, "fingerprint": None, "webhook_id": WEBHOOK}
    entry = MockConfigEntry(domain=DOMAIN, title="Device", data={**basis, **login, **data}, options=options or {})
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    try:
        yield entry
    finally:
        if entry.state.recoverable:
            await hass.config_entries.async_unload(entry.entry_id)


async def quiet(hass: HomeAssistant, device: DeviceServer) -> None:
    """Wait until nothing is asked of the device any more: the details were read."""
    asked = -1
    while asked != len(device.requests):
        asked = len(device.requests)
        await hass.async_block_till_done()
        await asyncio.sleep(0.06)
    await hass.async_block_till_done()


async def set_up(hass: HomeAssistant, device: Any, entry: MockConfigEntry) -> None:
    """Wait until an entry is loaded, its stream stands and its details were read."""
    assert entry.state is ConfigEntryState.LOADED, entry.reason
    await device.wait_for_stream()
    await quiet(hass, device)


async def reached(hass: HomeAssistant, done: Callable[[], bool], seconds: float = 1.0) -> None:
    """Wait until something is so; an event takes milliseconds."""
    for _ in range(int(seconds / 0.005)):
        await hass.async_block_till_done()
        if done():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come")


def loud(records: Iterable[logging.LogRecord]) -> list[str]:
    """Return the lines of a log that should not be there."""
    return [
        f"{record.name}: {record.getMessage()}"
        for record in records
        if (record.levelno >= logging.WARNING or any(word in record.getMessage() for word in LOUD))
        and not any(word in record.getMessage() for word in EXPECTED)
    ]


def noise(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged that a user would have to read, in set-up and test."""
    return loud([*caplog.get_records("setup"), *caplog.records])
