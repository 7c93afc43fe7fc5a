"""What taking in a message needs, whatever it tells: where it happened, whom it is told to, when it was (ivm §4.3)."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
import logging
from typing import Final

from ..base import Sink
from ..growth import Growth
from ..kinds import Kind
from ..model import Inventory, Occurrence, Phase, Report, Unknown, Value
from ..settings import ORGS
from ..unknown_words import UnknownWords
from .context import Context
from .event_pictures import EventPictures, Reference
from .messages import Message
from .places import channel_id, device_id, feature_id
from .seen import IMAGE, SENSOR, Seen, including, remember
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

SLOW: Final = timedelta(minutes=10)
AHEAD: Final = timedelta(minutes=5)
PLAUSIBLE: Final = timedelta(days=1)
MOST_KNOWN: Final = 20_000
MOST_UNKNOWN: Final = 200
STRANGER_SECONDS: Final = 900.0
"""The lists are not read more often for the sake of one device that is not known."""
EVENT: Final = "event"

type Fact = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happened. `own`: id of the device in the inventory; `channel` empty: the device itself."""

    device: str
    channel: str
    own: str
    name: str


@dataclass(slots=True)
class Collected:
    """What a message led to, until it is reported. `stale`: the lists are to be read again; `gone`: ids of devices."""

    sink: Sink
    received: datetime
    values: dict[str, Value | Unknown] = field(default_factory=dict)
    available: dict[str, bool] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    stale: bool = False


