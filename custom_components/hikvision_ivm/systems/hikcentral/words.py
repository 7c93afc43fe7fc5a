"""The platform's numbers for what people and things are, in words (hikcentral §3.14 to 3.17, §4)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GENDERS: Final[Mapping[int, str]] = MappingProxyType({1: "male", 2: "female"})
COLOURS: Final[Mapping[int, str]] = MappingProxyType(
    dict(
        enumerate(
            (
                "other", "white", "silver", "grey", "black", "red", "dark_blue", "blue", "yellow", "green", "brown",
                "pink", "purple", "dark_grey", "cyan",
            )
        )
    )
)  # fmt: skip
"""Of vehicles. Tables of vehicles call 13 dark blue, the dictionary dark gray; 6 is dark blue in both."""
CAR_TYPES: Final[Mapping[int, str]] = MappingProxyType(
    dict(enumerate(("other", "small", "large", "bus", "truck", "sedan", "minivan", "small_truck")))
)
"""Of passages of parking lots."""
DIRECTIONS: Final[Mapping[int, str]] = MappingProxyType({1: "entry", 2: "exit"})
ALLOWED_BY: Final[Mapping[int, str]] = MappingProxyType({1: "manual", 2: "automatic", 3: "not_allowed"})
STAYS: Final[Mapping[int, str]] = MappingProxyType({0: "parking", 1: "exited"})
REASONS: Final[Mapping[int, str]] = MappingProxyType(
    dict(enumerate(("business", "training", "visit", "meeting", "other")))
)
"""Of visits."""
RESERVATION_STATES: Final[Mapping[int, str]] = MappingProxyType({0: "expected", 1: "invalid", 2: "arrived"})
CERTIFICATES: Final[Mapping[int, str]] = MappingProxyType({111: "id_card", 414: "passport", 335: "driving_licence"})
TEMPERATURES: Final[Mapping[int, str]] = MappingProxyType({0: "unknown", 1: "normal", 2: "abnormal"})
MASKS: Final[Mapping[int, str]] = MappingProxyType({0: "unknown", 1: "mask", 2: "no_mask"})
GLASSES: Final[Mapping[int, str]] = MappingProxyType({1: "glasses", 2: "no_glasses", 3: "sunglasses"})
SMILES: Final[Mapping[int, str]] = MappingProxyType({2: "no_smile", 3: "smile"})
AGES: Final[Mapping[int, str]] = MappingProxyType(
    dict(enumerate(("infant", "kid", "child", "teenager", "young", "prime", "middle", "middle_aged", "old"), start=1))
)
LEVEL_TYPES: Final[Mapping[str, int]] = MappingProxyType({"access": 1, "visitor": 2})
"""Of access levels, in calls about them."""
RESULT_TYPES: Final[Mapping[str, int]] = MappingProxyType({"access": 0, "visitor": 1})
"""The same where the platform tells what was applied to devices (T41)."""


def number_of(words: Mapping[int, str], word: str) -> int:
    """Return the number of a word. Raises KeyError for one that is none."""
    for number, known in words.items():
        if known == word:
            return number
    raise KeyError(word)


def named(words: Mapping[int, str], number: int | None) -> str | None:
    """Return the word of a number; None for one that nobody documented."""
    return None if number is None else words.get(number)


def told(**facts: object) -> dict[str, object]:
    """Return facts without those that are unknown: results of actions are JSON."""
    return {name: fact for name, fact in facts.items() if fact is not None}
