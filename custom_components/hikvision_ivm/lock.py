"""Locks: doors, with their lock."""

from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription, LockEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry
from .entity import IvmEntity, async_add_features, by_kind
from .systems.errors import UnsupportedError
from .systems.kinds import Kind
from .systems.model import LockFeature
from .systems.values import LockValue

# A door that is followed until it obeyed must not keep the others waiting; a system keeps the order for each door.
PARALLEL_UPDATES = 0

LOCKS = by_kind(LockEntityDescription, {Kind.DOOR_LOCK: {"name": None}})

NOTHING_KNOWN = LockValue()


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the locks of an entry."""
    async_add_features(entry.runtime_data, LockFeature, LOCKS, IvmLock, async_add_entities)


class IvmLock(IvmEntity[LockFeature], LockEntity):
    """A door. It bears the name of its device; its state follows the system, not the command."""

    @property
    @override
    def supported_features(self) -> LockEntityFeature:
        """Opening, where that is more than unlocking."""
        return LockEntityFeature.OPEN if self.feature.can_open else LockEntityFeature(0)

    @property
    def _value(self) -> LockValue:
        """What is known of it."""
        return known if isinstance(known := self.known, LockValue) else NOTHING_KNOWN

    @property
    @override
    def is_locked(self) -> bool | None:
        """Whether it is locked; None if unknown."""
        return self._value.locked

    @property
    @override
    def is_open(self) -> bool | None:
        """Whether it stands open; None if unknown."""
        return self._value.open

    @property
    @override
    def is_locking(self) -> bool:
        """Whether it is being locked."""
        return self._value.changing == "locking"

    @property
    @override
    def is_unlocking(self) -> bool:
        """Whether it is being unlocked."""
        return self._value.changing == "unlocking"

    @property
    @override
    def is_opening(self) -> bool:
        """Whether it is being opened."""
        return self._value.changing == "opening"

    @property
    @override
    def changed_by(self) -> str | None:
        """Who locked or opened it last; None if unknown."""
        return self._value.changed_by

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock it. Raises if it can only be opened."""
        if not self.feature.can_lock:
            raise self.coordinator.command_failed(UnsupportedError(function="lock"))
        await self._async_act("lock")

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock it."""
        await self._async_act("unlock")

    @override
    async def async_open(self, **kwargs: Any) -> None:
        """Open it."""
        await self._async_act("open")

    async def _async_act(self, action: str) -> None:
        """Give the command; the system confirms it through the coordinator."""
        await self.command(self.coordinator.system.lock(self.feature, action, self.coordinator.sink))
