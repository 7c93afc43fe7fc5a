"""Tests of set-up, certificate, reauthentication, reconfiguration and address updates."""

from collections.abc import Iterator, Mapping, Sequence
import json
from pathlib import Path
import re
import string
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm import config_flow, flow_connect, options_flow
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.flow_forms import ADVANCED, FORMS
from custom_components.hikvision_ivm.systems import SYSTEMS, errors
from custom_components.hikvision_ivm.systems.model import Identity
from tests.forms import choose, open_flow, standing_in, submit, suggested

pytestmark = pytest.mark.usefixtures("kept_from_set_up")

SERIAL = "DS-2CD2386G2-IU20200101AAWRE12345678"
PASSWORD = " p@ss:/?#%&<>\"'ü wörd "
FINGERPRINT = "ab" * 32
OTHER_FINGERPRINT = "cd" * 32
TYPED = {"url": "192.0.2.10", "verify_ssl": True, "username": "watcher", "password": PASSWORD}
CAMERA = Identity(unique_id=SERIAL, name="Front door", model="DS-2CD2386G2-IU")
OTHER = Identity(unique_id="OTHER", name="Garage")

type Answer = Identity | Exception


def unreached[F: errors.ConnectionFailedError](failure: F) -> F:
    """Mark a failure as one before any request was sent."""
    failure.answered = False
    return failure


class Device:
    """Stands for a system class and what answers at each base address; an address that is not listed refuses."""

    def __init__(self) -> None:
        """Nothing answers yet."""
        self.answers: dict[str, Answer] = {}
        self.certificates: dict[str, str] = {}
        self.tried: list[Mapping[str, Any]] = []
        self.closed = 0

    def addresses(self, text: str) -> Sequence[str]:
        """Normalise as the real system does."""
        return SYSTEMS["isapi"].addresses(text)

    def create(self, session: Any, data: Mapping[str, Any], options: Mapping[str, Any], runtime: Any) -> Any:
        """Make an instance whose login is scripted."""

        async def identify() -> Identity:
            url = data["url"]
            certificate = self.certificates.get(url)
            if certificate and data["verify_ssl"] and data["fingerprint"] != certificate:
                raise errors.TlsError("self-signed", reason="self-signed", fingerprint=certificate)
            self.tried.append(data)
            answer = self.answers.get(url, unreached(errors.ConnectionFailedError(reason="refused")))
            if isinstance(answer, Exception):
                raise answer
            return answer

        async def close() -> None:
            self.closed += 1

        instance = AsyncMock()
        instance.identify, instance.close = identify, close
        return instance

    @property
    def tried_urls(self) -> list[str]:
        """Where a login was attempted, in order."""
        return [data["url"] for data in self.tried]


@pytest.fixture
def device() -> Iterator[Device]:
    """Replace the system by a scripted one."""
    stand_in = Device()
    real = dict(SYSTEMS)
    with standing_in({**real, "isapi": stand_in}):
        yield stand_in


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add a configured device with a pinned certificate."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Front door",
        unique_id=SERIAL,
        data={
            "system": "isapi",
            "url": "https://192.0.2.10:8443",
            "verify_ssl": True,
            "username": "watcher",
            "password": "old",
            "fingerprint": FINGERPRINT,
            "webhook_id": "hook",
        },
    )
    entry.add_to_hass(hass)
    return entry


async def test_menu_shows_only_systems_that_work(hass: HomeAssistant, device: Device) -> None:
    """A system that has a form but no class is not offered, nor the other way round."""
    with patch.dict(FORMS, {"other": FORMS["isapi"]}):
        result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["menu_options"] == ["isapi", "hikcentral", "ip_receiver", "ivm"]


