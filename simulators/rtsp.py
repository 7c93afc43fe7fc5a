"""A small RTSP server (RFC 2326) with real H.264 over RTP (RFC 6184), for players to play.

One loop of pictures per stream, sent in real time over TCP (interleaved) or UDP. Authentication is Digest, as devices
ask for; a wrong password, an unknown stream and an unknown method are refused.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import md5
import re
import secrets
import struct
from typing import Self
from urllib.parse import unquote, urlsplit

from .video import VideoLoop, VideoSpec, encode

MAXIMUM_PAYLOAD = 1400
"""Bytes of a NAL unit in one packet; larger ones are fragmented."""
PAYLOAD_TYPE = 96
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN"
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
           454: "Session Not Found", 455: "Method Not Valid in This State", 461: "Unsupported Transport"}  # fmt: skip

type StreamTable = Callable[[str], VideoSpec | None]
"""What a path such as `/Streaming/Channels/101` shows, or None where there is no stream."""


@dataclass(slots=True)
class RtspRequest:
    """A request line and its headers (lower-case names)."""

    method: str
    url: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Path of the stream, without a track and without a trailing slash."""
        return unquote(urlsplit(self.url).path).removesuffix("/trackID=1").rstrip("/")


@dataclass(slots=True)
class RtspReply:
    """An answer; the sequence number is added when it is sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Packetizer:
    """Turns NAL units into RTP packets."""

    def __init__(self) -> None:
        """Start at random numbers, as RFC 3550 asks."""
        self.source = secrets.randbits(32)
        self.sequence = secrets.randbits(15)

    def packets(self, units: tuple[bytes, ...], timestamp: int) -> list[bytes]:
        """Packets of one picture; the last carries the marker."""
        payloads = [payload for unit in units for payload in self._payloads(unit)]
        packets = []
        for number, payload in enumerate(payloads, 1):
            marker = 0x80 if number == len(payloads) else 0
            self.sequence = (self.sequence + 1) & 0xFFFF
            header = struct.pack(
                "!BBHII", 0x80, marker | PAYLOAD_TYPE, self.sequence, timestamp & 0xFFFFFFFF, self.source
            )
            packets.append(header + payload)
        return packets

    @staticmethod
    def _payloads(unit: bytes) -> list[bytes]:
        """Return the unit whole, or as FU-A fragments (RFC 6184 §5.8)."""
        if len(unit) <= MAXIMUM_PAYLOAD:
            return [unit]
        indicator, kind = (unit[0] & 0xE0) | 28, unit[0] & 0x1F
        pieces = [unit[start : start + MAXIMUM_PAYLOAD] for start in range(1, len(unit), MAXIMUM_PAYLOAD)]
        fragments = []
        for number, piece in enumerate(pieces):
            flags = (0x80 if number == 0 else 0) | (0x40 if number == len(pieces) - 1 else 0)
            fragments.append(bytes((indicator, flags | kind)) + piece)
        return fragments


class RtspSession:
    """One client connection."""

    def __init__(self, server: RtspServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Nothing is set up yet."""
        self.server = server
        self.reader = reader
        self.writer = writer
        self.id = secrets.token_hex(8)
        self.nonce = secrets.token_hex(16)
        self.loop_of_pictures: VideoLoop | None = None
        self.send: Callable[[bytes], None] | None = None
        self.udp: asyncio.DatagramTransport | None = None
        self.playing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Answer requests until the client leaves."""
        try:
            while (request := await self._read()) is not None:
                reply = await self._answer(request)
                self._write(request, reply)
                await self.writer.drain()
                if request.method == "PLAY" and reply.status == 200 and self.playing is None:
                    self.playing = asyncio.create_task(self._play())
                if request.method == "TEARDOWN":
                    break
        except ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError:
            pass  # a player that closes its window says no goodbye
        finally:
            await self._end()

    async def _end(self) -> None:
        if self.playing is not None:
            self.playing.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await self.playing
        if self.udp is not None:
            self.udp.close()
        self.writer.close()

    async def _read(self) -> RtspRequest | None:
        """Read the next request, passing over the client's interleaved RTCP packets."""
        while True:
            first = await self.reader.read(1)
            if not first:
                return None
            if first == b"$":
                _, size = struct.unpack("!BH", await self.reader.readexactly(3))
                await self.reader.readexactly(size)
                continue
            if first in b"\r\n":
                continue
            head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace").split("\r\n")
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
            }
            if length := int(headers.get("content-length") or 0):
                await self.reader.readexactly(length)
            method, _, rest = head[0].partition(" ")
            return RtspRequest(method, rest.partition(" ")[0], headers)

    def _write(self, request: RtspRequest, reply: RtspReply) -> None:
        headers = {"CSeq": request.headers.get("cseq", "0"), **reply.headers}
        if reply.body:
            headers["Content-Length"] = str(len(reply.body))
        lines = [f"RTSP/1.0 {reply.status} {REASONS[reply.status]}", *(f"{k}: {v}" for k, v in headers.items())]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + reply.body)

    async def _answer(self, request: RtspRequest) -> RtspReply:
        if request.method == "OPTIONS":
            return RtspReply(headers={"Public": METHODS})
        if not self._authorized(request):
            challenge = f'Digest realm="{self.server.realm}", nonce="{self.nonce}", stale="FALSE"'
            return RtspReply(401, {"WWW-Authenticate": challenge})
        match request.method:
            case "DESCRIBE":
                return await self._describe(request)
            case "SETUP":
                return await self._set_up(request)
            case "PLAY" | "PAUSE" | "GET_PARAMETER" | "TEARDOWN":
                known = request.headers.get("session", "").partition(";")[0] == self.id and self.send is not None
                return RtspReply(headers={"Session": self.id}) if known else RtspReply(454)
            case _:
                return RtspReply(405, {"Allow": METHODS})

    def _authorized(self, request: RtspRequest) -> bool:
        """Check a Digest answer without qop (RFC 2069), the form every player speaks; no user name needs no login."""
        if not self.server.username:
            return True
        given = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("authorization", "")))
        secret = _md5(f"{self.server.username}:{self.server.realm}:{self.server.password}")
        wanted = _md5(f"{secret}:{self.nonce}:{_md5(f'{request.method}:{given.get("uri", "")}')}")
        return given.get("nonce") == self.nonce and secrets.compare_digest(given.get("response", ""), wanted)

    async def _describe(self, request: RtspRequest) -> RtspReply:
        spec = self.server.streams(request.path)
        if spec is None:
            return RtspReply(404)
        loop = await asyncio.to_thread(encode, spec)
        parameters = ",".join(b64encode(unit).decode() for unit in (loop.sequence_parameters, loop.picture_parameters))
        profile = loop.sequence_parameters[1:4].hex().upper()
        description = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", f"s={spec.caption}", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*",
            f"m=video 0 RTP/AVP {PAYLOAD_TYPE}", f"a=rtpmap:{PAYLOAD_TYPE} H264/90000",
            f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={parameters}",
            f"a=framerate:{spec.frames_per_second}", "a=control:trackID=1", "",
        ]  # fmt: skip
        headers = {"Content-Type": "application/sdp", "Content-Base": f"{request.url.rstrip('/')}/"}
        return RtspReply(200, headers, "\r\n".join(description).encode())

    async def _set_up(self, request: RtspRequest) -> RtspReply:
        spec = self.server.streams(request.path)
        if spec is None:
            return RtspReply(404)
        if self.send is not None:
            return RtspReply(455)
        transport = request.headers.get("transport", "")
        self.loop_of_pictures = await asyncio.to_thread(encode, spec)
        if channel := re.search(r"interleaved=(\d+)-\d+", transport):
            self._send_interleaved(int(channel[1]))
            return RtspReply(headers={"Session": self.id, "Transport": transport})
        if ports := re.search(r"client_port=(\d+)-(\d+)", transport):
            host = self.writer.get_extra_info("peername")[0]
            loop = asyncio.get_running_loop()
            self.udp, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=(self.server.host, 0), remote_addr=(host, int(ports[1]))
            )
            self.send = self.udp.sendto
            port = self.udp.get_extra_info("sockname")[1]
            return RtspReply(headers={"Session": self.id, "Transport": f"{transport};server_port={port}-{port + 1}"})
        return RtspReply(461)

    def _send_interleaved(self, channel: int) -> None:
        def send(packet: bytes) -> None:
            self.writer.write(struct.pack("!BBH", 0x24, channel, len(packet)) + packet)

        self.send = send

    async def _play(self) -> None:
        """Send the loop in real time, with timestamps that run on."""
        assert self.loop_of_pictures is not None and self.send is not None
        loop, send, packetizer = self.loop_of_pictures, self.send, Packetizer()
        clock = asyncio.get_running_loop()
        start, number, first = clock.time(), 0, secrets.randbits(31)
        while True:
            units = loop.frames[number % len(loop.frames)]
            if number % len(loop.frames) == 0:
                units = (loop.sequence_parameters, loop.picture_parameters, *units)
            for packet in packetizer.packets(units, first + number * loop.ticks_per_frame):
                send(packet)
            if self.udp is None:
                await self.writer.drain()
            number += 1
            await asyncio.sleep(max(0.0, start + number * loop.ticks_per_frame / 90_000 - clock.time()))


class RtspServer:
    """Serves the streams of one simulated device. Use as an async context manager, or start() and stop()."""

    realm = "simulated device"

    def __init__(
        self, streams: StreamTable, *, username: str, password: str, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        """`streams` is asked for each path; port 0 takes a free one; an empty user name lets everybody in."""
        self.streams = streams
        self.username = username
        self.password = password
        self.host = host
        self.port = port
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Bind and serve."""
        self._server = await asyncio.start_server(self._connected, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End every session and give the port back."""
        if self._server is not None:
            self._server.close()
        for session in tuple(self._sessions):
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        self._server = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Stop."""
        await self.stop()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions.add(task)
        try:
            await RtspSession(self, reader, writer).serve()
        finally:
            self._sessions.discard(task)


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
