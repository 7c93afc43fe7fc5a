"""What is booked."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.hikvision_ivm.systems.ivm.features_device import tenant_part
from custom_components.hikvision_ivm.systems.ivm.licences import Licence, licence_of, licence_values, read_licences
from custom_components.hikvision_ivm.systems.ivm.times import BEIJING
from custom_components.hikvision_ivm.systems.ivm.wishes import Wishes
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.ivm import IvmSimulator, TenantPlan

from .cloud import connected
from .told import UID


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("dirt", [set(), {"trailing_blanks"}, {"string_numbers"}, {"odd_times"}])
async def test_simulated_ones(dirt: set[str]) -> None:
    """Subscriptions and services paid by use, however they are written."""
    async with IvmSimulator(TenantPlan(), dirty=dirt) as cloud, connected(cloud) as client:
        found = await read_licences(client, BEIJING)
        told = {one.id: one for one in cloud.world.resources.values()}
        assert {one.id for one in found} == set(told)
        for one in found:
            known = told[one.id]
            assert (one.name, one.type, one.mode, one.state) == (known.name, known.kind, known.mode, "NORMAL")
            assert one.total == (known.total if known.total >= 0 else None)
            assert one.ends is not None
            assert known.expires is not None
            assert abs(one.ends - known.expires) < timedelta(seconds=1)
        assert sorted(one.used or 0 for one in found) == [0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.usefixtures("socket_enabled")
async def test_a_list_that_stays_short() -> None:
    """Removes nothing that was booked before."""
    body = b'{"resources":[{"resource_id":"A"}],"total":"2"}'
    async with IvmSimulator() as cloud, connected(cloud) as client:
        cloud.fault("/resources", raw=body, status=200, times=None)
        before = (Licence(id="A", used=3), Licence(id="B", used=1))
        found = await read_licences(client, BEIJING, before)
        assert [(one.id, one.used) for one in found] == [("A", None), ("B", 1)]


def test_one_that_tells_little() -> None:
    """What is not told is not known."""
    assert licence_of(Fields({"total_num": -1, "usage_num": "-3", "Exp_time": ""}), "A", UTC) == Licence(id="A")


END = datetime(2027, 1, 2, tzinfo=UTC)
PACKAGE = Licence(id="A", name="Views", mode="PACKAGE", state="ARREARS", total=10, used=3, ends=END)
ON_DEMAND = Licence(id="B", mode="ONDEMAND", state="?", used=0, ends=END)


def test_their_sensors() -> None:
    """What has no limit has no total, and what is paid by use no end."""
    made = tenant_part(UID, Wishes.of({}), licences=(PACKAGE, ON_DEMAND)).features
    found = {(one.part, one.kind): one for one in made if one.part}
    used, total, end, state = Kind.LICENCES_USED, Kind.LICENCES_TOTAL, Kind.LICENCE_END, Kind.LICENCE_STATE
    assert list(found) == [("A", used), ("A", total), ("A", end), ("A", state), ("B", used), ("B", state)]
    assert [found["A", used].label, found["B", used].label] == ["Views", None]
    assert getattr(found["A", state], "options", None) == ("normal", "arrears", "unavailable")


def test_their_values() -> None:
    """By feature; a word that nobody knows is not known."""
    made = {one.id for one in tenant_part(UID, Wishes.of({}), licences=(PACKAGE, ON_DEMAND)).features}
    found = licence_values(UID, (PACKAGE, ON_DEMAND))
    assert {id_.removeprefix(f"{UID}_sensor_"): value for id_, value in found.items() if id_ in made} == {
        "licences_used_A": 3, "licences_total_A": 10, "licence_end_A": END, "licence_state_A": "arrears",
        "licences_used_B": 0, "licence_state_B": UNKNOWN,
    }  # fmt: skip
