"""Tests of an entry of a receiver: what diagnostics leave out, a lock, and by what it is recognised in later years."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from unittest.mock import patch

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components import hikvision_ivm
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from tests.receiver_system import PASSWORD, UID, WEBHOOK_ID, ReceiverSystem, load, receiver_entry

SECRETS = (PASSWORD, "watcher", "receiver.example", UID, "house-hash", WEBHOOK_ID, "9Za47xQQ", "Basic")


@pytest.fixture(autouse=True)
def fake_systems() -> Iterator[None]:
    """Let the scripted system stand for the real one."""
    with patch("custom_components.hikvision_ivm.SYSTEMS", {"ip_receiver": ReceiverSystem}):
        yield


def _begin_with(marks: tuple[str, ...]) -> Callable[[ReceiverSystem], None]:
    """Make an initialiser of a receiver that is recognised by some marks."""
    before = ReceiverSystem.__init__

    def begin(system: ReceiverSystem) -> None:
        before(system)
        system.identity = replace(system.identity, marks=marks)

    return begin


async def test_diagnostics(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """Account, address, identity, marks and the code are swept out of everything, also out of what the system tells."""
    assert await async_setup_component(hass, "diagnostics", {})
    options = {"alarm_code": "9Za47xQQ", "panels": ["Q1"], "zone_seconds": 10}
    entry = receiver_entry(hass, options, marks=["house-hash", "barn"])
    with patch.object(ReceiverSystem, "__init__", _begin_with(("house-hash", "barn"))):
        system = await load(hass, entry)
    system.told = {"leaks": [f"before {secret} after" for secret in SECRETS]}
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["leaks"] == [*[f"before {REDACTED} after"] * (len(SECRETS) - 1), "before Basic after"]
    assert told["entry"]["options"] == {"alarm_code": REDACTED, "panels": ["Q1"], "zone_seconds": 10}
    assert told["entry"]["data"] == {
        "system": "ip_receiver",
        "url": f"https://{REDACTED}:8443",
        "verify_ssl": True,
        "fingerprint": None,
        "allow_basic": False,
        **dict.fromkeys(("username", "password", "identity", "marks", "webhook_id"), REDACTED),
    }


async def test_short_code_is_no_part_of_a_word(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    """A code of four digits is removed where it stands alone, and does not spoil longer numbers."""
    assert await async_setup_component(hass, "diagnostics", {})
    entry = receiver_entry(hass, {"alarm_code": "1357"})
    system = await load(hass, entry)
    system.told = {"text": "code 1357, moment 113570"}
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told["text"] == f"code {REDACTED}, moment 113570"


@pytest.mark.parametrize(
    "locked",
    [errors.AccountLockedError(unlock_seconds=1800, pending=True), errors.TooManySessionsError(retry_after=1800)],
)
async def test_locked(hass: HomeAssistant, issue_registry: ir.IssueRegistry, locked: errors.SystemFailure) -> None:
    """A lock that passes by itself is told and waited for; nobody is asked for credentials."""
    entry = receiver_entry(hass)
    with patch.object(ReceiverSystem, "identify", side_effect=locked):
        assert not await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not hass.config_entries.flow.async_progress()
    (issue,) = (issue for (domain, _), issue in issue_registry.issues.items() if domain == DOMAIN)
    assert (issue.translation_key, issue.severity) == ("receiver_locked", ir.IssueSeverity.ERROR)
    assert issue.learn_more_url is not None
    assert issue.learn_more_url.endswith("/docs/ip_receiver.md#repairs")
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert not [domain for domain, _ in issue_registry.issues if domain == DOMAIN]


@pytest.mark.parametrize("able", [True, False])
@pytest.mark.parametrize("seconds", [1800.0, None])
def test_lock_is_waited_for(able: bool, seconds: float | None) -> None:
    """As long as it lasts, where that is known and Home Assistant can wait longer (2026.11)."""
    with (
        patch.object(hikvision_ivm, "ConfigEntryNotReady") as refusal,
        patch.object(hikvision_ivm, "_CAN_WAIT", able),
    ):
        for error in (
            errors.AccountLockedError(unlock_seconds=seconds, pending=True),
            errors.TooManySessionsError(retry_after=seconds),
        ):
            hikvision_ivm._refusal(error)  # noqa: SLF001
            assert refusal.call_args.kwargs.get("retry_after") == (seconds if able else None)


@pytest.mark.parametrize(
    ("found", "stored"),
    [
        (("house", "barn"), ["house", "barn"]),
        (("house",), ["house", "barn"]),
        ((), ["house", "barn"]),
        (("barn", "villa"), ["barn", "villa"]),
    ],
)
async def test_marks_follow(hass: HomeAssistant, found: tuple[str, ...], stored: list[str]) -> None:
    """Devices that were added later are kept as marks, so that the receiver is known when the first ones are gone."""
    entry = receiver_entry(hass)
    with patch.object(ReceiverSystem, "__init__", _begin_with(found)):
        await load(hass, entry)
    assert entry.data["marks"] == stored
    assert entry.data["identity"] == UID
