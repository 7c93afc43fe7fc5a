"""What a panel does: by command, by the people in the house, or because something breaks. Events are told as it does."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from .detectors import ALWAYS_ON, NEVER, SENSES
from .state import PanelState, Zone

if TYPE_CHECKING:
    from .simulator import IpReceiverSimulator

ARMED: Mapping[str, str] = {"away": "3401", "stay": "3441"}
DISARMED, CLEARED, FAILED = "1401", "1406", "1822"
ALARM, DURESS, EXCEPTION, OPERATION = 1, 4, 5, 6
"""CIDType (L1418-1421)."""
DEACTIVATED: Mapping[tuple[str, str], str] = {
    ("oneTimeDeactivationMode", "entirely"): "571",
    ("oneTimeDeactivationMode", "lidOnly"): "572",
    ("deactivationMode", "entirely"): "988",
    ("deactivationMode", "lidOnly"): "987",
}
"""Last digits of the codes that tell a deactivation (ip-receiver §8)."""


class PanelActs:
    """Changes one panel and tells it. Without `user` nobody is named; `network`: it came over the receiver."""

    def __init__(self, receiver: IpReceiverSimulator, state: PanelState) -> None:
        """`state`: what is changed."""
        self.receiver = receiver
        self.state = state
        self._leaving: dict[int, asyncio.Task[None]] = {}

    # Commands

    def begin_arming(self, numbers: list[int], ways: str, user: str, *, network: bool = True) -> None:
        """Arm partitions, after the exit delay if there is one."""
        if network and self.receiver.deaf:
            return
        for number in numbers:
            self._stop_leaving(number)
            partition = self.state.partitions[number]
            if partition.arming == ways:
                continue
            if not self.receiver.exit_delay and not self.receiver.arming_fails:
                self._armed(number, ways, user, network=network)
                continue
            partition.arming = "arming"
            for zone in self.state.zones_of([number]):
                zone.fields["isArming"] = True
            self._leaving[number] = self.receiver.spawn(self._leave(number, ways, user, network=network))

    async def _leave(self, number: int, ways: str, user: str, *, network: bool) -> None:
        await asyncio.sleep(self.receiver.exit_delay)
        del self._leaving[number]
        if self.receiver.arming_fails or (self.receiver.refuse_open and self.blocking([number])):
            self._set_armed(number, "disarm")
            self.arming_failed([number], user)
        else:
            self._armed(number, ways, user, network=network)

    def _armed(self, number: int, ways: str, user: str, *, network: bool) -> None:
        self._set_armed(number, ways)
        self._tell(ARMED[ways], OPERATION, partition=number, user=user, network=network, command=network)

    def arming_failed(self, numbers: list[int], user: str) -> None:
        """Tell that partitions could not be armed."""
        for number in numbers:
            self._tell(FAILED, OPERATION, partition=number, user=user, network=True, command=True)

    def end_arming(self, numbers: list[int], user: str, *, network: bool = True) -> None:
        """Disarm partitions; what lasts only while armed ends."""
        if network and self.receiver.deaf:
            return
        for number in numbers:
            self._stop_leaving(number)
            self._set_armed(number, "disarm")
            if self.receiver.disarm_clears:
                self._calm([number])
            self._tell(DISARMED, OPERATION, partition=number, user=user, network=network, command=network)
        for zone in self.state.zones_of(numbers):
            if zone.fields.get("oneTimeDeactivationMode", "off") != "off":
                self.deactivate(zone, {"oneTimeDeactivationMode": "off"})
            if zone.fields.get("bypassed") and self.receiver.bypass_ends:
                self.set_bypass([zone], on=False)

    def clear(self, numbers: list[int], user: str, *, network: bool = True) -> None:
        """End the alarms of partitions and their zones."""
        if network and self.receiver.deaf:
            return
        self._calm(numbers)
        for number in numbers:
            self._tell(CLEARED, OPERATION, partition=number, user=user, network=network, command=network)

    def set_bypass(self, zones: Iterable[Zone], *, on: bool) -> None:
        """Bypass zones or end it; a zone that is so already tells nothing."""
        for zone in zones:
            if zone.fields.get("bypassed") != on and not self.receiver.deaf:
                zone.fields["bypassed"] = on
                self._tell("1570" if on else "3570", OPERATION, zone=zone, command=True)

    def deactivate(self, zone: Zone, modes: Mapping[str, str]) -> None:
        """Set one or both deactivations of a zone."""
        for name, mode in modes.items():
            before = zone.fields.get(name, "off")
            if mode == before or self.receiver.deaf:
                continue
            zone.fields[name] = mode
            if before != "off":
                self._tell("3" + DEACTIVATED[name, before], OPERATION, zone=zone, command=True)
            if mode != "off":
                self._tell("1" + DEACTIVATED[name, mode], OPERATION, zone=zone, command=True)

    # Zones

    def blocking(self, numbers: list[int]) -> list[Zone]:
        """Return the zones that keep partitions from being armed."""
        return [zone for zone in self.state.zones_of(numbers) if zone.open and not zone.silenced]

    def alarm(self, zone: Zone, code: str, kind: int, *, has_video: int, uuid: str | None) -> None:
        """Let a zone give alarm."""
        self.state.last_codes[zone.number] = code
        for name, word in SENSES.items():
            if name in zone.fields:
                zone.fields[name] = word
        zone.fields.update(status="trigger", alarm=True)
        if kind != DURESS:
            for number in zone.partitions:
                if number in self.state.partitions:
                    self.state.partitions[number].alarm = True
        self._tell(code, kind, zone=zone, has_video=has_video, uuid=uuid)

    def calm_zone(self, zone: Zone) -> None:
        """Let a zone be as it should; its restoring is told if it had given alarm."""
        for name in SENSES:
            if name in zone.fields:
                zone.fields[name] = "no"
        zone.fields.update(status="online", alarm=False)
        code = self.state.last_codes.pop(zone.number, None)
        if code is not None:
            self._tell("3" + code[1:], ALARM, zone=zone)

    def gives_alarm(self, zone: Zone) -> bool:
        """Tell whether a zone that is triggered now gives alarm."""
        kind = zone.fields.get("zoneType")
        if zone.silenced or kind in NEVER:
            return False
        return kind in ALWAYS_ON or bool(zone.fields.get("armed"))

    def exception(self, code: str, *, zone: Zone | None = None, partition: int | None = None) -> None:
        """Tell a fault or its end."""
        self._tell(code, EXCEPTION, zone=zone, partition=0 if zone is None and partition is None else partition)

    # Inside

    def _set_armed(self, number: int, ways: str) -> None:
        self.state.partitions[number].arming = ways
        for zone in self.state.zones_of([number]):
            zone.fields.pop("isArming", None)
            stays_off = ways == "stay" and zone.fields.get("stayAway")
            words = {self.state.partitions[part].arming for part in zone.partitions if part in self.state.partitions}
            # A zone of several partitions is armed while all of them are.
            zone.fields["armed"] = bool(words) and words <= {"stay", "away"} and not stays_off

    def _calm(self, numbers: list[int]) -> None:
        for number in numbers:
            self.state.partitions[number].alarm = False
        for zone in self.state.zones_of(numbers):
            zone.fields["alarm"] = False
            self.state.last_codes.pop(zone.number, None)

    def _stop_leaving(self, number: int) -> None:
        if (task := self._leaving.pop(number, None)) is not None:
            task.cancel()

    def _tell(
        self, code: str, kind: int, *, partition: int | None = None, zone: Zone | None = None, user: str | None = None,
        network: bool = False, has_video: int = 0, uuid: str | None = None, command: bool = False,
    ) -> None:  # fmt: skip
        if command and self.receiver.silent_commands:
            return

        def send() -> None:
            self.receiver.cid(
                self.state, code, partition=partition, zone=None if zone is None else zone.number, user=user,
                kind=kind, has_video=has_video, uuid=uuid, by_network=network,
            )  # fmt: skip

        if command and self.receiver.late_events:
            self.receiver.later(self.receiver.late_events, send)
        else:
            send()
