"""JSON messages out of an endless answer (ip-receiver §3.3)."""

import json
import random
import time

import pytest

from custom_components.hikvision_ivm.systems.transport.json_parts import JsonParts, value_of, whole_objects

HEAD = b'--boundary\r\nContent-Type: application/json; charset="UTF-8"\r\nContent-Length: %d\r\n\r\n'


def part(message: bytes, *, length: int | None = None, newline: bytes = b"\r\n") -> bytes:
    """Return one part as the receiver sends it."""
    head = HEAD % (len(message) if length is None else length)
    return head.replace(b"\r\n", newline) + message + newline


def event(number: int, text: str = "x") -> bytes:
    """Return a message."""
    return json.dumps({"EventNotificationAlert": {"number": number, "text": text}}, ensure_ascii=False).encode()


@pytest.mark.parametrize("length", [None, 0, 7, 5000])
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_a_message_comes_with_its_last_byte(length: int | None, newline: bytes) -> None:
    """Whatever length was declared, and before the line that ends the part."""
    reader = JsonParts()
    wire = part(event(1), length=length, newline=newline)
    found: list[bytes] = []
    for at in range(len(wire)):
        found += reader.feed(wire[at : at + 1])
        if at == wire.rindex(b"}"):
            assert found == [event(1)]
    assert found == [event(1)]
    assert reader.framing.parts == 1


def test_any_pieces_give_the_same_messages() -> None:
    """Bytes come in pieces that know nothing of messages, nor of characters."""
    messages = [event(number, 'Tür – {offen}, -- "zu" \\ \n--boundary') for number in range(40)]
    wire = b"".join(part(one, length=number % 3 and 17) for number, one in enumerate(messages))
    chance = random.Random(4)
    for _ in range(50):
        reader = JsonParts()
        found: list[bytes] = []
        at = 0
        while at < len(wire):
            size = chance.randint(1, 400)
            found += reader.feed(wire[at : at + size])
            at += size
        assert found == messages


def test_several_messages_in_one_piece_and_in_one_part() -> None:
    """Nothing is lost when they come together, with or without a line between them."""
    wire = part(event(1)) + part(event(2) + event(3)) + part(event(4) + b"\r\n" + event(5))
    assert JsonParts().feed(wire) == [event(number) for number in range(1, 6)]


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_delimiters_without_a_line_of_their_own(size: int) -> None:
    """End a message that is whole; in a text they are none."""
    messages = [event(number, "{}--boundary\\ }-- {}--" * 3) for number in range(1, 20)]
    wire = b"".join(part(one).removesuffix(b"\r\n") for one in messages)
    reader = JsonParts()
    found = [one for at in range(0, len(wire), size) for one in reader.feed(wire[at : at + size])]
    assert found == messages
    assert reader.framing.parts == len(messages)


def test_text_full_of_what_looks_like_delimiters() -> None:
    """Costs no time, and is handed out."""
    message = event(1, "}--" * 300_000)
    before = time.process_time()
    assert JsonParts().feed(part(message) + part(event(2))) == [message, event(2)]
    assert time.process_time() - before < 1


def test_half_a_message_costs_itself_only() -> None:
    """A message that was cut off ends where the next part begins."""
    reader = JsonParts()
    found = reader.feed(part(event(1)[:-9]) + part(event(2)))
    assert found == [event(1)[:-9], event(2)]


def test_what_is_no_json_is_handed_on_whole() -> None:
    """A missing comma is for the one who reads to judge; it ends with its part."""
    sloppy = b'{"a": 1 "b": 2}'
    reader = JsonParts()
    assert reader.feed(part(sloppy)) == []
    assert reader.feed(part(event(2))) == [sloppy, event(2)]


def test_parts_without_anything() -> None:
    """Doubled delimiters, empty parts, garbage and another boundary do no harm."""
    wire = b"\r\n--x\r\n--x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--other--\r\n" + part(event(1))
    assert JsonParts().feed(wire) == [event(1)]


def test_too_much_is_let_go() -> None:
    """A message beyond the limit is counted; the next one comes."""
    reader = JsonParts(limit=2000)
    assert reader.feed(part(event(1, "y" * 3000))) == []
    assert reader.framing.oversized_parts == 1
    assert reader.feed(b"\r\n" + part(event(2))) == [event(2)]
    endless = JsonParts(limit=2000)
    for _ in range(10):
        assert endless.feed(b'{"' + b"z" * 900) == []
    assert endless.framing.oversized_parts >= 3
    assert endless.framing.skipped_bytes > 6000


def test_the_end_in_the_middle() -> None:
    """What is cut off by the end of the answer is counted, and the reader can begin anew."""
    reader = JsonParts()
    reader.feed(part(event(1))[:-20])
    reader.finish()
    assert reader.framing.half_parts == 1
    assert reader.feed(part(event(2))) == [event(2)]
    reader.finish()
    assert reader.framing.half_parts == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [(b'{"a":1}', 1), (b'{"a":1}{"b":2}', 2), (b'{"a":1} \n {"b":[{},{}]}', 2), (b'{"a":1}{"b":', 0), (b'{"a":1}x', 0)],
)
def test_whole_objects(text: bytes, count: int) -> None:
    """A text is taken apart only if all of it is whole."""
    assert len(whole_objects(text)) == count


def test_what_a_message_holds() -> None:
    """The last message that was read is not decoded again, and is kept for nobody; any other one is decoded."""
    first, second = JsonParts().feed(part(event(1)) + part(event(2)))
    assert value_of(first) == json.loads(event(1))
    held = value_of(second)
    assert held == json.loads(event(2))
    assert value_of(second) == held
    assert value_of(second) is not held
    with pytest.raises(ValueError, match="unexpected"):
        value_of(b"{]")
