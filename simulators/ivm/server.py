"""The cloud's HTTP side: tokens, faults, a log of requests, and the checks that every call must pass."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
import inspect
import json
import random
import re
import ssl
from typing import Any, Literal, override
from urllib.parse import unquote, unquote_plus

from aiohttp import web
import orjson

from simulators.wire.connections import reset
from simulators.wire.served import Served
from simulators.wire.tls import ServerCertificate, self_signed

from .checks import read, text, truth
from .dirty import soil
from .errors import RefusedError, refusal
from .knobs import Knobs
from .routes import Call, Operation, find
from .tokens import Tokens

BODY_LIMIT = 16 * 1024 * 1024
KEPT_REQUESTS = 100_000
"""The log of requests loses its older part above this."""
KEPT_ANSWERS = 256
MEDIA = ("/live/", "/vod/", "/dev_vod/")
"""Where streams are; the log of requests does not hold them, `media_requests` does."""
TOKEN_PATH = re.compile(r"/(v[12])/([^/]*)/enterprises/access-token")
TOKEN_FIELDS = (
    text("ak", 1, 64, required=True, code="IVM.10020020"),
    text("sk", 1, 64, required=True, code="IVM.10020021"),
    truth("force_update", default=False),
)


@dataclass(slots=True)
class Request:
    """One request as it arrived. `status` is 0 while it is being answered and after a broken connection."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    """JSON of the body; None if there is none, or what is no JSON."""
    headers: Mapping[str, str] = field(repr=False)
    moment: datetime
    raw: bytes = field(default=b"", repr=False)
    status: int = 0
    code: str = ""
    """Code of a refusal."""
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with requests whose path contains `part`."""

    part: str
    code: str | None = None
    status: int | None = None
    raw: bytes | None = None
    content_type: str = "application/json"
    drop: bool | Literal["after"] = False
    """The connection breaks: before the call is carried out, or after it."""
    delay: float = 0.0
    times: int | None = None
    method: str | None = None


