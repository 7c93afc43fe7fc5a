"""Every command to something behind a receiver, and its actions (ip-receiver §5.7, §5.8)."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ..background import Background, together
from ..base import Runtime
from ..errors import InvalidArgumentError, NotFoundError, UnsupportedError
from ..kinds import Kind
from ..model import AlarmPanelFeature, ButtonFeature, Feature, SelectFeature, SwitchFeature
from ..values import ArmMode
from .arming import Arming
from .batch import Aspect, Batch, Look, Order
from .bypassing import Bypassing
from .client import Endpoint, ReceiverClient
from .panel import PanelState
from .records import DeviceAddress, PartitionAddress, PeripheralAddress, PeripheralKind, ZoneAddress, ZoneRecord
from .refresh import What
from .zone_choice import FIELD, choose, zone_texts
from .zone_condition import zone_name
from .zone_values import DEACTIVATIONS

_DEACTIVATION: Final[Mapping[Kind, Aspect]] = MappingProxyType(
    {Kind.DEACTIVATION_ONCE: Aspect.DEACTIVATED_ONCE, Kind.DEACTIVATION: Aspect.DEACTIVATED}
)
_SCOPES: Final[Mapping[str, Aspect]] = MappingProxyType(
    {"one_time": Aspect.DEACTIVATED_ONCE, "permanent": Aspect.DEACTIVATED}
)
_MODES: Final[Mapping[str, ArmMode]] = MappingProxyType({"home": ArmMode.HOME, "away": ArmMode.AWAY})
_STATES: Final[Mapping[str, bool]] = MappingProxyType({"on": True, "off": False})
_TARGET: Final = "entity_id"


class Commands:
    """The commands to all panels of one receiver. Each raises `SystemFailure`."""

    def __init__(
        self,
        uid: str,
        client: ReceiverClient,
        runtime: Runtime,
        options: Mapping[str, Any],
        background: Background,
        *,
        panel: Callable[[str], PanelState | None],
        look: Look,
        soon: Callable[[str], None],
    ) -> None:
        """`look` reads some of a panel now and delivers it, `soon` a moment later. Does no I/O."""
        self._uid = uid
        self._client = client
        self._panel = panel
        self._look = look
        self._arming = Arming(client, runtime, options, background, panel=panel, look=look, soon=soon)
        self._batch = Batch(client, runtime, background, panel=panel, look=look, lock=self._arming.lock)
        self._bypassing = Bypassing(client, runtime, background, self._arming, self._batch, panel)
        self._actions: Mapping[str, Callable[[Sequence[Feature], Mapping[str, Any]], Awaitable[None]]] = {
            "clear_alarm": self._clear_alarm,
            "arm_with_bypass": self._arm_with_bypass,
            "bypass_zones": self._bypass_zones,
            "unbypass_zones": self._unbypass_zones,
            "set_zone_deactivation": self._set_zone_deactivation,
            "set_outputs": self._set_outputs,
            "refresh": self._refresh,
        }

    def watch(self, panel: PanelState) -> None:
        """Take zones back in that were left out for an arming when a panel is disarmed."""
        device = panel.device.id
        panel.on_disarmed = lambda number: self._bypassing.disarmed(device)

    def is_bypass_refused(self, device: str) -> bool:
        """Whether a panel was found not to bypass zones."""
        return self._client.is_refused(Endpoint.BYPASS, device)

    async def arm(self, feature: AlarmPanelFeature, mode: ArmMode) -> None:
        """Arm a partition, or all of a panel. Raises `ArmingRefusedError` with the zones that stand against it."""
        await self._arming.arm(_address(feature, PartitionAddress), mode)

    async def disarm(self, feature: AlarmPanelFeature) -> None:
        """Disarm a partition, or all of a panel."""
        await self._arming.disarm(_address(feature, PartitionAddress))

    async def switch(self, feature: SwitchFeature, *, on: bool) -> None:
        """Switch a relay, or bypass a zone."""
        match feature.kind:
            case Kind.RELAY:
                await self._batch.give(Order(_address(feature, PeripheralAddress), Aspect.RELAY, on))
            case Kind.ZONE_BYPASS:
                address = _address(feature, ZoneAddress)
                self._bypassing.forget(address.device, {address.zone})
                await self._batch.give(Order(address, Aspect.BYPASSED, on))
            case _:
                raise UnsupportedError(function=feature.kind)

    async def select(self, feature: SelectFeature, option: str) -> None:
        """Choose how far a zone is deactivated: `off`, `lid_only` or `entirely`."""
        if (aspect := _DEACTIVATION.get(feature.kind)) is None:
            raise UnsupportedError(function=feature.kind)
        if option not in DEACTIVATIONS:
            raise InvalidArgumentError(field="option", reason=f"is none of {', '.join(DEACTIVATIONS)}")
        await self._batch.give(Order(_address(feature, ZoneAddress), aspect, option))

    async def press(self, feature: ButtonFeature) -> None:
        """Clear the alarm of a partition."""
        if feature.kind is not Kind.CLEAR_ALARM:
            raise UnsupportedError(function=feature.kind)
        await self._arming.clear(_address(feature, PartitionAddress))

    async def act(self, action: str, features: Sequence[Feature], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Carry out one of `ACTIONS`. Raises `InvalidArgumentError` before anything was sent."""
        if (carry_out := self._actions.get(action)) is None:
            raise UnsupportedError(function=action)
        await carry_out(features, arguments)
        return {}

    # actions

    async def _clear_alarm(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Clear alarms."""
        await together([self._arming.clear(address) for address in _targets(features, PartitionAddress)])

    async def _arm_with_bypass(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Bypass the zones that stand against it, or the ones that are named, and arm."""
        addresses = _targets(features, PartitionAddress)
        mode = _MODES[_word(arguments, "mode", _MODES)]
        texts = zone_texts(arguments, required=False)
        named: list[list[int] | None] = [None] * len(addresses)
        if texts is not None:
            named = self._named(addresses, texts)
        await together(
            [self._bypassing.arm(address, mode, zones) for address, zones in zip(addresses, named, strict=True)]
        )

    def _named(self, addresses: Sequence[PartitionAddress], texts: Sequence[str]) -> list[list[int] | None]:
        """Return the zones that are named for each partition."""
        panels = self._panels(address.device for address in addresses)
        chosen = choose(self._uid, texts, panels.values())
        used: set[tuple[str, int]] = set()
        named: list[list[int] | None] = []
        for address in addresses:
            panel = panels[address.device]
            mine = [
                zone
                for zone in chosen.get(address.device, ())
                if address.partition is None or address.partition in panel.partitions_of(zone)
            ]
            _check_bypass(mine)
            used.update((address.device, zone.id) for zone in mine)
            named.append([zone.id for zone in mine])
        for device, zones in chosen.items():
            for zone in zones:
                if (device, zone.id) not in used:
                    raise InvalidArgumentError(field=FIELD, reason=f"{zone_name(zone)} belongs to another partition")
        return named

    async def _bypass_zones(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Bypass zones of panels."""
        await self._bypass(features, arguments, on=True)

    async def _unbypass_zones(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Take zones of panels back in."""
        await self._bypass(features, arguments, on=False)

    async def _bypass(self, features: Sequence[Feature], arguments: Mapping[str, Any], *, on: bool) -> None:
        """Bypass zones, wherever on the panels they are, or end that."""
        texts = zone_texts(arguments, required=True) or ()
        panels = self._panels(address.device for address in _targets(features, PartitionAddress))
        chosen = choose(self._uid, texts, panels.values())
        for device, zones in chosen.items():
            if on:
                _check_bypass(zones)
            if self.is_bypass_refused(device):
                raise UnsupportedError(function="bypass")
        orders = []
        for device, zones in chosen.items():
            self._bypassing.forget(device, {zone.id for zone in zones})
            orders += [Order(ZoneAddress(device, zone.id), Aspect.BYPASSED, on) for zone in zones]
        await self._give(orders)

    async def _set_zone_deactivation(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Deactivate zones, once or for good."""
        addresses = _targets(features, ZoneAddress)
        aspect = _SCOPES[_word(arguments, "scope", _SCOPES)]
        mode = _word(arguments, "mode", DEACTIVATIONS)
        orders = [Order(address, aspect, mode) for address in addresses]
        panels = self._panels(address.device for address in addresses)
        for address, order in zip(addresses, orders, strict=True):
            if order.found(panels[address.device]) is None:
                raise UnsupportedError(function=aspect.value)
        await self._give(orders)

    async def _set_outputs(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Switch relays."""
        addresses = _targets(features, PeripheralAddress)
        if any(address.kind is not PeripheralKind.OUTPUT for address in addresses):
            raise InvalidArgumentError(field=_TARGET, reason="names something that is no output")
        on = _STATES[_word(arguments, "state", _STATES)]
        await self._give([Order(address, Aspect.RELAY, on) for address in addresses])

    async def _refresh(self, features: Sequence[Feature], arguments: Mapping[str, Any]) -> None:
        """Read panels again, at once."""
        panels = self._panels(address.device for address in _addresses(features))
        await together(
            [
                self._look(device, {What.ZONES} if panel.device.is_otap else frozenset(What))
                for device, panel in panels.items()
            ]
        )

    # helpers

    async def _give(self, orders: Sequence[Order]) -> None:
        """Give orders at once, so that they share their requests."""
        await together([self._batch.give(order) for order in orders])

    def _panels(self, devices: Iterable[str]) -> dict[str, PanelState]:
        """Return panels by their ids, each once. Raises `NotFoundError`."""
        found: dict[str, PanelState] = {}
        for device in devices:
            if (panel := self._panel(device)) is None:
                raise NotFoundError(subject="panel")
            found[device] = panel
        return found


ACTIONS: Final = frozenset(
    {
        "clear_alarm",
        "arm_with_bypass",
        "bypass_zones",
        "unbypass_zones",
        "set_zone_deactivation",
        "set_outputs",
        "refresh",
    }
)
"""Names of what `Commands.act` carries out."""


def _address[A](feature: Feature, kind: type[A]) -> A:
    """Return what a feature points at. Raises `UnsupportedError` if that is something else."""
    if not isinstance(feature.address, kind):
        raise UnsupportedError(function=feature.kind)
    return feature.address


def _targets[A](features: Sequence[Feature], kind: type[A]) -> list[A]:
    """Return what features point at, each once. Raises `InvalidArgumentError` for none, or for something else."""
    found: dict[A, None] = {}
    for feature in features:
        if not isinstance(feature.address, kind):
            raise InvalidArgumentError(field=_TARGET, reason=f"{feature.id} cannot do this")
        found[feature.address] = None
    if not found:
        raise InvalidArgumentError(field=_TARGET, reason="names nothing")
    return list(found)


def _addresses(features: Sequence[Feature]) -> list[DeviceAddress | PartitionAddress | ZoneAddress | PeripheralAddress]:
    """Return what features point at, whatever of a panel that is."""
    found = []
    for feature in features:
        if not isinstance(feature.address, (DeviceAddress, PartitionAddress, ZoneAddress, PeripheralAddress)):
            raise InvalidArgumentError(field=_TARGET, reason=f"{feature.id} is no part of a panel")
        found.append(feature.address)
    if not found:
        raise InvalidArgumentError(field=_TARGET, reason="names nothing")
    return found


def _word(arguments: Mapping[str, Any], field: str, words: Collection[str]) -> str:
    """Return one of some words. Raises `InvalidArgumentError`."""
    value = arguments.get(field)
    if value is None:
        raise InvalidArgumentError(field=field, reason="is missing")
    if not isinstance(value, str) or value not in words:
        raise InvalidArgumentError(field=field, reason=f"is none of {', '.join(words)}")
    return value


def _check_bypass(zones: Sequence[ZoneRecord]) -> None:
    """Raise `InvalidArgumentError` if a zone cannot be bypassed."""
    for zone in zones:
        if not zone.bypass_allowed or zone.bypassed is None:
            raise InvalidArgumentError(field=FIELD, reason=f"{zone_name(zone)} cannot be bypassed")
