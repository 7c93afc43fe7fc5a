"""docs/hikcentral.md says how long everything takes, and how much of it there may be, as the code has it."""

import re

from custom_components.hikvision_ivm import FAREWELL_SECONDS, post_listener, webhook
from custom_components.hikvision_ivm.const import ENTITY_LIMIT, GRACE_SECONDS
from custom_components.hikvision_ivm.systems.base import Tier
from custom_components.hikvision_ivm.systems.hikcentral import (
    backfill,
    care,
    channel,
    client,
    event_pictures,
    faces,
    fallback,
    parking,
    passages,
    people,
    permissions,
    poll,
    preset_lists,
    presets,
    problems,
    readers,
    receive,
    recording,
    refresh,
    router,
    running,
    servers,
    vehicles,
    visitors,
)
from custom_components.hikvision_ivm.systems.hikcentral.event_types import EVENT_TYPES, LOW_CODES
from custom_components.hikvision_ivm.systems.kinds import Kind
from tests.documents import TEXTS, quoted, records, section

PAGE = TEXTS["docs/hikcentral.md"]


def told(heading: str) -> str:
    """Return what the page says below a heading."""
    return section(heading, PAGE)


def seconds(text: str) -> list[float]:
    """Return the durations in a text."""
    units = {"s": 1, "min": 60, "h": 3600}
    return [float(count) * units[unit] for count, unit in re.findall(r"(\d+) (s|min|h)\b", text)]


def test_periods() -> None:
    """The table of periods holds the periods of everything that is read."""
    healthy, otherwise = poll.periods(push_healthy=True), poll.periods(push_healthy=False)
    question = {each.topic: each.period for each in care.QUESTIONS}
    expected = [
        [healthy[Tier.STATUS], otherwise[Tier.STATUS]],
        [healthy[Tier.INVENTORY]],
        [healthy[Tier.DETAIL], presets.FRESH_SECONDS, readers.FRESH_SECONDS],
        [
            {
                people.GROUPS_SECONDS, parking.SPACES_SECONDS, passages.PERIOD_SECONDS, vehicles.PERIOD_SECONDS,
                question["in_bed"],
            }
        ],
        [{parking.LOTS_SECONDS, faces.PERIOD_SECONDS}],
        [
            {
                people.TOTALS_SECONDS, servers.PERIOD_SECONDS, recording.PERIOD_SECONDS, visitors.PERIOD_SECONDS,
                permissions.PERIOD_SECONDS, question["rates"],
            }
        ],
        [question["living"]],
        [question["sleep"]],
    ]  # fmt: skip
    found = [[{each} for each in seconds(row["Every"])] for row in records(told("How data arrives: push and poll"))]
    assert found == [[each if isinstance(each, set) else {each} for each in row] for row in expected]


def test_durations() -> None:
    """What is said of waiting, of limits and of outages is so."""
    page = " ".join(PAGE.split())
    minutes, megabyte = 60, 1024 * 1024
    for words in (
        f"rounds of {fallback.SHORTEST_PAUSE:.0f} to {fallback.LONGEST_PAUSE:.0f} seconds",
        f"Every {channel.WATCH_SECONDS / minutes:.0f} minutes Home Assistant looks",
        f"{channel.FIRST_LOOK_SECONDS:.0f} seconds after subscribing",
        f"up to {backfill.LONGEST.total_seconds() / 3600:.0f} hours are fetched",
        f"when polling has failed for {GRACE_SECONDS:.0f} seconds",
        "no reading is sent for five minutes, and everything waits five times as long",
        "is tried again every hour",
        "noticed within six hours",
        "more than ten minutes after it happened (passages: five)",
        "Missing if that is more than a day off",
        "is believed after two minutes",
        "A door is read again a second after",
        "searched for: three seconds after the event, and once more five seconds later",
        f"Pictures of more than {event_pictures.LIMIT_BYTES // megabyte} MB are refused",
        f"Messages of more than {receive.BODY_LIMIT // megabyte} MB are refused",
        f"offers more than {ENTITY_LIMIT:,} that would start enabled",
        f"leaves out {len(LOW_CODES)} of the {len(EVENT_TYPES)}",
        "or by more than a minute",
        "does not answer within ten seconds",
    ):
        assert words in page, words
    for found, expected in (
        (client.QUOTA_SECONDS, 5 * minutes),
        (poll.STRAIN, 5),
        (channel.REFUSED_SECONDS, 60 * minutes),
        (client.REPROBE_SECONDS, 6 * 60 * minutes),
        (router.LATE.total_seconds(), 10 * minutes),
        (passages.LATE.total_seconds(), 5 * minutes),
        (router.PLAUSIBLE.days, 1),
        (running.BOUND_SECONDS, 2 * minutes),
        (refresh.SETTLE_SECONDS, 1),
        (event_pictures.WAIT_SECONDS, 3),
        (event_pictures.AGAIN_SECONDS, 5),
        (problems.LOUD_SKEW_SECONDS, minutes),
        (FAREWELL_SECONDS, 10),
    ):
        assert found == expected
    assert webhook.BODY_LIMIT == receive.BODY_LIMIT
    assert post_listener.LISTENER_PATH in quoted(told("Callback: how events reach Home Assistant"))
    highest = {kind: sort.most for kind, sort in preset_lists.SORTS.items()}
    assert f"Number, 1 to {highest[Kind.PTZ_PRESET]}, or name" in page
    assert f"Number, 1 to {highest[Kind.PTZ_PATROL]}, or name" in page
