"""What commands and actions work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..base import Runtime
from ..model import Inventory

if TYPE_CHECKING:
    from .client import HikCentralClient
    from .records import Facts
    from .router import EventRouter


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One running platform: `facts`, `inventory` and `router` are asked each time, for they are replaced."""

    client: HikCentralClient
    runtime: Runtime
    options: Mapping[str, Any]
    uid: str
    facts: Callable[[], Facts]
    inventory: Callable[[], Inventory]
    router: Callable[[], EventRouter]
    parts: dict[Callable[[Context], Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def part[T](self, kind: Callable[[Context], T]) -> T:
        """Return what keeps the state of one matter (visitors, names of persons): one for each running platform."""
        if kind not in self.parts:
            self.parts[kind] = kind(self)
        found: T = self.parts[kind]
        return found
