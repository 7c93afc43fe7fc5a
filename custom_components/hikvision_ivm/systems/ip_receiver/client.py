"""Asking a receiver: fourteen endpoints, for itself and for each device behind it (ip-receiver §2)."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
import logging
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from ..base import Runtime
from ..errors import (
    AccountLockedError,
    AuthenticationError,
    BusyError,
    ConnectionFailedError,
    DeviceFailureError,
    InsufficientRightsError,
    InvalidArgumentError,
    NotFoundError,
    ResponseTimeoutError,
    SystemFailure,
    TlsError,
    TooManySessionsError,
    UnsupportedError,
)
from ..transport.gate import Refusal
from ..transport.http import HttpClient, Response
from ..transport.json import Fields
from .records import DeviceRecord
from .status import LOCK_SECONDS, LoginExpiredError, Outcome, judge

_LOGGER = logging.getLogger(__name__)

JSON: Final = "application/json"
PACE_SECONDS: Final = 0.2
"""Least time between two status requests that nobody waits for: one receiver serves all panels."""
RETRY_SECONDS: Final = (1.0, 2.0, 4.0)
"""Pauses before a read is repeated that found the receiver busy."""
FAILED_SECONDS: Final = 1.0
"""Pause before a read is repeated, once, that the device failed at."""
MEDIA_LIMIT: Final = 50 * 1024 * 1024
MEDIA_SECONDS: Final = 60.0
LOCK: Final = "ip_receiver_locked_until"
"""Memory of the moment (seconds since 1970) until which our address is locked."""
AGAIN_SECONDS: Final = (60.0, 3600.0)
"""Pause before a device is asked again for what it does not have: the first, which doubles each time, and the longest."""
_LIST_LIMIT: Final = 8 * 1024 * 1024


class Endpoint(Enum):
    """What can be asked for: method, path (`{}` stands for an id), and whether it only reads."""

    DEVICES = ("POST", "/ISAPI/ContentMgmt/DeviceMgmt/deviceList", True)
    SUBSCRIBE = ("POST", "/ISAPI/Event/notification/subscribeDeviceMgmt", True)
    UNSUBSCRIBE = ("DELETE", "/ISAPI/Event/notification/unSubscribeDeviceMgmt/{}", False)
    ARM = ("PUT", "/ISAPI/SecurityCP/control/arm/{}", False)
    DISARM = ("PUT", "/ISAPI/SecurityCP/control/disarm/{}", False)
    CLEAR_ALARM = ("PUT", "/ISAPI/SecurityCP/control/clearAlarm/{}", False)
    BYPASS = ("PUT", "/ISAPI/SecurityCP/control/bypass", False)
    BYPASS_RECOVER = ("PUT", "/ISAPI/SecurityCP/control/bypassRecover", False)
    DEACTIVATION = ("PUT", "/ISAPI/SecurityCP/control/deactivation", False)
    OUTPUTS = ("POST", "/ISAPI/SecurityCP/control/outputs", False)
    PERIPHERALS = ("GET", "/ISAPI/SecurityCP/status/exDevStatus", True)
    PARTITIONS = ("GET", "/ISAPI/SecurityCP/status/subSystems", True)
    ZONES = ("POST", "/ISAPI/SecurityCP/status/zones", True)
    ZONES_LEGACY = ("GET", "/ISAPI/SecurityCP/status/zones", True)

    @property
    def method(self) -> str:
        """HTTP method."""
        return self.value[0]

    @property
    def path(self) -> str:
        """Path below the receiver's address."""
        return self.value[1]

    @property
    def reads(self) -> bool:
        """Whether asking changes nothing, so that it may be repeated."""
        return self.value[2]

    @property
    def words(self) -> str:
        """Name for messages."""
        return self.name.lower().replace("_", " ")


_REMEMBERED: Final = frozenset(
    {Endpoint.PERIPHERALS, Endpoint.PARTITIONS, Endpoint.ZONES, Endpoint.ZONES_LEGACY, Endpoint.BYPASS}
)
"""Of what it is remembered that a device does not have it."""


@dataclass(frozen=True, slots=True)
class _Absence:
    """What a device said not to have: why, the documented name of that, and when and after which pause it is asked again."""

    reason: str
    code: str
    until: float
    pause: float

    def error(self, endpoint: Endpoint) -> UnsupportedError:
        """Make the error of a request that is not sent."""
        error = UnsupportedError(self.reason, function=endpoint.words)
        error.code = self.code
        return error


