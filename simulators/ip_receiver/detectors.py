"""What kinds of detectors there are (Table A-23, L5101-5177), with what a zone of each tells and reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CONTACT = {"magnetOpenStatus": False}
SHOCK = {
    "magnetOpenStatus": False,
    "MagnetShockCurrentStatus": {"magnetOpenStatus": False, "magnetShockStatus": False, "magnetTiltStatus": False},
}


@dataclass(frozen=True, slots=True)
class Detector:
    """A detector type: its own members of a zone, the usual zone type, the code of its alarm, and its model."""

    name: str
    zone_type: str = "Instant"
    code: str = "1103"
    own: Mapping[str, Any] = field(default_factory=dict)
    model: str = ""


DETECTORS: Mapping[str, Detector] = {
    row.name: row
    for row in (
        Detector("slimMagneticContact", "Delay", "1134", CONTACT, "DS-PDMCS-EG2-WE"),
        Detector("passiveInfraredDetector", "Follow", "1132", {}, "DS-PDP15P-EG2-WE"),
        Detector("pircam", "Instant", "1103", {}, "DS-PDPC12P-EG2-WE"),
        Detector("wirelessSmokeDetector", "Fire", "1110", {"smokeDetectedExceed": "no"}, "DS-PDSMK-S-WE"),
        Detector("waterLeakDetector", "24hNoSound", "1154", {"waterDetectorAlarm": "no"}, "DS-PDWL-E-WE"),
        Detector("magnetShockDetector", "Perimeter", "1131", SHOCK, "DS-PDMCX-E-WE"),
        Detector("wirelessTemperatureHumidityDetector", "24hNoSound", "1783",
                 {"temperatureExceed": "no", "humidity": 45}, "DS-PDTPH-E-WE"),
        Detector("panicButton", "Emergency", "1129", {}, "DS-PDEB1-EG2-WE"),
        Detector("wirelessGlassBreakDetector", "Perimeter", "1131", {}, "DS-PDBG8-EG2-WE"),
        Detector("wirelessCODetector", "Gas", "1151", {}, "DS-PDCO-E-WE"),
        Detector("tripleTechnologyPirDetector", "Perimeter", "1131", {"pirCamConnected": True}, "DS-PDTT15AM-LM-WE"),
        Detector("magneticContact", "Delay", "1134", CONTACT),
        Detector("smokeDetector", "Fire", "1110", {"smokeDetectedExceed": "no"}),
        Detector("activeInfraredDetector", "Perimeter", "1131"),
        Detector("glassBreakDetector", "Perimeter", "1131"),
        Detector("vibrationDetector", "24hSound", "1125"),
        Detector("dualTechnologyPirDetector", "Follow", "1132"),
        Detector("humidityDetector", "24hNoSound", "1124", {"humidity": 50}),
        Detector("temperatureDetector", "24hNoSound", "1786", {"temperatureExceed": "no"}),
        Detector("combustibleGasDetector", "Gas", "1151"),
        Detector("dynamicSwitch", "Non-Alarm", "1103"),
        Detector("controlSwitch", "Non-Alarm", "1103"),
        Detector("smartLock", "Key", "1103"),
        Detector("waterDetector", "24hNoSound", "1154", {"waterDetectorAlarm": "no"}),
        Detector("displacementDetector", "Instant", "1103"),
        Detector("singleInfraredDetector", "Delay", "1134"),
        Detector("singleZoneModule", "Medical", "1100"),
        Detector("curtainInfraredDetector", "Perimeter", "1131"),
        Detector("indoorDualTechnologyDetector", "Timeout", "1126"),
        Detector("wirelessHeatDetector", "Fire", "1114", {"temperatureExceed": "no"}),
        Detector("wirelessPIRCeilingDetector", "Follow", "1132"),
        Detector("wirelessExternalMagnetDetector", "Delay", "1134", CONTACT),
        Detector("wirelessPIRCurtainDetector", "Perimeter", "1131"),
        Detector("wirelessDTAMCurtainDetector", "Perimeter", "1131"),
        Detector("other", "Instant", "1103"),
    )
}  # fmt: skip
"""By `detectorType`. The first eight make a usual house."""
ALWAYS_ON = frozenset({"24hNoSound", "24hSound", "Fire", "Gas", "Medical", "Emergency"})
"""Zone types that give alarm whether armed or not; `Key` and `Non-Alarm` never do."""
NEVER = frozenset({"Key", "Non-Alarm"})
SENSES: Mapping[str, str] = {
    "smokeDetectedExceed": "yes",
    "waterDetectorAlarm": "yes",
    "temperatureExceed": "yes",
}
"""Members that say so themselves while a zone is in alarm."""
