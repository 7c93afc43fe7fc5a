"""One client per device: authentication, limits, time-outs, TLS and errors in one place (isapi-core §1.1, §1.2, §1.4).

Its rules:

* Credentials go to the configured origin only and never into a URL. Digest is preferred, Basic is used only where it
  is the only scheme, and over plain HTTP only if the policy says so.
* A time-out is for the whole exchange with all its repetitions. The time in the queue for a free slot does not count.
* Reads (GET, HEAD) are repeated once if the connection was dropped. aiohttp repeats every idempotent request, PUT too,
  once more by itself when a kept connection turns out to be dropped; that is switched off here, so a read is sent
  twice at most, besides the answers to challenges, and a write once.
* Redirects are followed for reads and within the origin only.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
import logging
import re
from typing import Final
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    BodyTooLargeError,
    ConnectionFailedError,
    InvalidAddressError,
    ProtocolError,
    ResponseTimeoutError,
    SystemFailure,
)
from .auth import Authenticator, Credentials
from .failures import DroppedError, is_unreachable, once, presented_fingerprint, translate
from .gate import CredentialGate, Refusal
from .login import ConfirmLaterError, Login
from .messages import Counters, Policy, Response, StreamResponse

__all__ = ["Credentials", "HttpClient", "Policy", "Response", "StreamResponse"]

_LOGGER = logging.getLogger(__name__)

_READS: Final = frozenset({"GET", "HEAD"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS: Final = 3
_SAFE_PATH: Final = "/:@!$&'()*+,;=~%?-._"
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")

type Body = bytes | Callable[[], AsyncIterable[bytes]] | AsyncIterable[bytes] | None
"""Bytes, or a callable that begins the stream anew each time, or a stream that can be sent once."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One request as it is sent, without its authorization.

    `mark`: what the gate had accepted when it was made. `confirming`: it was refused once and tries again. `repeat`: it may
    be sent once more.
    """

    method: str
    url: URL
    headers: Mapping[str, str]
    body: Body
    timeout: aiohttp.ClientTimeout
    mark: int
    confirming: bool = False
    repeat: bool = True

    @property
    def streams(self) -> bool:
        """Whether the body is not in memory."""
        return self.body is not None and not isinstance(self.body, bytes)


class HttpClient:
    """Speaks to one device as one user. Raises only `SystemFailure`.

    `base_url`: scheme, host, port and perhaps a path, without a slash at the end and without credentials.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        credentials: Credentials | None,
        *,
        runtime: Runtime,
        policy: Policy = Policy(),
        fingerprint: str | None = None,
        verify_ssl: bool = True,
        read_refusal: Callable[[Response], Refusal] | None = None,
        gate: CredentialGate | None = None,
    ) -> None:
        """Do no I/O. Raises `InvalidAddressError`.

        `fingerprint`: SHA-256 (hex) of the only certificate to accept, whoever signed it; `verify_ssl` False: accept
        any. `read_refusal` reads attempts left and lock time out of a 401. `gate`: another than the usual one, e.g.
        without a confirming login.
        """
        self._base = _checked_base(base_url)
        self.base_url = str(self._base).rstrip("/")
        self.policy = policy
        self.gate = gate if gate is not None else CredentialGate(runtime)
        self.counters = Counters()
        self._session = session
        self._runtime = runtime
        self._read_refusal = read_refusal
        self._ssl = _tls(fingerprint, verify_ssl=verify_ssl)
        self._slots = asyncio.Semaphore(policy.concurrency)
        basic_allowed = self._base.scheme == "https" or policy.allow_basic
        self._auth = None if credentials is None else Authenticator(credentials, basic_allowed=basic_allowed)

    def renew_login(self) -> None:
        """Log in anew with the next request: the other side does not know the session any more."""
        if self._auth is not None:
            self._auth.forget()
            self.gate.unprove()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str | None = None,
        accept: str | None = None,
        timeout: float | None = None,
        limit: int | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: bool = True,
    ) -> Response:
        """Send a request and read its answer whole; every HTTP status but 401 is returned.

        `timeout` in seconds for everything; `limit` in bytes of the answer's body. `repeat` False: this read changes
        something, so that it is sent once. Raises `ConnectionFailedError`,
        `ResponseTimeoutError`, `TlsError`, `BodyTooLargeError`, `ProtocolError`, `AuthenticationError`,
        `AccountLockedError`, `CredentialsBlockedError`.
        """
        reads = method in _READS
        total = timeout if timeout is not None else self.policy.read if reads else self.policy.write
        wire = aiohttp.ClientTimeout(total=None, sock_connect=self.policy.connect)
        call = self._call(method, path, query, body, _headers(content_type, accept, headers), wire)
        call = call if repeat else replace(call, repeat=False)
        while True:
            if self._auth is not None and not call.confirming:
                self.gate.check()
            try:
                async with self._slots, asyncio.timeout(total):
                    return await self._read_repeatedly(call, limit or self.policy.body_limit)
            except TimeoutError as err:
                self.counters.timeouts += 1
                raise ResponseTimeoutError(reason=f"no answer within {total:g} seconds") from err
            except ConfirmLaterError:
                call = replace(call, confirming=True)
            # Outside the slot: others must fail at once meanwhile, not queue up.
            await self.gate.wait_for_confirmation()

    def stream(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Body = None,
        content_type: str | None = None,
        accept: str = "*/*",
        read_timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractAsyncContextManager[StreamResponse]:
        """Open an answer that is read while it arrives, or send a body that is made while it is sent.

        Does not count against the concurrency limit. `read_timeout`: seconds of silence after which the connection
        counts as dead. A body given as a callable is begun anew when it has to be sent again. Raises as `request`.
        """
        wire = aiohttp.ClientTimeout(total=None, sock_connect=self.policy.connect, sock_read=read_timeout)
        return self._open_stream(self._call(method, path, query, body, _headers(content_type, accept, headers), wire))

    @asynccontextmanager
    async def _open_stream(self, call: _Call) -> AsyncIterator[StreamResponse]:
        """Open a stream and close its connection afterwards: an endless answer cannot be given back."""
        while True:
            try:
                raw = await self._guarded(self._follow(call))
                break
            except ConfirmLaterError:
                call = replace(call, confirming=True)
            await self.gate.wait_for_confirmation()
        try:
            yield StreamResponse(raw, self.counters)
        finally:
            raw.close()

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Body,
        headers: Mapping[str, str],
        timeout: aiohttp.ClientTimeout,
    ) -> _Call:
        """Put a request together; its target stays below the base URL whatever the path says."""
        target = _LONE_PERCENT.sub("%25", quote(path.lstrip("/"), safe=_SAFE_PATH))
        if query:
            target += ("&" if "?" in target else "?") + urlencode(query, quote_via=quote)
        return _Call(
            method, URL(f"{self.base_url}/{target}", encoded=True), headers, body, timeout, self.gate.acceptances
        )

    async def _read_repeatedly(self, call: _Call, limit: int) -> Response:
        """Send a request and read the answer; a read is repeated when the connection was dropped."""
        attempts = 1 + (self.policy.retries if call.repeat and call.method in _READS else 0)
        while True:
            attempts -= 1
            try:
                return await self._read_once(call, limit)
            except (DroppedError, aiohttp.ClientPayloadError) as err:
                if not attempts:
                    raise await self._failure(err) from err
                self.counters.retries += 1
            except (aiohttp.ClientError, OSError) as err:
                raise await self._failure(err) from err

    async def _read_once(self, call: _Call, limit: int) -> Response:
        """Send a request, follow redirects, read the answer."""
        raw = await self._follow(call)
        try:
            return await self._whole(raw, limit)
        finally:
            raw.release()

    async def _guarded[T](self, work: Awaitable[T]) -> T:
        """Await something that uses the wire, with its errors translated."""
        try:
            return await work
        except (aiohttp.ClientError, OSError) as err:
            raise await self._failure(err) from err

    async def _failure(self, err: Exception) -> SystemFailure:
        """Translate an error; after one that may mean a restart the next login is proven anew."""
        self.counters.failures += 1
        if is_unreachable(err):
            self.renew_login()
        fingerprint = None
        if isinstance(err, aiohttp.ClientConnectorCertificateError):
            fingerprint = await presented_fingerprint(self._session, self._base, self.policy.connect)
        failure = translate(err, fingerprint=fingerprint)
        if isinstance(failure, ConnectionFailedError):
            failure.answered = not is_unreachable(err)
        return failure

    async def _whole(self, raw: aiohttp.ClientResponse, limit: int) -> Response:
        """Read a body up to `limit` bytes, declared or not."""
        encoding = raw.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", ""}:
            raw.close()
            raise ProtocolError(reason="the answer is compressed although this was not allowed")
        declared = raw.content_length
        if declared is not None and declared > limit and raw.method != "HEAD":
            raw.close()
            raise BodyTooLargeError(reason=f"the answer has {declared} bytes, {limit} are allowed")
        body = bytearray()
        async for chunk in raw.content.iter_any():
            self.counters.received += len(chunk)
            body += chunk
            if len(body) > limit:
                raw.close()
                raise BodyTooLargeError(reason=f"the answer is larger than {limit} bytes")
        return Response(raw.status, raw.headers, bytes(body))

    async def _follow(self, call: _Call) -> aiohttp.ClientResponse:
        """Send a request and follow redirects within the origin."""
        for _ in range(_MAX_REDIRECTS + 1):
            raw = await self._authorised(call)
            location = raw.headers.get("Location")
            if raw.status not in _REDIRECTS or not location:
                return raw
            raw.close()
            call = replace(call, url=self._redirected(call, location))
        raise ConnectionFailedError(reason="the device redirects in a circle")

    def _redirected(self, call: _Call, location: str) -> URL:
        """Return where a redirect leads. Raises `ConnectionFailedError` if it must not be followed."""
        try:
            target = call.url.join(URL(location, encoded=True)).with_fragment(None)
            origin = target.origin()
        except ValueError as err:
            raise ConnectionFailedError(reason="the device redirects to something that is not an address") from err
        if call.method not in _READS:
            raise ConnectionFailedError(reason=f"the device redirects a {call.method} request to {origin}")
        upgraded = self._auth is None and origin.scheme == "https" and origin.host == self._base.host
        if origin != self._base.origin() and not upgraded:
            raise ConnectionFailedError(reason=f"the device redirects to {origin}; use that as its address")
        return target.with_user(None)

    async def _authorised(self, call: _Call) -> aiohttp.ClientResponse:
        """Send a request with the credentials the device asks for; the answer is none with status 401."""
        auth = self._auth
        if auth is None:
            raw = await self._send(call, None)
            if raw.status == 401 and not self.policy.own_login:
                raw.close()
                raise AuthenticationError("the device asks for a login")
            return raw
        async with self.gate.turn(mark=call.mark, confirming=call.confirming) as turn:
            return await Login(
                auth,
                turn,
                self.counters,
                self._read_refusal,
                method=call.method,
                target=call.url.raw_path_qs,
                body=call.body if isinstance(call.body, bytes) else b"",
                send=lambda answer: self._send(call, answer),
                prime=(lambda: self._send(replace(call, method="GET", body=None), None)) if call.streams else None,
                repeatable=not isinstance(call.body, AsyncIterable),
            ).run()

    async def _send(self, call: _Call, authorization: str | None) -> aiohttp.ClientResponse:
        """Put one request on the wire, once, and return when the head of the answer is there."""
        if self._session.closed:
            raise ConnectionFailedError(reason="the connection was shut down")
        headers = dict(call.headers)
        if authorization is not None:
            headers["Authorization"] = authorization
        self.counters.requests += 1
        started = self._runtime.monotonic()
        raw = await self._session.request(
            call.method,
            call.url,
            data=call.body() if callable(call.body) else call.body,
            headers=headers,
            skip_auto_headers=("Content-Type",),
            allow_redirects=False,
            auto_decompress=False,
            ssl=self._ssl,
            timeout=call.timeout,
            # These take the place of the session's own, which only guard redirects that aiohttp follows.
            middlewares=(once,),
        )
        taken = (self._runtime.monotonic() - started) * 1000
        path = "…" if self.policy.secret_paths else call.url.path
        _LOGGER.debug("%s %s: %s in %.0f ms", call.method, path, raw.status, taken)
        return raw


