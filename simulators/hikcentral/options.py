"""How this platform behaves where the document leaves a choice, or where real ones differ."""

from dataclasses import dataclass, field
from typing import Literal

from .tracked import Tracked

type PushVerb = Literal["POST", "PUT"]


@dataclass(slots=True, kw_only=True)
class Options(Tracked):
    """Set any of them at any time; the next request sees it. Times are seconds."""

    # Gateway
    version: tuple[int, ...] = (2, 2, 2)
    """Calls of later versions are not supported (code 8)."""
    timestamp_window: float | None = None
    """How far X-Ca-Timestamp may be from the platform's clock; None: not checked while the clock is right."""
    nonces: bool = True
    """A nonce is taken once."""
    refuse_http: bool = False
    """Plain http is answered with code 11."""
    users: set[str] = field(default_factory=lambda: {"admin"})
    """What the header `userId` may name; others get code 66."""
    domains: dict[str, str | None] = field(default_factory=lambda: {"0": None, "1": None})
    """Address in URLs for each `domainId`, None: as the client's; an unknown domain gets code 14."""
    # Lists
    longest_page: int | None = None
    """Rows of a page above which it is too long (0x00072004)."""
    device_types: Literal["combined", "single", "none"] = "combined"
    """What the field `deviceType` may be: a comma list, one type (before that list was known), or nothing at all."""
    empty_lists: bool = False
    """Lists without rows come without the key `list`."""
    # Video
    rtsp_s: Literal["playable", "streamURL", "bracketed", "proprietary", "refused"] = "playable"
    """Form of a live URL for `rtsp_s`; `refused` is code 2."""
    hls: bool = False
    rtmp: bool = False
    playback_rtsp_s: bool = False
    """Playback has `rtsp_s` too; otherwise code 2."""
    playback_urls: bool = True
    """Segments have URLs of their own."""
    live_seconds: float = 60.0
    """How long a path in a live URL can be opened."""
    segments_per_answer: int = 10
    # PTZ
    focus_far: Literal["both", "FOCUS_FAR", "FOUCS_FAR"] = "both"
    """Spelling of the command."""
    needs_live_view: bool = False
    """PTZ works only after a live URL was asked for."""
    occupied: set[str] = field(default_factory=set)
    """Cameras whose PTZ somebody else holds (code 133)."""
    # Doors and outputs
    door_delay: float = 0.02
    """Until a door has moved."""
    open_seconds: float = 5.0
    """How long a door that was opened stays so."""
    control_three: Literal["remain_closed", "remain_open"] = "remain_closed"
    """What controlType 3 does; printed is `remain open`."""
    door_results: dict[str, int] = field(default_factory=dict)
    """controlResultCode of some doors, which then do not move."""
    blind_outputs: bool = False
    """Outputs always say status -1, as in every sample."""
    refused_outputs: set[str] = field(default_factory=set)
    """Outputs that cannot be controlled (code 192)."""
    misspelled_output_path: bool = False
    """The search of outputs has the path with the printed mistake."""
    deaf_outputs: set[str] = field(default_factory=set)
    """Outputs that say yes and do nothing."""
    # Subscriptions and pushes
    low_codes: bool | frozenset[int] = False
    """Event types below 100000 may be subscribed: all, none, or these."""
    needs_pass_back: bool = False
    """Nothing is pushed unless the subscription says `passBack: 1`."""
    push_verb: PushVerb = "POST"
    push_content_type: str = "application/json"
    push_timeout: float = 10.0
    push_retries: int = 0
    """How often a push that failed is tried again."""
    retry_seconds: float = 0.2
    duplicates: int = 0
    """How often each notification is sent again."""
    reorder: bool = False
    """The events of a batch are sent backwards."""
    push_delay: float = 0.0
    """From the happening to the push."""
    spaced_send_time: bool = False
    """sendTime has the blank that the text prints."""
