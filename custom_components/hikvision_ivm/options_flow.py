"""What to import and how to treat it: one row per option and system."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
import probatio as vol

from .options_checks import (
    check_code,
    check_network_domain,
    check_playback_template,
    check_post_url,
    check_stream_template,
    check_zone,
)
from .options_rows import Choice, Choices, Number, Row, Section, Selection, Text, Toggle
from .systems import settings
from .systems.transport.sources import networks
from .webhook import post_address, push_url

HOLD_TIMES: Final = "hold_times"
"""The section of the form that holds the hold times; in the entry's options they lie flat."""
CALLBACK: Final = "callback"
"""The section on how a platform reaches us."""
ADVANCED: Final = "advanced"
"""The section of what few need."""


def _hold(name: str, default: int = settings.HOLD_DEFAULT) -> Number:
    """A time for which something shows."""
    return Number(name=name, default=default, least=settings.HOLD_MINIMUM, most=settings.HOLD_MAXIMUM, unit="s")


_SITES: Final = Selection(name=settings.SITES, needed=True)
_AREAS: Final = Selection(name=settings.AREAS, empty_is_all=True)
_PERSONAL: Final = Selection(name=settings.PERSONAL, offered=settings.PERSONAL_WORDS, opt_in=True)
_PANELS: Final = Selection(name=settings.PANELS, needed=True)
_ORGS: Final = Selection(name=settings.ORGS, empty_is_all=True)
_SEEN: Final = Selection(name=settings.PERSONAL, offered=("faces", "plates"), opt_in=True)
_RAW_EVENTS: Final = Toggle(name=settings.RAW_EVENTS, default=False)

IMPORTS: Final[Mapping[str, tuple[Selection, ...]]] = {
    "hikcentral": (_SITES, _AREAS, _PERSONAL),
    "ip_receiver": (_PANELS,),
    "ivm": (_ORGS, _SEEN),
}
"""System id → what is asked at set-up already, before anything is imported."""

OPTIONS: Final[Mapping[str, tuple[Row, ...]]] = {
    "isapi": (
        Selection(name=settings.CHANNELS, needed=True),
        Selection(name=settings.STREAMS, offered=settings.EXTRA_STREAMS),
        Toggle(name=settings.PUSH, default=True),
        Section(name=HOLD_TIMES, rows=tuple(_hold(name) for name in settings.HOLDS)),
        Toggle(name=settings.DEVICE_PUSH, default=False),
    ),
    "hikcentral": (
        _SITES,
        _AREAS,
        Selection(name=settings.STREAMS, offered=("sub",)),
        Toggle(name=settings.PUSH, default=True),
        _PERSONAL,
        Selection(name=settings.SIRENS, opt_in=True),
        Toggle(name=settings.LOCK_STAYS, default=False),
        Toggle(name=settings.PARKING_SPACES, default=False),
        Section(
            name=CALLBACK,
            rows=(
                Text(name=settings.POST_URL, check=check_post_url),
                Number(name=settings.POST_PORT, default=0, least=0, most=65535),
                Text(name=settings.POST_SOURCES, check=networks),
            ),
        ),
        Section(
            name=ADVANCED,
            rows=(
                Text(name=settings.PLATFORM_ZONE, check=check_zone),
                Text(name=settings.NETWORK_DOMAIN, check=check_network_domain),
                Text(name=settings.STREAM_TEMPLATE, check=check_stream_template, secret=True),
                Text(name=settings.PLAYBACK_TEMPLATE, check=check_playback_template, secret=True),
                _hold(settings.HOLD_PULSE, settings.PULSE_DEFAULT),
                _RAW_EVENTS,
            ),
        ),
    ),
    "ip_receiver": (
        _PANELS,
        Toggle(name=settings.PUSH, default=True),
        Text(name=settings.ALARM_CODE, check=check_code, secret=True),
        Toggle(name=settings.CODE_TO_ARM, default=False),
        Toggle(name=settings.ENTRY_DELAY, default=False),
        Toggle(name=settings.SILENT_ALARMS, default=False),
        Toggle(name=settings.CLEAR_ON_DISARM, default=True),
        Section(
            name=ADVANCED,
            rows=(
                Number(
                    name=settings.ZONE_SECONDS,
                    default=settings.ZONE_SECONDS_DEFAULT,
                    least=settings.ZONE_SECONDS_LEAST,
                    most=settings.ZONE_SECONDS_MOST,
                    unit="s",
                ),
                Choice(name=settings.ZONE_NUMBERS, offered=settings.ZONE_NUMBER_WORDS),
                _hold(settings.HOLD_PULSE, settings.PULSE_DEFAULT),
                _RAW_EVENTS,
            ),
        ),
    ),
    "ivm": (
        _ORGS,
        Choice(
            name=settings.LIVE_PROTOCOL,
            offered=tuple(word.lower() for word in settings.LIVE_PROTOCOLS),
            upper=True,
        ),
        Choice(name=settings.LIVE_QUALITY, offered=("main", "sub")),
        Selection(name=settings.STREAMS, offered=("sub", "third")),
        Toggle(name=settings.PUSH, default=True),
        Selection(name=settings.SUBSCRIPTIONS, offered=settings.SUBSCRIPTION_WORDS),
        Selection(name=settings.ANALYTICS, offered=settings.ANALYTICS_WORDS, opt_in=True),
        _SEEN,
        _hold(settings.HOLD_ALARM, settings.HOLD_ALARM_DEFAULT),
        Section(
            name=CALLBACK,
            rows=(
                Text(name=settings.POST_URL, check=check_post_url),
                Toggle(name=settings.CALLBACK_TAKE_OVER, default=False),
            ),
        ),
        Section(
            name=ADVANCED,
            rows=(
                Number(
                    name=settings.POLL_SECONDS,
                    default=settings.POLL_SECONDS_DEFAULT,
                    least=settings.POLL_SECONDS_LEAST,
                    most=settings.POLL_SECONDS_MOST,
                    unit="s",
                ),
                Text(name=settings.PLATFORM_ZONE, check=check_zone),
                _RAW_EVENTS,
            ),
        ),
    ),
}
"""System id → its options, in the order of the form."""

