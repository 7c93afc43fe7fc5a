"""Letting the cloud push to us, and looking whether it still means to (ivm §3.14, §4.1).

There is one address for each type of subscription, and the account has it once: whoever configures it last has it. So
it is read before it is written, and the address of somebody else stays until the owner says otherwise. Our own is
written again at every start: six pushes into a stopped Home Assistant make the cloud give up an address for ten
minutes, and only that ends it early.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
import logging
import secrets
import string
from typing import Any, Final
from urllib.parse import urlsplit

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    QuotaError,
    RejectedError,
    ResponseTimeoutError,
    SystemFailure,
    UnlicensedError,
    UnsupportedError,
)
from ..model import Problem
from ..settings import CALLBACK_TAKE_OVER
from .client import IvmClient
from .codes import UnreachableCallbackError
from .signature import Secret
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

PATH: Final = "messages/callback"
MEMORY: Final = "ivm_callbacks"
"""Key in the runtime's memory: `types` (type → address and key as they were configured, secrets), `trying` (types that
were sent and not answered), `own` (digests of addresses that were ours)."""

NO_ADDRESS: Final = "ivm_no_callback"
UNREACHABLE: Final = "ivm_callback_unreachable"
TAKEN: Final = "ivm_callback_taken"
"""Keys of problems, and reasons of a push channel that is down."""
MISSING: Final = "ivm_callback_missing"
"""A further such reason."""

ALARMS: Final = "DEVICE_ALARM"
STATES: Final = "DEVICE_EXCEPTION"
_BASIC: Final[Mapping[str, str]] = {ALARMS: "alarms", STATES: "states", "DEVICE_UNBIND": "removals"}
"""Type → word of the option about what is told of every device."""
_CHOSEN: Final[Mapping[str, tuple[str, str]]] = {
    "HEAD_SHOULDER_DATA": ("head_shoulder", ""),
    "BEHAVIOR_ANALYSIS_DATA": ("behavior_analysis", ""),
    "MICRO_CHECKPOINT_DATA": ("micro_checkpoint", "plates"),
    "VEHICLE_DATA": ("vehicle", "plates"),
    "TARGET_DATA": ("target", "faces"),
    "THIRD_DATA": ("third", ""),
}
"""Type → word of the option about analysis, and word of the option about people that it needs besides."""
KEY_LENGTH: Final = 18
"""The longest that is allowed (L4161)."""
LONGEST_ADDRESS: Final = 256
MOST_OWN: Final = 8
MOST_FORMER: Final = 4
LOUD_FAILURES: Final = 5
"""So many times in a row one type failed, while the others did not, before the owner is told."""
_SECRET_LENGTH: Final = 32
"""The last part of a path that is so long is a secret of ours, whatever host is before it."""
_LETTERS: Final = string.ascii_letters + string.digits

_REFUSALS: Final = (RejectedError, UnsupportedError, UnlicensedError, InsufficientRightsError, NotFoundError)
_OF_ALL: Final = (AuthenticationError, PlatformUserError, QuotaError, ConnectionFailedError)
"""What would happen to the next type just as well."""


class Standing(StrEnum):
    """How a subscription stands."""

    STANDS = "stands"
    TAKEN = "taken"
    """Somebody else has it."""
    UNREACHABLE = "unreachable"
    """The cloud does not reach our address."""
    REFUSED = "refused"
    MISSING = "missing"
    """It could not be configured until now."""


class Callbacks:
    """The subscriptions of an account.

    `standing`: type → how it stands. `refused`: type → why. `foreign`: hosts of others, for people. `counts`: `read`,
    `written`, `deleted`, `lost` (ours was gone), `taken_over`.
    """

    def __init__(self, client: IvmClient, runtime: Runtime, options: Mapping[str, Any]) -> None:
        """Do no I/O."""
        self.counts: Counter[str] = Counter()
        self.standing: dict[str, Standing] = {}
        self.refused: dict[str, str] = {}
        self.foreign: tuple[str, ...] = ()
        self.wanted = wanted_types(Wishes.of(options))
        self.unreachable_why = ""
        self._client = client
        self._runtime = runtime
        self._takes_over = bool(options.get(CALLBACK_TAKE_OVER))
        self._hosts: dict[str, str] = {}
        self._due: set[str] = set()
        self._failing: dict[str, tuple[int, str]] = {}
        self._trying: Secret | None = None
        self._former: list[Secret] = []
        self._secrets: tuple[Secret, ...] = ()
        self._refresh_secrets()

    # what is known

    @property
    def address(self) -> str | None:
        """Where the cloud is to push to; a secret. None: nobody knows."""
        return (self._runtime.post_address() or "").strip() or None

    @property
    def host(self) -> str:
        """Host of the address, for people."""
        return host_of(self.address or "")

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """With what pushes may be signed; empty if nothing was ever configured."""
        return self._secrets

    @property
    def healthy(self) -> bool:
        """Whether pushes come: the alarms have to stand, or anything where the owner wants no alarms.

        What else is lacking is told by problems. It must not hide the alarms that arrive.
        """
        return Standing.STANDS in self._leading()

    @property
    def tells_states(self) -> bool:
        """Whether the cloud tells us who comes and goes."""
        return self.standing.get(STATES) is Standing.STANDS

    @property
    def unreachable(self) -> bool:
        """Whether the cloud does not reach our address."""
        return Standing.UNREACHABLE in self.standing.values()

    @property
    def reason(self) -> str:
        """Word for why no pushes come; empty if they do."""
        if self.healthy:
            return ""
        found = self._leading()
        if Standing.UNREACHABLE in found:
            return UNREACHABLE
        if Standing.TAKEN in found:
            return TAKEN
        return "rejected" if Standing.REFUSED in found else MISSING

    def _leading(self) -> set[Standing]:
        """Return how those types stand on which it depends whether pushes come."""
        leading = (ALARMS,) if ALARMS in self.wanted else self.wanted
        return {self.standing.get(type_, Standing.MISSING) for type_ in leading}

    @property
    def registered(self) -> tuple[str, ...]:
        """Types that were configured by us, or may have been, and never taken back."""
        return tuple(dict.fromkeys((*self._types(), *self._tried())))

    def problems(self) -> list[Problem]:
        """Return what only the owner can change."""
        if self.address is None:
            return [Problem(key=NO_ADDRESS)]
        problems = []
        found = set(self.standing.values())
        if Standing.UNREACHABLE in found:
            problems.append(
                Problem(key=UNREACHABLE, placeholders={"host": self.host, "reason": self.unreachable_why}, severe=True)
            )
        if Standing.TAKEN in found:
            types = ", ".join(type_ for type_ in self.wanted if self.standing.get(type_) is Standing.TAKEN)
            hosts = ", ".join(self.foreign)
            severe = self.standing.get(ALARMS) is Standing.TAKEN
            placeholders = {"host": hosts, "types": types}
            problems.append(Problem(key=TAKEN, placeholders=placeholders, fixable=True, severe=severe))
        lacking = dict(self.refused)
        if self.healthy:
            lacking |= {type_: why for type_, (times, why) in self._failing.items() if times >= LOUD_FAILURES}
        if lacking:
            types = "; ".join(f"{type_} ({why})" for type_, why in sorted(lacking.items()))
            problems.append(Problem(key="ivm_callback_refused", placeholders={"types": types}))
        return problems

    # configuring

    async def ensure(self, *, renew: bool, take_over: bool = False) -> bool:
        """See to it that everything that is wanted is configured; returns whether something of ours was lost.

        `renew`: write also what is configured already; what could not be written then is written another time.
        `take_over`: take the place of others. Raises `SystemFailure` for what may pass, after the other types had their
        turn; what only the owner can change becomes a problem.
        """
        if (address := self.address) is None:
            return False
        self._hosts = {}
        self.unreachable_why = ""
        self._due |= {*self.wanted} if renew else set()
        lost = False
        failure: SystemFailure | None = None
        if (why := _unusable(address)) is not None:
            self._unreachable(self.wanted, why)
            return False
        for place, type_ in enumerate(self.wanted):
            try:
                lost |= await self._one(type_, address, take_over=take_over or self._takes_over)
            except UnreachableCallbackError as error:
                # It is one address for all of them, and each try lasts as long as the cloud has patience.
                self._unreachable(self.wanted[place:], str(error))
                break
            except _REFUSALS as error:
                self._set(type_, Standing.REFUSED, str(error))
            except SystemFailure as error:
                if isinstance(error, _OF_ALL) and not isinstance(error, ResponseTimeoutError):
                    raise
                self._failed(type_, str(error))
                failure = failure or error
        self.foreign = tuple(dict.fromkeys(self._hosts.values()))
        if failure is not None:
            raise failure
        return lost

    def _failed(self, type_: str, why: str) -> None:
        """Take note of a failure that may pass; what stood before stands as far as anybody knows."""
        times, _ = self._failing.get(type_, (0, ""))
        self._failing[type_] = times + 1, why
        self.standing.setdefault(type_, Standing.MISSING)

    async def _one(self, type_: str, address: str, *, take_over: bool) -> bool:
        """Look after one type; returns whether ours was lost. Raises `SystemFailure`."""
        before = self._types().get(type_)
        found = await self._read(type_)
        if found is not None and not self._is_own(found, address):
            if not take_over:
                self._hosts[type_] = host_of(found)
                if self.standing.get(type_) is not Standing.TAKEN:
                    _LOGGER.info("%s is pushed to %s, not to Home Assistant", type_, host_of(found))
                self.counts["lost"] += before is not None
                self._forget(type_)
                self._set(type_, Standing.TAKEN)
                return before is not None
            self.counts["taken_over"] += 1
        lost = before is not None and found != before.get("url")
        if found == address and type_ not in self._due and before is not None:
            self._set(type_, Standing.STANDS)
            return False
        self.counts["lost"] += lost
        await self._write(type_, address)
        return lost

    async def _read(self, type_: str) -> str | None:
        """Return the address that is configured; the key that comes with it is not looked at. Raises `SystemFailure`."""
        try:
            answer = await self._client.call("GET", PATH, query={"subscription_type": type_})
        except NotFoundError:
            return None
        finally:
            self.counts["read"] += 1
        return answer.text("callback_url")

    async def _write(self, type_: str, address: str) -> None:
        """Configure our address. The cloud asks it for an answer before it says yes. Raises `SystemFailure`."""
        secret = Secret(address, self._key())
        self._own(address)
        if type_ not in self.registered:
            # It may be configured although nobody hears of it, as when Home Assistant stops meanwhile.
            self._keep(trying=[*self._tried(), type_])
        self._trying = secret
        self._refresh_secrets()
        body = {"callback_url": secret.url, "subscription_type": type_, "auth_key": secret.auth_key}
        try:
            await self._client.call("POST", PATH, body=body)
        finally:
            self.counts["written"] += 1
            self._trying = None
            self._refresh_secrets()
        self._due.discard(type_)
        self._remember(type_, secret)
        self._set(type_, Standing.STANDS)

    def _set(self, type_: str, standing: Standing, why: str = "") -> None:
        """Take note of how a type stands."""
        self.standing[type_] = standing
        self._failing.pop(type_, None)
        self.refused.pop(type_, None)
        if standing is Standing.REFUSED:
            self.refused[type_] = why
            _LOGGER.info("The cloud does not push %s: %s", type_, why)

    def _unreachable(self, types: Sequence[str], why: str) -> None:
        """Our address is of no use to the cloud; what others have stays theirs."""
        self.unreachable_why = why
        for type_ in types:
            if type_ == types[0] or self.standing.get(type_) is not Standing.TAKEN:
                self._set(type_, Standing.UNREACHABLE)

    # taking back

    async def tidy(self) -> None:
        """Take back what was configured and is not wanted any more. Raises `SystemFailure`."""
        await self._take_back([type_ for type_ in self.registered if type_ not in self.wanted])

    async def leave(self) -> None:
        """Take back everything that is ours, and nothing else. Raises `SystemFailure`."""
        await self._take_back(list(dict.fromkeys((*self.registered, *self.wanted))))
        self.standing = {}

    async def _take_back(self, types: Sequence[str]) -> None:
        """Take types back, as far as they are ours; all are tried before the first failure is raised."""
        failure: SystemFailure | None = None
        for type_ in types:
            try:
                found = await self._read(type_)
                if found is not None and self._is_own(found, self.address):
                    await self._client.call("DELETE", PATH, query={"subscription_type": type_})
                    self.counts["deleted"] += 1
            except NotFoundError:
                _LOGGER.debug("%s is not configured any more", type_)
            except SystemFailure as error:
                failure = failure or error
                continue
            self._forget(type_)
        if failure is not None:
            raise failure

    # memory

    def _memory(self) -> Mapping[str, Any]:
        """Return what is remembered."""
        stored = self._runtime.memory.get(MEMORY)
        return stored if isinstance(stored, Mapping) else {}

    def _types(self) -> dict[str, dict[str, str]]:
        """Return what was configured: type → address and key."""
        stored = self._memory().get("types")
        return {
            type_: row
            for type_, row in (stored.items() if isinstance(stored, Mapping) else ())
            if isinstance(row, dict) and isinstance(row.get("url"), str) and isinstance(row.get("auth_key"), str)
        }

    def _tried(self) -> list[str]:
        """Return the types of which it is not known whether they were configured."""
        stored = self._memory().get("trying")
        return [each for each in stored if isinstance(each, str)] if isinstance(stored, list) else []

    def _settled(self, type_: str) -> None:
        """It is known now."""
        if type_ in (tried := self._tried()):
            self._keep(trying=[each for each in tried if each != type_])

    def _keep(self, **facts: object) -> None:
        """Remember something."""
        self._runtime.memory[MEMORY] = {**self._memory(), **facts}
        self._runtime.remember()

    def _key(self) -> str:
        """Return the key that is in use, or a new one."""
        known = next((row["auth_key"] for row in self._types().values()), None)
        stored = known or self._memory().get("key")
        if isinstance(stored, str) and len(stored) == KEY_LENGTH:
            return stored
        made = "".join(secrets.choice(_LETTERS) for _ in range(KEY_LENGTH))
        self._keep(key=made)
        return made

    def _remember(self, type_: str, secret: Secret) -> None:
        """Remember with what a type was configured; what is still under way was signed with what was before."""
        types = self._types()
        before = types.get(type_)
        if before is not None and (former := Secret(before["url"], before["auth_key"])) not in {secret, *self._former}:
            self._former = [*self._former, former][-MOST_FORMER:]
        row = {"url": secret.url, "auth_key": secret.auth_key}
        if before != row:
            self._keep(types={**types, type_: row})
        self._settled(type_)
        self._refresh_secrets()

    def _forget(self, type_: str) -> None:
        """Forget that a type was configured."""
        types = self._types()
        if types.pop(type_, None) is not None:
            self._keep(types=types)
        self._settled(type_)
        self.standing.pop(type_, None)
        self.refused.pop(type_, None)
        self._refresh_secrets()

    def _refresh_secrets(self) -> None:
        """Put together with what a push may be signed, the likeliest first."""
        found = [Secret(row["url"], row["auth_key"]) for row in self._types().values()]
        trying = [] if self._trying is None else [self._trying]
        self._secrets = tuple(dict.fromkeys((*found, *trying, *self._former)))

    def _own(self, address: str) -> None:
        """Remember that an address is ours."""
        own = self._memory().get("own")
        known = [each for each in own if isinstance(each, str)] if isinstance(own, list) else []
        if (digest := _digest(address)) not in known:
            self._keep(own=[*known, digest][-MOST_OWN:])

    def _is_own(self, found: str, address: str | None) -> bool:
        """Whether an address is or was ours: to the letter, or by the secret at its end."""
        if found == address:
            return True
        own = self._memory().get("own")
        if isinstance(own, list) and _digest(found) in own:
            return True
        tail = _tail(found)
        return address is not None and len(tail) >= _SECRET_LENGTH and tail == _tail(address)


def wanted_types(wishes: Wishes) -> tuple[str, ...]:
    """Return the types to be subscribed, alarms first; none if nothing is to be pushed."""
    if not wishes.push:
        return ()
    chosen = (
        type_
        for type_, (analysis, personal) in _CHOSEN.items()
        if analysis in wishes.analytics and (not personal or personal in wishes.personal)
    )
    return (*(type_ for type_, word in _BASIC.items() if word in wishes.subscriptions), *chosen)


def host_of(address: str) -> str:
    """Return the host of an address: what follows may be a secret."""
    try:
        return urlsplit(address).hostname or "?"
    except ValueError:
        return "?"


def _unusable(address: str) -> str | None:
    """Return why the cloud cannot take an address, None if it can."""
    if len(address) > LONGEST_ADDRESS:
        return f"the address has more than {LONGEST_ADDRESS} characters"
    if not address.isascii():
        return "the address has characters that are not ASCII"
    return None if address.startswith(("http://", "https://")) else "the address is not one of HTTP"


def _tail(address: str) -> str:
    """Return the last part of the path."""
    try:
        return urlsplit(address).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""


def _digest(address: str) -> str:
    """Return what an address is remembered by."""
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:16]
