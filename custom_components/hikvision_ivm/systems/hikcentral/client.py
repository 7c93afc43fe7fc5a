"""Speaks to the platform's web service: signs, sends, reads the envelope, pages, remembers what is refused (hikcentral §1).

Every attempt is signed anew with a fresh nonce. A read is repeated once when its connection was dropped and a little
later when the platform was busy; a write is sent once, for a cut connection does not tell whether it was carried out.
"""

import asyncio
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
import logging
from typing import Any, Final
from uuid import uuid4

import orjson

from ..base import Runtime
from ..errors import (
    AccessDisabledError,
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    HeldBackError,
    InsufficientRightsError,
    ProtocolError,
    QuotaError,
    ResponseTimeoutError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from ..model import Picture
from ..transport.gate import CredentialGate, Refusal
from ..transport.http import HttpClient
from ..transport.json import decode, fields
from ..transport.messages import Response
from ..transport.redact import redact_text
from .address import PREFIX
from .codes import CODES, NAT, SIGNATURE, UNKNOWN, failure, normal
from .paging import Pages, read_pages
from .pictures import decode_picture, decode_text, envelope
from .signature import Keys, signed_headers

_LOGGER = logging.getLogger(__name__)

BODY_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of an answer; 500 persons with all their fields stay far below."""
THREAD_BYTES: Final = 512 * 1024
"""A longer answer is decoded beside the event loop."""
READ_SECONDS: Final = 20.0
WRITE_SECONDS: Final = 20.0
SKEW_SECONDS: Final = 2.0
"""The platform's clock is told in whole seconds; a smaller difference is none."""
TRIES: Final = 3
PAUSE_SECONDS: Final = 0.7
"""Pause before a busy platform is asked again; doubled each time, with jitter."""
DISABLED_SECONDS: Final = 240.0
"""The whole interface may have been switched off, and on again."""
QUOTA_SECONDS: Final = 300.0
REPROBE_SECONDS: Final = 6 * 3600.0
"""A right or a licence may be given later; what a version does not have, it does not get."""
DOMAIN_PATHS: Final = frozenset(
    {
        "video/v1/cameras/previewURLs",
        "video/v1/cameras/playbackURLs",
        "eventService/v1/image_data",
        "pms/v1/image_data",
        "acs/v1/event/pictures",
    }
)
"""Calls that answer for one network domain, if it is named (hikcentral §1.3)."""
REFUSED: Final = "refused"
"""Key in the runtime's memory: platform version → path → word, for what a version does not have."""

_WORDS: Final[Mapping[str, type[SystemFailure]]] = {
    "no_permission": InsufficientRightsError, "unlicensed": UnlicensedError, "disabled": AccessDisabledError,
}  # fmt: skip


class HikCentralClient:
    """One partner on one platform. Raises only `SystemFailure`.

    `refused`: path → word, for what is not asked again. `correction`: seconds added to our clock for signing.
    `skew`: seconds by which the platform's clock is ahead, None until an answer told.
    """

    def __init__(
        self,
        http: HttpClient,
        keys: Keys,
        runtime: Runtime,
        *,
        user_id: str = "",
        domain: str = "",
        gate: CredentialGate | None = None,
    ) -> None:
        """`http` has no credentials of its own.

        `user_id` names a user of the platform, `domain` the network domain of addresses in answers; empty for none.
        """
        self.runtime = runtime
        self.refused: dict[str, str] = {}
        self.requests = 0
        self.answers: dict[str, int] = {}
        self.correction = 0.0
        self.skew: float | None = None
        self.gate = gate if gate is not None else CredentialGate(runtime)
        self._http = http
        self._keys = keys
        self._user_id = user_id
        self._domain = domain
        self._abroad: set[str] = set()
        self._refused_at: dict[str, float] = {}
        self._version = ""
        self._quiet_until = float("-inf")
        self.quota_hits = 0

    @property
    def base_url(self) -> str:
        """The platform's address."""
        return self._http.base_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return tuple(one for one in (self._keys.app_key, self._keys.app_secret, self._user_id) if one)

    def use_version(self, version: str) -> None:
        """Take over what this version was found not to have."""
        self._version = version
        known = self.runtime.memory.get(REFUSED)
        words = known.get(version) if isinstance(known, Mapping) else None
        for path, word in words.items() if isinstance(words, Mapping) else ():
            self.refused.setdefault(str(path), str(word))

    def is_refused(self, path: str) -> bool:
        """Whether a path would be refused without a request."""
        return path in self.refused

    def renew(self) -> None:
        """Ask again for what rights and licences refused: the user may have mended it."""
        for path in list(self._refused_at):
            self._forgive(path)

    @property
    def is_abroad(self) -> bool:
        """Whether the platform does not know which addresses to give to our network."""
        return bool(self._abroad)

    @property
    def strained(self) -> bool:
        """Whether the platform said lately that it is called too often."""
        return self.runtime.monotonic() < self._quiet_until + QUOTA_SECONDS

    async def call(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        writes: bool = False,
        named: bool = True,
    ) -> Any:
        """Call an API and return the `data` of its answer, as it came.

        `path`: without prefix. `writes`: it changes something and is sent once. `named`: with the user's name, where one is
        configured.
        """
        response = await self._send(path, body, writes=writes, named=named)
        return fields(await self.decoded(response.body)).get("data")

    async def decoded(self, body: bytes) -> Any:
        """Decode JSON, beside the event loop if it is long. Raises `ProtocolError`."""
        return await asyncio.to_thread(decode, body) if len(body) > THREAD_BYTES else decode(body)

    async def pages(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        size: int = 500,
        key: str = "list",
        page: str = "pageNo",
        named: bool = True,
        known: Pages | None = None,
    ) -> Pages:
        """Read a list whole; see `paging.read_pages`."""

        async def fetch(number: int, length: int) -> bytes:
            asked = {page: number, "pageSize": length, **(body or {})}
            return (await self._send(path, asked, writes=False, named=named)).body

        return await read_pages(fetch, self.decoded, size=size, key=key, known=known)

    async def picture(self, path: str, body: Mapping[str, Any]) -> Picture:
        """Fetch a picture, in whichever form it comes. Raises `ProtocolError` if the answer is none."""
        response = await self._send(path, body, writes=False, named=True)
        return await asyncio.to_thread(_picture, response) if len(response.body) > THREAD_BYTES else _picture(response)

    # one call

    async def _send(self, path: str, body: Mapping[str, Any] | None, *, writes: bool, named: bool) -> Response:
        """Send a call until it is answered well, or raise what the platform said."""
        self._check(path, writes=writes)
        payload = orjson.dumps(body or {})
        headers = {}
        if named and self._user_id:
            headers["userId"] = self._user_id
        if self._domain and path in DOMAIN_PATHS:
            headers["domainId"] = self._domain
        tries = 1 if writes else TRIES
        for attempt in range(1, tries + 1):
            try:
                return await self._authorised(path, payload, headers, writes=writes)
            except (BusyError, DeviceFailureError, ConnectionFailedError) as error:
                if attempt == tries or not _worth_repeating(error, attempt):
                    raise
                pause = PAUSE_SECONDS * 2.0 ** (attempt - 1) * (0.5 + self.runtime.random())
                _LOGGER.debug("%s: %s; asked again in %.1f s", path, error, pause)
            await self.runtime.sleep(pause)
        raise ProtocolError(reason="no attempt was made")

    async def _authorised(self, path: str, payload: bytes, headers: Mapping[str, str], *, writes: bool) -> Response:
        """Send one attempt through the gate, with one confirming attempt when the key is refused."""
        confirming = False
        mark = self.gate.acceptances
        while True:
            async with self.gate.turn(mark=mark, confirming=confirming) as turn:
                try:
                    response = await self._corrected(path, payload, headers, writes=writes)
                except AuthenticationError:
                    turn.logins += 1
                    if not turn.refused(Refusal()):
                        raise
                except ConnectionFailedError:
                    raise
                except SystemFailure:
                    # It was understood and judged, so the key is good.
                    turn.accepted()
                    raise
                else:
                    turn.accepted()
                    return response
            confirming = True
            await self.gate.wait_for_confirmation()

    async def _corrected(self, path: str, payload: bytes, headers: Mapping[str, str], *, writes: bool) -> Response:
        """Send one attempt; after a wrong signature once more with a fresh nonce and the platform's own time."""
        try:
            return await self._once(path, payload, headers, writes=writes)
        except AuthenticationError as error:
            if error.code != SIGNATURE:
                raise
            if self.skew is not None and abs(self.skew) >= SKEW_SECONDS:
                self.correction = self.skew
        try:
            return await self._once(path, payload, headers, writes=writes)
        except AuthenticationError:
            self.correction = 0.0
            raise

    async def _once(self, path: str, payload: bytes, headers: Mapping[str, str], *, writes: bool) -> Response:
        """Sign, send, and judge the answer."""
        now = self.runtime.now().timestamp()
        signed = signed_headers(
            self._keys, f"/{PREFIX}{path}", timestamp=round((now + self.correction) * 1000), nonce=str(uuid4()),
            headers=headers,
        )  # fmt: skip
        accept, content_type = signed.pop("Accept"), signed.pop("Content-Type")
        self.requests += 1
        response = await self._http.request(
            "POST", f"{PREFIX}{path}", body=payload, accept=accept, content_type=content_type, headers=signed,
            timeout=WRITE_SECONDS if writes else READ_SECONDS, limit=BODY_LIMIT,
        )  # fmt: skip
        self._learn_time(response)
        self._judge(path, response)
        return response

    def _learn_time(self, response: Response) -> None:
        """Compare the clocks."""
        if not (told := response.headers.get("Date")):
            return
        try:
            self.skew = round((parsedate_to_datetime(told) - self.runtime.now()).total_seconds(), 1)
        except ValueError, TypeError:
            _LOGGER.debug("The platform sent a time that is none")

    def _judge(self, path: str, response: Response) -> None:
        """Raise what the envelope says. A body that is no envelope is a picture, or is judged where it is read."""
        code = _code(response)
        if code is None:
            if response.status == 404 and self.gate.acceptances:
                self._refuse(path, "unsupported")
            _judge_status(path, response)
            return
        self.answers[code] = self.answers.get(code, 0) + 1
        if code == "0":
            self._abroad.discard(path)
            return
        error = failure(code, self._clean(response), path)
        row = CODES.get(code, UNKNOWN)
        if row.refusal is not None:
            self._refuse(path, row.refusal)
        if isinstance(error, AccessDisabledError) and self.gate.acceptances:
            self._refuse(path, "disabled")
        if isinstance(error, QuotaError):
            self.quota_hits += 1
            self._quiet_until = self.runtime.monotonic() + QUOTA_SECONDS
        if code in NAT:
            self._abroad.add(path)
        raise error

    def _clean(self, response: Response) -> str:
        """Return the platform's own words, without secrets."""
        found = envelope(response.body)
        return redact_text((found.text("msg") if found is not None else None) or "", secrets=self.secrets)

    # what is refused

    def _check(self, path: str, *, writes: bool) -> None:
        """Raise at once what would be refused."""
        now = self.runtime.monotonic()
        lasts = DISABLED_SECONDS if self.refused.get(path) == "disabled" else REPROBE_SECONDS
        if (since := self._refused_at.get(path)) is not None and now - since >= lasts:
            self._forgive(path)
        if (word := self.refused.get(path)) is not None:
            raise _refusal(word, path)
        if not writes and now < self._quiet_until:
            raise HeldBackError("not sent: the limit of calls was reached", retry_after=self._quiet_until - now)

    def _refuse(self, path: str, word: str) -> None:
        """Remember that a path is refused."""
        if path in self.refused:
            return
        self.refused[path] = word
        _LOGGER.info("The platform at %s refuses %s (%s); it is not asked for again", self.base_url, path, word)
        if word != "unsupported":
            self._refused_at[path] = self.runtime.monotonic()
        elif self._version:
            stored = self.runtime.memory.get(REFUSED)
            paths = stored.get(self._version) if isinstance(stored, Mapping) else None
            known = dict(paths) if isinstance(paths, Mapping) else {}
            # Only the version that runs counts: after an update everything is tried again.
            self.runtime.memory[REFUSED] = {self._version: {**known, path: word}}
            self.runtime.remember()

    def _forgive(self, path: str) -> None:
        """Ask for a path again."""
        self._refused_at.pop(path, None)
        self.refused.pop(path, None)


def _refusal(word: str, path: str) -> SystemFailure:
    """Return the error of a remembered refusal."""
    kind = _WORDS.get(word, UnsupportedError)
    if kind is InsufficientRightsError:
        return InsufficientRightsError("not sent: it was refused before", right=path)
    if kind is AccessDisabledError:
        return AccessDisabledError("not sent: it was refused before")
    return UnlicensedError(function=path) if kind is UnlicensedError else UnsupportedError(function=path)


def _picture(response: Response) -> Picture:
    """Return the picture of an answer. Raises `ProtocolError`."""
    found = envelope(response.body)
    return decode_picture(response.body, response.content_type) if found is None else decode_text(found.text("data"))


def _code(response: Response) -> str | None:
    """Return the code of an envelope; None if the body is no envelope (a picture, a web page, half an answer)."""
    if (quick := _quick_code(response.body)) is not None:
        return quick
    if (found := envelope(response.body)) is None or "code" not in found:
        return None
    return normal(found["code"])


def _quick_code(body: bytes) -> str | None:
    """Return success without decoding where the envelope begins with it, as it usually does."""
    return "0" if body.startswith((b'{"code":"0",', b'{"code": "0",', b'{"code":0,')) else None


def _judge_status(path: str, response: Response) -> None:
    """Raise what an answer without envelope means by its HTTP status."""
    status = response.status
    if status == 200:
        return
    if status == 404:
        raise UnsupportedError(f"{path}: HTTP status 404", function=path)
    if status in {429, 502, 503, 504}:
        raise BusyError(f"HTTP status {status}")
    if status >= 500:
        raise DeviceFailureError(reason=f"HTTP status {status}")
    raise ProtocolError(reason=f"HTTP status {status}")


def _worth_repeating(error: SystemFailure, attempt: int) -> bool:
    """Whether a read may be sent again: when the platform was busy, or once when the connection was dropped."""
    if isinstance(error, (ResponseTimeoutError, QuotaError)):
        return False
    if isinstance(error, ConnectionFailedError):
        return error.answered and attempt == 1
    return CODES.get(error.code, UNKNOWN).transient or (not error.code and attempt == 1)
