"""The state of a partition, from events, commands and status answers (ip-receiver §5.2).

Three sources tell of a partition and overtake one another. An event counts at once. A status answer counts if its
request began after the latest event or command about the partition; an older one is let pass, or an armed partition
would show disarmed for a moment. So is one that contradicts an event of the last `HOLD_SECONDS`: the receiver may not
know yet, and is asked again. A command to arm shows as arming until the panel tells what became of it, at most for
`OVERLAY_SECONDS`. What nobody said is unknown.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..values import ArmMode, ArmState
from .lately import Lately
from .records import ALL_PARTITIONS

OVERLAY_SECONDS: Final = 15.0
"""How long a command to arm shows as arming without a word from the panel, and how long a report wants a second look."""
PENDING_SECONDS: Final = 120.0
"""How long an entry delay is assumed to last, if neither a disarming nor an alarm ends it."""
CLOCK_SECONDS: Final = 120.0
"""A report that is older than the last one by more than this was not overtaken: the panel's clock was set."""

STAY: Final = "stay"
AWAY: Final = "away"
DISARM: Final = "disarm"
ARMING: Final = "arming"

WORDS: Final[Mapping[ArmMode, str]] = MappingProxyType({ArmMode.HOME: STAY, ArmMode.AWAY: AWAY})
"""How a partition can be armed → the word of the interface, in commands and in answers alike."""
MODES: Final[Mapping[str, ArmMode]] = MappingProxyType({word: mode for mode, word in WORDS.items()})
_STATES: Final[Mapping[str, ArmState]] = MappingProxyType(
    {STAY: ArmState.ARMED_HOME, AWAY: ArmState.ARMED_AWAY, DISARM: ArmState.DISARMED}
)


class Effect(StrEnum):
    """What a report does to a partition or a zone."""

    AWAY = "away"
    HOME = "home"
    ARMED = "armed"
    """Armed, but the code does not say how."""
    DISARMED = "disarmed"
    CLEARED = "cleared"
    FAILED = "failed"
    """Arming failed."""
    ALARM = "alarm"
    RESTORED = "restored"
    ZONE_CLEARED = "zone_cleared"
    BYPASSED = "bypassed"
    UNBYPASSED = "unbypassed"
    ZONE_CHANGED = "zone_changed"
    """Something about the zone is to be read again."""


ARM_EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        # 1 is disarming and 3 is arming here; everywhere else 1 is trouble and 3 its end.
        "3401": Effect.AWAY,
        "3441": Effect.HOME,
        "3400": Effect.ARMED,
        "3403": Effect.ARMED,
        "3408": Effect.ARMED,
        "3409": Effect.ARMED,
        "3442": Effect.ARMED,
        "3900": Effect.ARMED,
        "1401": Effect.DISARMED,
        "1403": Effect.DISARMED,
        "1409": Effect.DISARMED,
        "1406": Effect.CLEARED,
        "1822": Effect.FAILED,
        "1455": Effect.FAILED,
    }
)
"""HikCode → what it does to the partitions it names."""

ALARM_CODES: Final[Collection[str]] = frozenset({
    "1100", "1103", "1110", "1114", "1123", "1124", "1125", "1126", "1129", "1130", "1131", "1132", "1133", "1134", "1139",
    "1151", "1154", "1750", "1759", "1773", "1774", "1778", "1779", "1780", "1785", "1810", "1811", "1812", "1847", "1940",
    "1753", "1754", "1783", "1784", "1786",
})  # fmt: skip
"""Alarms of zones, of panic buttons, of life safety: set A of ip-receiver §5.2."""
SILENT_CODES: Final[Collection[str]] = frozenset({"1121", "1122", "1127", "1989"})
"""Duress and what is asked for in silence: whoever stands at the panel with a burglar must not be given away."""
RESTORE_CODES: Final[Collection[str]] = frozenset(f"3{code[1:]}" for code in (*ALARM_CODES, *SILENT_CODES))

ZONE_EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        **dict.fromkeys(RESTORE_CODES, Effect.RESTORED),
        "1570": Effect.BYPASSED,
        "3570": Effect.UNBYPASSED,
        "1974": Effect.ZONE_CLEARED,
        **dict.fromkeys(
            ("1571", "1572", "1573", "1973", "1987", "1988", "3571", "3572", "3573", "3973", "3987", "3988"),
            Effect.ZONE_CHANGED,
        ),
    }
)
"""HikCode → what it does to the zone it names."""

DURESS_CATEGORY: Final = 4
QUIET_CATEGORIES: Final[Collection[int]] = frozenset({5, 6})
"""Exceptions and operations: never an alarm, whatever the code."""


