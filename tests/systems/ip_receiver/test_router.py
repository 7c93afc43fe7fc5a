"""Messages of a receiver: who is told, and who is asked (ip-receiver §4, §5, §6)."""

from dataclasses import replace
from datetime import timedelta
import json
import time
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.ip_receiver.recent import MOST, SECONDS, UNDATED_SECONDS
from custom_components.hikvision_ivm.systems.ip_receiver.records import ConnectionMode
from custom_components.hikvision_ivm.systems.ip_receiver.router import MOST_UNKNOWN
from custom_components.hikvision_ivm.systems.ip_receiver.strangers import MOST_STRANGE
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Phase, Report

from .event_bench import CAMERA, HOUSE, LEARNED, NOW, PANEL, UID, ZONES, Bench

EVENT = f"{HOUSE}_event_panel_event"
HUB_EVENT = f"{UID}_event_device_event"
PICTURE = f"{HOUSE}_image_event_picture"
STRANGER = replace(CAMERA, id="N1", index="N-1", serial="N1")
UUID = "be1ad122-2a53-11eb-aabf-4576d7843e50"
TRIGGERED = "2026-11-28 12:00:00"


# reports of panels


def test_burglary() -> None:
    """The panel takes it in, the event entity tells it, the panel is looked at."""
    bench = Bench(memory={**LEARNED})
    value = f"{HOUSE}_alarm_control_panel_partition_2"
    bench.panel.answer = Report(values={value: "x"}, available={f"{HOUSE}_zone_1": True})
    (told,) = bench.report(
        "1103", subSys=0, zoneNo=1, CIDType=1, CIDParam="1,2,1,1,1,1,0,Ann", UUID=UUID, isVideo=2, triggerTime=TRIGGERED
    )
    assert told == Occurrence(
        device_id=HOUSE, kind=Kind.BURGLARY, phase=Phase.PULSE, code="1103", received=NOW, time=NOW, channel="1",
        features=(EVENT,),
        details={
            "hik_code": "1103", "cid": "E130", "sia": "BA", "description": "Burglary Alarm", "restored": False,
            "partition": 2, "zone": 1, "zone_name": "Hall", "user": "Ann", "uuid": UUID, "has_video": True,
            "category": "zone_alarm", "triggered": TRIGGERED,
        },
    )  # fmt: skip
    (event,) = bench.panel.events
    assert (event.device, event.code, event.partition, event.number, event.zone) == ("Q1", "1103", 0, 1, 1)
    assert (event.category, event.user, event.uuid, event.time) == (1, "Ann", UUID, NOW)
    assert (event.moment, event.received) == (bench.clock.time, NOW)
    assert bench.sink.values == {value: "x"}
    assert bench.sink.available == {f"{HOUSE}_zone_1": True}
    assert bench.settled == ["Q1"]
    assert bench.settled_by == [Kind.BURGLARY]
    assert bench.asked == []


def test_report_that_says_little() -> None:
    """What was not said is not told."""
    bench = Bench()
    (told,) = bench.take(dateTime=None, channelID=None, CIDAlarm={"CIDCode": "3401"})
    assert dict(told.details) == {
        "hik_code": "3401", "cid": "R401", "sia": "CL", "description": "Away Arming", "restored": False,
    }  # fmt: skip
    assert (told.time, told.channel) == (None, None)
    (event,) = bench.panel.events
    assert (event.partition, event.number, event.zone, event.user) == (None,) * 4


def test_what_the_panel_tells_goes_along() -> None:
    """Occurrences that follow from a report come after it."""
    bench = Bench()
    extra = Occurrence(device_id=HOUSE, kind=Kind.ARM_DISARM, phase=Phase.PULSE, code="x", received=NOW)
    bench.panel.answer = Report(occurrences=(extra,))
    assert [each.code for each in bench.report("1822", subSys=1)] == ["1822", "x"]


def test_latched_code() -> None:
    """Goes to its sensor; 0 is no zone there, and neither is 1."""
    bench = Bench()
    (told,) = bench.report("1301", subSys=0, zoneNo=1)
    assert bench.sink.values == {f"{HOUSE}_binary_sensor_ac_lost": True}
    assert bench.panel.events[0].number is None
    assert bench.panel.events[0].zone is None
    assert "zone_name" not in told.details


