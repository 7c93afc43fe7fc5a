"""Records of one sort as answers, events and commands tell them, each of which may overtake the others."""

from collections.abc import Callable, Iterable, Mapping

from .partitions import OVERLAY_SECONDS

type Change[R] = tuple[R | None, R]
"""What a record was (None: it was not known) and what it is."""


class Book[K, R]:
    """Records by key. Moments are monotonic seconds.

    An answer counts unless a later one came before it. For a record that an event or a command touched after its request
    had begun it does not count, or only as far as `merge` says. `known`: something was read at all. `records` is the same object while nothing changes.
    """

    __slots__ = ("_asked", "_touched", "items", "known", "records")

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.items: Mapping[K, R] = {}
        self.known = False
        self.records: tuple[R, ...] | None = None
        self._asked = float("-inf")
        self._touched: dict[K, float] = {}

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
        """Replace a record that is known, because of what an event told."""
        self.items = {**self.items, key: record}
        self.records = tuple(self.items.values())

    def take(
        self, found: Iterable[tuple[K, R]], asked_at: float, merge: Callable[[R, R, bool], R] | None = None
    ) -> list[Change[R]] | None:
        """Take in an answer and return what it changed; None if a later one came before it.

        `merge` makes a record of the old and the new one, where the answer does not count for all of it; it is told
        whether the record was touched.
        """
        if asked_at < self._asked:
            return None
        before, items = self.items, {}
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
            self.items, self.records = items, tuple(items.values())
        self.known = True
        return changes
