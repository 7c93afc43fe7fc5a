"""What reports told in the last seconds, which status answers may not know yet (ip-receiver §5.2).

A receiver hears of an event at once, and may answer for some seconds with what the panel was before. Until then an
answer that contradicts a report does not count: it is asked again.
"""

from collections.abc import Collection, Hashable
from typing import Final

HOLD_SECONDS: Final = 5.0
"""So long after a report an answer that contradicts it may be older than it, whenever it was asked for."""


class Lately[K: Hashable]:
    """Reports by what they are about. Moments are monotonic seconds."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        """Nothing was told."""
        self._told: dict[K, tuple[float, Collection[object]]] = {}

    def tell(self, key: K, answers: Collection[object], moment: float) -> None:
        """Something was told: `answers` agree with it."""
        self._told[key] = moment, answers

    def forget(self, key: K) -> None:
        """What was told is over: something else happened since."""
        self._told.pop(key, None)

    def clear(self) -> None:
        """The same for all of it."""
        self._told.clear()

    def denies(self, key: K, answer: object, asked_at: float) -> bool:
        """Whether an answer, `asked_at` when its request began, is to be let pass because a report told otherwise.

        None: it says nothing. One that counts ends it; one to a request from before the report does not.
        """
        if (told := self._told.get(key)) is None or asked_at < told[0]:
            return False
        moment, answers = told
        if answer is not None and answer not in answers and asked_at - moment < HOLD_SECONDS:
            return True
        del self._told[key]
        return False

    def waits(self, now: float, seconds: float) -> bool:
        """Whether something that was told in the last seconds was not confirmed."""
        return any(now - moment <= seconds for moment, _ in self._told.values())


class Once:
    """Reports that were taken in, so that one that is delivered twice counts once."""

    __slots__ = ("_keys", "_most")

    def __init__(self, most: int) -> None:
        """Remember so many."""
        self._most = most
        self._keys: dict[tuple[object, ...], None] = {}

    def is_repeated(self, uuid: str | None, *more: object) -> bool:
        """Take note of a report; whether it came before. One without a usable id cannot be told."""
        if uuid in {None, "", "0"}:
            return False
        key = (uuid, *more)
        if key in self._keys:
            return True
        if len(self._keys) >= self._most:
            del self._keys[next(iter(self._keys))]
        self._keys[key] = None
        return False
