"""From messages of the stream to what Home Assistant is told: states, occurrences, and whom to ask (ip-receiver §4, §5).

Nothing here waits, and a message costs what it says: one panel, one zone, a handful of features. Whatever is not
understood is told as an unknown event, and whoever is not known is asked for once.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from ..base import Runtime, Sink
from ..kinds import Kind
from ..model import Occurrence, Phase, Report, Unknown, Value
from ..settings import HOLD_PULSE, PULSE_DEFAULT
from ..unknown_words import UnknownWords
from . import alerts
from .alerts import Alert, Cid
from .device_details import Facts, device_facts, part_in
from .device_events import EVENTS, DeviceEvent, Owner, Role, Seen, SeenDetection, meaning_of, teller
from .device_values import device_statuses
from .latched import Latched
from .media import Media
from .numbering import Numbering
from .panel import PanelState
from .places import device_id, feature_id, zone_id
from .recent import Recent
from .records import DeviceRecord, PanelEvent, ZoneRecord
from .report_facts import report_facts, zone_number
from .running import Running
from .strangers import Strangers

_LOGGER = logging.getLogger(__name__)

PLAUSIBLE: Final = timedelta(days=1)
"""A clock that is further off tells nothing."""
MOST_UNKNOWN: Final = 50

_UNKNOWN: Final = DeviceEvent(Kind.UNKNOWN_EVENT, Role.SPELL)
_DEVICE_STATES: Final = frozenset({alerts.STATUS, alerts.DELETED, alerts.KEY_STATE, alerts.LINK_STATE})
_NORMAL: Final[Mapping[str, bool]] = {"normal": True, "abnormal": False}
_ONLINE: Final[Mapping[str, bool]] = {"online": True, "offline": False}


class EventRouter:
    """Routes the messages of one receiver.

    `counts` tells what became of messages, `unusable` why some were none, `unknown` which types and codes are in no
    table. `wanted`: ids of the features somebody looks at. `numbering`: what numbers of zones mean.
    """

    def __init__(
        self,
        uid: str,
        runtime: Runtime,
        options: Mapping[str, Any],
        *,
        panel: Callable[[str], PanelState | None],
        device: Callable[[str], DeviceRecord | None],
        stranger: Callable[[str], None],
        settled: Callable[[str, Kind | None], None],
        media: Media,
        adopt_seen: Callable[[SeenDetection], None],
        left_out: Callable[[str], bool] = lambda index: False,
    ) -> None:
        """Ask for nothing yet.

        `panel` and `device` find what is imported, by id and by `places.index_key`; `left_out`: an index is of a device
        that is not to be imported. `stranger(index)` lets the list of devices be read again, `settled(id, kind)` the
        state of a panel because of what was told of it. `adopt_seen` lets a feature appear at once; what it shows is reported right after.
        """
        self.counts: Counter[str] = Counter()
        self.unusable: Counter[str] = Counter()
        self.unknown = UnknownWords(_LOGGER, "The receiver sent an event that is not documented: %s", most=MOST_UNKNOWN)
        self.wanted: Collection[str] = ()
        self.numbering = Numbering(runtime, options)
        self._uid = uid
        self._runtime = runtime
        self._panel = panel
        self._device = device
        self._stranger = stranger
        self._settled = settled
        self._media = media
        self._adopt_seen = adopt_seen
        self._left_out = left_out
        self._latched = Latched(uid, runtime)
        self._seen = Seen(runtime)
        self._recent = Recent(runtime)
        self._running = Running(runtime, float(options.get(HOLD_PULSE) or PULSE_DEFAULT))
        self._strangers = Strangers(stranger)
        self._ids: dict[str, tuple[str, tuple[str, ...]]] = {}

    # from outside

    def take(self, body: bytes, sink: Sink) -> Alert | None:
        """Take one part of the stream and deliver what it means; returns its last message, None if it has none.

        Of several messages a heartbeat is returned.
        """
        try:
            found, sloppy = alerts.parse(body, self._runtime.zone)
        except alerts.UnusableError as error:
            self.unusable[error.reason] += 1
            _LOGGER.debug("A message was set aside: %s", error.reason)
            return None
        self.counts["sloppy"] += sloppy
        told: Alert | None = None
        for alert in found:
            if alert.type:
                self._route(alert, self._runtime.now(), sink)
            if told is None or not told.sign_of_life:
                told = alert
        return told

    def retry_strangers(self, sink: Sink) -> None:
        """The list of devices was read again: route what waited for it."""
        for alert, received in self._strangers.listed():
            self._route(alert, received, sink, last=True)

    def zones_read(self, device: str, zones: Iterable[ZoneRecord], asked_at: float) -> None:
        """Zones of a panel were read, `asked_at` (monotonic seconds) when the request began, as they were answered."""
        found = self.numbering.compare(device, tuple(zones), asked_at)
        if found and (panel := self._panel(device)) is not None:
            panel.renumber(found)

    def missed(self) -> None:
        """Events are missed, or may have been."""
        self.numbering.missed()
        self._latched.missed()

    def listed(self, device: DeviceRecord) -> dict[str, bool]:
        """Take what the list says of a device and return what that proves of what messages tell, by feature."""
        return self._latched.take_list(device.id, device_statuses(device))

    def seen(self, device: str) -> list[SeenDetection]:
        """Return what a device was seen to tell, so that it has features for it."""
        return self._seen.of(device)

    def remembered(self) -> Report:
        """Return what messages told before a restart and nothing else can tell, of the panels that are imported."""
        panels = [device for device in self._latched.devices if self._panel(device) is not None]
        return Report(values=self._latched.remembered(panels))

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell what was seen, as JSON."""
        return {
            **self.counts,
            "unusable": dict(self.unusable),
            "unknown": dict(self.unknown),
            "strangers_waiting": len(self._strangers),
            "zone_numbers": dict(Counter(meaning.value for meaning in self.numbering.learned.values())),
        }

    # whom it is about

    def _route(self, alert: Alert, received: datetime, sink: Sink, *, last: bool = False) -> None:
        """Route one message. `last`: the list of devices was read since it came."""
        if alert.sign_of_life:
            self.counts["heartbeats"] += 1
            return
        if alert.type == alerts.CLOUD_STATE:
            self._link(None, Kind.CLOUD_LINK, alert, sink)
            return
        record = self._find(alert)
        if record is None:
            if alert.index and self._left_out(alert.index):
                self.counts["not_imported"] += 1
            elif alert.index and not last:
                self.counts["strangers"] += 1
                self._strangers.keep(alert, received)
            else:
                self._nobody(alert, received, sink)
        elif alert.type in _DEVICE_STATES:
            self._state(record, alert, sink)
        elif alert.type == alerts.CID:
            self._cid(record, alert, received, sink)
        elif alert.type == alerts.REVIEW:
            self._review(record, alert, received, sink)
        else:
            self._event(record, alert, received, sink)

    def _find(self, alert: Alert) -> DeviceRecord | None:
        """Return the device of a message. A panel that was added again is known by its serial number."""
        if alert.index and (record := self._device(alert.index)) is not None:
            return record
        panel = None if alert.serial is None else self._panel(alert.serial)
        if panel is None:
            return None
        self._strangers.ask(alert.index)
        return panel.device

    def _nobody(self, alert: Alert, received: datetime, sink: Sink) -> None:
        """Tell a message of nobody on the receiver itself."""
        if alert.type in _DEVICE_STATES:
            self.counts["of_gone_devices"] += 1
            if not alert.index:
                # It is of some device: the list tells of which.
                self._stranger("")
            return
        cid = alerts.cid_of(alert) if alert.type in {alerts.CID, alerts.REVIEW} else None
        if cid is not None and (
            alerts.is_keep_alive(alert, cid) or self._recent.is_repeated(alert.index, cid, alert.time)
        ):
            return
        if cid is None and self._running.take(alert, "", _UNKNOWN, _unknown_part(alert)) is not Phase.START:
            return
        self.counts["of_nobody"] += 1
        facts = device_facts(alert)[0] if cid is None else report_facts(cid, None)
        occurrence = self._occurrence(
            self._uid, Kind.UNKNOWN_EVENT, Phase.PULSE, alert.type if cid is None else cid.code, alert, received,
            features=(feature_id(self._uid, "event", Kind.DEVICE_EVENT),), details={**facts, "event": alert.type},
        )  # fmt: skip
        sink.report(Report(occurrences=(occurrence,)))

    # states of links and devices

    def _state(self, record: DeviceRecord, alert: Alert, sink: Sink) -> None:
        """Take what a message tells of a device itself."""
        self.counts["states"] += 1
        if alert.type == alerts.DELETED:
            # A device that is deleted from the cloud may stay at the receiver, and one added again keeps its number.
            self._stranger(alert.index)
        elif alert.type == alerts.KEY_STATE:
            self._link(record, Kind.DEVICE_KEY, alert, sink)
        elif alert.type == alerts.LINK_STATE:
            self._link(record, Kind.CLOUD_LINK, alert, sink)
            self._stranger(alert.index)
        else:
            self._online(record, alert, sink)

    def _online(self, record: DeviceRecord, alert: Alert, sink: Sink) -> None:
        """A device came or went."""
        online = _ONLINE.get(alert.status or "")
        if online is None:
            self.counts["unknown_states"] += 1
        else:
            own = device_id(self._uid, record.id)
            values = {feature_id(own, "binary_sensor", Kind.ONLINE): online}
            sink.report(Report(values=values, available={own: online}))
        self._stranger(alert.index)
        if online and self._panel(record.id) is not None:
            self._settled(record.id, None)

    def _link(self, record: DeviceRecord | None, kind: Kind, alert: Alert, sink: Sink) -> None:
        """A link or key is, or is not, as it should be."""
        normal = _NORMAL.get(alert.status or "")
        if normal is None:
            self.counts["unknown_states"] += 1
            return
        values = self._latched.take_status(None if record is None else record.id, kind, normal=normal)
        sink.report(Report(values=values))

    # reports of panels

    def _cid(self, record: DeviceRecord, alert: Alert, received: datetime, sink: Sink) -> None:
        """Take a report in the words of Contact ID."""
        cid = alerts.cid_of(alert)
        if cid is None:
            self._event(record, alert, received, sink)
            return
        if alerts.is_keep_alive(alert, cid):
            self.counts["keep_alives"] += 1
            return
        panel = self._panel(record.id)
        if self._recent.is_repeated(record.id, cid, alert.time):
            self.counts["doubles"] += 1
            if panel is not None:
                # It may be another one that only looks the same.
                self._settled(record.id, None)
            return
        self.counts["reports"] += 1
        if panel is None:
            self._cid_of_other(record, cid, alert, received, sink)
            return
        cid, kind = _resolved(cid, of_panel=True)
        number = zone_number(cid, kind)
        zone = None if number is None else self.numbering.zone_of(panel, number, cid.partition)
        occurrence = self._report(record, cid, kind, zone, alert, received)
        self.numbering.note(panel, cid, kind, number)
        event = PanelEvent(
            device=record.id, code=cid.code, moment=self._runtime.monotonic(), received=received, time=occurrence.time,
            partition=cid.partition, number=number, zone=None if zone is None else zone.id, category=cid.category,
            user=cid.user, uuid=cid.uuid,
        )  # fmt: skip
        changed = panel.take_event(event)
        values: Mapping[str, Value | Unknown] = self._latched.take(record.id, cid.code)
        if changed.values:
            values = {**changed.values, **values} if values else changed.values
        told = (occurrence,) if self._recent.report(record.id, cid) else ()
        self._settled(record.id, kind)
        sink.report(Report(values=values, available=changed.available, occurrences=(*told, *changed.occurrences)))

    def _report(
        self,
        record: DeviceRecord,
        cid: Cid,
        kind: Kind,
        zone: ZoneRecord | None,
        alert: Alert,
        received: datetime,
    ) -> Occurrence:
        """Make the occurrence of a report."""
        if kind is Kind.UNKNOWN_EVENT:
            self.unknown.note(cid.code)
        if (ids := self._ids.get(record.id)) is None:
            own = device_id(self._uid, record.id)
            ids = self._ids[record.id] = own, (feature_id(own, "event", Kind.PANEL_EVENT),)
        return self._occurrence(
            ids[0], kind, Phase.PULSE, cid.code, alert, received, details=report_facts(cid, zone), features=ids[1]
        )

    def _cid_of_other(self, record: DeviceRecord, cid: Cid, alert: Alert, received: datetime, sink: Sink) -> None:
        """Tell a report of a device that is no panel; its code may be a word of its own kind."""
        cid, kind = _resolved(cid, of_panel=False)
        if kind is Kind.UNKNOWN_EVENT:
            self.unknown.note(cid.code)
        own = device_id(self._uid, record.id)
        occurrence = self._occurrence(
            own, kind, Phase.PULSE, cid.code, alert, received, details=report_facts(cid, None),
            features=(teller(own, record, kind),),
        )  # fmt: skip
        if self._recent.report(record.id, cid):
            sink.report(Report(occurrences=(occurrence,)))

    # pictures and clips

    def _review(self, record: DeviceRecord, alert: Alert, received: datetime, sink: Sink) -> None:
        """Take a message that names pictures or clips of a report."""
        self.counts["reviews"] += 1
        cid = alerts.cid_of(alert)
        found = alerts.links(alert)
        panel = self._panel(record.id)
        own = device_id(self._uid, record.id)
        if cid is None:
            occurrence = self._occurrence(own, Kind.UNKNOWN_EVENT, Phase.PULSE, alert.type, alert, received)
            self._expect(record, None, found, None, occurrence, sink)
            return
        tells, uuid = self._recent.clip(record.id, cid)
        cid, kind = _resolved(cid, of_panel=panel is not None)
        number = zone_number(cid, kind)
        zone = None
        if panel is not None and number is not None:
            zone = self.numbering.zone_of(panel, number, cid.partition)
        told_by = feature_id(own, "event", Kind.PANEL_EVENT) if panel is not None else teller(own, record, kind)
        occurrence = self._occurrence(
            own, kind, Phase.PULSE, cid.code, alert, received, features=(told_by,),
            details={**report_facts(cid, zone), **({} if uuid is None else {"uuid": uuid})},
        )  # fmt: skip
        if tells:
            sink.report(Report(occurrences=(occurrence,)))
        self._expect(record, zone, found, uuid, occurrence, sink)

    def _expect(
        self,
        record: DeviceRecord,
        zone: ZoneRecord | None,
        found: tuple[alerts.Link, ...],
        uuid: str | None,
        occurrence: Occurrence,
        sink: Sink,
    ) -> None:
        """Let pictures be fetched for the images they belong to."""
        if not found:
            return
        own = device_id(self._uid, record.id)
        images = [feature_id(own, "image", Kind.EVENT_PICTURE)]
        if self._panel(record.id) is None:
            self._appear(SeenDetection(record.id, Kind.EVENT_PICTURE))
        elif zone is not None:
            image = feature_id(zone_id(self._uid, record.id, zone.id), "image", Kind.EVENT_PICTURE)
            images += [image] if image in self.wanted else []
        self._media.expect(found, uuid, replace(occurrence, features=tuple(images)), sink)

    # other events

    def _event(self, record: DeviceRecord, alert: Alert, received: datetime, sink: Sink) -> None:
        """Take an event of a camera, an infrared camera, a radar, a door station, or of nobody knows what."""
        self.counts["events"] += 1
        row = EVENTS.get(alert.type)
        if row is None:
            self.unknown.note(alert.type)
            row, part = _UNKNOWN, _unknown_part(alert)
        else:
            part = part_in(row, alert)
        panel = self._panel(record.id)
        lasts = row.has_sensor and panel is None
        own = device_id(self._uid, record.id)
        facts, region, target = device_facts(alert)
        zone = None
        # All zones of a panel may tell by one channel.
        by_zone = panel is not None and row.owner is Owner.CHANNEL and "zone" in facts
        phase = self._running.take(alert, record.id, row, f"{part} {facts['zone']}" if by_zone else part)
        if panel is None:
            kind = row.kind
            features: tuple[str, ...] = (teller(own, record, kind),)
        else:
            kind = row.function
            features = (feature_id(own, "event", Kind.PANEL_EVENT),)
            zone = self._zone_of_event(record, panel, facts)
        sensor = SeenDetection(record.id, row.kind, part)
        if lasts and (phase is not Phase.END or sensor in self._seen):
            self._appear(sensor)
            features = (feature_id(own, "binary_sensor", row.kind, part), *features)
        occurrence = self._occurrence(
            own, kind, phase, alert.type, alert, received,
            features=features, details=facts, region=region, target=target,
        )  # fmt: skip
        if phase is not Phase.END and (found := alerts.links(alert)):
            self._expect(record, zone, found, None, occurrence, sink)
        if panel is not None:
            self._settled(record.id, None)
        self._deliver(occurrence, row, lasts=lasts, sink=sink)
        if zone is not None and row.kind is Kind.PIR and phase is Phase.START:
            self._pulse(zone, occurrence, sink)

    def _deliver(self, occurrence: Occurrence, row: DeviceEvent, *, lasts: bool, sink: Sink) -> None:
        """Report an event. What only happens is told once, however often it is repeated."""
        values = self._ended(occurrence.device_id, row) if row.ends else {}
        if lasts:
            sink.report(Report(occurrences=(occurrence,)))
        elif occurrence.phase is Phase.START:
            sink.report(Report(values=values, occurrences=(replace(occurrence, phase=Phase.PULSE),)))
        else:
            self.counts["repeats"] += 1
            if values:
                sink.report(Report(values=values))

    def _ended(self, own: str, row: DeviceEvent) -> dict[str, Value | Unknown]:
        """Return the sensors of what an event ends."""
        device = own.removeprefix(f"{self._uid}_")
        for kind in row.ends:
            self._running.forget((device, kind, ""))
        ended = [each for each in self._seen.of(device) if each.kind in row.ends]
        return {feature_id(own, "binary_sensor", each.kind, each.channel): False for each in ended}

    def _zone_of_event(self, record: DeviceRecord, panel: PanelState, facts: Facts) -> ZoneRecord | None:
        """Find the zone of an event of a panel, and name it among the facts."""
        number, partition = facts.get("zone"), facts.get("partition")
        named = partition if isinstance(partition, int) else None
        zone = self.numbering.zone_of(panel, number, named) if isinstance(number, int) else None
        if zone is not None:
            facts["zone"] = zone.id
            if zone.name is not None:
                facts["zone_name"] = zone.name
        return zone

    def _pulse(self, zone: ZoneRecord, occurrence: Occurrence, sink: Sink) -> None:
        """Show for a while that an infrared camera saw somebody, unless its list says already that it does."""
        if zone.status != "online":
            return
        device = occurrence.device_id.removeprefix(f"{self._uid}_")
        sensor = feature_id(zone_id(self._uid, device, zone.id), "binary_sensor", Kind.ZONE)
        pulse = replace(occurrence, phase=Phase.PULSE, features=(sensor,), hold=self._running.hold)
        sink.report(Report(occurrences=(pulse,)))

    # all of them

    def _appear(self, seen: SeenDetection) -> None:
        """Let a feature appear that no list mentions."""
        if self._seen.add(seen):
            self._adopt_seen(seen)

    def _occurrence(
        self, own: str, kind: Kind, phase: Phase, code: str, alert: Alert, received: datetime, **more: Any
    ) -> Occurrence:
        """Make an occurrence; the time of a clock that is a day off is not told."""
        time = alert.time
        if time is not None and abs(received - time) > PLAUSIBLE:
            self.counts["implausible_times"] += 1
            time = None
        return Occurrence(
            device_id=own,
            kind=kind,
            phase=phase,
            code=code,
            received=received,
            time=time,
            channel=alert.channel,
            **more,
        )


def _unknown_part(alert: Alert) -> str:
    """Return what tells an event that is in no table from others that are in none."""
    return f"{alert.index} {alert.type} {alert.channel or ''}"


def _resolved(cid: Cid, *, of_panel: bool) -> tuple[Cid, Kind]:
    """Return a report with its code as a HikCode if it is one, and what it is told as."""
    code, kind = meaning_of(cid.code, of_panel=of_panel)
    return cid if code == cid.code else replace(cid, code=code), kind
