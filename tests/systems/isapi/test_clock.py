"""Times as devices tell them (isapi-events §1.2)."""

from datetime import timedelta

from custom_components.hikvision_ivm.systems.isapi.clock import DeviceClock

from .events import START


def test_device_time() -> None:
    """Believed within ten minutes; a time without zone within five of a quarter of an hour."""
    clock = DeviceClock()
    for told, expected in [
        (START + timedelta(minutes=9), START + timedelta(minutes=9)),
        (START - timedelta(minutes=11), None),
        ((START + timedelta(hours=2, seconds=3)).replace(tzinfo=None), None),
        ((START + timedelta(seconds=3)).replace(tzinfo=None), START + timedelta(seconds=3)),
        (None, None),
        (START.replace(year=9999), None),
    ]:
        assert clock.moment(told, START) == expected
    naive = DeviceClock()
    assert naive.moment((START + timedelta(hours=5, minutes=30)).replace(tzinfo=None), START) == START
    assert naive.moment((START + timedelta(hours=5, minutes=37)).replace(tzinfo=None), START) is None
    assert naive.moment((START + timedelta(days=2)).replace(tzinfo=None), START) is None
    assert naive.moment(START + timedelta(days=2), START, late=True) is None
    # The zone of an earlier message serves the later ones without.
    yesterday = (START - timedelta(days=1)).replace(tzinfo=None)
    assert clock.moment(yesterday, START, late=True) == START - timedelta(days=1)
    assert naive.moment(START.replace(tzinfo=None), START, late=True) is None
