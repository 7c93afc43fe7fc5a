"""An account as a whole, over real sockets: who it is, what exists, what is read and told."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import (
    AccountFrozenError,
    AuthenticationError,
    CredentialsBlockedError,
    HeldBackError,
    InvalidAddressError,
    QuotaError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.ivm.codes import FrozenError
from custom_components.hikvision_ivm.systems.ivm.system import INVENTORY_SECONDS, IvmSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, CameraFeature, SelectFeature
from custom_components.hikvision_ivm.systems.settings import POLL_SECONDS_DEFAULT
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan, many
from tests.systems.hikcentral.event_bench import Clock

from .system_bench import GATE, HOME, RECORDER, UID, made, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


def only(cloud: IvmSimulator, org: str) -> dict[str, Any]:
    """Return the options that import one organisation."""
    return {"organisations": [cloud.org(org).id]}


LISTS = ("device-orgs/0/devices", "sub-orgs", "/channels", "/resources")


async def test_who_it_is() -> None:
    """One token and the first level of organisations; the account's number is what it is known by."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        identity = await run.through(run.system.identify())
        assert (identity.unique_id, identity.name) == (cloud.user_id, "Huawei Cloud IVM")
        assert [request.path.rpartition("/")[2] for request in cloud.requests] == ["access-token", "sub-orgs"]


@pytest.mark.parametrize("data", [{"access_key": "SOMEBODYELSESKEY0001"}, {"secret_key": "wrong"}])
async def test_wrong_keys(data: dict[str, Any]) -> None:
    """They are tried once, whatever is asked afterwards."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock(), **data) as run:
        with pytest.raises(AuthenticationError) as refused:
            await run.through(run.system.identify())
        assert data.popitem()[1] not in str(refused.value)
        with pytest.raises(CredentialsBlockedError):
            await run.through(run.system.inventory())
        assert len(cloud.requests) == len(cloud.token_requests) == 1


@pytest.mark.parametrize("user_id", ["800000000000000000000002", "123456", "80000000000000000000000x"])
async def test_wrong_account(user_id: str) -> None:
    """The number of another account, or none at all."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock(), user_id=user_id) as run:
        with pytest.raises(SystemFailure) as refused:
            await run.through(run.system.identify())
        if user_id.startswith("8000") and user_id.isdecimal():
            assert isinstance(refused.value, AuthenticationError)
        assert not cloud.count("sub-orgs")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("IVM.10000006", AccountFrozenError), ("IVM.10000007", AccountFrozenError), ("IVM.10000008", AccountFrozenError),
        ("IVM.10000012", AccountFrozenError), ("IVM.10000013", AuthenticationError),
    ],
)  # fmt: skip
async def test_an_account_that_may_not(code: str, error: type[SystemFailure]) -> None:
    """It is frozen, or not open to programs, or has no such user: each says what to do."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        cloud.account_code = code
        with pytest.raises(error) as refused:
            await run.through(run.system.identify())
        assert refused.value.code == code
        assert not cloud.count("sub-orgs")


async def test_an_account_that_is_frozen_later() -> None:
    """It is asked again: the owner may pay meanwhile."""
    async with running() as run:
        run.cloud.account_code = "IVM.10000006"
        with pytest.raises(AccountFrozenError):
            await run.poll(Tier.STATUS)
        run.cloud.account_code = None
        await run.poll(Tier.STATUS)
        assert run.value(Kind.ONLINE) is True


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("api-ivm.cn-north-4.myhuaweicloud.com", "https://api-ivm.cn-north-4.myhuaweicloud.com"),
        ("https://ivm.example/", "https://ivm.example"),
        ("HTTP://10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("[fd00::1]:8443", "https://[fd00::1]:8443"),
    ],
)
def test_addresses(typed: str, expected: str) -> None:
    """Encrypted unless plain HTTP was typed."""
    assert list(IvmSystem.addresses(typed)) == [expected]


@pytest.mark.parametrize("typed", ["", "  ", "two words", "ftp://ivm.example", "https://", "host:port", "http://u:p@"])
def test_what_is_no_address(typed: str) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(InvalidAddressError):
        IvmSystem.addresses(typed)


# what exists


async def test_what_exists() -> None:
    """The account, its organisations, devices in them, channels of recorders; a camera is its one channel."""
    async with running(prime=False) as run:
        devices = run.inventory.devices
        home, garden, shop = (f"{UID}_org_{run.cloud.org(name).id}" for name in ("Home", "Garden", "Shop"))
        assert (devices[UID].parent, devices[home].parent, devices[shop].parent) == (None, UID, UID)
        assert garden not in devices
        gate, recorder, yard = devices[f"{UID}_{GATE}"], devices[f"{UID}_{RECORDER}"], devices[f"{UID}_{RECORDER}_0"]
        assert (gate.parent, gate.area, gate.name) == (home, "Home", "Gate")
        assert (recorder.parent, recorder.area, yard.parent, yard.name) == (shop, "Shop", recorder.id, "Yard")
        assert isinstance(run.one(Kind.MAIN_STREAM), CameraFeature)
        assert not run.some(Kind.MAIN_STREAM, RECORDER)


async def test_what_set_up_asks() -> None:
    """As few lists as tell everything, each once, and one token."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        await run.through(run.system.identify())
        await run.through(run.system.inventory())
        assert len(cloud.token_requests) == 1
        assert {part: cloud.count(part, "GET") for part in LISTS} == {
            "device-orgs/0/devices": 1, "sub-orgs": 3, "/channels": 1, "/resources": 1,
        }  # fmt: skip
        assert len(cloud.requests) == 8


