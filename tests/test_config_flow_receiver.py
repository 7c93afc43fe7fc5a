"""Tests of setting up a receiver: its account, which devices are imported, and being recognised by what is behind it."""

from collections.abc import Iterator, Mapping
from typing import Any, override

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.model import Identity
from tests.forms import Scripted, choose, open_flow, standing_in, submit, suggested

pytestmark = pytest.mark.usefixtures("kept_from_set_up")

URL = "https://192.0.2.30"
TYPED = {"url": "192.0.2.30", "verify_ssl": True, "username": "admin", "password": " p@ss "}
CREDENTIALS = {"username": "admin", "password": "newer"}
UID = "ip_receiver_0011223344556677"
FINGERPRINT = "ab" * 32
PANELS = {"Q1": "House", "Q2": "Barn"}


class Receiver(Scripted):
    """Stands for a system class and the one receiver that answers.

    `password`: the one it takes. `marks`: what it is recognised by. `basic`: it takes the password only in a readable
    form.
    """

    def __init__(self) -> None:
        """Be a receiver with two panels."""
        super().__init__({"panels": PANELS})
        self.password = TYPED["password"]
        self.marks: tuple[str, ...] = ("house", "barn")
        self.basic = False
        self.given = 0

    @override
    def identity(self, data: Mapping[str, Any]) -> Identity:
        """Let the user in; whoever has nothing it is known by gets an identity of its own."""
        if self.basic and not data["allow_basic"]:
            raise errors.BasicOnlyError
        self.try_login(data)
        if data["password"] != self.password:
            raise errors.AuthenticationError(attempts_left=4)
        self.given += 1
        stored = {*data.get("marks", ())}
        same = not stored or bool(stored & {*self.marks})
        own = data["identity"] if "identity" in data and same else f"ip_receiver_{self.given:016x}"
        return Identity(unique_id=own, name="IP Receiver Pro", marks=self.marks)


@pytest.fixture(autouse=True)
def receiver() -> Iterator[Receiver]:
    """Replace the system by a scripted one."""
    stand_in = Receiver()
    with standing_in({"ip_receiver": stand_in}):
        yield stand_in


