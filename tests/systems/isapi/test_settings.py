"""Reading and writing switches against a device on a real socket."""

import asyncio
from datetime import UTC, datetime
import re

from lxml import etree
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InsufficientRightsError,
    NotConfirmedError,
    RejectedError,
    ResponseTimeoutError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi.client import IsapiClient
from custom_components.hikvision_ivm.systems.isapi.detections import offered
from custom_components.hikvision_ivm.systems.isapi.edits import HOLIDAY_NAME, next_year
from custom_components.hikvision_ivm.systems.isapi.records import ChannelOrigin, Setting, Trigger, UnitKind
from custom_components.hikvision_ivm.systems.isapi.settings import Settings
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import UNKNOWN, SwitchFeature
from custom_components.hikvision_ivm.systems.transport.http import Policy
from simulators.isapi import IsapiSimulator, User

from .command_bench import Time, connected, facts

pytestmark = pytest.mark.usefixtures("socket_enabled")

ENTRANCE = "Smart/regionEntrance/1"
PRIVACY = "System/Video/inputs/channels/1/privacyMask"
REFUSED = b"<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString>%s</ResponseStatus>"


def switch(kind: Kind = Kind.INTRUSION, path: str = "Smart/FieldDetection/1", **address) -> SwitchFeature:
    """Return a switch of a document."""
    return SwitchFeature(
        device_id="unit", kind=kind, part=path.replace("/", "."), address=Setting(path=path, **address)
    )


def settings_of(client: IsapiClient, time: Time | None = None, **capabilities: str) -> Settings:
    """Return the settings of a device."""
    return Settings(client, (time or Time()).runtime(), capabilities)


def enabled(device: IsapiSimulator, path: str, leaf: str = "enabled") -> str | None:
    """Return what a document of the device says."""
    root = etree.fromstring(device.documents[path].encode())
    return root.findtext("/".join(f"{{*}}{step}" for step in leaf.split("/")))


def last_put(device: IsapiSimulator) -> bytes:
    """Return the last body that was written."""
    return next(record.body for record in reversed(device.requests) if record.method == "PUT" and record.authorized)


async def test_switch_on_and_off_is_written_and_read_back() -> None:
    """One GET, one PUT, one GET."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        settings = settings_of(client)
        feature = switch()
        for on in (False, True, False):
            report = await settings.write(feature, on)
            assert report.values == {feature.id: on}
            assert enabled(device, "Smart/FieldDetection/1") == ("true" if on else "false")
        assert device.count("GET", "Smart/FieldDetection/1") == 2 * device.count("PUT")


async def test_nothing_is_written_when_it_already_is_so() -> None:
    """A write wears the memory of a device and restarts its analysis."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        feature = switch()
        await settings_of(client).write(feature, False)
        before = device.count("PUT")
        assert (await settings_of(client).write(feature, False)).values == {feature.id: False}
        assert device.count("PUT") == before


