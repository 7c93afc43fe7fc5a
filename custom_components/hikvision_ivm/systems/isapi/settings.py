"""Reading and writing the settings behind switches (isapi-core §3.0, isapi-events §4, §4.1).

A write reads the whole document, changes one thing, writes the document back whole, reads again and compares. Writes
of a device are serialised, so that two switches in one document do not undo each other.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import batched
import json
from types import MappingProxyType
from typing import Any, Final

from ..base import Runtime
from ..errors import (
    AuthenticationError,
    ConnectionFailedError,
    DeviceFailureError,
    InsufficientRightsError,
    NotConfirmedError,
    RejectedError,
    SystemFailure,
    UnsupportedError,
)
from ..model import UNKNOWN, Report, SwitchFeature, Unknown, Value
from ..transport.xml import Element, text
from .client import IsapiClient
from .documents import sayable
from .edits import Edit, clean, edit_of
from .records import Setting

_AT_ONCE: Final = 4
"""Documents that are read at the same time."""
_MODE_SECONDS: Final = 3600.0
"""Seconds for which the mode of motion detection is believed."""
_CONFIRM_PAUSES: Final = (0.0, 0.5, 1.5)
"""Seconds before each read-back; some devices answer before they have applied a change."""
_MUTEX_MESSAGE: Final = "System/mutexFunctionErrorMsg"
_MUTEX_SEARCH: Final = "System/mutexFunction"
_MUTEX_FLAGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        _MUTEX_MESSAGE: ("isSupportGetmutexFuncErrMsg",),
        _MUTEX_SEARCH: ("isSupportSeachMutexFunction", "isSupportSearchMutexFunction"),
    }
)


def _setting(feature: SwitchFeature) -> Setting:
    """Return the address of a switch of this module. Raises `UnsupportedError` for any other."""
    if not isinstance(feature.address, Setting):
        raise UnsupportedError(function=feature.kind)
    return feature.address


class _Values:
    """What a reading brought: feature id → value, and which features do not exist."""

    def __init__(self, today: date) -> None:
        self.values: dict[str, Value | Unknown] = {}
        self.refused: dict[str, str] = {}
        self.read: set[str] = set()
        self._today = today

    def take(self, feature: SwitchFeature, setting: Setting, root: Element) -> None:
        """Read a feature from its document."""
        value = edit_of(feature.kind).read(root, setting, self._today)
        self.values[feature.id] = UNKNOWN if value is None else value
        if value is None and text(root, setting.leaf) is None:
            self.refused[feature.id] = f"{setting.path} has no {setting.leaf}"
        else:
            self.read.add(feature.id)

    def fail(self, feature: SwitchFeature, error: SystemFailure, *, absent: bool) -> None:
        """Take note of a feature that could not be read; one that may be read next time keeps its value."""
        if absent:
            self.values[feature.id] = UNKNOWN
            self.refused[feature.id] = str(error)
        elif isinstance(error, InsufficientRightsError):
            self.values[feature.id] = UNKNOWN


class Settings:
    """The switchable settings of one device.

    `refused`: id of a feature that the device turned out not to have → reason; the inventory may drop it.
    `written`: how many documents the device took. `capabilities`: leaves of `System/capabilities`, which say how to ask
    why a combination was refused.
    """

    def __init__(
        self, client: IsapiClient, runtime: Runtime, capabilities: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Does no I/O."""
        self.refused: dict[str, str] = {}
        self.written = 0
        self.capabilities = capabilities
        self._client = client
        self._runtime = runtime
        self._modes: dict[str, tuple[bool, float]] = {}
        self._writes: Counter[str] = Counter()

    async def read(self, features: Iterable[SwitchFeature]) -> Report:
        """Read switches, each document once, lists of all channels where a device has them.

        A switch whose document does not exist becomes unknown and is added to `refused`. One that could not be read
        this time, or was written meanwhile, is not mentioned. Raises `AuthenticationError`, and
        `ConnectionFailedError` when nothing at all answers.
        """
        writes = Counter(self._writes)
        wanted = [(feature, _setting(feature)) for feature in features]
        result = _Values(self._today())
        await self._read_modes([setting for _, setting in wanted])
        rest = await self._read_lists(wanted, result)
        documents: dict[str, list[tuple[SwitchFeature, Setting]]] = defaultdict(list)
        for feature, setting in rest:
            effective = self._effective(setting)
            documents[effective.path].append((feature, effective))
        roots = await self._documents(documents)
        for path, members in documents.items():
            for feature, setting in members:
                root = roots.get(path)
                if isinstance(root, SystemFailure):
                    result.fail(feature, root, absent=self._is_absent(path, root))
                elif root is not None:
                    result.take(feature, setting, root)
        for feature_id in result.read:
            self.refused.pop(feature_id, None)
        self.refused.update(result.refused)
        fresh = {key: value for key, value in result.values.items() if self._writes[key] == writes[key]}
        return Report(values=fresh)

    async def write(self, feature: SwitchFeature, on: bool) -> Report:
        """Turn a switch on or off and return what was read back.

        Raises `RejectedError` with the device's own reason, or the names of the functions that exclude this one;
        `NotConfirmedError` when the device accepted and did not do it; `UnsupportedError`, `InsufficientRightsError`
        and the transport's errors. A write that got no answer counts if the read-back shows it.
        """
        setting = _setting(feature)
        edit = edit_of(feature.kind)
        async with self._client.write_lock:
            await self._read_modes([setting], believe=False)
            setting = self._effective(setting)
            root = await self._client.get(setting.path)
            if edit.read(root, setting, self._today()) is not on:
                edit.change(root, setting, on, self._today())
                clean(root, prune=setting.prune)
                await self._put(root, edit, setting, on)
        self.refused.pop(feature.id, None)
        self._writes[feature.id] += 1
        return Report(values={feature.id: on})

    def _today(self) -> date:
        """Return today's date in UTC."""
        return self._runtime.now().date()

    def _is_absent(self, path: str, error: SystemFailure) -> bool:
        """Whether the device has no such document, as opposed to not giving it to us, or not this time."""
        return path in self._client.refused and not isinstance(error, InsufficientRightsError)

    # the mode of motion detection

    def _effective(self, setting: Setting) -> Setting:
        """Return the setting that counts in the present mode."""
        if setting.expert is not None and self._modes.get(setting.expert, (False, 0.0))[0]:
            return replace(setting, path=setting.expert, listing=None)
        return setting

    async def _read_modes(self, settings: Iterable[Setting], *, believe: bool = True) -> None:
        """Learn which document of motion detection is active. A device that refuses the first is not asked for more."""
        now = self._runtime.monotonic()
        paths = {setting.expert for setting in settings if setting.expert is not None}
        for path in sorted(paths):
            known = self._modes.get(path)
            if believe and known is not None and now - known[1] < _MODE_SECONDS:
                continue
            try:
                root = await self._client.get(path)
            except AuthenticationError:
                raise
            except ConnectionFailedError:
                return
            except SystemFailure as error:
                # Most devices have no expert mode; then the normal document is the only one.
                self._modes[path] = (False, now)
                if self._is_absent(path, error) and not any(expert for expert, _ in self._modes.values()):
                    self._modes.update((other, (False, now)) for other in paths)
                    return
                continue
            self._modes[path] = ((text(root, "activeMode") or "").casefold() == "expert", now)

    # documents

    async def _documents(self, paths: Collection[str]) -> dict[str, Element | SystemFailure]:
        """Read documents, few at a time. Stops when nothing answers any more."""
        found: dict[str, Element | SystemFailure] = {}
        for chunk in batched(paths, _AT_ONCE, strict=False):
            answers = await asyncio.gather(*(self._document(path) for path in chunk))
            found.update(zip(chunk, answers, strict=True))
            lost = [answer for answer in answers if isinstance(answer, ConnectionFailedError)]
            if len(lost) == len(chunk) > 1:
                raise lost[0]
        return found

    async def _document(self, path: str) -> Element | SystemFailure:
        """Read a document or tell why not. Raises `AuthenticationError`."""
        try:
            return await self._client.get(path)
        except AuthenticationError:
            raise
        except SystemFailure as error:
            return error

    async def _read_lists(
        self, wanted: Collection[tuple[SwitchFeature, Setting]], result: _Values
    ) -> list[tuple[SwitchFeature, Setting]]:
        """Read the lists that save requests; return the switches no list told of."""
        lists: dict[str, list[tuple[SwitchFeature, Setting]]] = defaultdict(list)
        rest: list[tuple[SwitchFeature, Setting]] = []
        for feature, setting in wanted:
            (rest if setting.listing is None else lists[setting.listing]).append((feature, setting))
        for listing in [name for name, members in lists.items() if len({setting.key for _, setting in members}) < 2]:
            rest.extend(lists.pop(listing))
        roots = await self._documents(lists)
        for listing, members in lists.items():
            root = roots.get(listing)
            items = {} if root is None or isinstance(root, SystemFailure) else _items(root)
            for feature, setting in members:
                item = items.get(setting.key or "")
                if item is None:
                    rest.append((feature, setting))
                else:
                    result.take(feature, setting, item)
        return rest

    # writing

    async def _put(self, root: Element, edit: Edit, setting: Setting, on: bool) -> None:
        """Write a document and see that the device did it."""
        unanswered: ConnectionFailedError | None = None
        try:
            await self._client.put(setting.path, root)
            self.written += 1
        except ConnectionFailedError as error:
            # A device may need longer than any patience, or drop the connection, and have done it all the same.
            unanswered = error
        except (RejectedError, DeviceFailureError) as error:
            if on and (names := await self._excluding(setting)):
                raise RejectedError(str(error), reason=names) from error
            raise
        found = await self._read_back(edit, setting, on)
        if found is on:
            return
        if unanswered is not None:
            raise unanswered
        if on and found is False and (names := await self._excluding(setting)):
            raise RejectedError(reason=names)
        raise NotConfirmedError(setting.path, wanted=_word(on), found=_word(found))

    async def _read_back(self, edit: Edit, setting: Setting, on: bool) -> bool | None:
        """Read the value that the device kept; None when it did not tell."""
        found: bool | None = None
        for pause in _CONFIRM_PAUSES:
            if pause:
                await self._runtime.sleep(pause)
            root = await self._document(setting.path)
            if isinstance(root, SystemFailure):
                continue
            found = edit.read(root, setting, self._today())
            if found is on:
                break
        return found

    async def _excluding(self, setting: Setting) -> str:
        """Return the functions that exclude one another, in the device's own words, or an empty text."""
        names: list[str] = []
        if self._may_have(_MUTEX_MESSAGE):
            root = await self._document(_MUTEX_MESSAGE)
            if not isinstance(root, SystemFailure):
                names = [
                    _named(text(entry, "describe") or "", text(entry, "channelNo") or "")
                    for entry in root.iter("{*}MutexFunction")
                ]
        if not any(names) and self._may_have(_MUTEX_SEARCH):
            names = await self._search_excluding(setting)
        return ", ".join(dict.fromkeys(name for name in names if name))

    def _may_have(self, path: str) -> bool:
        """Whether the device did not deny having a resource."""
        return not any(self.capabilities.get(flag, "").casefold() == "false" for flag in _MUTEX_FLAGS[path])

    async def _search_excluding(self, setting: Setting) -> list[str]:
        """Ask a later device what excludes a function of a channel."""
        words = setting.path.split("/")
        channel = next((word for word in reversed(words) if word.isdigit()), "1")
        name = next(word for word in reversed(words) if not word.isdigit() and word != "channels")
        body = json.dumps({"function": name[:1].lower() + name[1:], "channelID": int(channel)}).encode()
        try:
            response = await self._client.raw(
                "POST", _MUTEX_SEARCH, query={"format": "json"}, body=body, content_type="application/json"
            )
            document = json.loads(response.body)
        except AuthenticationError:
            raise
        except SystemFailure, ValueError, RecursionError:
            # The reason for a refusal is a courtesy; the refusal itself is reported all the same.
            return []
        return _excluding_of_json(document)


def _items(root: Element) -> dict[str, Element]:
    """Return the items of a list by their id."""
    return {key: item for item in root.iterchildren("{*}*") if (key := text(item, "id"))}


def _word(value: bool | None) -> str:
    """Return a switch state as a word."""
    return "unknown" if value is None else "on" if value else "off"


def _named(name: str, channels: object) -> str:
    """Return a function's name with the channels it runs on."""
    numbers = channels if isinstance(channels, list) else str(channels).split(",")
    words = ", ".join(str(number).strip() for number in numbers if str(number).strip())
    return f"{name} ({words})" if name and words else name


def _excluding_of_json(document: Any) -> list[str]:
    """Read names and channels of functions from the JSON form, in which the list has no settled name."""
    if not isinstance(document, dict):
        return []
    names: list[str] = []
    for rows in document.values():
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                name = row.get("mutexFunction") or row.get("function") or row.get("describe")
                channels = row.get("channelID", row.get("channelNo", ""))
                names.append(sayable(_named(name if isinstance(name, str) else "", channels)))
    return names
