"""Whether a command that failed may have been carried out."""

from typing import Final

from ..errors import BusyError, ConnectionFailedError, DeviceFailureError, ProtocolError, SystemFailure

_UNSURE_CODES: Final = frozenset({"", "1", "4", "5", "0x00052102", "0x00052103", "0x00052301"})
"""Timeouts and failures inside the platform; empty: a gateway's HTTP status."""


def unsure(error: SystemFailure) -> bool:
    """Whether nobody knows what became of a command: its answer was lost, cut off, or is a timeout inside the platform."""
    if isinstance(error, ConnectionFailedError):
        return error.answered
    return isinstance(error, ProtocolError) or (
        isinstance(error, (BusyError, DeviceFailureError)) and error.code in _UNSURE_CODES
    )
