"""Arming in spite of open zones: they are left out, and taken back in when it is over (ip-receiver §5.4).

Whether a panel ends a bypass itself when it is disarmed is not documented. So what was left out for an arming is kept
over restarts, and taken back in once every partition of the zone is disarmed, unless the panel did that or the user
decided otherwise.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
import logging
from typing import Any, Final

from ..background import Background
from ..base import Runtime
from ..errors import ConnectionFailedError, SystemFailure, UnsupportedError
from ..values import ArmMode, ArmState
from .arming import Arming, check_mode
from .batch import Aspect, Batch, Order
from .client import Endpoint, ReceiverClient
from .panel import PanelState
from .partitions import OVERLAY_SECONDS
from .records import PartitionAddress, ZoneAddress, ZoneRecord
from .refresh import What
from .zone_condition import is_left_out

_LOGGER = logging.getLogger(__name__)

MEMORY: Final = "ip_receiver_bypassed"
"""Device → zones that were left out for an arming."""


class Bypassing:
    """Zones that are left out for an arming, of all panels."""

    def __init__(
        self,
        client: ReceiverClient,
        runtime: Runtime,
        background: Background,
        arming: Arming,
        batch: Batch,
        panel: Callable[[str], PanelState | None],
    ) -> None:
        """Does no I/O."""
        self._client = client
        self._runtime = runtime
        self._background = background
        self._arming = arming
        self._batch = batch
        self._panel = panel

    async def arm(self, address: PartitionAddress, mode: ArmMode, zones: Sequence[int] | None) -> None:
        """Bypass zones (None: those that stand against it) and arm. Nothing stays bypassed if it is not armed.

        Raises as `Arming.arm`, `NotConfirmedError` for a zone that was not bypassed, `UnsupportedError` where the panel
        cannot bypass.
        """
        check_mode(mode)

        async def work(panel: PanelState) -> None:
            await self._arm(panel, address, mode, zones)

        await self._arming.guarded(address.device, work)

    def kept(self, device: str) -> tuple[int, ...]:
        """Return the zones of a panel that are to be taken back in."""
        kept = self._runtime.memory.get(MEMORY)
        zones = kept.get(device) if isinstance(kept, dict) else None
        return tuple(zone for zone in zones if isinstance(zone, int)) if isinstance(zones, list) else ()

    def forget(self, device: str, zones: Collection[int]) -> None:
        """Leave zones as they are from now on: the user decided about them, or it is done."""
        self._keep(device, [zone for zone in self.kept(device) if zone not in zones])

    def disarmed(self, device: str) -> None:
        """A partition of a panel is disarmed: take zones back in, if there are any.

        Where a report told a moment ago that it was armed, an answer may not know of that: it is asked again, later.
        """
        if not self.kept(device):
            return
        panel = self._panel(device)
        if panel is not None and panel.reported_armed:
            self._background.start(self._release_later(device))
        else:
            self._background.start(self._release_alone(device, look=True))

    async def _arm(
        self, panel: PanelState, address: PartitionAddress, mode: ArmMode, zones: Sequence[int] | None
    ) -> None:
        """Bypass, then arm, then undo what was in vain."""
        device = address.device
        await self._arming.look(panel, {What.ZONES})
        if zones is None:
            against = panel.standing_against(address.partition, mode)
            chosen = [zone for zone in against if zone.bypass_allowed and zone.bypassed is not None]
        else:
            chosen = [zone for number in zones if (zone := panel.zone(number)) is not None and not is_left_out(zone)]
        if chosen:
            await self._bypass(panel, chosen)
        try:
            await self._arming.arm_now(panel, address.partition, mode)
        except ConnectionFailedError:
            # Nobody knows whether it will be armed.
            self._background.start(self._release_later(device))
            raise
        except SystemFailure:
            await self._release(panel)
            raise

    async def _bypass(self, panel: PanelState, zones: Sequence[ZoneRecord]) -> None:
        """Bypass zones, all of them or none."""
        device = panel.device.id
        if self._client.is_refused(Endpoint.BYPASS, device) or panel.device.is_otap:
            raise UnsupportedError(function="bypass")
        # Kept before it is sent: a restart in between must not leave them out for good.
        self._keep(device, [*self.kept(device), *(zone.id for zone in zones)])
        outcomes = await self._batch.carry_out(device, _orders(device, (zone.id for zone in zones), bypassed=True))
        failures = [failure for failure in outcomes.values() if failure is not None]
        if failures:
            await self._release(panel)
            raise failures[0]

    async def _release_later(self, device: str) -> None:
        """Take zones back in unless it was armed after all."""
        await self._runtime.sleep(OVERLAY_SECONDS)
        await self._release_alone(device, look=True)

    async def _release_alone(self, device: str, *, look: bool = False) -> None:
        """Take zones back in, when nothing else is done with the panel. `look`: see first whether it is armed."""

        async def work(panel: PanelState) -> None:
            if look and panel.facts.partitions is not None:
                await self._arming.try_look(panel, {What.PARTITIONS})
            await self._release(panel)

        try:
            await self._arming.guarded(device, work)
        except SystemFailure as error:
            _LOGGER.debug("Zones that were bypassed for an arming stay so for now: %s", error)

    async def _release(self, panel: PanelState) -> None:
        """Take back in what no partition needs to be left out any more. What fails is tried at the next disarming."""
        device = panel.device.id
        idle = [number for number in self.kept(device) if _is_idle(panel, number)]
        if not idle:
            return
        try:
            await self._arming.look(panel, {What.ZONES})
        except SystemFailure as error:
            _LOGGER.debug("Whether zones are still bypassed could not be read: %s", error)
            return
        idle = [number for number in idle if _is_idle(panel, number)]
        still = [number for number in idle if (zone := panel.zone(number)) is not None and zone.bypassed]
        self.forget(device, set(idle).difference(still))
        if not still:
            return
        orders = _orders(device, still, bypassed=False)
        outcomes = await self._batch.carry_out(device, orders)
        left = {number for number, order in zip(still, orders, strict=True) if outcomes[order] is not None}
        self.forget(device, set(still) - left)
        if left:
            _LOGGER.warning("%s: %d zones are still bypassed after an arming", panel.device.name, len(left))

    def _keep(self, device: str, zones: Iterable[int]) -> None:
        """Remember which zones are to be taken back in."""
        kept = self._runtime.memory.get(MEMORY)
        every: dict[str, Any] = {**(kept if isinstance(kept, dict) else {}), device: list(dict.fromkeys(zones))}
        found = {name: numbers for name, numbers in every.items() if numbers}
        if found != (kept or {}):
            self._runtime.memory[MEMORY] = found
            self._runtime.remember()


def _orders(device: str, zones: Iterable[int], *, bypassed: bool) -> list[Order]:
    """Return the orders to bypass zones, or to take them back in."""
    return [Order(ZoneAddress(device, zone), Aspect.BYPASSED, bypassed) for zone in zones]


def _is_idle(panel: PanelState, number: int) -> bool:
    """Whether a zone is needed by no partition that is armed, or may be."""
    zone = panel.zone(number)
    if zone is None:
        return True
    return all(panel.state(partition) is ArmState.DISARMED for partition in panel.partitions_of(zone))
