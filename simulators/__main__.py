"""Run simulated systems: `python -m simulators`, or recorded ones: `python -m simulators --replay FILE`.

Prints one line of JSON when everything is up: where each member answers, how to log in, and the control page. Ends on
SIGINT or SIGTERM.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
import json
from pathlib import Path
import signal
import sys

from .control import ControlServer, Member, describe
from .fleet import FLEETS, UnusableRecordingError, demo_fleet, recorded_fleet


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m simulators", description="Run simulated systems on 127.0.0.1.")
    parser.add_argument(
        "systems", nargs="*", metavar="SYSTEM", help=f"which systems: {', '.join(FLEETS)} (default: all)"
    )
    parser.add_argument(
        "--replay", type=Path, action="append", default=[], metavar="FILE",
        help="run the device of this diagnostics file instead of the simulated ones; may be given more than once",
    )  # fmt: skip
    parser.add_argument("--control-port", type=int, default=0, help="port of the control page (default: a free one)")
    parser.add_argument("--base-port", type=int, default=0, help="first port of the members (default: free ones)")
    parser.add_argument("--state", type=Path, help="file that also gets the line of JSON")
    parser.add_argument("--seed", type=int, default=1, help="seed of everything that happens by chance")
    parser.add_argument("--quiet", action="store_true", help="nothing happens unless it is asked for")
    options = parser.parse_args(words)
    if options.replay and options.systems:
        parser.error("--replay runs recordings only; leave the names of systems out")
    if unknown := set(options.systems) - set(FLEETS):
        parser.error(f"there is no system {', '.join(sorted(unknown))}; known are {', '.join(FLEETS)}")
    return options


async def run(options: argparse.Namespace) -> None:
    """Start, tell, and wait for the end."""
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    if options.replay:
        members = recorded_fleet(options.replay, options.base_port)
    else:
        members = demo_fleet(options.systems or list(FLEETS), options.base_port, options.seed, living=not options.quiet)
    async with AsyncExitStack() as running:
        for member in members:
            await member.start()
            running.push_async_callback(member.stop)
        control = await running.enter_async_context(ControlServer(members, port=options.control_port))
        line = summary(members, control)
        if options.state is not None:
            await asyncio.to_thread(options.state.write_text, line + "\n", encoding="utf-8")
        print(line, flush=True)
        await ended.wait()


def summary(members: list[Member], control: ControlServer) -> str:
    """Return the line that tells what runs."""
    systems = [{key: value for key, value in describe(member).items() if key != "actions"} for member in members]
    return json.dumps({"ready": True, "systems": systems, "control": control.url})


def main() -> None:
    """Entry point."""
    try:
        asyncio.run(run(arguments()))
    except UnusableRecordingError as error:
        sys.exit(f"{error}.")
    except OSError as error:
        sys.exit(f"The simulators cannot start: {error.strerror or error}.")


if __name__ == "__main__":
    main()
