"""Every action: whom it is for, what it takes and what it answers. `services.yaml` says the same to the interface.

Limits are those of HikCentral (hikcentral §1.9, §3.5, §3.10, §3.13, §3.17); what hangs on a site is judged by its system.
Those of alarm panels are in `services_alarm.py`, those of a cloud in `services_cloud.py`. Where systems differ, a field
takes what any of them does, and each system refuses what is nothing to it.
"""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import SupportsResponse
from homeassistant.helpers.selector import BooleanSelector, EntitySelector, EntitySelectorConfig

from .const import DOMAIN
from .services_alarm import ALARM_ROWS
from .services_cloud import CLOUD_ROWS, STORE
from .services_fields import Action, Argument, choice, moment, optional, seconds, text, texts, whole
from .systems.model import CameraFeature, LockFeature, SirenFeature, SwitchFeature

_PTZ: Final = (
    "left right up down left_up left_down right_up right_down zoom_in zoom_out focus_near focus_far iris_enlarge"
    " iris_reduce auto_focus stop"
)
_SOURCES: Final = "camera door encode_device acs_device io_in io_out region general_event_rule"
_CAMERA: Final = (CameraFeature,)
_DOOR: Final = (LockFeature,)
_OUTPUT: Final = (SwitchFeature, SirenFeature)
_PRESET: Final = text("preset", required=True, longest=255)
_PATROL: Final = text("patrol", required=True, longest=255)
_BETWEEN: Final = (moment("start"), moment("end"))
_APPOINTMENT: Final = (text("appointment_id", required=True, longest=64),)
_CAMERAS: Final = Argument(
    name="cameras",
    selector=EntitySelector(EntitySelectorConfig(filter=[{"integration": DOMAIN, "domain": "camera"}], multiple=True)),
    entities=True,
)
_LEVEL_TYPE: Final = choice("type", "access visitor", key="level_type", default="access")
_LEVEL: Final = (text("access_level", required=True), _LEVEL_TYPE, texts("people", required=True))
_VISIT: Final = (
    moment("start"),
    moment("end"),
    text("given_name", required=True, longest=256),
    text("family_name", required=True, longest=256),
    choice("gender", "male female", required=True),
    text("phone", longest=20),
    text("email"),
    text("plate", longest=16),
    text("company"),
    text("receptionist", longest=64),
    choice("reason", "business training visit meeting other", key="visit_reason", default="visit"),
    text("reason_detail"),
    choice("certificate_type", "id_card passport driving_licence"),
    text("certificate_number", longest=20),
    text("remark"),
    texts("access_levels"),
)
_MAY: Final = SupportsResponse.OPTIONAL
_ONLY: Final = SupportsResponse.ONLY

