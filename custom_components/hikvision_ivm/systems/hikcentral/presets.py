"""Going to presets and running patrols (hikcentral §3.5).

Their lists are read for cameras whose selects somebody looks at, few at a time, and again after this side changed them.
The platform does not tell where a camera looks: known is only where this side sent it last.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..arguments import bounded, targets, text
from ..background import together
from ..base import Sink
from ..errors import InvalidArgumentError, NotConfirmedError, SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import ButtonFeature, Feature, Inventory, Report, SelectFeature, Unknown, Value
from ..preset_selects import SLICE, PresetSelects
from ..presets import Preset, number_of, options_of
from .preset_lists import SORTS, read
from .ptz import START, STOP, Ptz, camera_of
from .records import Camera
from .related import Related

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

ADD: Final = "video/v1/presets/addition"
DELETE: Final = "video/v1/presets/deletion"
GOTO_PRESET: Final = "GOTO_PRESET"
RUN_PATROL: Final = "RUN_PATROL"

LONGEST_NAME: Final = 128
"""Characters of a name that the platform takes."""
MEMORY: Final = "patrols"
"""Key in the runtime's memory: id of a camera → number of the patrol that its buttons start and stop."""
FRESH_SECONDS: Final = 6 * 3600.0
"""For so long a list is believed; others may change it, but seldom do."""


type Deliver = Callable[[Sequence[Feature], Sink], None]
"""Replaces features of the inventory and delivers it."""


