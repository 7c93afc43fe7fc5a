"""A device that posts its alerts to us: XML, multipart or a query string (isapi-events §1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
import ssl
from typing import Literal

import aiohttp

from simulators.wire.xml import Element, parse_text, text

from .alerts import Alert, Identity, Renderer, timestamp

type PushForm = Literal["xml", "multipart"]
TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a slot points to."""

    url: str
    query: bool
    """The alert travels as a query string."""


@lru_cache(maxsize=256)
def target_of(slot: str) -> Target | None:
    """Read a push slot; None when it is empty."""
    root = parse_text(slot)
    address = text(root, _address_element(root)) or ""
    if address in ("", "0.0.0.0", "::"):
        return None
    scheme = (text(root, "protocolType") or "HTTP").lower()
    path = "/" + (text(root, "url") or "/").lstrip("/")
    port = text(root, "portNo") or "80"
    return Target(f"{scheme}://{address}:{port}{path}", text(root, "parameterFormatType") == "querystring")


def _address_element(root: Element) -> str:
    return "hostName" if text(root, "addressingFormatType") == "hostname" else "ipAddress"


def query_of(alert: Alert, identity: Identity, name: str) -> Mapping[str, str]:
    """Print an alert as query parameters; their names differ from the elements'."""
    rows: dict[str, object | None] = {
        "version": "1.0",
        "DeviceID": identity.serial,
        "DeviceName": name,
        "IPAddress": identity.address,
        "PortNo": identity.port,
        "Protocol": "HTTP",
        "MacAddress": identity.mac,
        "ChannelID": alert.channel or None,
        "DateTime": timestamp(alert.when),
        "ActivePostCount": alert.count if alert.count is not None else 1,
        "EventType": alert.type,
        "EventState": alert.state,
        "EventDescription": alert.words,
        "InputIOPortID": alert.port,
        "RegionIndex1": alert.region,
        "SensitivityLevel1": alert.sensitivity if alert.region else None,
    }
    return {key: str(value) for key, value in rows.items() if value is not None}


def multipart_body(alert: bytes, content_type: str, picture: bytes | None) -> tuple[bytes, str]:
    """Wrap an alert and its picture into a form, as later cameras do; returns body and content type."""
    boundary = "MIME_boundary"
    parts = [(content_type, 'form-data; name="Event"; filename="Event.xml"', alert)]
    if picture is not None:
        parts.append(("image/jpeg", 'form-data; name="Picture"; filename="Picture.jpg"', picture))
    body = bytearray()
    for kind, disposition, data in parts:
        lines = (f"--{boundary}", f"Content-Disposition: {disposition}", f"Content-Type: {kind}",
                 f"Content-Length: {len(data)}", "", "")  # fmt: skip
        body += "\r\n".join(lines).encode() + data + b"\r\n"
    return bytes(body) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Pusher:
    """Sends alerts to targets and remembers how they were received."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.statuses: list[int] = []
        """HTTP status of every push that was answered."""
        self.failures = 0
        """Pushes that reached nobody."""

    async def deliver(
        self,
        target: Target,
        alert: Alert,
        identity: Identity,
        *,
        render: Renderer,
        content_type: str,
        name: str,
        form: PushForm,
    ) -> None:
        """Send one alert to one target; a device does not try twice and does not check certificates."""
        body = render(alert, identity).encode()
        if form == "multipart" or alert.picture is not None:
            body, content_type = multipart_body(body, content_type, alert.picture)
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            try:
                if target.query:
                    request = session.get(target.url, params=query_of(alert, identity, name), ssl=_careless())
                else:
                    request = session.post(
                        target.url, data=body, headers={"Content-Type": content_type}, ssl=_careless()
                    )
                async with request as response:
                    await response.read()
                    self.statuses.append(response.status)
            except aiohttp.ClientError, TimeoutError:
                self.failures += 1

    async def reach(self, target: Target) -> bool:
        """Tell whether something answers at a target."""
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            try:
                async with session.post(target.url, data=b"", ssl=_careless()) as response:
                    return response.status < 500
            except aiohttp.ClientError, TimeoutError:
                return False


def _careless() -> ssl.SSLContext:
    """TLS that trusts anybody, as devices do."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
