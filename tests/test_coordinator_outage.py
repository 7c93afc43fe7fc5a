"""Tests of the coordinator while a system does not answer, wants to be left alone, or lets nobody in."""

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.base import Tier

from .fake_system import FakeSystem
from .house import CPU, CPU_ID, Later, SetUp, state

pytestmark = pytest.mark.usefixtures("even_rhythm")


class PartlyDead(FakeSystem):
    """Polls of some tiers end well although nothing answers: they swallow what goes wrong."""

    def _called(self, *call: object) -> None:
        failure = self.failures.pop("poll", None) if call[0] == "poll" and call[1] in self.silent_tiers else None
        try:
            super()._called(*call)
        finally:
            if failure is not None:
                self.failures["poll"] = failure


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    """Return a system whose details prove nothing."""
    fake = PartlyDead()
    fake.silent_tiers = frozenset({Tier.DETAIL})
    fake.push_stretch = 1.0
    fake.tiers = {Tier.STATUS: 120.0, Tier.DETAIL: 60.0}
    fake.has(CPU)
    monkeypatch.setattr("custom_components.hikvision_ivm.SYSTEMS", {"isapi": fake.factory()})
    return fake


def problems(issue_registry: ir.IssueRegistry) -> list[str | None]:
    """Return what the user is told to look at."""
    return [issue.translation_key for (domain, _), issue in issue_registry.issues.items() if domain == DOMAIN]


async def test_what_swallows_failures_proves_nothing(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """A tier that is polled more often, and never fails, hides no outage, and does not end one."""
    await set_up()
    system.report({CPU.id: 1})
    system.failures["poll"] = errors.ConnectionFailedError(reason="refused")
    for _ in range(18):
        await later(10)
    assert system.count("poll", Tier.STATUS) >= 3
    assert state(hass, CPU_ID) == STATE_UNAVAILABLE
    details = system.count("poll", Tier.DETAIL)
    for _ in range(30):
        await later(10)
    assert system.count("poll", Tier.DETAIL) == details
    assert state(hass, CPU_ID) == STATE_UNAVAILABLE
    system.failures.clear()
    for _ in range(13):
        await later(10)
    assert state(hass, CPU_ID) == "1"
    assert system.count("poll", Tier.DETAIL) > details


async def test_a_pause_that_was_asked_for_is_no_outage(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """Nothing is sent in it, and nothing becomes unavailable by that; if the next poll fails too, it does."""
    await set_up()
    system.report({CPU.id: 1})
    system.failures["poll"] = errors.QuotaError("too often", retry_after=60.0)
    await later(121)
    assert system.count("poll", Tier.STATUS) == 1
    for _ in range(5):
        await later(10)
    assert system.count("poll", Tier.STATUS) == 1
    system.failures["poll"] = errors.HeldBackError("not sent", retry_after=7.0)
    await later(10)
    assert system.count("poll", Tier.STATUS) == 2
    assert state(hass, CPU_ID) == "1"
    system.failures.clear()
    await later(8)
    assert system.count("poll", Tier.STATUS) == 3
    await later(110)
    assert state(hass, CPU_ID) == "1"
    system.failures["poll"] = errors.QuotaError("too often", retry_after=60.0)
    for _ in range(26):
        await later(10)
    assert state(hass, CPU_ID) == STATE_UNAVAILABLE


async def test_calls_held_back_are_no_failure(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later
) -> None:
    """Another call was one too many: what was polled a moment ago is as true as before."""
    await set_up()
    system.report({CPU.id: 1})
    system.failures["poll"] = errors.HeldBackError("not sent", retry_after=50.0)
    for _ in range(40):
        await later(10)
    assert state(hass, CPU_ID) == "1"


async def test_an_account_that_becomes_frozen(
    hass: HomeAssistant, system: FakeSystem, set_up: SetUp, later: Later, issue_registry: ir.IssueRegistry
) -> None:
    """The user is told, and the cloud is asked seldom, until it lets us in again."""
    await set_up()
    system.report({CPU.id: 1})
    system.failures["poll"] = errors.AccountFrozenError(reason="the user is frozen")
    await later(121)
    assert problems(issue_registry) == ["account_frozen"]
    for _ in range(360):
        await later(10)
    assert system.count("poll", Tier.STATUS) <= 7
    assert state(hass, CPU_ID) == STATE_UNAVAILABLE
    system.failures.clear()
    await later(601)
    assert not problems(issue_registry)
    assert state(hass, CPU_ID) == "1"
