"""The subscription, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson
import pytest

from custom_components.hikvision_ivm.systems.base import PushState, Sink
from custom_components.hikvision_ivm.systems.errors import AuthenticationError
from custom_components.hikvision_ivm.systems.ip_receiver.stream import EventStream
from simulators.ip_receiver import Framing, IpReceiverSimulator
from tests.systems.sinks import KeepingSink
from tests.systems.transport.clock import Clock

from .receiver import connected, until

pytestmark = pytest.mark.usefixtures("socket_enabled")


@dataclass
class Listening:
    """A subscription that is kept, and what it brought."""

    stream: EventStream
    sink: KeepingSink
    task: asyncio.Task[None]
    messages: list[bytes] = field(default_factory=list)

    @property
    def states(self) -> list[PushState]:
        """How the channel was, in order."""
        return [health.state for health in self.sink.health]

    def codes(self) -> list[str]:
        """Return the codes of the reports that came."""
        alerts = [orjson.loads(one)["EventNotificationAlert"] for one in self.messages]
        return [one["CIDAlarm"]["CIDCode"] for one in alerts if one["eventType"] == "CIDAlarm"]


@asynccontextmanager
async def listening(
    receiver: IpReceiverSimulator, *, beat_seconds: float = 30.0, password: str = "Abc12345", clock: Clock | None = None
) -> AsyncIterator[Listening]:
    """Keep a subscription."""
    clock = clock or Clock()
    messages: list[bytes] = []

    def take(body: bytes, sink: Sink) -> bool:
        messages.append(body)
        return b'"heartBeat"' in body

    async with connected(receiver, runtime=clock.runtime, password=password) as client:
        stream = EventStream(client, take, clock.runtime, beat_seconds=beat_seconds)
        sink = KeepingSink()
        task = asyncio.create_task(stream.listen(sink))
        try:
            yield Listening(stream, sink, task, messages)
        finally:
            # A test that fails must not leave it: without a connection it would try again and again.
            task.cancel()
            with suppress(asyncio.CancelledError, AuthenticationError):
                await task
            await stream.close()


@pytest.mark.parametrize(
    "framing",
    [
        Framing(), Framing(newline="\n"), Framing(split=1), Framing(split=7, length="wrong"), Framing(length="none"),
        Framing(length="newline", quoted=True), Framing(joined="chunk"), Framing(joined="part"),
        Framing(joined="glued"), Framing(late=True),
        Framing(headless=True), Framing(boundary="--odd-- name", lead=b"\r\n\r\n"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_report_comes_at_once(framing: Framing) -> None:
    """However parts are put on the wire: nobody waits for the next heartbeat."""
    async with IpReceiverSimulator(framing=framing, heartbeat=60) as receiver, listening(receiver) as heard:
        await until(lambda: heard.states[-1:] == [PushState.HEALTHY])
        async with asyncio.timeout(20):
            for code in ("1103", "3103", "1401"):
                await receiver.cid("House", code)
                await until(lambda code=code: code in heard.codes())  # type: ignore[misc]
        assert heard.codes() == ["1103", "3103", "1401"]


async def test_silence_ends_a_subscription() -> None:
    """A connection that lives on without heartbeats is given up, and made anew."""
    async with IpReceiverSimulator(heartbeat=0.05) as receiver, listening(receiver, beat_seconds=0.4) as heard:
        await until(lambda: heard.stream.counts.beats > 12)
        assert heard.stream.counts.sessions == 1
        receiver.heartbeats = False
        await until(lambda: heard.stream.counts.sessions > 2)
        assert PushState.DOWN in heard.states
        receiver.heartbeats = True
        await until(lambda: heard.states[-1] is PushState.HEALTHY)


async def test_bytes_that_say_nothing_keep_nothing_alive() -> None:
    """A receiver that sends blanks only has forgotten us."""
    async with IpReceiverSimulator(heartbeats=False) as receiver, listening(receiver, beat_seconds=0.4) as heard:
        await until(lambda: heard.states[-1:] == [PushState.HEALTHY])
        for _ in range(20):
            await receiver.emit_raw(b"\r\n\r\n")
            await asyncio.sleep(0.05)
        assert heard.stream.counts.sessions > 1


@pytest.mark.parametrize("how", ["drop_streams", "end_streams"])
async def test_a_connection_that_ends(how: str) -> None:
    """It is made anew after a pause that grows until a heartbeat came."""
    clock = Clock()
    async with IpReceiverSimulator(heartbeat=60) as receiver, listening(receiver, clock=clock) as heard:
        for number in range(1, 4):
            await until(lambda number=number: heard.states.count(PushState.HEALTHY) == number)  # type: ignore[misc]
            getattr(receiver, how)()
        await until(lambda: len(clock.slept) >= 3)
        assert 0.75 <= clock.slept[0] <= 1.25 < clock.slept[1] <= 2.5 < clock.slept[2] <= 6.25


async def test_farewell() -> None:
    """The subscription is taken back, by the id it was given; a new one takes back the old one first."""
    async with IpReceiverSimulator(heartbeat=60) as receiver:
        async with listening(receiver) as heard:
            await until(lambda: heard.states[-1:] == [PushState.HEALTHY])
            assert len(receiver.streams.open) == 1
        await until(lambda: receiver.count("unSubscribeDeviceMgmt") == 1)
        await until(lambda: not receiver.streams.open)


@pytest.mark.parametrize("status", [200, None])
async def test_refused(status: int | None) -> None:
    """The owner is told in the receiver's words, once, and it is tried again much later."""
    clock = Clock(flows=False)
    async with IpReceiverSimulator() as receiver:
        receiver.fault("subscribeDeviceMgmt", status=status, sub="notSupport", times=1)
        async with listening(receiver, clock=clock) as heard:
            await until(lambda: heard.sink.keys == {"receiver_stream_refused"})
            await clock.asleep()
            assert clock.slept == [600.0]
            (problem,) = heard.sink.told["stream"]
            assert "notSupport" in problem.placeholders["reason"]
            clock.passes(600)
            await until(lambda: heard.states[-1] is PushState.HEALTHY)
            assert not heard.sink.keys


