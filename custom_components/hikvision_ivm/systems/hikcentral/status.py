"""Polling the state of everything that lists tell (hikcentral §7.2).

The lists are long and hardly ever change, so what a page said is kept as long as its bytes are the same. What was told
since a poll began counts more than what the poll brings.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
import logging
from types import MappingProxyType
from typing import Any, Final

from ..base import Runtime
from ..errors import AuthenticationError, ConnectionFailedError, NotFoundError, RejectedError, SystemFailure
from ..model import UNKNOWN, Feature, Inventory, Report, Unknown, Value
from ..transport.json import Fields, listed
from ..values import LockValue
from .client import HikCentralClient
from .inventory import LASTING, REFUSALS, all_or_none
from .lists import Lists
from .paging import Page, Pages
from .places import device_id
from .polled import PATIENCE, Values, merged
from .record_fields import ENCODER
from .records import Facts
from .watched import BY_KEY, BY_RECORD, CAMERA_KEY, WATCHED, Watched

_LOGGER = logging.getLogger(__name__)

_MOST_STRANGERS: Final = 5_000
"""Unexpected ids that are remembered, so that each is a reason to look at the inventory only once."""

_HANGING: Final = "resource/v1/camera/advance/cameraList"
"""Lists the cameras of one device."""

_TOLD_SECONDS: Final = 300.0
"""No poll takes longer than this."""


@dataclass(frozen=True, slots=True)
class _Target:
    """One thing: its device, if it is one, and the features that its state says something about."""

    device: str | None
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one page says. `silent`: features whose state is not known, and whose last value may come from a command."""

    ids: frozenset[str]
    values: Mapping[str, Value | Unknown]
    available: Mapping[str, bool]
    silent: frozenset[str]


