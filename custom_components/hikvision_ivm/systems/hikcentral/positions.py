"""Reading where a vehicle is, in every form in which the platform writes it (hikcentral §3.18, T30)."""

import re
from typing import Final

from ..transport.json import Fields
from ..values import PositionValue

SCALE: Final = 360_000
"""By rule a coordinate is degrees x 360000 + minutes x 6000 + seconds x 100; samples print degrees."""
MILE: Final = 1.609344
_MPH: Final = 1
_NOWHERE: Final = frozenset({(-1.0, -1.0), (0.0, 0.0)})
_PLACE: Final = re.compile(
    r"([EW])\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+(?:\.\d+)?)\s*;\s*([NS])\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_WINDS: Final = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
_EIGHTH: Final = 45.0


def position_of(gps: Fields) -> PositionValue | None:
    """Return the place, speed (km/h) and heading of a `gpsInfo`, a pushed `gps`, or a record of an event.

    None where it names no place: `E0,0,0;N0,0,0` is what a device without satellites tells.
    """
    place = _numbers(gps) or _displayed(gps)
    if place is None:
        return None
    latitude, longitude = place
    return PositionValue(
        latitude=round(latitude, 6), longitude=round(longitude, 6), speed=speed_of(gps), heading=heading_of(gps)
    )


def speed_of(gps: Fields) -> float | None:
    """Return the speed in km/h; None if it is not told."""
    speed = gps.number("speed")
    if speed is None or speed < 0:
        return None
    return round(speed * MILE, 1) if gps.integer("speedUnit") == _MPH else speed


def heading_of(gps: Fields) -> float | None:
    """Return degrees clockwise from north; None if they are not told.

    One sample has hundredths of a degree. More than 360 is that; below, the wind that stands beside it decides.
    """
    wind = (gps.text("directionDisplay", "directionInfo") or "").replace(" ", "").casefold()
    told = _WINDS.index(wind) * _EIGHTH if wind in _WINDS else None
    direction = gps.number("direction")
    if direction is None or direction < 0:
        return told
    fits = [one for one in (direction, direction / 100) if one <= 360]
    if told is not None:
        fits = [one for one in fits if _apart(one, told) <= _EIGHTH] or fits
    return round(fits[0] % 360, 2) if fits else told


def _apart(one: float, other: float) -> float:
    """Return the angle between two headings, in degrees."""
    return abs((one - other + 180) % 360 - 180)


def _numbers(gps: Fields) -> tuple[float, float] | None:
    """Return latitude and longitude from their numbers; None if these are unknown or impossible."""
    longitude, latitude = gps.number("longitude"), gps.number("latitude")
    if longitude is None or latitude is None or (longitude, latitude) in _NOWHERE:
        return None
    if abs(longitude) > 180 or abs(latitude) > 90:
        # Both are of one form, even where one of them is small enough for degrees.
        longitude, latitude = longitude / SCALE, latitude / SCALE
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _displayed(gps: Fields) -> tuple[float, float] | None:
    """Return latitude and longitude from the text that is shown to people (`E120,13,42;N30,12,1`)."""
    if (found := _PLACE.search(gps.text("gpsDisplay", "displayInfo") or "")) is None:
        return None
    east, *lengths = found.group(1, 2, 3, 4)
    north, *widths = found.group(5, 6, 7, 8)
    longitude, latitude = _degrees(lengths), _degrees(widths)
    if (longitude == 0 and latitude == 0) or longitude > 180 or latitude > 90:
        return None
    return (-latitude if north.upper() == "S" else latitude), (-longitude if east.upper() == "W" else longitude)


def _degrees(parts: list[str]) -> float:
    """Return degrees from degrees, minutes and seconds."""
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600
