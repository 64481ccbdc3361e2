"""Alerts on failure and on absence. A carrier takes them; until mail is set up, the log does.

An alert has a signature: the same trouble is told once, not every few minutes.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.clock import SystemClock
from dagster_project.health import Level, findings
from dagster_project.settings import load_settings
from dagster_project.systems import pipeline_named
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.lock import hold

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

log = logging.getLogger("order_staging.alerts")
EVERY_SECONDS = 300


@dataclass(frozen=True)
class Alert:
    """Something a person should hear about."""

    system: str
    subject: str
    body: str

    @property
    def signature(self) -> str:
        """What makes two alerts the same trouble."""
        return f"{self.system}: {self.subject}"


Carrier = Callable[[Alert], None]


def to_log(alert: Alert) -> None:
    """Carry an alert to the log."""
    log.error("%s\n%s", alert.signature, alert.body)


def failure_sensor(
    system: str, job: "UnresolvedAssetJobDefinition", carrier: Carrier = to_log
) -> dg.SensorDefinition:
    """Tell about every failed run of a system."""

    @dg.run_failure_sensor(
        name=f"{system}_failed", monitored_jobs=[job], default_status=dg.DefaultSensorStatus.RUNNING
    )
    def failed(context: dg.RunFailureSensorContext) -> None:
        carrier(
            Alert(system, f"run {context.dagster_run.run_id} failed", context.failure_event.message or "")
        )

    return failed


def health_sensor(system: str, carrier: Carrier = to_log) -> dg.SensorDefinition:
    """Tell about critical findings, the absence of a successful run among them."""

    @dg.sensor(
        name=f"{system}_health", minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )  # fmt: skip
    def health(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        alert = critical(system)
        signature = alert.signature if alert else ""
        if alert and signature != (context.cursor or ""):
            carrier(alert)
        context.update_cursor(signature)
        return dg.SkipReason(alert.body if alert else "healthy")

    return health


def critical(system: str) -> Alert | None:
    """Return an alert for the critical findings of a system, if there are any."""
    settings = load_settings()
    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, f"health of {system}", settings.warehouse_wait_seconds):
        found = findings(settings, warehouse, pipeline_named(system), SystemClock())
    worst = [finding for finding in found if finding.level is Level.CRITICAL]
    if not worst:
        return None
    subject = ", ".join(finding.check for finding in worst)
    body = "\n".join(f"{finding.check}: {finding.found} {finding.next_step}" for finding in worst)
    return Alert(system, subject, body)
