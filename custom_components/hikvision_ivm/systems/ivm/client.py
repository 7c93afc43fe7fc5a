"""Asking the cloud: one account, one token, no envelope (ivm §1.4, §1.7)."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
import logging
from typing import Any, Final
from urllib.parse import quote

import orjson
from yarl import URL

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    HeldBackError,
    ProtocolError,
    QuotaError,
    ResponseTimeoutError,
    SystemFailure,
    UnsupportedError,
)
from ..model import Picture
from ..transport.http import HttpClient, Response
from ..transport.json import EMPTY, Fields, decode, fields
from ..transport.redact import redact_text
from .codes import ACCOUNT_CODES, SUCCESS, TRANSIENT, TokenError, failure
from .paging import Paging, Rows, read_pages
from .pictures import picture_of
from .token import TokenManager

_LOGGER = logging.getLogger(__name__)

JSON: Final = "application/json"
TOKEN_HEADER: Final = "Access-Token"
READ_SECONDS: Final = 20.0
WRITE_SECONDS: Final = 30.0
BODY_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of an answer: a thousand devices with their channels have some."""
PAUSES: Final = (1.0, 2.0, 4.0)
"""Seconds before a read is repeated that met a fault of the cloud."""
TOKEN_PATHS: Final = ("/v2/{}/enterprises/access-token", "/v1/{}/enterprises/access-token")
"""The chapter says version 2, the overview version 1."""
NOT_THERE: Final = frozenset({"IVM.90000006", "IVM.90000007"})
"""Said to a path that does not exist."""


