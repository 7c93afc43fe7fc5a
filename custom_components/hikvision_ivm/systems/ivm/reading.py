"""Reading what exists: organisations, devices with their channels, channels (ivm §3.1-§3.4).

A list of which a page fails raises; of one that stays short, what it has is taken, and nothing is gone by it. What is as
it was in the last answer becomes the same record, so that telling what changed costs little.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import logging
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from ..background import together
from ..errors import AuthenticationError, SystemFailure
from ..transport.json import Fields
from .capabilities import normalised
from .client import IvmClient
from .paging import Paging, Rows, check_ids, rows_of
from .places import dc
from .records import ROOT_ORG, UNREGISTERED, ChannelAddress, ChannelRecord, DeviceRecord, OrgRecord, Protocol
from .strange import Row, Strange

_LOGGER = logging.getLogger(__name__)

FEW: Final = 3
"""Calls under way at once while a tree is walked."""
DEEPEST: Final = 20
OLDEST_FIRST: Final[Mapping[str, str | int | bool | None]] = {"sort_by": "create_time", "direction": "ASC"}
"""So that what is added while pages are read comes last and moves nothing."""
_HERE_ONLY: Final = "1"
_NO_ID: Final = "CHANNEL_ID_INVALID"
_SAME: Final[Mapping[str, str]] = {"UNALLOCATED": UNREGISTERED}
"""Two words for one thing: one list says this, the other that (ivm §1.12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgTree:
    """Organisations by id, parents first. `complete` False: a branch could not be read, so nothing is known to be gone."""

    orgs: Mapping[str, OrgRecord]
    complete: bool = True


class _Branch(NamedTuple):
    """Organisations right below one, and the ids of those that have none below. `told` False: null came for a list."""

    orgs: list[OrgRecord]
    leaves: frozenset[str]
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDevice:
    """A device as it is listed. `complete` False: the cloud counts more channels of it than it lists."""

    record: DeviceRecord
    channels: tuple[ChannelRecord, ...] = ()
    complete: bool = True


class Reader:
    """Reads lists. Every method raises `SystemFailure`. `strange`: what came that no table names.

    `short`: lists that came shorter than the cloud says they are, when they were read last: nothing is gone by those.
    """

    def __init__(self, client: IvmClient) -> None:
        """Does no I/O."""
        self.strange = Strange()
        self.short: set[str] = set()
        self._client = client
        self._devices: dict[str, tuple[Mapping[str, Any], ListedDevice]] = {}
        self._channels: dict[tuple[str, str], tuple[Mapping[str, Any], ChannelRecord]] = {}

    async def organisations(self) -> OrgTree:
        """Walk the tree of organisations from the root, level by level. Raises if the first level cannot be read."""
        found: dict[str, OrgRecord] = {}
        level, leaves, complete = await self._children(ROOT_ORG)
        room = asyncio.Semaphore(FEW)

        async def below(org: str) -> _Branch | None:
            async with room:
                try:
                    return await self._children(org)
                except AuthenticationError:
                    raise
                except SystemFailure:
                    return None

        for _ in range(DEEPEST):
            new = [org for org in level if found.setdefault(org.id, org) is org]
            answers = await together(below(org.id) for org in new if org.id not in leaves)
            complete = complete and None not in answers
            level = [org for answer in answers if answer is not None for org in answer[0]]
            leaves = frozenset[str]().union(*(answer[1] for answer in answers if answer is not None))
            if not level:
                break
        return OrgTree(orgs=found, complete=complete)

    async def _children(self, org: str) -> _Branch:
        """Read the organisations right below one: null are none, too."""
        answer = await self._client.call("GET", f"device-orgs/{quote(org, safe='')}/sub-orgs")
        told = rows_of(answer, "orgs", empty="orgs" in answer)
        check_ids(told, "orgs", "device_org_id")
        for row in told:
            self.strange.look(Row.ORG, row)
        rows = [(row, found) for row in told if (found := org_record(row, org)) is not None]
        leaves = frozenset(found.id for row, found in rows if row.flag("is_leaf"))
        return _Branch([found for _, found in rows], leaves, answer.get("orgs") is not None)

    async def devices(self) -> tuple[ListedDevice, ...]:
        """Read all devices with their channels: one call for a thousand devices."""
        rows = await self._client.pages(
            f"device-orgs/{ROOT_ORG}/devices", key="devices", id_of=_device_key, query=OLDEST_FIRST
        )
        check_ids(rows, "devices", "device_id")
        self._note("devices", rows)
        kept, self._devices = self._devices, {}
        found: list[ListedDevice] = []
        for row in rows:
            if (id_ := row.text("device_id")) is None:
                continue
            before = kept.get(id_)
            listed = before[1] if before is not None and before[0] == row.raw else self._listed(row, id_)
            self._devices[id_] = row.raw, listed
            found.append(listed)
        return tuple(found)

    def _listed(self, row: Fields, id_: str) -> ListedDevice:
        """Return a device whose row is new."""
        self.strange.look(Row.DEVICE, row)
        for one in row.children("channels"):
            self.strange.look(Row.CHANNEL, one)
        return listed_device(row, id_)

    async def devices_of(self, org: str) -> frozenset[str]:
        """Read the ids of the devices that lie in an organisation itself."""
        rows = await self._client.pages(
            f"device-orgs/{quote(org, safe='')}/devices",
            key="devices",
            id_of=_device_key,
            query={**OLDEST_FIRST, "is_current_org": _HERE_ONLY},
        )
        return frozenset(id_ for row in rows if (id_ := row.text("device_id")) is not None)

    async def device_orgs(self) -> dict[str, tuple[OrgRecord, ...]]:
        """Read in which organisations devices lie, outermost first: one of them or the whole path, nobody says."""
        rows = await self._client.pages("devices", key="devices", id_of=_device_key, query=OLDEST_FIRST)
        check_ids(rows, "devices", "device_id")
        return {id_: orgs_of(row) for row in rows if (id_ := row.text("device_id")) is not None}

    async def channels(self) -> tuple[ChannelRecord, ...]:
        """Read all channels: one call for a thousand."""
        rows = await self._client.pages(
            "channels", key="channels", id_of=_channel_key, query=OLDEST_FIRST, paging=Paging.ITEM
        )
        check_ids(rows, "channels", "device_id", "channel_id")
        self._note("channels", rows)
        kept, self._channels = self._channels, {}
        for row in rows:
            device, id_ = row.text("device_id"), row.text("channel_id")
            if device is None or id_ is None:
                continue
            before = kept.get((device, id_))
            if before is not None and before[0] == row.raw:
                record = before[1]
            else:
                self.strange.look(Row.CHANNEL, row)
                record = channel_record(row, device, id_)
            self._channels[device, id_] = row.raw, record
        return tuple(record for _, record in self._channels.values())

    def _note(self, name: str, rows: Rows) -> None:
        """Take note whether a list came whole."""
        if rows.complete:
            self.short.discard(name)
        elif name not in self.short:
            self.short.add(name)
            _LOGGER.info("The list of %s is shorter than the cloud says it is: nothing is taken for gone by it", name)

    async def detail(self, device: str) -> DeviceRecord:
        """Read what is told of one device: the only place for its MAC address, and for the id of its organisation."""
        row = await self._client.call("GET", f"devices/{quote(device, safe='')}")
        self.strange.look(Row.DEVICE, row)
        return device_record(row, device)

    async def channel_detail(self, device: str, channel: str) -> ChannelRecord:
        """Read what is told of one channel."""
        row = await self._client.call("GET", dc(ChannelAddress(device, channel)))
        self.strange.look(Row.CHANNEL, row)
        return channel_record(row, device, channel)


# from answers to records: nothing here raises


def _device_key(row: Fields) -> str | int:
    """Return what tells devices of a list apart; one without an id counts, and is left out later."""
    return row.text("device_id") or id(row)


def _channel_key(row: Fields) -> tuple[str, str] | int:
    """Return what tells channels of a list apart."""
    device, channel = row.text("device_id"), row.text("channel_id")
    return id(row) if device is None or channel is None else (device, channel)


def org_record(row: Fields, parent: str) -> OrgRecord | None:
    """Return an organisation, without a name if that was not told; None for the root, and for what has no id."""
    id_ = row.text("device_org_id")
    if id_ is None or id_ == ROOT_ORG:
        return None
    return OrgRecord(
        id=id_,
        name=row.text("device_org_name") or "",
        parent=parent,
        level=row.integer("device_org_level"),
        devices=row.integer("camera_count"),
        devices_online=row.integer("camera_online_count"),
        channels=row.integer("channel_count"),
        channels_online=row.integer("channel_online_count"),
    )


def orgs_of(row: Fields) -> tuple[OrgRecord, ...]:
    """Return the organisations that the row of a device names, each below the one before."""
    found: list[OrgRecord] = []
    named = sorted(row.children("org_list"), key=lambda one: one.integer("device_org_level") or 0)
    for one in named:
        if (org := org_record(one, found[-1].id if found else ROOT_ORG)) is not None:
            found.append(org)
    return tuple(found)


def listed_device(row: Fields, id_: str) -> ListedDevice:
    """Return a device of the list that has channels in it."""
    rows = row.children("channels")
    channels = {
        channel: channel_record(one, id_, channel)
        for one in rows
        if (channel := one.text("channel_id")) is not None
    }  # fmt: skip
    total = row.integer("channel_total")
    told = isinstance(row.get("channels"), list) if total is None else len(channels) >= total
    return ListedDevice(
        record=device_record(row, id_, channels=tuple(channels)), channels=tuple(channels.values()), complete=told
    )


def device_record(row: Fields, id_: str, *, channels: tuple[str, ...] = ()) -> DeviceRecord:
    """Return a device, of any list or by itself. Its name is empty if that was not told."""
    org = row.text("device_org_id")
    return DeviceRecord(
        id=id_,
        name=row.text("device_name") or "",
        type=row.text("device_type"),
        protocol=protocol(row.text("access_protocol")),
        state=state(row.text("device_state")),
        system_state=_word(row.text("device_system_state")),
        model=row.text("model"),
        manufacturer=row.text("manufacture"),
        firmware=row.text("firmware"),
        mac=mac(row.text("mac")),
        abilities=abilities(row, "device_ability"),
        orgs=() if org is None or org == ROOT_ORG else (org,),
        org_name=row.text("device_org_name"),
        gb_state=_word(row.text("gb_access_state")),
        channels=channels,
    )


def channel_record(row: Fields, device: str, id_: str) -> ChannelRecord:
    """Return a channel, of any list or by itself. Its name is empty if that was not told."""
    invalid = _word(row.text("invalid_type"))
    return ChannelRecord(
        device=device,
        id=id_,
        name=row.text("channel_name") or "",
        state=state(row.text("channel_state")),
        system_state=_word(row.text("channel_system_state")),
        packages=packages(row),
        abilities=abilities(row, "channel_ability"),
        model=row.text("channel_model", "model", "channel_model_e"),
        firmware=row.text("channel_firmware", "firmware"),
        type=row.text("channel_type"),
        storage_card=row.text("storage_card_status"),
        mask=_word(row.text("mask_mode")),
        valid=None if invalid is None else invalid != _NO_ID,
    )


def abilities(row: Fields, name: str) -> frozenset[str] | None:
    """Return the abilities that a row tells, those of the cloud included; None if it tells none."""
    found = [one for one in (normalised(row.get(name)), normalised(row.get("device_cloud_ability"))) if one]
    return frozenset[str]().union(*found) if found else None


def packages(row: Fields) -> frozenset[str] | None:
    """Return the services of a channel with their states; None if nothing is told of them."""
    return frozenset(word.upper() for word in row.items_of("channel_resource_state")) or None


def state(word: str | None) -> str | None:
    """Return a state of a device or channel, one word for what is not in use."""
    upper = _word(word)
    return None if upper is None else _SAME.get(upper, upper)


def protocol(word: str | None) -> Protocol | None:
    """Return a protocol; one printed sample has a zero for the last letter."""
    upper = (word or "").upper()
    if upper.startswith("HOL"):
        return Protocol.HOLO
    return Protocol.GB28181 if upper.startswith("GB") else None


def mac(text: str | None) -> str | None:
    """Return a MAC address in lower case with colons; None for what is none."""
    plain = "".join(sign for sign in (text or "").lower() if sign in "0123456789abcdef")
    if len(plain) != 12 or not plain.strip("0"):
        return None
    return ":".join(plain[place : place + 2] for place in range(0, 12, 2))


def _word(text: str | None) -> str | None:
    """Return a word in upper case."""
    return None if text is None else text.upper()