def test_latched_code_beside_what_the_panel_says() -> None:
    """Neither hides the other."""
    bench = Bench()
    bench.panel.answer = Report(values={"a": 1})
    bench.report("3301")
    assert bench.sink.values == {"a": 1, f"{HOUSE}_binary_sensor_ac_lost": False}


@pytest.mark.parametrize(
    ("code", "category", "zone"),
    [("1103", 1, 0), ("1103", None, 0), ("3401", 6, None), ("3401", None, None), ("1570", 6, 0), ("1383", 5, 0),
     ("1348", 5, None), ("1409", 1, 0)],
)  # fmt: skip
def test_number_zero(code: str, category: int | None, zone: int | None) -> None:
    """Is a zone where a report is about zones; elsewhere it fills a field."""
    bench = Bench()
    bench.report(code, zoneNo=0, CIDType=category)
    assert bench.panel.events[0].zone == zone


def test_number_of_no_zone() -> None:
    """Is kept as it came."""
    bench = Bench()
    (told,) = bench.report("1103", zoneNo=40, subSys=3)
    assert (bench.panel.events[0].number, bench.panel.events[0].zone) == (40, None)
    assert (told.details["zone"], told.details["partition"]) == (40, 3)


def test_contact_id_in_place_of_the_code() -> None:
    """T1: what it certainly means, else what it is about."""
    bench = Bench()
    (clear,) = bench.report("R401", subSys=1)
    assert (clear.code, clear.kind, bench.panel.events[0].code) == ("3401", Kind.ARM_DISARM, "3401")
    (vague,) = bench.report("E130", CIDDescribe="somewhere")
    assert (vague.code, vague.kind, vague.details["description"]) == ("E130", Kind.BURGLARY, "somewhere")
    assert "cid" not in vague.details


@pytest.mark.parametrize(
    ("code", "over"),
    [("E130", False), ("R130", True), ("r130", True), ("R400", False), ("R401", False), ("R999", True), ("E999", False),
     ("3998", True), ("1998", False), ("39980", False), ("Rain", False)],
)  # fmt: skip
def test_code_of_no_table_that_tells_an_end(code: str, over: bool) -> None:
    """Is known by what it stands for, else by how it begins; who arms ends nothing."""
    (told,) = Bench().report(code, zoneNo=1)
    assert told.details["restored"] is over


def test_unknown_code() -> None:
    """Is told with its number; the panel is looked at."""
    bench = Bench()
    (told,) = bench.report("1998", CIDDescribe="New thing")
    assert (told.kind, told.code, told.details["description"]) == (Kind.UNKNOWN_EVENT, "1998", "New thing")
    assert bench.router.unknown == {"1998": 1}
    assert bench.settled == ["Q1"]


def test_unknown_words_are_counted_up_to_a_point() -> None:
    """A receiver that makes up codes fills no memory."""
    bench = Bench()
    for number in range(MOST_UNKNOWN + 5):
        bench.report(f"x{number}")
    assert len(bench.router.unknown) == MOST_UNKNOWN + 1
    assert bench.router.unknown["…"] == 5


def test_report_without_a_code() -> None:
    """Is an event of its type."""
    (told,) = Bench().take(CIDAlarm={})
    assert (told.kind, told.code) == (Kind.UNKNOWN_EVENT, "CIDAlarm")


def test_keep_alive_and_test_report() -> None:
    """T24."""
    bench = Bench()
    assert bench.take(channelID=None, CIDAlarm={"CIDCode": "1602"}) == []
    assert bench.settled == []
    (told,) = bench.report("1602", subSys=0)
    assert told.kind is Kind.TEST


def test_same_report_twice() -> None:
    """Is delivered once; another one of that alarm is not the same."""
    bench = Bench()
    alarm: dict[str, Any] = {"zoneNo": 1, "UUID": UUID, "triggerTime": TRIGGERED}
    assert len(bench.report("1103", **alarm)) == 1
    assert bench.report("1103", **{**alarm, "UUID": UUID.upper()}) == []
    assert bench.settled == ["Q1", "Q1"]
    assert len(bench.panel.events) == 1
    assert len(bench.report("3103", **alarm)) == 1
    assert len(bench.report("1103", **{**alarm, "zoneNo": 2})) == 1
    bench.passes(SECONDS)
    assert bench.report("3103", **alarm) == []
    bench.passes(SECONDS + 1)
    assert len(bench.report("3103", **alarm)) == 1


