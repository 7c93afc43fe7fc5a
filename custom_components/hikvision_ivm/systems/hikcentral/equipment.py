"""Which devices a platform becomes (hikcentral §7.1)."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
import re
from typing import Final

from ..model import Device, DeviceKind
from .places import device_id
from .records import Controller, Encoder, Equipment, MobileDevice, ParkingLot, Vehicle
from .selection import Selection

DEFAULT_NAME: Final = "HikCentral Professional"

_KINDS: Final[Mapping[type[Equipment], tuple[str, DeviceKind]]] = {
    Encoder: ("enc", DeviceKind.ENCODER),
    Controller: ("acs", DeviceKind.ACCESS_CONTROLLER),
    MobileDevice: ("mob", DeviceKind.OTHER),
}
_SERIAL: Final = re.compile(r"(?P<model>i?DS-.+?)(?:20\d{6}[A-Z][A-Z0-9]*)")
"""A serial number that begins with the model, followed by a date and a running number."""
_RECORDER: Final = re.compile(r"(i?DS-\d{4,5}[A-Z].*?)\d\d")
"""A recorder's model in its serial number is followed by how many channels it has."""


def model_of(serial: str | None) -> str | None:
    """Return the model that a serial number begins with (`DS-9632NI-I81620210322CCRR…`); None if it begins with none."""
    if serial is None or (found := _SERIAL.fullmatch(serial)) is None:
        return None
    model = found["model"]
    recorder = _RECORDER.fullmatch(model)
    return recorder[1] if recorder is not None else model


