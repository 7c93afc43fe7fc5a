"""Encoders, access controllers and mobile devices: the same three calls for each (§3.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Json, Refuse, endpoint, text
from simulators.hikcentral.shaping import renamed
from simulators.hikcentral.state import Device, State

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """How a kind of devices is called in paths and fields."""

    word: str
    """Of the paths: `resource/v1/<word>/<word>List`."""
    prefix: str
    """Of the fields."""
    devices: Callable[[State], dict[str, Device]]
    since: tuple[int, ...]

    def render(self, device: Device) -> dict[str, Any]:
        """Print a device (L15848, L16204, L16708)."""
        return {
            f"{self.prefix}IndexCode": device.id,
            f"{self.prefix}Name": device.name,
            f"{self.prefix}Ip": device.ip,
            f"{self.prefix}Port": device.port,
            f"{self.prefix}Code": device.serial,
            "treatyType": device.treaty,
            "status": device.status,
        }


KINDS = (
    DeviceKind("encodeDevice", "encodeDev", lambda state: state.encoders, (1, 5, 0)),
    DeviceKind("acsDevice", "acsDev", lambda state: state.controllers, (1, 5, 0)),
    DeviceKind("mobileDevice", "mobileDev", lambda state: state.mobile_devices, (2, 2, 1)),
)


def _sample_list(data: Json) -> Json:
    """Print the blank behind `status` of all lists, and behind the first name (L2068, L2426)."""
    shaped = renamed(status="status ")(data)
    if rows := shaped.get("list"):
        first = rows[0]
        name = next(key for key in first if key.endswith("Name"))
        rows[0] = first | {name: f"{first[name]} "}
    return shaped


def _register(kind: DeviceKind) -> None:
    base = f"resource/v1/{kind.word}"
    title = kind.word.removesuffix("Device")

    @endpoint(f"{base}/{kind.word}List", *PAGE, cached=True, sample=_sample_list, since=kind.since)
    def devices(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
        """List all of the kind."""
        return paged(platform, call, list(kind.devices(platform.state).values()), kind.render)

    @endpoint(
        f"{base}/advance/{kind.word}List", *PAGE, text(f"{kind.prefix}Name", longest=32), sample=_sample_list,
        since=kind.since,
    )  # fmt: skip
    def search(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
        """List those whose name contains a text; all without one (L2083)."""
        wanted = call.text(f"{kind.prefix}Name").casefold()
        rows = [device for device in kind.devices(platform.state).values() if wanted in device.name.casefold()]
        return paged(platform, call, rows, kind.render)

    @endpoint(
        f"{base}/indexCode/{title}DeviceInfo", text(f"{kind.prefix}IndexCode", required=True, longest=64),
        since=kind.since,
    )  # fmt: skip
    def device(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
        """Tell one device."""
        found = kind.devices(platform.state).get(call.text(f"{kind.prefix}IndexCode"))
        if found is None:
            raise Refuse("0x00072202")
        return kind.render(found)


for _kind in KINDS:
    _register(_kind)
