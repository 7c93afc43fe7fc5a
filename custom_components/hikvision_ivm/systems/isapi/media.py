"""Addresses of live streams and still pictures (isapi-core §3.9.3, §3.9.4, X.5)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    BusyError,
    DeviceFailureError,
    ProtocolError,
    RejectedError,
    ResponseTimeoutError,
    SystemFailure,
    UnsupportedError,
)
from ..model import Picture
from ..transport.http import Credentials, Response
from .client import IsapiClient
from .status import failure, read_status

RTSP_PORT: Final = 554
"""Port of a device that does not tell its own."""
PICTURE_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of the largest picture that is read; 12 megapixels take about half of it."""
_TIMEOUT: Final = 10.0
"""Seconds for a picture with all its attempts."""
_GOOD_SECONDS: Final = 10.0
"""Seconds for which the last good picture stands in for one that failed."""
_RETRIES: Final = 2
"""Attempts that are repeated for one picture, over all ways of asking."""
_PAUSE: Final = 0.5
"""Seconds before an attempt is repeated, if the device names none."""
_LONGEST_PAUSE: Final = 3.0
_TAIL: Final = 1024
"""Bytes behind the end marker that are padding and no sign of a truncated picture."""
_JPEG: Final[Mapping[str, str]] = {"snapShotImageType": "JPEG"}


def stream_address(base_url: str, credentials: Credentials, stream: str, port: int | None = None) -> str:
    """Return the RTSP address of a stream, with credentials. Never to be logged or shown.

    `base_url` is the device's HTTP address, `port` the RTSP port it told.
    """
    host = urlsplit(base_url).hostname or ""
    if ":" in host:
        host = f"[{host}]"
    account = f"{quote(credentials.username, safe='')}:{quote(credentials.password, safe='')}"
    return f"rtsp://{account}@{host}:{port or RTSP_PORT}/Streaming/Channels/{quote(stream, safe='')}"


def is_whole_jpeg(body: bytes) -> bool:
    """Whether bytes begin and end as a JPEG picture does. Some devices pad the end."""
    return body.startswith(b"\xff\xd8\xff") and body.rfind(b"\xff\xd9", -_TAIL - 2) != -1


@dataclass(frozen=True, slots=True)
class _Variant:
    """One way to ask for a picture."""

    path: str
    query: Mapping[str, str] | None


class _NoCaptureError(UnsupportedError):
    """The device cannot make pictures of this stream, however it is asked."""


_PASSING: Final = (BusyError, DeviceFailureError, ProtocolError)
"""Failures that may be gone in a moment."""
_OTHER_WAY: Final = (UnsupportedError, RejectedError, DeviceFailureError)
"""Failures of one way of asking."""


class Snapshots:
    """Still pictures of one device.

    A channel is asked once at a time; who asks meanwhile shares the answer. The way of asking that worked is remembered.
    The size is the device's choice: parameters for it are what devices refuse most, and whoever shows a picture can
    scale it.
    """

    def __init__(self, client: IsapiClient, runtime: Runtime) -> None:
        """Does no I/O."""
        self._client = client
        self._runtime = runtime
        self._running: dict[str, asyncio.Task[Picture]] = {}
        self._good: dict[str, tuple[Picture, float]] = {}
        self._works: dict[str, _Variant] = {}

    async def take(self, stream: str) -> Picture:
        """Take a picture of a stream; only main streams are sure to have one.

        Raises `UnsupportedError` when the device makes no pictures of this stream (the stream itself may still work), `BusyError`, `DeviceFailureError`, `InsufficientRightsError`, `ProtocolError` for what is no
        whole picture, `ResponseTimeoutError`, and the transport's errors. A picture that is at most ten seconds old stands in for
        one that failed.
        """
        task = self._running.get(stream)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._take(stream))
            self._running[stream] = task
            task.add_done_callback(lambda done: self._done(stream, done))
        try:
            # A caller that gives up must not take the picture away from the others.
            return await asyncio.shield(task)
        except AuthenticationError:
            raise
        except SystemFailure:
            good = self._good.get(stream)
            if good is not None and self._runtime.monotonic() - good[1] <= _GOOD_SECONDS:
                return good[0]
            raise

    async def close(self) -> None:
        """Stop what is running."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, stream: str, task: asyncio.Task[Picture]) -> None:
        """Let the next caller ask again. An error nobody waits for any more is of no interest."""
        self._running.pop(stream, None)
        if not task.cancelled():
            task.exception()

    async def _take(self, stream: str) -> Picture:
        """Try every way within the time there is."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                picture = await self._try_variants(stream)
        except TimeoutError as error:
            raise ResponseTimeoutError("no picture within ten seconds") from error
        self._good[stream] = (picture, self._runtime.monotonic())
        return picture

    async def _try_variants(self, stream: str) -> Picture:
        """Ask in the way that worked, else in every way; remember the one that works."""
        known = self._works.get(stream)
        direct = f"Streaming/channels/{stream}/picture"
        ways = [_Variant(direct, _JPEG), _Variant(direct, None)]
        ways.append(_Variant(f"ContentMgmt/StreamingProxy/channels/{stream}/picture", None))
        if known is not None:
            ways = [known, *(way for way in ways if way != known)]
        failure: SystemFailure | None = None
        retries = _RETRIES
        for way in ways:
            picture, error = await self._try(way)
            while error is not None and isinstance(error, _PASSING) and retries:
                retries -= 1
                await self._pause(error)
                picture, error = await self._try(way)
            if picture is not None:
                self._works[stream] = way
                return picture
            failure = failure or error
            if isinstance(error, _NoCaptureError) or not isinstance(error, _OTHER_WAY):
                break
        if failure is None or isinstance(failure, RejectedError):
            raise UnsupportedError(str(failure or direct), function=direct)
        raise failure

    async def _try(self, way: _Variant) -> tuple[Picture | None, SystemFailure | None]:
        """Ask in one way; return the picture, or why there is none. Raises what the transport raises."""
        response = await self._client.raw(
            "GET", way.path, query=way.query, accept="image/jpeg, */*", timeout=_TIMEOUT, limit=PICTURE_LIMIT
        )
        if response.status == 200 and is_whole_jpeg(response.body):
            return Picture(content=response.body, taken=self._runtime.now()), None
        return None, _failure(response, way.path)

    async def _pause(self, error: SystemFailure) -> None:
        """Give a device that is busy or stumbled a moment, as long as it asked for if that is bearable."""
        wait = error.retry_after if isinstance(error, BusyError) else None
        await self._runtime.sleep(min(_PAUSE if wait is None else wait, _LONGEST_PAUSE))


def _failure(response: Response, path: str) -> SystemFailure:
    """Return why an answer is no picture."""
    status = read_status(response.body)
    if status is not None and status.sub.casefold() == "unsupportcapture":
        # H.264+ and H.265+ at a high resolution: no way of asking helps (isapi-core §5, T39).
        return _NoCaptureError(status.reason, function=path)
    if (error := failure(response, status, path)) is not None:
        return error
    if response.body.startswith(b"\xff\xd8"):
        return ProtocolError(reason="the picture is cut off")
    if not response.body.strip():
        return ProtocolError(reason="the picture is empty")
    return ProtocolError(reason="the answer is no picture")
