"""What devices were not told yet of who may pass (hikcentral §3.11, `applicationResult`)."""

from collections.abc import Collection
from typing import Any, Final, override

from ..kinds import Kind
from ..model import ButtonFeature, Report
from ..transport.json import fields
from .lookups import apply
from .polled import Domain, Values, forget, put
from .record_fields import count
from .words import RESULT_TYPES

RESULTS: Final = "acs/v1/auth/applicationResult"
STATISTICS: Final = 1
PERIOD_SECONDS: Final = 300.0
_TOPIC: Final = "permissions"


class Permissions(Domain):
    """How many rights wait to be written to devices, and how many could not be. Values: whole numbers."""

    kinds = frozenset({Kind.PERMISSIONS_PENDING, Kind.PERMISSIONS_FAILED})

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        features = self.wanted(wanted)
        values: Values = {}
        if not features or not self.rhythm.due(_TOPIC, PERIOD_SECONDS, (_TOPIC,)):
            return Report()
        answers = [await self._ask(kind) for kind in RESULT_TYPES.values()]
        # A platform for one of the two only, without visitors say, tells the other alone.
        found = [fields(answer).child("statisticResult") for answer in answers if answer is not None]
        if not found:
            if self.lost(_TOPIC, _TOPIC):
                forget(values, features)
            return Report(values=values)
        for feature in features:
            name = "unApplicationCount" if feature.kind is Kind.PERMISSIONS_PENDING else "applicationFailCount"
            numbers = [count(one, name) for one in found]
            known = [one for one in numbers if one is not None]
            put(values, feature, sum(known) if known else None)
        return Report(values=values)

    async def _ask(self, kind: int) -> Any:
        """Ask for the figures of persons or of visitors."""
        call = self.client.call(RESULTS, {"applicationResultType": STATISTICS, "type": kind})
        return await self.attempt(_TOPIC, PERIOD_SECONDS, (_TOPIC,), call)

    async def press(self, feature: ButtonFeature) -> None:
        """Write changed rights to the devices. Raises `SystemFailure`."""
        await apply(self.client)
        self.rhythm.reset(_TOPIC)
