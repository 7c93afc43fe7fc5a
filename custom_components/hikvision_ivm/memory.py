"""What a system remembers over restarts, kept in Home Assistant's storage."""

from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1
SAVE_DELAY_SECONDS = 10.0


class Memory:
    """A dictionary that is saved a while after it changed, and at the latest when the entry is unloaded."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, f"{DOMAIN}.{entry_id}")
        self._changed = False
        self.data: dict[str, Any] = {}

    async def async_load(self) -> None:
        """Read what was saved, if anything was."""
        self.data = await self._store.async_load() or {}

    @callback
    def changed(self) -> None:
        """Save soon."""
        self._changed = True
        self._store.async_delay_save(self._content, SAVE_DELAY_SECONDS)

    async def async_flush(self) -> None:
        """Save now what is not saved yet."""
        if self._changed:
            await self._store.async_save(self._content())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _content(self) -> dict[str, Any]:
        """Return what is to be saved."""
        self._changed = False
        return self.data
