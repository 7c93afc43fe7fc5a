"""What can be done to the receiver on the control page: a table of actions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from simulators.control import Action

from .other_events import EVENTS
from .panel import FAULTS, Panel
from .state import Zone

if TYPE_CHECKING:
    from .simulator import IpReceiverSimulator

type Fields = Mapping[str, str]
ON_OFF = ("on", "off")
ANSWERS: Mapping[str, str] = {"busy": "noMemory", "device error": "deviceError", "upgrading": "upgrading"}
USERS = ("Ann", "Bob")
AWAY_SECONDS = 30.0


def make_actions(receiver: IpReceiverSimulator) -> list[Action]:
    """Return the actions that this receiver's devices allow."""
    acts = Acts(receiver)
    panels = [panel.name for panel in receiver.panels]
    zones = [f"{panel.name}: {zone.name}" for panel in receiver.panels for zone in panel.zones.values()]
    contacts = [
        f"{panel.name}: {zone.name}"
        for panel in receiver.panels
        for zone in panel.zones.values()
        if "magnetOpenStatus" in zone.fields
    ]
    partitions = [f"{panel.name}: {number}" for panel in receiver.panels for number in panel.partitions]
    others = [device.name for device in receiver.devices if device.kind is not None]
    happenings = [
        f"{device.name}: {kind}"
        for device in receiver.devices
        if device.kind is not None
        for kind, row in EVENTS.items()
        if device.kind in row.kinds
    ]
    rows: Sequence[tuple[str, str, Callable[[Fields], None], Mapping[str, Iterable[str]]]] = (
        ("door", "Set door", acts.door, {"zone": contacts, "state": ("open", "closed")}),
        ("zone", "Set zone", acts.zone, {"zone": zones, "state": ("triggered", "restored")}),
        ("alarm", "Give alarm", acts.alarm, {"zone": zones, "video": ("none", "clip", "picture")}),
        ("tamper", "Tamper with zone", acts.tamper, {"zone": zones, "state": ON_OFF}),
        ("battery", "Battery of zone", acts.battery, {"zone": zones, "state": ("low", "replaced")}),
        ("link", "Radio link of zone", acts.link, {"zone": zones, "state": ("lost", "found")}),
        ("fault", "Fault of panel", acts.fault, {"panel": panels, "fault": FAULTS, "state": ON_OFF}),
        ("panel_battery", "Battery of panel", acts.panel_battery, {"panel": panels, "state": ("pulled", "replaced")}),
        ("arming", "Arm at the keypad", acts.arming,
         {"partition": partitions, "mode": ("away", "stay", "disarm"), "user": USERS}),
        ("clear", "Clear alarm at the keypad", acts.clear, {"partition": partitions, "user": USERS}),
        ("duress", "Duress code", acts.duress, {"panel": panels, "user": USERS}),
        ("online", "Panel", acts.online, {"panel": panels, "state": ("online", "offline")}),
        ("cloud", "Link of panel to Hik-Partner Pro", acts.cloud, {"panel": panels, "state": ("normal", "abnormal")}),
        ("readd", "Delete panel and add it again", acts.readd, {"panel": panels}),
        ("device", "Send device event", acts.device, {"event": happenings, "state": ("active", "inactive")}),
        ("device_online", "Device", acts.device_online, {"device": others, "state": ("online", "offline")}),
        ("hpp", "Receiver's link to Hik-Partner Pro", acts.hpp, {"state": ("normal", "abnormal")}),
        ("heartbeats", "Heartbeats", acts.heartbeats, {"state": ON_OFF}),
        ("answers", "Answer with an error", acts.answers, {"error": (*ANSWERS, "none")}),
    )  # fmt: skip
    chosen = [
        Action(name=name, title=title, run=run, fields={field: list(values) for field, values in fields.items()})
        for name, title, run, fields in rows
        if all(list(values) for values in fields.values())
    ]
    return [
        *chosen,
        Action(name="cut", title="Cut the stream", run=lambda _: receiver.drop_streams()),
        Action(name="unknown", title="Send an event nobody knows", run=lambda _: acts.unknown()),
        Action(name="restart", title="Restart the receiver", run=lambda _: acts.restart()),
    ]


