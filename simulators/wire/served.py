"""What every simulated system has that answers at an address of its own."""

from collections.abc import Sequence

from aiohttp import web

from .connections import reset
from .tls import ServerCertificate


class Served:
    """A web server at `host` and `port`, with TLS if it has a certificate."""

    host: str
    port: int
    certificate: ServerCertificate | None
    _runner: web.AppRunner | None

    @property
    def _runners(self) -> Sequence[web.AppRunner | None]:
        """Every server that belongs to it; None for one that does not run."""
        return (self._runner,)

    @property
    def url(self) -> str:
        """Address without a trailing slash."""
        return f"{'https' if self.certificate else 'http'}://{self.host}:{self.port}"

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 of the certificate as lower-case hex; None without TLS."""
        return self.certificate.fingerprint if self.certificate else None

    def cut_connections(self) -> None:
        """Break every open connection without a goodbye."""
        for runner in self._runners:
            server = runner.server if runner else None
            for connection in list(server.connections) if server else ():
                reset(connection.transport)
