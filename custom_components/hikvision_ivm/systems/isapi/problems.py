"""What keeps a device from working with us and only its owner can change, and how some of it is mended.

Sources: isapi-events §2.2 and §2.5 (linkage), isapi-core §3.8 (rights, ports, password), §3.1.4 (clock).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from lxml import etree

from ..base import Runtime
from ..errors import AuthenticationError, NotConfirmedError, RejectedError, SystemFailure, UnsupportedError
from ..kinds import Kind
from ..model import Problem
from ..transport.xml import Element, as_bool, find, find_all, text
from .client import IsapiClient
from .documents import number
from .edits import clean
from .event_types import EVENT_TYPES
from .records import Facts, Trigger
from .timezones import utc_offset

NOT_NOTIFIED: Final = "events_not_notified"
CLOCK_OFF: Final = "clock_off"
CLOCK_OFF_MANUAL: Final = "clock_off_manual"
RTSP_OFF: Final = "rtsp_off"
WEAK_PASSWORD: Final = "weak_password"
REBOOT_REQUIRED: Final = "reboot_required"
MISSING_RIGHT: Final = "missing_right"
STREAM_REFUSED: Final = "event_stream_refused"
LEFT_OUT: Final = "left_out"

CLOCK_TOLERANCE: Final = 60.0
"""Seconds by which a clock may be off."""
_RESTART_SECONDS: Final = 60.0
"""Whoever answers this long after it accepted to restart has done so."""
_TIME: Final = "System/time"
_PORTS: Final = "Security/adminAccesses"
_LOGIN: Final = "Security/userCheck"
_CENTER: Final = "center"
_LONGEST_LIST: Final = 12
"""Events that are named in a problem; the rest is counted."""

_SILENT_BY_NATURE: Final = frozenset({Kind.NETWORK_BROKEN, Kind.IP_CONFLICT, Kind.SOFTWARE_INPUT})
"""What cannot be told while it lasts, or nobody expects to be told."""

_RIGHTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "preview": "Live View (video and still pictures)",
        "playBack": "Playback (recordings)",
        "ptzControl": "PTZ Control",
        "parameterConfig": "Parameters Settings (switches of detections, privacy mask, holiday)",
        "restartOrShutdown": "Shutdown / Reboot",
        "contorlLocalOut": "Trigger Alarm Output (alarm outputs)",
        "alarmOutOrUpload": "Notify Surveillance Center (events)",
        "logOrStateCheck": "Log Search / Interrogate Working Status (load, storage, online state)",
    }
)
"""Right → what the web page of a device calls it, and what depends on it here."""

_RIGHT_OF_PATH: Final[tuple[tuple[str, str | None], ...]] = (
    ("Security/", None),
    ("Event/notification/alertStream", "alarmOutOrUpload"),
    ("System/reboot", "restartOrShutdown"),
    ("System/IO/outputs", "contorlLocalOut"),
    ("ContentMgmt/IOProxy/outputs", "contorlLocalOut"),
    ("System/status", "logOrStateCheck"),
    ("System/IO/", "logOrStateCheck"),
    ("ContentMgmt/InputProxy/channels/status", "logOrStateCheck"),
    ("ContentMgmt/Storage", "logOrStateCheck"),
    ("ContentMgmt/StreamingProxy", "preview"),
    ("Streaming/", "preview"),
    ("ContentMgmt/PTZCtrlProxy", "ptzControl"),
    ("PTZCtrl/", "ptzControl"),
    ("ContentMgmt/record", "playBack"),
    ("ContentMgmt/search", "playBack"),
    ("", "parameterConfig"),
)
"""Begin of a path → right it takes; the accounts of others are an administrator's business and no problem."""


_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "System/capabilities": "what the device can do",
        "Streaming/channels": "video streams",
        "Event/triggers": "events",
        "Event/channels/capabilities": "events of the channels",
        "System/status": "load and uptime",
        "ContentMgmt/Storage": "disks and cards",
        "System/Video/inputs/channels": "video inputs",
        "ContentMgmt/InputProxy/channels": "attached cameras",
        "System/IO": "alarm inputs and outputs",
        "System/IO/inputs": "alarm inputs",
        "System/IO/outputs": "alarm outputs",
        "ContentMgmt/IOProxy/inputs": "alarm inputs of attached cameras",
        "ContentMgmt/IOProxy/outputs": "alarm outputs of attached cameras",
    }
)
"""List that the inventory reads → what is missing without it."""


