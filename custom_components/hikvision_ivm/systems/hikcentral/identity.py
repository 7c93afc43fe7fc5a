"""Who a platform is (hikcentral §6, "Platform serial / unique id").

The platform tells no serial number, and an address may change. What is stable is the AppKey: it belongs to one partner of
one platform. So the unique id is derived from it. A partner may be given another key, though; then the platform is
recognised by the serial numbers of its devices, of which hashes were kept when it was set up.
"""

from collections.abc import Collection, Mapping
import hashlib
from typing import Any, Final

from ..errors import InsufficientRightsError, ProtocolError, SystemFailure, UnsupportedError
from ..model import Identity
from ..settings import APP_KEY, IDENTITY, MARKS
from ..transport.json import fields
from .client import HikCentralClient

VERSION: Final = "common/v1/version"
SITES: Final = "resource/v1/site/siteList"
SERIALS: Final = (
    ("resource/v1/encodeDevice/encodeDeviceList", "encodeDevCode"),
    ("resource/v1/acsDevice/acsDeviceList", "acsDevCode"),
    ("resource/v1/mobileDevice/mobileDeviceList", "mobileDevCode"),
)
"""Lists of devices with the name of their serial number."""
MOST_MARKS: Final = 64
DEFAULT_NAME: Final = "HikCentral Professional"


def own_id(app_key: str) -> str:
    """Return the unique id that follows from a key."""
    return f"hikcentral_{_hash(app_key, 16)}"


async def identify(client: HikCentralClient, data: Mapping[str, Any]) -> Identity:
    """Prove address, key and rights, and tell which platform it is. Raises `SystemFailure`."""
    product, version = await _version(client)
    known = data.get(IDENTITY)
    stored = frozenset(map(str, data.get(MARKS) or ()))
    own = own_id(data[APP_KEY])
    key_mark = f"key:{_hash(data[APP_KEY], 32)}"
    if known and key_mark in stored:
        return Identity(unique_id=str(known), name=product, firmware=version, marks=tuple(sorted(stored)))
    marks = await _marks(client)
    same = known is not None and (known == own or recognised(stored, marks))
    return Identity(
        unique_id=str(known) if same else own, name=product, firmware=version, marks=(key_mark, *sorted(marks))
    )


def recognised(stored: Collection[str], found: Collection[str]) -> bool:
    """Whether a platform under another key is the one that is known: one serial number in common proves it.

    Where no device was known when it was set up, there is nothing to tell two platforms apart, and the user is believed.
    """
    serials = {mark for mark in stored if not mark.startswith("key:")}
    return not serials or not serials.isdisjoint(found)


async def _version(client: HikCentralClient) -> tuple[str, str | None]:
    """Return the product's name and version; a partner that may not ask for them proves itself by the list of sites."""
    try:
        found = fields(await client.call(VERSION))
    except InsufficientRightsError, UnsupportedError:
        await client.pages(SITES)
        return DEFAULT_NAME, None
    product, version = found.text("produceName", "productName"), found.text("softVersion", "version")
    if product is None and version is None:
        raise ProtocolError(reason="the answer names neither a product nor a version")
    return product or DEFAULT_NAME, version


async def _marks(client: HikCentralClient) -> set[str]:
    """Return hashes of the serial numbers of devices; a list that cannot be read gives none."""
    marks: set[str] = set()
    for path, name in SERIALS:
        try:
            rows = await client.pages(path)
        except SystemFailure:
            if client.gate.closed:
                raise
            continue
        marks |= {_hash(serial, 16) for row in rows if (serial := row.text(name)) is not None}
    return set(sorted(marks)[:MOST_MARKS])


def _hash(text: str, length: int) -> str:
    """Return the begin of a text's SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]
