"""Tests of the set-up dialog against simulated devices over real sockets: what a login costs and what is said."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems.isapi import IsapiSystem
from simulators.isapi import VARIANTS, IsapiSimulator

pytestmark = pytest.mark.usefixtures("socket_enabled", "kept_from_set_up")

PASSWORD = " p@ss:/?#%&<>\"'ü wörd "


@pytest.fixture
def forgiving(hass: HomeAssistant) -> None:
    """Bear that the simulated device, in the same loop, sees a client leave that does not trust its certificate."""
    strict = hass.loop.get_exception_handler()
    assert strict is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), ConnectionResetError):
            strict(loop, context)

    hass.loop.set_exception_handler(handle)


@pytest.fixture
async def device(socket_enabled: None) -> AsyncIterator[IsapiSimulator]:
    """Run a camera whose password has every awkward character."""
    async with IsapiSimulator(profile="ipc", password=PASSWORD) as camera:
        yield camera


@pytest.fixture
async def tls_device(socket_enabled: None, forgiving: None) -> AsyncIterator[IsapiSimulator]:
    """Run a camera with a certificate it made itself."""
    async with IsapiSimulator(profile="ipc", password=PASSWORD, tls=True) as camera:
        yield camera


def typed(url: str, password: str = PASSWORD) -> dict[str, Any]:
    """Return what a user types."""
    return {"url": url, "verify_ssl": True, "username": "admin", "password": password}


async def begin(hass: HomeAssistant, what: Mapping[str, Any]) -> ConfigFlowResult:
    """Open the dialog and submit its first form."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await go_on(hass, result, {"next_step_id": "isapi"})
    return await go_on(hass, result, what)