async def test_a_large_account() -> None:
    """Two thousand channels cost a list more, not two thousand questions."""
    async with running(many(2_000, sites=4)) as run:
        assert len(list(run.inventory.of(CameraFeature))) >= 2_000
        asked = len(run.cloud.requests)
        await run.poll(Tier.STATUS)
        assert len(run.cloud.requests) - asked == 1
        await run.poll(Tier.INVENTORY)
        assert len(run.cloud.requests) - asked <= 4


async def test_an_empty_account() -> None:
    """There is the account itself, and what comes later appears."""
    async with running(TenantPlan(orgs=("Home",), devices=())) as run:
        assert list(run.inventory.devices) == [UID]
        run.cloud.add_device(DevicePlan(name="Gate", serial=GATE))
        await run.poll(Tier.STATUS)
        assert f"{UID}_{GATE}" in run.inventory.devices
        assert run.value(Kind.ONLINE) is True


async def test_chosen_organisations() -> None:
    """What lies elsewhere is offered, and neither imported nor asked; another name changes nothing."""
    async with IvmSimulator(HOME) as cloud:
        shop = cloud.org("Shop").id
        async with running(cloud=cloud, options={"organisations": [shop]}) as run:
            assert f"{UID}_{GATE}" not in run.inventory.devices
            assert f"{UID}_{RECORDER}" in run.inventory.devices
            assert run.system.choices("organisations") == {
                cloud.org("Home").id: "Home", cloud.org("Garden").id: "Home / Garden", shop: "Shop",
            }  # fmt: skip
            assert run.system.choices("sites") == {}
            assert not [one for one in cloud.requests if GATE in one.path]
            cloud.org("Shop").name = "Store"
            run.clock.move(run.clock.passed + 4000)
            await run.poll(Tier.INVENTORY)
            assert run.inventory.devices[f"{UID}_org_{shop}"].name == "Store"
            assert run.inventory.devices[f"{UID}_{RECORDER}"].area == "Store"
            assert run.system.choices("organisations")[shop] == "Store"


async def test_a_renamed_organisation_before_its_list_is_read_again() -> None:
    """Devices tell of the new name at once; they stay where they are."""
    async with IvmSimulator(HOME) as cloud, running(cloud=cloud, options=only(cloud, "Shop")) as run:
        cloud.org("Shop").name = "Store"
        for _ in range(3):
            await run.poll(Tier.STATUS, Tier.INVENTORY)
            assert f"{UID}_{RECORDER}" in run.inventory.devices


async def test_a_choice_that_does_not_exist_any_more() -> None:
    """Nothing is imported but the account, and everything is offered."""
    async with running(options={"organisations": ["99"]}) as run:
        assert list(run.inventory.devices) == [UID]
        assert len(run.system.choices("organisations")) == 3


