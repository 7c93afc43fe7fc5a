"""Framing of endless answers: every fault, cut at every byte."""

from collections.abc import Callable
import os
from pathlib import Path
import random
import time

import pytest

from custom_components.hikvision_ivm.systems.transport.multipart import MultipartReader
from custom_components.hikvision_ivm.systems.transport.parts import Part, boundary_of

ONE = b'<?xml version="1.0" encoding="UTF-8"?>\r\n<Alert version="2.0">\r\n<id>1</id>\r\n</Alert>'
TWO = ONE.replace(b"1</id", b"2</id")
UTF8 = "<Alert><name>门口</name><more>x</more></Alert>".encode()
JSON = b'{"a": {"b": "}"}, "c": [1]}'
JPEG = b"\xff\xd8\xff\xe0\r\n--bound\x00\r\n\r\n" + bytes(range(256)) + b"\xff\xd9"

type Seen = list[tuple[str, bytes, bool]]


def part(body: bytes, kind: str = "application/xml", *, length: int | None = -1, eol: bytes = b"\r\n") -> bytes:
    """Return a part; `length` None: without, -1: the right one."""
    head = [b"--boundary", f"Content-Type: {kind}".encode()]
    if length is not None:
        head.append(f"Content-Length: {len(body) if length < 0 else length}".encode())
    return eol.join([*head, b"", body, b""])


def seen(parts: list[Part]) -> Seen:
    """Return what matters of parts."""
    return [(one.content_type, one.body, one.complete) for one in parts]


def whole(*bodies: bytes, kind: str = "application/xml") -> Seen:
    """Return what complete parts look like."""
    return [(kind, body, True) for body in bodies]


def read(
    data: bytes, size: Callable[[], int] | None = None, boundary: str | None = "boundary"
) -> tuple[Seen, dict[str, int]]:
    """Feed data in pieces and return the parts and the counts."""
    reader = MultipartReader(boundary)
    parts: list[Part] = []
    at = 0
    while at < len(data):
        step = size() if size else len(data)
        parts += reader.feed(data[at : at + step])
        at += step
    parts += reader.finish()
    return seen(parts), reader.framing.as_dict()


