"""What goes in and out of the HTTP client: limits, answers, counters."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, fields

import aiohttp

from ..errors import BodyTooLargeError
from .failures import translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits of one device.

    `connect`, `read` and `write` in seconds: for a connection, and in total for a request that reads or writes (a
    configuration write is answered only when the device works again, isapi-core §1.1). `concurrency`: requests at a
    time. `body_limit` in bytes. `retries`: repetitions of a read after a dropped connection. `allow_basic`: the user
    agreed to send the password unencrypted. `secret_paths`: what is asked for is not to be read in a log.
    """

    connect: float = 10.0
    read: float = 15.0
    write: float = 30.0
    concurrency: int = 4
    body_limit: int = 4 * 1024 * 1024
    retries: int = 1
    allow_basic: bool = False
    own_login: bool = False
    secret_paths: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that was read whole; `headers` are looked up in any letter case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; empty if the device named none."""
        return media_type(self.headers)


def media_type(headers: Mapping[str, str]) -> str:
    """Return the media type of some headers in lower case, without parameters."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Counters:
    """What went over the wire, for diagnostics. `received` in bytes, bodies only."""

    requests: int = 0
    challenges: int = 0
    stale_nonces: int = 0
    refused_logins: int = 0
    retries: int = 0
    timeouts: int = 0
    failures: int = 0
    received: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return all of it by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


class StreamResponse:
    """An answer that is read while it arrives; `headers` are looked up in any letter case."""

    def __init__(self, raw: aiohttp.ClientResponse, counters: Counters) -> None:
        """Made by `HttpClient.stream`."""
        self.status = raw.status
        self.headers: Mapping[str, str] = raw.headers
        self._raw = raw
        self._counters = counters

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; empty if the device named none."""
        return media_type(self.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield what arrives, as it arrives, until the device ends the answer.

        Raises `ResponseTimeoutError` when nothing arrived for `read_timeout` seconds, `ConnectionFailedError` when
        the connection broke.
        """
        try:
            async for chunk in self._raw.content.iter_any():
                self._counters.received += len(chunk)
                yield chunk
        except (aiohttp.ClientError, OSError) as err:
            raise translate(err) from err

    async def read(self, limit: int) -> bytes:
        """Return the rest of the answer. Raises as `chunks`, and `BodyTooLargeError` beyond `limit` bytes."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > limit:
                self._raw.close()
                raise BodyTooLargeError(reason=f"the answer is larger than {limit} bytes")
        return bytes(body)
