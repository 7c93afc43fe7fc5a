"""Nothing is told twice: by push, by record, over a restart (hikcentral §3.7, §3.8)."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.dedupe import (
    MOST,
    SAVE_SECONDS,
    TAIL_LEAST,
    TAIL_MOST,
    Delivered,
)
from custom_components.hikvision_ivm.systems.hikcentral.happening import ACCESSES, EVENTS, PLATES
from custom_components.hikvision_ivm.systems.hikcentral.push import PushEvent, parse

from .event_bench import START, Clock, at, event, message

KEY = ("c929d9f873eb48439bd2c59df358bbeb", "camera", "1", "131331")


class Made:
    """What was delivered, over restarts."""

    def __init__(self) -> None:
        """Nothing was delivered."""
        self.clock = Clock()
        self.memory: dict[str, Any] = {}
        self.saved = 0
        self.start()

    def start(self) -> None:
        """Begin again with what was saved, as it comes from a file."""
        self.memory = json.loads(json.dumps(self.memory))
        runtime = self.clock.runtime(self.memory)
        runtime.remember = self._remember
        self.delivered = Delivered(runtime)

    def restart(self) -> None:
        """Stop as is proper, and begin again."""
        self.delivered.save(now=True)
        self.start()

    def _remember(self) -> None:
        self.saved += 1

    def push(self, status: int = 3, **more: Any) -> bool:
        """Push an event; whether it was new."""
        return self.delivered.is_new_push(pushed(status, **more))

    def record(
        self, seconds: float = 0, *, over: bool = False, who: str | None = None, found_in: str = EVENTS, **key: str
    ) -> tuple[bool, bool]:
        """Find a record; whether its start and its end were new."""
        names = ("id", "source_type", "source", "code")
        what = tuple(key.get(name, default) for name, default in zip(names, KEY, strict=True))
        assert len(what) == 4
        return self.delivered.is_new_record(what, moment(seconds), over=over, who=who, found_in=found_in)


def pushed(status: int, **more: Any) -> PushEvent:
    """Return an event as it was pushed."""
    return parse(message(event(status=status, **more)), UTC).events[0]


def moment(seconds: float) -> datetime:
    """Return a moment as a record has it: to the second."""
    return (START + timedelta(seconds=seconds)).replace(microsecond=0)


@pytest.mark.parametrize(
    ("changes", "new"),
    [
        ({}, False),
        ({"eventId": "other"}, True),
        ({"srcType": "door"}, True),
        ({"srcIndex": "2"}, True),
        ({"code": 131585}, True),
        ({"status": 0}, True),
        ({"happenTime": at(0.001)}, True),
        ({"data": {"x": 1}}, False),
    ],
)
def test_what_makes_a_push_another_one(changes: dict[str, Any], new: bool) -> None:
    """Id, source, type, status and moment; not what else it says."""
    made = Made()
    assert made.push()
    code, status = changes.pop("code", 131331), changes.pop("status", 3)
    again = parse(message(event(code, status, **changes)), UTC).events[0]
    assert made.delivered.is_new_push(again) is new


@pytest.mark.parametrize("status", [0, 1, 3])
@pytest.mark.parametrize("rounding", [0, 0.9, 1.9])
def test_record_of_a_push(status: int, rounding: float) -> None:
    """The record of what was pushed tells nothing, though pushes carry milliseconds."""
    made = Made()
    assert made.push(status, happenTime=at(rounding))
    assert made.record(int(rounding)) == (False, False)
    assert made.record(int(rounding) + 1) == (False, False)


def test_record_tells_the_end_that_was_not_pushed() -> None:
    """Its start was pushed: only the end is new, once."""
    made = Made()
    made.push(1)
    assert made.record(over=True) == (False, True)
    assert made.record(over=True) == (False, False)
    assert not made.push(2, happenTime=at(30))


def test_pushed_end_is_known_to_the_record() -> None:
    """An end has a moment of its own; it belongs to the last start of its id."""
    made = Made()
    made.push(1)
    assert made.push(2, happenTime=at(30))
    assert made.record(over=True) == (False, False)


def test_push_after_its_record() -> None:
    """What was asked for is not told again when it is posted after all; its end is."""
    made = Made()
    assert made.record() == (True, False)
    assert not made.push(1, happenTime=at(0.4))
    assert made.delivered.counts["known_pushes"] == 1
    assert made.push(2, happenTime=at(10))
    assert made.record(over=True) == (False, False)


def test_two_happenings_of_one_id_and_second() -> None:
    """Two pushes of one second with different moments are two, whatever the records say."""
    made = Made()
    assert made.push(3, happenTime=at(0.1))
    assert made.push(3, happenTime=at(0.6))
    assert made.record() == (False, False)


def test_id_that_comes_again() -> None:
    """A later occurrence under the same id is another one, as a push and as a record."""
    made = Made()
    for second in (0, 60, 120):
        assert made.push(1, happenTime=at(second))
        assert made.push(2, happenTime=at(second + 5))
    for second in (0, 60, 120):
        assert made.record(second, over=True) == (False, False)
    assert made.record(180, over=True) == (True, True)


def test_letter_case_of_types() -> None:
    """Pushes and records may write the type of a source differently."""
    made = Made()
    made.push(3, srcType="Camera")
    assert made.record() == (False, False)


def test_over_a_restart() -> None:
    """What was told before a restart is not told after it, by push or by record."""
    made = Made()
    made.push(1)
    made.push(3, eventId="pulse")
    made.record(5, id="found", over=True)
    made.restart()
    assert not made.push(1)
    assert not made.push(3, eventId="pulse")
    assert made.record() == (False, False)
    assert made.record(id="pulse") == (False, False)
    assert made.record(5, id="found", over=True) == (False, False)
    assert made.push(2, happenTime=at(9))


def test_end_that_came_after_a_restart() -> None:
    """Its start was told before: the record then tells nothing more."""
    made = Made()
    made.push(1)
    made.restart()
    assert made.push(2, happenTime=at(90))
    assert made.record(over=True) == (False, False)


def test_ids_of_records_that_are_others() -> None:
    """Until it is known that ids agree, source, type and time decide; afterwards only ids."""
    made = Made()
    made.push(3)
    assert made.record(1, id="other") == (False, False)
    assert made.record(1, id="other", source="2") == (True, False)
    assert made.record(4, id="further") == (True, False)
    made.push(3, eventId="x", happenTime=at(100))
    assert made.record(100, id="x") == (False, False)
    assert made.record(100, id="y") == (True, False)
    made.restart()
    made.push(3, eventId="z", happenTime=at(200))
    assert made.record(200, id="not z") == (True, False)


def test_lists_with_ids_of_their_own() -> None:
    """Plates and accesses are listed apart, perhaps under other ids: then who it was decides."""
    made = Made()
    key = ("push", "camera", "1", "131622")
    made.delivered.note_who(key, START, "B 1")
    plate = {"code": "131622", "source": "1", "found_in": PLATES}
    assert made.record(1, id="list", who="B 1", **plate) == (False, False)
    assert made.record(1, id="list2", who="B 2", **plate) == (True, False)
    assert made.record(2, id="list3", who="B 2", **plate) == (False, False)
    assert made.record(9, id="list4", who="B 2", **plate) == (True, False)
    # Told once without saying of whom, then found with the plate.
    assert made.record(50, id="event", code="131622") == (True, False)
    assert made.record(50, id="list5", who="B 3", **plate) == (False, False)
    assert made.record(50, id="list6", who="B 4", **plate) == (True, False)


def test_the_same_card_again_at_once() -> None:
    """Where ids agree, one card that is held to the reader every second is told every second."""
    made = Made()
    access = {"code": "198914", "source_type": "door"}
    pushed_one = parse(message(event(198914, 3, srcType="door", data={"cardNo": "7"})), UTC).events[0]
    assert made.delivered.is_new_push(pushed_one)
    made.delivered.note_who((pushed_one.id, "door", "1", "198914"), START, "7")
    assert made.record(0, who="7", found_in=ACCESSES, **access) == (False, False)
    assert made.record(1, id="next", who="7", found_in=ACCESSES, **access) == (True, False)
    assert made.record(0, **access) == (False, False)
    assert made.record(2, id="third", who="7", **access) == (True, False)


def test_knowing_takes_no_note() -> None:
    """To look whether something was told does not make it so."""
    made = Made()
    assert not made.delivered.knows(KEY, moment(0))
    assert not made.delivered.knows(KEY, moment(0))
    made.push(1)
    assert made.delivered.knows(KEY, moment(0))
    assert made.delivered.knows(("?", "CAMERA", "1", "131331"), moment(30)) is False


def test_memory_is_bounded_and_seldom_written() -> None:
    """A storm neither grows without end nor writes without end."""
    made = Made()
    for number in range(MOST + 500):
        made.push(3, eventId=str(number))
        made.delivered.save()
    assert made.saved == 1
    assert len(made.memory["delivered"]["tail"]) == 2  # by its id, and by source and time
    made.clock.move(SAVE_SECONDS)
    made.delivered.save()
    assert made.saved == 2
    assert len(made.memory["delivered"]["tail"]) == TAIL_MOST
    assert len(made.delivered._marks) <= MOST  # noqa: SLF001
    made.clock.move(7200)
    made.push(3, eventId="new")
    made.delivered.save()
    assert len(made.memory["delivered"]["tail"]) == TAIL_LEAST
    made.delivered.save(now=True)
    assert made.saved == 3
    assert len(json.dumps(made.memory)) < 20_000


@pytest.mark.parametrize(
    "stored", [None, 5, [], {}, {"until": 5, "tail": 7}, {"until": "soon", "tail": [1, [2, 3], ["x", "y"], ["a" * 99, 1]]},
               {"until": "2026-11-28T12:00:00"}]
)  # fmt: skip
def test_memory_that_makes_no_sense(stored: Any) -> None:
    """Whatever lies in the file, it starts."""
    made = Made()
    made.memory["delivered"] = stored
    made.start()
    assert made.delivered.until is None
    assert made.push()


def test_until() -> None:
    """It only moves forward, and outlives restarts."""
    made = Made()
    made.delivered.advance(START)
    made.delivered.advance(START - timedelta(hours=1))
    assert made.delivered.until == START
    made.restart()
    assert made.delivered.until == START
