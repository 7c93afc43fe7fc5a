"""Asking an ISAPI device, and remembering what it refused (isapi-core §1.3, §1.4, §3.0).

Paths are relative to `/ISAPI/`, as in `Smart/FieldDetection/1`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
import logging
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from lxml import etree

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeviceFailureError,
    InsufficientRightsError,
    ProtocolError,
    RejectedError,
    ResponseTimeoutError,
    SystemFailure,
    TlsError,
    UnsupportedError,
)
from ..transport.http import HttpClient, Response
from ..transport.xml import local_name, parse, serialize
from .status import failure, read_status, status_of

_LOGGER = logging.getLogger(__name__)

ROOT: Final = "/ISAPI/"
INFO: Final = "System/deviceInfo"
"""What every device has."""
XML: Final = 'application/xml; charset="UTF-8"'
_MEMORY: Final = "isapi_refused"
_SOFT_DAYS: Final = 7
"""Days for which a refusal that may have been a bad day (HTTP 500, dropped connection) is believed."""
_DROP_SECONDS: Final = 10.0
"""Seconds within which another answer proves that a dropped connection meant the path and not the device."""
_DOCUMENT_LIMIT: Final = 1024 * 1024
"""Bytes of a document. The largest real ones, lists of a recorder with 64 channels, have a quarter of it."""

type AnswerHook = Callable[[str, Response | SystemFailure], None]
"""Told of every GET of a document: the path, and the answer or why there was none."""


class IsapiClient:
    """One device. Raises only `SystemFailure`.

    `write_lock` serialises read-change-write. `refused`: path → reason. `malformed`: path → how often its document was
    not understood. `requests`, `answers`: documents asked for and HTTP answers received. `reboot_required_since`:
    monotonic moment of the last write that takes effect only after a restart, None if there was none since the last
    one. `risk_password`: said by the device with an accepted write.
    """

    def __init__(self, http: HttpClient, runtime: Runtime, *, on_answer: AnswerHook | None = None) -> None:
        """`http` is bound to the device's origin. Does no I/O."""
        self.http = http
        self.write_lock = asyncio.Lock()
        self.malformed: Counter[str] = Counter()
        self.reboot_required_since: float | None = None
        self.risk_password = False
        self.on_answer = on_answer
        self.requests = 0
        self.answers = 0
        self._runtime = runtime
        self._refused: dict[str, str] = {}
        self._rights: dict[str, str] = {}
        self._soft: dict[str, datetime] = {}
        self._dropped: dict[str, float] = {}
        self._doubtful = False
        self._worked: set[str] = set()
        self._logged: set[str] = set()
        self._belongs_to: str | None = None

    @property
    def refused(self) -> Mapping[str, str]:
        """Paths that are not asked again, with the reason."""
        return MappingProxyType({**self._refused, **self._rights})

    @property
    def denied(self) -> Mapping[str, str]:
        """Those of the refused paths for which the account lacks a right, with the reason; longest ago first."""
        return MappingProxyType(self._rights)

    @property
    def host(self) -> str | None:
        """Host under which we reach the device."""
        return urlsplit(self.http.base_url).hostname

    def is_absent(self, path: str) -> bool:
        """Whether a path was refused for good: the device does not have it, or the account may not read it."""
        return path in self.refused and path not in self._soft

    def remember_for(self, device: str) -> None:
        """Bring back what was refused by `device` (unique id and firmware); memory of any other is let go."""
        if device == self._belongs_to:
            return
        previous = self._belongs_to
        self._belongs_to = device
        if previous is not None:
            self._refused.clear()
            self._soft.clear()
            self._worked.clear()
        stored = self._runtime.memory.get(_MEMORY)
        if isinstance(stored, Mapping) and stored.get("of") == device and isinstance(stored.get("paths"), Mapping):
            for path, row in stored["paths"].items():
                self._recall(str(path), row)
        self._store()

    def _recall(self, path: str, row: object) -> None:
        """Take over one remembered refusal, unless it has grown old or is not one."""
        if not isinstance(row, Mapping) or not isinstance(row.get("reason"), str):
            return
        if (until := row.get("until")) is not None:
            try:
                moment = datetime.fromisoformat(str(until))
            except ValueError:
                return
            if moment.tzinfo is None or moment <= self._runtime.now():
                return
            self._soft[path] = moment
        self._refused.setdefault(path, row["reason"])

    def forget(self, paths: Iterable[str] | None = None) -> None:
        """Ask again what was refused: `paths`, or everything. For channels that came back and users who gave rights."""
        gone = set(self.refused if paths is None else paths)
        if not gone & self.refused.keys():
            return
        for path in gone:
            self._refused.pop(path, None)
            self._rights.pop(path, None)
            self._soft.pop(path, None)
        self._store()

    async def get(
        self, path: str, query: Mapping[str, str] | None = None, *, remember: bool = True, again: bool = False
    ) -> etree._Element:
        """Read a document. Without `remember` a refusal is not kept: for what every device has.

        `again`: ask even for what was refused before.

        Raises `UnsupportedError` without asking for what was refused before, `InsufficientRightsError` likewise within
        this session, `ProtocolError` for what is no XML, and any other `SystemFailure`.
        """
        key = f"{path}?{urlencode(sorted(query.items()))}" if query else path
        if not again:
            self._check(key)
        try:
            response = await self._send(key, path, query)
            root = self._document(response, path)
        except SystemFailure as error:
            if remember:
                self._judge(key, error)
            raise
        self._worked.add(key)
        self._rights.pop(key, None)
        self._prove_alive()
        return root

    async def _send(self, key: str, path: str, query: Mapping[str, str] | None) -> Response:
        """Ask for a document and pass on what came, whatever it is."""
        self.requests += 1
        try:
            response = await self.http.request("GET", ROOT + path, query=query, accept="*/*", limit=_DOCUMENT_LIMIT)
        except SystemFailure as error:
            self._told(key, error)
            raise
        self.answers += 1
        self._told(key, response)
        return response

    async def prove_alive(self, *, ask: bool = False) -> None:
        """After a lost connection, find out whether the device is gone or only treats one path in this way.

        Does nothing when no connection was lost since the last answer, unless told to `ask` all the same. Raises
        `AuthenticationError`, and `ConnectionFailedError` when the device does not say who it is either.
        """
        if not self._doubtful and not ask:
            return
        try:
            await self.get(INFO, remember=False)
        except AuthenticationError, ConnectionFailedError:
            self._dropped.clear()
            raise
        except SystemFailure:
            # It answered, whatever it said.
            self._prove_alive()

    async def put(self, path: str, content: etree._Element | bytes | None = None) -> None:
        """Write a document, or carry out a command when `content` is None.

        Returns when the device said it is done. Raises the error its status stands for.
        """
        body = content if isinstance(content, bytes) else b"" if content is None else serialize(content)
        response = await self.http.request("PUT", ROOT + path, body=body, content_type=XML if body else None)
        status = read_status(response.body)
        if error := failure(response, status, path):
            raise error
        self._prove_alive()
        if status is not None:
            if status.code == 7:
                self.reboot_required_since = self._runtime.monotonic()
            self.risk_password |= status.risk_password

    async def raw(
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
    ) -> Response:
        """Send a request and return the answer as it is, whatever its status; nothing is remembered of it.

        `timeout` in seconds, `limit` in bytes. Raises what the transport raises.
        """
        return await self.http.request(
            method,
            ROOT + path,
            query=query,
            body=body,
            content_type=content_type,
            accept=accept,
            timeout=timeout,
            limit=limit,
        )

    def _document(self, response: Response, path: str) -> etree._Element:
        """Return the document of an answer, or raise the error the answer stands for."""
        if not response.body.strip():
            raise failure(response, None, path) or ProtocolError(f"{path}: empty answer", reason="empty answer")
        if response.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and 200 <= response.status < 300:
            root = parse(response.body, limit=_DOCUMENT_LIMIT)
            status = status_of(root)
            if status is not None and (error := failure(response, status, path)):
                raise error
            if local_name(root).casefold() == "html":
                raise ProtocolError(f"{path}: a web page instead of a document", reason="a web page")
            return root
        status = read_status(response.body)
        if error := failure(response, status, path):
            raise error
        raise ProtocolError(f"{path}: not an XML document", reason="not an XML document")

    def _check(self, key: str) -> None:
        """Raise for a path that was refused before."""
        if (until := self._soft.get(key)) is not None and until <= self._runtime.now():
            self.forget((key,))
        if (reason := self._refused.get(key)) is not None:
            raise UnsupportedError(reason, function=key)
        if (reason := self._rights.get(key)) is not None:
            raise InsufficientRightsError(reason, right="lowPrivilege")

    def _told(self, key: str, answer: Response | SystemFailure) -> None:
        """Pass an answer on to whoever keeps them."""
        if self.on_answer is not None:
            self.on_answer(key, answer)

    def _judge(self, key: str, error: SystemFailure) -> None:
        """Decide whether a failed read means that the device does not have this document."""
        if isinstance(error, ConnectionFailedError):
            self._doubtful = True
            if not isinstance(error, (ResponseTimeoutError, TlsError)) and key not in self._worked:
                self._dropped[key] = self._runtime.monotonic()
        elif isinstance(error, ProtocolError):
            self.malformed[key] += 1
        elif isinstance(error, InsufficientRightsError):
            self._rights.pop(key, None)
            self._rights[key] = str(error)
            self._log(key, str(error))
        elif key in self._worked:
            return
        elif isinstance(error, (UnsupportedError, RejectedError)):
            self._refuse(key, str(error), soft=False)
        elif isinstance(error, DeviceFailureError):
            self._refuse(key, str(error), soft=True)

    def _prove_alive(self) -> None:
        """Take note that the device answers: a path dropped a moment ago was refused, not unreachable."""
        self._doubtful = False
        now = self._runtime.monotonic()
        dropped, self._dropped = self._dropped, {}
        for key, moment in dropped.items():
            if now - moment <= _DROP_SECONDS:
                self._refuse(key, f"{key}: the connection is dropped", soft=True)

    def _refuse(self, key: str, reason: str, *, soft: bool) -> None:
        """Remember that the device does not have this; `soft` for a limited time."""
        self._refused[key] = reason
        self._rights.pop(key, None)
        if soft:
            self._soft[key] = self._runtime.now() + timedelta(days=_SOFT_DAYS)
        self._log(key, reason)
        self._store()

    def _log(self, key: str, reason: str) -> None:
        """Write one line for each refused path, ever; a device may refuse dozens."""
        if key not in self._logged:
            self._logged.add(key)
            _LOGGER.debug("%s does not offer %s (%s); it is not asked again", self.host, key, reason)

    def _store(self) -> None:
        """Put the refusals into the memory that outlives restarts, if they changed."""
        if self._belongs_to is None:
            return
        paths: dict[str, Any] = {}
        for path, reason in self._refused.items():
            paths[path] = {"reason": reason}
            if (until := self._soft.get(path)) is not None:
                paths[path]["until"] = until.isoformat()
        stored = {"of": self._belongs_to, "paths": paths}
        if self._runtime.memory.get(_MEMORY) != stored:
            self._runtime.memory[_MEMORY] = stored
            self._runtime.remember()
