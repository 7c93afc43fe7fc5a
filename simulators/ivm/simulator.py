"""A simulated Huawei Cloud IVM with one tenant, as a real server on loopback."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from datetime import datetime
from itertools import count
import random
from typing import Any, Self

from aiohttp import web

from simulators.wire.tls import ServerCertificate

from . import calls, push_bodies
from .addresses import Addresses
from .build import build, make_device
from .knobs import dirt
from .pictures import Picture, Pictures
from .plans import DevicePlan, TenantPlan
from .push import MESSAGE_TYPES, NO_SERVICE, SUBSCRIPTIONS, Callback, Push, Pusher, dump
from .routes import OPERATIONS, Call
from .server import MEDIA, Gateway, Request
from .state import Channel, Device, Org, Recording, usual_recordings
from .times import compact_stamp

USER_ID = "800000000000000000000001"
AK = "SIMULATEDACCESSKEY01"
SK = "simulatedsecretkey0000000000000000000001"
FIRST_MESSAGE = 1_676_010_011_579_800_000
LONGEST_MESSAGE = 10**31
assert len(OPERATIONS) == 89 and calls.__all__, "the token call is the ninetieth"


class IvmSimulator(Gateway):
    """Serves a tenant.

    Use as an asynchronous context manager, or `start()` and `stop()`. What happens by itself on a real site is made
    to happen by `alarm`, `status`, `tlv`, `go_offline` and others; each returns once the subscriber answered.
    """

    def __init__(
        self, plan: TenantPlan | None = None, *, user_id: str = USER_ID, ak: str = AK, sk: str = SK,
        delay: float = 0.0, clock: Callable[[], datetime] | None = None, host: str = "127.0.0.1", port: int = 0,
        media_port: int = 0, tls: bool | ServerCertificate | None = None, seed: int = 1,
        dirty: bool | Collection[str] = False,
    ) -> None:  # fmt: skip
        """`port` and `media_port` 0 take free ones; `delay` in seconds for each answer."""
        super().__init__(
            user_id=user_id, host=host, port=port, tls=tls, delay=delay, clock=clock, chance=random.Random(seed),
            media_port=media_port,
        )  # fmt: skip
        self.plan = plan or TenantPlan()
        self.ak, self.sk = ak, sk
        self.dirty = dirt(dirty)
        self.tokens.add_key(ak, sk)
        self.world = build(self.plan, self.now(), self.chance)
        self.addresses = Addresses(self)
        self.pictures = Pictures(self, self.chance)
        self.callbacks: dict[str, Callback] = {}
        self.pusher = Pusher(self)
        self.waiting: dict[str, tuple[DevicePlan, str]] = {}
        """Devices that can be added: plan and verification code by id."""
        self._numbers = count(1)
        self._alarms = count(100)
        self._tasks: set[asyncio.Task[Any]] = set()

    # Life

    async def start(self) -> None:
        """Bind."""
        self.pusher.start()
        await self.listen()

    async def stop(self) -> None:
        """End everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.stop_answering()
        await self.pusher.stop()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop."""
        await self.stop()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside; it ends with the simulator."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settle(self) -> None:
        """Wait until what calls left to be pushed is pushed."""
        while waiting := [task for task in self._tasks if task is not asyncio.current_task()]:
            await asyncio.gather(*waiting, return_exceptions=True)

    # The tenant

    def set_dirt(self, wanted: bool | Collection[str]) -> None:
        """Choose how answers and pushes contradict the tables."""
        self.dirty = dirt(wanted)

    def version(self) -> int:
        """Count the changes of what lists tell."""
        return self.world.version

    @property
    def pushes(self) -> list[Push]:
        """Every message, the skipped ones and probes included."""
        return self.pusher.log

    def org(self, name: str) -> Org:
        """Return an organisation by name or id."""
        return next(org for org in self.world.orgs.values() if name in {org.name, org.id})

    def device(self, name: str) -> Device:
        """Return a device by id or name."""
        known = self.world.devices.get(name)
        return known or next(device for device in self.world.devices.values() if device.name == name)

    def channel(self, device: str | Device, channel: str | int | None = None) -> Channel:
        """Return a channel by id, name, or number from 0; the first one if none is named."""
        owner = self.device(device) if isinstance(device, str) else device
        found = owner.channels.get(str(channel))
        if found is not None:
            return found
        rows = list(owner.channels.values())
        if channel is None:
            return rows[0]
        if isinstance(channel, int) or channel.isdecimal():
            return rows[int(channel)]
        return next(row for row in rows if row.name == channel)

    def add_device(self, plan: DevicePlan, org: str | None = None) -> Device:
        """Add a device as if it was done in the console; nobody is told."""
        wanted = self.org(org or plan.org.rpartition("/")[2] or self.plan.orgs[0].rpartition("/")[2])
        used = set(self.world.devices)
        device = make_device(self.world, plan, len(self.world.devices), wanted.id, self.now(), used)
        self.world.gone.discard(device.id)
        self.world.touch()
        return device

    def recordings(self, channel: Channel) -> list[Recording]:
        """Return what was recorded of a channel; a list to change."""
        if channel.recordings is None:
            channel.recordings = usual_recordings(channel, self.now()) if channel.recorded else []
        return channel.recordings

    # Serving

    def call(self, path: dict[str, str], query: dict[str, Any], body: dict[str, Any], record: Request) -> Call:
        """Return what a handler gets."""
        token = record.headers.get("Access-Token", "")
        return Call(cloud=self, path=path, query=query, body=body, token=token, sent=record.body)

    async def outside(self, request: web.Request, record: Request) -> web.StreamResponse | None:
        """Answer pictures and streams; None for everything else."""
        if record.path.startswith(MEDIA):
            return await self.addresses.serve(record.path, record.query)
        if record.path.startswith("/v1/holo/"):
            return self.pictures.serve(record.path, record.query, record.headers.get("Access-Token", ""))
        return None

    # What happens

    def message_id(self) -> int:
        """Return a new id; of 32 digits if numbers are to be large."""
        number = next(self._numbers)
        return (LONGEST_MESSAGE if "big_numbers" in self.dirty else FIRST_MESSAGE) + number

    async def push(self, subscription: str, data: Mapping[str, Any]) -> Push:
        """Send a message of a subscription with this data."""
        message = {
            "message_id": self.message_id(), "message_type": MESSAGE_TYPES[subscription], "data": data, "test": False,
        }  # fmt: skip
        return await self.pusher.send(subscription, dump(message))

    async def push_raw(
        self, subscription: str, body: bytes | str | Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Push:
        """Send anything, signed as usual unless headers are given."""
        raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else dump(body)
        return await self.pusher.send(subscription, raw, headers)

    def _unserved(self, subscription: str, channel: Channel | None) -> Push | None:
        """Note a message that the services of a channel do not allow (L4133)."""
        if not self.services_needed or channel is None:
            return None
        if channel.has("MANAGEMENT") and channel.has("INDUSTRY_DATA"):
            return None
        return self.pusher.skip(Push(subscription, b"", self.now()), NO_SERVICE)

    async def alarm(
        self, device: str | Device, channel: str | int | None = None, kind: str = "motion_detection", *,
        status: str = "start", target: Mapping[str, Any] | None = None, picture: bool | bytes = True,
        uuid: str | None = None, moment: datetime | None = None, **more: Any,
    ) -> Push:  # fmt: skip
        """Let an alarm happen; `more` are fields of its data. `channel` "" is the device itself."""
        owner = self.device(device) if isinstance(device, str) else device
        place = None if channel == "" else self.channel(owner, channel)
        when = moment or self.now()
        key = uuid or push_bodies.alarm_uuid(owner, place, kind, when, next(self._alarms))
        caption = f"{place.name if place else owner.name}: {kind}"
        kept = self.pictures.keep(
            self.pictures.of_alarms, key, caption, data=picture if isinstance(picture, bytes) else None
        )
        kept.failed = picture is False
        if (refused := self._unserved("DEVICE_ALARM", place)) is not None:
            return refused
        return await self.push(
            "DEVICE_ALARM",
            push_bodies.alarm(owner, place, kind, status, when, key, target, more, self.dirty),
        )

    async def status(
        self, device: str | Device, method: str = "login", *, channels: Iterable[str | int] | None = None, **more: Any
    ) -> Push:
        """Tell about a device as it is now; `channels` are listed (all for what is about channels or a login)."""
        owner = self.device(device) if isinstance(device, str) else device
        rows = [] if method in {"logout", "offline_reason_notice"} else list(owner.channels.values())
        if channels is not None:
            rows = [self.channel(owner, channel) for channel in channels]
        data = push_bodies.status(owner, method, self.now(), rows, more, self.dirty)
        return await self.push("DEVICE_EXCEPTION", data)

    async def go_offline(self, device: str | Device, channel: str | int | None = None) -> Push:
        """Let a device, or one channel of it, go away, and tell it."""
        return await self._go(device, channel, online=False)

    async def go_online(self, device: str | Device, channel: str | int | None = None) -> Push:
        """Let a device, or one channel of it, come back, and tell it."""
        return await self._go(device, channel, online=True)

    async def _go(self, device: str | Device, channel: str | int | None, *, online: bool) -> Push:
        owner = self.device(device) if isinstance(device, str) else device
        if channel is not None:
            place = self.channel(owner, channel)
            place.online = online
            return await self.status(owner, "channel_state_notice", channels=[place.id])
        owner.online = online
        owner.gb_state = "CONNECTED" if online else "NOT_CONNECTED"
        if online:
            owner.registered, owner.online_since, owner.updated = True, self.now(), self.now()
        return await self.status(owner, "login" if online else "logout")

    async def rename_channel(self, device: str | Device, channel: str | int, name: str) -> Push:
        """Rename a channel on the device, and tell it."""
        place = self.channel(device, channel)
        place.name = name
        return await self.status(place.device, "channel_name_notice", channels=[place.id])

    async def unbind(self, device: str | Device, kind: str = "DELETE_DEVICE", channel: str | int | None = None) -> Push:
        """Take a device away, or a service of a channel (`UNBIND_MANAGE` and others), and tell it."""
        owner = self.device(device) if isinstance(device, str) else device
        if kind in {"DELETE_DEVICE", "UNBIND_DEVICE"}:
            self.world.remove(owner)
            return await self.tell_unbound(kind, [(owner.id, "", None)])
        place = self.channel(owner, channel)
        service = kind.removeprefix("UNBIND_")
        families = {
            "MANAGE": "MANAGEMENT",
            "MOTION": "EVENT_RECORD",
            "NORMAL": "FULL_RECORD",
            "DATAFLOW": "INDUSTRY_DATA",
        }
        place.set_package(families[service], "CLOSED")
        return await self.tell_unbound(kind, [(owner.id, place.id, place.bindings.pop(service, None))])

    async def tell_unbound(self, kind: str, entries: Iterable[tuple[str, str, str | None]]) -> Push:
        """Tell what is not there any more: device, channel, resource."""
        return await self.push("DEVICE_UNBIND", push_bodies.unbound(kind, entries))

    async def tlv(
        self, message: str, device: str | Device, channel: str | int | None = None, *, scene: int | None = None,
        data_id: str | None = None, picture: bool = True, **fields: Any,
    ) -> Push:  # fmt: skip
        """Send intelligent data such as `head_shoulder_data`; `fields` are those of its target."""
        place = self.channel(device, channel)
        key = data_id or f"{compact_stamp(self.now())}{self.chance.getrandbits(72):018x}"
        if picture:
            self.pictures.keep(self.pictures.of_data, key, f"{place.name}: {message}")
        if (refused := self._unserved(SUBSCRIPTIONS[message], place)) is not None:
            return refused
        data = push_bodies.tlv(message, place, self.now(), key, scene, fields, self.dirty)
        if picture and "target" in data:
            data["target"].setdefault("panorama_url", self.pictures.static_url(self._data_picture(key)))
        return await self.push(SUBSCRIPTIONS[message], data)

    def _data_picture(self, key: str) -> Picture:
        return self.pictures.of_data[key]
