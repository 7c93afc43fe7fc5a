"""Data the platform keeps beside devices: people, vehicles, parking, visitors, care; each module registers its calls."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Import every module of this package, which registers its calls and builders."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
