"""What lists and messages tell, put together."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ivm.memory import ABILITIES
from custom_components.hikvision_ivm.systems.ivm.merging import Misses, merged_channel, merged_packages
from custom_components.hikvision_ivm.systems.ivm.register import Register
from tests.systems.transport.clock import Clock

from .told import ALL, PTZ, channel, device, listed, org, tree

HOME, GARDEN, SHOP = org("1", "Home"), org("2", "Garden", "1"), org("3", "Shop")


def register(clock: Clock | None = None, **options: Any) -> Register:
    """Return one that knows nothing."""
    return Register(options, (clock or Clock()).runtime)


def test_a_device_is_gone_after_two_lists() -> None:
    """One list without it changes nothing, and the count begins anew when it is seen."""
    known = register()
    one, two = listed(device("A")), listed(device("B"))
    assert known.take_devices([one, two], 0) == {"A", "B"}
    for _ in range(2):
        assert known.take_devices([one], 0) == frozenset()
        assert known.take_devices([one, two], 0) == frozenset()
    assert known.take_devices([one], 0) == frozenset()
    assert list(known.facts.devices) == ["A", "B"]
    assert known.take_devices([one], 0) == {"B"}
    assert list(known.facts.devices) == ["A"]
    assert list(known.facts.channels) == [("A", "0")]


def test_a_channel_is_gone_after_two_complete_lists() -> None:
    """A list that holds fewer than it counts says nothing; the same answer twice counts twice."""
    known = register()
    full = listed(device("A", ("0", "1"), type="NVR"))
    part = listed(device("A", ("0",), type="NVR"), complete=False)
    known.take_devices([full], 0)
    for _ in range(3):
        known.take_devices([part], 0)
    assert len(known.facts.channels) == 2
    rest = listed(device("A", ("0",), type="NVR"))
    assert known.take_devices([rest], 0) == frozenset()
    assert known.take_devices([rest], 0) == {"A"}
    assert list(known.facts.devices["A"].channels) == ["0"]
    assert list(known.facts.channels) == [("A", "0")]


def test_a_channel_that_only_the_other_list_has() -> None:
    """It is there as long as that list has it."""
    known = register()
    row = listed(device("A", ("0",), type="NVR"))
    known.take_devices([row], 0)
    both = [channel("A", "0"), channel("A", "1"), channel("stranger", "0")]
    assert known.take_channels(both, 0) == {"A"}
    for _ in range(3):
        assert known.take_devices([row], 0) == frozenset()
    assert list(known.facts.devices["A"].channels) == ["0", "1"]
    assert "stranger" not in known.devices
    known.take_channels(both[:1], 0)
    assert known.take_channels(both[:1], 0) | known.take_devices([row], 0) == {"A"}
    assert list(known.facts.devices["A"].channels) == ["0"]


def test_a_channel_that_the_other_list_lacks() -> None:
    """It stays as long as its device lists it."""
    known = register()
    row = listed(device("A", ("0", "1"), type="NVR"))
    known.take_devices([row], 0)
    for _ in range(4):
        known.take_channels([channel("A", "0")], 0)
    assert len(known.facts.channels) == 2


def test_what_is_not_told_stays() -> None:
    """Every field of it."""
    known = register()
    told: dict[str, Any] = {"model": "M", "firmware": "1", "abilities": PTZ, "system_state": "NORMAL"}
    only = channel("A", "0", packages=ALL, storage_card="0", mask="OPEN", valid=True, **told)
    known.take_devices([listed(device("A", mac="aa:bb:cc:00:11:22", org_name="Home", **told), only)], 0)
    before = known.facts
    bare = replace(device("A"), name="", type=None, protocol=None, state=None)
    known.take_devices([listed(bare, replace(channel("A"), name="", state=None))], 0)
    assert known.facts is before


def test_what_changes_is_told() -> None:
    """By the ids of devices; nothing else is touched."""
    known = register()
    rows = [listed(device(id_)) for id_ in "ABC"]
    known.take_devices(rows, 0)
    before = known.facts
    rows[1] = listed(device("B"), channel("B", state="OFFLINE"))
    assert known.take_devices(rows, 0) == {"B"}
    assert known.facts.channels["B", "0"].online is False
    assert known.facts.devices == before.devices
    assert known.facts.channels["A", "0"] is before.channels["A", "0"]
    assert known.take_devices(rows, 0) == frozenset()


def test_two_lists_that_tell_different_things() -> None:
    """What was read last counts, although the answer is the same as the time before."""
    known = register()
    row, other = listed(device("A")), channel("A", state="OFFLINE")
    known.take_devices([row], 0)
    assert known.take_channels([other], 0) == {"A"}
    assert known.take_devices([row], 0) == {"A"}
    assert known.facts.channels["A", "0"].online is True
    assert known.take_channels([other], 0) == {"A"}
    assert known.take_channels([other], 0) == frozenset()


def test_a_message_counts_more_than_a_list_that_was_asked_for_before() -> None:
    """And less than the next one, even if that says what lists said all the time."""
    clock = Clock()
    known = register(clock)
    row = listed(device("A"))
    known.take_devices([row], clock.time)
    asked_at = clock.time
    clock.passes(1)
    assert known.tell_device("A", state="OFFLINE") == {"A"}
    assert known.tell_channel("A", "0", state="OFFLINE") == {"A"}
    assert known.tell_channel("A", "0", state="OFFLINE") == frozenset()
    known.take_devices([listed(device("A", firmware="2"))], asked_at)
    known.take_channels([channel("A", firmware="2")], asked_at)
    assert known.facts.devices["A"].firmware == "2"
    assert (known.facts.devices["A"].online, known.facts.channels["A", "0"].online) == (False, False)
    clock.passes(1)
    known.take_devices([listed(device("A", firmware="2"))], clock.time)
    assert (known.facts.devices["A"].online, known.facts.channels["A", "0"].online) == (True, True)


def test_a_list_asked_for_before_a_message_is_compared_again() -> None:
    """It is the same object, and still not what is known."""
    clock = Clock()
    known = register(clock)
    row = listed(device("A"))
    for late in (False, True):
        known.take_devices([row], clock.time)
        asked_at = clock.time
        clock.passes(1)
        known.tell_device("A", state="OFFLINE")
        if late:
            known.take_devices([row], asked_at)
            assert known.facts.devices["A"].online is False
        clock.passes(1)
        assert known.take_devices([row], clock.time) == {"A"}
        assert known.facts.devices["A"].online is True


def test_messages_of_strangers() -> None:
    """Nothing is made of them."""
    known = register()
    assert known.tell_device("A", state="OFFLINE") == frozenset()
    assert known.tell_channel("A", "0", state="OFFLINE") == frozenset()
    assert known.drop_device("A") == frozenset()
    assert known.take_device(device("A")) == frozenset()


def test_a_device_that_was_unbound() -> None:
    """It is gone at once, and comes back only with a list that was asked for afterwards."""
    clock = Clock()
    known = register(clock)
    rows = [listed(device("A")), listed(device("B"))]
    known.take_devices(rows, clock.time)
    asked_at = clock.time
    clock.passes(1)
    assert known.drop_device("A") == {"A"}
    assert list(known.facts.channels) == [("B", "0")]
    assert known.take_devices(rows, asked_at) == frozenset()
    clock.passes(1)
    assert known.take_devices(rows, clock.time) == {"A"}


def test_a_service_that_ended() -> None:
    """A message tells of one, the others stay."""
    known = register()
    known.take_devices([listed(device("A"), channel("A", packages=ALL))], 0)
    known.tell_channel("A", "0", packages=frozenset({"FULL_RECORD_CLOSED"}))
    assert known.facts.channels["A", "0"].packages == (ALL - {"FULL_RECORD_GRANT"}) | {"FULL_RECORD_CLOSED"}
    assert merged_packages(None, None) is None
    assert merged_packages(ALL, frozenset({"INDUSTRY_DATA_ARREAR"})) == (ALL - {"INDUSTRY_DATA_GRANT"}) | {
        "INDUSTRY_DATA_ARREAR"
    }


def test_abilities_add_up_until_the_firmware_changes() -> None:
    """A shorter list removes nothing."""
    before = channel(abilities=frozenset({"ptz", "preset"}), firmware="1")
    assert merged_channel(before, channel(abilities=frozenset({"ptz", "zoom"}))).abilities == frozenset(
        {"ptz", "preset", "zoom"}
    )
    assert merged_channel(before, channel(abilities=frozenset({"zoom"}), firmware="2")).abilities == frozenset({"zoom"})


def test_the_one_channel_of_a_camera_can_what_the_camera_can() -> None:
    """If it does not tell itself."""
    known = register()
    known.take_devices([listed(device("A", abilities=PTZ)), listed(device("B", ("0", "1"), abilities=PTZ))], 0)
    assert known.facts.channels["A", "0"].abilities == PTZ
    assert known.facts.channels["B", "0"].abilities is None


def test_abilities_are_remembered() -> None:
    """Over a restart after which the first answer has a gap."""
    clock = Clock()
    known = register(clock)
    cameras = [
        listed(device(id_, ("0", "1"), type="NVR"), *(channel(id_, c, abilities=PTZ) for c in "01")) for id_ in "AB"
    ]
    known.take_devices(cameras, 0)
    assert clock.runtime.memory[ABILITIES]["sets"] == [sorted(PTZ)]
    again = register(clock)
    again.take_devices([listed(device("A", ("0", "2"), type="NVR"))], 0)
    assert again.facts.channels["A", "0"].abilities == PTZ
    assert again.facts.channels["A", "2"].abilities is None


@pytest.mark.parametrize(
    "stored",
    [None, 1, [], {"sets": 1, "of": {}}, {"sets": [[]], "of": {"A": {"0": 0}}}, {"sets": ["x"], "of": {"A": {"0": 0}}},
     {"sets": [["ptz"]], "of": {"A": {"0": 7}}}, {"sets": [["ptz"]], "of": {"A": 3}}],
)  # fmt: skip
def test_a_memory_that_makes_no_sense(stored: object) -> None:
    """Is none."""
    clock = Clock()
    clock.runtime.memory[ABILITIES] = stored
    known = register(clock)
    known.take_devices([listed(device("A"))], 0)
    assert known.facts.channels["A", "0"].abilities is None


def test_memory_is_written_when_something_changed() -> None:
    """And not with every poll."""
    clock = Clock()
    written: list[None] = []
    clock.runtime.remember = lambda: written.append(None)
    known = register(clock)
    for state in ("ONLINE", "OFFLINE", "ONLINE"):
        known.take_devices([listed(device("A", abilities=PTZ), channel("A", state=state))], 0)
    assert len(written) == 1


# organisations


def test_chosen_organisations() -> None:
    """With what lies below them."""
    known = register(organisations=["1"])
    known.take_orgs(tree(HOME, SHOP, GARDEN))
    rows = [
        listed(device(id_, org_name=name)) for id_, name in (("A", "Home"), ("B", "Garden"), ("C", "Shop"), ("D", "?"))
    ]
    assert known.take_devices(rows, 0) == {"A", "B"}
    assert known.facts.devices["B"].orgs == ("1", "2")
    assert list(known.facts.orgs) == ["1", "2"]
    assert [one.id for one in known.unplaced] == ["D"]
    assert known.take_device_orgs({"D": (GARDEN,)}) == {"D"}
    assert set(known.facts.devices) == {"A", "B", "D"}
    assert len(known.orgs) == 3


def test_names_that_two_organisations_have() -> None:
    """They say nothing; ids do."""
    twin = org("4", "Garden", "3")
    known = register(organisations=["3"])
    known.take_orgs(tree(HOME, SHOP, GARDEN, twin))
    known.take_devices([listed(device("A", org_name="Garden"))], 0)
    assert not known.facts.devices
    assert known.take_leaves({"A": "4"}) == {"A"}
    assert known.facts.devices["A"].orgs == ("3", "4")


def test_a_device_that_moved() -> None:
    """Its name for the place counts more than an id that was read before; if that is no help, the id stays."""
    known = register()
    known.take_orgs(tree(HOME, SHOP, GARDEN))
    known.take_devices([listed(device("A", org_name="Home"))], 0)
    known.take_device_orgs({"A": (HOME,)})
    assert not known.is_stale
    assert known.take_devices([listed(device("A", org_name="Shop"))], 0) == {"A"}
    assert (known.facts.devices["A"].orgs, known.is_stale) == (("3",), True)
    known.take_devices([listed(device("A", org_name="Nowhere"))], 0)
    assert known.facts.devices["A"].orgs == ("1",)


def test_without_a_tree() -> None:
    """The path comes from the list of devices."""
    known = register(organisations=["1"])
    known.take_devices([listed(device("A")), listed(device("B"))], 0)
    assert known.take_device_orgs({"A": (HOME, GARDEN), "B": (SHOP,)}) == {"A"}
    assert known.facts.devices["A"].orgs == ("1", "2")
    assert [one.name for one in known.facts.orgs.values()] == ["Home", "Garden"]


def test_an_organisation_is_gone_after_two_trees() -> None:
    """And none after a tree with a hole; one without a name keeps it."""
    known = register()
    known.take_orgs(tree(HOME, SHOP))
    known.take_devices([listed(device("A", org_name="Home"))], 0)
    known.take_orgs(tree(replace(HOME, name=""), complete=False))
    known.take_orgs(tree(HOME, complete=False))
    assert list(known.orgs) == ["1", "3"]
    assert known.orgs["1"].name == "Home"
    known.take_orgs(tree(HOME))
    known.take_orgs(tree(HOME))
    assert list(known.orgs) == ["1"]
    assert known.take_orgs(tree(replace(HOME, name="House"))) == {"A"}
    assert known.facts.orgs["1"].name == "House"


def test_parents_come_first() -> None:
    """Whatever order the tree has; a circle does not end in one."""
    known = register()
    known.take_orgs(tree(GARDEN, HOME, org("7", parent="8"), org("8", parent="7")))
    known.take_devices([listed(device("A", org_name="Garden")), listed(device("B", org_name="Org 7"))], 0)
    found = list(known.facts.orgs)
    assert found.index("1") < found.index("2")
    assert set(found) == {"1", "2", "7", "8"}


def test_details_of_a_device() -> None:
    """They add to what lists told."""
    known = register()
    known.take_orgs(tree(HOME))
    known.take_devices([listed(device("A"))], 0)
    detail = replace(device("A", ()), mac="aa:bb:cc:00:11:22", orgs=("1",), state=None)
    assert known.take_device(detail) == {"A"}
    assert known.take_device(detail) == frozenset()
    found = known.facts.devices["A"]
    assert (found.mac, found.orgs, found.channels, found.online) == ("aa:bb:cc:00:11:22", ("1",), ("0",), True)


def test_misses() -> None:
    """Are counted for each thing by itself."""
    misses = Misses[str]()
    assert misses.settle("abc", {"a"}) == []
    assert misses.settle("abc", {"a", "b"}) == ["c"]
    assert misses.settle("ab", {"a"}) == []
    assert misses.settle("ab", {"a"}) == ["b"]