class IvmClient:
    """One enterprise account. Raises only `SystemFailure`; its `code` is the cloud's.

    `requests`: calls so far, those for tokens included. `answers` counts codes. `strained`: the cloud said lately that it
    is called too often, so that nothing is read for a while.
    """

    def __init__(
        self,
        http: HttpClient,
        user_id: str,
        access_key: str,
        secret_key: str,
        runtime: Runtime,
        *,
        connect: Callable[[str], HttpClient],
    ) -> None:
        """`http` is bound to the cloud's origin and has no credentials of its own; `connect` reaches other origins.

        Does no I/O.
        """
        self.http = http
        self.runtime = runtime
        self.user_id = user_id
        self.answers: Counter[str] = Counter()
        self.quota_hits = 0
        self.tokens = TokenManager(runtime, self._fetch_token)
        self._keys = access_key, secret_key
        self._quiet_until = float("-inf")
        self._connect = connect
        self._origin = URL(http.base_url).origin()

    @property
    def requests(self) -> int:
        """Requests on the wire so far."""
        return self.http.counters.requests

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(one for one in (*self._keys, self.tokens.text or "", self.user_id) if one)

    @property
    def strained(self) -> bool:
        """Whether nothing is read for now."""
        return self.runtime.monotonic() < self._quiet_until

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | bool | None] | None = None,
        body: Any = None,
        version: int = 1,
        writes: bool | None = None,
    ) -> Fields:
        """Call an operation and return its answer, empty for one without a body.

        `path` follows the user id. `writes`: sent once; left open, everything but GET is (taking the lock of a camera is
        a GET that writes). Batches may hold failures in spite of success: see `results`.
        """
        changes = method != "GET" if writes is None else writes
        if not changes and self.strained:
            raise HeldBackError("not sent: the cloud is called too often", retry_after=self._quiet_until - self._now())
        target = f"/v{version}/{quote(self.user_id, safe='')}/{path}"
        content = None if body is None else orjson.dumps(body)
        pauses = list(PAUSES)
        while True:
            try:
                return fields(decode_body(await self._authorised(method, target, query, content, writes=changes)))
            except SystemFailure as error:
                if changes or not pauses or not _worth_repeating(error, first=len(pauses) == len(PAUSES)):
                    raise
                pause = pauses.pop(0) * (0.5 + self.runtime.random())
                _LOGGER.debug("%s: %s; asked again in %.1f s", _operation(target, self.user_id), error, pause)
            await self.runtime.sleep(pause)

    async def pages(
        self,
        path: str,
        *,
        key: str,
        id_of: Callable[[Fields], Hashable],
        query: Mapping[str, str | int | bool | None] | None = None,
        version: int = 1,
        paging: Paging = Paging.PAGE,
        limit: int = 1000,
    ) -> Rows:
        """Read a list whole, whatever an offset turns out to count; see `paging.read_pages`."""

        async def fetch(offset: int, size: int) -> Fields:
            return await self.call(
                "GET", path, query={**(query or {}), "limit": size, "offset": offset}, version=version
            )

        return await read_pages(fetch, key=key, id_of=id_of, paging=paging, limit=limit)

    async def picture(self, url: str) -> Picture:
        """Load a picture that the cloud names, as JSON with base64 or as it is (ivm §3.13).

        The token goes to the cloud's own origin only, encrypted where that is; other hosts get a plain request. Raises
        `ProtocolError` for what is no picture.
        """
        try:
            target = URL(url)
            port = target.port
        except ValueError as error:
            raise ProtocolError(reason="the address of the picture is none") from error
        if target.scheme not in {"http", "https"} or not target.host:
            raise ProtocolError(reason="the address of the picture is none")
        own = port == self._origin.port or (target.is_default_port() and self._origin.is_default_port())
        if own and target.host == self._origin.host:
            response = await self._with_token("GET", target.raw_path_qs, None, None, writes=False)
        else:
            other = self._connect(str(target.origin()))
            response = await other.request(
                "GET", target.raw_path_qs, accept="*/*", timeout=READ_SECONDS, limit=BODY_LIMIT
            )
        self._judge(response, "picture")
        return picture_of(response.body, response.content_type)

    # one call

    async def _authorised(
        self,
        method: str,
        target: str,
        query: Mapping[str, str | int | bool | None] | None,
        content: bytes | None,
        *,
        writes: bool,
    ) -> bytes:
        """Send a call with the token, once more with another one if that is refused."""
        full = target + _query(query)
        response = await self._with_token(method, full, content, target, writes=writes)
        self._judge(response, target)
        return response.body

    async def _with_token(
        self, method: str, target: str, content: bytes | None, function: str | None, *, writes: bool
    ) -> Response:
        """Send a request; a token that is refused is replaced, once."""
        token = await self.tokens.get()
        response = await self._send(method, target, content, token, writes=writes)
        try:
            self._judge(response, function or "picture", count=False)
        except TokenError as error:
            token = await self.tokens.replace(token)
            response = await self._send(method, target, content, token, writes=writes)
            try:
                self._judge(response, function or "picture", count=False)
            except TokenError:
                self.tokens.forget()
                raise AuthenticationError(str(error)) from error
            except SystemFailure:
                return response
        except SystemFailure:
            return response
        return response

    async def _send(self, method: str, target: str, content: bytes | None, token: str, *, writes: bool) -> Response:
        """Put one request on the wire."""
        response = await self.http.request(
            method,
            target,
            body=content,
            content_type=JSON,
            accept="*/*",
            headers={TOKEN_HEADER: token},
            timeout=WRITE_SECONDS if writes else READ_SECONDS,
            limit=BODY_LIMIT,
            repeat=not writes,
        )
        # What HTTP would write holds the ids of the account and of devices.
        _LOGGER.debug("%s %s: %s", method, _operation(target.partition("?")[0], self.user_id), response.status)
        return response

    async def _fetch_token(self, renew: bool) -> Fields:
        """Exchange the keys for a token."""
        access_key, secret_key = self._keys
        body = {"ak": access_key, "sk": secret_key, **({"force_update": True} if renew else {})}
        for path in TOKEN_PATHS:
            response = await self.http.request(
                "POST", path.format(quote(self.user_id, safe="")), body=orjson.dumps(body), content_type=JSON, accept=JSON,
                timeout=READ_SECONDS, limit=BODY_LIMIT,
            )  # fmt: skip
            try:
                self._judge(response, "access token")
            except TokenError as error:
                # Here it is the keys that are refused.
                raise AuthenticationError(str(error)) from error
            except SystemFailure as error:
                if path != TOKEN_PATHS[-1] and (response.status == 404 or error.code in NOT_THERE):
                    continue
                if error.code in ACCOUNT_CODES and not isinstance(error, AuthenticationError):
                    raise AuthenticationError(str(error)) from error
                raise
            return fields(decode_body(response.body))
        raise UnsupportedError(function="access token")

    def _judge(self, response: Response, function: str, *, count: bool = True) -> None:
        """Raise what an answer stands for (ivm §1.7): the code decides, then the HTTP status."""
        code, said = _code(response)
        good = 200 <= response.status < 300
        if good and code in SUCCESS:
            if count:
                self.answers["ok"] += 1
            return
        words = redact_text(said, secrets=self.secrets)[:200]
        error = failure("" if code in SUCCESS else code, response.status, _operation(function, self.user_id), words)
        if count:
            self.answers[error.code or f"HTTP {response.status}"] += 1
        if isinstance(error, QuotaError):
            self.quota_hits += count
            self._quiet_until = self._now() + (error.retry_after or 0.0)
        raise error

    def _now(self) -> float:
        """Return monotonic seconds."""
        return self.runtime.monotonic()


