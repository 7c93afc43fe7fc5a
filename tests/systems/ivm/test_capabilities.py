"""What a channel can do and what is paid for it."""

import csv
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ivm.capabilities import (
    Ability,
    Gate,
    Package,
    PackageState,
    gates,
    granted,
    has,
    is_holo,
    is_unpaid,
    normalised,
    package_state,
)
from custom_components.hikvision_ivm.systems.ivm.records import Protocol

from .told import ALL, PTZ, channel, device

KEYS = [
    "ptz",
    "ptzspin",
    "zoom",
    "autofocus",
    "iris",
    "preset",
    "cruise",
    "ptz_3d_locate",
    "motionflow",
    "localstorage",
    "devnormalrecord",
    "cloudstorage",
    "sdcardformat",
    "flowstatis",
    "intelligent",
    "algorithm",
    "abilityauth",
    "maskmode",
    "talk",
    "microphone",
    "volumnset",
    "audiovideoswitch",
    "alarmvoice",
    "alarmsound",
    "alarmlight",
    "soundlightalarm",
    "lightcontrol",
    "supplement",
    "brotate",
    "reset",
    "batch_upgrade",
    "reportupgrade",
    "logcollect",
    "certdelive",
    "wifiinfo",
    "securitykey",
    "mediaencryptgcm",
    "tlvframe",
]


def test_all_keys() -> None:
    """The 38 of the appendix, and no others."""
    assert len(KEYS) == 38
    assert {one.replace("_", "") for one in KEYS} == set(Ability)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (None, None),
        ("", None),
        ([], None),
        ({}, None),
        (7.5, {"7.5"}),
        ("ptz, PTZ_Spin,,zoom ", {"ptz", "ptzspin", "zoom"}),
        (["ptz", None, "zoom,iris"], {"ptz", "zoom", "iris"}),
        ({"alarm_voice": {"support": "true"}, "ptz": {"support": "false"}, "zoom": {}}, {"alarmvoice"}),
        ({"ptz": True, "zoom": "1", "iris": 0, "cruise": {"support": 1}}, {"ptz", "zoom", "cruise"}),
    ],
)
def test_every_form_of_abilities(told: Any, found: set[str] | None) -> None:
    """Nothing told is not nothing there."""
    assert normalised(told) == found


def test_three_answers() -> None:
    """Yes, no, not known."""
    assert [has(channel(abilities=told), "PTZ_spin") for told in (PTZ, frozenset({"zoom"}), None)] == [
        True,
        False,
        None,
    ]
    assert has(device(abilities=PTZ), Ability.PTZ) is True
    assert [is_holo(device(protocol=one)) for one in (*Protocol, None)] == [True, False, None]


def test_services() -> None:
    """Each has a state; one that is not mentioned beside others is not booked."""
    told = channel(packages=frozenset({"MANAGEMENT_GRANT", "FULL_RECORD_ARREAR", "EVENT_RECORD_CLOSED"}))
    states = [package_state(told, one) for one in Package]
    closed = PackageState.CLOSED
    assert states == [PackageState.GRANT, PackageState.ARREAR, closed, closed, closed]
    assert [granted(told, one) for one in (Package.MANAGEMENT, Package.FULL_RECORD, Package.EVENT_RECORD)] == [
        True, False, False,
    ]  # fmt: skip
    assert [is_unpaid(one) for one in (told, channel(packages=ALL), channel())] == [True, False, None]
    assert package_state(channel(), Package.MANAGEMENT) is None
    assert granted(channel(), Package.MANAGEMENT) is None


GATES = """
gate,holo,gb,unknown,unbooked,unpaid
live,1,1,?,0,1
alarms,1,1,?,0,1
snapshot,1,1,?,0,1
ptz,1,1,?,0,1
move,1,1,?,0,1
zoom,1,1,?,0,1
presets,1,0,?,0,1
cruises,1,0,?,0,1
recording,1,1,?,0,1
retention,1,1,?,0,1
alarm_recording,1,1,?,0,1
alarm_retention,1,1,?,0,1
statistics,1,0,?,0,1
heat_map,1,0,?,1,1
streams,1,0,?,1,1
"""
ANSWERS = {"1": True, "0": False, "?": None}


@pytest.mark.parametrize("row", csv.DictReader(GATES.strip().splitlines()), ids=lambda row: row["gate"])
def test_gates(row: dict[str, str]) -> None:
    """By protocol, ability and service (ivm §5.3)."""
    gate = Gate(row["gate"])
    able = PTZ | {"flowstatis"}
    holo, gb, unknown = device(), device(protocol=Protocol.GB28181), device(protocol=None)
    unpaid = frozenset(word.replace("GRANT", "ARREAR") for word in ALL)
    unbooked = frozenset(word.replace("GRANT", "CLOSED") for word in ALL)
    found = {
        "holo": gates(holo, channel(abilities=able, packages=ALL))[gate],
        "gb": gates(gb, channel(abilities=able, packages=ALL))[gate],
        "unknown": gates(unknown, channel())[gate],
        "unbooked": gates(holo, channel(abilities=able, packages=unbooked))[gate],
        "unpaid": gates(holo, channel(abilities=able, packages=unpaid))[gate],
    }
    assert found == {name: ANSWERS[row[name]] for name in found}
    assert gates(holo, channel(abilities=able, packages=ALL), {gate})[gate] is False


def test_every_gate_is_in_the_table() -> None:
    """So that none is forgotten."""
    assert {row["gate"] for row in csv.DictReader(GATES.strip().splitlines())} == set(Gate)


@pytest.mark.parametrize(
    ("abilities", "shut"),
    [
        ({"ptz"}, {Gate.PRESETS, Gate.CRUISES}),
        ({"ptz", "ptzspin"}, {Gate.ZOOM, Gate.PRESETS, Gate.CRUISES}),
        ({"ptz", "zoom", "preset"}, {Gate.MOVE, Gate.CRUISES}),
        ({"zoom"}, {Gate.MOVE, Gate.PRESETS, Gate.CRUISES}),
        ({"talk"}, {Gate.PTZ, Gate.MOVE, Gate.ZOOM, Gate.PRESETS, Gate.CRUISES}),
    ],
)
def test_parts_of_ptz(abilities: set[str], shut: set[Gate]) -> None:
    """A camera that tells only that it has pan, tilt and zoom has both; else it has what it tells."""
    found = gates(device(), channel(abilities=frozenset(abilities), packages=ALL))
    assert {gate for gate, answer in found.items() if answer is False} == shut | {Gate.STATISTICS, Gate.HEAT_MAP}


def test_what_a_refusal_takes_along() -> None:
    """Without pan, tilt and zoom there are no presets; without a plan there is no retention."""
    told = channel(abilities=PTZ, packages=ALL)
    for refused, gone in (
        (Gate.PTZ, {Gate.PTZ, Gate.MOVE, Gate.ZOOM, Gate.PRESETS, Gate.CRUISES}),
        (Gate.RECORDING, {Gate.RECORDING, Gate.RETENTION}),
        (Gate.RETENTION, {Gate.RETENTION}),
        (Gate.ALARM_RECORDING, {Gate.ALARM_RECORDING, Gate.ALARM_RETENTION}),
    ):
        before, after = gates(device(), told), gates(device(), told, [refused])
        assert {gate for gate in Gate if before[gate] is not after[gate]} == gone
