"""Events: what happened, with who, where and when, for automations."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, override

from homeassistant.components.event import DoorbellEventType, EventDeviceClass, EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import IvmConfigEntry, IvmCoordinator
from .entity import IvmEntity, async_add_features, by_kind
from .systems.kinds import Kind
from .systems.model import EventFeature, Feature, Occurrence, Phase

PARALLEL_UPDATES = 0

PLAIN = (
    Kind.ACCESS,
    Kind.CARE_EVENT,
    Kind.DETECTION,
    Kind.DEVICE_EVENT,
    Kind.GENERIC_EVENT,
    Kind.PANEL_EVENT,
    Kind.PASSAGE,
    Kind.VEHICLE_EVENT,
    Kind.UNKNOWN_EVENT,
    Kind.ACCESS_CONTROL,
    Kind.ALARM_INPUT,
    Kind.AUDIO_EXCEPTION,
    Kind.CALL_FOR_HELP,
    Kind.CONTACT_ID,
    Kind.FACE,
    Kind.ILLEGAL_LOGIN,
    Kind.INTERCOM,
    Kind.INTRUSION,
    Kind.LINE_CROSSING,
    Kind.PIR,
    Kind.PLATE,
    Kind.REGION_ENTRANCE,
    Kind.REGION_EXITING,
    Kind.SCENE_CHANGE,
    Kind.STORAGE_HEALTH,
)

EVENTS = by_kind(
    EventEntityDescription,
    {
        **{kind: {} for kind in PLAIN},
        Kind.DOORBELL: {"device_class": EventDeviceClass.DOORBELL},
        Kind.MOTION: {"device_class": EventDeviceClass.MOTION},
    },
)

ONLY_TOLD = frozenset(
    {
        Kind.ACCESS_DENIED,
        Kind.ACCESS_GRANTED,
        Kind.ACCESS_TIMED_OUT,
        Kind.ALARM_CLEAR,
        Kind.ARC_SERVICE,
        Kind.ARM_DISARM,
        Kind.AUDIO,
        Kind.BATTERY,
        Kind.BED_GETTING_UP,
        Kind.BEHAVIOUR,
        Kind.BREATHING_ABNORMAL,
        Kind.BURGLARY,
        Kind.BUS,
        Kind.BYPASS,
        Kind.CALL_CANCELLED,
        Kind.CHANNEL_OFFLINE,
        Kind.CHANNEL_ONLINE,
        Kind.CHECKPOINT,
        Kind.COMMUNICATION,
        Kind.CREDENTIAL,
        Kind.CUSTOMER_FLOW,
        Kind.DEVICE_OFFLINE,
        Kind.DEVICE_ONLINE,
        Kind.DEVICE_REMOVED,
        Kind.DISK_RECOVERED,
        Kind.DOOR_CLOSED,
        Kind.DOOR_OPENED,
        Kind.FENCE_ENTERED,
        Kind.FENCE_EXITED,
        Kind.GAS,
        Kind.GPS_REPORT,
        Kind.HEART_RATE_ABNORMAL,
        Kind.LOCKED,
        Kind.MAINTENANCE,
        Kind.MEDICAL,
        Kind.NAME_CHANGED,
        Kind.OFFLINE_REASON,
        Kind.OUTPUT,
        Kind.OUT_OF_BED,
        Kind.PACKAGE_ENDED,
        Kind.PANIC,
        Kind.PASSAGE_ENTRY,
        Kind.PASSAGE_EXIT,
        Kind.PERIPHERAL_FAULT,
        Kind.PERIPHERAL_LINK,
        Kind.POWER,
        Kind.RECORDING_RECOVERED,
        Kind.REMAIN_CLOSED_ENDED,
        Kind.REMAIN_OPEN_ENDED,
        Kind.REMOTE_CLOSE,
        Kind.REMOTE_OPEN,
        Kind.REMOTE_REMAIN_CLOSED,
        Kind.REMOTE_REMAIN_OPEN,
        Kind.ROLLING_OVER,
        Kind.TAMPER_RESTORED,
        Kind.TEST,
        Kind.TRAFFIC,
        Kind.UNLOCKED,
        Kind.UPGRADE_RESULT,
        Kind.VEHICLE_OFFLINE,
        Kind.VEHICLE_ONLINE,
        Kind.VIDEO_ANALYTICS,
        Kind.VIDEO_FAULT,
        Kind.WATER,
        Kind.ZONE_FAULT,
    }
)
"""Kinds without an entity of their own: event types of the collections."""

EVENT_ID = "event_id"
"""The detail by which a system that tells more of an event later names it."""

ITS_OWN = frozenset({"device_time", "late", "status"})
"""Facts of a message and not of what it tells."""

BEGINNINGS = (Phase.START, Phase.PULSE)
"""What is an event. A repeat is not: what was going on before we listened must not be replayed as new."""


async def async_setup_entry(
    hass: HomeAssistant, entry: IvmConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event entities of an entry."""
    async_add_features(entry.runtime_data, EventFeature, EVENTS, IvmEvent, async_add_entities)


