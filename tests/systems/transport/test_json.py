"""Tolerant reading of JSON (hikcentral §5)."""

from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.errors import ProtocolError
from custom_components.hikvision_ivm.systems.transport.json import (
    Fields,
    _spellings,
    as_number,
    as_text,
    decode,
    fields,
    listed,
)


def test_objects_of_one_sort() -> None:
    """They share how names are spelled, not what they say; no number of sorts, and no long names, are kept for ever."""
    assert [Fields({" Name": number}).integer("name") for number in range(3)] == [0, 1, 2]
    for number in range(2_000):
        assert Fields({f"Name{number}": number}).integer(f"name{number}") == number
    assert Fields({"X" * 5_000: 1}).integer("x" * 5_000) == 1
    assert len(_spellings) <= 512
    assert max(sum(map(len, names)) for names in _spellings) <= 2_000


def test_names() -> None:
    """Blanks around names and their letter case do not matter; the first spelling that says something counts."""
    found = Fields({"status ": 1, " pageSize": 20, "DevIndexCode": "7", "AppointCode": "x", "url": ""})
    assert found.integer("status") == 1
    assert found.integer("pageSize") == 20
    assert found.text("devIndexCode") == "7"
    assert found.text("appointCode") == "x"
    assert found.text("url", "DevIndexCode") == "7"
    assert "STATUS" in found
    assert "missing" not in found
    assert found.text("missing") is None
    with pytest.raises(KeyError):
        found["missing"]
    assert list(found) == ["status", "pageSize", "DevIndexCode", "AppointCode", "url"]


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (" a ", "a"), ("", None), ("null", None), ("NULL", None), (None, None), (7, "7"), (7.0, "7"),
     (7.5, "7.5"), (True, None), ([], None), ({}, None), (float("nan"), None), (10**30, str(10**30)),
     ("\ud800x", "?x"), ("Tür", "Tür")],
)  # fmt: skip
def test_texts(value: Any, text: str | None) -> None:
    """Numbers are texts, too; what says nothing is None, and half characters are replaced."""
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1.0), ("1", 1.0), (" 2.5 ", 2.5), ("", None), ("x", None), (None, None), (True, None), ("nan", None),
     ("inf", None), (float("inf"), None), ([1], None), ("1e400", None), (10**400, None)],
)  # fmt: skip
def test_numbers(value: Any, number: float | None) -> None:
    """Text of a number is one; nothing else is."""
    assert as_number(value) == number


def test_whole_numbers_and_flags() -> None:
    """A fraction is no whole number; only 0, 1, true and false are flags."""
    found = Fields({"a": "1", "b": 1.5, "c": "true", "d": 0, "e": 2, "f": False})
    assert (found.integer("a"), found.integer("b"), found.integer("b", "a")) == (1, None, 1)
    assert [found.flag(name) for name in "abcdef"] == [True, None, True, False, None, False]


def test_objects_and_lists() -> None:
    """An object counts as a list of one, a list of one as its object, and lists in lists are flattened."""
    found = Fields({"one": {"x": 1}, "many": [{"x": 1}, {"x": 2}], "deep": [[{"x": 3}], [[{"x": 4}]]], "none": "y"})
    assert found.child("many").integer("x") == 1
    assert [item.integer("x") for item in found.children("one")] == [1]
    assert [item.integer("x") for item in found.children("deep")] == [3, 4]
    assert found.children("none", "many")[1].integer("x") == 2
    assert found.child("none").text("x") is None
    assert listed("text") == []
    assert fields([1]).raw == {}


def test_texts_of_a_list() -> None:
    """A list, text with commas, or one value."""
    found = Fields({"a": [1, " 2 ", None, ""], "b": "vss, ptz,,event_pdc", "c": 7})
    assert found.items_of("a") == ["1", "2"]
    assert found.items_of("b") == ["vss", "ptz", "event_pdc"]
    assert found.items_of("c") == ["7"]
    assert found.items_of("d") == []


def test_deep_nesting_of_lists_ends() -> None:
    """Lists nested a thousand times are walked without recursion."""
    value: Any = [{"x": 1}]
    for _ in range(1000):
        value = [value]
    assert listed(value)[0].integer("x") == 1


def test_decoding() -> None:
    """A byte order mark, half characters and bytes that are not UTF-8 cost a character at most."""
    assert decode(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert as_text(decode(b'{"a": "\\ud800b"}')["a"]) == "?b"
    assert decode(b'{"a": "\xff"}')["a"] == "\ufffd"


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", "empty"), (b"  ", "empty"), (b"<html></html>", "web page"), (b'{"code": "0", "da', "cut off"),
     (b"[" * 100_000, "not valid")],
)  # fmt: skip
def test_no_json(body: bytes, reason: str) -> None:
    """What it is instead is said."""
    with pytest.raises(ProtocolError) as caught:
        decode(body)
    assert reason in caught.value.placeholders["reason"]