async def test_user_creates_entry(hass: HomeAssistant, device: Device, kept_from_set_up: AsyncMock) -> None:
    """What was proved is stored: the address that answered, the password as typed, a secret of our own."""
    device.answers["https://192.0.2.10"] = CAMERA
    result = await submit(hass, await open_flow(hass, "isapi"), TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Front door"
    assert result["result"].unique_id == SERIAL
    webhook_id = result["data"].pop("webhook_id")
    assert re.fullmatch("[0-9a-f]{64}", webhook_id)
    assert result["data"] == {
        "system": "isapi",
        "url": "https://192.0.2.10",
        "verify_ssl": True,
        "username": "watcher",
        "password": PASSWORD,
        "fingerprint": None,
        "allow_basic": False,
    }
    assert len(device.tried) == 1
    assert device.closed == 1
    assert len(kept_from_set_up.mock_calls) == 1


@pytest.mark.parametrize(
    ("failure", "field", "key", "placeholders"),
    [
        (errors.ConnectionFailedError(reason="refused"), "base", "cannot_connect", {"reason": "refused"}),
        (errors.ResponseTimeoutError(reason="10 s"), "base", "timeout", {"reason": "10 s"}),
        (errors.TlsError(reason="handshake failed"), "base", "tls_error", {"reason": "handshake failed"}),
        (errors.AuthenticationError(), "base", "invalid_auth", {}),
        (errors.AuthenticationError(attempts_left=3), "base", "invalid_auth_attempts_left", {"attempts_left": "3"}),
        (errors.AccountLockedError(), "base", "account_locked", {}),
        (errors.AccountLockedError(unlock_seconds=1790), "base", "account_locked_minutes", {"minutes": "30"}),
        (errors.CredentialsBlockedError(), "base", "credentials_blocked", {}),
        (errors.InsufficientRightsError(), "base", "insufficient_rights", {}),
        (errors.InsufficientRightsError(right="preview"), "base", "insufficient_rights_right", {"right": "preview"}),
        (errors.ProtocolError(reason="HTML"), "base", "protocol_error", {"reason": "HTML"}),
        (errors.NotActivatedError(), "base", "not_activated", {}),
        (errors.BusyError(), "base", "device_busy", {}),
        (errors.InvalidAddressError(), "url", "invalid_address", {}),
    ],
)
async def test_error_then_success(
    hass: HomeAssistant,
    device: Device,
    failure: errors.SystemFailure,
    field: str,
    key: str,
    placeholders: dict[str, str],
) -> None:
    """Every failure is named, costs one attempt, keeps what was typed except the password, and can be overcome."""
    typed = {**TYPED, "url": "http://192.0.2.10:8080"}
    device.answers["http://192.0.2.10:8080"] = failure
    result = await submit(hass, await open_flow(hass, "isapi"), typed)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "isapi"
    assert result["errors"] == {field: key}
    assert placeholders.items() <= (result["description_placeholders"] or {}).items()
    assert suggested(result) == {"url": "http://192.0.2.10:8080", "verify_ssl": True, "username": "watcher"}
    assert len(device.tried) == device.closed == 1

    device.answers["http://192.0.2.10:8080"] = CAMERA
    result = await submit(hass, result, typed)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == SERIAL


@pytest.mark.no_fail_on_log_exception
async def test_unexpected_error_is_logged_and_overcome(
    hass: HomeAssistant, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours is logged with its traceback, without the password, and shown as such."""
    device.answers["https://192.0.2.10"] = ZeroDivisionError("oops")
    result = await submit(hass, await open_flow(hass, "isapi"), TYPED)
    assert result["errors"] == {"base": "unknown"}
    assert "ZeroDivisionError" in caplog.text
    assert PASSWORD not in caplog.text
    device.answers["https://192.0.2.10"] = CAMERA
    result = await submit(hass, result, TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("text", ["", "ftp://192.0.2.10", "user:pw@192.0.2.10", "192.0.2.999", "a b", "http://x:99999"])
async def test_not_an_address(hass: HomeAssistant, device: Device, text: str) -> None:
    """What is no address is refused at its field without a request, and nothing secret is repeated."""
    result = await submit(hass, await open_flow(hass, "isapi"), {**TYPED, "url": text})
    assert result["errors"] == {"url": "invalid_address_reason"}
    assert "pw" not in str(result["description_placeholders"])
    assert device.tried == []
    device.answers["https://192.0.2.10"] = CAMERA
    result = await submit(hass, result, TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_empty_password_costs_no_login(hass: HomeAssistant, device: Device) -> None:
    """An empty password is asked for again instead of being tried."""
    device.answers["https://192.0.2.10"] = CAMERA
    result = await submit(hass, await open_flow(hass, "isapi"), {**TYPED, "password": ""})
    assert result["errors"] == {"password": "secret_missing"}
    assert device.tried == []
    result = await submit(hass, result, TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("text", "answers", "tried", "outcome"),
    [
        ("192.0.2.10", {"http://192.0.2.10": CAMERA}, ["https://192.0.2.10", "http://192.0.2.10"], None),
        ("192.0.2.10:81", {"http://192.0.2.10:81": CAMERA}, ["https://192.0.2.10:81", "http://192.0.2.10:81"], None),
        (
            "192.0.2.10:81",
            {
                "https://192.0.2.10:81": unreached(errors.TlsError(reason="wrong version")),
                "http://192.0.2.10:81": CAMERA,
            },
            ["https://192.0.2.10:81", "http://192.0.2.10:81"],
            None,
        ),
        ("https://192.0.2.10", {"http://192.0.2.10": CAMERA}, ["https://192.0.2.10"], "cannot_connect"),
        (
            "192.0.2.10",
            {"https://192.0.2.10": errors.AuthenticationError(), "http://192.0.2.10": CAMERA},
            ["https://192.0.2.10"],
            "invalid_auth",
        ),
        (
            "192.0.2.10",
            {"https://192.0.2.10": errors.ProtocolError(reason="HTML"), "http://192.0.2.10": CAMERA},
            ["https://192.0.2.10"],
            "protocol_error",
        ),
        (
            "192.0.2.10",
            {"http://192.0.2.10": unreached(errors.ResponseTimeoutError(reason="silence"))},
            ["https://192.0.2.10", "http://192.0.2.10"],
            "timeout",
        ),
        (
            "192.0.2.10",
            {
                "https://192.0.2.10": unreached(errors.TlsError(reason="old")),
                "http://192.0.2.10": unreached(errors.ResponseTimeoutError()),
            },
            ["https://192.0.2.10", "http://192.0.2.10"],
            "tls_error",
        ),
        (
            "192.0.2.10",
            {"https://192.0.2.10": errors.ResponseTimeoutError(reason="silence"), "http://192.0.2.10": CAMERA},
            ["https://192.0.2.10"],
            "timeout",
        ),
    ],
)
async def test_candidates(
    hass: HomeAssistant, device: Device, text: str, answers: dict[str, Answer], tried: list[str], outcome: str | None
) -> None:
    """HTTP is tried only where the scheme was left open and no connection came about by HTTPS."""
    device.answers.update(answers)
    result = await submit(hass, await open_flow(hass, "isapi"), {**TYPED, "url": text})
    assert device.tried_urls == tried
    if outcome is not None:
        assert result["errors"] == {"base": outcome}
        device.answers["https://192.0.2.10"] = CAMERA
        result = await submit(hass, result, TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_certificate_accepted(hass: HomeAssistant, device: Device) -> None:
    """An unknown certificate is shown before any login; accepted, it is pinned and the login made once."""
    device.certificates["https://192.0.2.10"] = FINGERPRINT
    device.answers["https://192.0.2.10"] = CAMERA
    result = await submit(hass, await open_flow(hass, "isapi"), TYPED)
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "certificate"
    assert result["description_placeholders"] == {
        "url": "https://192.0.2.10",
        "fingerprint": ":".join(["AB"] * 32),
    }
    assert device.tried == []
    result = await choose(hass, result, "certificate_accept")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["fingerprint"] == FINGERPRINT
    assert result["data"]["verify_ssl"] is True
    assert device.tried_urls == ["https://192.0.2.10"]


async def test_certificate_declined_then_unchecked(hass: HomeAssistant, device: Device) -> None:
    """Declining leads back to the form with nothing sent; without the check, nothing is pinned."""
    device.certificates["https://192.0.2.10"] = FINGERPRINT
    device.answers["https://192.0.2.10"] = CAMERA
    result = await submit(hass, await open_flow(hass, "isapi"), TYPED)
    result = await choose(hass, result, "certificate_decline")
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {}
    assert suggested(result) == {"url": "192.0.2.10", "verify_ssl": True, "username": "watcher"}
    assert device.tried == []
    result = await submit(hass, result, {**TYPED, "verify_ssl": False})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["fingerprint"] is None
    assert result["data"]["verify_ssl"] is False


async def test_accepted_certificate_survives_a_wrong_password(hass: HomeAssistant, device: Device) -> None:
    """Nobody is asked twice about one certificate, but again about another one."""
    device.certificates["https://192.0.2.10"] = FINGERPRINT
    device.answers["https://192.0.2.10"] = errors.AuthenticationError()
    result = await submit(hass, await open_flow(hass, "isapi"), TYPED)
    result = await choose(hass, result, "certificate_accept")
    assert result["errors"] == {"base": "invalid_auth"}
    assert suggested(result)["url"] == "https://192.0.2.10"
    device.answers["https://192.0.2.10"] = CAMERA
    device.certificates["https://192.0.2.10"] = OTHER_FINGERPRINT
    result = await submit(hass, result, TYPED)
    assert result["step_id"] == "certificate"
    device.certificates["https://192.0.2.10"] = FINGERPRINT
    result = await choose(hass, result, "certificate_accept")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"]["fingerprint"] == FINGERPRINT
    assert len(device.tried) == 2


async def test_already_configured_moves_the_entry(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """A device that proved who it is gets its new address, and keeps the credentials of its entry."""
    device.answers["https://192.0.2.77"] = CAMERA
    result = await submit(hass, await open_flow(hass, "isapi"), {**TYPED, "url": "192.0.2.77"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data["url"] == "https://192.0.2.77"
    assert entry.data["fingerprint"] is None
    assert entry.data["password"] == "old"
    assert entry.data["webhook_id"] == "hook"


async def test_two_dialogs_for_one_device(hass: HomeAssistant, device: Device) -> None:
    """The second of two dialogs does not make a second entry."""
    device.answers["https://192.0.2.10"] = CAMERA
    first, second = await open_flow(hass, "isapi"), await open_flow(hass, "isapi")
    assert (await submit(hass, first, TYPED))["type"] is FlowResultType.CREATE_ENTRY
    flows = hass.config_entries.flow.async_progress()
    if any(flow["flow_id"] == second["flow_id"] for flow in flows):
        result = await submit(hass, second, TYPED)
        assert result["reason"] == "already_configured"
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_reauth(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """Only credentials are asked; a refused one can be corrected; the refused password is never tried again."""
    device.certificates["https://192.0.2.10:8443"] = FINGERPRINT
    device.answers["https://192.0.2.10:8443"] = errors.AuthenticationError(attempts_left=2)
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_confirm"
    assert suggested(result) == {"username": "watcher"}
    assert {str(key) for key in result["data_schema"].schema} == {"username", "password"}
    assert result["description_placeholders"]["address"] == "https://192.0.2.10:8443"

    result = await submit(hass, result, {"username": "watcher", "password": ""})
    assert result["errors"] == {"password": "secret_missing"}
    assert device.tried == []
    result = await submit(hass, result, {"username": "watcher", "password": "bad"})
    assert result["errors"] == {"base": "invalid_auth_attempts_left"}
    assert len(device.tried) == 1

    device.answers["https://192.0.2.10:8443"] = CAMERA
    result = await submit(hass, result, {"username": "chief", "password": PASSWORD})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    assert entry.data["username"] == "chief"
    assert entry.data["password"] == PASSWORD
    assert entry.data["fingerprint"] == FINGERPRINT
    assert entry.data["url"] == "https://192.0.2.10:8443"
    assert entry.data["webhook_id"] == "hook"
    assert len(device.tried) == 2


async def test_reauth_over_http(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """An entry without a pinned certificate is mended where it is, and nothing is pinned."""
    hass.config_entries.async_update_entry(entry, data={**entry.data, "url": "http://192.0.2.10", "fingerprint": None})
    device.answers["http://192.0.2.10"] = CAMERA
    result = await submit(hass, await entry.start_reauth_flow(hass), {"username": "watcher", "password": PASSWORD})
    assert result["reason"] == "reauth_successful"
    assert entry.data["fingerprint"] is None
    assert device.tried_urls == ["http://192.0.2.10"]


async def test_reauth_other_device(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """Another device at the old address does not take the entry over."""
    device.answers["https://192.0.2.10:8443"] = OTHER
    before = dict(entry.data)
    result = await submit(hass, await entry.start_reauth_flow(hass), {"username": "watcher", "password": "x"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_device"
    assert result["description_placeholders"] == {"found": "Garage"}
    assert dict(entry.data) == before


async def test_reauth_with_a_new_certificate(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """A certificate other than the pinned one is never accepted silently."""
    device.certificates["https://192.0.2.10:8443"] = OTHER_FINGERPRINT
    device.answers["https://192.0.2.10:8443"] = CAMERA
    result = await submit(hass, await entry.start_reauth_flow(hass), {"username": "watcher", "password": PASSWORD})
    assert result["step_id"] == "certificate"
    assert device.tried == []
    result = await choose(hass, result, "certificate_accept")
    await hass.async_block_till_done()
    assert result["reason"] == "reauth_successful"
    assert entry.data["fingerprint"] == OTHER_FINGERPRINT
    assert entry.data["password"] == PASSWORD


async def test_reconfigure(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """Address, certificate check and credentials can change; an empty password keeps the stored one."""
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    assert suggested(result) == {"url": "https://192.0.2.10:8443", "verify_ssl": True, "username": "watcher"}
    typed = {"url": "http://camera.example:8080", "verify_ssl": False, "username": "chief"}
    result = await submit(hass, result, typed)
    assert result["errors"] == {"base": "cannot_connect"}
    device.answers["http://camera.example:8080"] = CAMERA
    result = await submit(hass, result, {**typed, "password": ""})
    assert result["reason"] == "reconfigure_successful"
    assert dict(entry.data) == {
        "system": "isapi",
        "url": "http://camera.example:8080",
        "verify_ssl": False,
        "username": "chief",
        "password": "old",
        "fingerprint": None,
        "allow_basic": False,
        "webhook_id": "hook",
    }


async def test_reconfigure_keeps_the_pinned_certificate(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """The pinned certificate is not asked about again, also at a new address."""
    device.certificates["https://192.0.2.11"] = FINGERPRINT
    device.answers["https://192.0.2.11"] = CAMERA
    typed = {"url": "192.0.2.11", "verify_ssl": True, "username": "watcher", "password": PASSWORD}
    result = await submit(hass, await entry.start_reconfigure_flow(hass), typed)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["fingerprint"] == FINGERPRINT
    assert entry.data["url"] == "https://192.0.2.11"
    assert entry.data["password"] == PASSWORD


async def test_reconfigure_other_device(hass: HomeAssistant, device: Device, entry: MockConfigEntry) -> None:
    """An entry cannot be turned into another device."""
    device.answers["https://192.0.2.10"] = OTHER
    before = dict(entry.data)
    result = await submit(hass, await entry.start_reconfigure_flow(hass), TYPED)
    assert result["reason"] == "wrong_device"
    assert dict(entry.data) == before


def register(hass: HomeAssistant, entry: MockConfigEntry, identifier: str, mac: str) -> None:
    """Put a device into the registry."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, identifier)},
        connections={(dr.CONNECTION_NETWORK_MAC, mac)},
    )


async def discover(hass: HomeAssistant, mac: str, ip: str = "192.0.2.99") -> ConfigFlowResult:
    """Let DHCP tell of a device."""
    info = DhcpServiceInfo(ip=ip, hostname="ds-2cd2386g2", macaddress=mac)
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_DHCP}, data=info)
    await hass.async_block_till_done()
    return result


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://192.0.2.10:8443", "https://192.0.2.99:8443"),
        ("http://192.0.2.10", "http://192.0.2.99"),
        ("https://camera.example:8443", "https://camera.example:8443"),
        ("http://[2001:db8::1]:81", "http://[2001:db8::1]:81"),
    ],
)
async def test_dhcp_moves_a_known_device(hass: HomeAssistant, entry: MockConfigEntry, before: str, after: str) -> None:
    """Only an IPv4 address is replaced; scheme and port stay, and a name that was typed on purpose."""
    hass.config_entries.async_update_entry(entry, data={**entry.data, "url": before})
    register(hass, entry, SERIAL, "aa:bb:cc:dd:ee:ff")
    result = await discover(hass, "aabbccddeeff")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert entry.data["url"] == after
    assert entry.data["fingerprint"] == FINGERPRINT


