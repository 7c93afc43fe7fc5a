"""The OpenAPI gateway: one POST route, with every check a request must pass, faults, and a log of requests."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.utils import format_datetime
import inspect
import json
from typing import Any, Literal
from urllib.parse import parse_qsl

from aiohttp import web

from simulators.wire.connections import reset
from simulators.wire.served import Served
from simulators.wire.tls import ServerCertificate, self_signed

from . import signing
from .answers import dump, refusal
from .faults import FAULTS
from .options import Options
from .registry import ENDPOINTS, Call, Endpoint, Raw, Refuse

PREFIX = "/artemis/api/"
BODY_LIMIT = 16 * 1024 * 1024
FORM = "application/x-www-form-urlencoded"
FORBIDDEN_IN_USER = frozenset("'/\\:*?\"<>|")
KEPT_NONCES = 100_000
KEPT_REQUESTS = 50_000
"""The log of requests loses its older part above this."""
CLOCK_TOLERANCE = 900.0
"""Seconds of the anti-replay window when the platform's clock is wrong and no window was set."""


@dataclass(slots=True)
class Request:
    """One request as it arrived, and the code it was answered with ("" for a body that is no envelope)."""

    path: str
    """Without `/artemis/api/`."""
    body: dict[str, Any]
    headers: Mapping[str, str] = field(repr=False)
    moment: datetime
    method: str = "POST"
    raw: bytes = field(default=b"", repr=False)
    code: str = ""
    app_key: str = ""


