"""What a platform becomes: devices, features, and what the options leave of them (hikcentral §7.1, §7.3)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.hikcentral.equipment import model_of
from custom_components.hikvision_ivm.systems.hikcentral.features import build, seen_faces
from custom_components.hikvision_ivm.systems.hikcentral.offers import choices
from custom_components.hikvision_ivm.systems.hikcentral.records import (
    AlarmInput,
    AlarmOutput,
    Bed,
    Camera,
    Controller,
    Counted,
    CountingGroup,
    Door,
    Encoder,
    Facts,
    Floor,
    ManagementServer,
    MobileDevice,
    ParkingLot,
    Pool,
    RecordServer,
    Region,
    Room,
    Rule,
    Site,
    Space,
    SpaceType,
    StreamServer,
    Vehicle,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import (
    AlarmPanelFeature,
    CameraFeature,
    DeviceKind,
    Feature,
    Inventory,
    LockFeature,
    NumberFeature,
    SelectFeature,
    SirenFeature,
    Source,
    SwitchFeature,
    UpdateFeature,
)
from custom_components.hikvision_ivm.systems.settings import PERSONAL_WORDS
from simulators.hikcentral.shaping import PROFILES, Profile

from .inventory_bench import EVERYTHING, UID, bench


def by_id[R](*records: R) -> dict[str, R]:
    """Return records by their ids."""
    return {getattr(record, "id"): record for record in records}  # noqa: B009  # records share no base


FACTS = Facts(
    product="HikCentral Professional",
    version="V2.2.2.0",
    local_site="0",
    sites=by_id(Site(id="0", name="Here"), Site(id="17", name="There")),
    regions={
        ("0", "1"): Region(id="1", name="Campus", site="0"),
        ("0", "2"): Region(id="2", name="House", site="0", parent="1"),
        ("0", "3"): Region(id="3", name="Yard", site="0"),
        ("17", "1"): Region(id="1", name="Depot", site="17"),
    },
    encoders=by_id(
        Encoder(id="1", name="NVR", serial="DS-9632NI-I81620210322CCRRF71031387WCVU"),
        Encoder(id="2", name="Far NVR"),
        Encoder(id="3", name="Spare"),
    ),
    controllers=by_id(Controller(id="1", name="Gate"), Controller(id="2", name="Yard gate")),
    mobile_devices=by_id(MobileDevice(id="1", name="Bus recorder")),
    cameras=by_id(
        Camera(id="1", name="A", site="0", region="2", parent_type="encodeDevice", parent="1"),
        Camera(
            id="2", name="B", site="0", region="1", parent_type="encodeDevice", parent="1",
            capabilities=frozenset({"ptz", "event_veh", "event_pdc", "unheard_of"}),
        ),
        Camera(id="3", name="C", site="17", region="1", parent_type="encodeDevice", parent="2"),
        Camera(id="4", name="D", site="0", region="3", parent_type="acsDevice", parent="2", record_location="1"),
        Camera(id="5", name="E", site="0", parent_type="encodeDevice", parent="99"),
        Camera(id="6", name="F", parent_type="mobileDevice", parent="1"),
    ),
    doors=by_id(Door(id="1", name="Door", controller="1", region="2"), Door(id="2", name="Lost", region="3")),
    inputs=by_id(
        AlarmInput(id="1", name="Panic", region="2", parent_type="encodeDevice", parent="1"),
        AlarmInput(id="2", name="Orphan", region="3", parent_type="alarmDevice", parent="1"),
        AlarmInput(id="3", name="Untyped", region="3", parent="2"),
    ),
    outputs=by_id(
        AlarmOutput(id="1", name="Siren", region="1", parent_type="acsDevice", parent="1"),
        AlarmOutput(id="2", name="Light", region="3", parent_type="acsDevice", parent="2"),
    ),
    vehicles=by_id(Vehicle(id="1", name="Bus AB 12", device="1", plate="ab 12")),
    management=ManagementServer(ip="192.0.2.1", cpu=5, status=0),
    record_servers=by_id(RecordServer(id="1", name="Recorder")),
    pools={("1", "1"): Pool(id="1", name="VOD", server="1"), ("9", "1"): Pool(id="1", name="Stray", server="9")},
    stream_servers=by_id(StreamServer(id="1", name="Streamer")),
    groups=by_id(
        CountingGroup(id="1", name="Lobby", site="0", counted=(Counted(id="2", kind=1), Counted(id="1", kind=2))),
        CountingGroup(id="2", name="Far", site="17"),
    ),
    lots=by_id(
        ParkingLot(id="2", name="Deck", parent="1", registered=5), ParkingLot(id="1", name="Main", parent="2"),
        ParkingLot(id="3", name="Own", parent="3", max_hours=3),
    ),
    floors=by_id(
        Floor(id="1", name="-1", lot="1", types=(SpaceType(id="4", name="Charging"),)), Floor(id="2", name="0", lot="9")
    ),
    spaces=by_id(Space(id="1", name="A1", floor="1"), Space(id="2", name="Stray", floor="9")),
    rooms=by_id(Room(id="7", name="101")),
    beds=by_id(Bed(id="7_1", name="1", room="7", number="1")),
    rules=by_id(Rule(id="1", name="Bell")),
)  # fmt: skip


def made(options: dict[str, Any] | None = None, facts: Facts = FACTS, **more: Any) -> Inventory:
    """Return the inventory of made-up facts."""
    return build(facts, UID, options or {}, **more)


def names(inventory: Inventory, *prefixes: str) -> list[str]:
    """Return the ids of devices without the id of the system, of some sorts or all."""
    ids = [id_.removeprefix(UID) for id_ in inventory.devices]
    return [id_ for id_ in ids if not prefixes or id_.startswith(prefixes)]


def find(inventory: Inventory, device: str, kind: Kind, part: str = "") -> list[Feature]:
    """Return features of a device."""
    return [
        each
        for each in inventory.features.values()
        if each.device_id == UID + device and each.kind is kind and each.part == part
    ]


def one(inventory: Inventory, device: str, kind: Kind, part: str = "") -> Feature:
    """Return the one feature of its sort."""
    (found,) = find(inventory, device, kind, part)
    return found


def kinds(features: Iterable[Feature]) -> set[Kind]:
    """Return the kinds of features."""
    return {feature.kind for feature in features}


# devices


def test_where_everything_hangs() -> None:
    """Camera on encoder, controller or vehicle; those on a site; what is lost on the site or the hub."""
    inventory = made()
    parents = {
        id_.removeprefix(UID): (device.parent or "").removeprefix(UID) for id_, device in inventory.devices.items()
    }
    assert parents == {
        "": "", "_site_0": "", "_site_17": "", "_rsrv_1": "", "_ssrv_1": "",
        "_enc_1": "_site_0", "_enc_2": "_site_17", "_enc_3": "",
        "_acs_1": "_site_0", "_acs_2": "_site_0", "_mob_1": "_site_0", "_mveh_1": "_mob_1",
        "_cam_1": "_enc_1", "_cam_2": "_enc_1", "_cam_3": "_enc_2", "_cam_4": "_acs_2", "_cam_5": "_site_0",
        "_cam_6": "_mob_1", "_door_1": "_acs_1", "_door_2": "_site_0",
        "_lot_1": "_site_0", "_lot_2": "_lot_1", "_lot_3": "_site_0", "_floor_1": "_lot_1", "_floor_2": "_site_0",
        "_pcg_1": "_site_0", "_pcg_2": "_site_17", "_room_7": "_site_0", "_bed_7_1": "_room_7",
    }  # fmt: skip


def test_what_devices_say_of_themselves() -> None:
    """Model from the serial number, version of the platform, area and place; a recorder is where its cameras all are."""
    devices = made(url="https://192.0.2.1").devices
    hub = devices[UID]
    assert (hub.kind, hub.name, hub.firmware, hub.service) == (DeviceKind.PLATFORM, FACTS.product, FACTS.version, True)
    assert hub.url == "https://192.0.2.1"
    recorder = devices[f"{UID}_enc_1"]
    assert (recorder.model, recorder.serial) == ("DS-9632NI-I8", "DS-9632NI-I81620210322CCRRF71031387WCVU")
    assert (recorder.area, recorder.place) == (None, ("Here", "Campus"))
    assert (devices[f"{UID}_enc_2"].area, devices[f"{UID}_enc_2"].place) == ("Depot", ("There", "Depot"))
    camera = devices[f"{UID}_cam_1"]
    assert (camera.area, camera.place) == ("House", ("Here", "Campus", "House"))
    assert devices[f"{UID}_cam_5"].place == ("Here",)
    assert devices[f"{UID}_door_1"].area == "House"
    assert devices[f"{UID}_floor_1"].name == "Main - -1"
    assert devices[f"{UID}_bed_7_1"].name == "101 - 1"


@pytest.mark.parametrize(
    ("serial", "model"),
    [
        ("DS-9632NI-I81620210322CCRRF71031387WCVU", "DS-9632NI-I8"),
        ("DS-K1T671TM-3XF20210308V030202ENE43116796", "DS-K1T671TM-3XF"),
        ("DS-2CD2143G0-I20190606AAWRD12345678", "DS-2CD2143G0-I"),
        ("iDS-2CD7A46G0-IZHS20200101AAWRE00000001", "iDS-2CD7A46G0-IZHS"),
        ("SimulatorDevice", None),
        ("20210225WRF58663372", None),
        ("DS-", None),
        ("", None),
        (None, None),
    ],
)
def test_models(serial: str | None, model: str | None) -> None:
    """A serial number begins with the model, then comes a date."""
    assert model_of(serial) == model


def test_a_vehicle_that_is_named_after_its_plate() -> None:
    """Plates are shown to who chose to see them."""
    assert made().devices[f"{UID}_mveh_1"].name == "Vehicle 1"
    assert made({"personal": ["plates"]}).devices[f"{UID}_mveh_1"].name == "Bus AB 12"


def test_lots_in_a_circle() -> None:
    """Parking lots that are parts of each other all come, each once."""
    assert sorted(names(made(), "_lot")) == ["_lot_1", "_lot_2", "_lot_3"]


def test_without_sites() -> None:
    """Where no site is listed, everything hangs on the hub."""
    inventory = made(facts=replace(FACTS, sites={}, regions={}))
    assert inventory.devices[f"{UID}_enc_1"].parent == UID
    assert inventory.devices[f"{UID}_cam_5"].parent == UID
    assert inventory.devices[f"{UID}_cam_1"].place == ()


# features


def test_features_of_a_camera() -> None:
    """What every camera has, and what its capabilities add; unknown ones add nothing."""
    inventory = made()
    plain = {each.kind for each in inventory.features.values() if each.device_id == f"{UID}_cam_1"}
    assert plain == {
        Kind.MAIN_STREAM, Kind.SUB_STREAM, Kind.DETECTION, Kind.MOTION, Kind.ONLINE, Kind.EVENT_PICTURE, Kind.RECORDING,
        Kind.RECORDING_STATE,
    }  # fmt: skip
    able = {each.kind for each in inventory.features.values() if each.device_id == f"{UID}_cam_2"} - plain
    assert able == {
        Kind.PTZ_PRESET, Kind.PTZ_PATROL, Kind.PTZ_LEFT, Kind.PTZ_RIGHT, Kind.PTZ_UP, Kind.PTZ_DOWN, Kind.PTZ_ZOOM_IN,
        Kind.PTZ_ZOOM_OUT, Kind.PTZ_STOP, Kind.PATROL_START, Kind.PATROL_STOP, Kind.PTZ_SPEED, Kind.PTZ_DURATION,
        Kind.PEOPLE_ENTERED, Kind.PEOPLE_EXITED, Kind.LAST_PLATE, Kind.PLATE_PICTURE,
    }  # fmt: skip
    main = one(inventory, "_cam_2", Kind.MAIN_STREAM)
    assert isinstance(main, CameraFeature) and main.ptz and main.recordings and main.enabled
    assert not one(inventory, "_cam_1", Kind.SUB_STREAM).enabled
    speed = one(inventory, "_cam_2", Kind.PTZ_SPEED)
    assert isinstance(speed, NumberFeature) and (speed.minimum, speed.maximum, speed.source) == (20, 60, Source.ALWAYS)


def test_recording_is_told_by_recording_servers_only() -> None:
    """A camera that records on its device or on board is in no list of a server; without servers no camera is."""
    inventory = made()
    assert not find(inventory, "_cam_4", Kind.RECORDING) and not find(inventory, "_cam_6", Kind.RECORDING)
    assert not find(made(facts=replace(FACTS, record_servers={})), "_cam_1", Kind.RECORDING)


@pytest.mark.parametrize(("streams", "expected"), [(None, 1), (["sub"], 1), ([], 0), (["third"], 0)])
def test_streams_that_are_wanted(streams: Any, expected: int) -> None:
    """The sub stream can be left out."""
    options = {} if streams is None else {"streams": streams}
    assert len(find(made(options), "_cam_1", Kind.SUB_STREAM)) == expected


def test_features_of_a_door() -> None:
    """Lock, mode, one sensor for each condition, events; the door of no controller has them, too."""
    inventory = made()
    for device in ("_door_1", "_door_2"):
        found = {each.kind for each in inventory.features.values() if each.device_id == UID + device}
        assert found == {
            Kind.DOOR_LOCK, Kind.DOOR_MODE, Kind.DOOR, Kind.UNLATCHED, Kind.REMAIN_OPEN, Kind.REMAIN_CLOSED,
            Kind.DOOR_FORCED, Kind.DOOR_HELD_OPEN, Kind.DOOR_ABNORMAL, Kind.READER_TAMPER, Kind.ACCESS, Kind.LAST_PERSON,
            Kind.ACCESS_PICTURE, Kind.SKIN_TEMPERATURE,
        }  # fmt: skip
    lock = one(inventory, "_door_1", Kind.DOOR_LOCK)
    assert isinstance(lock, LockFeature) and lock.can_open and lock.address == FACTS.doors["1"]


def test_inputs_and_outputs_hang_on_their_device() -> None:
    """By type and id of the device; the hub has those of devices that nobody lists."""
    inventory = made()
    for device, part in (("_enc_1", "1"), ("", "2"), ("_enc_2", "3")):
        found = [each for each in inventory.features.values() if each.device_id == UID + device and each.part == part]
        of_input = [each for each in found if isinstance(each.address, AlarmInput)]
        assert sorted((each.type, each.kind) for each in of_input) == [
            ("binary_sensor", Kind.ALARM_INPUT), ("binary_sensor", Kind.ONLINE), ("event", Kind.ALARM_INPUT),
        ]  # fmt: skip
        assert {each.label for each in of_input} == {FACTS.inputs[part].name}
    assert isinstance(one(inventory, "_acs_1", Kind.ALARM_OUTPUT, "1"), SwitchFeature)
    assert one(inventory, "_acs_2", Kind.PULSE_DURATION, "2").address == FACTS.outputs["2"]


def test_outputs_that_are_sirens() -> None:
    """A siren in place of the switch, not beside it."""
    inventory = made({"sirens": ["1"]})
    siren = one(inventory, "_acs_1", Kind.ALARM_OUTPUT, "1")
    assert isinstance(siren, SirenFeature) and siren.has_duration
    assert isinstance(one(inventory, "_acs_2", Kind.ALARM_OUTPUT, "2"), SwitchFeature)


def test_the_hub_and_the_servers() -> None:
    """Push channel, load, rules by name; pools on their server, those of no server nowhere."""
    inventory = made()
    assert one(inventory, "", Kind.EVENT_STREAM).source is Source.ALWAYS
    assert one(inventory, "", Kind.GENERIC_EVENT, "1").label == "Bell"
    assert one(inventory, "", Kind.CPU_USAGE).address is FACTS.management
    assert one(inventory, "_rsrv_1", Kind.DISK_FREE, "1").label == "VOD"
    assert not any(each.label == "Stray" for each in inventory.features.values())
    assert not find(made(facts=replace(FACTS, management=None)), "", Kind.CPU_USAGE)
    assert not find(made(facts=replace(FACTS, doors={}, controllers={})), "", Kind.APPLY_PERMISSIONS)


def test_parking() -> None:
    """What a lot is configured for, types of spaces by name, spaces of floors that exist."""
    inventory = made()
    assert find(inventory, "_lot_2", Kind.SPACES_REGISTERED) and not find(inventory, "_lot_1", Kind.SPACES_REGISTERED)
    assert find(inventory, "_lot_3", Kind.MAX_PARKING_TIME) and not find(inventory, "_lot_1", Kind.MAX_PARKING_TIME)
    assert one(inventory, "_floor_1", Kind.SPACES_FREE, "4").label == "Charging"
    spaces = [each for each in inventory.features.values() if isinstance(each.address, Space)]
    assert {each.device_id for each in spaces} == {f"{UID}_floor_1"} and {each.part for each in spaces} == {"1"}


PERSONAL_KINDS = {
    "persons": {Kind.LAST_PERSON, Kind.ACCESS_PICTURE},
    "plates": {Kind.LAST_PLATE, Kind.PLATE_PICTURE, Kind.SPACE_PICTURE},
    "faces": {Kind.LAST_FACE, Kind.FACE_PICTURE, Kind.FACE_SIMILARITY},
    "health": {
        Kind.CARE_EVENT,
        Kind.SKIN_TEMPERATURE, Kind.IN_BED, Kind.HEART_RATE, Kind.BREATHING_RATE, Kind.IN_BED_TIME, Kind.OUT_OF_BED_TIME,
        Kind.GETTING_UP_COUNT, Kind.ROLL_OVER_COUNT, Kind.SLEEP_TIME, Kind.DEEP_SLEEP_TIME, Kind.LIGHT_SLEEP_TIME,
        Kind.AWAKE_TIME, Kind.SLEEP_START, Kind.AREA_TIME, Kind.AREA_ENTRIES,
    },
    "visitors": {Kind.VISITORS, Kind.VISITORS_EXPECTED, Kind.VISITORS_ARRIVED},
}  # fmt: skip


def test_the_words_are_those_of_the_option() -> None:
    """Every sort of personal data has features."""
    assert set(PERSONAL_KINDS) == set(PERSONAL_WORDS)


@pytest.mark.parametrize("word", [None, *PERSONAL_WORDS])
def test_personal_data_is_for_who_chose_it(word: str | None) -> None:
    """Everything is offered; only what was chosen starts enabled."""
    inventory = made({"personal": [word]} if word else {}, faces={f"{UID}_cam_1"})
    personal = [
        each for each in inventory.features.values() if any(each.kind in kinds for kinds in PERSONAL_KINDS.values())
    ]
    assert kinds(personal) == set().union(*PERSONAL_KINDS.values())
    assert kinds(each for each in personal if each.enabled) == (PERSONAL_KINDS[word] if word else set())


@pytest.mark.parametrize("nonsense", ["persons", 5, None, {"a": 1}])
def test_an_option_that_makes_no_sense(nonsense: Any) -> None:
    """Nothing personal is shown by mistake."""
    inventory = made({"personal": nonsense})
    assert not any(each.enabled for each in inventory.features.values() if each.kind is Kind.LAST_PERSON)


def test_faces_are_known_when_one_was_seen() -> None:
    """No capability tells which cameras compare faces; the memory does."""
    memory = {"seen": [[f"{UID}_cam_1", "face_picture"], [f"{UID}_cam_2", "motion"], ["x"], None, [1, "face_picture"]]}
    assert seen_faces(memory) == {f"{UID}_cam_1"}
    assert seen_faces({}) == seen_faces({"seen": "x"}) == frozenset()
    inventory = made(faces=seen_faces(memory))
    assert find(inventory, "_cam_1", Kind.LAST_FACE) and not find(inventory, "_cam_2", Kind.LAST_FACE)


def test_ranks() -> None:
    """What one can least do without is kept longest when there is no room for everything."""
    inventory = made()
    ranks = {kind: {each.rank for each in inventory.features.values() if each.kind is kind} for kind in Kind}
    assert ranks[Kind.MAIN_STREAM] == ranks[Kind.DOOR_LOCK] == ranks[Kind.ALARM_OUTPUT] == ranks[Kind.DETECTION] == {0}
    assert ranks[Kind.ACCESS] == ranks[Kind.EVENT_STREAM] == {0}
    assert ranks[Kind.ALARM_INPUT] == {0, 4}
    assert ranks[Kind.DOOR] == ranks[Kind.POSITION] == ranks[Kind.SPACES_FREE] == ranks[Kind.OCCUPANCY] == {1}
    assert ranks[Kind.MOTION] == ranks[Kind.DOOR_MODE] == {2}
    assert ranks[Kind.DOOR_FORCED] == ranks[Kind.DOOR_HELD_OPEN] == {1}
    assert ranks[Kind.DOOR_ABNORMAL] == ranks[Kind.EVENT_PICTURE] == {3}
    assert ranks[Kind.RECORDING] == ranks[Kind.PTZ_PRESET] == ranks[Kind.PTZ_STOP] == {4}
    assert ranks[Kind.SUB_STREAM] == ranks[Kind.PTZ_SPEED] == ranks[Kind.PULSE_DURATION] == {5}


def test_what_is_refused_is_not_offered() -> None:
    """What lives of a call that the platform does not answer is left out; other features stay."""
    refused = {
        "video/v1/presets/searches": Kind.PTZ_PRESET,
        "video/v1/ptzs/controlling": Kind.PTZ_LEFT,
        "visitor/v1/appointment/appointmentlist": Kind.VISITORS,
        "mobilesurveillance/v1/gpsdetails": Kind.POSITION,
        "resource/v1/recordServer/recordStatus": Kind.RECORDING,
        "resource/v1/alarmOutput/controlling": Kind.OUTPUT_PULSE,
        "acs/v1/auth/applicationResult": Kind.PERMISSIONS_PENDING,
    }
    before = kinds(made().features.values())
    for path, kind in refused.items():
        after = kinds(made(refused=[path]).features.values())
        assert kind in before and kind not in after
        assert Kind.MAIN_STREAM in after and Kind.ALARM_OUTPUT in after


def test_every_feature_stands_for_something() -> None:
    """A command finds in it whom to ask; values that are pushed only are none of polls."""
    for feature in made().features.values():
        assert feature.address is not None
        assert not isinstance(feature, (AlarmPanelFeature, UpdateFeature))


def test_choices_of_selects_are_kept() -> None:
    """Presets are read later than everything else; another inventory does not lose them."""
    before = made()
    preset = one(before, "_cam_2", Kind.PTZ_PRESET)
    assert isinstance(preset, SelectFeature) and preset.options == ()
    before = before.including(features=[replace(preset, options=("Gate", "Fence"))])
    after = one(made(known=before), "_cam_2", Kind.PTZ_PRESET)
    assert isinstance(after, SelectFeature) and after.options == ("Gate", "Fence")
    mode = one(made(known=before), "_door_1", Kind.DOOR_MODE)
    assert isinstance(mode, SelectFeature) and "normal" in mode.options


def test_ids_that_come_twice(caplog: pytest.LogCaptureFixture) -> None:
    """Ids with underscores can look like others; the first one wins, and nothing fails."""
    room = Room(id="7", name="101")
    beds = {
        "7_1_2": Bed(id="7_1_2", name="a", room="7", number="1_2"),
        "x": Bed(id="x", name="b", room="7", number="1_2"),
    }
    inventory = made(facts=replace(FACTS, rooms={"7": room}, beds=beds))
    assert names(inventory, "_bed") == ["_bed_7_1_2"]
    assert "left out" in caplog.text


# what is imported


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sites": ["17"]}, ["_enc_2", "_cam_3"]),
        ({"sites": ["0"]}, [
            "_enc_1", "_enc_2", "_acs_1", "_acs_2", "_mob_1", "_cam_1", "_cam_2", "_cam_4", "_cam_5", "_cam_6", "_door_1",
            "_door_2",
        ]),
        ({"areas": ["0/1"]}, ["_enc_1", "_acs_1", "_cam_1", "_cam_2", "_door_1"]),
        ({"areas": ["0/2"]}, ["_enc_1", "_acs_1", "_cam_1", "_door_1"]),
        ({"areas": ["17/1", "0/2"]}, ["_enc_1", "_enc_2", "_acs_1", "_cam_1", "_cam_3", "_door_1"]),
        ({"sites": ["17"], "areas": ["0/1"]}, []),
        ({"areas": ["0/99"]}, []),
    ],
)  # fmt: skip
def test_sites_and_areas(options: dict[str, Any], expected: list[str]) -> None:
    """An area includes those below it; doors and the like are of the current site; empty devices vanish."""
    assert names(made(options), "_enc", "_acs", "_mob", "_cam", "_door") == expected


@pytest.mark.parametrize("nothing", [None, [], "0", 5])
def test_no_choice_is_everything(nothing: Any) -> None:
    """Also a device on which nothing hangs."""
    inventory = made({"sites": nothing, "areas": nothing})
    assert names(inventory) == names(made())
    assert "_enc_3" in names(inventory)


def test_inputs_and_outputs_of_an_area() -> None:
    """Those of other areas are left out, also from a device that stays."""
    inventory = made({"areas": ["0/2"]})
    terminals = {
        (type(each.address).__name__, each.part)
        for each in inventory.features.values()
        if isinstance(each.address, (AlarmInput, AlarmOutput))
    }
    assert terminals == {("AlarmInput", "1")}


def test_sites_and_groups_that_are_shown() -> None:
    """Chosen sites; else the current one and those with cameras. Groups follow where they count."""
    assert names(made({"sites": ["17"]}), "_site", "_pcg") == ["_site_17", "_pcg_2"]
    assert names(made({"areas": ["17/1"]}), "_site", "_pcg") == ["_site_0", "_site_17", "_pcg_2"]
    assert names(made({"areas": ["0/2"]}), "_site", "_pcg") == ["_site_0", "_pcg_1", "_pcg_2"]


def test_what_can_be_chosen() -> None:
    """Sites, areas with their paths, outputs with their devices; nothing for options of others."""
    assert choices(FACTS, "sites") == {"0": "Here", "17": "There"}
    assert choices(FACTS, "areas")["0/2"] == "Here / Campus / House"
    assert choices(FACTS, "sirens") == {"1": "Siren (Gate)", "2": "Light (Yard gate)"}
    assert choices(FACTS, "channels") == {}
    alike = replace(FACTS, sites=by_id(Site(id="0", name="HikCentral"), Site(id="17", name="HikCentral")))
    assert choices(alike, "sites") == {"0": "HikCentral (0)", "17": "HikCentral (17)"}
    orphan = replace(FACTS, outputs=by_id(AlarmOutput(id="1", name="Bell")))
    assert choices(orphan, "sirens") == {"1": "Bell"}


# the whole way


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("profile", PROFILES)
async def test_the_same_inventory_from_every_platform(profile: Profile) -> None:
    """However a platform writes, the same devices and features come of it."""
    async with bench(EVERYTHING) as plain, bench(EVERYTHING, profile) as other:
        expected = await plain.read()
        found = await other.read()
    assert list(found.devices.values()) == list(expected.devices.values())
    assert list(found.features.values()) == list(expected.features.values())
    assert len(found.devices) > 20 and len(found.features) > 200
