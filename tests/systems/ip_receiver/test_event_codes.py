"""The codes of events, against the facts the documentation tells of them (ip-receiver §4.5)."""

from collections import Counter
import csv
import os
from pathlib import Path

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.event_codes import (
    EVENT_CODES,
    FUNCTIONS,
    EventCode,
    Section,
    find,
    restore_of,
)
from custom_components.hikvision_ivm.systems.kinds import Kind

PANEL = {code: row for code, row in EVENT_CODES.items() if row.section is Section.PANEL}
NO_RESTORE = [
    "1121", "1127", "1305", "1318", "1386", "1387", "1406", "1452", "1455", "1460", "1461", "1462", "1467", "1556",
    "1601", "1602", "1617", "1627", "1628", "1779", "1785", "1810", "1811", "1812", "1822", "1847", "1863", "1865",
    "1924", "1926", "1947", "1948", "1960", "1961", "1970", "1971", "1974", "1982", "1983", "1986", "1989", "1991",
]  # fmt: skip
NO_TRIGGER = ["3400", "3408", "3441", "3442", "3900", "3965"]
TABLE = (
    Path(os.environ.get("HIKVISION_IVM_SPECS") or Path(__file__).parents[4] / "shared" / "specs")
    / "ip_receiver_pro_event_codes.csv"
)


def test_how_many_there_are() -> None:
    """328 codes of five kinds of devices; 166 of panels tell a cause, 130 that one is over or done."""
    assert Counter(row.section for row in EVENT_CODES.values()) == {
        Section.PANEL: 296,
        Section.ENCODING: 17,
        Section.RADAR: 4,
        Section.ACCESS: 2,
        Section.PLATFORM: 9,
    }
    assert Counter(code[0] for code in PANEL) == {"1": 166, "3": 130}
    assert all(code == row.code for code, row in EVENT_CODES.items())


def test_first_digit_and_letter_agree() -> None:
    """1 is E and 3 is R, without exception."""
    assert all({"1": "E", "3": "R"}[code[0]] == row.cid[0] for code, row in PANEL.items())


def test_pairs() -> None:
    """124 pairs; 42 causes never end, 6 codes have no cause."""
    causes = [code for code in PANEL if code[0] == "1"]
    pairs = {code: twin for code in causes if (twin := restore_of(code)) is not None}
    assert len(pairs) == 124
    assert sorted(set(causes) - set(pairs)) == NO_RESTORE
    assert sorted(set(PANEL) - set(causes) - set(pairs.values())) == NO_TRIGGER
    odd = {code for code, twin in pairs.items() if PANEL[code].cid[1:] != PANEL[twin].cid[1:]}
    assert odd == {"1313", "1314"}


def test_nothing_restores_what_is_no_cause() -> None:
    """Neither a restore, nor a word, nor a code nobody knows."""
    assert [restore_of(code) for code in ("3103", "VMD", "1999", "", "E130")] == [None] * 5


def test_contact_id_is_no_key() -> None:
    """Digits differ in 123 rows, and few values stand for many codes."""
    assert sum(code[1:] != row.cid[1:] for code, row in PANEL.items()) == 123
    assert len({row.cid for row in PANEL.values()}) == 207
    assert len({row.sia for row in PANEL.values()}) == 165


def test_functions() -> None:
    """27 words, each a kind, in order, and every one of them used."""
    assert len(FUNCTIONS) == 27
    assert list(FUNCTIONS) == sorted(FUNCTIONS)
    assert {row.kind for row in PANEL.values()} == set(FUNCTIONS)
    assert Kind.UNKNOWN_EVENT not in FUNCTIONS


@pytest.mark.parametrize(
    ("code", "restored"),
    [
        ("1103", False),
        ("3103", True),
        ("3301", True),
        ("3570", True),
        ("3607", True),
        ("3862", True),
        ("3401", False),
        ("3441", False),
        ("3973", False),
        ("3975", False),
        ("3984", False),
        ("3965", False),
        ("deviceoffline", False),
        ("deviceonline", True),
    ],
)
def test_what_is_over(code: str, restored: bool) -> None:
    """A 3 tells that something is over, unless the pair means two things of their own."""
    assert EVENT_CODES[code].restored is restored


@pytest.mark.parametrize(
    ("code", "row", "kind"),
    [
        ("1103", "1103", Kind.BURGLARY),
        ("R401", "3401", Kind.ARM_DISARM),
        ("e137", "1137", Kind.TAMPER),
        ("E130", None, Kind.BURGLARY),
        ("E461", None, Kind.UNKNOWN_EVENT),
        ("E910", "1910", Kind.PERIPHERAL_LINK),
        ("R400", None, Kind.ARM_DISARM),
        ("E999", None, Kind.UNKNOWN_EVENT),
        ("1999", None, Kind.UNKNOWN_EVENT),
        ("E130x", None, Kind.UNKNOWN_EVENT),
        ("", None, Kind.UNKNOWN_EVENT),
    ],
)
def test_finding(code: str, row: str | None, kind: Kind) -> None:
    """By HikCode; by Contact ID as far as that is clear among the codes of panels."""
    found, told = find(code)
    assert (None if found is None else found.code) == row
    assert told is kind


@pytest.mark.skipif(not TABLE.exists(), reason="the table of the documentation is not here")
def test_same_as_the_table_of_the_documentation() -> None:
    """Row by row."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    told = {
        (row.code, row.cid, row.sia, row.description, f"{row.section.value}/{row.function}")
        for row in EVENT_CODES.values()
    }
    assert told == {(r["hik_code"], r["cid_code"], r["sia_code"], r["description"], r["group"]) for r in rows}


def test_codes_of_other_devices_are_no_function_of_a_panel() -> None:
    """They have event types of their own."""
    row = EVENT_CODES["regionExiting"]
    assert isinstance(row, EventCode)
    assert row.kind is Kind.UNKNOWN_EVENT
    assert row.cid == "E910" == EVENT_CODES["1910"].cid
