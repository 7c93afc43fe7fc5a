"""The secret address under which a system may post its events to us."""

import asyncio
from http import HTTPStatus
import logging
from typing import Any, Final

from aiohttp import web
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError

from .const import DOMAIN
from .coordinator import IvmConfigEntry, IvmCoordinator
from .systems import settings
from .systems.base import PushReply, PushRequest
from .systems.errors import AuthenticationError, SystemFailure

_LOGGER: Final = logging.getLogger(__name__)

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Bytes; an event with several pictures stays well below (isapi-events §1.5)."""
_PIECE: Final = 64 * 1024
BODY_SECONDS: Final = 30.0
"""A sender that has not finished its request by then is cut off."""
ANSWER_SECONDS: Final = 1.0
"""Devices repeat a message that is not answered soon; work that takes longer goes on behind the answer."""


class PushReceiver:
    """Takes what is posted to one entry's secret address, and counts it in the coordinator's statistics."""

    def __init__(self, coordinator: IvmCoordinator) -> None:
        """`coordinator` authenticates, parses and delivers a request."""
        self._coordinator = coordinator

    def _count(self, what: str) -> None:
        """Count one thing that happened."""
        self._coordinator.statistics[f"posted_{what}"] += 1

    async def handle(self, hass: HomeAssistant, webhook_id: str, request: web.Request) -> web.Response:
        """Answer one request. Never raises: the path is a secret, and whoever reports an exception here would log it."""
        self._count("requests")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(request)
        except asyncio.CancelledError:
            # The sender hung up: the server cancels the request.
            self._count("cut_off")
            raise
        except TimeoutError:
            return self._refused("too_slow", HTTPStatus.REQUEST_TIMEOUT)
        except ConnectionError, web.HTTPException, web.RequestPayloadError:
            return self._refused("malformed", HTTPStatus.BAD_REQUEST)
        if body is None:
            return self._refused("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        work = self._coordinator.entry.async_create_background_task(
            hass,
            self._deliver(
                PushRequest(
                    method=request.method,
                    path="",
                    query=dict(request.query),
                    headers=request.headers,
                    body=body,
                    remote=request.remote,
                )
            ),
            f"{DOMAIN} push",
        )
        done, _ = await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        if not done:
            self._count("answered_early")
            return web.Response()
        reply = work.result()
        return web.Response(
            status=reply.status,
            body=reply.body,
            headers={"Content-Type": reply.content_type} if reply.body else None,
        )

    async def _deliver(self, request: PushRequest) -> PushReply:
        """Hand the request on; a failure becomes an answer."""
        try:
            return await self._coordinator.receive(request)
        except AuthenticationError:
            self._count("unauthorised")
            return PushReply(status=HTTPStatus.UNAUTHORIZED)
        except SystemFailure as failure:
            self._count(failure.key)
            return PushReply(status=HTTPStatus.BAD_REQUEST)
        except Exception:
            self._count("failed")
            _LOGGER.exception("Unexpected error in a message that was posted to us")
            return PushReply(status=HTTPStatus.INTERNAL_SERVER_ERROR)

    def _refused(self, reason: str, status: HTTPStatus) -> web.Response:
        """Count a refusal, and close the connection instead of reading the rest."""
        self._count(reason)
        return web.Response(status=status, headers={"Connection": "close"})


async def _read(request: web.Request) -> bytes | None:
    """Read the body piece by piece; None as soon as it is, or says that it is, too large."""
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    body = bytearray()
    while piece := await request.content.read(_PIECE):
        body += piece
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


@callback
def async_open_webhook(hass: HomeAssistant, entry: IvmConfigEntry) -> None:
    """Open the secret address until the entry is unloaded; only for callers of the local network.

    Does nothing unless the user switched it on.
    """
    if not entry.options.get(settings.DEVICE_PUSH, False):
        return
    webhook_id: str = entry.data[settings.WEBHOOK_ID]
    webhook.async_register(
        hass,
        DOMAIN,
        entry.title,
        webhook_id,
        PushReceiver(entry.runtime_data).handle,
        local_only=True,
        allowed_methods=("GET", "POST", "PUT"),
    )
    entry.async_on_unload(lambda: webhook.async_unregister(hass, webhook_id))


@callback
def push_url(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    """Return the address to type into the device; only its path if Home Assistant does not know its own address."""
    webhook_id: str = entry.data[settings.WEBHOOK_ID]
    try:
        return webhook.async_generate_url(hass, webhook_id, allow_external=False, allow_ip=True)
    except NoURLAvailableError:
        return webhook.async_generate_path(webhook_id)