def test_one_uuid_for_everything() -> None:
    """A panel that gives it tells its next alarm all the same."""
    bench = Bench()
    assert len(bench.report("1103", UUID="1")) == 1
    assert bench.report("1103", UUID="1") == []
    bench.passes(UNDATED_SECONDS + 1)
    assert len(bench.report("1103", UUID="1")) == 1


def test_reports_without_uuid() -> None:
    """The moment tells them apart; without one, each is one."""
    bench = Bench()
    assert len(bench.report("1103", zoneNo=1, triggerTime=TRIGGERED)) == 1
    assert bench.report("1103", zoneNo=1, triggerTime=TRIGGERED, UUID="0") == []
    assert len(bench.report("1103", zoneNo=1, triggerTime="2026-11-28 12:00:01")) == 1
    assert [len(bench.report("1103", zoneNo=1)) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("codes", [("3401", "1401", "3401"), ("1103", "3103", "1103")])
def test_panel_whose_clock_stands_still(codes: tuple[str, ...]) -> None:
    """Tells one moment for all: the time of the message tells reports apart, and each is taken in."""
    bench = Bench()
    for number, code in enumerate(codes, 1):
        assert len(bench.report(code, zoneNo=1, UUID="0", triggerTime="2009-02-24 16:59:00")) == 1
        assert bench.report(code, zoneNo=1, UUID="0", triggerTime="2009-02-24 16:59:00") == []
        assert len(bench.panel.events) == number
        assert len(bench.settled) == 2 * number
        bench.passes(60)


def test_memory_of_reports_has_an_end() -> None:
    """The oldest is forgotten."""
    bench = Bench()
    for number in range(MOST + 1):
        bench.report("1103", UUID=f"u{number}", triggerTime=str(number))
    assert bench.report("1103", UUID=f"u{MOST}", triggerTime=str(MOST)) == []
    assert len(bench.report("1103", UUID="u0", triggerTime="0")) == 1


def test_clock_that_is_a_day_off() -> None:
    """Its time is not told."""
    bench = Bench()
    (told,) = bench.take(dateTime=(NOW - timedelta(days=2)).isoformat(), CIDAlarm={"CIDCode": "1103"})
    assert told.time is None
    assert bench.panel.events[0].time is None
    assert bench.router.counts["implausible_times"] == 1


def test_numbers_are_learned() -> None:
    """From zones that were read after an alarm; alarms that are over, and operations, say nothing."""
    bench = Bench()
    for code in ("3103", "3401", "1570"):
        bench.report(code, zoneNo=1)
        bench.passes(1)
        bench.router.zones_read("Q1", [replace(ZONES[0], alarm=True), *ZONES[1:]], bench.clock.time)
    assert bench.router.numbering.learned == {}
    bench.report("1103", zoneNo=1)
    bench.passes(1)
    bench.router.zones_read("Q1", [replace(ZONES[0], alarm=True), *ZONES[1:]], bench.clock.time)
    assert bench.panel.renumbered == [0]
    (told,) = bench.report("1103", zoneNo=1)
    assert told.details["zone_name"] == "Front door"
    assert bench.panel.events[-1].zone == 0


# clips


def test_clip_behind_its_report() -> None:
    """Is fetched for the panel and its zone, and told nobody again."""
    bench = Bench(memory={**LEARNED})
    image = f"{HOUSE}_zone_1_image_event_picture"
    bench.router.wanted = {image}
    bench.report("1103", zoneNo=1, UUID=UUID)
    assert bench.review("1103", ZoneNo=1, UUID=UUID) == []
    (expected,) = bench.media.told
    assert (expected.urls, expected.uuid) == (["/a.mp4"], UUID)
    assert expected.occurrence.features == (PICTURE, image)
    assert (expected.occurrence.kind, expected.occurrence.code) == (Kind.BURGLARY, "1103")
    assert expected.occurrence.details["zone_name"] == "Hall"
    assert len(bench.panel.events) == 1


def test_clip_before_its_report() -> None:
    """The event is told with the clip and not again with the report, which changes the state."""
    bench = Bench()
    (told,) = bench.review("1103", ZoneNo=1, UUID=UUID)
    assert (told.kind, told.features) == (Kind.BURGLARY, (EVENT,))
    assert bench.panel.events == []
    assert bench.settled == []
    assert bench.report("1103", zoneNo=1, UUID=UUID) == []
    assert len(bench.panel.events) == 1
    assert len(bench.report("3103", zoneNo=1, UUID=UUID)) == 1
    assert len(bench.report("1103", zoneNo=2, UUID=UUID)) == 1


@pytest.mark.parametrize("first", ["report", "review"])
def test_clip_without_uuid(first: str) -> None:
    """Device, code, zone and moment tell that it belongs to a report, whose UUID it takes."""
    bench = Bench()
    told = []
    for which in (first, "review" if first == "report" else "report"):
        if which == "report":
            told += bench.report("1103", zoneNo=1, UUID=UUID, triggerTime=TRIGGERED)
        else:
            told += bench.review("1103", ZoneNo=1, UUID="0", triggerTime=TRIGGERED)
    assert len(told) == 1
    assert bench.media.told[0].uuid == (UUID if first == "report" else None)


def test_clip_of_another_event() -> None:
    """Belongs to that."""
    bench = Bench()
    bench.report("1103", zoneNo=1, UUID="0", triggerTime=TRIGGERED)
    assert len(bench.review("1103", ZoneNo=2, UUID="0", triggerTime=TRIGGERED)) == 1
    assert bench.media.told[0].uuid is None


def test_clip_that_says_nothing_of_its_event() -> None:
    """Is fetched and tells nothing."""
    bench = Bench()
    assert bench.review("1103") == []
    assert bench.review(None, "/b.mp4") == []
    assert [(each.urls, each.uuid) for each in bench.media.told] == [(["/a.mp4"], None), (["/b.mp4"], None)]
    assert bench.media.told[1].occurrence.kind is Kind.UNKNOWN_EVENT


def test_no_clip() -> None:
    """There is nothing to fetch."""
    bench = Bench()
    assert len(bench.review("1103", "...", UUID=UUID)) == 1
    assert bench.media.told == []


def test_addresses_stay_here() -> None:
    """What is told holds none, whatever was said."""
    bench = Bench()
    bench.review("1103", "/secret.mp4", UUID=UUID, ZoneNo=1)
    bench.take("TMA", device=CAMERA, thermalURL="/secret.jpg", deviceID="secret")
    assert "secret" not in repr(bench.sink.occurrences)
    assert "secret" not in repr(bench.router.diagnostics())


# states of links and devices


@pytest.mark.parametrize(("word", "online"), [("online", True), (" Offline", False)])
def test_device_that_comes_and_goes(word: str, online: bool) -> None:
    """Its entities show it; the list is read, and a panel that is back is looked at."""
    bench = Bench()
    bench.take("devStatusChanged", status=word)
    assert bench.sink.available == {HOUSE: online}
    assert bench.sink.values == {f"{HOUSE}_binary_sensor_online": online}
    assert bench.asked == ["6f0d1"]
    assert bench.settled == (["Q1"] if online else [])


def test_state_in_an_unknown_word() -> None:
    """Changes nothing; the list will tell."""
    bench = Bench()
    bench.take("devStatusChanged", status="unknown")
    bench.take("deviceKeyStateChanged", status="odd")
    bench.take("hppConnectionStatusChanged", device=None)
    assert bench.sink.values == bench.sink.available == {}
    assert bench.asked == ["6f0d1"]
    assert bench.router.counts["unknown_states"] == 3


def test_deleted_device() -> None:
    """The list is read before anything is removed (T43)."""
    bench = Bench()
    bench.take("devicedeleted", channelID="Q1")
    assert bench.asked == ["6f0d1"]
    assert bench.sink.values == bench.sink.available == {}


def test_state_of_no_device() -> None:
    """The list of devices tells whose it is (T43)."""
    bench = Bench()
    for type_ in ("devicedeleted", "devStatusChanged"):
        bench.take(type_, device=None, channelID="Q1", status="offline")
    assert bench.asked == ["", ""]
    assert bench.sink.values == bench.sink.available == {}
    assert bench.sink.occurrences == []


def test_links_and_keys() -> None:
    """Of a panel and of the receiver; remembered over a restart."""
    bench = Bench()
    bench.take("deviceKeyStateChanged", status="abnormal")
    assert bench.asked == []
    bench.take("deviceHPPNetworkChanged", status="abnormal")
    assert bench.asked == ["6f0d1"]
    bench.take("hppConnectStateChanged", device=None, status="normal")
    known = {
        f"{HOUSE}_binary_sensor_device_key": True,
        f"{HOUSE}_binary_sensor_cloud_link": False,
        f"{UID}_binary_sensor_cloud_link": True,
    }
    assert bench.sink.values == known
    again = Bench(memory=bench.runtime.memory)  # type: ignore[arg-type]
    assert again.router.remembered().values == known
    again.panels.clear()
    assert again.router.remembered().values == {f"{UID}_binary_sensor_cloud_link": True}


PANEL_KEY = f"{HOUSE}_binary_sensor_device_key"
PANEL_LINK = f"{HOUSE}_binary_sensor_cloud_link"
BY_CLOUD = replace(PANEL, mode=ConnectionMode.HPP, online=True)
DIRECT = replace(PANEL, mode=ConnectionMode.ISUP, online=True)


def test_list_that_lags_behind_a_link_or_key() -> None:
    """Has no say in what a message told, until it changes: then it knows more."""
    bench = Bench()
    assert bench.router.listed(BY_CLOUD) == {PANEL_LINK: True}
    bench.take("deviceHPPNetworkChanged", status="abnormal")
    assert bench.router.listed(BY_CLOUD) == {}
    assert bench.router.listed(replace(BY_CLOUD, online=False)) == {}
    assert bench.router.listed(BY_CLOUD) == bench.router.listed(BY_CLOUD) == {PANEL_LINK: True}
    assert bench.router.remembered().values == {PANEL_LINK: True}

    assert bench.router.listed(DIRECT) == {PANEL_KEY: False}
    bench.take("deviceKeyStateChanged", status="abnormal")
    assert bench.router.listed(DIRECT) == {}
    bench.take("deviceKeyStateChanged", status="normal")
    assert bench.router.listed(replace(DIRECT, online=False, offline_hint=1)) == {PANEL_KEY: True}


def test_list_after_missed_messages() -> None:
    """Counts again, also after a restart: that all is well again may have been missed."""
    bench = Bench()
    bench.take("deviceKeyStateChanged", status="abnormal")
    bench.router.listed(DIRECT)
    again = Bench(memory=dict(bench.runtime.memory))
    for each in (bench, again):
        each.router.missed()
        assert each.router.remembered().values == {PANEL_KEY: True}
        assert each.router.listed(DIRECT) == {PANEL_KEY: False}
        assert each.router.remembered().values == {PANEL_KEY: False}


# who nobody knows


def test_stranger_that_turns_up_in_the_list() -> None:
    """Is asked for once; what waited is told when it is known."""
    bench = Bench()
    assert bench.take("VMD", device=STRANGER) == bench.take("IO", device=STRANGER) == []
    assert bench.asked == ["n1"]
    bench.devices["n1"] = STRANGER
    bench.passes(5)
    bench.router.retry_strangers(bench.sink)
    assert [(each.code, each.device_id) for each in bench.sink.occurrences] == [
        ("VMD", f"{UID}_N1"),
        ("IO", f"{UID}_N1"),
    ]
    assert {each.received for each in bench.sink.occurrences} == {NOW}


def test_stranger_that_does_not() -> None:
    """Is told on the receiver itself, and asked for again when it is heard of again."""
    bench = Bench()
    bench.take("VMD", device=STRANGER)
    bench.report("1103", device=STRANGER, UUID=UUID)
    bench.take("devStatusChanged", device=STRANGER, status="online")
    bench.router.retry_strangers(bench.sink)
    assert [(each.code, each.kind, each.features, each.device_id) for each in bench.sink.occurrences] == [
        ("VMD", Kind.UNKNOWN_EVENT, (HUB_EVENT,), UID),
        ("1103", Kind.UNKNOWN_EVENT, (HUB_EVENT,), UID),
    ]
    assert [each.details["event"] for each in bench.sink.occurrences] == ["VMD", "CIDAlarm"]
    assert bench.router.counts["of_gone_devices"] == 1
    bench.take("VMD", device=STRANGER)
    assert bench.asked == ["n1", "n1"]
    bench.router.retry_strangers(bench.sink)
    assert len(bench.sink.occurrences) == 2


def test_message_of_no_device() -> None:
    """Is told on the receiver at once, once while it is repeated (T17)."""
    bench = Bench()
    (told,) = bench.take("TDA", device=None)
    assert (told.code, told.features) == ("TDA", (HUB_EVENT,))
    assert bench.take("TDA", device=None, activePostCount=2) == []
    assert bench.take(device=None, channelID=None, CIDAlarm={"CIDCode": "1602"}) == []
    assert bench.asked == []


def test_strangers_that_wait_have_an_end() -> None:
    """The oldest message gives way."""
    bench = Bench()
    for number in range(MOST_STRANGE + 1):
        bench.take(f"t{number}", device=STRANGER)
    bench.router.retry_strangers(bench.sink)
    assert [each.code for each in bench.sink.occurrences] == [f"t{number}" for number in range(1, MOST_STRANGE + 1)]
    assert bench.router.diagnostics()["strangers_waiting"] == 0


def test_panel_that_was_added_again() -> None:
    """Its serial number tells who it is before the list does."""
    bench = Bench()
    (told,) = bench.take(device=replace(PANEL, index="NEW-1"), deviceSerial="Q1", CIDAlarm={"CIDCode": "1103"})
    assert told.device_id == HOUSE
    assert bench.asked == ["new1"]


def test_device_that_is_not_imported() -> None:
    """Is nobody's, and no reason to read the list."""
    bench = Bench()
    bench.left_out.add("n1")
    assert bench.take("VMD", device=STRANGER) == []
    assert bench.asked == []
    assert bench.router.counts["not_imported"] == 1


# parts


def test_what_is_returned() -> None:
    """A heartbeat, if there is one; else the last message; nothing for what is none."""
    bench = Bench()
    beat = json.dumps({"EventNotificationAlert": {"eventType": "heartBeat"}}).encode()
    event = json.dumps({"EventNotificationAlert": {"eventType": "VMD", "devIndex": "V-1"}}).encode()
    for data, type_ in ((beat, "heartBeat"), (event, "VMD"), (beat + event, "heartBeat"), (event + beat, "heartBeat")):
        alert = bench.router.take(data, bench.sink)
        assert alert is not None
        assert (alert.type, alert.sign_of_life) == (type_, type_ == "heartBeat")
    begin = bench.router.take(b'{"SubscribeDeviceMgmtRsp":{"id":5}}', bench.sink)
    assert begin is not None
    assert (begin.subscription, begin.sign_of_life) == ("5", False)


def test_part_that_is_no_message() -> None:
    """Is counted by its reason and ends nothing."""
    bench = Bench()
    for data in (b"", b"<x>", b'{"a": 1}', b'{"EventNotificationAlert": {"eventType":'):
        assert bench.router.take(data, bench.sink) is None
    assert bench.router.unusable == {"empty": 1, "not_json": 1, "no_event": 1, "cut_off": 1}
    assert bench.router.diagnostics()["unusable"]["empty"] == 1


def test_sloppy_part() -> None:
    """Is told, and counted."""
    bench = Bench()
    bench.router.take(b'{"EventNotificationAlert":{"devIndex":"V-1" "eventType":"VMD",}}', bench.sink)
    assert [each.kind for each in bench.sink.occurrences] == [Kind.MOTION]
    assert bench.router.counts["sloppy"] == 1


def test_cost_of_an_event() -> None:
    """Hangs on the message, not on how many devices and zones there are."""
    small, large = Bench(), Bench()
    for number in range(3_000):
        large.devices[f"x{number}"] = replace(CAMERA, id=f"X{number}", index=f"x{number}")
    large.panel.zones = tuple(replace(ZONES[1], id=number) for number in range(1, 1_000))

    def seconds(bench: Bench) -> float:
        header = {"eventType": "CIDAlarm", "devIndex": PANEL.index, "dateTime": NOW.isoformat()}
        told = {"CIDCode": "3103", "subSys": 1, "zoneNo": 1, "CIDParam": "1,2,1,1,1,1,0,Ann"}
        data = json.dumps({"EventNotificationAlert": {**header, "CIDAlarm": told}}).encode()
        best = float("inf")
        for _ in range(30):
            begin = time.perf_counter()
            for _ in range(20):
                bench.router.take(data, bench.sink)
            best = min(best, time.perf_counter() - begin)
        return best

    assert seconds(large) < 5 * seconds(small)
