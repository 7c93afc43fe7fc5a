"""Presets of cameras that speak the maker's own protocol (ivm §3.6).

Lists come with a picture of each preset, which is dropped at once: they are read when somebody looks, twice a day, and
after this side changed them. The cloud does not tell where a camera looks: known is only where this side sent it last.
"""

from collections.abc import Iterable, Mapping
import logging
import re
from typing import Any, Final, override

from ..base import Sink
from ..errors import InvalidArgumentError, NotConfirmedError, RejectedError
from ..kinds import Kind
from ..model import Feature, Report, SelectFeature, Unknown, Value
from ..presets import LONGEST_OPTION, Preset, number_of, options_of
from ..transport.json import Fields
from .capabilities import Gate
from .channel_features import ChannelFeatures
from .channel_lists import ChannelLists
from .context import Context
from .places import dc
from .ptz import Ptz, channel_of, id_of
from .records import ChannelAddress

_LOGGER = logging.getLogger(__name__)

HIGHEST: Final = 512
_NAME: Final = re.compile(r"[\w \-.]{1,128}")
PARAMETER_CODES: Final = frozenset({"IVM.10020001", "IVM.10020008"})
"""Said to a parameter of a form that is not taken; nothing was done."""


class Presets(ChannelLists):
    """The presets of one account's cameras."""

    kind = Kind.PTZ_PRESET
    kinds = frozenset({Kind.PTZ_PRESET})
    words = "presets"
    gate = Gate.PRESETS

    def __init__(self, context: Context, features: ChannelFeatures, ptz: Ptz) -> None:
        """Does no I/O."""
        super().__init__(context, features)
        self._ptz = ptz
        self._at: dict[tuple[str, str], int] = {}
        self._as_text = False
        ptz.moved = self._left

    def options(self, channel: ChannelAddress) -> tuple[str, ...]:
        """Return the options that are known of a camera's select."""
        return tuple(self._lists.options(Kind.PTZ_PRESET, id_of(channel)))

    @override
    def report(self, features: Iterable[Feature]) -> Report:
        """Return the values of all features that are such selects."""
        values: dict[str, Value | Unknown] = {}
        for feature in features:
            if isinstance(feature, SelectFeature) and feature.kind is Kind.PTZ_PRESET:
                channel = channel_of(feature)
                index = self._at.get(channel.key)
                values[feature.id] = self._lists.option(Kind.PTZ_PRESET, id_of(channel), index)
        return Report(values=values)

    # commands

    async def select(self, feature: SelectFeature, option: str, sink: Sink) -> None:
        """Go to the preset of an option. Raises `InvalidArgumentError` for one that is none (any more), and as `goto`."""
        channel = channel_of(feature)
        index = options_of(await self.known(channel)).get(option)
        if index is None:
            raise InvalidArgumentError(field="option", reason=f"{self._context.name(channel)} has no such preset")
        await self.goto(channel, index, sink)

    async def number(self, channel: ChannelAddress, named: str) -> int:
        """Return the number of a preset that is named by its number, name or option. Raises `InvalidArgumentError`."""
        if named.isdecimal() and len(named) <= len(str(HIGHEST)):
            if 1 <= int(named) <= HIGHEST:
                return int(named)
            raise InvalidArgumentError(field="preset", reason=f"{named} is not between 1 and {HIGHEST}")
        index = number_of(await self.known(channel), named)
        if index is None:
            reason = f"{self._context.name(channel)} has no preset of this name, or several"
            raise InvalidArgumentError(field="preset", reason=reason)
        return index

    async def goto(self, channel: ChannelAddress, index: int, sink: Sink) -> None:
        """Send a camera to a preset. Raises `OccupiedError` while somebody else moves it, and the client's errors."""
        self._check(channel)

        async def go(token: str) -> None:
            # The token bears another name than in other commands (§6.1 row 13).
            await self._numbered("POST", f"{dc(channel)}/preset-position/move", index, {"control_token": token})

        await self._guarded(channel, self._ptz.alone(channel, go))
        self._at[channel.key] = index
        self._tell([channel], sink)

    async def save(self, channel: ChannelAddress, name: str, sink: Sink, *, index: int | None = None) -> int:
        """Make a preset of where a camera looks now, and return its number.

        `index` is for cameras without a recorder: a recorder chooses it. None: the first that is free. Raises
        `InvalidArgumentError`, `NotConfirmedError` if the preset is not there afterwards, and the client's errors.
        """
        self._check(channel)
        _check_name(name)
        direct = self._is_direct(channel)
        if index is not None and not direct:
            raise InvalidArgumentError(field="preset", reason="is chosen by the recorder; leave it out")
        free = await self._free(channel) if index is None else index
        with_index, without = {"preset_name": name, "index": free}, {"preset_name": name}
        path = f"{dc(channel)}/preset-position"
        bodies = (with_index, without) if direct else (without, with_index)
        answer = await self._guarded(channel, self._either("POST", path, bodies[0], bodies[1]))
        made = answer.integer("preset_index")
        if made is None:
            made = free if direct else None
        presets = await self._changed_here(channel, sink)
        if made is None and presets is not None:
            made = number_of(presets, name)
        if made is None or (presets is not None and all(one.index != made for one in presets)):
            raise NotConfirmedError(self._context.name(channel), wanted=f"preset {name}", found=f"no preset {name}")
        self._at[channel.key] = made
        self._tell([channel], sink)
        return made

    async def rename(self, channel: ChannelAddress, index: int, name: str, sink: Sink) -> None:
        """Give a preset another name; the camera takes a new picture of it, and may take the place it looks at, too.

        Raises as `save`.
        """
        self._check(channel)
        _check_name(name)
        path = f"{dc(channel)}/preset-position"
        await self._guarded(channel, self._numbered("PUT", path, index, {"preset_name": name}))
        presets = await self._changed_here(channel, sink)
        if presets is not None and Preset(index, name[:LONGEST_OPTION]) not in presets:
            found = next((one.name for one in presets if one.index == index), f"no preset {index}")
            raise NotConfirmedError(self._context.name(channel), wanted=name, found=found)

    async def delete(self, channel: ChannelAddress, index: int, sink: Sink) -> None:
        """Delete a preset. Raises `NotConfirmedError` if it is still there afterwards, and the client's errors."""
        self._check(channel)
        await self._guarded(channel, self._numbered("DELETE", f"{dc(channel)}/preset-position", index, {}))
        if self._at.get(channel.key) == index:
            del self._at[channel.key]
        presets = await self._changed_here(channel, sink)
        if presets is not None and any(one.index == index for one in presets):
            raise NotConfirmedError(self._context.name(channel), wanted=f"no preset {index}", found=f"preset {index}")

    # calls

    @override
    async def _read(self, channel: ChannelAddress) -> tuple[Preset, ...]:
        """Read a list, in the order of numbers."""
        self._check(channel)
        path = f"{dc(channel)}/preset-position"
        answer = await self._guarded(channel, self._context.client.call("GET", path))
        found: dict[int, Preset] = {}
        for row in answer.children("preset_positions"):
            index = row.integer("preset_index")
            if index is not None and 1 <= index <= HIGHEST:
                found[index] = Preset(index, (row.text("preset_name") or str(index))[:LONGEST_OPTION])
        return tuple(found[index] for index in sorted(found))

    async def _numbered(self, method: str, path: str, index: int, more: Mapping[str, Any]) -> Fields:
        """Send a number: as one, as the samples do, else as text, as the tables do (§6.1 row 14)."""
        forms: list[int | str] = [str(index), index] if self._as_text else [index, str(index)]
        bodies = [{**more, "preset_index": form} for form in forms]
        try:
            return await self._context.client.call(method, path, body=bodies[0])
        except RejectedError as error:
            if error.code not in PARAMETER_CODES:
                raise
            first = error
        try:
            answer = await self._context.client.call(method, path, body=bodies[1])
        except RejectedError as error:
            raise (first if error.code in PARAMETER_CODES else error) from None
        self._as_text = not self._as_text
        return answer

    async def _either(self, method: str, path: str, body: Mapping[str, Any], other: Mapping[str, Any]) -> Fields:
        """Send a body, and another one if its parameters are refused."""
        try:
            return await self._context.client.call(method, path, body=body)
        except RejectedError as error:
            if error.code not in PARAMETER_CODES:
                raise
            first = error
        try:
            return await self._context.client.call(method, path, body=other)
        except RejectedError as error:
            raise (first if error.code in PARAMETER_CODES else error) from None

    async def _free(self, channel: ChannelAddress) -> int:
        """Return the first number that is free, of a list that is read now. Raises `InvalidArgumentError`."""
        taken = {preset.index for preset in await self.read(channel)}
        index = next((number for number in range(1, HIGHEST + 1) if number not in taken), None)
        if index is None:
            raise InvalidArgumentError(field="preset", reason=f"{self._context.name(channel)} has {HIGHEST} already")
        return index

    # what is known

    def _is_direct(self, channel: ChannelAddress) -> bool:
        """Whether a camera is connected without a recorder; a guess where its type is not known."""
        device = self._context.device(channel.device)
        return device is None or (device.type or "IP").upper().startswith("IP")

    def _left(self, channel: ChannelAddress) -> None:
        """Take note that a camera left its preset, or that it is on its way."""
        if self._at.pop(channel.key, None) is not None:
            self._context.deliver(self.report(self._features.of(channel.key, self.kinds)))


def _check_name(name: str) -> None:
    """Raise `InvalidArgumentError` for a name that the cloud does not take (L10669)."""
    if _NAME.fullmatch(name) is None:
        reason = "is not 1 to 128 letters, digits, blanks, hyphens, underscores and dots"
        raise InvalidArgumentError(field="name", reason=reason)
