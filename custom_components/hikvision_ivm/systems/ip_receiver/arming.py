"""Arming, disarming, clearing alarms (ip-receiver §3.5, §3.6, §5.2, §5.4).

Commands to one panel never overlap. One that was begun is carried out to its end, whoever goes away meanwhile.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
import logging
from typing import Any, Final

from .. import settings
from ..background import Background
from ..base import Runtime
from ..errors import (
    ArmingRefusedError,
    AuthenticationError,
    ConnectionFailedError,
    DeviceFailureError,
    NotFoundError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from ..values import ArmMode, ArmState
from .batch import Look
from .client import Endpoint, ReceiverClient
from .panel import PanelState
from .partitions import WORDS, number_in_path
from .records import PartitionAddress
from .refresh import What

_LOGGER = logging.getLogger(__name__)

NOT_ARMED: Final = "the panel reports that it was not armed"


class Arming:
    """Commands to partitions. Raises `SystemFailure`.

    `look` reads some of a panel now and delivers it; `soon` lets it be read a moment later, and once more.
    """

    def __init__(
        self,
        client: ReceiverClient,
        runtime: Runtime,
        options: Mapping[str, Any],
        background: Background,
        *,
        panel: Callable[[str], PanelState | None],
        look: Look,
        soon: Callable[[str], None],
    ) -> None:
        """Does no I/O."""
        self._client = client
        self._runtime = runtime
        self._background = background
        self._panel = panel
        self._look = look
        self._soon = soon
        self._clears = options.get(settings.CLEAR_ON_DISARM) is not False
        self._locks: dict[str, asyncio.Lock] = {}

    def lock(self, device: str) -> asyncio.Lock:
        """Return the lock of a panel."""
        return self._locks.setdefault(device, asyncio.Lock())

    async def arm(self, address: PartitionAddress, mode: ArmMode) -> None:
        """Arm a partition, or all of a panel. Returns when the panel accepted; an exit delay is only beginning then.

        Raises `ArmingRefusedError` with the zones that stand against it, and what the client raises.
        """
        check_mode(mode)

        async def work(panel: PanelState) -> None:
            await self.arm_now(panel, address.partition, mode)

        await self.guarded(address.device, work)

    async def disarm(self, address: PartitionAddress) -> None:
        """Disarm a partition, or all of a panel, and clear the alarm of one that is triggered if that is wished."""

        async def work(panel: PanelState) -> None:
            await self._disarm(panel, panel.targets(address.partition))

        await self.guarded(address.device, work)

    async def clear(self, address: PartitionAddress) -> None:
        """Clear the alarm of a partition; of a panel, where there is one."""

        async def work(panel: PanelState) -> None:
            numbers = panel.targets(address.partition)
            triggered = [number for number in numbers if panel.state(number) is ArmState.TRIGGERED]
            failures = await self._each(panel, triggered or numbers, Endpoint.CLEAR_ALARM, panel.clear_accepted)
            await self.try_look(panel, _states(panel) | {What.ZONES})
            self._soon(panel.device.id)
            _raise_first(failures)

        await self.guarded(address.device, work)

    async def guarded(self, device: str, work: Callable[[PanelState], Coroutine[Any, Any, None]]) -> None:
        """Do something with a panel while nothing else is done with it, to its end. Raises `NotFoundError` if it is gone."""

        async def alone() -> None:
            async with self.lock(device):
                if (panel := self._panel(device)) is None:
                    raise NotFoundError(subject="panel")
                await work(panel)

        await asyncio.shield(self._background.start(alone()))

    # with the lock held

    async def arm_now(self, panel: PanelState, partition: int | None, mode: ArmMode) -> None:
        """Arm as `arm` does. Every partition is tried, unless the receiver cannot be asked at all."""
        failures: list[SystemFailure] = []
        for number in panel.targets(partition):
            try:
                await self._arm_one(panel, number, mode)
            except SystemFailure as error:
                failures.append(error)
                if _is_hopeless(error):
                    break
        if failures:
            raise _together(failures)

    async def look(self, panel: PanelState, what: Collection[What]) -> None:
        """Read some of a panel now. Raises `SystemFailure`."""
        await self._look(panel.device.id, what)

    async def try_look(self, panel: PanelState, what: Collection[What]) -> None:
        """Read some of a panel for better knowledge; it goes on without if that fails."""
        try:
            await self._look(panel.device.id, what)
        except SystemFailure as error:
            _LOGGER.debug("A panel could not be read after a command: %s", error)

    async def _arm_one(self, panel: PanelState, number: int, mode: ArmMode) -> None:
        """Arm one partition. The panel may report that it failed before it answers that it accepted."""
        before = panel.arm_failures(number)
        panel.arming((number,), mode)
        try:
            await self._client.call(
                Endpoint.ARM, panel.device, target=number_in_path(number), query={"ways": WORDS[mode]}
            )
        except SystemFailure as error:
            panel.arming_failed(number)
            raise await self._explained(panel, number, mode, error) from error
        finally:
            self._soon(panel.device.id)
        panel.arm_accepted(number)
        if panel.arm_failures(number) > before:
            panel.arming_failed(number)
            raise await self._explained(panel, number, mode, RejectedError(reason=NOT_ARMED))

    async def _explained(self, panel: PanelState, number: int, mode: ArmMode, error: SystemFailure) -> SystemFailure:
        """Return why a partition was not armed: with the zones that stand against it, if that is what it may be."""
        if not isinstance(error, (RejectedError, DeviceFailureError)):
            if isinstance(error, ConnectionFailedError) and error.answered:
                await self.try_look(panel, _states(panel))
            return error
        await self.try_look(panel, {What.ZONES})
        blockers = panel.blockers(number, mode)
        if not blockers:
            return error
        refused = ArmingRefusedError(
            partition=panel.partition_name(number),
            zones=", ".join(blockers),
            reason=error.placeholders.get("reason", ""),
        )
        refused.code = error.code
        return refused

    async def _disarm(self, panel: PanelState, numbers: Sequence[int]) -> None:
        """Disarm partitions, then clear alarms, then see what came of it."""
        triggered = {number for number in numbers if panel.state(number) is ArmState.TRIGGERED}
        failures = await self._each(panel, numbers, Endpoint.DISARM, panel.disarm_accepted)
        unclear: dict[int, SystemFailure] = {}
        if self._clears:
            disarmed = [number for number in numbers if number in triggered and number not in failures]
            unclear = await self._each(panel, disarmed, Endpoint.CLEAR_ALARM, panel.clear_accepted)
        await self.try_look(panel, _states(panel))
        self._soon(panel.device.id)
        _raise_first(failures)
        # A panel may refuse to clear what disarming has cleared.
        _raise_first({number: unclear[number] for number in unclear if panel.state(number) is ArmState.TRIGGERED})

    async def _each(
        self,
        panel: PanelState,
        numbers: Iterable[int],
        endpoint: Endpoint,
        accepted: Callable[[int], None] = lambda number: None,
    ) -> dict[int, SystemFailure]:
        """Send a command for each partition and return where it failed; if the receiver cannot be asked, for the rest, too."""
        failures: dict[int, SystemFailure] = {}
        hopeless: SystemFailure | None = None
        for number in numbers:
            if hopeless is not None:
                failures[number] = hopeless
                continue
            try:
                await self._client.call(endpoint, panel.device, target=number_in_path(number))
            except SystemFailure as error:
                failures[number] = error
                hopeless = error if _is_hopeless(error) else None
            else:
                accepted(number)
        return failures


def check_mode(mode: ArmMode) -> None:
    """Raise `UnsupportedError` for a way of arming that the interface does not have."""
    if mode not in WORDS:
        raise UnsupportedError(function=mode.value)


def _states(panel: PanelState) -> frozenset[What]:
    """Return what tells whether a panel is armed: its zones, if it does not list partitions."""
    return frozenset({What.ZONES if panel.facts.partitions is None else What.PARTITIONS})


def _is_hopeless(error: SystemFailure) -> bool:
    """Whether the next request will fail in the same way."""
    return isinstance(error, (AuthenticationError, ConnectionFailedError))


def _raise_first(failures: Mapping[int, SystemFailure]) -> None:
    """Raise the first failure, if there is one."""
    for failure in failures.values():
        raise failure


def _together(failures: Sequence[SystemFailure]) -> SystemFailure:
    """Return one failure for several: that of all zones, if all partitions were refused because of some."""
    refused = [failure for failure in failures if isinstance(failure, ArmingRefusedError)]
    if len(failures) == 1 or len(refused) < len(failures):
        return next((failure for failure in failures if not isinstance(failure, ArmingRefusedError)), failures[0])
    every = [failure.placeholders for failure in refused]
    zones = dict.fromkeys(one["zones"] for one in every)
    together = ArmingRefusedError(
        partition=", ".join(one["partition"] for one in every), zones=", ".join(zones), reason=every[0]["reason"]
    )
    together.code = failures[0].code
    return together
