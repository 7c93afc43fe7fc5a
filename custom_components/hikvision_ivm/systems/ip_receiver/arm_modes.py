"""How partitions were armed last, kept over restarts where zones alone do not tell (ip-receiver §5.3)."""

from typing import Any, Final

from ..base import Runtime
from ..values import ArmMode

MEMORY: Final = "ip_receiver_modes"


class ArmModes:
    """Those of one panel, in `Runtime.memory`: device → partition → mode."""

    def __init__(self, device: str, runtime: Runtime) -> None:
        """`device`: the id of its record."""
        self._device = device
        self._runtime = runtime

    def get(self, number: int) -> ArmMode | None:
        """Return how a partition was armed when it was last seen."""
        kept = self._kept().get(str(number))
        return ArmMode(kept) if kept in {ArmMode.HOME, ArmMode.AWAY} else None

    def keep(self, number: int, mode: ArmMode | None) -> None:
        """Keep how a partition is armed, None: it is not."""
        if self.get(number) is mode:
            return
        kept = {key: value for key, value in self._kept().items() if key != str(number)}
        if mode is not None:
            kept[str(number)] = mode.value
        modes = self._runtime.memory.get(MEMORY)
        every = {**(modes if isinstance(modes, dict) else {}), self._device: kept}
        self._runtime.memory[MEMORY] = {device: found for device, found in every.items() if found}
        self._runtime.remember()

    def _kept(self) -> dict[str, Any]:
        """Return what is kept of the panel, whatever the memory holds."""
        modes = self._runtime.memory.get(MEMORY)
        kept = modes.get(self._device) if isinstance(modes, dict) else None
        return kept if isinstance(kept, dict) else {}
