"""Set-up, reauthentication and reconfiguration of every system, and address updates by DHCP."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
import logging
from typing import Any, Final

from homeassistant.components import webhook
from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
)
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
import probatio as vol
from yarl import URL

from .const import DOMAIN
from .flow_connect import Certificate, Consent, Proof, Unencrypted, async_offer, async_prove, explain, worded
from .flow_forms import FORMS, Field, beside, flat, misshapen, missing_secrets, schema, shown, typed_values
from .options_flow import IMPORTS, HikvisionIvmOptionsFlow, fields_of, mistakes, to_store
from .options_rows import Row
from .systems import SYSTEMS, settings
from .systems.errors import SystemFailure

_LOGGER: Final = logging.getLogger(__name__)

RECOGNISED_BY: Final = (settings.IDENTITY, settings.MARKS)
"""What is handed to a system so that it recognises itself under other credentials."""
PORTAL: Final = "https://…/artemis-web"
MANAGEMENT_PORT: Final = "8208"
"""Where a platform's partners are managed, and how it reaches that (hikcentral §1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """The form that is being answered. `known`: settings that are already stored."""

    step_id: str
    system: str
    fields: tuple[Field, ...]
    known: Mapping[str, Any]

    @property
    def stored(self) -> bool:
        """Whether an empty secret stands for the stored one; the one that was just refused is never tried again."""
        return self.step_id == FORMS[self.system].reconfigure