def event_type(kind: Kind, device_class: EventDeviceClass | None) -> str:
    """Return the event type of a kind; a bell uses Home Assistant's own word for ringing."""
    bell = device_class is EventDeviceClass.DOORBELL and kind is Kind.DOORBELL
    return DoorbellEventType.RING if bell else kind.value


@lru_cache
def event_words(kinds: tuple[Kind, ...], device_class: EventDeviceClass | None) -> Mapping[Kind, str]:
    """Return the event types of an entity by kind, in order; entities of the same kinds share them."""
    if device_class is EventDeviceClass.DOORBELL:
        kinds = (Kind.DOORBELL, *(kind for kind in kinds if kind is not Kind.DOORBELL))
    return {kind: event_type(kind, device_class) for kind in kinds}


@lru_cache
def event_types(kinds: tuple[Kind, ...], device_class: EventDeviceClass | None) -> list[str]:
    """Return the same as a list."""
    return list(event_words(kinds, device_class).values())


def event_attributes(occurrence: Occurrence) -> dict[str, Any]:
    """Return what is known of an occurrence: `device_time` as ISO 8601, everything else as the system named it."""
    known: dict[str, Any] = {**occurrence.details, "code": occurrence.code}
    if occurrence.channel is not None:
        known["channel"] = occurrence.channel
    if occurrence.region is not None:
        known["region"] = occurrence.region
    if occurrence.plate is not None:
        known["plate"] = occurrence.plate
    if occurrence.person is not None:
        known["person"] = occurrence.person
    if occurrence.target is not None:
        known["target"] = occurrence.target.value
    if occurrence.time is not None:
        known["device_time"] = occurrence.time.isoformat()
    if occurrence.late:
        known["late"] = True
    return known


class IvmEvent(IvmEntity[EventFeature], EventEntity):
    """A source of occurrences."""

    def __init__(self, coordinator: IvmCoordinator, feature: EventFeature, description: EventEntityDescription) -> None:
        """Begin without an event."""
        super().__init__(coordinator, feature, description)
        self._told: dict[str, Any] = {}
        self._attr_extra_state_attributes = {}
        self._offer(feature)

    def _offer(self, feature: EventFeature) -> None:
        """Take over what may happen."""
        self._words = event_words(feature.event_types, self.device_class)
        self._attr_event_types = event_types(feature.event_types, self.device_class)

    @callback
    @override
    def feature_replaced(self, feature: Feature) -> None:
        """Take over what may happen from now on."""
        if isinstance(feature, EventFeature):
            self._offer(feature)
        super().feature_replaced(feature)

    @callback
    @override
    def occurred(self, occurrence: Occurrence) -> None:
        """Tell that something began or happened."""
        if occurrence.phase not in BEGINNINGS:
            self._learn(occurrence)
            return
        word = self._words.get(occurrence.kind) or self._words.get(Kind.UNKNOWN_EVENT)
        if word is None:
            self.coordinator.statistics["events_without_type"] += 1
            return
        self._told = event_attributes(occurrence)
        if self._attr_extra_state_attributes:
            self._attr_extra_state_attributes = {}
        self._trigger_event(word, self._told)
        self.async_write_ha_state()

    def _learn(self, occurrence: Occurrence) -> None:
        """Show what became known later of the event that is shown. It did not happen again."""
        event_id = occurrence.details.get(EVENT_ID)
        if occurrence.phase is not Phase.ONGOING or event_id is None or event_id != self._told.get(EVENT_ID):
            return
        facts = event_attributes(occurrence)
        learned = {name: fact for name, fact in facts.items() if name not in ITS_OWN and self._told.get(name) != fact}
        if learned.items() - self._attr_extra_state_attributes.items():
            self._attr_extra_state_attributes |= learned
            self.async_write_ha_state()
