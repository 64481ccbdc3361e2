"""The code location loads, and its asset graph is the one that was drawn."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from tests.conftest import Parsed

STAGE = {
    "stg_monday__orders": ["source/ORDERS_UNIFIED"],
    "told_monday__items": ["monday/ledger_resolved"],
    "told_monday__subitems": ["monday/ledger_resolved"],
    "orders_unified_snapshot": ["monday/orders_unified_delta"],
}
AFTER = {
    "board": ["monday/STG_MON_CustMasterSchedule", "monday/STG_MON_CustMasterSchedule_Subitems"],
    "MON_CustMasterSchedule": ["monday/board"],
    "MON_CustMasterSchedule_Subitems": ["monday/board"],
    "MON_BatchProcessing": ["monday/board"],
    "VW_MON_ActiveBatches": ["monday/MON_BatchProcessing"],
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Iterator[Any]:
    """The code location, loaded from a home of its own."""
    before = os.environ.get("ORDER_STAGING_HOME")
    os.environ["ORDER_STAGING_HOME"] = str(parsed(tmp_path_factory.mktemp("home")))
    from dagster_project.definitions import defs

    yield defs
    if before is None:
        del os.environ["ORDER_STAGING_HOME"]
    else:
        os.environ["ORDER_STAGING_HOME"] = before


@pytest.fixture(scope="module")
def parents(definitions: dg.Definitions) -> dict[str, list[str]]:
    """Asset → assets it depends on, as paths."""
    graph = definitions.resolve_asset_graph()
    return {
        key.to_user_string(): sorted(parent.to_user_string() for parent in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    }


def test_the_graph_reads_source_staging_board_mirror(parents: dict[str, list[str]]) -> None:
    for name, expected in {**STAGE, **AFTER}.items():
        assert parents[f"monday/{name}"] == expected


def test_nothing_before_the_delivery_depends_on_it(parents: dict[str, list[str]]) -> None:
    before = {"monday/STG_MON_CustMasterSchedule", "monday/STG_MON_CustMasterSchedule_Subitems"}
    todo = list(before)
    while todo:
        for parent in parents[todo.pop()]:
            if parent not in before:
                before.add(parent)
                todo.append(parent)
    assert "monday/board" not in before
    assert {"source/ORDERS_UNIFIED", "monday/ledger_resolved", "monday/monday_customers"} <= before
    assert [key for key in parents if key.startswith("shared/")] == []


ORDERS = {
    "order_pull": ("user_order_staging", "woocommerce/orders", "raw_counterpoint__woo_orders"),
    "order_processing": ("documents", "order_pull/user_order_staging", "raw_counterpoint__items"),
    "fulfillment_status_sync": ("shop", "order_processing/documents", "raw_counterpoint__fulfilment"),
}


@pytest.mark.parametrize("pipeline", ORDERS)
def test_web_orders_read_source_extract_staging_destination_mirror(
    parents: dict[str, list[str]], pipeline: str
) -> None:
    delivered, source, raw = ORDERS[pipeline]
    assert parents[f"{pipeline}/{raw}"] == sorted([f"{pipeline}/ledger_resolved", source])
    assert set(parents[f"{pipeline}/{delivered}"]) == {
        key for key in parents if key.startswith(f"{pipeline}/STG_")
    }
    mirrors = [key for key in parents if key.startswith(f"{pipeline}/CP_")]
    assert mirrors
    assert all(parents[key] == [f"{pipeline}/{delivered}"] for key in mirrors)


@pytest.mark.parametrize("pipeline", ORDERS)
def test_staging_of_web_orders_begins_at_the_extract_and_the_ledger(
    parents: dict[str, list[str]], pipeline: str
) -> None:
    before, todo = set(), [key for key in parents if key.startswith(f"{pipeline}/STG_")]
    while todo:
        for parent in parents[todo.pop()]:
            if parent not in before:
                before.add(parent)
                if not parent.rpartition("/")[2].startswith("raw_"):
                    todo.append(parent)
    assert f"{pipeline}/{ORDERS[pipeline][2]}" in before
    assert f"{pipeline}/ledger_resolved" in before
    assert not [key for key in before if key.startswith("source/")]
    assert f"{pipeline}/{ORDERS[pipeline][0]}" not in before


@pytest.mark.parametrize(
    ("name", "cron"),
    [
        ("order_pull_schedule", "*/5 * * * *"),
        ("order_processing_schedule", "*/30 * * * *"),
        ("fulfillment_status_sync_schedule", "*/30 * * * *"),
        ("order_pull_retention_schedule", "0 3 * * 0"),
    ],
)
def test_web_orders_have_their_schedules_off_until_somebody_switches_them_on(
    definitions: dg.Definitions, name: str, cron: str
) -> None:
    schedule = definitions.resolve_schedule_def(name)
    assert (schedule.cron_schedule, schedule.default_status) == (cron, dg.DefaultScheduleStatus.STOPPED)


@pytest.mark.parametrize("pipeline", ORDERS)
def test_web_orders_are_watched(definitions: dg.Definitions, pipeline: str) -> None:
    for sensor in (f"{pipeline}_failed", f"{pipeline}_health"):
        assert definitions.resolve_sensor_def(sensor).default_status is dg.DefaultSensorStatus.RUNNING
    job = definitions.resolve_job_def(f"{pipeline}_run")
    assert job.tags["order-staging/system"] == pipeline


def test_lws_orders_read_erp_extract_staging_chains_mirror(parents: dict[str, list[str]]) -> None:
    assert parents["radius/raw_radius__so4_headers"] == ["erp/plant_4_orders", "radius/ledger_resolved"]
    assert parents["radius/erp"] == ["radius/STG_LWS_Orders"]
    assert "radius/erp" in parents["radius/LWS_Orders"]


@pytest.mark.parametrize(
    ("name", "cron"),
    [
        ("radius_schedule", "*/30 * * * *"),
        ("radius_reminders_schedule", "0 7,20 * * *"),
        ("radius_retention_schedule", "0 3 * * 0"),
    ],
)
def test_lws_orders_have_their_schedules_off_until_somebody_switches_them_on(
    definitions: dg.Definitions, name: str, cron: str
) -> None:
    schedule = definitions.resolve_schedule_def(name)
    assert (schedule.cron_schedule, schedule.default_status) == (cron, dg.DefaultScheduleStatus.STOPPED)
    for sensor in ("radius_failed", "radius_health"):
        assert definitions.resolve_sensor_def(sensor).default_status is dg.DefaultSensorStatus.RUNNING


def test_one_job_runs_everything_and_one_delivers_nothing(definitions: dg.Definitions) -> None:
    whole = definitions.resolve_job_def("monday_run")
    staging = definitions.resolve_job_def("monday_stage_only")
    assert dg.AssetKey(["monday", "board"]) in whole.asset_layer.selected_asset_keys
    assert dg.AssetKey(["monday", "board"]) not in staging.asset_layer.selected_asset_keys
    assert whole.tags["order-staging/system"] == "monday"
    assert whole.executor_def.name == "in_process"


def test_the_schedule_delivers_everything_and_is_off_until_somebody_switches_it_on(
    definitions: dg.Definitions,
) -> None:
    schedule = definitions.resolve_schedule_def("monday_schedule")
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert schedule.cron_schedule == "0 */1 * * *"


def test_intervals_become_cron_lines_or_a_sentence() -> None:
    from dagster_project.orchestration import cron_of
    from dagster_project.settings import SettingsError

    assert [cron_of(m) for m in (5, 30, 60, 120, 1440)] == [
        "*/5 * * * *", "*/30 * * * *", "0 */1 * * *", "0 */2 * * *", "0 0 * * *",
    ]  # fmt: skip
    with pytest.raises(SettingsError, match="SCHEDULE_MINUTES is 7"):
        cron_of(7)


def test_the_workspace_names_the_code_location() -> None:
    assert "dagster_project.definitions" in (Path(__file__).parent.parent / "workspace.yaml").read_text()
