"""Reading organisations, devices and channels, over real sockets."""

import pytest

from custom_components.hikvision_ivm.systems.errors import AuthenticationError, ProtocolError, SystemFailure
from custom_components.hikvision_ivm.systems.ivm.reading import Reader, listed_device, mac, orgs_of, protocol
from custom_components.hikvision_ivm.systems.ivm.records import Protocol
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.ivm import DIRT, DevicePlan, IvmSimulator, TenantPlan, many

from .cloud import connected
from .told import ALL

pytestmark = pytest.mark.usefixtures("socket_enabled")

PLAN = TenantPlan(
    orgs=("Home", "Home/Garden", "Shop"),
    devices=(
        DevicePlan(name="Door", org="Home", serial="DOOR000001", firmware="SDC 10.2"),
        DevicePlan(name="Pond", org="Home/Garden", serial="POND000001", online=False, mask=True, storage_card="1"),
        DevicePlan(kind="NVR", name="Till", org="Shop", channels=3, offline_channels=(2,), serial="TILL000001"),
        DevicePlan(protocol="GB28181", name="Yard", org="Shop", serial="34020000001320000001"),
    ),
)
KINDS_OF_DIRT = sorted(DIRT)


async def test_organisations() -> None:
    """The whole tree, parents first, with counts; nothing is asked below a leaf."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        found = await Reader(client).organisations()
        assert found.complete
        assert [(one.name, one.level) for one in found.orgs.values()] == [("Home", 1), ("Shop", 1), ("Garden", 2)]
        home, shop, garden = found.orgs.values()
        assert (home.parent, shop.parent, garden.parent) == ("0", "0", home.id)
        assert (home.channels, home.channels_online, shop.devices, shop.channels_online) == (2, 1, 2, 3)
        assert cloud.count("sub-orgs") == 2


async def test_a_branch_that_fails() -> None:
    """The others are told all the same, and that something is missing; the first level has to be readable."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        reader = Reader(client)
        cloud.fault(f"device-orgs/{cloud.org('Home').id}/sub-orgs", code="IVM.20001001")
        found = await reader.organisations()
        assert [one.name for one in found.orgs.values()] == ["Home", "Shop"]
        assert not found.complete
        cloud.fault("device-orgs/0/sub-orgs", code="IVM.20001001")
        with pytest.raises(SystemFailure):
            await reader.organisations()


async def test_keys_that_are_refused_on_the_way() -> None:
    """They end everything at once."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        cloud.fault(f"device-orgs/{cloud.org('Home').id}/sub-orgs", code="IVM.10020048")
        with pytest.raises(AuthenticationError):
            await Reader(client).organisations()


async def test_a_root_of_null() -> None:
    """There may be no organisations, and none is gone by it."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        cloud.fault("device-orgs/0/sub-orgs", raw=b'{"orgs":null}', status=200, times=1)
        found = await Reader(client).organisations()
        assert (found.orgs, found.complete) == ({}, False)
        cloud.fault("device-orgs/0/sub-orgs", raw=b"{}", status=200, times=1)
        with pytest.raises(ProtocolError):
            await Reader(client).organisations()


async def test_an_organisation_within_itself() -> None:
    """Walking ends."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        home = cloud.org("Home").id
        row = f'{{"orgs":[{{"device_org_id":"{home}","device_org_name":"Home","is_leaf":0}}]}}'.encode()
        cloud.fault("sub-orgs", raw=row, status=200, times=None)
        assert list((await Reader(client).organisations()).orgs) == [home]
        assert cloud.count("sub-orgs") == 2


async def test_devices() -> None:
    """With their channels, in one call."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        found = {one.record.name: one for one in await Reader(client).devices()}
        assert cloud.count("device-orgs/0/devices") == 1
        door, pond, till, yard = (found[name] for name in ("Door", "Pond", "Till", "Yard"))
        assert door.record.is_single
        assert door.record.online is True
        assert (door.record.firmware, door.record.manufacturer) == ("SDC 10.2", "HUAWEI")
        assert door.record.abilities is not None
        assert "ptz" in door.record.abilities
        (channel,) = pond.channels
        assert (pond.record.online, channel.online, channel.mask, channel.storage_card) == (False, False, "OPEN", "1")
        assert channel.packages == ALL
        assert [one.online for one in till.channels] == [True, True, False]
        assert (till.complete, till.record.is_single, till.record.org_name) == (True, False, "Shop")
        assert (yard.record.protocol, yard.record.gb_state) == (Protocol.GB28181, "CONNECTED")


async def test_channels_and_places_and_details() -> None:
    """Lists that are read seldom."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        reader = Reader(client)
        channels = {one.key: one for one in await reader.channels()}
        assert len(channels) == 6
        assert channels["DOOR000001", "0"].firmware == "SDC 10.2"
        assert channels["DOOR000001", "0"].valid is None
        places = await reader.device_orgs()
        assert [one.name for one in places["POND000001"]] == ["Garden"]
        detail = await reader.detail("POND000001")
        assert detail.mac == "02:00:00:00:00:01"
        assert detail.orgs == (cloud.org("Garden").id,)
        assert (await reader.channel_detail("TILL000001", "1")).name == "Till 2"
        assert await reader.devices_of(cloud.org("Home").id) == {"DOOR000001"}


@pytest.mark.parametrize("dirt", [*KINDS_OF_DIRT, "everything"])
async def test_every_kind_of_dirt(dirt: str) -> None:
    """What the cloud does to its tables changes nothing of what is known; what is left out is not known."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        cloud.channel("Till", 1).registered = False
        clean = await _everything(Reader(client))
        assert clean["channel", ("TILL000001", "1")]["state"] == clean["listed", ("TILL000001", "1")]["state"]
        cloud.set_dirt(True if dirt == "everything" else {dirt})
        found = await _everything(Reader(client))
    if dirt in {"missing", "everything"}:
        assert found.keys() == clean.keys()
        for one in clean:
            told, before = found[one], clean[one]
            for name, value in told.items():
                assert value in (None, before[name], "", ()), (one, name)
    else:
        assert found == clean


