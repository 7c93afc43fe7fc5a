"""Words that no table names are counted, told once, and never fill the memory."""

import logging

import pytest

from custom_components.hikvision_ivm.systems.unknown_words import LONGEST, OTHERS, UnknownWords

LOGGER = logging.getLogger("tests.words")


def words(most: int = 3) -> UnknownWords:
    """Return an empty count."""
    return UnknownWords(LOGGER, "what is %s?", most=most)


def test_each_is_counted_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """However often it comes."""
    found = words()
    with caplog.at_level(logging.INFO, LOGGER.name):
        for word in ("a", "b", "a", "a"):
            found.note(word)
    assert found == {"a": 3, "b": 1}
    assert caplog.messages == ["what is a?", "what is b?"]


def test_too_many(caplog: pytest.LogCaptureFixture) -> None:
    """The rest counts together and is logged once; what is known goes on to be counted."""
    found = words()
    with caplog.at_level(logging.INFO, LOGGER.name):
        for word in ("a", "b", "c", "d", "e", "a"):
            found.note(word)
    assert found == {"a": 2, "b": 1, "c": 1, OTHERS: 2}
    assert len(caplog.messages) == 4


def test_what_is_no_word() -> None:
    """Nothing endless, and nothing that moves the cursor of whoever reads the log."""
    found = words()
    found.note("x" * 1000)
    found.note("\x1b[31mred\r\n")
    found.note("")
    assert set(found) == {"x" * LONGEST, "[31mred", ""}
