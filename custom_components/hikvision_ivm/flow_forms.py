"""What each system asks for when it is set up, reconfigured or has lost its login: one row per system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
import re
from typing import Any, Final

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import BooleanSelector, Selector, TextSelector, TextSelectorConfig, TextSelectorType
import probatio as vol

from .systems import settings

ADVANCED: Final = "advanced"
"""The section of a form that holds what few need; what is typed there is stored like everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `secret`: never shown again, and may stay empty where a value is already stored.

    `optional`: may stay empty, which is what is stored then. `strip`: blanks around it are of no meaning. `pattern`:
    what it has to look like, otherwise it is named `invalid_<name>`. `advanced`: it is folded away. `fixed`: the entry is
    known by it, so it is asked once and for all.
    """

    name: str
    selector: Selector[Any]
    default: object = vol.UNDEFINED
    secret: bool = False
    optional: bool = False
    strip: bool = False
    pattern: re.Pattern[str] | None = None
    advanced: bool = False
    fixed: bool = False

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

    @property
    def changeable(self) -> tuple[Field, ...]:
        """Everything that is asked again when the entry is reconfigured."""
        return tuple(field for field in self.fields if not field.fixed)


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

_TENANT = Field(
    name=settings.USER_ID,
    selector=TextSelector(),
    strip=True,
    # ivm §1.5
    pattern=re.compile(r"[0-9]{15,25}"),
    fixed=True,
)
_ACCESS_KEY = Field(name=settings.ACCESS_KEY, selector=TextSelector(), strip=True)
_SECRET_KEY = Field(
    name=settings.SECRET_KEY,
    selector=TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")),
    secret=True,
    strip=True,
)
CLOUD_URL: Final = "https://api-ivm.myhuaweicloud.com"
"""The one address of the service (ivm §1.1)."""

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
        SystemForm(
            system="ivm",
            connection=(_TENANT,),
            credentials=(_ACCESS_KEY, _SECRET_KEY),
            more=(replace(_URL, default=CLOUD_URL, advanced=True), replace(_VERIFY_SSL, advanced=True)),
            reauth="reauth_cloud",
            reconfigure="reconfigure_cloud",
        ),
    )
}
"""System id → its form. A further system adds a row here and a step of its name to the config flow."""


def schema(fields: Iterable[Field], *, stored: bool) -> vol.Schema:
    """Build the form; `stored`: secrets are kept already and may be left empty."""
    plain: dict[vol.Marker, Any] = {}
    advanced: dict[vol.Marker, Any] = {}
    for field in fields:
        (advanced if field.advanced else plain)[field.marker(stored=stored)] = field.selector
    if advanced:
        plain[vol.Required(ADVANCED)] = section(vol.Schema(advanced), {"collapsed": True})
    return vol.Schema(plain)


def flat(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, whether it lay in the section or not."""
    return {name: value for name, value in typed.items() if name != ADVANCED} | dict(typed.get(ADVANCED, {}))


def shown(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that may be filled into the form again: everything but secrets."""
    plain: dict[str, Any] = {}
    advanced: dict[str, Any] = {}
    for field in fields:
        if not field.secret and field.name in values:
            (advanced if field.advanced else plain)[field.name] = values[field.name]
    return {**plain, ADVANCED: advanced} if advanced else plain


def beside(fields: Iterable[Field], errors: Mapping[str, str]) -> dict[str, str]:
    """Return errors where they can be seen: the interface shows none within a section."""
    hidden = {field.name for field in fields if field.advanced}
    return {"base" if name in hidden else name: error for name, error in errors.items()}


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