def right_of(path: str) -> str | None:
    """Return the right that a path takes, in the device's spelling."""
    return next(right for prefix, right in _RIGHT_OF_PATH if path.startswith(prefix))


def left_out(client: IsapiClient, failed: Mapping[str, str]) -> list[Problem]:
    """Return the problem of parts whose list failed although the device has them, or may have them.

    `failed`: path → why its last reading failed. What a device does not have is no problem, and a missing right is
    another one.
    """
    parts = [
        f"{words} ({failed[path]})" for path, words in _PARTS.items() if path in failed and not client.is_absent(path)
    ]
    return [Problem(key=LEFT_OUT, placeholders={"parts": "; ".join(parts)}, fixable=True)] if parts else []


def stream_refused(reason: str) -> Problem:
    """Return the problem of a device that does not let us listen; `reason` in its own words."""
    return Problem(key=STREAM_REFUSED, placeholders={"reason": reason or "no reason given"}, severe=True)


def _silent(triggers: Iterable[Trigger]) -> list[Trigger]:
    """Return the triggers that tell nobody although somebody would want to know."""
    silent: dict[tuple[str, int | None, str | None], Trigger] = {}
    for trigger in triggers:
        row = EVENT_TYPES.get(trigger.type)
        told = trigger.delivered or not trigger.listed
        if not told and (row is None or (row.offered and row.kind not in _SILENT_BY_NATURE)):
            silent[trigger.type, trigger.channel, trigger.port] = trigger
    return list(silent.values())


def _named(triggers: Iterable[Trigger]) -> str:
    """Name events and where: `linedetection (2, 3), diskfull`."""
    places: dict[str, list[str]] = defaultdict(list)
    for trigger in triggers:
        row = EVENT_TYPES.get(trigger.type)
        word = (row.kind.value if row is not None else trigger.type).replace("_", " ")
        place = trigger.port if trigger.channel is None or (row and row.scope == "port") else str(trigger.channel)
        where = places[word]
        if place is not None and (row is None or row.scope != "device") and place not in where:
            where.append(place)
    names = [f"{word} ({', '.join(where)})" if where else word for word, where in places.items()]
    more = len(names) - _LONGEST_LIST
    return ", ".join(names[:_LONGEST_LIST]) + (f", … (+{more})" if more > 0 else "")


def not_notified(facts: Facts) -> list[Problem]:
    """Return the problem of events that the device detects and keeps to itself; one for the whole device."""
    silent = _silent(facts.triggers)
    return [Problem(key=NOT_NOTIFIED, placeholders={"events": _named(silent)}, fixable=True)] if silent else []


def clock_offset(document: Element, now: datetime) -> float | None:
    """Return by how many seconds the device's clock is ahead of `now`, or None if it cannot be told."""
    local = _local_time(document)
    if local is None:
        return None
    if local.tzinfo is None:
        offset = utc_offset(text(document, "timeZone") or "", local)
        if offset is None:
            return None
        local = (local - offset).replace(tzinfo=UTC)
    return (local - now).total_seconds()


def _local_time(document: Element) -> datetime | None:
    """Read the time a device shows; naive if it names no zone."""
    try:
        moment = datetime.fromisoformat(text(document, "localTime") or "")
    except ValueError:
        return None
    # The first and the last year of the calendar cannot be moved by a time zone.
    return moment if 1 < moment.year < 9999 else None


def _is_manual(document: Element) -> bool:
    """Whether the clock is set by hand; nothing else may be set by us (isapi-core §3.1.4)."""
    return (text(document, "timeMode") or "").casefold() == "manual"


