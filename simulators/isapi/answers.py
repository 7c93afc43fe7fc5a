"""What a device answers: documents, refusals with their codes, and the body of a 401."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from typing import Literal

from simulators.wire.auth import Verdict
from simulators.wire.xml import Body, document

XML = 'application/xml; charset="UTF-8"'
JSON = 'application/json; charset="UTF-8"'
ISAPI = "http://www.isapi.org/ver20/XMLSchema"
HIKVISION = "http://www.hikvision.com/ver20/XMLSchema"
HIKVISION_1 = "http://www.hikvision.com/ver10/XMLSchema"
PSIA = "urn:psialliance-org"
STD_CGI = "http://www.std-cgi.org/ver20/XMLSchema"

STATUS_STRINGS: Mapping[int, str] = {
    0: "OK",
    1: "OK",
    2: "Device Busy",
    3: "Device Error",
    4: "Invalid Operation",
    5: "Invalid XML Format",
    6: "Invalid XML Content",
    7: "Reboot Required",
}
"""isapi-core §1.6."""
HTTP_STATUS: Mapping[int, int] = {0: 200, 1: 200, 2: 503, 3: 500, 4: 403, 5: 400, 6: 400, 7: 200}
"""HTTP status that goes with a statusCode when nothing else is said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to send."""

    status: int = 200
    body: bytes = b""
    content_type: str = XML
    headers: Mapping[str, str] = field(default_factory=dict)


def xml_answer(text: str, status: int = 200) -> Answer:
    """Answer with a document."""
    return Answer(status, text.encode())


def json_answer(content: object, status: int = 200) -> Answer:
    """Answer with JSON."""
    return Answer(status, json.dumps(content).encode(), JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """How a device prints its own words: namespace and version of its documents."""

    namespace: str | None = HIKVISION
    version: str = "2.0"

    def document(self, root: str, body: Body) -> str:
        """Return a document in the device's namespace."""
        return document(root, body, namespace=self.namespace, version=self.version)

    def status(
        self, path: str, code: int = 1, sub: str | None = "ok", *, http: int | None = None, extra: Body | None = None
    ) -> Answer:
        """Answer with a ResponseStatus; the HTTP status follows the code unless given (isapi-core §1.5)."""
        body: dict[str, str | int] = {
            "requestURL": f"/ISAPI/{path}",
            "statusCode": code,
            "statusString": STATUS_STRINGS[code],
        }
        if sub is not None:
            body["subStatusCode"] = sub
        text = self.document("ResponseStatus", {**body, **(extra or {})})
        return xml_answer(text, HTTP_STATUS[code] if http is None else http)


class RefusedError(Exception):
    """A request the device says no to; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(answer.status)
        self.answer = answer


def unauthorized_body(
    speech: Speech, path: str, verdict: Verdict, lock_form: Literal["response_status", "user_check"]
) -> str:
    """Body of a 401: a bare userCheck without credentials, else with the lock fields of one of both generations.

    isapi-core §1.2: extended ResponseStatus on older firmware, fields in `userCheck` on later ones.
    """
    locked = verdict.reason == "locked"
    if verdict.reason in ("missing", "stale"):
        return speech.document("userCheck", {"statusValue": 401, "statusString": "Unauthorized"})
    if lock_form == "user_check":
        return speech.document(
            "userCheck",
            {
                "statusValue": 401,
                "statusString": "Unauthorized",
                "isDefaultPassword": False,
                "isRiskPassword": False,
                "isActivated": True,
                "lockStatus": "lock" if locked else "unlock",
                "unlockTime": verdict.unlock_seconds,
                "retryLoginTime": verdict.attempts_left,
            },
        )
    return document(
        "ResponseStatus",
        {
            "requestURL": f"/ISAPI/{path}",
            "statusCode": 4,
            "statusString": STATUS_STRINGS[4],
            "subStatusCode": "badAuthorization",
            "lockStatus": "locked" if locked else "unlock",
            "retryTimes": verdict.attempts_left,
            "resLockTime": verdict.unlock_seconds,
        },
        namespace=STD_CGI,
        version="1.0",
    )
