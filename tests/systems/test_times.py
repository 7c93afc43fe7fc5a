"""The platform's many forms of time (hikcentral §1.8)."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from custom_components.hikvision_ivm.systems.times import format_time, parse_time

ROME = ZoneInfo("Europe/Rome")
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-07-26T15:00:00+08:00", datetime(2018, 7, 26, 15, tzinfo=CHINA)),
        ("2018-07-26T15:00:00 + 08:00", datetime(2018, 7, 26, 15, tzinfo=CHINA)),
        ("2018-08-15T 15:53:47.000+08:00", datetime(2018, 8, 15, 15, 53, 47, tzinfo=CHINA)),
        ("2018-08-15T15:53:47.5-0330", datetime(2018, 8, 15, 19, 23, 47, 500_000, tzinfo=UTC)),
        ("2018-08-15T15:53:47.123456789Z", datetime(2018, 8, 15, 15, 53, 47, 123_456, tzinfo=UTC)),
        ("2018-08-15t15:53:47+08", datetime(2018, 8, 15, 15, 53, 47, tzinfo=CHINA)),
        ("2018-08-10 20:00:00", datetime(2018, 8, 10, 20, tzinfo=ROME)),
        ("2022-02-16 11:20:08", datetime(2022, 2, 16, 11, 20, 8, tzinfo=ROME)),
        ("2022-02-16 11:20", datetime(2022, 2, 16, 11, 20, tzinfo=ROME)),
        (" 2022-02-16 ", datetime(2022, 2, 16, tzinfo=ROME)),
        ("2022-2-6 1:20:08", datetime(2022, 2, 6, 1, 20, 8, tzinfo=ROME)),
    ],
)
def test_forms(text: str, moment: datetime) -> None:
    """Each is read, and each has a time zone."""
    found = parse_time(text, ROME)
    assert found == moment
    assert found.utcoffset() == moment.utcoffset() or text.endswith(("-0330", "Z"))


@pytest.mark.parametrize(
    "text",
    [None, "", "yesterday", "2022-02-30 10:00:00", "2022-02-16 25:00:00", "22:10", "2022-02-16T", "1" * 100,
     "2022-02-16T10:00:00+99:00", "0000-01-01 00:00:00"],
)  # fmt: skip
def test_no_times(text: str | None) -> None:
    """What is no time is None."""
    assert parse_time(text, ROME) is None


def test_sent_form() -> None:
    """No fraction, no `Z`, always an offset."""
    assert format_time(datetime(2024, 5, 1, 10, 0, 0, 999_999, tzinfo=UTC)) == "2024-05-01T10:00:00+00:00"
    assert format_time(datetime(2024, 5, 1, 10, tzinfo=ROME)) == "2024-05-01T10:00:00+02:00"
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2024, 5, 1, 10))
