"""The command line as tests on a T-SQL engine call it: python -m tests.sqlserver.command run monday --all

On SQL Server it is `order-staging`, no more. Where a substitute stands in for SQL Server
(ORDER_STAGING_TEST_SUBSTITUTE=babelfish), dbt runs a project of that name that uses ours as a package and
whose macros come before dbt-sqlserver's, and Python takes its detours; our own files stay as they are.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

from dagster_project import dbt_runner
from dagster_project.cli import main
from dagster_project.settings import PROJECT_ROOT

SUBSTITUTE = os.environ.get("ORDER_STAGING_TEST_SUBSTITUTE")


def run_on_substitute(folder: Path) -> None:
    """Let this process run on the substitute, and dbt its project, which is put together in `folder`."""
    if SUBSTITUTE:
        dbt_runner.PROJECT_ROOT = assembled(Path(__file__).parent / SUBSTITUTE, folder)
        import_module(f"tests.sqlserver.{SUBSTITUTE}.detours").take()


def assembled(project: Path, folder: Path) -> Path:
    """Link a substitute's project, with ours as its only package, together in a folder; return it."""
    if not project.is_dir():
        raise SystemExit(f"ORDER_STAGING_TEST_SUBSTITUTE is {project.name}: there is no such project")
    (folder / "packages").mkdir(parents=True, exist_ok=True)
    links = {file.name: file for file in project.iterdir()}
    links |= {"packages/order_staging": PROJECT_ROOT, "profiles.yml": PROJECT_ROOT / "profiles.yml"}
    for name, target in links.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
    return folder


if __name__ == "__main__":
    run_on_substitute(Path(os.environ["ORDER_STAGING_HOME"]) / "dbt project")
    sys.argv[0] = "order-staging"
    main()
