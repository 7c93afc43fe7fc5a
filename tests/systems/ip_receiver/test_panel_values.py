"""What is worth telling of the zones of a panel (ip-receiver §5.2)."""

from dataclasses import replace

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.panel_values import PanelValues
from custom_components.hikvision_ivm.systems.ip_receiver.partitions import Partition
from custom_components.hikvision_ivm.systems.ip_receiver.records import ZoneRecord

from .parts import FULL, UID

OTHER = replace(FULL, id=2, name="Hall", status="trigger")


def shown(values: PanelValues) -> object:
    """Return all that is told."""
    values.forget()
    part = Partition(1)
    return values.of([(part, {2, 4})], [part], zones_known=True), values.in_alarm


@pytest.mark.parametrize("zone", [FULL, replace(FULL, status="trigger"), replace(FULL, bypassed=True)])
@pytest.mark.parametrize("turns", [(True,), (False,), (True, False), (True, True, False, True)])
def test_a_zone_of_which_only_the_alarm_turned(zone: ZoneRecord, turns: tuple[bool, ...]) -> None:
    """The short way leads to what looking at all of the zone does."""
    short, long = PanelValues(UID, "Q1"), PanelValues(UID, "Q1")
    for one in (short, long):
        one.arrange((OTHER, zone))
    for alarm in turns:
        turned = replace(zone, alarm=alarm)
        short.note(turned, only_alarm=True)
        long.note(turned)
        assert shown(short) == shown(long)
        assert (4 in short.in_alarm) is alarm
