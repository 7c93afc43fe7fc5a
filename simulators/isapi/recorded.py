"""A user's diagnostics file as a member that can be run and made to tell events."""

from collections.abc import Mapping, Sequence
import json
from pathlib import Path

from simulators.control import Action

from .demo import DETECTIONS, PASSWORD, USERNAME
from .replay import IsapiReplay, recorded_answers


class RecordedMember:
    """One recorded device. Its pictures are drawn; it has no live video."""

    system = "isapi"
    profile = "recording"

    def __init__(self, file: Path, *, port: int) -> None:
        """`port` 0 takes a free one. Raises `ValueError` for a file that cannot be served, `OSError` for none."""
        recording = json.loads(file.read_text(encoding="utf-8"))
        proxied = any(path.startswith("ContentMgmt/InputProxy/channels/") for path in recorded_answers(recording))
        self.name = file.stem
        self.device = IsapiReplay(
            recording, style="recorder_dyn" if proxied else "camera", port=port, username=USERNAME, password=PASSWORD
        )

    @property
    def login(self) -> Mapping[str, str | bool]:
        """What a user types to add it."""
        return {"url": self.device.url, "username": USERNAME, "password": PASSWORD}

    @property
    def actions(self) -> Sequence[Action]:
        """What can be done by hand."""
        channels = [str(channel) for channel in self.device.channels]
        fields = {"type": DETECTIONS, "channel": channels, "state": ("active", "inactive")}
        return [
            *([Action(name="event", title="Send event", run=self._event, fields=fields)] if channels else ()),
            Action(name="cut", title="Cut the event stream", run=lambda _: self.device.close_streams()),
            Action(name="reboot", title="Reboot", run=lambda _: self.device.reboot()),
        ]

    async def start(self) -> None:
        """Serve."""
        await self.device.start()

    async def stop(self) -> None:
        """End."""
        await self.device.stop()

    def _event(self, fields: Mapping[str, str]) -> None:
        """Send one alert."""
        self.device.emit(type=fields["type"], channel=int(fields["channel"]), state=fields["state"])
