"""What each system asks for when it is set up, reconfigured or has lost its login: one row per system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Any

from homeassistant.helpers.selector import BooleanSelector, Selector, TextSelector, TextSelectorConfig, TextSelectorType
import probatio as vol

from .systems import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `secret`: never shown again, and may stay empty where a value is already stored.

    `optional`: may stay empty, which is what is stored then. `strip`: blanks around it are of no meaning. `pattern`:
    what it has to look like, otherwise it is named `invalid_<name>`.
    """

    name: str
    selector: Selector[Any]
    default: object = vol.UNDEFINED
    secret: bool = False
    optional: bool = False
    strip: bool = False
    pattern: re.Pattern[str] | None = None

    def marker(self, *, stored: bool) -> vol.Marker:
        """Make the schema key; `stored`: a value is kept already."""
        if self.optional or (self.secret and stored):
            return vol.Optional(self.name)
        return vol.Required(self.name, default=self.default)

    def value(self, typed: Mapping[str, Any]) -> Any:
        """Return what was typed."""
        found = typed.get(self.name, "" if self.optional else None)
        return found.strip() if self.strip and isinstance(found, str) else found


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemForm:
    """Fields of one system: `connection` says where it is, `credentials` who asks, `more` what else is asked.

    `reauth` and `reconfigure` name the steps with the words of this system. `given`: nothing of the system is its
    identity, so it is given one at set-up, which is stored with what the system is recognised by.
    """

    system: str
    connection: tuple[Field, ...]
    credentials: tuple[Field, ...]
    more: tuple[Field, ...] = ()
    reauth: str = "reauth_confirm"
    reconfigure: str = "reconfigure"
    given: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """Everything that is asked at set-up."""
        return (*self.connection, *self.credentials, *self.more)


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
_APP_KEY = Field(name=settings.APP_KEY, selector=TextSelector(), strip=True)
_APP_SECRET = Field(
    name=settings.APP_SECRET,
    selector=TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")),
    secret=True,
    strip=True,
)
_USER_ID = Field(
    name=settings.USER_ID,
    selector=TextSelector(),
    optional=True,
    strip=True,
    # hikcentral §1.3
    pattern=re.compile(r"""[^'/\\:*?"<>|\x00-\x1f]{0,32}"""),
)

FORMS: Mapping[str, SystemForm] = {
    form.system: form
    for form in (
        SystemForm(
            system="isapi",
            connection=(_URL, _VERIFY_SSL),
            credentials=(_USERNAME, _PASSWORD),
        ),
        SystemForm(
            system="hikcentral",
            connection=(_URL, _VERIFY_SSL),
            credentials=(_APP_KEY, _APP_SECRET),
            more=(_USER_ID,),
            reauth="reauth_key",
            reconfigure="reconfigure_platform",
            given=True,
        ),
        SystemForm(
            system="ip_receiver",
            connection=(_URL, _VERIFY_SSL),
            credentials=(_USERNAME, _PASSWORD),
            reauth="reauth_receiver",
            reconfigure="reconfigure_receiver",
            given=True,
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
    values = {field.name: field.value(typed) for field in fields if field.optional or field.name in typed}
    return {field.name: values[field.name] for field in fields if field.name in values and not _kept(field, values)}


def _kept(field: Field, values: Mapping[str, Any]) -> bool:
    """Whether a field is a secret that was left empty."""
    return field.secret and values[field.name] == ""


def misshapen(fields: Iterable[Field], typed: Mapping[str, Any]) -> list[str]:
    """Name the fields whose content cannot be what it should be: nothing is sent with them."""
    return [field.name for field in fields if field.pattern and not field.pattern.fullmatch(field.value(typed))]


def missing_secrets(fields: Iterable[Field], typed: Mapping[str, Any], *, stored: bool) -> list[str]:
    """Name the secrets that were left empty and are not stored: no login is spent on them."""
    return [field.name for field in fields if field.secret and not stored and not field.value(typed)]