def _headers(content_type: str | None, accept: str | None, more: Mapping[str, str] | None) -> dict[str, str]:
    """Return the headers of a request. Compression is refused: a small answer could unfold without limit."""
    headers = {"Accept": accept or "*/*", "Accept-Encoding": "identity", **(more or {})}
    if content_type is not None:
        headers["Content-Type"] = content_type
    return headers


def _checked_base(base_url: str) -> URL:
    """Return the base URL. Raises `InvalidAddressError` without repeating credentials."""
    try:
        url = URL(base_url.rstrip("/"))
        usable = url.scheme in {"http", "https"} and bool(url.host) and not url.query_string and not url.fragment
        plain = url.user is None and url.password is None
    except ValueError:
        usable = plain = False
        url = URL()
    if not usable or not plain:
        shown = str(url.with_user(None)) if url.host else ""
        raise InvalidAddressError("not the address of a device", address=shown)
    return url


def _tls(fingerprint: str | None, *, verify_ssl: bool) -> bool | aiohttp.Fingerprint:
    """Return aiohttp's setting for certificates: the pinned one, any, or only trusted ones."""
    if fingerprint is None:
        return verify_ssl
    try:
        return aiohttp.Fingerprint(bytes.fromhex(fingerprint.replace(":", "")))
    except ValueError as err:
        raise InvalidAddressError("the fingerprint is not a SHA-256 in hexadecimal", address="") from err