async def test_the_regions_of_a_user_survive() -> None:
    """Empty inner lists would erase regions and sensitivity; the real ones are sent back as they are."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        before = device.documents[ENTRANCE]
        await settings_of(client).write(switch(Kind.REGION_ENTRANCE, ENTRANCE, prune=True), False)
        body = last_put(device)
        assert b"RegionCoordinatesList/>" not in body
        assert b"RegionCoordinatesList></" not in body
        assert body.count(b"<RegionEntranceRegion>") == 2
        assert body.count(b"<RegionCoordinates>") == 4
        assert device.documents[ENTRANCE].count("<sensitivityLevel>50<") == before.count("<sensitivityLevel>50<")


async def test_an_empty_outer_list_is_left_out_and_an_intrusion_rule_is_sent_complete() -> None:
    """What is stated for region rules is not stated for intrusion."""
    document = (
        '<X version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><id>1</id><enabled>true</enabled>'
        '<XRegionList size="4"><!-- none --></XRegionList></X>'
    )
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        for path, prune in ((ENTRANCE, True), ("Smart/FieldDetection/1", False)):
            device.fault(path, method="GET", body=document.encode(), times=1)
            device.fault(path, method="PUT", status=200, body=b"", times=1)
            device.fault(path, method="GET", body=document.replace("true", "false").encode())
            await settings_of(client).write(switch(path=path, prune=prune), False)
            assert (b"XRegionList" in last_put(device)) is not prune
            device.clear_faults()


async def test_unknown_elements_their_order_and_every_namespace_are_kept() -> None:
    """64 elements nobody knows, in three namespaces; only the leaf differs, and capability attributes are gone."""
    unknown = "".join(
        f'<e{n} a="{n}">v{n}</e{n}>' if n % 3 else f'<n:e{n} xmlns:n="urn:other">v{n}</n:e{n}>' for n in range(64)
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<FieldDetection xmlns="http://www.std-cgi.org/ver20/XMLSchema" version="1.0">'
        f'<id>1</id><enabled opt="true,false">true</enabled>{unknown}'
        '<Inner xmlns="http://www.isapi.org/ver20/XMLSchema" min="1" max="4" size="2"><kept/></Inner></FieldDetection>'
    )
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault("Smart/FieldDetection/1", method="GET", body=document.encode(), times=1)
        device.fault("Smart/FieldDetection/1", method="PUT", body=b"", times=1)
        device.fault("Smart/FieldDetection/1", method="GET", body=document.replace(">true<", ">false<").encode())
        await settings_of(client).write(switch(), False)
        wanted = document.replace('<enabled opt="true,false">true', "<enabled>false").replace(' min="1" max="4"', "")
        assert re.sub(rb"\?>\s*", b"?>", last_put(device)) == re.sub(rb"\?>\s*", b"?>", wanted.encode())
        put = next(record for record in device.requests if record.method == "PUT" and record.authorized)
        assert put.content_type == "application/xml"


async def test_two_switches_in_one_document_do_not_undo_each_other() -> None:
    """Both are written at the same moment."""
    path = "Smart/AudioDetection/channels/1"
    async with IsapiSimulator(profile="ipc", delay=0.01) as device, connected(device) as client:
        settings = settings_of(client)
        leaves = ("audioInputException/enabled", "soundIntensityMutation/enabled", "SteepFall/enabled")
        await asyncio.gather(*(settings.write(switch(path=path, leaf=leaf), True) for leaf in leaves))
        assert [enabled(device, path, leaf) for leaf in leaves] == ["true"] * 3


async def test_accepted_but_unchanged_is_an_error() -> None:
    """StatusCode 1 does not prove the change; slow devices get time to apply it."""
    time = Time()
    async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
        device.fault("Smart/FieldDetection/1", method="PUT", body=REFUSED.replace(b"4", b"1", 1) % b"")
        with pytest.raises(NotConfirmedError) as raised:
            await settings_of(client, time).write(switch(), False)
        assert dict(raised.value.placeholders) == {"wanted": "off", "found": "on"}
        assert sum(time.slept) == pytest.approx(2.0)


async def test_a_write_that_got_no_answer_counts_if_the_device_did_it() -> None:
    """A PUT is answered only when the device is ready again, which may take longer than any patience."""
    async with IsapiSimulator(profile="ipc") as device, connected(device, policy=Policy(write=0.2)) as client:
        feature = switch()
        device.fault("Smart/FieldDetection/1", method="PUT", delay=1.0, times=1)
        done = etree.fromstring(device.documents["Smart/FieldDetection/1"].encode())
        done.find("{*}enabled").text = "false"

        device.fault("Smart/FieldDetection/1", method="GET", times=1)
        device.fault("Smart/FieldDetection/1", method="GET", body=etree.tostring(done))
        assert (await settings_of(client).write(feature, False)).values == {feature.id: False}


@pytest.mark.parametrize(
    ("fault", "error"), [({"delay": 1.0}, ResponseTimeoutError), ({"drop": True}, ConnectionFailedError)]
)
async def test_a_write_that_got_no_answer_and_did_nothing_is_an_error(fault: dict, error: type[Exception]) -> None:
    """The error is the transport's; the write is not sent twice."""
    async with IsapiSimulator(profile="ipc") as device, connected(device, policy=Policy(write=0.2)) as client:
        device.fault("Smart/FieldDetection/1", method="PUT", **fault, times=1)
        with pytest.raises(error):
            await settings_of(client).write(switch(), False)
        assert device.count("PUT") == 1


