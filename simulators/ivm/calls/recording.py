"""What is recorded in the cloud: stream, plans, retention (ivm §3.17)."""

from collections.abc import Callable, Sequence
from itertools import pairwise
import re
from typing import Any

from simulators.ivm.checks import ADDRESS, STREAM, Field, array, either, integer, text, truth, word
from simulators.ivm.errors import RefusedError, result
from simulators.ivm.routes import DC, Call, operation
from simulators.ivm.state import AlarmPlan, Channel, Plan

ALARM_TYPES = (
    "motion_detection", "abandon_alarm", "removed_alarm", "lift_electric_alarm", "electric_bicycle_alarm", "io_event",
    "target_alarm", "mask_alarm", "people_queue_alarm", "people_count_region_alarm", "people_count_line_alarm",
    "people_leave_station_alarm", "over_line_alarm", "region_invasion_alarm", "region_in_alarm", "region_out_alarm",
    "occlusion_alarm", "fast_move_alarm", "linger_alarm", "thirdparty_intelligent", "face_alarm",
)  # fmt: skip
"""The 21 types of an alarm-triggered plan (L8472)."""
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
LARGEST_BATCH = 100
LONGEST_BOTH = 60
BETA_DAYS = 7
SECTIONS = array("time_sections", code="IVM.10024007", fields=(
    integer("day_of_week", 1, 7, required=True, missing="IVM.10024012", code="IVM.10024003"),
    text("start_time", required=True, code="IVM.10024007"), text("end_time", required=True, code="IVM.10024007"),
))  # fmt: skip
NORMAL_ONLY = word("record_type", "NORMAL_RECORD", code="IVM.10026002")
KIND = word("record_type", "normal", "alarm", default="normal", code="IVM.10026002")
STORAGE = {"PLAN_RECORD": "normal", "MOTION_RECORD": "alarm"}
SERVICES = {"normal": ("FULL_RECORD", "NORMAL"), "alarm": ("EVENT_RECORD", "MOTION")}


def batch(name: str, *fields: Field) -> Field:
    """Row of a list of channels, with its limit and the words for an empty one."""
    return array(name, 1, LARGEST_BATCH, required=True, missing="IVM.10024002", code="IVM.10024000", fields=fields)


def each(call: Call, items: Sequence[dict[str, Any]], act: Callable[[Channel, dict[str, Any]], None], name: str
         ) -> Any:  # fmt: skip
    """Carry something out for each channel and tell what became of it (shape C)."""
    keys = [(item["device_id"], item["channel_id"]) for item in items]
    if len(set(keys)) < len(keys):
        raise RefusedError("IVM.10024001")
    told = []
    for item in items:
        code = "IVM.0"
        try:
            channel = call.channel(item["device_id"], item["channel_id"])
            channel.need_managed()
            act(channel, item)
        except RefusedError as error:
            code = error.code
        told.append({"device_id": item["device_id"], "channel_id": item["channel_id"], "result": result(code)})
    return {"failed_num": sum(item["result"]["code"] != "IVM.0" for item in told), name: told}


def sections(item: dict[str, Any]) -> Plan:
    """Read a plan. Raises RefusedError for sections that overlap or lie outside a day."""
    if item["all_day"]:
        return Plan(all_day=True)
    if not item["time_sections"]:
        raise RefusedError("IVM.10024009")
    rows = sorted((row["day_of_week"], row["start_time"], row["end_time"]) for row in item["time_sections"])
    for _, start, end in rows:
        if CLOCK.fullmatch(start) is None or CLOCK.fullmatch(end) is None or start >= end:
            raise RefusedError("IVM.10024007")
    for before, after in pairwise(rows):
        if before[0] == after[0] and after[1] < before[2]:
            raise RefusedError("IVM.10024004")
    return Plan(all_day=False, sections=rows)


def describe(plan: Plan) -> dict[str, Any]:
    """Print a plan; all day has no sections (L7877)."""
    if plan.all_day:
        return {"all_day": True}
    rows = [{"day_of_week": day, "start_time": start, "end_time": end} for day, start, end in plan.sections]
    return {"all_day": False, "time_sections": rows}


@operation("11.1", "GET", f"{DC}/record-config")
def config(call: Call) -> Any:
    """The stream that is recorded."""
    channel = call.channel()
    channel.need("FULL_RECORD", "IVM.20010017", "IVM.20010016")
    return {"device_id": channel.device.id, "channel_id": channel.id, "stream_type": channel.record_stream}


@operation("11.2", "PUT", "devices/channels/record-config", body=(
    batch("channel_record_configs", *ADDRESS, STREAM, NORMAL_ONLY),
))  # fmt: skip
def set_config(call: Call) -> Any:
    """Choose the stream."""

    def act(channel: Channel, item: dict[str, Any]) -> None:
        channel.need("FULL_RECORD", "IVM.20010017", "IVM.20010016")
        wanted = item["stream_type"] or "PRIMARY_STREAM"
        if wanted not in channel.streams_left:
            raise RefusedError("IVM.10026004")
        channel.record_stream = wanted

    return each(call, call.body["channel_record_configs"], act, "channels")


@operation("11.3", "GET", f"{DC}/record-plan")
def plan(call: Call) -> Any:
    """No plan is one without sections."""
    channel = call.channel()
    channel.need("FULL_RECORD", "IVM.20010011", "IVM.20010010")
    return {
        "device_id": channel.device.id,
        "channel_id": channel.id,
        "is_upload_record": channel.uploads,
        **describe(channel.plan or Plan(all_day=False)),
    }


