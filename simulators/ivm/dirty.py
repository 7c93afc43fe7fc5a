"""Answers as they contradict the tables (ivm §6.1); each kind of dirt is a word of `knobs.DIRT`."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

NUMBERS = frozenset({
    "total", "device_total", "admin_total", "online_total", "channel_total", "operator_total", "device_org_level",
    "camera_count", "camera_online_count", "channel_count", "channel_online_count", "channel_offline_count", "is_leaf",
    "total_num", "usage_num", "storage_days", "record_size", "audio_input_count", "channel_online_total",
    "channel_offline_total", "storage_state", "failed_num", "fail_num", "cruises_id", "bit_rate",
})  # fmt: skip
OPTIONAL = frozenset({
    "model", "firmware", "manufacture", "mac", "device_ability", "channel_ability", "device_cloud_ability",
    "sdk_ability", "update_time", "operator_total", "admin_total", "channel_firmware", "device_type", "channel_type",
    "resolution", "channel_model", "channel_model_e", "invalid_type", "audio_input_count", "device_org_name",
    "record_name", "record_size", "alarm_rec_type", "description", "storage_card_status", "mask_mode",
})  # fmt: skip
TIMES = frozenset({"create_time", "update_time", "Exp_time"})
RENAMED: Mapping[str, Mapping[str, str]] = {
    "cruise_spelling": {
        "dwell_time": "dwel_time", "speed_level": "speedLevel", "cruises_name": "cruise_name",
        "cruise_name": "cruises_name",
    },
    "counters": {"failed_num": "fail_num", "fail_num": "failNum", "failNum": "failed_num"},
    "trailing_blanks": {"Exp_time": "exp_time"},
}  # fmt: skip
NEW_FIELD = "brand_new_field"


def _number(key: str, value: Any, _: str) -> Any:
    if key in NUMBERS and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if key == "enterprise_id" and isinstance(value, str):
        return int(value)
    return str(value).lower() if key == "support" and isinstance(value, bool) else value


def _shape(key: str, value: Any, section: str) -> Any:
    if key in {"channel_ability", "device_ability"}:
        if isinstance(value, str):
            return value.split(",") if value else []
        return ", ".join(value) if isinstance(value, list) else value
    if key == "org_list" and isinstance(value, list) and len(value) == 1:
        return value[0]
    if key == "channels" and section == "7.2" and isinstance(value, list) and len(value) == 1:
        return value[0]
    if key == "alarm_rec_type" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _holo(key: str, value: Any, _: str) -> Any:
    return "HOL0" if key == "access_protocol" and value == "HOLO" else value


def _unallocated(key: str, value: Any, _: str) -> Any:
    swapped = {"UNREGISTERED": "UNALLOCATED", "UNALLOCATED": "UNREGISTERED"}
    return swapped.get(value, value) if key == "channel_state" and isinstance(value, str) else value


def _spelling(key: str, value: Any, _: str) -> Any:
    return "ALARM_RECORD" if key == "record_type" and value == "ALRAM_RECORD" else value


def _null(_: str, value: Any, section: str) -> Any:
    return None if value == [] else value


def _text(key: str, value: Any, _: str) -> Any:
    return str(value) if key in {"advance_time", "after_time", "preset_index"} else value


def _blank(key: str, value: Any, _: str) -> Any:
    return f"{value} " if key == "mode" and isinstance(value, str) else value


def _time(key: str, value: Any, _: str) -> Any:
    if key in TIMES and isinstance(value, str):
        return value.replace(" ", "T").removesuffix(".0") + ".000+08:00"
    return f"{value}.0" if key in {"start_time", "end_time"} and isinstance(value, str) and " " in value else value


def _broken(key: str, value: Any, _: str) -> Any:
    return "{\"itgt\": {'1': true,}" if key == "channel_intelligent" else value


VALUES: Mapping[str, Callable[[str, Any, str], Any]] = {
    "string_numbers": _number, "shapes": _shape, "hol0": _holo, "unallocated": _unallocated,
    "alarm_spelling": _spelling, "null_lists": _null, "text_times": _text, "trailing_blanks": _blank,
    "odd_times": _time, "broken_json": _broken,
}  # fmt: skip


def soil(answer: Any, dirty: Collection[str], section: str) -> Any:
    """Return an answer with some kinds of dirt; `section` is the operation's."""
    if not dirty:
        return answer
    if "swapped_batch" in dirty and section == "11.5":
        answer = {**answer, "channels": [_swapped(item) for item in answer["channels"]]}
    changes = [change for kind, change in VALUES.items() if kind in dirty]
    names: dict[str, str] = {}
    for kind, renamed in RENAMED.items():
        if kind in dirty:
            names |= renamed
    return _walk(answer, dirty, section, changes, names, 1)


def _walk(
    value: Any, dirty: Collection[str], section: str, changes: list[Callable[[str, Any, str], Any]],
    names: Mapping[str, str], place: int,
) -> Any:  # fmt: skip
    if isinstance(value, list):
        return [_walk(item, dirty, section, changes, names, number) for number, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, inner in value.items():
        # Every other one of a list has it, so that both are seen.
        if "missing" in dirty and place % 2 and key in OPTIONAL:
            continue
        told = _walk(inner, dirty, section, changes, names, 1)
        for change in changes:
            told = change(key, told, section)
        found[names.get(key, key)] = told
    if "extra" in dirty and found:
        found[NEW_FIELD] = {"values": [1, "two", None]}
    return found


def _swapped(item: dict[str, Any]) -> dict[str, Any]:
    """As the sample of §11.5 prints it (L8202)."""
    result = item["result"]
    if result["code"] != "IVM.0":
        return item
    return {**item, "channel_id": "IVM.0", "result": {**result, "code": "0"}}
