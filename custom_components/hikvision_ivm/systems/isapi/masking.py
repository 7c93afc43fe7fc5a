"""Masks for what must not leave the house, consistent within one export: the same input gives the same mask.

Masks keep their shape, so that an export can be replayed: a MAC stays a MAC, a serial keeps its length and the model in
front, an address becomes one of the ranges that are set aside for documentation.
"""

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address
import re
import secrets
from typing import Final

REDACTED: Final = "**REDACTED**"
_MAC: Final = re.compile(
    r"(?<![0-9A-Za-z:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![0-9A-Za-z:-])"
)
_IPV4: Final = re.compile(r"(?<![0-9.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9.]*[0-9])")
_IPV6: Final = re.compile(r"(?<![0-9A-Za-z:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![0-9A-Za-z:])")
_LOGIN_IN_URL: Final = re.compile(r"(?<=://)[^/\s@]+@")
_BLOCKS_V4: Final = ("192.0.2", "198.51.100", "203.0.113")
_NO_HARDWARE: Final = frozenset({"000000000000", "ffffffffffff"})
_SHORT_SERIAL: Final = 9
"""Characters at the end of a serial that some documents give alone; their mask is the same in both."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_SECRET: Final = re.compile(
    r"passw|pwd|secret|salt|verificationcode|sharedkey|privatekey|privkey|pincode|token|sessionid|community|wpapsk|"
    r"keyphrase|authkey|securityanswer"
)
"""Names (casefolded) whose text is removed altogether. Elements with children are looked into instead."""
_SECRET_NAMES: Final = frozenset({"key", "psk", "iv", "challenge", "guid", "publickey"})
_SERIAL_NAMES: Final = frozenset(
    {"serialnumber", "subserialnumber", "deviceid", "devindex", "uuid", "deviceserialno", "serialno", "macaddr", "imei",
     "iccid", "imsi", "bindid", "sipid", "deviceserial"}
)  # fmt: skip
_PRIVATE_NAMES: Final = frozenset(
    {"username", "loginname", "employeename", "employeeno", "employeenostring", "personname", "cardno", "cardnumber",
     "licenseplate", "plateno", "platenumber", "originallicenseplate", "phonenumber", "telephone", "mobile",
     "emailaddress", "mailaddress", "ssid", "hostname", "domainname", "dnsname", "certificateno", "idnumber",
     "sendername", "receivername", "account", "anonymoususer", "latitude", "longitude", "devicelocation",
     "systemcontact"}
)  # fmt: skip
_URL_NAMES: Final = frozenset({"url", "rtmpurl", "pushurl", "callbackurl", "bkgurl"})
_MARKS: Final = frozenset({"isdefault", "true", "false", ""})


class Masker:
    """Masks texts of one export. `models`: names of models, which stay in front of a serial."""

    def __init__(self, key: bytes | None = None) -> None:
        """`key`: makes the masks; fresh by default, so that two exports cannot be compared."""
        self._key = secrets.token_bytes(16) if key is None else key
        self.models: set[str] = set()
        self._addresses: dict[str, str] = {}
        self._macs: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def leaf(self, name: str, content: str) -> str:
        """Return the text of an element or attribute called `name` without what is secret or private."""
        word = name.casefold()
        bare = content.strip()
        if bare.casefold() in _MARKS:
            return content
        if word in _SECRET_NAMES or _SECRET.search(word):
            return content if bare.isdigit() and len(bare) < 4 else REDACTED
        if word in _SERIAL_NAMES:
            return self.serial(content)
        if word in _PRIVATE_NAMES:
            return self._private(word, content)
        if word in _URL_NAMES and bare != "/":
            return "/" + self._digest("url", bare)[:12]
        return self.text(content) if "version" not in word else content

    def serial(self, content: str) -> str:
        """Return a mask of the same length and shape; what looks like a model in front is kept."""
        bare = content.strip()
        if not bare:
            return content
        if bare not in self._known:
            kept = max((len(model) for model in self.models if model and bare.startswith(model)), default=0)
            tail = max(kept, len(bare) - _SHORT_SERIAL)
            self._known[bare] = bare[:kept] + self._shape("head", bare[kept:tail]) + self._shape("tail", bare[tail:])
        return self._known[bare]

    def text(self, content: str) -> str:
        """Return a text without addresses, MACs, credentials in addresses, and serials met before."""
        for known, mask in self._known.items():
            if len(known) >= 6 and known in content:
                content = content.replace(known, mask)
        content = _LOGIN_IN_URL.sub("", content)
        content = _MAC.sub(lambda found: self._mac(found[0]), content)
        content = _IPV4.sub(lambda found: self._ipv4(found[0]), content)
        return _IPV6.sub(lambda found: self._ipv6(found[0]), content)

    def _digest(self, topic: str, content: str) -> str:
        """Return hexadecimal digits that stand for a text."""
        return hmac.new(self._key, f"{topic}:{content}".encode(), hashlib.sha256).hexdigest()

    def _shape(self, topic: str, content: str) -> str:
        """Return other letters and digits in the places of letters and digits."""
        stream = b""
        while len(stream) < len(content):
            stream += hmac.new(self._key, f"{topic}:{content}:{len(stream)}".encode(), hashlib.sha256).digest()
        made: list[str] = []
        for byte, char in zip(stream, content, strict=False):
            if char.isdigit():
                made.append(str(byte % 10))
            elif char.isalpha():
                letter = _LETTERS[byte % 26]
                made.append(letter if char.isupper() else letter.lower())
            else:
                made.append(char)
        return "".join(made)

    def _private(self, word: str, content: str) -> str:
        """Return a mask for what tells of a person or a place."""
        if word in ("latitude", "longitude"):
            return "0"
        return f"{word}-{self._digest(word, content.strip())[:6]}"

    def _mac(self, mac: str) -> str:
        """Return a locally administered MAC in the same spelling."""
        plain = re.sub(r"[:-]", "", mac).lower()
        if plain in _NO_HARDWARE:
            return mac
        if plain not in self._macs:
            self._macs[plain] = "02" + self._digest("mac", plain)[:10]
        masked = self._macs[plain]
        spelled = mac[2].join(masked[at : at + 2] for at in range(0, 12, 2))
        return spelled.upper() if mac.upper() == mac and mac.lower() != mac else spelled

    def _ipv4(self, address: str) -> str:
        """Return an address for documentation; masks, loopback and the like tell nothing and stay."""
        try:
            parsed = IPv4Address(address)
        except ValueError:
            return address
        if parsed.is_loopback or parsed.is_unspecified or parsed.is_multicast or address.startswith("255."):
            return address
        if address not in self._addresses:
            count = sum("." in known for known in self._addresses)
            block = _BLOCKS_V4[(count // 254) % len(_BLOCKS_V4)]
            self._addresses[address] = f"{block}.{count % 254 + 1}"
        return self._addresses[address]

    def _ipv6(self, address: str) -> str:
        """Return an address for documentation; what only looks like one, such as a time of day, stays."""
        try:
            parsed = IPv6Address(address)
        except ValueError:
            return address
        if parsed.is_loopback or parsed.is_unspecified or parsed.is_multicast:
            return address
        if address not in self._addresses:
            self._addresses[address] = f"2001:db8::{len(self._addresses) + 1:x}"
        return self._addresses[address]