def effect_of(code: str, category: int | None, *, silent_alarms: bool) -> Effect | None:
    """Return what a report does, None if it changes no state. `silent_alarms`: duress and silent panic count, too."""
    if (effect := ARM_EFFECTS.get(code) or ZONE_EFFECTS.get(code)) is not None:
        return effect
    if category in QUIET_CATEGORIES:
        return None
    silent = code in SILENT_CODES or (category == DURESS_CATEGORY and code.startswith("1"))
    if silent:
        return Effect.ALARM if silent_alarms else None
    return Effect.ALARM if code in ALARM_CODES else None


_ENDS: Final = frozenset({Effect.CLEARED, Effect.DISARMED})
_ONLY_ALARM: Final = frozenset({Effect.ALARM, Effect.CLEARED})
_ALARM_EFFECTS: Final = _ONLY_ALARM | _ENDS

_ARM: Final = "arm"
_ALARM: Final = "alarm"
_OFF: Final[Collection[object]] = frozenset({DISARM})
_AGREEING: Final[Mapping[Effect, Collection[object]]] = MappingProxyType(
    {
        Effect.AWAY: frozenset({AWAY}),
        Effect.HOME: frozenset({STAY}),
        Effect.ARMED: frozenset({AWAY, STAY, ARMING}),
        Effect.DISARMED: _OFF,
    }
)
"""Report → the words of status answers that agree with it."""
_STEADY: Final[Collection[object]] = frozenset({AWAY, STAY, DISARM})
_IN_ALARM: Final[Collection[object]] = frozenset({True})
_NOT_IN_ALARM: Final[Collection[object]] = frozenset({False})


