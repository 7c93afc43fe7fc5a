"""Messages to those who subscribed (ivm §4.1 and §4.2): signed, never repeated, with a breaker for each address."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import hashlib
import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from .simulator import IvmSimulator

MESSAGE_TYPES: Mapping[str, str] = {
    "DEVICE_ALARM": "device_alarm", "DEVICE_EXCEPTION": "device_status", "DEVICE_UNBIND": "device_unbind",
    "TARGET_DATA": "target_data", "THIRD_DATA": "third_data", "VEHICLE_DATA": "vehicle_data",
    "HEAD_SHOULDER_DATA": "head_shoulder_data", "BEHAVIOR_ANALYSIS_DATA": "behavior_analysis_data",
    "MICRO_CHECKPOINT_DATA": "micro_checkpoint_data",
}  # fmt: skip
"""What each subscription is sent (ivm §4.3)."""
SUBSCRIPTIONS = {message: subscription for subscription, message in MESSAGE_TYPES.items()}
KEPT = 100_000
NOBODY = "no callback"
NO_SERVICE = "no service"
BREAKER = "breaker"
NOT_OUT = "nothing gets out"


@dataclass(slots=True)
class Callback:
    """Where a subscription is sent to."""

    url: str
    auth_key: str | None = field(repr=False)
    created: datetime
    updated: datetime
    health: Health = field(default_factory=lambda: Health(), repr=False)

    @property
    def failures(self) -> int:
        """Wrong answers of this address one after the other."""
        return self.health.failures

    @property
    def broken_until(self) -> datetime | None:
        """Nothing is sent to this address before."""
        return self.health.broken_until


@dataclass(slots=True)
class Health:
    """How an address answered lately; all subscriptions with it share one."""

    failures: int = 0
    broken_until: datetime | None = None


@dataclass(slots=True)
class Push:
    """One message and what became of it: an HTTP status, or an error if there was no answer or nothing was sent."""

    subscription: str
    body: bytes = field(repr=False)
    moment: datetime
    status: int | None = None
    error: str | None = None
    seconds: float = 0.0
    probe: bool = False

    @property
    def json(self) -> Any:
        """The message."""
        return json.loads(self.body)

    @property
    def delivered(self) -> bool:
        """It was answered as it should be."""
        return self.status == 200


class Pusher:
    """Sends messages."""

    def __init__(self, cloud: IvmSimulator) -> None:
        """Nothing is sent before `start()`."""
        self._cloud = cloud
        self._session: aiohttp.ClientSession | None = None
        self._health: dict[str, Health] = {}
        self.log: list[Push] = []

    def start(self) -> None:
        """Be able to send."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connector = aiohttp.TCPConnector(ssl=context, limit=0)
        self._session = aiohttp.ClientSession(connector=connector, auto_decompress=False)

    async def stop(self) -> None:
        """End."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def recover(self, url: str) -> None:
        """Close the breaker of an address, as configuring it again does (L4134)."""
        health = self._health.setdefault(url, Health())
        health.failures, health.broken_until = 0, None
        for callback in self._cloud.callbacks.values():
            callback.health = self._health.setdefault(callback.url, Health())

    async def probe(self, subscription: str, callback: Callback) -> bool:
        """Send the test request of a configuration (L4128)."""
        body = dump({"message_id": self._cloud.message_id(), "test": True})
        push = Push(subscription, body, self._cloud.now(), probe=True)
        headers = self.signature(callback) if self._cloud.sign_probes else {}
        await self._post(push, callback.url, headers)
        return push.delivered

    async def send(self, subscription: str, body: bytes, headers: Mapping[str, str] | None = None) -> Push:
        """Send to the address of a subscription; return when it is answered or given up."""
        push = Push(subscription, body, self._cloud.now())
        callback = self._cloud.callbacks.get(subscription)
        if callback is None:
            return self.skip(push, NOBODY)
        health = callback.health
        if health.broken_until is not None:
            if health.broken_until > self._cloud.now():
                return self.skip(push, BREAKER)
            health.failures, health.broken_until = 0, None
        if not self._cloud.reachable:
            return self.skip(push, NOT_OUT)
        await self._post(push, callback.url, self.signature(callback) if headers is None else headers)
        if push.delivered:
            health.failures = 0
        else:
            health.failures += 1
            if health.failures >= self._cloud.breaker_limit:
                health.broken_until = self._cloud.now() + timedelta(seconds=self._cloud.breaker_seconds)
        return push

    def skip(self, push: Push, why: str) -> Push:
        """Note a message that is not sent."""
        push.error = why
        self._note(push)
        return push

    def _note(self, push: Push) -> None:
        self.log.append(push)
        if len(self.log) > KEPT:
            del self.log[: KEPT // 5]

    def signature(self, callback: Callback) -> dict[str, str]:
        """Return the two headers; none without a key (ivm §4.2)."""
        if callback.auth_key is None:
            return {}
        stamp = str(int(self._cloud.now().timestamp()))
        text = self._cloud.signature_separator.join((callback.url, stamp, callback.auth_key))
        digest = hashlib.sha256(text.encode())
        form = self._cloud.signature_form
        told = b64encode(digest.digest()).decode() if form == "base64" else digest.hexdigest()
        name = "X-Ivm" if self._cloud.signature_header == "ivm" else "X-lvm"
        return {f"{name}-Timestamp": stamp, f"{name}-Signature": told.upper() if form == "upper" else told}

    async def _post(self, push: Push, url: str, headers: Mapping[str, str]) -> None:
        self._note(push)
        if self._session is None:
            push.error = "not started"
            return
        began = time.monotonic()
        try:
            async with (
                asyncio.timeout(self._cloud.answer_seconds),
                self._session.post(
                    url, data=push.body, headers={"Content-Type": "application/json", **headers}, allow_redirects=False
                ) as response,
            ):
                push.status = response.status
                await response.read()
        except TimeoutError:
            push.status, push.error = None, "timeout"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            push.status, push.error = None, type(error).__name__
        push.seconds = time.monotonic() - began


def dump(message: Any) -> bytes:
    """Return JSON; not with `orjson`, for message ids may be longer than 64 bits (ivm §4.3)."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
