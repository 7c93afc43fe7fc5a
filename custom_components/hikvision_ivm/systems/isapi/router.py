"""From messages of a device to what Home Assistant is told: rising edges, repeats, ends, doubles (isapi-events §1.3)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
import logging
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from ..base import Runtime, Sink
from ..kinds import Kind
from ..model import Inventory, Occurrence, Phase, Picture, Report, Target, Value
from ..unknown_words import UnknownWords
from .alert import Alert, Detail, UnusableAlert, parse
from .clock import DeviceClock
from .event_types import EVENT_TYPES, EventType
from .places import LOST, Place, Places, Sender
from .records import Facts
from .routes import Grow, Route, Routes

_LOGGER = logging.getLogger(__name__)

DOUBLE_SECONDS: Final = 30.0
"""A message that came before within this time is a double."""
_COARSE_DOUBLE_SECONDS: Final = 2.0
"""The same for devices that tell the time without seconds, so that real repeats look alike."""
_ECHO_SECONDS: Final = 1.0
"""A double that comes later than this while the event is on shows that it goes on."""
_SHORT_GAP_SECONDS: Final = 3.0
"""Some devices end the stream every few messages; an end is not likely to fall into the moment between two streams."""
_DOUBLES: Final = 64
_RUNNING: Final = 1024
_SIGNATURES: Final = 16
_CODES: Final = 64
_COARSE_LENGTH: Final = len("2009-11-14T15:27")

type _Signature = tuple[object, ...]


@dataclass(slots=True)
class _Running:
    """Something that is on: until when (monotonic seconds) it is without a repeat, and in which variants.

    `voice`: in which way its beginning was told, see `_voice`.
    """

    route: Route
    until: float
    voice: _Signature
    seen: dict[_Signature, float] = field(default_factory=dict)
    targets: set[Target] = field(default_factory=set)


class EventRouter:
    """Turns messages into reports. One for each device; stream and pushes share it.

    `counts` tells what became of the messages, `unusable` why some were set aside, `unknown_types` which codes are in
    no table. The cost of a message depends on nothing but the message.
    """

    def __init__(
        self,
        facts: Facts,
        inventory: Inventory,
        runtime: Runtime,
        *,
        grow: Grow | None = None,
        host: str | None = None,
    ) -> None:
        """`grow` builds the inventory anew after something unlisted was seen; `host`: where we reach the device."""
        self._runtime = runtime
        self._host = host
        self._places = Places(facts, host)
        self._routes = Routes(facts, inventory, runtime, grow)
        self._running: dict[tuple[object, ...], _Running] = {}
        self._doubles: dict[tuple[object, ...], tuple[float, bool]] = {}
        self._picture_paths: dict[str, str] = {}
        self.clock = DeviceClock()
        self.counts: Counter[str] = Counter()
        self.unusable: Counter[str] = Counter()
        self.unknown_types = UnknownWords(
            _LOGGER, "The device sent an event of a type that is not known: %s", most=_CODES
        )

    def update(self, facts: Facts, inventory: Inventory) -> None:
        """Take over another inventory; what is on stays on, and the counts go on."""
        self._places = Places(facts, self._host)
        self._routes.replace(facts, inventory)

    def take(self, body: bytes, content_type: str, sink: Sink, sender: Sender | None = None) -> Alert | None:
        """Read a message and deliver what it means; None if it was set aside."""
        try:
            alert = parse(body, content_type)
        except UnusableAlert as refusal:
            self.set_aside(refusal.reason)
            return None
        self.deliver(alert, sink, sender)
        return alert

    def set_aside(self, reason: str) -> None:
        """Count what was no message; `reason` is one of a few fixed words."""
        self.unusable[reason] += 1

    def deliver(self, alert: Alert, sink: Sink, sender: Sender | None = None) -> None:
        """Tell the sink what a message means."""
        self._hand_over(self.route(alert, self._runtime.now(), sender), sink)

    def deliver_picture(self, alert: Alert, picture: Picture, sink: Sink, sender: Sender | None = None) -> None:
        """Tell the sink the picture of a message that was delivered before."""
        self._hand_over(self.picture(alert, picture, self._runtime.now(), sender), sink)

    def _hand_over(self, report: Report | None, sink: Sink) -> None:
        """Deliver: first what is new, then what happened to it."""
        if (grown := self._routes.grown) is not None:
            self._routes.grown = None
            sink.inventory(grown)
        if report is not None:
            sink.report(report)

    def route(self, alert: Alert, received: datetime, sender: Sender | None = None) -> Report | None:
        """Return what a message means, or None if it changes nothing. Never raises.

        `sender`: who posted it; None for the device's own stream. After this `grown` may hold a new inventory.
        """
        if alert.heartbeat:
            self.counts["heartbeats"] += 1
            return None
        row = self._row(alert)
        if row is not None and row.kind is Kind.UNKNOWN_EVENT and not row.offered and row.type != "other":
            self.counts["data"] += 1
            return None
        place = self._places.find(alert, row, sender)
        if place is LOST:
            self.counts["unresolved"] += 1
        route = self._routes.find(alert.type, row, place, began=alert.active and not alert.late)
        if not route.imported:
            self.counts["not_imported"] += 1
            return None
        if alert.late:
            return self._history(alert, route, received)
        if alert.sign_of_life and self._key(route, alert) not in self._running:
            # The end of a video loss that was not on: many devices send it all the time.
            self.counts["heartbeats"] += 1
            return None
        now = self._runtime.monotonic()
        if self._is_double(alert, route, now, own=sender is None):
            self.counts["duplicates"] += 1
            return None
        if alert.active:
            return self._begin(alert, route, place, received, now)
        return self._end(alert, route, received)

    def _row(self, alert: Alert) -> EventType | None:
        """Look the type up, and note it if it is in no table."""
        row = EVENT_TYPES.get(alert.type)
        if row is None:
            self.unknown_types.note(alert.code)
        return row

    def _is_double(self, alert: Alert, route: Route, now: float, *, own: bool) -> bool:
        """Whether this very message came before, over the stream (`own`), by push, or twice over one of them.

        A clock that counts seconds cannot tell two happenings of one second apart. What ended in between and begins
        over the same way is another happening; over the other way it is the copy that comes late.
        """
        if not alert.time_text:
            return False
        key = (
            *(route.key, alert.code, alert.active, alert.repeat, alert.time_text, alert.count),
            *(alert.regions, alert.target, alert.plate, alert.number),
        )
        if (known := self._doubles.get(key)) is not None:
            first, first_own = known
            window = DOUBLE_SECONDS if len(alert.time_text) > _COARSE_LENGTH + 1 else _COARSE_DOUBLE_SECONDS
            if now - first <= window:
                on = self._is_on(route, alert, now)
                goes_on = alert.active and on and now - first > _ECHO_SECONDS
                begins_again = alert.active and not on and own is first_own
                return not (goes_on or begins_again or (not alert.active and on and own is first_own))
            del self._doubles[key]
        elif len(self._doubles) >= _DOUBLES:
            del self._doubles[next(iter(self._doubles))]
        self._doubles[key] = now, own
        return False

    def _is_on(self, route: Route, alert: Alert, now: float) -> bool:
        """Whether the event is on at the moment."""
        running = self._running.get(self._key(route, alert))
        return running is not None and running.until >= now

    @staticmethod
    def _key(route: Route, alert: Alert) -> tuple[object, ...]:
        """What the state of an event is kept under; unknown codes share a route, but not their state."""
        return route.key if route.key[0] else (*route.key, alert.code)

    def _begin(self, alert: Alert, route: Route, place: Place, received: datetime, now: float) -> Report | None:
        """Something is on: a new happening, or one that goes on."""
        key = self._key(route, alert)
        running = self._running.get(key)
        if running is None or running.until < now:
            if running is None and len(self._running) >= _RUNNING:  # unknown codes can be invented without end
                del self._running[next(iter(self._running))]
            running = self._running[key] = _Running(route, now, self._voice(alert))
            is_new = not alert.repeat
        else:
            is_new = not alert.repeat and self._is_new(alert, route, running, now)
        running.until = now + route.hold
        self._note(alert, running)
        if not is_new:
            self.counts["repeats"] += 1
            return self._ongoing(alert, route, running, received)
        self.counts["events"] += 1
        return self._started(alert, route, place, received)

    @staticmethod
    def _signature(alert: Alert) -> _Signature:
        """What makes a happening another one while the event is on."""
        return alert.regions, alert.target, alert.plate, alert.number, alert.details.get("stage")

    @staticmethod
    def _voice(alert: Alert) -> _Signature:
        """In which of several ways something was told."""
        return alert.code, alert.details.get("major"), alert.details.get("minor")

    def _is_new(self, alert: Alert, route: Route, running: _Running, now: float) -> bool:
        """Whether a report differs from all that is going on. Of what lasts, one that only tells less is a repeat."""
        signature = self._signature(alert)
        until = running.seen.get(signature)
        if until is not None and until >= now:
            return False
        if not route.lasting:
            # Stations tell one press in several ways; only the same way again is another press.
            return route.kind is not Kind.DOORBELL or self._voice(alert) == running.voice
        return not any(
            until >= now and all(not told or told == known for told, known in zip(signature, variant, strict=True))
            for variant, until in running.seen.items()
        )

    def _note(self, alert: Alert, running: _Running) -> None:
        """Keep the variant that is going on."""
        signature = self._signature(alert)
        running.seen.pop(signature, None)
        if len(running.seen) >= _SIGNATURES:
            del running.seen[next(iter(running.seen))]
        running.seen[signature] = running.until
        if alert.target is not None:
            running.targets.add(alert.target)

    def _started(self, alert: Alert, route: Route, place: Place, received: datetime) -> Report:
        """Report a new happening."""
        time = self.clock.moment(alert.time, received)
        features = route.events
        values: dict[str, Value] = dict.fromkeys(route.moments, time or received)
        if route.sensor is not None:
            if route.level:
                values[route.sensor] = True
            else:
                features = (route.sensor, *features)
        if alert.target is not None and (by_target := route.by_target.get(alert.target)) is not None:
            features = (*features, by_target)
        if alert.picture_url is not None and (image := self._remote_picture(alert.picture_url, place)) is not None:
            features = (*features, image)
        phase = Phase.START if route.lasting else Phase.PULSE
        occurrence = self._occurrence(alert, route, phase, received, features, time)
        return Report(values=values, occurrences=(occurrence,))

    def _ongoing(self, alert: Alert, route: Route, running: _Running, received: datetime) -> Report | None:
        """Prolong what is on; event entities are not told again."""
        if route.sensor is None:
            return None
        if route.level:
            return Report(values={route.sensor: True})
        features = [route.sensor]
        features += [route.by_target[target] for target in running.targets if target in route.by_target]
        time = self.clock.moment(alert.time, received)
        occurrence = self._occurrence(alert, route, Phase.ONGOING, received, tuple(features), time)
        return Report(occurrences=(occurrence,))

    def _end(self, alert: Alert, route: Route, received: datetime) -> Report | None:
        """Something is over, or was not on at all, which is as good to know."""
        self._running.pop(self._key(route, alert), None)
        self.counts["ends"] += 1
        if route.sensor is None:
            return None
        if route.level:
            return Report(values={route.sensor: False})
        features = (route.sensor, *route.by_target.values())
        time = self.clock.moment(alert.time, received)
        return Report(occurrences=(self._occurrence(alert, route, Phase.END, received, features, time),))

    def _history(self, alert: Alert, route: Route, received: datetime) -> Report | None:
        """Tell what happened while nobody listened; it says nothing of now."""
        self.counts["late"] += 1
        _LOGGER.debug("The device sent an event of %s again: %s", alert.time_text, alert.code)
        if not alert.active:
            return None
        time = self.clock.moment(alert.time, received, late=True)
        occurrence = self._occurrence(alert, route, Phase.PULSE, received, (), time)
        return Report(occurrences=(occurrence,))

    def _occurrence(
        self,
        alert: Alert,
        route: Route,
        phase: Phase,
        received: datetime,
        features: tuple[str, ...],
        time: datetime | None,
        picture: Picture | None = None,
    ) -> Occurrence:
        """Make the record."""
        return Occurrence(
            device_id=route.device_id,
            kind=route.kind,
            phase=phase,
            code=alert.code,
            received=received,
            features=features,
            time=time,
            channel=route.channel,
            target=alert.target,
            region=",".join(alert.regions) or None,
            plate=alert.plate,
            person=alert.person,
            picture=picture,
            late=alert.late,
            details=_details(alert, route),
        )

    def picture(
        self, alert: Alert, picture: Picture, received: datetime, sender: Sender | None = None
    ) -> Report | None:
        """Return the report that brings a picture to the image of its channel; the happening itself was told before."""
        if alert.heartbeat or alert.late:
            return None
        row = EVENT_TYPES.get(alert.type)
        place = self._places.find(alert, row, sender)
        if (image := self._routes.image(place)) is None:
            self.counts["pictures_unplaced"] += 1
            return None
        self.counts["pictures"] += 1
        self._picture_paths.pop(image, None)
        route = self._routes.find(alert.type, row, place, began=False)
        time = self.clock.moment(alert.time, received)
        return Report(occurrences=(self._occurrence(alert, route, Phase.PULSE, received, (image,), time, picture),))

    def _remote_picture(self, url: str, place: Place) -> str | None:
        """Note a picture that lies on the device, and return its image feature. Any other host is not asked."""
        path = _path_on(self._host, url)
        if path is None:
            self.counts["foreign_pictures"] += 1
            return None
        if (image := self._routes.image(place)) is not None:
            self._picture_paths[image] = path
        return image

    def picture_path(self, feature_id: str) -> str | None:
        """Return the path on the device, with its query, of the last picture of an image feature, if it is there."""
        return self._picture_paths.get(feature_id)

    def settle(self, gap: float | None = None) -> Report:
        """Return off for everything that only events switch and that is not on, so that it is known.

        To be told after every connect; `gap`: seconds since the last connection, None for the first. What waits for an
        end that was missed in the gap is over, too: if it is not, the device says so again.
        """
        now = self._runtime.monotonic()
        missed = gap is None or gap > _SHORT_GAP_SECONDS
        on: set[str] = set()
        for key, running in list(self._running.items()):
            route = running.route
            if running.until < now or (missed and route.endless and not route.level):
                del self._running[key]
            elif route.sensor is not None:
                on.add(route.sensor)
                on.update(route.by_target[target] for target in running.targets if target in route.by_target)
        return Report(values={feature: False for feature in self._routes.latched if feature not in on})

    def diagnostics(self) -> Mapping[str, Any]:
        """Tell the counts, as JSON."""
        return {
            "counts": dict(self.counts),
            "unusable": dict(self.unusable),
            "unknown_types": dict(self.unknown_types),
            "running": len(self._running),
            "routes": len(self._routes),
            "clock_offset_seconds": self.clock.offset,
        }


def _path_on(host: str | None, url: str) -> str | None:
    """Return path and query of an address on `host`, or None if it is elsewhere or no address."""
    try:
        parts = urlsplit(url)
        if host is None or parts.scheme not in {"http", "https"} or parts.hostname != host:
            return None
    except ValueError:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _details(alert: Alert, route: Route) -> Mapping[str, Detail]:
    """Return the message's facts, with what its place adds."""
    scope, number = route.key[1]
    if scope == "port" and number is not None:
        return MappingProxyType({**alert.details, "port": number})
    if scope == "lost":
        told = alert.dynamic_channel or alert.channel
        extra: dict[str, Detail] = {"channel": told} if told is not None else {}
        if alert.port or alert.dynamic_port:
            extra["port"] = alert.port or alert.dynamic_port or ""
        return MappingProxyType({**alert.details, **extra})
    return alert.details
