"""Files that actions write: only where Home Assistant may write, and never through a link to somewhere else."""

import os
from pathlib import Path
from secrets import token_hex

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN


async def async_check_file(hass: HomeAssistant, filename: str, *, overwrite: bool) -> None:
    """Raise `ServiceValidationError` if a file must not be written: not allowed there, no such folder, there already."""
    await hass.async_add_executor_job(_place, hass, filename, overwrite)


async def async_write_file(hass: HomeAssistant, filename: str, content: bytes, *, overwrite: bool) -> None:
    """Write a file, whole or not at all. Raises as `async_check_file`, and `HomeAssistantError` if it cannot be written."""
    await hass.async_add_executor_job(_write, hass, filename, content, overwrite)


def _refusal(key: str, filename: str) -> ServiceValidationError:
    """Make the error of a file that must not be written."""
    placeholders = {"path": filename}
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


def _place(hass: HomeAssistant, filename: str, overwrite: bool) -> Path:
    """Return where a file is to be written, with every link on the way there followed. Blocks."""
    path = Path(filename)
    if "\0" in filename or not path.name or not hass.config.is_allowed_path(filename):
        raise _refusal("path_not_allowed", filename)
    try:
        folder = path.parent.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise _refusal("no_folder", filename) from error
    if not folder.is_dir():
        raise _refusal("no_folder", filename)
    if not hass.config.is_allowed_path(str(folder)):
        raise _refusal("path_not_allowed", filename)
    place = folder / path.name
    if not overwrite and os.path.lexists(place):
        raise _refusal("file_exists", filename)
    return place


def _write(hass: HomeAssistant, filename: str, content: bytes, overwrite: bool) -> None:
    """Write a file. Nothing that lies there is written into: a link would lead somewhere else. Blocks."""
    place = _place(hass, filename, overwrite)
    new = place.with_name(f".{token_hex(8)}.tmp") if overwrite else place
    try:
        with new.open("xb") as file:
            try:
                file.write(content)
                file.flush()
                if overwrite:
                    new.replace(place)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise _refusal("file_exists", filename) from error
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="file_not_written",
            translation_placeholders={"path": filename, "reason": error.strerror or type(error).__name__},
        ) from error