class Presets:
    """Presets and patrols of one platform's cameras.

    `deliver` is to be set by whoever owns the inventory; until then it is delivered without being kept.
    """

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.deliver: Deliver = self._deliver
        self._context = context
        self._ptz = context.part(Ptz)
        self._related = context.part(Related)
        self._lists: PresetSelects[Camera] = PresetSelects(
            context.runtime,
            context.inventory,
            lambda kind, camera: read(context.client, kind, camera),
            _camera_of_select,
            fresh=FRESH_SECONDS,
            refused=lambda kind, camera: context.client.is_refused(SORTS[kind].path),
        )
        self._at: dict[str, int] = {}
        self._running: dict[str, int] = {}
        self._ptz.moved = self._left

    # lists

    async def read(self, camera: Camera, kind: Kind = Kind.PTZ_PRESET) -> tuple[Preset, ...]:
        """Read the presets of a camera, or its patrols (`Kind.PTZ_PATROL`), and keep them. Raises `SystemFailure`."""
        return await self._lists.read(kind, camera.id, camera)

    async def known(self, camera: Camera, kind: Kind = Kind.PTZ_PRESET) -> tuple[Preset, ...]:
        """Return the presets or patrols of a camera, read now if they never were. Raises `SystemFailure`."""
        return await self._lists.known(kind, camera.id, camera)

    async def slice(self, wanted: Collection[str], sink: Sink, *, most: int = SLICE) -> int:
        """Read the lists that are due, of selects in `wanted`; returns how many were asked for."""
        asked, changed = await self._lists.slice(wanted, most=most)
        self._tell(changed, sink)
        return asked

    def apply(self, inventory: Inventory) -> Inventory:
        """Return an inventory with the options that are known."""
        features = self._lists.with_options(inventory.of(SelectFeature))
        return inventory.including(features=features) if features else inventory

    def report(self, features: Iterable[Feature]) -> Report:
        """Return the values of all features that are such selects."""
        values: dict[str, Value | Unknown] = {}
        for feature in features:
            if isinstance(feature, SelectFeature) and feature.kind in SORTS and isinstance(feature.address, Camera):
                values[feature.id] = self._value(feature.kind, feature.address)
        return Report(values=values)

    # commands

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Go to the preset of an option, or choose the patrol that the buttons start and stop.

        Raises `InvalidArgumentError` for an option that is none (any more), and what a command raises.
        """
        camera = camera_of(feature)
        if feature.kind not in SORTS:
            raise UnsupportedError(function=feature.kind)
        index = options_of(await self.known(camera, feature.kind)).get(option)
        if index is None:
            raise InvalidArgumentError(field="option", reason=f"{camera.name} has no such {SORTS[feature.kind].word}")
        if feature.kind is Kind.PTZ_PRESET:
            await self.goto(camera, index, sink)
        else:
            self._choose(camera, index)
            self._tell([camera], sink)

    async def press(self, feature: ButtonFeature, sink: Sink) -> None:
        """Start or stop the chosen patrol, or the only one."""
        camera = camera_of(feature)
        match feature.kind:
            case Kind.PATROL_START:
                await self.run(camera, await self._chosen(camera), sink)
            case Kind.PATROL_STOP:
                await self.run(camera, self._running.get(camera.id) or await self._chosen(camera), sink, action=STOP)
            case _:
                raise UnsupportedError(function=feature.kind)

    async def goto(self, camera: Camera, index: int, sink: Sink) -> None:
        """Send a camera to a preset."""
        self._left(camera, sink)
        await self._ptz.call(camera, GOTO_PRESET, presetIndex=index)
        self._at[camera.id] = index
        self._running.pop(camera.id, None)
        self._tell([camera], sink)

    async def run(self, camera: Camera, index: int, sink: Sink, *, action: int = START) -> None:
        """Start or stop (`STOP`) a patrol."""
        self._left(camera, sink)
        await self._ptz.call(camera, RUN_PATROL, action, patrolIndex=index)
        if action == START:
            self._running[camera.id] = index
        else:
            self._running.pop(camera.id, None)

    async def save(self, camera: Camera, index: int, name: str, sink: Sink) -> None:
        """Make a preset of where a camera looks now; an empty name keeps the old one.

        Raises `NotConfirmedError` if it is not there afterwards.
        """
        known = {preset.index: preset.name for preset in await self.known(camera)} if not name else {}
        body = {
            "cameraIndexCode": camera.id,
            "presetName": name or known.get(index) or f"Preset {index}",
            "presetIndex": index,
        }
        await self._context.client.call(ADD, body, writes=True)
        self._at[camera.id] = index
        await self._changed(camera, index, sink, there=True)

    async def delete(self, camera: Camera, index: int, sink: Sink) -> None:
        """Delete a preset. Raises `NotConfirmedError` if it is still there afterwards."""
        body = {"cameraIndexCode": camera.id, "presetIndex": index}
        await self._context.client.call(DELETE, body, writes=True)
        if self._at.get(camera.id) == index:
            del self._at[camera.id]
        await self._changed(camera, index, sink, there=False)

    # what is known

    async def _changed(self, camera: Camera, index: int, sink: Sink, *, there: bool) -> None:
        """Read the presets of a camera after one was made or deleted."""
        try:
            presets = await self.read(camera)
        except SystemFailure as error:
            _LOGGER.debug("The presets of %s could not be read: %s", camera.name, error)
            self._lists.expire(Kind.PTZ_PRESET, camera.id)
            return
        self._tell([camera], sink)
        if any(preset.index == index for preset in presets) is not there:
            words = (f"preset {index}", f"no preset {index}")
            wanted, found = words if there else reversed(words)
            raise NotConfirmedError(camera.name, wanted=wanted, found=found)

    def _left(self, camera: Camera, sink: Sink | None) -> None:
        """Take note that a camera left its preset, or that it is on its way."""
        if self._at.pop(camera.id, None) is not None and sink is not None:
            self._tell([camera], sink)

    def _choose(self, camera: Camera, index: int) -> None:
        """Remember the patrol of a camera's buttons."""
        memory = self._context.runtime.memory
        stored = memory.get(MEMORY)
        memory[MEMORY] = {**(stored if isinstance(stored, Mapping) else {}), camera.id: index}
        self._context.runtime.remember()

    def _choice(self, camera: Camera) -> int | None:
        """Return the patrol of a camera's buttons, None if none was chosen."""
        stored = self._context.runtime.memory.get(MEMORY)
        index = stored.get(camera.id) if isinstance(stored, Mapping) else None
        return index if isinstance(index, int) and not isinstance(index, bool) else None

    async def _chosen(self, camera: Camera) -> int:
        """Return the patrol of a camera's buttons: what was chosen, or the only one. Raises `InvalidArgumentError`."""
        if (index := self._choice(camera)) is not None:
            return index
        patrols = await self.known(camera, Kind.PTZ_PATROL)
        if len(patrols) != 1:
            reason = "choose one first" if patrols else f"{camera.name} has none"
            raise InvalidArgumentError(field="patrol", reason=reason)
        return patrols[0].index

    def _value(self, kind: Kind, camera: Camera) -> Value | Unknown:
        """Return the option that is chosen."""
        index = self._at.get(camera.id) if kind is Kind.PTZ_PRESET else self._choice(camera)
        return self._lists.option(kind, camera.id, index)

    def _tell(self, cameras: Sequence[Camera], sink: Sink) -> None:
        """Deliver options that changed, and values."""
        features = [feature for camera in cameras for feature in self._related.of(camera)]
        if replaced := self._lists.with_options(features):
            self.deliver(replaced, sink)
        if (report := self.report(features)).values:
            sink.report(report)

    def _deliver(self, features: Sequence[Feature], sink: Sink) -> None:
        """Deliver the inventory with some features replaced."""
        sink.inventory(self._context.inventory().including(features=features))


