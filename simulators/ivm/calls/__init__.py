"""The operations of the catalogue (ivm §2), by chapter; importing a module registers its rows."""

from . import (
    channels,
    devices,
    media,
    messages,
    old_media,
    orgs,
    presets,
    ptz,
    recording,
    services,
    statistics,
    streams,
    targets,
)

__all__ = [
    "channels",
    "devices",
    "media",
    "messages",
    "old_media",
    "orgs",
    "presets",
    "ptz",
    "recording",
    "services",
    "statistics",
    "streams",
    "targets",
]
