"""Recording when something is detected: which alarms, and how long before and after (ivm §3.17).

The cloud takes all alarm types of a channel at once and switches off what is not named. So what is there is read just
before, changed, and sent whole, with types that nobody here knows. No type at all is a deletion. Times of a week belong to
the channel and not to a type: the tables and samples of the calls say so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, override

from ..errors import InvalidArgumentError, ProtocolError, UnsupportedError
from ..kinds import Kind
from ..model import UNKNOWN, Feature, NumberFeature, SwitchFeature, Unknown, Value
from .channel_features import ChannelFeatures
from .channel_settings import ChannelSettings, Write
from .context import Context
from .deletions import Deletions
from .places import dc
from .plans import ALL_DAY, Plan, read_plan
from .recording_plans import PLAN_PATH
from .records import ChannelAddress

MEMORY: Final = "ivm_alarm_seconds"
"""Key in the runtime's memory: device → channel → alarm type → seconds before and after, for when it is switched on."""
PATH: Final = "devices/channels/record-alarm-plan"
TYPES: Final = (
    "motion_detection", "io_event", "target_alarm", "mask_alarm", "people_queue_alarm", "people_count_region_alarm",
    "people_count_line_alarm", "over_line_alarm", "region_invasion_alarm", "region_in_alarm", "region_out_alarm",
    "fast_move_alarm", "linger_alarm", "thirdparty_intelligent", "face_alarm", "abandon_alarm", "removed_alarm",
    "electric_bicycle_alarm", "people_leave_station_alarm", "lift_electric_alarm", "occlusion_alarm",
)  # fmt: skip
"""What a recording can be made of: 21 types (ivm §3.17)."""
LEAST: Final = 1
MOST: Final = 59
MOST_TOGETHER: Final = 60
"""Seconds before and after."""
BEFORE: Final = 5
AFTER: Final = 15
"""Seconds where nobody said."""


@dataclass(frozen=True, slots=True)
class Around:
    """Seconds of recording before and after an alarm."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """What is recorded of a channel: alarm type → seconds. `times`: when. `told`: anything was said of types.

    `whole` False: some of it could not be read, so that writing would switch that off.
    """

    types: Mapping[str, Around]
    times: Plan
    told: bool = True
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How recording is to be for some alarm types (empty: all that are recorded); None: as it is."""

    types: frozenset[str] = frozenset()
    on: bool | None = None
    before: int | None = None
    after: int | None = None
    times: Plan | None = None


