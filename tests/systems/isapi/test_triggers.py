"""Event types, triggers and terminals, in every spelling."""

import pytest

from custom_components.hikvision_ivm.systems.isapi import ports, triggers
from custom_components.hikvision_ivm.systems.isapi.event_types import ALIASES, EVENT_TYPES, canonical
from custom_components.hikvision_ivm.systems.isapi.records import Trigger
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.transport.xml import Element, parse

LASTING = (
    "IO VMD videoloss shelteralarm facedetection defocus audioexception scenechangedetection fielddetection linedetection "
    "regionEntrance regionExiting loitering group rapidMove parking unattendedBaggage attendedBaggage PIR peopleDetection "
    "raidfailure recordingfailure badvideo fanfailure overheat tamperdetection diskfull diskerror nicbroken ipconflict "
    "videomismatch resolutionmismatch radifailure WLSensor spareException poePowerException storageDetection thermometry "
    "temperature RegionPeopleDetection lineDetection fieldDetection traffic_jam passengers objectDroppedDown smoke "
    "VMDHumanVehicle softIO TMA TMPA fireDetection"
)
MOMENTARY = (
    "POS analytics illaccess blackList whitelist whiteList vehicledetection HVTVehicleDetection allVehicleList "
    "otherVehicleList shipsDetection illegalParkingDetection teacher student wrongDirection crossLane faceSnap faceCapture "
    "faceContrast whiteListFaceContrast faceContrastSuccess faceContrastFailure objectsThrownDetection callhelp ANPR "
    "AccessControllerEvent VideoIntercomEvent cidEvent"
)
DATA = (
    "heatmap counting parkingEvidence crossLaneEvidence wrongDirectionEvidence accessory duration other heartBeat "
    "PeopleCounting"
)
DEVICE = "diskfull diskerror nicbroken ipconflict illaccess badvideo storageDetection recordingfailure raidfailure"


def xml(text: str) -> Element:
    """Return a document."""
    return parse(text.encode())


def test_every_type_has_a_row() -> None:
    """All 89 spellings lead to a row that says what becomes of them."""
    assert len(f"{LASTING} {MOMENTARY} {DATA}".split()) == 89
    for spellings, expected in ((LASTING, (True, False)), (MOMENTARY, (False, True)), (DATA, (False, False))):
        for spelling in spellings.split():
            row = EVENT_TYPES[canonical(f" {spelling.upper()} ")]
            assert (row.binary, row.momentary) == expected, spelling
            assert row.offered is any(expected)
            assert row.type == canonical(spelling)
    assert all(EVENT_TYPES[canonical(spelling)].scope == "device" for spelling in DEVICE.split())
    assert all(alias not in EVENT_TYPES and target in EVENT_TYPES for alias, target in ALIASES.items())


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [("shelteralarm", Kind.TAMPER), ("VMDHumanVehicle", Kind.MOTION), ("TMPA", Kind.TEMPERATURE_ALARM),
     ("RegionPeopleDetection", Kind.PEOPLE_IN_REGION), ("radifailure", Kind.RAID_FAILURE),
     ("lineDetection", Kind.LINE_CROSSING), ("whiteList", Kind.PLATE_ALLOWED), ("TMA", Kind.TEMPERATURE_ALARM)],
)  # fmt: skip
def test_aliases(spelling: str, kind: Kind) -> None:
    """One event is one kind, whatever its name."""
    assert EVENT_TYPES[canonical(spelling)].kind is kind


def test_unknown_types_stay_what_they_are() -> None:
    """Nobody guesses."""
    assert canonical(" NewDetection ") == "newdetection"
    assert "newdetection" not in EVENT_TYPES


def trigger(trigger_id: str, event_type: str, extra: str = "", methods: str = "") -> str:
    """Return one trigger."""
    notified = "".join(
        f"<EventTriggerNotification><id>{method}</id><notificationMethod>{method}</notificationMethod>"
        "<notificationRecurrence>recurring</notificationRecurrence><notificationInterval>1500</notificationInterval>"
        "</EventTriggerNotification>"
        for method in methods.split()
    )
    listed = f"<EventTriggerNotificationList>{notified}</EventTriggerNotificationList>"
    return f"<EventTrigger><id>{trigger_id}</id><eventType>{event_type}</eventType>{extra}{listed}</EventTrigger>"


