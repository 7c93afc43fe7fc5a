"""Presets over real sockets (ivm §3.6)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    DeviceOfflineError,
    InvalidArgumentError,
    NotConfirmedError,
    RejectedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.channel_lists import FRESH_SECONDS
from custom_components.hikvision_ivm.systems.ivm.codes import OccupiedError
from custom_components.hikvision_ivm.systems.ivm.presets import Presets
from custom_components.hikvision_ivm.systems.ivm.ptz import Ptz
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, SelectFeature
from custom_components.hikvision_ivm.systems.preset_selects import AGAIN_SECONDS
from simulators.ivm import DevicePlan
from simulators.ivm.state import Preset

from .media_bench import Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "preset-position"
LOCK = "control-lock"
MOVE = "preset-position/move"
RECORDER = DevicePlan(name="Gate", kind="NVR", channels=2)


@dataclass
class Made:
    """A cloud, and what knows the presets of its cameras."""

    bench: Bench
    ptz: Ptz
    presets: Presets
    changed: list[Any]
    refused: list[Any]

    @property
    def select(self) -> SelectFeature:
        """The select of the first camera."""
        return self.bench.feature(SelectFeature, Kind.PTZ_PRESET)

    def shown(self, select: SelectFeature) -> Any:
        """Return what was told of a select last."""
        return self.bench.sink.values.get(select.id)


@asynccontextmanager
async def watching(*devices: DevicePlan, **more: Any) -> AsyncIterator[Made]:
    """Start it."""
    async with bench(*devices, **more) as made:
        ptz = Ptz(made.context)
        presets = Presets(made.context, made.features, ptz)
        found = Made(made, ptz, presets, [], [])
        presets.changed = found.changed.append
        presets.refused = lambda channel, gate: found.refused.append(gate)
        yield found
        await ptz.close()


async def test_lists_are_read_when_somebody_looks_and_twice_a_day() -> None:
    """They are told when they changed."""
    async with watching() as made:
        select, sink = made.select, made.bench.sink
        assert await made.presets.slice([], sink) == 0
        assert await made.presets.slice([select.id], sink) == 1
        address = made.bench.address()
        assert made.presets.options(address) == ("Preset 1", "Preset 2", "Preset 3")
        assert made.changed == [address]
        assert made.shown(select) is UNKNOWN
        (filled,) = made.presets.apply(made.bench.inventories[-1]).of(SelectFeature)
        assert filled.options == ("Preset 1", "Preset 2", "Preset 3")
        assert await made.presets.slice([select.id], sink) == 0
        made.bench.clock.passes(FRESH_SECONDS)
        assert await made.presets.slice([select.id], sink) == 1
        assert made.changed == [address]
        made.bench.channel().presets[9] = Preset(9, "Preset 1", b"")
        await made.presets.refresh(address, sink)
        assert made.presets.options(address) == ("Preset 1 (1)", "Preset 2", "Preset 3", "Preset 1 (9)")
        assert made.changed == [address, address]


async def test_a_list_that_cannot_be_read_is_tried_later() -> None:
    """And so is one that changed and could not be read after that."""
    async with watching() as made:
        select, sink = made.select, made.bench.sink
        made.bench.cloud.fault(PATH, code="IVM.20000043", times=1)
        assert await made.presets.slice([select.id], sink) == 1
        assert await made.presets.slice([select.id], sink) == 0
        made.bench.clock.passes(AGAIN_SECONDS)
        assert await made.presets.slice([select.id], sink) == 1
        assert made.presets.options(made.bench.address())
        made.bench.cloud.fault(PATH, code="IVM.20000043", times=1, method="GET")
        await made.presets.delete(made.bench.address(), 3, sink)
        assert await made.presets.slice([select.id], sink) == 1
        assert made.presets.options(made.bench.address()) == ("Preset 1", "Preset 2")


@pytest.mark.parametrize("form", ["integer", "string", "both"])
async def test_an_option_moves_the_camera(form: Any) -> None:
    """With the right to move it, which bears another name here; the number as the cloud takes it, once found out."""
    async with watching() as made:
        made.bench.cloud.preset_index = form
        select = made.select
        await made.presets.select(select, "Preset 2", made.bench.sink)
        assert made.bench.channel().ptz.preset == 2
        assert made.shown(select) == "Preset 2"
        await made.presets.select(select, "Preset 3", made.bench.sink)
        sent = [body["preset_index"] for body in made.bench.bodies(MOVE)]
        assert sent == ([2, "2", "3"] if form == "string" else [2, 3])
        assert made.bench.channel().ptz.preset == 3
        with pytest.raises(InvalidArgumentError):
            await made.presets.select(select, "Preset 8", made.bench.sink)
        await made.ptz.move(made.bench.address(), "left")
        assert made.shown(select) is UNKNOWN
        assert not made.bench.channel().ptz.runaway


async def test_a_movement_ends_before_a_preset() -> None:
    """The camera stands when it is sent on."""
    async with watching() as made:
        await asyncio.gather(
            made.ptz.move(made.bench.address(), "left", duration=0.3),
            made.presets.goto(made.bench.address(), 1, made.bench.sink),
        )
        assert made.bench.channel().ptz.is_still


async def test_somebody_else_moves_the_camera() -> None:
    """Then it is not known to look there."""
    async with watching() as made:
        select = made.select
        await made.presets.known(made.bench.address())
        made.bench.channel().ptz.busy = True
        with pytest.raises(OccupiedError):
            await made.presets.select(select, "Preset 2", made.bench.sink)
        assert made.bench.cloud.count(MOVE) == 0
        assert made.shown(select) is None


async def test_a_right_that_was_lost_is_taken_again() -> None:
    """And the preset is gone to."""
    async with watching() as made:
        made.bench.cloud.fault(MOVE, code="IVM.20002001", times=1)
        made.bench.cloud.fault(LOCK, raw='{"control_token": "stale"}', status=200, times=1)
        await made.presets.goto(made.bench.address(), 1, made.bench.sink)
        assert made.bench.channel().ptz.preset == 1
        assert made.bench.cloud.count(LOCK, "GET") == 2


async def test_saving_on_a_camera_and_on_a_recorder() -> None:
    """A camera is told the number, the first that is free; a recorder chooses it itself."""
    async with watching() as made:
        made.bench.channel().presets.pop(2)
        select = made.select
        assert await made.presets.save(made.bench.address(), "Front door", made.bench.sink) == 2
        assert made.bench.channel().presets[2].name == "Front door"
        assert made.bench.bodies(PATH, "POST") == [{"preset_name": "Front door", "index": 2}]
        assert await made.presets.save(made.bench.address(), "Far", made.bench.sink, index=40) == 40
        assert made.shown(select) == "Far"
    async with watching(RECORDER) as made:
        assert await made.presets.save(made.bench.address(), "Front door", made.bench.sink) == 4
        assert made.bench.bodies(PATH, "POST") == [{"preset_name": "Front door"}]
        with pytest.raises(InvalidArgumentError):
            await made.presets.save(made.bench.address(), "Far", made.bench.sink, index=40)


async def test_saving_by_the_other_rule() -> None:
    """Where the type of the device misleads."""
    async with watching() as made:
        made.bench.channel().device.kind = "NVR"
        facts = made.bench.context.facts()
        device = facts.devices[made.bench.channel().device.id]
        object.__setattr__(device, "type", "IPC")
        object.__setattr__(made.bench.context, "facts", lambda: facts)
        assert await made.presets.save(made.bench.address(), "Door", made.bench.sink) == 4
        assert [sorted(body) for body in made.bench.bodies(PATH, "POST")] == [["index", "preset_name"], ["preset_name"]]
        made.bench.cloud.fault(PATH, code="IVM.10020001", method="POST")
        with pytest.raises(RejectedError):
            await made.presets.save(made.bench.address(), "Door", made.bench.sink)
        assert len(made.bench.bodies(PATH, "POST")) == 4


async def test_renaming_and_deleting() -> None:
    """Both are read back."""
    async with watching() as made:
        address, sink = made.bench.address(), made.bench.sink
        select = made.select
        await made.presets.known(address)
        await made.presets.goto(address, 1, sink)
        assert made.shown(select) == "Preset 1"
        await made.presets.rename(address, 1, "大门 1", sink)
        assert made.presets.options(address)[0] == "大门 1"
        assert made.shown(select) == "大门 1"
        await made.presets.delete(address, 1, sink)
        assert 1 not in made.bench.channel().presets
        assert made.presets.options(address) == ("Preset 2", "Preset 3")
        assert made.shown(select) is UNKNOWN


async def test_what_does_not_follow_is_told() -> None:
    """The cloud says yes, and nothing happens."""
    async with watching() as made:
        address, sink = made.bench.address(), made.bench.sink
        for method in ("POST", "PUT", "DELETE"):
            made.bench.cloud.fault(PATH, raw="{}", status=200, method=method)
        with pytest.raises(NotConfirmedError):
            await made.presets.save(address, "Door", sink)
        with pytest.raises(NotConfirmedError):
            await made.presets.rename(address, 1, "Door", sink)
        with pytest.raises(NotConfirmedError):
            await made.presets.delete(address, 1, sink)


@pytest.mark.parametrize("name", ["", "a/b", "x" * 129, "new\nline", "50 %"])
async def test_names_that_the_cloud_does_not_take(name: str) -> None:
    """Are found before anything is sent."""
    async with watching() as made:
        with pytest.raises(InvalidArgumentError):
            await made.presets.save(made.bench.address(), name, made.bench.sink)
        with pytest.raises(InvalidArgumentError):
            await made.presets.rename(made.bench.address(), 1, name, made.bench.sink)
        assert not made.bench.cloud.count(PATH)


async def test_a_preset_is_named_in_three_ways() -> None:
    """By number, name and option; several of a name are none."""
    async with watching() as made:
        address = made.bench.address()
        assert await made.presets.number(address, "17") == 17
        assert not made.bench.cloud.count(PATH)
        assert await made.presets.number(address, "Preset 2") == 2
        made.bench.channel().presets[9] = Preset(9, "Preset 2", b"")
        await made.presets.read(address)
        assert await made.presets.number(address, "Preset 2 (9)") == 9
        for wrong in ("Preset 2", "0", "513", "nowhere"):
            with pytest.raises(InvalidArgumentError):
                await made.presets.number(address, wrong)


async def test_no_free_number() -> None:
    """Is told before anything is sent."""
    async with watching() as made:
        made.bench.channel().presets = {index: Preset(index, str(index), b"x") for index in range(1, 513)}
        with pytest.raises(InvalidArgumentError):
            await made.presets.save(made.bench.address(), "Door", made.bench.sink)
        assert not made.bench.bodies(PATH, "POST")


async def test_other_protocols_and_cameras_without_presets() -> None:
    """The first are never asked; the second are remembered by who wants to know."""
    async with watching(DevicePlan(name="Gate", protocol="GB28181")) as made:
        for call in (
            made.presets.read(made.bench.address()),
            made.presets.goto(made.bench.address(), 1, made.bench.sink),
            made.presets.save(made.bench.address(), "Door", made.bench.sink),
        ):
            with pytest.raises(UnsupportedError):
                await call
        assert await made.presets.slice([made.select.id], made.bench.sink) == 0
        assert not made.bench.cloud.count(PATH)
    async with watching(DevicePlan(name="Gate", abilities=["ptz"])) as made:
        with pytest.raises(UnsupportedError):
            await made.presets.read(made.bench.address())
        assert made.refused == [Gate.PRESETS]
        made.bench.channel().online = False
        with pytest.raises(DeviceOfflineError):
            await made.presets.read(made.bench.address())
        assert made.refused == [Gate.PRESETS]


async def test_dirty_lists() -> None:
    """Numbers as text, nothing instead of an empty list, rows without a number."""
    async with watching(dirty=True) as made:
        assert [one.index for one in await made.presets.read(made.bench.address())] == [1, 2, 3]
        made.bench.cloud.fault(PATH, raw='{"preset_positions": null}', status=200, times=1)
        assert await made.presets.read(made.bench.address()) == ()
        rows = '[{"preset_name": "x"}, {"preset_index": "600"}, {"preset_index": "5"}]'
        made.bench.cloud.fault(PATH, raw=f'{{"preset_positions": {rows}}}', status=200, times=1)
        assert [(one.index, one.name) for one in await made.presets.read(made.bench.address())] == [(5, "5")]
