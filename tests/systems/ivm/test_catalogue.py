"""What exists of an account as an inventory, made anew only where something is other than before."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.hikvision_ivm.systems.ivm import catalogue as under_test
from custom_components.hikvision_ivm.systems.ivm.capabilities import Gate
from custom_components.hikvision_ivm.systems.ivm.catalogue import Catalogue
from custom_components.hikvision_ivm.systems.ivm.features import device_part
from custom_components.hikvision_ivm.systems.ivm.learnt import Learnt
from custom_components.hikvision_ivm.systems.ivm.licences import Licence
from custom_components.hikvision_ivm.systems.ivm.records import Facts
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Inventory

from .told import UID, device, facts, listed, org

ORG = org("1", "Home")
LICENCE = Licence(id="L1", name="Recording", mode="PACKAGE", total=5, used=1)


def some(**more: Any) -> Facts:
    """Return an account with two cameras in an organisation."""
    return facts(listed(device("D1", orgs=("1",), **more)), listed(device("D2", orgs=("1",))), orgs=(ORG,))


class Bench:
    """A catalogue, what was learnt, and how much was made."""

    def __init__(self, **options: Any) -> None:
        """Know nothing."""
        self.lessons: dict[tuple[str, str], Learnt] = {}
        self.extra: list[Any] = []
        self.catalogue = Catalogue(UID, options, lessons=self.lessons, finish=self._finish)

    def _finish(self, inventory: Inventory, facts: Facts) -> Inventory:
        """Add what no list tells."""
        return inventory.including(features=self.extra) if self.extra else inventory

    @property
    def kinds(self) -> set[Kind]:
        """Kinds of what exists."""
        return {one.kind for one in self.catalogue.inventory.features.values()}


@pytest.fixture
def bench() -> Bench:
    """Return one that knows two cameras."""
    made = Bench()
    assert made.catalogue.build(some(), [LICENCE])
    return made


def test_nothing_is_other_than_before(bench: Bench) -> None:
    """No part is made, and the inventory is the same object."""
    before = bench.catalogue.inventory
    with patch.object(under_test, "device_part") as make:
        assert not bench.catalogue.build(some(), [LICENCE])
        assert not bench.catalogue.renew(some(), ["D1", "D2"])
        assert not bench.catalogue.renew(some(), [])
        assert not bench.catalogue.build(some(state="OFFLINE"), [replace(LICENCE, used=2)])
        assert not bench.catalogue.renew(some(state="OFFLINE"), ["D1"])
    assert not make.called
    assert bench.catalogue.inventory is before


def test_only_what_changed_is_made(bench: Bench) -> None:
    """One device of many."""
    with patch.object(under_test, "device_part", wraps=device_part) as make:
        assert bench.catalogue.renew(some(name="Gate"), ["D1", "D2"])
        assert make.call_count == 1
    assert bench.catalogue.inventory.devices[f"{UID}_D1"].name == "Gate"


def test_come_and_gone(bench: Bench) -> None:
    """By the whole, or by the devices that are named."""
    one = facts(listed(device("D1", orgs=("1",))), orgs=(ORG,))
    assert bench.catalogue.renew(one, ["D2", "D9"])
    assert f"{UID}_D2" not in bench.catalogue.inventory.devices
    assert not bench.catalogue.renew(one, ["D2"])
    assert bench.catalogue.build(some(), [LICENCE])
    assert f"{UID}_D2" in bench.catalogue.inventory.devices
    assert bench.catalogue.build(one, [LICENCE])
    assert f"{UID}_D2" not in bench.catalogue.inventory.devices


def test_organisations(bench: Bench) -> None:
    """Another name reaches the devices within."""
    renamed = replace(some(), orgs={"1": replace(ORG, name="House")})
    assert bench.catalogue.renew(renamed, [])
    assert bench.catalogue.inventory.devices[f"{UID}_org_1"].name == "House"
    assert bench.catalogue.inventory.devices[f"{UID}_D2"].area == "House"


@pytest.mark.parametrize(
    ("licences", "other"),
    [
        ([], True),
        ([replace(LICENCE, name="Other")], True),
        ([replace(LICENCE, total=None)], True),
        ([replace(LICENCE, mode="ONDEMAND")], True),
        ([replace(LICENCE, total=9, state="ARREARS")], False),
        ([LICENCE, replace(LICENCE, id="L2")], True),
    ],
)
def test_what_is_booked(bench: Bench, licences: list[Licence], *, other: bool) -> None:
    """Sensors follow what there is, not their values."""
    assert bench.catalogue.build(some(), licences) is other


def test_what_was_learnt(bench: Bench) -> None:
    """A channel's features follow it."""
    assert Kind.SNAPSHOT in bench.kinds
    bench.lessons["D1", "0"] = Learnt(refused=frozenset({Gate.SNAPSHOT}), alarm_plans=("over_line_alarm",))
    assert bench.catalogue.renew(some(), ["D1"])
    of_camera = [one for one in bench.catalogue.inventory.features.values() if one.device_id == f"{UID}_D1"]
    assert Kind.SNAPSHOT not in {one.kind for one in of_camera}
    assert "over_line_alarm" in {one.part for one in of_camera}


def test_what_no_list_tells(bench: Bench) -> None:
    """It is added each time, and looked at again when asked."""
    (motion, *_) = [one for one in bench.catalogue.inventory.features.values() if one.kind is Kind.MOTION]
    assert not bench.catalogue.renew(some(), [], whole=True)
    bench.extra = [replace(motion, part="seen")]
    assert bench.catalogue.renew(some(), [], whole=True)
    assert bench.catalogue.renew(some(name="Gate"), ["D1"])
    assert f"{motion.id}_seen" in bench.catalogue.inventory.features


def test_what_grew_elsewhere(bench: Bench) -> None:
    """It is taken over as it is."""
    grown = bench.catalogue.inventory.including(features=[])
    bench.catalogue.adopt(grown)
    assert bench.catalogue.inventory is grown


@pytest.mark.parametrize(("options", "there"), [({}, True), ({"push": False}, False)])
def test_options(options: dict[str, Any], *, there: bool) -> None:
    """Without pushes nothing stands for them."""
    made = Bench(**options)
    made.catalogue.build(some(), [])
    assert (Kind.EVENT_STREAM in made.kinds) is there


def test_an_account_with_nothing_in_it() -> None:
    """It is there itself, and is told once."""
    made = Bench()
    assert made.catalogue.build(facts(), [])
    assert list(made.catalogue.inventory.devices) == [UID]
    assert not made.catalogue.build(facts(), [])