async def go_on(hass: HomeAssistant, result: ConfigFlowResult, what: Mapping[str, Any]) -> ConfigFlowResult:
    """Submit the next form."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], dict(what))
    await hass.async_block_till_done()
    return result


def logins(device: IsapiSimulator) -> int:
    """Count the requests that carried credentials the device accepted."""
    return sum(record.authorized for record in device.requests)


def refused(device: IsapiSimulator) -> int:
    """Count the wrong logins the device remembers."""
    return device.authority.failures.get("admin", 0)


@pytest.mark.parametrize("with_scheme", [True, False])
async def test_device_is_added(hass: HomeAssistant, device: IsapiSimulator, with_scheme: bool) -> None:
    """With or without a scheme, a device that speaks HTTP only is found with no wrong login at all."""
    url = device.url if with_scheme else device.url.removeprefix("http://")
    result = await begin(hass, typed(url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["url"] == device.url
    assert result["data"]["password"] == PASSWORD
    assert result["result"].unique_id == device.identity.serial
    assert result["title"]
    assert refused(device) == 0
    assert logins(device) == 1


@pytest.mark.parametrize("digest", [name for name in VARIANTS if name != "basic-only"])
async def test_wrong_password_costs_one_login(hass: HomeAssistant, socket_enabled: None, digest: str) -> None:
    """Whatever the device offers, one submit is one wrong login; the dialog then works with the right password."""
    async with IsapiSimulator(profile="ipc", password=PASSWORD, digest=digest, attempts=5) as device:
        url = device.url.removeprefix("http://")
        result = await begin(hass, typed(url, "wrong"))
        assert refused(device) == 1
        assert result["errors"] == {"base": "invalid_auth_attempts_left"}
        assert result["description_placeholders"]["attempts_left"] == "4"
        result = await go_on(hass, result, typed(url, "wrong again"))
        assert refused(device) == 2
        assert result["description_placeholders"]["attempts_left"] == "3"
        result = await go_on(hass, result, typed(url))
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert refused(device) == 0


@pytest.fixture
async def basic_device(socket_enabled: None) -> AsyncIterator[IsapiSimulator]:
    """Run a camera over plain HTTP that takes the password only as it is."""
    async with IsapiSimulator(profile="ipc", password=PASSWORD, digest="basic-only", attempts=5) as camera:
        yield camera


def asks_consent(result: ConfigFlowResult, device: IsapiSimulator) -> bool:
    """Whether the dialog asks if the password may go to this device in the clear."""
    assert result["description_placeholders"] is not None
    return result.get("step_id") == "basic_only" and result["description_placeholders"]["url"] == device.url


@pytest.mark.usefixtures("forgiving")
async def test_basic_is_not_spoken_unasked(hass: HomeAssistant, basic_device: IsapiSimulator) -> None:
    """Going back sends nothing, and the next submit asks again; over TLS the same device works without asking."""
    result = await begin(hass, typed(basic_device.url))
    for _ in range(2):
        assert asks_consent(result, basic_device)
        result = await go_on(hass, result, {"next_step_id": "basic_only_decline"})
        assert result["type"] is FlowResultType.FORM
        assert not result["errors"]
        result = await go_on(hass, result, typed(basic_device.url))
    result = await go_on(hass, result, {"next_step_id": "basic_only_decline"})
    assert logins(basic_device) == refused(basic_device) == 0
    async with IsapiSimulator(profile="ipc", password=PASSWORD, digest="basic-only", tls=True) as device:
        result = await go_on(hass, result, typed(device.url))
        result = await go_on(hass, result, {"next_step_id": "certificate_accept"})
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["data"]["allow_basic"] is False


@pytest.mark.parametrize("with_scheme", [True, False])
async def test_basic_is_spoken_by_choice(hass: HomeAssistant, basic_device: IsapiSimulator, with_scheme: bool) -> None:
    """The consent is stored, is asked for once, and does not change that a submit is one login."""
    url = basic_device.url if with_scheme else basic_device.url.removeprefix("http://")
    result = await begin(hass, typed(url, "wrong"))
    assert asks_consent(result, basic_device)
    assert refused(basic_device) == 0
    result = await go_on(hass, result, {"next_step_id": "basic_only_allow"})
    assert result["errors"] == {"base": "invalid_auth_attempts_left"}
    assert refused(basic_device) == 1
    result = await go_on(hass, result, typed(url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["allow_basic"] is True
    assert result["data"]["url"] == basic_device.url
    assert logins(basic_device) == 1


async def test_consent_is_for_one_address(hass: HomeAssistant, basic_device: IsapiSimulator) -> None:
    """Who agreed for one device is asked again for the next."""
    result = await begin(hass, typed(basic_device.url, "wrong"))
    result = await go_on(hass, result, {"next_step_id": "basic_only_allow"})
    async with IsapiSimulator(profile="ipc", number=2, password=PASSWORD, digest="basic-only") as other:
        result = await go_on(hass, result, typed(other.url))
        assert asks_consent(result, other)
        assert logins(other) == 0


@pytest.mark.parametrize("form", ["response_status", "user_check"])
async def test_locked_account(
    hass: HomeAssistant, socket_enabled: None, form: Literal["response_status", "user_check"]
) -> None:
    """The remaining time is told in minutes; when the lock is over the same dialog works."""
    async with IsapiSimulator(profile="ipc", password=PASSWORD, lock_form=form) as device:
        device.lock_account(1790)
        result = await begin(hass, typed(device.url))
        assert result["errors"] == {"base": "account_locked_minutes"}
        assert result["description_placeholders"]["minutes"] == "30"
        device.lock_account(0)
        result = await go_on(hass, result, typed(device.url))
        assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_last_attempt_locks(hass: HomeAssistant, socket_enabled: None) -> None:
    """The login that locks the account is told as a lock."""
    async with IsapiSimulator(profile="ipc", password=PASSWORD, attempts=1, lock_seconds=600) as device:
        result = await begin(hass, typed(device.url, "wrong"))
        assert result["errors"] == {"base": "account_locked_minutes"}
        assert result["description_placeholders"]["minutes"] == "10"
        device.lock_account(0)
        result = await go_on(hass, result, typed(device.url))
        assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("with_scheme", [True, False])
async def test_certificate(hass: HomeAssistant, tls_device: IsapiSimulator, with_scheme: bool) -> None:
    """The device's own fingerprint is shown before anything is sent, pinned, and used; HTTP is not tried."""
    url = tls_device.url if with_scheme else tls_device.url.removeprefix("https://")
    result = await begin(hass, typed(url, "wrong"))
    assert result["type"] is FlowResultType.MENU
    shown = result["description_placeholders"]["fingerprint"]
    assert shown.replace(":", "").lower() == tls_device.fingerprint
    assert tls_device.requests == []
    result = await go_on(hass, result, {"next_step_id": "certificate_accept"})
    assert result["errors"] == {"base": "invalid_auth_attempts_left"}
    assert refused(tls_device) == 1
    result = await go_on(hass, result, typed(url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["fingerprint"] == tls_device.fingerprint
    assert result["data"]["url"] == tls_device.url
    assert logins(tls_device) == 1


@pytest.mark.parametrize("fault", ["dropped", "redirect"])
async def test_https_that_misbehaves_is_final(hass: HomeAssistant, tls_device: IsapiSimulator, fault: str) -> None:
    """Once HTTPS took a request, HTTP is not tried behind it, whatever became of the request."""
    tls_device.inject(fault, "System/deviceInfo")
    url = tls_device.url.removeprefix("https://")
    with patch.object(IsapiSystem, "create", side_effect=IsapiSystem.create) as create:
        result = await begin(hass, {**typed(url), "verify_ssl": False})
    assert result["errors"] == {"base": "cannot_connect"}
    assert [call.args[1]["url"] for call in create.call_args_list] == [tls_device.url]
    tls_device.clear_faults()
    result = await go_on(hass, result, {**typed(url), "verify_ssl": False})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_certificate_unchecked(hass: HomeAssistant, tls_device: IsapiSimulator) -> None:
    """Without the check any certificate is taken and none is pinned."""
    result = await begin(hass, {**typed(tls_device.url), "verify_ssl": False})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["fingerprint"] is None


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("html_page", "protocol_error"),
        ("not_found", "protocol_error"),
        ("empty_body", "protocol_error"),
        ("truncated_xml", "protocol_error"),
        ("json_instead", "protocol_error"),
        ("entities", "protocol_error"),
        ("huge_body", "body_too_large"),
        ("dropped", "cannot_connect"),
        ("dropped_before_login", "cannot_connect"),
        ("low_privilege", "insufficient_rights"),
        ("service_unavailable", "device_busy"),
    ],
)
async def test_answer_that_is_wrong(hass: HomeAssistant, device: IsapiSimulator, fault: str, key: str) -> None:
    """Whatever answers instead of a device gets an error of its own, never the general one, and can be overcome."""
    device.inject(fault, "*")
    result = await begin(hass, typed(device.url))
    assert result["type"] is FlowResultType.FORM
    shown = result["errors"]["base"]
    assert shown == key or shown.startswith(f"{key}_"), shown
    assert refused(device) == 0
    assert PASSWORD not in str(result["description_placeholders"])
    device.clear_faults()
    result = await go_on(hass, result, typed(device.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_not_activated(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """A device without an administrator password is told as such; once activated the dialog goes on."""
    device.inject("not_activated")
    result = await begin(hass, typed(device.url))
    assert result["errors"] == {"base": "not_activated"}
    device.password_flags["isActivated"] = True
    result = await go_on(hass, result, typed(device.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_there(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """A closed port is told as such, with or without a scheme."""
    for url in ("127.0.0.1:1", "http://127.0.0.1:1", "https://127.0.0.1:1"):
        result = await begin(hass, typed(url))
        assert result["errors"] == {"base": "cannot_connect"}
        assert result["description_placeholders"]["reason"]
    result = await go_on(hass, result, typed(device.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def added(hass: HomeAssistant, device: IsapiSimulator) -> MockConfigEntry:
    """Add a device through the dialog and return its entry."""
    result = await begin(hass, typed(device.url))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    found = result["result"]
    entry = MockConfigEntry(domain=DOMAIN, title=found.title, unique_id=found.unique_id, data=dict(found.data))
    await hass.config_entries.async_remove(found.entry_id)
    entry.add_to_hass(hass)
    return entry


async def test_reauth_after_the_password_changed(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """The new password is proved with one login per submit."""
    entry = await added(hass, device)
    device.change_password("n€w pass")
    result = await entry.start_reauth_flow(hass)
    result = await go_on(hass, result, {"username": "admin", "password": PASSWORD})
    assert result["errors"] == {"base": "invalid_auth_attempts_left"}
    assert refused(device) == 1
    result = await go_on(hass, result, {"username": "admin", "password": "n€w pass"})
    assert result["reason"] == "reauth_successful"
    assert entry.data["password"] == "n€w pass"
    assert refused(device) == 0


async def added_with_basic(hass: HomeAssistant, device: IsapiSimulator) -> MockConfigEntry:
    """Add an entry whose password may be sent in the clear."""
    data = {**typed(device.url), "system": "isapi", "fingerprint": None, "allow_basic": True, "webhook_id": "hook"}
    entry = MockConfigEntry(domain=DOMAIN, unique_id=device.identity.serial, data=data)
    entry.add_to_hass(hass)
    return entry


@pytest.mark.parametrize("allowed", [True, False])
async def test_reauth_with_basic(hass: HomeAssistant, basic_device: IsapiSimulator, allowed: bool) -> None:
    """A stored consent holds; without one it is asked for, before any login."""
    entry = await added_with_basic(hass, basic_device)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "allow_basic": allowed})
    basic_device.change_password("n€w")
    result = await entry.start_reauth_flow(hass)
    result = await go_on(hass, result, {"username": "admin", "password": "n€w"})
    if not allowed:
        assert asks_consent(result, basic_device)
        assert logins(basic_device) == 0
        result = await go_on(hass, result, {"next_step_id": "basic_only_allow"})
    assert result["reason"] == "reauth_successful"
    assert (entry.data["allow_basic"], entry.data["password"]) == (True, "n€w")
    assert (logins(basic_device), refused(basic_device)) == (1, 0)


async def test_reconfigure_with_basic(hass: HomeAssistant, basic_device: IsapiSimulator) -> None:
    """The consent is asked for again, with the stored password; it ends when the device speaks Digest."""
    entry = await added_with_basic(hass, basic_device)
    result = await go_on(hass, await entry.start_reconfigure_flow(hass), typed(basic_device.url, ""))
    assert asks_consent(result, basic_device)
    assert logins(basic_device) == 0
    result = await go_on(hass, result, {"next_step_id": "basic_only_allow"})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["allow_basic"] is True
    assert (logins(basic_device), refused(basic_device)) == (1, 0)
    async with IsapiSimulator(profile="ipc", password=PASSWORD) as better:
        result = await go_on(hass, await entry.start_reconfigure_flow(hass), typed(better.url))
        assert result["reason"] == "reconfigure_successful"
        assert entry.data["allow_basic"] is False


async def test_reconfigure_to_another_device(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """The serial number decides, not the address: the same device may move, another one is refused."""
    entry = await added(hass, device)
    async with IsapiSimulator(profile="ipc", number=2, password=PASSWORD) as other:
        result = await go_on(hass, await entry.start_reconfigure_flow(hass), typed(other.url))
        assert result["reason"] == "wrong_device"
        assert entry.data["url"] == device.url
    async with IsapiSimulator(profile="ipc", password=PASSWORD) as moved:
        result = await go_on(hass, await entry.start_reconfigure_flow(hass), typed(moved.url))
        assert result["reason"] == "reconfigure_successful"
        assert entry.data["url"] == moved.url


async def test_added_twice(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """The same device under another address is the same entry."""
    entry = await added(hass, device)
    async with IsapiSimulator(profile="ipc", password=PASSWORD) as moved:
        result = await begin(hass, typed(moved.url))
        assert result["reason"] == "already_configured"
        assert entry.data["url"] == moved.url
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_added_twice_with_basic(hass: HomeAssistant, device: IsapiSimulator) -> None:
    """The consent goes with the address it was given for."""
    entry = await added(hass, device)
    async with IsapiSimulator(profile="ipc", password=PASSWORD, digest="basic-only") as moved:
        result = await begin(hass, typed(moved.url))
        result = await go_on(hass, result, {"next_step_id": "basic_only_allow"})
        assert result["reason"] == "already_configured"
        assert (entry.data["url"], entry.data["allow_basic"]) == (moved.url, True)