class Acts:
    """Carries actions out."""

    def __init__(self, receiver: IpReceiverSimulator) -> None:
        """`receiver`: started."""
        self._receiver = receiver

    def _zone(self, fields: Fields) -> tuple[Panel, Zone]:
        name, _, wanted = fields["zone"].partition(": ")
        panel = self._receiver.panel(name)
        return panel, next(zone for zone in panel.zones.values() if zone.name == wanted)

    def door(self, fields: Fields) -> None:
        """A door or window is opened or closed; an armed one gives alarm."""
        panel, zone = self._zone(fields)
        (panel.open_zone if fields["state"] == "open" else panel.close_zone)(zone.number)

    def zone(self, fields: Fields) -> None:
        """A detector senses something, or nothing any more."""
        panel, zone = self._zone(fields)
        (panel.open_zone if fields["state"] == "triggered" else panel.restore)(zone.number)

    def alarm(self, fields: Fields) -> None:
        """A zone gives alarm, with what verifies it soon after."""
        panel, zone = self._zone(fields)
        uuid = str(uuid4())
        panel.trip(zone.number, has_video=2 if fields["video"] == "clip" else 0, uuid=uuid)
        caption = f"{panel.name} · {zone.name}"
        if fields["video"] == "clip":
            url = self._receiver.media.clip(caption)
            self._receiver.video_review(panel, zone.code, zone.number, url, uuid=uuid)
        elif fields["video"] == "picture":
            panel.pir(zone.number)

    def tamper(self, fields: Fields) -> None:
        """A detector is opened or closed."""
        panel, zone = self._zone(fields)
        panel.tamper(zone.number, on=fields["state"] == "on")

    def battery(self, fields: Fields) -> None:
        """A detector's battery runs down or is replaced."""
        panel, zone = self._zone(fields)
        panel.battery_low(zone.number, on=fields["state"] == "low")

    def link(self, fields: Fields) -> None:
        """A detector is lost or found."""
        panel, zone = self._zone(fields)
        panel.zone_offline(zone.number, on=fields["state"] == "lost")

    def fault(self, fields: Fields) -> None:
        """Something of a panel breaks or is mended."""
        self._receiver.panel(fields["panel"]).fault(fields["fault"], on=fields["state"] == "on")

    def panel_battery(self, fields: Fields) -> None:
        """Somebody pulls a panel's battery, or puts one in."""
        self._receiver.panel(fields["panel"]).fault("battery_missing", on=fields["state"] == "pulled")

    def arming(self, fields: Fields) -> None:
        """Somebody arms or disarms at a keypad."""
        name, _, number = fields["partition"].partition(": ")
        panel = self._receiver.panel(name)
        if fields["mode"] == "disarm":
            panel.disarm(int(number), fields["user"])
        else:
            panel.arm(int(number), fields["mode"], fields["user"])

    def clear(self, fields: Fields) -> None:
        """Somebody ends an alarm at a keypad."""
        name, _, number = fields["partition"].partition(": ")
        self._receiver.panel(name).clear_alarm(int(number), fields["user"])

    def duress(self, fields: Fields) -> None:
        """Somebody is forced to disarm."""
        self._receiver.panel(fields["panel"]).duress(user=fields["user"])

    def online(self, fields: Fields) -> None:
        """A panel comes or goes."""
        panel = self._receiver.panel(fields["panel"])
        (panel.online if fields["state"] == "online" else panel.offline)()

    def cloud(self, fields: Fields) -> None:
        """A panel's link to Hik-Partner Pro."""
        self._receiver.panel(fields["panel"]).network(normal=fields["state"] == "normal")

    def readd(self, fields: Fields) -> None:
        """A panel is deleted and added again."""
        self._receiver.panel(fields["panel"]).readd()

    def device(self, fields: Fields) -> None:
        """Another device tells something."""
        name, _, kind = fields["event"].partition(": ")
        self._receiver.other(name).happen(kind, state=fields["state"])

    def device_online(self, fields: Fields) -> None:
        """Another device comes or goes."""
        device = self._receiver.other(fields["device"])
        (device.online if fields["state"] == "online" else device.offline)()

    def hpp(self, fields: Fields) -> None:
        """The receiver's own link to Hik-Partner Pro."""
        self._receiver.hpp(normal=fields["state"] == "normal")

    def heartbeats(self, fields: Fields) -> None:
        """The stream falls silent, or not."""
        self._receiver.heartbeats = fields["state"] == "on"

    def answers(self, fields: Fields) -> None:
        """Every call is answered with an error, or rightly again."""
        self._receiver.heal()
        if fields["error"] != "none":
            self._receiver.fault("/ISAPI/", sub=ANSWERS[fields["error"]])

    def unknown(self) -> None:
        """An event that is in no table."""
        panel = self._receiver.panels[0]
        self._receiver.emit({
            "eventType": "moonLanding", "dateTime": self._receiver.now().isoformat(), "activePostCount": 1,
            "eventState": "active", "eventDescription": "moon landing", "devIndex": panel.index, "channelID": "1",
        })  # fmt: skip

    def restart(self) -> None:
        """The receiver goes away for a while."""
        self._receiver.spawn(self._receiver.restart(AWAY_SECONDS))