async def test_too_many_listen() -> None:
    """It waits half an hour, says so, and does not ask for another password."""
    clock = Clock(flows=False)
    async with IpReceiverSimulator(stream_limit=0) as receiver, listening(receiver, clock=clock) as heard:
        await clock.asleep()
        assert clock.slept == [1800.0]
        assert not heard.task.done()
        (problem,) = heard.sink.told["stream"]
        assert problem.key == "receiver_stream_refused"
        assert "maxSessionUserLink" in problem.placeholders["reason"]
        receiver.stream_limit = None
        clock.passes(1800)
        await until(lambda: heard.states[-1] is PushState.HEALTHY)
        assert not heard.sink.keys


async def test_what_is_no_stream() -> None:
    """An answer in JSON that says yes is none."""
    async with IpReceiverSimulator(plain_stream=True) as receiver, listening(receiver) as heard:
        await until(lambda: heard.stream.counts.failed > 1)
        assert PushState.HEALTHY not in heard.states
        assert heard.stream.counts.last_failure == "protocol_error"


async def test_a_wrong_password() -> None:
    """Only the user can help."""
    async with IpReceiverSimulator() as receiver, listening(receiver, password="wrong") as heard:
        await until(heard.task.done)
        assert isinstance(heard.task.exception(), AuthenticationError)
        assert receiver.logins_refused <= 2


async def test_doubt() -> None:
    """What was not told makes it subscribe anew, but not all the time."""
    clock = Clock()
    async with IpReceiverSimulator(heartbeat=0.05) as receiver, listening(receiver, clock=clock) as heard:
        await until(lambda: heard.stream.counts.beats > 0)
        receiver.forget_subscriptions()
        heard.stream.doubt()
        await until(lambda: heard.stream.counts.sessions == 2 and heard.states[-1] is PushState.HEALTHY)
        await receiver.cid("House", "1103")
        await until(lambda: heard.codes() == ["1103"])
        heard.stream.doubt()
        await asyncio.sleep(0.2)
        assert heard.stream.counts.sessions == 2
        clock.passes(301)
        heard.stream.doubt()
        await until(lambda: heard.stream.counts.sessions == 3)


async def test_id_behind_a_heartbeat() -> None:
    """Is kept: the subscription is taken back at the end. It is no message for the router."""
    async with IpReceiverSimulator(framing=Framing(late=True), heartbeat=60) as receiver:
        async with listening(receiver) as heard:
            await until(lambda: heard.stream.counts.messages == 2)
            assert (heard.stream.counts.beats, len(heard.messages)) == (1, 1)
            await receiver.cid("House", "1103")
            await until(lambda: heard.codes() == ["1103"])
        assert receiver.count("unSubscribe") == 1


async def test_without_an_id() -> None:
    """Events come; there is nothing to take back."""
    async with IpReceiverSimulator(unnamed_streams=True, heartbeat=60) as receiver:
        async with listening(receiver) as heard:
            await until(lambda: heard.states[-1:] == [PushState.HEALTHY])
            await receiver.cid("House", "1103")
            await until(lambda: heard.codes() == ["1103"])
        assert receiver.count("unSubscribe") == 0
        assert heard.stream.diagnostics()["sessions"] == 1
