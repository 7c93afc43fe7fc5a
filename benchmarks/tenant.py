"""A simulated tenant of the cloud in a process of its own, which posts alarms at a pace."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from secrets import token_hex
import time
from typing import Any, Final

from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from simulators.ivm.build import BASE_ABILITIES, usual_abilities
from simulators.ivm.push import MESSAGE_TYPES, dump
from simulators.ivm.push_bodies import alarm, alarm_uuid
from simulators.video import VideoSpec, jpeg

from .child import Child, obey
from .platform import PostConnection

SUBSCRIPTION: Final = "DEVICE_ALARM"
SENDERS: Final = 16
"""Connections that the cloud keeps open for its messages."""
REGIONS, BRANCHES = 5, 3
"""Organisations below the root, and below each of them."""
CAMERAS: Final = 600
RECORDERS: Final = (*(16,) * 87, 8)
"""Channels of each."""
CHANNELS: Final = CAMERAS + sum(RECORDERS)
KINDS: Final = (
    "human_detection", "over_line_alarm", "region_invasion_alarm", "fire_detect_alarm", "people_queue_alarm", "io_event",
    "linger_alarm", "abandon_alarm",
)  # fmt: skip
"""What channels tell besides motion, each of them one."""


def branches() -> TenantPlan:
    """Return a tenant with 20 organisations, 600 cameras and 88 recorders: 2,000 channels."""
    regions = [f"Region {number}" for number in range(1, REGIONS + 1)]
    orgs = [f"{region}/Branch {number}" for region in regions for number in range(1, BRANCHES + 1)]
    cameras = [
        _device(number, f"Camera {number:03d}", orgs, kind="IPC", online=number % 50 != 7) for number in range(CAMERAS)
    ]
    recorders = [
        _device(number, f"Recorder {number:02d}", orgs, kind="NVR", channels=channels, offline_channels=(number % 8,))
        for number, channels in enumerate(RECORDERS)
    ]
    return TenantPlan(name="Branches", orgs=(*regions, *orgs), devices=(*cameras, *recorders))


def _device(number: int, name: str, orgs: Sequence[str], **more: Any) -> DevicePlan:
    """Return a device: every sixth can be moved, every sixth counts people, every fourth is one of GB28181."""
    packages = {"MANAGEMENT": "GRANT", "INDUSTRY_DATA": "GRANT"}
    if number % 2:
        packages["EVENT_RECORD"] = "GRANT"
    if number % 3 == 0:
        packages["FULL_RECORD"] = "GRANT"
    abilities: Sequence[str] = BASE_ABILITIES
    match number % 6:
        case 1:
            abilities = sorted(usual_abilities(DevicePlan()))
        case 4:
            abilities = (*BASE_ABILITIES, "flowstatis")
    return DevicePlan(
        name=name, org=orgs[number % len(orgs)], protocol="GB28181" if number % 4 == 3 else "HOLO", abilities=abilities,
        packages=packages, **more,
    )  # fmt: skip


class TenantProcess(Child):
    """One `IvmSimulator` with `branches()` elsewhere."""

    def __init__(self, **settings: Any) -> None:
        """Start it and wait until it answers. `settings` are those of the simulator."""
        super().__init__(_serve, settings)
        self.data: dict[str, object] = self.told

    def requests(self) -> list[tuple[str, str, str, Mapping[str, str]]]:
        """Return method, path, query and headers of every request so far."""
        return list(self.ask("requests"))

    def destination(self) -> str:
        """Return where alarms go, the empty text while nobody subscribed."""
        return str(self.ask("destination"))


def data_of(cloud: IvmSimulator) -> dict[str, object]:
    """Return the data of a config entry for a simulated cloud."""
    return {
        "system": "ivm", "url": cloud.url, "verify_ssl": True, "fingerprint": None, "user_id": cloud.user_id,
        "access_key": cloud.ak, "secret_key": cloud.sk, "webhook_id": token_hex(32),
    }  # fmt: skip


async def _serve(pipe: Connection, settings: dict[str, Any]) -> None:
    """Be the cloud."""
    async with IvmSimulator(branches(), **settings) as cloud:
        alarms = Alarms(cloud)
        await obey(pipe, data_of(cloud), {
            "requests": lambda: [(one.method, one.path, _query(one.query), dict(one.headers)) for one in cloud.requests],
            "destination": lambda: cloud.callbacks[SUBSCRIPTION].url if SUBSCRIPTION in cloud.callbacks else "",
            "send": alarms.send,
        })  # fmt: skip


def _query(query: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())


class Alarms:
    """Lets alarms happen on all channels that are online, motion and something else by turns, each with a picture."""

    def __init__(self, cloud: IvmSimulator) -> None:
        """Begin with the first."""
        self._cloud = cloud
        self._channels = [channel for channel in cloud.world.channels() if channel.state == "ONLINE"]
        self._number = 0
        self._picture = jpeg(VideoSpec("Branch", 120, 640, 360), 0, "")

    def _next(self) -> tuple[str, bytes]:
        """Return the next alarm: its id and its message."""
        number = self._number
        self._number += 1
        turn, place = divmod(number, len(self._channels))
        channel = self._channels[place * 7 % len(self._channels)]
        kind = "motion_detection" if turn % 2 == 0 else KINDS[place % len(KINDS)]
        moment = datetime.now(UTC)
        uuid = alarm_uuid(channel.device, channel, kind, moment, number)
        self._cloud.pictures.keep(self._cloud.pictures.of_alarms, uuid, "", data=self._picture)
        message = {
            "message_id": self._cloud.message_id(), "message_type": MESSAGE_TYPES[SUBSCRIPTION], "test": False,
            "data": alarm(channel.device, channel, kind, "start", moment, uuid, None, {}, ()),
        }  # fmt: skip
        return uuid, dump(message)

    async def send(self, count: int, rate: float) -> tuple[dict[str, float], dict[str, float]]:
        """Post so many alarms at a pace, signed.

        Returns by id when each was due (monotonic seconds), and the seconds from then until it was answered.
        """
        alarms = [self._next() for _ in range(count)]
        callback = self._cloud.callbacks[SUBSCRIPTION]
        waits: dict[str, float] = {}
        numbers = iter(range(count))
        start = time.monotonic()
        due = {uuid: start + number / rate for number, (uuid, _) in enumerate(alarms)}

        async def sender() -> None:
            async with PostConnection(callback.url) as connection:
                for number in numbers:
                    uuid, body = alarms[number]
                    if (wait := due[uuid] - time.monotonic()) > 0:
                        await asyncio.sleep(wait)
                    await connection.post(body, self._cloud.pusher.signature(callback))
                    waits[uuid] = time.monotonic() - due[uuid]

        await asyncio.gather(*(sender() for _ in range(SENDERS)))
        return due, waits
