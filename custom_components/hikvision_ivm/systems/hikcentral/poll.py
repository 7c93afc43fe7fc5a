"""Reading what cannot be pushed, in tiers, at a fixed price (hikcentral §7.2).

Seconds between polls, and what one costs in requests:

| tier | push healthy | otherwise | requests |
|---|---|---|---|
| status | 60 | 30 | one for 500 cameras, doors, inputs, outputs, devices, vehicles |
| counters | 30 | 30 | what is due and looked at; each matter has its own rhythm (`polled.Rhythm`) |
| detail | 300 | 300 | presets and patrols of cameras that are looked at, a slice each time |
| inventory | 900 | 900 | one for 500 of each list; sooner when something essential is missing |

While the platform says that it is called too often, everything waits longer.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..base import Tier

HEALTHY: Final[Mapping[Tier, float]] = MappingProxyType(
    {Tier.STATUS: 60.0, Tier.DETAIL: 300.0, Tier.COUNTERS: 30.0, Tier.INVENTORY: 900.0}
)
FALLBACK: Final[Mapping[Tier, float]] = MappingProxyType({**HEALTHY, Tier.STATUS: 30.0})
STRAIN: Final = 5.0
"""By how much longer everything waits for a platform that is called too often."""


def periods(*, push_healthy: bool, strained: bool = False, retry: float | None = None) -> Mapping[Tier, float]:
    """Return the seconds between polls of each tier.

    `strained`: the platform said lately that it is called too often. `retry`: seconds after which an inventory that is
    not complete is read again, None if it is.
    """
    found = dict(HEALTHY if push_healthy else FALLBACK)
    if retry is not None:
        found[Tier.INVENTORY] = min(found[Tier.INVENTORY], retry)
    return {tier: seconds * STRAIN for tier, seconds in found.items()} if strained else found