def _camera_of_select(feature: SelectFeature) -> tuple[str, Camera] | None:
    """Return the camera that a select of presets or patrols belongs to."""
    camera = feature.address
    return (camera.id, camera) if feature.kind in SORTS and isinstance(camera, Camera) else None


# actions


async def _numbered(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], kind: Kind
) -> list[tuple[Camera, int]]:
    """Return the cameras with the number of the preset or patrol that is named by its number, name or option."""
    cameras = targets(features, Camera, "a camera")
    word = SORTS[kind].word
    named = text(arguments, word, 255)
    if named.isdecimal():
        index = int(bounded(named, word, 1, SORTS[kind].most))
        return [(camera, index) for camera in cameras]
    found = []
    for camera in cameras:
        number = number_of(await context.part(Presets).known(camera, kind), named)
        if number is None:
            raise InvalidArgumentError(field=word, reason=f"{camera.name} has no {word} of this name, or several")
        found.append((camera, number))
    return found


async def goto_preset(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Send cameras to a `preset`: its number, or its name."""
    found = await _numbered(context, features, arguments, Kind.PTZ_PRESET)
    await together([context.part(Presets).goto(camera, index, sink) for camera, index in found])
    return {}


async def set_preset(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Make a preset of where cameras look now: `preset` is its number or the name of one there is, `name` its name."""
    name = text(arguments, "name", LONGEST_NAME, required=False)
    found = await _numbered(context, features, arguments, Kind.PTZ_PRESET)
    await together([context.part(Presets).save(camera, index, name, sink) for camera, index in found])
    return {}


async def delete_preset(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Delete a `preset` of cameras: its number, or its name."""
    found = await _numbered(context, features, arguments, Kind.PTZ_PRESET)
    await together([context.part(Presets).delete(camera, index, sink) for camera, index in found])
    return {}


async def run_patrol(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Start a `patrol` of cameras: its number, or its name."""
    found = await _numbered(context, features, arguments, Kind.PTZ_PATROL)
    await together([context.part(Presets).run(camera, index, sink) for camera, index in found])
    return {}


async def stop_patrol(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Stop a `patrol` of cameras: its number, or its name."""
    found = await _numbered(context, features, arguments, Kind.PTZ_PATROL)
    await together([context.part(Presets).run(camera, index, sink, action=STOP) for camera, index in found])
    return {}


ACTIONS: Final = MappingProxyType(
    {
        "goto_preset": goto_preset,
        "set_preset": set_preset,
        "delete_preset": delete_preset,
        "run_patrol": run_patrol,
        "stop_patrol": stop_patrol,
    }
)
