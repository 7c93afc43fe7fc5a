"""Hik IP Receiver Pro: alarm panels and other devices behind one receiver."""

from .system import IpReceiverSystem

__all__ = ["IpReceiverSystem"]
