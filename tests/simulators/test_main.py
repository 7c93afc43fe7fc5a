"""`python -m simulators --replay FILE` serves a diagnostics file, and says what is wrong with one that it cannot."""

import asyncio
from collections.abc import AsyncGenerator
import json
from pathlib import Path
import sys
from typing import Any

import aiohttp
import pytest

from simulators.__main__ import arguments

NAMESPACE = "http://www.isapi.org/ver20/XMLSchema"
INFO = {"@xmlns": NAMESPACE, "deviceName": "Shed", "serialNumber": "SN9", "macAddress": "02:00:00:00:00:09"}
STREAM = {"StreamingChannel": {"@xmlns": NAMESPACE, "id": "301"}}
DIAGNOSTICS: dict[str, Any] = {
    "home_assistant": {"version": "2026.11.0"},
    "data": {
        "ISAPI": {
            "System/deviceInfo": {"response": {"DeviceInfo": INFO}},
            "Streaming/channels/301": {"response": STREAM},
        }
    },
}


async def start(*words: str) -> asyncio.subprocess.Process:
    """Run the command."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )


@pytest.fixture
async def told(socket_enabled: None, tmp_path: Path) -> AsyncGenerator[dict[str, Any]]:
    """What the command prints for a diagnostics file, while it runs."""
    file = tmp_path / "shed.json"
    file.write_text(json.dumps(DIAGNOSTICS), encoding="utf-8")
    process = await start("--replay", str(file))
    assert process.stdout is not None
    yield json.loads(await process.stdout.readline())
    process.terminate()
    assert (await process.communicate())[1] == b""
    assert process.returncode == 0


async def test_a_diagnostics_file_is_served(told: dict[str, Any]) -> None:
    """The recorded device answers to the printed login and tells an event when it is asked to."""
    (member,) = told["systems"]
    assert (member["name"], member["system"], member["profile"]) == ("shed", "isapi", "recording")
    login = aiohttp.DigestAuthMiddleware(member["username"], member["password"])
    async with aiohttp.ClientSession(middlewares=(login,)) as session:
        async with session.get(f"{member['url']}/ISAPI/System/deviceInfo") as response:
            assert "<deviceName>Shed<" in await response.text()
        async with session.get(f"{member['url']}/ISAPI/Event/notification/alertStream") as stream:
            fields = {"type": "linedetection", "channel": "3", "state": "active"}
            async with session.post(f"{told['control']}/api/shed/event", json=fields) as done:
                assert await done.json() == {"done": "event"}
            async with session.post(f"{told['control']}/api/shed/cut", json={}) as done:
                assert done.status == 200
            body = await stream.text()
    assert "<eventType>linedetection<" in body
    assert "<channelID>3<" in body


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        (b"{", "cannot be replayed: Expecting"),
        (b"\xff", "cannot be replayed: 'utf-8'"),
        (b'{"data": {}}', "cannot be replayed: the recording has no table data.ISAPI"),
    ],
)
async def test_a_file_that_is_none(socket_enabled: None, tmp_path: Path, content: bytes | None, words: str) -> None:
    """One sentence names the file and what is wrong, without a traceback."""
    file = tmp_path / "broken.json"
    if content is not None:
        file.write_bytes(content)
    process = await start("--replay", str(file))
    _, errors = await process.communicate()
    (line,) = errors.decode().splitlines()
    assert line.startswith(f"{file} {words}")
    assert process.returncode == 1


def test_recordings_and_systems_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    """Names of systems beside a recording would be ignored, so they are refused."""
    with pytest.raises(SystemExit):
        arguments(["isapi", "--replay", "a.json"])
    assert "leave the names of systems out" in capsys.readouterr().err
