"""Who may post to us."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

type Network = IPv4Network | IPv6Network


def networks(text: str | None) -> tuple[Network, ...]:
    """Read addresses and networks, separated by commas or blanks. Raises ValueError for what is neither."""
    return tuple(ip_network(word, strict=False) for word in (text or "").replace(",", " ").split())


def is_among(remote: str | None, allowed: Iterable[Network]) -> bool:
    """Whether an address belongs to one of some networks; an IPv4 address may come in the clothes of IPv6."""
    try:
        address = ip_address((remote or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in allowed)
