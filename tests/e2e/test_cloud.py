"""A cloud account in a real Home Assistant: alarms that it posts, recording, pictures, live video and what was recorded."""

from typing import Any

from .conftest import Home, eventually

PROFILE = "v57"


async def entities(home: Home, platform: str, **wanted: object) -> list[str]:
    """Return the ids of the enabled entities of the account that have these fields."""
    (entry,) = [one for one in await home.client.entries() if one["title"] == "Huawei Cloud IVM"]
    return [str(one["entity_id"]) for one in await home.entities(platform, config_entry_id=entry["entry_id"], **wanted)]


async def of(home: Home, platform: str, place: str, **wanted: object) -> str:
    """Return the id of the one entity whose id holds the name of a camera."""
    (found,) = [one for one in await entities(home, platform, **wanted) if place in one]
    return found


async def reaches(home: Home, entity: str, *wanted: str) -> dict[str, Any]:
    """Wait for a state; returns it whole."""

    async def state() -> dict[str, Any]:
        return dict((await home.states())[entity])

    found: dict[str, Any] = await eventually(state, lambda one: one["state"] in wanted)
    return found


async def test_an_alarm_is_posted(home: Home) -> None:
    """The subscriptions stand; an alarm shows in the event and the binary sensor, and its picture can be looked at."""
    (stream,) = await entities(home, "binary_sensor", translation_key="event_stream")
    await reaches(home, stream, "on")
    event = await of(home, "event", "front_door", translation_key="detection")
    image = await of(home, "image", "front_door", translation_key="event_picture")
    before = await home.states()
    await home.act(home.member(PROFILE), "alarm", channel="Front door: 0", type="motion_detection", picture="on")
    await reaches(home, await of(home, "binary_sensor", "front_door_motion"), "on")

    async def states() -> tuple[str, str]:
        now = await home.states()
        return str(now[event]["state"]), str(now[image]["state"])

    def changed(now: tuple[str, str]) -> bool:
        return (now[0] != before[event]["state"]) and bool(now[1] != before[image]["state"])

    await eventually(states, changed)
    assert (await home.states())[event]["attributes"]["event_type"] == "motion"
    content_type, content = await home.client.read(f"/api/image_proxy/{image}")
    assert content_type == "image/jpeg"
    assert content.startswith(b"\xff\xd8\xff")


async def test_a_camera_goes_and_comes(home: Home) -> None:
    """Told by a push, at once: what belongs to it cannot be reached meanwhile."""
    online = await of(home, "binary_sensor", "garden_dome", translation_key="online")
    camera = await entities(home, "camera", translation_key="main_stream")
    assert camera
    await reaches(home, online, "on")
    await home.act(home.member(PROFILE), "online", device="Garden dome", state="offline")
    await reaches(home, online, "off")
    await home.act(home.member(PROFILE), "online", device="Garden dome", state="online")
    await reaches(home, online, "on")


async def test_recording_is_switched(home: Home) -> None:
    """The switch shows what the cloud says afterwards."""
    switch = await of(home, "switch", "front_door", translation_key="continuous_recording")
    await reaches(home, switch, "on")
    await home.client.call("switch", "turn_off", entity_id=switch)
    await reaches(home, switch, "off")
    await home.client.call("switch", "turn_on", entity_id=switch)
    await reaches(home, switch, "on")


async def test_pictures_and_live_video(home: Home) -> None:
    """The cloud takes a picture; the live stream plays through Home Assistant, which shows no token of the cloud."""
    camera = await of(home, "camera", "front_door")
    content_type, content = await home.client.read(f"/api/camera_proxy/{camera}")
    assert content_type == "image/jpeg"
    assert content.startswith(b"\xff\xd8\xff")
    answer = await home.client.command("camera/stream", entity_id=camera, format="hls")
    assert answer["url"].startswith("/api/hls/")
    assert "token=" not in answer["url"].partition("?")[2]

    async def playlist() -> bytes:
        content: bytes = (await home.client.read(answer["url"]))[1]
        return content

    def plays(text: bytes) -> bool:
        return b"#EXTM3U" in text

    assert await eventually(playlist, plays)


async def test_recordings_are_found_and_played(home: Home) -> None:
    """From the account down to a recording, which plays through Home Assistant under an address without secrets."""

    async def below(id_: str, *words: str) -> dict[str, Any]:
        found = await home.client.command("media_source/browse_media", media_content_id=id_)
        children: list[dict[str, Any]] = found["children"]
        assert children, id_
        return next((one for one in children if any(word in one["title"] for word in words)), children[0])

    place = await below("media-source://hikvision_ivm", "Huawei Cloud IVM")
    path = [place["title"]]
    for words in (("Home",), ("Front door",), ("Cloud",), ("",), ("",), ("",)):
        if place["can_play"]:
            break
        place = await below(place["media_content_id"], *words)
        path.append(place["title"])
    assert place["can_play"], path
    assert "Front door" in " ".join(path)
    answer = await home.client.command("media_source/resolve_media", media_content_id=place["media_content_id"])
    assert "token" not in answer["url"]
    content = (await home.client.read(answer["url"].partition("?authSig")[0]))[1]
    assert b"#EXTM3U" in content or len(content) > 1000


async def test_moving_a_camera(home: Home) -> None:
    """A step by the button; a preset by its name; what is not there is refused in words."""
    button = await of(home, "button", "garden_dome", translation_key="ptz_left")
    await home.client.call("button", "press", entity_id=button)
    presets = await of(home, "select", "garden_dome", translation_key="ptz_preset")
    state = (await home.states())[presets]
    options = state["attributes"]["options"]
    assert options
    await home.client.call("select", "select_option", entity_id=presets, option=options[0])
    await reaches(home, presets, options[0])


async def test_diagnostics_tell_no_secret(home: Home) -> None:
    """They count what was seen, and name nothing."""
    (entry,) = [one for one in await home.client.entries() if one["title"] == "Huawei Cloud IVM"]
    text = str(await home.client.get(f"/api/diagnostics/config_entry/{entry['entry_id']}"))
    assert "channels" in text
    login = home.member(PROFILE).login
    for word in (login["access_key"], login["secret_key"], login["user_id"], "Front door", "2102412469WLK0001"):
        assert word not in text
        if word != "Front door" and word not in {login["user_id"], "2102412469WLK0001"}:
            assert word not in home.log()
