"""For how many days recordings are kept in the cloud (ivm §3.17)."""

from dataclasses import dataclass
from typing import Final, override

from ..errors import RejectedError, SystemFailure
from ..kinds import Kind
from ..model import UNKNOWN, Feature, Unknown, Value
from ..values import UNLIMITED
from .channel_features import ChannelFeatures
from .channel_settings import ChannelSettings, Write
from .codes import failure
from .context import Context
from .places import dc
from .records import ChannelAddress

PATH: Final = "devices/channels/time-policy"
FOR_GOOD: Final = 0
"""Days on reading that mean for good; they cannot be written."""
LONGEST: Final = 365
FIXED: Final = frozenset({"IVM.20010009", "IVM.10024015"})
"""Codes for what is bought for a time: its retention is part of it."""
FIXED_SECONDS: Final = 86_400.0
"""For so long it is believed that it cannot be changed."""


@dataclass(frozen=True, slots=True)
class _Sort:
    """Continuous or alarm recording, in the words of the two ends of the call."""

    record: str
    storage: str
    kind: Kind


NORMAL: Final = _Sort("normal", "PLAN_RECORD", Kind.RETENTION)
ALARM: Final = _Sort("alarm", "MOTION_RECORD", Kind.ALARM_RETENTION)


class Retention(ChannelSettings[int | None, int]):
    """Days of one sort of recordings of all channels. Where there is no end, there is no number."""

    def __init__(self, context: Context, features: ChannelFeatures, sort: _Sort) -> None:
        """Does no I/O."""
        super().__init__(context, features)
        self.kinds = frozenset({sort.kind})
        self._sort = sort
        self._fixed: dict[tuple[str, str], tuple[float, str]] = {}

    def is_fixed(self, key: tuple[str, str]) -> bool:
        """Whether the days of a channel are part of what was bought, as a try to change them showed."""
        ends, _ = self._fixed.get(key, (0.0, ""))
        return self.context.runtime.monotonic() < ends

    async def set(self, address: ChannelAddress, days: int) -> None:
        """Keep recordings for some days. Raises `SystemFailure`; what is known to be fixed is not asked for again."""
        if self.is_fixed(address.key):
            raise failure(self._fixed[address.key][1], 400, "retention")
        await self.change(address, days)

    @override
    async def fetch(self, address: ChannelAddress) -> int | None:
        """Read the days. Both sorts may be told whatever was asked for; a single row may be without its word."""
        answer = await self.context.client.call(
            "GET", f"{dc(address)}/time-policy", query={"record_type": self._sort.record}
        )
        rows = answer.children("time_policies")
        for row in rows:
            word = row.text("storage_type")
            if word == self._sort.storage or (word is None and len(rows) == 1):
                return row.integer("storage_days")
        return None

    @override
    def applied(self, address: ChannelAddress, document: int | None, change: int) -> int | None:
        """Return the new number."""
        return change

    @override
    def write(self, address: ChannelAddress, document: int | None) -> Write:
        """Set the days."""
        policy = {"storage_days": document, "storage_type": self._sort.storage}
        item = {"device_id": address.device, "channel_id": address.channel, "time_policies": [policy]}
        return Write(method="PUT", path=PATH, items="channel_time_policies", item=item)

    @override
    def refuses(self, address: ChannelAddress, failure: SystemFailure) -> None:
        """Remember what cannot be changed."""
        if isinstance(failure, RejectedError) and failure.code in FIXED:
            self._fixed[address.key] = self.context.runtime.monotonic() + FIXED_SECONDS, failure.code

    @override
    def found(self, document: int | None, change: int) -> tuple[object, object] | None:
        """Compare."""
        return None if document == change else (change, "unlimited" if document == FOR_GOOD else document)

    @override
    def value(self, feature: Feature, document: int | None) -> Value | Unknown:
        """Return the days; for good is no number."""
        if document is None:
            return UNKNOWN
        return UNLIMITED if document == FOR_GOOD else float(document)
