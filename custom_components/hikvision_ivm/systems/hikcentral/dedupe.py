"""What was delivered, so that nothing is delivered twice: by push, by record, over a restart (hikcentral §3.7, §3.8).

A push is the same when id, source, type, status and moment are: the id alone may come again for another occurrence. A
record and the pushes of one occurrence share id, source, type and start to the second; pushes carry milliseconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from ..base import Runtime
from .event_types import EVENT_TYPES, Category
from .happening import DRIVES, EVENTS, Key
from .push import ENDED, PICTURE, STARTED, UPDATED, PushEvent

DELIVERED: Final = "delivered"
"""Key in the runtime's memory: `until`, a moment as ISO 8601, and `tail`, rows of digest and marks."""

MOST: Final = 20_000
"""Happenings that are remembered; at 100 events a second, more than three minutes of them."""
TAIL_SECONDS: Final = 300.0
TAIL_MOST: Final = 6_000
TAIL_LEAST: Final = 200
SAVE_SECONDS: Final = 20.0
"""Pause between savings; longer than the delay with which memory is written, so that it is written at all."""
NEAR_SECONDS: Final = 2
"""Clocks of a push and a record of one occurrence may be rounded differently."""

_BY_PUSH: Final = 1
_BY_RECORD: Final = 2
_OVER: Final = 4
_NOBODY: Final = "?"
_ANYBODY: Final = "*"
_VEHICLE: Final = "mobilevehicle"
_BEFORE: Final = 8
"""It was delivered before a restart."""