class HikvisionIvmConfigFlow(ConfigFlow, domain=DOMAIN):
    """Every way to make or mend a config entry; all of them end in one proof of address and credentials."""

    VERSION = 1
    MINOR_VERSION = 1

    _asking: _Asking
    _typed: Mapping[str, Any]
    _certificate: Certificate
    _unencrypted: Unencrypted
    _proof: Proof
    _offered: Mapping[str, Mapping[str, str]]
    _rows: tuple[Row, ...]

    def __init__(self) -> None:
        """Start with no certificate accepted and no password sent readable."""
        self._consent = Consent()

    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry[Any]) -> OptionsFlow:
        """Return the options flow."""
        return HikvisionIvmOptionsFlow()

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose a system."""
        return self.async_show_menu(step_id="user", menu_options=[system for system in FORMS if system in SYSTEMS])

    async def async_step_isapi(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a Hikvision-compatible device."""
        return await self._async_set_up("isapi", user_input)

    async def async_step_hikcentral(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a HikCentral Professional platform."""
        return await self._async_set_up("hikcentral", user_input)

    async def async_step_ip_receiver(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a Hik IP Receiver Pro."""
        return await self._async_set_up("ip_receiver", user_input)

    async def async_step_ivm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an account of Huawei Cloud IVM."""
        return await self._async_set_up("ivm", user_input)

    async def async_step_selection(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose what is imported, once it is known what there is."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = mistakes(self._rows, user_input)
            if not errors:
                return self._create(to_store(self._rows, user_input, {}, self._choices))
        form = vol.Schema(fields_of(self._rows, {}, self._choices))
        return self.async_show_form(
            step_id="selection",
            data_schema=self.add_suggested_values_to_schema(form, user_input),
            errors=errors,
            description_placeholders={"name": self._proof.identity.name},
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for new credentials, in the words of the system."""
        return await self._async_new_credentials(None)

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for user name and password."""
        return await self._async_new_credentials(user_input)

    async def async_step_reauth_key(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the key of a platform."""
        return await self._async_new_credentials(user_input)

    async def async_step_reauth_receiver(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an account of a receiver."""
        return await self._async_new_credentials(user_input)

    async def async_step_reauth_cloud(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the key pair of a cloud account."""
        return await self._async_new_credentials(user_input)

    async def _async_new_credentials(self, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        """Ask for credentials only; address and certificate stay, and so does how the password may travel there."""
        data = self._get_reauth_entry().data
        if data.get(settings.ALLOW_BASIC):
            self._consent.addresses.add(data[settings.URL])
        form = FORMS[data[settings.SYSTEM]]
        return await self._async_mend(form.reauth, form.credentials, data, user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for address, certificate check and credentials again, and for consent to a readable password if needed."""
        data = self._get_reconfigure_entry().data
        form = FORMS[data[settings.SYSTEM]]
        return await self._async_mend(form.reconfigure, form.changeable, data, user_input)

    async def async_step_reconfigure_platform(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the answer to the form of a platform."""
        return await self.async_step_reconfigure(user_input)

    async def async_step_reconfigure_receiver(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the answer to the form of a receiver."""
        return await self.async_step_reconfigure(user_input)

    async def async_step_reconfigure_cloud(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the answer to the form of a cloud account."""
        return await self.async_step_reconfigure(user_input)

    async def async_step_certificate(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show a certificate that nobody vouches for, and let the user decide."""
        return self.async_show_menu(
            step_id="certificate",
            menu_options=["certificate_accept", "certificate_decline"],
            description_placeholders={"url": self._certificate.url, "fingerprint": self._certificate.readable},
        )

    async def async_step_certificate_accept(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with exactly this certificate, at the address that showed it."""
        self._consent.fingerprints.add(self._certificate.fingerprint)
        return await self._async_try({**self._typed, settings.URL: self._certificate.url})

    async def async_step_certificate_decline(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go back to the form."""
        return self._show(self._typed)

    async def async_step_basic_only(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that the password would travel readable, and let the user decide."""
        return self.async_show_menu(
            step_id="basic_only",
            menu_options=["basic_only_allow", "basic_only_decline"],
            description_placeholders={"url": self._unencrypted.url},
        )

    async def async_step_basic_only_allow(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with a readable password, at this address only."""
        self._consent.addresses.add(self._unencrypted.url)
        return await self._async_try({**self._typed, settings.URL: self._unencrypted.url})

    async def async_step_basic_only_decline(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go back to the form."""
        return self._show(self._typed)

    async def async_step_dhcp(self, discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Follow a device that we know by its MAC to its new address."""
        entry = self._entry_of_mac(dr.format_mac(discovery_info.macaddress))
        if entry is not None:
            await self.async_set_unique_id(entry.unique_id)
            url = _moved(entry.data[settings.URL], discovery_info.ip)
            self._abort_if_unique_id_configured(updates={settings.URL: url})
        return self.async_abort(reason="unknown_device")

    def _entry_of_mac(self, mac: str) -> ConfigEntry[Any] | None:
        """Find the entry whose own device has this MAC; a camera behind a recorder says nothing about the recorder."""
        registry = dr.async_get(self.hass)
        for entry in self._async_current_entries():
            identifier = (DOMAIN, entry.unique_id or "")
            device = registry.async_get_device_by_identifier(identifier, entry.entry_id)
            if device is not None and (dr.CONNECTION_NETWORK_MAC, mac) in device.connections:
                return entry
        return None

    async def _async_set_up(self, system: str, user_input: dict[str, Any] | None) -> ConfigFlowResult:
        """Ask what a new entry needs."""
        self._asking = _Asking(step_id=system, system=system, fields=FORMS[system].fields, known={})
        return self._show({}) if user_input is None else await self._async_try(flat(user_input))

    async def _async_mend(
        self, step_id: str, fields: tuple[Field, ...], data: Mapping[str, Any], user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask what an existing entry needs."""
        if data.get(settings.FINGERPRINT):
            self._consent.fingerprints.add(data[settings.FINGERPRINT])
        self._asking = _Asking(step_id=step_id, system=data[settings.SYSTEM], fields=fields, known=data)
        return self._show(data) if user_input is None else await self._async_try(flat(user_input))

    def _show(
        self,
        values: Mapping[str, Any],
        errors: dict[str, str] | None = None,
        placeholders: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        """Show the form with what is known or was typed, secrets excepted."""
        asking = self._asking
        return self.async_show_form(
            step_id=asking.step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema(asking.fields, stored=asking.stored), shown(asking.fields, values)
            ),
            errors=beside(asking.fields, errors or {}),
            description_placeholders={
                "address": str(asking.known.get(settings.URL, "")),
                "portal": PORTAL,
                "management_port": MANAGEMENT_PORT,
                **(placeholders or {}),
            },
        )

    async def _async_try(self, typed: Mapping[str, Any]) -> ConfigFlowResult:
        """Prove what was typed with one login; go on, ask for consent, or say what was wrong."""
        asking = self._asking
        values = {**asking.known, **typed_values(asking.fields, typed)}
        wanted = {field.name: values.get(field.name) for field in FORMS[asking.system].fields}
        wanted |= {name: asking.known[name] for name in RECOGNISED_BY if name in asking.known}
        if missing := missing_secrets(asking.fields, typed, stored=asking.stored):
            return self._show(typed, dict.fromkeys(missing, worded(asking.system, "secret_missing")))
        if wrong := misshapen(asking.fields, typed):
            return self._show(typed, {name: worded(asking.system, f"invalid_{name}") for name in wrong})
        try:
            outcome = await async_prove(self.hass, asking.system, wanted, self._consent)
        except SystemFailure as failure:
            return self._show(typed, *explain(asking.system, failure))
        except Exception:
            _LOGGER.exception("Unexpected error while connecting")
            return self._show(typed, {"base": "unknown"})
        if isinstance(outcome, Certificate):
            self._typed, self._certificate = typed, outcome
            return await self.async_step_certificate()
        if isinstance(outcome, Unencrypted):
            self._typed, self._unencrypted = typed, outcome
            return await self.async_step_basic_only()
        return await self._async_finish(outcome)

    async def _async_finish(self, proof: Proof) -> ConfigFlowResult:
        """Make the entry, or mend the one this flow is about if the same system answered."""
        mending = self.source in {SOURCE_REAUTH, SOURCE_RECONFIGURE}
        known = None if mending else self._known_id(proof)
        await self.async_set_unique_id(known or proof.identity.unique_id, raise_on_progress=False)
        if mending:
            self._abort_if_unique_id_mismatch(
                reason="wrong_device", description_placeholders={"found": proof.identity.name}
            )
            entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
            return self.async_update_reload_and_abort(entry, data_updates=proof.settings)
        found = (field.name for field in FORMS[self._asking.system].connection)
        reach = (*found, settings.FINGERPRINT, settings.ALLOW_BASIC)
        self._abort_if_unique_id_configured(
            updates={name: proof.settings[name] for name in reach if name in proof.settings}
        )
        self._proof = proof
        if rows := IMPORTS.get(self._asking.system):
            self._offered = await async_offer(self.hass, self._asking.system, proof.settings)
            self._rows = tuple(row for row in rows if row.offered or len(self._choices(row.name)) > 1)
            if self._rows:
                return await self.async_step_selection()
        return self._create({})

    def _known_id(self, proof: Proof) -> str | None:
        """Return the unique id of the entry of the same system, which keeps the one that it was given first."""
        for entry in self._async_current_entries():
            if entry.data[settings.SYSTEM] == self._asking.system and _is_same(entry.data, proof.settings):
                return entry.unique_id
        return None

    def _choices(self, option: str) -> Mapping[str, str]:
        """What the system offered at set-up."""
        return self._offered.get(option, {})

    def _create(self, options: Mapping[str, Any]) -> ConfigFlowResult:
        """Make the entry."""
        return self.async_create_entry(
            title=self._proof.identity.name,
            data={
                settings.SYSTEM: self._asking.system,
                **self._proof.settings,
                settings.WEBHOOK_ID: webhook.async_generate_id(),
            },
            options=options,
        )


def _is_same(known: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether two systems are one where the unique id does not tell.

    One that has a key is known by it. One that has none but marks is known by any of them; where either has none at
    all, because nothing is behind it yet, the address decides.
    """
    if settings.APP_KEY in found:
        return bool(known.get(settings.APP_KEY) == found[settings.APP_KEY])
    if settings.MARKS not in found:
        return False
    old, new = {*known.get(settings.MARKS, ())}, {*found[settings.MARKS]}
    if old and new:
        return not old.isdisjoint(new)
    return bool(known[settings.URL] == found[settings.URL])


def _moved(url: str, address: str) -> str:
    """Return the URL at the new IPv4 address; scheme and port stay, and so does a host that is a name or IPv6."""
    old = URL(url)
    try:
        IPv4Address(old.host or "")
    except ValueError:
        return url
    return str(old.with_host(address)).rstrip("/")
