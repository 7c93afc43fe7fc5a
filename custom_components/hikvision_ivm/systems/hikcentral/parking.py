"""Parking lots, their floors and spaces: what is free, and who stands where (hikcentral §3.14).

Nothing of it is pushed. -1 stands for "not configured" and is unknown.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, override

from ..background import together
from ..errors import (
    InsufficientRightsError,
    NotFoundError,
    ProtocolError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from ..kinds import Kind
from ..model import Feature, ImageFeature, Occurrence, Phase, Picture, Report, SensorFeature
from ..times import parse_time
from ..transport.json import Fields
from .lists import Lists
from .polled import Domain, Values, forget, merged, of_device, put
from .records import Floor, ParkingLot, Space

if TYPE_CHECKING:
    from .client import HikCentralClient
    from .context import Context

LOTS: Final = "vehicle/v1/parkinglot/list"
FLOORS: Final = "vehicle/v1/floor/overview"
SPACES: Final = "vehicle/v1/floor/parkingspace/status"
STORED: Final = "frs/v1/application/picture"
PASSED: Final = "pms/v1/image_data"

LOTS_SECONDS: Final = 60.0
SPACES_SECONDS: Final = 30.0
FLOORS_AT_ONCE: Final = 20
"""Floors whose spaces are read in one poll."""
_ALL: Final = "all"
SPACE_STATES: Final[Mapping[int, str]] = MappingProxyType({1: "vacant", 2: "occupied", 3: "overtime", 4: "violation"})
"""`status` of a space; whatever is not vacant is taken."""
_STORES: Final = ("Dev://", "Server://", "Vsm://")
_NUMBERS: Final = frozenset(
    {
        Kind.SPACES_TOTAL, Kind.SPACES_FREE, Kind.SPACES_REGISTERED, Kind.SPACES_REGISTERED_FREE,
        Kind.MAX_PARKING_TIME,
    }
)  # fmt: skip
_OF_SPACES: Final = frozenset({Kind.PARKING_SPACE, Kind.SPACE_PICTURE})


class Parking(Domain):
    """What is free. Values: numbers of spaces, hours; a space is on while something stands on it."""

    kinds = _NUMBERS | _OF_SPACES

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        super().__init__(context)
        self._lists = Lists(context.client)
        self._spaces: dict[str, Space] = {}

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        devices = of_device(self.wanted(wanted))
        facts = self.context.facts()
        lots = {one: found for lot in facts.lots if (found := devices.get(one := self.device("lot", lot)))}
        floors = {one: devices.get(self.device("floor", one), []) for one in facts.floors}
        reads = []
        if lots and self.rhythm.due("lots", LOTS_SECONDS, (_ALL,)):
            reads.append(self._read_lots([one for found in lots.values() for one in found]))
        counted = [one for found in floors.values() for one in found if one.kind in _NUMBERS]
        if counted and self.rhythm.due("floors", LOTS_SECONDS, (_ALL,)):
            reads.append(self._read_floors(counted))
        watched = {
            floor: of_spaces
            for floor, found in floors.items()
            if (of_spaces := [one for one in found if one.kind in _OF_SPACES])
        }
        due = self.rhythm.due("spaces", SPACES_SECONDS, watched, most=FLOORS_AT_ONCE)
        reads += [self._read_spaces(floor, watched[floor]) for floor in due]
        return merged(await together(reads))

    async def image(self, feature: ImageFeature) -> Picture | None:
        """Fetch the latest picture of a space; None if there is none. Raises `SystemFailure`."""
        space = feature.part
        if space not in self._spaces:
            address = feature.address
            floor = address.floor if isinstance(address, Space) else getattr(address, "id", "")
            self._keep(await self._lists.whole(SPACES, {"floorIndexCode": floor}), floor)
        found = self._spaces.get(space)
        return None if found is None or found.picture is None else await stored_picture(self.client, found.picture)

    async def _rows(
        self, topic: str, one: str, period: float, path: str, body: Mapping[str, str]
    ) -> list[Fields] | None:
        """Read a list that comes whole; None if it could not be read."""
        return await self.attempt(topic, period, (one,), self._lists.whole(path, body))

    async def _read_lots(self, features: Sequence[Feature]) -> Report:
        """Read the figures of all lots."""
        values: Values = {}
        rows = await self._rows("lots", _ALL, LOTS_SECONDS, LOTS, {})
        if rows is None:
            if self.lost("lots", _ALL):
                forget(values, features)
            return Report(values=values)
        lots = {self.device("lot", lot.id): lot for row in rows if (lot := ParkingLot.read(row)) is not None}
        for feature in features:
            lot = lots.get(feature.device_id)
            figures = {} if lot is None else {
                Kind.SPACES_TOTAL: lot.total,
                Kind.SPACES_FREE: lot.free,
                Kind.SPACES_REGISTERED: lot.registered,
                Kind.SPACES_REGISTERED_FREE: lot.registered_free,
                Kind.MAX_PARKING_TIME: lot.max_hours,
            }  # fmt: skip
            put(values, feature, figures.get(feature.kind))
        return Report(values=values)

    async def _read_floors(self, features: Sequence[Feature]) -> Report:
        """Read the figures of all floors, and of the types of their spaces (`part`)."""
        values: Values = {}
        rows = await self._rows("floors", _ALL, LOTS_SECONDS, FLOORS, {})
        if rows is None:
            if self.lost("floors", _ALL):
                forget(values, features)
            return Report(values=values)
        figures: dict[tuple[str, str, Kind], int | None] = {}
        for row in rows:
            if (floor := Floor.read(row)) is None:
                continue
            device = self.device("floor", floor.id)
            figures[device, "", Kind.SPACES_TOTAL] = floor.total
            figures[device, "", Kind.SPACES_FREE] = floor.free
            for kind in floor.types:
                figures[device, kind.id, Kind.SPACES_TOTAL] = kind.total
                figures[device, kind.id, Kind.SPACES_FREE] = kind.free
        for feature in features:
            put(values, feature, figures.get((feature.device_id, feature.part, feature.kind)))
        return Report(values=values)

    async def _read_spaces(self, floor: str, features: Sequence[Feature]) -> Report:
        """Read the state of every space of a floor."""
        values: Values = {}
        states = [one for one in features if one.kind is Kind.PARKING_SPACE]
        before = self._spaces
        rows = await self._rows("spaces", floor, SPACES_SECONDS, SPACES, {"floorIndexCode": floor})
        if rows is None:
            if self.lost("spaces", floor):
                forget(values, states)
            return Report(values=values)
        self._keep(rows, floor)
        for feature in states:
            word = SPACE_STATES.get(space.status or 0) if (space := self._spaces.get(feature.part)) else None
            put(values, feature, _state(feature, word))
        pictures = (one for one in features if one.kind is Kind.SPACE_PICTURE)
        fresh = [one for one in pictures if (new := _picture(self._spaces, one)) and new != _picture(before, one)]
        return Report(values=values, occurrences=tuple(self._pictured(one) for one in fresh))

    def _pictured(self, feature: Feature) -> Occurrence:
        """Tell that there is another picture of a space; it is fetched when somebody looks."""
        space = self._spaces[feature.part]
        return Occurrence(
            device_id=feature.device_id,
            kind=Kind.SPACE_PICTURE,
            phase=Phase.PULSE,
            code=Kind.SPACE_PICTURE.value,
            received=self.runtime.now(),
            time=parse_time(space.since, self.runtime.zone),
            features=(feature.id,),
        )

    def _keep(self, rows: Sequence[Fields], floor: str) -> None:
        """Keep the spaces of a floor as they were read last."""
        others = {one: space for one, space in self._spaces.items() if space.floor != floor}
        self._spaces = others | {space.id: space for row in rows if (space := Space.read(row, floor)) is not None}


def _state(feature: Feature, word: str | None) -> bool | str | None:
    """Return the value of a space: whether it is taken, or the word of its state."""
    if word is None or isinstance(feature, SensorFeature):
        return word
    return word != SPACE_STATES[1]


def _picture(spaces: Mapping[str, Space], feature: Feature) -> str | None:
    """Return the address of the picture of a space."""
    return space.picture if (space := spaces.get(feature.part)) is not None else None


async def stored_picture(client: HikCentralClient, address: str) -> Picture | None:
    """Fetch a picture of parking or of a vehicle; None if the platform has it no more (hikcentral §3.9).

    Which of two calls serves these addresses is documented for none of them.
    """
    calls = [(PASSED, "picUri")]
    if address.startswith(_STORES):
        calls.insert(0, (STORED, "url"))
    failure: SystemFailure | None = None
    for path, name in calls:
        try:
            return await client.picture(path, {name: address})
        except (ProtocolError, RejectedError, NotFoundError, UnsupportedError, InsufficientRightsError) as error:
            failure = failure or error
    if isinstance(failure, (ProtocolError, NotFoundError)):
        return None
    raise failure or ProtocolError(reason="the answer is no picture")
