"""The credentials of one account on one origin, and how the device wants to see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import re
from typing import Final

from ..errors import AuthenticationError, BasicOnlyError, ProtocolError
from .digest import Challenge, DigestChallenge, DigestSession, basic_answer, choose_digest, offers_basic

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user's name and password, any characters."""

    username: str
    password: str = field(repr=False)


class Authenticator:
    """Answers challenges. `session` is the digest nonce in use; it is replaced as a whole, so identity tells nonces apart.

    `basic_allowed`: whether the password may be sent as it is when nothing better is offered.
    """

    def __init__(self, credentials: Credentials, *, basic_allowed: bool) -> None:
        """Start without a challenge."""
        self._credentials = credentials
        self._basic_allowed = basic_allowed
        self.session: DigestSession | None = None
        self.basic = False

    @property
    def ready(self) -> bool:
        """Whether a request can be answered without asking for a challenge first."""
        return self.basic or self.session is not None

    @property
    def hashes_body(self) -> bool:
        """Whether the answer covers the body (`auth-int`)."""
        return self.session is not None and self.session.challenge.qop == "auth-int"

    def answer(self, method: str, uri: str, body: bytes) -> str | None:
        """Return the `Authorization` value, or None if no challenge is known. `uri` is the target as sent."""
        username, password = self._credentials.username, self._credentials.password
        if self.basic:
            return basic_answer(username, password)
        if self.session is None:
            return None
        return self.session.answer(username, password, method, uri, body)

    def adopt(self, challenges: Sequence[Challenge]) -> None:
        """Answer these challenges from now on.

        Raises `BasicOnlyError` if the password would have to be sent readable, `ProtocolError` if none can be answered,
        `AuthenticationError` if the user name cannot be sent at all.
        """
        if _CONTROL.search(self._credentials.username):
            raise AuthenticationError("the user name contains control characters")
        digest = choose_digest(challenges)
        if digest is not None:
            self.session, self.basic = DigestSession(digest), False
            return
        self.forget()
        self.basic = self._may_use_basic(challenges)

    def _may_use_basic(self, challenges: Iterable[Challenge]) -> bool:
        """Return True, or raise for a reason that names what to change."""
        offered = list(challenges)
        if not offers_basic(offered):
            names = ", ".join(dict.fromkeys(one.scheme[:20] for one in offered[:5])) or "none"
            raise ProtocolError(reason=f"the device asks for a login but offers no usable way (offered: {names})")
        if not self._basic_allowed:
            raise BasicOnlyError(
                reason="the device accepts the password only unencrypted (Basic over HTTP); use HTTPS, switch Digest "
                "authentication on in the device, or allow it explicitly"
            )
        if ":" in self._credentials.username:
            raise AuthenticationError("a user name with a colon cannot be sent with Basic authentication")
        return True

    def renew(self, nonce: str) -> None:
        """Use the nonce the device announced for the next request."""
        if self.session is None or self.session.challenge.nonce == nonce:
            return
        old = self.session.challenge
        self.session = DigestSession(
            DigestChallenge(
                realm=old.realm,
                nonce=nonce,
                algorithm=old.algorithm,
                session=old.session,
                qop=old.qop,
                opaque=old.opaque,
                spelling=old.spelling,
                userhash=old.userhash,
                utf8=old.utf8,
            )
        )

    def forget(self) -> None:
        """Let the next request ask for a challenge."""
        self.session, self.basic = None, False
