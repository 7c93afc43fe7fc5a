"""What each system asks for when it is set up, reconfigured or has lost its login: one row per system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.helpers.selector import BooleanSelector, Selector, TextSelector, TextSelectorConfig, TextSelectorType
import probatio as vol

from .systems import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `secret`: never shown again, and may stay empty where a value is already stored."""

    name: str
    selector: Selector[Any]
    default: object = vol.UNDEFINED
    secret: bool = False

    def marker(self, *, stored: bool) -> vol.Marker:
        """Make the schema key; `stored`: a value is kept already."""
        if self.secret and stored:
            return vol.Optional(self.name)
        return vol.Required(self.name, default=self.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemForm:
    """Fields of one system: `connection` says where it is, `credentials` who asks."""

    system: str
    connection: tuple[Field, ...]
    credentials: tuple[Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything that is asked at set-up."""
        return (*self.connection, *self.credentials)


_URL = Field(name=settings.URL, selector=TextSelector())
_VERIFY_SSL = Field(name=settings.VERIFY_SSL, selector=BooleanSelector(), default=True)
_USERNAME = Field(
    name=settings.USERNAME,
    selector=TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="username")),
)
_PASSWORD = Field(
    name=settings.PASSWORD,
    selector=TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")),
    secret=True,
)

FORMS: Mapping[str, SystemForm] = {
    form.system: form
    for form in (
        SystemForm(
            system="isapi",
            connection=(_URL, _VERIFY_SSL),
            credentials=(_USERNAME, _PASSWORD),
        ),
    )
}
"""System id → its form. A further system adds a row here and a step of its name to the config flow."""


def schema(fields: Iterable[Field], *, stored: bool) -> vol.Schema:
    """Build the form; `stored`: secrets are kept already and may be left empty."""
    return vol.Schema({field.marker(stored=stored): field.selector for field in fields})


def shown(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that may be filled into the form again: everything but secrets."""
    return {field.name: values[field.name] for field in fields if not field.secret and field.name in values}


def typed_values(fields: Iterable[Field], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the user typed; an empty secret is left out, so that the stored one stays."""
    return {
        field.name: typed[field.name]
        for field in fields
        if field.name in typed and not (field.secret and typed[field.name] == "")
    }


def missing_secrets(fields: Iterable[Field], typed: Mapping[str, Any], *, stored: bool) -> list[str]:
    """Name the secrets that were left empty and are not stored: no login is spent on them."""
    return [field.name for field in fields if field.secret and not stored and not typed.get(field.name)]
