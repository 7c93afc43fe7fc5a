"""Every action: whom it is for, what it takes and what it answers. `services.yaml` says the same to the interface.

Limits are those of HikCentral (hikcentral §1.9, §3.5, §3.10, §3.13, §3.17); what hangs on a site is judged by its system.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateTimeSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util import dt as dt_util
import probatio as vol

from .const import DOMAIN
from .systems.model import CameraFeature, Feature, LockFeature, SirenFeature, SwitchFeature


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One field of an action. `convert` runs after the selector; `entities`: cameras that are handed over as features."""

    name: str
    selector: Selector[Any]
    required: bool = False
    default: object = vol.UNDEFINED
    convert: Callable[[Any], Any] | None = None
    entities: bool = False

    @property
    def marker(self) -> vol.Marker:
        """The schema key."""
        return vol.Required(self.name) if self.required else vol.Optional(self.name, default=self.default)

    @property
    def check(self) -> Any:
        """The schema value. Ids and plates of digits may come as numbers."""
        steps = [*([_spelled] if isinstance(self.selector, TextSelector) else []), self.selector]
        return vol.All(*steps, *([] if self.convert is None else [self.convert]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `targets`: types of the features it acts on; empty: it acts on a config entry.

    `each`: the system is asked once for every feature instead of once for all of an entry. `admin`: only
    administrators, because it shows secrets or people, or changes who may do what. `one_of`: exactly one of these is to
    be given; `any_of`: at least one.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    targets: tuple[type[Feature], ...] = ()
    answer: SupportsResponse = SupportsResponse.NONE
    each: bool = False
    admin: bool = False
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


def _spelled(value: Any) -> Any:
    """Write whole numbers as text; what is neither stays for the selector to refuse."""
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _said(text: str) -> str:
    """Refuse what holds nothing but blanks."""
    if not (stripped := text.strip()):
        raise vol.Invalid("this is empty")
    return stripped


def _all_said(texts: list[str]) -> list[str]:
    """Refuse an empty item."""
    return [_said(text) for text in texts]


def _whole_number(value: float) -> int:
    """Refuse a fraction instead of cutting it off."""
    if value != int(value):
        raise vol.Invalid("this is no whole number")
    return int(value)


def _zoned(value: Any) -> datetime:
    """Read a moment; without a zone it is meant in that of Home Assistant."""
    moment = cv.datetime(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt_util.get_default_time_zone())


def _text(name: str, *, required: bool = False, longest: int = 128) -> Argument:
    """A line of text."""
    check = vol.All(_said, vol.Length(max=longest))
    return Argument(name=name, selector=TextSelector(), required=required, convert=check)


def _texts(name: str, *, required: bool = False) -> Argument:
    """Several texts, at least one."""
    selector = TextSelector(TextSelectorConfig(multiple=True))
    return Argument(name=name, selector=selector, required=required, convert=vol.All(vol.Length(min=1), _all_said))


def _whole(name: str, least: int, most: int, *, required: bool = False) -> Argument:
    """A whole number."""
    config = NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX)
    return Argument(name=name, selector=NumberSelector(config), required=required, convert=_whole_number)


def _seconds(name: str, least: float, most: float) -> Argument:
    """A duration."""
    config = NumberSelectorConfig(min=least, max=most, step=0.1, unit_of_measurement="s", mode=NumberSelectorMode.BOX)
    return Argument(name=name, selector=NumberSelector(config), convert=vol.Coerce(float))


def _choice(
    name: str, words: str, *, key: str = "", required: bool = False, default: object = vol.UNDEFINED
) -> Argument:
    """One of some words, which are translated under `key`."""
    config = SelectSelectorConfig(options=words.split(), translation_key=key or name)
    return Argument(name=name, selector=SelectSelector(config), required=required, default=default)


def _moment(name: str, *, required: bool = True) -> Argument:
    """A moment, with a time zone when the system gets it."""
    return Argument(name=name, selector=DateTimeSelector(), required=required, convert=_zoned)


def _optional(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Return the same fields, none of them needed and none of them filled."""
    return tuple(
        Argument(name=one.name, selector=one.selector, convert=one.convert, entities=one.entities) for one in arguments
    )


_PTZ: Final = (
    "left right up down left_up left_down right_up right_down zoom_in zoom_out focus_near focus_far iris_enlarge"
    " iris_reduce"
)
_SOURCES: Final = "camera door encode_device acs_device io_in io_out region general_event_rule"
_CAMERA: Final = (CameraFeature,)
_DOOR: Final = (LockFeature,)
_OUTPUT: Final = (SwitchFeature, SirenFeature)
_PRESET: Final = _text("preset", required=True, longest=255)
_PATROL: Final = _text("patrol", required=True, longest=255)
_BETWEEN: Final = (_moment("start"), _moment("end"))
_APPOINTMENT: Final = (_text("appointment_id", required=True, longest=64),)
_CAMERAS: Final = Argument(
    name="cameras",
    selector=EntitySelector(EntitySelectorConfig(filter=[{"integration": DOMAIN, "domain": "camera"}], multiple=True)),
    entities=True,
)
_LEVEL_TYPE: Final = _choice("type", "access visitor", key="level_type", default="access")
_LEVEL: Final = (_text("access_level", required=True), _LEVEL_TYPE, _texts("people", required=True))
_VISIT: Final = (
    _moment("start"),
    _moment("end"),
    _text("given_name", required=True, longest=256),
    _text("family_name", required=True, longest=256),
    _choice("gender", "male female", required=True),
    _text("phone", longest=20),
    _text("email"),
    _text("plate", longest=16),
    _text("company"),
    _text("receptionist", longest=64),
    _choice("reason", "business training visit meeting other", key="visit_reason", default="visit"),
    _text("reason_detail"),
    _choice("certificate_type", "id_card passport driving_licence"),
    _text("certificate_number", longest=20),
    _text("remark"),
    _texts("access_levels"),
)
_MAY: Final = SupportsResponse.OPTIONAL
_ONLY: Final = SupportsResponse.ONLY

_ROWS: Final = (
    # cameras
    Action(
        name="ptz",
        targets=_CAMERA,
        arguments=(
            _choice("command", _PTZ, key="ptz_command", required=True),
            _whole("speed", 20, 60),
            _seconds("duration", 0.1, 10),
        ),
    ),
    Action(name="goto_preset", targets=_CAMERA, arguments=(_PRESET,)),
    Action(
        name="set_preset",
        targets=_CAMERA,
        arguments=(_PRESET, _text("name")),
    ),
    Action(name="delete_preset", targets=_CAMERA, arguments=(_PRESET,)),
    Action(name="run_patrol", targets=_CAMERA, arguments=(_PATROL,)),
    Action(name="stop_patrol", targets=_CAMERA, arguments=(_PATROL,)),
    Action(
        name="get_live_url",
        targets=_CAMERA,
        arguments=(
            _choice("stream", "main sub", key="live_stream"),
            _choice("protocol", "rtsp_s hls rtmp rtsp websocket"),
        ),
        answer=_ONLY,
        each=True,
        admin=True,
    ),
    Action(name="get_playback_url", targets=_CAMERA, arguments=_BETWEEN, answer=_ONLY, each=True, admin=True),
    Action(
        name="search_plates",
        targets=_CAMERA,
        arguments=(*_BETWEEN, _text("plate", longest=16), _text("owner", longest=64), _text("contact", longest=64)),
        answer=_ONLY,
        admin=True,
    ),
    # doors
    Action(
        name="door_control",
        targets=_DOOR,
        arguments=(_choice("mode", "close open remain_open remain_closed", key="door_mode", required=True),),
        answer=_MAY,
    ),
    Action(
        name="search_access_records",
        targets=_DOOR,
        arguments=(*_BETWEEN, _text("event_type", longest=64), _text("person", longest=32)),
        answer=_ONLY,
        admin=True,
        any_of=("event_type", "person"),
    ),
    # outputs
    Action(
        name="alarm_output",
        targets=_OUTPUT,
        arguments=(
            _choice("mode", "on off pulse", key="output_mode", required=True),
            _seconds("duration", 0.5, 60),
        ),
    ),
    # events and rules
    Action(name="acknowledge_event", arguments=(_text("event_id", required=True, longest=64),)),
    Action(
        name="search_events",
        arguments=(
            *_BETWEEN,
            _texts("event_types"),
            _choice("source_type", _SOURCES),
            _texts("sources"),
            _text("event_id", longest=64),
        ),
        answer=_ONLY,
        admin=True,
    ),
    Action(
        name="get_event_picture",
        arguments=(_text("uri", longest=512), _text("event_id", longest=64)),
        answer=_ONLY,
        admin=True,
        one_of=("uri", "event_id"),
    ),
    Action(
        name="trigger_generic_event",
        arguments=(
            _text("rule", required=True, longest=64),
            _choice("priority", "high medium low", key="event_priority", default="medium"),
            _text("description"),
            _CAMERAS,
            Argument(name="popup", selector=BooleanSelector(), default=False),
        ),
        answer=_MAY,
    ),
    Action(
        name="add_generic_event_rule",
        arguments=(
            _text("name", required=True, longest=32),
            _choice("transport", "tcp udp", key="rule_transport", default="tcp"),
            _choice("match", "contains exact", key="rule_match", default="contains"),
            _text("expression", required=True, longest=256),
            _text("regular_expression", required=True, longest=256),
        ),
        answer=_MAY,
        admin=True,
    ),
    Action(name="delete_generic_event_rule", arguments=(_text("rule", required=True, longest=64),), admin=True),
    # visitors
    Action(name="visitor_create_appointment", arguments=_VISIT, answer=_MAY, admin=True),
    Action(name="visitor_update_appointment", arguments=(*_APPOINTMENT, *_optional(_VISIT)), answer=_MAY, admin=True),
    Action(name="visitor_cancel_appointment", arguments=_APPOINTMENT, admin=True),
    Action(
        name="visitor_check_in",
        arguments=_optional((*_APPOINTMENT, _text("visitor_id", longest=64), *_VISIT)),
        answer=_MAY,
        admin=True,
    ),
    Action(name="visitor_check_out", arguments=_APPOINTMENT, admin=True),
    Action(
        name="search_visitors",
        arguments=(
            _text("name", longest=64),
            _text("company", longest=64),
            _text("phone", longest=64),
            _text("certificate_number", longest=64),
            _text("group", longest=64),
            *_optional(_BETWEEN),
            _text("code", longest=64),
            _text("receptionist", longest=64),
            _choice("status", "expected arrived invalid", key="visit_status"),
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
        arguments=(_text("name"), _text("code", longest=16), _text("id", longest=64)),
        answer=_ONLY,
        admin=True,
        one_of=("name", "code", "id"),
    ),
    Action(
        name="search_faces",
        arguments=(
            *_BETWEEN,
            _CAMERAS,
            _texts("people"),
            _texts("groups"),
            _choice("temperature", "normal abnormal unknown", key="temperature_state"),
            _choice("mask", "mask no_mask unknown", key="mask_state"),
        ),
        answer=_ONLY,
        admin=True,
    ),
    Action(
        name="add_vehicle",
        arguments=(
            _text("plate", required=True, longest=32),
            _text("group", required=True, longest=64),
            _text("person"),
            _text("given_name", longest=256),
            _text("family_name", longest=256),
            _text("phone", longest=32),
            _whole("color", 0, 14),
        ),
        answer=_MAY,
        admin=True,
    ),
    Action(name="remove_vehicle", arguments=(_text("vehicle_id", required=True, longest=64),), admin=True),
    Action(
        name="find_vehicle",
        arguments=(
            _text("plate", longest=64),
            _text("owner", longest=64),
            _text("phone", longest=64),
            _text("group", longest=64),
        ),
        answer=_ONLY,
        admin=True,
        one_of=("plate", "owner", "phone"),
    ),
    Action(
        name="search_parking_records",
        arguments=(
            *_BETWEEN,
            _text("lot", longest=64),
            _text("floor", longest=64),
            _text("space", longest=32),
            _text("plate", longest=32),
            _text("owner", longest=32),
            _choice("direction", "entry exit", key="passage_direction"),
        ),
        answer=_ONLY,
        admin=True,
        any_of=("lot", "floor", "space"),
    ),
)

ACTIONS: Final[Mapping[str, Action]] = {row.name: row for row in _ROWS}
"""Name → action. Which of them an entry offers is for its system to say (`System.actions`)."""