@operation("11.4", "PUT", "devices/channels/record-plan", body=(
    batch("plans", *ADDRESS, truth("all_day", default=False), SECTIONS, NORMAL_ONLY),
))  # fmt: skip
def set_plan(call: Call) -> Any:
    """A wrong section refuses the whole call."""
    plans = {id(item): sections(item) for item in call.body["plans"]}

    def act(channel: Channel, item: dict[str, Any]) -> None:
        channel.need("FULL_RECORD", "IVM.20010011", "IVM.20010010")
        channel.plan = plans[id(item)]

    return each(call, call.body["plans"], act, "channels")


@operation("11.5", "POST", "devices/channels/record-plan", body=(batch("channels", *ADDRESS, KIND),))
def delete_plan(call: Call) -> Any:
    """POST deletes (L8113)."""

    def act(channel: Channel, item: dict[str, Any]) -> None:
        if item["record_type"] == "alarm":
            channel.need("EVENT_RECORD", "IVM.20010026", "IVM.20010025")
            channel.alarm_plans, channel.alarm_times = [], None
        else:
            channel.need("FULL_RECORD", "IVM.20010013", "IVM.20010012")
            channel.plan = None

    return each(call, call.body["channels"], act, "channels")


@operation("11.6", "GET", f"{DC}/time-policy", query=(KIND,))
def retention(call: Call) -> Any:
    """Days of one kind; the sample shows both (L8285)."""
    channel = call.channel()
    kind = call.query["record_type"]
    missing = "IVM.20010015" if kind == "normal" else "IVM.20010030"
    channel.need(SERVICES[kind][0], missing, "IVM.20010014")
    kinds = [kind]
    if "shapes" in call.cloud.dirty:
        kinds = [key for key in ("alarm", "normal") if channel.has(SERVICES[key][0])]
    words = {value: key for key, value in STORAGE.items()}
    rows = [{"storage_days": channel.retention[key], "storage_type": words[key]} for key in kinds]
    return {"device_id": channel.device.id, "channel_id": channel.id, "time_policies": rows}


@operation("11.7", "PUT", "devices/channels/time-policy", body=(
    batch("channel_time_policies", *ADDRESS,
          array("time_policies", 1, required=True, missing="IVM.10024010", code="IVM.10024010", fields=(
              integer("storage_days", 1, 365, required=True, code="IVM.10024005"),
              word("storage_type", *STORAGE, required=True, missing="IVM.10024013", code="IVM.10024006"),
          ))),
))  # fmt: skip
def set_retention(call: Call) -> Any:
    """What is bought for a time has a retention of its own (`IVM.20010009`)."""

    def act(channel: Channel, item: dict[str, Any]) -> None:
        for policy in item["time_policies"]:
            kind = STORAGE[policy["storage_type"]]
            family, resource = SERVICES[kind]
            channel.need(family, "IVM.20010015" if kind == "normal" else "IVM.20010030", "IVM.20010014")
            bound = call.cloud.world.resources.get(channel.bindings.get(resource, ""))
            if bound is not None and bound.mode == "PACKAGE":
                raise RefusedError("IVM.20010009")
            if call.cloud.beta and policy["storage_days"] > BETA_DAYS:
                raise RefusedError("IVM.10024011")
        for policy in item["time_policies"]:
            channel.retention[STORAGE[policy["storage_type"]]] = policy["storage_days"]

    return each(call, call.body["channel_time_policies"], act, "channels")


@operation("11.8", "GET", f"{DC}/record-alarm-plan")
def alarm_plan(call: Call) -> Any:
    """What is recorded for which alarm; the times are the channel's, as table and sample say."""
    channel = call.channel()
    channel.need("EVENT_RECORD", "IVM.20010024", "IVM.20010025")
    rows = [
        {"alarm_type": item.alarm_type, "advance_time": item.before, "after_time": item.after}
        for item in channel.alarm_plans
    ]
    times = describe(channel.alarm_times or Plan(all_day=False))
    return {"device_id": channel.device.id, "channel_id": channel.id, "plans": rows, **times}


@operation("11.9", "PUT", "devices/channels/record-alarm-plan", body=(
    batch("channels", *ADDRESS, Field(name="stream_type", kind="either"),
          array("plans", 1, len(ALARM_TYPES), required=True, code="IVM.20010027", fields=(
              word("alarm_type", *ALARM_TYPES, required=True, code="IVM.20010027"),
              either("advance_time", 1, 59, required=True, code="IVM.20010028"),
              either("after_time", 1, 59, required=True, code="IVM.20010028"),
          )), truth("all_day", default=False), SECTIONS),
))  # fmt: skip
def set_alarm_plan(call: Call) -> Any:
    """Replace everything: what is not named is not recorded any more (L8533)."""
    plans: dict[int, tuple[list[AlarmPlan], Plan]] = {}
    for item in call.body["channels"]:
        rows = item["plans"]
        if len({row["alarm_type"] for row in rows}) < len(rows):
            raise RefusedError("IVM.20010027")
        if any(row["advance_time"] + row["after_time"] > LONGEST_BOTH for row in rows):
            raise RefusedError("IVM.20010029")
        types = [AlarmPlan(row["alarm_type"], row["advance_time"], row["after_time"]) for row in rows]
        plans[id(item)] = types, sections(item)

    def act(channel: Channel, item: dict[str, Any]) -> None:
        channel.need("EVENT_RECORD", "IVM.20010024", "IVM.20010025")
        channel.alarm_plans, channel.alarm_times = plans[id(item)]

    return each(call, call.body["channels"], act, "channels")