class Gateway(Knobs, Served):
    """Serves; the subclass knows the state."""

    def __init__(
        self, *, user_id: str, host: str, port: int, tls: bool | ServerCertificate | None, delay: float,
        clock: Callable[[], datetime] | None, chance: random.Random, media_port: int,
    ) -> None:  # fmt: skip
        """Remember the settings; nothing is bound yet."""
        super().__init__()
        self.user_id = user_id
        self.host = host
        self.port = port
        self.delay = delay
        self.certificate = self_signed(host) if tls is True else tls or None
        self.chance = chance
        self.requests: list[Request] = []
        self.token_requests: list[Request] = []
        self.media_requests: list[Request] = []
        self.faults: list[Fault] = []
        self._clock = clock or (lambda: datetime.now(UTC))
        self.tokens = Tokens(self.now, chance)
        self._answers: dict[tuple[str, str], bytes] = {}
        self._answers_of: tuple[object, ...] = ()
        self.media_port = media_port
        self.media_certificate = self.certificate or self_signed(host)
        self._runner: web.AppRunner | None = None
        self._media_runner: web.AppRunner | None = None

    # Life

    async def listen(self) -> None:
        """Bind the port of the API, and one for streams that has TLS if the API has none, or the other way round."""
        secure = self.certificate is not None
        self._runner, self.port = await self._bind(self._handle, self.port, secure=secure)
        self._media_runner, self.media_port = await self._bind(self._handle_media, self.media_port, secure=not secure)

    async def _bind(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], port: int, *, secure: bool
    ) -> tuple[web.AppRunner, int]:
        application = web.Application(client_max_size=BODY_LIMIT)
        application.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(
            application, access_log=None, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        context: ssl.SSLContext | None = self.media_certificate.context if secure else None
        await web.TCPSite(runner, self.host, port, ssl_context=context, reuse_address=True).start()
        return runner, runner.addresses[0][1]

    async def stop_answering(self) -> None:
        """Close the ports and break every connection; `listen()` opens the same ports again."""
        self.cut_connections()
        for runner in (self._runner, self._media_runner):
            if runner is not None:
                await runner.cleanup()
        self._runner = self._media_runner = None

    def media_origin(self, *, secure: bool) -> str:
        """Return scheme, host and port of streams."""
        own = secure is (self.certificate is not None)
        return f"{'https' if secure else 'http'}://{self.host}:{self.port if own else self.media_port}"

    async def _handle_media(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith(MEDIA):
            return web.Response(status=404)
        return await self._handle(request)

    @property
    @override
    def _runners(self) -> Sequence[web.AppRunner | None]:
        """The interface, and what serves video."""
        return (self._runner, self._media_runner)

    def now(self) -> datetime:
        """Time of the cloud's clock."""
        return self._clock()

    # What tests arrange and ask

    def count(self, path_part: str = "", method: str | None = None) -> int:
        """Count the requests whose path contains a text."""
        return sum(path_part in item.path and method in {None, item.method} for item in self.requests)

    def bodies(self, path_part: str, method: str | None = None) -> list[Any]:
        """Return the JSON bodies of the requests whose path contains a text."""
        return [item.body for item in self.requests if path_part in item.path and method in {None, item.method}]

    def fault(
        self, path_part: str = "", code: str | None = None, status: int | None = None,
        raw: bytes | str | None = None, drop: bool | Literal["after"] = False, delay: float | None = None,
        times: int | None = None, content_type: str = "application/json", method: str | None = None,
    ) -> Fault:  # fmt: skip
        """Let answers go wrong, the next `times` of them or all until `heal`; a `delay` alone is followed by the answer.

        The token is not looked at before. `raw` may be HTML, half a JSON or nothing.
        """
        body = raw.encode() if isinstance(raw, str) else raw
        fault = Fault(
            part=path_part, code=code, status=status, raw=body, content_type=content_type, drop=drop,
            delay=delay or 0.0, times=times, method=method,
        )  # fmt: skip
        self.faults.append(fault)
        return fault

    def heal(self, path_part: str | None = None) -> None:
        """Forget the faults of a path part, or all."""
        self.faults = [] if path_part is None else [fault for fault in self.faults if fault.part != path_part]

    def expire_tokens(self) -> None:
        """End the life of every token; the next use is `IVM.10000002`."""
        self.tokens.expire()

    def revoke_tokens(self) -> None:
        """Forget every token; the next use is `IVM.10000005`."""
        self.tokens.revoke()

    # Serving

    def version(self) -> int:
        """Count the changes of what lists tell."""
        raise NotImplementedError

    async def outside(self, request: web.Request, record: Request) -> web.StreamResponse | None:
        """Answer pictures and streams; None for everything else."""
        raise NotImplementedError

    def call(self, path: dict[str, str], query: dict[str, Any], body: dict[str, Any], record: Request) -> Call:
        """Return what a handler gets; `query` and `body` are checked."""
        raise NotImplementedError

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        record = await self._note(request)
        log = self.media_requests if record.path.startswith(MEDIA) else self.requests
        log.append(record)
        if len(log) > KEPT_REQUESTS:
            del log[: KEPT_REQUESTS // 5]
        if self.delay:
            await asyncio.sleep(self.delay)
        fault = self._fault(record)
        if fault is not None:
            if fault.delay:
                await asyncio.sleep(fault.delay)
            if fault.drop is True:
                return _dropped(request)
            if fault.code is not None or fault.raw is not None or fault.status is not None:
                return _failing(record, fault)
        response = await self._answer(request, record)
        if fault is not None and fault.drop == "after":
            return _dropped(request)
        record.status = response.status
        return response

    async def _note(self, request: web.Request) -> Request:
        raw = await request.read()
        body: Any = None
        if raw:
            with suppress(ValueError):
                body = json.loads(raw)
        decode = unquote if self.literal_plus else unquote_plus
        pairs = (pair.partition("=") for pair in request.rel_url.raw_query_string.split("&") if pair)
        query = {decode(name): decode(value) for name, _, value in pairs}
        return Request(request.method, request.path, query, body, request.headers, self.now(), raw)

    def _fault(self, record: Request) -> Fault | None:
        for fault in self.faults:
            if fault.part in record.path and fault.times != 0 and fault.method in {None, record.method}:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    async def _answer(self, request: web.Request, record: Request) -> web.StreamResponse:
        try:
            if (found := await self.outside(request, record)) is not None:
                return found
            if (match := TOKEN_PATH.fullmatch(record.path)) is not None:
                return self._token(record, match[1], match[2])
            return await self._perform(record)
        except RefusedError as error:
            record.code, record.why = error.code, error.why
            status, told = refusal(error.code)
            return respond(told, status)

    def _token(self, record: Request, version: str, user_id: str) -> web.Response:
        """§4.1."""
        self.token_requests.append(record)
        if version not in self.token_versions:
            raise RefusedError("IVM.90000007")
        if record.method != "POST":
            raise RefusedError("IVM.90000009")
        if not isinstance(record.body, dict):
            raise RefusedError("IVM.10020008")
        given = read(TOKEN_FIELDS, record.body, strict=self.strict)
        self._check_user(user_id)
        if self.account_code is not None:
            raise RefusedError(self.account_code)
        value, rest = self.tokens.issue(
            given["ak"], given["sk"], force=given["force_update"], limit=self.tokens_per_key
        )
        return respond({"access_token": value, "expire_time": rest if "expire_number" in self.dirty else str(rest)})

    def _check_user(self, user_id: str) -> None:
        if re.fullmatch(r"\d{15,25}", user_id) is None:
            raise RefusedError("IVM.10020000")
        if user_id != self.user_id:
            raise RefusedError("IVM.10020048")

    async def _perform(self, record: Request) -> web.Response:
        row, names = find(record.method, record.path)
        token = record.headers.get("Access-Token", "")
        if (code := self.account_code or self.tokens.judge(token)) is not None:
            raise RefusedError(code)
        self._check_user(names["user_id"])
        key = (record.path, repr(sorted(record.query.items())))
        if row.cached and (cached := self._cached(key)) is not None:
            return web.Response(body=cached, content_type="application/json")
        query = read(row.query, record.query, strict=self.strict, query=True)
        call = self.call(names, query, self._body(row, record), record)
        answer = row.handler(call)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, web.Response):
            return answer
        body = _dump(soil(answer, self.dirty, row.section))
        if row.cached:
            self._answers[key] = body
        return web.Response(body=body, content_type="application/json")

    def _cached(self, key: tuple[str, str]) -> bytes | None:
        state = (self.version(), frozenset(self.dirty), self.largest_page, self.subtree_only)
        if self._answers_of != state or len(self._answers) > KEPT_ANSWERS:
            self._answers.clear()
            self._answers_of = state
        return self._answers.get(key)

    def _body(self, row: Operation, record: Request) -> dict[str, Any]:
        if row.body is None:
            return {}
        if not isinstance(record.body, dict):
            raise RefusedError("IVM.10020008")
        return read(row.body, record.body, strict=self.strict)


def _dump(answer: Any) -> bytes:
    """Return JSON; an enterprise's id may be printed as a number that is longer than 64 bits."""
    try:
        return orjson.dumps(answer)
    except TypeError:
        return json.dumps(answer, ensure_ascii=False).encode()


def respond(answer: Any, status: int = 200) -> web.Response:
    """Return JSON."""
    return web.Response(body=orjson.dumps(answer), status=status, content_type="application/json")


def _failing(record: Request, fault: Fault) -> web.Response:
    if fault.code is not None:
        record.code = fault.code
        status, told = refusal(fault.code)
        response = respond(told, fault.status or status)
    else:
        response = web.Response(
            status=fault.status or 200, body=fault.raw or b"", headers={"Content-Type": fault.content_type}
        )
    record.status = response.status
    return response


def _dropped(request: web.Request) -> web.StreamResponse:
    """Break the connection instead of an answer."""
    with suppress(OSError):
        reset(request.transport)
    return web.StreamResponse(status=503)
