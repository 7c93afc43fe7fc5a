"""The ISAPI system: one device at one address."""

from collections.abc import Sequence
from typing import ClassVar

from ..base import System
from .address import addresses


class IsapiSystem(System):
    """A Hikvision-compatible device and what hangs on it."""

    id: ClassVar[str] = "isapi"
    manufacturer: ClassVar[str] = "Hikvision"

    @classmethod
    def addresses(cls, text: str) -> Sequence[str]:
        """Turn what a user typed into the base addresses to try, best first. Raises `InvalidAddressError`."""
        return addresses(text)
