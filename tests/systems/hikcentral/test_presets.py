"""Presets and patrols over real sockets (hikcentral §3.5)."""

import asyncio
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import (
    BusyError,
    DeviceOfflineError,
    InsufficientRightsError,
    InvalidArgumentError,
    NotConfirmedError,
    NotFoundError,
    ProtocolError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.hikcentral.presets import ADD, DELETE, FRESH_SECONDS, Presets
from custom_components.hikvision_ivm.systems.hikcentral.ptz import CONTROL
from custom_components.hikvision_ivm.systems.hikcentral.records import Camera
from custom_components.hikvision_ivm.systems.hikcentral.related import Related
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, ButtonFeature, CameraFeature, SelectFeature
from custom_components.hikvision_ivm.systems.preset_selects import AGAIN_SECONDS
from custom_components.hikvision_ivm.systems.presets import Preset, number_of, options_of
from simulators.hikcentral.options import Options
from simulators.hikcentral.plan import SitePlan
from simulators.hikcentral.state import Patrol

from .command_bench import Bench, CommandSink, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

PRESETS = "video/v1/presets/searches"
PATROLS = "video/v1/patrols/searches"
OPTIONS = ("Gate (1)", "Fence", "Gate (3)")


def preset_select(made: Bench, id_: str = "1") -> SelectFeature:
    """Return the select of a camera's presets."""
    return made.feature(SelectFeature, Kind.PTZ_PRESET, id_)


def patrol_select(made: Bench, id_: str = "1") -> SelectFeature:
    """Return the select of a camera's patrols."""
    return made.feature(SelectFeature, Kind.PTZ_PATROL, id_)


def button(made: Bench, kind: Kind) -> ButtonFeature:
    """Return a button of the first camera."""
    return made.feature(ButtonFeature, kind, "1")


def entity(made: Bench, id_: str = "1") -> CameraFeature:
    """Return the entity of a camera."""
    return made.feature(CameraFeature, Kind.MAIN_STREAM, id_)


def gone_to(made: Bench) -> list[int | None]:
    """Return the presets the camera was sent to."""
    return [one.preset for one in made.platform.state.ptz_log if one.command == "GOTO_PRESET"]


def runs(made: Bench, index: int) -> bool:
    """Whether a patrol of the first camera runs."""
    return made.platform.state.patrols["1"][index].running


# lists


@pytest.mark.parametrize("profile", ["table", "sample", "hostile"])
async def test_options_are_read_for_who_is_looked_at(profile: str) -> None:
    """Names that repeat are told apart by their numbers."""
    async with bench(profile=profile, site=SitePlan(ptz=2)) as made:
        wanted = {preset_select(made).id, patrol_select(made).id}
        assert await made.commands.presets.slice(wanted, made.sink) == 2
        assert preset_select(made).options == OPTIONS
        assert patrol_select(made).options == ("Night round",)
        assert preset_select(made, "2").options == ()
        assert len(made.sink.inventories) == 1
        related = [one for one in made.context.part(Related).of(camera(made)) if one.id == preset_select(made).id]
        assert related[0] is preset_select(made)
        assert made.value(preset_select(made)) is UNKNOWN
        assert made.platform.count("searches") == 2


async def test_a_list_is_read_again_when_it_is_old() -> None:
    """Few at a time, the oldest first; what did not change is not delivered."""
    async with bench(site=SitePlan(ptz=3)) as made:
        presets = made.commands.presets
        wanted = {feature.id for feature in made.context.inventory().of(SelectFeature)}
        assert await presets.slice(wanted, made.sink, most=4) == 4
        assert await presets.slice(wanted, made.sink, most=4) == 2
        assert await presets.slice(wanted, made.sink) == 0
        delivered = len(made.sink.inventories)
        made.platform.state.presets["2"] = {7: "Yard"}
        made.time.passed += FRESH_SECONDS
        assert await presets.slice(wanted, made.sink) == 6
        assert len(made.sink.inventories) == delivered + 1
        assert preset_select(made, "2").options == ("Yard",)
        assert preset_select(made, "1").options == OPTIONS


async def test_the_oldest_list_is_read_first() -> None:
    """Whatever the order of the cameras; what did not change is not told."""
    async with bench(site=SitePlan(ptz=3)) as made:
        presets = made.commands.presets
        for id_ in ("3", "1", "2"):
            await presets.slice({preset_select(made, id_).id}, made.sink)
            made.time.passed += 60
        wanted = {preset_select(made, id_).id for id_ in ("1", "2", "3")}
        made.time.passed += FRESH_SECONDS
        made.sink.history.clear()
        made.platform.requests.clear()
        for _ in wanted:
            await presets.slice(wanted, made.sink, most=1)
        assert [body["cameraIndexCode"] for body in made.bodies(PRESETS)] == ["3", "1", "2"]
        assert not made.sink.history


async def test_a_list_that_cannot_be_read_is_tried_later() -> None:
    """Quietly; one that nobody may ask for is not asked for."""
    async with bench() as made:
        presets = made.commands.presets
        wanted = {preset_select(made).id}
        made.platform.fault(PRESETS, data=None)
        assert await presets.slice(wanted, made.sink) == 1
        assert await presets.slice(wanted, made.sink) == 0
        made.time.passed += AGAIN_SECONDS
        made.platform.heal()
        assert await presets.slice(wanted, made.sink) == 1
        assert preset_select(made).options == OPTIONS
        made.time.passed += FRESH_SECONDS
        made.platform.deny(PRESETS)
        assert await presets.slice(wanted, made.sink) == 1
        made.time.passed += AGAIN_SECONDS
        assert await presets.slice(wanted, made.sink) == 0


async def test_options_are_kept_when_the_inventory_is_made_anew() -> None:
    """Nothing is replaced that is as it should be."""
    async with bench() as made:
        bare = made.context.inventory()
        await made.commands.presets.slice({preset_select(made).id}, made.sink)
        assert made.commands.presets.apply(bare).features[preset_select(made).id] == preset_select(made)
        full = made.context.inventory()
        assert made.commands.presets.apply(full) is full


async def test_without_an_owner_of_the_inventory_it_is_delivered_all_the_same() -> None:
    """The default."""
    async with bench() as made:
        await Presets(made.context).slice({preset_select(made).id}, made.sink)
        found = made.sink.inventories[0].features[preset_select(made).id]
        assert isinstance(found, SelectFeature)
        assert found.options == OPTIONS


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"total": 0}, ()),
        ({"list": []}, ()),
        ([], ()),
        ([[{"presetIndex": "4", "presetName": " Roof "}]], (Preset(4, "Roof"),)),
        ({"list": {"presetIndex ": 4}}, (Preset(4, "4"),)),
        (
            {"list": [{"presetIndex": index, "presetName": "x"} for index in (257, 0, -1, "two", None, True, 2, 2)]},
            (Preset(2, "x"),),
        ),
        ({"list": [{"presetIndex": 1, "presetName": "x" * 900}]}, (Preset(1, "x" * 200),)),
    ],
)
async def test_lists_in_every_shape(data: object, found: tuple[Preset, ...]) -> None:
    """Numbers that no command takes are left out."""
    async with bench() as made:
        made.platform.fault(PRESETS, data=data)
        assert await made.commands.presets.read(camera(made)) == found