@dataclass(slots=True)
class Key:
    """A partner: its secret, and the calls it may not make."""

    secret: str
    denied: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with requests whose path contains `part`."""

    part: str
    code: str | None = None
    status: int | None = None
    raw: bytes | None = None
    content_type: str = "application/json"
    data: Any = ...
    """Instead of the right `data`, next to code 0."""
    drop: bool | Literal["after"] = False
    """The connection breaks: before the call is carried out, or after it."""
    delay: float = 0.0
    times: int | None = None


class Gateway(Served):
    """Serves the calls of `ENDPOINTS`; subclasses hold the state. Use `start()` and `stop()`."""

    def __init__(
        self,
        *,
        app_key: str,
        app_secret: str,
        host: str,
        port: int,
        tls: bool | ServerCertificate | None,
        delay: float,
        zone: tzinfo,
        now: Callable[[], datetime] | None,
        options: Options,
    ) -> None:
        """Remember the settings; nothing is bound yet."""
        self.app_key = app_key
        self.app_secret = app_secret
        self.keys: dict[str, Key] = {app_key: Key(app_secret)}
        self.host = host
        self.port = port
        self.delay = delay
        self.zone = zone
        self.options = options
        self.certificate = self_signed(host) if tls is True else tls or None
        self.clock_offset = 0.0
        """Seconds the platform's clock is ahead."""
        self.wrong_signature = False
        """Every signature is found wrong."""
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.denied: set[str] = set()
        self.unlicensed: set[str] = set()
        self.calls_left: int | None = None
        self.nonces: deque[str] = deque(maxlen=KEPT_NONCES)
        self._known_nonces: set[str] = set()
        self._now = now or (lambda: datetime.now(UTC))
        self._turns: Counter[str] = Counter()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    # Life

    async def listen(self) -> None:
        """Bind."""
        application = web.Application(client_max_size=BODY_LIMIT)
        application.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        context = self.certificate.context if self.certificate else None
        await web.TCPSite(self._runner, self.host, self.port, ssl_context=context, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def stop_answering(self) -> None:
        """Close the port and break every connection; `listen()` opens the same port again."""
        self.cut_connections()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def now(self) -> datetime:
        """Time of the platform's clock, in its zone."""
        return datetime.fromtimestamp(self._now().timestamp() + self.clock_offset, self.zone)

    # What tests arrange and ask

    def count(self, path_part: str = "") -> int:
        """Count the requests whose path contains a text."""
        return sum(path_part in request.path for request in self.requests)

    def fault(
        self,
        path_part: str,
        code: str | None = None,
        status: int | None = None,
        raw: bytes | str | None = None,
        drop: bool | Literal["after"] = False,
        delay: float | None = None,
        times: int | None = None,
        data: Any = ...,
        content_type: str = "application/json",
    ) -> Fault:
        """Let answers go wrong, the next `times` of them or all until `heal`; a `delay` alone is followed by the answer.

        The signature is checked before, except for a dropped connection and an HTTP status of its own.
        """
        body = raw.encode() if isinstance(raw, str) else raw
        fault = Fault(
            part=path_part, code=code, status=status, raw=body, content_type=content_type, data=data, drop=drop,
            delay=delay or 0.0, times=times,
        )  # fmt: skip
        self.faults.append(fault)
        return fault

    def inject(self, name: str, path_part: str = "", times: int | None = None) -> Fault:
        """Let a fault of the table `FAULTS` happen. Raises KeyError for a name it does not have."""
        return self.fault(path_part, times=times, **FAULTS[name])

    def heal(self, path_part: str | None = None) -> None:
        """Forget the faults of a path part, or all."""
        self.faults = [] if path_part is None else [fault for fault in self.faults if fault.part != path_part]

    def deny(self, path: str, app_key: str | None = None) -> None:
        """Take the permission for a call (0x02401007) from one key or all."""
        (self.denied if app_key is None else self.keys[app_key].denied).add(path)

    def allow(self, path: str) -> None:
        """Give it back to all."""
        self.denied.discard(path)
        for key in self.keys.values():
            key.denied.discard(path)

    def unlicense(self, path: str) -> None:
        """Take the licence of a call (0x00072204); a path that ends with `/` means all below it."""
        self.unlicensed.add(path)

    def license(self, path: str) -> None:
        """Give it back."""
        self.unlicensed.discard(path)

    def quota(self, calls: int | None) -> None:
        """Allow so many more calls, then answer 0x02401009; None lifts the limit."""
        self.calls_left = calls

    def add_key(self, app_key: str, app_secret: str) -> None:
        """Make another partner."""
        self.keys[app_key] = Key(app_secret)

    def replace_key(self, app_key: str, app_secret: str) -> None:
        """Give the partner new credentials; the old ones are unknown from now on."""
        self.keys = {app_key: Key(app_secret)}
        self.app_key, self.app_secret = app_key, app_secret

    # Serving

    def body_of(self, endpoint: Endpoint, data: Any, turn: int) -> bytes:
        """Write the whole body for a handler's data."""
        raise NotImplementedError

    def perform(self, endpoint: Endpoint, call: Call) -> Any:
        """Carry a checked call out: data, or an awaitable of it."""
        raise NotImplementedError

    def cached_body(self, endpoint: Endpoint, call: Call, raw: bytes) -> bytes | None:
        """Return a body that is still right, without carrying the call out."""
        raise NotImplementedError

    def keep_body(self, endpoint: Endpoint, call: Call, raw: bytes, body: bytes) -> None:
        """Keep a body until the state changes."""
        raise NotImplementedError

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        path = request.rel_url.raw_path
        if not path.startswith(PREFIX):
            return self._respond(b"<html><body><h1>404 Not Found</h1></body></html>", "text/html", 404)
        record = Request(
            path.removeprefix(PREFIX), _object(body), request.headers, self.now(), request.method, body,
            app_key=request.headers.get("X-Ca-Key", ""),
        )  # fmt: skip
        self.requests.append(record)
        if len(self.requests) > KEPT_REQUESTS:
            del self.requests[: KEPT_REQUESTS // 5]
        if self.delay:
            await asyncio.sleep(self.delay)
        fault = self._fault(record.path)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.drop is True:
            return _dropped(request)
        if fault is not None and fault.status is not None:
            return self._respond(fault.raw or b"", fault.content_type, fault.status)
        try:
            self._admit(request, record, body)
            response = await self._serve(record, fault, request)
        except Refuse as refused:
            record.code = refused.code
            return self._respond(refusal(refused.code, refused.msg))
        return _dropped(request) if fault is not None and fault.drop == "after" else response

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.part in path and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def _serve(self, record: Request, fault: Fault | None, request: web.Request) -> web.Response:
        if fault is not None and fault.code is not None:
            raise Refuse(fault.code)
        if fault is not None and fault.raw is not None:
            return self._respond(fault.raw, fault.content_type)
        endpoint = self._endpoint(record)
        if not isinstance(_json(record.raw), dict):
            raise Refuse("0x00072003", "the body is no JSON object")
        for parameter in endpoint.parameters:
            parameter.check(record.body)
        self._check_headers(endpoint, request.headers)
        call = Call(record.path, record.body, request.headers, record.app_key, request.url.host or self.host)
        turn = self._turns[record.path]
        self._turns[record.path] += 1
        record.code = "0"
        if fault is not None and fault.data is not ...:
            return self._respond(dump({"code": "0", "msg": "Success", "data": fault.data}))
        if endpoint.cached and (kept := self.cached_body(endpoint, call, record.raw)) is not None:
            return self._respond(kept)
        data = self.perform(endpoint, call)
        if inspect.isawaitable(data):
            data = await data
        if isinstance(data, Raw):
            return self._respond(data.body, data.content_type)
        body = self.body_of(endpoint, data, turn)
        if endpoint.cached:
            self.keep_body(endpoint, call, record.raw, body)
        return self._respond(body)

    def _respond(self, body: bytes, content_type: str = "application/json;charset=UTF-8", status: int = 200
                 ) -> web.Response:  # fmt: skip
        clock = format_datetime(self.now().astimezone(UTC), usegmt=True)
        return web.Response(status=status, body=body, headers={"Content-Type": content_type, "Date": clock})

    # Checks, in the order of a gateway: key, signature, quota, permission; then the platform's own

    def _admit(self, request: web.Request, record: Request, body: bytes) -> None:
        """Raise Refuse for a request the gateway does not let through."""
        if request.method != "POST" or (self.options.refuse_http and self.certificate is None):
            raise Refuse("11")
        headers = request.headers
        if not record.app_key:
            raise Refuse("0x02401000")
        key = self.keys.get(record.app_key)
        if key is None:
            raise Refuse("0x02401001")
        if not headers.get("X-Ca-Signature"):
            raise Refuse("0x02401002")
        form = parse_qsl(body.decode("utf-8", "replace")) if request.content_type == FORM else []
        uri = signing.canonical_uri(request.rel_url.raw_path, [*request.query.items(), *form])
        try:
            signing.check(request.method, uri, headers, body, key.secret)
        except signing.BadSignatureError as error:
            raise Refuse("0x02401003", f"Invalid signature: {error}") from error
        if self.wrong_signature:
            raise Refuse("0x02401003")
        self._check_replay(headers)
        if self.calls_left is not None:
            if self.calls_left <= 0:
                raise Refuse("0x02401009")
            self.calls_left -= 1
        if record.path in self.denied or record.path in key.denied:
            raise Refuse("0x02401007")

    def _check_replay(self, headers: Mapping[str, str]) -> None:
        """Refuse a stale timestamp and a nonce that was used before."""
        window = self.options.timestamp_window
        if window is None and self.clock_offset:
            window = CLOCK_TOLERANCE
        stamp = headers.get("X-Ca-Timestamp")
        if stamp is not None and not (stamp.isascii() and stamp.isdigit()):
            raise Refuse("0x02401003", "Invalid signature: the timestamp is no number of milliseconds")
        if window is not None and stamp and abs(int(stamp) / 1000 - self.now().timestamp()) > window:
            raise Refuse("0x02401003", "Invalid signature: the timestamp is too old or too new")
        nonce = headers.get("X-Ca-Nonce")
        if nonce and self.options.nonces:
            if nonce in self._known_nonces:
                raise Refuse("0x02401003", "Invalid signature: the nonce was used before")
            if len(self.nonces) == KEPT_NONCES:
                self._known_nonces.discard(self.nonces[0])
            self.nonces.append(nonce)
            self._known_nonces.add(nonce)

    def _endpoint(self, record: Request) -> Endpoint:
        endpoint = ENDPOINTS.get(record.path)
        if endpoint is None:
            raise Refuse("12")
        if endpoint.since > self.options.version:
            raise Refuse("8")
        if any(path == record.path or (path.endswith("/") and record.path.startswith(path))
               for path in self.unlicensed):  # fmt: skip
            raise Refuse("0x00072204")
        return endpoint

    def _check_headers(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        """Refuse a user that does not exist and a network domain that is not set up."""
        user = headers.get("userId")
        if user is not None and endpoint.named:
            if not 1 <= len(user) <= 32 or FORBIDDEN_IN_USER.intersection(user):
                raise Refuse("0x00072003", "userId has a wrong form")
            if user not in self.options.users:
                raise Refuse("66")
        domain = headers.get("domainId")
        if domain is not None and domain not in self.options.domains:
            raise Refuse("14")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _object(body: bytes) -> dict[str, Any]:
    value = _json(body)
    return value if isinstance(value, dict) else {}


def _dropped(request: web.Request) -> web.StreamResponse:
    """Break the connection instead of an answer."""
    reset(request.transport)
    return web.Response()
