"""What only reports tell of a panel, and that it is remembered (ip-receiver §5.6)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver.event_codes import EVENT_CODES, restore_of
from custom_components.hikvision_ivm.systems.ip_receiver.features_panel import LATCHED
from custom_components.hikvision_ivm.systems.ip_receiver.latched import (
    LATCHES,
    MEMORY,
    MOST_DEVICES,
    Latched,
    is_latched,
)
from custom_components.hikvision_ivm.systems.kinds import Kind

UID = "ip_receiver_00"


class Memory:
    """A runtime that counts how often it was told to remember."""

    def __init__(self, stored: Any = None) -> None:
        """`stored`: what was remembered before."""
        self.saved = 0
        memory = {} if stored is None else {MEMORY: stored}
        self.runtime = Runtime(memory=memory, remember=self._save)

    def _save(self) -> None:
        self.saved += 1

    @property
    def latched(self) -> Latched:
        """Return what reads it."""
        return Latched(UID, self.runtime)


def sensor(kind: Kind, device: str = "Q1") -> str:
    """Return the id of a binary sensor."""
    return f"{UID}_{device}_binary_sensor_{kind}" if device else f"{UID}_binary_sensor_{kind}"


def test_every_code_ends() -> None:
    """A code that nothing ends would be on for good."""
    for latch in LATCHES:
        for code in latch.codes:
            assert restore_of(code) in EVENT_CODES, code
    codes = [code for latch in LATCHES for code in latch.codes]
    assert len(codes) == len(set(codes))
    assert not is_latched("1318")
    assert not is_latched("1103")
    assert is_latched("1301")
    assert is_latched("3301")


def test_every_kind_has_a_feature() -> None:
    """And no feature waits for what is never told."""
    assert {latch.kind for latch in LATCHES} == {row.kind for row in LATCHED}


@pytest.mark.parametrize(
    ("code", "kind", "value"),
    [
        ("1301", Kind.AC_LOST, True),
        ("3339", Kind.AC_LOST, False),
        ("1302", Kind.SYSTEM_BATTERY_LOW, True),
        ("1341", Kind.TAMPER, True),
        ("1931", Kind.WIRED_NETWORK, False),
        ("3931", Kind.WIRED_NETWORK, True),
        ("1922", Kind.WIFI, False),
        ("3920", Kind.CELLULAR, True),
        ("1921", Kind.SIM_FAULT, True),
        ("1351", Kind.ATP_MAIN, False),
        ("3352", Kind.ATP_BACKUP, True),
        ("1607", Kind.TEST_MODE, True),
        ("3862", Kind.KEYPAD_LOCKED, False),
    ],
)
def test_code(code: str, kind: Kind, value: bool) -> None:
    """A cause turns it one way, its end the other; what is connected is connected while there is no cause."""
    assert Memory().latched.take("Q1", code) == {sensor(kind): value}


def test_codes_of_something_else() -> None:
    """Turn nothing, and nothing is remembered."""
    memory = Memory()
    latched = memory.latched
    for code in ("1103", "1318", "1348", "3401", "9999", "VMD"):
        assert latched.take("Q1", code) == {}
    assert memory.saved == 0


def test_two_causes_of_one_kind() -> None:
    """It is over when both are."""
    latched = Memory().latched
    told = [latched.take("Q1", code)[sensor(Kind.AC_LOST)] for code in ("1301", "1339", "3301", "3339")]
    assert told == [True, True, True, False]


def test_nothing_is_known_before_the_first_report() -> None:
    """Unknown is not off."""
    assert Memory().latched.remembered(["Q1"]) == {}


def test_over_a_restart() -> None:
    """Of the devices that are asked for, and of the receiver itself."""
    memory = Memory()
    before = memory.latched
    before.take("Q1", "1301")
    before.take("Q1", "3302")
    before.take("Q2", "1301")
    before.take_status(None, Kind.CLOUD_LINK, normal=False)
    before.take_status("Q1", Kind.DEVICE_KEY, normal=False)
    before.take_status("Q1", Kind.CLOUD_LINK, normal=True)
    assert memory.latched.devices == ["Q2", "Q1"]
    assert memory.latched.remembered(["Q1"]) == {
        sensor(Kind.AC_LOST): True,
        sensor(Kind.SYSTEM_BATTERY_LOW): False,
        sensor(Kind.DEVICE_KEY): True,
        sensor(Kind.CLOUD_LINK): True,
        sensor(Kind.CLOUD_LINK, ""): False,
    }


def test_memory_is_written_when_something_changed() -> None:
    """Not for what is repeated."""
    memory = Memory()
    latched = memory.latched
    for code in ("1301", "1301", "3301", "3301", "1301"):
        latched.take("Q1", code)
    assert memory.saved == 3


@pytest.mark.parametrize(
    "stored", [[], "x", {"Q1": []}, {"Q1": {"1301": "yes", "1103": True, "x": True}}, {"Q1": {"1301": 1}}]
)
def test_memory_that_makes_no_sense(stored: Any) -> None:
    """Is as if there were none."""
    assert Memory(stored).latched.remembered(["Q1"]) == {}


def test_memory_has_an_end() -> None:
    """The device that was silent for longest gives way."""
    memory = Memory()
    latched = memory.latched
    latched.take("first", "1301")
    latched.take("second", "1301")
    latched.take("first", "3301")
    for number in range(MOST_DEVICES - 1):
        latched.take(f"D{number}", "1301")
    assert len(memory.runtime.memory[MEMORY]) == MOST_DEVICES
    assert latched.remembered(["first", "second"]) == {sensor(Kind.AC_LOST, "first"): False}
