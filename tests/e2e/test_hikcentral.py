"""A HikCentral platform in a real Home Assistant: events that it posts, doors that obey, video that plays."""

from typing import Any

from .conftest import Home, eventually


async def only(home: Home, platform: str, **wanted: object) -> str:
    """Return the id of the first entity of the platform's entry that has these fields."""
    entry = await home.entry_of(home.member("table"))
    return str((await home.entities(platform, config_entry_id=entry["entry_id"], **wanted))[0]["entity_id"])


async def test_posted_event(home: Home) -> None:
    """What the platform posts to the secret address reaches the event entity, and the stream of events counts as there."""
    stream = await only(home, "binary_sensor", translation_key="event_stream")

    async def state() -> str:
        return str((await home.states())[stream]["state"])

    await eventually(state, "on".__eq__)
    entry = await home.entry_of(home.member("table"))
    tellers = {entity["entity_id"] for entity in await home.entities("event", config_entry_id=entry["entry_id"])}

    async def told() -> dict[str, Any]:
        states = await home.states()
        return {one: states[one]["state"] for one in tellers}

    before = await told()
    await home.act(home.member("table"), "event", event="motion", camera="1", state="pulse")
    after: dict[str, Any] = await eventually(told, lambda now: now != before)
    assert sum(after[one] != before[one] for one in tellers) == 1


async def test_door(home: Home) -> None:
    """A lock opens and locks, and shows what the platform's door did."""
    lock = await only(home, "lock")

    async def state() -> str:
        return str((await home.states())[lock]["state"])

    await eventually(state, "locked".__eq__)
    await home.client.call("lock", "unlock", entity_id=lock)
    await eventually(state, lambda now: now in {"open", "unlocked"})
    await home.client.call("lock", "lock", entity_id=lock)
    await eventually(state, "locked".__eq__)


async def test_still_picture(home: Home) -> None:
    """The platform takes no pictures: they are cut out of its stream."""
    camera = await only(home, "camera")

    async def picture() -> tuple[str, bytes]:
        return await home.client.read(f"/api/camera_proxy/{camera}")

    content_type, content = await picture()
    assert content_type == "image/jpeg"
    assert content.startswith(b"\xff\xd8\xff")
