"""What a device tells of its own condition (isapi-core §3.1.2)."""

import math
from types import MappingProxyType

from lxml import etree

from ..transport.xml import as_float
from .documents import amount, descendants, word
from .records import Health


def health_of(root: etree._Element) -> Health:
    """Read `System/status`; every block may be missing."""
    loads = [load for element in descendants(root, "CPU") if (load := amount(element, "cpuUtilization")) is not None]
    used = free = 0.0
    for element in descendants(root, "Memory"):
        usage, available = amount(element, "memoryUsage"), amount(element, "memoryAvailable")
        if usage is not None and available is not None:
            used, free = used + usage, free + available
    temperatures: dict[str, float | None] = {}
    sensors = (element for element in descendants(root, "Temperature") if len(element))
    for index, element in enumerate(sensors, start=1):
        name = word(element, "tempSensorDescription") or str(index)
        degrees = as_float(word(element, "temperature"))
        if degrees is not None and math.isfinite(degrees):
            temperatures[name if name not in temperatures else f"{name} {index}"] = degrees
    return Health(
        cpu=min(100.0, sum(loads) / len(loads)) if loads else None,
        # The unit of the two numbers differs between devices; their ratio does not.
        memory=round(100 * used / (used + free), 1) if used + free > 0 else None,
        uptime=amount(root, "deviceUpTime"),
        temperatures=MappingProxyType(temperatures),
    )
