"""What lists tell that no table names."""

import json

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.ivm.capabilities import Ability
from custom_components.hikvision_ivm.systems.ivm.reading import Reader
from custom_components.hikvision_ivm.systems.ivm.strange import FIELDS, WORDS, Row, Strange
from custom_components.hikvision_ivm.systems.transport.json import Fields
from simulators.ivm import DIRT, DevicePlan, IvmSimulator, TenantPlan
from simulators.ivm.dirty import NEW_FIELD

from .cloud import connected
from .system_bench import running

PLAN = TenantPlan(
    orgs=("Home", "Home/Garden"),
    devices=(
        DevicePlan(name="Door", org="Home", serial="DOOR000001", firmware="SDC 10.2", storage_card="1", mask=True),
        DevicePlan(kind="NVR", name="Till", org="Home/Garden", channels=3, serial="TILL000001", offline_channels=(1,)),
        DevicePlan(protocol="GB28181", name="Yard", org="Home", serial="34020000001320000001", online=False),
    ),
)


def looked(row: Row, **told: object) -> Strange:
    """Return what is found in a row."""
    strange = Strange()
    strange.look(row, Fields(told))
    return strange


async def everything(reader: Reader) -> None:
    """Read every list, and one of each by itself."""
    await reader.organisations()
    await reader.devices()
    await reader.channels()
    await reader.detail("DOOR000001")
    await reader.channel_detail("TILL000001", "1")


@pytest.mark.usefixtures("socket_enabled")
async def test_nothing_is_strange_in_what_is_documented() -> None:
    """Nor in what contradicts the tables in a way that is known."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        cloud.set_dirt(DIRT - {"extra"})
        reader = Reader(client)
        await everything(reader)
        assert reader.strange.report() == {"fields": {}, "words": {}}


@pytest.mark.usefixtures("socket_enabled")
async def test_fields_that_nobody_knows() -> None:
    """They are counted by what they are told of, once for each row that is new."""
    async with IvmSimulator(PLAN) as cloud, connected(cloud) as client:
        cloud.set_dirt({"extra"})
        reader = Reader(client)
        await everything(reader)
        counts = {f"{Row.ORG}.{NEW_FIELD}": 2, f"{Row.DEVICE}.{NEW_FIELD}": 3 + 1, f"{Row.CHANNEL}.{NEW_FIELD}": 11}
        assert reader.strange.fields == counts
        assert not reader.strange.words
        await reader.devices()
        await reader.channels()
        assert reader.strange.fields == counts


@pytest.mark.parametrize("field", sorted(WORDS))
def test_words(field: str) -> None:
    """Each one that is documented is known in any letter case, and nothing else."""
    row = next(row for row in (Row.CHANNEL, Row.DEVICE) if field in FIELDS[row])
    for word in WORDS[field]:
        assert not looked(row, **{field: word.lower()}).words
    assert looked(row, **{field: "MOON"}).words == {f"{row}.{field} MOON": 1}
    assert not looked(row, **{field: None}).words
    assert not looked(row, **{field: ""}).words
    assert looked(row, **{field.upper(): "MOON"}).words == {f"{row}.{field} MOON": 1}
    assert not looked(row, **{field.upper(): "MOON"}).fields


def test_lists_of_words() -> None:
    """Services come as a list, numbers as numbers, and objects where a word is promised are none."""
    states = ["MANAGEMENT_GRANT", "MANAGEMENT_LOST"]
    assert set(looked(Row.CHANNEL, channel_resource_state=states).words) == {
        "channel.channel_resource_state MANAGEMENT_LOST"
    }
    assert not looked(Row.CHANNEL, storage_card_status=3).words
    assert set(looked(Row.CHANNEL, storage_card_status=7).words) == {"channel.storage_card_status 7"}
    assert looked(Row.CHANNEL, channel_state={"x": 1}).report()["fields"] == {}


def test_abilities() -> None:
    """Those of the appendix are known in every form."""
    every = [ability.value for ability in Ability]
    for form in (every, ",".join(every), {key: {"support": "true"} for key in every}):
        assert not looked(Row.CHANNEL, channel_ability=form).words
    assert set(looked(Row.DEVICE, device_ability="ptz,time_travel").words) == {"device.device_ability timetravel"}


@pytest.mark.usefixtures("socket_enabled")
async def test_diagnostics() -> None:
    """They tell it, as JSON."""
    async with running(PLAN) as run:
        run.cloud.set_dirt({"extra"})
        run.clock.move(run.clock.passed + 8 * 3600)
        await run.poll(Tier.INVENTORY)
        told = run.system.diagnostics()["unknown"]
        assert told["fields"][f"device.{NEW_FIELD}"] == 3
        assert told["words"] == {}
        assert json.dumps(told)
