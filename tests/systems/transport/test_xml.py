"""XML of devices: hardened, namespace-blind, faithful."""

from datetime import UTC, datetime, timedelta, timezone
import random
import time

from lxml import etree
import pytest

from custom_components.hikvision_ivm.systems.errors import BodyTooLargeError, ProtocolError
from custom_components.hikvision_ivm.systems.transport import xml

DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<FieldDetection version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema" xmlns:o="urn:other">
<!-- kept --><id>1</id><Enabled> true </Enabled>
<o:vendorThing o:strange="ü">text &amp; &lt;more&gt;</o:vendorThing>
<List size="2"><Item><id> 7 </id><empty/></Item><item xmlns="urn:psialliance-org"><id/><id>8</id></item></List>
</FieldDetection>""".encode()

BOMB = b'<!DOCTYPE a [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def test_reading_ignores_namespace_case_and_blanks() -> None:
    """Any spelling of a path finds its element; empty is None; lists are lists."""
    root = xml.parse(DOCUMENT)
    assert xml.local_name(root) == "FieldDetection"
    assert xml.text(root, "enabled") == "true"
    assert xml.text(root, "LIST/ITEM/ID") == "7"
    assert [xml.text(item, "id") for item in xml.find_all(root, "list/item")] == ["7", "8"]
    assert xml.text(root, "list/item/empty") is xml.text(root, "absent") is xml.find(root, "id/deeper") is None
    assert xml.text(xml.find_all(root, "id")[0]) == "1"
    assert [xml.local_name(child) for child in xml.children(root)] == ["id", "Enabled", "vendorThing", "List"]
    assert xml.local_name(root[0]) == ""


def test_leaves_are_read_in_one_pass() -> None:
    """Every leaf with a text comes with its path; the first of several counts."""
    root = xml.parse(DOCUMENT)
    expected = {"id": "1", "Enabled": "true", "vendorThing": "text & <more>", "List/Item/id": "7", "List/item/id": "8"}
    assert xml.leaves(root) == expected
    assert xml.leaves(root, fold=True)["list/item/id"] == "7"


def test_writing_keeps_what_was_read() -> None:
    """Unknown elements, order, comments, namespaces and version survive; only the wanted text changes."""
    root = xml.parse(DOCUMENT)
    before = etree.tostring(root, method="c14n")
    assert xml.set_text(root, "enabled", True) is False
    assert etree.tostring(root, method="c14n") == before
    assert xml.set_text(root, "enabled", False) is True
    sent = xml.serialize(root)
    assert sent.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<FieldDetection')
    again = xml.parse(sent)
    assert etree.tostring(again, method="c14n") == before.replace(b"> true <", b">false<")


@pytest.mark.parametrize("value", ["a & b <c> \"d\" 'e' ]]>", "üß门\U0001f600", "  blanks  ", ""])
def test_texts_are_escaped_by_the_serializer(value: str) -> None:
    """Any text arrives as it was given."""
    root = xml.parse(b"<A><b>x</b></A>")
    assert xml.set_text(root, "b", value)
    assert (xml.parse(xml.serialize(root))[0].text or "") == value


@pytest.mark.parametrize(
    ("path", "value"), [("absent", "x"), ("list", "x"), ("id", "a\x00b"), ("id", "\ud800"), ("id", "\x1b")]
)
def test_texts_that_cannot_be_set(path: str, value: str) -> None:
    """A path that is not there or no leaf, and characters XML has no room for, are refused, and nothing changed."""
    root = xml.parse(DOCUMENT)
    before = xml.serialize(root)
    with pytest.raises(ProtocolError):
        xml.set_text(root, path, value)
    assert xml.serialize(root) == before


def test_new_elements_take_the_namespace() -> None:
    """What is added, and what is made after a template, speaks the device's namespace."""
    root = xml.parse(DOCUMENT)
    made = xml.like(root, "IOPortData")
    xml.append(made, "outputState", "high")
    assert xml.serialize(made) == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<IOPortData xmlns="http://www.hikvision.com/ver20/XMLSchema" '
        b'version="2.0"><outputState>high</outputState></IOPortData>'
    )
    plain = xml.document("A")
    xml.append(xml.append(plain, "b"), "c", True)
    assert xml.serialize(plain).endswith(b"<A><b><c>true</c></b></A>")


@pytest.mark.parametrize("parser", [xml.parse, xml.parse_lenient])
@pytest.mark.parametrize(
    "data",
    [b"", b" \r\n", b"\x00", b"<a", b"<a>", b"<a><b></a>", b"<a/><b/>", b"text", b'{"a": 1}', b"\xff\xd8\xff\xe0", b"<a b=1/>",
     DOCUMENT[:-5], DOCUMENT[:200], BOMB, EXTERNAL, BOMB.decode().encode("utf-16"), b"\xfe\xff" + EXTERNAL.decode().encode("utf-16-be"), b"<a>" * 100_000],
)  # fmt: skip
def test_what_is_not_a_whole_document(parser: object, data: bytes) -> None:
    """Truncated documents, other languages, document types and towers of elements are one kind of error."""
    assert callable(parser)
    with pytest.raises(ProtocolError) as caught:
        parser(data)
    assert "passwd" not in str(caught.value)


def test_size_is_limited() -> None:
    """A document beyond the limit is not parsed."""
    data = b"<a>" + b"x" * 1000 + b"</a>"
    for parser in (xml.parse, xml.parse_lenient):
        assert parser(data, limit=len(data)) is not None
        with pytest.raises(BodyTooLargeError):
            parser(data, limit=len(data) - 1)


