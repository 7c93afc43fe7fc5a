"""What is read by polling, each matter in its own rhythm and only for who looks at it (hikcentral §7.2)."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
import logging
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ..background import together
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    NotFoundError,
    PlatformUserError,
    SystemFailure,
    UnsupportedError,
)
from ..kinds import Kind
from ..model import UNKNOWN, Feature, Inventory, Occurrence, Report, Unknown, Value
from ..settings import PERSONAL
from .places import device_id

if TYPE_CHECKING:
    from .context import Context

_LOGGER = logging.getLogger(__name__)

IDS_PER_CALL: Final = 10
"""Ids that one call takes (hikcentral §1.9)."""
RETRY_SECONDS: Final = 60.0
"""What could not be read is tried again after this, if its own period is not shorter."""
PATIENCE: Final = 3
"""Failures in a row after which a value counts as unknown."""
_SLACK: Final = 5.0
"""A poll that comes a little early is not put off by a whole round."""
_SKEW_SECONDS: Final = 2.0

type Values = dict[str, Value | Unknown]


class Rhythm:
    """Tells what is due: each thing of a topic has its own turn, new ones have theirs at once."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """`monotonic`: seconds, never going back."""
        self._monotonic = monotonic
        self._read: dict[str, dict[str, float]] = {}

    def due(self, topic: str, period: float, ids: Iterable[str], *, most: int | None = None) -> list[str]:
        """Return which of these are to be read now and take them as read; those that waited longest first.

        `period` in seconds. `most`: how many at once; the others are due the next time. What is not among `ids` is
        forgotten, and is due at once when it comes back.
        """
        now = self._monotonic()
        known = self._read.get(topic, {})
        wanted = dict.fromkeys(ids)
        patience = period - min(_SLACK, period / 10)
        late = [one for one in wanted if one not in known or now - known[one] >= patience]
        late.sort(key=lambda one: known.get(one, float("-inf")))
        chosen = late if most is None else late[:most]
        kept = {one: moment for one, moment in known.items() if one in wanted}
        self._read[topic] = kept | dict.fromkeys(chosen, now)
        return chosen

    def again(self, topic: str, period: float, ids: Iterable[str]) -> None:
        """Let what could not be read be due again soon."""
        pause = min(RETRY_SECONDS, period)
        known = self._read.setdefault(topic, {})
        known.update(dict.fromkeys(ids, self._monotonic() - period + pause))

    def reset(self, topic: str) -> None:
        """Let everything of a topic be due at once."""
        self._read.pop(topic, None)


class Domain:
    """One matter of the platform: its features, its rhythm, and what became of its calls.

    `answered`: the platform answered something since this was reset; `unreachable`: why it did not answer something.
    """

    kinds: ClassVar[frozenset[Kind]]
    """Kinds of the features whose values it delivers."""

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        self.context = context
        self.client = context.client
        self.runtime = context.runtime
        self.rhythm = Rhythm(context.runtime.monotonic)
        self.answered = False
        self.unreachable: ConnectionFailedError | None = None
        self._failures: dict[tuple[str, str], int] = {}
        self._indexed: Inventory | None = None
        self._features: tuple[Feature, ...] = ()
        self._by_key: Mapping[tuple[str, Kind, str], Feature] = {}

    # what exists

    @property
    def features(self) -> Sequence[Feature]:
        """Every feature of the matter, of the latest inventory."""
        inventory = self.context.inventory()
        if inventory is not self._indexed:
            found = tuple(one for one in inventory.features.values() if one.kind in self.kinds and self.takes(one))
            self._features = found
            self._by_key = {(one.device_id, one.kind, one.part): one for one in found}
            self._indexed = inventory
        return self._features

    def takes(self, feature: Feature) -> bool:
        """Whether a feature of one of the kinds is of this matter."""
        return True

    def wanted(self, wanted: Collection[str]) -> list[Feature]:
        """Return the features somebody looks at."""
        return [one for one in self.features if one.id in wanted]

    def feature(self, device: str, kind: Kind, part: str = "") -> Feature | None:
        """Return a feature of a device."""
        return self._by_key.get((device, kind, part)) if self.features else None

    def device(self, prefix: str, *ids: str) -> str:
        """Return the id of a device in the inventory."""
        return device_id(self.context.uid, prefix, *ids)

    def shows(self, word: str) -> bool:
        """Whether the user agreed to see a sort of personal data."""
        return word in (self.context.options.get(PERSONAL) or ())

    def platform_now(self) -> datetime:
        """Return the time by the platform's clock, in the platform's zone."""
        skew = self.client.skew
        ahead = skew if skew is not None and abs(skew) >= _SKEW_SECONDS else 0.0
        return (self.runtime.now() + timedelta(seconds=ahead)).astimezone(self.runtime.zone)

    # reading

    async def values(self, wanted: Collection[str]) -> Report:
        """Read what is due of what somebody looks at. Raises `SystemFailure` only if nothing answers at all."""
        raise NotImplementedError

    async def attempt[T](self, topic: str, period: float, ids: Collection[str], call: Awaitable[T]) -> T | None:
        """Return what a call brought, None if it failed; then these are due again soon.

        Raises only what every other call meets as well, wrong keys: what was read beside it must not get lost.
        """
        try:
            answer = await call
        except AuthenticationError, PlatformUserError:
            raise
        except SystemFailure as error:
            if isinstance(error, ConnectionFailedError):
                self.unreachable = error
            else:
                self.answered = True
            self._failed(topic, period, ids, error)
            return None
        self.answered = True
        for one in ids:
            self._failures.pop((topic, one), None)
        return answer

    def _failed(self, topic: str, period: float, ids: Collection[str], error: SystemFailure) -> None:
        """Note a failure."""
        final = isinstance(error, (UnsupportedError, InsufficientRightsError, NotFoundError))
        _LOGGER.debug("%s could not be read: %s", topic, error)
        for one in ids:
            self._failures[topic, one] = PATIENCE if final else self._failures.get((topic, one), 0) + 1
        if not final:
            self.rhythm.again(topic, period, ids)

    def lost(self, topic: str, one: str) -> bool:
        """Whether what was known of something has to be given up: it is refused, or failed several times in a row."""
        return self._failures.get((topic, one), 0) >= PATIENCE


def put(values: Values, feature: Feature | None, value: Value | None) -> None:
    """Take in the value of a feature, if there is such a feature; None is unknown."""
    if feature is not None:
        values[feature.id] = UNKNOWN if value is None else value


def forget(values: Values, features: Iterable[Feature]) -> None:
    """Let features be unknown."""
    values.update(dict.fromkeys((one.id for one in features), UNKNOWN))


def in_batches(ids: Iterable[str], size: int = IDS_PER_CALL) -> Iterator[tuple[str, ...]]:
    """Split ids so that one call takes each part."""
    return batched(ids, size, strict=False)


async def read_due(matters: Iterable[Domain], wanted: Collection[str]) -> Report:
    """Read what is due of several matters. Raises `SystemFailure` only if nothing answers at all."""
    matters = tuple(matters)
    for matter in matters:
        matter.answered, matter.unreachable = False, None
    report = merged(await together(matter.values(wanted) for matter in matters))
    failures = [matter.unreachable for matter in matters if matter.unreachable is not None]
    if failures and not any(matter.answered for matter in matters):
        raise failures[0]
    return report


def merged(reports: Iterable[Report]) -> Report:
    """Put reports together."""
    values: Values = {}
    available: dict[str, bool] = {}
    occurrences: list[Occurrence] = []
    for report in reports:
        values.update(report.values)
        available.update(report.available)
        occurrences.extend(report.occurrences)
    return Report(values=values, available=available, occurrences=tuple(occurrences))


def by_record(features: Iterable[Feature], record: type[Any]) -> dict[str, list[Feature]]:
    """Group features by the id of the record they stand for; those of other sorts of records are left out."""
    found: dict[str, list[Feature]] = {}
    for feature in features:
        if isinstance(feature.address, record):
            found.setdefault(feature.address.id, []).append(feature)
    return found


def of_device(features: Iterable[Feature]) -> dict[str, list[Feature]]:
    """Group features by their device."""
    found: dict[str, list[Feature]] = {}
    for feature in features:
        found.setdefault(feature.device_id, []).append(feature)
    return found