@pytest.mark.parametrize("data", [None, "", 7])
async def test_a_failed_answer_is_no_empty_list(data: object) -> None:
    """What is known stays."""
    async with bench() as made:
        await made.commands.presets.slice({preset_select(made).id}, made.sink)
        made.platform.fault(PRESETS, data=data)
        with pytest.raises(ProtocolError):
            await made.commands.presets.read(camera(made))
        assert len(await made.commands.presets.known(camera(made))) == 3


def test_options_are_unique_and_lead_back() -> None:
    """Even if a name looks like one with a number."""
    presets = (Preset(1, "A"), Preset(2, "A"), Preset(3, "A (2)"), Preset(4, "B"))
    options = options_of(presets)
    assert list(options.values()) == [1, 2, 3, 4]
    assert list(options) == ["A (1)", "A (2)", "A (2) (3)", "B"]
    assert [number_of(presets, name) for name in ("B", "A (1)", "A (2) (3)", "A", "C", None)] == [
        4,
        1,
        3,
        None,
        None,
        None,
    ]


# presets


async def test_a_preset_is_gone_to_by_its_option() -> None:
    """The second of two names goes to the second place, and is shown until the camera moves."""
    async with bench() as made:
        await made.commands.select(preset_select(made), "Gate (3)", made.sink)
        assert gone_to(made) == [3]
        assert made.bodies(CONTROL)[0] == {
            "cameraIndexCode": "1", "action": 0, "command": "GOTO_PRESET", "speed": 40, "presetIndex": 3,
        }  # fmt: skip
        assert made.value(preset_select(made)) == "Gate (3)"
        assert preset_select(made).options == OPTIONS
        await made.commands.press(button(made, Kind.PTZ_LEFT), made.sink)
        assert made.value(preset_select(made)) is UNKNOWN
        await made.commands.select(preset_select(made), "Fence", made.sink)
        await made.commands.press(button(made, Kind.PATROL_START), made.sink)
        assert made.value(preset_select(made)) is UNKNOWN


