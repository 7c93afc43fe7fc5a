"""Letting the platform post its events to us, and looking whether it still means to (hikcentral §3.6, §5 T1).

A subscription covers everything the partner may see. Codes of the documented range go in one call; the others apart,
for a call that holds one of them may be refused as a whole. What was refused is remembered for the platform's version.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
import logging
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ..base import Runtime
from ..errors import RejectedError, UnlicensedError, UnsupportedError
from ..model import Problem
from ..transport.json import fields
from .client import HikCentralClient
from .event_types import LOW_CODES, LOWEST_SUBSCRIBABLE, MAIN_CODES

_LOGGER = logging.getLogger(__name__)

SUBSCRIBE: Final = "eventService/v1/eventSubscriptionByEventTypes"
VIEW: Final = "eventService/v1/eventSubscriptionView"
UNSUBSCRIBE: Final = "eventService/v1/eventUnSubscriptionByEventTypes"

MEMORY: Final = "subscription"
"""Key in the runtime's memory: `version`, `refused` (codes), `low` (whether these were tried), `pass_back` (whether it
is needed), `own` (digests of addresses that were ours)."""

LONGEST_ADDRESS: Final = 1024
MOST_TYPES: Final = 256
MOST_TRIES: Final = 160
"""Calls to find out, once for a version, which of many codes are refused; what is in doubt then counts as refused."""
MOST_OWN: Final = 8
BLIND_LOOKS: Final = 12
"""Looks after which everything is subscribed again where the platform does not tell what is."""
MOST_SHOWN: Final = 5
PROBE: Final = 131331
LOW_PROBE: Final = 66306
"""Codes that every platform has: if they are refused alone, it is not for their sake."""

_REFUSALS: Final = (RejectedError, UnsupportedError)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at the subscription led to. `lost`: something that was subscribed was not there any more."""

    lost: bool
    renewed: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    """One destination in the view."""

    address: str
    codes: frozenset[int]
    pass_back: bool | None


