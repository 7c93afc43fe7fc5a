"""Actions: everything is checked first, then each system is asked once for all of its features."""

from asyncio import gather
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback, split_entity_id, valid_entity_id
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.selector import ConfigEntrySelector, ConfigEntrySelectorConfig
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import VolSchemaType
import probatio as vol

from .alarm_code import check_code, is_needed_to_arm
from .const import DOMAIN, PLATFORMS
from .coordinator import IvmConfigEntry, IvmCoordinator
from .files import async_check_file, async_write_file
from .services_alarm import CODE, FILENAME, OVERWRITE
from .services_fields import Action
from .services_table import ACTIONS
from .systems.errors import SystemFailure
from .systems.kinds import Kind
from .systems.model import CameraFeature, Feature

CONFIG_ENTRY: Final = "config_entry_id"
"""Names the entry that an action without entities is for."""


@dataclass(slots=True)
class _Share:
    """What one config entry has to do: features by the entity that was targeted."""

    coordinator: IvmCoordinator
    features: dict[str, Feature] = field(default_factory=dict)
    cameras: dict[str, str] = field(default_factory=dict)
    """Device → the entity that stands for its camera."""


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register every action, once; they look for their entries when they are called."""
    for action in ACTIONS.values():
        hass.services.async_register(
            DOMAIN, action.name, partial(_async_handle, action), schema(action), supports_response=action.answer
        )


def schema(action: Action) -> VolSchemaType:
    """Make the schema of an action."""
    fields = {argument.marker: argument.check for argument in action.arguments}
    if action.targets:
        return cv.make_entity_service_schema(fields)
    entries = ConfigEntrySelector(ConfigEntrySelectorConfig(integration=DOMAIN))
    return vol.Schema({vol.Required(CONFIG_ENTRY): entries, **fields})


async def _async_handle(action: Action, call: ServiceCall) -> ServiceResponse:
    """Check everything, then act. Nothing is sent to anybody before all of it was found good."""
    user = await _async_user(action, call)
    arguments = _arguments(action, call)
    shares = _by_targets(action, call, user) if action.targets else [_by_entry(action, call)]
    orders = [(share, {**arguments, **_named(action, call, share)}) for share in shares]
    for share in shares:
        if action.arms and is_needed_to_arm(share.coordinator.entry.options):
            check_code(share.coordinator.entry.options, call.data.get(CODE))
    if action.saves:
        await _async_check_target(call, shares)
    answers = await gather(*(_async_act(action, *order) for order in orders), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    merged = _merged(answer for answer in answers if not isinstance(answer, BaseException))
    return await _async_saved(call, merged) if action.saves else merged


def _refusal(key: str, **placeholders: str) -> ServiceValidationError:
    """Make the error of a call that cannot be carried out."""
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


# who asks, and for what


async def _async_user(action: Action, call: ServiceCall) -> User | None:
    """Return the user whose rights on entities count; None: an automation or an administrator, who may everything."""
    if not call.context.user_id:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    if user.is_admin:
        return None
    if action.admin:
        raise Unauthorized(context=call.context)
    return user


def _arguments(action: Action, call: ServiceCall) -> dict[str, Any]:
    """Return what the system gets; refuse combinations that make no sense."""
    arguments = {
        argument.name: call.data[argument.name]
        for argument in action.arguments
        if argument.name in call.data and not (argument.entities or argument.nameable or argument.ours)
    }
    if action.one_of and sum(name in arguments for name in action.one_of) != 1:
        raise _refusal("exactly_one_needed", fields=", ".join(action.one_of))
    if action.any_of and not any(name in arguments for name in action.any_of):
        raise _refusal("one_needed", fields=", ".join(action.any_of))
    start, end = arguments.get("start"), arguments.get("end")
    if start is not None and end is not None and end <= start:
        raise _refusal("end_before_start")
    return arguments


# whom it is for


def _by_entry(action: Action, call: ServiceCall) -> _Share:
    """Find the entry that was named, and the cameras of it that were given as an argument."""
    hass = call.hass
    entry: IvmConfigEntry = async_get_config_entry(hass, DOMAIN, call.data[CONFIG_ENTRY])
    share = _Share(_offering(action, entry))
    for argument in action.arguments:
        for entity_id in call.data.get(argument.name, ()) if argument.entities else ():
            if _owner(hass, entity_id, (CameraFeature,)) is not entry:
                raise _refusal("unknown_entity", entity=entity_id)
            _take(share, entity_id, _feature(hass, entity_id, entry))
    return share


def _by_targets(action: Action, call: ServiceCall, user: User | None) -> list[_Share]:
    """Group the features of what was targeted by their config entries.

    An entity that was named and does not fit is refused; of an area or a device, only what fits is taken.
    """
    named, found = _entity_ids(action, call)
    shares: dict[str, _Share] = {}
    refusal: HomeAssistantError | None = None
    for entity_id in sorted(named | found):
        entry = _owner(call.hass, entity_id, action.targets)
        if entry is None:
            if entity_id in named:
                raise _refusal("unknown_entity", entity=entity_id)
            continue
        try:
            coordinator = _offering(action, entry)
            feature = _feature(call.hass, entity_id, entry)
            if action.kinds and feature.kind not in action.kinds:
                raise _refusal("unknown_entity", entity=entity_id)
            if user is not None and not user.permissions.check_entity(entity_id, POLICY_CONTROL):
                raise Unauthorized(context=call.context, entity_id=entity_id, permission=POLICY_CONTROL)
        except HomeAssistantError as error:
            if entity_id in named:
                raise
            refusal = error
            continue
        _take(shares.setdefault(entry.entry_id, _Share(coordinator)), entity_id, feature)
    if not shares:
        raise refusal or _refusal("nothing_targeted")
    return list(shares.values())


def _entity_ids(action: Action, call: ServiceCall) -> tuple[set[str], set[str]]:
    """Return the entities that were named (groups spelled out), and those of areas, devices and labels."""
    if call.data.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL:
        types = {target.type for target in action.targets}
        entities = er.async_get(call.hass).entities.values()
        return set(), {one.entity_id for one in entities if one.platform == DOMAIN and one.domain in types}
    selected = async_extract_referenced_entity_ids(call.hass, TargetSelection(dict(call.data)))
    return selected.referenced, selected.indirectly_referenced - selected.referenced


def _owner(hass: HomeAssistant, entity_id: str, types: tuple[type[Feature], ...]) -> IvmConfigEntry | None:
    """Return the config entry of an enabled entity of ours that stands for a feature of one of these types."""
    known = er.async_get(hass).async_get(entity_id)
    if known is None or known.platform != DOMAIN or known.disabled or known.domain not in {one.type for one in types}:
        return None
    return hass.config_entries.async_get_entry(known.config_entry_id or "")


def _offering(action: Action, entry: IvmConfigEntry) -> IvmCoordinator:
    """Return the coordinator of an entry that is loaded and whose system offers the action."""
    if entry.state is not ConfigEntryState.LOADED:
        raise _refusal("not_loaded", device=entry.title)
    if action.name not in entry.runtime_data.system.actions:
        raise _refusal("action_not_offered", device=entry.title)
    return entry.runtime_data


def _feature(hass: HomeAssistant, entity_id: str, entry: IvmConfigEntry) -> Feature:
    """Return the feature that an entity of a loaded entry stands for."""
    known = er.async_get(hass).async_get(entity_id)
    feature = None if known is None else entry.runtime_data.inventory.features.get(known.unique_id)
    if feature is None:
        raise _refusal("unknown_entity", entity=entity_id)
    return feature


def _take(share: _Share, entity_id: str, feature: Feature) -> None:
    """Take a feature; the streams of one camera are one thing, and its main stream stands for it."""
    if isinstance(feature, CameraFeature):
        twin = share.cameras.get(feature.device_id)
        if twin is not None:
            if feature.kind is not Kind.MAIN_STREAM:
                return
            share.features.pop(twin, None)
        share.cameras[feature.device_id] = entity_id
    share.features[entity_id] = feature


def _named(action: Action, call: ServiceCall, share: _Share) -> dict[str, list[str]]:
    """Return the arguments among which entities may be, those of this entry as ids of their features."""
    return {
        argument.name: [_meant(call.hass, word, share.coordinator.entry) for word in call.data[argument.name]]
        for argument in action.arguments
        if argument.nameable and argument.name in call.data
    }


def _meant(hass: HomeAssistant, word: str, entry: IvmConfigEntry) -> str:
    """Return the id of the feature of an entity of this entry, or the word, if it names no entity at all."""
    known = er.async_get(hass).async_get(word)
    if known is None and not (valid_entity_id(word) and split_entity_id(word)[0] in PLATFORMS):
        return word
    if known is None or known.config_entry_id != entry.entry_id:
        raise _refusal("unknown_entity", entity=word)
    return _feature(hass, word, entry).id


# acting


async def _async_act(action: Action, share: _Share, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Let one system act; a failure becomes one that Home Assistant shows, translated."""
    coordinator, features = share.coordinator, share.features
    system, sink = coordinator.system, coordinator.sink
    try:
        if action.each:
            return {
                entity_id: dict(await system.act(action.name, (feature,), arguments, sink))
                for entity_id, feature in features.items()
            }
        return dict(await system.act(action.name, tuple(features.values()), arguments, sink))
    except SystemFailure as error:
        raise coordinator.command_failed(error) from error


async def _async_check_target(call: ServiceCall, shares: list[_Share]) -> None:
    """Refuse what could not be kept: several pictures in one place, or in a file that cannot be written."""
    if sum(len(share.features) for share in shares) > 1:
        raise _refusal("one_at_a_time")
    if FILENAME in call.data:
        await async_check_file(call.hass, call.data[FILENAME], overwrite=call.data[OVERWRITE])


async def _async_saved(call: ServiceCall, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Write what a system answered to the file that was named, and tell what it is; without a file, tell all of it."""
    content = answer["content"]
    if FILENAME not in call.data:
        encoded = b64encode(content).decode() if call.return_response else ""
        return {"content": encoded, "content_type": answer["content_type"], "size": len(content)}
    filename = call.data[FILENAME]
    await async_write_file(call.hass, filename, content, overwrite=call.data[OVERWRITE])
    return {FILENAME: filename, "content_type": answer["content_type"], "size": len(content)}


def _merged(answers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Put the answers of several systems together: lists of the same name are joined."""
    merged: dict[str, Any] = {}
    for answer in answers:
        for name, value in answer.items():
            known = merged.get(name)
            merged[name] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
    return merged
