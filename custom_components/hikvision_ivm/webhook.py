"""The secret address under which a system may post its events to us."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
import logging
from typing import Any, Final

from aiohttp import StreamReader, web
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.network import NoURLAvailableError, get_url, is_cloud_connection
from yarl import URL

from .const import DOMAIN
from .coordinator import IvmConfigEntry, IvmCoordinator
from .systems import SYSTEMS, settings
from .systems.base import PushReply, PushRequest
from .systems.errors import AuthenticationError, SystemFailure
from .systems.transport.sources import is_among, networks

_LOGGER: Final = logging.getLogger(__name__)

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Bytes; an event with several pictures stays well below (isapi-events §1.5)."""
_PIECE: Final = 64 * 1024
BODY_SECONDS: Final = 30.0
"""A sender that has not finished its request by then is cut off."""
ANSWER_SECONDS: Final = 0.05
"""Senders repeat a message that is not answered soon; work that takes longer goes on behind the answer."""
LISTENER_PATH: Final = "/eventRcv"
"""The only path that some platforms post to (hikcentral §3.6)."""
_NO_QUERY: Final[Mapping[str, str]] = {}
_TASK: Final = f"{DOMAIN} push"


class PushReceiver:
    """Takes what is posted for one entry, and counts it in the coordinator's statistics.

    `admits`: whether an address may post; None: whoever reaches us.
    """

    def __init__(self, coordinator: IvmCoordinator, admits: Callable[[str | None], bool] | None = None) -> None:
        """`coordinator` authenticates, parses and delivers a request."""
        self._coordinator = coordinator
        self._refuses = not coordinator.system.from_internet
        self._statistics = coordinator.statistics
        self._admits = admits

    def _count(self, what: str) -> None:
        """Count one thing that happened."""
        self._statistics[f"posted_{what}"] += 1

    async def handle(self, hass: HomeAssistant, webhook_id: str, request: web.Request) -> web.Response:
        """Answer one request to the secret address; a stranger is told nothing, as if there were no such address."""
        if self._admits is not None and (is_cloud_connection(hass) or not self._admits(request.remote)):
            self._count("foreign")
            return web.Response()
        return await self.answer(request)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request. Never raises: the path may be a secret, and whoever reports an exception would log it."""
        self._statistics["posted_requests"] += 1
        # Of the type that aiohttp names, save for messages that an administrator sends through the interface.
        content: Any = request.content
        try:
            body: bytes | None
            if not isinstance(content, StreamReader):
                # A message of Home Assistant's own interface for tests: whole, and without an end to wait for.
                body = await content.read()
            elif content.is_eof() and content.total_bytes <= BODY_LIMIT:
                # All of it is here already, as is usual for an event: nothing to wait for and nothing to limit.
                body = content.read_nowait()
            else:
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
        return await self._work(
            PushRequest(
                method=request.method,
                path="",
                query=dict(request.query) if request.query_string else _NO_QUERY,
                headers=request.headers,
                body=body,
                remote=request.remote,
            )
        )

    async def _work(self, request: PushRequest) -> web.Response:
        """Let the system take the message in, and answer at the latest when the sender would lose patience."""
        coordinator = self._coordinator
        work = coordinator.entry.async_create_background_task(coordinator.hass, self._deliver(request), _TASK)
        if not work.done():
            await asyncio.wait({work}, timeout=ANSWER_SECONDS)
        if work.done():
            reply = work.result()
        else:
            self._count("answered_early")
            reply = coordinator.system.accepted
        headers = {"Content-Type": reply.content_type} if reply.body else None
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    async def _deliver(self, request: PushRequest) -> PushReply:
        """Hand the request on; a failure becomes an answer."""
        try:
            return await self._coordinator.receive(request)
        except AuthenticationError:
            self._count("unauthorised")
            return self._refusal(HTTPStatus.UNAUTHORIZED)
        except SystemFailure as failure:
            self._count(failure.key)
            return self._refusal(HTTPStatus.BAD_REQUEST)
        except Exception:
            self._count("failed")
            _LOGGER.exception("Unexpected error in a message that was posted to us")
            return self._refusal(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _refusal(self, status: HTTPStatus) -> PushReply:
        """Return how something is refused; by the usual answer where the system takes nothing else."""
        return PushReply(status=status) if self._refuses else self._coordinator.system.accepted

    def _refused(self, reason: str, status: HTTPStatus) -> web.Response:
        """Count a refusal, and close the connection instead of reading the rest."""
        self._count(reason)
        return web.Response(status=self._refusal(status).status, headers={"Connection": "close"})


async def _read(request: web.BaseRequest) -> bytes | None:
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
    """Open the secret address until the entry is unloaded.

    Only for callers of the local network, or for those whom the user named instead; for everybody if the system is out in
    the internet.
    """
    webhook_id: str = entry.data[settings.WEBHOOK_ID]
    allowed = networks(entry.options.get(settings.POST_SOURCES))
    receiver = PushReceiver(entry.runtime_data, (lambda remote: is_among(remote, allowed)) if allowed else None)
    webhook.async_register(
        hass,
        DOMAIN,
        entry.title,
        webhook_id,
        receiver.handle,
        local_only=not allowed and not entry.runtime_data.system.from_internet,
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


@callback
def post_address(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str | None:
    """Return the address under which a system reaches us, always with its port, or None if nobody knows it.

    The user's own base address goes first, with its port; otherwise it is Home Assistant's in the local network, or our
    own listener's there. For a system in the internet it is the one from outside, without the usual port: such a system
    signs the address as it was given, and may know it better than we.
    """
    if (system := SYSTEMS.get(entry.data[settings.SYSTEM])) is not None and system.from_internet:
        return _address_from_outside(hass, entry)
    own_port = int(entry.options.get(settings.POST_PORT) or 0)
    given = entry.options.get(settings.POST_URL)
    try:
        base = URL(given or get_url(hass, allow_external=False, allow_cloud=False, allow_ip=True))
    except NoURLAvailableError:
        return None
    scheme, port = base.scheme, base.port
    if own_port:
        if not given:
            scheme = "http"
        port = (given and base.explicit_port) or own_port
    path = LISTENER_PATH if own_port else webhook.async_generate_path(entry.data[settings.WEBHOOK_ID])
    return f"{scheme}://{base.host_subcomponent}:{port}{base.path.rstrip('/')}{path}"


def _address_from_outside(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str | None:
    """Return the address under which Home Assistant is reached from the internet, or None if nobody knows it."""
    try:
        base = URL(entry.options.get(settings.POST_URL) or get_url(hass, allow_internal=False, allow_ip=True))
    except NoURLAvailableError:
        return None
    return str(base).rstrip("/") + webhook.async_generate_path(entry.data[settings.WEBHOOK_ID])
