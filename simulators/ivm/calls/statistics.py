"""People counted and heat maps, of HOLO devices only (ivm §3.16)."""

from base64 import b64encode
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
import math
from typing import Any

from simulators.ivm.checks import CHANNEL_ID, DEVICE_ID, text, word
from simulators.ivm.errors import RefusedError
from simulators.ivm.routes import Call, operation
from simulators.ivm.state import Channel
from simulators.ivm.times import BEIJING, read_stamp

WIDTH, HEIGHT = 64, 36
PLACE = (DEVICE_ID, CHANNEL_ID)
HEAT = (
    *PLACE, text("start_time", required=True, missing="IVM.10020017", code="IVM.10020005"),
    word("type", "YEAR", "MONTH", "WEEK", "DAY", required=True, code="IVM.20090019"),
)  # fmt: skip


def _channel(call: Call, gb_code: str) -> Channel:
    channel = call.channel(call.query["device_id"], call.query["channel_id"])
    channel.need_holo(gb_code)
    channel.need_managed()
    channel.need("INDUSTRY_DATA", "IVM.20090016", "IVM.20000049")
    if "flowstatis" not in channel.abilities:
        raise RefusedError("IVM.20160001")
    return channel


def _day(sent: str, code: str) -> date:
    try:
        return datetime.strptime(sent, "%Y%m%d").replace(tzinfo=BEIJING).date()
    except ValueError as error:
        raise RefusedError(code) from error


def hours_of(call: Call, channel: Channel, day: date) -> tuple[list[int], list[int]]:
    """Return people in and out by hour; nothing is counted in hours that are not over or have not begun."""
    known = channel.people.get(f"{day:%Y%m%d}")
    if known is not None:
        return known
    now = call.now.astimezone(BEIJING)
    seed = sum(channel.device.id.encode()) + sum(channel.id.encode()) + day.toordinal()
    counts: tuple[list[int], list[int]] = ([], [])
    for hour in range(24):
        counted = day < now.date() or (day == now.date() and hour <= now.hour)
        for place, row in enumerate(counts):
            row.append((seed * (hour + 3) + place * 5) % 17 if counted and 6 <= hour <= 21 else 0)
    return counts


def _sums(call: Call, channel: Channel, days: Sequence[date]) -> tuple[int, int]:
    counted = [hours_of(call, channel, day) for day in days]
    return sum(sum(row[0]) for row in counted), sum(sum(row[1]) for row in counted)


def _month(day: date) -> list[date]:
    return [day.replace(day=number + 1) for number in range(monthrange(day.year, day.month)[1])]


@operation("10.4.1", "GET", "statistics/people", query=(
    *PLACE, word("type", "DAY", "WEEK", "MONTH", "YEAR", required=True, code="IVM.20090019"),
    text("start_date", required=True, missing="IVM.10020017", code="IVM.10020005"),
    text("end_date", code="IVM.10020006"),
))  # fmt: skip
def people(call: Call) -> Any:
    """A span of seven days and more makes a month of a week, and a shorter one a week of a month (L7456, L7460)."""
    channel = _channel(call, "IVM.20130100")
    kind = call.query["type"]
    start = _day(call.query["start_date"], "IVM.10020005")
    end = _day(call.query["end_date"], "IVM.10020006") if call.query["end_date"] else start
    if end < start:
        raise RefusedError("IVM.10020007")
    if kind in {"WEEK", "MONTH"}:
        kind = "MONTH" if (end - start).days >= 7 else "WEEK"
    if kind == "DAY":
        inside, outside = hours_of(call, channel, start)
        return {"in": inside, "out": outside}
    if kind == "YEAR":
        groups = [_month(date(start.year, month, 1)) for month in range(1, 13)]
    elif kind == "MONTH":
        groups = [[day] for day in _month(start)]
    else:
        groups = [[start + timedelta(days=number)] for number in range(7)]
    rows = [_sums(call, channel, days) for days in groups]
    return {"in": [row[0] for row in rows], "out": [row[1] for row in rows]}


def _start(call: Call) -> datetime:
    try:
        return read_stamp(call.query["start_time"])
    except ValueError as error:
        raise RefusedError("IVM.10020005") from error


@operation("10.4.2", "GET", "time-heatmap", query=HEAT)
def time_map(call: Call) -> Any:
    """A number for each hour, day or month."""
    channel = _channel(call, "IVM.20090022")
    start = _start(call).date()
    if call.query["type"] == "DAY":
        return {"data": hours_of(call, channel, start)[0]}
    if call.query["type"] == "YEAR":
        groups = [_month(date(start.year, month, 1)) for month in range(1, 13)]
    elif call.query["type"] == "MONTH":
        groups = [[day] for day in _month(start)]
    else:
        groups = [[start + timedelta(days=number)] for number in range(7)]
    return {"data": [sum(_sums(call, channel, days)) for days in groups]}


@operation("10.4.3", "GET", "space-heatmap", query=HEAT)
def space_map(call: Call) -> Any:
    """A byte for each place, 0 where nobody was: two warm spots that lie elsewhere each day."""
    _channel(call, "IVM.20090022")
    turn = _start(call).toordinal() % WIDTH
    spots = ((turn, HEIGHT / 3), ((turn + WIDTH / 2) % WIDTH, HEIGHT * 2 / 3))
    heat = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            warmth = max(255 * math.exp(-((x - left) ** 2 + (y - top) ** 2) / 60) for left, top in spots)
            heat.append(int(warmth))
    return {
        "width": WIDTH, "height": HEIGHT,
        "rawbase64": b64encode(bytes(heat)).decode(),
    }  # fmt: skip
