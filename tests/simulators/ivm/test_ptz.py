"""PTZ, presets and cruise tracks."""

from base64 import b64decode
from typing import Any

import pytest

from simulators.ivm import DevicePlan, TenantPlan

from .conftest import Client, Connect, Reply

PLAN = TenantPlan(
    devices=(
        DevicePlan(name="Dome", serial="DOME000001"),
        DevicePlan(kind="NVR", name="Box", serial="BOXX000001", channels=2),
        DevicePlan(protocol="GB28181", name="Yard", serial="34020000001320000001"),
        DevicePlan(name="Fixed", serial="FIXED00001", abilities=("localstorage",)),
    )
)


async def lock(client: Client, device: str) -> str:
    """Return a lock."""
    return str((await client.get(f"{client.dc(device)}/control-lock"))["control_token"])


async def spin(client: Client, device: str, token: str, direction: str, **more: Any) -> Reply:
    """Send a command."""
    body = {"control_lock": token, "direction": direction, **more}
    return await client.call("POST", f"{client.dc(device)}/ptz/angle-spin", body)


async def test_the_lock(connect: Connect) -> None:
    """One holds it for two minutes from the last command; released and old ones are expired, others illegal."""
    client: Client = await connect(PLAN)
    first = await lock(client, "Dome")
    busy = await client.call("GET", f"{client.dc('Dome')}/control-lock")
    assert (busy.status, busy.code) == (500, "IVM.20000029")
    client.clock.forward(100)
    assert (await spin(client, "Dome", first, "LEFT", mode="NON_POINT")).status == 200
    client.clock.forward(100)
    assert (await spin(client, "Dome", first, "STOP")).status == 200
    assert (await spin(client, "Dome", "x", "STOP")).code == "IVM.20002009"
    client.clock.forward(121)
    assert (await spin(client, "Dome", first, "STOP")).code == "IVM.20002001"
    second = await lock(client, "Dome")
    assert (await spin(client, "Dome", first, "STOP")).code == "IVM.20002001"
    assert (await spin(client, "Dome", second, "STOP")).status == 200
    assert (await client.call("POST", f"{client.dc('Dome')}/control-lock")).data["device_id"] == "DOME000001"
    assert (await spin(client, "Dome", second, "STOP")).code == "IVM.20002001"
    client.cloud.channel("Dome").ptz.busy = True
    assert (await client.call("GET", f"{client.dc('Dome')}/control-lock")).code == "IVM.20000029"


async def test_continuous_goes_on(connect: Connect) -> None:
    """Until the right stop; STOP does not stop the zoom of a camera, ZOOM_STOP does."""
    client: Client = await connect(PLAN)
    ptz = client.cloud.channel("Dome").ptz
    token = await lock(client, "Dome")
    for direction in ("UP", "IN", "FOCUS_FAR"):
        assert (await spin(client, "Dome", token, direction, mode="NON_POINT")).status == 200
        client.clock.forward(0.3)
    assert (ptz.moving, ptz.zooming, ptz.focusing) == ("UP", "IN", "FOCUS_FAR")
    for direction in ("STOP", "ZOOM_STOP", "FI_STOP"):
        await spin(client, "Dome", token, direction)
        client.clock.forward(0.3)
    assert ptz.is_still
    assert not ptz.runaway
    assert [move.direction for move in ptz.log] == ["UP", "IN", "FOCUS_FAR", "STOP", "ZOOM_STOP", "FI_STOP"]
    await spin(client, "Dome", token, "LEFT", speed=3)
    assert (ptz.steps, ptz.moving, ptz.log[-1].speed) == (1, None, 3)
    client.clock.forward(0.299)
    await spin(client, "Dome", token, "STOP")
    assert ptz.runaway


async def test_refused_commands(connect: Connect) -> None:
    """Without PTZ, offline, masked, with POINT on GB, out of range."""
    client: Client = await connect(PLAN)
    assert (await client.call("GET", f"{client.dc('Fixed')}/control-lock")).code == "IVM.20002008"
    token = await lock(client, "Yard")
    assert (await spin(client, "Yard", token, "LEFT")).code == "IVM.20002007"
    assert (await spin(client, "Yard", token, "LEFT", mode="NON_POINT")).status == 200
    assert (await spin(client, "Yard", token, "AROUND")).code == "IVM.20002007"
    assert (await spin(client, "Yard", token, "LEFT", speed=11)).code == "IVM.10020001"
    client.cloud.channel("Yard").mask = True
    assert (await spin(client, "Yard", token, "STOP")).code == "IVM.20070006"
    client.cloud.channel("Dome").online = False
    assert (await client.call("GET", f"{client.dc('Dome')}/control-lock")).code == "IVM.20000043"
    client.cloud.device("Dome").online = False
    assert (await client.call("GET", f"{client.dc('Dome')}/control-lock")).code == "IVM.20000036"
    client.cloud.channel("Box").set_package("MANAGEMENT", "ARREAR")
    assert (await client.call("GET", f"{client.dc('Box')}/control-lock")).code == "IVM.20020009"