async def test_a_read_back_that_fails_is_not_taken_for_success() -> None:
    """The device did it perhaps; nobody knows."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault("Smart/FieldDetection/1", method="GET", times=1)
        device.fault("Smart/FieldDetection/1", method="GET", status=500)
        with pytest.raises(NotConfirmedError) as raised:
            await settings_of(client).write(switch(), False)
        assert raised.value.placeholders["found"] == "unknown"
        device.clear_faults()
        assert (await settings_of(client).read([switch()])).values == {switch().id: False}


async def test_a_document_that_vanishes_between_read_and_write() -> None:
    """The switch says so and stays asked for."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault("Smart/FieldDetection/1", method="PUT", status=404)
        with pytest.raises(UnsupportedError):
            await settings_of(client).write(switch(), False)
        assert "Smart/FieldDetection/1" not in client.refused


async def test_a_reboot_that_is_required_is_a_success() -> None:
    """StatusCode 7."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault(
            "Smart/FieldDetection/1", method="PUT",
            change=lambda answer: type(answer)(200, b"<ResponseStatus><statusCode>7</statusCode></ResponseStatus>"),
        )  # fmt: skip
        await settings_of(client).write(switch(), False)
        assert client.reboot_required_since is not None
        assert enabled(device, "Smart/FieldDetection/1") == "false"


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_refused_combination_names_what_excludes_it(accepted: bool) -> None:
    """In the device's own words, whether it refuses or keeps the old value silently."""
    answer = b"<MutexFunctionErrorMsg><MutexFunctionList size='2'><MutexFunction><id>1</id><describe>heatMap</describe>"
    answer += b"<channelNo>1,2</channelNo></MutexFunction><MutexFunction><describe>counting</describe></MutexFunction>"
    answer += b"</MutexFunctionList></MutexFunctionErrorMsg>"
    body = (
        REFUSED.replace(b"4", b"1", 1) % b""
        if accepted
        else REFUSED % b"<subStatusCode>invalidOperation</subStatusCode>"
    )
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        await settings_of(client).write(switch(), False)
        device.fault("Smart/FieldDetection/1", method="PUT", body=body)
        device.fault("System/mutexFunctionErrorMsg", body=answer)
        with pytest.raises(RejectedError) as raised:
            await settings_of(client).write(switch(), True)
        assert raised.value.placeholders["reason"] == "heatMap (1, 2), counting"


async def test_a_later_device_is_asked_in_json() -> None:
    """It is only asked for what it does not deny."""
    body = b'{"MutexFunctionList":[{"mutexFunction":"linedetection","channelID":[2]}, 7, {"mutexFunction":null}]}'
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        await settings_of(client).write(switch(), False)
        device.fault(
            "Smart/FieldDetection/1", method="PUT", body=REFUSED % b"<subStatusCode>invalidOperation</subStatusCode>"
        )
        device.fault("System/mutexFunction", method="POST", body=body)
        settings = settings_of(client, isSupportGetmutexFuncErrMsg="false")
        with pytest.raises(RejectedError) as raised:
            await settings.write(switch(), True)
        assert raised.value.placeholders["reason"] == "linedetection (2)"
        assert device.count("GET", "System/mutexFunctionErrorMsg") == 0
        asked = next(
            record for record in device.requests if record.path == "System/mutexFunction" and record.authorized
        )
        assert asked.query == {"format": "json"}
        assert asked.body == b'{"function": "fieldDetection", "channelID": 1}'


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"a": {"b": 1}}', b"\xff", b""])
async def test_no_reason_leaves_the_refusal_as_it_is(body: bytes) -> None:
    """Garbage in place of a reason is no error of its own."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        await settings_of(client).write(switch(), False)
        device.fault(
            "Smart/FieldDetection/1", method="PUT", body=REFUSED % b"<subStatusCode>invalidOperation</subStatusCode>"
        )
        device.fault("System/mutexFunction*", body=body)
        with pytest.raises(RejectedError) as raised:
            await settings_of(client).write(switch(), True)
        assert raised.value.placeholders["reason"] == "Invalid Operation: invalidOperation"


async def test_an_account_without_the_right_is_told_so() -> None:
    """403 and lowPrivilege are no login error."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault(
            "Smart/FieldDetection/1",
            method="PUT",
            status=403,
            body=REFUSED % b"<subStatusCode>lowPrivilege</subStatusCode>",
        )
        with pytest.raises(InsufficientRightsError):
            await settings_of(client).write(switch(), False)


