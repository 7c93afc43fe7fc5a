"""Let the test plugin of an older Home Assistant run on the newest one: `pytest -p tests.newest`.

Needed until the plugin has a release for Home Assistant 2026.11: that version moved a private function the plugin
imports, and must be imported before anything that imports httpx.
"""

import homeassistant  # noqa: F401  before httpx
from homeassistant.components import logger
from homeassistant.components.logger import helpers

if not hasattr(logger, "_clear_logger_overwrites"):
    vars(logger)["_clear_logger_overwrites"] = vars(helpers)["_clear_logger_overwrites"]
