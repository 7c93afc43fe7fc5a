"""Pictures and clips by which an alarm is verified, over real sockets (ip-receiver §3.1, §4.4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import logging
from typing import Any

import pytest

from custom_components.hikvision_ivm.systems.background import Background
from custom_components.hikvision_ivm.systems.errors import (
    InsufficientRightsError,
    InvalidArgumentError,
    NotFoundError,
    SystemFailure,
)
from custom_components.hikvision_ivm.systems.ip_receiver.alerts import Link
from custom_components.hikvision_ivm.systems.ip_receiver.media import (
    DENIED,
    DENIED_SECONDS,
    FETCHED,
    MOST_EVENTS,
    MOST_WAITING,
    RETRIES,
    TOPIC,
    Media,
    content_type,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from custom_components.hikvision_ivm.systems.model import ImageFeature, Occurrence, Phase
from custom_components.hikvision_ivm.systems.picture_store import LIMIT_BYTES
from simulators.ip_receiver import IpReceiverSimulator
from tests.systems.sinks import KeepingSink
from tests.systems.transport.clock import Clock

from .event_bench import HOUSE, NOW
from .receiver import connected, until

pytestmark = pytest.mark.usefixtures("socket_enabled")

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"clip" * 20
AVI = b"RIFF\x00\x00\x00\x00AVI LIST" + b"clip" * 20
IMAGE = ImageFeature(device_id=HOUSE, kind=Kind.EVENT_PICTURE)
ZONE = f"{HOUSE}_zone_1_image_event_picture"


@dataclass
class Bench:
    """A receiver that has pictures, and what fetches them."""

    receiver: IpReceiverSimulator
    media: Media
    background: Background
    clock: Clock
    sink: KeepingSink
    gate: Any

    def add(self, content: bytes, **more: Any) -> str:
        """Let the receiver have something; return where."""
        early = more.pop("early", 0)
        url = self.receiver.media.add("jpeg", data=content, **more)
        self.receiver.media.items[url].early = early
        return url

    def expect(self, *links: str | Link, uuid: str | None = "u1", images: tuple[str, ...] = (IMAGE.id,)) -> None:
        """Let something be fetched."""
        occurrence = Occurrence(
            device_id=HOUSE, kind=Kind.BURGLARY, phase=Phase.PULSE, code="1103", received=NOW, time=NOW,
            features=images, details={"zone_name": "Hall"},
        )  # fmt: skip
        found = [link if isinstance(link, Link) else Link(link) for link in links]
        self.media.expect(found, uuid, occurrence, self.sink)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await until(lambda: not self.background.tasks)

    async def fetch(self, *links: str | Link, **more: Any) -> list[bytes]:
        """Let something be fetched, and wait; return what was shown."""
        before = len(self.sink.occurrences)
        self.expect(*links, **more)
        await self.settle()
        return [each.picture.content for each in self.sink.occurrences[before:] if each.picture is not None]

    def downloads(self, url: str) -> int:
        """Return how often something was asked for."""
        return self.receiver.count(url)


@asynccontextmanager
async def bench(
    *, admin: bool = True, limit: int = LIMIT_BYTES, flows: bool = True, **knobs: Any
) -> AsyncIterator[Bench]:
    """Run a receiver and connect to it."""
    async with IpReceiverSimulator(admin=admin, **knobs) as receiver:
        clock = Clock(flows=flows)
        async with connected(receiver, runtime=clock.runtime) as client:
            background = Background()
            media = Media(client, clock.runtime, background, limit=limit)
            yield Bench(receiver, media, background, clock, KeepingSink(), client.http.gate)
            await background.cancel()


# fetching


async def test_picture() -> None:
    """Is fetched at once and shown with what is known of its event."""
    async with bench() as made:
        assert await made.fetch(made.add(JPEG), images=(IMAGE.id, ZONE)) == [JPEG]
        (told,) = made.sink.occurrences
        assert told.picture is not None
        assert (told.picture.content_type, told.picture.taken) == ("image/jpeg", NOW)
        assert (told.features, told.phase, told.kind, told.code) == (
            (IMAGE.id, ZONE), Phase.PULSE, Kind.BURGLARY, "1103",
        )  # fmt: skip
        assert dict(told.details) == {"zone_name": "Hall", "status": FETCHED}
        assert made.media.picture(IMAGE) == told.picture
        assert made.clock.slept == []
        assert made.sink.told == {}


async def test_address_in_any_form() -> None:
    """Without a slash, or with the address of another machine: it is the receiver that is asked."""
    async with bench() as made:
        for prefix in ("", "http://192.0.2.1:8080/", "/"):
            made.receiver.media.prefix = prefix
            url = made.receiver.media.add("jpeg", data=JPEG)
            assert await made.fetch(url) == [JPEG], prefix


async def test_clip_that_is_not_there_yet() -> None:
    """Is asked for again after 2, 5 and 15 seconds."""
    async with bench() as made:
        url = made.add(MP4, early=3)
        assert await made.fetch(url) == [MP4]
        assert made.clock.slept == list(RETRIES) == [2.0, 5.0, 15.0]
        assert made.downloads(url) == 4
        assert made.sink.occurrences[0].picture is not None
        assert made.sink.occurrences[0].picture.content_type == "video/mp4"
        assert made.media.diagnostics()["again"] == 3


async def test_clip_that_never_comes() -> None:
    """Is given up; that is no problem of the account."""
    async with bench() as made:
        assert await made.fetch(made.add(MP4, early=9)) == []
        assert made.clock.slept == list(RETRIES)
        assert made.media.counts["absent"] == 1
        assert made.sink.told == {}
        assert not made.media.denied
        assert made.gate.closed is False


async def test_answer_that_is_no_picture() -> None:
    """Is shown nowhere, and not asked for again."""
    async with bench() as made:
        assert await made.fetch(made.add(b"something else", content_type="text/plain")) == []
        assert made.media.counts["unknown"] == 1
        assert made.clock.slept == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (JPEG, "image/jpeg"),
        (MP4, "video/mp4"),
        (AVI, "video/x-msvideo"),
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"BM123456", "image/bmp"),
        (b"\x00\x00\x01\xba...", "video/mpeg"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_first_bytes(content: bytes, found: str | None) -> None:
    """Tell what something is; the receiver does not."""
    assert content_type(content) == found


# what is shown


async def test_two_lenses() -> None:
    """The first clip is shown, both are kept."""
    async with bench() as made:
        left, right = made.add(MP4), made.add(AVI)
        assert await made.fetch(Link(left, "left"), Link(right, "right")) == [MP4]
        assert made.sink.occurrences[0].details["position"] == "left"
        made.receiver.media.items.clear()
        assert (await made.media.download({"uuid": "u1"}))["content"] == MP4


async def test_picture_beside_a_clip() -> None:
    """Takes its place, and is not replaced by one that comes later."""
    async with bench() as made:
        clip, picture, late = made.add(MP4), made.add(JPEG), made.add(AVI, early=1)
        assert await made.fetch(clip, picture, late) == [MP4, JPEG]
        found = made.media.picture(IMAGE)
        assert found is not None
        assert found.content == JPEG


async def test_older_picture_that_comes_late() -> None:
    """Does not take the place of a newer one; of an image without one it does."""
    async with bench(flows=False) as made:
        old, new = made.add(MP4, early=1), made.add(JPEG)
        made.expect(old, images=(IMAGE.id, ZONE))
        await until(lambda: made.clock.slept)
        made.expect(new, uuid="u2")
        await until(lambda: made.sink.occurrences)
        made.clock.passes(3)
        await made.settle()
        assert [each.features for each in made.sink.occurrences] == [(IMAGE.id,), (ZONE,)]


async def test_same_address_twice() -> None:
    """Is fetched once."""
    async with bench() as made:
        url = made.add(JPEG)
        assert await made.fetch(url) == [JPEG]
        assert await made.fetch(url) == []
        assert made.downloads(url) == 1
        other = made.add(MP4)
        assert await made.fetch(url, other) == [MP4]


async def test_storm() -> None:
    """Two at a time; what is too much is counted only."""
    async with bench(delay=0.01) as made:
        for _ in range(MOST_WAITING + 3):
            made.expect(made.add(JPEG))
        assert made.media.counts["dropped"] == 3
        await made.settle()
        assert made.media.counts["fetched"] == MOST_WAITING
        assert await made.fetch(made.add(JPEG)) == [JPEG]


async def test_memory_has_a_limit() -> None:
    """The oldest picture gives way, and so does the oldest clip."""
    async with bench(limit=len(MP4) + 10) as made:
        first, second = made.add(MP4), made.add(AVI)
        await made.fetch(first, uuid="u1", images=(IMAGE.id,))
        await made.fetch(second, uuid="u2", images=(ZONE,))
        assert made.media.picture(IMAGE) is None
        assert made.media.diagnostics()["held_bytes"] <= 2 * (len(MP4) + 10)
        del made.receiver.media.items[first]
        with pytest.raises(SystemFailure):
            await made.media.download({"uuid": "u1"})
        assert (await made.media.download({"uuid": "u2"}))["content"] == AVI


# who may


@pytest.mark.parametrize("refusal", ["lowPrivilege", "unauthorized"])
async def test_account_that_may_not(refusal: str, caplog: pytest.LogCaptureFixture) -> None:
    """Is told of once; nothing is asked for then, and nobody is logged out."""
    caplog.set_level(logging.DEBUG)
    async with bench(admin=False, media_refusal=refusal) as made:
        url = made.add(JPEG)
        made.expect(made.add(JPEG))
        assert await made.fetch(url) == []
        assert caplog.text.count("may not load") == 1
        assert [problem.key for problem in made.sink.told[TOPIC]] == [DENIED]
        assert made.clock.slept == []
        asked = len(made.receiver.requests)
        made.sink.told.clear()
        assert await made.fetch(made.add(JPEG)) == []
        assert len(made.receiver.requests) == asked
        assert made.sink.told == {}
        assert made.media.denied
        assert not made.gate.closed
        with pytest.raises(InsufficientRightsError):
            await made.media.download({"url": url})
        assert "/video/" not in caplog.text


async def test_account_that_may_in_the_end() -> None:
    """Is tried again after a while; the problem is over with the first picture."""
    async with bench(admin=False, media_refusal="lowPrivilege") as made:
        second = made.add(JPEG)
        await made.fetch(made.add(JPEG), second)
        assert made.media.counts["denied"] == 1
        assert made.downloads(second) == 0
        made.receiver.add_user("admin", "Abc12345", admin=True)
        made.clock.passes(DENIED_SECONDS)
        assert await made.fetch(made.add(JPEG)) == [JPEG]
        assert made.sink.told == {TOPIC: ()}
        assert not made.media.denied


async def test_login_that_is_refused_for_pictures() -> None:
    """Is a missing right: it is told of as that, and the account goes on with everything else."""
    async with bench() as made:
        url = made.add(JPEG)
        made.receiver.fault(url, status=403, sub="badAuthorization")
        assert await made.fetch(url) == []
        assert [problem.key for problem in made.sink.told[TOPIC]] == [DENIED]
        assert not made.gate.closed


async def test_address_that_is_none() -> None:
    """Is given up at once, and keeps nobody from the other pictures of the event."""
    async with bench() as made:
        assert await made.fetch("http://[bad/1.jpg", made.add(JPEG)) == [JPEG]
        assert made.media.counts["failed"] == 1
        assert made.clock.slept == []
        assert (await made.media.download({"uuid": "u1"}))["content"] == JPEG
        with pytest.raises(InvalidArgumentError):
            await made.media.download({"url": "http://[bad/1.jpg"})


async def test_lock() -> None:
    """Ends the fetching; that our address is locked is somebody else's matter."""
    async with bench() as made:
        url = made.add(JPEG)
        made.receiver.fault(url, status=200, sub="MgmtLokedError")
        assert await made.fetch(url) == []
        assert made.media.counts["failed"] == 1
        assert TOPIC not in made.sink.told
        assert made.clock.slept == []


