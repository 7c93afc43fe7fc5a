"""What messages say (ivm §4.4-§4.7)."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from .state import Channel, Device
from .times import BEIJING, compact_stamp, iso_stamp, stamp

CLASSES: Mapping[str, tuple[str, ...]] = {
    "ALARM": ("motion_detection", "human_detection", "abandon_alarm", "removed_alarm", "lift_electric_alarm",
              "electric_bicycle_alarm", "illegal_parking_alarm", "fire_detect_alarm", "io_event"),
    "DEVICE": ("disk_failure", "device_offline"),
    "TARGET": ("target_alarm", "target_high_frequency_alarm"),
    "TARGET_DET": ("mask_alarm",),
    "CROWD": ("people_queue_alarm", "people_count_region_alarm", "people_count_line_alarm",
              "people_leave_station_alarm"),
    "PERIMETER": ("over_line_alarm", "region_invasion_alarm", "region_in_alarm", "region_out_alarm", "occlusion_alarm",
                  "fast_move_alarm", "linger_alarm", "beh_parking_detection"),
    "THIRDPARTY_INTELLIGENT": ("thirdparty_intelligent",),
}  # fmt: skip
"""The alarm types of each classification (L4427-L4458)."""
CLASS_OF = {kind: name for name, kinds in CLASSES.items() for kind in kinds}
CLASS_OF["customer_flow_statistics_alarm"] = "CROWD"
METHODS = ("login", "logout", "channel_state_notice", "channel_name_notice", "upgrade_result", "offline_reason_notice")
UNBINDS = ("DELETE_DEVICE", "UNBIND_DEVICE", "UNBIND_MANAGE", "UNBIND_MOTION", "UNBIND_NORMAL", "UNBIND_DATAFLOW")
TEMPLATE_NAME = "${time@sys: YYYY-MM-DD}"
WRAPPED = 18_446_744_073_696_131_378
LARGE = 9_223_372_036_854_775_808
LIFE_BOX = {"x": 5795, "y": 4270, "width": 653, "height": 1006}


def name_of(channel: Channel, dirty: Collection[str]) -> str:
    """Return the name of a channel as pushes have it."""
    return TEMPLATE_NAME if "template_names" in dirty else channel.name


def alarm_uuid(device: Device, channel: Channel | None, kind: str, moment: datetime, number: int) -> str:
    """Return the key of an alarm's picture (ivm §1.5)."""
    return f"{device.id}_{channel.id if channel else ''}_{kind}_{compact_stamp(moment)}_{number}"


def alarm(
    device: Device, channel: Channel | None, kind: str, status: str, moment: datetime, uuid: str,
    target: Mapping[str, Any] | None, more: Mapping[str, Any], dirty: Collection[str],
) -> dict[str, Any]:  # fmt: skip
    """Return the data of `device_alarm`."""
    told: dict[str, Any] = {
        "device_id": device.id,
        "device_name": device.name,
        "channel_type": "video_input",
        "channel_id": channel.id if channel else "",
        "channel_name": name_of(channel, dirty) if channel else "",
        "classification": CLASS_OF.get(kind, "ALARM"),
        "alarm_type": kind,
        "alarm_status": status,
        "alarm_time": iso_stamp(moment),
        "alarm_uuid": uuid,
    }
    if target is not None:
        told["target"] = {
            "alarm_uuid": uuid, "target_id": "-1", "name": "", "gender": "unknown", "organization": "", "age": 0,
            "age_group": "UNKNOWN", "similarity": 0, "target_alarm_type": "", "group_id": "", "appear_cnt": 0,
            "frequency_id": "", "targetgroup_name": "", **target,
        }  # fmt: skip
    told |= more
    if "extra" in dirty:
        told["brand_new_field"] = {"values": [1, "two", None]}
    if "missing" in dirty:
        del told["channel_type"], told["device_name"], told["channel_name"]
    return told


def status_channel(channel: Channel, moment: datetime, dirty: Collection[str], statuses: Any = None) -> dict[str, Any]:
    """Return an entry of `video_channel`."""
    abilities = sorted(channel.abilities)
    return {
        "channel_id": channel.id,
        "channel_name": name_of(channel, dirty),
        "channel_state": int(channel.state == "ONLINE"),
        "channel_ability": ",".join(abilities) if "shapes" in dirty else abilities,
        "device_type": "IPC-BOX",
        "manufacture": channel.device.manufacture.lower(),
        "firmware": channel.firmware,
        "model": channel.model,
        "status_list": statuses,
        "alarm_uuid": f"{channel.device.id}_{channel.id}_channel_offline_{iso_stamp(moment)}",
    }


def status(
    device: Device, method: str, moment: datetime, channels: Iterable[Channel], more: Mapping[str, Any],
    dirty: Collection[str],
) -> dict[str, Any]:  # fmt: skip
    """Return the data of `device_status`."""
    statuses = None
    if method == "upgrade_result":
        statuses = [
            {"file_type": 0, "file_name": "", "package_name": "SDC 10.2.0", "status": more.get("result", "success")}
        ]
    rows = [status_channel(channel, moment, dirty, statuses) for channel in channels]
    since = device.online_since
    param: dict[str, Any] = {
        "device_id": device.id,
        "device_name": device.name,
        "channel_id": "",
        "time": iso_stamp(moment),
        "video_channel": rows or None,
    }
    if method == "logout":
        param["online_time"] = int((moment - since).total_seconds()) if since else 0
        param["last_login_time"] = stamp(since or moment)
        param["alarm_uuid"] = f"{device.id}_device_offline_{iso_stamp(moment)}"
    param |= {
        "overall_upgrade_status": "success" if method == "upgrade_result" else "",
        "device_type": device.kind_word,
        "offline_reason_type": "TMOUT" if method in {"logout", "offline_reason_notice"} else "",
        "qos": 0, "time_delay": 0, "packet_loss_rate": 0,
        "push_time": stamp(moment),
    }  # fmt: skip
    param |= {key: value for key, value in more.items() if key != "result"}
    if "status_nesting" in dirty and method == "login":
        # What follows the channels stands outside `param` in the printed sample (L4634).
        outside = {key: param.pop(key) for key in ("overall_upgrade_status", "device_type", "offline_reason_type",
                                                   "qos", "time_delay", "packet_loss_rate", "push_time")}  # fmt: skip
        return {"method": method, "param": param, **outside}
    return {"method": method, "param": param}


