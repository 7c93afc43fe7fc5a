"""ISAPI: a Hikvision-compatible device itself."""

from .system import IsapiSystem

__all__ = ["IsapiSystem"]
