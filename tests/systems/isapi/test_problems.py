"""What keeps a device from working with us, found and mended on a real socket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lxml import etree
import pytest

from custom_components.hikvision_ivm.systems.errors import (
    AuthenticationError,
    InsufficientRightsError,
    NotConfirmedError,
    RejectedError,
    UnsupportedError,
)
from custom_components.hikvision_ivm.systems.isapi.problems import (
    CLOCK_OFF,
    CLOCK_OFF_MANUAL,
    MISSING_RIGHT,
    NOT_NOTIFIED,
    REBOOT_REQUIRED,
    RTSP_OFF,
    WEAK_PASSWORD,
    Problems,
    clock_offset,
    not_notified,
    right_of,
    stream_refused,
)
from custom_components.hikvision_ivm.systems.isapi.records import Trigger, UnitKind
from custom_components.hikvision_ivm.systems.isapi.timezones import utc_offset
from custom_components.hikvision_ivm.systems.model import Problem
from simulators.isapi import IsapiSimulator

from .command_bench import Time, connected, facts

CST = "CST-1:00:00DST01:00:00,M3.5.0/02:00:00,M10.5.0/03:00:00"
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def trigger(event: str, channel: int | None = None, *methods: str, name: str = "", port: str | None = None) -> Trigger:
    """Return a trigger."""
    return Trigger(
        id=name or f"{event}-{channel or port}", type=event, channel=channel, port=port, methods=frozenset(methods)
    )


def keys(problems: list[Problem]) -> list[str]:
    """Return the keys of problems."""
    return [problem.key for problem in problems]


@pytest.mark.parametrize(
    ("zone", "local", "hours"),
    [
        (CST, "2026-01-15T12:00", 1), (CST, "2026-07-15T12:00", 2),
        (CST, "2026-03-29T01:59", 1), (CST, "2026-03-29T02:00", 2),
        (CST, "2026-10-25T02:59", 2), (CST, "2026-10-25T03:00", 1),
        ("CST-8:00:00", "2026-07-15T12:00", 8), ("GMT+0", "2026-07-15T12:00", 0), ("EST5", "2026-07-15T12:00", -5),
        ("EST5EDT4,M3.2.0,M11.1.0", "2026-07-15T12:00", -4), ("EST5EDT,M3.2.0,M11.1.0", "2026-01-15T12:00", -5),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-15T12:00", 11), ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00", 10),
        ("IST-5:30:00", "2026-07-15T12:00", 5.5), ("<+03>-3", "2026-07-15T12:00", 3),
    ],
)  # fmt: skip
def test_time_zones_of_devices(zone: str, local: str, hours: float) -> None:
    """POSIX, and the vendor's own summer time."""
    assert utc_offset(zone, datetime.fromisoformat(local)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    "zone", ["", "nonsense", "CST-99", "CST-1DST,J60,J300", "CST-1DST01:00:00,M13.1.0,M10.5.0", "CST-1DST"]
)
def test_a_zone_nobody_understands(zone: str) -> None:
    """Then nothing is said about the clock."""
    assert utc_offset(zone, datetime(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("local", "zone", "offset"),
    [
        ("2026-07-01T14:02:00+02:00", "", 120), ("2026-07-01T11:58:00Z", CST, -120), ("2026-07-01T14:00:30", CST, 30),
        ("2026-07-01T14:00:00", "", None), ("yesterday", CST, None), ("", CST, None), ("0001-01-01T00:00:00", CST, None),
        ("9999-12-31T23:59:59", CST, None),
    ],
)  # fmt: skip
def test_the_clock(local: str, zone: str, offset: float | None) -> None:
    """Told with an offset, or by the zone; unknown stays unknown."""
    document = etree.fromstring(f"<Time xmlns='urn:x'><localTime>{local}</localTime><timeZone>{zone}</timeZone></Time>")
    assert clock_offset(document, NOW) == offset


def test_silent_events_are_one_problem_with_names_and_places() -> None:
    """What is told is not listed, nor what cannot be told or is nothing to tell."""
    found = not_notified(
        facts(
            UnitKind.RECORDER,
            channels=4,
            triggers=(
                trigger("linedetection", 1, "record"), trigger("linedetection", 3), trigger("vmd", 1, "center"),
                trigger("vmd", 2, "http"), trigger("diskfull", 1, "beep"), trigger("io", None, port="2"),
                trigger("nicbroken"), trigger("softio", None, port="1"), trigger("heatmap", 1), trigger("newtype", 2),
                replace(trigger("fielddetection", 1), listed=False),
            ),
        )
    )  # fmt: skip
    assert [(problem.id, problem.fixable) for problem in found] == [(NOT_NOTIFIED, True)]
    assert found[0].placeholders == {"events": "line crossing (1, 3), disk full, alarm input (2), newtype (2)"}
    assert not_notified(facts(triggers=(trigger("vmd", 1, "center"),))) == []


def test_a_long_list_is_shortened() -> None:
    """A sentence must stay readable."""
    found = not_notified(facts(triggers=tuple(trigger(f"type{number}", 1) for number in range(40))))
    assert found[0].placeholders["events"].endswith("… (+28)")


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("Streaming/channels/101/picture", "preview"), ("ContentMgmt/StreamingProxy/channels/101/picture", "preview"),
        ("System/reboot", "restartOrShutdown"), ("System/IO/outputs/1", "contorlLocalOut"),
        ("System/IO/outputs/1/trigger", "contorlLocalOut"), ("ContentMgmt/IOProxy/outputs/301", "contorlLocalOut"),
        ("Event/notification/alertStream", "alarmOutOrUpload"), ("System/status", "logOrStateCheck"),
        ("Smart/FieldDetection/1", "parameterConfig"), ("Security/users", None), ("ContentMgmt/search", "playBack"),
    ],
)  # fmt: skip
def test_which_right_a_path_takes(path: str, right: str | None) -> None:
    """isapi-core §3.8.2."""
    assert right_of(path) == right