async def test_what_is_offered_at_set_up() -> None:
    """Before anything else was read, with one walk."""
    async with IvmSimulator(HOME) as cloud, made(cloud, Clock()) as run:
        offered = await run.through(run.system.offer())
        assert [*offered["organisations"].values()] == ["Home", "Home / Garden", "Shop"]
        assert not cloud.count("/devices")


# what is told


async def test_values_at_once() -> None:
    """States, what is booked, what is kept here, without asking a channel; then what channels tell, and their lists."""
    plan = TenantPlan(
        orgs=("Home",),
        devices=(DevicePlan(name="Gate", serial=GATE, storage_card="1", mask=True),),
    )
    async with running(plan, prime=False) as run:
        run.cloud.channel("Gate").set_package("FULL_RECORD", "ARREAR")
        await run.poll(Tier.STATUS)
        run.forget()
        run.lost = set(run.inventory.features)
        await run.prime()
        assert not run.cloud.requests
        assert run.value(Kind.ONLINE) is run.value(Kind.UNPAID) is run.value(Kind.PRIVACY_MASK) is True
        assert run.value(Kind.FROZEN) is False
        assert run.value(Kind.STORAGE_CARD) == "error"
        assert run.value(Kind.PTZ_SPEED) == 5
        assert run.value(Kind.LIVE_STREAM) is not UNKNOWN
        assert run.available() is True
        assert run.value(Kind.CHANNELS_TOTAL, f"org_{run.cloud.org('Home').id}") == 1
        used = [one for one in run.inventory.features.values() if one.kind is Kind.LICENCES_USED]
        assert used
        assert all(run.sink.state(one.id) is not UNKNOWN for one in used)


async def test_details_at_once() -> None:
    """Of a small account, what channels tell is there with the start; further features come with their values."""
    async with running() as run:
        assert len(run.one(Kind.PTZ_PRESET).options) == 3
        assert run.value(Kind.CONTINUOUS_RECORDING) in {True, False}
        assert run.value(Kind.RETENTION) == 7
        assert run.value(Kind.CODEC, part="main", type_="sensor") == "H.265"
        (track,) = run.some(Kind.CRUISE)
        assert run.sink.state(track.id) in {True, False}
        numbers = run.some(Kind.BIT_RATE, type_="number")
        assert len(numbers) == 2
        assert all(run.sink.state(one.id) is not UNKNOWN for one in numbers)
        for _ in range(4):
            run.clock.move(run.clock.passed + 60)
            await run.poll(Tier.DETAIL)
        await run.wait(2)
        encodings: list[SelectFeature] = run.some(Kind.CODEC, type_="select")
        assert len(encodings) == 2
        assert all(run.sink.state(one.id) in one.options for one in encodings)


async def test_what_nothing_changed_costs() -> None:
    """One list a minute, and not one inventory."""
    async with running() as run:
        for _ in range(3):
            await run.poll(Tier.STATUS)
        assert run.asked() == run.asked("device-orgs/0/devices") == 3
        run.forget()
        await run.poll(Tier.INVENTORY)
        assert run.asked() == 2
        assert not run.sink.inventories
        assert not run.sink.occurrences


async def test_an_inventory_that_was_read_a_moment_ago() -> None:
    """It is not read again for a poll that asks for everything."""
    async with running(prime=False) as run:
        await run.through(run.system.poll(Tier.INVENTORY, run.sink, run.wanted))
        assert not run.cloud.requests


