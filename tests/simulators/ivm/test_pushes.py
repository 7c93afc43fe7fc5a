"""Subscriptions and what is pushed: probe, signature, breaker, services, every kind of message."""

import hashlib
import json
from typing import Any

import pytest

from simulators.ivm import CLASSES, MESSAGE_TYPES, METHODS, DevicePlan, TenantPlan

from .conftest import Client, Connect, Reply, Subscriber

PLAN = TenantPlan(
    devices=(
        DevicePlan(name="Gate", serial="GATE000001"),
        DevicePlan(kind="NVR", name="Box", channels=2, serial="BOXX000001"),
    )
)
KEY = "Abc123def456ghi789"


async def subscribe(client: Client, url: str, kind: str = "DEVICE_ALARM", **more: Any) -> Reply:
    """Configure a subscription."""
    return await client.call("POST", "messages/callback", {"callback_url": url, "subscription_type": kind, **more})


async def test_configuration(connect: Connect, subscriber: Subscriber) -> None:
    """Probe first, then it is there, read back in clear, replaced, removed."""
    client: Client = await connect(PLAN)
    path = "messages/callback"
    assert await client.get(path, subscription_type="DEVICE_ALARM") == {}
    told = (await subscribe(client, subscriber.url, auth_key=KEY)).data
    assert told == {
        "callback_url": subscriber.url, "create_time": "2026-03-10 12:30:00", "subscription_type": "DEVICE_ALARM",
    }  # fmt: skip
    assert subscriber.messages[0]["test"] is True
    assert set(subscriber.messages[0]) == {"message_id", "test"}
    client.clock.forward(60)
    await subscribe(client, subscriber.url)
    read = await client.get(path, subscription_type="DEVICE_ALARM")
    assert (read["create_time"], read["update_time"], read["auth_key"]) == (
        "2026-03-10 12:30:00",
        "2026-03-10 12:31:00",
        "",
    )
    await subscribe(client, subscriber.url, auth_key=KEY)
    assert (await client.get(path, subscription_type="DEVICE_ALARM"))["auth_key"] == KEY
    assert (await client.call("DELETE", path, subscription_type="DEVICE_ALARM")).status == 200
    assert (await client.call("DELETE", path, subscription_type="DEVICE_ALARM")).code == "IVM.20050004"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"callback_url": "ftp://a/b"}, "IVM.20050003"),
        ({"callback_url": "http://a/" + "b" * 250}, "IVM.20050003"),
        ({"callback_url": "http://127.0.0.1:1/"}, "IVM.20050005"),
        ({"subscription_type": "ALARM"}, "IVM.10027022"),
        ({"auth_key": "12345"}, "IVM.10027061"),
        ({"auth_key": "1" * 19}, "IVM.10027061"),
    ],
)
async def test_wrong_configurations(
    connect: Connect, subscriber: Subscriber, change: dict[str, Any], code: str
) -> None:
    """Nothing is kept."""
    client: Client = await connect(PLAN)
    body = {"callback_url": subscriber.url, "subscription_type": "DEVICE_ALARM", **change}
    assert (await client.call("POST", "messages/callback", body)).code == code
    assert client.cloud.callbacks == {}


async def test_a_probe_that_fails(connect: Connect, subscriber: Subscriber) -> None:
    """Another status, or too late; what was configured stays."""
    client: Client = await connect(PLAN)
    client.cloud.answer_seconds = 0.2
    await subscribe(client, subscriber.url)
    subscriber.status = 404
    assert (await subscribe(client, subscriber.url)).code == "IVM.20050005"
    subscriber.status, subscriber.delay = 200, 0.5
    assert (await subscribe(client, subscriber.url)).code == "IVM.20050005"
    assert list(client.cloud.callbacks) == ["DEVICE_ALARM"]
    assert client.cloud.pushes[-1].error == "timeout"


@pytest.mark.parametrize(("name", "separator", "form"), [("Ivm", "|", "hex"), ("lvm", " ", "upper")])
async def test_signature(connect: Connect, subscriber: Subscriber, name: str, separator: str, form: Any) -> None:
    """Over address, time and key, in the forms that are printed."""
    client: Client = await connect(PLAN)
    client.cloud.signature_header = "ivm" if name == "Ivm" else "lvm"
    client.cloud.signature_separator = separator
    client.cloud.signature_form = form
    await subscribe(client, subscriber.url, auth_key=KEY)
    push = await client.cloud.alarm("Gate", "0", "motion_detection")
    assert (push.status, push.delivered) == (200, True)
    headers = subscriber.headers[-1]
    stamp = str(int(client.clock.moment.timestamp()))
    assert headers[f"X-{name}-Timestamp"] == stamp
    digest = hashlib.sha256(separator.join((subscriber.url, stamp, KEY)).encode()).hexdigest()
    assert headers[f"X-{name}-Signature"] == (digest.upper() if form == "upper" else digest)


async def test_no_key_no_signature(connect: Connect, subscriber: Subscriber) -> None:
    """Headers only with a key."""
    client: Client = await connect(PLAN)
    await subscribe(client, subscriber.url)
    await client.cloud.alarm("Gate")
    assert not [name for name in subscriber.headers[-1] if name.lower().startswith("x-")]