PLATFORM_PLACEHOLDERS: Final = {
    "template_words": "{ip}, {id}, {name}, {stream}",
    "template_example": "rtsp://user:password@{ip}:554/Streaming/Channels/101",
    "playback_words": "{start}, {end}",
    "playback_example": "rtsp://user:password@{ip}:554/Streaming/tracks/101?starttime={start}&endtime={end}",
    "zone_example": "Europe/Berlin",
    "url_example": "http://192.0.2.5:8123",
    "sources_example": "192.0.2.10, 198.51.100.0/24",
}
"""Examples that the texts cannot hold themselves."""

CLOUD_PLACEHOLDERS: Final = {"zone_example": "Asia/Shanghai", "url_example": "https://home.example.com"}
"""The same for the options of a cloud account."""


class HikvisionIvmOptionsFlow(OptionsFlowWithReload):
    """One form per system; the entry is reloaded when something changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options of the entry's system, and store them."""
        match self.config_entry.data[settings.SYSTEM]:
            case "hikcentral":
                return await self.async_step_hikcentral(user_input)
            case "ip_receiver":
                return await self.async_step_ip_receiver(user_input)
            case "ivm":
                return await self.async_step_ivm(user_input)
        return await self._async_ask("init", {"webhook_url": push_url(self.hass, self.config_entry)}, user_input)

    async def async_step_hikcentral(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options of a platform, and store them."""
        address = post_address(self.hass, self.config_entry) or "–"
        return await self._async_ask("hikcentral", {"callback": address, **PLATFORM_PLACEHOLDERS}, user_input)

    async def async_step_ip_receiver(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options of a receiver, and store them."""
        return await self._async_ask("ip_receiver", {}, user_input)

    async def async_step_ivm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options of a cloud account, and store them."""
        address = post_address(self.hass, self.config_entry) or "–"
        return await self._async_ask("ivm", {"callback": address, **CLOUD_PLACEHOLDERS}, user_input)

    async def _async_ask(
        self, step_id: str, placeholders: Mapping[str, str], typed: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show a form, or store what was typed into it."""
        entry = self.config_entry
        rows = OPTIONS[entry.data[settings.SYSTEM]]
        errors: dict[str, str] = {}
        if typed is not None:
            # A check may read a file.
            errors = await self.hass.async_add_executor_job(mistakes, rows, typed)
            if not errors:
                return self.async_create_entry(data=to_store(rows, typed, entry.options, self._choices))
        form = vol.Schema(fields_of(rows, entry.options, self._choices))
        return self.async_show_form(
            step_id=step_id,
            data_schema=form if typed is None else self.add_suggested_values_to_schema(form, again(rows, typed)),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _choices(self, option: str) -> Mapping[str, str]:
        """What the running system has to choose from; nothing while it does not run."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return {}
        choices: Mapping[str, str] = self.config_entry.runtime_data.system.choices(option)
        return choices


def fields_of(rows: tuple[Row, ...], stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
    """Make the fields of a form."""
    return {marker: field for row in rows for marker, field in row.fields(stored, choices).items()}


def mistakes(rows: tuple[Row, ...], typed: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with what was typed."""
    return {name: error for row in rows for name, error in row.errors(typed).items()}


def to_store(
    rows: tuple[Row, ...], typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices
) -> dict[str, Any]:
    """Return the options to store."""
    return {name: value for row in rows for name, value in row.store(typed, stored, choices).items()}


def again(rows: tuple[Row, ...], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form may be filled with again."""
    return {name: value for row in rows for name, value in row.again(typed).items()}