class Delivered:
    """What was delivered lately. `until`: everything before was, None if nothing is known.

    That a record has the id of its push is written nowhere. Until one was met that has, in each of the lists that may hold
    it, a push and a record of one source and type within two seconds count as the same, too.

    `counts`: `replays` (the same push again), `known_pushes` (told by a record before), `known_records`.
    """

    def __init__(self, runtime: Runtime) -> None:
        """Take over what was delivered before a restart."""
        self._runtime = runtime
        self.counts: Counter[str] = Counter()
        self.until: datetime | None = None
        self._pushes: dict[tuple[object, ...], None] = {}
        self._marks: dict[str, tuple[int, float]] = {}
        self._starts: dict[Key, int] = {}
        self._saved_at = float("-inf")
        self._changed = False
        self._agree: set[str] = set()
        stored = runtime.memory.get(DELIVERED)
        self._restore(stored if isinstance(stored, Mapping) else {})

    def _restore(self, stored: Mapping[str, Any]) -> None:
        """Take over what makes sense."""
        until = stored.get("until")
        try:
            found = datetime.fromisoformat(until) if isinstance(until, str) else None
        except ValueError:
            found = None
        self.until = found if found is not None and found.tzinfo is not None else None
        agree = stored.get("agree")
        self._agree.update(map(str, agree if isinstance(agree, list) else ()))
        tail = stored.get("tail")
        now = self._runtime.monotonic()
        for row in tail if isinstance(tail, list) else ():
            match row:
                case [str() as digest, int() as marks] if len(digest) <= 32:
                    self._marks[digest] = marks | _BEFORE, now

    # pushes

    def is_new_push(self, event: PushEvent) -> bool:
        """Take note of a push; whether it tells what was not told yet."""
        key = (event.id, event.source_type, event.source, event.code, event.status, event.time)
        if key in self._pushes:
            self.counts["replays"] += 1
            return False
        _put(self._pushes, key, None)
        if event.status in {UPDATED, PICTURE} or event.time is None:
            return True
        what = (event.id, event.source_type.lower(), event.source, event.code)
        second = int(event.time.timestamp())
        new = self._ends(what, second) if event.status == ENDED else self._begins(what, second, event.status == STARTED)
        if not new:
            self.counts["known_pushes"] += 1
        return new

    def _begins(self, what: Key, second: int, lasts: bool) -> bool:
        """Take note of a start or a pulse."""
        second = self._near(what, second, _BY_RECORD)
        digest = _digest(*what, second)
        marks = self._marks.get(digest, (0, 0.0))[0]
        # Two pushes of one second with different moments are two happenings under one id.
        known = marks & _BEFORE or (marks & _BY_RECORD and not marks & _BY_PUSH)
        self._mark(digest, (marks | _BY_PUSH | (0 if lasts else _OVER)) & ~_BEFORE)
        _put(self._starts, what, second)
        if EVENTS not in self._agree or (what[1] == _VEHICLE and DRIVES not in self._agree):
            self._note(what, second, _ANYBODY)
        return not known

    def _ends(self, what: Key, second: int) -> bool:
        """Take note of an end; its start may be unknown."""
        start = self._starts.get(what)
        if start is None:
            # It began before a restart, or its start was lost: a record that names the start tells no other end.
            self._mark(_digest(*what, "end"), _OVER)
        digest = _digest(*what, second if start is None else start)
        marks = self._marks.get(digest, (0, 0.0))[0]
        self._mark(digest, marks | _OVER)
        return not marks & _OVER or bool(marks & _BY_PUSH and not marks & (_BY_RECORD | _BEFORE))

    def _near(self, what: Key, second: int, marks: int) -> int:
        """Return the second under which an occurrence is known already, else the one that was told."""
        known = self._starts.get(what)
        if known is None or known == second or abs(known - second) > NEAR_SECONDS:
            return second
        return known if self._marks.get(_digest(*what, known), (0, 0.0))[0] & marks else second

    # records

    def is_new_record(
        self, what: Key, start: datetime, *, over: bool, who: str | None = None, found_in: str = EVENTS
    ) -> tuple[bool, bool]:
        """Take note of a record; whether its start and its end tell what was not told yet.

        `over`: its end is known. `who`: a plate, card or person. `found_in`: the list it is from; in lists that may have
        ids of their own, the same of one source and type within two seconds is one occurrence.
        """
        what = (what[0], what[1].lower(), what[2], what[3])
        second = self._near(what, int(start.timestamp()), _BY_PUSH | _BY_RECORD)
        digest = _digest(*what, second)
        marks = self._marks.get(digest, (0, 0.0))[0]
        begins = not marks & (_BY_PUSH | _BY_RECORD)
        if marks & _BY_PUSH:
            self._agree.add(found_in)
        elif begins and found_in in {EVENTS, DRIVES} and self._was_pushed(what, second, found_in):
            begins, marks = False, marks | _OVER
        if begins and who is not None:
            if found_in != EVENTS and found_in not in self._agree and self._seen(what, second, who):
                begins, marks = False, marks | _OVER
            self._note(what, second, who)
        elif begins and is_nameless(what[3]):
            self._note(what, second, _NOBODY)
        ends = over and not marks & _OVER and _digest(*what, "end") not in self._marks
        self._mark(digest, marks | _BY_RECORD | (_OVER if over else 0))
        _put(self._starts, what, second)
        if not begins and not ends:
            self.counts["known_records"] += 1
        return begins, ends

    def note_who(self, what: Key, start: datetime, who: str) -> None:
        """Take note of who a delivered occurrence was about; see `is_new_record`."""
        self._note((what[0], what[1].lower(), what[2], what[3]), int(start.timestamp()), who)

    def _note(self, what: Key, second: int, who: str) -> None:
        """Take note of who was told of a source at a second."""
        self._mark(_digest(what[1], what[2], what[3], who, second), _OVER)

    def _seen(self, what: Key, second: int, who: str) -> bool:
        """Whether this was told of a source about the same second, or once without saying of whom."""
        around = range(second - NEAR_SECONDS, second + NEAR_SECONDS + 1)
        if any(_digest(what[1], what[2], what[3], who, moment) in self._marks for moment in around):
            return True
        nobody = (_digest(what[1], what[2], what[3], _NOBODY, moment) for moment in around)
        return any(self._marks.pop(each, None) is not None for each in nobody)

    def knows(self, what: Key, start: datetime) -> bool:
        """Whether an occurrence was delivered, without taking note of anything."""
        what = (what[0], what[1].lower(), what[2], what[3])
        second = self._near(what, int(start.timestamp()), _BY_PUSH | _BY_RECORD)
        marks = self._marks.get(_digest(*what, second), (0, 0.0))[0]
        if marks & _BY_PUSH:
            self._agree.add(EVENTS)
        return bool(marks & (_BY_PUSH | _BY_RECORD)) or self._was_pushed(what, second)

    def _was_pushed(self, what: Key, second: int, found_in: str = EVENTS) -> bool:
        """Whether a push of the same source and type is of the same time, where ids may not agree."""
        if found_in in self._agree:
            return False
        around = range(second - NEAR_SECONDS, second + NEAR_SECONDS + 1)
        return any(_digest(what[1], what[2], what[3], _ANYBODY, moment) in self._marks for moment in around)

    # memory

    def _mark(self, digest: str, marks: int) -> None:
        """Remember a happening as the newest."""
        self._marks.pop(digest, None)
        _put(self._marks, digest, (marks, self._runtime.monotonic()))
        self._changed = True

    def advance(self, moment: datetime) -> None:
        """Take note that everything before a moment was delivered."""
        if self.until is None or moment > self.until:
            self.until = moment
            self._changed = True

    def save(self, *, now: bool = False) -> None:
        """Put it into the memory, now and then, or at once."""
        moment = self._runtime.monotonic()
        if not self._changed or (not now and moment - self._saved_at < SAVE_SECONDS):
            return
        self._saved_at = moment
        self._changed = False
        self._runtime.memory[DELIVERED] = {
            "until": self.until.isoformat() if self.until is not None else None,
            "agree": sorted(self._agree),
            "tail": list(self._tail(moment)),
        }
        self._runtime.remember()

    def _tail(self, now: float) -> Iterable[list[object]]:
        """Return the newest rows: those of the last minutes, and a few at least."""
        rows: list[list[object]] = []
        for digest in reversed(self._marks):
            marks, added = self._marks[digest]
            if len(rows) >= TAIL_MOST or (len(rows) >= TAIL_LEAST and now - added > TAIL_SECONDS):
                break
            rows.append([digest, marks & ~_BEFORE])
        rows.reverse()
        return rows


def is_nameless(code: str) -> bool:
    """Whether the same is found in a second list under another id: who passed a door, which plate, which face."""
    row = EVENT_TYPES.get(int(code)) if code.lstrip("-").isdigit() else None
    return row is not None and row.category in {Category.ACCESS, Category.PLATE, Category.FACE}


def _digest(*words: object) -> str:
    """Return a short name of a happening that is the same after a restart."""
    return blake2b("\n".join(map(str, words)).encode("utf-8", "replace"), digest_size=9).hexdigest()


def _put[K, V](known: dict[K, V], key: K, value: V) -> None:
    """Keep a row; the oldest gives way."""
    if key not in known and len(known) >= MOST:
        del known[next(iter(known))]
    known[key] = value