class Status:
    """Reads states, for whatever is in the inventory."""

    def __init__(
        self,
        client: HikCentralClient,
        lists: Lists,
        runtime: Runtime,
        uid: str,
        *,
        on_stranger: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_stranger()`: a list holds what the inventory does not, or misses something; it is to be read."""
        self._client = client
        self._lists = lists
        self._runtime = runtime
        self._uid = uid
        self._on_stranger = on_stranger
        self._facts = Facts()
        self._targets: dict[str, dict[str, _Target]] = {}
        self._parts: dict[str, dict[bytes, _Part]] = {}
        self._silent: dict[str, frozenset[str]] = {}
        self._failures: dict[str, int] = {}
        self._strangers: set[tuple[str, str]] = set()
        self._shown: frozenset[str] = frozenset()
        self._told: dict[str, float] = {}
        self._locks: dict[str, LockValue] = {}
        self._last: tuple[tuple[_Part, ...], Report] = ((), Report())

    def use(self, facts: Facts, inventory: Inventory) -> None:
        """Take over what exists."""
        self._facts = facts
        found: dict[str, dict[str, list[Feature]]] = {}
        for feature in inventory.features.values():
            row = BY_RECORD.get(type(feature.address))
            if row is not None and row.judge(feature, None) is not None:
                found.setdefault(row.key, {}).setdefault(getattr(feature.address, "id", ""), []).append(feature)
        self._targets = {row.key: self._targets_of(row, inventory, found.get(row.key, {})) for row in WATCHED}
        self._shown = frozenset(
            feature.id for targets in self._targets.values() for each in targets.values() for feature in each.features
        )
        self._told = {id_: moment for id_, moment in self._told.items() if id_ in self._shown}
        self._locks = {id_: value for id_, value in self._locks.items() if id_ in self._shown}
        self._parts = {}

    def _targets_of(
        self, row: Watched, inventory: Inventory, features: Mapping[str, Sequence[Feature]]
    ) -> dict[str, _Target]:
        """Return what of one sort is imported."""
        targets: dict[str, _Target] = {}
        for id_ in getattr(self._facts, row.facts):
            device = device_id(self._uid, row.prefix, id_) if row.prefix is not None else None
            if id_ in features or device in inventory.devices:
                targets[id_] = _Target(device, tuple(features.get(id_, ())))
        return targets

    def took(self, report: Report) -> None:
        """Take note of what was told by others: pushes, and commands that were read back."""
        now = self._runtime.monotonic()
        for id_ in self._shown.intersection(report.values):
            self._told[id_] = now
            value = report.values[id_]
            if isinstance(value, LockValue) and value.changed_by is not None:
                self._locks[id_] = value
            else:
                self._locks.pop(id_, None)

    # everything

    async def read(self, keys: Collection[str] | None = None) -> Report:
        """Read the states of everything, or of some sorts of things.

        A list that fails leaves its states as they are, and after three times in a row unknown. Raises
        `AuthenticationError`, and any other `SystemFailure` if no list could be read.
        """
        began = self._runtime.monotonic()
        rows = [row for row in WATCHED if self._targets.get(row.key) and (keys is None or row.key in keys)]
        results = await all_or_none(*(self._list(row) for row in rows))
        self._check(results)
        parts: list[_Part] = []
        values: Values = {}
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, SystemFailure):
                values.update(self._failed(row, result))
            else:
                self._failures.pop(row.key, None)
                parts += self._read_pages(row, result, values)
        return self._report(tuple(parts), values, began)

    async def _list(self, row: Watched) -> Sequence[Pages] | SystemFailure:
        """Read a list, from every site that matters, or return why that failed."""
        bodies: list[Mapping[str, Any] | None] = [None]
        if row.by_site and self._facts.sites:
            sites = dict.fromkeys(self._facts.cameras[id_].site for id_ in self._targets[row.key])
            bodies = [{"siteIndexCode": site} for site in sites if site in self._facts.sites] or [None]
        read = self._lists.typed if row.typed else self._lists.one
        try:
            return [pages for found in await all_or_none(*(read(row.path, body) for body in bodies)) for pages in found]
        except AuthenticationError:
            raise
        except SystemFailure as error:
            return error

    @staticmethod
    def _check(results: Sequence[Sequence[Pages] | SystemFailure]) -> None:
        """Raise if nothing could be read, unless nothing may be read."""
        errors = [result for result in results if isinstance(result, SystemFailure)]
        passing = [error for error in errors if not isinstance(error, LASTING)]
        if passing and len(errors) == len(results):
            raise next((error for error in passing if isinstance(error, ConnectionFailedError)), passing[0])

    def _failed(self, row: Watched, error: SystemFailure) -> Values:
        """Count a failure, and give up what was known when there are too many."""
        count = self._failures[row.key] = self._failures.get(row.key, 0) + 1
        _LOGGER.debug("%s could not be read: %s", row.path, error)
        if count < PATIENCE:
            return {}
        return dict.fromkeys(
            (each.id for target in self._targets[row.key].values() for each in target.features), UNKNOWN
        )

    def _read_pages(self, row: Watched, lists: Sequence[Pages], values: Values) -> list[_Part]:
        """Return what the pages of a list say; `values` gets what is not known any more."""
        known = self._parts.get(row.key, {})
        read: dict[bytes, _Part] = {}
        for page in (page for pages in lists for page in pages.pages):
            read[page.digest] = known.get(page.digest) or self._read_page(row, page)
        if read.keys() != known.keys():
            self._compare(row, read.values())
        self._parts[row.key] = read
        if row.sticky:
            silent = frozenset().union(*(part.silent for part in read.values()))
            values.update(dict.fromkeys(silent - self._silent.get(row.key, frozenset()), UNKNOWN))
            self._silent[row.key] = silent
        return list(read.values())

    def _read_page(self, row: Watched, page: Page) -> _Part:
        """Read a page that was not seen before."""
        values: Values = {}
        available: dict[str, bool] = {}
        silent: set[str] = set()
        ids: set[str] = set()
        for item in page.items:
            if (id_ := item.text(row.id)) is not None and id_ not in ids:
                ids.add(id_)
                self._judge(row, id_, item, values, available, silent)
        return _Part(frozenset(ids), MappingProxyType(values), MappingProxyType(available), frozenset(silent))

    def _judge(
        self, row: Watched, id_: str, item: Fields, values: Values, available: dict[str, bool], silent: set[str]
    ) -> None:
        """Take in the state of one thing."""
        if (target := self._targets[row.key].get(id_)) is None:
            return
        state = item.integer(*row.state)
        if target.device is not None:
            # Not to know whether something is there is no reason to call it gone.
            available[target.device] = state is None or state != row.gone
        for feature in target.features:
            value = row.judge(feature, state)
            if value is None:
                continue
            if row.sticky and value is UNKNOWN:
                silent.add(feature.id)
            else:
                values[feature.id] = value

    def _compare(self, row: Watched, parts: Iterable[_Part]) -> None:
        """Ask for another inventory if a list holds something that is not known, or misses something that is."""
        listed_ids = frozenset().union(*(part.ids for part in parts))
        known = getattr(self._facts, row.facts)
        strange = {(row.key, id_) for id_ in listed_ids if id_ not in known}
        strange |= {(row.key, id_) for id_ in self._targets[row.key] if id_ not in listed_ids}
        if new := strange - self._strangers:
            if len(self._strangers) + len(new) > _MOST_STRANGERS:
                self._strangers.clear()
            self._strangers |= new
            self._on_stranger()

    def _report(self, parts: tuple[_Part, ...], extra: Values, began: float) -> Report:
        """Put everything all_or_none; when nothing changed, the last report is given again."""
        before, report = self._last
        if len(parts) != len(before) or any(one is not other for one, other in zip(parts, before, strict=True)):
            values: Values = {}
            available: dict[str, bool] = {}
            for part in parts:
                values.update(part.values)
                available.update(part.available)
            report = Report(values=values, available=available)
            self._last = (parts, report)
        return self._overtaken(
            Report(values={**report.values, **extra}, available=report.available) if extra else report, began
        )

    def _overtaken(self, report: Report, began: float) -> Report:
        """Leave out what was told since the poll began, and keep who moved a lock that did not move since."""
        self._told = {id_: moment for id_, moment in self._told.items() if moment >= began - _TOLD_SECONDS}
        newer = {id_ for id_, moment in self._told.items() if moment >= began and id_ in report.values}
        same = {
            id_: lock
            for id_, lock in self._locks.items()
            if isinstance(value := report.values.get(id_), LockValue)
            and (value.locked, value.open) == (lock.locked, lock.open)
        }
        if not newer and not same:
            return report
        values = {id_: value for id_, value in report.values.items() if id_ not in newer}
        return Report(
            values={**values, **{id_: lock for id_, lock in same.items() if id_ in values}}, available=report.available
        )

    # one thing

    async def refresh(self, key: str, id_: str) -> Report:
        """Read the state of one thing; `key` as events name its type (`door`, `camera`, `ioOut`, `encodeDevice`, …).

        The report is empty for what is not imported, and for what does not exist any more, which is a reason to read the
        inventory. Raises any other `SystemFailure`.
        """
        row = BY_KEY.get(key)
        if row is None or id_ not in self._targets.get(row.key, {}):
            return Report()
        began = self._runtime.monotonic()
        try:
            found = listed(await self._client.call(row.single, {row.id: id_}))
        except NotFoundError:
            self._on_stranger()
            return Report()
        values: Values = {}
        available: dict[str, bool] = {}
        silent: set[str] = set()
        if found:
            self._judge(row, id_, found[0], values, available, silent)
        return self._overtaken(Report(values=values, available=available), began)

    # what hangs on a device

    async def cameras_of(self, devices: Collection[tuple[str, str]]) -> Report:
        """Read the states of the cameras of some devices, each given by type and id, with one call for each device.

        All cameras are read where the platform does not tell those of a device. Raises `SystemFailure` if nothing could
        be read.
        """
        began = self._runtime.monotonic()
        hanging = self._hanging(devices)
        if not hanging:
            return Report()
        first, *others = hanging.items()
        # One goes first, so that a platform that does not know the call is asked once.
        results = [await self._cameras(*first)]
        if results[0] is not None:
            results += await all_or_none(*(self._cameras(*other) for other in others))
        if any(result is None for result in results):
            return await self.read((CAMERA_KEY,))
        reports = [result for result in results if isinstance(result, Report)]
        if not reports:
            raise next(result for result in results if isinstance(result, SystemFailure))
        return self._overtaken(merged(reports), began)

    def _hanging(self, devices: Collection[tuple[str, str]]) -> dict[tuple[str, str, str], set[str]]:
        """Return type of a device, its id and a site → ids of the imported cameras there that hang on it."""
        found: dict[tuple[str, str, str], set[str]] = {}
        wanted = set(devices)
        for id_ in self._targets.get(CAMERA_KEY, ()):
            camera = self._facts.cameras[id_]
            if camera.parent_type is not None and camera.parent is not None:
                device = camera.parent_type, camera.parent
                if device in wanted:
                    found.setdefault((*device, camera.site), set()).add(id_)
        return found

    async def _cameras(self, place: tuple[str, str, str], ids: Collection[str]) -> Report | SystemFailure | None:
        """Read the cameras of a device in a site; None if the platform does not tell them, or why it failed."""
        type_, device, site = place
        # Without a type, cameras of encoders are meant; what hangs on others is asked for in another way (T2).
        body = {"encodeDevIndexCode": device} if type_ == ENCODER else {"deviceType": type_, "devIndexCode": device}
        if site in self._facts.sites:
            body["siteIndexCode"] = site
        try:
            rows = await self._client.pages(_HANGING, body)
        except AuthenticationError:
            raise
        except (*REFUSALS, RejectedError) as error:
            _LOGGER.debug("%s: %s", _HANGING, error)
            return None
        except SystemFailure as error:
            return error
        row = BY_KEY[CAMERA_KEY]
        values: Values = {}
        available: dict[str, bool] = {}
        silent: set[str] = set()
        told: set[str] = set()
        for item in rows:
            if (id_ := item.text(row.id)) is not None and id_ in ids and id_ not in told:
                told.add(id_)
                self._judge(row, id_, item, values, available, silent)
        return Report(values=values, available=available) if told else None
