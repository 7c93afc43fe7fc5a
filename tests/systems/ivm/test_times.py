"""Times of the cloud (ivm §1.11)."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ivm.times import BEIJING, format_time, parse_time, zone_of

NOON = datetime(2023, 2, 10, 12, 30, 15, tzinfo=timezone(timedelta(hours=8)))


@pytest.mark.parametrize(
    "text",
    ["2023-02-10 12:30:15", "2023-02-10T12:30:15+08:00", "2023-02-10 12:30:15.0", "2023-02-10T12:30:15", "20230210123015",
     "2023-02-10 123015", "2023-02-10T04:30:15Z", " 2023-02-10 12:30:15 ", "20230210 12:30:15", "2023-02-10T123015+0800"],
)  # fmt: skip
def test_forms(text: str) -> None:
    """All of them are the same moment; without a zone they are Beijing's."""
    if text == "20230210 12:30:15":
        assert parse_time(text) is None
        return
    found = parse_time(text)
    assert found == NOON
    assert found.utcoffset() is not None


@pytest.mark.parametrize(
    "text", [None, "", "-", "2023-02-30 10:00:00", "20231310123015", "123015", "2023-02-10 996199"]
)
def test_no_times(text: str | None) -> None:
    """What is no time is None."""
    assert parse_time(text) is None


def test_sent_forms() -> None:
    """In the zone of the platform, with and without colons."""
    moment = datetime(2023, 2, 10, 4, 30, 15, 999_999, tzinfo=UTC)
    assert format_time(moment) == "2023-02-10 12:30:15"
    assert format_time(moment, compact=True) == "2023-02-10 123015"
    assert format_time(moment, ZoneInfo("Europe/Rome")) == "2023-02-10 05:30:15"
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2023, 2, 10))


def test_the_zone_is_beijings_unless_another_was_chosen() -> None:
    """Home Assistant's own zone says nothing of the cloud's."""
    rome = ZoneInfo("Europe/Rome")
    runtime = Runtime(zone=rome)
    assert zone_of({}, runtime) is BEIJING
    assert zone_of({"platform_zone": ""}, runtime) is BEIJING
    assert zone_of({"platform_zone": "Europe/Rome"}, runtime) is rome
    assert parse_time("2023-07-10 12:00:00", rome) == datetime(2023, 7, 10, 10, tzinfo=UTC)
