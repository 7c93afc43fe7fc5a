"""Reading the details that no list call of the inventory told: settings, and states of terminals behind a recorder.

Only what somebody looks at is read. Right after the inventory in one burst of limited length, later in slices, always
what was not read for longest. Lists of all channels come first; items are read where a list is refused.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Final

from ..base import Runtime
from ..errors import AuthenticationError, ConnectionFailedError, NotActivatedError, SystemFailure
from ..model import Feature, Inventory, Report, SwitchFeature
from . import ports
from .client import IsapiClient
from .poll import STATEFUL, Values, state_path
from .records import IoPort, Setting, UnitKind
from .settings import Settings

BURST: Final = 50
"""Requests after which the reading of details stops; the rest trickles."""
SLICES: Final[Mapping[UnitKind, int]] = {UnitKind.CAMERA: 1, UnitKind.RECORDER: 2}
"""Groups that are read in a slice; each costs one request."""
_LEAST_OF_LIST: Final = 2
"""Members that make a list worth its request."""
_NEVER: Final = float("-inf")


class Details:
    """The details of one device. `paths`: the documents they are in."""

    def __init__(self, client: IsapiClient, settings: Settings, runtime: Runtime) -> None:
        """Does no I/O. `use` tells what there is."""
        self._client = client
        self._settings = settings
        self._runtime = runtime
        self._read_at: dict[str, float] = {}
        self._just_read: set[str] = set()
        self._good_lists: set[str] = set()
        self._bad_lists: set[str] = set()
        self._features: Mapping[str, Feature] = {}
        self.paths: frozenset[str] = frozenset()

    def use(self, inventory: Inventory) -> None:
        """Take over what exists; what is gone is forgotten."""
        self._features = {
            feature.id: feature
            for feature in inventory.features.values()
            if isinstance(feature.address, Setting) or _is_remote(feature)
        }
        self.paths = frozenset(_path(feature) for feature in self._features.values())
        self._read_at = {key: moment for key, moment in self._read_at.items() if key in self._features}

    async def burst(self, wanted: Collection[str], away: Collection[str], spent: int = 0) -> AsyncIterator[Report]:
        """Read what was never read, until `BURST` requests are spent; one report per group.

        `away`: ids of devices that cannot be asked. `spent`: requests spent before. Raises `AuthenticationError`, and
        `ConnectionFailedError` when nothing answers.
        """
        start = self._client.requests - spent
        while self._client.requests - start < BURST:
            fresh = [feature for feature in self._candidates(wanted, away) if feature.id not in self._read_at]
            if not fresh:
                break
            yield await self._read_next(fresh)

    async def slice(self, wanted: Collection[str], away: Collection[str], kind: UnitKind) -> Report:
        """Read what was not read for longest. Raises as `burst`."""
        values: Values = {}
        self._just_read.clear()
        for _ in range(SLICES[kind]):
            candidates = [one for one in self._candidates(wanted, away) if one.id not in self._just_read]
            if candidates:
                values.update((await self._read_next(candidates)).values)
        await self._client.prove_alive()
        return Report(values=values)

    def _candidates(self, wanted: Collection[str], away: Collection[str]) -> list[Feature]:
        """Return what can be read, in the order of the inventory."""
        refused = self._client.refused
        return [
            feature
            for feature in self._features.values()
            if feature.id in wanted and feature.device_id not in away and _path(feature) not in refused
        ]

    def _listing(self, feature: Feature, sizes: Mapping[str, int]) -> str | None:
        """Return the list that a feature is best read from."""
        listing = feature.address.listing if isinstance(feature.address, Setting) else None
        if listing is None or sizes[listing] < _LEAST_OF_LIST:
            return None
        return None if listing in self._bad_lists or listing in self._client.refused else listing

    async def _read_next(self, candidates: list[Feature]) -> Report:
        """Read the group with what was not read for longest; of those the ones with a list first."""
        sizes: dict[str, int] = defaultdict(int)
        for feature in candidates:
            if isinstance(feature.address, Setting) and feature.address.listing is not None:
                sizes[feature.address.listing] += 1

        def turn(feature: Feature) -> tuple[float, bool]:
            return self._read_at.get(feature.id, _NEVER), self._listing(feature, sizes) is None

        oldest = min(candidates, key=turn)
        listing = self._listing(oldest, sizes)
        if listing is None:
            group = [feature for feature in candidates if _path(feature) == _path(oldest)]
        else:
            group = [feature for feature in candidates if self._listing(feature, sizes) == listing]
        try:
            if listing is not None and listing not in self._good_lists:
                await self._try(listing)
                return Report()
            now = self._runtime.monotonic()
            self._read_at.update((feature.id, now) for feature in group)
            self._just_read.update(feature.id for feature in group)
            return await self._read(group)
        except ConnectionFailedError:
            await self._client.prove_alive()
        return Report()

    async def _try(self, listing: str) -> None:
        """Find out whether the device has a list, before every member might cost a request of its own."""
        self._bad_lists.add(listing)
        try:
            await self._client.get(listing)
        except AuthenticationError, NotActivatedError, ConnectionFailedError:
            raise
        except SystemFailure:
            # Refused or malformed: its members are read one by one.
            return
        self._bad_lists.discard(listing)
        self._good_lists.add(listing)

    async def _read(self, group: Iterable[Feature]) -> Report:
        """Read one group."""
        switches = [f for f in group if isinstance(f, SwitchFeature) and isinstance(f.address, Setting)]
        if switches:
            return await self._settings.read(switches)
        values: Values = {}
        for feature in group:
            port = feature.address
            if not isinstance(port, IoPort):
                continue
            try:
                states = ports.states_of(await self._client.get(state_path(port)))
            except AuthenticationError, NotActivatedError, ConnectionFailedError:
                raise
            except SystemFailure:
                # Some recorders do not tell the states of their cameras' terminals; the client remembers that.
                continue
            if (state := states.get((port.output, port.id))) is not None:
                values[feature.id] = state
        return Report(values=values)


def _is_remote(feature: Feature) -> bool:
    """Whether a feature is the state of a terminal behind a recorder, which no list tells."""
    return feature.kind in STATEFUL and isinstance(feature.address, IoPort) and feature.address.proxied


def _path(feature: Feature) -> str:
    """Return the document of a feature."""
    address = feature.address
    return address.path if isinstance(address, Setting) else state_path(address) if isinstance(address, IoPort) else ""