# downloads


async def test_download_by_uuid() -> None:
    """Of what is held, or was announced; in any letter case."""
    async with bench() as made:
        url = made.add(MP4)
        await made.fetch(url, uuid="ab-1")
        asked = len(made.receiver.requests)
        assert await made.media.download({"uuid": " AB-1 "}) == {"content": MP4, "content_type": "video/mp4"}
        assert len(made.receiver.requests) == asked


async def test_download_of_what_was_not_there() -> None:
    """Is tried again; another picture of the event will do."""
    async with bench() as made:
        missing, there = made.add(MP4, early=99), made.add(JPEG)
        made.media.expect([Link(missing)], "u1", Occurrence(
            device_id=HOUSE, kind=Kind.BURGLARY, phase=Phase.PULSE, code="1103", received=NOW), made.sink)  # fmt: skip
        await made.settle()
        with pytest.raises(NotFoundError):
            await made.media.download({"uuid": "u1"})
        made.expect(there)
        await made.settle()
        assert (await made.media.download({"uuid": "u1"}))["content"] == JPEG
        made.receiver.media.items[missing].early = 0
        made.media._held.put(f"u1 {there}", None)  # noqa: SLF001 - as if it had given way to others
        assert (await made.media.download({"uuid": "u1"}))["content"] == MP4


