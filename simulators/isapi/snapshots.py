"""Pictures of channels: single ones, and a series as an endless answer (isapi-core §3.9.3, §3.9.4)."""

import asyncio
from contextlib import suppress
import re
from typing import TYPE_CHECKING

from aiohttp import web

from .answers import Answer, RefusedError
from .server import Exchange, RawResponse

if TYPE_CHECKING:
    from .device import IsapiSimulator


def _stream_of(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> tuple[int, int]:
    """Channel and stream number; raises `RefusedError` where there is no stream or no picture."""
    sid = int(match["sid"])
    path = f"Streaming/channels/{sid}"
    if path not in device.documents:
        raise RefusedError(device.refusal(path))
    channel = sid // 100
    if exchange.path.startswith("ContentMgmt") and channel not in device.proxied:
        raise RefusedError(device.speech.status(exchange.path, 4, "notSupport"))
    if channel in device.profile.no_video or device.online.get(channel) is False:
        # A recorder answers "OK" with a refusal inside when it has no picture of an attached camera.
        raise RefusedError(device.speech.status(exchange.path, 3, "deviceError", http=200))
    return channel, sid % 100


def picture(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> Answer:
    """One JPEG of now."""
    channel, number = _stream_of(device, exchange, match)
    if exchange.query.get("snapShotImageType", "JPEG").upper() != "JPEG":
        raise RefusedError(device.speech.status(exchange.path, 6, "badParameters"))
    return Answer(200, device.picture_source(channel, number, device.now()), "image/jpeg")


async def preview(device: IsapiSimulator, exchange: Exchange, match: re.Match[str]) -> web.StreamResponse:
    """JPEG after JPEG until the client leaves."""
    channel, number = _stream_of(device, exchange, match)
    boundary = "picture"
    response = RawResponse(headers={"Content-Type": f"multipart/x-mixed-replace; boundary={boundary}"})
    response.force_close()
    exchange.record.status = 200
    await response.prepare(exchange.request)
    with suppress(ConnectionError):
        while True:
            body = device.picture_source(channel, number, device.now())
            head = f"--{boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
            await response.write(head.encode() + body + b"\r\n")
            await asyncio.sleep(device.preview_period)
    return response
