"""Pictures cut out of video without Home Assistant's JPEG library: of a stream of a real RTSP server, and of clips."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from unittest.mock import patch

import av
from PIL import Image
import pytest

from custom_components.hikvision_ivm import stills
from custom_components.hikvision_ivm.stills import first_picture, still_of
from simulators.rtsp import RtspServer
from simulators.video import VideoSpec

from .clips import ELSEWHERE, clip, sound


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[RtspServer]:
    """Return a server with one stream."""
    running = RtspServer(
        lambda path: VideoSpec("Gate", 120, 640, 360) if path == "/live" else None, username="", password=""
    )
    await running.start()
    yield running
    await running.stop()


async def picture(address: str, width: int | None = None, height: int | None = None) -> Image.Image | None:
    """Cut a picture in a thread, as the camera does."""
    content = await asyncio.to_thread(first_picture, address, width, height)
    return None if content is None else Image.open(BytesIO(content))


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [(None, None, (640, 360)), (320, None, (320, 180)), (None, 90, (160, 90)), (4000, 4000, (640, 360))],
)
async def test_picture(server: RtspServer, width: int | None, height: int | None, size: tuple[int, int]) -> None:
    """It is a JPEG that fits, never larger than the stream."""
    found = await picture(f"rtsp://127.0.0.1:{server.port}/live", width, height)
    assert found is not None
    assert (found.format, found.size) == ("JPEG", size)


async def test_no_stream(server: RtspServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A stream that is not there, a port where nobody is, and something that is no address show nothing, and say so quietly."""
    monkeypatch.setattr(stills, "OPEN_SECONDS", 1.0)
    caplog.set_level("DEBUG")
    for address in (f"rtsp://127.0.0.1:{server.port}/secret", "rtsp://127.0.0.1:1/secret", "secret"):
        assert await picture(address) is None
    assert "No picture" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (clip("mp4"), (320, 180)),
        (clip("mp4", "libx264"), (320, 180)),
        (clip("avi"), (320, 180)),
        (clip("mpeg", "mpeg2video"), (320, 180)),
        (clip("matroska"), (320, 180)),
        (clip("mp4", width=3840, height=1920, pictures=1), (1920, 960)),
    ],
    ids=["mp4", "h264", "avi", "mpeg", "matroska", "large"],
)
def test_clip(content: bytes, size: tuple[int, int]) -> None:
    """Its first picture is a JPEG, made to fit."""
    still = still_of(content)
    assert still is not None
    found = Image.open(BytesIO(still))
    assert (found.format, found.size) == ("JPEG", size)
    red, _, blue = found.convert("RGB").getpixel((100, 100))  # type: ignore[misc]
    assert red > 150
    assert blue < 80


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\xff\xd8\xff\xe0 a picture",
        b"{}",
        clip()[:40],
        clip("avi")[:60],
        b"\x00\x00\x00\x18ftypmp42" + b"\xff" * 4000,
        b"\x00\x00\x01\xba" + b"\x00" * 4000,
        sound(),
    ],
    ids=["empty", "short", "jpeg", "json", "cut", "cut_avi", "garbage", "garbage_mpeg", "sound"],
)
def test_no_clip(content: bytes) -> None:
    """What is none, or is broken, shows nothing."""
    assert still_of(content) is None


def test_larger_than_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clip of enormous pictures would fill the memory."""
    monkeypatch.setattr(stills, "MOST_PIXELS", 320 * 180)
    assert still_of(clip()) is not None
    assert still_of(clip(width=336)) is None


async def test_a_clip_leads_nowhere(socket_enabled: None) -> None:
    """A playlist is no clip: nobody guesses what it may be, and nothing it names is fetched, whatever it pretends to be."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        with patch.object(av, "open", wraps=av.open) as opened:
            for lie in (b"", b"\x00\x00\x00\x08ftyp", b"RIFF\x00\x00\x00\x00AVI "):
                assert await asyncio.to_thread(still_of, lie + ELSEWHERE % port) is None
    assert [call.kwargs["format"] for call in opened.call_args_list] == ["mp4", "avi"]
    assert asked == []