CASES: dict[str, tuple[bytes, Seen, dict[str, int]]] = {
    "right": (part(ONE) + part(TWO), whole(ONE, TWO), {"parts": 2}),
    "closing boundary": (part(ONE) + b"--boundary--\r\n" + part(TWO), whole(ONE, TWO), {}),
    "closing at the end": (part(ONE) + b"--boundary--", whole(ONE), {"skipped_bytes": 0}),
    "line feeds": (part(ONE, eol=b"\n") + part(TWO, eol=b"\n"), whole(ONE, TWO), {}),
    "no line end after the body": (part(ONE)[:-2] + part(TWO), whole(ONE, TWO), {}),
    "length too short": (part(ONE, length=30) + part(TWO), whole(ONE, TWO), {"wrong_lengths": 1}),
    "characters counted": (part(UTF8, length=len(UTF8.decode())) + part(TWO), whole(UTF8, TWO), {"wrong_lengths": 1}),
    "length a little too long": (part(ONE, length=len(ONE) + 2) + part(TWO), [("application/xml", ONE + b"\r\n", True), *whole(TWO)], {}),
    "length into the next part": (part(ONE, length=len(ONE) + 60) + part(TWO), whole(ONE, TWO), {"wrong_lengths": 1}),
    "length over all": (part(ONE, length=99_999) + part(TWO) + part(ONE), whole(ONE, TWO, ONE), {"wrong_lengths": 1}),
    "length absurd": (part(ONE, length=10**9 - 1) + part(TWO), whole(ONE, TWO), {}),
    "length no number": (part(ONE).replace(b"h: 8", b"h: ISAPI8") + part(TWO), whole(ONE, TWO), {"missing_lengths": 1}),
    "length zero": (part(ONE, length=0) + part(TWO), whole(ONE, TWO), {}),
    "no length": (part(ONE, length=None) + part(TWO, length=None), whole(ONE, TWO), {"missing_lengths": 2}),
    "no length, plain text": (part(b"a\r\nb", "text/plain", length=None) + part(TWO), [("text/plain", b"a\r\nb", True), *whole(TWO)], {}),
    "json": (part(JSON, "Application/JSON; charset=x") + part(JSON, "application/json", length=None), whole(JSON, JSON, kind="application/json"), {}),
    "json too short": (part(JSON, "application/json", length=16) + part(TWO), [*whole(JSON, kind="application/json"), *whole(TWO)], {"wrong_lengths": 1}),
    "picture": (part(JPEG, "image/jpeg") + part(TWO), [*whole(JPEG, kind="image/jpeg"), *whole(TWO)], {}),
    "picture without length": (part(JPEG, "image/jpeg", length=None) + part(TWO), [*whole(JPEG, kind="image/jpeg"), *whole(TWO)], {}),
    "doubled boundaries": (b"--boundary\r\n" + part(ONE) + b"--boundary\r\n\r\n--boundary--\r\n" + part(TWO), whole(ONE, TWO), {"doubled_boundaries": 3}),
    "headers without a body": (b"--boundary\r\nContent-Type: a/b\r\n" + part(TWO), whole(TWO), {"empty_parts": 1}),
    "nothing between headers and boundary": (b"--boundary\r\nContent-Type: a/b\r\n\r\n\r\n" + part(TWO), whole(TWO), {"empty_parts": 1}),
    "blank lines after the boundary": (part(ONE).replace(b"boundary\r\n", b"boundary\r\n\r\n \r\n") + part(TWO), whole(ONE, TWO), {}),
    "no headers": (b"--boundary\r\n\r\n" + ONE + b"\r\n--boundary\r\n" + TWO + b"\r\n--boundary--", whole(ONE, TWO, kind=""), {}),
    "no blank line after the headers": (b"--boundary\r\nContent-Type: application/xml\r\n" + ONE + b"\r\n" + part(TWO), whole(ONE, TWO), {}),
    "folded header": (part(ONE).replace(b": application", b":\r\n application") + part(TWO), whole(ONE, TWO), {}),
    "half part": (part(ONE[:60], length=len(ONE)) + part(TWO), [("application/xml", ONE[:60], False), *whole(TWO)], {"half_parts": 1}),
    "half part and no headers": (part(ONE[:60], length=len(ONE)) + b"--boundary\r\n\r\n" + TWO, [("application/xml", ONE[:60], False), ("", TWO, True)], {}),
    "half part at the end": (part(ONE) + part(TWO)[:-12], [*whole(ONE), ("application/xml", TWO[:-10], False)], {"half_parts": 1}),
    "half headers at the end": (part(ONE) + part(TWO)[:30], whole(ONE), {"half_parts": 1}),
    "half picture at the end": (part(ONE) + part(JPEG, "image/jpeg")[:-20], [*whole(ONE), ("image/jpeg", JPEG[:-18], False)], {"half_parts": 1}),
    "half boundary at the end": (part(ONE) + part(TWO, length=None) + b"--boun", whole(ONE, TWO), {"half_parts": 0}),
    "nothing after the last part": (part(ONE)[:-2], whole(ONE), {"half_parts": 0}),
    "garbage between": (part(ONE) + b"foo bar\r\n--bound\r\n--boundaryX\r\n" + part(TWO), whole(ONE, TWO), {"skipped_bytes": 20}),
    "garbage before": (b"\r\nfoo\r\n" + part(ONE), whole(ONE), {"skipped_bytes": 3}),
    "boundary in a document": (part(b"<A>\r\n--boundary\r\nx --boundary </A>") + part(TWO), whole(b"<A>\r\n--boundary\r\nx --boundary </A>", TWO), {}),
    "garbage after a document without length": (part(ONE, length=None) + b"noise\r\n<!-- x -->\r\n" + part(TWO, length=999) + b"x\r\n" + part(ONE), whole(ONE, TWO, ONE), {"half_parts": 0}),
    "empty root": (part(b"<Beat/>", length=None) + part(b'<Beat a="1" />'), whole(b"<Beat/>", b'<Beat a="1" />'), {}),
    "byte order mark and zero bytes": (part(b"\xef\xbb\xbf" + ONE + b"\x00", length=None) + part(TWO), whole(b"\xef\xbb\xbf" + ONE, TWO), {}),
    "not well-formed": (part(b"<a><b></a>") + part(b"<a") + part(TWO), [*whole(b"<a><b></a>"), ("application/xml", b"<a", False), *whole(TWO)], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_cut_anywhere(name: str) -> None:
    """The same parts come out however the bytes arrive: whole, in two pieces cut at every byte, in single bytes, at random."""
    data, parts, counts = CASES[name]
    at_once = read(data)
    assert at_once[0] == parts
    assert counts.items() <= at_once[1].items()
    for cut in range(1, len(data)):
        pieces = iter((cut, len(data)))
        assert read(data, lambda pieces=pieces: next(pieces)) == at_once, f"cut at {cut}"
    assert read(data, lambda: 1) == at_once
    chance = random.Random(name)
    for _ in range(10):
        assert read(data, lambda: chance.randint(1, 40)) == at_once


@pytest.mark.parametrize("length", [-1, None])
@pytest.mark.parametrize(("body", "kind"), [(ONE, "application/xml"), (JSON, "application/json")])
def test_part_comes_with_its_last_byte(body: bytes, kind: str, length: int | None) -> None:
    """A part does not wait for the next boundary, which may be a heartbeat later; without a length neither."""
    reader = MultipartReader("boundary")
    data = part(body, kind, length=length)[:-2]
    assert reader.feed(data[:-1]) == []
    assert seen(reader.feed(data[-1:])) == [(kind, body, True)]
    assert reader.feed(b"\r\n") == reader.finish() == []


def test_picture_comes_with_its_last_byte() -> None:
    """Pictures have a length and do not wait either."""
    reader = MultipartReader("boundary")
    data = part(JPEG, "image/jpeg")[:-2]
    assert reader.feed(data[:-1]) == []
    assert [one.body for one in reader.feed(data[-1:])] == [JPEG]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("multipart/mixed; boundary=boundary", "boundary"),
        ('multipart/mixed; boundary="a b;c"; charset=x', "a b;c"),
        ("multipart/mixed; Boundary = MIME_boundary; x=y", "MIME_boundary"),
        ("multipart/mixed; boundary=\u201cboundary\u201d", "boundary"),
        ("multipart/mixed; boundary=\udc93boundary\udc94", "boundary"),
        ("multipart/mixed; boundary='boundary", "boundary"),
        ("multipart/mixed; boundary=<boundary>", "<boundary>"),
        ("multipart/mixed; boundary=", None),
        ('multipart/mixed; boundary=""', None),
        ("multipart/mixed", None),
        ("", None),
    ],
)
def test_boundary_of_a_header(header: str, expected: str | None) -> None:
    """The boundary is read whatever quotes surround it."""
    assert boundary_of(header) == expected


