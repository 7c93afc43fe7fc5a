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


@pytest.mark.parametrize(
    ("told", "plan"),
    [
        ({}, UNKNOWN_PLAN),
        ({"all_day": True}, ALL_DAY),
        ({"all_day": "true", "time_sections": []}, ALL_DAY),
        ({"all_day": False}, OFF),
        ({"all_day": False, "time_sections": None}, OFF),
        (
            {"time_sections": {"day_of_week": "3", "start_time": "01:00:00", "end_time": "02:00:00"}},
            Plan(all_day=False, sections=(Section(3, "01:00:00", "02:00:00"),)),
        ),
        ({"all_day": False, "time_sections": [{"day_of_week": 1}, 5]}, OFF),
    ],
)
def test_what_is_told(told: dict[str, Any], plan: Plan) -> None:
    """Half of it may be missing, and one section may be no list."""
    assert read_plan(Fields(told)) == plan
    assert plan.on is {UNKNOWN_PLAN: None, OFF: False}.get(plan, True)


@pytest.mark.parametrize(
    ("sections", "plan"),
    [
        (["mon-fri 08:00-18:00"], WORK),
        ("1-5 8:00 - 18:00:00", WORK),
        ([{"days": "Monday-Friday", "start": "08:00", "end": "18:00"}], WORK),
        ([{"day_of_week": [1, 2, 3, 4, 5], "start_time": "08:00:00", "end_time": "18:00:00"}], WORK),
        (["mon,tue,wed 08:00-18:00", "4,5 08:00-18:00"], WORK),
        (["sun 22:00-06:00"], (Section(1, MIDNIGHT, "06:00:00"), Section(7, "22:00:00", LAST))),
        (["fri-sun 00:00-24:00"], tuple(Section(day, MIDNIGHT, LAST) for day in (5, 6, 7))),
        (["sat-mon 23:00-00:00"], tuple(Section(day, "23:00:00", LAST) for day in (1, 6, 7))),
        (["wed 00:00-00:00"], (Section(3, MIDNIGHT, LAST),)),
        (["wed 08:00-10:00", "wed 10:00-12:00"], (Section(3, "08:00:00", "10:00:00"), Section(3, "10:00:00", "12:00:00"))),
        (["1:00-2:00"], tuple(Section(day, "01:00:00", "02:00:00") for day in range(1, 8))),
    ],
)  # fmt: skip
def test_sections(sections: Any, plan: tuple[Section, ...]) -> None:
    """In every form; those that cross midnight are split, to the next day, which may be Monday."""
    found = asked_plan({"sections": sections})
    assert found == Plan(all_day=False, sections=plan)
    assert stored_plan(kept(found)) == found
    assert found.means(found)


@pytest.mark.parametrize(
    "arguments",
    [
        {"sections": []},
        {"sections": ["mon"]},
        {"sections": ["mon 08:00"]},
        {"sections": ["mon 25:00-26:00"]},
        {"sections": ["mon 08:60-09:00"]},
        {"sections": ["mon 24:00-25:00"]},
        {"sections": ["mon 08:00-08:00"]},
        {"sections": ["moon 08:00-09:00"]},
        {"sections": ["8 08:00-09:00"]},
        {"sections": ["mon 08:00-10:00", "mon 09:59:59-11:00"]},
        {"sections": ["sun 22:00-06:00", "mon 05:00-07:00"]},
        {"sections": [{"start": "08:00"}]},
        {"sections": [5]},
        {"sections": 5},
        {"sections": [f"{day} {hour:02}:{minute:02}-{hour:02}:{minute + 1:02}" for day in range(1, 8) for hour in range(9)
                      for minute in (0, 10, 20, 30)]},
        {"all_day": "yes"},
        {"all_day": False},
        {"all_day": True, "sections": ["mon 08:00-09:00"]},
    ],
)  # fmt: skip
def test_what_cannot_be_used(arguments: dict[str, Any]) -> None:
    """It is found before anything is sent."""
    with pytest.raises(InvalidArgumentError):
        asked_plan(arguments)


def test_nothing_asked_for() -> None:
    """That is no plan; and plans mean the same however they are written."""
    assert asked_plan({}) is None
    assert asked_plan({"all_day": True}) == ALL_DAY
    whole_week = asked_plan({"sections": ["00:00-24:00"]})
    assert whole_week is not None
    assert whole_week.means(ALL_DAY)
    assert not whole_week.means(OFF)
    assert not UNKNOWN_PLAN.means(UNKNOWN_PLAN)
    assert stored_plan("?") is None
    assert stored_plan([["x"], [1, "00:00:00", "01:00:00"]]) == Plan(False, (Section(1, MIDNIGHT, "01:00:00"),))
