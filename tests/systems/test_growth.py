"""Features that appear because many events want them at once."""

from collections.abc import Collection

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.growth import BIT_SECONDS, MOST_AT_ONCE, PAUSE_SECONDS, Growth
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Device, DeviceKind, Inventory, SensorFeature
from tests.systems.sinks import KeepingSink
from tests.systems.transport.clock import Clock

HOUSE = Device(id="house", name="House", kind=DeviceKind.PLATFORM)


def sensor(number: int) -> SensorFeature:
    """Return what a row stands for."""
    return SensorFeature(device_id=HOUSE.id, kind=Kind.PEOPLE_IN_AREA, part=str(number))


def grow(inventory: Inventory, rows: Collection[tuple[str, int]]) -> Inventory:
    """Return the inventory with what the rows stand for."""
    return inventory.including(features=[sensor(number) for _, number in rows])


async def test_much_appears_bit_by_bit() -> None:
    """The first at once, the others after the pause in small bits, each with the value it was given meanwhile."""
    clock, sink, background = Clock(), KeepingSink(), Background()
    growth = Growth[int](clock.runtime, grow, lambda inventory: None, background)
    growth.update(Inventory.build([HOUSE], []))
    total = 1 + 2 * MOST_AT_ONCE + 1
    appeared = []
    for number in range(total):
        appeared.append(growth.want(HOUSE.id, number, sink))
        growth.hold_value(sensor(number).id, number)
    assert appeared == [True] + [False] * (total - 1)
    while background.tasks:
        for task in background.tasks:
            await task
    steps = [len(inventory.features) for inventory in sink.inventories]
    assert steps == [1, 1 + MOST_AT_ONCE, 1 + 2 * MOST_AT_ONCE, total]
    assert clock.slept[0] <= PAUSE_SECONDS
    assert clock.slept[1:] == [BIT_SECONDS, BIT_SECONDS]
    assert [sink.values[sensor(number).id] for number in range(total)] == list(range(total))


async def test_what_comes_between_bits_waits_for_a_pause() -> None:
    """A trickle does not make the inventory grow all the time."""
    clock, sink, background = Clock(), KeepingSink(), Background()

    def adopt(inventory: Inventory) -> None:
        if len(inventory.features) == 1 + MOST_AT_ONCE:
            growth.want(HOUSE.id, -1, sink)

    growth = Growth[int](clock.runtime, grow, adopt, background)
    growth.update(Inventory.build([HOUSE], []))
    for number in range(1 + 2 * MOST_AT_ONCE):
        growth.want(HOUSE.id, number, sink)
    while background.tasks:
        for task in background.tasks:
            await task
    assert sensor(-1).id in growth.inventory.features
    assert clock.slept[1:] == [BIT_SECONDS, PAUSE_SECONDS]
