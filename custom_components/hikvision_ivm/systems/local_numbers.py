"""Numbers the other side knows nothing of, kept here: how a camera moves, how long an output pulses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .arguments import bounded
from .base import Runtime
from .errors import UnsupportedError
from .kinds import Kind
from .model import Feature, NumberFeature, Report

MEMORY: Final = "numbers"
"""Key in the runtime's memory: kind → id of the camera or output → number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A number that is kept here."""

    minimum: float
    maximum: float
    step: float
    default: float
    unit: str | None = None


class LocalNumbers:
    """The numbers of every camera and output; what was never set has its default.

    `owner` returns the id of what a feature belongs to, None if it has no such number.
    """

    def __init__(
        self, runtime: Runtime, local: Mapping[Kind, Local], owner: Callable[[NumberFeature], str | None]
    ) -> None:
        """Does no I/O."""
        self._runtime = runtime
        self._local = local
        self._owner = owner

    def get(self, kind: Kind, id_: str) -> float:
        """Return a number of a camera or output. Raises KeyError for a kind that is not kept here."""
        limits = self._local[kind]
        value = self._stored(kind).get(id_)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return limits.default
        return float(value) if limits.minimum <= value <= limits.maximum else limits.default

    def set(self, feature: NumberFeature, value: float) -> Report:
        """Keep a number and return it as read back. Raises `UnsupportedError`, `InvalidArgumentError`."""
        id_ = self._id_of(feature)
        limits = self._local[feature.kind]
        value = bounded(value, "value", limits.minimum, limits.maximum)
        everything = self._runtime.memory.get(MEMORY)
        kept = dict(everything) if isinstance(everything, Mapping) else {}
        kept[feature.kind.value] = {**self._stored(feature.kind), id_: value}
        self._runtime.memory[MEMORY] = kept
        self._runtime.remember()
        return Report(values={feature.id: value})

    def report(self, features: Iterable[Feature]) -> Report:
        """Return the values of all features that are such numbers."""
        return Report(
            values={
                feature.id: self.get(feature.kind, self._id_of(feature))
                for feature in features
                if isinstance(feature, NumberFeature) and feature.kind in self._local
            }
        )

    def _stored(self, kind: Kind) -> Mapping[str, Any]:
        """Return what was kept of a kind."""
        everything = self._runtime.memory.get(MEMORY)
        found = everything.get(kind.value) if isinstance(everything, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def _id_of(self, feature: NumberFeature) -> str:
        """Return the id of what a number belongs to. Raises `UnsupportedError` for a number that is not kept here."""
        id_ = self._owner(feature) if feature.kind in self._local else None
        if id_ is None:
            raise UnsupportedError(function=feature.kind)
        return id_
