"""What actions are made of: their rows, their fields and the kinds of fields there are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import (
    DateTimeSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util import dt as dt_util
import probatio as vol

from .systems.kinds import Kind
from .systems.model import Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One field of an action. `convert` runs after the selector.

    `entities`: cameras that are handed over as features. `nameable`: texts among which ids of entities of the same entry
    may be; the system gets the ids of their features. `ours`: the system does not get it.
    """

    name: str
    selector: Selector[Any]
    required: bool = False
    default: object = vol.UNDEFINED
    convert: Callable[[Any], Any] | None = None
    entities: bool = False
    nameable: bool = False
    ours: bool = False

    @property
    def marker(self) -> vol.Marker:
        """The schema key."""
        return vol.Required(self.name) if self.required else vol.Optional(self.name, default=self.default)

    @property
    def check(self) -> Any:
        """The schema value. Ids and plates of digits may come as numbers."""
        steps = [*([_spelled] if isinstance(self.selector, TextSelector) else []), self.selector]
        return vol.All(*steps, *([] if self.convert is None else [self.convert]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `targets`: types of the features it acts on; empty: it acts on a config entry.

    `kinds`: what else these features must be; empty: anything. `each`: the system is asked once for every feature instead
    of once for all of an entry. `admin`: only administrators, because it shows secrets or people, or changes who may do
    what. `one_of`: exactly one of these is to be given; `any_of`: at least one. `arms`: asks for the `code` that arming
    asks for. `saves`: what the system answers, `content` and `content_type`, is written to the file `filename`, or
    answered as Base64 where no file is named.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    targets: tuple[type[Feature], ...] = ()
    kinds: frozenset[Kind] = frozenset()
    answer: SupportsResponse = SupportsResponse.NONE
    each: bool = False
    admin: bool = False
    one_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    arms: bool = False
    saves: bool = False


def _spelled(value: Any) -> Any:
    """Write whole numbers as text; what is neither stays for the selector to refuse."""
    if isinstance(value, list):
        return [_spelled(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _said(text: str) -> str:
    """Refuse what holds nothing but blanks."""
    if not (stripped := text.strip()):
        raise vol.Invalid("this is empty")
    return stripped


def all_said(texts: list[str]) -> list[str]:
    """Refuse an empty item."""
    return [_said(text) for text in texts]


def _whole_number(value: float) -> int:
    """Refuse a fraction instead of cutting it off."""
    if value != int(value):
        raise vol.Invalid("this is no whole number")
    return int(value)


def _zoned(value: Any) -> datetime:
    """Read a moment; without a zone it is meant in that of Home Assistant."""
    moment = cv.datetime(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt_util.get_default_time_zone())


def text(name: str, *, required: bool = False, longest: int = 128) -> Argument:
    """A line of text."""
    check = vol.All(_said, vol.Length(max=longest))
    return Argument(name=name, selector=TextSelector(), required=required, convert=check)


def texts(name: str, *, required: bool = False) -> Argument:
    """Several texts, at least one."""
    selector = TextSelector(TextSelectorConfig(multiple=True))
    return Argument(name=name, selector=selector, required=required, convert=vol.All(vol.Length(min=1), all_said))


def whole(name: str, least: int, most: int, *, required: bool = False) -> Argument:
    """A whole number."""
    config = NumberSelectorConfig(min=least, max=most, step=1, mode=NumberSelectorMode.BOX)
    return Argument(name=name, selector=NumberSelector(config), required=required, convert=_whole_number)


def seconds(name: str, least: float, most: float) -> Argument:
    """A duration."""
    config = NumberSelectorConfig(min=least, max=most, step=0.1, unit_of_measurement="s", mode=NumberSelectorMode.BOX)
    return Argument(name=name, selector=NumberSelector(config), convert=vol.Coerce(float))


def choice(
    name: str, words: str, *, key: str = "", required: bool = False, default: object = vol.UNDEFINED
) -> Argument:
    """One of some words, which are translated under `key`."""
    config = SelectSelectorConfig(options=words.split(), translation_key=key or name)
    return Argument(name=name, selector=SelectSelector(config), required=required, default=default)


def moment(name: str, *, required: bool = True) -> Argument:
    """A moment, with a time zone when the system gets it."""
    return Argument(name=name, selector=DateTimeSelector(), required=required, convert=_zoned)


def optional(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Return the same fields, none of them needed and none of them filled."""
    return tuple(
        Argument(name=one.name, selector=one.selector, convert=one.convert, entities=one.entities) for one in arguments
    )
