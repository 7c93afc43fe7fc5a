"""Recording settings, services, targets, encoding and statistics."""

from base64 import b64decode
from typing import Any

import pytest

from simulators.ivm import DevicePlan, TenantPlan

from .conftest import Client, Connect

PLAN = TenantPlan(
    devices=(
        DevicePlan(name="Gate", serial="GATE000001"),
        DevicePlan(name="Bare", serial="BARE000001", packages={"MANAGEMENT": "GRANT"}),
        DevicePlan(kind="NVR", name="Box", serial="BOXX000001", ondemand=False),
        DevicePlan(protocol="GB28181", name="Yard", serial="34020000001320000001"),
    )
)
GATE = {"device_id": "GATE000001", "channel_id": "0"}
BARE = {"device_id": "BARE000001", "channel_id": "0"}
BOX = {"device_id": "BOXX000001", "channel_id": "0"}
MORNING = {"day_of_week": 1, "start_time": "08:00:00", "end_time": "12:00:00"}
LATE = {"day_of_week": 1, "start_time": "11:59:59", "end_time": "13:00:00"}


async def test_the_plan(connect: Connect) -> None:
    """Set, read, delete by POST; each channel has a result."""
    client: Client = await connect(PLAN)
    path = "devices/channels/record-plan"
    assert (await client.get(f"{client.dc('Gate')}/record-plan")) == {
        **GATE,
        "is_upload_record": False,
        "all_day": True,
    }
    told = (
        await client.call("PUT", path, {"plans": [{**GATE, "time_sections": [MORNING]}, {**BARE, "all_day": True}]})
    ).data
    assert [row["result"]["code"] for row in told["channels"]] == ["IVM.0", "IVM.20010011"]
    assert told["failed_num"] == 1
    plan = await client.get(f"{client.dc('Gate')}/record-plan")
    assert (plan["all_day"], plan["time_sections"]) == (False, [MORNING])
    assert (await client.call("POST", path, {"channels": [GATE]})).data["failed_num"] == 0
    assert (await client.get(f"{client.dc('Gate')}/record-plan"))["time_sections"] == []
    assert (await client.call("POST", path, {"channels": [{**GATE, "record_type": "alarm"}]})).status == 200
    assert (await client.get(f"{client.dc('Gate')}/record-alarm-plan"))["plans"] == []
    assert (await client.call("GET", f"{client.dc('Bare')}/record-plan")).code == "IVM.20010011"


@pytest.mark.parametrize(
    ("plans", "code"),
    [
        ([{**GATE, "all_day": True}] * 101, "IVM.10024000"),
        ([{**GATE, "all_day": True}] * 2, "IVM.10024001"),
        (None, "IVM.10024002"),
        ([GATE], "IVM.10024009"),
        ([{**GATE, "time_sections": [MORNING, LATE]}], "IVM.10024004"),
        ([{**GATE, "time_sections": [{**MORNING, "day_of_week": 8}]}], "IVM.10024003"),
        ([{**GATE, "time_sections": [{**MORNING, "end_time": "24:00:00"}]}], "IVM.10024007"),
        ([{**GATE, "all_day": "true"}], "IVM.10020001"),
        ([{**GATE, "all_day": True, "channel": "0"}], "IVM.10020001"),
    ],
)
async def test_wrong_plans(connect: Connect, plans: Any, code: str) -> None:
    """The whole call is refused."""
    client: Client = await connect(PLAN)
    assert (await client.call("PUT", "devices/channels/record-plan", {"plans": plans})).code == code
    plan = client.cloud.channel("Gate").plan
    assert plan is not None
    assert plan.all_day


async def test_the_alarm_plan_is_replaced(connect: Connect) -> None:
    """What is not named is gone; the sum of seconds, the types and the services are checked."""
    client: Client = await connect(PLAN)
    path = "devices/channels/record-alarm-plan"

    def body(**more: Any) -> dict[str, Any]:
        plan = {"alarm_type": "region_in_alarm", "advance_time": "5", "after_time": 20, **more}
        return {"channels": [{**GATE, "all_day": True, "plans": [plan]}]}

    assert (await client.call("PUT", path, body())).data["failed_num"] == 0
    told = await client.get(f"{client.dc('Gate')}/record-alarm-plan")
    assert told["plans"] == [{"alarm_type": "region_in_alarm", "advance_time": 5, "after_time": 20}]
    assert told["all_day"] is True
    assert (await client.call("PUT", path, body(after_time=56))).code == "IVM.20010029"
    assert (await client.call("PUT", path, body(after_time=0))).code == "IVM.20010028"
    assert (await client.call("PUT", path, body(alarm_type="human_detection"))).code == "IVM.20010027"
    assert (await client.call("GET", f"{client.dc('Bare')}/record-alarm-plan")).code == "IVM.20010024"