async def test_a_refused_preset_is_not_shown() -> None:
    """Nor is the one before: the camera may have left it."""
    async with bench() as made:
        await made.commands.select(preset_select(made), "Fence", made.sink)
        made.platform.options.occupied = {"1"}
        with pytest.raises(BusyError) as raised:
            await made.commands.select(preset_select(made), "Gate (1)", made.sink)
        assert "somebody else" in str(raised.value)
        assert made.value(preset_select(made)) is UNKNOWN


async def test_an_option_that_is_none_any_more() -> None:
    """Nothing is sent to the camera."""
    async with bench() as made:
        for select in (preset_select(made), patrol_select(made)):
            with pytest.raises(InvalidArgumentError):
                await made.commands.select(select, "Nowhere", made.sink)
        stray = SelectFeature(device_id="d", kind=Kind.HOLIDAY, address=camera(made))
        with pytest.raises(UnsupportedError):
            await made.commands.select(stray, "Fence", made.sink)
        assert made.platform.count(CONTROL) == 0


async def test_a_preset_ends_a_movement_first() -> None:
    """Stop, then go."""
    async with bench() as made:
        made.time.blocked = 0.5
        moving = asyncio.create_task(made.commands.press(button(made, Kind.PTZ_UP), made.sink))
        await made.time.asleep.wait()
        await made.act("goto_preset", [entity(made)], preset=2)
        await moving
        log = [(one.command, one.action) for one in made.platform.state.ptz_log]
        assert log == [("UP", 0), ("UP", 1), ("GOTO_PRESET", 0)]


@pytest.mark.parametrize("preset", [2, "2", "Fence"])
async def test_a_preset_is_named_by_number_or_name(preset: object) -> None:
    """Both lead to the same place; a number needs no list."""
    async with bench() as made:
        await made.act("goto_preset", [entity(made)], preset=preset)
        assert gone_to(made) == [2]
        assert made.platform.count(PRESETS) == (preset == "Fence")


@pytest.mark.parametrize("preset", [None, "", 0, 257, "Gate", "Nowhere", True, ["1"]])
async def test_a_preset_that_cannot_be_used(preset: object) -> None:
    """Missing, out of range, of two places, of none."""
    async with bench() as made:
        for action in ("goto_preset", "delete_preset", "set_preset"):
            with pytest.raises(InvalidArgumentError) as raised:
                await made.act(action, [entity(made)], preset=preset)
            assert raised.value.placeholders["field"] == "preset"
        assert not [request for request in made.platform.requests if request.path != PRESETS]


async def test_a_preset_is_made_and_deleted() -> None:
    """The select has it at once, and shows that the camera is there."""
    async with bench() as made:
        await made.act("set_preset", [entity(made)], preset=9, name=" Roof ")
        assert made.platform.state.presets["1"][9] == "Roof"
        assert preset_select(made).options == (*OPTIONS, "Roof")
        assert made.value(preset_select(made)) == "Roof"
        await made.act("set_preset", [entity(made)], preset=9)
        assert made.platform.state.presets["1"][9] == "Roof"
        await made.act("set_preset", [entity(made)], preset=10)
        assert made.platform.state.presets["1"][10] == "Preset 10"
        await made.act("delete_preset", [entity(made)], preset="Preset 10")
        assert made.value(preset_select(made)) is UNKNOWN
        await made.act("delete_preset", [entity(made)], preset=9)
        assert preset_select(made).options == OPTIONS
        await made.act("set_preset", [entity(made)], preset=11)
        await made.act("delete_preset", [entity(made)], preset=11)
        made.platform.state.presets["1"][11] = "Somebody else's"
        await made.commands.presets.read(camera(made))
        report = made.commands.presets.report([preset_select(made)])
        assert report.values[preset_select(made).id] is UNKNOWN
        with pytest.raises(NotFoundError):
            await made.act("delete_preset", [entity(made)], preset=9)
        with pytest.raises(InvalidArgumentError):
            await made.act("set_preset", [entity(made)], preset=9, name="x" * 129)


async def test_a_preset_that_was_not_made_or_not_deleted() -> None:
    """The platform said yes; the list says otherwise."""
    async with bench() as made:
        for path, action, preset in ((ADD, "set_preset", 9), (DELETE, "delete_preset", 2)):
            made.platform.fault(path, data="")
            with pytest.raises(NotConfirmedError):
                await made.act(action, [entity(made)], preset=preset, name="x")
        assert preset_select(made).options == OPTIONS
        made.platform.heal()
        made.platform.fault(PRESETS, code="129")
        await made.act("set_preset", [entity(made)], preset=9, name="x")
        assert made.platform.state.presets["1"][9] == "x"