def add_entry(hass: HomeAssistant, **more: Any) -> MockConfigEntry:
    """Add a configured receiver."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="IP Receiver Pro",
        unique_id=UID,
        data={
            "system": "ip_receiver",
            "url": URL,
            "verify_ssl": True,
            "fingerprint": None,
            "allow_basic": False,
            "username": "admin",
            "password": "old",
            "identity": UID,
            "marks": ["house", "shed"],
            "webhook_id": "hook",
            **more,
        },
        options={"panels": ["Q1"]},
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """Add a configured receiver."""
    return add_entry(hass)


async def test_set_up(hass: HomeAssistant, receiver: Receiver) -> None:
    """Account, then choice; stored is what reaches and recognises the receiver, the password as typed."""
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "selection")
    assert result["data_schema"] is not None
    (field,) = result["data_schema"].schema
    assert (field, field.default()) == ("panels", ["Q1", "Q2"])
    result = await submit(hass, result, {"panels": ["Q2"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "IP Receiver Pro"
    unique_id = result["result"].unique_id
    data = dict(result["data"])
    assert len(data.pop("webhook_id")) == 64
    assert data == {
        "system": "ip_receiver",
        "url": URL,
        "verify_ssl": True,
        "fingerprint": None,
        "allow_basic": False,
        "username": "admin",
        "password": " p@ss ",
        "identity": unique_id,
        "marks": ["house", "barn"],
    }
    assert result["options"] == {"panels": ["Q2"]}
    assert (len(receiver.tried), receiver.asked, receiver.open) == (1, 1, 0)


async def test_everything_is_stored_as_nothing(hass: HomeAssistant) -> None:
    """So panels that come later are imported too, and a receiver of which nothing is imported is refused."""
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    result = await submit(hass, result, {"panels": []})
    assert result["errors"] == {"panels": "nothing_selected"}
    result = await submit(hass, result, {"panels": ["Q1", "Q2"]})
    assert result["options"] == {}


@pytest.mark.parametrize("offered", [{"panels": {"Q1": "House"}}, {"panels": {}}, {}, errors.BusyError()])
async def test_no_choice(hass: HomeAssistant, receiver: Receiver, offered: Any) -> None:
    """With one device, with none, and where it is not told, nothing is asked and everything is imported."""
    receiver.offered = offered
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == {}
    assert (receiver.asked, receiver.open) == (1, 0)


async def test_receiver_without_devices(hass: HomeAssistant, receiver: Receiver) -> None:
    """It keeps the identity it was given although there is nothing yet to recognise it by."""
    receiver.marks, receiver.offered = (), {}
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    entry = result["result"]
    assert (entry.data["identity"], entry.data["marks"]) == (entry.unique_id, [])
    assert (await submit(hass, await open_flow(hass, "ip_receiver"), TYPED))["reason"] == "already_configured"
    result = await submit(hass, await open_flow(hass, "ip_receiver"), {**TYPED, "url": "192.0.2.31"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("failure", "key", "placeholders"),
    [
        (errors.ConnectionFailedError(reason="refused"), "cannot_connect_receiver", {"reason": "refused"}),
        (errors.ResponseTimeoutError(reason="10 s"), "timeout_receiver", {}),
        (errors.TlsError(reason="handshake"), "tls_error_receiver", {"reason": "handshake"}),
        (errors.ProtocolError(reason="HTML"), "protocol_error_receiver", {"reason": "HTML"}),
        (errors.AuthenticationError(), "invalid_auth_receiver", {}),
        (errors.AuthenticationError(attempts_left=2), "invalid_auth_attempts_left_receiver", {"attempts_left": "2"}),
        (errors.AccountLockedError(), "account_locked_receiver", {}),
        (
            errors.AccountLockedError(unlock_seconds=1800, pending=True),
            "account_locked_minutes_receiver",
            {"minutes": "30"},
        ),
        (errors.InsufficientRightsError(), "insufficient_rights_receiver", {}),
        (errors.InsufficientRightsError(right="x"), "insufficient_rights_right_receiver", {"right": "x"}),
        (errors.UnsupportedError(function="x"), "unsupported_receiver", {"function": "x"}),
        (errors.NotActivatedError(), "not_activated_receiver", {}),
        (errors.BusyError(), "device_busy_receiver", {}),
        (errors.DeviceFailureError(reason="x"), "device_failure_receiver", {"reason": "x"}),
        (errors.RejectedError(reason="x"), "rejected", {"reason": "x"}),
    ],
)
async def test_error_then_success(
    hass: HomeAssistant, receiver: Receiver, failure: errors.SystemFailure, key: str, placeholders: dict[str, str]
) -> None:
    """Every failure is named in the words of a receiver, keeps what was typed but the secret, and can be overcome."""
    receiver.failure = failure
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    assert result["errors"] == {"base": key}
    assert placeholders.items() <= (result["description_placeholders"] or {}).items()
    assert suggested(result) == {"url": "192.0.2.30", "verify_ssl": True, "username": "admin"}
    receiver.failure = None
    assert (await submit(hass, result, TYPED))["step_id"] == "selection"
    assert len(receiver.tried) == 2


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [({"url": "a b"}, {"url": "invalid_address"}), ({"password": ""}, {"password": "secret_missing"})],
)
async def test_no_login_is_spent(
    hass: HomeAssistant, receiver: Receiver, wrong: dict[str, str], expected: dict[str, str]
) -> None:
    """What cannot be right is refused at its field, without asking the receiver."""
    result = await submit(hass, await open_flow(hass, "ip_receiver"), {**TYPED, **wrong})
    assert result["errors"] == expected
    assert receiver.tried == []
    assert (await submit(hass, result, TYPED))["step_id"] == "selection"


async def test_wrong_password_costs_one_attempt(hass: HomeAssistant, receiver: Receiver) -> None:
    """How many are left is said."""
    result = await submit(hass, await open_flow(hass, "ip_receiver"), {**TYPED, "password": "wrong"})
    assert result["errors"] == {"base": "invalid_auth_attempts_left_receiver"}
    assert len(receiver.tried) == 1


async def test_certificate(hass: HomeAssistant, receiver: Receiver) -> None:
    """A certificate that nobody vouches for is shown before a password is sent, and pinned."""
    receiver.certificate = FINGERPRINT
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "certificate")
    assert receiver.tried == []
    result = await choose(hass, result, "certificate_decline")
    assert result["step_id"] == "ip_receiver"
    result = await submit(hass, result, TYPED)
    result = await choose(hass, result, "certificate_accept")
    result = await submit(hass, result, {"panels": ["Q1", "Q2"]})
    assert result["data"]["fingerprint"] == FINGERPRINT
    assert (len(receiver.tried), receiver.asked) == (1, 1)


async def test_readable_password(hass: HomeAssistant, receiver: Receiver) -> None:
    """A receiver that takes the password only in a readable form gets it after consent."""
    receiver.basic = True
    result = await submit(hass, await open_flow(hass, "ip_receiver"), {**TYPED, "url": "http://192.0.2.30"})
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "basic_only")
    assert receiver.tried == []
    result = await choose(hass, result, "basic_only_allow")
    result = await submit(hass, result, {"panels": ["Q1"]})
    assert result["data"]["allow_basic"] is True


# recognised by what is behind it


@pytest.mark.parametrize(
    ("stored", "found", "url", "same"),
    [
        (["house", "shed"], ("house", "barn"), "192.0.2.31", True),
        (["house", "shed"], ("barn",), "192.0.2.31", False),
        (["house", "shed"], ("barn",), "192.0.2.30", False),
        ([], ("barn",), "192.0.2.31", False),
        ([], ("barn",), "192.0.2.30", True),
        (["house"], (), "192.0.2.30", True),
        (["house"], (), "192.0.2.31", False),
    ],
)
async def test_added_twice(
    hass: HomeAssistant, receiver: Receiver, stored: list[str], found: tuple[str, ...], url: str, same: bool
) -> None:
    """One device in common makes it the same receiver, whose address is stored; without devices the address decides."""
    entry = add_entry(hass, marks=stored)
    receiver.marks = found
    result = await submit(hass, await open_flow(hass, "ip_receiver"), {**TYPED, "url": url})
    if same:
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
        assert entry.data["url"] == f"https://{url}"
        assert (entry.data["password"], entry.data["identity"], receiver.asked) == ("old", UID, 0)
        return
    result = await submit(hass, result, {"panels": ["Q1"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id != UID
    assert entry.data["url"] == URL


async def test_entry_of_another_system_is_not_it(hass: HomeAssistant) -> None:
    """Marks mean something within one system only."""
    add_entry(hass, system="hikcentral", app_key="1")
    result = await submit(hass, await open_flow(hass, "ip_receiver"), TYPED)
    assert result["step_id"] == "selection"


# mending


async def test_new_password(hass: HomeAssistant, receiver: Receiver, entry: MockConfigEntry) -> None:
    """Only the account is asked; the refused password is never tried again; the receiver recognises itself."""
    receiver.password = "newer"
    result = await entry.start_reauth_flow(hass)
    assert result["step_id"] == "reauth_receiver"
    assert suggested(result) == {"username": "admin"}
    assert result["description_placeholders"]["address"] == URL
    result = await submit(hass, result, {"username": "admin", "password": ""})
    assert result["errors"] == {"password": "secret_missing"}
    assert receiver.tried == []
    result = await submit(hass, result, {"username": "admin", "password": "wrong"})
    assert result["errors"] == {"base": "invalid_auth_attempts_left_receiver"}
    result = await submit(hass, result, CREDENTIALS)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reauth_successful")
    assert receiver.tried[0]["identity"] == UID
    assert receiver.tried[0]["marks"] == ["house", "shed"]
    assert entry.unique_id == UID
    assert (entry.data["password"], entry.data["identity"], entry.data["marks"]) == ("newer", UID, ["house", "barn"])
    assert (entry.data["webhook_id"], dict(entry.options)) == ("hook", {"panels": ["Q1"]})


@pytest.mark.parametrize("way", ["reauth", "reconfigure"])
async def test_another_receiver(hass: HomeAssistant, receiver: Receiver, entry: MockConfigEntry, way: str) -> None:
    """A receiver with none of the known devices does not take the entry over."""
    receiver.password, receiver.marks = "newer", ("villa",)
    before = dict(entry.data)
    if way == "reauth":
        result = await submit(hass, await entry.start_reauth_flow(hass), CREDENTIALS)
    else:
        result = await submit(hass, await entry.start_reconfigure_flow(hass), {**TYPED, **CREDENTIALS})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "wrong_device")
    assert dict(entry.data) == before


async def test_reconfigure(hass: HomeAssistant, receiver: Receiver, entry: MockConfigEntry) -> None:
    """Address and account can change; an empty password keeps the stored one."""
    receiver.password = "old"
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure_receiver"
    assert suggested(result) == {"url": URL, "verify_ssl": True, "username": "admin"}
    result = await submit(hass, result, {"url": "192.0.2.99", "verify_ssl": False, "username": "other"})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data == {
        "system": "ip_receiver",
        "url": "https://192.0.2.99",
        "verify_ssl": False,
        "fingerprint": None,
        "allow_basic": False,
        "username": "other",
        "password": "old",
        "identity": UID,
        "marks": ["house", "barn"],
        "webhook_id": "hook",
    }
