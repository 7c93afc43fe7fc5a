"""Face comparison: groups, their faces, and what cameras recognised (hikcentral §3.16)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Refuse, after_event, array, endpoint, number, text, time
from simulators.hikcentral.times import stamp

from .checks import NO_SUCH, OUT_OF_RANGE, contains, period, plain, whole, words
from .common import remember, token

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator
    from simulators.hikcentral.state import EventRecord

FACE_MATCH = 131659
ALL = -1
AGE_RANKS = {
    "UNKNOWN": 0, "INFANT": 1, "KID": 2, "CHILD": 3, "TEENAGER": 4, "YOUNG": 5, "PRIME": 6, "MIDDLE": 7,
    "MIDDLEAGED": 8, "OLD": 9,
}  # fmt: skip
RECT = {"height": 0.21, "width": 0.12, "x": 0.44, "y": 0.31}


@dataclass(slots=True)
class FaceGroup:
    """A list of faces."""

    id: str
    name: str
    description: str = ""


@dataclass(slots=True)
class Face:
    """A face of a group; `id` is the person's."""

    id: str
    group: str
    given_name: str
    family_name: str
    gender: int = 0
    picture: str = ""


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """A camera recognised somebody. `similarity` 0 to 1."""

    id: str
    camera: str
    group: str
    person: str
    moment: datetime
    similarity: float
    picture: str
    temperature: float | None = None
    temperature_status: int = 0
    mask: int = 0
    gender: int = 0
    age: int = 0
    rect: dict[str, float] = field(default_factory=lambda: dict(RECT))


@after_event
def record_match(platform: HikCentralSimulator, record: EventRecord) -> None:
    """Keep a record of each face that was compared and found."""
    if record.code != FACE_MATCH:
        return
    for number_of, face in enumerate(record.data.get("alarmResult", {}).get("faces", [])):
        for identified in face.get("identify", []):
            for candidate in identified.get("candidate", []):
                remember(platform.state.face_matches, _match(record, number_of, face, candidate))


def _match(record: EventRecord, place: int, face: dict[str, Any], candidate: dict[str, Any]) -> FaceMatch:
    temperature = face.get("temperature", {})
    return FaceMatch(
        id=token(f"face{record.event_id}{place}{candidate.get('human_id')}"),
        camera=record.source,
        group=str(candidate.get("blacklist_id", "")),
        person=str(candidate.get("human_id", "")),
        moment=record.start,
        similarity=float(candidate.get("similarity", 0)),
        picture=str(face.get("URL", "")),
        temperature=temperature.get("temperatureData"),
        temperature_status=temperature.get("temperatureStatus", 0),
        mask=face.get("mask", {}).get("wearMaskStatus", 0),
        gender=int(face.get("gender", {}).get("value", 0)),
        age=AGE_RANKS[face.get("age", {}).get("ageGroup", "UNKNOWN")],
    )


def _group_row(group: FaceGroup) -> dict[str, Any]:
    return {"indexCode": group.id, "name": group.name, "description": group.description}


@endpoint("frs/v1/face/groupList", *PAGE, since=(1, 5, 1))
def group_list(platform: HikCentralSimulator, call: Call) -> Any:
    """All groups."""
    return paged(platform, call, list(platform.state.face_groups.values()), _group_row)


@endpoint(
    "frs/v1/face/group",
    array("indexCodes", longest=1),
    plain("name", longest=32),
    sample=lambda data: {"list": data},
    since=(1, 5, 1),
)
def group_search(platform: HikCentralSimulator, call: Call) -> Any:
    """Groups by id or name. By the table the data is the list itself; the sample has it in `list`."""
    wanted = call.words("indexCodes")
    return [
        _group_row(group)
        for group in platform.state.face_groups.values()
        if (not wanted or group.id in wanted) and contains(call.text("name"), group.name)
    ]


@endpoint("frs/v1/face", *PAGE, text("faceGroupIndexCode", required=True, longest=64), since=(1, 6, 0))
def face_list(platform: HikCentralSimulator, call: Call) -> Any:
    """Faces of a group."""
    group = call.text("faceGroupIndexCode")
    if group not in platform.state.face_groups:
        raise Refuse(NO_SUCH)

    def row(face: Face) -> dict[str, Any]:
        return {
            "indexCode": face.id,
            "faceInfo": {
                "personGivenName": face.given_name,
                "personFamilyName": face.family_name,
                "sex": str(face.gender),
            },
            "facePic": {"faceUrl": face.picture},
        }

    return paged(platform, call, [face for face in platform.state.faces.values() if face.group == group], row)


@endpoint(
    "aiapplication/v1/face/faceMatchRecord",
    *PAGE,
    words("cameraIndexCodes", most=10),
    words("personIndexCodes", most=10),
    words("faceGroupIndexCodes", most=10),
    time("startTime", required=True),
    time("endTime", required=True),
    number("temperatureStatus", among=(ALL, 0, 1, 2)),
    number("maskStatus", among=(ALL, 0, 1, 2)),
    text("temperatureThreshold"),
    since=(2, 2, 0),
)
def match_records(platform: HikCentralSimulator, call: Call) -> Any:
    """Faces that were found, newest first; no total in this answer."""
    span = period(call, longest=None)
    cameras, persons, groups = (
        call.words(name) for name in ("cameraIndexCodes", "personIndexCodes", "faceGroupIndexCodes")
    )
    warm, mask = whole(call, "temperatureStatus", ALL), whole(call, "maskStatus", ALL)
    try:
        threshold = float(call.text("temperatureThreshold") or 0)
    except ValueError:
        raise Refuse(OUT_OF_RANGE, "temperatureThreshold is no number") from None
    found = [
        match
        for match in reversed(platform.state.face_matches)
        if match.moment in span
        and (not cameras or match.camera in cameras)
        and (not persons or match.person in persons)
        and (not groups or match.group in groups)
        and warm in (ALL, match.temperature_status)
        and mask in (ALL, match.mask)
        and (match.temperature or 0) >= threshold
    ]
    answer = paged(platform, call, found, lambda match: _match_row(platform, match))
    del answer["total"]
    return answer


def _match_row(platform: HikCentralSimulator, match: FaceMatch) -> dict[str, Any]:
    """Return a FaceMatchRecord."""
    state = platform.state
    camera, group = state.cameras.get(match.camera), state.face_groups.get(match.group)
    person, face = state.persons.get(match.person), state.faces.get(match.person)
    known = person or face
    return {
        "recordIndexCode": match.id,
        "cameraInfo": {"cameraIndexCode": match.camera, "cameraName": camera.name if camera else ""},
        "faceGroupInfo": {"faceGroupIndexCodes": match.group, "faceGroupName": group.name if group else ""},
        "PersonInfo": {
            "personId": match.person,
            "personCode": person.code if person else "",
            "personName": f"{known.given_name} {known.family_name}".strip() if known else "",
            "personFamilyName": known.family_name if known else "",
            "personGivenName": known.given_name if known else "",
        },
        "similarity": match.similarity,
        "faceTime": stamp(match.moment),
        "snapFacePicUrl": match.picture,
        "faceRect": match.rect,
        "bkgPicUrl": match.picture,
        "bkgRect": match.rect,
        "temperatureData": "" if match.temperature is None else f"{match.temperature:.1f}",
        "temperatureStatus": match.temperature_status,
        "wearMaskStatus": match.mask,
        "gender": match.gender,
        "ageGroup": match.age,
        "glasses": 0,
        "smile": 1,
    }
