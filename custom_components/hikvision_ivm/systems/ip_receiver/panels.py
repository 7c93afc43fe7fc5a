"""Every panel behind the receiver: reading them, and noticing what appears and vanishes (ip-receiver §5.9)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
import logging
from typing import Any, Final

from ..background import Background, together
from ..base import Runtime
from ..errors import AuthenticationError, ConnectionFailedError, NotFoundError, SystemFailure, UnsupportedError
from ..model import Report
from ..values import ArmState
from .client import PACE_SECONDS
from .panel import PanelState
from .places import device_id as id_of, peripheral_id, zone_id
from .reach import PATIENCE_SECONDS, Reach
from .reading import Reader
from .records import DeviceRecord, PanelFacts, ZoneRecord
from .refresh import What
from .untold import Untold

_LOGGER = logging.getLogger(__name__)

PARTITION_SECONDS: Final = 30.0
PERIPHERAL_SECONDS: Final = 120.0
WITHOUT_EVENTS_SECONDS: Final = 10.0
"""Between two looks at partitions and zones while events do not come."""


class Panels:
    """The states of all panels that are imported.

    `deliver` takes what was read; `changed` is told when a panel has other partitions, zones or peripherals than before;
    `gone` when a device that was asked is not known to the receiver any more; `untold` when something happened without
    an event; `zones_read` of zones as they were answered; `watch` of every new panel.
    """

    def __init__(
        self,
        uid: str,
        reader: Reader,
        runtime: Runtime,
        options: Mapping[str, Any],
        background: Background,
        *,
        deliver: Callable[[Report], None],
        changed: Callable[[str], None],
        gone: Callable[[], None],
        untold: Callable[[], None],
        zones_read: Callable[[str, tuple[ZoneRecord, ...], float], None],
        watch: Callable[[PanelState], None],
    ) -> None:
        """Know no panel yet."""
        self._uid = uid
        self._reader = reader
        self._runtime = runtime
        self._options = options
        self._background = background
        self._deliver = deliver
        self._changed = changed
        self._gone = gone
        self._untold = Untold(runtime, background, untold)
        self._zones_read = zones_read
        self._watch = watch
        self._states: dict[str, PanelState] = {}
        self._missing: dict[str, frozenset[int]] = {}
        self._failed: dict[tuple[str, What], SystemFailure] = {}
        self._reach = Reach(runtime)
        self._dark: set[str] = set()

    def __iter__(self) -> Iterator[PanelState]:
        """Yield every panel."""
        return iter(list(self._states.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._states)

    def get(self, device_id: str) -> PanelState | None:
        """Return a panel, if it is one and is imported."""
        return self._states.get(device_id)

    def use(self, devices: Iterable[DeviceRecord]) -> list[str]:
        """Take over the list of devices; return the ids of panels that are new."""
        panels = {device.id: device for device in devices if device.is_panel}
        for device_id in self._states.keys() - panels.keys():
            del self._states[device_id]
            self._missing.pop(device_id, None)
            self._untold.forget(device_id)
            self._reach.forget(device_id)
            self._dark.discard(device_id)
            for what in What:
                self._failed.pop((device_id, what), None)
        new = []
        for device_id, device in panels.items():
            if device.online is not None:
                self._dark.discard(device_id)
            if device.online is False:
                self._reach.pause(device_id)
            if (state := self._states.get(device_id)) is not None:
                self._deliver(state.use(device))
                continue
            new.append(device_id)
            state = self._states[device_id] = PanelState(
                self._uid, device, self._options, self._runtime, self._background, self._deliver
            )
            self._watch(state)
        return new

    def missed(self) -> None:
        """Events may have been missed: what was about to happen may have happened."""
        self._untold.listening()
        for state in self._states.values():
            state.missed()

    def note(self, device_id: str) -> None:
        """Take note that an event or a command of ours concerned a panel."""
        self._untold.note(device_id)
        if device_id in self._dark:
            self._dark.discard(device_id)
            self._deliver(Report(available={id_of(self._uid, device_id): True}))

    def left_out(self) -> list[tuple[DeviceRecord, What]]:
        """Return what was never read of panels that are there, because it failed."""
        return [
            (state.device, what)
            for (device_id, what) in self._failed
            if (state := self._states.get(device_id)) is not None
            and getattr(state.facts, what.value) is None
            and not self._reach.is_given_up(device_id, what)
        ]

    def lasting(self) -> list[tuple[DeviceRecord, SystemFailure]]:
        """Return the panels of which something fails for so long that it is unknown, each with the reasons."""
        return [
            (state.device, error)
            for device_id, _, error in self._reach.lasting()
            if (state := self._states.get(device_id)) is not None
        ]

    # looking

    async def look(self, device_id: str, what: Collection[What], paced: bool = False) -> None:
        """Read some of a panel now and deliver it. Raises `SystemFailure`."""
        for one in What:
            if one in what:
                await self.read(device_id, one, paced=paced)

    async def look_all(self, what: Collection[What], *, only: Collection[str] | None = None) -> None:
        """Read some of every panel, or of some, side by side; a panel that fails does not keep the others from it."""
        ids = [one for one in self._states if only is None or one in only]
        await together(self._attempt(device_id, what) for device_id in ids)

    async def sweep(self, what: What) -> None:
        """Read one thing of every panel, each in its turn. Raises the failure of all, or what stops everything."""
        failure: SystemFailure | None = None
        worked = False
        for device_id, state in list(self._states.items()):
            if state.device.online is False:
                continue
            try:
                await self.read(device_id, what, paced=True)
                worked = True
            except AuthenticationError:
                raise
            except ConnectionFailedError as error:
                if not error.answered:
                    raise
                failure = error
            except SystemFailure as error:
                failure = error
                worked = True
                _LOGGER.debug("%s of a panel could not be read: %s", what, error)
        if failure is not None and not worked:
            raise failure

    async def _attempt(self, device_id: str, what: Collection[What]) -> None:
        """Read some of a panel; only what stops everything is raised."""
        state = self._states[device_id]
        if state.device.online is False:
            return
        for one in What:
            if one in what:
                try:
                    await self.read(device_id, one)
                except AuthenticationError:
                    raise
                except ConnectionFailedError as error:
                    if not error.answered:
                        raise
                    _LOGGER.debug("%s of a panel could not be read: %s", one, error)
                except SystemFailure as error:
                    _LOGGER.debug("%s of a panel could not be read: %s", one, error)

    async def read(self, device_id: str, what: What, *, paced: bool = False) -> None:
        """Read one thing of a panel and deliver it. What it does not have is no failure. Raises `SystemFailure`."""
        if (state := self._states.get(device_id)) is None:
            return
        asked_at = self._runtime.monotonic()
        before, shown = state.facts, _shown(state)
        try:
            report = await self._ask(state, what, asked_at, paced=paced)
        except UnsupportedError as error:
            await self._not_listed(state, what, error, paced=paced)
            return
        except SystemFailure as error:
            self._note_failure(state, what, error)
            if isinstance(error, NotFoundError):
                self._gone()
            raise
        self._failed.pop((device_id, what), None)
        if self._states.get(device_id) is not state:
            return
        after = state.facts
        self._untold.answered(device_id, what, shown, _shown(state), asked_at)
        if _other(before, after):
            self._changed(device_id)
        self._deliver(report)
        self._found(state, what)

    async def _ask(self, state: PanelState, what: What, asked_at: float, *, paced: bool) -> Report:
        """Read one thing of a panel and take it over."""
        device = state.device
        match what:
            case What.PARTITIONS:
                return state.take_partitions(await self._reader.partitions(device, paced=paced), asked_at)
            case What.ZONES:
                zones = await self._reader.zones(device, paced=paced)
                self._zones_read(device.id, zones, asked_at)
                return state.take_zones(self._kept(state, zones), asked_at)
            case What.PERIPHERALS:
                return state.take_peripherals(await self._reader.peripherals(device, paced=paced), asked_at)

    async def _not_listed(self, state: PanelState, what: What, error: UnsupportedError, *, paced: bool) -> None:
        """A panel does not list something, so what was known of it is over. Raises `SystemFailure`.

        A bare HTTP status is no such word of the panel (§1.4): where it was listed before, that is a failure.
        """
        device_id = state.device.id
        was_listed = getattr(state.facts, what.value) is not None
        if was_listed and not error.code:
            self._note_failure(state, what, error)
            raise error
        self._failed.pop((device_id, what), None)
        self._reach.worked(device_id, what)
        if not was_listed or self._states.get(device_id) is not state:
            return
        report = state.drop(what)
        self._changed(device_id)
        self._deliver(report)
        if what is What.PARTITIONS:
            await self.read(device_id, What.ZONES, paced=paced)

    def _kept(self, state: PanelState, zones: tuple[ZoneRecord, ...]) -> tuple[ZoneRecord, ...]:
        """Return zones with those that are missing for the first time: a list may be cut short once."""
        before = {zone.id: zone for zone in state.facts.zones or ()}
        missing = frozenset(before.keys() - {zone.id for zone in zones})
        again = self._missing.get(state.device.id, frozenset())
        self._missing[state.device.id] = missing
        kept = [before[id_] for id_ in missing - again]
        return tuple(sorted((*zones, *kept), key=lambda zone: zone.id)) if kept else zones

    # what fails for long

    def _note_failure(self, state: PanelState, what: What, error: SystemFailure) -> None:
        """Keep why something could not be read; after a while what was known of it is given up."""
        self._failed[state.device.id, what] = error
        if self._reach.failed(state.device.id, what, error):
            self._give_up(state, what)

    def _give_up(self, state: PanelState, what: What) -> None:
        """What was known of something does not hold any more (ip-receiver §5.2, row 8).

        Only where the list of devices does not say whether the panel is online, that is decided by what tells how it is
        armed (row 1). One that sends events is there, whatever it answers; so may be one that never answered at all.
        """
        device, decides = state.device, what is _deciding(state)
        available = dict.fromkeys(self._parts(state, what), False)
        answered = getattr(state.facts, what.value) is not None
        heard = self._untold.is_heard(device.id, PATIENCE_SECONDS)
        if decides and answered and device.online is None and not heard:
            self._dark.add(device.id)
            available[id_of(self._uid, device.id)] = False
        lost = state.lose(partitions=decides, zones=what is What.ZONES)
        self._deliver(Report(values=lost.values, available=available))

    def _found(self, state: PanelState, what: What) -> None:
        """Something was answered: what had been given up is known again."""
        device = state.device
        if self._reach.worked(device.id, what):
            told = state.everything()
            lost = [part for one in What if self._reach.is_given_up(device.id, one) for part in self._parts(state, one)]
            self._deliver(Report(values=told.values, available={**told.available, **dict.fromkeys(lost, False)}))
        if device.online is None and what is _deciding(state):
            # An event may have said that it is offline, and no list takes that back.
            self._dark.discard(device.id)
            self._deliver(Report(available={id_of(self._uid, device.id): True}))

    def _parts(self, state: PanelState, what: What) -> list[str]:
        """Return the ids of the devices behind a panel that something tells of."""
        uid, id_ = self._uid, state.device.id
        match what:
            case What.PARTITIONS:
                return []
            case What.ZONES:
                return [zone_id(uid, id_, zone.id) for zone in state.facts.zones or ()]
            case What.PERIPHERALS:
                return [peripheral_id(uid, id_, one) for one in state.facts.peripherals or ()]

    # rhythm

    def periods(self, zone_seconds: float, *, pushed: bool) -> tuple[float, float, float]:
        """Return the seconds between looks at zones, partitions and peripherals, stretched by how many panels there are."""
        asked = sum(state.device.online is not False for state in self._states.values())
        listed = sum(state.device.online is not False and not state.device.is_otap for state in self._states.values())
        partitions = PARTITION_SECONDS if pushed else WITHOUT_EVENTS_SECONDS
        load = asked / zone_seconds + listed / partitions + listed / PERIPHERAL_SECONDS
        stretch = max(1.0, load * PACE_SECONDS)
        return zone_seconds * stretch, partitions * stretch, PERIPHERAL_SECONDS * stretch


def _shown(state: PanelState) -> dict[int, ArmState | None]:
    """Return what the partitions of a panel show."""
    return {number: state.state(number) for number in state.partitions}


def _deciding(state: PanelState) -> What:
    """Return what tells how the partitions of a panel are armed."""
    return What.ZONES if state.facts.partitions is None else What.PARTITIONS


def _other(before: PanelFacts, after: PanelFacts) -> bool:
    """Whether anything was read that may make other features."""
    return (
        before.partitions is not after.partitions
        or before.zones is not after.zones
        or before.peripherals is not after.peripherals
    )
