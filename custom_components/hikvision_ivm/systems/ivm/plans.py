"""When something is recorded: all day, or in sections of the days of a week (ivm §1.11, §3.17)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
import re
from types import MappingProxyType
from typing import Any, Final

from ..arguments import word
from ..errors import InvalidArgumentError
from ..transport.json import Fields, fields

FIELD: Final = "sections"
DAYS: Final = 7
DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY: Final = frozenset({"daily", "every day", "all"})
MIDNIGHT: Final = "00:00:00"
LAST: Final = "23:59:59"
MOST_SECTIONS: Final = 200
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """A stretch of one day, 1 (Monday) to 7; times as `HH:mm:ss`."""

    day: int
    start: str
    end: str

    @property
    def item(self) -> dict[str, Any]:
        """As it is sent."""
        return {"day_of_week": self.day, "start_time": self.start, "end_time": self.end}


@dataclass(frozen=True, slots=True)
class Plan:
    """Times of recording. `told` False: nothing is known. `whole` False: there are more times, which cannot be read."""

    all_day: bool | None = None
    sections: tuple[Section, ...] = ()
    told: bool = True
    whole: bool = True

    @property
    def on(self) -> bool | None:
        """Whether anything is recorded; None if that is not known."""
        if self.all_day or self.sections:
            return True
        return False if self.told and self.whole else None

    @property
    def fields(self) -> dict[str, Any]:
        """As it is sent: all day has no sections."""
        if not self.sections or self.all_day:
            return {"all_day": True}
        return {"all_day": False, "time_sections": [section.item for section in self.sections]}

    def means(self, other: Plan) -> bool:
        """Whether another plan records at the same times, as far as both are known whole."""
        if self.on is None or other.on is None or not (self.whole and other.whole):
            return False
        return _covered(self) == _covered(other)


UNKNOWN_PLAN: Final = Plan(told=False)
OFF: Final = Plan(all_day=False)
ALL_DAY: Final = Plan(all_day=True)
SCHEDULE: Final = "schedule"
MODES: Final[Mapping[str, Plan]] = MappingProxyType({"all_day": ALL_DAY, SCHEDULE: UNKNOWN_PLAN, "off": OFF})
"""How recording can be asked for → its plan; that of a schedule is told besides."""


def read_plan(told: Fields) -> Plan:
    """Return the plan at the root of an answer; of what makes no sense only that it is there is kept (`whole`)."""
    raw = told.get("time_sections")
    if (all_day := told.flag("all_day")) is None and raw is None:
        return UNKNOWN_PLAN
    if all_day:
        return ALL_DAY
    found = []
    for row in told.children("time_sections"):
        day, start, end = row.integer("day_of_week"), row.text("start_time"), row.text("end_time")
        if day is not None and start is not None and end is not None:
            found.append(Section(day, start, end))
    there = len(raw) if isinstance(raw, list) else int(raw is not None)
    return Plan(all_day=False, sections=tuple(sorted(found)), whole=len(found) == there)


def stored_plan(value: object) -> Plan | None:
    """Return the plan that `kept` was made of, None if it is none."""
    found = []
    for row in value if isinstance(value, list) else ():
        match row:
            case [int() as day, str() as start, str() as end]:
                found.append(Section(day, start, end))
    return Plan(all_day=False, sections=tuple(found)) if found else None


def kept(plan: Plan) -> list[list[Any]]:
    """Return the sections of a plan as JSON."""
    return [[section.day, section.start, section.end] for section in plan.sections]


def asked_plan(arguments: Mapping[str, Any]) -> Plan:
    """Return the plan of the arguments `mode` (`all_day`, `schedule`, `off`) and `sections`, which a schedule needs.

    A section has `start` and `end`, and `days`: names, numbers or stretches of them; without, it is every day. One that
    ends before it begins goes on the next day. Raises `InvalidArgumentError`.
    """
    mode = word(arguments, "mode", MODES)
    rows = arguments.get(FIELD)
    if mode != SCHEDULE:
        if rows:
            raise InvalidArgumentError(field=FIELD, reason=f"goes with the mode {SCHEDULE} only")
        return MODES[mode]
    rows = [rows] if isinstance(rows, Mapping) else rows
    if not isinstance(rows, (list, tuple)):
        raise InvalidArgumentError(field=FIELD, reason="is missing" if rows is None else "is no list of sections")
    found = tuple(sorted(section for row in rows for section in _sections(row)))
    if not 1 <= len(found) <= MOST_SECTIONS:
        raise InvalidArgumentError(field=FIELD, reason=f"has {len(found)} sections; 1 to {MOST_SECTIONS} are possible")
    for before, after in pairwise(found):
        if before.day == after.day and after.start < before.end:
            raise InvalidArgumentError(field=FIELD, reason=f"{_words(before)} and {_words(after)} overlap")
    return Plan(all_day=False, sections=found)


def _sections(row: object) -> Iterable[Section]:
    """Return the sections of one row, for each of its days; one that crosses midnight is two of them."""
    days, start, end = _parts(row)
    if start == end and start != MIDNIGHT:
        raise InvalidArgumentError(field=FIELD, reason=f"{start} to {end} is no time")
    for day in days:
        if start < end:
            yield Section(day, start, end)
            continue
        yield Section(day, start, LAST)
        if end != MIDNIGHT:
            yield Section(day % DAYS + 1, MIDNIGHT, end)


def _parts(row: object) -> tuple[Sequence[int], str, str]:
    """Return days, begin and end of a row."""
    if isinstance(row, Mapping):
        told = fields(row)
        first, last = told.text("start", "start_time"), told.text("end", "end_time")
        if first is not None and last is not None:
            return _days(row.get("days", row.get("day_of_week"))), _clock(first), _clock(last, last=True)
    raise InvalidArgumentError(field=FIELD, reason=f"{row!s:.60} is no section with days, start and end")


def _clock(text: str, *, last: bool = False) -> str:
    """Return a time as `HH:mm:ss`. The end of a day is 24:00 in words, and its last second on the wire."""
    found = _TIME.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    if last and (hour, minute, second) == (24, 0, 0):
        return LAST
    if hour > 23 or minute > 59 or second > 59:
        raise InvalidArgumentError(field=FIELD, reason=f"{text:.20} is no time of a day")
    return f"{hour:02}:{minute:02}:{second:02}"


def _days(named: object) -> Sequence[int]:
    """Return the days of `mon-fri`, `sat,sun`, `1-5`, 3, a list of such, or nothing: every day."""
    if named is None or named in ("", []) or (isinstance(named, str) and named.strip().lower() in EVERY_DAY):
        return range(1, DAYS + 1)
    rows = named if isinstance(named, (list, tuple)) else [named]
    found: set[int] = set()
    for text in (text for row in rows for text in str(row).split(",")):
        first, dash, last = text.partition("-")
        begin = _day(first)
        end = _day(last) if dash else begin
        found.update((begin + step - 1) % DAYS + 1 for step in range((end - begin) % DAYS + 1))
    return sorted(found)


def _day(text: str) -> int:
    """Return a day by its number or its name, of which three letters are enough."""
    plain = text.strip().lower()
    if plain.isdecimal() and 1 <= int(plain) <= DAYS:
        return int(plain)
    if plain[:3] in DAY_NAMES and plain.isalpha():
        return DAY_NAMES.index(plain[:3]) + 1
    raise InvalidArgumentError(field=FIELD, reason=f"{text.strip():.20} is no day of a week")


def _words(section: Section) -> str:
    """Say a section."""
    return f"{DAY_NAMES[section.day - 1]} {section.start}-{section.end}"


def _covered(plan: Plan) -> frozenset[Section]:
    """Return what a plan covers, however it is written."""
    if plan.all_day:
        return frozenset(Section(day, MIDNIGHT, LAST) for day in range(1, DAYS + 1))
    return frozenset(plan.sections)
