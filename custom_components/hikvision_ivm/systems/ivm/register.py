"""Everything that is known of an account, from all its lists and messages, and what of it is imported.

A device, a channel, an organisation is gone when two complete lists in a row did not have it; lists that come short in
between count for nothing. What a message told while a
list was on its way counts more than the list. Every method returns the ids of the devices of which something changed, so
that telling it costs what changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from ..base import Runtime
from ..settings import ORGS
from .memory import AbilityMemory
from .merging import Misses, merged_channel, merged_device
from .reading import ListedDevice, OrgTree
from .records import ROOT_ORG, ChannelRecord, DeviceRecord, Facts, OrgRecord

type Key = tuple[str, str]
type Changed = frozenset[str]
NOTHING: Final[Changed] = frozenset()
FORGOTTEN_SECONDS: Final = 600.0
"""No list takes so long that a message before it could count more."""
EMPTY: Final = Facts(orgs={}, devices={}, channels={})


class Register:
    """`facts`: what is imported; replaced, never changed. `orgs`, `devices`, `channels`: everything there is."""

    def __init__(self, options: Mapping[str, Any], runtime: Runtime) -> None:
        """Know nothing."""
        chosen = options.get(ORGS)
        self._chosen = frozenset(map(str, chosen)) if isinstance(chosen, (list, tuple, set, frozenset)) else None
        self._runtime = runtime
        self._memory = AbilityMemory(runtime)
        self.facts = EMPTY
        self.orgs: dict[str, OrgRecord] = {}
        self.devices: dict[str, DeviceRecord] = {}
        self.channels: dict[Key, ChannelRecord] = {}
        self._leaves: dict[str, str] = {}
        self._listed: dict[str, ListedDevice] = {}
        self._detailed: dict[Key, ChannelRecord] = {}
        self._second: frozenset[Key] = frozenset()
        self._devices_asked = self._channels_asked = float("-inf")
        self._told: dict[Key, float] = {}
        self._dropped: dict[str, float] = {}
        self._by_name: dict[str, list[str]] = {}
        self._short = {"devices", "channels"}
        self._gone_orgs = Misses[str]()
        self._gone_devices = Misses[str]()
        self._gone_inline = Misses[Key]()
        self._gone_channels = Misses[Key]()

    # what is known

    @property
    def unplaced(self) -> tuple[DeviceRecord, ...]:
        """Devices of which it is not known in which organisation they lie."""
        return tuple(device for device in self.devices.values() if self.leaf(device) is None)

    def packages_since(self, key: Key, moment: float) -> frozenset[str]:
        """Return what lists that were asked for after a moment told of the services of a channel."""
        rows: list[ChannelRecord] = []
        if self._devices_asked > moment and (device := self._listed.get(key[0])) is not None:
            rows += (row for row in device.channels if row.key == key)
        if self._channels_asked > moment and (detailed := self._detailed.get(key)) is not None:
            rows.append(detailed)
        return frozenset(word for row in rows for word in row.packages or ())

    @property
    def is_stale(self) -> bool:
        """Whether a device tells of another organisation than the one in which it was listed."""
        return any(
            device.org_name is not None
            and (known := self.orgs.get(self._leaves.get(device.id, ""))) is not None
            and known.name != device.org_name
            for device in self.devices.values()
        )

    def leaf(self, device: DeviceRecord) -> str | None:
        """Return the id of the organisation that a device lies in: by id, else by a name that only one has.

        An id counts for less than a name that contradicts it: ids are read seldom.
        """
        known = self._leaves.get(device.id)
        org = None if known is None else self.orgs.get(known)
        if org is not None and device.org_name in {None, org.name}:
            return known
        named = self._by_name.get(device.org_name or "", ())
        if len(named) == 1:
            return named[0]
        if org is not None:
            return known
        # Neither helps any more, as after an organisation was renamed: it lies where it lay.
        return device.orgs[-1] if device.orgs and device.orgs[-1] in self.orgs else None

    def path(self, org: str | None) -> tuple[str, ...]:
        """Return the ids of an organisation and those it lies in, outermost first."""
        found: list[str] = []
        while org is not None and org != ROOT_ORG and org in self.orgs and org not in found:
            found.append(org)
            org = self.orgs[org].parent
        return tuple(reversed(found))

    # lists

    def take_orgs(self, tree: OrgTree) -> Changed:
        """Take over the tree of organisations."""
        gone = self._gone_orgs.settle(self.orgs, tree.orgs) if tree.complete else []
        kept = {id_: org for id_, org in self.orgs.items() if id_ not in tree.orgs and id_ not in gone}
        orgs = {**{id_: self._named(org) for id_, org in tree.orgs.items()}, **kept}
        if orgs == self.orgs and list(orgs) == list(self.orgs):
            return NOTHING
        self._use_orgs(orgs)
        return self._placed(self.devices)

    def take_device_orgs(self, found: Mapping[str, tuple[OrgRecord, ...]]) -> Changed:
        """Take over in which organisations devices lie; organisations that no tree told of are known from here."""
        further = {org.id: self._named(org) for orgs in found.values() for org in orgs if org.id not in self.orgs}
        if further:
            self._use_orgs(self.orgs | further)
        leaves = {device: orgs[-1].id for device, orgs in found.items() if orgs}
        return self.take_leaves(leaves)

    def take_leaves(self, leaves: Mapping[str, str]) -> Changed:
        """Take over the id of the organisation of devices."""
        self._leaves = {**self._leaves, **leaves}
        return self._placed(self.devices)

    def take_devices(self, listed: Iterable[ListedDevice], asked_at: float, *, complete: bool = True) -> Changed:
        """Take over the list of devices, asked for at a monotonic moment; `complete`: those it does not name are gone."""
        self._note("devices", complete=complete)
        rows = {one.record.id: one for one in listed if self._dropped.get(one.record.id, float("-inf")) < asked_at}
        disturbed = self._disturbed(asked_at)
        changed: set[str] = set()
        for id_, row in rows.items():
            if self._listed.get(id_) is row and self.devices[id_].channels == row.record.channels:
                continue
            if self._take_device(row, asked_at):
                changed.add(id_)
            self._listed[id_] = row
        for id_ in disturbed:
            self._listed.pop(id_, None)
        for id_ in self._gone_devices.settle(self.devices, rows) if complete else ():
            self._forget(id_)
            changed.add(id_)
        self._devices_asked = asked_at
        return self._publish(changed)

    def _take_device(self, row: ListedDevice, asked_at: float) -> bool:
        """Take over one device with its channels; returns whether anything is other than before."""
        id_, before = row.record.id, self.devices.get(row.record.id)
        record = row.record if before is None else self._later(before, merged_device(before, row.record), asked_at)
        known = () if before is None else before.channels
        changed = self._take_rows(row.channels, asked_at)
        new = tuple(channel for channel in row.record.channels if channel not in known)
        gone: set[str] = set()
        if row.complete:
            keys = [(id_, channel) for channel in known]
            missing = self._gone_inline.settle(keys, {one.key for one in row.channels})
            for key in missing:
                if key not in self._second:
                    gone.add(key[1])
                    self.channels.pop(key, None)
        record = self._with_channels(record, (*(one for one in known if one not in gone), *new))
        self.devices[id_] = record
        return changed or record != before

    def take_channels(self, records: Iterable[ChannelRecord], asked_at: float, *, complete: bool = True) -> Changed:
        """Take over the list of channels, of devices that are known; `complete` as in `take_devices`."""
        self._note("channels", complete=complete)
        rows = {one.key: one for one in records}
        disturbed = self._disturbed(asked_at)
        self._second = frozenset(rows) if complete else self._second | rows.keys()
        changed = {key[0] for key, row in rows.items() if self._take_listed(key, row, asked_at)}
        gone = self._gone_channels.settle(self.channels, rows) if complete else []
        for device, channel in gone:
            if channel not in self._inline(device):
                self.channels.pop((device, channel), None)
                record = self.devices[device]
                self.devices[device] = replace(record, channels=tuple(c for c in record.channels if c != channel))
                changed.add(device)
        for key in [key for key in self._detailed if key[0] in disturbed]:
            del self._detailed[key]
        self._channels_asked = asked_at
        return self._publish(changed)

    def _take_listed(self, key: Key, row: ChannelRecord, asked_at: float) -> bool:
        """Take over a channel of that list; returns whether anything is other than before."""
        device = self.devices.get(key[0])
        if device is None or self._detailed.get(key) is row:
            return False
        self._detailed[key] = row
        changed = self._take_rows((row,), asked_at)
        if changed:
            # What the other list said last is not what is known any more.
            self._listed.pop(key[0], None)
        if key[1] not in device.channels:
            self.devices[key[0]] = self._with_channels(device, (*device.channels, key[1]))
            changed = True
        return changed

    def _note(self, name: str, *, complete: bool) -> None:
        """Take note whether a list came whole: before all did, what none names after a restart is remembered on."""
        (self._short.discard if complete else self._short.add)(name)

    def take_device(self, record: DeviceRecord) -> Changed:
        """Take over what one device told of itself, if it is known."""
        if (before := self.devices.get(record.id)) is None:
            return NOTHING
        if record.orgs:
            self._leaves[record.id] = record.orgs[-1]
        after = self._with_channels(merged_device(before, record), before.channels)
        if after == before:
            return NOTHING
        self.devices[record.id] = after
        self._listed.pop(record.id, None)
        return self._publish({record.id})

    # messages

    def tell_device(self, device: str, **changes: Any) -> Changed:
        """Take over what a message told of a device: fields of its record."""
        if (before := self.devices.get(device)) is None:
            return NOTHING
        self._told[device, ""] = self._runtime.monotonic()
        self._listed.pop(device, None)
        after = self._with_channels(merged_device(before, replace(before, **changes)), before.channels)
        if after == before:
            return NOTHING
        self.devices[device] = after
        return self._publish({device})

    def tell_channel(self, device: str, channel: str, **changes: Any) -> Changed:
        """Take over what a message told of a channel: fields of its record."""
        if (before := self.channels.get((device, channel))) is None:
            return NOTHING
        self._told[device, channel] = self._runtime.monotonic()
        self._listed.pop(device, None)
        self._detailed.pop((device, channel), None)
        after = merged_channel(before, replace(before, **changes))
        if after == before:
            return NOTHING
        self.channels[device, channel] = after
        return self._publish({device})

    def drop_device(self, device: str) -> Changed:
        """Forget a device of which a message told that it is gone."""
        if device not in self.devices:
            return NOTHING
        self._forget(device)
        self._dropped[device] = self._runtime.monotonic()
        return self._publish({device})

    # putting together

    def _disturbed(self, asked_at: float) -> set[str]:
        """Return the devices of which a message told something after a list was asked for: it is compared anew next time."""
        now = self._runtime.monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < FORGOTTEN_SECONDS}
        self._dropped = {device: at for device, at in self._dropped.items() if now - at < FORGOTTEN_SECONDS}
        return {key[0] for key, at in self._told.items() if at >= asked_at}

    def _named(self, org: OrgRecord) -> OrgRecord:
        """Return an organisation with a name: as it was called before, or its id, if none was told."""
        if org.name:
            return org
        known = self.orgs.get(org.id)
        return replace(org, name=org.id if known is None else known.name)

    def _use_orgs(self, orgs: dict[str, OrgRecord]) -> None:
        """Replace the organisations."""
        self.orgs = orgs
        self._by_name = {}
        for org in orgs.values():
            self._by_name.setdefault(org.name, []).append(org.id)

    def _take_rows(self, rows: Iterable[ChannelRecord], asked_at: float) -> bool:
        """Merge channels; returns whether anything is other than before."""
        changed = False
        for row in rows:
            before = self.channels.get(row.key)
            if before is None:
                after = replace(row, abilities=self._memory.merged(row.key, row.abilities))
            else:
                after = self._later(before, merged_channel(before, row), asked_at)
                self._detailed_changed(row, before, after)
            if after is not before:
                self.channels[row.key] = after
                changed = True
        return changed

    def _detailed_changed(self, row: ChannelRecord, before: ChannelRecord, after: ChannelRecord) -> None:
        """Let the other list be taken over again whatever it says, once one of them changed something."""
        if after is not before and self._detailed.get(row.key) is not row:
            self._detailed.pop(row.key, None)

    def _later[R: (DeviceRecord, ChannelRecord)](self, before: R, after: R, asked_at: float) -> R:
        """Return a record with the state that a message told while the list was on its way."""
        key = (before.id, "") if isinstance(before, DeviceRecord) else before.key
        if after is before or self._told.get(key, float("-inf")) < asked_at:
            return after
        kept = replace(after, state=before.state, name=before.name, abilities=after.abilities)
        return before if kept == before else kept

    def _with_channels(self, record: DeviceRecord, channels: tuple[str, ...]) -> DeviceRecord:
        """Return a device with its channels and where it lies; the one channel of a camera can what the camera can."""
        orgs = self.path(self.leaf(record))
        abilities = self._memory.merged((record.id, ""), record.abilities)
        if (channels, orgs, abilities) != (record.channels, record.orgs, record.abilities):
            record = replace(record, channels=channels, orgs=orgs, abilities=abilities)
        if len(channels) == 1 and record.abilities is not None:
            only = self.channels.get((record.id, channels[0]))
            if only is not None and only.abilities is None:
                self.channels[only.key] = replace(only, abilities=record.abilities)
        return record

    def _placed(self, devices: Iterable[str]) -> Changed:
        """Look again where devices lie, and publish."""
        changed = set()
        for id_ in list(devices):
            record = self.devices[id_]
            after = self._with_channels(record, record.channels)
            if after is not record:
                self.devices[id_] = after
                changed.add(id_)
        return self._publish(changed, always=True)

    def _inline(self, device: str) -> tuple[str, ...]:
        """Return the channels that the list of devices had last."""
        listed = self._listed.get(device)
        return () if listed is None else listed.record.channels

    def _forget(self, device: str) -> None:
        """Forget a device and its channels."""
        record = self.devices.pop(device)
        self._listed.pop(device, None)
        self._told.pop((device, ""), None)
        for channel in record.channels:
            self.channels.pop((device, channel), None)
            self._detailed.pop((device, channel), None)
            self._told.pop((device, channel), None)

    def _is_imported(self, device: DeviceRecord) -> bool:
        """Whether a device lies in a chosen organisation, or below one."""
        return self._chosen is None or not self._chosen.isdisjoint(device.orgs)

    def _publish(self, changed: set[str], *, always: bool = False) -> Changed:
        """Replace the facts if something imported is other than before; `always`: organisations may be."""
        if not changed and not always:
            return NOTHING
        self._memory.save(self.devices, self.channels, complete=not self._short)
        before = self.facts
        devices = {id_: device for id_, device in self.devices.items() if self._is_imported(device)}
        used = {org for device in devices.values() for org in device.orgs}
        orgs = {id_: org for id_, org in self.orgs.items() if id_ in used}
        shown = {id_ for id_ in changed if id_ in devices or id_ in before.devices}
        renamed = {id_ for id_, org in orgs.items() if id_ in before.orgs and before.orgs[id_].name != org.name}
        shown.update(id_ for id_, device in devices.items() if not renamed.isdisjoint(device.orgs))
        if not shown and orgs == before.orgs:
            return NOTHING
        self.facts = Facts(
            orgs=MappingProxyType(_parents_first(orgs)),
            devices=MappingProxyType(devices),
            channels=MappingProxyType(
                {
                    key: self.channels[key]
                    for id_, device in devices.items()
                    for channel in device.channels
                    if (key := (id_, channel)) in self.channels
                }
            ),
        )
        return frozenset(shown)


def _parents_first(orgs: Mapping[str, OrgRecord]) -> dict[str, OrgRecord]:
    """Return organisations so that each comes after the one it lies in."""
    found: dict[str, OrgRecord] = {}

    def add(org: OrgRecord, depth: int = 0) -> None:
        parent = orgs.get(org.parent)
        if parent is not None and parent.id not in found and depth < len(orgs):
            add(parent, depth + 1)
        found.setdefault(org.id, org)

    for org in orgs.values():
        add(org)
    return found
