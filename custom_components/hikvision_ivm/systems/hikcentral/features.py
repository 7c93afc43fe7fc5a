"""From facts to devices and features: what a platform becomes in Home Assistant (hikcentral §7.1, §7.3)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
import logging
from typing import Any, Protocol

from ..kinds import Kind
from ..model import Feature, Inventory, SelectFeature
from ..settings import SIRENS
from .care import AREAS
from .equipment import Equipped
from .feature_rows import Row, Wishes, features
from .features_access import CONTROLLER, DOOR, INPUT, OUTPUT, SIREN
from .features_places import BED, BED_AREA, FLOOR, GROUP, LOT, ROOM, SPACE, VEHICLE
from .features_platform import HUB, INTELLIGENT_SERVER, MANAGEMENT, POOL, RECORD_SERVER, RULE, STREAM_SERVER
from .features_video import EQUIPMENT, camera_features
from .records import Facts
from .seen import SEEN
from .selection import Selection, chosen

_LOGGER = logging.getLogger(__name__)


class Record(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """Id in the namespace of its type."""


def build(
    facts: Facts,
    uid: str,
    options: Mapping[str, Any],
    *,
    url: str | None = None,
    refused: Collection[str] = (),
    faces: Collection[str] = (),
    known: Inventory | None = None,
) -> Inventory:
    """Turn what exists into devices and features, without I/O. For 3,000 cameras better beside the event loop.

    `uid`: unique id of the system, the hub's device id. `url`: address of the platform's own pages. `refused`: paths the
    platform does not answer. `faces`: device ids of cameras that were seen to compare faces. `known`: the inventory
    before, whose choices of selects are kept, for they are read later than everything else.
    """
    wishes = Wishes.of(options, refused)
    equipped = Equipped(Selection(facts, options), uid, plates="plates" in wishes.personal)
    devices = equipped.all(url=url)
    maker = _Maker(equipped, options, wishes, frozenset(faces))
    by_id: dict[str, Feature] = {}
    skipped = equipped.skipped
    for feature in maker.all():
        if feature.id in by_id:
            skipped += 1
        else:
            by_id[feature.id] = _with_options(feature, known)
    if skipped:
        _LOGGER.warning("%d things have the id of another one and are left out", skipped)
    return Inventory.build(devices.values(), by_id.values())


def seen_faces(memory: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the devices that were seen to compare faces."""
    rows = memory.get(SEEN)
    return frozenset(
        row[0]
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and row[1] == Kind.FACE_PICTURE.value
    )


def _with_options(feature: Feature, known: Inventory | None) -> Feature:
    """Keep the choices that a select had."""
    if known is None or not isinstance(feature, SelectFeature) or feature.options:
        return feature
    before = known.features.get(feature.id)
    return replace(feature, options=before.options) if isinstance(before, SelectFeature) else feature


class _Maker:
    """Makes the features of what is imported."""

    def __init__(self, equipped: Equipped, options: Mapping[str, Any], wishes: Wishes, faces: frozenset[str]) -> None:
        """`faces`: ids of the devices of cameras that compare faces."""
        self._equipped = equipped
        self._chosen = equipped.chosen
        self._facts = equipped.chosen.facts
        self._sirens = chosen(options, SIRENS) or frozenset()
        self._wishes = wishes
        self._faces = faces

    def all(self) -> Iterator[Feature]:
        """Yield every feature."""
        yield from self._hub()
        yield from self._servers()
        yield from self._equipment()
        yield from self._terminals()
        yield from self._places()
        yield from self._care()

    def _each[R: Record](self, rows: tuple[Row[R], ...], prefix: str, records: Mapping[str, R]) -> Iterator[Feature]:
        """Make the features of records that are devices of their own."""
        for record in records.values():
            yield from features(rows, self._equipped.id(prefix, record.id), record, self._wishes)

    def _hub(self) -> Iterator[Feature]:
        uid = self._equipped.uid
        yield from features(HUB, uid, self._facts, self._wishes)
        if self._facts.management is not None:
            yield from features(MANAGEMENT, uid, self._facts.management, self._wishes)
        for rule in self._facts.rules.values():
            yield from features(RULE, uid, rule, self._wishes, part=rule.id, label=rule.name)

    def _servers(self) -> Iterator[Feature]:
        yield from self._each(RECORD_SERVER, "rsrv", self._facts.record_servers)
        yield from self._each(STREAM_SERVER, "ssrv", self._facts.stream_servers)
        yield from self._each(INTELLIGENT_SERVER, "isrv", self._facts.intelligent_servers)
        for pool in self._facts.pools.values():
            if pool.server in self._facts.record_servers:
                server = self._equipped.id("rsrv", pool.server)
                yield from features(POOL, server, pool, self._wishes, part=pool.id, label=pool.name)

    def _equipment(self) -> Iterator[Feature]:
        yield from self._each(EQUIPMENT, "enc", self._chosen.encoders)
        yield from self._each(CONTROLLER, "acs", self._chosen.controllers)
        yield from self._each(EQUIPMENT, "mob", self._chosen.mobile_devices)
        yield from self._each(VEHICLE, "mveh", self._chosen.vehicles)
        yield from self._each(DOOR, "door", self._chosen.doors)
        recorded = bool(self._facts.record_servers)
        for camera in self._chosen.cameras.values():
            device = self._equipped.id("cam", camera.id)
            yield from camera_features(camera, device, self._wishes, recorded=recorded, faces=device in self._faces)

    def _terminals(self) -> Iterator[Feature]:
        """Make the features of alarm inputs and outputs, on the device they belong to."""
        for each in self._chosen.inputs.values():
            device = self._equipped.of(self._facts.parent_of(each))
            yield from features(INPUT, device, each, self._wishes, part=each.id, label=each.name)
        for output in self._chosen.outputs.values():
            rows = SIREN if output.id in self._sirens else OUTPUT
            device = self._equipped.of(self._facts.parent_of(output))
            yield from features(rows, device, output, self._wishes, part=output.id, label=output.name)

    def _places(self) -> Iterator[Feature]:
        yield from self._each(GROUP, "pcg", self._chosen.groups)
        yield from self._each(LOT, "lot", self._facts.lots)
        for floor in self._facts.floors.values():
            device = self._equipped.id("floor", floor.id)
            yield from features(FLOOR, device, floor, self._wishes)
            for type_ in floor.types:
                yield from features(FLOOR, device, floor, self._wishes, part=type_.id, label=type_.name)
        for space in self._facts.spaces.values():
            if space.floor in self._facts.floors:
                device = self._equipped.id("floor", space.floor)
                yield from features(SPACE, device, space, self._wishes, part=space.id, label=space.name)

    def _care(self) -> Iterator[Feature]:
        yield from self._each(ROOM, "room", self._facts.rooms)
        for bed in self._facts.beds.values():
            device = self._equipped.id("bed", bed.room, bed.number)
            yield from features(BED, device, bed, self._wishes)
            for area in AREAS.values():
                yield from features(BED_AREA, device, bed, self._wishes, part=area, label=area)
