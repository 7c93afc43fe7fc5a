"""Names that several modules share."""

import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "hikvision_ivm"
LOGGER: Final = logging.getLogger(__package__)

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.SENSOR,
    Platform.SWITCH,
]

GRACE_SECONDS: Final = 60.0
"""How long a way to the system may fail before its entities become unavailable."""

ENTITY_LIMIT: Final = 10_000
"""Enabled entities Home Assistant accepts from one config entry."""
