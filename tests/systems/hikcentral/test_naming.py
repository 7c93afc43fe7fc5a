"""Names of persons and owners in what is told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import json
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.base import PushRequest
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import Occurrence, Phase, SensorFeature
from simulators.hikcentral import HikCentralSimulator

from .test_system import Site, running, until

PERSON = "resource/v1/person/personId/personInfo"
NAME = "Ada Lovelace"
CONSENT = {"personal": ["persons", "plates"]}


@pytest.fixture
async def platform(socket_enabled: None) -> AsyncIterator[HikCentralSimulator]:
    """Return a running platform, whose person 1 and vehicle 1 have owners."""
    async with HikCentralSimulator() as started:
        yield started


async def post(site: Site, number: int, code: int, source_type: str, data: Mapping[str, Any]) -> None:
    """Let the platform post an event of its first door or camera."""
    moment = f"2026-11-20T12:00:{number:02}+00:00"
    event = {
        "eventId": f"e{number}", "srcIndex": "1", "srcType": source_type, "eventType": code, "status": 3, "timeout": 30,
        "happenTime": moment, "data": data,
    }  # fmt: skip
    params = {"sendTime": moment, "ability": "event_acs", "events": [event]}
    body = json.dumps({"method": "OnEventNotify", "params": params}).encode()
    site.system._events.use_wanted(site.everything)  # noqa: SLF001 - as a poll does
    await site.system.receive(
        PushRequest(method="POST", path="", query={}, headers={}, body=body, remote="127.0.0.1"), site.sink
    )


def told(site: Site, word: str) -> list[Occurrence]:
    """Return the occurrences that hold a detail."""
    return [one for one in site.sink.occurrences if word in one.details]


async def test_name_follows(platform: HikCentralSimulator) -> None:
    """The event is told at once, the name as soon as it is known; from then on both together."""
    async with running(platform, CONSENT) as site:
        await site.system.prime(site.sink, site.everything)
        sensor = site.feature(SensorFeature, Kind.LAST_PERSON)
        await post(site, 1, 198914, "door", {"personId": "1", "cardNo": "1234567890"})
        first = site.sink.occurrences[-1]
        assert (first.phase, first.details["person_id"], "person" in first.details) == (Phase.PULSE, "1", False)
        await until(lambda: bool(told(site, "person")))
        second = told(site, "person")[-1]
        assert (second.phase, second.person, second.details["event_id"]) == (Phase.ONGOING, NAME, "e1")
        assert site.sink.values[sensor.id] == NAME
        await post(site, 2, 198914, "door", {"personId": "1", "cardNo": "1234567890"})
        third = site.sink.occurrences[-1]
        assert (third.phase, third.person) == (Phase.PULSE, NAME)
        assert site.sink.values[sensor.id] == NAME
        assert platform.count(PERSON) == 1


async def test_somebody_else_came_meanwhile(platform: HikCentralSimulator) -> None:
    """A name that comes late does not hide who was there last."""
    async with running(platform, CONSENT) as site:
        await site.system.prime(site.sink, site.everything)
        sensor = site.feature(SensorFeature, Kind.LAST_PERSON)
        platform.fault(PERSON, delay=0.3, times=1)
        await post(site, 1, 198914, "door", {"personId": "1", "cardNo": "1"})
        await post(site, 2, 198914, "door", {"personId": "nobody", "cardNo": "2"})
        await until(lambda: bool(told(site, "person")))
        assert site.sink.values[sensor.id] != NAME


async def test_owner_of_a_plate(platform: HikCentralSimulator) -> None:
    """The same for vehicles."""
    async with running(platform, CONSENT) as site:
        await site.system.prime(site.sink, site.everything)
        plate = next(iter(platform.state.vehicles.values())).plate
        await post(site, 1, 131622, "camera", {"plateNo": plate})
        await until(lambda: bool(told(site, "owner")))
        assert told(site, "owner")[-1].plate == plate


@pytest.mark.parametrize("options", [{}, {"personal": ["plates"]}])
async def test_nothing_is_asked_without_consent(platform: HikCentralSimulator, options: Mapping[str, Any]) -> None:
    """Neither for persons nor for owners."""
    async with running(platform, options) as site:
        before = len(platform.requests)
        await post(site, 1, 198914, "door", {"personId": "1", "cardNo": "1"})
        await post(site, 2, 131622, "camera", {"plateNo": "B AB 1234"})
        await asyncio.sleep(0.2)
        assert not told(site, "person")
        assert not told(site, "owner")
        assert not any(
            "person/" in request.path or "vehicle/" in request.path for request in platform.requests[before:]
        )


async def test_name_that_cannot_be_found(platform: HikCentralSimulator) -> None:
    """The event is complete without it."""
    async with running(platform, CONSENT) as site:
        platform.fault(PERSON, code="0x00052102")
        await post(site, 1, 198914, "door", {"personId": "1", "cardNo": "1"})
        await until(lambda: platform.count(PERSON) > 0)
        assert site.sink.occurrences[-1].details["person_id"] == "1"
        assert not told(site, "person")
