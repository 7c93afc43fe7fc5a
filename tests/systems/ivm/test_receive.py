"""Taking pushes: always 200, soon, and nothing is done with what is not genuine."""

import asyncio
from collections.abc import Mapping
import json
import time
from typing import Any, Literal

import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest
from custom_components.hikvision_ivm.systems.ivm.receive import BODY_LIMIT, LOST_FAITH

from .push_bench import GATE, Bench, bench

pytestmark = pytest.mark.usefixtures("socket_enabled")

UNSIGNED: Mapping[str, str] = {}
ALARM = {
    "device_id": GATE, "channel_id": "0", "classification": "ALARM", "alarm_type": "motion_detection",
    "alarm_status": "start", "alarm_time": "2026-11-28T20:00:00+08:00", "alarm_uuid": "x_1",
}  # fmt: skip


def message(id_: Any = 1, **more: Any) -> dict[str, Any]:
    """Return a message."""
    return {"message_id": id_, "message_type": "device_alarm", "data": ALARM, "test": False, **more}


def nothing_happened(found: Bench) -> bool:
    """Whether nothing was told."""
    return not found.sink.reports


async def test_a_genuine_message_is_taken_in_once() -> None:
    """The same id is a replay, however often it comes."""
    async with bench() as found:
        await found.start()
        for _ in range(3):
            assert (await found.cloud.push_raw("DEVICE_ALARM", message())).delivered
        assert len(found.sink.occurrences) == 1
        assert found.channel.receiver.refused == {"replayed": 2}


async def test_ids_beyond_64_bits_differ() -> None:
    """A decoder that makes floats of them would take the second for a replay."""
    async with bench() as found:
        await found.start()
        for id_ in (18446744073709551616, 18446744073709551617, 10**31 + 1, 10**31 + 2):
            await found.cloud.push_raw("DEVICE_ALARM", message(id_))
        assert len(found.sink.occurrences) == 4
        assert not found.channel.receiver.refused


async def test_a_message_without_an_id_is_known_by_what_it_says() -> None:
    """Twice the same is a replay."""
    async with bench() as found:
        await found.start()
        for more in ({}, {}, {"extra": 1}):
            body = {name: value for name, value in message(**more).items() if name != "message_id"}
            await found.cloud.push_raw("DEVICE_ALARM", body)
        assert len(found.sink.occurrences) == 2


@pytest.mark.parametrize("header", ["ivm", "lvm"])
@pytest.mark.parametrize("separator", ["|", " "])
@pytest.mark.parametrize("form", ["hex", "upper", "base64"])
async def test_every_form_of_signature_is_accepted(
    header: Literal["ivm", "lvm"], separator: str, form: Literal["hex", "upper", "base64"]
) -> None:
    """As the cloud may send it."""
    async with bench() as found:
        found.cloud.signature_header = header
        found.cloud.signature_separator = separator
        found.cloud.signature_form = form
        await found.start()
        assert (await found.cloud.alarm("Gate")).delivered
        assert len(found.sink.occurrences) == 1
        assert found.problems() == {}


async def test_what_is_not_genuine_is_answered_well_and_dropped() -> None:
    """Unsigned, forged, too old: 200, counted, nothing else."""
    async with bench() as found:
        await found.start()
        await found.cloud.push_raw("DEVICE_ALARM", message(1))
        before = len(found.sink.reports)
        good = found.cloud.pusher.signature(found.cloud.callbacks["DEVICE_ALARM"])
        forged = {**good, "X-Ivm-Signature": "0" * 64}
        for headers in (UNSIGNED, forged):
            push = await found.cloud.push_raw("DEVICE_ALARM", message(2), headers)
            assert push.status == 200
        await found.wait(301)
        push = await found.cloud.push_raw("DEVICE_ALARM", message(3), good)
        assert push.status == 200
        assert found.channel.receiver.refused == {"unsigned": 1, "forged": 1, "stale": 1}
        assert len(found.sink.reports) == before
        assert found.problems() == {}, "it was proven before that signatures are understood"


@pytest.mark.parametrize("case", ["forged", "unsigned", "stale"])
async def test_if_the_first_one_is_not_understood_the_owner_is_told(case: str) -> None:
    """Alarms are not dropped silently; the first that is understood solves it."""
    async with bench() as found:
        found.cloud.sign_probes = False
        await found.start()
        headers = found.cloud.pusher.signature(found.cloud.callbacks["DEVICE_ALARM"])
        if case == "forged":
            headers = {**headers, "X-Ivm-Signature": "0" * 64}
        elif case == "stale":
            await found.wait(1000)
        push = await found.cloud.push_raw("DEVICE_ALARM", message(1), {} if case == "unsigned" else headers)
        assert push.status == 200
        assert found.problems() == {"ivm_signature": {"reason": case}}
        assert nothing_happened(found)
        await found.cloud.push_raw("DEVICE_ALARM", message(2))
        assert found.problems() == {}
        assert len(found.sink.occurrences) == 1


async def test_many_misfits_in_a_row_are_no_forgeries() -> None:
    """Something about the signature has changed."""
    async with bench() as found:
        await found.start()
        await found.cloud.alarm("Gate")
        found.cloud.signature_separator = "#"
        for number in range(LOST_FAITH):
            assert found.problems() == {}, number
            await found.cloud.alarm("Gate")
        assert found.problems() == {"ivm_signature": {"reason": "forged"}}


