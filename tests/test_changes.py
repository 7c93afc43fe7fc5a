"""Tests of what a new inventory changes, and of which features hang on which device."""

from dataclasses import replace

from custom_components.hikvision_ivm.changes import Belongings, Changes
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import BinarySensorFeature, Device, Feature, Inventory, Source

from .fake_system import CHANNEL, DEVICES, HUB

NOTHING = Inventory({}, {})
MOTION = BinarySensorFeature(device_id=CHANNEL, kind=Kind.MOTION)
ONLINE = BinarySensorFeature(device_id=CHANNEL, kind=Kind.ONLINE)
STREAM = BinarySensorFeature(device_id=HUB, kind=Kind.EVENT_STREAM, source=Source.ALWAYS)


def having(*features: Feature, devices: tuple[Device, ...] = DEVICES) -> Inventory:
    """Return an inventory with some features."""
    return Inventory.build(devices, features)


def test_changes() -> None:
    """What is new, described anew or gone is found, and what only looks new is not."""
    changes = Changes.between(NOTHING, having(MOTION, ONLINE))
    assert (changes.devices, changes.added, changes.replaced, changes.gone) == (True, [MOTION, ONLINE], [], [])
    changes = Changes.between(having(MOTION, ONLINE), having(replace(MOTION), replace(ONLINE)))
    assert (changes.devices, changes.added, changes.replaced, changes.gone) == (False, [], [], [])
    longer = replace(MOTION, hold=60.0)
    changes = Changes.between(having(MOTION, ONLINE), having(longer, STREAM))
    assert (changes.devices, changes.added, changes.replaced, changes.gone) == (False, [STREAM], [longer], [ONLINE])
    renamed = (DEVICES[0], replace(DEVICES[1], name="Yard"))
    assert Changes.between(having(MOTION), having(MOTION, devices=renamed)).devices


def test_belongings() -> None:
    """A feature hangs on its device, and whether that is online on what it hangs on, over every inventory."""
    belongings, before = Belongings(), NOTHING
    for features, of_hub, of_channel, push in (
        ((MOTION, ONLINE, STREAM), [ONLINE, STREAM], [MOTION], [STREAM]),
        ((ONLINE, STREAM), [ONLINE, STREAM], [], [STREAM]),
        ((MOTION,), [], [MOTION], []),
        ((MOTION, STREAM), [STREAM], [MOTION], [STREAM]),
    ):
        inventory = having(*features)
        belongings.replace(inventory, Changes.between(before, inventory))
        before = inventory
        assert set(belongings.of(HUB)) == {feature.id for feature in of_hub}
        assert set(belongings.of(CHANNEL)) == {feature.id for feature in of_channel}
        assert set(belongings.push) == {feature.id for feature in push}


def test_a_witness_knows_whether_a_device_is_there() -> None:
    """Where the device that something hangs on is gone, another may still say so."""
    belongings = Belongings()
    behind = replace(DEVICES[1], id="SN2", mac=None, parent=CHANNEL, witness=HUB)
    online, motion = replace(ONLINE, device_id="SN2"), replace(MOTION, device_id="SN2")
    inventory = having(online, motion, devices=(*DEVICES, behind))
    belongings.replace(inventory, Changes.between(NOTHING, inventory))
    assert belongings.judge(online) == HUB
    assert belongings.judge(motion) == "SN2"
    assert (set(belongings.of(HUB)), set(belongings.of(CHANNEL))) == ({online.id}, set())


def test_a_device_that_moves_takes_its_features_along() -> None:
    """After a camera was put behind something else, its online state hangs on that."""
    belongings = Belongings()
    before = having(ONLINE)
    belongings.replace(before, Changes.between(NOTHING, before))
    other = replace(DEVICES[0], id="SN2", mac=None)
    after = having(ONLINE, devices=(DEVICES[0], other, replace(DEVICES[1], parent="SN2")))
    belongings.replace(after, Changes.between(before, after))
    assert (set(belongings.of(HUB)), set(belongings.of("SN2"))) == (set(), {ONLINE.id})
    assert belongings.judge(ONLINE) == "SN2"
