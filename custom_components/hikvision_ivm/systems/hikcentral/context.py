"""What commands and actions work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
