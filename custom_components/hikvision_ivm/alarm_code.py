"""The code that Home Assistant asks for before it disarms, and before it arms where that is wanted.

No panel ever sees it. It is compared in a time that tells nothing of it, and neither logged nor shown.
"""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from homeassistant.components.alarm_control_panel import CodeFormat
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN
from .systems import settings


def _code(options: Mapping[str, Any]) -> str:
    """Return the code of an entry's options; empty: there is none."""
    code = options.get(settings.ALARM_CODE)
    return code if isinstance(code, str) else ""


@callback
def code_format(options: Mapping[str, Any]) -> CodeFormat | None:
    """Return with which keys the code is entered; None: it is not asked for."""
    if not (code := _code(options)):
        return None
    return CodeFormat.NUMBER if code.isascii() and code.isdigit() else CodeFormat.TEXT


@callback
def is_needed_to_arm(options: Mapping[str, Any]) -> bool:
    """Whether arming asks for the code, too."""
    return bool(_code(options)) and options.get(settings.CODE_TO_ARM) is True


@callback
def check_code(options: Mapping[str, Any], code: str | None) -> None:
    """Raise `ServiceValidationError` unless this is the code, or there is none."""
    if (right := _code(options)) and not compare_digest((code or "").encode(), right.encode()):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="wrong_code")
