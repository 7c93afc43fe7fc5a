"""Alarm control panels: partitions, and all partitions of a panel taken together."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, override

from homeassistant.components.alarm_control_panel import (
    AlarmControlPanelEntity,
    AlarmControlPanelEntityDescription,
    AlarmControlPanelEntityFeature as Ability,
    AlarmControlPanelState as State,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alarm_code import check_code, code_format, is_needed_to_arm
from .coordinator import IvmConfigEntry, IvmCoordinator
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import AlarmPanelFeature, Feature
from .systems.values import AlarmPanelValue, ArmMode, ArmState

# Nobody waits for the exit delay of another partition; a system keeps the order for each panel.
PARALLEL_UPDATES = 0

PANELS = by_kind(AlarmControlPanelEntityDescription, {Kind.PANEL: {"name": None}, Kind.PARTITION: {}})

STATES: Final[Mapping[ArmState, State]] = {
    ArmState.DISARMED: State.DISARMED,
    ArmState.ARMING: State.ARMING,
    ArmState.ARMED_HOME: State.ARMED_HOME,
    ArmState.ARMED_AWAY: State.ARMED_AWAY,
    ArmState.ARMED_NIGHT: State.ARMED_NIGHT,
    ArmState.PENDING: State.PENDING,
    ArmState.TRIGGERED: State.TRIGGERED,
}

ABILITIES: Final[Mapping[ArmMode, Ability]] = {
    ArmMode.HOME: Ability.ARM_HOME,
    ArmMode.AWAY: Ability.ARM_AWAY,
    ArmMode.NIGHT: Ability.ARM_NIGHT,
}

NOTHING_KNOWN = AlarmPanelValue()


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the partitions of an entry."""
    async_add_features(entry.runtime_data, AlarmPanelFeature, PANELS, IvmAlarmPanel, async_add_entities)


@lru_cache
def abilities(modes: frozenset[ArmMode]) -> Ability:
    """Return ways to arm in Home Assistant's words."""
    found = Ability(0)
    for mode in modes:
        found |= ABILITIES[mode]
    return found


class IvmAlarmPanel(IvmEntity[AlarmPanelFeature], AlarmControlPanelEntity):
    """A partition. Its state follows the panel, not the command; what nobody told is unknown and never disarmed."""

    def __init__(
        self, coordinator: IvmCoordinator, feature: AlarmPanelFeature, description: AlarmControlPanelEntityDescription
    ) -> None:
        """Show a feature; a partition without a number or a name stands for the whole panel and bears its name."""
        super().__init__(coordinator, feature, description)
        self._attr_supported_features = abilities(feature.modes)
        # Other options set the entry up anew.
        self._attr_code_format = code_format(coordinator.entry.options)
        self._attr_code_arm_required = is_needed_to_arm(coordinator.entry.options)
        if not feature.label and not feature.part.isdecimal():
            self._attr_name = None

    @callback
    @override
    def feature_replaced(self, feature: Feature) -> None:
        """Take over how it can be armed from now on."""
        if isinstance(feature, AlarmPanelFeature):
            self._attr_supported_features = abilities(feature.modes)
        super().feature_replaced(feature)

    @property
    def _value(self) -> AlarmPanelValue:
        """What is known of it."""
        known = self.coordinator.values.get(self.feature.id)
        return known if isinstance(known, AlarmPanelValue) else NOTHING_KNOWN

    @property
    @override
    def alarm_state(self) -> State | None:
        """Its state; None if unknown."""
        return None if (state := self._value.state) is None else STATES[state]

    @property
    @override
    def changed_by(self) -> str | None:
        """Who armed or disarmed it last; None if unknown."""
        return self._value.changed_by

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Names of its zones: what stands against arming, what is in alarm, what is left out. None if all is unknown."""
        if (value := self._value) is NOTHING_KNOWN:
            return None
        return {
            "open_zones": list(value.open_zones),
            "alarm_zones": list(value.alarm_zones),
            "bypassed_zones": list(value.bypassed_zones),
        }

    @override
    async def async_alarm_disarm(self, code: str | None = None) -> None:
        """Disarm. Raises if the code is wrong, before anything is sent."""
        check_code(self.coordinator.entry.options, code)
        await self.command(self.coordinator.system.disarm(self.feature, self.coordinator.sink))

    @override
    async def async_alarm_arm_home(self, code: str | None = None) -> None:
        """Arm while people are at home."""
        await self._async_arm(ArmMode.HOME, code)

    @override
    async def async_alarm_arm_away(self, code: str | None = None) -> None:
        """Arm while nobody is at home."""
        await self._async_arm(ArmMode.AWAY, code)

    @override
    async def async_alarm_arm_night(self, code: str | None = None) -> None:
        """Arm while people sleep."""
        await self._async_arm(ArmMode.NIGHT, code)

    async def _async_arm(self, mode: ArmMode, code: str | None) -> None:
        """Give the command; the system confirms it through the coordinator, or names the zones that stand against it."""
        if self.code_arm_required:
            check_code(self.coordinator.entry.options, code)
        await self.command(self.coordinator.system.arm(self.feature, mode, self.coordinator.sink))
