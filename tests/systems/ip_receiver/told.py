"""A receiver that answers what a test tells it to, without a socket."""

from collections.abc import Callable, Mapping
import json
from typing import Any, cast, override

from custom_components.hikvision_ivm.systems.ip_receiver.client import Endpoint, ReceiverClient
from custom_components.hikvision_ivm.systems.ip_receiver.records import DeviceRecord
from custom_components.hikvision_ivm.systems.transport.http import HttpClient
from custom_components.hikvision_ivm.systems.transport.json import Fields
from tests.systems.transport.clock import Clock

type Answer = Callable[[Mapping[str, Any]], Any]

PANEL = DeviceRecord(id="Q1", index="6F0D-1", name="House", source=3, type=0)


class Told(ReceiverClient):
    """Keeps what it was asked; `answers`: endpoint → function from the body to an answer, or the answer itself."""

    def __init__(self, answers: Mapping[Endpoint, Any]) -> None:
        """Answers are decoded JSON, text of JSON, or an error to raise."""
        self.clock = Clock()
        nothing = cast(HttpClient, None)
        super().__init__(nothing, nothing, self.clock.runtime)
        self.told = dict(answers)
        self.asked: list[tuple[Endpoint, Mapping[str, Any]]] = []
        self.paced: list[bool] = []

    @override
    async def call(
        self,
        endpoint: Endpoint,
        device: DeviceRecord | None = None,
        *,
        body: Mapping[str, Any] | None = None,
        target: str = "",
        query: Mapping[str, str] | None = None,
        paced: bool = False,
    ) -> Fields:
        """Answer."""
        self.asked.append((endpoint, body or {}))
        self.paced.append(paced)
        answer = self.told[endpoint]
        if callable(answer):
            answer = answer(body or {})
        if isinstance(answer, Exception):
            raise answer
        return Fields(json.loads(answer) if isinstance(answer, str) else answer)
