"""Tests of setting up a platform: its key, what is imported, and being recognised under another key."""

from collections.abc import Iterator, Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.model import Identity
from tests.forms import Scripted, open_flow, standing_in, submit, suggested

pytestmark = pytest.mark.usefixtures("kept_from_set_up")

URL = "https://192.0.2.20"
KEY, SECRET = "20000001", "kS0me/Secret+Value=="
TYPED = {"url": "192.0.2.20", "verify_ssl": True, "app_key": KEY, "app_secret": SECRET}
UID = "hikcentral_0011223344556677"
MARKS = ("key:1", "serial")
FINGERPRINT = "ab" * 32
OFFERED = {"sites": {"1": "North", "2": "South"}, "areas": {"1/1": "North / Hall", "2/1": "South / Roof"}}


class Platform(Scripted):
    """Stands for a system class and the one platform that answers.

    `key`: the one it takes. `serial`: the mark it is recognised by.
    """

    def __init__(self) -> None:
        """Be a platform that lets one partner in."""
        super().__init__(OFFERED)
        self.key, self.secret, self.serial = KEY, SECRET, "serial"

    @override
    def identity(self, data: Mapping[str, Any]) -> Identity:
        """Let the partner in."""
        self.try_login(data)
        if (data["app_key"], data["app_secret"]) != (self.key, self.secret):
            raise errors.AuthenticationError
        own = UID if self.key == KEY else f"hikcentral_{self.key}"
        same = self.serial in data.get("marks", ())
        marks = (f"key:{self.key}", self.serial)
        return Identity(unique_id=data["identity"] if same else own, name="HikCentral Professional", marks=marks)


@pytest.fixture(autouse=True)
def platform() -> Iterator[Platform]:
    """Replace the system by a scripted one."""
    stand_in = Platform()
    with standing_in({"hikcentral": stand_in}):
        yield stand_in


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add a configured platform."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="HikCentral Professional",
        unique_id=UID,
        data={
            "system": "hikcentral",
            "url": URL,
            "verify_ssl": True,
            "fingerprint": None,
            "app_key": KEY,
            "app_secret": "old",
            "user_id": "operator",
            "identity": UID,
            "marks": ["key:20000001", "serial"],
            "webhook_id": "hook",
        },
        options={"sites": ["1"]},
    )
    entry.add_to_hass(hass)
    return entry


def shown(result: ConfigFlowResult) -> dict[str, Any]:
    """Return the fields of the form with their defaults."""
    assert result["data_schema"] is not None
    return {str(key): key.default() for key in result["data_schema"].schema}


