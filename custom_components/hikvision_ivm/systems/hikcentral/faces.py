"""Faces that cameras compared: who was seen last, and searches (hikcentral §3.16). All of it is personal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final, Self, override

from .. import arguments as given
from ..background import together
from ..base import Sink
from ..errors import InvalidArgumentError
from ..kinds import Kind
from ..model import Feature, Report
from ..times import format_time, parse_time
from ..transport.json import Fields
from .lookups import chosen, name_of
from .polled import IDS_PER_CALL, Domain, Values, by_record, forget, in_batches, merged, put
from .records import Camera
from .words import AGES, GENDERS, GLASSES, MASKS, SMILES, TEMPERATURES, named, number_of, told

if TYPE_CHECKING:
    from .client import HikCentralClient
    from .context import Context

MATCHES: Final = "aiapplication/v1/face/faceMatchRecord"
GROUPS: Final = "frs/v1/face/groupList"

PERIOD_SECONDS: Final = 60.0
CAMERAS_AT_ONCE: Final = 100
LOOK_BACK: Final = timedelta(hours=1)
"""How far the first reading goes back."""
OVERLAP: Final = timedelta(minutes=2)
_AHEAD: Final = timedelta(minutes=1)
_PER_PAGE: Final = 100
_TOPIC: Final = "faces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A FaceMatchRecord. `similarity` in percent."""

    id: str | None
    camera: str | None
    time: datetime | None
    person: str | None = field(default=None, repr=False)
    similarity: float | None = None
    row: Fields = field(repr=False)

    @classmethod
    def read(cls, row: Fields, zone: tzinfo) -> Self | None:
        """Read one; None for what is none: the printed sample is one of people counting.

        The order of the table suggests that things are nested; they are read flat as well.
        """
        camera, person = row.child("cameraInfo") or row, row.child("PersonInfo") or row
        time = parse_time(row.text("faceTime"), zone)
        id_ = row.text("recordIndexCode")
        if id_ is None and time is None:
            return None
        return cls(
            id=id_,
            camera=camera.text("cameraIndexCode"),
            time=time,
            person=name_of(person) or person.text("personCode", "personId"),
            similarity=percent(row.number("similarity")),
            row=row,
        )

    def result(self) -> dict[str, object]:
        """Return it as JSON."""
        row = self.row
        camera, group = row.child("cameraInfo") or row, row.child("faceGroupInfo") or row
        person = row.child("PersonInfo") or row
        return told(
            id=self.id,
            time=None if self.time is None else self.time.isoformat(),
            camera=self.camera,
            camera_name=camera.text("cameraName"),
            group=group.text("faceGroupIndexCodes", "faceGroupIndexCode"),
            group_name=group.text("faceGroupName"),
            person=person.text("personId"),
            person_code=person.text("personCode"),
            name=name_of(person),
            similarity=self.similarity,
            temperature=row.number("temperatureData"),
            temperature_status=named(TEMPERATURES, row.integer("temperatureStatus")),
            mask=named(MASKS, row.integer("wearMaskStatus")),
            gender=named(GENDERS, row.integer("gender")),
            age=named(AGES, row.integer("ageGroup")),
            glasses=named(GLASSES, row.integer("glasses")),
            smile=named(SMILES, row.integer("smile")),
            picture=row.text("snapFacePicUrl"),
            background=row.text("bkgPicUrl"),
        )


def percent(similarity: float | None) -> float | None:
    """Return a similarity in percent: samples have fractions and percentages."""
    if similarity is None or similarity < 0:
        return None
    return round(similarity * 100 if similarity <= 1 else similarity, 1)


