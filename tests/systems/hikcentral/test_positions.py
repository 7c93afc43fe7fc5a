"""Every form in which the platform writes where a vehicle is."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.positions import heading_of, position_of, speed_of
from custom_components.hikvision_ivm.systems.transport.json import Fields
from custom_components.hikvision_ivm.systems.values import PositionValue

BERLIN = (52.520008, 13.404954)


def place(**gps: Any) -> tuple[float, float] | None:
    """Return latitude and longitude."""
    found = position_of(Fields(gps))
    return None if found is None else (found.latitude, found.longitude)


@pytest.mark.parametrize(
    ("longitude", "latitude", "display", "expected"),
    [
        ("120.204", "30.1894", "E120,12,13;N30,11,21", (30.1894, 120.204)),
        (4825783, 18907203, "", (52.520008, 13.404953)),
        ("-26640000", "14640000", "", (40.666667, -74.0)),
        (-1, -1, "E120,13,42;N30,12,1", (30.200278, 120.228333)),
        ("-1", "-1", "W0,7,39; S33,52,10.5", (-33.869583, -0.1275)),
        ("0.0", "0.0", "E0,0,0;N0,0,0", None),
        (0, 0, "e13,24,18;n52,31,12", (52.52, 13.405)),
        (-1, -1, "", None),
        (None, None, "E13,24,18;N52,31,12", (52.52, 13.405)),
        ("nonsense", "1", "nonsense", None),
        (13.4, 0, "", (0.0, 13.4)),
        # A little east of Greenwich: small enough for degrees, but not beside a latitude like this.
        (108, 18540000, "", (51.5, 0.0003)),
        (200 * 360000, 10, "E13,24,18;N52,31,12", (52.52, 13.405)),
        (200 * 360000, 10, "", None),
        (-1, -1, "E190,0,0;N10,0,0", None),
    ],
)
def test_coordinates(longitude: object, latitude: object, display: str, expected: tuple[float, float] | None) -> None:
    """Degrees, hundredths of seconds, or text for people; no place is never the place 0/0."""
    assert place(longitude=longitude, latitude=latitude, gpsDisplay=display) == expected
    assert place(Longitude=longitude, LATITUDE=latitude, displayInfo=display) == expected


@pytest.mark.parametrize(
    ("direction", "wind", "expected"),
    [
        (5628, "Northeast", 56.28),
        ("5628", None, 56.28),
        (90, "East", 90),
        (300, None, 300),
        (300, "Northwest", 300),
        (300, "North", 3),  # hundredths, as the wind beside it shows
        (360, "North", 0),
        (359, "North", 359),
        (0, "Southeast", 0),
        (-1, "South West", 225),
        (None, "West", 270),
        (None, None, None),
        (99999, None, None),
        (-1, "nowhere", None),
    ],
)
def test_headings(direction: object, wind: str | None, expected: float | None) -> None:
    """Degrees clockwise from north, or hundredths of them; the wind helps, but does not decide against a number alone."""
    assert heading_of(Fields({"direction": direction, "directionInfo": wind})) == expected
    assert heading_of(Fields({"direction": direction, "directionDisplay": wind})) == expected


@pytest.mark.parametrize(
    ("speed", "unit", "expected"),
    [(30, 0, 30), ("30", None, 30), (50, 1, 80.5), (50, "1", 80.5), (0, 1, 0), (-1, 0, None), (None, 1, None)],
)
def test_speeds(speed: object, unit: object, expected: float | None) -> None:
    """Km/h; miles are converted."""
    assert speed_of(Fields({"speed": speed, "speedUnit": unit})) == expected


def test_a_whole_point() -> None:
    """As pushed."""
    gps = {
        "occurTime": "2026-11-20T12:00:00+02:00",
        "longitude": "4825783",
        "latitude": "18907203",
        "direction": 45,
        "speed": 31,
        "speedUnit": 1,
        "displayInfo": "E13,24,18;N52,31,12",
        "directionInfo": "Northeast",
    }
    assert position_of(Fields(gps)) == PositionValue(latitude=52.520008, longitude=13.404953, speed=49.9, heading=45)
