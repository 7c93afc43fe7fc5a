"""Numbers the platform knows nothing of, kept here: how a camera moves, how long an output pulses (hikcentral §7.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ..errors import UnsupportedError
from ..kinds import Kind
from ..model import Feature, NumberFeature, Report
from .arguments import bounded

if TYPE_CHECKING:
    from .context import Context

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


LOCAL: Final[Mapping[Kind, Local]] = MappingProxyType(
    {
        # What the platform takes; its own default is 40 (hikcentral §3.5).
        Kind.PTZ_SPEED: Local(minimum=20, maximum=60, step=1, default=40),
        Kind.PTZ_DURATION: Local(minimum=0.1, maximum=10, step=0.1, default=0.5, unit="s"),
        Kind.PULSE_DURATION: Local(minimum=0.5, maximum=60, step=0.5, default=1, unit="s"),
    }
)


class Numbers:
    """The numbers of every camera and output; what was never set has its default."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self._runtime = context.runtime

    def get(self, kind: Kind, id_: str) -> float:
        """Return a number of a camera or output. Raises KeyError for a kind that is none of `LOCAL`."""
        limits = LOCAL[kind]
        value = self._stored(kind).get(id_)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return limits.default
        return float(value) if limits.minimum <= value <= limits.maximum else limits.default

    def set(self, feature: NumberFeature, value: float) -> Report:
        """Keep a number and return it as read back. Raises `UnsupportedError`, `InvalidArgumentError`."""
        id_ = _id_of(feature)
        limits = LOCAL[feature.kind]
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
                feature.id: self.get(feature.kind, _id_of(feature))
                for feature in features
                if isinstance(feature, NumberFeature) and feature.kind in LOCAL
            }
        )

    def _stored(self, kind: Kind) -> Mapping[str, Any]:
        """Return what was kept of a kind."""
        everything = self._runtime.memory.get(MEMORY)
        found = everything.get(kind.value) if isinstance(everything, Mapping) else None
        return found if isinstance(found, Mapping) else {}


def _id_of(feature: NumberFeature) -> str:
    """Return the id of what a number belongs to. Raises `UnsupportedError` for a number that is not kept here."""
    id_ = getattr(feature.address, "id", None)
    if feature.kind not in LOCAL or not isinstance(id_, str):
        raise UnsupportedError(function=feature.kind)
    return id_