async def test_dhcp_of_a_camera_behind_a_recorder(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The MAC of a channel, or of nobody, moves nothing."""
    register(hass, entry, SERIAL, "aa:bb:cc:dd:ee:ff")
    register(hass, entry, f"{SERIAL}_2", "aa:bb:cc:00:00:02")
    for mac in ("aabbcc000002", "aabbcc000003"):
        result = await discover(hass, mac)
        assert result["reason"] == "unknown_device"
    assert entry.data["url"] == "https://192.0.2.10:8443"


async def test_dhcp_without_device(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """An entry that never got as far as registering its device is left alone."""
    assert (await discover(hass, "aabbccddeeff"))["reason"] == "unknown_device"


def _failures(kind: type[errors.SystemFailure]) -> Iterator[type[errors.SystemFailure]]:
    """Every class of the error tree."""
    yield kind
    for child in kind.__subclasses__():
        yield from _failures(child)


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_exists() -> None:
    """Steps, fields, menu options, errors and aborts of the flow have a text, and every field a description."""
    texts = json.loads((Path(config_flow.__file__).parent / "translations/en.json").read_text())["config"]
    for failure in _failures(errors.SystemFailure):
        assert failure.key in texts["error"], failure
    for key, placeholder in flow_connect.DETAILS.items():
        assert f"{{{placeholder}}}" in texts["error"][f"{key}_{placeholder}"]
        assert f"{{{placeholder}}}" not in texts["error"][key]
    assert {"unknown", "secret_missing"} <= texts["error"].keys()
    source = Path(config_flow.__file__).read_text()
    assert set(re.findall(r'reason="(\w+)"', source)) <= texts["abort"].keys()
    assert texts["step"]["user"]["menu_options"].keys() == FORMS.keys()
    for step, choices in {"certificate": ("accept", "decline"), "basic_only": ("allow", "decline")}.items():
        for texts_of in ("menu_options", "menu_option_descriptions"):
            assert texts["step"][step][texts_of].keys() == {f"{step}_{choice}" for choice in choices}
    for form in FORMS.values():
        for step, fields in ((form.system, form.fields), (form.reconfigure, form.changeable)):
            folded = texts["step"][step].get("sections", {}).get(ADVANCED, {})
            for part in ("data", "data_description"):
                assert texts["step"][step][part].keys() == {field.name for field in fields if not field.advanced}
                assert folded.get(part, {}).keys() == {field.name for field in fields if field.advanced}
        assert texts["step"][form.reauth]["data"].keys() == {field.name for field in form.credentials}
        for step in (form.system, form.reconfigure, form.reauth):
            assert hasattr(config_flow.HikvisionIvmConfigFlow, f"async_step_{step}")
        wrong = {flow_connect.worded(form.system, f"invalid_{field.name}") for field in form.fields if field.pattern}
        assert wrong <= texts["error"].keys()
    imports = {row.name for rows in options_flow.IMPORTS.values() for row in rows}
    for part in ("data", "data_description"):
        assert texts["step"]["selection"][part].keys() == imports


@pytest.mark.parametrize("system", flow_connect.OWN_WORDS)
def test_own_words(system: str) -> None:
    """The errors in the words of a system say the same as the common ones, and there is none that nobody uses."""
    texts = json.loads((Path(config_flow.__file__).parent / "translations/en.json").read_text())["config"]["error"]
    word = f"_{flow_connect.WORDS[system]}"
    own = {flow_connect.worded(system, key) for key in flow_connect.OWN_WORDS[system]}
    assert own == {key for key in texts if key.endswith(word)}
    for key in own:
        assert placeholders(texts[key]) == placeholders(texts[key.removesuffix(word)]), key
        assert texts[key] != texts[key.removesuffix(word)]