async def test_download_of_an_event_nobody_knows() -> None:
    """Is told so; of very many events the oldest are forgotten."""
    async with bench(admin=False) as made:
        made.expect(made.add(JPEG), uuid="first")
        await made.settle()
        with pytest.raises(InsufficientRightsError):
            await made.media.download({"uuid": "first"})
        for number in range(MOST_EVENTS):
            made.expect("/x.jpg", uuid=f"u{number}")
        for uuid in ("first", "odd"):
            with pytest.raises(NotFoundError) as refusal:
                await made.media.download({"uuid": uuid})
            assert uuid in refusal.value.placeholders["subject"]


async def test_download_by_address() -> None:
    """Whatever it is."""
    async with bench() as made:
        assert (await made.media.download({"url": made.add(JPEG)}))["content_type"] == "image/jpeg"
        odd = made.add(b"something else", content_type="video/x-odd")
        assert await made.media.download({"url": odd}) == {"content": b"something else", "content_type": "video/x-odd"}
        with pytest.raises(NotFoundError):
            await made.media.download({"url": "/video/none.jpg"})


@pytest.mark.parametrize("arguments", [{}, {"uuid": " "}, {"url": "/a\nb"}, {"url": "#x"}, {"url": None, "uuid": None}])
async def test_download_of_nothing(arguments: dict[str, Any]) -> None:
    """Is refused before anything is sent."""
    async with bench() as made:
        with pytest.raises(InvalidArgumentError):
            await made.media.download(arguments)
        assert made.receiver.requests == []


async def test_end() -> None:
    """What waits is ended with everything else."""
    async with bench(flows=False) as made:
        made.expect(made.add(JPEG, early=9))
        await until(lambda: made.clock.slept)
        await made.background.cancel()
        await asyncio.sleep(0)
        assert made.media.diagnostics()["waiting"] == 0
        assert made.media.counts["absent"] == 0