_ROWS: Final = (
    # cameras
    Action(
        name="ptz",
        targets=_CAMERA,
        arguments=(
            choice("command", _PTZ, key="ptz_command", required=True),
            whole("speed", 1, 60),
            seconds("duration", 0.1, 10),
        ),
    ),
    Action(name="goto_preset", targets=_CAMERA, arguments=(_PRESET,)),
    Action(
        name="set_preset",
        targets=_CAMERA,
        arguments=(_PRESET, text("name")),
    ),
    Action(name="delete_preset", targets=_CAMERA, arguments=(_PRESET,)),
    Action(name="run_patrol", targets=_CAMERA, arguments=(_PATROL,)),
    Action(name="stop_patrol", targets=_CAMERA, arguments=(_PATROL,)),
    Action(
        name="get_live_url",
        targets=_CAMERA,
        arguments=(
            choice("stream", "main sub", key="live_stream"),
            choice("protocol", "rtsp_s hls rtmp rtsp websocket flv http_hls http_flv"),
        ),
        answer=_ONLY,
        each=True,
        admin=True,
    ),
    Action(
        name="get_playback_url",
        targets=_CAMERA,
        arguments=(*_BETWEEN, STORE),
        answer=_ONLY,
        each=True,
        admin=True,
    ),
    Action(
        name="search_plates",
        targets=_CAMERA,
        arguments=(*_BETWEEN, text("plate", longest=16), text("owner", longest=64), text("contact", longest=64)),
        answer=_ONLY,
        admin=True,
    ),
    # doors
    Action(
        name="door_control",
        targets=_DOOR,
        arguments=(choice("mode", "close open remain_open remain_closed", key="door_mode", required=True),),
        answer=_MAY,
    ),
    Action(
        name="search_access_records",
        targets=_DOOR,
        arguments=(*_BETWEEN, text("event_type", longest=64), text("person", longest=32)),
        answer=_ONLY,
        admin=True,
        any_of=("event_type", "person"),
    ),
    # outputs
    Action(
        name="alarm_output",
        targets=_OUTPUT,
        arguments=(
            choice("mode", "on off pulse", key="output_mode", required=True),
            seconds("duration", 0.5, 60),
        ),
    ),
    # events and rules
    Action(name="acknowledge_event", arguments=(text("event_id", required=True, longest=64),)),
    Action(
        name="search_events",
        arguments=(
            *_BETWEEN,
            texts("event_types"),
            choice("source_type", _SOURCES),
            texts("sources"),
            text("event_id", longest=64),
        ),
        answer=_ONLY,
        admin=True,
    ),
    Action(
        name="get_event_picture",
        arguments=(text("uri", longest=512), text("event_id", longest=64)),
        answer=_ONLY,
        admin=True,
        one_of=("uri", "event_id"),
    ),
    Action(
        name="trigger_generic_event",
        arguments=(
            text("rule", required=True, longest=64),
            choice("priority", "high medium low", key="event_priority", default="medium"),
            text("description"),
            _CAMERAS,
            Argument(name="popup", selector=BooleanSelector(), default=False),
        ),
        answer=_MAY,
    ),
    Action(
        name="add_generic_event_rule",
        arguments=(
            text("name", required=True, longest=32),
            choice("transport", "tcp udp", key="rule_transport", default="tcp"),
            choice("match", "contains exact", key="rule_match", default="contains"),
            text("expression", required=True, longest=256),
            text("regular_expression", required=True, longest=256),
        ),
        answer=_MAY,
        admin=True,
    ),
    Action(name="delete_generic_event_rule", arguments=(text("rule", required=True, longest=64),), admin=True),
    # visitors
    Action(name="visitor_create_appointment", arguments=_VISIT, answer=_MAY, admin=True),
    Action(name="visitor_update_appointment", arguments=(*_APPOINTMENT, *optional(_VISIT)), answer=_MAY, admin=True),
    Action(name="visitor_cancel_appointment", arguments=_APPOINTMENT, admin=True),
    Action(
        name="visitor_check_in",
        arguments=optional((*_APPOINTMENT, text("visitor_id", longest=64), *_VISIT)),
        answer=_MAY,
        admin=True,
    ),
    Action(name="visitor_check_out", arguments=_APPOINTMENT, admin=True),
    Action(
        name="search_visitors",
        arguments=(
            text("name", longest=64),
            text("company", longest=64),
            text("phone", longest=64),
            text("certificate_number", longest=64),
            text("group", longest=64),
            *optional(_BETWEEN),
            text("code", longest=64),
            text("receptionist", longest=64),
            choice("status", "expected arrived invalid", key="visit_status"),
        ),
        answer=_ONLY,
        admin=True,
    ),
    # access levels
    Action(name="assign_access_level", arguments=_LEVEL, answer=_MAY, admin=True),
    Action(name="remove_access_level", arguments=_LEVEL, answer=_MAY, admin=True),
    Action(name="apply_permissions"),
    Action(name="find_access_levels", arguments=(_LEVEL_TYPE,), answer=_ONLY, admin=True),
    # people, faces, vehicles, parking
    Action(
        name="find_person",
        arguments=(text("name"), text("code", longest=16), text("id", longest=64)),
        answer=_ONLY,
        admin=True,
        one_of=("name", "code", "id"),
    ),
    Action(
        name="search_faces",
        arguments=(
            *_BETWEEN,
            _CAMERAS,
            texts("people"),
            texts("groups"),
            choice("temperature", "normal abnormal unknown", key="temperature_state"),
            choice("mask", "mask no_mask unknown", key="mask_state"),
        ),
        answer=_ONLY,
        admin=True,
    ),
    Action(
        name="add_vehicle",
        arguments=(
            text("plate", required=True, longest=32),
            text("group", required=True, longest=64),
            text("person"),
            text("given_name", longest=256),
            text("family_name", longest=256),
            text("phone", longest=32),
            whole("color", 0, 14),
        ),
        answer=_MAY,
        admin=True,
    ),
    Action(name="remove_vehicle", arguments=(text("vehicle_id", required=True, longest=64),), admin=True),
    Action(
        name="find_vehicle",
        arguments=(
            text("plate", longest=64),
            text("owner", longest=64),
            text("phone", longest=64),
            text("group", longest=64),
        ),
        answer=_ONLY,
        admin=True,
        one_of=("plate", "owner", "phone"),
    ),
    Action(
        name="search_parking_records",
        arguments=(
            *_BETWEEN,
            text("lot", longest=64),
            text("floor", longest=64),
            text("space", longest=32),
            text("plate", longest=32),
            text("owner", longest=32),
            choice("direction", "entry exit", key="passage_direction"),
        ),
        answer=_ONLY,
        admin=True,
        any_of=("lot", "floor", "space"),
    ),
)

ACTIONS: Final[Mapping[str, Action]] = {row.name: row for row in (*_ROWS, *ALARM_ROWS, *CLOUD_ROWS)}
"""Name → action. Which of them an entry offers is for its system to say (`System.actions`)."""
