"""Measure: `python -m benchmarks [SYSTEM] [--json FILE]`. Prints a table; exits with 1 if a target is not met."""

import argparse
from pathlib import Path
import subprocess
import sys


def arguments() -> argparse.Namespace:
    """Read the command line. This file also runs on older interpreters, which hand over to the right one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("system", nargs="?", help="only this system (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
    return parser.parse_args()


def hand_over() -> None:
    """Run in the environment of the tests, which `scripts/setup` provides."""
    root = Path(__file__).resolve().parent.parent
    words = [str(root / "scripts" / "benchmark"), *sys.argv[1:]]
    raise SystemExit(subprocess.call(words))


def main() -> None:
    """Entry point."""
    options = arguments()
    try:
        import homeassistant  # noqa: F401, PLC0415
        import pytest_homeassistant_custom_component  # noqa: F401, PLC0415
    except ImportError:
        hand_over()
    from benchmarks.run import run  # noqa: PLC0415

    raise SystemExit(run(options.system, options.json))


if __name__ == "__main__":
    main()