async def test_set_up(hass: HomeAssistant, platform: Platform) -> None:
    """Key, then choice; stored is what reaches and recognises the platform, and a secret of our own."""
    form = await open_flow(hass, "hikcentral")
    placeholders = form["description_placeholders"] or {}
    assert {"portal", "management_port"} <= placeholders.keys()
    result = await submit(hass, form, {**TYPED, "app_key": f" {KEY} ", "app_secret": f"{SECRET}\n"})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "selection")
    assert shown(result) == {"sites": ["1", "2"], "areas": [], "personal": []}
    assert result["description_placeholders"] == {"name": "HikCentral Professional"}
    result = await submit(hass, result, {"sites": ["2"], "areas": ["2/1"], "personal": ["plates"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "HikCentral Professional"
    assert result["result"].unique_id == UID
    assert len(result["data"].pop("webhook_id")) == 64
    assert result["data"] == {
        "system": "hikcentral",
        "url": URL,
        "verify_ssl": True,
        "fingerprint": None,
        "app_key": KEY,
        "app_secret": SECRET,
        "user_id": "",
        "identity": UID,
        "marks": ["key:20000001", "serial"],
    }
    assert result["options"] == {"sites": ["2"], "areas": ["2/1"], "personal": ["plates"]}
    assert (len(platform.tried), platform.asked, platform.open) == (1, 1, 0)


async def test_everything_is_stored_as_nothing(hass: HomeAssistant) -> None:
    """So sites and areas that come later are imported too."""
    result = await submit(hass, await open_flow(hass, "hikcentral"), TYPED)
    result = await submit(hass, result, {"sites": ["1", "2"], "areas": ["1/1", "2/1"], "personal": []})
    assert result["options"] == {}


async def test_no_site_is_chosen(hass: HomeAssistant) -> None:
    """An empty platform is refused; what else was chosen stays; then it works."""
    result = await submit(hass, await open_flow(hass, "hikcentral"), TYPED)
    result = await submit(hass, result, {"sites": [], "areas": [], "personal": ["faces"]})
    assert result["errors"] == {"sites": "nothing_selected"}
    assert suggested(result) == {"sites": [], "areas": [], "personal": ["faces"]}
    result = await submit(hass, result, {"sites": ["1"], "areas": [], "personal": ["faces"]})
    assert result["options"] == {"sites": ["1"], "personal": ["faces"]}


@pytest.mark.parametrize(
    ("offered", "fields"),
    [
        ({"sites": {"1": "North"}, "areas": OFFERED["areas"]}, {"areas", "personal"}),
        ({"sites": OFFERED["sites"], "areas": {"1/1": "Hall"}}, {"sites", "personal"}),
        ({}, {"personal"}),
        (errors.InsufficientRightsError(right="resource/v1/regions"), {"personal"}),
    ],
)
async def test_only_real_choices_are_asked(
    hass: HomeAssistant, platform: Platform, offered: Any, fields: set[str]
) -> None:
    """A list of one is no choice, and a platform that does not tell is imported whole."""
    platform.offered = offered
    result = await submit(hass, await open_flow(hass, "hikcentral"), TYPED)
    assert set(shown(result)) == fields
    result = await submit(hass, result, shown(result))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {}
    assert platform.open == 0


@pytest.mark.no_fail_on_log_exception
async def test_fault_of_ours_while_asking(
    hass: HomeAssistant, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and does not keep anybody from setting up the platform."""
    platform.offered = ZeroDivisionError("oops")
    result = await submit(hass, await open_flow(hass, "hikcentral"), TYPED)
    assert set(shown(result)) == {"personal"}
    assert "ZeroDivisionError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("failure", "key", "placeholders"),
    [
        (errors.ConnectionFailedError(reason="refused"), "cannot_connect_platform", {"reason": "refused"}),
        (errors.ResponseTimeoutError(reason="10 s"), "timeout_platform", {}),
        (errors.TlsError(reason="handshake"), "tls_error_platform", {"reason": "handshake"}),
        (errors.ProtocolError(reason="HTML"), "protocol_error_platform", {"reason": "HTML"}),
        (errors.AuthenticationError(), "invalid_auth_platform", {}),
        (errors.InsufficientRightsError(), "insufficient_rights_platform", {}),
        (errors.InsufficientRightsError(right="x"), "insufficient_rights_right_platform", {"right": "x"}),
        (errors.UnsupportedError(function="x"), "unsupported_platform", {"function": "x"}),
        (errors.UnlicensedError(function="x"), "unlicensed", {"function": "x"}),
        (errors.AccessDisabledError(), "access_disabled", {}),
        (errors.PlatformUserError(reason="locked"), "platform_user", {"reason": "locked"}),
        (errors.QuotaError(), "quota_reached", {}),
    ],
)
async def test_error_then_success(
    hass: HomeAssistant, platform: Platform, failure: errors.SystemFailure, key: str, placeholders: dict[str, str]
) -> None:
    """Every failure is named in the words of a platform, keeps what was typed but the secret, and can be overcome."""
    platform.failure = failure
    typed = {**TYPED, "user_id": "operator"}
    result = await submit(hass, await open_flow(hass, "hikcentral"), typed)
    assert result["errors"] == {"base": key}
    assert placeholders.items() <= (result["description_placeholders"] or {}).items()
    assert suggested(result) == {"url": "192.0.2.20", "verify_ssl": True, "app_key": KEY, "user_id": "operator"}
    platform.failure = None
    result = await submit(hass, result, typed)
    assert result["step_id"] == "selection"
    assert platform.tried[-1]["user_id"] == "operator"


@pytest.mark.parametrize(
    ("wrong", "errors_shown"),
    [
        ({"url": "a b"}, {"url": "invalid_address"}),
        ({"app_secret": " "}, {"app_secret": "secret_missing_platform"}),
        ({"user_id": "a/b"}, {"user_id": "invalid_user_id"}),
        ({"user_id": "u" * 33}, {"user_id": "invalid_user_id"}),
        ({"user_id": 'a"b'}, {"user_id": "invalid_user_id"}),
    ],
)
async def test_no_login_is_spent(
    hass: HomeAssistant, platform: Platform, wrong: dict[str, str], errors_shown: dict[str, str]
) -> None:
    """What cannot be right is refused at its field, without asking the platform."""
    result = await submit(hass, await open_flow(hass, "hikcentral"), {**TYPED, **wrong})
    assert result["errors"] == errors_shown
    assert platform.tried == []
    assert (await submit(hass, result, TYPED))["step_id"] == "selection"


async def test_certificate(hass: HomeAssistant, platform: Platform) -> None:
    """A certificate that nobody vouches for is shown before anything is signed, and pinned."""
    platform.certificate = FINGERPRINT
    result = await submit(hass, await open_flow(hass, "hikcentral"), TYPED)
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "certificate")
    assert platform.tried == []
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "certificate_accept"})
    assert result["step_id"] == "selection"
    result = await submit(hass, result, shown(result))
    assert result["data"]["fingerprint"] == FINGERPRINT
    assert (len(platform.tried), platform.asked) == (1, 1)


async def test_added_twice(hass: HomeAssistant, platform: Platform, entry: MockConfigEntry) -> None:
    """The same partner makes no second entry, also where the entry keeps the identity of an older key."""
    result = await submit(hass, await open_flow(hass, "hikcentral"), {**TYPED, "url": "192.0.2.21"})
    assert result["reason"] == "already_configured"
    assert entry.data["url"] == "https://192.0.2.21"
    assert entry.data["app_secret"] == "old"
    platform.key = "30000003"
    hass.config_entries.async_update_entry(entry, data={**entry.data, "app_key": platform.key})
    result = await submit(hass, await open_flow(hass, "hikcentral"), {**TYPED, "app_key": platform.key})
    assert result["reason"] == "already_configured"
    assert entry.data["url"] == URL
    assert platform.asked == 0


async def test_new_secret(hass: HomeAssistant, platform: Platform, entry: MockConfigEntry) -> None:
    """Only key and secret are asked; the refused secret is never tried again."""
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_key"
    assert set(shown_names(result)) == {"app_key", "app_secret"}
    assert suggested(result) == {"app_key": KEY}
    assert result["description_placeholders"]["address"] == URL
    result = await submit(hass, result, {"app_key": KEY, "app_secret": ""})
    assert result["errors"] == {"app_secret": "secret_missing_platform"}
    assert platform.tried == []
    result = await submit(hass, result, {"app_key": KEY, "app_secret": "wrong"})
    assert result["errors"] == {"base": "invalid_auth_platform"}
    result = await submit(hass, result, {"app_key": KEY, "app_secret": SECRET})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data["app_secret"] == SECRET
    assert entry.data["user_id"] == "operator"
    assert entry.data["webhook_id"] == "hook"
    assert "allow_basic" not in entry.data
    assert dict(entry.options) == {"sites": ["1"]}


def shown_names(result: ConfigFlowResult) -> list[str]:
    """Return the fields of the form."""
    assert result["data_schema"] is not None
    return [str(key) for key in result["data_schema"].schema]


async def test_new_key_of_the_same_platform(hass: HomeAssistant, platform: Platform, entry: MockConfigEntry) -> None:
    """The platform recognises itself by what was kept of it; the entry keeps its identity and learns the new key."""
    platform.key = "30000003"
    typed = {"app_key": platform.key, "app_secret": SECRET}
    result = await submit(hass, await entry.start_reauth_flow(hass), typed)
    assert result["reason"] == "reauth_successful"
    assert platform.tried[0]["identity"] == UID
    assert platform.tried[0]["marks"] == ["key:20000001", "serial"]
    assert entry.unique_id == UID
    assert entry.data["app_key"] == "30000003"
    assert entry.data["identity"] == UID
    assert entry.data["marks"] == ["key:30000003", "serial"]


@pytest.mark.parametrize("way", ["reauth", "reconfigure"])
async def test_key_of_another_platform(
    hass: HomeAssistant, platform: Platform, entry: MockConfigEntry, way: str
) -> None:
    """Another platform does not take the entry over."""
    platform.key, platform.serial = "30000003", "another"
    before = dict(entry.data)
    typed = {"app_key": platform.key, "app_secret": SECRET}
    if way == "reauth":
        result = await submit(hass, await entry.start_reauth_flow(hass), typed)
    else:
        result = await submit(hass, await entry.start_reconfigure_flow(hass), {**TYPED, **typed})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert dict(entry.data) == before


async def test_reconfigure(hass: HomeAssistant, platform: Platform, entry: MockConfigEntry) -> None:
    """Address, key and user can change; an empty secret keeps the stored one, an empty user is none."""
    platform.secret = "old"
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure_platform"
    assert suggested(result) == {"url": URL, "verify_ssl": True, "app_key": KEY, "user_id": "operator"}
    result = await submit(hass, result, {"url": "192.0.2.99", "verify_ssl": False, "app_key": KEY, "user_id": "a:b"})
    assert result["errors"] == {"user_id": "invalid_user_id"}
    result = await submit(hass, result, {"url": "192.0.2.99", "verify_ssl": False, "app_key": KEY})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {
        "system": "hikcentral",
        "url": "https://192.0.2.99",
        "verify_ssl": False,
        "fingerprint": None,
        "app_key": KEY,
        "app_secret": "old",
        "user_id": "",
        "identity": UID,
        "marks": ["key:20000001", "serial"],
        "webhook_id": "hook",
    }
