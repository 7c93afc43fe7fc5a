"""What devices, channels and organisations are now."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ivm.features import build
from custom_components.hikvision_ivm.systems.ivm.gather import Gatherer
from custom_components.hikvision_ivm.systems.ivm.reading import Reader
from custom_components.hikvision_ivm.systems.ivm.records import Facts
from custom_components.hikvision_ivm.systems.ivm.register import Register
from custom_components.hikvision_ivm.systems.ivm.status_values import status_report
from custom_components.hikvision_ivm.systems.model import UNKNOWN, Unknown, Value
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan

from .cloud import connected
from .told import ALL, UID, channel, device, facts, listed, org

HOME, GARDEN = org("1", "Home"), org("2", "Garden", "1")
FROZEN = "UNAVAILABLE_FROZEN"


def values(known: Facts, own: str) -> dict[str, Value | Unknown]:
    """Return the values of one device of the inventory."""
    prefix = f"{UID}_{own}_"
    found = status_report(UID, known).values
    return {id_.removeprefix(prefix): value for id_, value in found.items() if id_.startswith(prefix)}


def of_camera(device_told: dict[str, Any], channel_told: dict[str, Any]) -> dict[str, Value | Unknown]:
    """Return the values of a camera."""
    return values(facts(listed(device("D1", **device_told), channel("D1", **channel_told))), "D1")


def test_a_camera_that_tells_everything() -> None:
    """Every value."""
    told = {"system_state": "NORMAL", "packages": ALL, "storage_card": "0", "mask": "CLOSE", "firmware": "10.1"}
    assert of_camera({}, told) == {
        "binary_sensor_online": True,
        "binary_sensor_frozen": False,
        "binary_sensor_unpaid": False,
        "sensor_firmware": "10.1",
        "sensor_storage_card": "ok",
        "binary_sensor_disk_problem": False,
        "binary_sensor_privacy_mask": False,
    }


def test_firmware() -> None:
    """A camera has its own; a recorder and its channels have each theirs."""
    camera = listed(device("D1", firmware="1"), channel("D1", firmware="2"))
    assert values(facts(camera), "D1")["sensor_firmware"] == "1"
    recorder = facts(listed(device("D1", type="NVR", firmware="1"), channel("D1", firmware="2")))
    assert values(recorder, "D1")["sensor_firmware"] == "1"
    assert values(recorder, "D1_0")["sensor_firmware"] == "2"
    silent = facts(listed(device("D1", type="NVR", firmware="1")))
    assert values(silent, "D1_0")["sensor_firmware"] is UNKNOWN


def test_a_camera_that_tells_nothing() -> None:
    """Unknown is neither off nor zero; what is not known to be gone can be reached."""
    known = facts(listed(device("D1", state=None), channel("D1", state=None)))
    assert set(values(known, "D1").values()) == {UNKNOWN}
    assert status_report(UID, known).available == {f"{UID}_D1": True}


@pytest.mark.parametrize(
    ("owner", "own", "online", "available"),
    [
        ("ONLINE", "ONLINE", True, True),
        ("ONLINE", "OFFLINE", False, False),
        ("ONLINE", "UNREGISTERED", False, False),
        ("OFFLINE", "ONLINE", False, False),
        ("OFFLINE", None, False, False),
        ("ONLINE", None, UNKNOWN, True),
        (None, "ONLINE", True, True),
        (None, "OFFLINE", False, False),
        ("ONLINE", "DREAMING", UNKNOWN, True),
    ],
)
def test_online(owner: str | None, own: str | None, online: object, *, available: bool) -> None:
    """A channel is not there while its device is not, whatever it says of itself."""
    camera = facts(listed(device("D1", state=owner), channel("D1", state=own)))
    assert values(camera, "D1")["binary_sensor_online"] is online
    assert status_report(UID, camera).available == {f"{UID}_D1": available}
    recorder = facts(listed(device("D1", state=owner, type="NVR"), channel("D1", state=own)))
    assert values(recorder, "D1_0")["binary_sensor_online"] is online
    found = {"ONLINE": True, "OFFLINE": False, None: UNKNOWN}[owner]
    assert values(recorder, "D1")["binary_sensor_online"] is found
    assert status_report(UID, recorder).available == {f"{UID}_D1": owner != "OFFLINE", f"{UID}_D1_0": available}


def test_a_channel_whose_id_is_none_any_more() -> None:
    """It cannot be reached."""
    known = facts(listed(device("D1"), channel("D1", valid=False)))
    assert status_report(UID, known).available == {f"{UID}_D1": False}


@pytest.mark.parametrize(
    ("owner", "own", "frozen"),
    [("NORMAL", "NORMAL", False), (FROZEN, "NORMAL", True), ("NORMAL", FROZEN, True), (None, FROZEN, True),
     (None, "NORMAL", False), (None, None, UNKNOWN), ("NORMAL", "UNAVAILABLE_LOCKED", True), (None, "RESTING", UNKNOWN)],
)  # fmt: skip
def test_frozen(owner: str | None, own: str | None, frozen: object) -> None:
    """One of both is enough."""
    assert of_camera({"system_state": owner}, {"system_state": own})["binary_sensor_frozen"] is frozen


@pytest.mark.parametrize(
    ("told", "card", "problem"),
    [("0", "ok", False), ("1", "error", True), ("2", "not_exist", UNKNOWN), ("3", "formatting", False),
     ("-1", UNKNOWN, UNKNOWN), ("9", UNKNOWN, UNKNOWN), (None, UNKNOWN, UNKNOWN)],
)  # fmt: skip
def test_storage_cards(told: str | None, card: object, problem: object) -> None:
    """A card that is not there has not failed, and is not well."""
    found = of_camera({}, {"storage_card": told})
    assert (found["sensor_storage_card"], found["binary_sensor_disk_problem"]) == (card, problem)


@pytest.mark.parametrize(("told", "masked"), [("OPEN", True), ("CLOSE", False), ("?", UNKNOWN), (None, UNKNOWN)])
def test_privacy_masks(told: str | None, masked: object) -> None:
    """Open is on."""
    assert of_camera({}, {"mask": told})["binary_sensor_privacy_mask"] is masked


def test_unpaid() -> None:
    """Any service that rests."""
    unpaid = ALL | {"CUSTOMER_GROUP_ARREAR"}
    found = [of_camera({}, {"packages": told})["binary_sensor_unpaid"] for told in (unpaid, ALL, None)]
    assert found == [True, False, UNKNOWN]


def test_organisations() -> None:
    """Channels with those below; a channel of which it is not known counts as not online."""
    known = facts(
        listed(device("D1", ("0", "1"), orgs=("1",)), channel("D1", "0"), channel("D1", "1", state=None)),
        listed(device("D2", orgs=("1", "2"), state="OFFLINE")),
        listed(device("D3", orgs=())),
        orgs=(HOME, GARDEN),
    )
    assert values(known, "org_1") == {"sensor_channels_total": 3, "sensor_channels_online": 1}
    assert values(known, "org_2") == {"sensor_channels_total": 1, "sensor_channels_online": 0}
    silent = facts(listed(device("D1", orgs=("1",), state=None), channel("D1", state=None)), orgs=(HOME,))
    assert values(silent, "org_1") == {"sensor_channels_total": 1, "sensor_channels_online": UNKNOWN}


def test_some_devices() -> None:
    """Only theirs are told, and what is not imported is left out."""
    known = facts(listed(device("D1")), listed(device("D2")))
    found = status_report(UID, known, ["D2", "stranger"])
    assert set(found.available) == {f"{UID}_D2"}
    assert {id_.split("_binary")[0].split("_sensor")[0] for id_ in found.values} == {f"{UID}_D2"}


@pytest.mark.usefixtures("socket_enabled")
async def test_a_simulated_account() -> None:
    """Every value belongs to a feature that there is, and all polled states have one."""
    plan = TenantPlan(
        orgs=("Home", "Home/Garden"),
        devices=(
            DevicePlan(name="Door", org="Home", serial="DOOR000001", mask=True, storage_card="1"),
            DevicePlan(
                kind="NVR", name="Pond", org="Home/Garden", channels=2, offline_channels=(1,), serial="POND000001"
            ),
        ),
    )
    async with IvmSimulator(plan) as cloud, connected(cloud) as client:
        register = Register({}, client.runtime)
        gatherer = Gatherer(Reader(client), register, client.runtime)
        await gatherer.inventory()
        inventory = build(UID, register.facts, {})
        found = status_report(UID, register.facts)
        assert set(found.values) <= set(inventory.features)
        assert set(found.available) == {
            f"{UID}_{own}" for own in ("DOOR000001", "POND000001", "POND000001_0", "POND000001_1")
        }
        assert values(register.facts, "DOOR000001")["sensor_storage_card"] == "error"
        assert found.available[f"{UID}_POND000001_1"] is False
        cloud.device("Pond").system_state = FROZEN
        cloud.channel("Door").set_package("FULL_RECORD", "ARREAR")
        changed = await gatherer.status()
        assert changed == {"DOOR000001", "POND000001"}
        after = status_report(UID, register.facts, changed).values
        assert {id_ for id_, value in after.items() if found.values[id_] != value} == {
            f"{UID}_POND000001_binary_sensor_frozen",
            f"{UID}_POND000001_0_binary_sensor_frozen",
            f"{UID}_POND000001_1_binary_sensor_frozen",
            f"{UID}_DOOR000001_binary_sensor_unpaid",
        }
