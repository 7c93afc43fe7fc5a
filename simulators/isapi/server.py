"""The part every simulated device shares: sockets, TLS, login, request log, faults and connections that break."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
import time
from types import TracebackType
from typing import Literal, Self
from urllib.parse import unquote

from aiohttp import web

from simulators.wire.auth import VARIANTS, Authority, Challenge, User, Verdict
from simulators.wire.served import Served
from simulators.wire.tls import ServerCertificate, self_signed

from .answers import Answer, RefusedError, Speech, unauthorized_body

PREFIX = "/ISAPI/"
BODY_LIMIT = 16 * 1024 * 1024
DEFAULT_PASSWORD = "Simulated-1"


class RawResponse(web.StreamResponse):
    """An answer without Content-Length and without chunks, ended by closing, as devices send streams."""

    _length_check = False


@dataclass(slots=True)
class RequestRecord:
    """One request as it arrived; `status` is 0 while it is being answered and after a dropped connection."""

    method: str
    path: str
    query: dict[str, str]
    status: int
    authorized: bool
    username: str | None = None
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    at: float = 0.0
    """Seconds of a monotonic clock."""


@dataclass(slots=True)
class Exchange:
    """A request that passed the login."""

    request: web.Request
    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    username: str | None
    user: User
    record: RequestRecord


@dataclass(slots=True, kw_only=True)
class Fault:
    """An answer that goes wrong, for requests whose path matches (`*` is a wildcard)."""

    path: str
    method: str | None = None
    times: int | None = None
    status: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: int | None = None
    """Bytes of the right answer that are sent before the connection breaks."""
    delay: float = 0.0
    instead: Callable[[str], Answer] | None = None
    """Gives the answer to a path; what was asked is not done."""
    change: Callable[[Answer], Answer] | None = None
    """Changes the right answer; what was asked is done."""
    before_login: bool = False
    fired: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Tell whether it applies, and still has times left."""
        return (
            (self.times is None or self.fired < self.times)
            and (self.method is None or self.method == method)
            and (self.path == path or fnmatchcase(path, self.path))
        )


