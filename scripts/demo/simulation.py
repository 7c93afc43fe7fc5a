"""The simulated systems as a child process."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import json
import os
import sys
from typing import Any

from .processes import PROJECT, Child, DemoError

START_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One simulated device or platform. `login`: what a user would type, by the names of the config flow's fields."""

    name: str
    system: str
    profile: str
    login: Mapping[str, Any] = field(repr=False)

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Member:
        """Read one element of the line that the simulators print."""
        own = ("name", "system", "profile")
        login = {key: value for key, value in record.items() if key not in own}
        return cls(name=record["name"], system=record["system"], profile=record["profile"], login=login)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Running simulators; `control` is the address of the page on which things are made to happen."""

    child: Child
    members: Sequence[Member]
    control: str

    @classmethod
    async def start(cls, *words: str) -> Simulation:
        """Start `python -m simulators WORDS` and wait until all answer. Raises DemoError with its own last words."""
        child = await Child.start(
            "the simulated systems",
            [sys.executable, "-m", "simulators", *words],
            folder=PROJECT,
            environment=dict(os.environ),
            output=asyncio.subprocess.PIPE,
            errors=asyncio.subprocess.PIPE,
        )
        assert child.process.stdout is not None
        assert child.process.stderr is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await child.process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            await child.stop(grace=2)
            last = (await child.process.stderr.read()).decode(errors="replace").strip().splitlines()
            raise DemoError(last[-1] if last else "The simulated systems did not start.")
        told = json.loads(line)
        return cls(child, [Member.read(record) for record in told["systems"]], told["control"])

    async def relay(self) -> None:
        """Pass on what the simulators say about themselves, until they end."""
        assert self.child.process.stderr is not None
        async for line in self.child.process.stderr:
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
