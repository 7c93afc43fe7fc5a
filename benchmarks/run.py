"""Runs the benchmarks of the systems."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
import logging
from pathlib import Path

from .figures import Figure, table, write_json
from .hikcentral import measure as measure_hikcentral
from .ip_receiver import measure as measure_ip_receiver
from .isapi import measure as measure_isapi
from .ivm import measure as measure_ivm

SYSTEMS: Mapping[str, Callable[[], AsyncIterator[Figure]]] = {
    "isapi": measure_isapi,
    "hikcentral": measure_hikcentral,
    "ip_receiver": measure_ip_receiver,
    "ivm": measure_ivm,
}


def run(system: str | None, file: Path | None) -> int:
    """Measure one system or all; returns the exit code."""
    if system is not None and system not in SYSTEMS:
        print(f"There is no system {system}; known are {', '.join(SYSTEMS)}.")
        return 2
    logging.disable(logging.WARNING)
    logging.getLogger("homeassistant.components.camera").disabled = True  # a missing library that nothing here uses
    figures = asyncio.run(_measure([system] if system else list(SYSTEMS)))
    print(table(figures))
    if file is not None:
        write_json(figures, file)
    return 0 if all(figure.met for figure in figures) else 1


async def _measure(systems: list[str]) -> list[Figure]:
    figures = []
    for system in systems:
        async for figure in SYSTEMS[system]():
            print(f"measured {figure.name}", flush=True)
            figures.append(figure)
    return figures
