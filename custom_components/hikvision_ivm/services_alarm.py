"""The actions of alarm panels (ip-receiver §5.8)."""

from typing import Final

from homeassistant.core import SupportsResponse
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig, TextSelectorType
import probatio as vol

from .services_fields import Action, Argument, all_said, choice, text
from .systems.kinds import Kind
from .systems.model import AlarmPanelFeature, BinarySensorFeature, SelectFeature, SwitchFeature

CODE: Final = "code"
FILENAME: Final = "filename"
OVERWRITE: Final = "overwrite"

_PANEL: Final = (AlarmPanelFeature,)


def _zones(*, required: bool = False) -> Argument:
    """Zones: entities of them, numbers or names."""
    selector = TextSelector(TextSelectorConfig(multiple=True))
    check = vol.All(vol.Length(min=1), all_said)
    return Argument(name="zones", selector=selector, required=required, convert=check, nameable=True)


ALARM_ROWS: Final = (
    Action(name="clear_alarm", targets=_PANEL),
    Action(
        name="arm_with_bypass",
        targets=_PANEL,
        arguments=(
            choice("mode", "home away", key="arm_mode", required=True),
            _zones(),
            Argument(name=CODE, selector=TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD)), ours=True),
        ),
        arms=True,
    ),
    Action(name="bypass_zones", targets=_PANEL, arguments=(_zones(required=True),)),
    Action(name="unbypass_zones", targets=_PANEL, arguments=(_zones(required=True),)),
    Action(
        name="set_zone_deactivation",
        # Devices and areas stand for what is no setting: for the zone itself.
        targets=(BinarySensorFeature, SelectFeature),
        kinds=frozenset({Kind.ZONE, Kind.DEACTIVATION, Kind.DEACTIVATION_ONCE}),
        arguments=(
            choice("scope", "one_time permanent", key="deactivation_scope", required=True),
            choice("mode", "off lid_only entirely", key="deactivation_mode", required=True),
        ),
    ),
    Action(
        name="set_outputs",
        targets=(SwitchFeature,),
        kinds=frozenset({Kind.RELAY}),
        arguments=(choice("state", "on off", key="output_state", required=True),),
    ),
    Action(name="refresh", targets=_PANEL),
    Action(
        name="download_verification_media",
        arguments=(
            text("uuid", longest=128),
            text("url", longest=2048),
            Argument(name=FILENAME, selector=TextSelector(), required=True, ours=True),
            Argument(name=OVERWRITE, selector=BooleanSelector(), default=False, ours=True),
        ),
        answer=SupportsResponse.OPTIONAL,
        admin=True,
        one_of=("uuid", "url"),
        saves=True,
    ),
)
