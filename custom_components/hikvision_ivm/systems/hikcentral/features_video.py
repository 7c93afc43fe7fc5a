"""Features of cameras and of the devices they hang on (hikcentral §3.3, 3.5, 3.15, 7.3)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ..kinds import Kind
from ..model import (
    BinarySensorFeature,
    ButtonFeature,
    CameraFeature,
    EventFeature,
    Feature,
    ImageFeature,
    NumberFeature,
    SelectFeature,
    SensorFeature,
    Source,
)
from .event_types import EVENT_KINDS
from .feature_rows import Row, Wishes, features
from .local import LOCAL
from .record_fields import MOBILE
from .recording_states import RECORDING_STATES, STATUS as RECORD_STATUS
from .records import PEOPLE, PLATES, PTZ, Camera, Equipment

PREVIEW: Final = "video/v1/cameras/previewURLs"
PLAYBACK: Final = "video/v1/cameras/playbackURLs"
CONTROL: Final = "video/v1/ptzs/controlling"
PRESETS: Final = "video/v1/presets/searches"
PATROLS: Final = "video/v1/patrols/searches"
TOTALS: Final = "aiapplication/v1/people/statisticsTotalNumByTime"
ON_DEVICE: Final = "1"
"""`recordLocation` of a camera that no recording server records."""
_SUB: Final = "sub"


def _can(capability: str) -> Callable[[Camera], bool]:
    """Return whether a camera has a capability."""
    return lambda camera: capability in camera.capabilities


def _stream(camera: Camera) -> Mapping[str, Any]:
    """Return what a stream is known to be able to."""
    return {"ptz": PTZ in camera.capabilities, "recordings": True}


def number_of(kind: Kind) -> Mapping[str, Any]:
    """Return the bounds of a number that is kept here."""
    limits = LOCAL[kind]
    return {"minimum": limits.minimum, "maximum": limits.maximum, "step": limits.step, "unit": limits.unit}


def _button(kind: Kind) -> Row[Camera]:
    return Row(make=ButtonFeature, kind=kind, rank=4, when=_can(PTZ), path=CONTROL)


def _number(kind: Kind) -> Row[Camera]:
    more = number_of(kind)
    return Row(make=NumberFeature, kind=kind, source=Source.ALWAYS, when=_can(PTZ), more=more, path=CONTROL)


CAMERA: Final[tuple[Row[Camera], ...]] = (
    Row(make=CameraFeature, kind=Kind.MAIN_STREAM, rank=0, more=_stream, path=PREVIEW),
    Row(
        make=EventFeature,
        kind=Kind.DETECTION,
        rank=0,
        source=Source.BOTH,
        more={"event_types": EVENT_KINDS[Kind.DETECTION]},
    ),
    Row(make=BinarySensorFeature, kind=Kind.MOTION, rank=2, source=Source.BOTH),
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=3),
    Row(make=ImageFeature, kind=Kind.EVENT_PICTURE, rank=3, source=Source.BOTH),
    Row(make=SelectFeature, kind=Kind.PTZ_PRESET, rank=4, when=_can(PTZ), path=PRESETS),
    Row(make=SelectFeature, kind=Kind.PTZ_PATROL, rank=4, when=_can(PTZ), path=PATROLS),
    *map(
        _button,
        (
            Kind.PTZ_LEFT,
            Kind.PTZ_RIGHT,
            Kind.PTZ_UP,
            Kind.PTZ_DOWN,
            Kind.PTZ_ZOOM_IN,
            Kind.PTZ_ZOOM_OUT,
            Kind.PTZ_STOP,
            Kind.PATROL_START,
            Kind.PATROL_STOP,
        ),
    ),
    _number(Kind.PTZ_SPEED),
    _number(Kind.PTZ_DURATION),
    Row(make=SensorFeature, kind=Kind.PEOPLE_ENTERED, rank=1, when=_can(PEOPLE), path=TOTALS),
    Row(make=SensorFeature, kind=Kind.PEOPLE_EXITED, rank=1, when=_can(PEOPLE), path=TOTALS),
    Row(
        make=SensorFeature,
        kind=Kind.LAST_PLATE,
        rank=1,
        source=Source.BOTH,
        personal="plates",
        when=_can(PLATES),
    ),
    Row(
        make=ImageFeature,
        kind=Kind.PLATE_PICTURE,
        rank=3,
        source=Source.BOTH,
        personal="plates",
        when=_can(PLATES),
    ),
)

SUB_STREAM: Final[tuple[Row[Camera], ...]] = (
    Row(make=CameraFeature, kind=Kind.SUB_STREAM, enabled=False, more=_stream, path=PREVIEW),
)

RECORDED: Final[tuple[Row[Camera], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.RECORDING, rank=4, path=RECORD_STATUS),
    Row(
        make=SensorFeature,
        kind=Kind.RECORDING_STATE,
        enabled=False,
        more={"options": tuple(RECORDING_STATES.values())},
        path=RECORD_STATUS,
    ),
)
"""Of cameras that a recording server records."""

FACES: Final[tuple[Row[Camera], ...]] = (
    Row(make=SensorFeature, kind=Kind.LAST_FACE, rank=1, source=Source.BOTH, personal="faces"),
    Row(make=SensorFeature, kind=Kind.FACE_SIMILARITY, rank=4, source=Source.BOTH, personal="faces"),
    Row(make=ImageFeature, kind=Kind.FACE_PICTURE, rank=3, source=Source.BOTH, personal="faces"),
)
"""Of cameras that compare faces. No capability tells which these are: they are known when the first face was compared."""

_EVENTS: Final[Mapping[str, Any]] = {"event_types": EVENT_KINDS[Kind.DEVICE_EVENT]}
EQUIPMENT: Final[tuple[Row[Equipment], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=1, source=Source.BOTH),
    Row(make=EventFeature, kind=Kind.DEVICE_EVENT, rank=4, source=Source.BOTH, more=_EVENTS),
)


def face_features(camera: Camera, device_id: str, wishes: Wishes) -> Iterator[Feature]:
    """Make what a camera has that compares faces."""
    return features(FACES, device_id, camera, wishes)


def camera_features(
    camera: Camera, device_id: str, wishes: Wishes, *, recorded: bool, faces: bool
) -> Iterator[Feature]:
    """Make the features of a camera. `recorded`: there are recording servers. `faces`: it was seen to compare faces.

    On-board cameras and door stations are like any other: what they cannot do, the platform says when it is asked.
    """
    yield from features(CAMERA, device_id, camera, wishes)
    if wishes.streams is None or _SUB in wishes.streams:
        yield from features(SUB_STREAM, device_id, camera, wishes)
    if recorded and camera.record_location != ON_DEVICE and camera.parent_type != MOBILE:
        yield from features(RECORDED, device_id, camera, wishes)
    if faces:
        yield from face_features(camera, device_id, wishes)
