"""Objects that tell when they were changed, so that answers can be kept until then."""

from typing import ClassVar


class Tracked:
    """Base of everything in the state: a count of all changes, of all platforms together, goes up with each."""

    __slots__ = ()
    changes: ClassVar[int] = 0

    def __setattr__(self, name: str, value: object) -> None:
        """Count the change."""
        Tracked.changes += 1
        object.__setattr__(self, name, value)