class AlarmPlans(ChannelSettings[AlarmPlan, Wish]):
    """The plans of all channels."""

    kinds = frozenset({Kind.ALARM_RECORDING, Kind.PRE_RECORDING, Kind.POST_RECORDING})

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        super().__init__(context, features)
        self._deletions = Deletions(context.runtime, "alarm")

    def types(self, key: tuple[str, str]) -> tuple[str, ...]:
        """Return the alarm types that are or were recorded of a channel, as far as known."""
        plan = self.known.get(key)
        return tuple(sorted({*(plan.types if plan else ()), *self._seconds(key)}))

    async def switch(self, feature: SwitchFeature, address: ChannelAddress, *, on: bool) -> None:
        """Record an alarm type, or not any more. Raises `SystemFailure`."""
        if not address.detail:
            raise UnsupportedError(function=feature.kind)
        await self.change(address, Wish(types=frozenset({address.detail}), on=on))

    async def set_number(self, feature: NumberFeature, address: ChannelAddress, seconds: int) -> None:
        """Set the seconds before or after, of one type or of all that are recorded. Raises `SystemFailure`.

        They are kept for a type that is not recorded now, until it is.
        """
        types = frozenset({address.detail} if address.detail else ())
        early = feature.kind is Kind.PRE_RECORDING
        await self.change(
            address, Wish(types=types, before=seconds if early else None, after=None if early else seconds)
        )

    async def set_plan(self, address: ChannelAddress, wish: Wish) -> AlarmPlan | None:
        """Carry out a wish and return what there is then. Raises `SystemFailure`."""
        await self.change(address, wish)
        return self.known.get(address.key)

    @override
    async def fetch(self, address: ChannelAddress) -> AlarmPlan:
        """Read the plan of a channel. Where it was deleted, an answer that tells of none is that."""
        answer = await self.context.client.call("GET", f"{dc(address)}/record-alarm-plan")
        raw = answer.get("plans")
        read = 0
        found: dict[str, Around] = {}
        for row in answer.children("plans"):
            if (word := row.text("alarm_type")) is not None:
                before, after = row.integer("advance_time"), row.integer("after_time")
                found[word] = Around(BEFORE if before is None else before, AFTER if after is None else after)
                read += 1
        whole = read == (len(raw) if isinstance(raw, list) else raw is not None)
        told = "plans" in answer or address.key in self._deletions
        return AlarmPlan(MappingProxyType(found), read_plan(answer), told=told, whole=whole)

    @override
    def applied(self, address: ChannelAddress, document: AlarmPlan, change: Wish) -> AlarmPlan:
        """Return the plan with a change; seconds of types that are not recorded are kept here."""
        if not document.whole:
            raise ProtocolError(reason="not all that is recorded now can be read, so writing would switch it off")
        types = dict(document.types)
        stored: dict[str, Around | None] = {}
        for word in sorted(change.types or types):
            if change.on is False:
                stored[word] = types.pop(word, None)
                continue
            known = types.get(word) or self._seconds(address.key).get(word) or Around(BEFORE, AFTER)
            around = _around(known, change.before, change.after)
            if word in types or change.on:
                types[word] = around
            else:
                stored[word] = around
        times = change.times or document.times
        if types and not times.whole:
            raise ProtocolError(reason="not all times of recording can be read, so writing would change them")
        self._remember(address, stored)
        return replace(document, types=MappingProxyType(types), times=times)

    @override
    def write(self, address: ChannelAddress, document: AlarmPlan) -> Write:
        """Set all that is to be recorded, or delete the plan if that is nothing."""
        channel = {"device_id": address.device, "channel_id": address.channel}
        if not document.types:
            return Write(method="POST", path=PLAN_PATH, items="channels", item={**channel, "record_type": "alarm"})
        plans = [
            {"alarm_type": word, "advance_time": _within(around.before), "after_time": _within(around.after)}
            for word, around in document.types.items()
        ]
        times = document.times if document.times.on else ALL_DAY
        return Write(method="PUT", path=PATH, items="channels", item={**channel, "plans": plans, **times.fields})

    @override
    def wrote(self, address: ChannelAddress, document: AlarmPlan) -> None:
        """Note a deletion."""
        if not document.types:
            self._deletions.note(address.key)

    @override
    def found(self, document: AlarmPlan, change: Wish) -> tuple[object, object] | None:
        """Compare the types, the seconds of those that are recorded, and the times."""
        for word in sorted(change.types):
            around = document.types.get(word)
            if change.on is not None and (around is not None) is not change.on:
                return f"{word} {_word(change.on)}", _word(around is not None)
        for word in change.types or document.types:
            if (around := document.types.get(word)) is None:
                continue
            if change.before not in {None, around.before} or change.after not in {None, around.after}:
                wanted = f"{change.before or around.before} s + {change.after or around.after} s"
                return wanted, f"{around.before} s + {around.after} s"
        if change.times is not None and document.types and not document.times.means(change.times):
            return "the new times", "other times"
        return None

    @override
    def value(self, feature: Feature, document: AlarmPlan) -> Value | Unknown:
        """Return whether a type is recorded, or seconds: those of the type, or where all have the same."""
        address = feature.address
        if not isinstance(address, ChannelAddress) or not document.told:
            return UNKNOWN
        if feature.kind is Kind.ALARM_RECORDING:
            return address.detail in document.types
        if address.detail:
            rows = [document.types.get(address.detail) or self._seconds(address.key).get(address.detail)]
        else:
            rows = list(document.types.values())
        early = feature.kind is Kind.PRE_RECORDING
        seconds = {float(row.before if early else row.after) for row in rows if row is not None}
        return seconds.pop() if len(seconds) == 1 else UNKNOWN

    def _seconds(self, key: tuple[str, str]) -> dict[str, Around]:
        """Return what is kept of a channel's types."""
        device, channel = key
        rows = self.context.runtime.memory.get(MEMORY)
        for name in (device, channel):
            rows = rows.get(name) if isinstance(rows, Mapping) else None
        found: dict[str, Around] = {}
        for word, row in rows.items() if isinstance(rows, Mapping) else ():
            match row:
                case [int() as before, int() as after]:
                    found[word] = Around(before, after)
        return found

    def _remember(self, address: ChannelAddress, rows: Mapping[str, Around | None]) -> None:
        """Keep the seconds of types that are not recorded (any more)."""
        known = self._seconds(address.key)
        fresh = known | {word: around for word, around in rows.items() if around is not None}
        if fresh == known:
            return
        memory = self.context.runtime.memory
        stored = memory.get(MEMORY)
        everything: dict[str, Any] = dict(stored) if isinstance(stored, Mapping) else {}
        channels = everything.get(address.device)
        kept = {word: [around.before, around.after] for word, around in fresh.items()}
        everything[address.device] = {**(channels if isinstance(channels, Mapping) else {}), address.channel: kept}
        memory[MEMORY] = everything
        self.context.runtime.remember()


def check_types(words: Collection[str], field: str) -> frozenset[str]:
    """Return alarm types of which recordings can be made. Raises `InvalidArgumentError`."""
    if unknown := sorted(set(words) - set(TYPES)):
        raise InvalidArgumentError(field=field, reason=f"{unknown[0]:.60} is none of {', '.join(TYPES)}")
    return frozenset(words)


def _around(known: Around, before: int | None, after: int | None) -> Around:
    """Return seconds with a change. Raises `InvalidArgumentError` if they are too many together."""
    around = Around(_within(before or known.before), _within(after or known.after))
    if around.before + around.after > MOST_TOGETHER:
        reason = f"{around.before} s before and {around.after} s after are more than {MOST_TOGETHER} s together"
        raise InvalidArgumentError(field="before" if before is not None else "after", reason=reason)
    return around


def _within(seconds: int) -> int:
    """Return seconds within what the cloud takes."""
    return min(MOST, max(LEAST, seconds))


def _word(on: bool) -> str:
    """Say a state."""
    return "on" if on else "off"
