"""Lists of recordings, put together from several answers."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from .model import Recording


def stretches(start: datetime, end: datetime, longest: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Cut a stretch of time into such as one call may name."""
    while start < end:
        until = min(start + longest, end)
        yield start, until
        start = until


def merged(
    recordings: Iterable[Recording], start: datetime, end: datetime, cuts: Collection[datetime] = ()
) -> tuple[Recording, ...]:
    """Return recordings in order of time, cut at two moments; what overlaps becomes one, once for each store and sort.

    Segments that only touch stay apart, as they are kept, unless one call ended and the next began there: at `cuts`.
    """
    found: dict[tuple[str, str, bool], list[Recording]] = {}
    for one in sorted(recordings, key=lambda each: (each.start, each.end)):
        begin, until = max(one.start, start), min(one.end, end)
        if begin >= until:
            continue
        whole = begin == one.start and until == one.end
        part = replace(one, start=begin, end=until, size=one.size if whole else None)
        known = found.setdefault((one.store, one.sort, one.playable), [])
        if known and (begin < known[-1].end or (begin == known[-1].end and begin in cuts)):
            known[-1] = _joined(known[-1], part)
        else:
            known.append(part)
    return tuple(sorted((one for known in found.values() for one in known), key=lambda each: (each.start, each.end)))


def _joined(first: Recording, second: Recording) -> Recording:
    """Return two recordings as one. The size is known if they are the same, or if they only touch."""
    size = None
    if (first.start, first.end) == (second.start, second.end):
        size = first.size if first.size is not None else second.size
    elif first.end == second.start and first.size is not None and second.size is not None:
        size = first.size + second.size
    return replace(first, end=max(first.end, second.end), size=size)
