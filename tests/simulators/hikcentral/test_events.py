"""Subscriptions, and what is pushed to those who have one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
import ssl
from typing import Any

from aiohttp import web
import pytest

from simulators.hikcentral import HikCentralSimulator, Options, SitePlan
from simulators.wire.tls import self_signed

from .conftest import Client, Connect, Receiver

SUBSCRIBE = "eventService/v1/eventSubscriptionByEventTypes"
VIEW = "eventService/v1/eventSubscriptionView"
UNSUBSCRIBE = "eventService/v1/eventUnSubscriptionByEventTypes"
MOTION, FACE, ANPR, CARD, INPUT = 131331, 131659, 131622, 196893, 589825


async def subscribed(connect: Connect, receiver: Receiver, *codes: int, **options: Any) -> Client:
    """Return a client whose key gets some types at the receiver."""
    client: Client = await connect(site=SitePlan(mobile_devices=1), options=Options(**options))
    body = {"eventTypes": list(codes), "eventDest": receiver.url}
    assert (await client.call(SUBSCRIBE, body)).json == {"code": "0", "msg": "Success"}
    return client


async def test_subscribe_view_unsubscribe(connect: Connect, receiver: Receiver) -> None:
    """Types are added, shown and taken away."""
    client = await subscribed(connect, receiver, MOTION, FACE)
    await client.call(SUBSCRIBE, {"eventTypes": [FACE, ANPR], "eventDest": receiver.url})
    expected = {"eventTypes": [MOTION, FACE, ANPR], "eventDest": receiver.url, "passBack": 0}
    assert (await client.call(VIEW)).data == {"detail": [expected]}
    (subscription,) = client.platform.subscriptions
    assert (subscription.app_key, subscription.types, subscription.dest) == (
        client.key,
        [MOTION, FACE, ANPR],
        receiver.url,
    )
    assert (await client.call(UNSUBSCRIBE, {"eventTypes": [FACE]})).json == {"code": "0", "msg": "Success"}
    assert client.platform.subscriptions[0].types == [MOTION, ANPR]
    await client.call(UNSUBSCRIBE, {"eventTypes": [MOTION, ANPR]})
    assert (await client.call(VIEW)).data == {"detail": []}


async def test_unsubscribing_meets_every_destination_of_the_key(connect: Connect, receiver: Receiver) -> None:
    """The call has no destination; another partner keeps its own."""
    client = await subscribed(connect, receiver, MOTION)
    await client.call(SUBSCRIBE, {"eventTypes": [MOTION, FACE], "eventDest": f"{receiver.url}/2"})
    client.platform.add_key("20000009", "other")
    other = Client(client.platform, client.session)
    other.key, other.secret = "20000009", "other"
    await other.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": f"{receiver.url}/3"})
    await client.call(UNSUBSCRIBE, {"eventTypes": [MOTION]})
    assert [row["eventDest"] for row in (await client.call(VIEW)).data["detail"]] == [f"{receiver.url}/2"]
    assert [row["eventDest"] for row in (await other.call(VIEW)).data["detail"]] == [f"{receiver.url}/3"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"eventTypes": []}, "0x00072001"),
        ({"eventTypes": None}, "0x00072001"),
        ({"eventDest": ""}, "0x00072001"),
        ({"eventTypes": 131331}, "0x00072003"),
        ({"eventTypes": "131331"}, "0x00072003"),
        ({"eventTypes": ["131331"]}, "0x00072003"),
        ({"eventTypes": [66306]}, "0x00072002"),
        ({"eventTypes": [2147483648]}, "0x00072002"),
        ({"eventTypes": list(range(131000, 131257))}, "0x00072002"),
        ({"eventDest": "http://h/" + "x" * 1016}, "0x00072002"),
        ({"eventDest": "10.0.0.1:80"}, "0x00072003"),
        ({"passBack": 2}, "0x00072002"),
    ],
)
async def test_what_cannot_be_subscribed(connect: Connect, changes: dict[str, Any], code: str) -> None:
    """Forms and limits of the table; nothing is kept of a refused call."""
    client: Client = await connect()
    body = {"eventTypes": [MOTION], "eventDest": "http://10.0.0.1:80/eventRcv"}
    assert (await client.call(SUBSCRIBE, body | changes)).code == code
    assert client.platform.subscriptions == []


async def test_limits_that_are_just_kept(connect: Connect) -> None:
    """256 types and 1024 characters."""
    client: Client = await connect()
    body = {"eventTypes": list(range(131000, 131256)), "eventDest": "http://h/" + "x" * 1015}
    assert (await client.call(SUBSCRIBE, body)).code == "0"


@pytest.mark.parametrize(("low", "codes"), [(True, ["0", "0"]), (frozenset({66306}), ["0", "0x00072002"])])
async def test_low_codes(connect: Connect, low: bool | frozenset[int], codes: list[str]) -> None:
    """Platforms may take codes below the printed range, or some of them."""
    client: Client = await connect(options=Options(low_codes=low))
    replies = [await client.call(SUBSCRIBE, {"eventTypes": [c], "eventDest": "http://h:1/"}) for c in (66306, 130)]
    assert [reply.code for reply in replies] == codes


async def test_view_of_the_sample(connect: Connect, receiver: Receiver) -> None:
    """Code is a number, the address has blanks, passBack is missing."""
    client: Client = await connect("sample")
    reply = await client.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": receiver.url})
    assert reply.json == {"code": 0, "msg": "Success"}
    shown = (await client.call(VIEW)).json["data"]["detail"]
    assert shown == [{"eventTypes": [MOTION], "eventDest": f" {receiver.url.replace('/eventRcv', ' /eventRcv')} "}]
    assert client.platform.subscriptions[0].dest == receiver.url


async def test_form_of_a_notification(connect: Connect, receiver: Receiver) -> None:
    """As the table has it, with its misspelled key."""
    client = await subscribed(connect, receiver, MOTION)
    event_id = client.platform.happen(MOTION, "camera", "2", level=3, status=1)
    await client.platform.settle()
    (message,) = receiver.messages
    assert message["method"] == "OnEventNotify"
    assert set(message["params"]) == {"sendTime", "ability", "events"}
    assert message["params"]["ability"] == "event_vss"
    (event,) = message["params"]["events"]
    moment = event.pop("happenTime")
    assert datetime.fromisoformat(moment).tzinfo is not None and moment[-10:-6] == f".{moment[-9:-6]}"
    assert event == {
        "eventId": event_id, "srcIndex": "2", "srcType": "camera", "srcName": "Lobby", "eventType": MOTION,
        "status": 1, "eventLvl": 3, "timeout": 30, "srcParentIdex": "1", "data": {},
    }  # fmt: skip
    assert receiver.methods == ["POST"]
    assert (client.platform.delivered, client.platform.failed_pushes) == (1, 0)


async def test_notification_of_the_sample(connect: Connect, receiver: Receiver) -> None:
    """The printed one has no level."""
    client: Client = await connect("sample")
    await client.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": receiver.url})
    client.platform.happen(MOTION)
    await client.platform.settle()
    (event,) = receiver.events
    assert "eventLvl" not in event and event["srcParentIdex"] == "1"


async def test_hostile_notifications(connect: Connect, receiver: Receiver) -> None:
    """Numbers are texts, one event is no list at times, data is text or nothing, keys are spelled otherwise."""
    client: Client = await connect("hostile")
    await client.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": receiver.url})
    for number in range(3):
        client.platform.happen(MOTION, event_id=str(number))
        await client.platform.settle()
    first, second, third = (message["params"]["events"] for message in receiver.messages)
    assert (first["eventId"], second[0]["eventId"], third["eventId"]) == ("0", "1", "2")
    assert [event["data"] for event in (first, second[0], third)] == ["{}", None, ""]
    assert (first["eventType"], first["status"], first["srcParentIndex"]) == (str(MOTION), "3", "1")
    assert "srcParentIdex" not in first and "T " in first["happenTime"]


async def test_only_what_was_subscribed(connect: Connect, receiver: Receiver) -> None:
    """Other types are recorded, not pushed."""
    client = await subscribed(connect, receiver, MOTION)
    client.platform.happen(FACE)
    await client.platform.settle()
    assert receiver.events == []
    assert [record.code for record in client.platform.state.records] == [FACE]


@pytest.mark.parametrize(
    ("code", "kind", "ability", "keys"),
    [
        (CARD, "door", "event_acs", {"personId", "cardNo", "checkInAndOutType", "readerIndexCode", "picUri"}),
        (ANPR, "camera", "event_veh", {"plateNo"}),
        (130, "camera", "event_veh", {"plateNo", "vehicleGroupIndexCode"}),
        (FACE, "camera", "event_vss", {"alarmResult", "dataType"}),
        (643, "mobileVehicle", "event_mobile", {"gps", "vehicle"}),
        (500041, "fallRadar", "event_health", {"RoomNo", "BedNo", "PersonName"}),
        (INPUT, "ioIn", "event_io", set()),
        (66306, "encodeDevice", "event_vss", set()),
        (330203, "camera", "event_vss", set()),
    ],
)
async def test_families(
    connect: Connect, receiver: Receiver, code: int, kind: str, ability: str, keys: set[str]
) -> None:
    """Source, ability and data of each family, codes nobody knows too."""
    client = await subscribed(connect, receiver, code, low_codes=True)
    client.platform.happen(code)
    await client.platform.settle()
    (event,) = receiver.events
    assert (event["srcType"], event["srcIndex"]) == (kind, "1")
    assert receiver.messages[0]["params"]["ability"] == ability
    assert keys <= set(event["data"]) and (keys or not event["data"])


async def test_picture_where_the_family_has_a_field(connect: Connect, receiver: Receiver) -> None:
    """Its address is in the data, no push follows, and it can be read."""
    client = await subscribed(connect, receiver, CARD, FACE)
    client.platform.happen(CARD, picture=b"\xff\xd8card")
    client.platform.happen(FACE, picture=True)
    await client.platform.settle()
    card, face = receiver.events
    assert client.platform.pictures.read(card["data"]["picUri"]) == b"\xff\xd8card"
    drawn = client.platform.pictures.read(face["data"]["alarmResult"]["faces"][0]["URL"])
    assert drawn is not None and drawn.startswith(b"\xff\xd8\xff")


async def test_start_picture_end(connect: Connect, receiver: Receiver) -> None:
    """Status 1, 5, 4, 2 of one occurrence share their id; the record has picture and end."""
    client = await subscribed(connect, receiver, MOTION)
    platform = client.platform
    event_id = platform.happen(MOTION, status=1, picture=True)
    await platform.update(event_id, data={"more": 1})
    record = platform.state.record(event_id)
    assert record is not None and record.stop is None
    await platform.end(event_id)
    assert [event["status"] for event in receiver.events] == [1, 5, 4, 2]
    assert {event["eventId"] for event in receiver.events} == {event_id}
    assert receiver.events[2]["data"] == {"more": 1}
    assert record.stop is not None and len(record.pictures) == 1
    with pytest.raises(KeyError):
        await platform.end("nobody")


async def test_same_id_again(connect: Connect, receiver: Receiver) -> None:
    """A later occurrence may carry an id again; the end belongs to the newest."""
    client = await subscribed(connect, receiver, MOTION)
    for _ in range(2):
        client.platform.happen(MOTION, status=1, event_id="same")
    await client.platform.end("same")
    first, second = client.platform.state.records
    assert first.stop is None and second.stop is not None


async def test_batches_and_order(connect: Connect, receiver: Receiver) -> None:
    """Several events of one ability travel together, backwards if set so."""
    client = await subscribed(connect, receiver, MOTION, CARD)
    client.platform.batch = 3
    for number in range(4):
        client.platform.happen(MOTION, event_id=str(number))
    client.platform.happen(CARD, event_id="card")
    await client.platform.settle()
    told = [[event["eventId"] for event in message["params"]["events"]] for message in receiver.messages]
    assert told == [["0", "1", "2"], ["3"], ["card"]]
    receiver.messages.clear()
    client.platform.options.reorder = True
    for number in range(3):
        client.platform.happen(MOTION, event_id=str(number))
    await client.platform.settle()
    assert [event["eventId"] for event in receiver.events] == ["2", "1", "0"]


async def test_duplicates_verb_and_blank(connect: Connect, receiver: Receiver) -> None:
    """Each notification is repeated, by PUT, with the blank of the text in its time."""
    client = await subscribed(connect, receiver, MOTION, duplicates=2, push_verb="PUT", spaced_send_time=True)
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert receiver.methods == ["PUT"] * 3
    assert len(set(receiver.bodies)) == 1
    assert "T " in receiver.messages[0]["params"]["sendTime"]


async def test_outage_loses_pushes(connect: Connect, receiver: Receiver) -> None:
    """What happens while nothing gets out is only recorded."""
    client = await subscribed(connect, receiver, MOTION)
    client.platform.reachable = False
    client.platform.happen(MOTION, event_id="lost")
    await client.platform.settle()
    client.platform.reachable = True
    client.platform.happen(MOTION, event_id="seen")
    await client.platform.settle()
    assert [event["eventId"] for event in receiver.events] == ["seen"]
    assert client.platform.pushes.lost == 1
    assert [record.event_id for record in client.platform.state.records] == ["lost", "seen"]


async def test_retries(connect: Connect, receiver: Receiver) -> None:
    """A refused notification is tried again as often as set, then counted as failed."""
    client = await subscribed(connect, receiver, MOTION, push_retries=2, retry_seconds=0.01)
    receiver.status = 500
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert (len(receiver.bodies), client.platform.failed_pushes, client.platform.delivered) == (3, 1, 0)
    assert list(client.platform.pushes.statuses) == [500] * 3


async def test_nobody_there_and_too_slow(connect: Connect, receiver: Receiver) -> None:
    """Both fail; what waits comes afterwards."""
    client = await subscribed(connect, receiver, MOTION, push_timeout=0.05)
    await client.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": "http://127.0.0.1:9/eventRcv"})
    receiver.delay = 0.2
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert list(client.platform.pushes.statuses) == [0, 0]
    assert client.platform.failed_pushes == 2
    receiver.delay = 0.0
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert client.platform.delivered == 1
    assert client.platform.pushes.latencies[-1] < 0.2


async def test_pass_back(connect: Connect, receiver: Receiver) -> None:
    """Some platforms push only when the subscription says so."""
    client = await subscribed(connect, receiver, MOTION, needs_pass_back=True)
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert receiver.events == []
    await client.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": receiver.url, "passBack": 1})
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert len(receiver.events) == 1
    assert (await client.call(VIEW)).data["detail"][0]["passBack"] == 1


async def test_raw_pushes(connect: Connect, receiver: Receiver) -> None:
    """Anything can be sent, to the subscribers or to an address; its status is told."""
    client = await subscribed(connect, receiver, MOTION)
    assert await client.platform.push_raw(b"x" * 9_000_000, "text/plain") == [200]
    assert await client.platform.push_raw(b"<xml/>", to=f"{receiver.url}/elsewhere") == [200]
    assert await client.platform.push_raw(b"{}", to="http://127.0.0.1:9/") == [0]
    assert [len(body) for body in receiver.bodies] == [9_000_000, 6]


async def test_hidden_and_silent_events(connect: Connect, receiver: Receiver) -> None:
    """Pushed but not found; found but not pushed."""
    client = await subscribed(connect, receiver, MOTION)
    client.platform.happen(MOTION, event_id="a", record=False)
    client.platform.happen(MOTION, event_id="b", push=False)
    await client.platform.settle()
    assert [event["eventId"] for event in receiver.events] == ["a"]
    assert [(record.event_id, record.found) for record in client.platform.state.records] == [("a", False), ("b", True)]


async def test_many_events(connect: Connect, receiver: Receiver) -> None:
    """A thousand events arrive, in their order."""
    client = await subscribed(connect, receiver, MOTION)
    client.platform.batch = 50
    for number in range(1000):
        client.platform.happen(MOTION, event_id=str(number))
    await client.platform.settle()
    assert [event["eventId"] for event in receiver.events] == [str(number) for number in range(1000)]
    assert client.platform.delivered == 20


@pytest.fixture
async def secure(socket_enabled: None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Return the address of an https receiver with a certificate nobody knows, and what it took."""
    taken: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(await request.read())
        return web.Response()

    application = web.Application()
    application.router.add_post("/eventRcv", take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    context: ssl.SSLContext = self_signed("127.0.0.1").context
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}/eventRcv", taken
    await runner.cleanup()


async def test_secure_callback(connect: Connect, secure: tuple[str, list[bytes]]) -> None:
    """A certificate of its own is taken."""
    client: Client = await connect()
    url, taken = secure
    await client.call(SUBSCRIBE, {"eventTypes": [MOTION], "eventDest": url})
    client.platform.happen(MOTION)
    await client.platform.settle()
    assert len(taken) == 1


async def test_delayed_push(connect: Connect, receiver: Receiver) -> None:
    """Pushes may take a while."""
    client = await subscribed(connect, receiver, MOTION, push_delay=0.1)
    client.platform.happen(MOTION)
    await asyncio.sleep(0.03)
    assert receiver.events == []
    await client.platform.settle()
    assert len(receiver.events) == 1


async def test_events_before_the_start() -> None:
    """A platform that does not run yet only records."""
    platform = HikCentralSimulator()
    platform.happen(MOTION)
    assert len(platform.state.records) == 1