async def test_further_lists_in_their_own_time() -> None:
    """Where devices lie each hour, what is booked four times a day."""
    async with running() as run:
        for turn in range(1, 31):
            run.clock.move(run.clock.passed + INVENTORY_SECONDS - 130)
            await run.poll(Tier.INVENTORY)
            assert run.asked("sub-orgs") == 2 * (turn // 4)
        assert run.asked("/resources") == 1


async def test_details_in_turns() -> None:
    """What somebody looks at is read again, within what an account may ask."""
    async with running() as run:
        run.clock.move(run.clock.passed + 40 * 60)
        run.forget()
        for _ in range(30):
            run.clock.move(run.clock.passed + 60)
            await run.poll(Tier.DETAIL)
        assert 30 <= run.asked() <= 4 * 30 + 4
        run.lost = set(run.inventory.features)
        run.clock.move(run.clock.passed + 3600)
        run.forget()
        await run.poll(Tier.DETAIL)
        assert not run.cloud.requests


@pytest.mark.parametrize("told", [{"code": "IVM.90000011"}, {"status": 429}])
async def test_called_too_often(told: dict[str, Any]) -> None:
    """Periods grow, and nothing is read until that is over; commands go out all the same."""
    async with running() as run:
        usual = run.system.periods(push_healthy=True)
        assert usual[Tier.STATUS] == POLL_SECONDS_DEFAULT
        run.cloud.fault("device-orgs/0/devices", **told, times=1)
        with pytest.raises(QuotaError):
            await run.poll(Tier.STATUS)
        assert run.asked() == 1
        assert run.system.periods(push_healthy=True) == {tier: 3 * period for tier, period in usual.items()}
        for _ in range(2):
            with pytest.raises(QuotaError):
                await run.through(run.system.poll(Tier.STATUS, run.sink, run.wanted))
        await run.through(run.system.poll(Tier.DETAIL, run.sink, run.wanted))
        await run.through(run.system.prime(run.sink, run.wanted))
        assert run.asked() == 1
        await run.through(run.system.press(run.one(Kind.PTZ_LEFT), run.sink))
        assert run.cloud.channel("Gate").ptz.log
        run.clock.move(run.clock.passed + 61)
        await run.poll(Tier.STATUS)
        assert run.system.periods(push_healthy=False) == usual


async def test_the_end() -> None:
    """What moves stands, the right to move it is given back, and addresses of video are taken back."""
    async with running() as run:
        camera = run.one(Kind.MAIN_STREAM)
        assert await run.through(run.system.stream_source(camera))
        source = run.cloud.channel("Gate").ptz
        moving = asyncio.create_task(run.system.press(run.one(Kind.PTZ_RIGHT), run.sink))
        await run.until(lambda: source.moving)
        await run.through(run.system.close())
        assert source.is_still
        assert source.token is None
        assert run.asked("connections") >= 1
        async with asyncio.timeout(5):
            await asyncio.gather(moving, return_exceptions=True)
        asked = run.asked()
        await run.wait(120)
        assert run.asked() == asked


async def test_a_frozen_camera() -> None:
    """A command says why it did nothing."""
    async with running() as run:
        run.cloud.device("Gate").system_state = "UNAVAILABLE_FROZEN"
        with pytest.raises(FrozenError):
            await run.through(run.system.press(run.one(Kind.PTZ_LEFT), run.sink))


async def test_what_proves_that_the_cloud_is_there() -> None:
    """A poll of states, and no other, however often the others come: they may end well in an outage."""
    async with running(options={"poll_seconds": 120}) as run:
        periods = run.system.periods(push_healthy=True)
        assert periods[Tier.DETAIL] < periods[Tier.STATUS]
        run.cloud.fault(drop=True)
        for tier in periods:
            if tier in run.system.silent_tiers:
                await run.through(run.system.poll(tier, run.sink, run.wanted))
            else:
                with pytest.raises(SystemFailure):
                    await run.through(run.system.poll(tier, run.sink, run.wanted))


async def test_a_poll_that_was_held_back() -> None:
    """It says for how long it is better not to try again."""
    async with running() as run:
        run.cloud.fault("device-orgs/0/devices", code="IVM.90000011", status=500, times=1)
        with pytest.raises(QuotaError):
            await run.through(run.system.poll(Tier.STATUS, run.sink, run.wanted))
        run.clock.move(run.clock.passed + 20)
        with pytest.raises(HeldBackError) as held:
            await run.through(run.system.poll(Tier.STATUS, run.sink, run.wanted))
        assert held.value.retry_after == pytest.approx(40, abs=2)
        run.clock.move(run.clock.passed + 41)
        await run.through(run.system.poll(Tier.STATUS, run.sink, run.wanted))
