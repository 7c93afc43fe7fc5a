"""Where things are: ids of devices, and the areas of sites (hikcentral §3.1, T33)."""


def device_id(uid: str, prefix: str, *ids: str) -> str:
    """Return the id of a device in the inventory: the system's id, the type, and the platform's ids."""
    return "_".join((uid, prefix, *ids))
