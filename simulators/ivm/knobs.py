"""Where the documentation is silent or contradicts itself, and what can be arranged instead."""

from collections.abc import Collection
from typing import Literal

DIRT = frozenset({
    "string_numbers",  # totals, counts and levels as text, truths as "true" (ivm §6.1 row 3)
    "shapes",  # org_list as an object, a list of one channel as an object, abilities in the other form (row 4)
    "hol0",  # the protocol with a zero (row 5)
    "unallocated",  # UNREGISTERED and UNALLOCATED change places (row 6)
    "alarm_spelling",  # ALARM_RECORD rightly spelt (row 11)
    "null_lists",  # null for empty lists (rows 12 and 33)
    "cruise_spelling",  # dwel_time, speedLevel, cruise_name and cruises_name the other way round (row 15)
    "text_times",  # advance_time, after_time and preset_index as text (rows 14 and 18)
    "trailing_blanks",  # after `mode`, and Exp_time in small letters (row 20)
    "counters",  # failed_num, fail_num and failNum change places (row 21)
    "swapped_batch",  # channel_id and code of a deleted plan change places (row 22)
    "raw_pictures",  # a snapshot that is not stored comes as JPEG (row 23)
    "beside",  # p2p_connections beside playback_connections (row 27)
    "missing",  # optional fields are left out
    "extra",  # fields that nobody knows
    "odd_times",  # a T, a fraction or an offset in times that have none
    "template_names",  # channel names with template text in pushes (row 34)
    "big_numbers",  # message ids of 32 digits, counters that wrapped around (row 35)
    "broken_json",  # channel_intelligent as it is printed (row 36)
    "tlv_nesting",  # targets beside the inner data, fields spelt as in the samples (ivm §4.7)
    "status_nesting",  # the login message as it is printed (ivm §4.5)
    "expire_number",  # expire_time as a number (row 2)
})  # fmt: skip
"""Kinds of dirt that answers and pushes can have, each survivable."""


def dirt(wanted: bool | Collection[str]) -> set[str]:
    """Return kinds of dirt: all, none or some. Raises ValueError for one that is not there."""
    if isinstance(wanted, bool):
        return set(DIRT) if wanted else set()
    if unknown := set(wanted) - DIRT:
        raise ValueError(f"there is no dirt {', '.join(sorted(unknown))}")
    return set(wanted)


class Knobs:
    """Attributes to set at any time."""

    def __init__(self) -> None:
        """As the tables of the documentation say, and the harsher reading where they are silent."""
        self.dirty: set[str] = set()
        self.strict = True
        """Fields that the documentation does not know are refused."""
        self.literal_plus = True
        """A `+` in a query is a plus, not a blank (ivm §1.4)."""
        self.account_code: str | None = None
        """Everything is answered with this code, such as `IVM.10000006`."""
        self.token_versions: set[str] = {"v1", "v2"}
        self.tokens_per_key = 2
        self.record_paging: Literal["page", "item"] = "page"
        self.resource_paging: Literal["page", "item"] = "page"
        self.largest_page: int | None = None
        """A page has no more rows, whatever is asked."""
        self.subtree_only = True
        """Without `is_current_org`: the organisation and all below, or the whole tenant."""
        self.root_is_parent = True
        """Groups can be made below the root, against the words of §5.4."""
        self.record_times: Literal["both", "colons", "compact"] = "both"
        self.empty_records: Literal["list", "error"] = "list"
        self.preset_index: Literal["integer", "string", "both"] = "both"
        self.edit_moves_preset = True
        self.cruise_fields: Literal["both", "dwel_time", "dwell_time"] = "both"
        self.secure_media = False
        """HTTPS addresses lead to a TLS port. Otherwise to a plain one although https was asked, for FFmpeg 8 and
        browsers take no stream from a certificate that nobody signed."""
        self.flv = False
        """FLV addresses are given; there is no stream behind them."""
        self.hls_refresh: Literal["become", "add", "none"] = "become"
        """Each use lets an address live for 60 s from then, or for 60 s more (ivm §3.8)."""
        self.polls_count = False
        """Each poll of a live playlist is a use, so that a single-use address ends with the first."""
        self.picture_form: Literal["json", "binary"] = "json"
        self.snapshot_seconds = 10.0
        self.snapshots_fail = False
        """An address is given, but nothing was taken (L7331)."""
        self.beta = False
        """Retention is limited to 7 days (L8264)."""
        self.signature_header: Literal["ivm", "lvm"] = "ivm"
        self.signature_separator = "|"
        self.signature_form: Literal["hex", "upper", "base64"] = "hex"
        self.sign_probes = True
        self.answer_seconds = 5.0
        self.breaker_limit = 6
        self.breaker_seconds = 600.0
        self.services_needed = True
        """Alarms and data of channels without the services are not pushed (L4133)."""
        self.reachable = True
        """Pushes get out."""
