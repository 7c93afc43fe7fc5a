"""The areas of sites: trees of what no platform promised to be trees (hikcentral §3.1, T33)."""

from collections.abc import Mapping

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.places import Places, device_id
from custom_components.hikvision_ivm.systems.hikcentral.records import Facts, Region, Site


def facts(
    areas: Mapping[str, Mapping[str, tuple[str, str | None]]], sites: Mapping[str, str] | None = None, local: str = "0"
) -> Facts:
    """Return facts with areas: site → id → (name, parent)."""
    return Facts(
        local_site=local,
        sites={id_: Site(id=id_, name=name) for id_, name in (sites or {"0": "Here", "17": "There"}).items()},
        regions={
            (site, id_): Region(id=id_, name=name, site=site, parent=parent)
            for site, regions in areas.items()
            for id_, (name, parent) in regions.items()
        },
    )


def test_the_same_id_in_two_sites() -> None:
    """Areas are keyed by their site; without a site the current one is meant."""
    places = Places(facts({"0": {"1": ("Campus", None)}, "17": {"1": ("Depot", None)}}))
    assert places.place("0", "1") == places.place(None, "1") == places.place("", "1") == ("Here", "Campus")
    assert places.place("17", "1") == ("There", "Depot")
    assert places.area("17", "1") == "Depot"
    assert places.within("17", "1", {"17/1"}) and not places.within("0", "1", {"17/1"})


@pytest.mark.parametrize("root", [None, "0", "99"])
def test_what_makes_a_root(root: str | None) -> None:
    """No parent, one that nobody lists, or the sample's `0`: all the same."""
    places = Places(facts({"0": {"1": ("Campus", root), "2": ("House", "1"), "3": ("Hall", "2")}}))
    assert places.names("0", "3") == ("Campus", "House", "Hall")
    assert places.place("0", "3") == ("Here", "Campus", "House", "Hall")
    assert all(places.within("0", "3", {f"0/{id_}"}) for id_ in "123")
    assert not places.within("0", "1", {"0/2"})


def test_an_area_that_is_called_zero() -> None:
    """Where `0` is listed, it is an area like any other."""
    places = Places(facts({"0": {"0": ("All", None), "1": ("Campus", "0")}}))
    assert places.names("0", "1") == ("All", "Campus")


def test_circles() -> None:
    """Areas that are each other's parents, or their own, end somewhere, and every one of them can be chosen."""
    places = Places(facts({"0": {"1": ("A", "3"), "2": ("B", "1"), "3": ("C", "2"), "4": ("D", "4"), "5": ("E", "4")}}))
    assert places.names("0", "5") == ("D", "E")
    assert set(places.names("0", "1")) == {"A", "B", "C"}
    assert sorted(key for key, _ in places.areas()) == ["0/1", "0/2", "0/3", "0/4", "0/5"]


def test_a_deep_tree_costs_no_recursion() -> None:
    """A chain of 5,000 areas is walked once."""
    chain = {str(number): (f"A{number}", str(number - 1) if number else None) for number in range(5000)}
    places = Places(facts({"0": dict(reversed(chain.items()))}))
    assert len(places.names("0", "4999")) == 5000
    assert len(list(places.areas())) == 5000


def test_what_is_not_listed() -> None:
    """An area that no list holds has no name, but can be what was chosen; a site without a name gives none."""
    places = Places(facts({"0": {"1": ("Campus", None)}}))
    assert places.place("0", "8") == ("Here",)
    assert places.area("0", "8") is None
    assert places.within("0", "8", {"0/8"})
    assert places.place("5", "1") == ()
    assert places.place("0", None) == ("Here",)
    assert not places.within("0", None, {"0/1"})


def test_areas_to_choose_from() -> None:
    """A branch after the other, in the order of the list; the site is named where there are several."""
    trees = {"0": {"3": ("Roof", "2"), "1": ("Campus", None), "2": ("House", "1"), "4": ("Yard", "1")}}
    assert dict(Places(facts(trees)).areas()) == {
        "0/1": "Campus",
        "0/2": "Campus / House",
        "0/3": "Campus / House / Roof",
        "0/4": "Campus / Yard",
    }
    two = Places(facts({"17": {"1": ("Depot", None)}, **trees, "99": {"1": ("Lost", None)}}))
    assert list(two.areas())[0] == ("0/1", "Here / Campus")
    assert list(two.areas())[-2:] == [("17/1", "There / Depot"), ("99/1", "99 / Lost")]


def test_ids_of_devices() -> None:
    """The id of a device tells its type, for ids of two types may be the same."""
    assert device_id("hikcentral_1", "cam", "1") == "hikcentral_1_cam_1"
    assert device_id("hikcentral_1", "bed", "4", "2") == "hikcentral_1_bed_4_2"
