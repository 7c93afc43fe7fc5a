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
from yarl import URL

from .const import DOMAIN
from .flow_connect import Certificate, Consent, Proof, Unencrypted, async_prove, explain
from .flow_forms import FORMS, Field, missing_secrets, schema, shown, typed_values
from .options_flow import HikvisionIvmOptionsFlow
from .systems import SYSTEMS, settings
from .systems.errors import SystemFailure

_LOGGER: Final = logging.getLogger(__name__)


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
        return self.step_id == "reconfigure"


class HikvisionIvmConfigFlow(ConfigFlow, domain=DOMAIN):
    """Every way to make or mend a config entry; all of them end in one proof of address and credentials."""

    VERSION = 1
    MINOR_VERSION = 1

    _asking: _Asking
    _typed: Mapping[str, Any]
    _certificate: Certificate
    _unencrypted: Unencrypted

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

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for new credentials."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for credentials only; address and certificate stay, and so does how the password may travel there."""
        data = self._get_reauth_entry().data
        if data.get(settings.ALLOW_BASIC):
            self._consent.addresses.add(data[settings.URL])
        fields = FORMS[data[settings.SYSTEM]].credentials
        return await self._async_mend("reauth_confirm", fields, data, user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for address, certificate check and credentials again, and for consent to a readable password if needed."""
        data = self._get_reconfigure_entry().data
        fields = FORMS[data[settings.SYSTEM]].fields
        return await self._async_mend("reconfigure", fields, data, user_input)

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
        return self._show({}) if user_input is None else await self._async_try(user_input)

    async def _async_mend(
        self, step_id: str, fields: tuple[Field, ...], data: Mapping[str, Any], user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask what an existing entry needs."""
        if data.get(settings.FINGERPRINT):
            self._consent.fingerprints.add(data[settings.FINGERPRINT])
        self._asking = _Asking(step_id=step_id, system=data[settings.SYSTEM], fields=fields, known=data)
        return self._show(data) if user_input is None else await self._async_try(user_input)

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
            errors=errors or {},
            description_placeholders={"address": str(asking.known.get(settings.URL, "")), **(placeholders or {})},
        )

    async def _async_try(self, typed: Mapping[str, Any]) -> ConfigFlowResult:
        """Prove what was typed with one login; go on, ask for consent, or say what was wrong."""
        asking = self._asking
        values = {**asking.known, **typed_values(asking.fields, typed)}
        wanted = {field.name: values.get(field.name) for field in FORMS[asking.system].fields}
        if missing := missing_secrets(asking.fields, typed, stored=asking.stored):
            return self._show(typed, dict.fromkeys(missing, "secret_missing"))
        try:
            outcome = await async_prove(self.hass, asking.system, wanted, self._consent)
        except SystemFailure as failure:
            return self._show(typed, *explain(failure))
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
        await self.async_set_unique_id(proof.identity.unique_id, raise_on_progress=False)
        if self.source in {SOURCE_REAUTH, SOURCE_RECONFIGURE}:
            self._abort_if_unique_id_mismatch(
                reason="wrong_device", description_placeholders={"found": proof.identity.name}
            )
            entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
            return self.async_update_reload_and_abort(entry, data_updates=proof.settings)
        found = (field.name for field in FORMS[self._asking.system].connection)
        reach = (*found, settings.FINGERPRINT, settings.ALLOW_BASIC)
        self._abort_if_unique_id_configured(updates={name: proof.settings[name] for name in reach})
        return self.async_create_entry(
            title=proof.identity.name,
            data={
                settings.SYSTEM: self._asking.system,
                **proof.settings,
                settings.WEBHOOK_ID: webhook.async_generate_id(),
            },
        )


def _moved(url: str, address: str) -> str:
    """Return the URL at the new IPv4 address; scheme and port stay, and so does a host that is a name or IPv6."""
    old = URL(url)
    try:
        IPv4Address(old.host or "")
    except ValueError:
        return url
    return str(old.with_host(address)).rstrip("/")
