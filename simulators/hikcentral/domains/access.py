"""Access levels: who has which, and what waits to be applied to devices (hikcentral §3.11)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import HIGHEST_NUMBER, LARGEST_PAGE, PAGE, Call, Refuse, endpoint, number, text

from .checks import INCORRECT, NO_SUCH, objects, whole

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

PERSONS, VISITORS = 1, 2
"""Types of access levels; results of applying count from 0 instead."""
STATISTICS, ERRORS = 1, 2


@dataclass(slots=True)
class AccessLevel:
    """A right to pass some doors at some times. `members`: ids of persons, or of visitors."""

    id: str
    name: str
    type: int = PERSONS
    description: str = ""
    schedule: str = "1"
    schedule_name: str = "All-Day Template"
    members: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a device did not take. `items`: 0 device, 1 card, 2 fingerprint, 3 face, 4 person, joined by commas."""

    type: int
    device: str
    person: str
    resource: str
    items: str


def _level_row(level: AccessLevel) -> dict[str, Any]:
    return {
        "privilegeGroupId": level.id,
        "privilegeGroupName": level.name,
        "description": level.description,
        "timeSchedule": {"indexCode": level.schedule, "name": level.schedule_name},
    }


TYPE = number("type", required=True, among=(PERSONS, VISITORS))


@endpoint("acs/v1/privilege/group", *PAGE, TYPE, since=(2, 0, 0))
def level_list(platform: HikCentralSimulator, call: Call) -> Any:
    """Access levels of a type."""
    wanted = whole(call, "type")
    levels = [level for level in platform.state.access_levels.values() if level.type == wanted]
    return paged(platform, call, levels, _level_row)


def _level(platform: HikCentralSimulator, call: Call) -> AccessLevel:
    """Return the level of a request. Raises Refuse unless there is one of that type."""
    level = platform.state.access_levels.get(call.text("privilegeGroupId"))
    if level is None or level.type != whole(call, "type"):
        raise Refuse(NO_SUCH)
    return level


OF_MEMBERS = (
    text("privilegeGroupId", required=True, longest=64),
    TYPE,
    objects("list", text("id", required=True, longest=64), required=True),
)


def _holders(platform: HikCentralSimulator, call: Call) -> list[str]:
    """Return the persons or visitors of a request. Raises Refuse for one that does not exist."""
    state, wanted = platform.state, [row["id"] for row in call.body["list"]]
    if not set(wanted) <= set(state.persons if whole(call, "type") == PERSONS else state.visitors):
        raise Refuse(NO_SUCH)
    return wanted


@endpoint("acs/v1/privilege/group/single/addPersons", *OF_MEMBERS, since=(2, 0, 0))
def add_members(platform: HikCentralSimulator, call: Call) -> Any:
    """Give a level to persons or visitors; devices learn it when it is applied."""
    level, holders = _level(platform, call), _holders(platform, call)
    level.members.update(holders)
    platform.state.pending.update((level.type, holder) for holder in holders)
    return ""


@endpoint("acs/v1/privilege/group/single/deletePersons", *OF_MEMBERS, since=(2, 0, 0))
def remove_members(platform: HikCentralSimulator, call: Call) -> Any:
    """Take a level from persons or visitors; devices learn it when it is applied."""
    level, holders = _level(platform, call), _holders(platform, call)
    level.members.difference_update(holders)
    platform.state.pending.update((level.type, holder) for holder in holders)
    return ""


@endpoint(
    "acs/v1/privilege/group/single/personList",
    *PAGE,
    text("privilegeGroupId", required=True, longest=64),
    TYPE,
    since=(2, 0, 0),
)
def member_list(platform: HikCentralSimulator, call: Call) -> Any:
    """Who has a level; not for visitors."""
    if whole(call, "type") == VISITORS:
        raise Refuse(INCORRECT, "visitors are not supported")
    members = sorted(_level(platform, call).members, key=lambda member: (len(member), member))
    return paged(platform, call, members, lambda member: {"id": member})


@endpoint("visitor/v1/auth/reapplication", since=(1, 5, 1))
def apply(platform: HikCentralSimulator, call: Call) -> Any:
    """Write everything that waits to the devices; what failed is not tried again by that."""
    platform.state.pending.clear()
    return ""


@endpoint(
    "acs/v1/auth/applicationResult",
    number("applicationResultType", required=True, among=(STATISTICS, ERRORS)),
    number("type", required=True, among=(0, 1)),
    number("pageNo", 1, HIGHEST_NUMBER),
    number("pageSize", 1, LARGEST_PAGE),
    since=(1, 7, 0),
)
def results(platform: HikCentralSimulator, call: Call) -> Any:
    """What waits and what failed: figures, or failures by device."""
    state, kind = platform.state, PERSONS if whole(call, "type") == 0 else VISITORS
    waiting = {holder for level_type, holder in state.pending if level_type == kind}
    failures = [failure for failure in state.failures if failure.type == kind]
    if whole(call, "applicationResultType") == STATISTICS:
        edited = {holder for holder in waiting if not _held(platform, kind, holder)}
        figures = {
            "unApplicationCount": len(waiting),
            "applicationFailCount": len(failures),
            "editAndUnApplicationCount": len(edited),
        }
        return {"statisticResult": figures}
    devices = sorted({failure.device for failure in failures})

    def row(device: str) -> dict[str, Any]:
        errors = [
            {"personName": failure.person, "resourceName": failure.resource, "errorItems": failure.items}
            for failure in failures
            if failure.device == device
        ]
        return {"deviceName": device, "errorList": errors}

    answer = paged(platform, call, devices, row)
    del answer["total"]
    return {"applicationErrorResult": {**answer, "applicationFailCount": len(failures)}}


def _held(platform: HikCentralSimulator, kind: int, holder: str) -> bool:
    """Tell whether somebody has a level of a type."""
    return any(holder in level.members for level in platform.state.access_levels.values() if level.type == kind)