def unbound(kind: str, entries: Iterable[tuple[str, str, str | None]]) -> dict[str, Any]:
    """Return the data of `device_unbind`: device, channel ("" for the device), resource."""
    rows = [
        {
            "device_id": device_id,
            "channel_id": channel_id,
            "message": None if resource_id is None else {"resource_id": resource_id},
        }
        for device_id, channel_id, resource_id in entries
    ]
    return {"message_type": kind, "devices": rows}


def _common(target_type: int, dirty: Collection[str]) -> dict[str, Any]:
    return {
        "channel_id": 101, "channel_id_ex": 101, "pts": 15_360_490_474, "sdc_uuid": "e15ee2b3-83c2-073a-28e1-378e9612aa71",
        "image_width": 1920, "image_height": 1080, "target_type": target_type, "target_time_domain_info": 1,
        "meta_type_mask": None if "null_lists" in dirty else 3,
        "intelligent_target_index": LARGE if "big_numbers" in dirty else 17,
    }  # fmt: skip


def _defaults(message: str, scene: int, moment: datetime, dirty: Collection[str]) -> dict[str, Any]:
    """Return the target of a message, as a scene has it."""
    pictures = {"panorama_pic": "", "obj_pos": LIFE_BOX}
    milliseconds = int(moment.timestamp() * 1000)
    box = "head_shoulder_pos" if "tlv_nesting" in dirty else "head_should_r_pos"
    tables: Mapping[tuple[str, int], dict[str, Any]] = {
        ("target_data", scene): {"itgt_type": scene, "age_group": "2", "gender": 1, "glasses": 1, "mouth_mask": 0,
                                 "target_age_group": 2, "target_age": 30},
        ("vehicle_data", scene): {"itgt_type": scene, "plate_char": "浙A12345", "plate_color": 1, "vehicle_type": 1,
                                  "vehicle_color": 2, "vehicle_direction": 1},
        ("head_shoulder_data", 12): {"people_num": 4, "area_ratio": 0, box: LIFE_BOX},
        ("head_shoulder_data", 13): {"shoulder_num": 3, "queue_time": 90, box: LIFE_BOX},
        ("head_shoulder_data", 15): {
            "human_count_in": 1, "human_count_out": 0, "human_count_all_in_num": 12, "human_count_all_out_num": 7,
            "human_time_start": WRAPPED if "big_numbers" in dirty else milliseconds, box: LIFE_BOX, "area_ratio": 0,
        },
        ("behavior_analysis_data", 21): {"obj_type": 2, "obj_status": 2, **pictures},
        ("micro_checkpoint_data", 51): {"plate_char": "浙A12345", "plate_color": 1, "plate_type": 2, "vehicle_type": 1,
                                        "vehicle_color": 2, "vehicle_direction": 1, "mfr_main_sunvisor": 0},
        ("micro_checkpoint_data", 52): {
            "statistics_lane_index": 1, "statistics_lane_count": 2, "statistics_vehicle_count": 9,
            "statistics_average_speed": 41, "statistics_vehicle_density": 12, "statistics_congestion_degree": 0,
            "statistics_queue_length": 3, "traffic_statistics_cycle": 60,
        },
    }  # fmt: skip
    return dict(tables.get((message, scene), {}))


SCENES = {
    "target_data": 1, "vehicle_data": 7, "head_shoulder_data": 15, "behavior_analysis_data": 21,
    "micro_checkpoint_data": 52,
}  # fmt: skip
"""The scene of each message if none is asked for."""


def tlv(
    message: str, channel: Channel, moment: datetime, data_id: str, scene: int | None, fields: Mapping[str, Any],
    dirty: Collection[str],
) -> dict[str, Any]:  # fmt: skip
    """Return the data of a TLV message; `fields` are those of its (first) target."""
    outer: dict[str, Any] = {"device_id": channel.device.id, "channel_id": channel.id, "data_id": data_id,
                             "report_time": moment.astimezone(BEIJING).isoformat(timespec="seconds")}  # fmt: skip
    if message == "third_data":
        del outer["data_id"]
        return outer | {"tlv_data": b64encode(b"\x00\x01third").decode(), **fields}
    wanted = SCENES[message] if scene is None else scene
    target = {**_defaults(message, wanted, moment, dirty), **fields}
    common = _common(wanted, dirty)
    if message in {"target_data", "vehicle_data"}:
        return outer | {"common": common, "target": target}
    inner: dict[str, Any] = {"common": common}
    if message != "micro_checkpoint_data":
        inner |= {"rule": {"rule_line_dir": 1}, "rule_type": 9}
    if "tlv_nesting" in dirty:
        return outer | {"data": inner, "targets": [target]}
    return outer | {"data": inner | {"targets": [target]}}
