"""Where receivers differ or misbehave: attributes of the simulator, to be set at any time (ip-receiver §8)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True, kw_only=True)
class Framing:
    """How parts of the stream are put on the wire."""

    newline: str = "\r\n"
    split: int | None = None
    """Bytes of each write; None: a part at once. 1 cuts through every character of UTF-8."""
    length: Literal["right", "newline", "wrong", "none"] = "right"
    """Content-Length: of the body, with the line end that follows, nonsense, or left out."""
    joined: Literal["part", "chunk", "glued"] | None = None
    """A heartbeat follows each alert in the same part, or as a part of its own in the same write, also without the line
    end that should be between them."""
    boundary: str = "boundary"
    quoted: bool = False
    """The boundary is quoted in the head of the answer."""
    headless: bool = False
    """The head names no boundary at all."""
    commas: Literal["right", "trailing", "missing"] = "right"
    """Punctuation as in the printed samples (T20): one too many before an end, or one too few between members."""
    lead: bytes = b""
    """Sent in front of every part."""
    late: bool = False
    """A heartbeat comes before the id of the subscription."""


@dataclass(kw_only=True)
class Knobs:
    """What a test turns. Seconds where a number is a time."""

    # Logins
    nonce_life: float | None = None
    nonce_uses: int | None = None
    """Requests until a nonce is worn out."""
    stale: bool = True
    """Say so when a nonce is too old; else a plain 401."""
    attempts: int = 5
    """Wrong logins until an account is locked with the next one, whatever that holds."""
    lock_seconds: float = 1800.0
    attempts_key: str = "remainingAttempts"
    """Member of the 401's body that tells how many attempts are left (the guide does not name it)."""
    media_refusal: Literal["lowPrivilege", "unauthorized"] = "lowPrivilege"
    """What a user who is no administrator gets for media."""

    # Answers
    http_errors: bool = True
    """Errors have a HTTP status of their own; else 200."""
    wrapped_status: bool = False
    """The envelope lies in a `ResponseStatus`."""
    page_size: int = 200
    """Most entries of an answer in pages, whatever was asked for."""
    legacy_zones: bool = False
    """Zones are read by GET only, and answered as the older `ZoneList`."""
    legacy_refusal: str = "methodNotAllowed"
    """Why the newer form is refused then."""
    stringified: bool = False
    """Numbers and truths are text."""
    missing_keys: Collection[str] = ()
    """Members that are left out wherever they would stand."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Members nobody documented, added to every device, partition and zone."""
    held_status: float = 0.0
    """Answers about partitions and zones are made at once and sent so much later."""
    late_events: float = 0.0
    """What a command causes is told so much after its answer was made."""
    search_cache: bool = True
    """A search goes on with what its first page found, even if it begins anew with the same id."""
    all_listed: bool = False
    """An ErrorList also names the relays that were switched, without a status code."""

    # What panels do
    refuse_open: bool = False
    """Arming is refused while a zone is open."""
    arming_fails: bool = False
    """Arming is accepted and fails when the exit delay ends."""
    silent_commands: bool = False
    """Commands cause no events."""
    deaf: bool = False
    """Commands are accepted and change nothing."""
    disarm_clears: bool = False
    """Disarming also ends alarms."""
    bypass_ends: bool = True
    """Disarming ends every bypass."""
    offline_sub: str = "networkError"
    """Answer of a panel that is offline."""

    # The stream
    heartbeats: bool = True
    framing: Framing = field(default_factory=Framing)
    zone_base: int = 0
    """What the number of a zone in an event is greater by than its id."""
    data_time: bool = False
    """Heartbeats print `dataTime` (T15)."""
    blank_words: bool = False
    """Words of status begin with a blank (T18)."""
    bare_roots: Collection[str] = ()
    """Types of events without `EventNotificationAlert` around them (T17: `TDA`)."""
    other_names: bool = False
    """`hppConnectStateChanged` instead of `hppConnectionStatusChanged` (T19)."""
    upper_index: bool = False
    """Events print devIndex in capitals and without hyphens."""
    doubled: bool = False
    """Every alert is delivered twice."""
    plain_stream: bool = False
    """Subscribing is accepted, and answered with JSON instead of a stream."""
    stream_limit: int | None = None
    """Subscriptions at a time; more get `maxSessionUserLink`."""
    unnamed_streams: bool = False
    """The first part tells an empty id (T8)."""
