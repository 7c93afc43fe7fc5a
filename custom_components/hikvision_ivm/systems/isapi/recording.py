"""The last raw answer to every read, kept within bounds for diagnostics."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from ..errors import SystemFailure
from ..transport.http import Response

PATH_LIMIT: Final = 256 * 1024
"""Bytes of the longest answer that is kept."""
TOTAL_LIMIT: Final = 2 * 1024 * 1024
"""Bytes of all answers together; the ones not heard of for longest go first."""
_COUNT_LIMIT: Final = 1000
"""Paths that are kept at most, however small their answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answered: a body with a status, or the reason why there is none. `size` is its length in bytes."""

    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    error: str = ""
    size: int = 0


class Recording:
    """Keeps answers by path; paths are relative to `/ISAPI/`. Its `take` is the client's `on_answer`."""

    def __init__(self) -> None:
        """Start empty."""
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0

    @property
    def answers(self) -> dict[str, Answer]:
        """The kept answers, by path in alphabetical order."""
        return dict(sorted(self._answers.items()))

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._bytes

    def take(self, path: str, answer: Response | SystemFailure) -> None:
        """Keep an answer in place of the one before. A failure after an answer does not replace it."""
        before = self._answers.get(path)
        if isinstance(answer, SystemFailure):
            if before is None or before.status is None:
                self._store(path, Answer(error=f"{type(answer).__name__}: {answer.key}"))
            return
        size = len(answer.body)
        body = answer.body if size <= PATH_LIMIT else b""
        self._store(path, Answer(status=answer.status, body=body, size=size))

    def _store(self, path: str, answer: Answer) -> None:
        """Put an answer in, and let go of what has no room."""
        if (before := self._answers.pop(path, None)) is not None:
            self._bytes -= len(before.body)
        self._answers[path] = answer
        self._bytes += len(answer.body)
        while self._bytes > TOTAL_LIMIT or len(self._answers) > _COUNT_LIMIT:
            _, gone = self._answers.popitem(last=False)
            self._bytes -= len(gone.body)
