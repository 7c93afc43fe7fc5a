"""Beds under radars: who is in, how they breathe, move and sleep (hikcentral §3.19, T32).

Readings of health are personal: they are asked for only where the user enabled their entities. Each bed is asked alone,
for the platform has no call for several.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, override

from ..background import together
from ..kinds import Kind
from ..model import Feature, Report, Value
from ..times import format_time, parse_time
from ..transport.json import Fields, fields, listed
from .polled import Domain, Values, by_record, forget, merged, put
from .record_fields import count
from .records import Bed

IN_BED: Final = "healthcareradar/v1/inBedStatus"
RATES: Final = "healthcareradar/v1/heartbreath"
LIVING: Final = "healthcareradar/v1/livefeature"
SLEEP: Final = "healthcareradar/v1/sleepQuality"

AREAS: Final[Mapping[int, str]] = MappingProxyType({1: "restroom", 2: "bathroom", 10: "elsewhere"})
"""`AreaType` → the `part` of its features. 10 is any area that no radar of care watches."""
SLEEP_DAY_BEGINS: Final = 18
"""Hour of the platform's zone from which on sleep counts for the coming night."""
_IN_BED_STATES: Final[Mapping[int, bool]] = MappingProxyType({0: False, 1: True})
_RATES_WINDOW: Final = timedelta(hours=2)
"""Averages are of whole hours: the running one may not be there yet, an older one is not of now."""

type Read = Callable[[Fields, datetime], Mapping[tuple[Kind, str], Value | None]]
"""Reads an answer into values: (kind, part) → value. The moment is now, in the platform's zone."""
type Begin = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call about a bed. `period` in seconds; `most`: beds in one poll; `begin`: from when on, None: it is about now."""

    topic: str
    path: str
    kinds: frozenset[Kind]
    read: Read
    period: float
    most: int
    begin: Begin | None = None


def _in_bed(answer: Fields, now: datetime) -> Mapping[tuple[Kind, str], Value | None]:
    """Read whether somebody is in bed."""
    state = answer.integer("InBedStatus")
    return {(Kind.IN_BED, ""): _IN_BED_STATES.get(-1 if state is None else state)}


def _rates(answer: Fields, now: datetime) -> Mapping[tuple[Kind, str], Value | None]:
    """Read the latest averages. Nobody's heart beats 0 times a minute on average: that is no reading."""
    return {
        (Kind.HEART_RATE, ""): _latest(answer.children("HeartData"), "heartValue", now),
        (Kind.BREATHING_RATE, ""): _latest(answer.children("BreathData"), "breathValue", now),
    }


def _latest(buckets: Sequence[Fields], name: str, now: datetime) -> float | None:
    """Return the average of the latest bucket that has one and is not too old."""
    found: list[tuple[datetime, float]] = []
    for bucket in buckets:
        end = parse_time(bucket.text("endTime", "startTime"), now.tzinfo or UTC)
        value = bucket.number(name)
        if end is not None and end >= now - _RATES_WINDOW and value is not None and value > 0:
            found.append((end, value))
    return max(found)[1] if found else None


def _living(answer: Fields, now: datetime) -> Mapping[tuple[Kind, str], Value | None]:
    """Read the totals of the day: seconds and times."""
    values: dict[tuple[Kind, str], Value | None] = {
        (Kind.IN_BED_TIME, ""): count(answer, "inBedTime"),
        (Kind.OUT_OF_BED_TIME, ""): count(answer, "OutBedTime"),
        (Kind.GETTING_UP_COUNT, ""): count(answer, "getUpTime"),
        (Kind.ROLL_OVER_COUNT, ""): count(answer, "rollOverTime"),
    }
    if "AreaData" in answer:
        # An area that nobody entered today is not in the list.
        values |= {(kind, part): 0 for part in AREAS.values() for kind in (Kind.AREA_TIME, Kind.AREA_ENTRIES)}
    for area in answer.children("AreaData"):
        if (part := AREAS.get(area.integer("AreaType") or 0)) is not None:
            values[Kind.AREA_TIME, part] = count(area, "TotalTime")
            values[Kind.AREA_ENTRIES, part] = count(area, "EnterNum")
    return values