class Subscription:
    """The subscription of one partner.

    `counts`: `views`, `subscribed`, `lost` (times something was gone), `unsubscribed`. `refused`: codes that the platform
    does not take. `foreign`: hosts and ports of others that use the same key. `refusal`: why nothing is sent, None if
    it is.
    """

    def __init__(self, client: HikCentralClient, runtime: Runtime, version: Callable[[], str]) -> None:
        """`version` tells that of the platform."""
        self.counts: Counter[str] = Counter()
        self.foreign: tuple[str, ...] = ()
        self.refusal: str | None = None
        self.codes: frozenset[int] = frozenset()
        self._client = client
        self._runtime = runtime
        self._version = version
        self._subscribed: frozenset[int] = frozenset()
        self._seen_pass_back: bool | None = None
        self._tried_pass_back = False
        self._blind = 0

    # where to

    def destination(self) -> str | None:
        """Return the address to post to, always with its port; None if there is none. A secret."""
        address = self._runtime.post_address()
        if not address:
            return None
        parts = urlsplit(address.strip())
        if not parts.hostname:
            return None
        return urlunsplit(_with_port(parts))

    @property
    def shown(self) -> str:
        """Host and port of the address, for people."""
        return _shown(self.destination() or "")

    def problems(self) -> list[Problem]:
        """Return what only the user can change."""
        problems = []
        destination = self.destination()
        if destination is None:
            problems.append(Problem(key="callback_unknown", severe=True))
        elif not _is_address(host := urlsplit(destination).hostname or ""):
            problems.append(Problem(key="callback_not_address", placeholders={"host": host}))
        if self.refusal is not None:
            problems.append(Problem(key="subscription_refused", placeholders={"reason": self.refusal}, severe=True))
        if self.foreign:
            addresses = ", ".join(self.foreign[:MOST_SHOWN])
            problems.append(Problem(key="foreign_subscriber", placeholders={"addresses": addresses}))
        return problems

    # looking and subscribing

    async def ensure(self) -> Checked:
        """Look at the subscription, and subscribe what is missing. Raises `SystemFailure`."""
        destination = self._required()
        view = await self._view()
        mine = self._take(view, destination)
        if view is not None and await self._tidy(view, destination):
            mine = frozenset()
        missing = self._wanted() - mine
        lost = bool(self._subscribed & missing)
        if lost:
            self.counts["lost"] += 1
            _LOGGER.info("%s: %d types of events were not subscribed any more", self._client.base_url, len(missing))
        probing = not self._low_tried()
        if not missing and not probing:
            self._subscribed = mine & self._wanted()
            self.refusal = None
            return Checked(lost=False, renewed=False)
        if any(code >= LOWEST_SUBSCRIBABLE for code in missing):
            await self._subscribe_main(destination)
        await self._subscribe_low(destination, missing)
        self.refusal = None
        await self._verify(destination)
        return Checked(lost=lost, renewed=True)

    async def renew(self) -> None:
        """Subscribe everything again, also what was refused before. Raises `SystemFailure`."""
        destination = self._required()
        self._keep(refused=[], low=False)
        await self._subscribe_main(destination)
        await self._subscribe_low(destination, frozenset(LOW_CODES))
        self.refusal = None
        await self._verify(destination)

    async def use_pass_back(self) -> bool:
        """Ask for the notifications in so many words, once; returns whether that was worth trying.

        It is no documented field of the request, but the view shows it, and its default means that nothing is sent.
        """
        if self._tried_pass_back or self._seen_pass_back:
            return False
        self._tried_pass_back = True
        before = self._memory().get("pass_back") is True
        self._keep(pass_back=True)
        try:
            await self._send(self._required(), [code for code in MAIN_CODES if code in self._wanted()])
        except _REFUSALS:
            self._keep(pass_back=before)
            return False
        if low := [code for code in LOW_CODES if code in self._wanted()]:
            await self._attempt(self._required(), low)
        return True

    async def unsubscribe(self) -> None:
        """Take back what is subscribed for us, save what another destination still needs. Raises `SystemFailure`.

        The call names no destination, so that nothing is taken back where the view is refused.
        """
        destination = self.destination()
        view = await self._view()
        if view is None or destination is None:
            return
        mine = frozenset[int]().union(*(entry.codes for entry in view if self._is_own(entry.address, destination)))
        others = frozenset[int]().union(
            *(entry.codes for entry in view if not self._is_own(entry.address, destination))
        )
        await self._unsubscribe(mine - others)
        self._subscribed = frozenset()

    def _required(self) -> str:
        """Return the destination. Raises `RejectedError` for one that cannot be used."""
        destination = self.destination()
        if destination is None:
            raise RejectedError(reason="the address of Home Assistant is not known")
        if len(destination) > LONGEST_ADDRESS:
            self.refusal = "the address of Home Assistant is too long"
            raise RejectedError(reason=self.refusal)
        return destination

    def _wanted(self) -> frozenset[int]:
        """Return the codes that are to be subscribed."""
        low = LOW_CODES if self._low_tried() else ()
        return frozenset((*MAIN_CODES, *low)) - self.refused

    # the view

    async def _view(self) -> list[_Entry] | None:
        """Return what is subscribed under this key; None where the platform does not tell."""
        try:
            data = await self._client.call(VIEW)
        except UnsupportedError:
            return None
        self.counts["views"] += 1
        entries: dict[str, _Entry] = {}
        for detail in fields(data).children("detail", "list"):
            address = _trimmed(detail.text("eventDest") or "")
            codes = frozenset(int(code) for code in detail.items_of("eventTypes") if code.isascii() and code.isdigit())
            known = entries.get(address)
            entries[address] = _Entry(address, codes | (known.codes if known else frozenset()), detail.flag("passBack"))
        return list(entries.values())

    def _take(self, view: list[_Entry] | None, destination: str) -> frozenset[int]:
        """Take note of the view; returns the codes that are subscribed for us."""
        if view is None:
            # Nothing is told: what was subscribed counts, until it is time to do it again without knowing.
            self._blind += 1
            return self._subscribed if self._blind % BLIND_LOOKS else frozenset()
        mine = frozenset[int]()
        foreign = []
        for entry in view:
            if entry.address == _trimmed(destination):
                mine, self._seen_pass_back = entry.codes, entry.pass_back
            elif not self._is_own(entry.address, destination) and entry.codes:
                foreign.append(_shown(entry.address))
        found = tuple(dict.fromkeys(foreign))
        if found and found != self.foreign:
            _LOGGER.info("%s also posts events to %s, under the same key", self._client.base_url, ", ".join(found))
        self.foreign = found
        self.codes = mine
        return mine

    async def _tidy(self, view: list[_Entry], destination: str) -> bool:
        """Take back what is posted to an address that was ours; returns whether everything has to be subscribed again."""
        stale = [
            entry
            for entry in view
            if entry.codes and entry.address != _trimmed(destination) and self._is_own(entry.address, destination)
        ]
        if not stale:
            return False
        others = (entry.codes for entry in view if not self._is_own(entry.address, destination))
        codes = frozenset[int]().union(*(entry.codes for entry in stale)) - frozenset[int]().union(*others)
        if not codes:
            return False
        await self._unsubscribe(codes)
        return True

    async def _verify(self, destination: str) -> None:
        """Look at what came of subscribing."""
        view = await self._view()
        mine = self._take(view, destination)
        if view is not None and LOW_CODES and not mine.issuperset(self._wanted() & frozenset(MAIN_CODES)):
            # The later call has replaced the one before it: the codes of the documented range are worth more.
            _LOGGER.info("%s keeps one subscription for each address only", self._client.base_url)
            self._keep(refused=sorted(self.refused | frozenset(LOW_CODES)))
            await self._send(destination, [code for code in MAIN_CODES if code in self._wanted()])
            mine = self._take(await self._view(), destination)
        self._subscribed = (mine if view is not None else self._subscribed) & self._wanted()

    # calls

    async def _subscribe_main(self, destination: str) -> None:
        """Subscribe the codes of the documented range, all in one call."""
        codes = [code for code in MAIN_CODES if code in self._wanted()]
        try:
            await self._send(destination, codes)
        except _REFUSALS as error:
            if isinstance(error, UnsupportedError) or not await self._attempt(destination, [PROBE]):
                self.refusal = str(error)
                raise
            taken = {PROBE, *await self._split(destination, [code for code in codes if code != PROBE])}
            self._keep(refused=sorted(self.refused | (set(codes) - taken)))

    async def _subscribe_low(self, destination: str, missing: Collection[int]) -> None:
        """Subscribe the other codes: all at once, or one alone, or, if that works, those that are taken."""
        if self._low_tried():
            if codes := sorted(code for code in missing if code < LOWEST_SUBSCRIBABLE):
                await self._attempt(destination, codes)
            return
        codes = list(LOW_CODES)
        if await self._attempt(destination, codes):
            refused: set[int] = set()
        elif not await self._attempt(destination, [LOW_PROBE]):
            refused = set(codes)
        else:
            taken = await self._split(destination, [code for code in codes if code != LOW_PROBE])
            refused = set(codes) - {LOW_PROBE, *taken}
        if refused:
            _LOGGER.info(
                "%s does not send %d types of events with low codes; they are searched or polled for",
                self._client.base_url, len(refused),
            )  # fmt: skip
        self._keep(refused=sorted((self.refused - set(codes)) | refused), low=True)

    async def _split(self, destination: str, codes: Sequence[int]) -> set[int]:
        """Find out which codes are taken, of many that are not taken together."""
        taken: set[int] = set()
        waiting = [codes[: len(codes) // 2], codes[len(codes) // 2 :]]
        tries = 0
        while waiting and tries < MOST_TRIES:
            part = waiting.pop(0)
            if not part:
                continue
            tries += 1
            if await self._attempt(destination, part):
                taken.update(part)
            elif len(part) > 1:
                waiting[:0] = [part[: len(part) // 2], part[len(part) // 2 :]]
        return taken

    async def _attempt(self, destination: str, codes: Sequence[int]) -> bool:
        """Subscribe some codes; returns whether they were taken. Raises what is no refusal."""
        try:
            await self._send(destination, codes)
        except RejectedError, UnlicensedError:
            return False
        return True

    async def _send(self, destination: str, codes: Sequence[int]) -> None:
        """Subscribe some codes. Doing it twice does no harm, so that it may be repeated."""
        own = self._memory().get("own")
        digest = _digest(destination)
        if not isinstance(own, list) or digest not in own:
            self._keep(own=[*(own if isinstance(own, list) else []), digest][-MOST_OWN:])
        body: dict[str, Any] = {"eventTypes": list(codes), "eventDest": destination}
        if self._memory().get("pass_back") is True:
            body["passBack"] = 1
        await self._client.call(SUBSCRIBE, body)
        self.counts["subscribed"] += 1
        self._subscribed |= frozenset(codes)

    async def _unsubscribe(self, codes: Collection[int]) -> None:
        """Take codes back; those of the documented range apart from the others."""
        for part in (
            [code for code in sorted(codes) if code >= LOWEST_SUBSCRIBABLE],
            [code for code in sorted(codes) if code < LOWEST_SUBSCRIBABLE],
        ):
            for start in range(0, len(part), MOST_TYPES):
                await self._client.call(UNSUBSCRIBE, {"eventTypes": part[start : start + MOST_TYPES]})
                self.counts["unsubscribed"] += 1

    # memory

    @property
    def refused(self) -> frozenset[int]:
        """Codes that this version of the platform does not take."""
        refused = self._memory().get("refused")
        return (
            frozenset(code for code in refused if isinstance(code, int)) if isinstance(refused, list) else frozenset()
        )

    def _low_tried(self) -> bool:
        """Whether the low codes were tried with this version."""
        return self._memory().get("low") is True

    def _memory(self) -> Mapping[str, Any]:
        """Return what is remembered; of another version only what does not hang on it."""
        stored = self._runtime.memory.get(MEMORY)
        known = stored if isinstance(stored, Mapping) else {}
        if known.get("version") == self._version():
            return known
        return {name: known[name] for name in ("own", "pass_back") if name in known}

    def _keep(self, **facts: object) -> None:
        """Remember something."""
        self._runtime.memory[MEMORY] = {**self._memory(), "version": self._version(), **facts}
        self._runtime.remember()

    def _is_own(self, address: str, destination: str) -> bool:
        """Whether an address is or was ours."""
        own = self._memory().get("own")
        return address == _trimmed(destination) or (isinstance(own, list) and _digest(address) in own)


def _with_port(parts: SplitResult) -> Iterable[str]:
    """Return the parts of an address with the port written out: the documentation shows none without."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (parts.scheme or "http", place, parts.path, parts.query, "")


def _trimmed(address: str) -> str:
    """Return an address without the blanks that the platform prints into it."""
    return "".join(address.split()).rstrip("/")


def _shown(address: str) -> str:
    """Return host and port of an address: what follows may be a secret."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "?", parts.port
    except ValueError:
        return "?"
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _is_address(host: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _digest(address: str) -> str:
    """Return what an address is remembered by."""
    return sha256(_trimmed(address).encode()).hexdigest()[:16]
