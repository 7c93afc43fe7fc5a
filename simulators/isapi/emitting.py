"""The event side of a simulated device: streams, heartbeats and alerts in the print of its generation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

from aiohttp import web

from simulators.wire.xml import Value

from .alerts import STYLES, Alert, Identity, Style
from .framing import FRAMINGS, HOSTILE_ROUND, part, picture_part
from .server import DeviceServer, Exchange
from .streams import StreamHub


class AlertFields(TypedDict, total=False):
    """Keyword arguments of `emit`; see `Alert` for what each means."""

    state: str
    channel: int | Literal[""] | None
    port: int | None
    target: str | None
    region: str | None
    sensitivity: int
    plate: str | None
    relation: str | None
    temperature: float | None
    description: str | None
    count: int | None
    when: datetime | str | None
    picture: bytes | None
    picture_url: str | None
    retransmission: bool
    extra: Mapping[str, Value]


class EventServer(DeviceServer):
    """A device with an event stream.

    `style` names a generation (`STYLES`). `heartbeat` and `lifetime` are seconds, None = never, "style" = its own.
    """

    def __init__(
        self,
        *,
        style: str,
        heartbeat: float | Literal["style"] | None = "style",
        lifetime: float | Literal["style"] | None = "style",
        **settings: Any,
    ) -> None:
        """`settings` are those of `DeviceServer`."""
        super().__init__(**settings)
        self.style: Style = STYLES[style]
        self.heartbeat_period = self.style.period if heartbeat == "style" else heartbeat
        self.lifetime = self.style.lifetime if lifetime == "style" else lifetime
        self.hub = StreamHub()
        self.stream_content_type: str | None = self.style.content_type
        """Content-Type of the stream's head; None sends none."""
        self.stream_chunk: int | None = None
        """Bytes per write on streams opened from now on."""
        self.framing = "hostile" if style == "hostile" else "right"
        """Name of `FRAMINGS`, or "hostile" for another one each time."""
        self.drops_inactive = style == "hostile"
        """The end of an event is never told."""
        self._counts: dict[tuple[str, object, object], int] = {}

    @property
    def identity(self) -> Identity:
        """What the device says of itself in alerts."""
        raise NotImplementedError

    @property
    def streams_open(self) -> int:
        """Number of event streams that are open now."""
        return len(self.hub.open)

    @property
    def streams_opened(self) -> int:
        """Number of event streams opened since the start."""
        return self.hub.opened

    async def wait_for_stream(self, opened: int = 1, *, timeout: float = 5.0) -> None:
        """Wait until that many streams have been opened in all; raises `TimeoutError`."""
        await self.hub.wait(opened, timeout)

    async def serve_alerts(self, exchange: Exchange) -> web.StreamResponse:
        """Answer a request for the event stream."""
        beating = self.style.heartbeat is not None and self.heartbeat_period is not None
        exchange.record.status = 200
        return await self.hub.serve(
            exchange.request, content_type=self.stream_content_type,
            heartbeat=self._heartbeat if beating else None, period=self.heartbeat_period or 0.0,
            lifetime=self.lifetime, chunk=self.stream_chunk,
        )  # fmt: skip

    def _heartbeat(self) -> bytes:
        beat = self.style.heartbeat
        if beat is None:
            return b""
        body = self.style.render(replace(beat, when=self.now()), self.identity)
        return part(self.style, body.encode())

    def beat(self) -> None:
        """Send a heartbeat now."""
        self.hub.send(self._heartbeat())

    def emit(
        self, *, type: str, style: str | None = None, framing: str | None = None, **fields: Unpack[AlertFields]
    ) -> Alert:
        """Send one alert to all open streams, whatever its linkage says; returns it with its time and counter.

        `style` prints it like another generation, inside the parts of this one.
        """
        alert = Alert(type=type, **fields)
        if alert.when is None:
            alert.when = self.now()
        if alert.count is None:
            alert.count = self._count(alert)
        chosen = self.style
        if style is not None:
            other = STYLES[style]
            chosen = replace(chosen, render=other.render, part_type=other.part_type)
        self.send_alert(alert, chosen, framing or self.framing)
        return alert

    def _count(self, alert: Alert) -> int:
        """Number of notifications of this event since it began."""
        key = (alert.type, alert.channel, alert.port)
        if alert.state == "inactive":
            return self._counts.pop(key, 0)
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]

    def send_alert(self, alert: Alert, style: Style, framing: str) -> None:
        """Frame an alert and queue it for the streams."""
        self.hub.alerts += 1
        if self.drops_inactive and alert.state == "inactive":
            return
        if framing == "hostile":
            framing = HOSTILE_ROUND[self.hub.alerts % len(HOSTILE_ROUND)]
        data = FRAMINGS[framing](style, style.render(alert, self.identity).encode())
        if alert.picture is not None:
            data += picture_part(style, alert.picture)
        self.hub.send(data)

    def emit_raw(self, data: bytes) -> None:
        """Queue bytes for all open streams as they are."""
        self.hub.send(data)

    def emit_half(self, *, type: str, **fields: Unpack[AlertFields]) -> None:
        """Send the first half of an alert's part, then end the streams."""
        alert = Alert(type=type, **fields)
        if alert.when is None:
            alert.when = self.now()
        data = part(self.style, self.style.render(alert, self.identity).encode())
        self.hub.send(data[: len(data) // 2])
        self.close_streams()

    def close_streams(self, *, abort: bool = False) -> None:
        """End all open streams behind what is queued, or break their connections."""
        for stream in list(self.hub.open):
            if abort:
                stream.abort()
            else:
                stream.finish()
