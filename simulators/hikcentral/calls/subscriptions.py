"""Which events are sent where (§3.6)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.push import Subscription
from simulators.hikcentral.registry import (
    HIGHEST_NUMBER,
    NO_DATA,
    Call,
    Json,
    NoData,
    Refuse,
    array,
    endpoint,
    number,
    text,
)

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

LOWEST_CODE = 100_000
MOST_TYPES = 256
TYPES = array("eventTypes", required=True, longest=MOST_TYPES)


def _codes(platform: HikCentralSimulator, call: Call) -> list[int]:
    """Return the event types of a call. Raises Refuse for what is no code, or none the range allows."""
    codes = call.body["eventTypes"]
    low = platform.options.low_codes
    for code in codes:
        if isinstance(code, bool) or not isinstance(code, int):
            raise Refuse("0x00072003", "eventTypes is no array of numbers")
        if code < LOWEST_CODE and (low is True or (low is not False and code in low)):
            continue
        if not LOWEST_CODE <= code <= HIGHEST_NUMBER:
            raise Refuse("0x00072002", f"event type {code} is not between {LOWEST_CODE} and {HIGHEST_NUMBER}")
    return list(dict.fromkeys(codes))


@endpoint(
    "eventService/v1/eventSubscriptionByEventTypes",
    TYPES,
    text("eventDest", required=True, longest=1024),
    number("passBack", among=(0, 1)),
)
def subscribe(platform: HikCentralSimulator, call: Call) -> NoData:
    """Add types to what a destination is sent (L10658)."""
    codes, dest = _codes(platform, call), call.text("eventDest")
    if not dest.startswith(("http://", "https://")):
        raise Refuse("0x00072003", "eventDest")
    pass_back = int(call.body.get("passBack", 0))
    for item in platform.subscriptions:
        if (item.app_key, item.dest) == (call.app_key, dest):
            item.types = list(dict.fromkeys([*item.types, *codes]))
            item.pass_back = pass_back if "passBack" in call.body else item.pass_back
            return NO_DATA
    platform.subscriptions.append(Subscription(call.app_key, codes, dest, pass_back))
    return NO_DATA


def _blanks(data: Json) -> Json:
    """Print the blanks of the sample in the address, and no passBack (L10782)."""
    rows = [
        {"eventTypes": row["eventTypes"], "eventDest": f" {row['eventDest'].replace('/eventRcv', ' /eventRcv')} "}
        for row in data["detail"]
    ]
    return {"detail": rows}


@endpoint("eventService/v1/eventSubscriptionView", sample=_blanks)
def view(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell the partner's own subscriptions (L10733)."""
    own = [item for item in platform.subscriptions if item.app_key == call.app_key]
    return {
        "detail": [
            {"eventTypes": item.types, "eventDest": item.dest, "passBack": item.pass_back} for item in own
        ]
    }  # fmt: skip


@endpoint("eventService/v1/eventUnSubscriptionByEventTypes", TYPES)
def unsubscribe(platform: HikCentralSimulator, call: Call) -> NoData:
    """Take types from all destinations of the partner (L10788)."""
    codes = set(_codes(platform, call))
    for item in platform.subscriptions:
        if item.app_key == call.app_key:
            item.types = [code for code in item.types if code not in codes]
    platform.subscriptions = [item for item in platform.subscriptions if item.types]
    return NO_DATA
