"""Alerts in Dagster: a failed run at once, critical health every few minutes, absence of a good run included."""

from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.clock import SystemClock
from dagster_project.health import Level, findings
from dagster_project.notifications.alerts import FAILED_RUN, HEALTH, Alert, Alerts, critical
from dagster_project.settings import load_settings
from dagster_project.systems import pipeline_named
from dagster_project.warehouse import schema
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.lock import hold

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

EVERY_SECONDS = 300


def failure_sensor(system: str, job: "UnresolvedAssetJobDefinition") -> dg.SensorDefinition:
    """Tell about failed runs of a pipeline; the same failure again is told once until a run is good."""

    @dg.run_failure_sensor(
        name=f"{system}_failed", monitored_jobs=[job], default_status=dg.DefaultSensorStatus.RUNNING
    )
    def failed(context: dg.RunFailureSensorContext) -> None:
        said = context.failure_event.message or "without a word"
        failures = [
            event.step_failure_data.user_failure_data
            for event in context.get_step_failure_events()
            if event.step_failure_data.user_failure_data is not None
        ]
        why = "\n".join(one.description for one in failures if one and one.description) or said
        tell_of_failure(system, context.dagster_run.run_id, why)

    return failed


def tell_of_failure(system: str, run_id: str, why: str) -> None:
    """Tell that a run failed; its first line is what makes two failures the same."""
    settings, clock = load_settings(), SystemClock()
    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, f"alert of {system}", settings.warehouse_wait_seconds):
        schema.check(warehouse)
        alerts = Alerts(settings, warehouse, clock, system)
        first = why.partition("\n")[0]
        alerts.stand(
            FAILED_RUN, [Alert(system, FAILED_RUN, first, f"Dagster run {run_id}\n{why}")], only=False
        )
        alerts.send()


def health_sensor(system: str) -> dg.SensorDefinition:
    """Tell about critical findings, the absence of a successful run among them."""

    @dg.sensor(
        name=f"{system}_health", minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )  # fmt: skip
    def health() -> dg.SkipReason:
        return dg.SkipReason(look_after(system))

    return health


def look_after(system: str) -> str:
    """Look at a pipeline's health, tell what is critical and not told yet, and say how it is."""
    settings, clock = load_settings(), SystemClock()
    if not pipeline_named(system).in_use(settings):
        return f"{system} is not set up here"
    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, f"health of {system}", settings.warehouse_wait_seconds):
        schema.check(warehouse)
        found = findings(settings, warehouse, pipeline_named(system), clock)
        alerts = Alerts(settings, warehouse, clock, system)
        worst = critical(system, found)
        alerts.stand(HEALTH, worst)
        if not any(one.check == "last run" and one.level is Level.CRITICAL for one in found):
            alerts.outbox.stand(system, FAILED_RUN, [])
        alerts.send()
    return "\n".join(f"{one.subject}: {one.body}" for one in worst) or "nothing is critical"