async def test_stream_and_retention(connect: Connect) -> None:
    """Days can be set where storage is paid by use."""
    client: Client = await connect(PLAN)
    configs = {"channel_record_configs": [{**GATE, "stream_type": "SECONDARY_STREAM_1"}]}
    assert (await client.call("PUT", "devices/channels/record-config", configs)).data["failed_num"] == 0
    assert (await client.get(f"{client.dc('Gate')}/record-config"))["stream_type"] == "SECONDARY_STREAM_1"

    async def keep(channel: dict[str, str], days: int, kind: str = "PLAN_RECORD") -> str:
        policies = [{"storage_days": days, "storage_type": kind}]
        body = {"channel_time_policies": [{**channel, "time_policies": policies}]}
        reply = await client.call("PUT", "devices/channels/time-policy", body)
        return reply.code if reply.status != 200 else str(reply.json["channels"][0]["result"]["code"])

    assert await keep(GATE, 30) == "IVM.0"
    assert await keep(GATE, 5, "MOTION_RECORD") == "IVM.0"
    told = (await client.get(f"{client.dc('Gate')}/time-policy"))["time_policies"]
    assert told == [{"storage_days": 30, "storage_type": "PLAN_RECORD"}]
    told = (await client.get(f"{client.dc('Gate')}/time-policy", record_type="alarm"))["time_policies"]
    assert told == [{"storage_days": 5, "storage_type": "MOTION_RECORD"}]
    assert await keep(BOX, 30) == "IVM.20010009"
    assert await keep(BARE, 30) == "IVM.20010015"
    assert await keep(GATE, 0) == "IVM.10024005"


async def test_services(connect: Connect) -> None:
    """Bought, used, bound and unbound; the last to go is what the others need."""
    client: Client = await connect(PLAN)
    rows = (await client.get("resources", limit=300))["resources"]
    assert len(rows) == 8
    storage = next(row for row in rows if (row["resource_type_code"], row["mode"]) == ("NORMAL", "ONDEMAND"))
    assert (storage["total_num"], storage["usage_num"]) == (-1, 2)
    path = "devices/channels/resources"
    body = {"resource_id": storage["resource_id"], "channels": [BARE, GATE]}
    assert (await client.call("POST", path, body)).code == "IVM.20060017"
    told = (await client.call("POST", path, {**body, "storage_day": 9})).data
    assert [row["result"]["code"] for row in told["channels"]] == ["IVM.0", "IVM.20060007"]
    assert client.cloud.channel("Bare").retention["normal"] == 9
    used = await client.get(f"resources/{storage['resource_id']}/channels")
    assert used["total"] == 3
    gone = {"resource_type_code": "MANAGE", "channels": [BARE]}
    assert (await client.call("DELETE", path, gone)).data["channels"][0]["result"]["code"] == "IVM.20060023"
    for kind in ("RECORD", "MANAGE", "MANAGE"):
        told = (await client.call("DELETE", path, {"resource_type_code": kind, "channels": [BARE]})).data
        assert told["failed_num"] == 0
    assert (await client.get(f"{client.dc('Bare')}/resources"))["resources"] == []
    state = {"state": "OPENED", "channels": ["-1", "0", "7"]}
    told = (await client.call("PUT", "devices/GATE000001/channels/targets/authorization", state)).data
    assert [row["channel_result"] for row in told["channels_result"]] == ["0", "1"]
    assert (await client.get(f"{client.dc('Gate')}/targets/authorization"))["channel_state"] == "OPENED"


