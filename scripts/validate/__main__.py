"""`python -m scripts.validate [ROOT]`: print violations; the exit code is 1 if there are any."""

from pathlib import Path
import sys

from . import CHECKS, validate


def main() -> int:
    """Check one checkout."""
    problems = validate(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print(*problems or [f"validate: {len(CHECKS)} checks passed"], sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
