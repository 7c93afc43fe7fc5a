"""What a user does on the first day, on real processes. The tests build upon each other, in the order of the file."""

import asyncio
import io
import json
import re
import time
from typing import Any

import av
from PIL import Image
import pytest

from scripts.demo.processes import PROJECT

from .conftest import Home, eventually

DOMAIN = "hikvision_ivm"
UNTESTED = "We found a custom integration hikvision_ivm which has not been tested by Home Assistant"
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:.+]+ (?P<level>[A-Z]+) \(")
EVENT_SECONDS = 1.0
EVENTS = 10


def all_loaded(entries: list[dict[str, Any]]) -> bool:
    """Whether every config entry runs."""
    return all(entry["state"] == "loaded" for entry in entries)


async def test_every_system_is_set_up(home: Home) -> None:
    """Each config flow ended in an entry that loads, and none can be made twice."""
    entries = await eventually(home.client.entries, all_loaded)
    assert len(entries) == len(home.simulation.members)
    for member in home.simulation.members:
        answer = await home.client.add(member)
        assert (answer["type"], answer["reason"]) == ("abort", "already_configured")


async def test_wrong_password_is_told(home: Home) -> None:
    """The config flow shows the form again and says what is wrong."""
    member = home.member("dome")
    flow = await home.client.post("/api/config/config_entries/flow", {"handler": DOMAIN})
    path = f"/api/config/config_entries/flow/{flow['flow_id']}"
    await home.client.post(path, {"next_step_id": member.system})
    answer = await home.client.post(path, {**member.login, "password": "not the password"})
    assert answer["type"] == "form"
    assert answer["errors"]["base"].startswith("invalid_auth")
    await home.client.delete(path)


async def test_states(home: Home) -> None:
    """Entities of every platform exist, and those that should know something do."""
    for platform in ("binary_sensor", "button", "camera", "event", "sensor", "switch"):
        assert await home.entities(platform), platform
    cameras = [entity["entity_id"] for entity in await home.entities("camera")]
    states = await home.states()
    # A channel of the cloud's recorder is not connected.
    (cloud,) = [entry["entry_id"] for entry in await home.client.entries() if entry["title"] == "Huawei Cloud IVM"]
    of_cloud = [one for platform in ("binary_sensor", "button", "camera", "event", "switch")
                for one in await home.entities(platform, config_entry_id=cloud)]  # fmt: skip
    cut_off = {one["entity_id"] for one in of_cloud if "yard" in one["entity_id"]}
    assert {states[camera]["state"] for camera in cameras if camera in cut_off} == {"unavailable"}
    assert {states[one]["state"] for one in cameras if one not in cut_off} <= {"idle", "recording", "streaming"}
    assert not [
        entity_id
        for platform in ("binary_sensor", "button", "camera", "event", "switch")
        for entity_id in (entity["entity_id"] for entity in await home.entities(platform))
        if states[entity_id]["state"] == "unavailable" and entity_id not in cut_off
    ]


async def test_brand_and_translations(home: Home) -> None:
    """Home Assistant shows the brand's picture, and loads the texts of forms, entities and errors."""
    content_type, icon = await home.client.read(f"/api/brands/integration/{DOMAIN}/icon.png")
    assert content_type == "image/png"
    assert icon == (PROJECT / "custom_components" / DOMAIN / "brand" / "icon.png").read_bytes()
    for category in ("config", "entity", "exceptions", "issues", "options"):
        answer = await home.client.command(
            "frontend/get_translations", language="en", category=category, integration=DOMAIN
        )
        assert any(key.startswith(f"component.{DOMAIN}.{category}.") for key in answer["resources"]), category


async def test_pictures(home: Home) -> None:
    """The camera proxy gives JPEG pictures, and two cameras of one recorder show different things."""
    entry = await home.entry_of(home.member("nvr"))
    cameras = await home.entities("camera", config_entry_id=entry["entry_id"])
    pictures = []
    for camera in cameras[:2]:
        content_type, body = await home.client.read(f"/api/camera_proxy/{camera['entity_id']}")
        assert content_type == "image/jpeg"
        picture = Image.open(io.BytesIO(body))
        picture.load()
        assert picture.format == "JPEG"
        assert picture.width >= 320
        pictures.append(picture.convert("RGB").resize((32, 18)).tobytes())
    assert pictures[0] != pictures[1]


async def test_hls(home: Home) -> None:
    """Home Assistant plays the RTSP stream of a camera as HLS, and the pictures can be decoded."""
    entry = await home.entry_of(home.member("ipc"))
    (camera, *_) = await home.entities("camera", config_entry_id=entry["entry_id"])
    stream = await home.client.command("camera/stream", entity_id=camera["entity_id"], format="hls")
    master = (await home.client.read(stream["url"]))[1].decode()
    assert "#EXT-X-STREAM-INF" in master
    base = stream["url"].rsplit("/", 1)[0]
    variant = next(line for line in master.splitlines() if line and not line.startswith("#"))
    folder = f"{base}/{variant}".rsplit("/", 1)[0]

    async def playlist() -> str:
        return (await home.client.read(f"{base}/{variant}"))[1].decode()

    def has_segment(text: str) -> bool:
        return "#EXTINF" in text

    listed = await eventually(playlist, has_segment)
    header = re.search(r'#EXT-X-MAP:URI="([^"]+)"', listed)
    segment = re.search(r"#EXTINF[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)", listed)
    assert header is not None
    assert segment is not None
    parts = [(await home.client.read(f"{folder}/{name[1]}"))[1] for name in (header, segment)]
    frames = await asyncio.to_thread(count_frames, b"".join(parts))
    assert frames >= 5


def count_frames(content: bytes) -> int:
    """Decode a piece of video; return how many pictures it has."""
    with av.open(io.BytesIO(content), mode="r") as container:
        return len(list(container.decode(video=0)))


async def test_switch(home: Home) -> None:
    """Switching in Home Assistant changes the setting in the device, both ways."""
    member = home.member("ipc")
    entry = await home.entry_of(member)
    (switch, *_) = await home.entities("switch", config_entry_id=entry["entry_id"], translation_key="motion")
    path = "System/Video/inputs/channels/1/motionDetection"

    async def state() -> str:
        return str((await home.states())[switch["entity_id"]]["state"])

    for service, wanted in (("turn_off", "off"), ("turn_on", "on"), ("turn_off", "off")):
        await home.client.call("switch", service, entity_id=switch["entity_id"])
        document = await home.ask(member, path)
        enabled = re.search(r"<enabled>(\w+)</enabled>", document)
        assert enabled is not None
        assert enabled[1] == ("true" if wanted == "on" else "false")
        await eventually(state, wanted.__eq__)


async def test_event_within_a_second(home: Home) -> None:
    """From the moment a device sees something to the state in Home Assistant less than a second passes."""
    member = home.member("nvr")
    entry = await home.entry_of(member)
    motions = await home.entities("binary_sensor", config_entry_id=entry["entry_id"], translation_key="motion")
    watched = {entity["entity_id"] for entity in motions}
    assert watched
    took = []
    async with home.client.connect() as connection:
        await connection.command("subscribe_events", event_type="state_changed")
        for number in range(EVENTS):
            wanted = "on" if number % 2 == 0 else "off"
            started = time.monotonic()
            await home.act(
                member,
                "event",
                type="VMD",
                channel="1",
                state="active" if wanted == "on" else "inactive",
                target="human",
            )
            async with asyncio.timeout(5):
                while not is_change(await connection.receive(), watched, wanted):
                    pass
            took.append(time.monotonic() - started)
            if wanted == "off":
                await asyncio.sleep(1.1)  # devices tell whole seconds: the same words in the same second are a double
    assert max(took) < EVENT_SECONDS, took


def is_change(message: dict[str, Any], watched: set[str], wanted: str) -> bool:
    """Whether a message tells that one of the watched entities became `wanted`."""
    if message["type"] != "event":
        return False
    data = message["event"]["data"]
    return data["entity_id"] in watched and data["new_state"]["state"] == wanted


async def test_unknown_event_is_kept(home: Home) -> None:
    """An event that nobody knows becomes one of the type unknown, with its raw code."""
    member = home.member("ipc")
    await home.act(member, "unknown")

    async def raw() -> str:
        return json.dumps([state for name, state in (await home.states()).items() if name.startswith("event.")])

    await eventually(raw, lambda text: "moonlanding" in text)


async def test_stream_comes_back(home: Home) -> None:
    """After the device cut its event stream, the next event arrives nevertheless."""
    member = home.member("ipc")
    entry = await home.entry_of(member)
    watched = {
        entity["entity_id"] for entity in await home.entities("binary_sensor", config_entry_id=entry["entry_id"])
    }
    await home.act(member, "cut")

    async def changed() -> list[str]:
        await home.act(member, "event", type="VMD", channel="1", state="active", target="human")
        return [name for name, state in (await home.states()).items() if name in watched and state["state"] == "on"]

    assert await eventually(changed, bool)


async def test_reload_and_disable(home: Home) -> None:
    """An entry is unloaded without a rest, and loads again with the same entities."""
    entry = await home.entry_of(home.member("nvr"))
    before = {entity["entity_id"] for entity in await home.entities("camera", config_entry_id=entry["entry_id"])}
    for disabled_by, wanted in (("user", "not_loaded"), (None, "loaded")):
        await home.client.command("config_entries/disable", entry_id=entry["entry_id"], disabled_by=disabled_by)

        async def state() -> str:
            return str(next(e for e in await home.client.entries() if e["entry_id"] == entry["entry_id"])["state"])

        await eventually(state, wanted.__eq__)
    after = {entity["entity_id"] for entity in await home.entities("camera", config_entry_id=entry["entry_id"])}
    assert before == after
    assert before


async def test_restart(home: Home) -> None:
    """Home Assistant ends by itself when asked to, and comes back with the same entities."""

    async def known() -> set[str]:
        return {str(e["unique_id"]) for p in ("camera", "binary_sensor", "switch") for e in await home.entities(p)}

    before = await known()
    assert await home.child.stop() == 0
    await home.start()
    await eventually(home.client.entries, all_loaded)
    assert await known() == before


async def test_no_secret_is_shown(home: Home) -> None:
    """Passwords and keys are neither in states, nor in diagnostics, nor in the log."""
    names = ("password", "app_key", "app_secret")
    secrets = {str(member.login[name]) for member in home.simulation.members for name in names if name in member.login}
    assert len(secrets) > 2
    shown = [json.dumps(await home.client.get("/api/states")), home.log()]
    for entry in await home.client.entries():
        report = await home.client.get(f"/api/diagnostics/config_entry/{entry['entry_id']}")
        assert report["data"]
        shown.append(json.dumps(report))
    for secret in secrets:
        assert not any(secret in text for text in shown)


async def test_log_is_clean(home: Home) -> None:
    """Nothing in the log blames this integration."""
    assert await home.child.stop() == 0
    records: list[str] = []
    for line in home.log().splitlines():
        if LOG_LINE.match(line) or not records:
            records.append(line)
        else:
            records[-1] += f"\n{line}"
    assert len(records) > 20
    assert [record for record in records if is_complaint(record)] == []


def is_complaint(record: str) -> bool:
    """Whether a log record is a warning, an error, a traceback or a deprecation that names this integration."""
    if DOMAIN not in record or UNTESTED in record:
        return False
    level = LOG_LINE.match(record)
    if level is not None and level["level"] in {"WARNING", "ERROR", "CRITICAL"}:
        return True
    return any(word in record for word in ("Traceback", "Detected", "deprecated"))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("2026-11-20 10:00:00.000 ERROR (MainThread) [custom_components.hikvision_ivm] Gone", True),
        ("2026-11-20 10:00:00.000 WARNING (MainThread) [homeassistant] Detected that hikvision_ivm", True),
        ("2026-11-20 10:00:00.000 INFO (MainThread) [x] hikvision_ivm uses a deprecated thing", True),
        ("2026-11-20 10:00:00.000 ERROR (MainThread) [homeassistant.components.met] Gone", False),
        (f"2026-11-20 10:00:00.000 WARNING (SyncWorker_0) [homeassistant.loader] {UNTESTED}", False),
    ],
)
def test_complaints_are_recognised(record: str, expected: bool) -> None:
    """The judgement of the test above can fail."""
    assert is_complaint(record) is expected