def test_a_refused_stream_always_has_a_reason() -> None:
    """Also where the device gave none."""
    assert stream_refused("").placeholders["reason"]


@pytest.mark.usefixtures("socket_enabled")
class TestOnTheWire:
    """Checks and repairs against a device."""

    async def test_a_healthy_device_has_no_problem(self) -> None:
        """At the price of three reads."""
        async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
            problems = Problems(client, Time().runtime())
            assert await problems.check(facts()) == []
            assert device.count() == 3
            assert problems.clock_offset is not None
            assert abs(problems.clock_offset) < 5

    @pytest.mark.parametrize("seconds", [-90.0, 90.0])
    @pytest.mark.parametrize(("mode", "key"), [("NTP", CLOCK_OFF), ("manual", CLOCK_OFF_MANUAL)])
    async def test_a_clock_that_is_off(self, seconds: float, mode: str, key: str) -> None:
        """Mended by us only if it is set by hand."""
        async with IsapiSimulator(profile="ipc", clock_offset=seconds) as device, connected(device) as client:
            shown = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")
            device.fault(
                "System/time",
                method="GET",
                body=f"<Time><timeMode>{mode}</timeMode><localTime>{shown}</localTime></Time>".encode(),
            )
            (problem,) = await Problems(client, Time().runtime()).check(facts())
            assert (problem.key, problem.fixable) == (key, key == CLOCK_OFF_MANUAL)
            assert float(problem.placeholders["difference"]) == pytest.approx(seconds, abs=5)

    @pytest.mark.parametrize("suffix", ["+02:00", ""])
    async def test_setting_a_clock_keeps_its_form(self, suffix: str) -> None:
        """With offset or without, and everything else in the document."""
        time = Time(NOW)
        document = f"<Time xmlns='urn:t'><timeMode>manual</timeMode><localTime>2026-07-01T14:10:00{suffix}</localTime><timeZone>{CST}</timeZone><x/></Time>"
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            problems = Problems(client, time.runtime())
            device.fault("System/time", method="GET", body=document.encode(), times=1)
            device.fault("System/time", method="PUT", body=b"")
            device.fault("System/time", method="GET", body=document.replace("14:10", "14:00").encode())
            await problems.fix(facts(), Problem(key=CLOCK_OFF_MANUAL))
            written = etree.fromstring(next(r.body for r in device.requests if r.method == "PUT" and r.authorized))
            assert written.findtext("{urn:t}localTime") == f"2026-07-01T14:00:00{suffix}"
            assert [etree.QName(child).localname for child in written] == ["timeMode", "localTime", "timeZone", "x"]
            assert problems.clock_offset == 0

    async def test_a_clock_that_does_not_move_is_an_error(self) -> None:
        """And one that follows NTP is not touched."""
        time = Time(NOW)
        document = "<Time><timeMode>manual</timeMode><localTime>2026-07-01T12:10:00Z</localTime></Time>"
        async with IsapiSimulator(profile="ipc") as device, connected(device, time) as client:
            problems = Problems(client, time.runtime())
            fault = device.fault("System/time", method="GET", body=document.encode())
            device.fault("System/time", method="PUT", body=b"")
            with pytest.raises(NotConfirmedError):
                await problems.fix(facts(), Problem(key=CLOCK_OFF_MANUAL))
            fault.body = document.replace("manual", "NTP").encode()
            with pytest.raises(RejectedError):
                await problems.fix(facts(), Problem(key=CLOCK_OFF_MANUAL))
            assert device.count("PUT") == 1

    async def test_rtsp_off_weak_password_and_pending_reboot(self) -> None:
        """Each is said once."""
        async with IsapiSimulator(profile="ipc", rtsp_enabled=False) as device, connected(device) as client:
            device.fault(
                "Security/userCheck",
                body=b"<userCheck><statusValue>200</statusValue><isRiskPassword>true</isRiskPassword></userCheck>",
            )
            client.reboot_required_since, client.risk_password = 0.0, True
            assert sorted(keys(await Problems(client, Time().runtime()).check(facts()))) == [
                REBOOT_REQUIRED, RTSP_OFF, WEAK_PASSWORD,
            ]  # fmt: skip

    @pytest.mark.parametrize(
        ("said", "left"), [("<isRiskPassword>false</isRiskPassword>", []), ("", [WEAK_PASSWORD])], ids=["no", "nothing"]
    )
    async def test_a_password_that_is_weak_no_more(self, said: str, left: list[str]) -> None:
        """What a write said of the password is outweighed by what the login says, if that says anything of it."""
        async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
            device.fault(
                "Security/userCheck", body=f"<userCheck><statusValue>200</statusValue>{said}</userCheck>".encode()
            )
            problems = Problems(client, Time().runtime())
            client.risk_password = True
            assert keys(problems.known(facts())) == [WEAK_PASSWORD]
            assert keys(await problems.check(facts())) == left

    async def test_what_could_not_be_read_is_judged_as_before(self) -> None:
        """A repair must not vanish because the device was busy, nor appear because of garbage."""
        async with IsapiSimulator(profile="ipc", rtsp_enabled=False) as device, connected(device) as client:
            problems = Problems(client, Time().runtime())
            assert keys(await problems.check(facts())) == [RTSP_OFF]
            device.fault("*", status=503)
            assert keys(await problems.check(facts())) == [RTSP_OFF]
            device.clear_faults()
            device.fault("*", body=b"<a>")
            assert keys(await problems.check(facts())) == [RTSP_OFF]
            device.clear_faults()
            device.fault(
                "Security/adminAccesses",
                body=b"<L><AdminAccessProtocol><protocol>RTSP</protocol></AdminAccessProtocol></L>",
            )
            assert await problems.check(facts()) == []

    async def test_missing_rights_are_learned_from_refusals(self) -> None:
        """One problem per right, in words; what needs an administrator is none."""
        refused = (
            b"<ResponseStatus><statusCode>4</statusCode><subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>"
        )
        async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
            device.fault("*", status=403, body=refused)
            for path in ("Smart/FieldDetection/1", "Smart/LineDetection/1", "System/status", "Security/users"):
                with pytest.raises(InsufficientRightsError):
                    await client.get(path)
            device.clear_faults()
            problems = Problems(client, Time().runtime())
            problems.denied("System/reboot")
            found = [problem for problem in await problems.check(facts()) if problem.key == MISSING_RIGHT]
            assert [problem.subject for problem in found] == ["parameterConfig", "restartOrShutdown", "logOrStateCheck"]
            assert all(problem.placeholders["right"] for problem in found)
            assert len({problem.id for problem in found}) == 3

    async def test_a_right_that_was_given_meanwhile(self) -> None:
        """One document is asked for each time, in turn; with it all that take its right come back."""
        refused = (
            b"<ResponseStatus><statusCode>4</statusCode><subStatusCode>lowPrivilege</subStatusCode></ResponseStatus>"
        )
        paths = ["Security/users", "System/status", "Smart/FieldDetection/1", "Smart/LineDetection/1"]
        async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
            problems = Problems(client, Time().runtime())
            await problems.regain()
            assert device.count() == 0
            device.fault("Smart/*", status=403, body=refused)
            device.fault("*", status=403, body=refused)
            for path in paths:
                with pytest.raises(InsufficientRightsError):
                    await client.get(path)
            device.clear_faults()
            device.fault("Smart/*", status=403, body=refused)
            device.fault("System/status", status=503, times=1)
            asked = []
            for _ in range(4):
                before = len(device.requests)
                await problems.regain()
                (request,) = device.requests[before:]
                asked.append(request.path)
            assert asked == ["System/status", "System/status", "Smart/FieldDetection/1", "Smart/LineDetection/1"]
            assert [problem.subject for problem in problems.missing_rights()] == ["parameterConfig"]
            device.clear_faults()
            await problems.regain()
            assert problems.missing_rights() == []
            assert list(client.refused) == ["Security/users"]
            before = len(device.requests)
            await problems.regain()
            assert len(device.requests) == before

    async def test_a_locked_account_is_not_hidden(self) -> None:
        """Nothing is judged by a refused login."""
        async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
            device.lock_account(600)
            with pytest.raises(AuthenticationError):
                await Problems(client, Time().runtime()).check(facts())

    async def test_linking_the_surveillance_centre_keeps_the_other_links(self) -> None:
        """The whole list is written, in the device's namespace, and read back."""
        names = ("linedetection-1", "fielddetection-1")
        device = IsapiSimulator(profile="ipc", missing_center=names)
        device.set_notifications("linedetection-1", ["record", "beep"])
        async with device, connected(device) as client:
            silent = (
                trigger("linedetection", 1, "record", "beep"),
                trigger("fielddetection", 1),
                trigger("vmd", 1, "center"),
            )
            problems = Problems(client, Time().runtime())
            (problem,) = await problems.check(facts(triggers=silent))
            await problems.fix(facts(triggers=silent), problem)
            assert device.methods_of("linedetection-1") == ["record", "beep", "center"]
            assert device.methods_of("fielddetection-1") == ["center"]
            assert device.count("PUT") == 2
            written = etree.fromstring(next(r.body for r in device.requests if r.method == "PUT" and r.authorized))
            assert len({etree.QName(element).namespace for element in written.iter()}) == 1
            await problems.fix(facts(triggers=silent), problem)
            assert device.count("PUT") == 2

    async def test_linking_by_the_trigger_itself_where_the_list_is_refused(self) -> None:
        """Some devices have no resource for the list."""
        device = IsapiSimulator(profile="ipc", missing_center=("linedetection-1",))
        async with device, connected(device) as client:
            device.fault("Event/triggers/*/notifications", status=404)
            silent = facts(triggers=(trigger("linedetection", 1),))
            await Problems(client, Time().runtime()).fix(silent, Problem(key=NOT_NOTIFIED))
            assert "center" in device.methods_of("linedetection-1")

    async def test_a_link_that_fails_names_itself_and_spares_the_others(self) -> None:
        """Refused, not confirmed or gone: the rest is linked."""
        names = ("linedetection-1", "fielddetection-1", "VMD-1")
        device = IsapiSimulator(profile="ipc", missing_center=names)
        async with device, connected(device) as client:
            device.fault("Event/triggers/linedetection-1/notifications", method="PUT", body=b"")
            device.fault("Event/triggers/fielddetection-1*", status=404)
            silent = facts(
                triggers=(trigger("linedetection", 1), trigger("fielddetection", 1), trigger("vmd", 1, name="VMD-1"))
            )
            with pytest.raises(RejectedError) as raised:
                await Problems(client, Time().runtime()).fix(silent, Problem(key=NOT_NOTIFIED))
            assert "linedetection-1" in raised.value.placeholders["reason"]
            assert "fielddetection-1" in raised.value.placeholders["reason"]
            assert "VMD-1" not in raised.value.placeholders["reason"]
            assert "center" in device.methods_of("VMD-1")

    async def test_what_only_the_owner_can_mend(self) -> None:
        """Nothing is sent."""
        async with IsapiSimulator(profile="ipc") as device, connected(device) as client:
            with pytest.raises(UnsupportedError):
                await Problems(client, Time().runtime()).fix(facts(), Problem(key=RTSP_OFF))
            assert not device.requests
