"""The calls (ip-receiver §2): which path and method, what each needs, and the checks of its words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import json
import re
from typing import TYPE_CHECKING, Any

from .answers import RefusedError
from .state import ALL_PARTITIONS, Device, PanelState, Zone

if TYPE_CHECKING:
    from .simulator import IpReceiverSimulator

ISAPI = "/ISAPI/"
SECURITY = "/ISAPI/SecurityCP/"
MODES = frozenset({"off", "lidOnly", "entirely"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that was let in."""

    receiver: IpReceiverSimulator
    path: str
    query: Mapping[str, str]
    body: bytes
    user: str
    target: str = ""
    """`<ID>` of the path."""
    device: Device | None = None

    @property
    def panel(self) -> PanelState:
        """The panel that is meant. Raises RefusedError for another kind of device."""
        if not isinstance(self.device, PanelState):
            raise RefusedError("notSupport")
        return self.device

    def inner(self, root: str, *, required: frozenset[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return the object below the root of the body. Raises RefusedError for one that is wrong."""
        found = self.document()
        if set(found) != {root} or not isinstance(found[root], dict):
            raise RefusedError("badParameters")
        inner: dict[str, Any] = found[root]
        if not required <= set(inner) <= required | optional:
            raise RefusedError("badParameters")
        return inner

    def document(self) -> dict[str, Any]:
        """Return the body as JSON. Raises RefusedError if it is no object."""
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise RefusedError("badJsonFormat") from error
        if not isinstance(found, dict):
            raise RefusedError("badJsonFormat")
        return found

    def items(self) -> list[dict[str, Any]]:
        """Return the objects of a body `{"List": [...]}`."""
        found = self.document()
        if set(found) != {"List"}:
            raise RefusedError("badParameters")
        return objects(found["List"])

    def partitions(self) -> list[int]:
        """Return the partitions of the path: one, or all in use (0xffffffff, printed in hexadecimal or not)."""
        if self.target.lower() == "0xffffffff" or self.target == str(ALL_PARTITIONS):
            return self.panel.enabled()
        if re.fullmatch(r"[1-9][0-9]{0,3}", self.target) is None:
            raise RefusedError("badParameters")
        number = int(self.target)
        if number not in self.panel.enabled():
            raise RefusedError("invalidContent")
        return [number]

    def zone(self, number: object) -> Zone:
        """Return the zone of an id."""
        if not is_number(number) or number not in self.panel.zones:
            raise RefusedError("invalidContent")
        assert isinstance(number, int)
        return self.panel.zones[number]


def objects(found: object) -> list[dict[str, Any]]:
    """Return a list of objects that is not empty. Raises RefusedError for anything else."""
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise RefusedError("badParameters")
    return found


def is_number(found: object, least: int = 0) -> bool:
    """Tell whether something is a whole number, which truths are not."""
    return isinstance(found, int) and not isinstance(found, bool) and found >= least


type Handler = Callable[[Call], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row: `path` ends with a slash if `<ID>` follows."""

    method: str
    path: str
    handler: Handler
    query: frozenset[str] = frozenset()
    """What must be asked beside `format`, and `devIndex` of all below SecurityCP."""
    optional: frozenset[str] = frozenset()
    body: bool = False
    otap: bool = True
    """Panels reached by OTAP have it."""

    def check(self, query: Mapping[str, str], body: bytes) -> None:
        """Raise RefusedError unless the query and the presence of a body are right."""
        required = self.query | ({"devIndex"} if self.path.startswith(SECURITY) else set())
        if query.get("format") != "json":
            raise RefusedError("badURLFormat")
        if not required <= set(query) <= required | self.optional | {"format"}:
            raise RefusedError("badParameters")
        if not self.body and body:
            raise RefusedError("invalidContent")
        if self.body and not body:
            raise RefusedError("badJsonFormat")


def find(routes: tuple[Route, ...], method: str, path: str) -> tuple[Route, str]:
    """Return the row of a request and the `<ID>` of its path. Raises RefusedError."""
    known = False
    for route in routes:
        target = path.removeprefix(route.path) if route.path.endswith("/") else ""
        if path != route.path + target or (route.path.endswith("/") and (not target or "/" in target)):
            continue
        known = True
        if route.method == method:
            return route, target
    raise RefusedError("methodNotAllowed" if known else "notSupport")