async def test_presets(connect: Connect) -> None:
    """With thumbnails; a camera wants an index, a recorder refuses it."""
    client: Client = await connect(PLAN)
    path = f"{client.dc('Dome')}/preset-position"
    rows = (await client.get(path))["preset_positions"]
    assert [row["preset_index"] for row in rows] == [1, 2, 3]
    assert b64decode(rows[0]["jpg_base64"]).startswith(b"\xff\xd8")
    assert (await client.call("POST", path, {"preset_name": "Gate"})).code == "IVM.10020001"
    assert (await client.call("POST", path, {"preset_name": "Gate", "index": 9})).data["preset_index"] == 9
    assert (await client.call("POST", path, {"preset_name": "Ga/te", "index": 9})).code == "IVM.10020001"
    box = f"{client.dc('Box')}/preset-position"
    assert (await client.call("POST", box, {"preset_name": "Gate", "index": 9})).code == "IVM.10020001"
    assert (await client.call("POST", box, {"preset_name": "Gate"})).data["preset_index"] == 4
    renamed = await client.call("PUT", path, {"preset_index": 9, "preset_name": "Tor"})
    assert renamed.data["preset_name"] == "Tor"
    assert (await client.get(path))["preset_positions"][-1]["jpg_base64"] != rows[-1]["jpg_base64"]
    token = await lock(client, "Dome")
    assert (
        await client.call("POST", f"{path}/move", {"control_lock": token, "preset_index": 9})
    ).code == "IVM.10020001"
    assert (await client.call("POST", f"{path}/move", {"control_token": token, "preset_index": 9})).status == 200
    assert client.cloud.channel("Dome").ptz.preset == 9
    assert (await client.call("DELETE", path, {"preset_index": 9})).status == 200
    assert (await client.call("DELETE", path, {"preset_index": 9})).code == "IVM.10020001"


@pytest.mark.parametrize(("form", "number", "text"), [("integer", 200, 400), ("string", 400, 200), ("both", 200, 200)])
async def test_forms_of_an_index(connect: Connect, form: Any, number: int, text: int) -> None:
    """The table says text, the sample a number."""
    client: Client = await connect(PLAN)
    client.cloud.preset_index = form
    path = f"{client.dc('Dome')}/preset-position/move"
    token = await lock(client, "Dome")
    assert (await client.call("POST", path, {"control_token": token, "preset_index": 2})).status == number
    assert (await client.call("POST", path, {"control_token": token, "preset_index": "2"})).status == text


async def test_cruises(connect: Connect) -> None:
    """Every spelling is taken unless one is chosen; one track runs at a time."""
    client: Client = await connect(PLAN)
    path = f"{client.dc('Dome')}/cruise-track"
    track = {
        "cruise_type": "CRUISE_TRACK", "cruise_name": "Round",
        "cruise_points": [{"preset_index": 1, "dwel_time": 30, "speed_level": 5}],
    }  # fmt: skip
    assert (await client.call("POST", path, track)).data["cruises_id"] == 2
    other = {**track, "cruises_id": 2, "cruise_points": [{"preset_index": 2, "dwell_time": 40, "speedLevel": 6}]}
    assert (await client.call("PUT", path, other)).status == 200
    detail = await client.get(path, cruises_id=2)
    point = detail["cruise_points"][0]
    assert (detail["cruise_name"], point["preset_index"], point["dwell_time"], point["speed_level"]) == (
        "Round",
        2,
        40,
        6,
    )
    client.cloud.cruise_fields = "dwell_time"
    assert (await client.call("POST", path, track)).code == "IVM.10020001"
    short = {**other, "cruise_points": [{"preset_index": 2, "dwell_time": 29, "speed_level": 6}]}
    assert (await client.call("PUT", path, short)).code == "IVM.10020001"
    for number in (1, 2):
        body = {"cruises_id": number, "enable_cruise": "OPEN"}
        assert (await client.call("PUT", f"{path}/enable", body)).data["enable_cruise"] == "OPEN"
    rows = (await client.get(f"{path}/list"))["cruises_ids"]
    assert [row["enable_cruise"] for row in rows] == ["CLOSE", "OPEN"]
    assert (await client.call("DELETE", path, {"cruises_id": 2})).status == 200
    assert (await client.call("DELETE", path, {"cruises_id": 2})).code == "IVM.10020001"
