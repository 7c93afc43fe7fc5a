"""The documents of a device, by path: data, put together once when a device is made."""

from .setup import Setup, build_documents

__all__ = ["Setup", "build_documents"]
