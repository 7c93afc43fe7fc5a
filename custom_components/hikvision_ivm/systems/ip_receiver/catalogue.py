"""What exists behind a receiver, as devices and features, made anew only where something is other than before."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from ..model import Inventory
from .device_events import SeenDetection
from .features import Part, assemble, device_part, hub_part, panel_outline, panel_part
from .panel import PanelState
from .records import DeviceRecord


class Catalogue:
    """The devices that are imported and their features: `inventory`."""

    def __init__(
        self,
        uid: str,
        data: Mapping[str, Any],
        options: Mapping[str, Any],
        *,
        panel: Callable[[str], PanelState | None],
        seen: Callable[[str], Iterable[SeenDetection]],
        refuses_bypass: Callable[[str], bool],
    ) -> None:
        """`panel` finds the state of a panel, `seen` what a device was seen to tell."""
        self.inventory = Inventory({}, {})
        self._uid = uid
        self._data = data
        self._options = options
        self._panel = panel
        self._seen = seen
        self._refuses_bypass = refuses_bypass
        self._devices: Mapping[str, DeviceRecord] = {}
        self._parts: dict[str, Part] = {}
        self._outlines: dict[str, Hashable] = {}

    def build(self, devices: Mapping[str, DeviceRecord]) -> bool:
        """Take over the devices; returns whether anything is other than before."""
        self._devices = devices
        self._outlines = {id_: outline for id_, outline in self._outlines.items() if id_ in devices}
        before, self._parts = self._parts, {id_: self._part(device) for id_, device in devices.items()}
        if self._parts == before and self.inventory.devices:
            return False
        self._assemble()
        return True

    def renew(self, device_id: str) -> bool:
        """Look at one device again; returns whether anything of it is other than before."""
        known, device = self._parts.get(device_id), self._devices.get(device_id)
        if known is None or device is None:
            return False
        part = self._part(device)
        if part is known or part == known:
            return False
        self._parts[device_id] = part
        self._assemble()
        return True

    def offered(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of features that exist."""
        features = self.inventory.features
        return {id_: value for id_, value in values.items() if id_ in features}

    def _part(self, device: DeviceRecord) -> Part:
        """Make what one device has."""
        state = self._panel(device.id)
        if state is None:
            return device_part(self._uid, device, self._seen(device.id))
        bypass = not self._refuses_bypass(device.id)
        outline = panel_outline(self._uid, state.facts, bypass=bypass)
        before = self._parts.get(device.id)
        if before is not None and outline == self._outlines.get(device.id):
            return before
        self._outlines[device.id] = outline
        return panel_part(self._uid, state.facts, bypass=bypass, before=before)

    def _assemble(self) -> None:
        """Put everything together, the receiver first."""
        hub = hub_part(self._uid, self._data, self._options)
        self.inventory = assemble([hub, *self._parts.values()])