class ReceiverClient:
    """One receiver as one user. Raises only `SystemFailure`.

    `reboot_required`, `risk_password`: said by the receiver since we are connected. `answers` counts outcomes by key.
    """

    def __init__(self, http: HttpClient, media: HttpClient, runtime: Runtime) -> None:
        """`http` is bound to the receiver; `media` likewise, with a gate of its own: only administrators may load pictures.

        Does no I/O.
        """
        self.http = http
        self.runtime = runtime
        self.answers: Counter[str] = Counter()
        self.reboot_required = False
        self.risk_password = False
        self._media = media
        self._absent: dict[tuple[str, Endpoint], _Absence] = {}
        self._held: dict[str, float] = {}
        self._next_turn = 0.0

    @property
    def requests(self) -> int:
        """Requests on the wire so far."""
        return self.http.counters.requests

    @property
    def refused(self) -> Mapping[tuple[str, Endpoint], str]:
        """(Device, endpoint) → why it is not asked for, or seldom."""
        return MappingProxyType({key: absence.reason for key, absence in self._absent.items()})

    def is_refused(self, endpoint: Endpoint, device_id: str) -> bool:
        """Whether a device was found not to have something."""
        return (device_id, endpoint) in self._absent

    def forget(self, device_id: str) -> None:
        """Ask a device again for what it did not have: it may be connected in another way now."""
        for key in [key for key in self._absent if key[0] == device_id]:
            del self._absent[key]

    async def call(
        self,
        endpoint: Endpoint,
        device: DeviceRecord | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        target: str = "",
        query: Mapping[str, str] | None = None,
        paced: bool = False,
    ) -> Fields:
        """Send one request and return the JSON object of its answer, empty if it has none.

        `target`: the id in the path. `paced`: wait for a turn, because nobody waits for the answer. A read that found
        the receiver busy is repeated; a command is sent once, because the house may have changed meanwhile.
        """
        key = None if device is None else (device.id, endpoint)
        if key and (absence := self._absent.get(key)) is not None and self.runtime.monotonic() < absence.until:
            raise absence.error(endpoint)
        if endpoint.reads:
            self.check_held(() if device is None else (device.id,))
        if paced:
            await self._turn()
        path = endpoint.path.format(target)
        named = {**(query or {}), "format": "json", **({} if device is None else {"devIndex": device.index})}
        content = None if body is None else orjson.dumps(body)
        try:
            answer = await self._repeatedly(endpoint, path, named, content)
        except AccountLockedError as error:
            self._remember_lock(error)
            raise
        except UnsupportedError as error:
            if key:
                self._remember_absence(key, error)
            raise
        except TooManySessionsError as error:
            rest = LOCK_SECONDS if error.retry_after is None else error.retry_after
            self._held[device.id if device else ""] = self.runtime.monotonic() + rest
            raise
        self._held.pop("", None)
        if key:
            self._absent.pop(key, None)
            self._held.pop(key[0], None)
        return answer

    async def media(self, url: str, *, limit: int = MEDIA_LIMIT) -> Response:
        """Load a picture or a clip named in an event, always from the receiver itself (ip-receiver §3.1).

        Raises `InsufficientRightsError` where the account may not, `NotFoundError` for what is not there, or not yet. A
        login that is refused here says nothing of the rest (§7): only a lock of our address counts for everything.
        """
        path = _path_of(url)
        self.http.gate.check()
        try:
            response = await self._media.request("GET", path, accept="*/*", timeout=MEDIA_SECONDS, limit=limit)
            if 200 <= response.status < 300 and response.body[:1] not in {b"{", b"<", b""}:
                return response
            self._judged(response, "media")
        except AccountLockedError as error:
            if error.pending:
                self.http.gate.shut(Refusal(unlock_seconds=error.unlock_seconds or LOCK_SECONDS, patient=True))
                self._remember_lock(error)
                raise
            raise _no_media() from error
        except AuthenticationError as error:
            if self.http.gate.closed:
                # Everything is refused by now, which is not about pictures.
                raise
            raise _no_media() from error
        raise NotFoundError("no picture in the answer", subject="picture")

    @property
    def is_held(self) -> bool:
        """Whether anything is not asked for at the moment because too many are logged in (§1.4)."""
        now = self.runtime.monotonic()
        return any(until > now for until in self._held.values())

    def check_held(self, device_ids: Collection[str] = ()) -> None:
        """Raise `TooManySessionsError` while the receiver is not asked for that reason, or none of these devices is.

        That is not known to be about all of it: where the receiver itself answers, it was about one device. Commands are
        sent all the same, because somebody may stand in front of an alarm; one that is accepted ends the waiting.
        """
        now = self.runtime.monotonic()
        rest = max(self._held.get("", now), min((self._held.get(one, now) for one in device_ids), default=now)) - now
        if rest > 0:
            raise TooManySessionsError("not sent: too many are logged in", retry_after=rest)

    def check_lock(self) -> None:
        """Raise `AccountLockedError` while a lock is remembered: a set-up that is tried again must not knock."""
        until = self.runtime.memory.get(LOCK)
        rest = until - self.runtime.now().timestamp() if isinstance(until, (int, float)) else 0.0
        if 0.0 < rest <= LOCK_SECONDS + 60.0:
            raise AccountLockedError("not sent: locked", unlock_seconds=rest, pending=True)

    def _remember_lock(self, error: AccountLockedError) -> None:
        """Keep until when our address is locked."""
        if error.pending and error.unlock_seconds is not None:
            self.runtime.memory[LOCK] = round(self.runtime.now().timestamp() + error.unlock_seconds)
            self.runtime.remember()

    def _remember_absence(self, key: tuple[str, Endpoint], error: UnsupportedError) -> None:
        """Keep that a device does not have something, if it says so itself and will be asked again (§1.4).

        A bare HTTP status may be of somebody on the way. A command of a user is sent whenever it is given, except to bypass:
        that says whether there are switches for it, and holds until the device is connected in another way.
        """
        before, endpoint = self._absent.get(key), key[1]
        if not error.code or endpoint not in _REMEMBERED:
            return
        first, longest = AGAIN_SECONDS
        pause = first if before is None else min(2 * before.pause, longest)
        until = self.runtime.monotonic() + pause if endpoint.reads else float("inf")
        self._absent[key] = _Absence(str(error), error.code, until, pause)
        if before is None:
            _LOGGER.debug("%s is not to be had from a device: %s", endpoint.words, error)

    async def _turn(self) -> None:
        """Wait for the next free moment for a request that nobody waits for."""
        now = self.runtime.monotonic()
        mine = max(now, self._next_turn)
        self._next_turn = mine + PACE_SECONDS
        if mine > now:
            await self.runtime.sleep(mine - now)

    async def _repeatedly(
        self, endpoint: Endpoint, path: str, query: Mapping[str, str], content: bytes | None
    ) -> Fields:
        """Send a request, again where that makes sense."""
        renewed = failed = dropped = False
        pauses = list(RETRY_SECONDS)
        while True:
            try:
                return await self._once(endpoint, path, query, content)
            except LoginExpiredError:
                if renewed:
                    raise
                renewed = True
                self.http.renew_login()
            except BusyError as error:
                if not endpoint.reads or not pauses or error.retry_after is not None:
                    raise
                await self.runtime.sleep(pauses.pop(0))
            except DeviceFailureError:
                if not endpoint.reads or failed:
                    raise
                failed = True
                await self.runtime.sleep(FAILED_SECONDS)
            except ConnectionFailedError as error:
                # A kept connection that was closed meanwhile; what HTTP calls a read was repeated already.
                unsure = isinstance(error, (ResponseTimeoutError, TlsError)) or not error.answered
                if not endpoint.reads or endpoint.method == "GET" or dropped or unsure:
                    raise
                dropped = True

    async def _once(self, endpoint: Endpoint, path: str, query: Mapping[str, str], content: bytes | None) -> Fields:
        """Send a request once."""
        response = await self.http.request(
            endpoint.method,
            path,
            query=query,
            body=content,
            content_type=JSON if content is not None else None,
            accept=JSON,
            limit=_LIST_LIMIT,
        )
        return self.judged(response, endpoint.words)

    def judged(self, response: Response, function: str) -> Fields:
        """Return the JSON object of an answer, or raise what it stands for; a login refused in a body counts as one."""
        try:
            return self._judged(response, function)
        except AccountLockedError:
            self.http.gate.shut(Refusal(unlock_seconds=LOCK_SECONDS, patient=True))
            raise
        except AuthenticationError as error:
            self.http.gate.shut(Refusal(attempts_left=error.attempts_left))
            raise

    def _judged(self, response: Response, function: str) -> Fields:
        """Return the JSON object of an answer, or raise what it stands for, and count it."""
        try:
            root, status = judge(response, function)
        except SystemFailure as error:
            self.answers[error.code or error.key] += 1
            raise
        self.answers["ok"] += 1
        if status is not None:
            self.reboot_required |= status.reboot or status.outcome is Outcome.REBOOT
            self.risk_password |= status.name == "riskPassword"
        return root


def _path_of(url: str) -> str:
    """Return where something lies on the receiver: what an event names may be a path or a whole address (§2, E1).

    Raises `InvalidArgumentError` for what is neither.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise InvalidArgumentError(field="url", reason="this is not the address of a picture or clip") from error
    if not parts.netloc:
        # No host: what stands before a colon belongs to a name.
        return f"/{text.partition('#')[0].lstrip('/')}"
    return f"/{parts.path.lstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def _no_media() -> InsufficientRightsError:
    """Make the error of an account that may not load pictures and clips."""
    return InsufficientRightsError("the account may not load pictures", right="administrator")
