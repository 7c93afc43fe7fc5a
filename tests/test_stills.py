"""Pictures cut out of a stream without Home Assistant's JPEG library, from a real RTSP server."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO

from PIL import Image
import pytest

from custom_components.hikvision_ivm import stills
from custom_components.hikvision_ivm.stills import first_picture
from simulators.rtsp import RtspServer
from simulators.video import VideoSpec


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