def listing(device: IsapiSimulator, name: str) -> bytes:
    """Return the list of all channels that many devices have, put together from the items."""
    items = [text.partition("?>")[2] for path, text in device.documents.items() if path.startswith(f"Smart/{name}/")]
    return f"<{name}List>{''.join(items)}</{name}List>".encode()


async def test_the_whole_list_of_a_recorder_is_one_request() -> None:
    """Smart detections of all channels are read from their list; others once per document."""
    triggers = tuple(
        Trigger(id=f"{word}-{n}", type=word, channel=n) for n in range(1, 5) for word in ("fielddetection", "vmd")
    )
    features = offered(facts(UnitKind.RECORDER, origin=ChannelOrigin.PROXIED, channels=4, triggers=triggers))
    async with IsapiSimulator(profile="nvr") as device, connected(device) as client:
        device.fault("Smart/FieldDetection", body=listing(device, "FieldDetection"))
        report = await settings_of(client).read(features)
        assert report.values.keys() == {feature.id for feature in features}
        assert all(isinstance(value, bool) for value in report.values.values())
        assert device.count("GET", "Smart/FieldDetection") == 1
        assert device.count("GET", "ContentMgmt/InputProxy/channels/") == 4


async def test_without_a_list_the_items_are_read_and_the_list_is_not_asked_again() -> None:
    """A refusal is remembered."""
    triggers = tuple(Trigger(id=f"f-{n}", type="fielddetection", channel=n) for n in range(1, 5))
    features = offered(facts(UnitKind.RECORDER, origin=ChannelOrigin.PROXIED, channels=4, triggers=triggers))
    async with IsapiSimulator(profile="nvr") as device, connected(device) as client:
        device.fault("Smart/FieldDetection", status=403)
        settings = settings_of(client)
        for _ in range(2):
            report = await settings.read(features)
            assert len(report.values) == 4
        paths = [record.path for record in device.requests if record.authorized]
        assert paths.count("Smart/FieldDetection") == 1
        assert device.count("GET", "Smart/FieldDetection/") == 8


async def test_a_list_without_an_item_is_completed() -> None:
    """Channels that are missing in a list are read one by one."""
    body = b"<L><FieldDetection><id>1</id><enabled>true</enabled></FieldDetection><FieldDetection/></L>"
    features = [switch(path=f"Smart/FieldDetection/{n}", listing="Smart/FieldDetection", key=str(n)) for n in (1, 2)]
    async with IsapiSimulator(profile="nvr") as device, connected(device) as client:
        device.fault("Smart/FieldDetection", body=body)
        report = await settings_of(client).read(features)
        assert report.values[features[0].id] is True
        assert isinstance(report.values[features[1].id], bool)
        assert device.count("GET", "Smart/FieldDetection/") == 1


async def test_switches_of_one_document_share_one_request() -> None:
    """The four audio ones; a block that a camera lacks is reported as refused."""
    features = offered(facts(triggers=(Trigger(id="a", type="audioexception", channel=1),)))
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        settings = settings_of(client)
        report = await settings.read(features)
        assert device.count("GET", "Smart/AudioDetection") == 1
        by_kind = {feature.kind: feature.id for feature in features}
        assert report.values[by_kind[Kind.AUDIO_LOUD]] is False
        assert report.values[by_kind[Kind.AUDIO_LOSS]] is UNKNOWN
        assert list(settings.refused) == [by_kind[Kind.AUDIO_LOSS]]