async def test_test_messages_have_no_effect() -> None:
    """Signed or not; and only a test message is one."""
    async with bench() as found:
        await found.start()
        tests = found.channel.receiver.counts["tests"]
        for headers in (UNSIGNED, None):
            push = await found.cloud.push_raw("DEVICE_ALARM", {"message_id": 7, "test": True}, headers)
            assert push.status == 200
        assert found.channel.receiver.counts["tests"] == tests + 2
        assert nothing_happened(found)
        await found.cloud.push_raw("DEVICE_ALARM", message(7, test=True), UNSIGNED)
        assert found.channel.receiver.refused == {"unsigned": 1}
        await found.cloud.push_raw("DEVICE_ALARM", message(8, test="true"))
        assert nothing_happened(found), "a test that carries data is one all the same"
        await found.cloud.push_raw("DEVICE_ALARM", message(7))
        assert len(found.sink.occurrences) == 1, "the id of a test is not used up"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b'{"message_id": 1', "not_json"),
        (b"<html>", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"\xff\xfe\xff", "not_json"),
        (b'{"message_id": ' + b"9" * 5000 + b"}", "not_json"),
        (b"[]", "not_a_message"),
        (b"null", "not_a_message"),
        (b'"text"', "not_a_message"),
        (b"{" + b" " * BODY_LIMIT + b"}", "too_large"),
    ],
    ids=["nothing", "blanks", "cut_off", "page", "deep", "bytes", "number", "list", "null", "text", "large"],
)
async def test_what_is_no_message_is_answered_well(body: bytes, reason: str) -> None:
    """It is counted with its reason, and the next one is taken in."""
    async with bench() as found:
        await found.start()
        push = await found.cloud.push_raw("DEVICE_ALARM", body)
        await found.settle()
        assert push.status == 200
        assert found.channel.receiver.refused == {reason: 1}
        await found.cloud.push_raw("DEVICE_ALARM", message())
        assert len(found.sink.occurrences) == 1


async def test_one_bad_character_costs_a_character() -> None:
    """A name in another encoding is no reason to lose an alarm."""
    async with bench() as found:
        await found.start()
        body = json.dumps(message()).encode().replace(b'"x_1"', b'"x_1", "channel_name": "T\xfcr"')
        await found.cloud.push_raw("DEVICE_ALARM", body)
        assert found.last().details["channel_name"] == "T\ufffdr"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_other_methods_are_answered_well(method: str) -> None:
    """There is nothing to be refused on the secret path."""
    async with bench() as found:
        request = PushRequest(method=method, path="", query={}, headers={}, body=b"")
        assert (await found.channel.receive(request, found.sink)).status == 200
        assert found.channel.receiver.refused == {"method": 1}


async def test_what_comes_before_the_inventory_waits_for_it() -> None:
    """In its order, within a limit."""
    async with bench(ready=False) as found:
        await found.start()
        for number in range(5):
            assert (await found.cloud.alarm("Gate", uuid=f"x_{number}")).delivered
        assert nothing_happened(found)
        found.channel.ready()
        await found.settle()
        assert [each.details["alarm_uuid"] for each in found.sink.occurrences] == [f"x_{n}" for n in range(5)]
        assert found.channel.receiver.waiting == 0


async def test_a_long_message_keeps_its_place() -> None:
    """It is decoded beside the loop; what comes after it is told after it."""
    async with bench() as found:
        await found.start()
        long = message(1, data={**ALARM, "alarm_uuid": "first", "blob": "x" * 500_000})
        await asyncio.gather(
            found.cloud.push_raw("DEVICE_ALARM", long),
            found.cloud.push_raw("DEVICE_ALARM", message(2, data={**ALARM, "alarm_uuid": "second"})),
        )
        await found.settle()
        order = [json.loads(request.body)["message_id"] for request in found.callback.requests[-2:]]
        told = [each.details["alarm_uuid"] for each in found.sink.occurrences]
        assert told == [["", "first", "second"][number] for number in order]


async def test_a_fault_of_ours_costs_one_message(caplog: pytest.LogCaptureFixture) -> None:
    """It is told in the log, and the cloud gets its 200."""
    async with bench() as found:
        await found.start()
        report, found.sink.report = found.sink.report, broken  # type: ignore[method-assign]
        assert (await found.cloud.push_raw("DEVICE_ALARM", message(1))).status == 200
        assert found.channel.receiver.refused == {"fault": 1}
        assert "device_alarm could not be taken in" in caplog.text
        found.sink.report = report  # type: ignore[method-assign]
        await found.cloud.push_raw("DEVICE_ALARM", message(2))
        assert len(found.sink.occurrences) == 1


def broken(report: object) -> None:
    """Fail."""
    raise RuntimeError("broken")


async def test_diagnostics_tell_counts_and_no_secrets() -> None:
    """Neither address nor key."""
    async with bench() as found:
        await found.start()
        await found.cloud.alarm("Gate")
        told = json.dumps(found.channel.diagnostics())
        assert found.channel.diagnostics()["received"]["counts"]["handled"] == 1
        assert found.channel.diagnostics()["health"] == "healthy"
        for one in found.cloud.callbacks.values():
            assert one.url not in told
            assert one.auth_key is not None
            assert one.auth_key not in told


async def test_a_message_costs_little() -> None:
    """500 a second, answered within 100 ms each, leave the loop most of its time."""
    async with bench() as found:
        await found.start()
        headers = found.cloud.pusher.signature(found.cloud.callbacks["DEVICE_ALARM"])
        bodies = [json.dumps(message(number)).encode() for number in range(2000)]
        requests = [PushRequest(method="POST", path="", query={}, headers=headers, body=body) for body in bodies]
        took = []
        for request in requests:
            began = time.perf_counter()
            await found.channel.receive(request, found.sink)
            took.append(time.perf_counter() - began)
        assert len(found.sink.occurrences) == 2000
        assert sorted(took)[1980] < 0.02