def channel(number: object) -> str:
    """Return the element that names a channel."""
    return f"<videoInputChannelID>{number}</videoInputChannelID>"


def read(*items: str, channels: tuple[int, ...] = (1, 2)) -> list[Trigger]:
    """Read a list of triggers."""
    document = xml(f"<EventTriggerList>{''.join(items)}</EventTriggerList>")
    return list(triggers.settle(triggers.triggers_of(document), channels))


def places(found: list[Trigger]) -> list[tuple[str, int | None, str | None, bool]]:
    """Return type and place."""
    return [(one.type, one.channel, one.port, one.proxied) for one in found]


def test_places_of_triggers() -> None:
    """Channel, digital channel, port, digital port, the number behind the last dash, the device."""
    found = read(
        trigger("VMD-1", "VMD", channel(2)),
        trigger("x", "shelteralarm", channel("") + "<dynVideoInputChannelID>1</dynVideoInputChannelID>"),
        trigger("IO-3", "IO", "<inputIOPortID>3</inputIOPortID>"),
        trigger("IO-301", "IO", "<dynInputIOPortID>301</dynInputIOPortID>"),
        trigger("linedetection-2", "linedetection"),
        trigger("diskfull", "diskfull", channel(1)),
        trigger("storageDetection-1", "storageDetection", channel(1)),
        trigger("softIO-4", "softIO"),
        trigger("new-1", "newDetection"),
        trigger("loitering", "loitering"),
        trigger("group-0", "group", channel(0)),
    )
    assert places(found) == [
        ("vmd", 2, None, False),
        ("tamperdetection", 1, None, True),
        ("io", None, "3", False),
        ("io", None, "301", True),
        ("linedetection", 2, None, False),
        ("diskfull", None, None, False),
        ("storagedetection", None, None, False),
        ("softio", None, "4", False),
        ("newdetection", 1, None, False),
        ("loitering", None, None, False),
        ("group", None, None, False),
    ]


def test_the_only_channel_takes_what_names_none() -> None:
    """With one channel there is nothing to confuse; with several it stays with the device."""
    items = (trigger("PIR", "PIR"), trigger("diskerror", "diskerror"))
    assert places(read(*items, channels=(1,))) == [("pir", 1, None, False), ("diskerror", None, None, False)]
    assert places(read(*items)) == [("pir", None, None, False), ("diskerror", None, None, False)]


def test_delivery_and_repetition() -> None:
    """The surveillance centre or HTTP, in any letter case, delivers."""
    center, http, silent, empty = read(
        trigger("VMD-1", "VMD", "", "record Center"),
        trigger("VMD-2", "VMD", "", "HTTP"),
        trigger("group-1", "group", "", "email beep"),
        trigger("group-2", "group"),
    )
    assert [one.delivered for one in (center, http, silent, empty)] == [True, True, False, False]
    assert center.methods == {"record", "center"}
    assert (center.recurrence, center.interval, empty.recurrence, empty.interval) == ("recurring", 1500, None, None)


def test_doubles_keep_the_delivered_one() -> None:
    """Two spellings of one event on one channel are one trigger."""
    found = read(
        trigger("a-1", "tamperdetection"), trigger("b-1", "shelteralarm", "", "center"), trigger("c-1", "tamper")
    )
    assert [(one.id, one.delivered) for one in found] == [("b-1", True)]


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ("<EventNotification><EventTriggerList>{0}</EventTriggerList></EventNotification>", 1),
        ("<EventTriggerList xmlns='urn:psialliance-org'>{0}</EventTriggerList>", 1),
        ("{0}", 1),
        ("<EventTriggerList/>", 0),
        ("<EventTriggerList size='3'><EventTrigger/><EventTrigger><id>x</id></EventTrigger></EventTriggerList>", 0),
    ],
)
def test_shapes_of_the_list(document: str, count: int) -> None:
    """Wrapped, in another namespace, single, empty, without types."""
    assert len(triggers.triggers_of(xml(document.format(trigger("VMD-1", "VMD"))))) == count


