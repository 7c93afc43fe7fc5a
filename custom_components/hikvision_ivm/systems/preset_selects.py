"""Selects whose options are lists that a camera keeps: read when somebody looks, kept for long, told when they change."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import replace
import logging
from typing import Final

from .base import Runtime
from .errors import SystemFailure
from .kinds import Kind
from .model import UNKNOWN, Inventory, SelectFeature, Unknown
from .presets import Preset, options_of

_LOGGER = logging.getLogger(__name__)

SLICE: Final = 8
"""Lists that are read at once."""
AGAIN_SECONDS: Final = 900.0
"""After so long a list is read again that could not be read."""

type Key = tuple[Kind, str]
"""Kind of a list, and the id of the camera that it belongs to."""


class PresetSelects[Camera]:
    """The lists of one system's cameras.

    `read` asks for one list. `camera_of` returns the camera of a select and its id, None for another select. `refused`:
    whether the lists of a kind and camera are known not to be there. `fresh`: seconds for which a list is believed.
    """

    def __init__(
        self,
        runtime: Runtime,
        inventory: Callable[[], Inventory],
        read: Callable[[Kind, Camera], Awaitable[tuple[Preset, ...]]],
        camera_of: Callable[[SelectFeature], tuple[str, Camera] | None],
        *,
        fresh: float,
        refused: Callable[[Kind, Camera], bool] = lambda kind, camera: False,
    ) -> None:
        """Does no I/O."""
        self._runtime = runtime
        self._inventory = inventory
        self._read = read
        self._camera_of = camera_of
        self._fresh = fresh
        self._refused = refused
        self._lists: dict[Key, tuple[Preset, ...]] = {}
        self._due: dict[Key, float] = {}
        self._indexed: Inventory | None = None
        self._selects: tuple[tuple[SelectFeature, Key, Camera], ...] = ()

    def options(self, kind: Kind, id_: str) -> Mapping[str, int]:
        """Return the options that are known of a camera → their numbers."""
        return options_of(self._lists.get((kind, id_), ()))

    def option(self, kind: Kind, id_: str, index: int | None) -> str | Unknown:
        """Return the option of a number."""
        return next((option for option, number in self.options(kind, id_).items() if number == index), UNKNOWN)

    async def read(self, kind: Kind, id_: str, camera: Camera) -> tuple[Preset, ...]:
        """Read a list now and keep it. Raises `SystemFailure`."""
        found = await self._read(kind, camera)
        self._lists[kind, id_] = found
        self._due[kind, id_] = self._runtime.monotonic() + self._fresh
        return found

    async def known(self, kind: Kind, id_: str, camera: Camera) -> tuple[Preset, ...]:
        """Return a list, read now if it never was. Raises `SystemFailure`."""
        found = self._lists.get((kind, id_))
        return await self.read(kind, id_, camera) if found is None else found

    def expire(self, kind: Kind, id_: str) -> None:
        """Let a list be read again with the next slice."""
        self._due[kind, id_] = self._runtime.monotonic()

    async def slice(self, wanted: Collection[str], *, most: int = SLICE) -> tuple[int, list[Camera]]:
        """Read the lists that are due, of selects in `wanted`; returns how many, and the cameras of those that changed.

        What cannot be read is tried again later, quietly: it costs a select its options and nothing else.
        """
        now = self._runtime.monotonic()
        due: dict[Key, Camera] = {}
        for key, camera in sorted(self._due_selects(wanted, now), key=lambda one: self._due.get(one[0], -1.0)):
            due.setdefault(key, camera)
        chosen = dict(list(due.items())[:most])
        before = {key: self._lists.get(key) for key in chosen}
        await asyncio.gather(*(self._try_to_read(key, camera) for key, camera in chosen.items()))
        return len(chosen), [chosen[key] for key, known in before.items() if self._lists.get(key) != known]

    def with_options(self, features: Iterable[object]) -> list[SelectFeature]:
        """Return the selects whose options are others than those they have, with these."""
        found = []
        for feature in features:
            if not isinstance(feature, SelectFeature) or (named := self._camera_of(feature)) is None:
                continue
            known = self._lists.get((feature.kind, named[0]))
            if known is not None and (options := tuple(options_of(known))) != feature.options:
                found.append(replace(feature, options=options))
        return found

    async def _try_to_read(self, key: Key, camera: Camera) -> None:
        """Read a list; one that cannot be read stays as it is and is tried again later."""
        try:
            await self.read(*key, camera)
        except SystemFailure as error:
            self._due[key] = self._runtime.monotonic() + AGAIN_SECONDS
            _LOGGER.debug("The list %s of a camera could not be read: %s", key[0], error)

    def _due_selects(self, wanted: Collection[str], now: float) -> Iterable[tuple[Key, Camera]]:
        """Return the lists of selects somebody looks at that are to be read."""
        inventory = self._inventory()
        if inventory is not self._indexed:
            named = ((one, self._camera_of(one)) for one in inventory.of(SelectFeature))
            self._selects = tuple((one, (one.kind, found[0]), found[1]) for one, found in named if found is not None)
            self._indexed = inventory
        return (
            (key, camera)
            for one, key, camera in self._selects
            if one.id in wanted and self._due.get(key, now) <= now and not self._refused(one.kind, camera)
        )
