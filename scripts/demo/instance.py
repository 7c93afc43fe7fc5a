"""A Home Assistant process with its configuration folder."""

from dataclasses import dataclass
import json
from pathlib import Path
import re
import shutil
import sys
from typing import IO, Any

from .processes import HOST, PROJECT, Child, DemoError, environment_without_project

DOMAIN = "hikvision_ivm"
MARK = ".hikvision_ivm_demo.json"
RESTART_CODE = 100

CONFIGURATION = """\
homeassistant:
  name: Demo
  unit_system: metric
  time_zone: Europe/Rome
  country: IT
  currency: EUR
  latitude: 45
  longitude: 9
  elevation: 100
  internal_url: "{url}"
  external_url: "{url}"
logger:
  default: warning
  logs:
    custom_components.{domain}: {level}
    # the system's JPEG and zlib libraries only make some things faster
    homeassistant.components.camera.img_util: critical
    aiohttp_fast_zlib: error
api:
config:
history:
logbook:
media_source:
stream:
webhook:
"""


@dataclass(frozen=True, slots=True)
class Instance:
    """Home Assistant in `folder`, to be reached at `port` of the loopback interface."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """Where Home Assistant writes its log."""
        return self.folder / "home-assistant.log"

    def prepare(self, *, level: str = "info") -> None:
        """Make the folder ready: configuration, port, and this integration. Keeps what is there already."""
        try:
            (self.folder / ".storage").mkdir(parents=True, exist_ok=True)
            configuration = self.folder / "configuration.yaml"
            if not configuration.exists():
                text = CONFIGURATION.format(domain=DOMAIN, level=level, url=self.url)
                configuration.write_text(text, encoding="utf-8")
                self._store("onboarding", _onboarding())
                self.write_mark({})
            self._set_port()
            self._set_address(configuration)
            self._link_component()
        except OSError as error:
            raise DemoError(f"The folder {self.folder} cannot be prepared: {error.strerror}.") from error

    def reset(self) -> None:
        """Delete the folder. Refuses one that was not made here."""
        if not self.folder.exists():
            return
        if not (self.folder / MARK).is_file() and any(self.folder.iterdir()):
            raise DemoError(f"{self.folder} was not made by this program, so it is not deleted; remove it yourself.")
        try:
            shutil.rmtree(self.folder)
        except OSError as error:
            raise DemoError(f"The folder {self.folder} cannot be deleted: {error.strerror}.") from error

    def read_mark(self) -> dict[str, int]:
        """Return what an earlier start noted."""
        try:
            noted: dict[str, int] = json.loads((self.folder / MARK).read_text(encoding="utf-8"))
        except OSError, ValueError:
            return {}
        return noted

    def write_mark(self, noted: dict[str, int]) -> None:
        """Note something for the next start; also marks the folder as ours."""
        (self.folder / MARK).write_text(json.dumps(noted) + "\n", encoding="utf-8")

    def _set_port(self) -> None:
        """Write the HTTP settings where Home Assistant keeps them; in YAML they would be on trial for five minutes."""
        path = self.folder / ".storage" / "http"
        stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else _http_settings()
        stored["data"]["stable"] |= {"server_host": [HOST], "server_port": self.port}
        stored["data"]["pending"] = None
        self._store("http", stored)

    def _set_address(self, configuration: Path) -> None:
        """Write where Home Assistant answers, for what is to post to it: it listens nowhere else than here.

        A simulated cloud is no further away than anything else, so that this is the address from outside, too.
        """
        text = configuration.read_text(encoding="utf-8")
        kept = re.sub(r"^  (in|ex)ternal_url: .*\n", "", text, flags=re.MULTILINE)
        lines = "".join(f'  {side}ternal_url: "{self.url}"\n' for side in ("in", "ex"))
        configuration.write_text(kept.replace("homeassistant:\n", f"homeassistant:\n{lines}", 1), encoding="utf-8")

    def _store(self, name: str, content: dict[str, Any]) -> None:
        path = self.folder / ".storage" / name
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    def _link_component(self) -> None:
        """Link the checkout's integration into the folder."""
        source = PROJECT / "custom_components" / DOMAIN
        link = self.folder / "custom_components" / DOMAIN
        link.parent.mkdir(exist_ok=True)
        if link.is_symlink():
            link.unlink()
        elif link.exists():
            raise DemoError(f"{link} is a copy of the integration; remove it or choose another folder with --config.")
        link.symlink_to(source)

    async def start(self, output: IO[bytes] | int | None = None) -> Child:
        """Start Home Assistant; it writes its log to `output`, or to our own."""
        return await Child.start(
            "Home Assistant",
            [sys.executable, "-m", "homeassistant", "--config", self.folder.resolve(), "--skip-pip"],
            folder=self.folder,
            environment=environment_without_project(),
            output=output,
            errors=output,
        )


def _http_settings() -> dict[str, Any]:
    """Return what Home Assistant stores about its web server; the caller adds address and port."""
    stable = {
        "cors_allowed_origins": ["https://cast.home-assistant.io"],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": True,
        "ssl_profile": "intermediate_v6",
        "use_x_frame_options": True,
        "created_at": "2026-11-20T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    data = {"stable": stable, "pending": None, "yaml_migration_done": True}
    return {"version": 3, "minor_version": 1, "key": "http", "data": data}


def _onboarding() -> dict[str, Any]:
    """Return what Home Assistant stores about its first steps: the place is known from the configuration.

    That step would also add weather, radio and speech services, which need packages and a network of their own.
    """
    return {"version": 4, "minor_version": 1, "key": "onboarding", "data": {"done": ["core_config"]}}
