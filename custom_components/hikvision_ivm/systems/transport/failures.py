"""What can go wrong on the wire, turned into the one error tree, once."""

import logging
import os
import ssl
from typing import Final

import aiohttp
from yarl import URL

from ..errors import ConnectionFailedError, ProtocolError, ResponseTimeoutError, SystemFailure, TlsError

_LOGGER = logging.getLogger(__name__)

_NO_FINGERPRINT: Final = aiohttp.Fingerprint(bytes(32))
"""No certificate has this fingerprint, so a handshake that asks for it ends before a request is sent."""


class DroppedError(aiohttp.ClientError):
    """An established connection was dropped before an answer came; the request may or may not have been carried out."""


async def once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request exactly once: a client middleware.

    aiohttp repeats an idempotent request, including PUT and DELETE, when a kept connection was dropped. Whether to
    repeat is decided by the caller here, so the two errors that make aiohttp repeat are given another type.
    """
    try:
        return await handler(request)
    except aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as err:
        raise DroppedError(_words(err) or "the connection was dropped") from err


def is_unreachable(err: Exception) -> bool:
    """Whether no connection came about at all."""
    return isinstance(err, (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError))


def translate(err: Exception, *, fingerprint: str | None = None) -> SystemFailure:
    """Return our error for one of aiohttp's or of the operating system's.

    `fingerprint`: SHA-256 of the certificate that was presented, for an error about certificates.
    """
    if isinstance(err, aiohttp.ServerFingerprintMismatch):
        return TlsError(reason="the certificate is not the one that was accepted", fingerprint=err.got.hex())
    if isinstance(err, aiohttp.ClientConnectorCertificateError):
        return TlsError(reason=f"the certificate is not trusted: {_words(err)}", fingerprint=fingerprint)
    if isinstance(err, aiohttp.ClientSSLError):
        return TlsError(reason=f"no encrypted connection came about: {_words(err)}")
    if isinstance(err, TimeoutError):
        return ResponseTimeoutError(reason="no answer in time")
    if isinstance(err, aiohttp.ClientConnectorDNSError):
        return ConnectionFailedError(reason="the name is not known")
    if isinstance(err, aiohttp.ClientPayloadError):
        return ConnectionFailedError(reason="the answer was cut off")
    if isinstance(err, (aiohttp.ClientResponseError, aiohttp.InvalidURL)):
        return ProtocolError(reason="the answer is not HTTP")
    return ConnectionFailedError(reason=_words(err) or "the connection failed")


def _words(err: Exception) -> str:
    """Return what the operating system or the TLS library said, without addresses and without bytes of the peer."""
    inner = getattr(err, "certificate_error", None) or getattr(err, "os_error", None) or err
    if isinstance(inner, ssl.SSLError):
        return str(getattr(inner, "verify_message", "") or inner.reason or "").strip()
    return os.strerror(inner.errno).lower() if isinstance(inner, OSError) and inner.errno else ""


async def presented_fingerprint(session: aiohttp.ClientSession, url: URL, seconds: float) -> str | None:
    """Return the SHA-256 (lower-case hex) of the certificate a server presents, or None if it presents none now.

    Sends no request and uses the TLS context that aiohttp built at import, so nothing blocks.
    """
    try:
        async with session.head(
            url.origin(),
            ssl=_NO_FINGERPRINT,
            allow_redirects=False,
            middlewares=(once,),
            timeout=aiohttp.ClientTimeout(total=seconds),
        ):
            pass
    except aiohttp.ServerFingerprintMismatch as err:
        return err.got.hex()
    except (aiohttp.ClientError, OSError) as err:
        _LOGGER.debug("The certificate could not be read: %s", type(err).__name__)
    return None
