"""The simulated RTSP streams play in real players, and say no where a device would."""

import asyncio
from collections.abc import AsyncGenerator
import shutil

import av
import numpy as np
import pytest

from simulators.rtsp import RtspServer
from simulators.video import VideoSpec

PASSWORD = "p@ss:w/rd"
SPECS = {
    "/Streaming/Channels/101": VideoSpec("Yard", hue=0, width=320, height=180),
    "/Streaming/Channels/201": VideoSpec("Door", hue=200, width=1280, height=720),
}


@pytest.fixture
async def server(socket_enabled: None) -> AsyncGenerator[RtspServer]:
    """Serve two streams that differ in size and colour."""
    async with RtspServer(SPECS.get, username="admin", password=PASSWORD) as server:
        yield server


def address(server: RtspServer, path: str, password: str = "p%40ss%3Aw%2Frd") -> str:
    """Address of a stream with credentials."""
    return f"rtsp://admin:{password}@127.0.0.1:{server.port}{path}"


def decode(url: str, transport: str, count: int) -> list[np.ndarray]:
    """Play `count` pictures."""
    with av.open(url, options={"rtsp_transport": transport}, timeout=10) as container:
        frames = []
        for frame in container.decode(video=0):
            frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == count:
                break
        return frames


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("path", SPECS)
async def test_pyav_plays(server: RtspServer, transport: str, path: str) -> None:
    """Both transports bring moving pictures of the promised size and colour."""
    first, *_, last = await asyncio.to_thread(decode, address(server, path), transport, 8)
    spec = SPECS[path]
    assert first.shape == (spec.height, spec.width, 3)
    assert np.abs(first.astype(int) - last).max() > 100, "nothing moves"
    corner = first[5, -5].astype(int)
    assert (corner[0] > corner[2]) == (spec.hue == 0), f"corner is {corner}"


@pytest.mark.parametrize(
    ("path", "password"), [("/Streaming/Channels/101", "wrong"), ("/Streaming/Channels/999", "p%40ss%3Aw%2Frd")]
)
async def test_refuses(server: RtspServer, path: str, password: str) -> None:
    """A wrong password and an unknown stream bring no picture."""
    with pytest.raises(av.FFmpegError):
        await asyncio.to_thread(decode, address(server, path, password), "tcp", 1)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="the ffmpeg command line tools are not installed")
async def test_ffmpeg_reads(server: RtspServer) -> None:
    """The command line tool reads the stream too."""
    probe = await asyncio.create_subprocess_exec(
        "ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-show_entries", "stream=codec_name,width",
        "-of", "csv=p=0", address(server, "/Streaming/Channels/101"), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await probe.communicate()
    assert output.decode().strip() == "h264,320"


async def test_stop_ends_sessions(server: RtspServer) -> None:
    """A stopped server leaves no player hanging."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"OPTIONS rtsp://127.0.0.1/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert (await reader.readline()).startswith(b"RTSP/1.0 200")
    await server.stop()
    assert await asyncio.wait_for(reader.read(), 5) is not None
    writer.close()


@pytest.mark.parametrize("method", ["RECORD", "PLAY", "SETUP"])
async def test_without_login_nothing_is_answered(server: RtspServer, method: str) -> None:
    """Every method but OPTIONS asks for a login."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{method} rtsp://127.0.0.1/Streaming/Channels/101 RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
    assert (await reader.readline()).startswith(b"RTSP/1.0 401")
    writer.close()
