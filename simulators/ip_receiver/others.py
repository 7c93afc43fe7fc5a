"""Devices that are no panels: stub."""

from .state import Device


class OtherDevice:
    def __init__(self, receiver, device: Device) -> None:
        self.receiver = receiver
        self.device = device
