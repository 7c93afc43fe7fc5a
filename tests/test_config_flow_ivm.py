"""Tests of setting up a cloud account: number and keys, what is folded away, organisations, new keys."""

from collections.abc import Iterator, Mapping
from typing import Any, override
from unittest.mock import AsyncMock

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.ivm import codes
from custom_components.hikvision_ivm.systems.model import Identity
from scripts.demo.client import _fill
from scripts.demo.simulation import Member
from tests.forms import Scripted, fields, open_flow, standing_in, submit, suggested
from tests.ivm_system import ACCESS_KEY, ORGS, SECRET_KEY, URL, USER_ID, cloud_entry

KEYS = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
ADVANCED = {"url": URL, "verify_ssl": True}
TYPED = {"user_id": USER_ID, **KEYS, "advanced": ADVANCED}
STORED = {"system": "ivm", "user_id": USER_ID, **KEYS, **ADVANCED, "fingerprint": None}
OTHER = {"access_key": "AKnewer", "secret_key": "newer"}


class Cloud(Scripted):
    """Stands for a system class and the cloud. `secret`: the key it takes."""

    def __init__(self) -> None:
        """Be an account with two organisations."""
        super().__init__({"organisations": ORGS})
        self.secret = SECRET_KEY

    @override
    def identity(self, data: Mapping[str, Any]) -> Identity:
        """Let the enterprise in."""
        self.try_login(data)
        if data["secret_key"] != self.secret:
            raise errors.AuthenticationError
        return Identity(unique_id=data["user_id"], name="Huawei Cloud IVM")


@pytest.fixture(autouse=True)
def cloud(kept_from_set_up: AsyncMock) -> Iterator[Cloud]:
    """Replace the system by a scripted one, and keep entries from being set up."""
    stand_in = Cloud()
    with standing_in({"ivm": stand_in}):
        yield stand_in


async def test_set_up(hass: HomeAssistant, cloud: Cloud) -> None:
    """Number and keys, what nobody changes folded away, then the choice; stored is all of it in one place."""
    result = await open_flow(hass, "ivm")
    shown = fields(result)
    assert list(shown) == ["user_id", "access_key", "secret_key", "advanced"]
    assert {name: key.default() for name, key in fields(result, "advanced").items()} == ADVANCED
    result = await submit(hass, result, {**TYPED, "user_id": f" {USER_ID} ", "access_key": f"{ACCESS_KEY} "})
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "selection")
    assert list(fields(result)) == ["organisations", "personal"]
    result = await submit(hass, result, {"organisations": ["12"], "personal": ["plates"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (result["title"], result["result"].unique_id) == ("Huawei Cloud IVM", USER_ID)
    data = dict(result["data"])
    assert len(data.pop("webhook_id")) == 64
    assert data == STORED
    assert result["options"] == {"organisations": ["12"], "personal": ["plates"]}
    assert (len(cloud.tried), cloud.open) == (1, 0)


@pytest.mark.parametrize("chosen", [[], ["11", "12"]])
async def test_everything_is_stored_as_nothing(hass: HomeAssistant, chosen: list[str]) -> None:
    """So organisations that come later are imported, too, and nothing of people is shown that was not chosen."""
    result = await submit(hass, await open_flow(hass, "ivm"), TYPED)
    result = await submit(hass, result, {"organisations": chosen, "personal": []})
    assert result["options"] == {}


@pytest.mark.parametrize("offered", [{"organisations": {"11": "Shops"}}, {}, errors.BusyError()])
async def test_no_choice_of_organisations(hass: HomeAssistant, cloud: Cloud, offered: Any) -> None:
    """With one of them, and where it is not told, only people are asked for."""
    cloud.offered = offered
    result = await submit(hass, await open_flow(hass, "ivm"), TYPED)
    assert list(fields(result)) == ["personal"]
    assert (await submit(hass, result, {"personal": []}))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("failure", "key", "placeholders"),
    [
        (errors.ConnectionFailedError(reason="refused"), "cannot_connect_cloud", {"reason": "refused"}),
        (errors.ResponseTimeoutError(reason="10 s"), "timeout_cloud", {}),
        (errors.TlsError(reason="handshake"), "tls_error_cloud", {"reason": "handshake"}),
        (errors.ProtocolError(reason="HTML"), "protocol_error_cloud", {"reason": "HTML"}),
        (errors.BusyError(), "device_busy_cloud", {}),
        (errors.UnsupportedError(function="x"), "unsupported_cloud", {"function": "x"}),
        (errors.QuotaError(), "quota_reached", {}),
        (codes.failure("IVM.10020022", 400, ""), "invalid_auth_cloud", {"code": "IVM.10020022"}),
        (codes.failure("IVM.10000006", 401, ""), "account_frozen", {"code": "IVM.10000006"}),
        (codes.failure("IVM.20020008", 400, "video"), "unlicensed_cloud", {"function": "video"}),
        (codes.failure("IVM.20060054", 400, "video"), "cloud_error", {"code": "IVM.20060054"}),
        (codes.failure("IVM.90000001", 500, ""), "cloud_error", {"code": "IVM.90000001"}),
        (codes.failure("IVM.10020001", 400, ""), "cloud_error", {"code": "IVM.10020001"}),
    ],
)
async def test_error_then_success(
    hass: HomeAssistant, cloud: Cloud, failure: errors.SystemFailure, key: str, placeholders: dict[str, str]
) -> None:
    """Every failure is named in the words of the cloud, keeps what was typed but the secret, and can be overcome."""
    cloud.failure = failure
    result = await submit(hass, await open_flow(hass, "ivm"), TYPED)
    assert result["errors"] == {"base": key}
    told = result["description_placeholders"] or {}
    assert placeholders.items() <= told.items()
    assert key != "cloud_error" or told["meaning"]
    assert suggested(result) == {"user_id": USER_ID, "access_key": ACCESS_KEY}
    assert SECRET_KEY not in str(result)
    cloud.failure = None
    assert (await submit(hass, result, TYPED))["step_id"] == "selection"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"user_id": "my-company"}, {"user_id": "invalid_user_id_cloud"}),
        ({"user_id": "1" * 14}, {"user_id": "invalid_user_id_cloud"}),
        ({"user_id": "1" * 26}, {"user_id": "invalid_user_id_cloud"}),
        ({"user_id": "٣" * 20}, {"user_id": "invalid_user_id_cloud"}),
        ({"secret_key": ""}, {"secret_key": "secret_missing_cloud"}),
        # Within the section it could not be seen.
        ({"advanced": {"url": "a b", "verify_ssl": True}}, {"base": "invalid_address"}),
    ],
)
async def test_no_login_is_spent(
    hass: HomeAssistant, cloud: Cloud, wrong: dict[str, Any], expected: dict[str, str]
) -> None:
    """What cannot be right is refused where it can be seen, without asking the cloud."""
    result = await submit(hass, await open_flow(hass, "ivm"), {**TYPED, **wrong})
    assert result["errors"] == expected
    assert cloud.tried == []
    assert (await submit(hass, result, TYPED))["step_id"] == "selection"


