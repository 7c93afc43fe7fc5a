"""Numbers the platform knows nothing of, kept here: how a camera moves, how long an output pulses (hikcentral §7.3)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ..kinds import Kind
from ..local_numbers import Local, LocalNumbers
from ..model import NumberFeature

if TYPE_CHECKING:
    from .context import Context

LOCAL: Final[Mapping[Kind, Local]] = MappingProxyType(
    {
        # What the platform takes; its own default is 40 (hikcentral §3.5).
        Kind.PTZ_SPEED: Local(minimum=20, maximum=60, step=1, default=40),
        Kind.PTZ_DURATION: Local(minimum=0.1, maximum=10, step=0.1, default=0.5, unit="s"),
        Kind.PULSE_DURATION: Local(minimum=0.5, maximum=60, step=0.5, default=1, unit="s"),
    }
)


class Numbers(LocalNumbers):
    """The numbers of every camera and output."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        super().__init__(context.runtime, LOCAL, _id_of)


def _id_of(feature: NumberFeature) -> str | None:
    """Return the id of what a number belongs to."""
    id_ = getattr(feature.address, "id", None)
    return id_ if isinstance(id_, str) else None
