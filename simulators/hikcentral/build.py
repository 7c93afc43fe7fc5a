"""Fills a new platform from its plan: sites, areas, devices, cameras, doors, inputs and outputs, servers."""

from typing import TYPE_CHECKING

from .state import (
    NO_PARENT,
    AlarmInput,
    AlarmOutput,
    Camera,
    Device,
    Door,
    IntelligentServer,
    Patrol,
    Pool,
    Reader,
    RecordServer,
    Region,
    Site,
    StreamServer,
)

if TYPE_CHECKING:
    from .platform import HikCentralSimulator

SITES = ("Head office", "Warehouse", "Branch")
AREAS = ("Campus", "Building A", "Building B", "Car park", "Laboratory", "Roof")
CAMERAS = ("Main gate", "Lobby", "Car park", "Corridor", "Loading bay", "Yard", "Stairs", "Server room")
DOORS = ("Main entrance", "Staff door", "Laboratory", "Archive")
INPUTS = ("Panic button", "Window contact", "Fire panel", "Water sensor")
OUTPUTS = ("Siren", "Gate light", "Barrier relay", "Strobe")


def name(names: tuple[str, ...], number: int) -> str:
    """Return the name of the thing with a number; numbers start at 1 and names repeat with a count."""
    around, place = divmod(number - 1, len(names))
    return names[place] + (f" {around + 1}" if around else "")


def build_core(platform: HikCentralSimulator) -> None:
    """Make everything the core knows."""
    _places(platform)
    _devices(platform)
    _cameras(platform)
    _doors(platform)
    _terminals(platform)
    _servers(platform)


def _places(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    for number in range(plan.sites):
        site = Site(str(number), name(SITES, number + 1), f"192.0.2.{number + 1}")
        state.sites[site.id] = site
        for area in range(1, plan.areas + 1):
            # A binary tree: deep enough for paths, the root has no parent.
            parent = str(area // 2) if area > 1 else NO_PARENT
            state.regions[site.id, str(area)] = Region(str(area), name(AREAS, area), parent, site.id)


def _devices(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    kinds = (
        (state.encoders, plan.encoders, "Recorder", "DS-7716NXI-K4", 1),
        (state.controllers, plan.controllers, "Controller", "DS-K2604", 2),
        (state.mobile_devices, plan.mobile_devices, "Bus recorder", "DS-M5504", 3),
    )
    for devices, number_of, title, model, subnet in kinds:
        for number in range(1, number_of + 1):
            serial = f"{model}0120210101CCRRF{number:08d}WCVU"
            address = f"10.{subnet}.{number // 250}.{number % 250 + 1}"
            devices[str(number)] = Device(str(number), f"{title} {number}", address, "8000", serial)
    for number, device in enumerate(state.mobile_devices.values()):
        device.treaty, device.port = "ehome_reg", "0"
        device.ip = "" if number % 2 else device.ip


def capabilities(number: int, plan_ptz: int, anpr: int, counting: int, thermal: int) -> str:
    """Return what the camera with a number can do: moving ones first, then readers of plates, counters, thermal ones."""
    members = ["vss"]
    for word, many in (("ptz", plan_ptz), ("event_veh", anpr), ("event_pdc", counting), ("event_heat", thermal)):
        if 0 < number <= many:
            members.append(word)
        number -= many
    return ",".join([*members, "gis"])


def _cameras(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    total = plan.cameras + plan.door_cameras + plan.mobile_cameras
    for number in range(1, total + 1):
        at = number - 1
        own = at < plan.cameras
        kind, parents, first, many = (
            ("encodeDevice", plan.encoders, 0, plan.cameras) if own
            else ("acsDevice", plan.controllers, plan.cameras, plan.door_cameras) if at < plan.cameras + plan.door_cameras
            else ("mobileDevice", plan.mobile_devices, plan.cameras + plan.door_cameras, plan.mobile_cameras)
        )  # fmt: skip
        parent = str((at - first) * parents // many + 1) if parents else ""
        site = at * plan.sites // max(1, plan.cameras) if own else 0
        video_pools = max(1, plan.pools - 1)
        camera = Camera(
            str(number), name(CAMERAS, number), parent, kind, str(at % max(1, plan.areas) + 1), str(site),
            capabilities(number, plan.ptz, plan.anpr, plan.counting, plan.thermal) if own else "vss",
            record_server=str(at % max(1, plan.record_servers) + 1), pool=str(at % video_pools + 1),
        )  # fmt: skip
        state.cameras[camera.id] = camera
        if "ptz" in camera.capabilities.split(","):
            state.presets[camera.id] = {1: "Gate", 2: "Fence", 3: "Gate"}
            points = [{"presetIndex": index, "speed": 20, "dwellTime": 15} for index in (1, 2)]
            state.patrols[camera.id] = {1: Patrol(1, "Night round", points)}


def _doors(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    for number in range(1, plan.doors + 1):
        controller = str((number - 1) * plan.controllers // plan.doors + 1) if plan.controllers else ""
        region = str((number - 1) % max(1, plan.areas) + 1)
        door = Door(str(number), name(DOORS, number), controller, str((number - 1) % 4 + 1), region)
        state.doors[door.id] = door
        for place in range(plan.readers):
            reader = Reader(str(len(state.readers) + 1), ("Entry reader", "Exit reader")[place % 2], door.id)
            reader.enabled = None if place > 1 else 1
            state.readers[reader.id] = reader


def _terminals(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    inputs = ["encodeDevice"] * plan.inputs + ["acsDevice"] * plan.controller_inputs
    inputs += ["alarmDevice"] * plan.orphan_inputs
    for number, kind in enumerate(inputs, 1):
        parent, region = _terminal_place(platform, kind, number)
        state.inputs[str(number)] = AlarmInput(str(number), name(INPUTS, number), parent, kind, region)
    outputs = ["encodeDevice"] * plan.outputs + ["acsDevice"] * plan.controller_outputs
    for number, kind in enumerate(outputs, 1):
        parent, region = _terminal_place(platform, kind, number)
        state.outputs[str(number)] = AlarmOutput(str(number), name(OUTPUTS, number), parent, kind, region)


def _terminal_place(platform: HikCentralSimulator, kind: str, number: int) -> tuple[str, str]:
    """Return the parent and the area of an input or output."""
    plan = platform.plan
    parents = {"encodeDevice": plan.encoders, "acsDevice": plan.controllers, "alarmDevice": 1}[kind]
    parent = str((number - 1) % parents + 1) if parents else ""
    return parent, str((number - 1) % max(1, plan.areas) + 1)


def _servers(platform: HikCentralSimulator) -> None:
    state, plan = platform.state, platform.plan
    for number in range(1, plan.record_servers + 1):
        pools = [Pool(str(place), f"VOD_RV_{place}") for place in range(1, plan.pools + 1)]
        if len(pools) > 1:
            pools[-1].name = "PIC_RV_1"
        state.record_servers[str(number)] = RecordServer(
            str(number), f"Recording server {number}", f"10.9.1.{number}", pools=pools
        )
    for number in range(1, plan.stream_servers + 1):
        state.stream_servers[str(number)] = StreamServer(str(number), f"Streaming server {number}", f"10.9.2.{number}")
    for number in range(1, plan.intelligent_servers + 1):
        state.intelligent_servers[str(number)] = IntelligentServer(
            str(number), f"DeepinMind server {number}", f"10.9.3.{number}"
        )
