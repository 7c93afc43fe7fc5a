"""Reading what the platform posts, and answering it (hikcentral §3.7, §5 T6 to T8)."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
import json
import time
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.base import PushReply, PushRequest
from custom_components.hikvision_ivm.systems.hikcentral.push import parse
from custom_components.hikvision_ivm.systems.hikcentral.receive import BODY_LIMIT, SLICE, WAITING_BYTES, Receiver

from .event_bench import RouterBench, at, event, message

ZONE = timezone(timedelta(hours=8))


def test_documented_example() -> None:
    """The printed notification (L18186)."""
    body = b"""{ "method": "OnEventNotify", "params":{ "sendTime": "2017-07-01T15:34:01.000+08:00",
    "ability":"event_vss", "events":[{ "eventId":"c929d9f873eb48439bd2c59df358bbeb",
    "srcIndex":"21000000001130001013", "srcType":"camera", "srcName":"optional_src_name", "eventType":130001,
    "status":1, "timeout":30, "happenTime":"2017-07-01T15:34:01.000+08:00", "srcParentIdex":"optional-parent",
    "data":{"extral event data info":""} }] } }"""
    batch = parse(body, UTC)
    assert not batch.refused
    (found,) = batch.events
    assert (found.id, found.code, found.type) == ("c929d9f873eb48439bd2c59df358bbeb", "130001", None)
    assert (found.source_type, found.source, found.source_name) == (
        "camera",
        "21000000001130001013",
        "optional_src_name",
    )
    assert (found.status, found.level, found.parent) == (1, None, "optional-parent")
    assert found.time == datetime(2017, 7, 1, 15, 34, 1, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"eventType": "131331"}, "code", "131331"),
        ({"eventType": 131331.0}, "code", "131331"),
        ({"status": "2"}, "status", 2),
        ({"status": None}, "status", 0),
        ({"status": 17}, "status", None),
        ({"eventLvl": "3"}, "level", 3),
        ({"eventLvl": 9}, "level", None),
        ({"srcIndex": 1}, "source", "1"),
        ({"srcIndex": " 1 "}, "source", "1"),
        ({"srcParentIdex": "null"}, "parent", None),
        ({"srcParentIdex": None, "srcParentIndex": "7"}, "parent", "7"),
        ({"srcName": " Gate "}, "source_name", "Gate"),
        ({"srcName": "x" * 999}, "source_name", "x" * 255),
        ({"happenTime": "2018-08-15T 15:53:47.000+08:00"}, "time", datetime(2018, 8, 15, 15, 53, 47, tzinfo=ZONE)),
        ({"happenTime": "2018-08-15 15:53:47"}, "time", datetime(2018, 8, 15, 15, 53, 47, tzinfo=ZONE)),
        ({"happenTime": "never"}, "time", None),
        ({"happenTime": None}, "time", None),
    ],
)
def test_tolerated_fields(changes: dict[str, Any], name: str, value: Any) -> None:
    """Numbers as text, blanks, other spellings, times in every printed form."""
    batch = parse(message(event(**changes)), ZONE)
    assert not batch.refused
    assert getattr(batch.events[0], name) == value


@pytest.mark.parametrize(
    "data", ['{"plateNo":"B 1"}', {"plateNo": "B 1"}, [{"plateNo": "B 1"}], {" plateno ": " B 1 "}]
)
def test_data_in_every_form(data: Any) -> None:
    """An object, text that holds one, a list of one, names with blanks."""
    (found,) = parse(message(event(131622, data=data)), UTC).events
    assert found.data.text("plateNo") == "B 1"


@pytest.mark.parametrize("data", ["null", None, "", "{half", 5, [], ["x"]])
def test_data_that_is_none(data: Any) -> None:
    """No extension costs no event."""
    (found,) = parse(message(event(data=data)), UTC).events
    assert not found.data


def test_shapes_of_the_list() -> None:
    """One object in place of the list, lists in lists, names with blanks and in other letter case."""
    one = event()
    for events in (one, [one], [[one]], {**one}):
        body = json.dumps({"Method ": "oneventnotify", " params": {"Events": events}}).encode()
        batch = parse(body, UTC)
        assert [each.id for each in batch.events] == [one["eventId"]], batch.refused
    assert len(parse(json.dumps({"events": [one]}).encode(), UTC).events) == 1


def test_marks_and_half_characters() -> None:
    """A byte order mark and half characters cost nothing or a character."""
    assert len(parse(b"\xef\xbb\xbf" + message(event()), UTC).events) == 1
    (found,) = parse(message(event()).replace(b'"Gate"', b'"G\\ud800te"'), UTC).events
    assert found.source_name == "G?te"
    (found,) = parse(message(event()).replace(b'"Gate"', b'"G\xffte"'), UTC).events
    assert found.source_name is not None
    found.source_name.encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"hello", "not_json"),
        (b"<xml/>", "not_json"),
        (message(event())[:-5], "not_json"),
        (message(event())[: len(message(event())) // 2], "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[]", "not_a_notification"),
        (b'"text"', "not_a_notification"),
        (b"7", "not_a_notification"),
        (b"{}", "no_events"),
        (b'{"method":"OnEventNotify","params":null}', "no_events"),
        (b'{"method":"OnEventNotify","params":{"events":[]}}', "no_events"),
        (b'{"method":"Other","params":{"events":[]}}', "wrong_method"),
        (message("text"), "no_event"),
        (message(event(eventId=None)), "no_id"),
        (message(event(eventId="null")), "no_id"),
        (message(event(eventId="x" * 300)), "bad_id"),
        (message(event(srcIndex="x" * 300)), "bad_id"),
        (message(event(eventType="motion")), "no_type"),
        (message(event(eventType=True)), "no_type"),
        (message(event(eventType=None)), "no_type"),
        (message(event(srcIndex=None)), "no_source"),
    ],
)
def test_refused_with_a_reason(body: bytes, reason: str) -> None:
    """What cannot be understood is counted, whatever it is."""
    batch = parse(body, UTC)
    assert batch.events == []
    assert dict(batch.refused) == {reason: 1}


def test_bad_event_costs_none_of_the_others() -> None:
    """Each event stands for itself."""
    batch = parse(message(event(eventId=None), event(eventId="a"), 7, event(eventType="?"), event(eventId="b")), UTC)
    assert [each.id for each in batch.events] == ["a", "b"]
    assert batch.refused == {"no_id": 1, "no_event": 1, "no_type": 1}


# receiving


class Receiving:
    """A receiver with a router behind it."""

    def __init__(self, **options: Any) -> None:
        """Nothing came yet."""
        self.bench = RouterBench(options=options)
        self.background = Background()
        self.arrived: list[int] = []
        self.ready = True
        self.receiver = Receiver(
            lambda: self.bench.router if self.ready else None, self.bench.runtime, options, self.background,
            self.arrived.append,
        )  # fmt: skip

    async def post(self, body: bytes, method: str = "POST", remote: str | None = "192.0.2.7") -> PushReply:
        """Post a message."""
        request = PushRequest(method=method, path="", query={}, headers={}, body=body, remote=remote)
        return await self.receiver.receive(request, self.bench.sink)

    async def settle(self) -> None:
        """Wait until everything was taken in."""
        await asyncio.gather(*self.background.tasks)

    @property
    def told(self) -> int:
        """How many events were told."""
        return len(self.bench.sink.told())


@pytest.mark.parametrize("method", ["POST", "PUT", "post"])
async def test_answered_as_the_platform_expects(method: str) -> None:
    """The verb is not documented; the answer is that of every call."""
    made = Receiving()
    reply = await made.post(message(event()), method)
    assert reply.status == 200
    assert json.loads(reply.body) == {"code": "0", "msg": "Success"}
    assert reply.content_type == "application/json"
    assert made.told == 1
    assert made.arrived == [1]


async def test_what_cannot_be_understood_is_answered_well_and_counted() -> None:
    """To send it again would not mend it."""
    made = Receiving()
    assert (await made.post(b"half {")).status == 200
    assert made.receiver.refused == {"not_json": 1}
    assert made.arrived == []


@pytest.mark.parametrize(
    ("method", "body", "status", "reason"),
    [
        ("GET", b"", 405, "method"),
        ("DELETE", b"{}", 405, "method"),
        ("POST", b" " * (10 * 1024 * 1024), 413, "too_large"),
        ("POST", b" " * (BODY_LIMIT + 1), 413, "too_large"),
    ],
)
async def test_refused_requests(method: str, body: bytes, status: int, reason: str) -> None:
    """Other verbs, and messages beyond the limit."""
    made = Receiving()
    assert (await made.post(body, method)).status == status
    assert made.receiver.refused == {reason: 1}
    assert made.receiver.messages == 0


@pytest.mark.parametrize(
    ("sources", "remote", "welcome"),
    [
        ("", "203.0.113.9", True),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("192.0.2.0/28, 2001:db8::/64", "192.0.2.8", True),
        ("192.0.2.0/28, 2001:db8::/64", "2001:db8::5", True),
        ("192.0.2.0/28", "::ffff:192.0.2.8", True),
        ("192.0.2.0/28", None, False),
        ("192.0.2.0/28", "somebody", False),
        ("nonsense", "192.0.2.8", False),
    ],
)
async def test_only_who_may_post(sources: str, remote: str | None, welcome: bool) -> None:
    """Whoever is not among the sources that the owner named is refused and counted."""
    made = Receiving(post_sources=sources)
    reply = await made.post(message(event()), remote=remote)
    assert reply.status == (200 if welcome else 403)
    assert made.told == int(welcome)
    assert made.receiver.refused == ({} if welcome else {"foreign": 1})


async def test_too_early() -> None:
    """Before the first inventory nothing can be placed: the platform may send again."""
    made = Receiving()
    made.ready = False
    assert (await made.post(message(event()))).status == 503
    assert made.receiver.refused == {"too_early": 1}


async def test_long_messages_are_answered_first() -> None:
    """Thousands of events are worked on behind the answer, and leave the loop to others."""
    made = Receiving()
    body = message(*(event(status=3, eventId=str(number), happenTime=at(number / 1000)) for number in range(3000)))
    started = time.perf_counter()
    await made.post(body)
    assert time.perf_counter() - started < 0.1
    assert made.told == 0
    seen = set()
    while made.background.tasks:
        seen.add(len(made.bench.sink.occurrences))
        await asyncio.sleep(0)
    assert made.told == 3000
    assert len(seen) >= 3000 / SLICE
    assert made.arrived == [3000]


async def test_order_is_kept() -> None:
    """A short message does not overtake a long one."""
    made = Receiving()
    long = message(*(event(status=3, eventId=str(number)) for number in range(500)))
    await made.post(long)
    await made.post(message(event(status=3, eventId="last")))
    await made.settle()
    assert made.bench.sink.told()[-1].details["event_id"] == "last"
    assert made.told == 501
    await made.post(message(event(status=3, eventId="later")))
    assert made.told == 502


async def test_too_much_at_once() -> None:
    """When more waits than is good, the platform has to send again; what was taken is not lost."""
    made = Receiving()
    body = message(*(event(status=3, eventId=str(number)) for number in range(100)))
    padded = body + b" " * (BODY_LIMIT - len(body))
    statuses = [(await made.post(padded)).status for _ in range(WAITING_BYTES // BODY_LIMIT + 1)]
    assert statuses[0] == 200
    assert statuses[-1] == 503
    assert made.receiver.refused["overrun"] == 1
    await made.settle()
    assert made.told == 100
    assert (await made.post(message(event(eventId="after")))).status == 200


async def test_fault_costs_one_message(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A fault over one message does not cost those that wait behind it."""
    made = Receiving()
    take_all = made.bench.router.take_all
    calls = 0

    def broken(events: Any, sink: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError
        take_all(events, sink)

    monkeypatch.setattr(made.bench.router, "take_all", broken)
    for name in ("a", "b"):
        await made.post(message(*(event(status=3, eventId=f"{name}{number}") for number in range(SLICE + 1))))
    await made.settle()
    assert made.told == SLICE + 1
    assert made.receiver.refused == {"fault": 1}
    assert "could not be taken in" in caplog.text


async def test_replays_are_counted() -> None:
    """A platform that sends twice is told nothing new."""
    made = Receiving()
    for _ in range(3):
        await made.post(message(event()))
    assert made.told == 1
    assert made.bench.router.delivered.counts["replays"] == 2
    assert made.arrived == [1, 1, 1]


async def test_an_event_costs_little() -> None:
    """From bytes to occurrence: a ratio to what decoding with the standard library costs, as machines differ."""
    bodies = [message(event(status=3, eventId=str(number), happenTime=at(number / 1000))) for number in range(1000)]
    made = RouterBench()
    best, reference = float("inf"), float("inf")
    for start in range(0, 1000, 100):
        part = bodies[start : start + 100]
        began = time.perf_counter()
        for body in part:
            made.router.take_all(parse(body, UTC).events, made.sink)
        best = min(best, time.perf_counter() - began)
        began = time.perf_counter()
        for body in part:
            json.loads(body)
        reference = min(reference, time.perf_counter() - began)
    assert best < 40 * reference