async def test_a_refused_document_makes_its_switch_unknown() -> None:
    """And is not asked twice; garbage and a busy device change nothing."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        settings = settings_of(client)
        gone, busy, garbage = switch(path="Smart/group/1"), switch(path="Smart/LineDetection/1"), switch()
        device.fault("Smart/LineDetection/1", status=503)
        device.fault("Smart/FieldDetection/1", body=b"<a><b></a>")
        for _ in range(2):
            report = await settings.read([gone, busy, garbage])
            assert report.values == {gone.id: UNKNOWN}
        assert list(settings.refused) == [gone.id]
        assert device.count("GET", "Smart/group/1") == 1
        device.clear_faults()
        assert (await settings.read([busy, garbage])).values == {busy.id: True, garbage.id: True}


@pytest.mark.parametrize("content", ["perhaps", "", "<x/>"])
async def test_a_value_that_is_none_is_unknown(content: str) -> None:
    """Never off."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault("Smart/FieldDetection/1", body=f"<F><enabled>{content}</enabled></F>".encode())
        assert (await settings_of(client).read([switch()])).values == {switch().id: UNKNOWN}


async def test_missing_rights_make_a_switch_unknown_but_not_absent() -> None:
    """The user may grant the right."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault("Smart/*", status=403, body=REFUSED % b"<subStatusCode>lowPrivilege</subStatusCode>")
        settings = settings_of(client)
        assert (await settings.read([switch()])).values == {switch().id: UNKNOWN}
        assert not settings.refused


async def test_a_device_out_of_reach_is_an_error_and_not_a_list_of_them() -> None:
    """Nothing is asked after a round in which nothing answered."""
    features = [switch(path=f"Smart/FieldDetection/{n}") for n in range(1, 40)]
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        await device.stop()
        with pytest.raises(ConnectionFailedError):
            await settings_of(client).read(features)


async def test_a_refused_login_is_not_hidden() -> None:
    """Neither when reading nor when writing."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.lock_account(600)
        with pytest.raises(AuthenticationError):
            await settings_of(client).read([switch(), switch(path=ENTRANCE)])
        with pytest.raises(AuthenticationError):
            await settings_of(client).write(switch(), False)


async def test_a_poll_that_overlaps_a_write_does_not_bring_back_the_old_value() -> None:
    """The answer to the read was made before the write."""
    features = [switch(path=f"Smart/FieldDetection/{n}", listing="Smart/FieldDetection", key=str(n)) for n in (1, 2)]
    async with IsapiSimulator(profile="nvr", digest="none") as device, connected(device, anonymous=True) as client:
        settings = settings_of(client)
        device.fault("Smart/FieldDetection", body=listing(device, "FieldDetection"), delay=0.4)
        poll = asyncio.create_task(settings.read(features))
        await asyncio.sleep(0.05)
        await settings.write(features[0], False)
        assert not poll.done()
        assert (await poll).values.keys() == {features[1].id}


async def test_motion_detection_in_expert_mode_lies_elsewhere() -> None:
    """`activeMode` decides, at every write anew."""
    normal, expert = (f"System/Video/inputs/channels/1/motionDetection{end}" for end in ("", "Ext"))
    (feature,) = offered(facts(triggers=(Trigger(id="VMD-1", type="vmd", channel=1),)))
    namespace = "http://www.hikvision.com/ver20/XMLSchema"
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.documents[expert] = (
            f'<MotionDetectionExt version="2.0" xmlns="{namespace}"><enabled>false</enabled>'
            "<activeMode>expert</activeMode></MotionDetectionExt>"
        )
        settings = settings_of(client)
        before = enabled(device, normal)
        assert (await settings.read([feature])).values == {feature.id: False}
        await settings.write(feature, True)
        assert (enabled(device, expert), enabled(device, normal)) == ("true", before)
        device.documents[expert] = device.documents[expert].replace(">expert<", ">normal<")
        await settings.write(feature, False)
        assert (enabled(device, expert), enabled(device, normal)) == ("true", "false")


