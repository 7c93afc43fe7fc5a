"""A panel as tests see it: its state, and what can be made to happen there. Await what is returned to see it sent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .acts import ALARM, DURESS, PanelActs
from .build import set_online
from .event_bodies import header
from .state import Members, PanelState, Partition, Record, Zone
from .stream import Delivery

if TYPE_CHECKING:
    from .simulator import IpReceiverSimulator

FAULTS: Mapping[str, tuple[str, str]] = {
    "ac": ("1301", "3301"),
    "battery_low": ("1302", "3302"),
    "battery_fault": ("1310", "3310"),
    "battery_missing": ("1311", "3311"),
    "tamper": ("1341", "3341"),
    "wired_network": ("1931", "3931"),
    "wifi": ("1922", "3922"),
    "cellular": ("1920", "3920"),
    "sim": ("1921", "3921"),
    "ip_conflict": ("1930", "3930"),
    "expander_ac": ("1342", "3342"),
    "main_channel": ("1351", "3351"),
    "report": ("1359", "3359"),
    "jammed": ("1923", "3923"),
    "test_mode": ("1607", "3607"),
    "keypad_locked": ("1862", "3862"),
    "tag_reader_locked": ("1864", "3864"),
}
"""Faults of a panel's own hardware: the code that tells it and the one that ends it."""


