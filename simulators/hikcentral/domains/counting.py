"""People counting: figures of cameras by minute, hour, day and month, and groups as of now (hikcentral §3.15)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, endpoint, number, text, time
from simulators.hikcentral.times import stamp

from .checks import YEAR, contains, period, whole, words
from .common import reprinted, rows_of

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

HOUR, DAY, MONTH, MINUTE = 0, 1, 2, 4
CAMERA, DOOR = 1, 2
KEPT_MINUTES = 100_000
"""More than two months for each camera."""
ENTERS, EXITS = 1, 2
"""Whether the entry direction of a member leads into the group or out of it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A camera or door that counts for a group."""

    id: str
    name: str
    type: int = CAMERA
    direction: int = ENTERS


@dataclass(slots=True)
class Group:
    """A people counting group. `limit` 0: no threshold."""

    id: str
    name: str
    site: str
    members: list[Member]
    limit: int = 0


@dataclass(slots=True)
class Counting:
    """Groups, and what passed each camera or door: `(type, id)` → minute → [entered, exited]."""

    groups: dict[str, Group] = field(default_factory=dict)
    passed: dict[tuple[int, str], dict[datetime, list[int]]] = field(default_factory=dict)

    def count(self, kind: int, source: str, moment: datetime, entered: int, exited: int) -> None:
        """People passed a camera or a door."""
        minutes = self.passed.setdefault((kind, source), {})
        while len(minutes) >= KEPT_MINUTES:
            del minutes[next(iter(minutes))]
        figures = minutes.setdefault(moment.replace(second=0, microsecond=0), [0, 0])
        figures[0] += entered
        figures[1] += exited

    def between(self, kind: int, source: str, start: datetime, end: datetime) -> tuple[int, int]:
        """Return how many entered and exited from `start` up to before `end`."""
        rows = [row for minute, row in self.passed.get((kind, source), {}).items() if start <= minute < end]
        return sum(row[0] for row in rows), sum(row[1] for row in rows)

    def now(self, group: Group, now: datetime) -> tuple[int, int]:
        """Return how many entered and exited a group since midnight."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        entered = exited = 0
        for member in group.members:
            forth, back = self.between(member.type, member.id, midnight, midnight + timedelta(days=1))
            if member.direction == EXITS:
                forth, back = back, forth
            entered, exited = entered + forth, exited + back
        return entered, exited


def _floor(moment: datetime, kind: int) -> datetime:
    """Return the begin of the bucket that a moment lies in."""
    moment = moment.replace(second=0, microsecond=0)
    if kind == MINUTE:
        return moment
    moment = moment.replace(minute=0)
    if kind == HOUR:
        return moment
    moment = moment.replace(hour=0)
    return moment if kind == DAY else moment.replace(day=1)


def _following(begin: datetime, kind: int) -> datetime:
    """Return the begin of the bucket behind one."""
    if kind == MONTH:
        return (begin + timedelta(days=32)).replace(day=1)
    return begin + {MINUTE: timedelta(minutes=1), HOUR: timedelta(hours=1), DAY: timedelta(days=1)}[kind]


def buckets(start: datetime, end: datetime, kind: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield the buckets that a period touches."""
    begin = _floor(start, kind)
    while begin < end:
        following = _following(begin, kind)
        yield begin, following
        begin = following


@endpoint(
    "aiapplication/v1/people/statisticsTotalNumByTime",
    *PAGE,
    words("cameraIndexCodes", most=10, required=True),
    number("statisticsType", required=True, among=(HOUR, DAY, MONTH, MINUTE)),
    time("startTime", required=True),
    time("endTime", required=True),
    since=(1, 7, 0),
)
def statistics(platform: HikCentralSimulator, call: Call) -> Any:
    """Figures of cameras; this answer has no total."""
    span = period(call, longest=YEAR)
    kind, zone = whole(call, "statisticsType"), platform.now().tzinfo
    spans = list(buckets(span.start.astimezone(zone), span.end.astimezone(zone), kind))
    sources = call.words("cameraIndexCodes")

    def row(place: int) -> dict[str, Any]:
        camera = sources[place // len(spans)]
        begin, following = spans[place % len(spans)]
        entered, exited = platform.state.counting.between(CAMERA, camera, begin, following)
        return {"time": stamp(begin), "cameraIndexCode": camera, "exitNum": exited, "enterNum": entered}

    answer = paged(platform, call, range(len(sources) * len(spans)), row)
    del answer["total"]
    return {"completeness": 1, **answer}


def _group(group: Group) -> dict[str, Any]:
    related = [
        {
            "resourceType": member.type,
            "resourceIndexCode": member.id,
            "resourceName": member.name,
            "entryExitConfig": member.direction,
        }
        for member in group.members
    ]
    return {
        "resourceGroupIndexCode": group.id,
        "resourceGroupName": group.name,
        "siteIndexCode": group.site,
        "peopleCountingParam": {"relatedResourceInfoList": related},
    }


@endpoint(
    "aiapplication/v1/people/advance/resourceGroupList",
    *PAGE,
    text("siteIndexCode", longest=64),
    text("name"),
    words("resourceGroupIndexCodes"),
    since=(2, 2, 0),
)
def group_list(platform: HikCentralSimulator, call: Call) -> Any:
    """Groups with what counts for them."""
    wanted = call.words("resourceGroupIndexCodes")
    groups = [
        group
        for group in platform.state.counting.groups.values()
        if (not wanted or group.id in wanted)
        and contains(call.text("name"), group.name)
        and call.text("siteIndexCode") in ("", group.site)
    ]
    return paged(platform, call, groups, _group)


def _like_cameras(data: Any) -> Any:
    """The sample is that of cameras: no group, no threshold."""
    answer = reprinted(data, {}, drop=("resourceGroupName", "limitNum"))
    for row in rows_of(answer):
        row["cameraIndexCode"] = row.pop("resourceGroupIndexCode")
    return answer


@endpoint(
    "aiapplication/v1/people/resourceGroupRealTimeCount",
    words("resourceGroupIndexCodes", most=10, required=True),
    sample=_like_cameras,
    since=(2, 2, 0),
)
def real_time(platform: HikCentralSimulator, call: Call) -> Any:
    """Figures of groups since midnight."""
    counting, now = platform.state.counting, platform.now()
    rows = []
    for group in (counting.groups[key] for key in call.words("resourceGroupIndexCodes") if key in counting.groups):
        entered, exited = counting.now(group, now)
        rows.append(
            {
                "time": stamp(now),
                "resourceGroupIndexCode": group.id,
                "resourceGroupName": group.name,
                "exitNum": exited,
                "enterNum": entered,
                "limitNum": group.limit,
            }
        )
    return {"list": rows}