async def test_targets(connect: Connect) -> None:
    """Libraries and what is in them, on HOLO devices."""
    client: Client = await connect(PLAN)
    device = {"device_id": "BOXX000001"}
    group = {**device, "group_id": 1}
    assert (await client.call("POST", "target-groups", {**device, "group_name": "A"})).data["group_id"] == "1"
    second = await client.call("POST", "target-groups", {**device, "group_name": "B"}, version="v2")
    assert second.data["group_id"] == 2
    edited = {**group, "group_name": "A", "group_type": "BLACK", "enable": "OPEN"}
    assert (await client.call("PUT", "target-groups", edited)).code == "IVM.20090028"
    person = {"name": "X", "gender": "male", "jpegBase64": "AA=="}
    told = (await client.call("POST", "targets/batch-add", {**group, "targets": [person, person]})).data
    assert [row["target_id"] for row in told["targets"]] == ["1", "2"]
    assert (await client.call("PUT", "target-groups", edited)).status == 200
    assert (await client.get("targets/count", **group))["target_count"] == 2
    assert (await client.get("targets/ids", **group, start=1, count=1))["target_ids"] == ["2"]
    assert (await client.call("DELETE", "target-groups", group)).code == "IVM.20090026"
    told = (await client.call("POST", "target/batch-delete", {**group, "target_ids": ["1", "2", "3"]})).data
    assert [row["result"]["code"] for row in told["target_ids"]] == ["IVM.0", "IVM.0", "IVM.20090027"]
    assert (await client.call("DELETE", "target-groups", group)).data["group_id"] == "1"
    yard = {"device_id": "34020000001320000001", "group_name": "A"}
    assert (await client.call("POST", "target-groups", yard)).code == "IVM.20090017"


async def test_encoding_and_password(connect: Connect) -> None:
    """What is written is read; a password needs the old one."""
    client: Client = await connect(PLAN)
    path = f"{client.dc('Gate')}/stream-detail"
    detail = await client.get(path)
    assert detail["stream_info"][0]["encode_type"] == "H.265"
    wanted = {"stream_num": 2, "max_frame_rate": 25, "stream_info": [{"stream_type": 0, "encode_type": "H.264"}]}
    assert (await client.call("POST", path, wanted)).status == 200
    assert (await client.get(path))["stream_info"][0]["encode_type"] == "H.264"
    wanted["stream_info"] = [{"stream_type": 0, "encode_type": "MJPEG"}]
    assert (await client.call("POST", path, wanted)).code == "IVM.20150003"
    ability = await client.get(f"{client.dc('Gate')}/stream-ability")
    assert ability["abilities"][0]["stream_info"][0]["encode_mode"][0]["resolution"][0]["frame_rate"][0] == "25"
    path = f"{client.dc('Gate')}/security-key"
    assert (await client.get(path))["security_key_state"] == "SET"
    assert (await client.call("PUT", path, {"new_security_key": "abcd1234"})).status == 200
    assert (await client.call("PUT", path, {"new_security_key": "abcd12345"})).code == "IVM.20140006"
    assert (await client.call("GET", f"{client.dc('Box')}/security-key")).code == "IVM.20140008"


@pytest.mark.parametrize(
    ("kind", "end", "length"),
    [("DAY", None, 24), ("WEEK", None, 7), ("MONTH", None, 7), ("MONTH", "20260331", 31), ("WEEK", "20260317", 31),
     ("WEEK", "20260316", 7), ("YEAR", None, 12)],
)  # fmt: skip
async def test_people(connect: Connect, kind: str, end: str | None, length: int) -> None:
    """A short month is a week, and a long week a month."""
    client: Client = await connect(PLAN)
    query = {**GATE, "type": kind, "start_date": "20260310", **({"end_date": end} if end else {})}
    told = await client.get("statistics/people", **query)
    assert len(told["in"]) == len(told["out"]) == length
    assert sum(told["in"]) > 0


async def test_people_of_a_day(connect: Connect) -> None:
    """Hours to come are zero, and counts can be set."""
    client: Client = await connect(PLAN)
    query = {**GATE, "type": "DAY", "start_date": "20260310"}
    assert not any((await client.get("statistics/people", **query))["in"][13:])
    client.cloud.channel("Gate").people["20260310"] = ([1] * 24, [2] * 24)
    assert (await client.get("statistics/people", **query))["out"] == [2] * 24
    assert (await client.call("GET", "statistics/people", **{**query, **BARE})).code == "IVM.20090016"
    assert (await client.call("GET", "statistics/people", **{**query, "type": "HOUR"})).code == "IVM.20090019"
    heat = {**GATE, "type": "DAY", "start_time": "2026-03-10 00:00:00"}
    assert (await client.get("time-heatmap", **heat))["data"] == [1] * 24
    space = await client.get("space-heatmap", **heat)
    assert len(b64decode(space["rawbase64"])) == space["width"] * space["height"]
    yard = client.cloud.channel("Yard")
    gb = {**heat, "device_id": yard.device.id, "channel_id": yard.id}
    assert (await client.call("GET", "space-heatmap", **gb)).code == "IVM.20090022"
