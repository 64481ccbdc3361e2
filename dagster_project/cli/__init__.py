"""The `order-staging` command. Exit codes: 0 done, 1 some rows failed, 2 refused or could not run."""

import sys

from dagster_project.cli.interruption import INTERRUPTION


def main() -> None:
    """Run the command line and exit with an honest code, also when Ctrl-C arrives while it is still loaded."""
    INTERRUPTION.listen()
    try:
        from dagster_project.cli.app import run  # takes a second
    except KeyboardInterrupt:
        print("interrupted before anything was done", file=sys.stderr)
        sys.exit(2)
    sys.exit(run())