async def test_a_lost_answer_is_not_repeated() -> None:
    """Commands are sent once."""
    async with bench() as made:
        for path, call in ((CONTROL, "goto_preset"), (ADD, "set_preset"), (DELETE, "delete_preset")):
            made.platform.fault(path, drop=True)
            with pytest.raises(Exception, match=".") as raised:
                await made.act(call, [entity(made)], preset=2, name="x")
            assert raised.type.__name__ == "ConnectionFailedError"
            assert made.platform.count(path) == 1


# patrols


async def test_a_patrol_is_chosen_started_and_stopped() -> None:
    """The choice lasts; the only one needs no choice."""
    memory: dict[str, Any] = {}
    async with bench(memory=memory) as made:
        await made.commands.press(button(made, Kind.PATROL_START), made.sink)
        assert runs(made, 1)
        await made.commands.press(button(made, Kind.PATROL_STOP), made.sink)
        assert not runs(made, 1)
        made.platform.state.patrols["1"][2] = Patrol(2, "Day round")
        await made.commands.presets.read(camera(made), Kind.PTZ_PATROL)
        with pytest.raises(InvalidArgumentError):
            await made.commands.press(button(made, Kind.PATROL_START), made.sink)
        await made.commands.select(patrol_select(made), "Day round", made.sink)
        assert made.value(patrol_select(made)) == "Day round"
        assert not runs(made, 2)
        await made.commands.press(button(made, Kind.PATROL_START), made.sink)
        assert runs(made, 2)
    assert memory["patrols"] == {"1": 2}
    async with bench(memory=memory) as made:
        made.platform.state.patrols["1"][2] = Patrol(2, "Day round")
        await made.commands.presets.slice({patrol_select(made).id}, made.sink)
        assert made.value(patrol_select(made)) == "Day round"


async def test_the_patrol_that_runs_is_stopped() -> None:
    """Even if another one was chosen since."""
    async with bench() as made:
        made.platform.state.patrols["1"][2] = Patrol(2, "Day round")
        await made.act("run_patrol", [entity(made)], patrol="Night round")
        await made.commands.select(patrol_select(made), "Day round", made.sink)
        await made.commands.press(button(made, Kind.PATROL_STOP), made.sink)
        assert not runs(made, 1)
        await made.act("run_patrol", [entity(made)], patrol=2)
        await made.act("stop_patrol", [entity(made)], patrol="2")
        await made.act("run_patrol", [entity(made)], patrol=1)
        await made.act("goto_preset", [entity(made)], preset=1)
        await made.commands.press(button(made, Kind.PATROL_STOP), made.sink)
        log = [(one.patrol, one.action) for one in made.platform.state.ptz_log if one.command == "RUN_PATROL"]
        assert log == [(1, 0), (1, 1), (2, 0), (2, 1), (1, 0), (2, 1)]


async def test_a_camera_without_patrols() -> None:
    """In plain words; a memory that is none is none."""
    async with bench(memory={"patrols": {"1": "two"}}) as made:
        made.platform.state.patrols["1"].clear()
        with pytest.raises(InvalidArgumentError) as raised:
            await made.commands.press(button(made, Kind.PATROL_START), made.sink)
        assert "has none" in str(raised.value)
        for patrol in (9, "Night round", None):
            with pytest.raises(InvalidArgumentError):
                await made.act("run_patrol", [entity(made)], patrol=patrol)
        with pytest.raises(UnsupportedError):
            await made.commands.presets.press(
                ButtonFeature(device_id="d", kind=Kind.REBOOT, address=camera(made)), made.sink
            )


async def test_a_list_that_is_needed_and_refused() -> None:
    """The error is the platform's."""
    async with bench() as made:
        made.platform.fault(PATROLS, code="129")
        with pytest.raises(DeviceOfflineError):
            await made.act("run_patrol", [entity(made)], patrol="Night round")
        made.platform.heal()
        made.platform.deny(PATROLS)
        with pytest.raises(InsufficientRightsError):
            await made.commands.select(patrol_select(made), "Night round", made.sink)


async def test_values_are_told_at_the_beginning() -> None:
    """Unknown where nothing is known; every such select is mentioned."""
    async with bench(behaviour=Options()) as made:
        sink = CommandSink()
        made.commands.begin(made.context.inventory(), sink)
        assert sink.values[preset_select(made).id] is UNKNOWN
        assert sink.values[patrol_select(made).id] is UNKNOWN


def camera(made: Bench, id_: str = "1") -> Camera:
    """Return a camera."""
    return made.context.facts().cameras[id_]
