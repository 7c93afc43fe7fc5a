"""Features of the platform itself and of its servers (hikcentral §3.2, 3.10, 3.17, 7.3)."""

from typing import Final

from ..kinds import Kind
from ..model import BinarySensorFeature, ButtonFeature, CalendarFeature, EventFeature, SensorFeature, Source
from .event_types import EVENT_KINDS
from .feature_rows import Row
from .records import Facts, IntelligentServer, ManagementServer, Pool, RecordServer, Rule, StreamServer

_APPLY: Final = "visitor/v1/auth/reapplication"
_APPLIED: Final = "acs/v1/auth/applicationResult"
_VISITORS: Final = "visitor/v1/appointment/appointmentlist"
_ACKNOWLEDGE: Final = "eventService/v1/eventRecords/controlling"


def _guarded(facts: Facts) -> bool:
    """Whether the platform controls access at all."""
    return bool(facts.doors or facts.controllers)


HUB: Final[tuple[Row[Facts], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.EVENT_STREAM, rank=0, source=Source.ALWAYS),
    Row(
        make=EventFeature,
        kind=Kind.DEVICE_EVENT,
        rank=0,
        source=Source.BOTH,
        more={"event_types": EVENT_KINDS[Kind.DEVICE_EVENT]},
    ),
    Row(make=SensorFeature, kind=Kind.LAST_EVENT, rank=0, source=Source.BOTH),
    Row(make=ButtonFeature, kind=Kind.RESUBSCRIBE, rank=0),
    Row(make=ButtonFeature, kind=Kind.ACKNOWLEDGE, rank=0, path=_ACKNOWLEDGE),
    Row(make=ButtonFeature, kind=Kind.APPLY_PERMISSIONS, rank=0, when=_guarded, path=_APPLY),
    Row(make=SensorFeature, kind=Kind.PERMISSIONS_PENDING, rank=0, enabled=False, when=_guarded, path=_APPLIED),
    Row(make=SensorFeature, kind=Kind.PERMISSIONS_FAILED, rank=0, enabled=False, when=_guarded, path=_APPLIED),
    Row(
        make=CalendarFeature,
        kind=Kind.VISITORS,
        rank=0,
        personal="visitors",
        more={"editable": True},
        path=_VISITORS,
    ),
    Row(make=SensorFeature, kind=Kind.VISITORS_EXPECTED, rank=0, personal="visitors", path=_VISITORS),
    Row(make=SensorFeature, kind=Kind.VISITORS_ARRIVED, rank=0, personal="visitors", path=_VISITORS),
)

MANAGEMENT: Final[tuple[Row[ManagementServer], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=0),
    Row(make=SensorFeature, kind=Kind.CPU_USAGE, rank=0),
)

RULE: Final[tuple[Row[Rule], ...]] = (
    Row(
        make=EventFeature,
        kind=Kind.GENERIC_EVENT,
        rank=0,
        source=Source.BOTH,
        more={"event_types": EVENT_KINDS[Kind.GENERIC_EVENT]},
    ),
)

RECORD_SERVER: Final[tuple[Row[RecordServer], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=0),
    Row(make=BinarySensorFeature, kind=Kind.RECORDING_FAILURE, rank=0),
)

POOL: Final[tuple[Row[Pool], ...]] = (
    Row(make=SensorFeature, kind=Kind.DISK_CAPACITY, rank=0),
    Row(make=SensorFeature, kind=Kind.DISK_FREE, rank=0),
    Row(make=SensorFeature, kind=Kind.DISK_USED, rank=0),
)

STREAM_SERVER: Final[tuple[Row[StreamServer], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.SERVER_PROBLEM, rank=0),
    Row(make=SensorFeature, kind=Kind.CPU_USAGE, rank=0),
    Row(make=SensorFeature, kind=Kind.MEMORY_USAGE, rank=0),
    Row(make=SensorFeature, kind=Kind.STREAMS, rank=0),
    Row(make=SensorFeature, kind=Kind.STREAMS_IN, rank=0),
    Row(make=SensorFeature, kind=Kind.STREAMS_OUT, rank=0),
)

INTELLIGENT_SERVER: Final[tuple[Row[IntelligentServer], ...]] = (
    Row(make=BinarySensorFeature, kind=Kind.ONLINE, rank=0),
)
