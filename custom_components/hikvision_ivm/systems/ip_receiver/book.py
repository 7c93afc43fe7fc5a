"""Records of one sort as answers, events and commands tell them, each of which may overtake the others."""

from collections.abc import Callable, Iterable

from .partitions import OVERLAY_SECONDS

type Change[R] = tuple[R | None, R]
"""What a record was (None: it was not known) and what it is."""


class Book[K, R]:
    """Records by key. Moments are monotonic seconds.

    An answer counts unless a later one came before it. For a record that an event or a command touched after its request
    had begun it does not count, or only as far as `merge` says. `known`: something was read at all. `items` is for
    reading; it changes in place.
    """

    __slots__ = ("_asked", "_records", "_touched", "items", "known")

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.items: dict[K, R] = {}
        self.known = False
        self._records: tuple[R, ...] | None = None
        self._asked = float("-inf")
        self._touched: dict[K, float] = {}

    @property
    def records(self) -> tuple[R, ...] | None:
        """All of them, None if nothing was read; the same object while nothing changes."""
        if self._records is None and self.known:
            self._records = tuple(self.items.values())
        return self._records

    def unsettled(self, now: float) -> bool:
        """Whether something touched a record in the last seconds that no answer has confirmed."""
        return any(now - moment <= OVERLAY_SECONDS for moment in self._touched.values())

    def overtaken(self, moment: float) -> bool:
        """Whether what happened then is older than the last answer."""
        return moment < self._asked

    def touch(self, key: K, moment: float) -> None:
        """Something happened to a record."""
        self._touched[key] = max(moment, self._touched.get(key, moment))

    def change(self, key: K, record: R) -> None:
        """Replace a record that is known, because of what an event told. Touches no other."""
        self.items[key] = record
        self._records = None

    def drop(self) -> None:
        """Know nothing any more: there is nobody who tells it."""
        self.items, self._records, self.known = {}, None, False
        self._touched = {}

    def take(
        self, found: Iterable[tuple[K, R]], asked_at: float, merge: Callable[[R, R, bool], R] | None = None
    ) -> list[Change[R]] | None:
        """Take in an answer and return what it changed; None if a later one came before it.

        `merge` makes a record of the old and the new one, where the answer does not count for all of it; it is told
        whether the record was touched.
        """
        if asked_at < self._asked:
            return None
        before: dict[K, R] = self.items
        items: dict[K, R] = {}
        changes: list[Change[R]] = []
        for key, new in found:
            old = before.get(key)
            kept = new
            if old is not None:
                touched = asked_at < self._touched.get(key, asked_at)
                if merge is not None:
                    kept = merge(old, new, touched)
                elif touched:
                    kept = old
                if kept == old:
                    kept = old
            if kept is not old:
                changes.append((old, kept))
            items[key] = kept
        self._asked = asked_at
        self._touched = {key: moment for key, moment in self._touched.items() if moment > asked_at and key in items}
        if changes or not self.known or before.keys() != items.keys():
            self.items, self._records = items, None
        self.known = True
        return changes
