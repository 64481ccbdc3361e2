"""The `order-staging` command. Exit codes: 0 done, 1 some rows failed, 2 refused or could not run."""

from dagster_project.cli.app import main

__all__ = ["main"]
