"""A device made of recorded answers: what a user's diagnostics file holds, served again."""

from collections.abc import Mapping, Sequence
import re
from typing import Any

from aiohttp import web
import xmltodict

from simulators.wire.xml import leaf, parse_text

from .alerts import Identity
from .answers import Answer, Speech, xml_answer
from .emitting import EventServer
from .lists import ListRow
from .pictures import PictureSource, draw_picture
from .server import Exchange
from .writes import put_document

LISTS: Mapping[str, ListRow] = {
    "Streaming/channels": ListRow("StreamingChannelList"),
    "ContentMgmt/InputProxy/channels": ListRow("InputProxyChannelList"),
}
"""Lists that may be put together from their recorded items."""
STREAM = re.compile(r"Streaming/channels/\d{3,}")
STREAM_ID = re.compile(r"<id>(\d+)\d\d</id>")
STREAM_PICTURE = re.compile(r"(?:Streaming|ContentMgmt/StreamingProxy)/channels/((\d+?)(\d\d))/picture")


def recorded_answers(recording: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the answers by path out of a whole file, its `data` or the bare table; raises `ValueError`."""
    found: Any = recording
    for key in ("data", "ISAPI"):
        if isinstance(found, Mapping) and key in found:
            found = found[key]
    if not isinstance(found, Mapping) or not found:
        raise ValueError("the recording has no table data.ISAPI of answers")
    for path, entry in found.items():
        if not isinstance(entry, Mapping) or not entry.keys() & {"response", "status_code", "error"}:
            raise ValueError(f"the answer of {path} has neither response, nor status_code, nor error")
    return found


def recorded_document(path: str, response: object) -> str:
    """Text of a recorded document; raises `ValueError` when it is none."""
    if not isinstance(response, Mapping) or len(response) != 1:
        raise ValueError(f"the response of {path} is not a document with one root")
    text: str = xmltodict.unparse(response)
    parse_text(text)
    return text


class IsapiReplay(EventServer):
    """Serves a recording with login and event stream: refusals refuse, errors drop, what was not recorded is 404.

    Recorded documents can be written like those of `IsapiSimulator`. Other settings are those of `EventServer` and
    `DeviceServer`. Raises `ValueError` for a recording that cannot be served.
    """

    strict = False

    def __init__(
        self,
        recording: Mapping[str, Any],
        *,
        style: str = "camera",
        picture_source: PictureSource = draw_picture,
        **settings: Any,
    ) -> None:
        """Turn the recording into documents."""
        answers = recorded_answers(recording)
        self.documents = {
            path: recorded_document(path, entry["response"]) for path, entry in answers.items() if "response" in entry
        }
        self.refused = {path: int(entry["status_code"]) for path, entry in answers.items() if "status_code" in entry}
        self.dropped = {path for path, entry in answers.items() if "error" in entry}
        self.stubborn: set[str] = set()
        self.picture_source = picture_source
        info = self.documents.get("System/deviceInfo")
        namespace = re.search(r'xmlns="([^"]+)"', info) if info else None
        speech = Speech(namespace=namespace[1] if namespace else None)
        super().__init__(style=style, speech=speech, **settings)
        for path, row in LISTS.items():
            self._compose(path, row)

    def _compose(self, path: str, row: ListRow) -> None:
        """Put a list together that was not asked for when the device was recorded."""
        if path in self.documents or path in self.refused or path in self.dropped:
            return
        items = [
            text.partition("?>")[2].strip()
            for name, text in self.documents.items()
            if re.fullmatch(re.escape(path) + r"/\d+", name)
        ]
        if items:
            head = f' xmlns="{self.speech.namespace}"' if self.speech.namespace else ""
            self.documents[path] = f"<{row.root}{head}>{''.join(items)}</{row.root}>"

    @property
    def identity(self) -> Identity:
        """What the recorded device says of itself."""
        info = self.documents.get("System/deviceInfo", "<DeviceInfo/>")
        proxied = re.compile(r"ContentMgmt/InputProxy/channels/(\d+)/")
        return Identity(
            address=self.host,
            port=self.port,
            mac=leaf(info, "macAddress") or "00:00:00:00:00:00",
            serial=leaf(info, "serialNumber") or "",
            proxied=frozenset(int(match[1]) for path in self.documents if (match := proxied.match(path))),
            name_of=lambda channel: f"Channel {channel}",
        )

    @property
    def channels(self) -> Sequence[int]:
        """Numbers of the channels that have a recorded stream."""
        streams = self.documents.get("Streaming/channels", "") + "".join(
            f"<id>{path.rpartition('/')[2]}</id>" for path in self.documents if STREAM.fullmatch(path)
        )
        return sorted({int(match[1]) for match in STREAM_ID.finditer(streams)})

    def excluded_by(self, _path: str) -> bool:
        """Nothing excludes anything: it is not recorded."""
        return False

    async def answer(self, exchange: Exchange) -> Answer | web.StreamResponse:
        """Answer a request that passed the login."""
        path, method = exchange.path, exchange.method
        if path == "Event/notification/alertStream" and method == "GET":
            return await self.serve_alerts(exchange)
        if path in self.dropped:
            raise ConnectionAbortedError(path)
        if path in self.refused:
            return self.speech.status(path, 4, "notSupport", http=self.refused[path])
        if path in self.documents and method == "GET":
            return xml_answer(self.documents[path])
        if path in self.documents and method == "PUT":
            return put_document(self, path, exchange.body)
        picture = STREAM_PICTURE.fullmatch(path)
        if picture and method == "GET" and f"Streaming/channels/{picture[1]}" in self.documents:
            return Answer(200, self.picture_source(int(picture[2]), int(picture[3]), self.now()), "image/jpeg")
        if path in self.documents:
            return self.speech.status(path, 4, "methodNotAllowed", http=405)
        return self.speech.status(path, 4, "notSupport", http=404)