class Problems:
    """Finds what is wrong with one device, and mends what it can.

    `clock_offset`: seconds by which the device's clock was ahead when it was last read, None if unknown. `rtsp_port`:
    where its RTSP service listens, None if it did not say.
    """

    def __init__(self, client: IsapiClient, runtime: Runtime) -> None:
        """Does no I/O."""
        self.clock_offset: float | None = None
        self.rtsp_port: int | None = None
        self._client = client
        self._runtime = runtime
        self._denied: set[str] = set()
        self._restarting: float | None = None
        self._known: dict[str, list[Problem]] = {}

    def denied(self, path: str) -> None:
        """Take note that a command was refused for want of a right."""
        if (right := right_of(path)) is not None:
            self._denied.add(right)

    def granted(self, path: str) -> bool:
        """Take note that a command was carried out; returns whether a right was missing for it before."""
        if (right := right_of(path)) not in self._denied:
            return False
        self._denied.remove(right)
        return True

    def restarting(self) -> None:
        """Take note that the device accepted to restart."""
        self._restarting = self._runtime.monotonic()

    def answered(self, booted: float | None) -> bool:
        """Take note that the device answers; returns whether a restart that was required has taken place.

        `booted`: monotonic moment of its last start, None if it does not tell.
        """
        since, restarting = self._client.reboot_required_since, self._restarting
        if since is None:
            return False
        told = booted is not None and booted > since
        waited = restarting is not None and since <= restarting <= self._runtime.monotonic() - _RESTART_SECONDS
        if told or waited:
            self._client.reboot_required_since = None
        return told or waited

    async def regain(self) -> None:
        """Ask again for one document, each time another, for which the account lacked a right.

        If the account has it now, all the others that take it are asked again, too. Raises `AuthenticationError`.
        """
        path, right = next(iter(self._wanting().items()), (None, None))
        if path is not None and await self._read(path, again=True) is not None:
            self._client.forget([other for other, its_right in self._wanting().items() if its_right == right])

    async def check(self, facts: Facts) -> list[Problem]:
        """Return every problem there is, at the price of three reads.

        What could not be read this time is judged as it was before. Raises `AuthenticationError`.
        """
        for path, judge in ((_TIME, self._judge_clock), (_PORTS, self._judge_ports), (_LOGIN, self._judge_password)):
            if path not in self._client.refused and (document := await self._read(path)) is not None:
                self._known[path] = judge(document)
        return self.known(facts)

    async def read_ports(self) -> None:
        """Learn `rtsp_port` where it is needed before the first `check`."""
        if (document := await self._read(_PORTS)) is not None:
            self._known[_PORTS] = self._judge_ports(document)

    def known(self, facts: Facts) -> list[Problem]:
        """Return every problem as it was judged last, without asking the device."""
        found = [problem for problems in self._known.values() for problem in problems]
        return [
            *not_notified(facts),
            *self.missing_rights(),
            *found,
            *self._of_client(weak=WEAK_PASSWORD in _keys(found)),
        ]

    def missing_rights(self) -> list[Problem]:
        """Return one problem per right that the account turned out not to have."""
        rights = {*self._wanting().values(), *self._denied}
        return [
            Problem(key=MISSING_RIGHT, subject=right, placeholders={"right": words})
            for right, words in _RIGHTS.items()
            if right in rights
        ]

    def _wanting(self) -> Mapping[str, str]:
        """Return the documents that the account may not read, with the right each takes."""
        return {path: right for path in self._client.denied if (right := right_of(path)) is not None}

    async def fix(self, facts: Facts, problem: Problem) -> None:
        """Mend a problem after the user agreed. Raises `UnsupportedError` for those that cannot be mended from here.

        The caller reads the inventory again afterwards.
        """
        async with self._client.write_lock:
            if problem.key == NOT_NOTIFIED:
                await self._link_all(_silent(facts.triggers))
            elif problem.key == CLOCK_OFF_MANUAL:
                await self._set_clock()
            elif problem.key == LEFT_OUT:
                self._client.forget(_PARTS)
            else:
                raise UnsupportedError(function=problem.key)

    def _of_client(self, *, weak: bool) -> list[Problem]:
        """Return what the device said in passing."""
        problems: list[Problem] = []
        if self._client.reboot_required_since is not None:
            problems.append(Problem(key=REBOOT_REQUIRED))
        if self._client.risk_password and not weak:
            problems.append(Problem(key=WEAK_PASSWORD))
        return problems

    async def _read(self, path: str, *, again: bool = False) -> Element | None:
        """Read a document, or None if it cannot be had. Raises `AuthenticationError`."""
        try:
            return await self._client.get(path, again=again)
        except AuthenticationError:
            raise
        except SystemFailure:
            # Refusals are remembered and shown by the client; the last judgement stands.
            return None

    def _judge_clock(self, document: Element) -> list[Problem]:
        """Compare the clocks."""
        self.clock_offset = clock_offset(document, self._runtime.now())
        if self.clock_offset is None or abs(self.clock_offset) <= CLOCK_TOLERANCE:
            return []
        difference = {"difference": str(round(self.clock_offset))}
        if _is_manual(document):
            return [Problem(key=CLOCK_OFF_MANUAL, placeholders=difference, fixable=True)]
        return [Problem(key=CLOCK_OFF, placeholders=difference)]

    def _judge_ports(self, document: Element) -> list[Problem]:
        """Look whether the RTSP service is on, and where; not being listed says nothing."""
        for row in find_all(document, "AdminAccessProtocol"):
            if (text(row, "protocol") or "").casefold() == "rtsp":
                self.rtsp_port = number(row, "portNo") or self.rtsp_port
                if as_bool(text(row, "enabled")) is False:
                    return [Problem(key=RTSP_OFF)]
        return []

    def _judge_password(self, document: Element) -> list[Problem]:
        """Look what the device thinks of the password; this outweighs what it said with an earlier write."""
        if as_bool(text(document, "isRiskPassword")) is False:
            self._client.risk_password = False
        flags = ("isDefaultPassword", "isRiskPassword")
        weak = any(as_bool(text(document, flag)) for flag in flags)
        return [Problem(key=WEAK_PASSWORD)] if weak else []

    # mending

    async def _link_all(self, triggers: Iterable[Trigger]) -> None:
        """Notify the surveillance centre of every trigger; tries all of them before it complains."""
        failed: list[str] = []
        for trigger_id in dict.fromkeys(trigger.id for trigger in triggers):
            try:
                await self._link(trigger_id)
            except (UnsupportedError, RejectedError, NotConfirmedError) as error:
                failed.append(f"{trigger_id} ({error})")
        if failed:
            raise RejectedError(reason="; ".join(failed))

    async def _link(self, trigger_id: str) -> None:
        """Append the surveillance centre to the list of who is notified; the rest of the list stays."""
        path = f"Event/triggers/{trigger_id}/notifications"
        try:
            root = await self._client.get(path)
        except UnsupportedError:
            path = f"Event/triggers/{trigger_id}"
            root = await self._client.get(path)
        if _notifies_center(root):
            return
        listed = _notifications(root)
        if listed is None:
            listed = etree.SubElement(root, _in(root, "EventTriggerNotificationList"))
        entries = find_all(listed, "EventTriggerNotification")
        model = entries[0] if entries else listed
        entry = etree.SubElement(listed, _in(model, "EventTriggerNotification"))
        etree.SubElement(entry, _in(model, "id")).text = _CENTER
        etree.SubElement(entry, _in(model, "notificationMethod")).text = _CENTER
        if not entries or any(find(other, "notificationRecurrence") is not None for other in entries):
            etree.SubElement(entry, _in(model, "notificationRecurrence")).text = "beginning"
        clean(root, prune=False)
        await self._client.put(path, root)
        if not _notifies_center(await self._client.get(path)):
            raise NotConfirmedError(path, wanted=_CENTER, found="")

    async def _set_clock(self) -> None:
        """Set a clock that is set by hand, in the form in which the device tells its time."""
        document = await self._client.get(_TIME)
        local = _local_time(document)
        offset = clock_offset(document, self._runtime.now())
        shown = find(document, "localTime")
        if not _is_manual(document) or local is None or offset is None or shown is None:
            raise RejectedError(reason="the clock of the device is not set by hand")
        shown.text = (local - timedelta(seconds=offset)).isoformat(timespec="seconds")
        clean(document, prune=False)
        await self._client.put(_TIME, document)
        after = await self._client.get(_TIME)
        self._known[_TIME] = self._judge_clock(after)
        if self._known[_TIME]:
            raise NotConfirmedError(_TIME, wanted=shown.text, found=text(after, "localTime") or "")


def _keys(problems: Iterable[Problem]) -> set[str]:
    """Return the keys of problems."""
    return {problem.key for problem in problems}


def _in(element: Element, name: str) -> etree.QName:
    """Return a name in the namespace of an element."""
    return etree.QName(etree.QName(element).namespace, name)


def _notifications(root: Element) -> Element | None:
    """Return the list of notifications, which is the document itself or lies in a trigger."""
    if find_all(root, "EventTriggerNotification") or etree.QName(root).localname == "EventTriggerNotificationList":
        return root
    return find(root, "EventTriggerNotificationList")


def _notifies_center(root: Element) -> bool:
    """Whether a trigger already notifies the surveillance centre."""
    listed = _notifications(root)
    entries = [] if listed is None else find_all(listed, "EventTriggerNotification")
    return any((text(entry, "notificationMethod") or "").casefold() == _CENTER for entry in entries)
