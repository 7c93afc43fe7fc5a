"""The actions of a cloud account (ivm §9) that no other system has."""

from typing import Any, Final

from homeassistant.core import SupportsResponse
from homeassistant.helpers.selector import BooleanSelector, DateSelector, ObjectSelector, TextSelector
import probatio as vol

from .services_alarm import FILENAME, OVERWRITE
from .services_fields import Action, Argument, choice, moment, text, texts, whole
from .systems.model import CameraFeature

_CAMERA: Final = (CameraFeature,)
_MODE: Final = choice("mode", "all_day schedule off", key="plan_mode", required=True)


def _listed(value: Any) -> Any:
    """Take one section for a list of one; what is in it is judged by the system, which knows what a plan may hold."""
    return [value] if isinstance(value, dict) else value


_SECTIONS: Final = Argument(
    name="sections", selector=ObjectSelector(), convert=vol.All(_listed, [dict], vol.Length(min=1))
)
_FILE: Final = (
    Argument(name=FILENAME, selector=TextSelector(), ours=True),
    Argument(name=OVERWRITE, selector=BooleanSelector(), default=False, ours=True),
)
STORE: Final = choice("store", "cloud device", key="store")

CLOUD_ROWS: Final = (
    Action(
        name="rename_preset",
        targets=_CAMERA,
        arguments=(text("preset", required=True, longest=255), text("name", required=True)),
    ),
    Action(name="snapshot", targets=_CAMERA, arguments=_FILE, answer=SupportsResponse.OPTIONAL, saves=True),
    Action(
        name="list_recordings",
        targets=_CAMERA,
        arguments=(
            moment("start"),
            moment("end"),
            STORE,
            choice("sort", "continuous motion", key="recording_sort"),
        ),
        answer=SupportsResponse.ONLY,
        each=True,
    ),
    Action(
        name="get_alarm_picture",
        arguments=(text("alarm_uuid", required=True), *_FILE),
        answer=SupportsResponse.OPTIONAL,
        admin=True,
        saves=True,
    ),
    Action(name="set_recording_plan", targets=_CAMERA, arguments=(_MODE, _SECTIONS), admin=True),
    Action(
        name="set_alarm_recording",
        targets=_CAMERA,
        arguments=(
            texts("alarm_types", required=True),
            _MODE,
            whole("before", 1, 59),
            whole("after", 1, 59),
            _SECTIONS,
        ),
        admin=True,
    ),
    Action(
        name="get_people_counts",
        targets=_CAMERA,
        arguments=(
            choice("period", "day week month year", key="count_period", default="day"),
            Argument(name="date", selector=DateSelector()),
        ),
        answer=SupportsResponse.ONLY,
        each=True,
    ),
    Action(
        name="refresh_callbacks",
        arguments=(Argument(name="take_over", selector=BooleanSelector(), default=False),),
        answer=SupportsResponse.OPTIONAL,
        admin=True,
    ),
)
