"""People counting: totals of the day by camera, and groups as of now (hikcentral §3.15)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, override

from ..background import together
from ..kinds import Kind
from ..model import Feature, Report
from ..times import format_time, parse_time
from ..transport.json import Fields, fields
from .polled import IDS_PER_CALL, Domain, Values, by_record, forget, in_batches, merged, put
from .record_fields import count
from .records import Camera, CountingGroup

TOTALS: Final = "aiapplication/v1/people/statisticsTotalNumByTime"
LIVE: Final = "aiapplication/v1/people/resourceGroupRealTimeCount"
BY_DAY: Final = 1
INCOMPLETE: Final = 0

TOTALS_SECONDS: Final = 300.0
GROUPS_SECONDS: Final = 30.0
CAMERAS_AT_ONCE: Final = 200
"""Cameras whose totals are read in one poll; the others have their turn in the next."""
GROUPS_AT_ONCE: Final = 20
"""The same of groups, where each has to be asked for alone."""


class People(Domain):
    """Who went in and out. Values: numbers of persons; over the limit: bool."""

    kinds = frozenset({Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED, Kind.OCCUPANCY, Kind.OCCUPANCY_LIMIT, Kind.OVER_LIMIT})

    _named = True
    """Whether answers name the group; one printed sample does not."""

    @override
    def takes(self, feature: Feature) -> bool:
        return isinstance(feature.address, (Camera, CountingGroup))

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        features = self.wanted(wanted)
        cameras, groups = by_record(features, Camera), by_record(features, CountingGroup)
        due = self.rhythm.due("totals", TOTALS_SECONDS, cameras, most=CAMERAS_AT_ONCE)
        most, size = (None, IDS_PER_CALL) if self._named else (GROUPS_AT_ONCE, 1)
        live = self.rhythm.due("groups", GROUPS_SECONDS, groups, most=most)
        reads = [self._read_totals({one: cameras[one] for one in batch}) for batch in in_batches(due)]
        reads += [self._read_groups({one: groups[one] for one in batch}) for batch in in_batches(live, size)]
        return merged(await together(reads))

    # cameras

    async def _read_totals(self, cameras: Mapping[str, Sequence[Feature]]) -> Report:
        """Read how many passed some cameras since midnight of the platform's zone."""
        now = self.platform_now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        body = {
            "pageNo": 1,
            "pageSize": 500,
            "cameraIndexCodes": ",".join(cameras),
            "statisticsType": BY_DAY,
            "startTime": format_time(midnight),
            "endTime": format_time(now),
        }
        values: Values = {}
        data = await self.attempt("totals", TOTALS_SECONDS, cameras, self.client.call(TOTALS, body))
        if data is None:
            for one, features in cameras.items():
                if self.lost("totals", one):
                    forget(values, features)
            return Report(values=values)
        answer = fields(data)
        complete = answer.integer("completeness") != INCOMPLETE
        rows: dict[str, list[Fields]] = {}
        for row in answer.children("list") if complete else ():
            moment = parse_time(row.text("time"), self.runtime.zone)
            if moment is None or moment >= midnight:
                rows.setdefault(row.text("cameraIndexCode") or "", []).append(row)
        for one, features in cameras.items():
            for feature in features:
                name = "enterNum" if feature.kind is Kind.PEOPLE_ENTERED else "exitNum"
                put(values, feature, _sum(rows.get(one, ()), name))
        return Report(values=values)

    # groups

    async def _read_groups(self, groups: Mapping[str, Sequence[Feature]]) -> Report:
        """Read how many are in some groups; where the answer does not name the groups, each is asked for alone."""
        body = {"resourceGroupIndexCodes": ",".join(groups)}
        values: Values = {}
        data = await self.attempt("groups", GROUPS_SECONDS, groups, self.client.call(LIVE, body))
        if data is None:
            for one, features in groups.items():
                if self.lost("groups", one):
                    forget(values, features)
            return Report(values=values)
        rows = fields(data).children("list")
        found = self._by_group(rows, groups)
        if found is None and len(groups) > 1:
            self._named = False
            return merged(await together(self._read_groups({one: features}) for one, features in groups.items()))
        for one, features in groups.items():
            if found is None or (row := found.get(one)) is None:
                forget(values, features)
            else:
                _put_group(values, features, row)
        return Report(values=values)

    @staticmethod
    def _by_group(rows: Sequence[Fields], groups: Collection[str]) -> Mapping[str, Fields] | None:
        """Tell which row is of which group; None if the rows do not say.

        The camera that the printed sample names instead does not say it: ids of cameras and groups are the same words.
        """
        found = {named: row for row in rows if (named := row.text("resourceGroupIndexCode")) is not None}
        if len(found) == len(rows):
            return found
        return {next(iter(groups)): rows[0]} if len(groups) == len(rows) == 1 else None


def _sum(rows: Iterable[Fields], name: str) -> int | None:
    """Add up a number of several rows; None if there is none, or one of them is missing."""
    found = [count(row, name) for row in rows]
    known = [one for one in found if one is not None]
    return sum(known) if known and len(known) == len(found) else None


def _put_group(values: Values, features: Sequence[Feature], row: Fields) -> None:
    """Take in the figures of a group. A limit of 0 is none."""
    entered, exited = count(row, "enterNum"), count(row, "exitNum")
    limit = count(row, "limitNum") or None
    inside = None if entered is None or exited is None else max(0, entered - exited)
    figures: dict[Kind, int | bool | None] = {
        Kind.PEOPLE_ENTERED: entered,
        Kind.PEOPLE_EXITED: exited,
        Kind.OCCUPANCY: inside,
        Kind.OCCUPANCY_LIMIT: limit,
        Kind.OVER_LIMIT: None if inside is None or limit is None else inside > limit,
    }
    for feature in features:
        put(values, feature, figures[feature.kind])
