"""A device that is no panel, and what can be made to happen there."""

from typing import TYPE_CHECKING, Any

from .build import set_online
from .event_bodies import NOBODY, header
from .other_events import EVENTS
from .state import Device, Members
from .stream import Delivery

if TYPE_CHECKING:
    from .simulator import IpReceiverSimulator

ACTIVE, INACTIVE = "active", "inactive"


class OtherDevice:
    """A camera, intercom, radar or other device of a running receiver."""

    def __init__(self, receiver: IpReceiverSimulator, device: Device) -> None:
        """`device` may be looked at and changed, too."""
        self.receiver = receiver
        self.device = device

    @property
    def name(self) -> str:
        """Its name."""
        return self.device.name

    @property
    def index(self) -> str:
        """Its devIndex now."""
        return self.device.index

    @property
    def fields(self) -> Members:
        """Its members in the list of devices, as on the wire."""
        return self.device.fields

    @property
    def types(self) -> list[str]:
        """The types of events that a device of its kind tells."""
        return [name for name, row in EVENTS.items() if self.device.kind in row.kinds]

    def happen(
        self, type: str, channel: int = 1, *, state: str = ACTIVE, media: bool = True, **more: Any
    ) -> Delivery:  # fmt: skip
        """Tell an event of a type of `EVENTS`, or of any other by its header alone. Pictures are drawn if `media`.

        What lasts is told again and again with a rising `activePostCount`, and in the end with state `inactive`.
        """
        row = EVENTS.get(type)
        counts, key = self.device.posts, (type, channel)
        count = counts[key] = counts.get(key, 0) + 1
        if state == INACTIVE:
            del counts[key]
        told = header(
            type, self.receiver.now(), index=self.index, channel=str(channel), name=f"{self.name} {channel}",
            text=row.text if row else type, state=state, count=count,
        )  # fmt: skip
        if row is not None:
            told |= row.make(self._media(row.media, type, channel) if media and state == ACTIVE else {})
            if row.numbered:
                told["channelID"] = channel
        return self.receiver.emit({**told, **more})

    def end(self, type: str, channel: int = 1) -> Delivery:
        """Tell that something is over."""
        return self.happen(type, channel, state=INACTIVE)

    def keep_alive(self) -> Delivery:
        """Tell the report by which encoders say that they are there (L1263-1356)."""
        told = header("CIDAlarm", self.receiver.now(), index=self.index, channel=None, text="CID Alarm")
        del told["activePostCount"]
        return self.receiver.emit({
            **told, "CIDAlarm": {"CIDCode": "1602", "CIDDescribe": "HeartBeat", "CIDParam": NOBODY}
        })  # fmt: skip

    def offline(self) -> Delivery:
        """Lose it."""
        return self._link(online=False)

    def online(self) -> Delivery:
        """Find it again."""
        return self._link(online=True)

    def _link(self, *, online: bool) -> Delivery:
        set_online(self.device, online)
        return self.receiver.status_changed(self.device, "devStatusChanged", "online" if online else "offline")

    def network(self, *, normal: bool) -> Delivery:
        """Lose its link to Hik-Partner Pro, or find it again."""
        return self.receiver.status_changed(self.device, "deviceHPPNetworkChanged", "normal" if normal else "abnormal")

    def key(self, *, normal: bool) -> Delivery:
        """Let its key be wrong, or right again."""
        return self.receiver.status_changed(self.device, "deviceKeyStateChanged", "normal" if normal else "abnormal")

    def readd(self) -> Delivery:
        """Delete it and add it again: it keeps its serial number and gets a new devIndex."""
        self.receiver.tell_deleted(self.device)
        self.fields["devIndex"] = self.receiver.new_index()
        return self.receiver.status_changed(self.device, "devStatusChanged", "online")

    def _media(self, names: tuple[str, ...], type: str, channel: int) -> dict[str, str]:
        caption = f"{self.name} {channel} · {type}"
        store = self.receiver.media
        return {name: store.clip(caption) if name == "video" else store.picture(caption) for name in names}