@pytest.mark.parametrize("boundary", [None, "boundary", "--boundary", "another"])
@pytest.mark.parametrize("before", [b"", b"\r\n", b"\r\nfoo\r\n"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_boundary_that_the_header_does_not_say(boundary: str | None, before: bytes, size: int) -> None:
    """Without a boundary, with dashes in it or with a wrong one the lines themselves tell."""
    data = before + part(ONE) + part(TWO)
    assert read(data, lambda: size, boundary)[0] == whole(ONE, TWO)
    if boundary == "--boundary":
        assert read(data.replace(b"--boundary", b"----boundary"), lambda: size, boundary)[0] == whole(ONE, TWO)


@pytest.mark.parametrize("length", [-1, None, 50])
@pytest.mark.parametrize(
    "body",
    [bytes(10_000_000), b"<a>" + b"<b>x</b>" * 1_250_000 + b"</a>", b"{}" * 5_000_000],
    ids=["zeros", "xml", "json"],
)
def test_too_large_part_is_skipped(length: int | None, body: bytes) -> None:
    """Ten megabytes are not kept, cost little, and the next part is read."""
    data = part(ONE) + part(body, "x/y", length=length) + part(TWO)
    started = time.perf_counter()
    parts, counts = read(data, lambda: 65536)
    assert time.perf_counter() - started < 2
    bodies = [one[1] for one in parts]
    assert (bodies[0], bodies[-1]) == (ONE, TWO)
    assert all(len(one) < 100 for one in bodies)
    assert counts["oversized_parts"] == (0 if length == 50 and body[:1] == b"\x00" else 1)


def test_large_part_costs_in_proportion() -> None:
    """Four times the size in the same pieces costs about four times as much, not sixteen times."""

    def cost(size: int) -> float:
        data = part(b"<a>" + b"<b>-x\r\n--</b>" * (size // 13) + b"</a>", length=None)
        best = 9.0
        for _ in range(3):
            started = time.perf_counter()
            assert len(read(data, lambda: 1460)[0]) == 1
            best = min(best, time.perf_counter() - started)
        return best

    assert cost(8_000_000) < 12 * cost(2_000_000)


def test_large_json_ends_with_its_length_or_boundary() -> None:
    """Large JSON is not parsed for its end; a length is believed, else the boundary ends it."""
    body = b'{"a": "' + b"x" * 100_000 + b'"}'
    for length in (-1, None):
        data = part(body, "application/json", length=length) + part(TWO)
        assert read(data, lambda: 1460)[0] == [*whole(body, kind="application/json"), *whole(TWO)]


@pytest.mark.parametrize("size", [1460, 1_000_000])
def test_limit_counts_with_a_boundary_behind_it(size: int) -> None:
    """A part beyond the limit is skipped although its end arrived in the same piece."""
    reader = MultipartReader("boundary", limit=10_000)
    data = part(b"x" * 10_100, "a/b", length=None) + part(TWO)
    found = [one for at in range(0, len(data), size) for one in reader.feed(data[at : at + size])]
    assert seen(found) == whole(TWO)
    assert (reader.framing.oversized_parts, reader.framing.parts) == (1, 1)


def test_dashes_before_the_boundary_belong_to_it() -> None:
    """A body keeps nothing of a delimiter that has more dashes than the header says."""
    data = (part(b"a", "text/plain", length=None) + part(TWO)).replace(b"--boundary", b"----boundary")
    assert read(data)[0] == [("text/plain", b"a", True), *whole(TWO)]


def test_memory_is_bounded() -> None:
    """Endless garbage, endless headers and silence keep nothing."""
    for endless in (b"x" * 1000, b"-" * 1000, b"--boundary" * 100, b"\r\n" * 500):
        reader = MultipartReader("boundary", limit=10_000)
        reader.feed(part(ONE))
        for _ in range(300):
            assert reader.feed(endless) == []
        assert len(reader._buffer) < 30_000  # noqa: SLF001
    reader = MultipartReader("boundary", limit=10_000)
    assert reader.feed(b"--boundary\r\n" + b"X-Header: y\r\n" * 10_000) == []
    assert len(reader._buffer) < 30_000  # noqa: SLF001
    assert seen(reader.feed(b"\r\n" + part(TWO))) == whole(TWO)


@pytest.mark.parametrize("seed", range(120))
def test_random_faults(seed: int) -> None:
    """Parts between random garbage are all found, whatever the cuts; nothing raises."""
    chance = random.Random(seed)
    stream, expected, loose = b"", [], ""
    for _ in range(chance.randint(1, 8)):
        body = chance.choice([ONE, TWO, UTF8, JSON])
        kind = "application/json" if body is JSON else "application/xml"
        eol = chance.choice([b"\r\n", b"\n"])
        wrong = chance.choice([-1, -1, None, len(body) + chance.randint(1, 300), chance.randint(1, len(body) // 2)])
        # What stands between the end of a document and the next boundary line cannot be told from the document, unless
        # its length is right or it is XML.
        noise = [b"", b"\r\n", b"--boundary" + eol]
        noise += [] if loose == "json" else [b"noise" + eol, b"\x00\xff-\r\n"]
        noise += [] if loose else [b"--bound"]
        stream += chance.choice(noise)
        loose = "" if wrong == -1 else "json" if body is JSON else "xml"
        stream += part(body, kind, length=wrong, eol=eol)
        expected.append((kind, body))
    found, _ = read(stream + b"--boundary--\r\n", lambda: chance.randint(1, 50))
    assert [(kind, body.strip()) for kind, body, _ in found] == expected


@pytest.mark.parametrize("seed", range(60))
def test_random_bytes(seed: int) -> None:
    """Any bytes are survived, and a right part after them is found."""
    chance = random.Random(seed)
    words = [b"--boundary", b"--", b"-", b"\r\n", b"\n", b"Content-Length: 7", b"Content-Type: a/b", b":", b"<a>", b"</a>",
             b"{", b"}", b"\xff\xd8", b"x", b" ", b"\x00"]  # fmt: skip
    noise = b"".join(chance.choice(words) for _ in range(chance.randint(1, 60)))
    found, _ = read(part(ONE) + noise + b"\r\n" + part(TWO) + part(ONE) + part(TWO), lambda: chance.randint(1, 20))
    assert [body for _, body, _ in found[-2:]] == [ONE, TWO]


def _recordings() -> list[Path]:
    """Return recorded pieces of streams, if there are any."""
    folder = Path(os.environ.get("HIKVISION_IVM_RECORDINGS") or Path(__file__).parents[4] / "shared" / "devices")
    return sorted((folder / "events").glob("*.multipart"))


@pytest.mark.skipif(not _recordings(), reason="recorded answers of real devices are not here")
def test_recorded_streams() -> None:
    """Every document of a recorded stream comes out whole, without a boundary from the header."""
    for path in _recordings():
        data = path.read_bytes()
        for boundary in (None, "boundary"):
            for size in (1, 100, len(data)):
                parts, counts = read(data, lambda size=size: size, boundary)
                assert len(parts) == data.count(b"</EventNotificationAlert>") > 0
                assert all(complete for _, _, complete in parts)
                assert counts["skipped_bytes"] == 0
