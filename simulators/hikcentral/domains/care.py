"""Healthcare radars: rooms and beds, who lies in them and how they sleep (hikcentral §3.19)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, endpoint, number, text, time
from simulators.hikcentral.times import plain_stamp

from .checks import NO_SUCH, Period, period, whole

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

NOT_KNOWN, OUT, IN = -1, 0, 1
RESTROOM, BATHROOM, ELSEWHERE = 1, 2, 10
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasted; `end` None: it still does."""

    start: datetime
    end: datetime | None

    def within(self, asked: Period, now: datetime) -> Span | None:
        """Return the part that lies in a period."""
        start, end = max(self.start, asked.start), min(self.end or now, asked.end)
        return Span(start, end) if start < end else None

    @property
    def seconds(self) -> int:
        """How long it lasted."""
        return 0 if self.end is None else int((self.end - self.start).total_seconds())


@dataclass(slots=True)
class Bed:
    """A bed and who lies in it. Readings are (moment, value); spans are closed when the next begins."""

    number: str
    person: int
    name: str
    state: int = NOT_KNOWN
    in_bed: list[Span] = field(default_factory=list)
    out_of_bed: list[Span] = field(default_factory=list)
    got_up: list[Span] = field(default_factory=list)
    rolled: list[Span] = field(default_factory=list)
    areas: list[tuple[int, Span]] = field(default_factory=list)
    hearts: list[tuple[datetime, float]] = field(default_factory=list)
    breaths: list[tuple[datetime, float]] = field(default_factory=list)
    sleep: list[tuple[str, Span]] = field(default_factory=list)
    """Stretches of sleep: `deep`, `light` or `awake`."""

    def become(self, state: int, now: datetime) -> None:
        """Somebody lay down, got up, or the radar lost sight."""
        for spans in (self.in_bed, self.out_of_bed):
            if spans and spans[-1].end is None:
                spans[-1] = Span(spans[-1].start, now)
        if state == IN:
            self.in_bed.append(Span(now, None))
        elif state == OUT:
            self.out_of_bed.append(Span(now, None))
            if self.state == IN:
                self.got_up.append(Span(now - timedelta(seconds=10), now))
        self.state = state


@dataclass(slots=True)
class Room:
    """A room with beds by their number; ids are numbers here."""

    id: int
    number: str
    description: str = ""
    beds: dict[str, Bed] = field(default_factory=dict)


def _room_row(room: Room) -> dict[str, Any]:
    beds = [{"bedNo": bed.number, "personID": bed.person, "personName": bed.name} for bed in room.beds.values()]
    return {"roomID": room.id, "roomNo": room.number, "description": room.description, "bedlist": beds}


def _swapped(data: Any) -> Any:
    """The sample calls the total otherwise and has page and size the wrong way round; tables print a list."""
    page = data[0]
    return {
        "pageSize": page["pageNo"],
        "pageNo": page["pageSize"],
        "totalNum": page["total"],
        "roomlist": page["roomlist"],
    }


def _first(data: Any) -> Any:
    """Samples print objects where the tables have lists."""
    return data[0]


@endpoint("healthcareradar/v1/room", *PAGE, named=False, sample=_swapped, since=(2, 2, 2))
def rooms(platform: HikCentralSimulator, call: Call) -> Any:
    """All rooms."""
    answer = paged(platform, call, list(platform.state.rooms.values()), _room_row)
    answer["roomlist"] = answer.pop("list")
    return [answer]


BED = (number("roomID", required=True), text("bedNo", required=True, longest=32))
BED_AND_TIME = (*BED, time("startTime", required=True), time("endTime", required=True))


def _bed(platform: HikCentralSimulator, call: Call) -> Bed:
    """Return the bed of a request. Raises Refuse unless there is one."""
    room = platform.state.rooms.get(whole(call, "roomID"))
    bed = room.beds.get(call.text("bedNo")) if room else None
    if bed is None:
        raise Refuse(NO_SUCH)
    return bed


@endpoint("healthcareradar/v1/inBedStatus", *BED, named=False, since=(2, 2, 2))
def in_bed(platform: HikCentralSimulator, call: Call) -> Any:
    """Whether somebody is in a bed."""
    return {"InBedStatus": _bed(platform, call).state}


