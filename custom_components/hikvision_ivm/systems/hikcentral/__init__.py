"""HikCentral Professional: the platform's OpenAPI."""

from .system import HikCentralSystem

__all__ = ["HikCentralSystem"]
