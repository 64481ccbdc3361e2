"""The job in Dagster, on the sandbox: what a person sees of a good run, and of one that is refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_project.settings import load_settings
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import land
from sandbox.monday.server import RunningMonday
from tests.conftest import Parsed

pytestmark = pytest.mark.proof
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Iterator[dg.JobDefinition]:
    """The whole job, with a landed source and a running board behind it."""
    home = parsed(tmp_path_factory.mktemp("home"))
    with RunningMonday() as monday, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORDER_STAGING_HOME", str(home))
        patch.setenv("MONDAY_API_URL", monday.url)
        patch.setenv("MONDAY_QUIET_SECONDS", "0")
        file = home / "orders.parquet"
        command = [sys.executable, "-m", "sandbox.source", "--orders", "200", "--out", str(file)]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL)
        warehouse = Warehouse(load_settings().warehouse)
        schema.init(warehouse)
        land(warehouse, "ORDERS_UNIFIED", file)
        warehouse.release()
        from dagster_project.definitions import defs

        yield defs.resolve_job_def("monday_run")


def run(job: dg.JobDefinition, instance: dg.DagsterInstance, **config: Any) -> dg.ExecuteInProcessResult:
    return job.execute_in_process(
        {"ops": {"monday__board": {"config": config}}}, instance=instance, raise_on_error=False
    )


def test_a_run_shows_what_it_delivered(job: dg.JobDefinition) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(job, instance, customer="GREYSON CLOTHIERS", po="4755")
    assert result.success
    (board,) = [
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["monday", "board"])
    ]
    shown = {name: value.value for name, value in board.metadata.items()}
    assert (shown["delivered"], shown["rejected"], shown["unknown"]) == (334, 0, 0)
    assert "| items | DELIVERED | 69 |" in shown["rows"]
    assert "| subitems | DELIVERED | 264 |" in shown["rows"]
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert checks["every_staged_row_was_delivered"].passed
    assert checks["nothing_is_gone_or_drifted"].passed
    # the made-up orders are dirty on purpose: some checks warn, none may fail
    assert {check.severity for check in checks.values() if not check.passed} <= {dg.AssetCheckSeverity.WARN}


def test_a_run_without_a_filter_is_refused_and_not_repeated(job: dg.JobDefinition) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(job, instance)
        tags = instance.get_run_by_id(result.run_id).tags
    assert not result.success
    failure = result.failure_data_for_node("monday__board")
    assert "say which rows" in failure.user_failure_data.description
    assert tags["dagster/max_retries"] == "0"
