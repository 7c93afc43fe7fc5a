"""Filling in the forms of config and options flows, with a scripted system behind them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.hikvision_ivm import config_flow, flow_connect
from custom_components.hikvision_ivm.const import DOMAIN
from custom_components.hikvision_ivm.systems import errors
from custom_components.hikvision_ivm.systems.model import Identity


class Scripted(ABC):
    """Stands for a system class and what answers.

    `failure`: why a login fails. `certificate`: fingerprint of one that nobody vouches for. `offered`: what there is to
    import, or why that is not told. `tried`: data of every login; `asked`: how often it was asked what there is; `open`:
    instances that were not closed.
    """

    def __init__(self, offered: Mapping[str, Mapping[str, str]] | Exception) -> None:
        """Answer."""
        self.failure: Exception | None = None
        self.certificate: str | None = None
        self.offered = offered
        self.tried: list[Mapping[str, Any]] = []
        self.asked = 0
        self.open = 0

    @abstractmethod
    def identity(self, data: Mapping[str, Any]) -> Identity:
        """Return who answers to a login. Raises a `SystemFailure` if it is refused."""

    def addresses(self, text: str) -> Sequence[str]:
        """Take HTTPS, unless it is typed otherwise."""
        plain = text.strip()
        if " " in plain:
            raise errors.InvalidAddressError("not an address", address="x")
        return (plain if "://" in plain else f"https://{plain}",)

    def create(self, session: Any, data: Mapping[str, Any], options: Mapping[str, Any], runtime: Any) -> Any:
        """Make an instance whose answers are scripted."""
        self.open += 1

        async def identify() -> Identity:
            if self.certificate and data["verify_ssl"] and data["fingerprint"] != self.certificate:
                raise errors.TlsError("self-signed", reason="self-signed", fingerprint=self.certificate)
            return self.identity(data)

        async def offer() -> Mapping[str, Mapping[str, str]]:
            self.asked += 1
            if isinstance(self.offered, Exception):
                raise self.offered
            return self.offered

        async def close() -> None:
            self.open -= 1

        instance = AsyncMock()
        instance.identify, instance.offer, instance.close = identify, offer, close
        return instance

    def try_login(self, data: Mapping[str, Any]) -> None:
        """Note a login, and refuse it if anything is wrong. Raises `failure`."""
        self.tried.append(data)
        if self.failure is not None:
            raise self.failure


@contextmanager
def standing_in(systems: Mapping[str, object]) -> Iterator[None]:
    """Let flows know these systems only."""
    with patch.object(flow_connect, "SYSTEMS", systems), patch.object(config_flow, "SYSTEMS", systems):
        yield


async def open_flow(hass: HomeAssistant, system: str) -> ConfigFlowResult:
    """Start a flow and choose a system in the menu."""
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "user")
    result = await choose(hass, result, system)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, system)
    assert not result["errors"]
    return result


async def choose(hass: HomeAssistant, result: ConfigFlowResult, option: str) -> ConfigFlowResult:
    """Choose in a menu."""
    assert option in result["menu_options"]
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": option})


async def submit(hass: HomeAssistant, result: ConfigFlowResult, typed: Mapping[str, Any]) -> ConfigFlowResult:
    """Submit a form of a config flow."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], dict(typed))
    await hass.async_block_till_done()
    return result


async def open_options(hass: HomeAssistant, entry: ConfigEntry[Any], step: str) -> ConfigFlowResult:
    """Open the options of an entry."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, step)
    return result


async def submit_options(
    hass: HomeAssistant, result: ConfigFlowResult, typed: Mapping[str, Any], **changed: Any
) -> ConfigFlowResult:
    """Submit a form of options, with some fields changed."""
    result = await hass.config_entries.options.async_configure(result["flow_id"], {**typed, **changed})
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


def fields(result: ConfigFlowResult, section: str = "") -> dict[str, Any]:
    """Return the markers of a form, or of a section of it, by their names."""
    assert result["data_schema"] is not None
    schema = result["data_schema"].schema
    if section:
        schema = next(value for key, value in schema.items() if str(key) == section).schema.schema
    return {str(key): key for key in schema}


def suggested(result: ConfigFlowResult, section: str = "") -> dict[str, Any]:
    """Return what a form, or a section of it, is filled with."""
    return {
        name: marker.description["suggested_value"]
        for name, marker in fields(result, section).items()
        if marker.description and "suggested_value" in marker.description
    }
