"""Programs that are no part of Python, and that `make test-cluster` installs."""

import shutil
import sys


def needs(*programs):
    """Ends the check where one is missing."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        sys.exit(f"{', '.join(missing)}: missing; make test-cluster installs what the checks need.")
