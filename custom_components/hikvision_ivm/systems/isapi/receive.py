"""What a device posts to us instead of, or besides, its stream (isapi-events §1.5).

XML, JSON, multipart with pictures, or the parameters of a GET. The secret in the address proves that the sender may;
who it is, the device itself or a camera behind it, the message tells. Every message is answered with 200, because a
device repeats what it thinks got lost, and repeating does not mend a message that cannot be understood.
"""

from collections.abc import Mapping
from typing import Final

from ..base import PushReply, PushRequest, Sink
from ..transport.multipart import MultipartReader
from ..transport.parts import boundary_of
from .alert import Alert, UnusableAlert, parse_query
from .places import Sender
from .router import EventRouter
from .stream import picture_of

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Largest request in bytes."""
_OK: Final = PushReply()
_TOO_LARGE: Final = PushReply(status=413)


def receive(request: PushRequest, router: EventRouter, sink: Sink) -> PushReply:
    """Take in a request. Never raises; what is not understood is counted in `router.unusable`."""
    if len(request.body) > BODY_LIMIT:
        router.set_aside("too_large")
        return _TOO_LARGE
    sender = Sender(request.remote)
    if request.body.strip():
        content_type = _header(request.headers, "content-type")
        media_type = content_type.partition(";")[0].strip().lower()
        if media_type.startswith("multipart/") or request.body.lstrip().startswith(b"--"):
            _take_parts(request.body, boundary_of(content_type), router, sink, sender)
        else:
            router.take(request.body, media_type, sink, sender)
    elif request.query:
        _take_query(request.query, router, sink, sender)
    else:
        router.set_aside("empty")
    return _OK


def _take_query(query: Mapping[str, str], router: EventRouter, sink: Sink, sender: Sender) -> None:
    """Take in a message that is the parameters of a GET."""
    try:
        alert = parse_query(query)
    except UnusableAlert as refusal:
        router.set_aside(refusal.reason)
        return
    router.deliver(alert, sink, sender)


def _take_parts(body: bytes, boundary: str | None, router: EventRouter, sink: Sink, sender: Sender) -> None:
    """Take in messages and their pictures, in whatever order and under whatever names they come."""
    reader = MultipartReader(boundary)
    alert: Alert | None = None
    pictures = []
    for part in (*reader.feed(body), *reader.finish()):
        if part.content_type.startswith("image/") or part.body.startswith(b"\xff\xd8\xff"):
            if part.complete:
                pictures.append(picture_of(part.body, part.content_type))
        elif (taken := router.take(part.body, part.content_type, sink, sender)) is not None:
            alert = taken
    for picture in pictures:
        if alert is None:
            router.set_aside("picture_alone")
        else:
            router.deliver_picture(alert, picture, sink, sender)


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header whatever its letter case."""
    return next((value for key, value in headers.items() if key.lower() == name), "")
