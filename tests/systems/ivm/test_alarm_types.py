"""The tables of alarm types and of the words of analysis, against the documentation's."""

import pytest

from custom_components.hikvision_ivm.systems.ivm.alarm_types import (
    ALARM_TYPES,
    CHANNEL_EVENT_TYPES,
    DEVICE_EVENT_TYPES,
    RECORD_WORDS,
    RECORDING_TYPES,
    RULE_WORDS,
    SENSOR_KINDS,
    STATUS_BITS,
    TENANT_EVENT_TYPES,
    Effect,
    alarm_type,
    status_words,
)
from custom_components.hikvision_ivm.systems.kinds import Kind
from simulators.ivm.calls.recording import ALARM_TYPES as RECORDED
from simulators.ivm.push_bodies import CLASS_OF


def test_every_alarm_type_of_the_cloud_has_a_row() -> None:
    """The simulator has them from the documentation."""
    pushed = {row.code: row.classification for row in ALARM_TYPES.values() if row.callback}
    assert pushed == CLASS_OF
    assert len(pushed) == 28


def test_those_that_a_recording_plan_takes_are_marked() -> None:
    """21 of them; one is never pushed."""
    assert {row.code for row in RECORDING_TYPES} == set(RECORDED)
    assert len(RECORDING_TYPES) == 21


def test_each_has_a_kind_of_its_own() -> None:
    """Otherwise two would share a sensor."""
    kinds = [row.kind for row in ALARM_TYPES.values()]
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) - {Kind.DEVICE_OFFLINE, Kind.CUSTOMER_FLOW} == SENSOR_KINDS


def test_event_entities_know_every_kind() -> None:
    """And each one word for what nobody knows."""
    told = {row.kind for row in ALARM_TYPES.values() if not row.device}
    assert told <= set(CHANNEL_EVENT_TYPES)
    assert {row.kind for row in ALARM_TYPES.values() if row.device} <= set(DEVICE_EVENT_TYPES)
    for types in (CHANNEL_EVENT_TYPES, DEVICE_EVENT_TYPES, TENANT_EVENT_TYPES):
        assert len(set(types)) == len(types)
        assert types[-1] is Kind.UNKNOWN_EVENT


@pytest.mark.parametrize("code", ["顾客_flow_statistics_alarm", "customer_flow_statistics_alarm", "Motion_Detection"])
def test_other_spellings_are_known(code: str) -> None:
    """One word is printed in Chinese."""
    row = alarm_type(code)
    assert row is not None
    assert row.kind in {Kind.CUSTOMER_FLOW, Kind.MOTION}


def test_what_nobody_knows_has_no_row() -> None:
    """It becomes an event with its word."""
    assert alarm_type("moon_landing") is None
    assert alarm_type("") is None


def test_effects() -> None:
    """Which alarms do something else than to show for a while."""
    others = {row.code: row.effect for row in ALARM_TYPES.values() if row.effect is not Effect.SHOWS}
    assert others == {
        "disk_failure": Effect.FAULT, "device_offline": Effect.OFFLINE,
        "customer_flow_statistics_alarm": Effect.COUNTS,
    }  # fmt: skip


def test_faces_need_their_word() -> None:
    """Pictures of these are pictures of faces."""
    faces = {row.code for row in ALARM_TYPES.values() if row.face}
    assert faces == {"target_alarm", "target_high_frequency_alarm", "mask_alarm", "face_alarm"}


def test_words_of_analysis() -> None:
    """Numbers count from nought, without a gap."""
    assert list(RECORD_WORDS) == list(range(61))
    assert (RECORD_WORDS[0], RECORD_WORDS[33], RECORD_WORDS[60]) == ("motion", "parking", "temperature")
    assert list(RULE_WORDS) == list(range(24))
    assert (RULE_WORDS[4], RULE_WORDS[17], RULE_WORDS[23]) == ("intrusion", "fall", "post_left")
    assert list(STATUS_BITS) == [1 << bit for bit in range(9)]
    assert status_words(0) == ""
    assert status_words(1 | 16 | 512) == "loitering, intrusion"
    assert status_words(1 << 60) == ""
