"""Health of the LWS workflow: orders wait every day, but not for a week, and none fails unseen."""

import datetime as dt

import pytest

from dagster_project.delivery.scope import Registry, Run
from dagster_project.delivery.states import RunStatus, State
from dagster_project.health import Finding, Level, findings
from dagster_project.radius import holds
from dagster_project.radius.pipelines import RADIUS
from tests.radius.desk import Desk

N = 251_206


def look(desk: Desk) -> dict[str, Finding]:
    assert RADIUS.instance(desk.settings) == desk.instance
    return {one.check: one for one in findings(desk.settings, desk.warehouse, RADIUS, desk.clock)}


def good_run(desk: Desk) -> None:
    registry, run = Registry(desk.warehouse, desk.clock), Run("radius", desk.instance)
    registry.open_run(run)
    registry.close_run(run, RunStatus.COMPLETED, {})


def test_young_holds_are_the_days_business(desk: Desk) -> None:
    good_run(desk)
    for number in range(3):
        desk.hold(N + number, holds.BASE_ITEM_WAIT, since=desk.clock.now() - dt.timedelta(days=number))
    found = look(desk)
    assert {one.level for one in found.values()} == {Level.HEALTHY}
    assert found["holds"].found == f"3 orders, the oldest ({N + 2}) for 2 days: 3 BASE_ITEM_WAIT"
    assert "held" not in found


def test_holds_that_nobody_ended_for_a_week_are_a_warning(desk: Desk) -> None:
    desk.hold(N, holds.BASE_ITEM_WAIT)
    desk.hold(N + 1, holds.JOB_P4_HOLD, since=desk.clock.now() - dt.timedelta(days=9))
    found = look(desk)["holds"]
    assert (found.level, found.found) == (
        Level.WARNING,
        f"1 of 2 orders for 7 days or more, the oldest ({N + 1}) for 9 days: 1 JOB_P4_HOLD",
    )


@pytest.mark.parametrize(
    ("count", "level"), [(0, Level.HEALTHY), (1, Level.WARNING), (5, Level.WARNING), (6, Level.CRITICAL)]
)
def test_many_failed_orders_at_once_are_critical(desk: Desk, count: int, level: Level) -> None:
    for number in range(count):
        desk.put("orders", str(N + number), State.REJECTED, error_code="REQS_P4", error_message="none")
    desk.put("orders", "1", State.RETRY, error_code="ELIGIBLE")
    assert look(desk)["failed orders"].level is level


def test_no_good_run_for_some_intervals_is_critical(desk: Desk) -> None:
    good_run(desk)
    desk.later(minutes=desk.settings.run_every_minutes * 3)
    assert look(desk)["successful run"].level is Level.HEALTHY
    desk.later(minutes=1)
    found = look(desk)["successful run"]
    assert (found.level, "every 90 minutes" in found.next_step) == (Level.CRITICAL, True)