def _sleep(answer: Fields, now: datetime) -> Mapping[tuple[Kind, str], Value | None]:
    """Read how long and how deep, in seconds, and when sleep came."""
    return {
        (Kind.SLEEP_TIME, ""): count(answer, "TotalTime"),
        (Kind.DEEP_SLEEP_TIME, ""): count(answer, "DeepSleepTime"),
        (Kind.LIGHT_SLEEP_TIME, ""): count(answer, "LightSleepTime"),
        (Kind.AWAKE_TIME, ""): count(answer, "AwakeTime"),
        (Kind.SLEEP_START, ""): _fell_asleep(answer.text("SleepTime"), now),
    }


def _fell_asleep(text: str | None, now: datetime) -> datetime | None:
    """Return the last moment at which a clock showed this (`HH:mm`), as far as it lies within the asked night."""
    moment = parse_time(f"{now.date()}T{text}", now.tzinfo) if text and now.tzinfo else None
    if moment is None:
        return None
    moment = moment if moment <= now else moment - timedelta(days=1)
    return moment if moment >= sleep_day(now) - timedelta(minutes=1) else None


def today(now: datetime) -> datetime:
    """Return the begin of the day."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def sleep_day(now: datetime) -> datetime:
    """Return from when on sleep counts for the night that is, or was last."""
    evening = now.replace(hour=SLEEP_DAY_BEGINS, minute=0, second=0, microsecond=0)
    return evening if evening <= now else evening - timedelta(days=1)


def recently(now: datetime) -> datetime:
    """Return from when on averages are of now."""
    return (now - _RATES_WINDOW).replace(minute=0, second=0, microsecond=0)


QUESTIONS: Final = (
    Question(
        topic="in_bed", path=IN_BED, kinds=frozenset({Kind.IN_BED}), read=_in_bed, period=30.0, most=40
    ),
    Question(
        topic="rates",
        path=RATES,
        kinds=frozenset({Kind.HEART_RATE, Kind.BREATHING_RATE}),
        read=_rates,
        period=300.0,
        most=20,
        begin=recently,
    ),
    Question(
        topic="living",
        path=LIVING,
        kinds=frozenset(
            {
                Kind.IN_BED_TIME, Kind.OUT_OF_BED_TIME, Kind.GETTING_UP_COUNT, Kind.ROLL_OVER_COUNT,
                Kind.AREA_TIME, Kind.AREA_ENTRIES,
            }
        ),
        read=_living,
        period=600.0,
        most=20,
        begin=today,
    ),
    Question(
        topic="sleep",
        path=SLEEP,
        kinds=frozenset(
            {Kind.SLEEP_TIME, Kind.DEEP_SLEEP_TIME, Kind.LIGHT_SLEEP_TIME, Kind.AWAKE_TIME, Kind.SLEEP_START}
        ),
        read=_sleep,
        period=900.0,
        most=20,
        begin=sleep_day,
    ),
)  # fmt: skip


class Care(Domain):
    """What radars tell of beds."""

    kinds = frozenset(kind for question in QUESTIONS for kind in question.kinds)

    @override
    def takes(self, feature: Feature) -> bool:
        return isinstance(feature.address, Bed)

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        features = self.wanted(wanted)
        reads: list[Awaitable[Report]] = []
        for question in QUESTIONS:
            beds = by_record((one for one in features if one.kind in question.kinds), Bed)
            due = self.rhythm.due(question.topic, question.period, beds, most=question.most)
            reads += [self._ask(question, beds[one]) for one in due]
        return merged(await together(reads))

    async def _ask(self, question: Question, features: Sequence[Feature]) -> Report:
        """Ask one thing about one bed."""
        bed, now = features[0].address, self.platform_now()
        assert isinstance(bed, Bed)
        body: dict[str, Any] = {"roomID": room_number(bed.room), "bedNo": bed.number}
        if question.begin is not None:
            body |= {"startTime": format_time(question.begin(now)), "endTime": format_time(now)}
        call = self.client.call(question.path, body, named=False)
        data = await self.attempt(question.topic, question.period, (bed.id,), call)
        values: Values = {}
        if data is not None:
            found = question.read(_joined(data), now)
            for feature in features:
                put(values, feature, found.get((feature.kind, feature.part)))
        elif self.lost(question.topic, bed.id):
            forget(values, features)
        return Report(values=values)


def room_number(room: str) -> int | str:
    """Return the id of a room as calls want it: a number."""
    return int(room) if room.isdecimal() else room


def _joined(data: Any) -> Fields:
    """Return an answer as one object: tables announce lists, whose parts may hold one name each."""
    return Fields({name: value for part in listed(data) for name, value in part.raw.items()}) if data else fields(data)