async def _everything(reader: Reader) -> dict[object, dict[str, object]]:
    """Return all that is read, by what it is of."""
    found: dict[object, dict[str, object]] = {}
    for org in (await reader.organisations()).orgs.values():
        found["org", org.id] = {name: getattr(org, name) for name in org.__slots__}
    for row in await reader.devices():
        found["device", row.record.id] = {name: getattr(row.record, name) for name in row.record.__slots__}
        assert row.complete
        for channel in row.channels:
            found["channel", channel.key] = {name: getattr(channel, name) for name in channel.__slots__}
    for channel in await reader.channels():
        found["listed", channel.key] = {name: getattr(channel, name) for name in channel.__slots__}
    for device, orgs in (await reader.device_orgs()).items():
        found["place", device] = {"orgs": orgs}
    for id_ in ("DOOR000001", "34020000001320000001"):
        detail = await reader.detail(id_)
        found["detail", id_] = {name: getattr(detail, name) for name in detail.__slots__}
        one = await reader.channel_detail(id_, "0" if id_.startswith("D") else "34020000001320000001")
        found["channel detail", id_] = {name: getattr(one, name) for name in one.__slots__}
    return found


async def test_what_did_not_change_is_the_same() -> None:
    """A second poll makes nothing anew, so that comparing costs nothing."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        reader = Reader(client)
        before, listed = await reader.devices(), await reader.channels()
        cloud.channel("Till", 0).storage_card = "1"
        after = await reader.devices()
        assert [old is new for old, new in zip(before, after, strict=True)] == [True, True, False, True]
        assert all(old is new for old, new in zip(listed, await reader.channels(), strict=True))


async def test_lists_of_several_pages() -> None:
    """Whole, however many pages there are, and if they are shorter than was asked for."""
    async with IvmSimulator(many(2_400, per_device=2)) as cloud, connected(cloud) as client:
        reader = Reader(client)
        assert len(await reader.devices()) == 1_200
        assert len(await reader.channels()) == 2_400
        assert (cloud.count("device-orgs/0/devices"), cloud.count("/channels")) == (2, 3)
        cloud.largest_page = 700
        assert len(await reader.devices()) == 1_200
        assert len(await reader.channels()) == 2_400
        assert not reader.short


async def test_rows_without_an_id() -> None:
    """They are left out, and the others stay."""
    body = b'{"devices":[{"device_name":"?"},{"device_id":"A","channels":null},{"device_name":"?"}],"total":"3"}'
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        cloud.fault("device-orgs/0/devices", raw=body, status=200)
        (found,) = await Reader(client).devices()
        assert (found.record.id, found.record.name, found.complete, found.record.online) == ("A", "", False, None)
        cloud.fault("/channels", raw=b'{"channels":{"device_id":"A","channel_id":3},"total":1}', status=200)
        assert [one.key for one in await Reader(client).channels()] == [("A", "3")]


@pytest.mark.parametrize(
    ("row", "complete"),
    [
        ({"channel_total": "1", "channels": [{"channel_id": 0}]}, True),
        ({"channel_total": 2, "channels": [{"channel_id": 0}]}, False),
        ({"channel_total": 0, "channels": None}, True),
        ({"channels": []}, True),
        ({"channels": None}, False),
        ({}, False),
    ],
)
def test_whether_all_channels_are_listed(row: dict[str, object], *, complete: bool) -> None:
    """By the count beside them."""
    assert listed_device(Fields(row), "A").complete is complete


def test_paths_of_organisations() -> None:
    """One place or the whole path, as text or number, in any order; the root is none."""
    rows = [
        {"device_org_id": 12, "device_org_name": "Garden", "device_org_level": "2"},
        {"device_org_id": "0", "device_org_name": "root", "device_org_level": 0},
        {"device_org_id": "1", "device_org_name": "Home", "device_org_level": 1},
    ]
    found = orgs_of(Fields({"org_list": rows}))
    assert [(one.id, one.parent) for one in found] == [("1", "0"), ("12", "1")]
    assert [one.id for one in orgs_of(Fields({"org_list": rows[0]}))] == ["12"]
    assert orgs_of(Fields({"org_list": None})) == ()


def test_words() -> None:
    """Of protocols and addresses."""
    assert [protocol(word) for word in ("HOLO", "hol0", "GB28181", "2", None)] == [
        Protocol.HOLO, Protocol.HOLO, Protocol.GB28181, None, None,
    ]  # fmt: skip
    assert mac("AA-BB-CC-00-11-22") == "aa:bb:cc:00:11:22"
    assert [mac(text) for text in ("", None, "000000000000", "aabb")] == [None] * 4
