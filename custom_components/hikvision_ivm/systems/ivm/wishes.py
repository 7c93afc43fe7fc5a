"""What the owner chose to be told of (ivm §6.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from ..settings import (
    ANALYTICS,
    HOLD_ALARM,
    HOLD_ALARM_DEFAULT,
    PERSONAL,
    POLL_SECONDS,
    POLL_SECONDS_DEFAULT,
    POLL_SECONDS_LEAST,
    POLL_SECONDS_MOST,
    PUSH,
    SUBSCRIPTION_WORDS,
    SUBSCRIPTIONS,
)

FACES: Final = "faces"
PLATES: Final = "plates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The options about what is pushed. `hold`: seconds for which an alarm shows."""

    push: bool = True
    subscriptions: frozenset[str] = frozenset(SUBSCRIPTION_WORDS)
    personal: frozenset[str] = frozenset()
    analytics: frozenset[str] = frozenset()
    hold: float = float(HOLD_ALARM_DEFAULT)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read the options; what makes no sense counts as not chosen."""
        hold = options.get(HOLD_ALARM)
        usable = isinstance(hold, (int, float)) and not isinstance(hold, bool) and hold > 0
        return cls(
            push=bool(options.get(PUSH, True)),
            subscriptions=_words(options.get(SUBSCRIPTIONS, SUBSCRIPTION_WORDS)),
            personal=_words(options.get(PERSONAL)),
            analytics=_words(options.get(ANALYTICS)),
            hold=float(hold) if usable and hold is not None else float(HOLD_ALARM_DEFAULT),
        )

    @property
    def faces(self) -> bool:
        """Whether it may be told who was seen."""
        return FACES in self.personal

    @property
    def plates(self) -> bool:
        """Whether number plates may be told."""
        return PLATES in self.personal


def status_seconds(options: Mapping[str, Any]) -> float:
    """Return the seconds between two looks at states; what makes no sense counts as not chosen."""
    seconds = options.get(POLL_SECONDS)
    usable = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    chosen = seconds if usable and seconds is not None else POLL_SECONDS_DEFAULT
    return float(min(POLL_SECONDS_MOST, max(POLL_SECONDS_LEAST, chosen)))


def _words(value: object) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else frozenset()
