"""Cruise tracks of cameras that speak the maker's own protocol (ivm §3.7). No right to move is needed for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import logging
from typing import Any, Final, override

from ..base import Sink
from ..errors import InvalidArgumentError, NotConfirmedError, RejectedError, UnsupportedError
from ..kinds import Kind
from ..model import UNKNOWN, Feature, Report, SelectFeature, SwitchFeature, Unknown, Value
from ..presets import LONGEST_OPTION, Preset, number_of, options_of
from ..transport.json import Fields
from .capabilities import Gate
from .channel_features import ChannelFeatures
from .channel_lists import ChannelLists
from .context import Context
from .places import dc
from .presets import PARAMETER_CODES
from .ptz import channel_of, id_of
from .records import ChannelAddress

_LOGGER = logging.getLogger(__name__)

OPEN: Final = "OPEN"
CLOSE: Final = "CLOSE"
TYPE: Final = "CRUISE_TRACK"
"""Devices have this one only (L11080)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A preset of a track; `dwell`: seconds it stays there, `speed`: 0 (slow) to 10 on the way to it. None: not told."""

    preset: int
    dwell: int | None = None
    speed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A cruise track with its points."""

    id: int
    name: str
    points: tuple[Point, ...] = ()


class Cruises(ChannelLists):
    """The cruise tracks of one account's cameras."""

    kind = Kind.PTZ_PATROL
    kinds = frozenset({Kind.PTZ_PATROL, Kind.CRUISE})
    words = "cruise tracks"
    gate = Gate.CRUISES

    def __init__(self, context: Context, features: ChannelFeatures) -> None:
        """Does no I/O."""
        super().__init__(context, features)
        self._enabled: dict[tuple[str, str], dict[int, bool | None]] = {}

    def tracks(self, channel: ChannelAddress) -> tuple[tuple[int, str], ...]:
        """Return the tracks that are known of a camera: id and option, each other than all others."""
        return self._known(channel)

    @override
    def report(self, features: Iterable[Feature]) -> Report:
        """Return the values of all features of tracks: which runs, and whether one does."""
        values: dict[str, Value | Unknown] = {}
        for feature in features:
            if feature.kind not in self.kinds or not isinstance(feature.address, ChannelAddress):
                continue
            channel = channel_of(feature)
            if isinstance(feature, SelectFeature):
                values[feature.id] = self._lists.option(Kind.PTZ_PATROL, id_of(channel), self.running(channel))
            elif isinstance(feature, SwitchFeature):
                on = self._enabled.get(channel.key, {}).get(_id_of(feature.address))
                values[feature.id] = UNKNOWN if on is None else on
        return Report(values=values)

    def running(self, channel: ChannelAddress) -> int | None:
        """Return the track that runs, None if none does or it is not known."""
        return next((id_ for id_, on in self._enabled.get(channel.key, {}).items() if on), None)

    async def detail(self, channel: ChannelAddress, id_: int) -> Track:
        """Read one track with its points. Raises the client's errors."""
        self._check(channel)
        path = f"{dc(channel)}/cruise-track"
        answer = await self._guarded(channel, self._context.client.call("GET", path, query={"cruises_id": id_}))
        points = (_point(row) for row in answer.children("cruise_points"))
        return Track(
            id=answer.integer("cruises_id") or id_,
            name=answer.text("cruise_name", "cruises_name") or str(id_),
            points=tuple(point for point in points if point is not None),
        )

    # commands

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Start the track of an option. Raises `InvalidArgumentError` for one that is none (any more)."""
        channel = channel_of(feature)
        id_ = options_of(await self.known(channel)).get(option)
        if id_ is None:
            raise InvalidArgumentError(field="option", reason=f"{self._context.name(channel)} has no such track")
        await self.set(channel, id_, sink, on=True)

    async def switch(self, feature: SwitchFeature, sink: Sink, *, on: bool) -> None:
        """Start or stop the track of a switch."""
        address = feature.address
        if not isinstance(address, ChannelAddress) or feature.kind is not Kind.CRUISE:
            raise UnsupportedError(function=feature.kind)
        await self.set(channel_of(feature), _id_of(address), sink, on=on)

    async def number(self, channel: ChannelAddress, named: str) -> int:
        """Return the id of a track that is named by its id, name or option. Raises `InvalidArgumentError`."""
        known = await self.known(channel)
        if named.isdecimal() and any(one.index == int(named) for one in known):
            return int(named)
        id_ = number_of(known, named)
        if id_ is None:
            reason = f"{self._context.name(channel)} has no track of this name, or several"
            raise InvalidArgumentError(field="patrol", reason=reason)
        return id_

    async def set(self, channel: ChannelAddress, id_: int, sink: Sink, *, on: bool) -> None:
        """Start or stop a track, and read back what runs. Raises `NotConfirmedError` if it does not follow."""
        self._check(channel)
        body = {"cruises_id": id_, "enable_cruise": OPEN if on else CLOSE}
        await self._guarded(channel, self._context.client.call("PUT", f"{dc(channel)}/cruise-track/enable", body=body))
        if await self._changed_here(channel, sink) is None:
            # One track at a time runs; what else did is not known any more.
            self._enabled[channel.key] = {id_: on}
            self._tell([channel], sink)
            return
        found = self._enabled.get(channel.key, {}).get(id_)
        if found is not None and found is not on:
            words = (OPEN, CLOSE)
            raise NotConfirmedError(self._context.name(channel), wanted=words[not on], found=words[on])

    async def stop(self, channel: ChannelAddress, sink: Sink) -> None:
        """Stop the track that runs. Raises `InvalidArgumentError` where none does."""
        if (running := self.running(channel)) is None:
            await self.read(channel)
            running = self.running(channel)
        if running is None:
            raise InvalidArgumentError(field="patrol", reason=f"none of {self._context.name(channel)} runs")
        await self.set(channel, running, sink, on=False)

    async def create(self, channel: ChannelAddress, name: str, points: Sequence[Point], sink: Sink) -> int | None:
        """Make a track and return its id, None if the cloud does not tell it."""
        self._check(channel)
        body = {"cruise_type": TYPE, "cruise_name": name, "cruise_points": [_sent(one, "dwel_time") for one in points]}
        path = f"{dc(channel)}/cruise-track"
        answer = await self._guarded(channel, self._context.client.call("POST", path, body=body))
        await self._changed_here(channel, sink)
        return answer.integer("cruises_id")

    async def edit(self, channel: ChannelAddress, track: Track, sink: Sink) -> None:
        """Replace a track. Field names as the sample has them, then also as the table has them (§3.7)."""
        self._check(channel)
        body: dict[str, Any] = {"cruises_id": track.id, "cruise_type": TYPE, "cruise_name": track.name}
        plain = [_sent(one, "dwell_time") for one in track.points]
        both = [row | {"dwel_time": row["dwell_time"], "speedLevel": row["speed_level"]} for row in plain]

        async def send() -> None:
            path = f"{dc(channel)}/cruise-track"
            try:
                await self._context.client.call("PUT", path, body=body | {"cruise_points": plain})
            except RejectedError as error:
                if error.code not in PARAMETER_CODES:
                    raise
                await self._context.client.call("PUT", path, body=body | {"cruise_points": both})

        await self._guarded(channel, send())
        await self._changed_here(channel, sink)

    async def delete(self, channel: ChannelAddress, id_: int, sink: Sink) -> None:
        """Delete a track. Raises `NotConfirmedError` if it is still there afterwards."""
        self._check(channel)
        call = self._context.client.call("DELETE", f"{dc(channel)}/cruise-track", body={"cruises_id": id_})
        await self._guarded(channel, call)
        if await self._changed_here(channel, sink) is not None and any(one == id_ for one, _ in self.tracks(channel)):
            raise NotConfirmedError(self._context.name(channel), wanted=f"no track {id_}", found=f"track {id_}")

    # calls

    @override
    async def _read(self, channel: ChannelAddress) -> tuple[Preset, ...]:
        """Read a list, in the order of ids, and which of it runs."""
        self._check(channel)
        path = f"{dc(channel)}/cruise-track/list"
        answer = await self._guarded(channel, self._context.client.call("GET", path))
        found: dict[int, Preset] = {}
        enabled: dict[int, bool | None] = {}
        for row in answer.children("cruises_ids", "cruise_ids"):
            id_ = row.integer("cruises_id", "cruise_id")
            if id_ is not None and id_ >= 1:
                name = row.text("cruises_name", "cruise_name") or str(id_)
                found[id_] = Preset(id_, name[:LONGEST_OPTION])
                enabled[id_] = {OPEN: True, CLOSE: False}.get((row.text("enable_cruise") or "").upper())
        self._enabled[channel.key] = enabled
        return tuple(found[id_] for id_ in sorted(found))


def _id_of(address: ChannelAddress) -> int:
    """Return the track of an address; 0 is none."""
    return int(address.detail) if address.detail.isdecimal() else 0


def _point(row: Fields) -> Point | None:
    """Read a point in any spelling (§6.1 row 15); None for one that names no preset."""
    preset = row.integer("preset_index")
    if preset is None:
        return None
    dwell, speed = row.integer("dwell_time", "dwel_time"), row.integer("speed_level", "speedLevel")
    return Point(preset=preset, dwell=dwell, speed=speed)


def _sent(point: Point, dwell: str) -> dict[str, Any]:
    """Write a point: 30 s and the middle speed where nothing else is said."""
    return {
        "preset_index": point.preset,
        dwell: 30 if point.dwell is None else point.dwell,
        "speed_level": 5 if point.speed is None else point.speed,
    }
