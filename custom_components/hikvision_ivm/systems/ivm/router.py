"""From pushes to what Home Assistant knows: values, occurrences, and whom to ask next (ivm §4.4-§4.7).

Nothing here waits. An alarm never ends by itself, so that each shows for the hold time and begins it anew.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import ClassVar, Final

from ..base import Sink
from ..kinds import Kind
from ..model import Inventory, Occurrence, Phase
from ..transport.json import Fields
from . import alarm_types, messages, tlv
from .alarm_types import FAULT_SECONDS, AlarmType, Effect, alarm_type
from .context import Context
from .event_pictures import AddressReference, AlarmReference, DataReference, EventPictures, Reference, is_of_cloud
from .ground import EVENT, Collected, Fact, Ground, Place
from .messages import Alarm, Message, Unbound
from .packages import EndedPackages
from .places import device_id, feature_id
from .seen import BINARY_SENSOR
from .states import States, Told
from .tlv import Analysis

_REMOVED: Final = frozenset({"DELETE_DEVICE", "UNBIND_DEVICE"})
_FIRST: Final = "0"
_PHASES: Final = {alarm_types.START: Phase.START, alarm_types.STOP: Phase.END}


class Router:
    """Routes the messages of an account.

    `counts`: type of message → how often, `unknown_type`, `occurrences`, `strangers`, `not_imported`, `no_device`,
    `slow_clocks`, `implausible_times`, `reordered`. `unknown`: words that nobody knows → how often. `ended`: services that were
    taken away.
    """

    def __init__(
        self,
        context: Context,
        zone: tzinfo,
        pictures: EventPictures,
        *,
        adopt: Callable[[Inventory], None],
        stale: Callable[[], None],
        told: Told = lambda device, channel, changes: None,
        gone: Callable[[str], None] = lambda device: None,
    ) -> None:
        """`adopt` takes over an inventory that grew here; `stale`: the lists are to be read again.

        `told(device, channel, changes)`: fields of a record are other than before (`channel` empty: of the device);
        `gone(device)`: it does not belong to the account any more. `zone`: of moments that come without one.
        """
        self.ended = EndedPackages(context)
        self._context = context
        self._ground = Ground(context, zone, pictures, adopt)
        self._states = States(self._ground, told)
        self._stale = stale
        self._gone = gone

    @property
    def counts(self) -> Counter[str]:
        """What was taken in."""
        return self._ground.counts

    @property
    def unknown(self) -> Counter[str]:
        """Words that nobody knows."""
        return self._ground.unknown

    def take(self, message: Message, sink: Sink) -> None:
        """Take in a message."""
        collected = self._ground.begin(sink)
        handler = self._handlers.get(message.type)
        self.counts[message.type if handler is not None else "unknown_type"] += 1
        (handler or Router._unknown_type)(self, message, collected)
        self._ground.finish(collected)
        for device in collected.gone:
            self._gone(device)
        if collected.stale:
            self._stale()

    # alarms

    def _alarm(self, message: Message, collected: Collected) -> None:
        """Take in an alarm."""
        alarm = messages.alarm_of(message.data, self._ground.zone)
        if alarm is None:
            self._ground.no_device(message)
            return
        row = alarm_type(alarm.code)
        if row is None:
            self._ground.unknown.note(f"alarm_type {alarm.code}")
        when = self._ground.when(alarm.time, collected.received)
        place = self._ground.place(alarm.device, "" if row is not None and row.device else alarm.channel, collected)
        if place is None:
            details = self._alarm_details(alarm)
            self._ground.stranger(message, alarm.device, alarm.code, when, details, collected)
        elif row is not None and row.effect is Effect.OFFLINE:
            self._went_offline(alarm, place, when, collected)
        else:
            self._tell_alarm(alarm, row, place, when, collected)

    def _tell_alarm(
        self, alarm: Alarm, row: AlarmType | None, place: Place, when: datetime | None, collected: Collected
    ) -> None:
        """Tell an alarm: to its event entity, its binary sensor, and its image."""
        phase = _PHASES.get(alarm.status, Phase.PULSE)
        details = self._alarm_details(alarm)
        if row is not None and row.effect is Effect.COUNTS:
            details |= self._customers(alarm, place, collected)
        occurrence = Occurrence(
            device_id=place.own,
            kind=Kind.UNKNOWN_EVENT if row is None else row.kind,
            phase=phase,
            code=alarm.code,
            received=collected.received,
            features=self._ground.tellers(place, of_device=row is not None and row.device),
            time=when,
            channel=place.name,
            target=None if row is None else row.target,
            person=self._person(alarm),
            details=details,
        )
        if row is not None and row.effect in {Effect.SHOWS, Effect.FAULT}:
            occurrence = self._drive(row, place, occurrence, collected)
        self._ground.add(occurrence, collected)
        shown = row is None or (row.picture and (self._ground.wishes.faces or not row.face))
        if alarm.uuid is not None and shown and phase is not Phase.END:
            self._ground.picture(place, occurrence, AlarmReference(alarm.uuid), collected)

    def _drive(self, row: AlarmType, place: Place, occurrence: Occurrence, collected: Collected) -> Occurrence:
        """Let an occurrence drive its binary sensor; one that is not there yet is on its way and will be told."""
        if occurrence.phase is not Phase.END:
            hold = self._ground.wishes.hold
            occurrence = replace(occurrence, hold=max(hold, FAULT_SECONDS) if row.effect is Effect.FAULT else hold)
        ground, sensor = self._ground, feature_id(place.own, BINARY_SENSOR, row.kind)
        if ground.growth.has(sensor) or ground.want(place, BINARY_SENSOR, row.kind, collected.sink):
            return replace(occurrence, features=(sensor, *occurrence.features))
        ground.growth.hold(sensor, replace(occurrence, features=(sensor,)))
        return occurrence

    def _alarm_details(self, alarm: Alarm) -> dict[str, Fact]:
        """Return the facts for automations; who was seen only where the owner wants to know."""
        told: dict[str, str | None] = {
            "alarm_type": alarm.code or None,
            "alarm_type_name": alarm.name,
            "classification": alarm.classification,
            "alarm_status": alarm.status or None,
            "alarm_uuid": alarm.uuid,
            "device_name": alarm.device_name,
            "channel_name": alarm.channel_name,
        }
        details: dict[str, Fact] = {name: text for name, text in told.items() if text is not None}
        if self._ground.wishes.faces and alarm.target:
            details |= _target_details(alarm.target)
        return details

    def _person(self, alarm: Alarm) -> str | None:
        """Return who was seen, where the owner wants to know."""
        return messages.clean(alarm.target.text("name")) if self._ground.wishes.faces else None

    def _customers(self, alarm: Alarm, place: Place, collected: Collected) -> dict[str, Fact]:
        """Take in the numbers of the alarm that carries some (L4404-L4406)."""
        found: dict[str, Fact] = {}
        for name, source, kind in _CUSTOMERS:
            if (number := alarm.data.integer(source)) is not None and 0 <= number < tlv.LARGEST:
                found[name] = number
                self._ground.reading(place, kind, "", number, collected)
        return found

    def _went_offline(self, alarm: Alarm, place: Place, when: datetime | None, collected: Collected) -> None:
        """Take in that a device went offline (L4440), or one channel of it where one is named that cannot be meant so.

        A message about a device may come with channel 0, which is the first of a recorder, too. A single channel has
        messages of its own (L4704). If it was the channel after all, the lists, which are read again, say so.
        """
        channel = alarm.channel if self._states.has_apart(place.device, alarm.channel) else ""
        if channel == _FIRST:
            channel, collected.stale = "", True
        if channel:
            self._states.channel_state(place.device, channel, online=False, time=when, collected=collected)
        else:
            self._states.device_state(place.device, online=False, time=when, collected=collected)
        self._ground.add(
            Occurrence(
                device_id=place.own,
                kind=Kind.CHANNEL_OFFLINE if channel else Kind.DEVICE_OFFLINE,
                phase=Phase.PULSE,
                code=alarm.code,
                received=collected.received,
                features=self._ground.tellers(place, of_device=True),
                time=when,
                channel=self._ground.channel_name(place.device, channel) if channel else None,
                details=self._alarm_details(alarm),
            ),
            collected,
        )

    def _status(self, message: Message, collected: Collected) -> None:
        """Take in what happened to a device."""
        self._states.take(message, collected)

    # what was taken away

    def _unbind(self, message: Message, collected: Collected) -> None:
        """Take in that devices or services do not belong to the account any more."""
        what, entries = messages.unbound_of(message.data)
        if not entries:
            self._ground.no_device(message)
            return
        removed = what in _REMOVED
        kind = Kind.DEVICE_REMOVED if removed else Kind.PACKAGE_ENDED
        if not removed and what not in EndedPackages.FAMILIES:
            self._ground.unknown.note(f"unbind {what}")
            kind = Kind.UNKNOWN_EVENT
        for entry in entries:
            self._unbound(what, kind, entry, collected)
        collected.stale = True

    def _unbound(self, what: str, kind: Kind, entry: Unbound, collected: Collected) -> None:
        """Tell it of one of them, to the account as well: the device may be gone in a moment."""
        uid = self._context.uid
        record = self._context.device(entry.device)
        if record is None:
            self.counts["not_imported"] += 1
            return
        own = device_id(uid, entry.device)
        details: dict[str, Fact] = {"unbound": what, "device_name": record.name}
        name = self._ground.channel_name(entry.device, entry.channel) if entry.channel else None
        if entry.resource is not None:
            details["resource_id"] = entry.resource
        features = (feature_id(own, EVENT, Kind.DEVICE_EVENT), feature_id(uid, EVENT, Kind.DEVICE_EVENT))
        self._ground.add(
            Occurrence(
                device_id=own, kind=kind, phase=Phase.PULSE, code=what, received=collected.received,
                features=self._ground.existing(*features), channel=name, details=details,
            ),
            collected,
        )  # fmt: skip
        if kind is Kind.PACKAGE_ENDED:
            self.ended.add(what, entry.device, entry.channel)
        elif kind is Kind.DEVICE_REMOVED:
            collected.gone.append(entry.device)

    # analysis

    def _analysis(self, message: Message, collected: Collected) -> None:
        """Take in what analysis saw."""
        wishes = self._ground.wishes
        analysis = tlv.analysis_of(
            message.type, message.data, self._ground.zone, plates=wishes.plates, faces=wishes.faces
        )
        if analysis is None:
            self._ground.no_device(message)
            return
        when = self._ground.when(analysis.time, collected.received)
        place = self._ground.place(analysis.device, analysis.channel, collected)
        if place is None:
            self._ground.stranger(message, analysis.device, analysis.code, when, analysis.details, collected)
            return
        for reading in analysis.readings:
            self._ground.reading(place, reading.kind, reading.part, reading.value, collected)
        if analysis.quiet:
            return
        occurrence = Occurrence(
            device_id=place.own, kind=analysis.kind, phase=Phase.PULSE, code=analysis.code,
            received=collected.received, features=self._ground.tellers(place), time=when, channel=place.name,
            target=analysis.target, plate=analysis.plate, details=analysis.details,
        )  # fmt: skip
        self._ground.add(occurrence, collected)
        if (reference := self._reference(analysis)) is not None:
            self._ground.picture(place, occurrence, reference, collected)

    def _reference(self, analysis: Analysis) -> Reference | None:
        """Return where the picture lies; None if there is none, or it is about people that nobody wants to be told of."""
        wishes = self._ground.wishes
        if (analysis.type == messages.TARGET_DATA and not wishes.faces) or (
            analysis.type in {messages.VEHICLE_DATA, messages.CHECKPOINT_DATA} and not wishes.plates
        ):
            return None
        sort = tlv.PICTURE_CLASSES.get(analysis.type)
        if sort is not None and analysis.data_id is not None:
            return DataReference(sort[0], analysis.data_id, sort[1])
        url = analysis.picture_url
        base = self._context.client.http.base_url
        return AddressReference(url) if url is not None and is_of_cloud(url, base) else None

    # what nobody knows

    def _unknown_type(self, message: Message, collected: Collected) -> None:
        """Tell the account that something came that nobody knows."""
        self._ground.unknown.note(f"message_type {message.type or '?'}")
        device = messages.device_of(message.data)
        place = None if device is None else self._ground.place(device, messages.channel_of(message.data), collected)
        details: dict[str, Fact] = {"message_type": message.type or "?"}
        own, features = self._context.uid, self._ground.tenant()
        if place is not None:
            own, features = place.own, self._ground.tellers(place)
        self._ground.add(
            Occurrence(
                device_id=own, kind=Kind.UNKNOWN_EVENT, phase=Phase.PULSE, code=message.type or "?",
                received=collected.received, features=features, channel=place.name if place else None,
                details=details,
            ),
            collected,
        )  # fmt: skip

    _handlers: ClassVar[Mapping[str, Callable[[Router, Message, Collected], None]]] = {
        messages.DEVICE_ALARM: _alarm,
        messages.DEVICE_STATUS: _status,
        messages.DEVICE_UNBIND: _unbind,
        **dict.fromkeys(tlv.ANALYSES, _analysis),
    }


_CUSTOMERS: Final = (
    ("entered", "enter_count", Kind.CUSTOMERS_ENTERED),
    ("exited", "leave_count", Kind.CUSTOMERS_EXITED),
    ("loitered", "repeat_count", Kind.LOITERED),
)
_TARGET: Final = (
    ("gender", "gender"), ("age_group", "age_group"), ("organization", "organization"),
    ("target_alarm_type", "target_alarm_type"), ("library", "targetgroup_name"), ("target_id", "target_id"),
)  # fmt: skip
"""Detail → field of who was seen."""
_NUMBERS: Final = (("age", "age"), ("similarity", "similarity"), ("appearances", "appear_cnt"))
_STRANGER: Final = "-1"


def _target_details(target: Fields) -> dict[str, Fact]:
    """Return what is told of who was seen; age 0 and the like stand for unknown."""
    details: dict[str, Fact] = {}
    for name, source in _TARGET:
        text = messages.clean(target.text(source))
        if text is not None and text.lower() != "unknown":
            details[name] = text
    for name, source in _NUMBERS:
        number = target.number(source)
        if number is not None and 0 < number < tlv.LARGEST:
            details[name] = int(number) if number.is_integer() else number
    if (id_ := details.get("target_id")) is not None:
        details["known"] = id_ != _STRANGER
    return details
