"""Services that were taken away from channels while we looked (ivm §4.6, §5.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

from ..model import Problem
from .context import Context
from .records import ChannelRecord

MOST_NAMED: Final = 5
MOST_KEPT: Final = 5_000
LAG_SECONDS: Final = 30.0
"""A list that is asked for so soon after the message may still tell what was before it."""
_GRANTED: Final = "_GRANT"


@dataclass(slots=True)
class _Ended:
    """A service that was taken from a channel: its name, when the message came, whether lists told it since."""

    name: str
    since: float
    missed: bool = False


class EndedPackages:
    """Keeps what was taken away until a list says that it is back, or the channel is gone."""

    FAMILIES: ClassVar[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
        {
            "UNBIND_MANAGE": ("MANAGEMENT", "access and view", "接入调阅"),
            "UNBIND_MOTION": ("EVENT_RECORD", "alarm recording", "报警录像"),
            "UNBIND_NORMAL": ("FULL_RECORD", "continuous recording", "全量录像"),
            "UNBIND_DATAFLOW": ("INDUSTRY_DATA", "industry data stream", "行业数据流"),
        }
    )
    """Word of the message → beginning of the words for its states, and what it is for people in English and Chinese."""

    def __init__(self, context: Context) -> None:
        """Nothing was taken away yet."""
        self._context = context
        self._ended: dict[tuple[str, str, str], _Ended] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ended)

    def add(self, what: str, device: str, channel: str) -> None:
        """Take note that a service was taken from a channel; an empty one stands for all channels of the device."""
        record = self._context.device(device)
        channels = (channel,) if channel else () if record is None else record.channels
        for one in channels:
            known = self._context.channel(device, one)
            if known is not None and len(self._ended) < MOST_KEPT:
                self._ended[what, device, one] = _Ended(known.name, self._context.runtime.monotonic())

    def review(self) -> bool:
        """Forget what is back, or gone altogether; returns whether something was."""
        if not self._ended:
            return False
        kept = {
            (what, device, channel): ended
            for (what, device, channel), ended in self._ended.items()
            if (now := self._context.channel(device, channel)) is not None and not self._is_back(what, ended, now)
        }
        solved = len(kept) < len(self._ended)
        self._ended = kept
        return solved

    def _is_back(self, what: str, ended: _Ended, now: ChannelRecord) -> bool:
        """Whether a channel has a service again.

        The lists told that it had not, and tell now that it has; or they tell so long enough after the message, as where
        it was only bound to something else.
        """
        word = self.FAMILIES[what][0] + _GRANTED
        if word not in (now.packages or ()):
            ended.missed = True
            return False
        return ended.missed or word in self._context.packages_since(now.key, ended.since + LAG_SECONDS)

    def problems(self) -> list[Problem]:
        """Return what only the owner can change, one for each service."""
        by_service: dict[str, list[str]] = {}
        for (what, _, _), ended in self._ended.items():
            by_service.setdefault(what, []).append(ended.name)
        problems = []
        for what, names in sorted(by_service.items()):
            named = ", ".join(sorted(names)[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
            _, package, chinese = self.FAMILIES[what]
            placeholders = {"package": package, "package_zh": chinese, "names": named, "count": str(len(names))}
            problems.append(Problem(key="ivm_package_ended", subject=what.lower(), placeholders=placeholders))
        return problems
