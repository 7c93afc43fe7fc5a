"""A simulated ISAPI device."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
import re
from typing import Any, Literal

from aiohttp import web

from simulators.wire.xml import Value, leaf

from . import lists, scenario
from .alerts import Alert, Identity, Style
from .answers import Answer, RefusedError, xml_answer
from .documents import Setup
from .emitting import EventServer
from .fault_table import FAULTS
from .live import ROUTES, Handler
from .pictures import PictureSource, draw_picture
from .profiles import PROFILES
from .push import Pusher, PushForm, Target, target_of
from .server import Exchange
from .state import DeviceState
from .writes import capability_document, put_document

WRITABLE = re.compile(
    r"Smart/.+/\d+|System/Video/inputs/channels/.+|ContentMgmt/InputProxy/channels/\d+/video/\w+"
    r"|(?:System/IO|ContentMgmt/IOProxy)/(?:inputs|outputs)/\d+|System/Holidays/\d+|System/deviceInfo|System/Hardware"
    r"|System/TwoWayAudio/channels/\d+|Streaming/channels/\d+|Event/notification/httpHosts/\w+|Event/triggers/[^/]+"
    r"|WLAlarm/PIR|Thermal/.+|VideoIntercom/workMode|AccessControl/Door/param/\d+|Security/adminAccesses/\d+"
    r"|PTZCtrl/channels/\d+/presets/\d+"
)
"""Stored documents that may be written."""
KNOWN = re.compile(
    r"(?:System/(?:IO|Video|Audio|TwoWayAudio|Serial|Hardware|Holidays|status|time|externalDevice|onlineUpgrade|Network"
    r"|mutexFunction(?:ErrorMsg)?)"
    r"|ContentMgmt|Event|Smart|WLAlarm|Thermal|Traffic|Intelligent|VideoIntercom|AccessControl|PTZCtrl|Image|Security"
    r"|Streaming|Snapshot|SecurityCP|GIS|Compass|Panorama)(?:/.*)?"
)
"""Resources that the protocol has: what a device lacks of them is refused with `notSupport`, the rest is unknown."""
RIGHTS: tuple[tuple[str, str, str], ...] = (
    ("GET", r".*/alertStream", "alarmOutOrUpload"),
    ("GET", r".*/(?:picture|httppreview)", "preview"),
    ("GET", r"Security/users.*", "*"),
    ("GET", r".*", ""),
    ("PUT", r".*/outputs/\d+/trigger", "contorlLocalOut"),
    ("PUT", r"System/reboot", "restartOrShutdown"),
    ("PUT", r".*/requestKeyFrame", "preview"),
    ("PUT", r"PTZCtrl/.*|ContentMgmt/PTZCtrlProxy/.*", "ptzControl"),
    ("PUT", r"System/TwoWayAudio/channels/\d+/(?:open|close|audioData)", "voiceTalk"),
    (".*", r".*", "parameterConfig"),
)
"""Method, path and the right that is needed, first match decides (isapi-core §3.8.2)."""
OPEN_WHEN_NOT_ACTIVATED = frozenset({"Security/userCheck", "System/activate", "Security/challenge"})
SERVED_WITHOUT_STATE = "System/TwoWayAudio/channels/1/audioData"


class IsapiSimulator(DeviceState, EventServer):
    """One device as a real server on loopback; an async context manager.

    `channels`: attached cameras of a recorder. `number` makes serial number and MAC address different from another
    device's. `dead_channels`: attached cameras that never answered, known by name only. `rtsp_port`: port that the
    device says its RTSP server has; `rtsp_enabled` False says it is off. `missing_center`: trigger ids without linkage
    to the surveillance centre. `strict`: a PUT without some stored element, or in another namespace, is refused.
    `push_form`: how alerts are posted to configured hosts. Others are those of `EventServer` and `DeviceServer`.
    """

    def __init__(
        self,
        *,
        profile: str = "ipc",
        channels: int | None = None,
        number: int = 1,
        name: str | None = None,
        serial: str | None = None,
        mac: str | None = None,
        rtsp_port: int | None = None,
        rtsp_enabled: bool = True,
        missing_center: Iterable[str] = (),
        dead_channels: Iterable[int] = (),
        strict: bool = False,
        push_form: PushForm = "xml",
        picture_source: PictureSource = draw_picture,
        preview_period: float = 0.5,
        style: str | None = None,
        exclusions: Mapping[str, frozenset[str]] | None = None,
        lifetime: float | Literal["style"] | None = None,
        **settings: Any,
    ) -> None:
        """Raise `KeyError` for an unknown profile, `ValueError` for an impossible number of channels."""
        chosen = PROFILES[profile]
        proxied = chosen.proxied if channels is None else channels
        if (chosen.max_proxied is None and channels is not None) or not 0 <= proxied <= 64:
            raise ValueError(f"{profile} cannot have {channels} attached cameras")
        setup = Setup(
            profile=chosen, serial=serial or f"{chosen.model}20260101AAWR{number:09d}WCVU",
            mac=mac or f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}",
            device_name=name or f"Simulated {profile}", local=list(range(1, chosen.local + 1)),
            proxied=list(range(chosen.local + 1, chosen.local + proxied + 1)), rtsp_port=rtsp_port or chosen.rtsp_port,
            rtsp_enabled=rtsp_enabled, missing_center=frozenset(missing_center), dead=frozenset(dead_channels),
        )  # fmt: skip
        DeviceState.__init__(self, setup, exclusions=exclusions)
        if style is not None and lifetime is None:
            lifetime = "style"
        EventServer.__init__(
            self, style=style or chosen.style, lifetime=lifetime, speech=chosen.speech,
            realm=settings.pop("realm", chosen.model), **settings,
        )  # fmt: skip
        self.strict = strict
        self.push_form: PushForm = push_form
        self.pusher = Pusher()
        self.picture_source = picture_source
        self.preview_period = preview_period
        for fault, path in chosen.standing_faults:
            self.inject(fault, path)

    @property
    def identity(self) -> Identity:
        """What the device says of itself in alerts."""
        return Identity(
            address=self.host, port=self.port, mac=self.setup.mac, serial=self.setup.serial,
            proxied=frozenset(self.proxied), name_of=self.setup.name_of,
        )  # fmt: skip

    # Serving

    def accepts_stream(self, method: str, path: str) -> bool:
        """Sound is an endless body."""
        return method == "PUT" and path == SERVED_WITHOUT_STATE

    async def answer(self, exchange: Exchange) -> Answer | web.StreamResponse:
        """Answer a request that passed the login; raises `RefusedError`."""
        path = exchange.path
        if not self.password_flags["isActivated"] and path not in OPEN_WHEN_NOT_ACTIVATED:
            raise RefusedError(self.speech.status(path, 4, "notActivated"))
        self._check_rights(exchange)
        if path in self.profile.refusals:
            raise RefusedError(self.refusal(path))
        allowed: set[str] = set()
        for route in ROUTES:
            match = route.pattern.fullmatch(path)
            if match is None or (route.needs and route.needs not in self.profile.features):
                continue
            if handler := route.handlers.get(exchange.method):
                return await self._run(handler, exchange, match)
            allowed |= route.handlers.keys()
        return self._stored(exchange, allowed)

    async def _run(self, handler: Handler, exchange: Exchange, match: re.Match[str]) -> Answer | web.StreamResponse:
        reply = handler(self, exchange, match)
        return reply if isinstance(reply, (Answer, web.StreamResponse)) else await reply

    def _stored(self, exchange: Exchange, allowed: set[str]) -> Answer:
        """Answer from lists and documents."""
        path, method = exchange.path, exchange.method
        if lists.offers_list(self, path):
            allowed.add("GET")
            if method == "GET":
                return xml_answer(lists.compose(self, path))
        described = path.removesuffix("/capabilities")
        if described != path and method == "GET" and described in self.documents and WRITABLE.fullmatch(described):
            return xml_answer(capability_document(self.documents[described]))
        if path in self.documents:
            allowed |= {"GET", "PUT"} if WRITABLE.fullmatch(path) else {"GET"}
            if method == "GET":
                return xml_answer(self.documents[path])
            if method == "PUT" and "PUT" in allowed:
                return put_document(self, path, exchange.body)
        if allowed:
            answer = self.speech.status(path, 4, "methodNotAllowed", http=405)
            return Answer(405, answer.body, answer.content_type, {"Allow": ", ".join(sorted(allowed))})
        return self.refusal(path)

    def refusal(self, path: str) -> Answer:
        """Answer for a resource the device does not have, in the way of its kind."""
        stream = re.fullmatch(r"Streaming/channels/\d+?(\d\d)", path)
        http = self.profile.refusals.get(path)
        if http is None and stream:
            http = self.profile.refused_streams.get(int(stream[1]))
        if http == 0:
            raise ConnectionAbortedError(path)
        if http is not None:
            return self.speech.status(
                path, 3 if http == 500 else 4, "deviceError" if http == 500 else "notSupport", http=http
            )
        known = KNOWN.fullmatch(path) is not None
        return self.speech.status(path, 4, "notSupport" if known else "invalidOperation", http=403 if known else 404)

    def _check_rights(self, exchange: Exchange) -> None:
        for method, pattern, right in RIGHTS:
            if re.fullmatch(method, exchange.method) and re.fullmatch(pattern, exchange.path):
                if right and not exchange.user.may(right):
                    raise RefusedError(self.speech.status(exchange.path, 4, "lowPrivilege"))
                return

    # Commands and changes

    def inject(self, name: str, path: str | None = None, *, times: int | None = None) -> None:
        """Let something go wrong, by its name in `FAULTS`; raises `KeyError` for an unknown one."""
        row = FAULTS[name]
        row.inject(self, path or row.path, times)

    def change_password(self, password: str, username: str | None = None) -> None:
        """Change an account's password behind the client's back; nonces are lost."""
        name = username or self.username
        self.authority.users[name] = replace(self.authority.users[name], password=password)
        self.authority.forget_nonces()

    async def reboot_soon(self) -> None:
        """Reboot as soon as the answer is on its way."""
        await asyncio.sleep(0.02)
        self.reboot()

    def reboot(self, seconds: float | None = None) -> None:
        """Reboot: outputs fall back, nobody talks; see `DeviceServer.reboot`."""
        self.outputs = dict.fromkeys(self.outputs, False)
        self.talking = False
        self.call = "idle"
        super().reboot(seconds)

    def switch_output(self, port: str, on: bool) -> None:
        """Switch an output; a pulse ends by itself."""
        self.outputs[port] = on
        base = "ContentMgmt/IOProxy" if int(port) > 100 else "System/IO"
        source = self.documents[f"{base}/outputs/{port}"]
        if on and leaf(source, "PowerOnState/outputState") == "pulse":
            seconds = int(leaf(source, "PowerOnState/pulseDuration") or 1000) / 1000

            async def fall_back() -> None:
                await asyncio.sleep(seconds)
                self.outputs[port] = False

            self.spawn(fall_back, f"simulated pulse of output {port}")

    def set_input(self, port: str, active: bool | None, *, tell: bool = True) -> None:
        """Change an alarm input and tell it by an alert; None = its state is unknown; raises `KeyError`."""
        if port not in self.inputs:
            raise KeyError(port)
        changed = self.inputs[port] != active
        self.inputs[port] = active
        if tell and changed and active is not None:
            self.emit(type="IO", channel=None, port=int(port), state="active" if active else "inactive")

    def set_online(self, channel: int, online: bool | None, *, tell: bool = False) -> None:
        """Change whether an attached camera answers, on wish with a video loss alert; None = unknown."""
        self.online[channel] = online
        if tell and online is not None:
            self.emit(type="videoloss", channel=channel, state="inactive" if online else "active")

    # Events

    def ring(self) -> None:
        """Somebody presses the button of a door station: the call status changes and an event tells it."""
        self.call = "ring"
        press: Value = {"deviceName": self.setup.device_name, "majorEventType": 3, "subEventType": 1024, "doorNo": 1}
        self.emit(type="AccessControllerEvent", extra={"AccessControllerEvent": press})

    def send_alert(self, alert: Alert, style: Style, framing: str) -> None:
        """Send an alert to streams and to configured hosts."""
        super().send_alert(alert, style, framing)
        for number in range(1, self.profile.hosts + 1):
            if target := target_of(self.documents[f"Event/notification/httpHosts/{number}"]):
                self.spawn(partial(self._push, target, alert, style), "simulated push")

    async def _push(self, target: Target, alert: Alert, style: Style) -> None:
        await self.pusher.deliver(
            target, alert, self.identity, render=style.render, content_type=style.part_type,
            name=self.setup.device_name, form=self.push_form,
        )  # fmt: skip

    async def play(self, script: str, *, channel: int = 1, port: str | None = None, pace: float = 1.0) -> int:
        """Play a script of `SCRIPTS` once; returns how many steps were told."""
        return await scenario.play(self, script, channel=channel, port=port, pace=pace)

    def live(self, *, seed: int = 0, pace: float = 1.0) -> asyncio.Task[None]:
        """Let things happen at random from now on until the task is cancelled or the device stops."""
        return self.spawn(partial(scenario.live, self, seed=seed, pace=pace), "simulated life")

    async def push_test(self, path: str) -> bool:
        """Tell whether the target of a push slot answers."""
        target = target_of(self.documents[path])
        return target is not None and await self.pusher.reach(target)
