"""Which cameras are recorded, by the recording servers' own account (hikcentral §3.2, T14).

Server by server and pool by pool, for there is no other way to ask. Pools of pictures are skipped.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, override

from ..background import together
from ..kinds import Kind
from ..model import CameraFeature, Feature, Report
from ..transport.json import Fields
from ..values import CameraValue
from .context import Context
from .lists import Lists
from .polled import Domain, Values, by_record, put
from .recording_states import EXCEPTION, NOT_RECORDING, RECORDING, RECORDING_STATES, SEARCH_FAILED, STATUS
from .records import Camera, Pool

PERIOD_SECONDS: Final = 300.0
_PICTURES: Final = 3
"""`storageType` of rows that are not about video."""
_ORDER: Final = (RECORDING, EXCEPTION, NOT_RECORDING, SEARCH_FAILED)
"""Which state counts if a camera is in several pools."""
_TOPIC: Final = "recording"


class Recordings(Domain):
    """Values: whether a camera is recorded, in a word and as bool; 4 and a failed search are unknown."""

    kinds = frozenset({Kind.RECORDING, Kind.RECORDING_STATE, Kind.MAIN_STREAM, Kind.SUB_STREAM})

    def __init__(self, context: Context, lists: Lists) -> None:
        """Does no I/O."""
        super().__init__(context)
        self._lists = lists

    @override
    def takes(self, feature: Feature) -> bool:
        return isinstance(feature.address, Camera)

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        watched = [one for one in self.wanted(wanted) if not isinstance(one, CameraFeature)]
        facts = self.context.facts()
        pools = {f"{pool.server}/{pool.id}": pool for pool in facts.pools.values() if not pool.pictures}
        if not watched or not pools or not self.rhythm.due(_TOPIC, PERIOD_SECONDS, ("all",)):
            return Report()
        found = await together(self._read(name, pool) for name, pool in pools.items())
        states = _states(row for rows in found if rows is not None for row in rows)
        missed = [name for name, rows in zip(pools, found, strict=True) if rows is None]
        if missed:
            self.rhythm.again(_TOPIC, PERIOD_SECONDS, ("all",))
        # A camera that is in no list may be in one that could not be read.
        unsure = any(not self.lost(_TOPIC, name) for name in missed)
        values: Values = {}
        cameras = by_record(self.wanted(wanted), Camera)
        for camera in {one.address.id for one in watched if isinstance(one.address, Camera)}:
            if camera in states or not unsure:
                self._put(values, cameras[camera], states.get(camera))
        return Report(values=values)

    async def _read(self, name: str, pool: Pool) -> list[Fields] | None:
        """Read the cameras of a pool; None if that failed."""
        body = {"recordServerIndexCode": pool.server, "poolID": pool.id}
        return await self.attempt(_TOPIC, PERIOD_SECONDS, (name,), self._lists.read(STATUS, body))

    @staticmethod
    def _put(values: Values, features: Iterable[Feature], state: int | None) -> None:
        """Take in the state of a camera."""
        recorded = {RECORDING: True, NOT_RECORDING: False, EXCEPTION: False}.get(-1 if state is None else state)
        for feature in features:
            if isinstance(feature, CameraFeature):
                put(values, feature, None if recorded is None else CameraValue(recording=recorded))
            elif feature.kind is Kind.RECORDING:
                put(values, feature, recorded)
            else:
                put(values, feature, None if state is None else RECORDING_STATES.get(state))


def _states(rows: Iterable[Fields]) -> Mapping[str, int]:
    """Return the state of every camera that a row names; the one that says most where several do."""
    states: dict[str, int] = {}
    for row in rows:
        camera, state = row.text("cameraIndexCode"), row.integer("recordingStatus")
        if camera is None or state not in _ORDER or row.integer("storageType") == _PICTURES:
            continue
        before = states.get(camera)
        if before is None or _ORDER.index(state) < _ORDER.index(before):
            states[camera] = state
    return states
