"""People who crossed the lines of a camera (ivm §3.16)."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from ..kinds import Kind
from ..model import UNKNOWN, Report, Unknown, Value
from ..transport.json import Fields, as_number
from .channel_features import ChannelFeatures
from .codes import NoDataError
from .context import Context
from .records import ChannelAddress
from .times import zone_of

KINDS: Final = frozenset({Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED, Kind.OCCUPANCY})
PATH: Final = "statistics/people"
WEEK: Final = 7
_DATE: Final = "%Y%m%d"


class Period(StrEnum):
    """What is counted together; the value is our word, `type` that of the cloud."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def type(self) -> str:
        """As it is sent."""
        return self.value.upper()


class Step(StrEnum):
    """What one number of an answer stands for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Counts:
    """People in and out, one number for each step. None: it was not told."""

    step: Step
    entered: tuple[int, ...] | None
    exited: tuple[int, ...] | None


class Statistics:
    """The counts of all channels."""

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        self._context = context
        self._features = features

    @property
    def zone(self) -> tzinfo:
        """The zone of the days that are counted."""
        return zone_of(self._context.options, self._context.runtime)

    def today(self) -> date:
        """Return the day that is counted now."""
        return self._context.runtime.now().astimezone(self.zone).date()

    async def read(self, address: ChannelAddress) -> Report:
        """Read the counts of today: who came, who left, and who is still there. Raises `SystemFailure`."""
        try:
            counts = await self.counts(address, Period.DAY, self.today())
        except NoDataError:
            counts = Counts(Step.HOUR, None, None)
        entered = None if counts.entered is None else sum(counts.entered)
        exited = None if counts.exited is None else sum(counts.exited)
        # Lines are missed now and then; fewer than nobody is inside nowhere.
        inside = None if entered is None or exited is None else max(0, entered - exited)
        told = {Kind.PEOPLE_ENTERED: entered, Kind.PEOPLE_EXITED: exited, Kind.OCCUPANCY: inside}
        values: dict[str, Value | Unknown] = {}
        for feature in self._features.of(address.key, KINDS):
            value = told[feature.kind]
            values[feature.id] = UNKNOWN if value is None else value
        return Report(values=values)

    async def counts(self, address: ChannelAddress, period: Period, day: date) -> Counts:
        """Read the counts of the day, week (from Monday), month or year of a day. Raises `SystemFailure`.

        The end is always sent: without it a month counts as a span of one day and is answered as a week. What the
        numbers stand for is seen by how many there are.
        """
        start, end = _span(period, day)
        query = {
            "device_id": address.device,
            "channel_id": address.channel,
            "type": period.type,
            "start_date": start.strftime(_DATE),
            "end_date": end.strftime(_DATE),
        }
        answer = await self._context.client.call("GET", PATH, query=query)
        entered, exited = _numbers(answer, "in"), _numbers(answer, "out")
        return Counts(_step(period, len(entered or exited or ())), entered, exited)


def answer_of(counts: Counts, period: Period, day: date) -> Mapping[str, Any]:
    """Return counts as JSON: in all, and step by step from the first one on."""
    start, _ = _span(period, day)
    return {
        "start": start.isoformat(),
        "step": counts.step.value,
        "entered": None if counts.entered is None else list(counts.entered),
        "exited": None if counts.exited is None else list(counts.exited),
        "entered_total": None if counts.entered is None else sum(counts.entered),
        "exited_total": None if counts.exited is None else sum(counts.exited),
    }


def _span(period: Period, day: date) -> tuple[date, date]:
    """Return first and last day. A week is shorter than seven days, and a month is not, as the cloud counts."""
    match period:
        case Period.WEEK:
            start = day - timedelta(days=day.weekday())
            return start, start + timedelta(days=WEEK - 1)
        case Period.MONTH:
            return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
        case Period.YEAR:
            return date(day.year, 1, 1), date(day.year, 12, 31)
    return day, day


def _step(period: Period, numbers: int) -> Step:
    """Return what a number stands for: there are 24 hours, 12 months, 7 or 28 to 31 days."""
    if numbers == 12:
        return Step.MONTH
    if numbers == 24:
        return Step.HOUR
    if numbers == WEEK or numbers >= 28:
        return Step.DAY
    return {Period.DAY: Step.HOUR, Period.YEAR: Step.MONTH}.get(period, Step.DAY)


def _numbers(answer: Fields, name: str) -> tuple[int, ...] | None:
    """Return the numbers of a list, with 0 in the place of what is none; None if there is no list, or none in it."""
    rows = answer.get(name)
    read = [as_number(row) for row in rows] if isinstance(rows, (list, tuple)) else []
    if all(number is None for number in read):
        return None
    return tuple(max(0, int(number)) if number is not None else 0 for number in read)
