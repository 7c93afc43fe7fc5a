"""Alarm inputs and outputs (§3.1, §3.12)."""

from typing import TYPE_CHECKING, Any

from simulators.hikcentral.paging import paged
from simulators.hikcentral.registry import PAGE, Call, Json, Refuse, endpoint, number, text
from simulators.hikcentral.state import AlarmInput, AlarmOutput

from .filters import DEVICE_TYPE, of_types, wanted_types

if TYPE_CHECKING:
    from simulators.hikcentral.platform import HikCentralSimulator

OUTPUT = text("alarmOutputIndexCode", required=True, longest=64)
CONDITIONS = (DEVICE_TYPE, text("devIndexCode", longest=64), text("regionIndexCode", longest=64))
SINCE = (2, 0, 0)


def _input(item: AlarmInput) -> dict[str, Any]:
    """Print an input; its level is in no field (L15876)."""
    return {
        "alarmInputIndexCode": item.id,
        "alarmInputName": item.name,
        "regionIndexCode": item.region,
        "devIndexCode": item.device,
        "devResourceType": item.device_type,
        "networkStatus": item.network_status,
    }


def _output(platform: HikCentralSimulator, item: AlarmOutput) -> dict[str, Any]:
    """Print an output (L15908)."""
    return {
        "alarmOutputIndexCode": item.id,
        "alarmOutputName": item.name,
        "regionIndexCode": item.region,
        "devIndexCode": item.device,
        "devResourceType": item.device_type,
        "status": -1 if platform.options.blind_outputs else item.status,
    }


def _blind(data: Json) -> Json:
    """Print outputs as every sample does: nothing is known of them (L8960)."""
    if "list" in data:
        return data | {"list": [row | {"status": -1} for row in data["list"]]}
    return data | {"status": -1}


def _matches(call: Call, item: AlarmInput | AlarmOutput, name: str) -> bool:
    return (
        call.text(name).casefold() in item.name.casefold()
        and call.text("devIndexCode") in ("", item.device)
        and call.text("regionIndexCode") in ("", item.region)
    )


@endpoint("resource/v1/alarmInputs", *PAGE, DEVICE_TYPE, cached=True, since=SINCE)
def inputs(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the inputs of some types of devices (L8683)."""
    rows = of_types(list(platform.state.inputs.values()), wanted_types(platform, call))
    return paged(platform, call, rows, _input)


@endpoint(
    "resource/v1/alarmInput/advance/alarmInputList", *PAGE, text("alarmInputName", longest=32), *CONDITIONS, since=SINCE
)
def search_inputs(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the inputs that meet all conditions (L8566)."""
    rows = of_types(list(platform.state.inputs.values()), wanted_types(platform, call))
    return paged(platform, call, [item for item in rows if _matches(call, item, "alarmInputName")], _input)


@endpoint("resource/v1/alarmInputs/indexCode", text("alarmInputIndexCode", required=True, longest=64), since=SINCE)
def one_input(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one input (L8789)."""
    found = platform.state.inputs.get(call.text("alarmInputIndexCode"))
    if found is None:
        raise Refuse("0x00072202")
    return _input(found)


@endpoint("resource/v1/alarmOutputs", *PAGE, DEVICE_TYPE, cached=True, sample=_blind, since=SINCE)
def outputs(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the outputs of some types of devices (L9051)."""
    rows = of_types(list(platform.state.outputs.values()), wanted_types(platform, call))
    return paged(platform, call, rows, lambda item: _output(platform, item))


@endpoint(
    "resource/v1/alarmOutput/advance/alarmOutputList", *PAGE, text("alarmOutputName", longest=32), *CONDITIONS,
    sample=_blind, since=SINCE,
)  # fmt: skip
@endpoint(
    "resource/v1/alarmOuput/advance/alarmOutputList", *PAGE, text("alarmOutputName", longest=32), *CONDITIONS,
    sample=_blind, since=SINCE,
)  # fmt: skip
def search_outputs(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """List the outputs that meet all conditions; one of the two printed spellings of the path exists (L8854, L8861)."""
    if ("alarmOuput/" in call.path) is not platform.options.misspelled_output_path:
        raise Refuse("12")
    rows = of_types(list(platform.state.outputs.values()), wanted_types(platform, call))
    chosen = [item for item in rows if _matches(call, item, "alarmOutputName")]
    return paged(platform, call, chosen, lambda item: _output(platform, item))


@endpoint("resource/v1/alarmOutputs/indexCode", OUTPUT, sample=_blind, since=SINCE)
def one_output(platform: HikCentralSimulator, call: Call) -> dict[str, Any]:
    """Tell one output (L9160)."""
    return _output(platform, _output_of(platform, call))


@endpoint("resource/v1/alarmOutput/controlling", OUTPUT, number("action", required=True, among=(0, 1)), since=SINCE)
def control(platform: HikCentralSimulator, call: Call) -> str:
    """Switch an output (L8990)."""
    found = _output_of(platform, call)
    if found.id in platform.options.refused_outputs:
        raise Refuse("192")
    if found.id not in platform.options.deaf_outputs:
        found.status = int(call.body["action"])
    return ""


def _output_of(platform: HikCentralSimulator, call: Call) -> AlarmOutput:
    found = platform.state.outputs.get(call.text("alarmOutputIndexCode"))
    if found is None:
        raise Refuse("0x00072202")
    return found
