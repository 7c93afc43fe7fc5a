"""Times of recording: what is told, and what is asked for."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import InvalidArgumentError
from custom_components.hikvision_ivm.systems.ivm.plans import (
    ALL_DAY,
    LAST,
    MIDNIGHT,
    OFF,
    UNKNOWN_PLAN,
    Plan,
    Section,
    asked_plan,
    kept,
    read_plan,
    stored_plan,
)
from custom_components.hikvision_ivm.systems.transport.json import Fields

WORK = tuple(Section(day, "08:00:00", "18:00:00") for day in range(1, 6))
UNREADABLE = Plan(all_day=False, whole=False)


@pytest.mark.parametrize(
    ("told", "plan"),
    [
        ({}, UNKNOWN_PLAN),
        ({"all_day": None}, UNKNOWN_PLAN),
        ({"all_day": True}, ALL_DAY),
        ({"all_day": "true", "time_sections": []}, ALL_DAY),
        ({"all_day": False}, OFF),
        ({"all_day": False, "time_sections": None}, OFF),
        (
            {"time_sections": {"day_of_week": "3", "start_time": "01:00:00", "end_time": "02:00:00"}},
            Plan(all_day=False, sections=(Section(3, "01:00:00", "02:00:00"),)),
        ),
        ({"all_day": False, "time_sections": [{"day_of_week": 1}, 5]}, UNREADABLE),
        ({"time_sections": [{"day_of_week": "MON", "start_time": "08:00:00", "end_time": "18:00:00"}]}, UNREADABLE),
        ({"time_sections": "weekdays"}, UNREADABLE),
        (
            {"time_sections": [{"day_of_week": 1, "start_time": "08:00:00", "end_time": "18:00:00"}, 5]},
            Plan(all_day=False, sections=WORK[:1], whole=False),
        ),
    ],
)
def test_what_is_told(told: dict[str, Any], plan: Plan) -> None:
    """Half of it may be missing, and one section may be no list."""
    assert read_plan(Fields(told)) == plan
    assert plan.on is {UNKNOWN_PLAN: None, UNREADABLE: None, OFF: False}.get(plan, True)


def section(start: str, end: str, days: Any = None) -> dict[str, Any]:
    """Return a section as somebody writes it."""
    return {"start": start, "end": end} | ({} if days is None else {"days": days})


@pytest.mark.parametrize(
    ("sections", "plan"),
    [
        ([section("08:00", "18:00", "mon-fri")], WORK),
        (section("8:00", "18:00:00", "1-5"), WORK),
        ([section("08:00", "18:00", "Monday-Friday")], WORK),
        ([{"day_of_week": [1, 2, 3, 4, 5], "start_time": "08:00:00", "end_time": "18:00:00"}], WORK),
        ([section("08:00", "18:00", "mon, tue,wed"), section("08:00", "18:00", [4, "fri"])], WORK),
        ([section("22:00", "06:00", "sun")], (Section(1, MIDNIGHT, "06:00:00"), Section(7, "22:00:00", LAST))),
        ([section("00:00", "24:00", "fri-sun")], tuple(Section(day, MIDNIGHT, LAST) for day in (5, 6, 7))),
        ([section("23:00", "00:00", "sat-mon")], tuple(Section(day, "23:00:00", LAST) for day in (1, 6, 7))),
        ([section("00:00", "00:00", 3)], (Section(3, MIDNIGHT, LAST),)),
        (
            [section("08:00", "10:00", "wed"), section("10:00", "12:00", "wed")],
            (Section(3, "08:00:00", "10:00:00"), Section(3, "10:00:00", "12:00:00")),
        ),
        ([section("1:00", "2:00")], tuple(Section(day, "01:00:00", "02:00:00") for day in range(1, 8))),
        ([section("1:00", "2:00", "daily")], tuple(Section(day, "01:00:00", "02:00:00") for day in range(1, 8))),
        ([section("1:00", "2:00", [])], tuple(Section(day, "01:00:00", "02:00:00") for day in range(1, 8))),
    ],
)
def test_sections(sections: Any, plan: tuple[Section, ...]) -> None:
    """In every form; those that cross midnight are split, to the next day, which may be Monday."""
    found = asked_plan({"mode": "schedule", "sections": sections})
    assert found == Plan(all_day=False, sections=plan)
    assert stored_plan(kept(found)) == found
    assert found.means(found)


@pytest.mark.parametrize(
    "sections",
    [
        None,
        [],
        "mon 08:00-18:00",
        ["mon 08:00-18:00"],
        [5],
        [section("25:00", "26:00")],
        [section("08:60", "09:00")],
        [section("24:00", "25:00")],
        [section("08:00", "08:00")],
        [section("0800", "0900")],
        [section("08:00", "09:00", "moon")],
        [section("08:00", "09:00", "8")],
        [section("08:00", "09:00", "mon-")],
        [section("08:00", "10:00", "mon"), section("09:59:59", "11:00", "mon")],
        [section("22:00", "06:00", "sun"), section("05:00", "07:00", "mon")],
        [{"start": "08:00"}],
        [section(f"{hour:02}:{minute:02}", f"{hour:02}:{minute + 5:02}") for hour in range(9) for minute in range(0, 40, 10)],
    ],
)  # fmt: skip
def test_what_cannot_be_used(sections: Any) -> None:
    """It is found before anything is sent, and named."""
    with pytest.raises(InvalidArgumentError) as refused:
        asked_plan({"mode": "schedule", "sections": sections})
    assert refused.value.placeholders["field"] == "sections"


def test_modes() -> None:
    """Only a schedule has sections, and one of the modes has to be named."""
    assert asked_plan({"mode": "all_day"}) == ALL_DAY
    assert asked_plan({"mode": "off", "sections": []}) == OFF
    for arguments, field in (
        ({}, "mode"),
        ({"mode": "sometimes"}, "mode"),
        ({"mode": "off", "sections": [section("01:00", "02:00")]}, "sections"),
        ({"mode": "all_day", "sections": [section("01:00", "02:00")]}, "sections"),
    ):
        with pytest.raises(InvalidArgumentError) as refused:
            asked_plan(arguments)
        assert refused.value.placeholders["field"] == field


def test_plans_that_mean_the_same() -> None:
    """However they are written."""
    whole_week = asked_plan({"mode": "schedule", "sections": [section("00:00", "24:00")]})
    assert whole_week.means(ALL_DAY)
    assert not whole_week.means(OFF)
    assert not UNKNOWN_PLAN.means(UNKNOWN_PLAN)
    part = Plan(all_day=False, sections=WORK, whole=False)
    assert not part.means(Plan(all_day=False, sections=WORK)) and not Plan(all_day=False, sections=WORK).means(part)
    assert stored_plan("?") is None
    assert stored_plan([["x"], [1, "00:00:00", "01:00:00"]]) == Plan(False, (Section(1, MIDNIGHT, "01:00:00"),))