def test_chinese_names_are_read_strictly_and_leniently() -> None:
    """GB18030 under a UTF-8 declaration is understood; declared encodings are, too."""
    for parser in (xml.parse, xml.parse_lenient):
        wrong = '<?xml version="1.0" encoding="UTF-8"?><a><name>前门 A</name></a>'.encode("gb18030")
        right = '<?xml version="1.0" encoding="GB2312"?><a><name>前门 A</name></a>'.encode("gb2312")
        assert xml.text(parser(wrong), "name") == xml.text(parser(right), "name") == "前门 A"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"a & b", "a & b"),
        (b"a &b; &amp; &nbsp; &#228; &#xE4; &#x; x&", "a &b; & &nbsp; ä ä &#x; x&"),
        (b"a&#0;&#27;&#xFFFF;&#x110000;b", "ab"),
        (b"a\x00\x01\x1bb", "ab"),
        (b"\xff\xff caf\xe9\x80", "�� caf�"),
        ("ü & \ufffe".encode(), "ü &"),
    ],
)
def test_event_bodies_bear_a_lot(body: bytes, expected: str) -> None:
    """Bare ampersands, unknown entities, control characters and wrong bytes do not lose the event."""
    data = (
        b'\xef\xbb\xbf \r\n<?xml version="1.0" encoding="UTF-8"?>\r\n<a><name>' + body + b"</name><b>1</b></a>\x00\r\n"
    )
    root = xml.parse_lenient(data)
    assert (xml.text(root, "name") or "").startswith(expected)
    assert xml.text(root, "b") == "1"
    with pytest.raises(ProtocolError):
        xml.parse(data)


def test_lenient_parsing_costs_no_more_for_good_bodies() -> None:
    """A well-formed body is parsed once."""
    data = b'<?xml version="1.0" encoding="UTF-8"?><Alert>' + b"<a>text</a>" * 30 + b"</Alert>"
    parser = etree.XMLParser(resolve_entities=False, no_network=True)

    def cost(work: object) -> float:
        assert callable(work)
        best = 9.0
        for _ in range(20):
            started = time.perf_counter()
            for _ in range(100):
                work()
            best = min(best, time.perf_counter() - started)
        return best

    assert cost(lambda: xml.parse_lenient(data)) < 2 * cost(lambda: etree.fromstring(data, parser))


@pytest.mark.parametrize("seed", range(50))
def test_random_damage(seed: int) -> None:
    """Any damage gives a root or our error."""
    chance = random.Random(seed)
    for _ in range(40):
        data = bytearray(DOCUMENT)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 20)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
        for parser in (xml.parse, xml.parse_lenient):
            try:
                root = parser(bytes(data))
            except ProtocolError:
                continue
            assert xml.local_name(root)
            xml.leaves(root)
            xml.parse(xml.serialize(root))


@pytest.mark.parametrize(
    ("text", "boolean", "integer", "number"),
    [
        ("true", True, None, None), (" TRUE ", True, None, None), ("1", True, 1, 1.0), ("enable", True, None, None),
        ("false", False, None, None), ("0", False, 0, 0.0), ("Disable", False, None, None), ("on", True, None, None),
        ("open", None, None, None), ("", None, None, None), (None, None, None, None), ("2", None, 2, 2.0),
        ("-7", None, -7, -7.0), ("12.0", None, 12, 12.0), ("1.5", None, None, 1.5), ("1e3", None, 1000, 1000.0),
        ("nan", None, None, None), ("inf", None, None, None), ("1e999", None, None, None), ("1_000", None, None, None),
        ("9" * 30, None, None, 1e30), ("0x10", None, None, None), ("1,5", None, None, None), ("ISAPI", None, None, None),
    ],
)  # fmt: skip
def test_values(text: str | None, boolean: bool | None, integer: int | None, number: float | None) -> None:
    """Junk is None, never false or zero."""
    assert xml.as_bool(text) is boolean
    assert xml.as_int(text) == integer
    assert xml.as_float(text) == (pytest.approx(number) if number is not None else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T10:11:12Z", datetime(2026, 11, 20, 10, 11, 12, tzinfo=UTC)),
        ("2009-11-14T15:27Z", datetime(2009, 11, 14, 15, 27, tzinfo=UTC)),
        ("2026-11-20T10:11:12.5+08:00", datetime(2026, 11, 20, 10, 11, 12, 500000, timezone(timedelta(hours=8)))),
        ("2026-11-20 10:11:12-0330", datetime(2026, 11, 20, 10, 11, 12, 0, timezone(-timedelta(hours=3, minutes=30)))),
        (" 2026-1-2T3:04:05+8 ", datetime(2026, 1, 2, 3, 4, 5, 0, timezone(timedelta(hours=8)))),
        ("2026-11-20T10:11:12", datetime(2026, 11, 20, 10, 11, 12, 0, timezone(timedelta(hours=2)))),
        ("2026-11-20T10:11:1208:00", None), ("2026-11-20T10:11:12+25:00", None), ("2026-11-20T10:11:12+08:99", None),
        ("2026-13-20T10:11:12Z", None), ("2026-02-30T10:11:12Z", None), ("2026-11-20T24:61:12Z", None),
        ("0000-00-00T00:00:00Z", None), ("2026-11-20", None), ("10:11:12", None), ("yesterday", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_moments(text: str | None, expected: datetime | None) -> None:
    """Moments are read with what is there; what is none is None."""
    found = xml.as_datetime(text, timezone(timedelta(hours=2)))
    assert found == expected
    assert found is None or expected is None or found.utcoffset() == expected.utcoffset()


def test_naive_time_without_zone_is_no_moment() -> None:
    """Without offset and without a default nobody knows when it was."""
    assert xml.as_datetime("2026-11-20T10:11:12") is None