async def test_the_mode_is_asked_once_of_a_device_without_expert_mode() -> None:
    """A refusal on the first input answers for all inputs."""
    triggers = tuple(Trigger(id=f"VMD-{n}", type="vmd", channel=n) for n in range(1, 5))
    features = offered(facts(UnitKind.RECORDER, channels=4, triggers=triggers))
    async with IsapiSimulator(profile="dvr") as device, connected(device) as client:
        settings = settings_of(client)
        for _ in range(2):
            assert len((await settings.read(features)).values) == 4
        asked = [r.path for r in device.requests if r.authorized and r.path.endswith("motionDetectionExt")]
        assert asked == ["System/Video/inputs/channels/1/motionDetectionExt"]


async def test_the_privacy_mask_keeps_the_regions_that_are_drawn() -> None:
    """Only the master switch changes."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        feature = switch(Kind.PRIVACY_MASK, PRIVACY)
        regions = device.documents[PRIVACY].partition("<PrivacyMaskRegionList>")[2]
        await settings_of(client).write(feature, True)
        assert enabled(device, PRIVACY) == "true"
        assert re.sub(r"\s", "", device.documents[PRIVACY].partition("<PrivacyMaskRegionList>")[2]) == re.sub(
            r"\s", "", regions
        )
        assert (await settings_of(client).read([feature])).values == {feature.id: True}


def _mask(regions: str, *, on: bool = False, size: bool = True) -> bytes:
    """Return a privacy mask document."""
    screen = (
        "<normalizedScreenSize><normalizedScreenWidth>704</normalizedScreenWidth>"
        "<normalizedScreenHeight>576</normalizedScreenHeight></normalizedScreenSize>"
    )
    return (
        f'<PrivacyMask xmlns="urn:x"><enabled>{str(on).lower()}</enabled>{screen if size else ""}'
        f"<PrivacyMaskRegionList>{regions}</PrivacyMaskRegionList></PrivacyMask>"
    ).encode()


@pytest.mark.parametrize(
    "regions",
    ["", "<PrivacyMaskRegion><id>1</id><enabled>false</enabled><RegionCoordinatesList/></PrivacyMaskRegion>"],
)
async def test_a_privacy_mask_without_a_region_covers_the_picture(regions: str) -> None:
    """A mask without a region would say on and hide nothing."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        feature = switch(Kind.PRIVACY_MASK, PRIVACY)
        device.fault(PRIVACY, method="GET", body=_mask(regions, on=True), times=2)
        device.fault(PRIVACY, method="PUT", body=b"")
        assert (await settings_of(client).read([feature])).values == {feature.id: False}
        with pytest.raises(NotConfirmedError):
            await settings_of(client).write(feature, True)
        root = etree.fromstring(last_put(device))
        points = [
            (p.findtext("{urn:x}positionX"), p.findtext("{urn:x}positionY"))
            for p in root.iter("{urn:x}RegionCoordinates")
        ]
        assert points == [("0", "0"), ("0", "576"), ("704", "576"), ("704", "0")]
        assert root.findtext(".//{urn:x}PrivacyMaskRegion/{urn:x}enabled") == "true"
        assert root.findtext(".//{urn:x}PrivacyMaskRegion/{urn:x}id") == "1"


