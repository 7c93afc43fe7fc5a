"""Devices keep their ids, and a receiver is recognised."""

from typing import Any

from custom_components.hikvision_ivm.systems.base import Runtime
from custom_components.hikvision_ivm.systems.ip_receiver.identity import MEMORY as MARKS_MEMORY, identity_of, marks_of
from custom_components.hikvision_ivm.systems.ip_receiver.known import MEMORY, KnownDevices
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord


def device(index: str, serial: str | None = None, *, online: bool | None = True, name: str = "House") -> DeviceRecord:
    """Return a device as it is listed."""
    return DeviceRecord(id="", index=index, name=name, serial=serial, online=online)


def test_a_serial_number_is_the_id() -> None:
    """Whatever the index is; without one the index is, however it is spelt."""
    known = KnownDevices(Runtime())
    assert [*known.assign([device("AB-1", "Q 1"), device("CD-2")])] == ["Q-1", "cd2"]
    assert known.id_of("ab-1") == "Q-1"
    assert known.id_of("CD2") == "cd2"
    assert known.id_of("ef") is None


def test_added_again() -> None:
    """A panel with a new index is the same one, also when the old index is still listed."""
    runtime = Runtime()
    KnownDevices(runtime).assign([device("A", "Q1")])
    known = KnownDevices(runtime)
    assert known.assign([device("B", "Q1")])["Q1"].index == "B"
    assert known.id_of("A") == "Q1"
    both = [device("A", "Q1", online=False), device("B", "Q1")]
    assert known.assign(both)["Q1"].index == "B"
    assert known.assign(both[::-1])["Q1"].index == "B"
    assert known.assign([device("A", "Q1", online=False), device("B", "Q1", online=False)])["Q1"].index == "B"


def test_a_serial_number_that_comes_and_goes() -> None:
    """What a device was first known by stays; its serial number is learnt and not forgotten."""
    runtime = Runtime()
    known = KnownDevices(runtime)
    assert [*known.assign([device("A")])] == ["a"]
    assert [*known.assign([device("A", "Q1")])] == ["a"]
    assert [*known.assign([device("A")])] == ["a"]
    assert [*KnownDevices(runtime).assign([device("B", "Q1")])] == ["a"]


def test_memory_is_written_when_something_is_new() -> None:
    """And only then; what is in it and not understood is forgotten."""
    writes = 0

    def count() -> None:
        nonlocal writes
        writes += 1

    memory: dict[str, Any] = {MEMORY: {"x": "y", "b": ["kept", None], "c": [1, 2], "d": ["ok", 3]}}
    runtime = Runtime(memory=memory, remember=count)
    known = KnownDevices(runtime)
    assert known.id_of("b") == "kept"
    assert known.id_of("x") is None
    assert known.id_of("c") is None
    known.assign([device("a", "Q1")])
    known.assign([device("a", "Q1", name="Home")])
    assert writes == 1
    assert KnownDevices(Runtime(memory={MEMORY: 7})).assign([]) == {}


def test_identity_is_kept() -> None:
    """While one device is known, whatever else was replaced; over the years all may be."""
    memory: dict[str, Any] = {}
    runtime = Runtime(memory=memory)
    first = identity_of([device("A", "Q1"), device("B", "Q2")], {}, runtime)
    assert first.unique_id.startswith("ip_receiver_")
    assert identity_of([device("B", "Q2"), device("A", "Q1")], {}, runtime).unique_id == first.unique_id
    data = {"identity": first.unique_id, "marks": list(first.marks)}
    assert identity_of([device("C", "Q2"), device("D", "Q3")], data, runtime).unique_id == first.unique_id
    assert identity_of([device("D", "Q3"), device("E", "Q4")], data, runtime).unique_id == first.unique_id
    assert identity_of([device("E", "Q4")], data, runtime).unique_id == first.unique_id
    assert memory[MARKS_MEMORY] == sorted(marks_of([device("E", "Q4")]))
    assert identity_of([device("Z", "Q9")], data, runtime).unique_id != first.unique_id
    assert "Q1" not in str(first)


def test_a_receiver_without_devices() -> None:
    """It cannot be told apart: the user is believed; two of them are two."""
    empty = identity_of([], {}, Runtime())
    assert empty.marks == ()
    assert empty.unique_id != identity_of([], {}, Runtime()).unique_id
    data = {"identity": empty.unique_id, "marks": []}
    assert identity_of([device("A")], data, Runtime()).unique_id == empty.unique_id
    kept = {"identity": "x", "marks": ["abc"]}
    assert identity_of([], kept, Runtime()).unique_id == "x"
