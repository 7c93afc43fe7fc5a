"""Services that were taken away from channels while we looked (ivm §4.6, §5.3)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar, Final

from ..model import Problem
from .records import ChannelRecord, Facts

MOST_NAMED: Final = 5
MOST_KEPT: Final = 5_000
_GRANTED: Final = "_GRANT"


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

    def __init__(self, facts: Callable[[], Facts]) -> None:
        """Nothing was taken away yet."""
        self._facts = facts
        self._ended: dict[tuple[str, str, str], ChannelRecord] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ended)

    def add(self, what: str, device: str, channel: str) -> None:
        """Take note that a service was taken from a channel; an empty one stands for all channels of the device."""
        facts = self._facts()
        record = facts.devices.get(device)
        channels = (channel,) if channel else () if record is None else record.channels
        for one in channels:
            known = facts.channels.get((device, one))
            if known is not None and len(self._ended) < MOST_KEPT:
                self._ended[what, device, one] = known

    def review(self) -> bool:
        """Forget what is back, or gone altogether; returns whether something was."""
        facts = self._facts()
        kept = {
            (what, device, channel): then
            for (what, device, channel), then in self._ended.items()
            if (now := facts.channels.get((device, channel))) is not None and not self._is_back(what, then, now)
        }
        solved = len(kept) < len(self._ended)
        self._ended = kept
        return solved

    def _is_back(self, what: str, then: ChannelRecord, now: ChannelRecord) -> bool:
        """Whether a list says that a channel has a service again: not the one that was read before it was taken away."""
        if now is then or now.packages is None or now.packages is then.packages:
            return False
        return self.FAMILIES[what][0] + _GRANTED in now.packages

    def problems(self) -> list[Problem]:
        """Return what only the owner can change, one for each service."""
        by_service: dict[str, list[str]] = {}
        for (what, _, _), channel in self._ended.items():
            by_service.setdefault(what, []).append(channel.name)
        problems = []
        for what, names in sorted(by_service.items()):
            named = ", ".join(sorted(names)[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
            _, package, chinese = self.FAMILIES[what]
            placeholders = {"package": package, "package_zh": chinese, "names": named, "count": str(len(names))}
            problems.append(Problem(key="ivm_package_ended", subject=what.lower(), placeholders=placeholders))
        return problems