class Panel:
    """A panel of a running receiver."""

    def __init__(self, receiver: IpReceiverSimulator, state: PanelState, acts: PanelActs) -> None:
        """`state` may be looked at and changed, too."""
        self.receiver = receiver
        self.state = state
        self.acts = acts

    @property
    def name(self) -> str:
        """Its name."""
        return self.state.name

    @property
    def index(self) -> str:
        """Its devIndex now."""
        return self.state.index

    @property
    def serial(self) -> str:
        """Its serial number."""
        return self.state.serial

    @property
    def fields(self) -> Members:
        """Its members in the list of devices, as on the wire."""
        return self.state.fields

    @property
    def partitions(self) -> dict[int, Partition]:
        """Partitions by id."""
        return self.state.partitions

    @property
    def zones(self) -> dict[int, Zone]:
        """Zones by id."""
        return self.state.zones

    @property
    def outputs(self) -> list[Record]:
        """Relays in the order of their list."""
        return self.state.outputs

    @property
    def sirens(self) -> list[Record]:
        """Sirens in the order of their list."""
        return self.state.sirens

    @property
    def peripherals(self) -> dict[str, list[Record]]:
        """All peripherals by the name of their list."""
        return self.state.peripherals

    # Zones

    def open_zone(self, zone: int, *, alarm: bool | None = None) -> Delivery:
        """Open a contact or trigger a detector; `alarm` None: it gives alarm if an armed one would."""
        found = self.zones[zone]
        found.fields["status"] = "trigger"
        if "magnetOpenStatus" in found.fields:
            self._magnet(found, open_=True)
        if self.acts.gives_alarm(found) if alarm is None else alarm:
            return self.trip(zone)
        return self.receiver.delivered()

    def close_zone(self, zone: int) -> Delivery:
        """Close it again, or let a detector be quiet."""
        found = self.zones[zone]
        if "magnetOpenStatus" in found.fields:
            self._magnet(found, open_=False)
        self.acts.calm_zone(found)
        return self.receiver.delivered()

    def trip(
        self, zone: int, code: str | None = None, *, kind: int = ALARM, has_video: int = 0, uuid: str | None = None
    ) -> Delivery:
        """Let a zone give alarm, armed or not, by the code of its detector unless another is given."""
        found = self.zones[zone]
        self.acts.alarm(found, code or found.code, kind, has_video=has_video, uuid=uuid)
        return self.receiver.delivered()

    def restore(self, zone: int) -> Delivery:
        """Let a zone be as it should."""
        return self.close_zone(zone)

    def tamper(self, zone: int, *, on: bool = True) -> Delivery:
        """Open a detector, or close it again."""
        found = self.zones[zone]
        found.fields["tamperEvident"] = on
        self.acts.exception("1383" if on else "3383", zone=found)
        return self.receiver.delivered()

    def battery_low(self, zone: int, *, on: bool = True) -> Delivery:
        """Let a detector's battery run down, or put in a new one."""
        found = self.zones[zone]
        found.fields.update(charge="lowPower" if on else "normal", chargeValue=4 if on else 100)
        self.acts.exception("1915" if on else "3915", zone=found)
        return self.receiver.delivered()

    def zone_offline(self, zone: int, *, on: bool = True) -> Delivery:
        """Lose a detector, or find it again."""
        found = self.zones[zone]
        found.fields["status"] = "offline" if on else "online"
        self.acts.exception("1914" if on else "3914", zone=found)
        return self.receiver.delivered()

    def _magnet(self, zone: Zone, *, open_: bool) -> None:
        zone.fields["magnetOpenStatus"] = open_
        if (shock := zone.fields.get("MagnetShockCurrentStatus")) is not None:
            zone.fields["MagnetShockCurrentStatus"] = {**shock, "magnetOpenStatus": open_}

    # The panel itself

    def fault(self, name: str, *, on: bool = True) -> Delivery:
        """Let a fault of the table `FAULTS` begin or end. Raises KeyError for another."""
        self.acts.exception(FAULTS[name][not on])
        return self.receiver.delivered()

    def ac_lost(self) -> Delivery:
        """Lose mains power."""
        return self.fault("ac")

    def ac_back(self) -> Delivery:
        """Have it again."""
        return self.fault("ac", on=False)

    def duress(self, zone: int | None = None, *, user: str = "Ann") -> Delivery:
        """Somebody is forced to disarm: a silent alarm."""
        return self.receiver.cid(self.state, "1121", zone=zone, user=user, kind=DURESS, partition=0)

    def arm(self, partition: int, ways: str, user: str = "Ann") -> Delivery:
        """Arm a partition at its keypad."""
        self.acts.begin_arming([partition], ways, user, network=False)
        return self.receiver.delivered()

    def disarm(self, partition: int, user: str = "Ann") -> Delivery:
        """Disarm a partition at its keypad."""
        self.acts.end_arming([partition], user, network=False)
        return self.receiver.delivered()

    def clear_alarm(self, partition: int, user: str = "Ann") -> Delivery:
        """End the alarms of a partition at its keypad."""
        self.acts.clear([partition], user, network=False)
        return self.receiver.delivered()

    # Its link

    def offline(self) -> Delivery:
        """Lose the panel."""
        return self._link(online=False)

    def online(self) -> Delivery:
        """Find it again."""
        return self._link(online=True)

    def _link(self, *, online: bool) -> Delivery:
        set_online(self.state, online)
        return self.receiver.status_changed(self.state, "devStatusChanged", "online" if online else "offline")

    def network(self, *, normal: bool) -> Delivery:
        """Lose its link to Hik-Partner Pro, or find it again."""
        return self.receiver.status_changed(self.state, "deviceHPPNetworkChanged", "normal" if normal else "abnormal")

    def key(self, *, normal: bool) -> Delivery:
        """Let its key be wrong, or right again."""
        return self.receiver.status_changed(self.state, "deviceKeyStateChanged", "normal" if normal else "abnormal")

    def readd(self) -> Delivery:
        """Delete the panel and add it again: it keeps its serial number and gets a new devIndex."""
        self.receiver.tell_deleted(self.state)
        self.fields["devIndex"] = self.receiver.new_index()
        return self.receiver.status_changed(self.state, "devStatusChanged", "online")

    def pir(self, zone: int, *urls: str) -> Delivery:
        """Let a PIR camera take pictures (L3866-3944); without addresses one picture is drawn."""
        found = self.zones[zone]
        addresses = urls or (self.receiver.media.picture(f"{self.name} · {found.name}"),)
        body: dict[str, Any] = {
            **header("PIR", self.receiver.now(), index=self.index, name=found.name, text="PIR alarm"),
            "CaptureList": [{"resourcesContentType": "url", "resourcesContent": url} for url in addresses],
            "ZoneNo": self.receiver.reported(self.state, zone),
        }
        return self.receiver.emit(body)
