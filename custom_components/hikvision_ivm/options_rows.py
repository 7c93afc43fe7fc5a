"""The kinds of rows that forms of choices are made of: each knows its field, what to store and what can be wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

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
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

type Choices = Callable[[str], Mapping[str, str]]
"""Option → what the system has to choose from: stored value → text."""

REMOVE: Final = "_remove"
"""What is appended to the name of a stored secret for the field that removes it."""


class Row(Protocol):
    """One row of a form."""

    @property
    def name(self) -> str:
        """Name of the option, or of the section."""

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the form field; none where there is nothing to ask."""

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store."""

    def errors(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong, by the name of the field."""

    def again(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return what may be filled in again after a mistake: everything but secrets."""


class _Plain:
    """A row whose input is a value under its own name, nothing of it secret."""

    name: str

    def errors(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """The selector has checked everything."""
        return {}

    def again(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value."""
        return {self.name: typed[self.name]} if self.name in typed else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(_Plain):
    """Several of what the system has (`offered` empty) or of a fixed list, whose texts are translated.

    Choosing everything stores nothing, so that what the system gains later comes too; with `opt_in` it is choosing
    nothing that stores nothing. `needed`: not to be left empty. `empty_is_all`: nothing chosen means everything, for
    lists that are too long to take most of them out one by one.
    """

    name: str
    offered: tuple[str, ...] = ()
    needed: bool = False
    opt_in: bool = False
    empty_is_all: bool = False

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the form field; none while the system cannot say what it has."""
        available = choices(self.name)
        if not self.offered and not available:
            return {}
        if self.offered:
            config = SelectSelectorConfig(
                options=list(self.offered), multiple=True, mode=SelectSelectorMode.LIST, translation_key=self.name
            )
        else:
            gone = {value: value for value in stored.get(self.name, ()) if value not in available}
            options = [SelectOptionDict(value=value, label=label) for value, label in {**available, **gone}.items()]
            config = SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.DROPDOWN)
        begin = [] if self.opt_in or self.empty_is_all else [*(self.offered or available)]
        return {vol.Required(self.name, default=stored.get(self.name, begin)): SelectSelector(config)}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store; what could not be asked stays as it was."""
        if self.name not in typed:
            return {self.name: stored[self.name]} if self.name in stored else {}
        chosen: list[str] = typed[self.name]
        if self.opt_in or self.empty_is_all:
            complete = not self.opt_in and set(chosen) >= set(choices(self.name))
            return {self.name: chosen} if chosen and not complete else {}
        return {} if set(chosen) >= set(self.offered or choices(self.name)) else {self.name: chosen}

    def errors(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """Refuse an empty selection where one is needed."""
        return {self.name: "nothing_selected"} if self.needed and typed.get(self.name) == [] else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle(_Plain):
    """On or off."""

    name: str
    default: bool

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the form field."""
        return {vol.Required(self.name, default=stored.get(self.name, self.default)): BooleanSelector()}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store."""
        return {self.name: typed[self.name]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(_Plain):
    """A whole number, of `unit`."""

    name: str
    default: int
    least: int
    most: int
    unit: str | None = None

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the form field."""
        config = NumberSelectorConfig(min=self.least, max=self.most, step=1, mode=NumberSelectorMode.BOX)
        if self.unit is not None:
            config["unit_of_measurement"] = self.unit
        selector = vol.All(NumberSelector(config), vol.Coerce(int))
        return {vol.Required(self.name, default=stored.get(self.name, self.default)): selector}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store."""
        return {self.name: typed[self.name]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(_Plain):
    """One of a fixed list, whose texts are translated; the first unless something else was chosen.

    `upper`: the words are stored in upper case, which the keys of texts must not have.
    """

    name: str
    offered: tuple[str, ...]
    upper: bool = False

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the form field."""
        config = SelectSelectorConfig(
            options=list(self.offered), mode=SelectSelectorMode.DROPDOWN, translation_key=self.name
        )
        known = str(stored.get(self.name, self.offered[0]))
        return {vol.Required(self.name, default=known.lower() if self.upper else known): SelectSelector(config)}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store."""
        return {self.name: typed[self.name].upper() if self.upper else typed[self.name]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(_Plain):
    """A line that may be left empty. `check` raises ValueError for what is not usable; it is named `invalid_<name>`.

    `secret`: never shown again; an empty field keeps what is stored, and a field beside it removes that.
    """

    name: str
    check: Callable[[str], object]
    secret: bool = False

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the form field."""
        if not self.secret:
            known = stored.get(self.name, "")
            return {vol.Optional(self.name, description={"suggested_value": known}): TextSelector()}
        hidden = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
        fields: dict[vol.Marker, Any] = {vol.Optional(self.name): hidden}
        if stored.get(self.name):
            fields[vol.Required(self.name + REMOVE, default=False)] = BooleanSelector()
        return fields

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store."""
        text = typed.get(self.name, "").strip()
        if self.secret and not text and not typed.get(self.name + REMOVE):
            text = stored.get(self.name, "")
        return {self.name: text} if text else {}

    def errors(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """Refuse what is not usable."""
        text = typed.get(self.name, "").strip()
        try:
            if text:
                self.check(text)
        except ValueError:
            return {self.name: f"invalid_{self.name}"}
        return {}

    def again(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was typed, unless it is a secret."""
        return {} if self.secret else {self.name: typed.get(self.name, "")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows that are folded away. In what is stored they lie flat."""

    name: str
    rows: tuple[Row, ...]

    def fields(self, stored: Mapping[str, Any], choices: Choices) -> dict[vol.Marker, Any]:
        """Make the section."""
        fields: dict[vol.Marker, Any] = {}
        for row in self.rows:
            fields |= row.fields(stored, choices)
        return {vol.Required(self.name): section(vol.Schema(fields), {"collapsed": True})}

    def store(self, typed: Mapping[str, Any], stored: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
        """Return what to store."""
        found: dict[str, Any] = {}
        for row in self.rows:
            found |= row.store(typed[self.name], stored, choices)
        return found

    def errors(self, typed: Mapping[str, Any]) -> dict[str, str]:
        """Name what is wrong for the whole form: the interface shows no errors within a section."""
        for row in self.rows:
            for error in row.errors(typed[self.name]).values():
                return {"base": error}
        return {}

    def again(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was typed in the section."""
        found: dict[str, Any] = {}
        for row in self.rows:
            found |= row.again(typed[self.name])
        return {self.name: found}
