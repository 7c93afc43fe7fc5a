"""Names of the settings in a config entry's data and options, shared by the flows and the systems.

Data (`isapi`, `ip_receiver`): `url` (one base URL of `System.addresses`), `username`, `password`, `verify_ssl`,
`fingerprint` (None, or the SHA-256 of the one certificate that is accepted, lower-case hex), `allow_basic`.
"""

from typing import Any, Final

SYSTEM: Final = "system"
"""Id of the system, a key of `SYSTEMS`."""
URL: Final = "url"
USERNAME: Final = "username"
PASSWORD: Final = "password"
VERIFY_SSL: Final = "verify_ssl"
FINGERPRINT: Final = "fingerprint"
ALLOW_BASIC: Final = "allow_basic"
"""Whether the user agreed that the password goes over the network unencrypted. Absent: no."""
WEBHOOK_ID: Final = "webhook_id"
"""The secret part of the address under which a system may post to us."""

CHANNELS: Final = "channels"
"""Channels to import: a list of the ids that `System.choices` offers. Absent: all, also those that come later."""
STREAMS: Final = "streams"
"""Streams to import besides the main stream: a list of `sub`, `third`, `transcoded`. Absent: all of them."""
PUSH: Final = "push"
"""Whether the push channel is opened. Absent: yes."""
DEVICE_PUSH: Final = "device_push"
"""Whether the address for systems that post to us is open. Absent: no."""

CONFIRM_LOGIN: Final = "confirm_login"
"""Whether a refused login may be confirmed by one more. Absent: yes. Never stored: a dialog logs in once per submit."""

EXTRA_STREAMS: Final = ("sub", "third", "transcoded")
"""What `streams` may hold."""

HOLD_MOTION: Final = "hold_motion"
HOLD_SMART: Final = "hold_smart"
HOLD_AUDIO: Final = "hold_audio"
HOLD_PIR: Final = "hold_pir"
HOLD_OTHER: Final = "hold_other"
HOLDS: Final = (HOLD_MOTION, HOLD_SMART, HOLD_AUDIO, HOLD_PIR, HOLD_OTHER)
"""Seconds after which a detection that the device did not end counts as over."""

HOLD_DEFAULT: Final = 5
HOLD_MINIMUM: Final = 1
HOLD_MAXIMUM: Final = 600

type Settings = dict[str, Any]
"""Data or options of a config entry."""
