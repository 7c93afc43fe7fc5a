"""What answers and pushes look like when they contradict the tables."""

from typing import Any

from simulators.ivm import DevicePlan, TenantPlan

from .conftest import Client, Connect, Subscriber

PLAN = TenantPlan(devices=(DevicePlan(name="Gate", serial="GATE000001"),))
GATE = {"device_id": "GATE000001", "channel_id": "0"}
MINUTES = {
    "start_time": "2026-03-10 06:00:00", "end_time": "2026-03-10 12:00:00", "record_position": "DEVICE",
}  # fmt: skip


async def cloud_with(connect: Connect, *kinds: str) -> Client:
    """Return a client of a cloud with some dirt."""
    client: Client = await connect(PLAN, dirty=set(kinds))
    return client


async def test_numbers_and_truths_as_text(connect: Connect) -> None:
    """Counts inside lists, truths of abilities, and an enterprise as a number longer than 64 bits."""
    client = await cloud_with(connect, "string_numbers")
    (row,) = (await client.get("device-orgs/0/devices"))["devices"]
    assert (row["channel_total"], row["operator_total"]) == ("1", "0")
    (org,) = (await client.get("device-orgs/tree", device_org_name="Home"))["result"]
    assert org["enterprise_id"] == int(client.cloud.user_id)


async def test_other_shapes(connect: Connect) -> None:
    """Objects for lists of one, text for arrays and arrays for text, both kinds of retention at once."""
    client = await cloud_with(connect, "shapes")
    (row,) = (await client.get("devices"))["devices"]
    assert row["org_list"]["device_org_name"] == "Home"
    assert isinstance(row["device_ability"], list)
    channel = (await client.get("channels"))["channels"]
    assert "ptz, " in channel["channel_ability"]
    assert len((await client.get(f"{client.dc('Gate')}/time-policy"))["time_policies"]) == 2


async def test_records(connect: Connect) -> None:
    """The right spelling of a misspelt kind, nulls for nothing, fractions in times."""
    client = await cloud_with(connect, "alarm_spelling", "null_lists", "odd_times")
    path = f"{client.dc('Gate')}/media/records"
    told = (await client.call("GET", path, version="v2", **MINUTES)).data
    assert "ALARM_RECORD" in {row["record_type"] for row in told["records"]}
    assert told["records"][0]["start_time"].endswith(":00.0")
    told = await client.call("GET", path, version="v2", **{**MINUTES, "end_time": "2026-03-10 06:00:00"})
    assert told.code == "IVM.10020007"
    earlier = {**MINUTES, "start_time": "2025-03-10 06:00:00", "end_time": "2025-03-10 12:00:00"}
    assert (await client.call("GET", path, version="v2", **earlier)).data["records"] is None


async def test_batches(connect: Connect) -> None:
    """Another counter, and id and code at each other's place."""
    client = await cloud_with(connect, "counters", "swapped_batch")
    told = (await client.call("POST", "devices/channels/record-plan", {"channels": [GATE]})).data
    assert told["fail_num"] == 0
    (row,) = told["channels"]
    assert (row["channel_id"], row["result"]["code"]) == ("IVM.0", "0")


async def test_playback_and_snapshot(connect: Connect) -> None:
    """P2P data beside, and a picture instead of JSON."""
    client = await cloud_with(connect, "beside", "raw_pictures")
    query = {**MINUTES, "playback_protocol": "HOLO"}
    path = f"{client.dc('Gate')}/media/playback-connections"
    told = (await client.call("GET", path, version="v2", **query)).data
    assert told["p2p_connections"]["start_time"] == MINUTES["start_time"]
    picture = await client.call("GET", "devices/snap", **GATE, storage="false")
    assert picture.body.startswith(b"\xff\xd8")
    assert picture.headers["Content-Type"] == "image/jpeg"


async def test_spellings(connect: Connect) -> None:
    """Names of cruise tracks, seconds as text, blanks, small letters, half an object."""
    client = await cloud_with(
        connect, "cruise_spelling", "text_times", "trailing_blanks", "broken_json", "expire_number"
    )
    assert (await client.sign_in()).json["expire_time"] == 604_800
    gate = client.dc("Gate")
    assert "cruise_name" in (await client.get(f"{gate}/cruise-track/list"))["cruises_ids"][0]
    point = (await client.get(f"{gate}/cruise-track", cruises_id=1))["cruise_points"][0]
    assert (point["preset_index"], point["dwel_time"], point["speedLevel"]) == ("1", 30, 5)
    assert (await client.get(f"{gate}/record-alarm-plan"))["plans"][0]["advance_time"] == "10"
    resource = (await client.get("resources"))["resources"][0]
    assert resource["mode"] == "PACKAGE "
    assert "exp_time" in resource
    assert (await client.get(gate))["channel_intelligent"].startswith("{")


async def test_pushes(connect: Connect, subscriber: Subscriber) -> None:
    """Broken nesting, template names, numbers that wrapped around."""
    client = await cloud_with(connect, "status_nesting", "template_names", "big_numbers", "tlv_nesting", "shapes")
    for kind in ("DEVICE_EXCEPTION", "HEAD_SHOULDER_DATA"):
        body = {"callback_url": subscriber.url, "subscription_type": kind}
        assert (await client.call("POST", "messages/callback", body)).status == 200
    await client.cloud.status("Gate", "login")
    data: Any = subscriber.messages[-1]["data"]
    assert "push_time" in data
    assert "push_time" not in data["param"]
    assert data["param"]["video_channel"][0]["channel_name"].startswith("${time@sys")
    assert isinstance(data["param"]["video_channel"][0]["channel_ability"], str)
    await client.cloud.tlv("head_shoulder_data", "Gate", scene=15, human_count_in=4)
    data = subscriber.messages[-1]["data"]
    assert "targets" not in data["data"]
    (target,) = data["targets"]
    assert (target["human_count_in"], target["human_time_start"]) == (4, 18_446_744_073_696_131_378)
    assert "head_shoulder_pos" in target
