"""Organisations, devices, channels: counts, pages, filters, and what is changed by calls."""

import time
from typing import Any

import pytest

from simulators.ivm import DIRT, DevicePlan, IvmSimulator, TenantPlan, many

from .conftest import Client, Connect, Subscriber

PLAN = TenantPlan(
    orgs=("Home", "Home/Garden", "Shop"),
    devices=(
        DevicePlan(name="Door", org="Home", serial="DOOR000001"),
        DevicePlan(name="Pond", org="Home/Garden", serial="POND000001", online=False),
        DevicePlan(kind="NVR", name="Till", org="Shop", channels=3, offline_channels=(2,), serial="TILL000001"),
        DevicePlan(protocol="GB28181", name="Yard", org="Shop", serial="34020000001320000001"),
    ),
)


async def test_organisations(connect: Connect) -> None:
    """One level a call; those below are counted."""
    client: Client = await connect(PLAN)
    home, shop = (await client.get("device-orgs/0/sub-orgs"))["orgs"]
    assert (home["device_org_name"], home["camera_count"], home["camera_online_count"], home["is_leaf"]) == (
        "Home",
        2,
        1,
        0,
    )
    assert (shop["channel_count"], shop["channel_online_count"], shop["channel_offline_count"]) == (4, 3, 1)
    (garden,) = (await client.get(f"device-orgs/{home['device_org_id']}/sub-orgs"))["orgs"]
    assert (garden["device_org_level"], garden["is_leaf"]) == (2, 1)
    found = (await client.get("device-orgs/tree", device_org_name="Gard"))["result"]
    assert [(row["is_result"], row["children"][0]["is_result"]) for row in found] == [(0, 1)]


async def test_answers_follow_the_state(connect: Connect) -> None:
    """What a list says is new as soon as something changes, although it is kept."""
    client: Client = await connect(PLAN)
    device, channel = client.cloud.device("Door"), client.cloud.channel("Door")
    path = "device-orgs/0/devices"

    async def told() -> Any:
        rows = (await client.get(path, limit=1000))["devices"]
        return next(row for row in rows if row["device_id"] == device.id)

    assert (await told())["channels"][0]["mask_mode"] == "CLOSE"
    channel.mask = True
    channel.storage_card = "1"
    channel.set_package("INDUSTRY_DATA", "ARREAR")
    row = (await told())["channels"][0]
    assert (row["mask_mode"], row["storage_card_status"]) == ("OPEN", "1")
    assert row["channel_resource_state"] == [
        "MANAGEMENT_GRANT", "EVENT_RECORD_GRANT", "FULL_RECORD_GRANT", "INDUSTRY_DATA_ARREAR",
    ]  # fmt: skip
    device.online = False
    row = await told()
    assert (row["device_state"], row["channels"][0]["channel_state"]) == ("OFFLINE", "OFFLINE")


async def test_pages_by_page_and_by_item(connect: Connect) -> None:
    """5.2 and 6.2 count pages, 7.2 counts channels, so that a wrong offset misses or repeats rows."""
    client: Client = await connect(many(40, per_device=4))
    for path in ("device-orgs/0/devices", "devices"):
        seen = [
            row["device_id"] for page in range(4) for row in (await client.get(path, limit=3, offset=page))["devices"]
        ]
        assert len(set(seen)) == 10
        assert (await client.get(path, limit=3, offset=4))["devices"] == []
    first = (await client.get("channels", limit=30))["channels"]
    rest = await client.get("channels", limit=30, offset=30)
    assert rest["total"] == 40
    assert len({(row["device_id"], row["channel_id"]) for row in [*first, *rest["channels"]]}) == 40
    client.cloud.largest_page = 5
    assert len((await client.get("channels", limit=30))["channels"]) == 5


async def test_which_organisation(connect: Connect) -> None:
    """Below, here, both; without the word it is a knob."""
    client: Client = await connect(PLAN)
    home = client.cloud.org("Home").id

    async def names(**query: Any) -> set[str]:
        rows = (await client.get(f"device-orgs/{home}/devices", limit=100, **query))["devices"]
        return {row["device_name"] for row in rows}

    assert await names(is_current_org="0") == {"Pond"}
    assert await names(is_current_org="1") == {"Door"}
    assert await names(is_current_org="2") == await names() == {"Door", "Pond"}
    client.cloud.subtree_only = False
    assert await names() == {"Door", "Pond", "Till", "Yard"}
    assert await names(device_state="OFFLINE") == {"Pond"}
    assert await names(access_protocol="GB28181") == {"Yard"}
    assert await names(device_type="NVR,MEdge") == {"Till"}
    assert await names(channel_resource_state="MANAGEMENT_CLOSED") == set()


async def test_three_forms_of_abilities(connect: Connect) -> None:
    """Text, array and object, as the tables say."""
    client: Client = await connect(PLAN)
    (door,) = [row for row in (await client.get("channels"))["channels"] if row["device_name"] == "Door"]
    assert "ptz" in door["channel_ability"]
    detail = await client.get(client.dc("Door"), need_cloud_ability="true")
    assert "ptz" in detail["channel_ability"].split(",")
    assert detail["device_cloud_ability"]["alarm_voice"] == {"support": "true"}
    device = await client.get("devices/DOOR000001")
    version = {key: device[key] for key in ("model", "firmware", "device_type")}
    told = (await client.call("POST", "devices/ability", {"versions": [version], "need_specification": True})).data
    assert told["abilities"][0]["abilities"]["alarmvoice"]["alarm_voice_file_max_num"] == "6"


