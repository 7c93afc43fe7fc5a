"""What only the owner of the platform can change (hikcentral §1.1, §1.10)."""

from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import AccessDisabledError, PlatformUserError, SystemFailure
from ..model import Problem
from .client import SKEW_SECONDS, HikCentralClient

ACCESS: Final = "access"
"""Topic of the problems with how the platform lets us in."""
PARTS: Final = "inventory"
"""Topic of the parts that the inventory had to do without."""
LOUD_SKEW_SECONDS: Final = 60.0
"""A clock that is off by more spoils times of events even where signatures are still accepted."""

NOTICED: Final[Mapping[str, str]] = {
    "common/v1/version": "version",
    "resource/v1/site/siteList": "sites",
    "resource/v1/regions": "areas",
    "resource/v1/cameras": "cameras",
    "resource/v1/encodeDevice/encodeDeviceList": "encoding devices",
    "resource/v1/acsDevice/acsDeviceList": "access controllers",
    "resource/v1/acsDoor/acsDoorList": "doors",
    "resource/v1/acsDoor/indexCode/acsDoorInfo": "state of a door",
    "resource/v1/alarmInputs": "alarm inputs",
    "resource/v1/alarmOutputs": "alarm outputs",
    "resource/v1/alarmOutputs/indexCode": "state of an alarm output",
    "resource/v1/alarmOutput/controlling": "alarm output control",
    "acs/v1/door/doControl": "door control",
    "video/v1/cameras/previewURLs": "live view",
    "video/v1/cameras/playbackURLs": "playback",
    "video/v1/ptzs/controlling": "PTZ control",
    "video/v1/presets/searches": "presets",
    "video/v1/patrols/searches": "patrols",
    "eventService/v1/eventSubscriptionByEventTypes": "event subscription",
    "eventService/v1/eventSubscriptionView": "view of event subscriptions",
    "eventService/v1/eventRecords/page": "event records",
    "eventService/v1/image_data": "event pictures",
    "vehicle/v1/parkinglot/list": "parking lots",
    "aiapplication/v1/people/advance/resourceGroupList": "people counting groups",
    "aiapplication/v1/people/resourceGroupRealTimeCount": "people counts",
    "resource/v1/mobilevehicle/mobilevehicleList": "vehicles",
    "mobilesurveillance/v1/gpsdetails": "positions of vehicles",
    "resource/v1/recordServer/recordServerList": "recording servers",
    "resource/v1/streamServer/streamServerList": "streaming servers",
}
"""Path → words, for what a user misses when the partner may not use it."""


RESOURCE_CODES: Final = frozenset({"0x00072201", "130"})
"""Codes for a right that the partner's user lacks on one thing, rather than on an API."""

DOOR_RIGHT: Final = "doorControl"
HOLD_RIGHT: Final = "normalControl"
OUTPUT_RIGHT: Final = "ioOutControl"
PTZ_RIGHT: Final = "ptzControl"
RIGHTS: Final[Mapping[str, str]] = {
    DOOR_RIGHT: "open and close doors",
    HOLD_RIGHT: "let doors remain open or closed",
    OUTPUT_RIGHT: "control alarm outputs",
    PTZ_RIGHT: "control PTZ",
}
"""The platform's word for a right (hikcentral §1.11) → what it is for."""
_ACTION_RIGHTS: Final[Mapping[str, str]] = {
    "alarm_output": OUTPUT_RIGHT,
    **dict.fromkeys(("ptz", "goto_preset", "set_preset", "delete_preset", "run_patrol", "stop_patrol"), PTZ_RIGHT),
}


def door_right(mode: object) -> str:
    """Return the right that a mode of a door needs: to let it remain so is another one than to open or close it."""
    return HOLD_RIGHT if str(mode).startswith("remain") else DOOR_RIGHT


def right_of(action: str, arguments: Mapping[str, object]) -> str:
    """Return the right that an action needs; empty for none that is known."""
    return door_right(arguments.get("mode")) if action == "door_control" else _ACTION_RIGHTS.get(action, "")


class Problems:
    """What only the owner can change, as it was learnt from answers.

    `last`: what the last poll of everything ended with; None if it worked.
    """

    def __init__(self, client: HikCentralClient) -> None:
        """Begin without any."""
        self.last: SystemFailure | None = None
        self._client = client
        self._denied: set[str] = set()

    def access(self) -> list[Problem]:
        """Judge how the platform lets us in."""
        client, last = self._client, self.last
        problems = [*_clock(client), *_missing(client)]
        if client.strained:
            problems.append(Problem(key="quota"))
        if client.is_abroad:
            problems.append(Problem(key="nat_not_configured"))
        if isinstance(last, AccessDisabledError):
            problems.append(Problem(key="access_disabled", severe=True))
        if isinstance(last, PlatformUserError):
            reason = last.placeholders["reason"]
            problems.append(Problem(key="platform_user", placeholders={"reason": reason}, severe=True))
        for right in sorted(self._denied):
            words = {"right": f"{RIGHTS[right]} ({right})"}
            problems.append(Problem(key="missing_resource_right", subject=right, placeholders=words))
        return problems

    def denied(self, error: SystemFailure, right: str) -> None:
        """Take note that a command failed for want of a right."""
        if error.code in RESOURCE_CODES and right in RIGHTS:
            self._denied.add(right)

    def granted(self, right: str) -> bool:
        """Take note that a command worked; returns whether that solved something."""
        solved = right in self._denied
        self._denied.discard(right)
        return solved


def left_out(parts: Mapping[str, str]) -> list[Problem]:
    """Return the problem of parts of the inventory that could not be read: words → why."""
    if not parts:
        return []
    words = "; ".join(f"{name} ({why})" for name, why in sorted(parts.items()))
    return [Problem(key="left_out_platform", placeholders={"parts": words}, fixable=True)]


def _clock(client: HikCentralClient) -> Iterable[Problem]:
    """Tell of a clock that is the cause of refused signatures, or so wrong that times of events mislead."""
    skew = client.skew
    if skew is None:
        return
    if (client.correction and abs(skew) >= SKEW_SECONDS) or abs(skew) >= LOUD_SKEW_SECONDS:
        yield Problem(key="clock_skew", placeholders={"difference": f"{skew:.0f}"}, severe=bool(client.correction))


def _missing(client: HikCentralClient) -> Iterable[Problem]:
    """Tell which permissions of the partner are missing, all in one."""
    paths = [path for path, word in client.refused.items() if word == "no_permission" and path in NOTICED]
    if paths:
        apis = "; ".join(f"{NOTICED[path]} ({path})" for path in sorted(paths, key=list(NOTICED).index))
        yield Problem(key="missing_api", placeholders={"apis": apis})