async def test_a_privacy_mask_of_unknown_size_is_refused_in_words() -> None:
    """Nothing is invented, nothing is written."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault(PRIVACY, method="GET", body=_mask("", size=False))
        with pytest.raises(RejectedError, match="no privacy region is drawn"):
            await settings_of(client).write(switch(Kind.PRIVACY_MASK, PRIVACY), True)
        assert device.count("PUT") == 0


async def test_drawn_regions_that_are_off_are_switched_on_with_the_mask() -> None:
    """And stay where they were drawn."""
    corners = "".join(
        f"<RegionCoordinates><positionX>{x}</positionX><positionY>{y}</positionY></RegionCoordinates>"
        for x, y in ((1, 1), (1, 9), (9, 9), (9, 1))
    )
    region = f"<PrivacyMaskRegion><id>3</id><enabled>false</enabled><RegionCoordinatesList>{corners}</RegionCoordinatesList></PrivacyMaskRegion>"
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault(PRIVACY, method="GET", body=_mask(region), times=1)
        device.fault(PRIVACY, method="PUT", body=b"")
        device.fault(PRIVACY, method="GET", body=_mask(region.replace("false", "true"), on=True))
        await settings_of(client).write(switch(Kind.PRIVACY_MASK, PRIVACY), True)
        assert corners.encode() in last_put(device)
        assert last_put(device).count(b"<enabled>true</enabled>") == 2


def holidays(device: IsapiSimulator) -> dict[str, tuple[str, str]]:
    """Return name and flag of every holiday."""
    found = {}
    for path, document in device.documents.items():
        if path.startswith("System/Holidays/"):
            root = etree.fromstring(document.encode())
            found[root.findtext("{*}id")] = (root.findtext("{*}holidayName"), root.findtext("{*}enabled"))
    return found


async def test_holiday_mode_uses_one_free_entry_and_survives_a_leap_day() -> None:
    """Everything else in the list stays as it is."""
    time = Time(datetime(2028, 3, 1, 12, tzinfo=UTC))
    feature = switch(Kind.HOLIDAY, "System/Holidays")
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        settings = settings_of(client, time)
        before = holidays(device)
        assert (await settings.read([feature])).values == {feature.id: False}
        await settings.write(feature, True)
        after = holidays(device)
        changed = {key for key in after if after[key] != before[key]}
        assert len(changed) == 1
        assert after[changed.pop()] == (HOLIDAY_NAME, "true")
        own = etree.fromstring(last_put(device)).find(f"{{*}}holiday[{{*}}holidayName='{HOLIDAY_NAME}']")
        assert own.findtext("{*}holidayDate/{*}startDate") == "2028-02-29"
        assert own.findtext("{*}holidayDate/{*}endDate") == "2029-02-28"
        assert own.findtext("{*}holidayMode") == "date"
        assert own.find("{*}holidayMonth") is None
        assert {etree.QName(element).namespace for element in own.iter()} == {"http://www.isapi.org/ver20/XMLSchema"}
        assert (await settings.read([feature])).values == {feature.id: True}
        await settings.write(feature, False)
        assert (await settings.read([feature])).values == {feature.id: False}
        assert [row[1] for row in holidays(device).values() if row[0] == HOLIDAY_NAME] == ["false"]


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("<enabled>true</enabled><holidayMode>date</holidayMode><holidayDate><startDate>2026-01-01</startDate><endDate>2026-02-01</endDate></holidayDate>", False),
        ("<enabled>true</enabled><holidayMode>month</holidayMode>", True),
        ("<enabled>?</enabled>", UNKNOWN),
    ],
)  # fmt: skip
async def test_holiday_mode_is_on_only_while_it_lasts(entry: str, value: object) -> None:
    """A span that has passed makes no holiday."""
    time = Time(datetime(2026, 6, 1, tzinfo=UTC))
    feature = switch(Kind.HOLIDAY, "System/Holidays")
    async with IsapiSimulator(profile="nvr") as device, connected(device, time) as client:
        body = (
            f"<HolidayList><holiday><id>1</id><holidayName>{HOLIDAY_NAME}</holidayName>{entry}</holiday></HolidayList>"
        )
        device.fault("System/Holidays", body=body.encode())
        assert (await settings_of(client, time).read([feature])).values == {feature.id: value}


async def test_holidays_that_people_use_are_never_taken() -> None:
    """A name of its own or an entry that is on."""
    body = (
        b"<HolidayList><holiday><id>1</id><enabled>true</enabled><holidayName>Holiday1</holidayName></holiday>"
        b"<holiday><id>2</id><enabled>false</enabled><holidayName>Christmas</holidayName></holiday></HolidayList>"
    )
    async with IsapiSimulator(profile="nvr") as device, connected(device) as client:
        device.fault("System/Holidays", body=body)
        with pytest.raises(RejectedError, match="every holiday entry"):
            await settings_of(client).write(switch(Kind.HOLIDAY, "System/Holidays"), True)
        assert device.count("PUT") == 0


def test_a_year_from_any_day() -> None:
    """No day of a leap year fails."""
    day = datetime(2028, 2, 29, tzinfo=UTC).date()
    assert next_year(day).isoformat() == "2029-02-28"
    assert next_year(day.replace(day=28)).isoformat() == "2029-02-28"


async def test_the_spelling_of_a_device_is_kept() -> None:
    """Some write 1 and 0."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault("Smart/FieldDetection/1", method="GET", body=b"<F><enabled>1</enabled></F>", times=1)
        device.fault("Smart/FieldDetection/1", method="PUT", body=b"")
        device.fault("Smart/FieldDetection/1", method="GET", body=b"<F><enabled> 0 </enabled></F>")
        await settings_of(client).write(switch(), False)
        assert b"<enabled>0</enabled>" in last_put(device)