async def test_administration(connect: Connect, subscriber: Subscriber) -> None:
    """Groups and devices are made, moved and deleted, and what is not allowed is refused."""
    client: Client = await connect(PLAN)
    made = (await client.call("POST", "device-orgs", {"parent_org_id": "0", "device_org_name": "Barn"})).data
    org = made["device_org_id"]
    again = await client.call("POST", "device-orgs", {"parent_org_id": "0", "device_org_name": "Barn"})
    assert again.code == "IVM.20001004"
    moved = (
        await client.call("POST", f"device-orgs/{org}/move-devices", {"device_ids": ["DOOR000001", "NONE0000"]})
    ).data
    assert [row["result"]["code"] for row in moved["results"]] == ["IVM.0", "IVM.10022035"]
    assert moved["failed_num"] == 1
    assert (await client.call("DELETE", f"device-orgs/{org}")).code == "IVM.20001008"
    assert (await client.call("DELETE", "device-orgs/0")).code == "IVM.20001009"
    assert (await client.call("PUT", f"device-orgs/{org}", {"device_org_name": "Hay"})).data["device_org_name"] == "Hay"
    body = {"callback_url": subscriber.url, "subscription_type": "DEVICE_UNBIND"}
    assert (await client.call("POST", "messages/callback", body)).status == 200
    gone = (await client.call("POST", "devices/batch-delete", {"devices": ["DOOR000001"]})).data
    assert gone["failed_num"] == 0
    await client.cloud.settle()
    assert subscriber.messages[-1]["data"] == {
        "message_type": "DELETE_DEVICE",
        "devices": [{"device_id": "DOOR000001", "channel_id": "", "message": None}],
    }
    assert (await client.call("DELETE", f"device-orgs/{org}")).status == 200
    client.cloud.waiting["NEWCAM0001"] = (DevicePlan(name="New"), "abcd1234")
    wrong = {"device_id": "NEWCAM0001", "verification_code": "xxxx1234"}
    assert (await client.call("POST", "devices/holosens", wrong)).code == "IVM.20000003"
    right = {"device_id": "NEWCAM0001", "verification_code": "abcd1234"}
    assert (await client.call("POST", "devices/holosens", right)).data["device_name"] == "New"
    assert (await client.call("POST", "devices/holosens", right)).code == "IVM.20000001"


async def test_gb_only_and_holo_only(connect: Connect) -> None:
    """Each refuses the other."""
    client: Client = await connect(PLAN)
    assert (await client.call("GET", "devices/DOOR000001/gateway")).code == "IVM.10022027"
    assert (await client.get("devices/34020000001320000001/gateway"))["sip_server_port"] == "5060"
    assert (await client.call("PUT", client.dc("Yard"), {"channel_name": "X"})).code == "IVM.20020011"
    assert (await client.call("GET", f"{client.dc('Yard')}/preset-position")).code == "IVM.20020011"
    assert (await client.call("PUT", client.dc("Door"), {"channel_name": "X"})).data["channel_name"] == "X"


@pytest.mark.parametrize("kind", [*sorted(DIRT), "all"])
async def test_dirt(connect: Connect, kind: str) -> None:
    """Answers stay answers, and every kind that is about lists can be seen in them."""
    client: Client = await connect(PLAN, dirty=True if kind == "all" else {kind})
    inside = await client.get("device-orgs/0/devices", limit=1000)
    await client.get("devices", limit=1000)
    one = await client.get("channels", limit=1, device_id="DOOR000001")
    match kind:
        case "string_numbers":
            assert inside["total"] == "4"
        case "shapes":
            assert isinstance(one["channels"], dict)
        case "hol0":
            assert {row["access_protocol"] for row in inside["devices"]} == {"HOL0", "GB28181"}
        case "missing":
            assert ["model" in row for row in inside["devices"]] == [True, False, True, False]
        case "extra":
            assert "brand_new_field" in inside["devices"][0]
        case "odd_times":
            assert inside["devices"][0]["create_time"].endswith(".000+08:00")
        case _:
            assert inside["devices"]


def test_unknown_dirt() -> None:
    """A slip of the pen is not silently clean."""
    with pytest.raises(ValueError, match="mud"):
        IvmSimulator(dirty={"mud"})


async def test_a_large_tenant(connect: Connect) -> None:
    """2,000 channels come in one page of devices, and again at next to no cost."""
    client: Client = await connect(many(2000))
    await client.sign_in()
    told = await client.get("device-orgs/0/devices", limit=1000)
    assert sum(len(row["channels"]) for row in told["devices"]) == 2000
    began = time.process_time()
    for _ in range(20):
        assert (await client.call("GET", "device-orgs/0/devices", limit=1000)).status == 200
    assert (time.process_time() - began) / 20 < 0.02
