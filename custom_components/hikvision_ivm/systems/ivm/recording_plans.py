"""Continuous recording in the cloud: when, and of which stream (ivm §3.17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from ..errors import InvalidArgumentError, ProtocolError
from ..kinds import Kind
from ..model import UNKNOWN, Feature, SelectFeature, Unknown, Value
from .channel_features import ChannelFeatures
from .channel_settings import ChannelSettings, Write
from .context import Context
from .deletions import Deletions
from .places import dc
from .plans import ALL_DAY, OFF, Plan, kept, read_plan, stored_plan
from .records import ChannelAddress, StreamType
from .stream_words import option_of, stream_of

MEMORY: Final = "ivm_plans"
"""Key in the runtime's memory: device → channel → sections that were there before recording was switched off."""
PLAN_PATH: Final = "devices/channels/record-plan"
STREAM_PATH: Final = "devices/channels/record-config"


@dataclass(frozen=True, slots=True)
class Wish:
    """How recording is to be; `plan`: at these times, None: as before."""

    on: bool
    plan: Plan | None = None


class RecordingPlans(ChannelSettings[Plan, Wish]):
    """The plans of all channels. A POST on the path of the plan deletes it."""

    kinds = frozenset({Kind.CONTINUOUS_RECORDING})

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        super().__init__(context, features)
        self._deletions = Deletions(context.runtime, "normal")

    async def switch(self, address: ChannelAddress, *, on: bool) -> None:
        """Switch recording off, or on: at the times it had before, else all day. Raises `SystemFailure`."""
        await self.change(address, Wish(on))

    async def set_plan(self, address: ChannelAddress, plan: Plan) -> None:
        """Record at these times. Raises `SystemFailure`."""
        await self.change(address, Wish(True, plan))

    @override
    async def fetch(self, address: ChannelAddress) -> Plan:
        """Read the plan of a channel. Where it was deleted, an answer that tells of none is that."""
        plan = read_plan(await self.context.client.call("GET", f"{dc(address)}/record-plan"))
        return plan if plan.told or address.key not in self._deletions else OFF

    @override
    def applied(self, address: ChannelAddress, document: Plan, change: Wish) -> Plan:
        """Return the plan that is to be."""
        if not change.on:
            self._remember(address, document)
            return OFF
        if change.plan is not None:
            self._remember(address, change.plan)
            return document if document.means(change.plan) else change.plan
        if document.on:
            return document
        if not document.whole:
            raise ProtocolError(reason="the times of recording cannot be read, so writing would change them")
        return self._remembered(address) or ALL_DAY

    @override
    def write(self, address: ChannelAddress, document: Plan) -> Write:
        """Set a plan, or delete it."""
        channel = {"device_id": address.device, "channel_id": address.channel}
        if document.on:
            return Write(method="PUT", path=PLAN_PATH, items="plans", item={**channel, **document.fields})
        return Write(method="POST", path=PLAN_PATH, items="channels", item={**channel, "record_type": "normal"})

    @override
    def wrote(self, address: ChannelAddress, document: Plan) -> None:
        """Note a deletion."""
        if not document.on:
            self._deletions.note(address.key)

    @override
    def found(self, document: Plan, change: Wish) -> tuple[object, object] | None:
        """Compare whether it records, and at the times that were asked for."""
        if document.on is not change.on:
            return _word(change.on), _word(document.on)
        if change.plan is not None and not document.means(change.plan):
            return "the new plan", "another plan"
        return None

    @override
    def value(self, feature: Feature, document: Plan) -> Value | Unknown:
        """Whether it records at all."""
        return UNKNOWN if document.on is None else document.on

    def _remember(self, address: ChannelAddress, plan: Plan) -> None:
        """Keep the sections of a plan; one for all day needs none."""
        if plan.on is None or (not plan.sections and not plan.all_day):
            return
        memory = self.context.runtime.memory
        everything = {device: dict(rows) for device, rows in _stored(memory.get(MEMORY)).items()}
        before = everything.get(address.device, {}).get(address.channel)
        if before == (kept(plan) or None):
            return
        rows = everything.setdefault(address.device, {})
        if plan.sections and not plan.all_day:
            rows[address.channel] = kept(plan)
        else:
            rows.pop(address.channel, None)
        memory[MEMORY] = {device: rows for device, rows in everything.items() if rows}
        self.context.runtime.remember()

    def _remembered(self, address: ChannelAddress) -> Plan | None:
        """Return the plan that was there."""
        rows = _stored(self.context.runtime.memory.get(MEMORY)).get(address.device, {})
        return stored_plan(rows.get(address.channel))


class RecordingStreams(ChannelSettings[StreamType | None, StreamType]):
    """Which stream of each channel is recorded."""

    kinds = frozenset({Kind.RECORDING_STREAM})

    async def select(self, feature: SelectFeature, address: ChannelAddress, option: str) -> None:
        """Record the stream of an option. Raises `SystemFailure`."""
        stream = stream_of(option)
        if option not in feature.options or stream is None:
            raise InvalidArgumentError(field="option", reason=f"is none of {', '.join(feature.options)}")
        await self.change(address, stream)

    @override
    async def fetch(self, address: ChannelAddress) -> StreamType | None:
        """Read which stream is recorded."""
        return stream_of((await self.context.client.call("GET", f"{dc(address)}/record-config")).text("stream_type"))

    @override
    def applied(self, address: ChannelAddress, document: StreamType | None, change: StreamType) -> StreamType | None:
        """Return the new one."""
        return change

    @override
    def write(self, address: ChannelAddress, document: StreamType | None) -> Write:
        """Set the stream."""
        stream = (document or StreamType.PRIMARY).value
        item = {"device_id": address.device, "channel_id": address.channel, "stream_type": stream}
        return Write(method="PUT", path=STREAM_PATH, items="channel_record_configs", item=item)

    @override
    def found(self, document: StreamType | None, change: StreamType) -> tuple[object, object] | None:
        """Compare."""
        return None if document is change else (change.value, document or "nothing")

    @override
    def value(self, feature: Feature, document: StreamType | None) -> Value | Unknown:
        """Return the option of the stream."""
        return option_of(feature, document)


def _stored(value: Any) -> Mapping[str, Mapping[str, Any]]:
    """Return what was kept, without what makes no sense."""
    rows = value.items() if isinstance(value, Mapping) else ()
    return {device: channels for device, channels in rows if isinstance(channels, Mapping)}


def _word(on: bool | None) -> str:
    """Say a state."""
    return "unknown" if on is None else "on" if on else "off"