class Faces(Domain):
    """Who was recognised last. Values: a name, or the number of somebody without one; percent."""

    kinds = frozenset({Kind.LAST_FACE, Kind.FACE_SIMILARITY})

    def __init__(self, context: Context) -> None:
        """Does no I/O."""
        super().__init__(context)
        self._until: dict[str, datetime] = {}
        """Camera → up to when it was read."""
        self._latest: dict[str, datetime] = {}
        """Camera → time of its last match."""

    @override
    def takes(self, feature: Feature) -> bool:
        return isinstance(feature.address, Camera)

    @override
    async def values(self, wanted: Collection[str]) -> Report:
        cameras = by_record(self.wanted(wanted), Camera)
        due = self.rhythm.due(_TOPIC, PERIOD_SECONDS, cameras, most=CAMERAS_AT_ONCE)
        # Those of one call share its window, so those that were read before are not asked with new ones.
        new = [one for one in due if one not in self._until]
        known = [one for one in due if one in self._until]
        batches = [*in_batches(new), *in_batches(known)]
        return merged(await together(self._read({one: cameras[one] for one in batch}) for batch in batches))

    async def _read(self, cameras: Mapping[str, Sequence[Feature]]) -> Report:
        """Read what some cameras recognised since they were read last."""
        now = self.platform_now()
        values: Values = {}
        earliest = now - LOOK_BACK
        start = max(earliest, min(self._until.get(one, earliest) for one in cameras) - OVERLAP)
        body = {
            "cameraIndexCodes": ",".join(cameras),
            "startTime": format_time(start),
            "endTime": format_time(now + _AHEAD),
        }
        rows = await self.attempt(_TOPIC, PERIOD_SECONDS, cameras, self.client.pages(MATCHES, body, size=_PER_PAGE))
        if rows is None:
            for one in cameras:
                if self.lost(_TOPIC, one):
                    forget(values, cameras[one])
            return Report(values=values)
        self._until |= dict.fromkeys(cameras, now)
        matches = [match for row in rows if (match := Match.read(row, self.runtime.zone)) is not None]
        for match in sorted(matches, key=lambda one: one.time.timestamp() if one.time is not None else 0.0):
            if match.time is None or match.camera is None or match.camera not in cameras:
                continue
            if (known := self._latest.get(match.camera)) is None or match.time > known:
                self._latest[match.camera] = match.time
                _put_match(values, cameras[match.camera], match)
        return Report(values=values)


def _put_match(values: Values, features: Sequence[Feature], match: Match) -> None:
    """Take in who was seen."""
    for feature in features:
        put(values, feature, match.person if feature.kind is Kind.LAST_FACE else match.similarity)


async def face_groups(client: HikCentralClient) -> dict[str, str]:
    """Return the groups of faces: id → name. Raises `SystemFailure`."""
    rows = await client.pages(GROUPS)
    return {id_: row.text("name") or id_ for row in rows if (id_ := row.text("indexCode")) is not None}


async def search_faces(
    context: Context, features: Sequence[Feature], arguments: Mapping[str, Any], sink: Sink
) -> Mapping[str, Any]:
    """Search whom cameras recognised between `start` and `end`.

    Narrowed by cameras (`features`), `people` (ids), `groups` (ids or names), `temperature`, `mask`; of each at most 10.
    """
    start, end = given.span(arguments)
    cameras = [one.id for one in given.targets(features, Camera, "a camera")] if features else []
    people, groups = given.texts(arguments, "people"), given.texts(arguments, "groups")
    for name, ids in (("cameras", cameras), ("people", people), ("groups", groups)):
        if len(ids) > IDS_PER_CALL:
            raise InvalidArgumentError(field=name, reason=f"has {len(ids)} members; the limit is {IDS_PER_CALL}")
    body: dict[str, Any] = {"startTime": format_time(start), "endTime": format_time(end)}
    for field_name, wire, words in (
        ("temperature", "temperatureStatus", TEMPERATURES),
        ("mask", "maskStatus", MASKS),
    ):
        if arguments.get(field_name) is not None:
            body[wire] = number_of(words, given.word(arguments, field_name, tuple(words.values())))
    if groups:
        groups = await _group_ids(context.client, groups)
    asked = {"cameraIndexCodes": cameras, "personIndexCodes": people, "faceGroupIndexCodes": groups}
    body |= {wire: ",".join(ids) for wire, ids in asked.items() if ids}
    rows = await context.client.pages(MATCHES, body, size=_PER_PAGE)
    matches = [match for row in rows if (match := Match.read(row, context.runtime.zone)) is not None]
    return {"records": sorted((match.result() for match in matches), key=lambda one: str(one.get("time", "")))}


async def _group_ids(client: HikCentralClient, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of groups of ids or names. Raises `InvalidArgumentError`."""
    names = await face_groups(client)
    return tuple(chosen("groups", text, names) for text in texts)


ACTIONS: Final = {"search_faces": search_faces}
