"""Short clips, as verification videos are, and things that only look like ones."""

from functools import cache
from io import BytesIO

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream
import numpy as np

ELSEWHERE = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:%d/secret.ts\n#EXT-X-ENDLIST\n"
"""A list of addresses that a careless reader would fetch."""


@cache
def clip(form: str = "mp4", codec: str = "mpeg4", width: int = 320, height: int = 180, pictures: int = 3) -> bytes:
    """Return a clip whose first picture is red and whose others are blue."""
    sink = BytesIO()
    with av.open(sink, "w", format=form) as container:
        stream = container.add_stream(codec, rate=5)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(pictures):
            colour = (200, 20, 20) if number == 0 else (20, 20, 200)
            painted = np.full((height, width, 3), colour, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(painted, format="rgb24")))
        container.mux(stream.encode(None))
    return sink.getvalue()


@cache
def sound() -> bytes:
    """Return a clip without a picture."""
    sink = BytesIO()
    with av.open(sink, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return sink.getvalue()
