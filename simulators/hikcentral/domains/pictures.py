"""Pictures by their address, in every form that a platform answers with (hikcentral §3.9)."""

from base64 import b64encode
import json
from typing import TYPE_CHECKING, Any, Literal

from simulators.hikcentral.registry import Call, Raw, Refuse, endpoint, text

from .checks import NO_SUCH, OUT_OF_RANGE

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

type PictureForm = Literal["data_uri", "quoted", "envelope", "raw", "base64", "doubled"]
"""A data URI as bare text, the same in quotes, in an envelope, the bytes, bare base64, or the text twice."""

ADDRESSES = ("Dev://", "Server://", "Vsm://")
SMALL, BIG, DOCUMENT = "0", "1", "3"
TEXT = "text/plain;charset=UTF-8"
JSON = "application/json;charset=UTF-8"


def answer(platform: HikCentralSimulator, uri: str, usual: PictureForm) -> Any:
    """Return a picture in the form of the platform, else in the one that is usual for the call.

    Raises Refuse for an address that nobody knows.
    """
    picture = platform.pictures.read(uri.strip())
    if picture is None:
        raise Refuse(NO_SUCH)
    form = platform.picture_form or usual
    encoded = b64encode(picture).decode()
    if form == "raw":
        return Raw(picture, "image/jpeg;charset=utf-8")
    if form == "base64":
        return Raw(encoded.encode(), TEXT)
    uri_text = f"data:image/jpeg;base64,{encoded}"
    if form == "envelope":
        return Raw(json.dumps({"code": "0", "msg": "Success", "data": uri_text}).encode(), JSON)
    if form == "data_uri":
        return Raw(uri_text.encode(), TEXT)
    # The samples show the text in quotes, broken into lines, and one of them twice.
    lines = "\n".join(uri_text[place : place + 76] for place in range(0, len(uri_text), 76))
    quoted = f'"{uri_text}"' if form == "quoted" else f'"{lines}"\n"{lines}"'
    return Raw(quoted.encode(), TEXT)


@endpoint("eventService/v1/image_data", text("picUri", required=True, longest=256))
def of_event(platform: HikCentralSimulator, call: Call) -> Any:
    """Picture of an alarm record."""
    return answer(platform, call.text("picUri"), "data_uri")


@endpoint("pms/v1/image_data", text("picUri", required=True, longest=256), text("aswSyscode"))
def of_vehicle(platform: HikCentralSimulator, call: Call) -> Any:
    """Picture of a vehicle that passed; the sample is the bare JPEG."""
    return answer(platform, call.text("picUri"), "raw")


@endpoint("acs/v1/event/pictures", text("picUri", required=True, longest=512), named=False, since=(1, 7, 0))
def of_access(platform: HikCentralSimulator, call: Call) -> Any:
    """Picture of an access."""
    return answer(platform, call.text("picUri"), "quoted")


@endpoint("frs/v1/application/picture", text("url", required=True, longest=256), since=(1, 6, 0))
def of_store(platform: HikCentralSimulator, call: Call) -> Any:
    """Picture at an address of a device or a storage server."""
    url = call.text("url")
    if not url.startswith(ADDRESSES):
        raise Refuse(OUT_OF_RANGE, f"url must start with one of {', '.join(ADDRESSES)}")
    return answer(platform, url, "data_uri")


@endpoint(
    "resource/v1/person/picture_data",
    text("picUri", required=True, longest=256),
    text("personId", required=True, longest=64),
    named=False,
)
def of_person(platform: HikCentralSimulator, call: Call) -> Any:
    """Photo of a person, by both the person and the address."""
    person = platform.state.persons.get(call.text("personId"))
    if person is None or person.picture != call.text("picUri").strip():
        raise Refuse(NO_SUCH)
    return answer(platform, person.picture, "doubled")


@endpoint(
    "visitor/v1/appointment/downloadpicture",
    text("visitorId", required=True, longest=64),
    text("picUrl", longest=256),
    text("picType", required=True, longest=64, among=(SMALL, BIG, DOCUMENT)),
    since=(2, 1, 0),
)
def of_visitor(platform: HikCentralSimulator, call: Call) -> Any:
    """Photo of a visitor or of the document; the sample has no address, so it is not asked for."""
    visitor = platform.state.visitors.get(call.text("visitorId"))
    if visitor is None:
        raise Refuse(NO_SUCH)
    return answer(platform, visitor.document if call.text("picType") == DOCUMENT else visitor.picture, "data_uri")
