"""What happens to devices: they come and go, and their channels with them (ivm §4.5)."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import ClassVar, Final

from ..kinds import Kind
from ..model import UNKNOWN, Occurrence, Phase
from . import messages
from .ground import MOST_KNOWN, Collected, Fact, Ground, Place
from .messages import ChannelState, Message, Status
from .places import channel_id, device_id, feature_id
from .records import OFFLINE, ONLINE
from .seen import BINARY_SENSOR
from .tlv import LARGEST

type Told = Callable[[str, str, Mapping[str, str]], None]
LONGEST_RESULTS: Final = 1000


class States:
    """Whether devices and channels are there, as messages tell it."""

    def __init__(self, ground: Ground, told: Told) -> None:
        """`told(device, channel, changes)`: fields of a record are other than before (`channel` empty: of the device)."""
        self._ground = ground
        self._context = ground.context
        self._tell = told
        self._moments: dict[tuple[str, str], datetime] = {}
        self._inferred: set[tuple[str, str]] = set()

    def take(self, message: Message, collected: Collected) -> None:
        """Take in what happened to a device."""
        ground = self._ground
        status = messages.status_of(message.data, ground.zone)
        if status is None:
            ground.no_device(message)
            return
        when = ground.when(status.time, collected.received)
        place = ground.place(status.device, "", collected)
        if place is None:
            ground.stranger(message, status.device, status.method or "status", when, _details(status), collected)
            return
        self._quality(status, place, collected)
        handle = self._methods.get(status.method)
        if handle is None:
            ground.unknown.note(f"method {status.method}")
            self._tell_status(status, Kind.UNKNOWN_EVENT, place, when, collected)
        else:
            handle(self, status, place, when, collected)

    def _login(self, status: Status, place: Place, when: datetime | None, collected: Collected) -> None:
        """A device is there again, and with it the channels that it lists."""
        self.device_state(place.device, online=True, time=when, collected=collected)
        listed = set()
        for channel in status.channels:
            listed.add(channel.id)
            if channel.online is not None:
                self.channel_state(place.device, channel.id, online=channel.online, time=when, collected=collected)
            self._learn(place.device, channel, collected)
        self._doubt_others(place.device, listed, collected)
        self._tell_status(status, Kind.DEVICE_ONLINE, place, when, collected)

    def _logout(self, status: Status, place: Place, when: datetime | None, collected: Collected) -> None:
        """A device is gone, and with it all its channels: no message of their own is promised."""
        self.device_state(place.device, online=False, time=when, collected=collected)
        self._tell_status(status, Kind.DEVICE_OFFLINE, place, when, collected)

    def _channels_changed(self, status: Status, place: Place, when: datetime | None, collected: Collected) -> None:
        """Channels came or went."""
        for channel in status.channels:
            self._learn(place.device, channel, collected)
            if channel.online is None:
                continue
            self.channel_state(place.device, channel.id, online=channel.online, time=when, collected=collected)
            kind = Kind.CHANNEL_ONLINE if channel.online else Kind.CHANNEL_OFFLINE
            self._tell_status(status, kind, place, when, collected, channel)

    def _renamed(self, status: Status, place: Place, when: datetime | None, collected: Collected) -> None:
        """Channels have other names."""
        for channel in status.channels:
            self._learn(place.device, channel, collected)
            self._tell_status(status, Kind.NAME_CHANGED, place, when, collected, channel)
        collected.stale = True

    def _upgraded(self, status: Status, place: Place, when: datetime | None, collected: Collected) -> None:
        """An update of firmware went on or ended."""
        self._tell_status(status, Kind.UPGRADE_RESULT, place, when, collected)
        collected.stale = True

    def _explained(self, status: Status, place: Place, when: datetime | None, collected: Collected) -> None:
        """Why a device went offline."""
        self._tell_status(status, Kind.OFFLINE_REASON, place, when, collected)

    def _tell_status(
        self, status: Status, kind: Kind, place: Place, when: datetime | None, collected: Collected,
        channel: ChannelState | None = None,
    ) -> None:  # fmt: skip
        """Tell it to the event entity of the device."""
        details = _details(status)
        name = None
        if channel is not None:
            name = channel.name or self._ground.channel_name(place.device, channel.id)
            details["channel_id"] = channel.id
        elif status.method == "upgrade_result":
            results = [(one.name or one.id, *upgrade) for one in status.channels for upgrade in one.upgrades]
            if results:
                details["upgrades"] = "; ".join(f"{one}: {what} {word}" for one, what, word in results)[
                    :LONGEST_RESULTS
                ]
        self._ground.add(
            Occurrence(
                device_id=place.own, kind=kind, phase=Phase.PULSE, code=status.method or "status",
                received=collected.received, features=self._ground.tellers(place, of_device=True), time=when, channel=name,
                details=details,
            ),
            collected,
        )  # fmt: skip

    def has_apart(self, device: str, channel: str) -> bool:
        """Whether a channel is one of several of a device, so that the device may stay when it goes."""
        record = self._context.device(device)
        return record is not None and not record.is_single and self._context.channel(device, channel) is not None

    def device_state(self, device: str, *, online: bool, time: datetime | None, collected: Collected) -> None:
        """Take over whether a device is there; with it go all its channels, but none comes back with it."""
        record = self._context.device(device)
        if record is None or not self._is_news((device, ""), time):
            return
        own = device_id(self._ground.uid, device)
        self._set_online(own, online, collected)
        self._tell(device, "", {"state": ONLINE if online else OFFLINE})
        if online:
            if record.is_single:
                self._tell(device, record.channels[0], {"state": ONLINE})
            return
        for channel in record.channels:
            if self._is_news((device, channel), time):
                self._set_online(channel_id(self._ground.uid, record, channel), online=False, collected=collected)
                if not record.is_single:
                    self._inferred.add((device, channel))

    def channel_state(
        self, device: str, channel: str, *, online: bool, time: datetime | None, collected: Collected
    ) -> None:
        """Take over whether a channel is there."""
        record = self._context.device(device)
        if record is None or self._context.channel(device, channel) is None:
            self._ground.missed(device, channel, collected)
            return
        if not self._is_news((device, channel), time):
            return
        self._inferred.discard((device, channel))
        self._set_online(channel_id(self._ground.uid, record, channel), online, collected)
        self._tell(device, channel, {"state": ONLINE if online else OFFLINE})

    def _doubt_others(self, device: str, listed: Collection[str], collected: Collected) -> None:
        """A device is back and says nothing of some channels: that they are gone with it does not hold any more."""
        record = self._context.device(device)
        for channel in () if record is None else record.channels:
            if record is not None and channel not in listed and (device, channel) in self._inferred:
                self._inferred.discard((device, channel))
                own = channel_id(self._ground.uid, record, channel)
                self._ground.show(feature_id(own, BINARY_SENSOR, Kind.ONLINE), UNKNOWN, collected)
                collected.available[own] = True
                collected.stale = True

    def _set_online(self, own: str, online: bool, collected: Collected) -> None:
        """Give a device of the inventory its state."""
        self._ground.show(feature_id(own, BINARY_SENSOR, Kind.ONLINE), online, collected)
        if own in self._ground.growth.inventory.devices:
            collected.available[own] = online

    def _learn(self, device: str, channel: ChannelState, collected: Collected) -> None:
        """Take over what else a message says of a channel. A name with a template in it is none (L4696)."""
        known = self._context.channel(device, channel.id)
        if known is None:
            return
        changes = {}
        if channel.name is not None and "${" not in channel.name and channel.name != known.name:
            changes["name"] = channel.name
        if channel.firmware is not None and channel.firmware != known.firmware:
            changes["firmware"] = channel.firmware
        if changes:
            self._tell(device, channel.id, changes)

    def _quality(self, status: Status, place: Place, collected: Collected) -> None:
        """Take over how good the network is. All zero means that it was not measured."""
        told = ((Kind.NETWORK_QUALITY, status.quality), (Kind.NETWORK_DELAY, status.delay),
                (Kind.PACKET_LOSS, status.loss))  # fmt: skip
        if not any(number for _, number in told):
            return
        for kind, number in told:
            if number is not None and 0 <= number < LARGEST:
                self._ground.reading(place, kind, "", int(number) if number.is_integer() else number, collected)

    def _is_news(self, key: tuple[str, str], time: datetime | None) -> bool:
        """Whether a state is not older than the one that was told before it."""
        if time is None:
            return True
        known = self._moments.pop(key, None)
        if known is not None and time < known:
            self._moments[key] = known
            self._ground.counts["reordered"] += 1
            return False
        if len(self._moments) >= MOST_KNOWN:
            del self._moments[next(iter(self._moments))]
        self._moments[key] = time
        return True

    _methods: ClassVar[Mapping[str, Callable[[States, Status, Place, datetime | None, Collected], None]]] = {
        "login": _login,
        "logout": _logout,
        "channel_state_notice": _channels_changed,
        "channel_name_notice": _renamed,
        "upgrade_result": _upgraded,
        "offline_reason_notice": _explained,
    }


def _details(status: Status) -> dict[str, Fact]:
    """Return the facts for automations."""
    told: dict[str, Fact | None] = {
        "device_name": status.name,
        "offline_reason": status.reason,
        "online_seconds": status.online_seconds if status.online_seconds and status.online_seconds > 0 else None,
        "last_login": None if status.last_login is None else status.last_login.isoformat(),
        "upgrade": status.upgrade,
    }
    return {name: fact for name, fact in told.items() if fact is not None}
