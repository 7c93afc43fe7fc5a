"""What can be sent of an account: counts and causes, and nothing of what it is about."""

import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.errors import SystemFailure
from custom_components.hikvision_ivm.systems.ivm.system import IvmSystem
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm import DevicePlan, IvmSimulator, TenantPlan
from tests.systems.hikcentral.event_bench import Clock

from .system_bench import made, running

pytestmark = pytest.mark.usefixtures("socket_enabled")

SERIALS = ("MARKERSERIAL0001", "MARKERSERIAL0002", "34020000001329999991")
PLAN = TenantPlan(
    name="MarkerTenant",
    orgs=("MarkerOrg", "MarkerOrg/MarkerBranch"),
    devices=(
        DevicePlan(name="MarkerGate", org="MarkerOrg", serial=SERIALS[0], model="X100", firmware="SDC 10.2"),
        DevicePlan(
            kind="NVR", name="MarkerRecorder", org="MarkerOrg/MarkerBranch", serial=SERIALS[1], channels=2,
            channel_names=("MarkerYard", "MarkerDoor"),
        ),
        DevicePlan(protocol="GB28181", name="MarkerOther", org="MarkerOrg", serial=SERIALS[2]),
    ),
)  # fmt: skip


def found(diagnostics: Any, secrets: set[str]) -> set[str]:
    """Return what of some secrets is in them, whatever its letters' case."""
    text = json.dumps(diagnostics, ensure_ascii=False).casefold()
    return {one for one in secrets if one.casefold() in text}


async def whole_life(system: IvmSystem, run: Any) -> None:
    """Do what happens, well and badly."""
    cloud = run.cloud
    await cloud.alarm("MarkerGate", kind="marker_alarm", uuid="MARKERUUID0001")
    await cloud.alarm("MarkerGate")
    await cloud.status("MarkerGate", "marker_method")
    await cloud.push("DEVICE_ALARM", {"device_id": "MARKERSTRANGER01", "alarm_type": "motion_detection"})
    await cloud.push_raw("DEVICE_ALARM", {"message_type": "device_alarm"}, headers={"X-IVM-Signature": "00"})
    await cloud.unbind("MarkerRecorder", "UNBIND_NORMAL", 0)
    await run.settle()
    for path in ("/channels", "/resources", "sub-orgs"):
        cloud.fault(path, raw=b"<html>MarkerPage</html>")
    run.clock.move(run.clock.passed + 8 * 3600)
    await run.poll(Tier.INVENTORY, Tier.DETAIL)
    cloud.heal()
    camera = next(one for one in run.some(Kind.MAIN_STREAM, SERIALS[0]))
    await run.through(system.stream_source(camera))
    await run.through(system.camera_image(camera, None, None))
    cloud.fault("device-orgs/0/devices", raw=b'{"error_code":"IVM.99999999","error_msg":"MarkerText"}', status=400)
    with pytest.raises(SystemFailure):
        await run.poll(Tier.STATUS)


async def test_nothing_that_is_secret_or_private() -> None:
    """No id, name, token, key, address, whatever happened."""
    async with running(PLAN, push=True) as run:
        await whole_life(run.system, run)
        told = run.system.diagnostics()
        cloud = run.cloud
        secrets = {cloud.ak, cloud.sk, cloud.user_id, run.callback.address, run.callback.secret, cloud.url, "127.0.0.1"}
        secrets |= {
            *SERIALS,
            "MarkerTenant",
            "MarkerOrg",
            "MarkerBranch",
            "MarkerGate",
            "MarkerRecorder",
            "MarkerOther",
        }
        secrets |= {"MarkerYard", "MarkerDoor", "MARKERUUID0001", "MARKERSTRANGER01", "MarkerPage", "MarkerText"}
        secrets |= {one.auth_key for one in cloud.callbacks.values() if one.auth_key}
        secrets |= {request.headers["Access-Token"] for request in cloud.requests if "Access-Token" in request.headers}
        secrets |= {str(one.id) for one in cloud.world.orgs.values() if one.id != "0"}
        secrets |= {resource.id for resource in cloud.world.resources.values()}
        secrets |= {one.mac for one in cloud.world.devices.values() if one.mac}
        assert len(secrets) > 25
        assert not found(told, secrets)
        assert json.loads(json.dumps(told)) == told


async def test_what_helps() -> None:
    """How much there is, what was asked, what came back, what is missing."""
    async with running(PLAN, push=True) as run:
        await whole_life(run.system, run)
        told = run.system.diagnostics()
        account = told["account"]
        assert (account["organisations"], account["devices"], account["channels"]) == (2, 3, 4)
        assert account["protocols"] == {"GB28181": 1, "HOLO": 2}
        assert account["models"]["X100"] == 1
        assert account["packages"]["MANAGEMENT_GRANT"] == 4
        assert account["abilities"]["ptz"] >= 1
        assert account["channel_states"] == {"ONLINE": 4}
        assert told["client"]["answers"]["IVM.99999999"] == 1
        assert told["client"]["tokens"] >= 1
        assert told["client"]["requests"] == len(run.cloud.requests) or told["client"]["requests"] > 20
        assert told["failed"].keys() == {"channels", "licences", "organisations"}
        assert told["requests_wanted_per_minute"] > 0
        assert told["licences"]
        assert told["events"]["received"]["refused"]
        assert told["events"]["callbacks"]["standing"]["DEVICE_ALARM"] == "stands"


async def test_before_anything_was_read() -> None:
    """There is nothing to tell, and that is no fault."""
    async with IvmSimulator(PLAN) as cloud, made(cloud, Clock()) as run:
        told = run.system.diagnostics()
        assert told["account"]["devices"] == 0
        assert told["client"]["requests"] == 0
        assert json.dumps(told)