class Ground:
    """`counts` and `unknown` as in `Router`."""

    def __init__(
        self, context: Context, zone: tzinfo, pictures: EventPictures, adopt: Callable[[Inventory], None]
    ) -> None:
        """`adopt` takes over an inventory that grew here. `zone`: of moments that come without one."""
        self.counts: Counter[str] = Counter()
        self.unknown = UnknownWords(_LOGGER, "The cloud posted something that is not known: %s", most=MOST_UNKNOWN)
        self.context = context
        self.uid = context.uid
        self.zone = zone
        self.wishes = Wishes.of(context.options)
        self.growth = Growth[Seen](context.runtime, self._grow, adopt, context.background)
        self._runtime = context.runtime
        self._pictures = pictures
        self._chooses = context.options.get(ORGS) is not None
        self._missed: dict[tuple[str, str], float] = {}

    def begin(self, sink: Sink) -> Collected:
        """Begin to take in a message."""
        self.growth.update(self.context.inventory())
        return Collected(sink, self._runtime.now())

    def finish(self, collected: Collected) -> None:
        """Report what a message led to."""
        if collected.values or collected.available or collected.occurrences:
            collected.sink.report(
                Report(values=collected.values, available=collected.available, occurrences=collected.occurrences)
            )

    def _grow(self, inventory: Inventory, rows: Collection[tuple[str, Seen]]) -> Inventory:
        """Remember what was seen, and return the inventory with it: the latest one, which lists may have changed since."""
        facts = self.context.facts()
        kept = remember(self._runtime, [seen for _, seen in rows], facts)
        return including(self.context.inventory(), kept, facts, self.uid)

    # places

    def place(self, device: str, channel: str, collected: Collected) -> Place | None:
        """Return where something happened; None if the device is not imported.

        A channel that is not known counts as its device, and the lists are read again.
        """
        record = self.context.device(device)
        if record is None:
            return None
        uid = self.uid
        if not channel:
            only = record.channels[0] if record.is_single else ""
            return Place(device, only, device_id(uid, device), record.name)
        known = self.context.channel(device, channel)
        if known is None:
            self.missed(device, channel, collected)
            return Place(device, "", device_id(uid, device), record.name)
        return Place(device, channel, channel_id(uid, record, channel), known.name)

    def channel_name(self, device: str, channel: str) -> str:
        """Return the name of a channel, its id if it is not known."""
        known = self.context.channel(device, channel)
        return channel if known is None else known.name

    def tellers(self, place: Place, *, of_device: bool = False) -> tuple[str, ...]:
        """Return the event entity that tells what happens at a place."""
        detection = feature_id(place.own, EVENT, Kind.DETECTION)
        device = feature_id(device_id(self.uid, place.device), EVENT, Kind.DEVICE_EVENT)
        wanted = (device, detection) if of_device or not place.channel else (detection, device)
        return self.existing(*wanted)[:1]

    def tenant(self) -> tuple[str, ...]:
        """Return the event entity of the account."""
        return self.existing(feature_id(self.uid, EVENT, Kind.DEVICE_EVENT))

    def existing(self, *ids: str) -> tuple[str, ...]:
        """Return the features that there are."""
        return tuple(one for one in ids if self.growth.has(one))

    def want(self, place: Place, type_: str, kind: Kind, sink: Sink, part: str = "") -> bool:
        """Let a feature appear; returns whether it is there now."""
        self.growth.want(place.own, Seen(place.device, place.channel, type_, kind, part), sink)
        return self.growth.has(feature_id(place.own, type_, kind, part))

    def reading(self, place: Place, kind: Kind, part: str, value: float, collected: Collected) -> None:
        """Give a sensor a value; it appears with the first."""
        sensor = feature_id(place.own, SENSOR, kind, part)
        if self.growth.has(sensor) or self.want(place, SENSOR, kind, collected.sink, part):
            self.show(sensor, value, collected)
        else:
            self.growth.hold_value(sensor, value)

    def show(self, feature: str, value: Value | Unknown, collected: Collected) -> None:
        """Give a feature a value, if there is such a feature."""
        if self.growth.has(feature):
            collected.values[feature] = value

    def add(self, occurrence: Occurrence, collected: Collected) -> None:
        """Tell an occurrence."""
        self.counts["occurrences"] += 1
        collected.occurrences.append(occurrence)

    def picture(self, place: Place, occurrence: Occurrence, reference: Reference, collected: Collected) -> None:
        """Let a picture come, where an image is looked at."""
        image = feature_id(place.own, IMAGE, Kind.EVENT_PICTURE)
        if not self.growth.has(image):
            self.want(place, IMAGE, Kind.EVENT_PICTURE, collected.sink)
        if image in self.context.wanted():
            self._pictures.expect(image, occurrence, reference, collected.sink)

    # time

    def when(self, time: datetime | None, received: datetime) -> datetime | None:
        """Return the moment something happened by the clock of the device, None if that is not plausible.

        Nothing that is pushed is old: the cloud sends at once or never, and says when it sent (L4122, L4354). A moment of
        long ago is a clock that is slow, or one of another zone, so that it keeps nothing from showing.
        """
        if time is None:
            return None
        age = received - time
        if abs(age) > PLAUSIBLE or -age > AHEAD:
            self.counts["implausible_times"] += 1
            return None
        self.counts["slow_clocks"] += age > SLOW
        return time

    def no_device(self, message: Message) -> None:
        """Count a message that does not say of what it is."""
        self.counts["no_device"] += 1
        self.unknown.note(f"{message.type} without a device")

    def stranger(
        self, message: Message, device: str, code: str, when: datetime | None,
        details: Mapping[str, Fact], collected: Collected,
    ) -> None:  # fmt: skip
        """Take in something of a device that is not known: one that is not imported, or one that is new."""
        if self._chooses:
            self.counts["not_imported"] += 1
        else:
            self.counts["strangers"] += 1
            self.add(
                Occurrence(
                    device_id=self.uid, kind=Kind.UNKNOWN_EVENT, phase=Phase.PULSE, code=code,
                    received=collected.received, features=self.tenant(), time=when,
                    details={"message_type": message.type, **details},
                ),
                collected,
            )  # fmt: skip
        self.missed(device, "", collected)

    def missed(self, device: str, channel: str, collected: Collected) -> None:
        """Let the lists be read again for something that is not in them, not too often."""
        key, now = (device, channel), self._runtime.monotonic()
        if self._missed.get(key, float("-inf")) + STRANGER_SECONDS > now:
            return
        self._missed.pop(key, None)
        if len(self._missed) >= MOST_KNOWN:
            del self._missed[next(iter(self._missed))]
        self._missed[key] = now
        collected.stale = True
