"""Names of the settings in a config entry's data and options, shared by the flows and the systems.

Data (`isapi`, `ip_receiver`): `url` (one base URL of `System.addresses`), `username`, `password`, `verify_ssl`,
`fingerprint` (None, or the SHA-256 of the one certificate that is accepted, lower-case hex), `allow_basic`.

Data (`ip_receiver`) besides: `identity` and `marks` as below.

Data (`ivm`): `url`, `verify_ssl`, `fingerprint`, `user_id` (digits), `access_key`, `secret_key`.

Data (`hikcentral`): `url`, `verify_ssl`, `fingerprint`, `app_key`, `app_secret`, `user_id` (empty: none), `identity`
(unique id given at set-up), `marks` (list of hashes by which the platform is recognised under another key).
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
APP_KEY: Final = "app_key"
APP_SECRET: Final = "app_secret"
USER_ID: Final = "user_id"
"""Name of the platform's user on whose behalf calls are made. Absent or empty: none is named."""
IDENTITY: Final = "identity"
"""The unique id that was given at set-up, where it hangs on credentials that may be replaced."""
MARKS: Final = "marks"
"""List of hashes by which the system is recognised when its credentials were replaced."""
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

SITES: Final = "sites"
"""Sites to import: a list of ids. Absent: all, also those that come later."""
AREAS: Final = "areas"
"""Areas to import: a list of ids `<site>/<area>`; an area includes those below it. Absent: all."""
PERSONAL: Final = "personal"
"""What may be shown of people: a list of `persons`, `plates`, `faces`, `health`, `visitors`. Absent: nothing."""
SIRENS: Final = "sirens"
"""Alarm outputs that are sirens: a list of ids. Absent: none."""
PARKING_SPACES: Final = "parking_spaces"
"""Whether every parking space gets entities. Absent: no."""
LOCK_STAYS: Final = "lock_stays"
"""Whether locks hold a door closed or open until told otherwise, instead of closing or opening it once. Absent: no."""
POST_URL: Final = "post_url"
"""Base address under which the system reaches Home Assistant. Absent or empty: Home Assistant's own."""
POST_PORT: Final = "post_port"
"""Port of a listener of our own for systems that take no other path than `/eventRcv`. Absent or 0: none."""
POST_SOURCES: Final = "post_sources"
"""Addresses or networks that may post to us, comma-separated. Absent or empty: those of the local network."""
STREAM_TEMPLATE: Final = "stream_template"
"""RTSP address to use where the platform gives no playable one, with `{ip}`, `{id}`, `{name}`, `{stream}`. A secret."""
PLAYBACK_TEMPLATE: Final = "playback_template"
"""The same for recordings, with `{start}` and `{end}` as `20261128T220000Z` besides. A secret."""
NETWORK_DOMAIN: Final = "network_domain"
"""Id of the platform's network domain whose addresses Home Assistant can reach. Absent or empty: none is named."""
PLATFORM_ZONE: Final = "platform_zone"
"""Time zone of times that come without one. Absent or empty: Home Assistant's."""
RAW_EVENTS: Final = "raw_events"
"""Whether every occurrence is also fired as an event of Home Assistant. Absent: no."""
HOLD_PULSE: Final = "hold_pulse"
"""Seconds for which something shows that happens at a moment."""
PULSE_DEFAULT: Final = 10

PANELS: Final = "panels"
"""Devices behind a receiver to import: a list of ids. Absent: all, also those that come later."""
ALARM_CODE: Final = "alarm_code"
"""Code that Home Assistant asks for; the panel never sees it. Absent or empty: none. A secret."""
CODE_TO_ARM: Final = "code_to_arm"
"""Whether the code is asked for when arming, too. Absent: no."""
ENTRY_DELAY: Final = "entry_delay"
"""Whether a partition shows pending when a delay zone opens while it is armed. Absent: no."""
SILENT_ALARMS: Final = "silent_alarms"
"""Whether duress and silent panic show a partition as triggered. Absent: no."""
CLEAR_ON_DISARM: Final = "clear_on_disarm"
"""Whether disarming a triggered partition clears its alarm, too. Absent: yes."""
ZONE_SECONDS: Final = "zone_seconds"
"""Seconds between two looks at the zones of a panel."""
ZONE_SECONDS_DEFAULT: Final = 10
ZONE_SECONDS_LEAST: Final = 5
ZONE_SECONDS_MOST: Final = 300
ZONE_NUMBERS: Final = "zone_numbers"
"""How zone numbers in events relate to ids: one of `ZONE_NUMBER_WORDS`. Absent: `learn`."""
ZONE_NUMBER_WORDS: Final = ("learn", "same", "one_more")
"""Watch which zone is in alarm; the number is the id; the number is the id plus one."""

ACCESS_KEY: Final = "access_key"
SECRET_KEY: Final = "secret_key"
"""Key pair of a cloud account. Secrets."""
ORGS: Final = "organisations"
"""Organisations to import, with what lies below them: a list of ids. Absent: all, also those that come later."""
LIVE_PROTOCOL: Final = "live_protocol"
"""How live video comes: one of `LIVE_PROTOCOLS`. Absent: `HTTPS_HLS`."""
LIVE_PROTOCOLS: Final = ("HTTPS_HLS", "HTTPS_FLV", "RTSP", "HTTP_HLS", "HTTP_FLV")
LIVE_QUALITY: Final = "live_quality"
"""Stream that a camera's main entity shows: `main` or `sub`. Absent: `main`."""
SUBSCRIPTIONS: Final = "subscriptions"
"""What a cloud posts of every device: a list of `SUBSCRIPTION_WORDS`. Absent: all of it."""
SUBSCRIPTION_WORDS: Final = ("alarms", "states", "removals")
ANALYTICS: Final = "analytics"
"""Analysis to be told of besides alarms: a list of `ANALYTICS_WORDS`. Absent: none."""
ANALYTICS_WORDS: Final = ("head_shoulder", "behavior_analysis", "micro_checkpoint", "vehicle", "target", "third")
HOLD_ALARM: Final = "hold_alarm"
"""Seconds for which an alarm of a cloud shows: it never tells the end of one."""
HOLD_ALARM_DEFAULT: Final = 30
POLL_SECONDS: Final = "poll_seconds"
"""Seconds between two looks at the states of all devices of a cloud."""
POLL_SECONDS_DEFAULT: Final = 60
POLL_SECONDS_LEAST: Final = 30
POLL_SECONDS_MOST: Final = 600
CALLBACK_TAKE_OVER: Final = "callback_take_over"
"""Whether the place of another program that is told of events may be taken. Absent: no."""

PERSONAL_WORDS: Final = ("persons", "plates", "faces", "health", "visitors")
"""What `personal` may hold."""

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
