"""Ways to end a connection."""

import asyncio
import socket
import struct


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Break a connection so that the other side notices at once, by a reset instead of a goodbye."""
    if not isinstance(transport, asyncio.Transport):
        return
    # One with TLS that has said goodbye has let go of its socket.
    found = None if transport.is_closing() else transport.get_extra_info("socket")
    if found is not None and found.fileno() >= 0:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
