"""`scripts/develop`: run the demo until Ctrl-C."""

import argparse
import asyncio
from collections.abc import Awaitable
from pathlib import Path
import shutil
import signal
import sys

from simulators.fleet import FLEETS, PORTS_PER_SYSTEM

from .client import PASSWORD, USERNAME, Client
from .dashboard import ADDRESS, save_dashboard
from .instance import RESTART_CODE, Instance
from .processes import PROJECT, Child, DemoError, require_port
from .simulation import Simulation

FIRST_PORTS = range(18100, 18600, 100)
CHECKED_PORTS = 10
NEEDED_MEGABYTES = 300


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/develop", description="Home Assistant with this integration on simulated systems, until Ctrl-C."
    )
    parser.add_argument("--port", type=int, default=8123, help="where Home Assistant answers (default: %(default)s)")
    parser.add_argument("--no-simulators", action="store_true", help="only Home Assistant: add your own devices")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        default=PROJECT / ".develop" / "config",
        help="Home Assistant's configuration folder (default: .develop/config in the checkout)",
    )
    parser.add_argument("--reset", action="store_true", help="forget everything and begin anew")
    return parser.parse_args()


async def start_simulation(instance: Instance) -> Simulation:
    """Start the simulators on the ports of the earlier start, or on others if those are in use."""
    noted = instance.read_mark()
    bases = [noted["base_port"]] if "base_port" in noted else []
    base = next((port for port in (*bases, *FIRST_PORTS) if ports_free(port)), None)
    if base is None:
        raise DemoError(f"No ports are free for the simulated systems, from {FIRST_PORTS[0]} to {FIRST_PORTS[-1]}.")
    instance.write_mark({**noted, "base_port": base})
    return await Simulation.start("--base-port", str(base), "--control-port", str(base - 1))


def ports_free(base: int) -> bool:
    """Whether the control page's port and those of the first members of every system are free."""
    members = (
        base + place * PORTS_PER_SYSTEM + number for place in range(len(FLEETS)) for number in range(CHECKED_PORTS)
    )
    try:
        for port in (base - 1, *members):
            require_port(port, "")
    except DemoError:
        return False
    return True


async def set_up(instance: Instance, child: Child, simulation: Simulation | None) -> None:
    """Bring Home Assistant to the point where a person can look at it, and say where."""
    async with Client(instance.url) as client:
        await client.wait(child)
        await client.log_in()
        await client.wait_running()
        lines = [f"Home Assistant  {instance.url}", f"Login           {USERNAME} / {PASSWORD}"]
        if simulation is not None:
            refused = await add_members(client, simulation)
            await save_dashboard(client)
            total = len(simulation.members)
            lines[1:1] = [f"Dashboard       {instance.url}/{ADDRESS}"]
            lines += [f"Make it happen  {simulation.control}", f"Systems         {total - refused} of {total} added"]
        lines.append("Stop            Ctrl-C")
    width = max(map(len, lines))
    frame = "─" * (width + 2)
    print(f"┌{frame}┐", *(f"│ {line:<{width}} │" for line in lines), f"└{frame}┘", sep="\n", flush=True)


async def add_members(client: Client, simulation: Simulation) -> int:
    """Add every simulated system; one that was added before gets its new address. Return how many were refused."""
    refused = 0
    for member in simulation.members:
        try:
            await client.add(member)
        except DemoError as error:
            refused += 1
            print(error, file=sys.stderr)
    return refused


async def first_of(*awaitables: Awaitable[object]) -> None:
    """Wait for whichever is done first; raise what it raised."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def serve(instance: Instance, simulation: Simulation | None, stopped: asyncio.Event) -> None:
    """Run Home Assistant, again whenever it asks for a restart, until `stopped`. Raises DemoError if it ends itself."""
    while not stopped.is_set():
        child = await instance.start()
        try:
            await first_of(set_up(instance, child, simulation), stopped.wait())
            others = [] if simulation is None else [simulation.child.process.wait()]
            await first_of(child.process.wait(), stopped.wait(), *others)
            if simulation is not None and not simulation.child.running and not stopped.is_set():
                raise DemoError("The simulated systems ended by themselves.")
        finally:
            code = await child.stop()
        if not stopped.is_set() and code != RESTART_CODE:
            raise DemoError(f"Home Assistant ended by itself with exit code {code}.")


async def run(options: argparse.Namespace) -> None:
    """Start everything, wait, stop everything."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    require_port(options.port, "--port")
    instance = Instance(options.config.resolve(), options.port)
    if options.reset:
        instance.reset()
    instance.prepare()
    if (free := shutil.disk_usage(instance.folder).free // 2**20) < NEEDED_MEGABYTES:
        raise DemoError(f"Only {free} MB are free in {instance.folder}; {NEEDED_MEGABYTES} MB are needed.")
    simulation = None if options.no_simulators else await start_simulation(instance)
    relay = None if simulation is None else asyncio.ensure_future(simulation.relay())
    try:
        await serve(instance, simulation, stopped)
    finally:
        if simulation is not None and relay is not None:
            await simulation.child.stop(grace=5)
            await relay
    print("Stopped.", flush=True)


def main() -> None:
    """Entry point: 0 after Ctrl-C, 1 with one sentence after anything else."""
    try:
        asyncio.run(run(arguments()))
    except DemoError as error:
        sys.exit(f"scripts/develop: {error}")


if __name__ == "__main__":
    main()
