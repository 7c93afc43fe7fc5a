"""A simulated Hik IP Receiver Pro with its devices, as a real server on loopback."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
import random
from typing import Any, Self
from uuid import UUID

from aiohttp import web

from simulators.wire.tls import ServerCertificate

from . import command_calls, reading_calls
from .acts import ALARM, PanelActs
from .answers import RefusedError, dump, envelope, shaped
from .build import make_index, make_other, make_panel
from .calls import ISAPI, Call, Route, find
from .event_bodies import header, parameters, report
from .media import CONTENT_TYPES, VIDEO_FORMATS, MediaStore, content
from .others import OtherDevice
from .panel import Panel
from .plans import OtherPlan, PanelPlan
from .server import ADMINISTRATOR, Gateway, Request
from .state import Device, PanelState
from .stream import Delivery, Streams, Subscription

ROUTES: tuple[Route, ...] = (
    Route(method="POST", path="/ISAPI/ContentMgmt/DeviceMgmt/deviceList", handler=reading_calls.device_list, body=True,
          optional=frozenset({"security", "iv"})),
    Route(method="PUT", path="/ISAPI/SecurityCP/control/arm/", handler=command_calls.arm, query=frozenset({"ways"})),
    Route(method="PUT", path="/ISAPI/SecurityCP/control/disarm/", handler=command_calls.disarm),
    Route(method="PUT", path="/ISAPI/SecurityCP/control/clearAlarm/", handler=command_calls.clear_alarm),
    Route(method="PUT", path="/ISAPI/SecurityCP/control/bypass", handler=command_calls.bypass, body=True, otap=False),
    Route(method="PUT", path="/ISAPI/SecurityCP/control/bypassRecover", handler=command_calls.bypass_recover,
          body=True, otap=False),
    Route(method="PUT", path="/ISAPI/SecurityCP/control/deactivation", handler=command_calls.deactivation, body=True),
    Route(method="POST", path="/ISAPI/SecurityCP/control/outputs", handler=command_calls.outputs, body=True, otap=False),
    Route(method="GET", path="/ISAPI/SecurityCP/status/exDevStatus", handler=reading_calls.peripherals, otap=False),
    Route(method="GET", path="/ISAPI/SecurityCP/status/subSystems", handler=reading_calls.partitions, otap=False),
    Route(method="POST", path="/ISAPI/SecurityCP/status/zones", handler=reading_calls.zones, body=True),
    Route(method="GET", path="/ISAPI/SecurityCP/status/zones", handler=reading_calls.legacy_zones),
    Route(method="POST", path="/ISAPI/Event/notification/subscribeDeviceMgmt", handler=lambda _: None, body=True),
    Route(method="DELETE", path="/ISAPI/Event/notification/unSubscribeDeviceMgmt/", handler=lambda _: None),
)  # fmt: skip
"""The thirteen calls below ISAPI, the zones by both methods (ip-receiver §2)."""
SUBSCRIBE, UNSUBSCRIBE = ROUTES[-2], ROUTES[-1]
HELD = frozenset({"/ISAPI/SecurityCP/status/subSystems", "/ISAPI/SecurityCP/status/zones"})
WANTED = {"SubscribeDeviceMgmt": {"eventMode": "all", "defenceMode": "all"}}


class IpReceiverSimulator(Gateway):
    """A receiver. Its knobs (`knobs.py`) are attributes, and may also be given by name when it is made."""

    def __init__(
        self, panels: Iterable[PanelPlan] = (PanelPlan(),), others: Iterable[OtherPlan] = (), *,
        username: str = "admin", password: str = "Abc12345", admin: bool = True, heartbeat: float = 10.0,
        delay: float = 0.0, exit_delay: float = 0.0, digest: str = "MD5",
        tls: bool | ServerCertificate | None = None, host: str = "127.0.0.1", port: int = 0, seed: int = 1,
        **knobs: Any,
    ) -> None:  # fmt: skip
        """`delay`: of every answer; `digest`: a name of `VARIANTS`; all times in seconds. Nothing is bound yet."""
        super().__init__(
            username=username, password=password, admin=admin, digest=digest, host=host, port=port, tls=tls, delay=delay
        )
        self.exit_delay = exit_delay
        self.random = random.Random(seed)
        self.media = MediaStore()
        self.searches: dict[tuple[str, str], list[bytes]] = {}
        self.devices: list[Device] = []
        self.held = 0
        """Answers about partitions and zones that were made and are held back now."""
        self.streams = Streams(lambda: self.framing, self._beat, heartbeat)
        self._acts: dict[int, PanelActs] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._released = asyncio.Event()
        self._released.set()
        for plan in panels:
            self._add(plan)
        for other in others:
            self._add(other)
        for name, value in knobs.items():
            if name not in self.__dataclass_fields__:
                raise TypeError(f"there is no knob {name}")
            setattr(self, name, value)

    # Life

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Bind."""
        await self.listen()

    async def stop(self) -> None:
        """End everything it started."""
        self._released.set()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.stop_answering()

    async def restart(self, away: float = 0.0) -> None:
        """Go away for some seconds and come back at the same port, without nonces and subscriptions."""
        await self.stop_answering()
        self.authority.forget_nonces()
        await asyncio.sleep(away)
        await self.listen()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something until the receiver stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something later."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            act()

        self.spawn(wait())

    # Devices

    def panel(self, name: str) -> Panel:
        """Return a panel by its name, serial number or devIndex. Raises KeyError."""
        state = self._device(name)
        if not isinstance(state, PanelState):
            raise KeyError(name)
        return Panel(self, state, self.acts(state))

    @property
    def panels(self) -> list[Panel]:
        """All panels."""
        return [Panel(self, state, self.acts(state)) for state in self.devices if isinstance(state, PanelState)]

    def other(self, name: str) -> OtherDevice:
        """Return a device that is no panel by its name, serial number or devIndex. Raises KeyError."""
        device = self._device(name)
        if device.kind is None:
            raise KeyError(name)
        return OtherDevice(self, device)

    def _device(self, name: str) -> Device:
        for device in self.devices:
            if name in {device.name, device.serial, device.index}:
                return device
        raise KeyError(name)

    def acts(self, state: PanelState) -> PanelActs:
        """Return what lets a panel do something."""
        found = self._acts.get(id(state))
        if found is None:
            found = self._acts[id(state)] = PanelActs(self, state)
        return found

    def add(self, plan: PanelPlan | OtherPlan) -> Delivery:
        """Add a device, which every open subscription covers from now on (L628-630)."""
        device = self._add(plan)
        return self.status_changed(device, "devStatusChanged", str(device.fields["devStatus"]))

    def remove(self, name: str) -> Delivery:
        """Delete a device."""
        device = self._device(name)
        self.devices.remove(device)
        return self.tell_deleted(device)

    def _add(self, plan: PanelPlan | OtherPlan) -> Device:
        number = len(self.devices) + 1
        device = (
            make_panel(plan, number, self.random)
            if isinstance(plan, PanelPlan)
            else make_other(plan, number, self.random)
        )
        self.devices.append(device)
        return device

    def new_index(self) -> str:
        """Return a devIndex that no device has."""
        return make_index(self.random)

    # Events

    def emit(self, alert: Mapping[str, Any]) -> Delivery:
        """Tell an alert, given with or without `EventNotificationAlert` around it."""
        body = dict(alert.get("EventNotificationAlert", alert))
        if self.upper_index and "devIndex" in body:
            body["devIndex"] = str(body["devIndex"]).upper().replace("-", "")
        if self.blank_words and isinstance(body.get("status"), str):
            body["status"] = f" {body['status']}"
        bare = body.get("eventType") in self.bare_roots
        shaped_body = shaped(body, strings=self.stringified, missing=self.missing_keys)
        printed = dump(shaped_body if bare else {"EventNotificationAlert": shaped_body})
        return self.streams.send([printed] * (2 if self.doubled else 1))

    def emit_raw(self, data: bytes) -> Delivery:
        """Send bytes on every stream, with no framing at all."""
        return self.streams.send_raw(data)

    def emit_body(self, body: bytes) -> Delivery:
        """Send bytes as the body of a part."""
        return self.streams.send([body])

    def delivered(self) -> Delivery:
        """Return what waits until everything told until now is written."""
        return Delivery(self.streams.open.values())

    def cid(
        self, panel: Panel | PanelState | str, code: str, partition: int | None = None, zone: int | None = None,
        user: str | None = None, kind: int = ALARM, uuid: str | None = None, has_video: int = 0, *,
        user_number: int = 2, by_network: bool = False, **more: Any,
    ) -> Delivery:  # fmt: skip
        """Tell a report of a panel. `zone` is an id; what is told is its number in reports (`zone_base`, `deviceNo`).

        `partition` None: that of the zone, or 0. `user`: a name. `more`: further members of the header.
        """
        state = self._state(panel)
        number = None if zone is None else self.reported(state, zone)
        if partition is None:
            partition = state.zones[zone].fields.get("subSystemNo", 0) if zone in state.zones else 0
        moment = self.now()
        told = report(
            code, kind, moment, partition=partition, zone=number, uuid=self.new_uuid() if uuid is None else uuid,
            who=parameters(user, user_number, number, by_network=by_network), has_video=has_video,
        )  # fmt: skip
        return self.emit({**self._head("CIDAlarm", state, "CID Alarm"), "CIDAlarm": told, **more})

    def video_review(
        self, panel: Panel | PanelState | str, code: str, zone: int | None = None, *urls: str,
        uuid: str | None = None, partition: int | None = None, kind: int = ALARM, has_video: int = 2, **more: Any,
    ) -> Delivery:  # fmt: skip
        """Tell where the clip of a report lies (L4102-4300); two addresses: a detector with two lenses."""
        state = self._state(panel)
        number = None if zone is None else self.reported(state, zone)
        addresses = urls or (self.media.clip(f"{state.name} · {code}", VIDEO_FORMATS.get(has_video, "mp4")),)
        if partition is None:
            partition = state.zones[zone].fields.get("subSystemNo", 0) if zone in state.zones else 0
        told = report(
            code, kind, self.now(), partition=partition, zone=number, uuid=self.new_uuid() if uuid is None else uuid,
            who=parameters(None, 0, number), has_video=has_video,
        )  # fmt: skip
        if "zoneNo" in told:
            told["ZoneNo"] = told.pop("zoneNo")
        told["videoURL"] = addresses[0]
        if len(addresses) > 1:
            told["videoInfoList"] = [
                {"videoURL": url, "cameraPosition": side}
                for url, side in zip(addresses, ("left", "right"), strict=False)
            ]
        review = {"protocolType": "HikCIDProtocol", "HikCIDParams": told}
        return self.emit({**self._head("videoReview", state, "video review"), "VideoReview": review, **more})

    def status_changed(self, device: Device, kind: str, word: str) -> Delivery:
        """Tell one of the states of a device (L1563-1611, L4350-4400, L4542-4595)."""
        return self.emit({**header(kind, self.now(), index=device.index, name=device.name), "status": word})

    def hpp(self, *, normal: bool) -> Delivery:
        """Lose the receiver's own link to Hik-Partner Pro, or find it again (L4302-4348)."""
        kind = "hppConnectStateChanged" if self.other_names else "hppConnectionStatusChanged"
        return self.emit({**header(kind, self.now()), "status": "normal" if normal else "abnormal"})

    def tell_deleted(self, device: Device) -> Delivery:
        """Tell that a device was deleted; the channel is its serial number there (L1523)."""
        told = header("devicedeleted", self.now(), index=device.index, channel=device.serial, name=device.name)
        return self.emit(told)

    def _head(self, kind: str, state: PanelState, text: str) -> dict[str, Any]:
        return {
            **header(kind, self.now(), index=state.index, name=state.name, text=text),
            "deviceID": state.fields["accountID"],
            **({"deviceSerial": state.serial} if state.serial else {}),
        }

    def _state(self, panel: Panel | PanelState | str) -> PanelState:
        if isinstance(panel, PanelState):
            return panel
        return self.panel(panel).state if isinstance(panel, str) else panel.state

    def reported(self, state: PanelState, zone: int) -> int:
        """Return the number by which events name a zone (T9)."""
        if state.fields.get("deviceIDPriority") == "deviceNo" and zone in state.zones:
            return int(state.zones[zone].fields["deviceNo"])
        return zone + self.zone_base

    def new_uuid(self) -> str:
        """Return the id of an alarm."""
        return str(UUID(int=self.random.getrandbits(128), version=1))

    def drop_streams(self, after: int | None = None) -> None:
        """Break every stream: now, or behind so many more bytes, in the middle of a part as likely as not."""
        for subscription in list(self.streams.open.values()):
            if after is None:
                subscription.abort()
            else:
                subscription.cut(after)

    def end_streams(self) -> None:
        """End every stream cleanly."""
        for subscription in list(self.streams.open.values()):
            subscription.send(None)

    def forget_subscriptions(self) -> None:
        """Tell what is open now nothing but heartbeats any more."""
        for subscription in self.streams.open.values():
            subscription.forgotten = True

    def hold_status(self) -> None:
        """Make answers about partitions and zones, and send none of them until `release_status`."""
        self._released.clear()

    def release_status(self) -> None:
        """Send them."""
        self._released.set()

    def _beat(self, subscription: Subscription) -> bytes | None:
        if not self.heartbeats:
            return None
        told = header("heartBeat", self.now(), text="Heart Beat", count=subscription.beats)
        if self.data_time:
            told["dataTime"] = told.pop("dateTime")
        return dump({"EventNotificationAlert": shaped(told, strings=self.stringified, missing=self.missing_keys)})

    # Calls

    async def perform(self, request: web.Request, record: Request, user: str) -> Any:
        """Carry out a call that was let in."""
        if not record.path.startswith(ISAPI):
            return await self._download(record, user)
        route, target = find(ROUTES, record.method, record.path)
        route.check(record.query, record.body)
        call = Call(
            receiver=self, path=record.path, query=record.query, body=record.body, user=user, target=target,
            device=self._addressed(record.query, route),
        )  # fmt: skip
        if route is SUBSCRIBE:
            return await self._subscribe(request, call)
        if route is UNSUBSCRIBE:
            return self._unsubscribe(call)
        answer = route.handler(call)
        if record.path in HELD:
            await self._hold()
        return answer

    def _addressed(self, query: Mapping[str, str], route: Route) -> Device | None:
        """Return the device that a call is about, if it is there and has this call."""
        index = query.get("devIndex")
        if index is None:
            return None
        device = next((device for device in self.devices if device.index == index), None)
        if device is None:
            raise RefusedError("theDeviceIdDoesNotExist")
        if not isinstance(device, PanelState) or (device.by_otap and not route.otap):
            raise RefusedError("notSupport")
        if not device.is_online:
            raise RefusedError(self.offline_sub)
        return device

    async def _hold(self) -> None:
        if self._released.is_set() and not self.held_status:
            return
        self.held += 1
        try:
            await asyncio.sleep(self.held_status)
            await self._released.wait()
        finally:
            self.held -= 1

    async def _subscribe(self, request: web.Request, call: Call) -> Any:
        """E3."""
        if call.document() != WANTED:
            raise RefusedError("badParameters")
        if self.stream_limit is not None and len(self.streams.open) >= self.stream_limit:
            raise RefusedError("maxSessionUserLink")
        if self.plain_stream:
            return envelope(url=call.path)
        self.busy -= 1
        try:
            return await self.streams.serve(request, self._first)
        finally:
            self.busy += 1

    def _first(self, number: int) -> bytes:
        return dump({"SubscribeDeviceMgmtRsp": {"id": "" if self.unnamed_streams else number}})

    def _unsubscribe(self, call: Call) -> dict[str, Any]:
        """E4."""
        if not call.target.isdecimal() or not self.streams.close(int(call.target)):
            raise RefusedError("theSessionIdDoesNotExist")
        return envelope(url=call.path)

    async def _download(self, record: Request, user: str) -> web.Response:
        """E1: administrators only (L562)."""
        if record.method != "GET":
            raise RefusedError("methodNotAllowed")
        if self.users[user].level != ADMINISTRATOR:
            if self.media_refusal == "unauthorized":
                response = self.refusal(record, RefusedError("badAuthorization"), 401)
                response.headers["WWW-Authenticate"] = self.authority.offers(stale=False)[0]
                return response
            raise RefusedError("lowPrivilege")
        item = self.media.items.get(record.path)
        if item is None:
            raise RefusedError("taskNoRecFile")
        if item.early > 0:
            item.early -= 1
            raise RefusedError("taskNoRecFile")
        item.downloads += 1
        data = await asyncio.to_thread(content, item)
        return web.Response(body=data, headers={"Content-Type": item.content_type or CONTENT_TYPES[item.kind]})


def many(count: int, zones: int, **more: Any) -> Sequence[PanelPlan]:
    """Return plans of many panels of a kind, for measurements."""
    return [PanelPlan(name=f"Site {number:03d}", zones=zones, **more) for number in range(1, count + 1)]