def _averages(platform: HikCentralSimulator, readings: list[tuple[datetime, float]], asked: Period, name: str
              ) -> list[dict[str, Any]]:  # fmt: skip
    """Return averages by the hour."""
    hours: dict[datetime, list[float]] = {}
    for moment, value in readings:
        if moment in asked:
            hours.setdefault(moment.astimezone(platform.zone).replace(minute=0, second=0, microsecond=0), []).append(
                value
            )
    return [
        {
            "startTime": plain_stamp(hour),
            "endTime": plain_stamp(hour + HOUR - timedelta(seconds=1)),
            name: round(sum(values) / len(values)),
        }
        for hour, values in sorted(hours.items())
    ]


@endpoint(
    "healthcareradar/v1/heartbreath",
    *BED_AND_TIME,
    named=False,
    sample=lambda data: {name: rows for part in data for name, rows in part.items()},
    since=(2, 2, 2),
)
def vital_signs(platform: HikCentralSimulator, call: Call) -> Any:
    """Rates of heart and breath."""
    bed, asked = _bed(platform, call), period(call, longest=None)
    return [
        {"BreathData": _averages(platform, bed.breaths, asked, "breathValue")},
        {"HeartData": _averages(platform, bed.hearts, asked, "heartValue")},
    ]


@endpoint("healthcareradar/v1/livefeature", *BED_AND_TIME, named=False, sample=_first, since=(2, 2, 2))
def living(platform: HikCentralSimulator, call: Call) -> Any:
    """When somebody was in bed, got up, rolled over and went elsewhere."""
    bed, asked, now = _bed(platform, call), period(call, longest=None), platform.now()

    def cut(spans: list[Span]) -> list[Span]:
        return [part for span in spans if (part := span.within(asked, now))]

    def rows(spans: list[Span]) -> list[dict[str, str]]:
        return [
            {"startTime": _local(platform, span.start), "endTime": _local(platform, span.end or now)} for span in spans
        ]

    lying, away, risen, turned = (cut(spans) for spans in (bed.in_bed, bed.out_of_bed, bed.got_up, bed.rolled))
    areas = []
    for area in sorted({kind for kind, _ in bed.areas}):
        visits = cut([span for kind, span in bed.areas if kind == area])
        times = [
            {"TimeInfo": f"{_local(platform, span.start)}, {_local(platform, span.end or now)}"} for span in visits
        ]
        seconds = sum(span.seconds for span in visits)
        areas.append({"AreaType": area, "EnterNum": len(visits), "Data": times, "TotalTime": seconds})
    return [
        {
            "inBedTime": sum(span.seconds for span in lying),
            "OutBedTime": sum(span.seconds for span in away),
            "getUpTime": len(risen),
            "rollOverTime": len(turned),
            "inBedData": rows(lying),
            "outBedData": rows(away),
            "getUpData": rows(risen),
            "rollOverData": rows(turned),
            "AreaData": areas,
        }
    ]


def _local(platform: HikCentralSimulator, moment: datetime) -> str:
    return plain_stamp(moment.astimezone(platform.zone))


@endpoint("healthcareradar/v1/sleepQuality", *BED_AND_TIME, named=False, sample=_first, since=(2, 2, 2))
def sleep(platform: HikCentralSimulator, call: Call) -> Any:
    """How long somebody slept, how deep, and since when."""
    bed, asked, now = _bed(platform, call), period(call, longest=None), platform.now()
    parts = [(depth, part) for depth, span in bed.sleep if (part := span.within(asked, now))]
    seconds = dict.fromkeys(("deep", "light", "awake"), 0)
    for depth, part in parts:
        seconds[depth] += part.seconds
    asleep = [part.start for depth, part in parts if depth != "awake"]
    return [
        {
            "TotalTime": seconds["deep"] + seconds["light"],
            "DeepSleepTime": seconds["deep"],
            "LightSleepTime": seconds["light"],
            "AwakeTime": seconds["awake"],
            "SleepTime": min(asleep).astimezone(platform.zone).strftime("%H:%M") if asleep else "",
        }
    ]
