"""A day at a simulated device: people pass, doors open, disks fill, the processor drifts.

A script is a row of steps with the seconds between them; `live` picks scripts at random, as its seed decides.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Literal

from .documents.events import BASIC
from .smart import DETECTIONS

if TYPE_CHECKING:
    from .device import IsapiSimulator

RULES: Mapping[str, str] = {
    **{alert: name for name, (_prefix, alert) in BASIC.items()},
    **{row.alert: f"Smart/{row.path}" for row in DETECTIONS.values()},
}
"""Event type to the resource of its rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, `after` seconds behind the step before it."""

    after: float = 0.0
    type: str
    state: str = "active"
    target: str | None = None
    region: str | None = None
    on_port: bool = False
    """It happens at an alarm input, not at a channel."""
    on_device: bool = False


def _motion(seconds: int, target: str) -> tuple[Step, ...]:
    """Motion told every second, then its end."""
    return (
        *(Step(after=1.0 if second else 0.0, type="VMD", target=target, region="1") for second in range(seconds)),
        Step(after=1.0, type="VMD", state="inactive"),
    )


def _pass(kind: str, target: str, seconds: int) -> tuple[Step, ...]:
    """Somebody moves, and a rule notices on the way."""
    motion = _motion(seconds, target)
    noticed = (
        Step(after=0.3, type=kind, target=target, region="1"),
        Step(after=1.2, type=kind, state="inactive", target=target, region="1"),
    )
    return motion[:2] + noticed + motion[2:]


SCRIPTS: Mapping[str, tuple[Step, ...]] = {
    "person_crosses_line": _pass("linedetection", "human", 4),
    "vehicle_crosses_line": _pass("linedetection", "vehicle", 3),
    "person_intrudes": _pass("fielddetection", "human", 6),
    "person_enters": _pass("regionEntrance", "human", 3),
    "person_leaves": _pass("regionExiting", "human", 3),
    "leaves_move": _motion(2, "others"),
    "face": (Step(type="facedetection", region="1"), Step(after=2.0, type="facedetection", state="inactive")),
    "camera_covered": (
        Step(type="shelteralarm"),
        Step(after=4.0, type="shelteralarm", state="inactive"),
    ),
    "scene_changes": (
        Step(type="scenechangedetection"),
        Step(after=2.0, type="scenechangedetection", state="inactive"),
    ),
    "warm_body": (Step(type="PIR"), Step(after=3.0, type="PIR", state="inactive")),
    "door": (Step(type="IO", on_port=True), Step(after=4.0, type="IO", state="inactive", on_port=True)),
    "wrong_login": (Step(type="illaccess", on_device=True),),
}
WEIGHTS: Mapping[str, int] = {"camera_covered": 1, "scene_changes": 1, "wrong_login": 1, "door": 8}
"""How often a script is picked; 5 unless given."""
ALIASES: Mapping[str, str] = {"shelteralarm": "tamperdetection"}
"""Alert name to trigger name where they differ."""


def is_told(device: IsapiSimulator, kind: str, *, channel: int | None = None, port: int | None = None) -> bool:
    """Tell whether a device would report an event: its rule is on and its trigger linked to the surveillance centre."""
    kind = ALIASES.get(kind, kind)
    rule = RULES.get(kind)
    if rule is not None and channel is not None:
        path = f"{rule}/{channel}" if rule.startswith("Smart/") else device.setup.base_of(channel, rule)
        if path in device.documents and device.is_enabled(path) is False:
            return False
    prefixes = {kind, *(prefix for prefix, name in BASIC.values() if name == kind)}
    number = port if port is not None else channel
    ids = [f"{prefix}-{number}" for prefix in prefixes] + [kind]
    found = next((name for name in ids if f"Event/triggers/{name}" in device.documents), None)
    return found is not None and "center" in device.methods_of(found)


def happen(device: IsapiSimulator, step: Step, channel: int, port: str | None) -> bool:
    """Let a step happen; returns whether it was told."""
    if step.on_port:
        if port is None:
            return False
        told = is_told(device, step.type, port=int(port))
        device.set_input(port, step.state == "active", tell=told)
        return told
    place: int | Literal[""] | None = None if step.on_device else channel
    if not is_told(device, step.type, channel=None if step.on_device else channel):
        return False
    device.emit(type=step.type, channel=place, state=step.state, target=step.target, region=step.region)
    return True


async def play(
    device: IsapiSimulator, script: str, *, channel: int = 1, port: str | None = None, pace: float = 1.0
) -> int:
    """Play a script once; `pace` stretches its pauses. Returns how many of its steps were told."""
    told = 0
    for step in SCRIPTS[script]:
        if step.after:
            await asyncio.sleep(step.after * pace)
        told += happen(device, step, channel, port)
    return told


def drift(device: IsapiSimulator, random: Random) -> None:
    """Let processor, memory and disks move a little."""
    device.cpu = min(max(device.cpu + random.randint(-6, 6), 3), 97)
    device.memory_used = min(max(device.memory_used + random.uniform(-8, 8), 100.0), device.memory_total - 20)
    for disk in device.disks:
        if disk.free:
            left = disk.free - random.randint(1, 64)
            # A full disk is overwritten from its beginning.
            device.set_disk(disk.id, free=left if left > 512 else disk.capacity // 2)


async def live(device: IsapiSimulator, *, seed: int, pace: float) -> None:
    """Let things happen at random, some seconds apart, until cancelled; several channels at a time."""
    random = Random(seed)
    names = list(SCRIPTS)
    weights = [WEIGHTS.get(name, 5) for name in names]
    busy: set[int] = set()

    async def one(name: str, channel: int, port: str | None) -> None:
        try:
            await play(device, name, channel=channel, port=port, pace=pace)
        finally:
            busy.discard(channel)

    while True:
        await asyncio.sleep(random.uniform(1.0, 6.0) * pace)
        drift(device, random)
        free = [channel for channel in device.setup.channels if channel not in busy]
        free = [channel for channel in free if device.online.get(channel) is not False]
        name = random.choices(names, weights)[0]
        pick = random.random()
        if device.is_down or not free:
            continue
        channel = free[int(pick * len(free))]
        ports = list(device.inputs)
        busy.add(channel)
        port = ports[int(pick * len(ports))] if ports else None
        device.spawn(partial(one, name, channel, port), f"simulated {name}")
