"""Names that several modules share."""

import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "hikvision_ivm"
LOGGER: Final = logging.getLogger(__package__)

PLATFORMS: Final = [
    Platform.ALARM_CONTROL_PANEL,
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.CAMERA,
    Platform.DEVICE_TRACKER,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SIREN,
    Platform.SWITCH,
]

GRACE_SECONDS: Final = 60.0
"""How long a way to the system may fail before its entities become unavailable."""

ENTITY_LIMIT: Final = 9_900
"""Entities of one config entry that start enabled. Home Assistant accepts 10,000; the others are the user's to enable."""