def results(answer: Fields, key: str) -> list[tuple[Fields, SystemFailure | None]]:
    """Return the items of a batch with the failure of each (ivm §1.7, shape C and its variant).

    Codes are found in `result`; one printed sample has them swapped with other members.
    """
    found: list[tuple[Fields, SystemFailure | None]] = []
    for item in answer.children(key):
        result = item.child("result")
        code = result.text("code") or ""
        failed = None if code in SUCCESS else failure(code, 400, key, result.text("msg") or "")
        found.append((item, failed))
    return found


def decode_body(body: bytes) -> Any:
    """Return the JSON object of a body; nothing at all is an empty one. Raises `ProtocolError`."""
    if not body.strip():
        return {}
    decoded = decode(body)
    if not isinstance(decoded, dict):
        raise ProtocolError(reason="the answer is not a JSON object")
    return decoded


def _code(response: Response) -> tuple[str, str]:
    """Return the error code and text at the root of an answer, empty if it has none."""
    if response.body[:64].lstrip()[:1] != b"{" or b"error_code" not in response.body:
        return "", ""
    try:
        said = fields(decode(response.body))
    except ProtocolError:
        return "", ""
    return said.text("error_code") or "", said.text("error_msg") or ""


def _query(query: Mapping[str, str | int | bool | None] | None) -> str:
    """Write a query: blanks as `%20`, truth in lower case, what is None left out."""
    words = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (query or {}).items()
        if value is not None
    }
    return "?" + "&".join(f"{name}={quote(word, safe='')}" for name, word in words.items()) if words else ""


def _operation(path: str, user_id: str) -> str:
    """Name an operation without the account and without ids, which have digits or capital letters."""
    words = path.replace("-", " ").split("/")
    told = [word for word in words if word != user_id and word.islower() and word.replace(" ", "").isalpha()]
    return " ".join(told) or "call"


def _worth_repeating(error: SystemFailure, *, first: bool) -> bool:
    """Whether a read may be sent again: after a fault of the cloud, or once after a dropped connection."""
    if isinstance(error, (QuotaError, TokenError, ResponseTimeoutError)):
        return False
    if isinstance(error, ConnectionFailedError):
        # What HTTP calls a read was repeated at once already.
        return False
    if error.code:
        return error.code in TRANSIENT
    return isinstance(error, BusyError) or (first and isinstance(error, ProtocolError))


__all__ = ["EMPTY", "IvmClient", "decode_body", "results"]
