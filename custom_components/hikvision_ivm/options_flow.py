"""What to import and how to treat it: one row per option and system."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio as vol

from .systems import settings
from .webhook import push_url

HOLD_TIMES: Final = "hold_times"
"""The section of the form that holds the hold times; in the entry's options they lie flat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """Several of what the system has (`offered` empty) or of a fixed list, whose texts are translated.

    Choosing everything stores nothing, so that what the device gains later comes too. `needed`: not to be left empty.
    """

    name: str
    offered: tuple[str, ...] = ()
    needed: bool = False

    def fields(self, stored: Mapping[str, Any], choices: Mapping[str, str]) -> dict[vol.Marker, Any]:
        """Make the form field; none while the system cannot say what it has."""
        if not self.offered and not choices:
            return {}
        if self.offered:
            config = SelectSelectorConfig(
                options=list(self.offered), multiple=True, mode=SelectSelectorMode.LIST, translation_key=self.name
            )
        else:
            gone = {value: value for value in stored.get(self.name, ()) if value not in choices}
            options = [SelectOptionDict(value=value, label=label) for value, label in {**choices, **gone}.items()]
            config = SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.DROPDOWN)
        default = stored.get(self.name, [*(self.offered or choices)])
        return {vol.Required(self.name, default=default): SelectSelector(config)}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
        """Return what to store; what could not be asked stays as it was."""
        if self.name not in typed:
            return {self.name: stored[self.name]} if self.name in stored else {}
        chosen: list[str] = typed[self.name]
        return {} if set(chosen) >= set(self.offered or choices) else {self.name: chosen}

    def error(self, typed: Mapping[str, Any]) -> str | None:
        """Refuse an empty selection where one is needed."""
        return "nothing_selected" if self.needed and typed.get(self.name) == [] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Toggle:
    """On or off."""

    name: str
    default: bool

    def fields(self, stored: Mapping[str, Any], choices: Mapping[str, str]) -> dict[vol.Marker, Any]:
        """Make the form field."""
        return {vol.Required(self.name, default=stored.get(self.name, self.default)): BooleanSelector()}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
        """Return what to store."""
        return {self.name: typed[self.name]}

    def error(self, typed: Mapping[str, Any]) -> str | None:
        """Nothing can be wrong."""
        return None


_SECONDS: Final = vol.All(
    NumberSelector(
        NumberSelectorConfig(
            min=settings.HOLD_MINIMUM,
            max=settings.HOLD_MAXIMUM,
            step=1,
            unit_of_measurement="s",
            mode=NumberSelectorMode.BOX,
        )
    ),
    vol.Coerce(int),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _HoldTimes:
    """A section of times in whole seconds."""

    name: str = HOLD_TIMES

    def fields(self, stored: Mapping[str, Any], choices: Mapping[str, str]) -> dict[vol.Marker, Any]:
        """Make the section."""
        times = {
            vol.Required(hold, default=stored.get(hold, settings.HOLD_DEFAULT)): _SECONDS for hold in settings.HOLDS
        }
        return {vol.Required(self.name): section(vol.Schema(times), {"collapsed": True})}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Mapping[str, str]) -> dict[str, Any]:
        """Return what to store."""
        return dict(typed[self.name])

    def error(self, typed: Mapping[str, Any]) -> str | None:
        """The selector has checked the bounds."""
        return None


OPTIONS: Final[Mapping[str, tuple[_Selection | _Toggle | _HoldTimes, ...]]] = {
    "isapi": (
        _Selection(name=settings.CHANNELS, needed=True),
        _Selection(name=settings.STREAMS, offered=settings.EXTRA_STREAMS),
        _Toggle(name=settings.PUSH, default=True),
        _HoldTimes(),
        _Toggle(name=settings.DEVICE_PUSH, default=False),
    ),
}
"""System id → its options, in the order of the form."""


class HikvisionIvmOptionsFlow(OptionsFlowWithReload):
    """One form per system; the entry is reloaded when something changed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options of the entry's system, and store them."""
        entry = self.config_entry
        rows = OPTIONS[entry.data[settings.SYSTEM]]
        choices = {row.name: self._choices(row.name) for row in rows}
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = {row.name: error for row in rows if (error := row.error(user_input)) is not None}
            if not errors:
                stored: dict[str, Any] = {}
                for row in rows:
                    stored |= row.store(user_input, entry.options, choices[row.name])
                return self.async_create_entry(data=stored)
        form: dict[vol.Marker, Any] = {}
        for row in rows:
            form |= row.fields(entry.options, choices[row.name])
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(vol.Schema(form), user_input),
            errors=errors,
            description_placeholders={"webhook_url": push_url(self.hass, entry)},
        )

    def _choices(self, option: str) -> Mapping[str, str]:
        """What the running system has to choose from; nothing while it does not run."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return {}
        choices: Mapping[str, str] = self.config_entry.runtime_data.system.choices(option)
        return choices