class Partition:
    """One partition. Moments are monotonic seconds.

    `arming`: the word of the interface that was last told, None: unknown. `alarm`: None: unknown. `enabled` False: not
    in use. `sent`: how it was commanded to be armed, until the panel says what became of it. `mode`: how it is armed or
    was commanded to be, since it was disarmed last. `pending_until`: when the assumed entry delay ends. `changed_by`:
    who armed, disarmed or cleared it last, at `changed_at`; None: nobody told.
    """

    __slots__ = (
        "_alarm_at",
        "_answered",
        "_armed_by_us",
        "_arming_at",
        "_awaited",
        "_disarmed_by_us",
        "_doubt",
        "_ended_at",
        "_lately",
        "_reported_armed",
        "_settled",
        "_told",
        "_told_by_event",
        "alarm",
        "arming",
        "changed_at",
        "changed_by",
        "enabled",
        "last_alarm_zone",
        "last_user",
        "mode",
        "number",
        "pending_until",
        "sent",
        "sent_until",
    )

    def __init__(self, number: int, mode: ArmMode | None = None) -> None:
        """Begin without knowing anything but how it was armed last, if that was kept."""
        self.number = number
        self.arming: str | None = None
        self.alarm: bool | None = None
        self.enabled: bool | None = None
        self.mode = mode
        self.sent: ArmMode | None = None
        self.sent_until = float("-inf")
        self.pending_until: float | None = None
        self.changed_by: str | None = None
        self.changed_at = float("-inf")
        self.last_user: str | None = None
        self.last_alarm_zone: str | None = None
        self._settled: str | None = None
        self._alarm_at = float("-inf")
        self._arming_at = float("-inf")
        self._ended_at = float("-inf")
        self._answered = float("-inf")
        self._doubt: float | None = None
        self._lately = Lately[str]()
        self._awaited: dict[str, Collection[object]] = {}
        self._reported_armed = float("-inf")
        self._told: datetime | None = None
        self._told_by_event = False
        self._armed_by_us: float | None = None
        self._disarmed_by_us: float | None = None

    @property
    def state(self) -> ArmState | None:
        """What it shows, None: unknown."""
        if self.alarm:
            return ArmState.TRIGGERED
        if self.arming == ARMING or self.sent is not None:
            return ArmState.ARMING
        if self.pending_until is not None:
            return ArmState.PENDING
        return None if self.arming is None else _STATES.get(self.arming)

    @property
    def armed(self) -> bool:
        """Whether it was said to be armed."""
        return self.arming in MODES

    def unsettled(self, now: float) -> bool:
        """Whether a command or a report still waits to be confirmed by a status answer."""
        return self.sent is not None or (self._doubt is not None and now - self._doubt <= OVERLAY_SECONDS)

    def reported_armed(self, now: float) -> bool:
        """Whether a report of the last seconds told that it was armed, and none since that it is not."""
        return now - self._reported_armed <= OVERLAY_SECONDS

    def armed_since(self, asked_at: float) -> bool:
        """Whether it was armed or disarmed, or told to, after a request began: how its answer says it is armed is over."""
        return asked_at < self._arming_at

    def ended_since(self, asked_at: float) -> bool:
        """Whether its alarm was ended after a request began."""
        return asked_at < self._ended_at

    def touch(self, now: float, *, alarm: bool = True, arming: bool = True) -> None:
        """Something happened to its alarm or to how it is armed: answers to earlier requests do not count for that."""
        if alarm:
            self._alarm_at = max(self._alarm_at, now)
        if arming:
            self._arming_at = max(self._arming_at, now)
        self._doubt = now

    # commands

    def command_arm(self, mode: ArmMode, now: float) -> None:
        """A command to arm is about to be sent."""
        self.touch(now)
        self._forget_told()
        self.sent, self.sent_until = mode, now + OVERLAY_SECONDS
        self.mode = mode
        self.pending_until = None
        self._armed_by_us = now

    def arm_accepted(self, now: float) -> None:
        """The command was accepted, which says nothing of whether it will be armed."""
        self.touch(now)
        if self.sent is not None:
            self.sent_until = now + OVERLAY_SECONDS

    def arm_failed(self, now: float) -> None:
        """The command was refused, or got lost."""
        self.touch(now)
        self._drop_sent()
        self._armed_by_us = None

    def disarm_accepted(self, now: float) -> None:
        """A command to disarm was accepted. What it led to is read, not assumed, until it shows."""
        self.touch(now)
        self._drop_sent()
        self._disarmed_by_us = now
        self._forget_told()
        self._awaited[_ARM] = _OFF

    def clear_accepted(self, now: float) -> None:
        """A command to clear its alarm was accepted: the same."""
        self.touch(now, arming=False)
        self._lately.forget(_ALARM)
        self._awaited[_ALARM] = _NOT_IN_ALARM

    def expire(self, now: float) -> bool:
        """Drop what has lasted too long, and return whether there was anything."""
        changed = False
        if self.sent is not None and now >= self.sent_until:
            self._drop_sent()
            changed = True
        if self.pending_until is not None and now >= self.pending_until:
            self.pending_until = None
            changed = True
        return changed

    def entry(self, now: float) -> bool:
        """A delay zone was opened: assume an entry delay if it is armed. Return whether that began."""
        if self.armed and not self.alarm and self.sent is None and self.pending_until is None:
            self.pending_until = now + PENDING_SECONDS
            return True
        return False

    # reports

    def report(self, effect: Effect, now: float, *, time: datetime | None = None, user: str | None = None) -> bool:
        """Take in a report of `ARM_EFFECTS` or an alarm; `time` by the panel's clock. Return whether it counted.

        One that an answer or a later report overtook does not; nor does the echo of a command of ours that another one
        of ours has followed since.
        """
        if now < self._answered:
            return False
        if effect is Effect.ALARM:
            self.alarm, self.pending_until = True, None
        elif effect is Effect.CLEARED:
            self.alarm = False
            self._acted(user, user or self.changed_by, now)
        elif effect is Effect.FAILED:
            self._drop_sent()
            self._armed_by_us = None
        elif self._overtaken(effect, now, time):
            self._doubt = now
            return False
        elif effect is Effect.DISARMED:
            self.alarm = False
            self._drop_sent()
            self._settle(DISARM)
            self._acted(user, user, now)
            self._told_by_event = True
        else:
            self._arm(effect)
            self._acted(user, user, now)
            self._told_by_event = True
        if effect in _ENDS:
            self._ended_at = now
        self._tell(effect, now)
        self.touch(now, alarm=effect in _ALARM_EFFECTS, arming=effect not in _ONLY_ALARM)
        return True

    def take(self, arming: str | None, alarm: bool | None, asked_at: float) -> bool:
        """Take in a status answer, `asked_at` when its request began. Return whether it tells how it is armed now.

        What it does not say stays as a report told it; what only an earlier answer told is unknown then. What it says
        otherwise than a report of the last seconds does not count yet.
        """
        if asked_at < self._answered:
            return False
        self._answered = asked_at
        counts_alarm = asked_at >= self._alarm_at and not self._lately.denies(_ALARM, alarm, asked_at)
        counts_arming = not self.armed_since(asked_at) and not self._lately.denies(_ARM, arming, asked_at)
        if counts_alarm and counts_arming and self._is_as_awaited(arming, alarm):
            self._doubt = None
        if counts_alarm and alarm is not None:
            self.alarm = alarm
        if self.alarm:
            self.pending_until = None
        if not counts_arming:
            return False
        if arming is None and self._told_by_event:
            return True
        if self.sent is not None and arming in {ARMING, WORDS[self.sent]}:
            self.sent = None
        if arming in _STATES and self._settled is not None and arming != self._settled:
            self.changed_by, self.changed_at = None, asked_at  # nobody told who did it
        self._settle(arming)
        self._told_by_event = False
        return True

    def missed(self) -> None:
        """Reports may have been missed: what reports told does not hold against an answer, nor one that says nothing."""
        self._told_by_event = False
        self._lately.clear()

    def lose(self) -> None:
        """Answers fail to come: what they told is unknown, what only a report told since holds."""
        if not self._told_by_event:
            self.arming, self.pending_until = None, None
        if self._alarm_at <= self._answered:
            self.alarm = None

    def doubt_alarm(self) -> None:
        """A report of an alarm may have been that of another partition: the next answer decides."""
        self._lately.forget(_ALARM)

    # inside

    def _tell(self, effect: Effect, now: float) -> None:
        """Keep what answers will agree with a report, as soon as they know of it."""
        if (words := _AGREEING.get(effect)) is not None:
            self._lately.tell(_ARM, words, now)
            self._awaited.clear()
            self._reported_armed = float("-inf") if effect is Effect.DISARMED else now
        elif effect is Effect.FAILED:
            self._lately.forget(_ARM)
            self._awaited[_ARM] = _STEADY
            self._reported_armed = float("-inf")
        if effect in _ALARM_EFFECTS:
            self._lately.tell(_ALARM, _IN_ALARM if effect is Effect.ALARM else _NOT_IN_ALARM, now)
            self._awaited.pop(_ALARM, None)

    def _forget_told(self) -> None:
        """A command was given: what reports told before is not what answers will show."""
        self._lately.clear()
        self._awaited.clear()
        self._reported_armed = float("-inf")

    def _is_as_awaited(self, arming: str | None, alarm: bool | None) -> bool:
        """Whether an answer shows what was commanded, or does not contradict it; then it is not waited for any more."""
        if not self._awaited:
            return True
        answers: Mapping[str, object] = {_ARM: arming, _ALARM: alarm}
        if any(answers[one] is not None and answers[one] not in words for one, words in self._awaited.items()):
            return False
        self._awaited.clear()
        return True

    def _arm(self, effect: Effect) -> None:
        """It was armed; how is known from the code, from what was commanded, or not yet."""
        if effect is Effect.AWAY:
            word = AWAY
        elif effect is Effect.HOME:
            word = STAY
        elif self.sent is None and self.arming in MODES:
            word = str(self.arming)
        else:
            word = ARMING if self.mode is None else WORDS[self.mode]
        self.sent = None
        self._settle(word)

    def _settle(self, arming: str | None) -> None:
        """Keep the word for what it is now."""
        self.arming = arming
        if arming in _STATES:
            self._settled = arming
        if arming in MODES:
            self.mode = MODES[str(arming)]
        else:
            self.pending_until = None
            if arming == DISARM and self.sent is None:
                self.mode = None

    def _acted(self, user: str | None, changed_by: str | None, now: float) -> None:
        """Keep who did it."""
        self.changed_by, self.changed_at = changed_by, now
        self.last_user = user or self.last_user

    def _drop_sent(self) -> None:
        """Forget that it was commanded to be armed."""
        if self.sent is not None:
            self.sent = None
            self.mode = MODES.get(self.arming or "")

    def _overtaken(self, effect: Effect, now: float, time: datetime | None) -> bool:
        """Whether a report of arming or disarming tells of something that is over."""
        arms = effect is not Effect.DISARMED
        if arms:
            ours, self._armed_by_us = self._armed_by_us, None
            since = self._disarmed_by_us
        else:
            ours, self._disarmed_by_us = self._disarmed_by_us, None
            since = self._armed_by_us
        echo = ours is not None and since is not None and ours < since and now - ours <= OVERLAY_SECONDS
        last, self._told = self._told, time if time is not None else self._told
        if last is None or time is None:
            return echo
        late = (last - time).total_seconds()
        if 0 < late <= CLOCK_SECONDS:
            self._told = last
            return True
        return echo


def whole(states: Iterable[ArmState | None]) -> ArmState | None:
    """Return the state of a panel from those of its partitions, None: unknown."""
    found = set(states)
    if ArmState.TRIGGERED in found:
        return ArmState.TRIGGERED
    if not found or None in found:
        return None
    return next(state for state in _ORDER if state in found)


_ORDER: Final = (
    ArmState.PENDING,
    ArmState.ARMING,
    ArmState.ARMED_HOME,
    ArmState.ARMED_AWAY,
    ArmState.DISARMED,
)
"""What a panel shows if any of its partitions does; the lowest way of being armed counts."""


def number_in_path(number: int) -> str:
    """Return a partition as it is written in paths; all of them have a hexadecimal literal (ip-receiver T10)."""
    return "0xffffffff" if number == ALL_PARTITIONS else str(number)
