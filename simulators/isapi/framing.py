"""Parts of an endless answer, and every way in which devices get the framing wrong (isapi-events §7 e)."""

from collections.abc import Callable, Mapping

from .alerts import Style


def part(
    style: Style,
    body: bytes,
    content_type: str | None = None,
    *,
    length: int | None = -1,
    gap: bytes = b"",
    disposition: str | None = None,
) -> bytes:
    """One part; `length` -1 = the right one, None = no header; `gap` stands between boundary and headers."""
    lines = [f"Content-Disposition: {disposition}"] if disposition else []
    lines.append(f"Content-Type: {content_type or style.part_type}")
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    headers = "\r\n".join(lines).encode()
    return b"--" + style.boundary.encode() + b"\r\n" + gap + headers + b"\r\n\r\n" + body + b"\r\n"


def picture_part(style: Style, picture: bytes) -> bytes:
    """Picture of the alert before it."""
    return part(style, picture, "image/pjpeg", disposition="form-data;")


type Framing = Callable[[Style, bytes], bytes]


def _huge(style: Style, body: bytes) -> bytes:
    """Send 10 MB of something nobody asked for, then the alert."""
    return part(style, b"\x00" * (10 * 1024 * 1024), "application/octet-stream") + part(style, body)


def _gbk(style: Style, body: bytes) -> bytes:
    """Put Chinese in another encoding than the declared one into a name."""
    name = "前门".encode("gb18030")
    changed = body.replace(b"<activePostCount>", b"<userLabel>" + name + b"</userLabel>\n<activePostCount>", 1)
    return part(style, changed)


FRAMINGS: Mapping[str, Framing] = {
    "right": part,
    "no_content_length": lambda style, body: part(style, body, length=None),
    "blank_line_after_boundary": lambda style, body: part(style, body, gap=b"\r\n"),
    "raw_ampersand": lambda style, body: part(
        style, body.replace(b"</eventDescription>", b" & more</eventDescription>", 1)
    ),
    "wrong_encoding": _gbk,
    "length_too_short": lambda style, body: part(style, body, length=len(body) - 20),
    "length_too_long": lambda style, body: part(style, body, length=len(body) + 20),
    "length_is_a_word": lambda style, body: part(style, body, length=None).replace(
        b"\r\n\r\n", b"\r\nContent-Length: ISAPI\r\n\r\n", 1
    ),
    "doubled_boundary": lambda style, body: b"--" + style.boundary.encode() + b"\r\n" + part(style, body),
    "no_headers": lambda style, body: b"--" + style.boundary.encode() + b"\r\n\r\n" + body + b"\r\n",
    "bare_line_feeds": lambda style, body: (
        b"--" + style.boundary.encode() + f"\nContent-Type: {style.part_type}\nContent-Length: {len(body)}\n\n".encode()
        + body + b"\n"
    ),
    "huge_part": _huge,
    "duplicate": lambda style, body: part(style, body) * 2,
    "unknown_part": lambda style, body: part(style, b"\x01\x02\x03", "application/x-unknown") + part(style, body),
    "malformed_xml": lambda style, body: part(style, body[: len(body) // 2]) + part(style, body),
    "empty_part": lambda style, body: part(style, b"") + part(style, body),
    "preamble": lambda style, body: b"noise before the boundary\r\n\r\n" + part(style, body),
}  # fmt: skip
"""Ways to frame an alert; each still carries the alert, readable by a tolerant client."""
HOSTILE_ROUND = (
    "no_content_length", "blank_line_after_boundary", "raw_ampersand", "wrong_encoding", "duplicate", "unknown_part",
    "doubled_boundary", "length_too_short", "malformed_xml",
)  # fmt: skip
"""What the hostile profile goes through, alert by alert."""
