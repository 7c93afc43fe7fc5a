"""For how long recordings are kept, over real sockets."""

import pytest

from custom_components.hikvision_ivm.systems.errors import NotConfirmedError, RejectedError
from custom_components.hikvision_ivm.systems.ivm.retention import ALARM, FIXED_SECONDS, NORMAL, Retention
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, NumberFeature
from custom_components.hikvision_ivm.systems.values import UNLIMITED
from simulators.ivm import DevicePlan

from .settings_bench import Bench, address_of, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "devices/channels/time-policy"


def number(made: Bench, kind: Kind = Kind.RETENTION) -> NumberFeature:
    """Let a number exist."""
    return made.feature(NumberFeature, kind, minimum=1.0, maximum=365.0)


@pytest.mark.parametrize("dirty", [False, {"shapes", "string_numbers"}])
async def test_each_sort_has_its_own_days(dirty: bool | set[str]) -> None:
    """Also where both are told whatever was asked for."""
    async with bench(dirty=dirty) as made:
        gate, kept, alarms = made.cloud.channel("Gate"), number(made), number(made, Kind.ALARM_RETENTION)
        gate.retention = {"normal": 30, "alarm": 90}
        for sort in (NORMAL, ALARM):
            made.take(await Retention(made.context, made.features, sort).read(address_of(gate)))
        assert (made.value(kept), made.value(alarms)) == (30.0, 90.0)
        await Retention(made.context, made.features, ALARM).set(address_of(gate), 14)
        assert gate.retention == {"normal": 30, "alarm": 14}
        assert (made.value(kept), made.value(alarms)) == (30.0, 14.0)


async def test_for_good_is_no_number() -> None:
    """Nor is what is not told; it can be given an end."""
    async with bench() as made:
        days, gate, kept = Retention(made.context, made.features, NORMAL), made.cloud.channel("Gate"), number(made)
        gate.retention = {"normal": 0, "alarm": 7}
        made.take(await days.read(address_of(gate)))
        assert made.value(kept) is UNLIMITED
        await days.set(address_of(gate), 365)
        assert made.value(kept) == 365.0
        for raw in (b"{}", b'{"time_policies": [{"storage_days": 3, "storage_type": "MOTION_RECORD"}]}'):
            made.cloud.fault("time-policy", raw=raw, times=1)
            made.take(await days.read(address_of(gate)))
            assert made.value(kept) is UNKNOWN
        made.cloud.fault("time-policy", raw=b'{"time_policies": [{"storage_days": 3}]}', times=1)
        made.take(await days.read(address_of(gate)))
        assert made.value(kept) == 3.0


async def test_what_is_bought_for_a_time_cannot_be_changed() -> None:
    """The refusal is remembered for a day; the days are still told."""
    async with bench(DevicePlan(name="Gate", ondemand=False)) as made:
        days, gate, kept = Retention(made.context, made.features, NORMAL), made.cloud.channel("Gate"), number(made)
        for _ in range(2):
            with pytest.raises(RejectedError) as refused:
                await days.set(address_of(gate), 30)
            assert refused.value.code == "IVM.20010009"
            assert "subscription" in refused.value.placeholders["meaning"].lower()
        assert len(made.sent(PATH)) == 1
        assert days.is_fixed(gate.key)
        assert made.value(kept) == 7.0
        made.clock.time += FIXED_SECONDS + 1
        assert not days.is_fixed(gate.key)
        with pytest.raises(RejectedError):
            await days.set(address_of(gate), 30)
        assert len(made.sent(PATH)) == 2


async def test_a_trial_account_keeps_less() -> None:
    """What is refused once may be taken with another number."""
    async with bench() as made:
        days, gate = Retention(made.context, made.features, NORMAL), made.cloud.channel("Gate")
        made.cloud.beta = True
        with pytest.raises(RejectedError):
            await days.set(address_of(gate), 30)
        await days.set(address_of(gate), 5)
        assert gate.retention["normal"] == 5


async def test_days_that_do_not_follow() -> None:
    """It is told what is there."""
    async with bench() as made:
        days, gate = Retention(made.context, made.features, NORMAL), made.cloud.channel("Gate")
        made.cloud.fault(
            f"channels/{gate.id}/time-policy",
            raw=b'{"time_policies": [{"storage_days": 0, "storage_type": "PLAN_RECORD"}]}',
        )
        with pytest.raises(NotConfirmedError) as refused:
            await days.set(address_of(gate), 30)
        assert refused.value.placeholders == {"wanted": "30", "found": "unlimited"}
