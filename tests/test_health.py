"""Health reaches 0, 1 and 2, each for the stated reason."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from dagster_project.delivery.scope import Registry, Run, Scope
from dagster_project.delivery.states import RunStatus, State
from dagster_project.health import Finding, Level, findings
from dagster_project.settings import Settings, load_settings
from dagster_project.systems import MONDAY
from dagster_project.warehouse import tables
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock

INSTANCE = "monday:SANDBOX:4755559751"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Settings:
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path))
    return load_settings()


def look(settings: Settings, warehouse: Warehouse, clock: FakeClock) -> dict[str, Finding]:
    return {f.check: f for f in findings(settings, warehouse, MONDAY, clock)}


def run(warehouse: Warehouse, clock: FakeClock, status: RunStatus, error: str | None = None) -> None:
    registry, one = Registry(warehouse, clock), Run("monday", INSTANCE)
    registry.open_run(one)
    registry.close_run(one, status, {}, error)


def row(warehouse: Warehouse, clock: FakeClock, state: State, **values: object) -> None:
    with warehouse.begin() as connection:
        connection.execute(
            sa.insert(tables.delivery).values(
                instance=INSTANCE,
                entity="items",
                business_key=state,
                incarnation=1,
                state=state,
                revision=1,
                attempt=1,
                created_at=clock.now(),
                updated_at=clock.now(),
                **values,
            )
        )


def test_all_is_well_after_a_good_run(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    row(ledger_warehouse, clock, State.DELIVERED)
    assert {f.level for f in look(settings, ledger_warehouse, clock).values()} == {Level.HEALTHY}


def test_no_run_at_all_is_a_warning(settings, ledger_warehouse, clock) -> None:
    assert look(settings, ledger_warehouse, clock)["last run"].level is Level.WARNING


def under_way(warehouse: Warehouse, clock: FakeClock) -> Scope:
    one = Run("monday", INSTANCE)
    Registry(warehouse, clock).open_run(one)
    scope = Scope(warehouse, one, clock, 60)
    scope.take()
    return scope


def test_a_run_that_is_under_way_or_between_two_steps_is_well(settings, ledger_warehouse, clock) -> None:
    scope = under_way(ledger_warehouse, clock)
    assert look(settings, ledger_warehouse, clock)["last run"].level is Level.HEALTHY
    scope.release()
    assert look(settings, ledger_warehouse, clock)["last run"].level is Level.HEALTHY


@pytest.mark.parametrize("gone", [{"pid": 0, "process_started": 1}, {"until": dt.datetime(2026, 1, 1)}])
def test_a_run_whose_process_died_is_critical_before_the_next_one(
    settings, ledger_warehouse, clock, gone
) -> None:
    under_way(ledger_warehouse, clock)
    with ledger_warehouse.begin() as connection:
        connection.execute(sa.update(tables.scope_lock).values(**gone))
    finding = look(settings, ledger_warehouse, clock)["last run"]
    assert (finding.level, finding.found[:4]) == (Level.CRITICAL, "died")
    assert "takes up what it left" in finding.next_step


@pytest.mark.parametrize(
    ("state", "check"),
    [
        (State.REJECTED, "refused"),
        (State.GONE, "waiting for a decision"),
        (State.AMBIGUOUS, "waiting for a decision"),
        (State.HELD, "held"),
        (State.IN_DOUBT, "in doubt"),
    ],
)
def test_rows_that_need_somebody_are_a_warning(settings, ledger_warehouse, clock, state, check) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    row(ledger_warehouse, clock, state)
    found = look(settings, ledger_warehouse, clock)
    assert [f.check for f in found.values() if f.level is Level.WARNING] == [check]
    assert found[check].found == ("1 row" if state is State.IN_DOUBT else f"1 row: {state}")


def test_of_many_rows_the_first_are_named(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    for state in (State.GONE, State.AMBIGUOUS):
        row(ledger_warehouse, clock, state)
    assert (
        look(settings, ledger_warehouse, clock)["waiting for a decision"].found == "2 rows: AMBIGUOUS, GONE"
    )


def test_drift_is_a_warning(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    row(ledger_warehouse, clock, State.DELIVERED, drift='{"Title": {}}')
    assert look(settings, ledger_warehouse, clock)["drift"].level is Level.WARNING


def test_rows_in_doubt_for_an_hour_are_critical(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    row(ledger_warehouse, clock, State.IN_DOUBT)
    clock.time += dt.timedelta(minutes=61)
    assert look(settings, ledger_warehouse, clock)["in doubt"].level is Level.CRITICAL


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.BLOCKED])
def test_a_failed_or_blocked_run_is_critical_and_says_why(settings, ledger_warehouse, clock, status) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    clock.time += dt.timedelta(minutes=1)
    run(ledger_warehouse, clock, status, "the token was refused")
    found = look(settings, ledger_warehouse, clock)["last run"]
    assert found.level is Level.CRITICAL
    assert "the token was refused" in found.found


def test_the_absence_of_a_good_run_is_critical(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    clock.time += dt.timedelta(minutes=settings.schedule_minutes * settings.alert_absence_intervals + 1)
    assert look(settings, ledger_warehouse, clock)["successful run"].level is Level.CRITICAL


def test_a_pause_is_critical_and_says_how_to_lift_it(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    Registry(ledger_warehouse, clock).pause("monday", "token refused")
    found = look(settings, ledger_warehouse, clock)["deliveries"]
    assert found.level is Level.CRITICAL
    assert found.next_step.endswith("order-staging resume monday")


def test_a_mail_that_no_server_took_is_a_warning_and_says_why(settings, ledger_warehouse, clock) -> None:
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    with ledger_warehouse.begin() as connection:
        connection.execute(
            sa.insert(tables.mail_outbox).values(
                mail_id="1", system="monday", state="WAITING", recipients="[]", subject="s", attempts=2,
                created_at=clock.now(), next_attempt=clock.now(), last_error="451 try later",
            )
        )  # fmt: skip
    found = look(settings, ledger_warehouse, clock)["mails"]
    assert (found.level, found.found) == (
        Level.WARNING,
        "1 waiting since 2026-11-21 09:00 UTC: 451 try later",
    )


def test_what_only_the_pipeline_knows_is_looked_at_too(settings, ledger_warehouse, clock) -> None:
    own = Finding(Level.CRITICAL, "the shop", "closed")
    pipeline = dataclasses.replace(MONDAY, look=lambda *_: [own])
    assert findings(settings, ledger_warehouse, pipeline, clock)[-1] is own


def test_a_run_that_died_without_a_word_is_found_by_the_next_one(settings, ledger_warehouse, clock) -> None:
    Registry(ledger_warehouse, clock).open_run(Run("monday", INSTANCE))
    clock.time += dt.timedelta(minutes=5)
    run(ledger_warehouse, clock, RunStatus.COMPLETED)
    with ledger_warehouse.begin() as connection:
        runs = connection.execute(
            sa.select(tables.delivery_run.c.status, tables.delivery_run.c.error)
        ).fetchall()
    assert sorted(tuple(r) for r in runs) == [
        ("COMPLETED", None), ("FAILED", "the process ended without a word"),
    ]  # fmt: skip
