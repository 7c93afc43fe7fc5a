"""The actions of a cloud account (ivm §9) that no other system has."""

from typing import Final

from homeassistant.core import SupportsResponse
from homeassistant.helpers.selector import BooleanSelector, TextSelector

from .services_alarm import FILENAME, OVERWRITE
from .services_fields import Action, Argument, choice, moment, text, texts, whole
from .systems.model import CameraFeature

_CAMERA: Final = (CameraFeature,)
_TIMES: Final = (Argument(name="all_day", selector=BooleanSelector()), texts("sections"))
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
    Action(
        name="set_recording_plan",
        targets=_CAMERA,
        arguments=_TIMES,
        admin=True,
        one_of=("all_day", "sections"),
    ),
    Action(
        name="set_alarm_recording",
        targets=_CAMERA,
        arguments=(
            texts("alarm_types"),
            Argument(name="enabled", selector=BooleanSelector()),
            whole("before", 1, 59),
            whole("after", 1, 59),
            *_TIMES,
        ),
        admin=True,
        any_of=("enabled", "before", "after", "all_day", "sections"),
    ),
    Action(
        name="refresh_callbacks",
        arguments=(Argument(name="take_over", selector=BooleanSelector(), default=False),),
        answer=SupportsResponse.OPTIONAL,
        admin=True,
    ),
)