async def test_other_address(hass: HomeAssistant, cloud: Cloud) -> None:
    """An address of one's own is used, stored, and kept in the form after a mistake."""
    other = {"url": "http://127.0.0.1:8089", "verify_ssl": False}
    result = await submit(hass, await open_flow(hass, "ivm"), {**TYPED, "secret_key": "wrong", "advanced": other})
    assert result["errors"] == {"base": "invalid_auth_cloud"}
    assert suggested(result, "advanced") == other
    result = await submit(hass, result, {**TYPED, "advanced": other})
    result = await submit(hass, result, {"organisations": [], "personal": []})
    assert (result["data"]["url"], result["data"]["verify_ssl"]) == ("http://127.0.0.1:8089", False)
    assert "advanced" not in result["data"]


async def test_added_twice(hass: HomeAssistant) -> None:
    """The number of the enterprise decides, whatever the keys; those that work stay."""
    entry = cloud_entry(hass, access_key="AKolder", secret_key="older")
    result = await submit(hass, await open_flow(hass, "ivm"), TYPED)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert (entry.data["access_key"], entry.data["secret_key"]) == ("AKolder", "older")
    result = await submit(hass, await open_flow(hass, "ivm"), {**TYPED, "user_id": "9" * 24})
    assert result["step_id"] == "selection"


async def test_demo(hass: HomeAssistant, cloud: Cloud, hass_client: ClientSessionGenerator) -> None:
    """The demo types what its simulated cloud says, also into what is folded away."""
    for component in ("config", "webhook", "stream"):
        assert await async_setup_component(hass, component, {})
    login = {"url": "http://127.0.0.1:8089", "user_id": USER_ID, **KEYS}
    member = Member(name="Cloud IVM", system="ivm", profile="v57", login=login)
    client = await hass_client()
    address = "/api/config/config_entries/flow"
    answer = await (await client.post(address, json={"handler": DOMAIN})).json()
    for step in ({"next_step_id": "ivm"}, None, None):
        filled = _fill(answer, member) if step is None else step
        answer = await (await client.post(f"{address}/{answer['flow_id']}", json=filled)).json()
    assert answer["type"] == "create_entry"
    assert login.items() <= cloud.tried[0].items()


# mending


async def test_new_keys(hass: HomeAssistant, cloud: Cloud) -> None:
    """Only the keys are asked for, and an empty secret never stands for the one that was refused."""
    entry = cloud_entry(hass, {"organisations": ["12"]})
    cloud.secret = "newer"
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_cloud"
    assert list(fields(result)) == ["access_key", "secret_key"]
    assert result["description_placeholders"]["address"] == URL
    result = await submit(hass, result, {"access_key": "AKnewer", "secret_key": ""})
    assert result["errors"] == {"secret_key": "secret_missing_cloud"}
    assert cloud.tried == []
    result = await submit(hass, result, {"access_key": "AKnewer", "secret_key": "wrong"})
    assert result["errors"] == {"base": "invalid_auth_cloud"}
    result = await submit(hass, result, OTHER)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert entry.data == {**STORED, **OTHER, "webhook_id": entry.data["webhook_id"]}
    assert (entry.unique_id, dict(entry.options)) == (USER_ID, {"organisations": ["12"]})


async def test_reconfigure(hass: HomeAssistant, cloud: Cloud) -> None:
    """Keys and address can change, the enterprise cannot; an empty secret keeps the stored one."""
    entry = cloud_entry(hass)
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure_cloud"
    shown = fields(result)
    assert list(shown) == ["access_key", "secret_key", "advanced"]
    assert suggested(result)["access_key"] == ACCESS_KEY
    assert suggested(result, "advanced") == ADVANCED
    typed = {"access_key": "AKother", "advanced": {"url": "https://127.0.0.1:8443", "verify_ssl": False}}
    result = await submit(hass, result, typed)
    assert result["reason"] == "reconfigure_successful"
    assert cloud.tried[0]["user_id"] == USER_ID
    assert entry.data == {
        **STORED,
        "access_key": "AKother",
        "url": "https://127.0.0.1:8443",
        "verify_ssl": False,
        "webhook_id": entry.data["webhook_id"],
    }
