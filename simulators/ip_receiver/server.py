"""The receiver's HTTP side: logins, faults, a log of requests, and the checks that every call must pass."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
import ssl
import time
from typing import Any, Literal

from aiohttp import web

from simulators.wire.auth import VARIANTS, User, Verdict
from simulators.wire.connections import reset
from simulators.wire.served import Served
from simulators.wire.tls import ServerCertificate, self_signed

from .answers import RefusedError, dump, envelope, http_status
from .knobs import Knobs
from .login import ReceiverAuthority

BODY_LIMIT = 4 * 1024 * 1024
KEPT_REQUESTS = 100_000
"""The log of requests loses its older part above this."""
ADMINISTRATOR = "Administrator"
OPERATOR = "Operator"


@dataclass(slots=True)
class Request:
    """One request as it arrived. `status` is 0 while it is being answered and after a broken connection."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str] = field(repr=False)
    moment: datetime
    status: int = 0
    sub: str = ""
    """Sub-status code of a refusal."""
    authorized: bool = False

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with requests whose path contains `part`."""

    part: str
    status: int | None = None
    sub: str | None = None
    raw: bytes | None = None
    content_type: str = "application/json"
    drop: bool | Literal["after"] = False
    """The connection breaks: before the login, or after the call was carried out."""
    delay: float = 0.0
    times: int | None = None


class Gateway(Knobs, Served):
    """Serves; what is said to whom is up to `perform`, `media_of` and `subscribe` of the subclass."""

    def __init__(
        self, *, username: str, password: str, admin: bool, digest: str, host: str, port: int,
        tls: bool | ServerCertificate | None, delay: float,
    ) -> None:  # fmt: skip
        """Remember the settings; nothing is bound yet."""
        super().__init__()
        self.host = host
        self.port = port
        self.delay = delay
        self.certificate = self_signed(host) if tls is True else tls or None
        self.users = {username: User(password, ADMINISTRATOR if admin else OPERATOR)}
        self.authority = ReceiverAuthority(self.users, self, time.monotonic, VARIANTS[digest])
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.logins_refused = 0
        """Requests with credentials that were wrong or came while the account was locked."""
        self.challenges = 0
        """Answers 401 in all, those to requests without credentials among them."""
        self.busy = 0
        """Requests being served now, streams aside."""
        self.most_busy = 0
        self._runner: web.AppRunner | None = None

    # Life

    async def listen(self) -> None:
        """Bind."""
        application = web.Application(client_max_size=BODY_LIMIT)
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        context: ssl.SSLContext | None = self.certificate.context if self.certificate else None
        await web.TCPSite(self._runner, self.host, self.port, ssl_context=context, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop_answering(self) -> None:
        """Close the port and break every connection; `listen()` opens the same port again."""
        self.cut_connections()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def now(self) -> datetime:
        """Time of the receiver's clock."""
        return datetime.now(UTC)

    # What tests arrange and ask

    def count(self, path_part: str = "", method: str | None = None) -> int:
        """Count the requests that were let in and whose path contains a text."""
        return sum(
            path_part in request.path and request.authorized and method in {None, request.method}
            for request in self.requests
        )

    def bodies(self, path_part: str) -> list[Any]:
        """Return the JSON bodies of the requests that were let in and whose path contains a text."""
        return [
            request.json
            for request in self.requests
            if path_part in request.path and request.authorized and request.body
        ]

    def fault(
        self, path_part: str, status: int | None = None, sub: str | None = None, raw: bytes | str | None = None,
        drop: bool | Literal["after"] = False, delay: float | None = None, times: int | None = None,
        content_type: str = "application/json",
    ) -> Fault:  # fmt: skip
        """Let answers go wrong, the next `times` of them or all until `heal`; a `delay` alone is followed by the answer.

        The login is checked before, except if the connection breaks.
        """
        body = raw.encode() if isinstance(raw, str) else raw
        fault = Fault(
            part=path_part, status=status, sub=sub, raw=body, content_type=content_type, drop=drop, delay=delay or 0.0,
            times=times,
        )  # fmt: skip
        self.faults.append(fault)
        return fault

    def heal(self, path_part: str | None = None) -> None:
        """Forget the faults of a path part, or all."""
        self.faults = [] if path_part is None else [fault for fault in self.faults if fault.part != path_part]

    def add_user(self, username: str, password: str, *, admin: bool = False) -> None:
        """Make another account, or change one; who is logged in stays so until its password is checked again."""
        self.users[username] = User(password, ADMINISTRATOR if admin else OPERATOR)

    def set_password(self, password: str, username: str | None = None) -> None:
        """Change the password of an account, of the first one unless another is named."""
        name = username or next(iter(self.users))
        self.users[name] = User(password, self.users[name].level)

    def lock(self, username: str | None = None, seconds: float | None = None) -> None:
        """Lock an account now; 0 seconds unlock it."""
        name = username or next(iter(self.users))
        self.authority.lock(name, self.lock_seconds if seconds is None else seconds)

    # Serving

    async def perform(self, request: web.Request, record: Request, user: str) -> Any:
        """Carry a call out that was let in: a JSON value, bytes, or a whole response. Raises RefusedError."""
        raise NotImplementedError

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        record = Request(request.method, request.path, dict(request.query), body, request.headers, self.now())
        self.requests.append(record)
        if len(self.requests) > KEPT_REQUESTS:
            del self.requests[: KEPT_REQUESTS // 5]
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        try:
            response = await self._serve(request, record)
        finally:
            self.busy -= 1
        record.status = response.status if response.prepared or isinstance(response, web.Response) else 0
        return response

    async def _serve(self, request: web.Request, record: Request) -> web.StreamResponse:
        if self.delay:
            await asyncio.sleep(self.delay)
        if (dropping := self._fault(record.path, before_login=True)) is not None:
            await asyncio.sleep(dropping.delay)
            return _dropped(request)
        verdict = self.authority.judge(
            request.method, request.rel_url.raw_path, request.raw_path, request.headers.get("Authorization"),
            record.body,
        )  # fmt: skip
        if verdict.reason != "ok" or verdict.user is None:
            return self._challenge(record, verdict)
        record.authorized = True
        fault = self._fault(record.path, before_login=False)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and (fault.sub is not None or fault.raw is not None or fault.status is not None):
            return self._failing(record, fault)
        try:
            answer = await self.perform(request, record, verdict.username or "")
        except RefusedError as error:
            response: web.StreamResponse = self.refusal(record, error)
        else:
            response = answer if isinstance(answer, web.StreamResponse) else self.respond(answer)
        return _dropped(request) if fault is not None and fault.drop == "after" else response

    def _fault(self, path: str, *, before_login: bool) -> Fault | None:
        for fault in self.faults:
            if fault.part in path and fault.times != 0 and (fault.drop is True) is before_login:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def _failing(self, record: Request, fault: Fault) -> web.Response:
        if fault.sub is not None:
            return self.refusal(record, RefusedError(fault.sub), fault.status)
        return web.Response(
            status=fault.status or 200, body=fault.raw or b"", headers={"Content-Type": fault.content_type}
        )

    def respond(self, answer: Any, status: int = 200) -> web.Response:
        """Return JSON, given as a value or as bytes."""
        body = answer if isinstance(answer, bytes) else dump(answer)
        return web.Response(status=status, body=body, headers={"Content-Type": "application/json; charset=UTF-8"})

    def refusal(self, record: Request, error: RefusedError, status: int | None = None) -> web.Response:
        """Say no with an envelope, and with a status of its own if errors have one."""
        record.sub = error.sub
        told = envelope(error.sub, record.path, **error.more)
        usual = http_status(error.sub) if self.http_errors else 200
        return self.respond({"ResponseStatus": told} if self.wrapped_status else told, status or usual)

    def _challenge(self, record: Request, verdict: Verdict) -> web.Response:
        """Answer 401, or a lock with no challenge: another login would not help."""
        if verdict.reason == "locked":
            self.logins_refused += 1
            return self.refusal(record, RefusedError("MgmtLokedError", unlockTime=verdict.unlock_seconds))
        self.challenges += 1
        more: dict[str, Any] = {}
        if verdict.reason == "wrong":
            self.logins_refused += 1
            more[self.attempts_key] = verdict.attempts_left
        response = self.refusal(record, RefusedError("badAuthorization", **more), 401)
        for offer in self.authority.offers(stale=verdict.reason == "stale"):
            response.headers.add("WWW-Authenticate", offer)
        return response


def _dropped(request: web.Request) -> web.StreamResponse:
    """Break the connection instead of an answer."""
    with suppress(OSError):
        reset(request.transport)
    return web.StreamResponse(status=503)
