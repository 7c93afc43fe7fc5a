"""A listener of our own, for systems that post to no other path than `/eventRcv` (hikcentral §3.6)."""

from http import HTTPStatus
import logging
from typing import Final

from aiohttp import web
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from yarl import URL

from .coordinator import IvmConfigEntry
from .systems import settings
from .systems.model import Problem
from .systems.transport.sources import Network, is_among, networks
from .webhook import LISTENER_PATH, PushReceiver

_LOGGER: Final = logging.getLogger(__name__)

TOPIC: Final = "listener"
"""Topic of the problems of the listener."""
METHODS: Final = frozenset({"POST", "PUT"})
RESOLVE_SECONDS: Final = 60.0
"""Least time between two questions for the address of a platform that is known by its name."""
SHUTDOWN_SECONDS: Final = 1.0
"""How long requests under way may take when the listener is closed."""
_MOST_STRANGERS: Final = 16


class PostListener:
    """Listens on a port for one entry. Whoever is not an allowed source is refused and counted.

    Allowed are the sources that the user named, otherwise the platform's own address only.
    """

    def __init__(self, hass: HomeAssistant, entry: IvmConfigEntry, port: int) -> None:
        """Does no I/O."""
        self._hass = hass
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._port = port
        self._allowed: tuple[Network, ...] = networks(entry.options.get(settings.POST_SOURCES))
        self._host = "" if self._allowed else URL(entry.data[settings.URL]).host or ""
        self._resolved = float("-inf")
        self._strangers: set[str | None] = set()
        self._receiver = PushReceiver(self._coordinator)
        self._runner: web.ServerRunner | None = None

    async def open(self) -> None:
        """Begin to listen; a port that cannot be had becomes a repair, and the entry goes on without."""
        problems = await self._resolve() if self._host else []
        # What was refused is not read to its end.
        server = web.Server(self._handle, access_log=None, lingering_time=0.0)
        runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, port=self._port).start()
        except OSError as error:
            await runner.cleanup()
            reason = error.strerror or str(error)
            problems.append(
                Problem(key="post_port_in_use", placeholders={"port": str(self._port), "reason": reason}, severe=True)
            )
        else:
            self._runner = runner
        self._coordinator.set_problems(TOPIC, problems)

    async def close(self) -> None:
        """Give the port back."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _resolve(self) -> list[Problem]:
        """Learn the addresses of the platform from its name."""
        loop = self._hass.loop
        self._resolved = loop.time()
        try:
            found = await loop.getaddrinfo(self._host, None)
        except OSError, UnicodeError:
            return [Problem(key="post_sources_unknown", placeholders={"host": self._host})]
        self._allowed = networks(",".join({str(row[4][0]).partition("%")[0] for row in found}))
        return []

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        """Answer one request."""
        statistics = self._coordinator.statistics
        if not is_among(request.remote, self._allowed) and not await self._is_new_address(request.remote):
            statistics["posted_foreign"] += 1
            self._tell_stranger(request.remote)
            return _refusal(HTTPStatus.FORBIDDEN)
        if request.path != LISTENER_PATH:
            statistics["posted_astray"] += 1
            return _refusal(HTTPStatus.NOT_FOUND)
        if request.method not in METHODS:
            statistics["posted_astray"] += 1
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED)
        return await self._receiver.answer(request)

    async def _is_new_address(self, remote: str | None) -> bool:
        """Whether a platform that is known by its name has moved to this address."""
        if not self._host or self._hass.loop.time() - self._resolved < RESOLVE_SECONDS:
            return False
        self._coordinator.set_problems(TOPIC, await self._resolve())
        return is_among(remote, self._allowed)

    def _tell_stranger(self, remote: str | None) -> None:
        """Say once in the log who was refused: the user may want to add the address."""
        if remote not in self._strangers and len(self._strangers) < _MOST_STRANGERS:
            self._strangers.add(remote)
            _LOGGER.info("%s: %s is no allowed source; what it posts is refused", self._entry.title, remote)


def _refusal(status: HTTPStatus) -> web.Response:
    """Answer without reading what was sent."""
    return web.Response(status=status, headers={"Connection": "close"})


async def async_open_listener(hass: HomeAssistant, entry: IvmConfigEntry) -> None:
    """Listen until the entry is unloaded or Home Assistant stops."""
    listener = PostListener(hass, entry, int(entry.options[settings.POST_PORT]))
    entry.async_on_unload(listener.close)

    async def async_stop(event: Event) -> None:
        await listener.close()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, async_stop))
    await listener.open()
