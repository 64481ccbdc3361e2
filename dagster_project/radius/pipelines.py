"""The pipeline of the LWS workflow: orders of plant 4, and the chain of objects that each of them becomes in Radius.

What it is made of is imported when it is used, so that a command waits only for what it needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dagster_project.clock import Clock, SystemClock
from dagster_project.delivery.destination import Destination, Row
from dagster_project.delivery.mapping import Problem
from dagster_project.pipeline import Pipeline
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.lock import hold

if TYPE_CHECKING:
    from dagster_project.health import Finding

_TABLES = (
    "so4_headers so4_lines items jobs_p4 requirements po_lines so2_headers so2_lines job_lines_p2 "
    "ship_request_lines"
)


def _erp(settings: Settings) -> str:
    """Name of the ERP: its data source, or the sandbox's file."""
    return settings.dsn or (settings.radius_database.stem if settings.radius_database else "none")


def _extract(settings: Settings, warehouse: Warehouse, _clock: Clock) -> Mapping[str, int]:
    from dagster_project.radius.extract import extract

    return extract(settings, warehouse, RADIUS.instance(settings))


def _destination(settings: Settings, clock: Clock) -> Destination:
    from dagster_project.radius.destination import RadiusDestination

    return RadiusDestination.from_settings(settings, clock)


def _choose(settings: Settings, staged: Sequence[Row]) -> tuple[Sequence[Row], Sequence[str]]:
    from dagster_project.radius.order_of_work import choose

    return choose(staged, settings.max_orders_per_run)


def _check() -> Sequence[Problem]:
    from dagster_project.radius.payloads import problems

    return problems()


def _ended(settings: Settings, warehouse: Warehouse, clock: Clock) -> Sequence[str]:
    from dagster_project.radius.ended import ended

    return ended(settings, warehouse, clock, RADIUS.instance(settings))


def _look(settings: Settings, warehouse: Warehouse, clock: Clock) -> Iterable["Finding"]:
    from dagster_project.radius.health import look

    return look(settings, warehouse, clock, RADIUS.instance(settings))


def _forget(settings: Settings) -> dict[str, int]:
    from dagster_project.radius.housekeeping import forget_runs

    warehouse = Warehouse(settings.warehouse)
    with hold(warehouse, "forgetting old LWS runs", settings.warehouse_wait_seconds):
        return forget_runs(warehouse, SystemClock(), RADIUS.instance(settings))


RADIUS = Pipeline(
    name="radius",
    system="radius",
    entities=("orders",),
    delivered_as="erp",
    profile=lambda settings: settings.radius_profile,
    remote=_erp,
    build=_destination,
    snapshot=lambda settings: {
        "erp": _erp(settings),
        "profile": settings.radius_profile,
        "direct_sql": settings.radius_direct_sql,
        "lead_days": settings.required_date_lead_days,
        "orders_per_run": settings.max_orders_per_run,
    },
    link=lambda *_: None,
    verify=lambda _settings: "delivered",  # each step of a chain reads its objects back itself
    minutes=lambda settings: settings.run_every_minutes,
    chained=True,
    extract=_extract,
    raw=tuple(f"raw_radius__{name}" for name in _TABLES.split()),
    choose=_choose,
    ended=_ended,
    look=_look,
    forget=_forget,
    in_use=lambda settings: settings.uses_radius,
    check=_check,
)


def completing(orders: frozenset[str]) -> Pipeline:
    """Return the pipeline for a run in which a person carries through what is blocked of these orders."""

    def build(settings: Settings, clock: Clock) -> Destination:
        from dagster_project.radius.destination import RadiusDestination

        return RadiusDestination.from_settings(settings, clock, orders)

    return replace(RADIUS, build=build)