async def test_the_breaker(connect: Connect, subscriber: Subscriber) -> None:
    """Six wrong answers to an address stop all that goes there for ten minutes; configuring again ends it."""
    client: Client = await connect(PLAN)
    await subscribe(client, subscriber.url)
    await subscribe(client, subscriber.url, "DEVICE_EXCEPTION")
    subscriber.status = 500
    for _ in range(5):
        assert (await client.cloud.alarm("Gate")).status == 500
    subscriber.status = 200
    assert (await client.cloud.alarm("Gate")).delivered
    subscriber.status = 302
    for _ in range(6):
        assert (await client.cloud.alarm("Gate")).status == 302
    subscriber.status = 200
    assert (await client.cloud.alarm("Gate")).error == "breaker"
    assert (await client.cloud.status("Gate", "login")).error == "breaker"
    callback = client.cloud.callbacks["DEVICE_ALARM"]
    assert callback.failures == 6
    assert callback.broken_until is not None
    await subscribe(client, subscriber.url)
    assert (await client.cloud.status("Gate", "login")).delivered
    subscriber.status = 500
    for _ in range(6):
        await client.cloud.alarm("Gate")
    subscriber.status = 200
    client.clock.forward(600)
    assert (await client.cloud.alarm("Gate")).delivered


async def test_an_alarm(connect: Connect, subscriber: Subscriber) -> None:
    """As the sample prints it; without services or a subscription it is not pushed."""
    client: Client = await connect(PLAN)
    assert (await client.cloud.alarm("Gate")).error == "no callback"
    await subscribe(client, subscriber.url)
    await client.cloud.alarm("Gate", "0", "io_event", alarm_type_name="Local<-3", target={"age": 30})
    message = subscriber.messages[-1]
    assert message["message_type"] == "device_alarm"
    assert message["test"] is False
    data = message["data"]
    assert data["alarm_uuid"].startswith("GATE000001_0_io_event_20260310123000_")
    assert (data["classification"], data["alarm_time"]) == ("ALARM", "2026-03-10T12:30:00+08:00")
    assert (data["alarm_type_name"], data["target"]["age"], data["target"]["target_id"]) == ("Local<-3", 30, "-1")
    client.cloud.channel("Gate").set_package("INDUSTRY_DATA", "CLOSED")
    assert (await client.cloud.alarm("Gate")).error == "no service"
    assert sum(len(kinds) for kinds in CLASSES.values()) == 27


@pytest.mark.parametrize("dirty", [False, True])
async def test_every_message(connect: Connect, subscriber: Subscriber, dirty: bool) -> None:
    """All nine types and all six methods reach the subscriber as JSON, with ids that differ."""
    client: Client = await connect(PLAN, dirty=dirty)
    for kind in MESSAGE_TYPES:
        await subscribe(client, subscriber.url, kind)
    subscriber.messages.clear()
    for method in METHODS:
        assert (await client.cloud.status("Box", method)).delivered
    await client.cloud.alarm("Box", 1)
    for message in list(MESSAGE_TYPES.values())[3:]:
        assert (await client.cloud.tlv(message, "Gate")).delivered
    assert (await client.cloud.unbind("Box", "UNBIND_DATAFLOW", 1)).delivered
    assert {message["message_type"] for message in subscriber.messages} == set(MESSAGE_TYPES.values())
    ids = [message["message_id"] for message in subscriber.messages]
    assert len(set(ids)) == len(ids)
    assert (len(str(ids[0])) == 32) is dirty


async def test_states_are_told(connect: Connect, subscriber: Subscriber) -> None:
    """Going away and coming back changes lists and is told, of devices and of channels."""
    client: Client = await connect(PLAN)
    await subscribe(client, subscriber.url, "DEVICE_EXCEPTION")
    await client.cloud.go_offline("Box")
    data = subscriber.messages[-1]["data"]
    assert (data["method"], data["param"]["video_channel"], data["param"]["online_time"]) == ("logout", None, 86_400)
    assert (await client.get("devices/BOXX000001"))["device_state"] == "OFFLINE"
    await client.cloud.go_online("Box")
    rows = subscriber.messages[-1]["data"]["param"]["video_channel"]
    assert [row["channel_state"] for row in rows] == [1, 1]
    await client.cloud.go_offline("Box", 1)
    data = subscriber.messages[-1]["data"]
    assert (data["method"], data["param"]["channel_id"]) == ("channel_state_notice", "")
    assert [(row["channel_id"], row["channel_state"]) for row in data["param"]["video_channel"]] == [("1", 0)]
    await client.cloud.rename_channel("Box", 1, "Back")
    assert subscriber.messages[-1]["data"]["param"]["video_channel"][0]["channel_name"] == "Back"
    await client.cloud.unbind("Box")
    assert (await client.call("GET", "devices/BOXX000001")).code == "IVM.10022002"


async def test_anything_can_be_pushed(connect: Connect, subscriber: Subscriber) -> None:
    """Bytes as they are, with headers as they are."""
    client: Client = await connect(PLAN)
    await subscribe(client, subscriber.url, auth_key=KEY)
    await client.cloud.push_raw("DEVICE_ALARM", b"\xffhalf", headers={"X-Ivm-Signature": "wrong"})
    assert subscriber.messages[-1] == b"\xffhalf"
    assert subscriber.headers[-1]["X-Ivm-Signature"] == "wrong"
    push = await client.cloud.push_raw("DEVICE_ALARM", {"message_id": 2**70})
    assert json.loads(push.body) == {"message_id": 2**70}
    client.cloud.reachable = False
    assert (await client.cloud.alarm("Gate")).error == "nothing gets out"
