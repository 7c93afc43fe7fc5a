"""Presets and patrols of cameras: their names, made into the options of selects."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LONGEST_OPTION: Final = 200
"""Characters of a name that are shown; Home Assistant takes 255 for a whole state."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A place that a camera looks at, or a patrol; `index` is its number."""

    index: int
    name: str


def options_of(presets: Sequence[Preset]) -> Mapping[str, int]:
    """Return the option of each preset → its number. Names may repeat; then the number stands behind them."""
    names = Counter(preset.name for preset in presets)
    found: dict[str, int] = {}
    for preset in presets:
        option = preset.name if names[preset.name] == 1 else f"{preset.name} ({preset.index})"
        while option in found:
            option = f"{option} ({preset.index})"
        found[option] = preset.index
    return found


def number_of(presets: Sequence[Preset], wanted: Any) -> int | None:
    """Return the number that an option or a name stands for; None if there is none, or more than one."""
    if (index := options_of(presets).get(wanted)) is not None:
        return index
    named = [preset.index for preset in presets if preset.name == wanted]
    return named[0] if len(named) == 1 else None