class Equipped:
    """Makes the devices of what is imported, each id once: `skipped` counts those that came twice."""

    def __init__(self, selection: Selection, uid: str, *, plates: bool = False) -> None:
        """`uid`: unique id of the system. `plates`: whether plates may be shown."""
        self.skipped = 0
        self.chosen = selection
        self._facts = selection.facts
        self._places = selection.places
        self.uid = uid
        self._plates = plates
        self._devices: dict[str, Device] = {}

    def id(self, prefix: str, *ids: str) -> str:
        """Return the id of a device in the inventory."""
        return device_id(self.uid, prefix, *ids)

    def of(self, equipment: Equipment | None) -> str:
        """Return the id of the device that something hangs on; the hub's where there is none."""
        if equipment is None:
            return self.uid
        found = self.id(_KINDS[type(equipment)][0], equipment.id)
        return found if found in self._devices else self.uid

    def all(self, *, url: str | None = None) -> Mapping[str, Device]:
        """Return all devices, parents before children. `url`: address of the platform's own pages."""
        self._add(self._hub(url))
        for part in (
            self._sites,
            self._servers,
            self._equipment,
            self._vehicles,
            self._cameras,
            self._doors,
            self._parking,
            self._groups,
            self._rooms,
        ):
            for device in part():
                self._add(device)
        return self._devices

    def _add(self, device: Device) -> None:
        if device.id in self._devices:
            self.skipped += 1
        else:
            self._devices[device.id] = device

    def _hub(self, url: str | None) -> Device:
        product = self._facts.product or DEFAULT_NAME
        return Device(
            id=self.uid,
            name=product,
            kind=DeviceKind.PLATFORM,
            model=product,
            firmware=self._facts.version or None,
            url=url,
            service=True,
        )

    def _sites(self) -> Iterator[Device]:
        for site in self.chosen.sites.values():
            yield Device(
                id=self.id("site", site.id),
                name=site.name,
                kind=DeviceKind.SITE,
                parent=self.uid,
                place=(site.name,),
                service=True,
            )

    def _site(self, site: str | None) -> str:
        """Return the device of a site, the hub where there is none; None is the current site."""
        found = self.id("site", site or self._facts.local_site)
        return found if found in self._devices else self.uid

    def _servers(self) -> Iterator[Device]:
        facts = self._facts
        for prefix, servers in (
            ("rsrv", facts.record_servers),
            ("ssrv", facts.stream_servers),
            ("isrv", facts.intelligent_servers),
        ):
            for server in servers.values():
                yield Device(
                    id=self.id(prefix, server.id),
                    name=server.name,
                    kind=DeviceKind.SERVER,
                    parent=self.uid,
                    service=True,
                )

    def _equipment(self) -> Iterator[Device]:
        chosen = self.chosen
        spots = self._spots()
        for group in (chosen.encoders, chosen.controllers, chosen.mobile_devices):
            for equipment in group.values():
                prefix, kind = _KINDS[type(equipment)]
                found = spots.get((type(equipment), equipment.id), [])
                same = len(set(found)) == 1
                yield Device(
                    id=self.id(prefix, equipment.id),
                    name=equipment.name,
                    kind=kind,
                    parent=self._site(found[0][0]) if found else self.uid,
                    model=model_of(equipment.serial),
                    serial=equipment.serial,
                    area=self._places.area(*found[0]) if same else None,
                    place=_common(self._places.place(*spot) for spot in found),
                )

    def _spots(self) -> Mapping[tuple[type[Equipment], str], list[tuple[str | None, str | None]]]:
        """Return where things hang on each device: (site, area); a device itself says neither.

        Only cameras name their site, so inputs and outputs count where there are none.
        """
        chosen = self.chosen
        spots: dict[tuple[type[Equipment], str], list[tuple[str | None, str | None]]] = {}
        for camera in chosen.cameras.values():
            if (parent := self._facts.parent_of(camera)) is not None:
                spots.setdefault((type(parent), parent.id), []).append((camera.site or None, camera.region))
        seen = frozenset(spots)
        for group in (chosen.inputs, chosen.outputs):
            for each in group.values():
                parent = self._facts.parent_of(each)
                if parent is not None and (type(parent), parent.id) not in seen:
                    spots.setdefault((type(parent), parent.id), []).append((None, each.region))
        for door in chosen.doors.values():
            if door.controller is not None:
                spots.setdefault((Controller, door.controller), []).append((None, door.region))
        for vehicle in chosen.vehicles.values():
            if vehicle.device is not None:
                spots.setdefault((MobileDevice, vehicle.device), []).append((None, vehicle.region))
        return spots

    def _vehicles(self) -> Iterator[Device]:
        for vehicle in self.chosen.vehicles.values():
            device = self.id("mob", vehicle.device or "")
            yield Device(
                id=self.id("mveh", vehicle.id),
                name=vehicle_name(vehicle, plates=self._plates),
                kind=DeviceKind.VEHICLE,
                parent=device if device in self._devices else self._site(None),
                place=self._places.place(None, vehicle.region),
            )

    def _cameras(self) -> Iterator[Device]:
        for camera in self.chosen.cameras.values():
            parent = self.of(self._facts.parent_of(camera))
            yield Device(
                id=self.id("cam", camera.id),
                name=camera.name,
                kind=DeviceKind.CAMERA,
                parent=self._site(camera.site) if parent == self.uid else parent,
                area=self._places.area(camera.site, camera.region),
                place=self._places.place(camera.site, camera.region),
            )

    def _doors(self) -> Iterator[Device]:
        for door in self.chosen.doors.values():
            controller = self.id("acs", door.controller or "")
            yield Device(
                id=self.id("door", door.id),
                name=door.name,
                kind=DeviceKind.DOOR,
                parent=controller if controller in self._devices else self._site(None),
                area=self._places.area(None, door.region),
                place=self._places.place(None, door.region),
            )

    def _parking(self) -> Iterator[Device]:
        lots = self._facts.lots
        for lot in _parents_first(lots):
            above = self.id("lot", lot.parent or "")
            yield Device(
                id=self.id("lot", lot.id),
                name=lot.name,
                kind=DeviceKind.PARKING_LOT,
                parent=above if above in self._devices else self._site(None),
                place=self._places.place(None, None),
            )
        for floor in self._facts.floors.values():
            lot_id = self.id("lot", floor.lot or "")
            within = lots.get(floor.lot or "")
            yield Device(
                id=self.id("floor", floor.id),
                name=floor.name if within is None else f"{within.name} - {floor.name}",
                kind=DeviceKind.FLOOR,
                parent=lot_id if lot_id in self._devices else self._site(None),
                place=self._places.place(None, None),
            )

    def _groups(self) -> Iterator[Device]:
        for group in self.chosen.groups.values():
            yield Device(
                id=self.id("pcg", group.id),
                name=group.name,
                kind=DeviceKind.COUNTING_GROUP,
                parent=self._site(group.site),
                place=self._places.place(group.site, None),
                service=True,
            )

    def _rooms(self) -> Iterator[Device]:
        for room in self._facts.rooms.values():
            yield Device(
                id=self.id("room", room.id),
                name=room.name,
                kind=DeviceKind.ROOM,
                parent=self._site(None),
                area=room.name,
                place=(*self._places.place(None, None), room.name),
            )
        for bed in self._facts.beds.values():
            room_name = self._facts.rooms[bed.room].name
            yield Device(
                id=self.id("bed", bed.room, bed.number),
                name=f"{room_name} - {bed.number}",
                kind=DeviceKind.BED,
                parent=self.id("room", bed.room),
                area=room_name,
                place=(*self._places.place(None, None), room_name),
            )


def vehicle_name(vehicle: Vehicle, *, plates: bool) -> str:
    """Return the name of a vehicle; many are named after their plates, which not everybody may see."""
    if plates or vehicle.plate is None or vehicle.plate.casefold() not in vehicle.name.casefold():
        return vehicle.name
    return f"Vehicle {vehicle.id}"


def _common(places: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return how far several places are the same, from the outside in."""
    common: tuple[str, ...] | None = None
    for place in places:
        alike = takewhile(
            lambda pair: pair[0] == pair[1], zip(place if common is None else common, place, strict=False)
        )
        common = tuple(word for word, _ in alike)
    return common or ()


def _parents_first(lots: Mapping[str, ParkingLot]) -> Iterator[ParkingLot]:
    """Yield every parking lot once, after the one it is a part of; in a circle somebody comes first."""
    done: set[str] = set()
    for lot in lots.values():
        above: list[ParkingLot] = []
        current: ParkingLot | None = lot
        while current is not None and current.id not in done:
            done.add(current.id)
            above.append(current)
            current = lots.get(current.parent or "")
        yield from reversed(above)