class DeviceServer(Served):
    """A server on loopback that behaves like a device's web service; an async context manager.

    `digest` is a name of `VARIANTS`, a tuple of challenges, or "none" for no login at all. `delay`: seconds per answer.
    """

    def __init__(
        self,
        *,
        username: str = "admin",
        password: str = DEFAULT_PASSWORD,
        users: Mapping[str, User] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: bool = False,
        digest: str | tuple[Challenge, ...] = "MD5",
        realm: str = "DS-SIM",
        delay: float = 0.0,
        attempts: int = 7,
        lock_seconds: float = 1800.0,
        rotate_after: int | None = None,
        lock_form: Literal["response_status", "user_check"] = "response_status",
        speech: Speech | None = None,
        clock_offset: float = 0.0,
        reboot_seconds: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Remember the settings; `start()` opens the socket. Times are seconds."""
        accounts = {username: User(password), **(users or {})}
        challenges = digest if isinstance(digest, tuple) else () if digest == "none" else VARIANTS[digest]
        self.authority = Authority(
            realm, accounts, challenges, attempts=attempts, lock_seconds=lock_seconds, rotate_after=rotate_after,
            clock=clock,
        )  # fmt: skip
        self.username = username
        self.password = password
        self.host = host
        self.port = port
        self.delay = delay
        self.lock_form: Literal["response_status", "user_check"] = lock_form
        self.speech = speech or Speech()
        self.clock_offset = clock_offset
        self.reboot_seconds = reboot_seconds
        self.requests: list[RequestRecord] = []
        self.challenges = 0
        self.faults: list[Fault] = []
        self.certificate: ServerCertificate | None = self_signed(host) if tls else None
        self.clock = clock
        self._now = now or (lambda: datetime.now(UTC))
        self._booted_at = clock()
        self._down_until = 0.0
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # Life

    async def start(self) -> Self:
        """Open the socket."""
        application = web.Application(client_max_size=BODY_LIMIT)
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        context = self.certificate.context if self.certificate else None
        site = web.TCPSite(self._runner, self.host, self.port, ssl_context=context, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        """Close everything; may be called twice."""
        tasks, self._tasks = list(self._tasks), set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.cut_connections()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        """Start."""
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        await self.stop()

    def now(self) -> datetime:
        """Time of the device's clock, aware."""
        return datetime.fromtimestamp(self._now().timestamp() + self.clock_offset, UTC).astimezone()

    @property
    def uptime(self) -> float:
        """Seconds since the device booted."""
        return self.clock() - self._booted_at

    def spawn(self, work: Callable[[], Coroutine[object, object, None]], name: str) -> asyncio.Task[None]:
        """Run a coroutine function beside the requests until it ends or the device stops."""
        task = asyncio.get_running_loop().create_task(work(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def reboot(self, seconds: float | None = None) -> None:
        """Break all connections and every new one for some seconds; uptime starts again, nonces are lost."""
        away = self.reboot_seconds if seconds is None else seconds
        self._down_until = self.clock() + away
        self._booted_at = self._down_until
        self.authority.forget_nonces()
        self.cut_connections()

    @property
    def is_down(self) -> bool:
        """Tell whether the device is rebooting."""
        return self.clock() < self._down_until

    # What tests ask and arrange

    def count(self, method: str | None = None, prefix: str = "") -> int:
        """Count the requests that passed the login, by method and beginning of the path."""
        return sum(
            record.authorized and (method is None or record.method == method) and record.path.startswith(prefix)
            for record in self.requests
        )

    def lock_account(self, seconds: float, username: str | None = None) -> None:
        """Lock an account, the main one unless named; 0 unlocks."""
        self.authority.lock(self.username if username is None else username, seconds)

    def fault(
        self,
        path: str,
        *,
        method: str | None = None,
        times: int | None = None,
        status: int | None = None,
        body: bytes | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
        drop: bool = False,
        cut: int | None = None,
        delay: float = 0.0,
        instead: Callable[[str], Answer] | None = None,
        change: Callable[[Answer], Answer] | None = None,
        before_login: bool = False,
    ) -> Fault:
        """Let answers to a path go wrong, the next `times` of them or all; `*` in the path is a wildcard."""
        fault = Fault(
            path=path, method=method, times=times, status=status, body=body, content_type=content_type,
            headers=headers or {}, drop=drop, cut=cut, delay=delay, instead=instead,
            change=change, before_login=before_login,
        )  # fmt: skip
        self.faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        """Answer rightly again."""
        self.faults.clear()

    # Serving

    async def answer(self, exchange: Exchange) -> Answer | web.StreamResponse:
        """Answer a request that passed the login."""
        raise NotImplementedError

    def accepts_stream(self, method: str, path: str) -> bool:
        """Tell whether a request's body is an endless stream, to be read by the one who answers."""
        return False

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.is_down:
            return self._drop(request)
        path = unquote(request.path).removeprefix(PREFIX).strip("/")
        streamed = self.accepts_stream(request.method, path)
        body = b"" if streamed else await request.read()
        record = RequestRecord(
            request.method, path, dict(request.query), 0, False, None, body, request.content_type, self.clock()
        )
        self.requests.append(record)
        response = await self._serve(request, record, body)
        if not isinstance(response, RawResponse):
            record.status = response.status
        return response

    async def _serve(self, request: web.Request, record: RequestRecord, body: bytes) -> web.StreamResponse:
        fault = next((item for item in self.faults if item.matches(record.method, record.path)), None)
        if fault is None or not fault.before_login:
            verdict = self.authority.check(request.method, request.raw_path, request.headers.get("Authorization"), body)
            if verdict.reason != "ok" or verdict.user is None:
                record.username = verdict.username
                return self._challenge(record.path, verdict)
            record.authorized, record.username = True, verdict.username
            user = verdict.user
        else:
            user = User("", "Viewer")
        if delay := self.delay + (fault.delay if fault else 0.0):
            await asyncio.sleep(delay)
        exchange = Exchange(
            request, record.method, record.path, record.query, body, record.username, user, record
        )  # fmt: skip
        if fault is not None:
            fault.fired += 1
            return await self._serve_fault(exchange, fault)
        return self._send(await self._answer_or_refusal(exchange))

    async def _answer_or_refusal(self, exchange: Exchange) -> Answer | web.StreamResponse:
        try:
            return await self.answer(exchange)
        except RefusedError as refusal:
            return refusal.answer
        except ConnectionAbortedError:
            return self._drop(exchange.request)

    async def _serve_fault(self, exchange: Exchange, fault: Fault) -> web.StreamResponse:
        if fault.drop:
            return self._drop(exchange.request)
        if fault.instead is not None:
            answer: Answer | web.StreamResponse = fault.instead(exchange.path)
        elif fault.status is not None or fault.body is not None:
            body = fault.body if fault.body is not None else b""
            answer = Answer(fault.status or 200, body)
        else:
            answer = await self._answer_or_refusal(exchange)
        if isinstance(answer, web.StreamResponse):
            return answer
        if fault.content_type is not None or fault.headers:
            answer = Answer(answer.status, answer.body, fault.content_type or answer.content_type, fault.headers)
        if fault.change is not None:
            answer = fault.change(answer)
        if fault.cut is not None:
            return await self._send_part(exchange.request, answer, fault.cut)
        return self._send(answer)

    def _challenge(self, path: str, verdict: Verdict) -> web.Response:
        self.challenges += 1
        text = unauthorized_body(self.speech, path, verdict, self.lock_form)
        response = web.Response(status=401, body=text.encode(), headers={"Content-Type": "application/xml"})
        for offer in self.authority.offers(stale=verdict.reason == "stale"):
            response.headers.add("WWW-Authenticate", offer)
        return response

    @staticmethod
    def _send(answer: Answer | web.StreamResponse) -> web.StreamResponse:
        if isinstance(answer, web.StreamResponse):
            return answer
        headers = {"Content-Type": answer.content_type, **answer.headers} if answer.body else dict(answer.headers)
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    @staticmethod
    async def _send_part(request: web.Request, answer: Answer, size: int) -> web.StreamResponse:
        """Announce the whole body, send the beginning of it and break the connection."""
        headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
        response = web.StreamResponse(status=answer.status, headers=headers)
        await response.prepare(request)
        await response.write(answer.body[:size])
        if request.transport is not None:
            request.transport.close()
        return response

    @staticmethod
    def _drop(request: web.Request) -> web.StreamResponse:
        """Break the connection instead of an answer."""
        if request.transport is not None:
            request.transport.abort()
        return RawResponse()