async def test_a_feature_of_another_module_is_refused() -> None:
    """An output is no setting."""
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        foreign = SwitchFeature(device_id="unit", kind=Kind.ALARM_OUTPUT, address="1")
        with pytest.raises(UnsupportedError):
            await settings_of(client).write(foreign, True)


async def test_an_operator_without_rights_at_the_simulated_device() -> None:
    """The device's own judgement, not an injected one."""
    users = {"eve": User("Viewer-pass1", "Viewer")}
    async with IsapiSimulator(profile="ipc", users=users) as device:
        device.username, device.password = "eve", "Viewer-pass1"
        async with connected(device) as client:
            with pytest.raises(InsufficientRightsError):
                await settings_of(client).write(switch(), False)


async def test_a_dropped_question_for_the_mode_leaves_the_normal_document() -> None:
    """A camera drops what it does not know; motion detection works all the same and the mode is asked again."""
    normal, expert = (f"System/Video/inputs/channels/1/motionDetection{end}" for end in ("", "Ext"))
    (feature,) = offered(facts(triggers=(Trigger(id="VMD-1", type="vmd", channel=1),)))
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        settings = settings_of(client)
        device.fault(expert, drop=True)
        assert (await settings.read([feature])).values == {feature.id: enabled(device, normal) == "true"}
        device.clear_faults()
        client.forget()
        await settings.read([feature])
        assert device.count("GET", expert) > 1


async def test_a_locked_account_is_told_when_the_mode_is_asked() -> None:
    """The first question of a write."""
    (feature,) = offered(facts(triggers=(Trigger(id="VMD-1", type="vmd", channel=1),)))
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.lock_account(600)
        with pytest.raises(AuthenticationError):
            await settings_of(client).write(feature, True)


async def test_a_privacy_mask_without_a_list_is_only_a_switch() -> None:
    """Where the regions lie elsewhere, nothing is invented."""
    body = b"<PrivacyMask><enabled>%s</enabled></PrivacyMask>"
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        device.fault(PRIVACY, method="GET", body=body % b"false", times=1)
        device.fault(PRIVACY, method="PUT", body=b"")
        device.fault(PRIVACY, method="GET", body=body % b"true")
        await settings_of(client).write(switch(Kind.PRIVACY_MASK, PRIVACY), True)
        assert last_put(device).endswith(body % b"true")


async def test_a_leaf_that_is_missing_cannot_be_written() -> None:
    """The camera has no such block."""
    path = "Smart/AudioDetection/channels/1"
    async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
        with pytest.raises(UnsupportedError):
            await settings_of(client).write(switch(path=path, leaf="AudioLoss/enabled"), True)
        assert device.count("PUT") == 0


async def test_switching_a_holiday_off_that_was_never_made_writes_nothing() -> None:
    """And a list without entries is no list of holidays."""
    feature = switch(Kind.HOLIDAY, "System/Holidays")
    async with IsapiSimulator(profile="nvr") as device, connected(device) as client:
        settings = settings_of(client)
        await settings.write(feature, False)
        assert device.count("PUT") == 0
        device.fault("System/Holidays", body=b"<HolidayList/>")
        assert (await settings.read([feature])).values == {feature.id: UNKNOWN}
        assert list(settings.refused) == [feature.id]
