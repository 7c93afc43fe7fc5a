"""A receiver in a real Home Assistant: partitions, alarms with their pictures, refusals that say why, batched switches."""

from typing import Any

import pytest

from scripts.demo.processes import DemoError

from .conftest import Home, eventually


async def entities(home: Home, platform: str, **wanted: object) -> list[str]:
    """Return the ids of the enabled entities of the receiver's entry that have these fields."""
    entry = await home.entry_of(home.member("guide"))
    return [str(one["entity_id"]) for one in await home.entities(platform, config_entry_id=entry["entry_id"], **wanted)]


async def named(home: Home, platform: str, ending: str) -> str:
    """Return the id of the one entity of a platform that ends so."""
    (found,) = [one for one in await entities(home, platform) if one.partition(".")[2].endswith(ending)]
    return found


async def reaches(home: Home, entity: str, *wanted: str) -> dict[str, Any]:
    """Wait for a state; returns it whole."""

    async def state() -> dict[str, Any]:
        return dict((await home.states())[entity])

    found: dict[str, Any] = await eventually(state, lambda one: one["state"] in wanted)
    return found


async def test_arming_and_disarming(home: Home) -> None:
    """The panel says what became of it; an exit delay shows, and so does who was at the keypad."""
    partition = await named(home, "alarm_control_panel", "house_partition_2")
    await reaches(home, partition, "disarmed")
    await home.client.call("alarm_control_panel", "alarm_arm_away", entity_id=partition)
    await reaches(home, partition, "arming")
    await reaches(home, partition, "armed_away")
    await home.act(home.member("guide"), "arming", partition="House: 2", mode="disarm", user="Ann")
    state = await reaches(home, partition, "disarmed")
    assert state["attributes"]["changed_by"] == "Ann"


async def test_a_refusal_names_the_zone(home: Home) -> None:
    """An open door stands against arming: the error says which."""
    partition = await named(home, "alarm_control_panel", "house_partition_1")
    await home.act(home.member("guide"), "door", zone="House: Front door", state="open")
    with pytest.raises(DemoError, match="Front door"):
        await home.client.command(
            "call_service", domain="alarm_control_panel", service="alarm_arm_away", target={"entity_id": partition}
        )
    await home.act(home.member("guide"), "door", zone="House: Front door", state="closed")
    await reaches(home, partition, "disarmed")


async def test_an_alarm_with_its_picture(home: Home) -> None:
    """It shows at once; the clip that verifies it is shown by its first picture."""
    partition = await named(home, "alarm_control_panel", "house_partition_2")
    house = next(one for one in await entities(home, "image") if "house" in one and "living" not in one)
    before = (await home.states())[house]["state"]
    await home.act(home.member("guide"), "alarm", zone="House: Hall", video="clip")
    await reaches(home, partition, "triggered")

    async def shown() -> str:
        return str((await home.states())[house]["state"])

    await eventually(shown, lambda now: now != before)
    content_type, content = await home.client.read(f"/api/image_proxy/{house}")
    assert content_type == "image/jpeg"
    assert content.startswith(b"\xff\xd8\xff")
    await home.client.call("alarm_control_panel", "alarm_disarm", entity_id=partition)
    await reaches(home, partition, "disarmed")


async def test_bypass_and_relay(home: Home) -> None:
    """Both follow the panel, not the command."""
    for translation_key in ("zone_bypass", "relay"):
        switch = (await entities(home, "switch", translation_key=translation_key))[0]
        await home.client.call("switch", "turn_on", entity_id=switch)
        await reaches(home, switch, "on")
        await home.client.call("switch", "turn_off", entity_id=switch)
        await reaches(home, switch, "off")


async def test_nothing_is_given_away(home: Home) -> None:
    """Diagnostics hold no secrets, and the log nothing that needs to be looked at."""
    member = home.member("guide")
    entry = await home.entry_of(member)
    _, content = await home.client.read(f"/api/diagnostics/config_entry/{entry['entry_id']}")
    told = content.decode()
    for secret in (member.login["password"], "Q11111111", "Front door", member.login["url"]):
        assert secret not in told
    loud = [
        line for line in home.log().splitlines() if "ip_receiver" in line and {"WARNING", "ERROR"} & {*line.split()}
    ]
    assert not loud
