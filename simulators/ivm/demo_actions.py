"""What can be done to the tenant on the control page: a table of actions."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from simulators.control import Action

from .push_bodies import CLASS_OF, TEMPLATE_NAME, UNBINDS
from .state import FROZEN, NORMAL_STATE, Channel

if TYPE_CHECKING:
    from .simulator import IvmSimulator

type Fields = Mapping[str, str]
ON_OFF = ("on", "off")
CARDS = {"in order": "0", "broken": "1", "missing": "2", "formatting": "3"}
SERVICES = ("MANAGEMENT", "FULL_RECORD", "EVENT_RECORD", "INDUSTRY_DATA")
ANSWERS: Mapping[str, str] = {
    "system busy": "IVM.90000011", "server error": "IVM.90000001", "account frozen": "IVM.10000012",
}  # fmt: skip
SCENES = {"people in area": 12, "queue": 13, "people crossing a line": 15}


def make_actions(cloud: IvmSimulator) -> list[Action]:
    """Return the actions that this tenant's devices allow."""
    acts = Acts(cloud)
    devices = [device.name for device in cloud.world.devices.values()]
    channels = [label(channel) for channel in cloud.world.channels()]
    rows: Sequence[tuple[str, str, Callable[[Fields], Awaitable[None] | None], Mapping[str, Iterable[str]]]] = (
        ("alarm", "Give alarm", acts.alarm, {"channel": channels, "type": sorted(CLASS_OF), "picture": ON_OFF}),
        ("people", "Count people", acts.people, {"channel": channels, "scene": list(SCENES)}),
        ("online", "Device", acts.online, {"device": devices, "state": ("online", "offline")}),
        ("channel", "Channel", acts.channel, {"channel": channels, "state": ("online", "offline")}),
        ("mask", "Privacy mask", acts.mask, {"channel": channels, "state": ON_OFF}),
        ("card", "Storage card", acts.card, {"channel": channels, "state": list(CARDS)}),
        ("service", "Paid service", acts.service,
         {"channel": channels, "service": SERVICES, "state": ("GRANT", "ARREAR", "CLOSED")}),
        ("freeze", "Device", acts.freeze, {"device": devices, "state": ("frozen", "normal")}),
        ("upgrade", "Firmware upgrade", acts.upgrade, {"device": devices, "result": ("success", "failure")}),
        ("ptz", "PTZ used by somebody else", acts.ptz, {"channel": channels, "state": ON_OFF}),
        ("answers", "Answer with an error", acts.answers, {"error": (*ANSWERS, "none")}),
        ("pushes", "Pushes get out", acts.pushes, {"state": ON_OFF}),
        ("dirt", "Contradict the tables", acts.dirt, {"state": ON_OFF}),
    )  # fmt: skip
    chosen = [
        Action(name=name, title=title, run=run, fields={field: list(values) for field, values in fields.items()})
        for name, title, run, fields in rows
    ]
    return [
        *chosen,
        Action(name="unknown", title="Send an alarm nobody knows", run=lambda _: acts.unknown()),
        Action(name="expire", title="End all tokens", run=lambda _: cloud.expire_tokens()),
        Action(name="cut", title="End all stream addresses", run=lambda _: cloud.addresses.expire()),
    ]


def label(channel: Channel) -> str:
    """Name a channel so that it can be found again."""
    return f"{channel.device.name}: {channel.id}"


class Acts:
    """Carries actions out."""

    def __init__(self, cloud: IvmSimulator) -> None:
        """`cloud`: started."""
        self._cloud = cloud

    def _channel(self, fields: Fields) -> Channel:
        device, _, channel = fields["channel"].rpartition(": ")
        return self._cloud.channel(device, channel)

    async def alarm(self, fields: Fields) -> None:
        """An alarm of a channel."""
        place = self._channel(fields)
        await self._cloud.alarm(place.device, place.id, fields["type"], picture=fields["picture"] == "on")

    async def people(self, fields: Fields) -> None:
        """Data of heads and shoulders."""
        place = self._channel(fields)
        await self._cloud.tlv("head_shoulder_data", place.device, place.id, scene=SCENES[fields["scene"]])

    async def online(self, fields: Fields) -> None:
        """A device comes or goes."""
        act = self._cloud.go_online if fields["state"] == "online" else self._cloud.go_offline
        await act(fields["device"])

    async def channel(self, fields: Fields) -> None:
        """A channel comes or goes."""
        place = self._channel(fields)
        act = self._cloud.go_online if fields["state"] == "online" else self._cloud.go_offline
        await act(place.device, place.id)

    def mask(self, fields: Fields) -> None:
        """Somebody covers a camera."""
        self._channel(fields).mask = fields["state"] == "on"

    def card(self, fields: Fields) -> None:
        """A storage card."""
        self._channel(fields).storage_card = CARDS[fields["state"]]

    async def service(self, fields: Fields) -> None:
        """A service is paid, not paid, or ended, which is told."""
        place = self._channel(fields)
        kinds = dict(zip(SERVICES, ("UNBIND_MANAGE", "UNBIND_NORMAL", "UNBIND_MOTION", "UNBIND_DATAFLOW"), strict=True))
        kind = kinds[fields["service"]]
        assert kind in UNBINDS
        if fields["state"] == "CLOSED":
            await self._cloud.unbind(place.device, kind, place.id)
        else:
            place.set_package(fields["service"], fields["state"])

    def freeze(self, fields: Fields) -> None:
        """A device is frozen, or not any more."""
        self._cloud.device(fields["device"]).system_state = FROZEN if fields["state"] == "frozen" else NORMAL_STATE

    async def upgrade(self, fields: Fields) -> None:
        """An upgrade ends."""
        await self._cloud.status(fields["device"], "upgrade_result", result=fields["result"])

    def ptz(self, fields: Fields) -> None:
        """Somebody outside holds the lock."""
        self._channel(fields).ptz.busy = fields["state"] == "on"

    def answers(self, fields: Fields) -> None:
        """Every call is answered with an error, or rightly again."""
        self._cloud.heal()
        if fields["error"] != "none":
            self._cloud.fault("/v", code=ANSWERS[fields["error"]])

    def pushes(self, fields: Fields) -> None:
        """The way to the subscriber."""
        self._cloud.reachable = fields["state"] == "on"

    def dirt(self, fields: Fields) -> None:
        """Answers are as ugly as can be."""
        self._cloud.set_dirt(fields["state"] == "on")

    async def unknown(self) -> None:
        """An alarm that is in no table."""
        place = next(self._cloud.world.channels())
        await self._cloud.alarm(place.device, place.id, "moon_landing", classification="SPACE", note=TEMPLATE_NAME)