def test_capabilities_of_channels() -> None:
    """Cameras with several lenses name the events of the others here; exceptions and other words are no events."""
    document = xml(
        "<ChannelEventCapList><ChannelEventCap><eventType opt='VMD,fieldDetection, fielddetection,ROI,diskfull,duration'/>"
        "<channelID>2</channelID></ChannelEventCap><ChannelEventCap><eventType opt='VMD'/><channelID>1</channelID>"
        "</ChannelEventCap><ChannelEventCap><channelID>3</channelID></ChannelEventCap><ChannelEventCap><eventType>linedetection"
        "</eventType><id>4</id></ChannelEventCap><ChannelEventCap><eventType opt='VMD'/></ChannelEventCap></ChannelEventCapList>"
    )
    listed = read(trigger("VMD-1", "VMD"))
    found = triggers.of_channel_capabilities(document, listed)
    assert [(one.type, one.channel, one.listed, one.delivered) for one in found] == [
        ("vmd", 2, False, False),
        ("fielddetection", 2, False, False),
        ("linedetection", 4, False, False),
    ]


def test_terminals() -> None:
    """Inputs and outputs share numbers; those of cameras only count where the camera exists."""
    document = xml(
        "<IOPortList><IOInputPortList><IOInputPort><id>1</id><name>Door</name><IOUseType>doorStatus</IOUseType></IOInputPort>"
        "<IOInputPort><id>1</id></IOInputPort><IOInputPort><id/></IOInputPort></IOInputPortList><IOOutputPortList>"
        "<IOOutputPort><id>1</id><PowerOnState><outputState>pulse</outputState><pulseDuration>5000</pulseDuration></PowerOnState>"
        "</IOOutputPort><IOOutputPort><id>2</id><PowerOnState><outputState>high</outputState><pulseDuration>1</pulseDuration>"
        "</PowerOnState></IOOutputPort></IOOutputPortList></IOPortList>"
    )
    found = ports.listed(document)
    assert [(one.id, one.output, one.use, one.pulse) for one in found] == [
        ("1", False, "doorStatus", None),
        ("1", True, None, 5000),
        ("2", True, None, None),
    ]
    proxied = xml(
        "<IOProxyOutputPortList><IOProxyOutputPort><id>301</id></IOProxyOutputPort><IOProxyOutputPort><id>901</id>"
        "</IOProxyOutputPort></IOProxyOutputPortList>"
    )
    assert [(one.id, one.channel, one.output, one.proxied) for one in ports.listed(proxied, {3})] == [
        ("301", 3, True, True)
    ]


def test_inputs_only_a_trigger_names() -> None:
    """The inputs of cameras behind a recorder, without asking for them."""
    found = read(
        trigger("IO-1", "IO", "<inputIOPortID>1</inputIOPortID>"),
        trigger("IO-301", "IO", "<dynInputIOPortID>301</dynInputIOPortID>"),
        trigger("IO-401", "IO", "<dynInputIOPortID>401</dynInputIOPortID>"),
    )
    known = ports.listed(
        xml("<IOProxyInputPortList><IOProxyInputPort><id>401</id></IOProxyInputPort></IOProxyInputPortList>"), {4}
    )
    assert [(one.id, one.channel, one.output) for one in ports.triggered(found, {3, 4}, known)] == [("301", 3, False)]


def test_states_of_terminals() -> None:
    """Keyed by direction and number; what is not said stays unknown."""
    rows = "".join(
        f"<IOPortStatus><ioPortID>{port}</ioPortID><ioPortType>{kind}</ioPortType><ioState>{state}</ioState></IOPortStatus>"
        for port, kind, state in (
            (1, "input", "active"), (1, "output", "INACTIVE"), (2, "input", ""), (3, "", "active"), ("", "input", "active"),
        )
    )  # fmt: skip
    assert ports.states_of(xml(f"<IOPortStatusList>{rows}</IOPortStatusList>")) == {
        (False, "1"): True,
        (True, "1"): False,
    }
