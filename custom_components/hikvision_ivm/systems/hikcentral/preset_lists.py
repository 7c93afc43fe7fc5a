"""Lists of presets and patrols (hikcentral §3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..errors import ProtocolError
from ..kinds import Kind
from ..presets import LONGEST_OPTION, Preset
from ..transport.json import Fields, fields, listed
from .client import HikCentralClient
from .records import Camera


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """Presets or patrols: the call that lists them, the first word of their names, the highest number."""

    path: str
    word: str
    most: int


SORTS: Final[Mapping[Kind, Sort]] = MappingProxyType(
    {
        Kind.PTZ_PRESET: Sort(path="video/v1/presets/searches", word="preset", most=256),
        Kind.PTZ_PATROL: Sort(path="video/v1/patrols/searches", word="patrol", most=8),
    }
)
"""Kind of the select → what it chooses from."""


async def read(client: HikCentralClient, kind: Kind, camera: Camera) -> tuple[Preset, ...]:
    """Read the presets or patrols of a camera, in the order of their numbers. Raises `SystemFailure`."""
    sort = SORTS[kind]
    answer = await client.call(sort.path, {"cameraIndexCode": camera.id})
    if isinstance(answer, Mapping):
        items = fields(answer).children("list")
    elif isinstance(answer, list):
        items = listed(answer)
    else:
        raise ProtocolError(reason=f"the answer holds no {sort.word}s")
    found = {one.index: one for item in items if (one := _preset(item, sort)) is not None}
    return tuple(found[index] for index in sorted(found))


def _preset(item: Fields, sort: Sort) -> Preset | None:
    """Read a PresetInfo or PatrolInfo; None for one that no command could name."""
    index = item.integer(f"{sort.word}Index")
    if index is None or not 1 <= index <= sort.most:
        return None
    return Preset(index, (item.text(f"{sort.word}Name") or str(index))[:LONGEST_OPTION])
