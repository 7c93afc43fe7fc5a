"""Fixtures of all tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from unittest.mock import AsyncMock, PropertyMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.util.async_ import get_scheduled_timer_handles
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# Home Assistant's test configuration has a `custom_components` package of its own: ours must be imported first.
from custom_components.hikvision_ivm.const import DOMAIN

from .fake_system import FakeSystem, fake_entry


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load custom integrations, in tests that have one; the others stay quick."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def later(hass: HomeAssistant) -> Iterator[Callable[[float], Awaitable[None]]]:
    """Return a coroutine function that lets seconds pass at once: timers of the event loop fire in their order."""
    real_time = hass.loop.time
    ahead = 0.0

    async def settle() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        await hass.async_block_till_done()

    async def pass_seconds(seconds: float) -> None:
        nonlocal ahead
        await settle()
        target = hass.loop.time() + seconds
        while due := [
            timer.when()
            for timer in get_scheduled_timer_handles(hass.loop)
            if not timer.cancelled() and timer.when() <= target
        ]:
            ahead += max(0.0, min(due) - hass.loop.time() + 0.001)
            await settle()
        ahead += max(0.0, target - hass.loop.time())
        await settle()

    with patch.object(hass.loop, "time", lambda: real_time() + ahead):
        yield pass_seconds


@pytest.fixture
def all_enabled() -> Iterator[None]:
    """Enable entities that are offered disabled."""
    with patch(
        "custom_components.hikvision_ivm.entity.IvmEntity.entity_registry_enabled_default",
        PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture
def system() -> Iterator[FakeSystem]:
    """Return what answers instead of a device, whatever the address."""
    fake = FakeSystem()
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"isapi": fake.factory()}):
        yield fake


@pytest.fixture
async def entry(hass: HomeAssistant, system: FakeSystem) -> AsyncIterator[MockConfigEntry]:
    """Return a config entry of the fake system, not set up yet, and unload it afterwards."""
    made = fake_entry(DOMAIN)
    made.add_to_hass(hass)
    yield made
    if made.state.recoverable and hass.config_entries.async_get_entry(made.entry_id):
        await hass.config_entries.async_unload(made.entry_id)


@pytest.fixture
def set_up(hass: HomeAssistant, entry: MockConfigEntry, system: FakeSystem) -> Callable[..., object]:
    """Return a coroutine function that sets the entry up and waits until push and details are through."""

    async def run() -> FakeSystem:
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return system

    return run


@pytest.fixture
def even_rhythm() -> Iterator[None]:
    """Take chance out of the periods."""
    with patch("custom_components.hikvision_ivm.polling.JITTER", 0.0):
        yield


@pytest.fixture
def kept_from_set_up() -> Iterator[AsyncMock]:
    """Keep entries from being set up."""
    with (
        patch("custom_components.hikvision_ivm.async_setup_entry", return_value=True) as mock,
        patch("custom_components.hikvision_ivm.async_unload_entry", return_value=True),
    ):
        yield mock
