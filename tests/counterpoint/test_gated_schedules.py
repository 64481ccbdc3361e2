"""The schedules in Dagster ask first: an idle half hour starts no run, a waiting order starts one of everything."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.conftest import Parsed
from tests.counterpoint.conftest import Company
from tests.counterpoint.test_health import log, order


@pytest.fixture
def definitions(
    company: Company, tmp_path: Path, parsed: Parsed, monkeypatch: pytest.MonkeyPatch
) -> dg.Definitions:
    monkeypatch.setenv("ORDER_STAGING_HOME", str(parsed(tmp_path)))
    monkeypatch.setenv("COUNTERPOINT_URL", str(company.database.url))
    monkeypatch.setenv("WAREHOUSE_WAIT_SECONDS", "0")
    from dagster_project.definitions import defs

    return defs


def tick(definitions: dg.Definitions, pipeline: str) -> Any:
    schedule = definitions.resolve_schedule_def(f"{pipeline}_schedule")
    with dg.DagsterInstance.ephemeral() as instance:
        return schedule.evaluate_tick(dg.build_schedule_context(instance=instance))


def test_an_idle_half_hour_starts_no_run(company: Company, definitions: dg.Definitions) -> None:
    log(company, 30)
    found = tick(definitions, "order_processing")
    assert (found.run_requests, found.skip_message) == (
        [], "no orders wait, and the last run was 30 minutes ago",
    )  # fmt: skip


def test_a_waiting_order_starts_a_run_of_everything(company: Company, definitions: dg.Definitions) -> None:
    log(company, 30)
    order(company, 1, 5)
    (request,) = tick(definitions, "order_processing").run_requests
    assert request.run_config == {"ops": {"order_processing__documents": {"config": {"everything": True}}}}


def test_the_shop_is_asked_on_every_tick_and_told_only_news(
    company: Company, definitions: dg.Definitions
) -> None:
    log(company, 30, operation="fulfillment_status_sync")
    assert len(tick(definitions, "order_pull").run_requests) == 1
    assert (
        len(tick(definitions, "fulfillment_status_sync").run_requests) == 1
    )  # no ledger yet: the run will say so


def test_monitoring_a_system_that_nobody_set_up_says_nothing(
    definitions: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster_project.notifications.sensors import look_after

    monkeypatch.delenv("COUNTERPOINT_URL")
    assert look_after("order_processing") == "order_processing is not set up here"
