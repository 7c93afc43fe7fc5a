"""Problems that only the user can solve: shown while they last, and mended by the system where it can."""

from collections.abc import Container, Sequence
import inspect
import json
import logging
from typing import Any, Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResult
from homeassistant.helpers import issue_registry as ir
from homeassistant.loader import async_get_loaded_integration
import probatio as vol

from .const import DOMAIN
from .failures import told, worded
from .systems import settings
from .systems.errors import AuthenticationError, ConnectionFailedError, InsufficientRightsError, SystemFailure
from .systems.model import Problem

_LOGGER: Final = logging.getLogger(__name__)

_OWNED: Final = "config_entry_id" in inspect.signature(ir.async_create_issue).parameters
"""From 2026.11 an issue can belong to a config entry and go with it."""

PAGES: Final = {"ivm": "huawei_ivm"}
"""System → its page of the manual, where that is not called after it."""

FIX_ERRORS: Final[dict[type[SystemFailure], str]] = {
    ConnectionFailedError: "cannot_connect",
    AuthenticationError: "invalid_auth",
    InsufficientRightsError: "insufficient_rights",
}
"""Failures with a text of their own; every other one is `fix_failed` with its reason."""


def _manual(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    """Return the address of the chapter on repairs in the manual of an entry's system."""
    documentation = async_get_loaded_integration(hass, DOMAIN).documentation
    system = entry.data[settings.SYSTEM]
    return f"{documentation}/blob/main/docs/{PAGES.get(system, system)}.md#repairs"


def _prefix(entry: ConfigEntry[Any], topic: str = "") -> str:
    """Begin of the ids of an entry's issues, or of one topic of it."""
    return f"{entry.entry_id}:{topic}:" if topic else f"{entry.entry_id}:"


def _placeholders(hass: HomeAssistant, entry: ConfigEntry[Any], problem: Problem) -> dict[str, str]:
    """Fill the texts; `device` is the entry's title unless the problem names one; what is not known is a dash."""
    filled = {name: text or "–" for name, text in worded(hass, problem.placeholders).items()}
    return {"device": entry.title, **filled}


@callback
def async_sync_problems(hass: HomeAssistant, entry: ConfigEntry[Any], topic: str, problems: Sequence[Problem]) -> None:
    """Make the repairs of a topic match its problems: new ones appear, solved ones vanish."""
    wanted = {f"{_prefix(entry, topic)}{problem.id}": problem for problem in problems}
    _delete(hass, _prefix(entry, topic), keep=wanted)
    for issue_id, problem in wanted.items():
        owner: dict[str, Any] = {"config_entry_id": entry.entry_id} if _OWNED else {}
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=problem.fixable,
            severity=ir.IssueSeverity.ERROR if problem.severe else ir.IssueSeverity.WARNING,
            translation_key=problem.key,
            translation_placeholders=_placeholders(hass, entry, problem),
            learn_more_url=_manual(hass, entry),
            data=_pack(entry, problem) if problem.fixable else None,
            **owner,
        )


@callback
def async_clear_problems(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete every repair of an entry, when it is unloaded or removed."""
    _delete(hass, _prefix(entry), keep=())


def _delete(hass: HomeAssistant, prefix: str, keep: Container[str]) -> None:
    """Delete issues of ours by the begin of their id."""
    ids = [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(prefix) and issue_id not in keep
    ]
    for issue_id in ids:
        ir.async_delete_issue(hass, DOMAIN, issue_id)


def _pack(entry: ConfigEntry[Any], problem: Problem) -> dict[str, str | int | float | None]:
    """Put a problem into the flat data of an issue."""
    return {
        "entry_id": entry.entry_id,
        "key": problem.key,
        "subject": problem.subject,
        "placeholders": json.dumps(dict(problem.placeholders)),
    }


class ProblemRepairFlow(RepairsFlow):
    """Says what will be changed, asks, and lets the system change it."""

    def __init__(self, entry_id: str, problem: Problem) -> None:
        """`entry_id`: the config entry whose system mends `problem`."""
        self._entry_id = entry_id
        self._problem = problem

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> FlowResult[Any, str]:
        """Begin with the question."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> FlowResult[Any, str]:
        """Ask, mend after the user agreed, and say why if that failed."""
        errors: dict[str, str] = {}
        reason = ""
        if user_input is not None:
            try:
                error = await self._async_fix()
            except SystemFailure as failure:
                error, reason = _explain(failure)
            except Exception:
                _LOGGER.exception("Unexpected error while mending a problem")
                error = "unknown"
            if error is None:
                return self.async_create_entry(data={})
            errors["base"] = error
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={
                "device": "" if entry is None else entry.title,
                **worded(self.hass, self._problem.placeholders),
                "reason": reason,
            },
        )

    async def _async_fix(self) -> str | None:
        """Let the system mend it, unless it was solved meanwhile; return the key of an error of our own."""
        if ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id) is None:
            return None
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return "not_loaded"
        await entry.runtime_data.system.fix(self._problem)
        # Everything is read again, so that what was mended shows at once.
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return None


def _explain(failure: SystemFailure) -> tuple[str, str]:
    """Return the key and the reason of a failure to mend."""
    for kind, key in FIX_ERRORS.items():
        if isinstance(failure, kind):
            return key, told(failure).get("reason", "")
    return "fix_failed", told(failure).get("reason") or str(failure)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Make the flow of a fixable issue."""
    if data is None:
        return ConfirmRepairFlow()
    problem = Problem(
        key=str(data["key"]),
        subject=str(data["subject"]),
        placeholders=json.loads(str(data["placeholders"])),
        fixable=True,
    )
    return ProblemRepairFlow(str(data["entry_id"]), problem)
