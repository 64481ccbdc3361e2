"""Health of web orders reaches 0, 1 and 2, each for the stated reason, by one clock."""

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.counterpoint import health
from dagster_project.counterpoint.backlog import Runs, Waiting
from dagster_project.health import Finding, Level
from dagster_project.settings import Settings
from tests.conftest import FakeClock
from tests.counterpoint.conftest import Company

GOOD = Runs(last=0.5, last_good=0.5, failed_last_hour=0)
CRITICAL, WARNING, HEALTHY = Level.CRITICAL, Level.WARNING, Level.HEALTHY


def settings_of(company: Company, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, order_staging_home=tmp_path, counterpoint_url=str(company.database.url))


@pytest.fixture
def settings(company: Company, tmp_path: Path) -> Settings:
    return settings_of(company, tmp_path)


def look(settings: Settings, ours: FakeClock | None = None) -> dict[str, Finding]:
    return {one.check: one for one in health.look(settings, None, ours or FakeClock())}  # type: ignore[arg-type]


def levels(settings: Settings) -> dict[str, Level]:
    return {check: one.level for check, one in look(settings).items()}


def worst(settings: Settings) -> Level:
    return max(one.level for one in look(settings).values())


def log(
    company: Company, minutes_ago: int, *, good: bool = True, operation: str = "order_processing"
) -> None:
    company.do(
        "insert into dbo.USER_SYNC_LOG (SYNC_ID, OPERATION_TYPE, DIRECTION, DRY_RUN, START_TIME, SUCCESS) "
        f"values ('s', ?, 'WOO_TO_CP', 0, localtimestamp - interval '{minutes_ago} minutes', ?)",
        operation, good,
    )  # fmt: skip


def order(company: Company, number: int, minutes_ago: int, error: str | None = None) -> int:
    (staging_id,) = company.stage(number)
    company.do(
        "update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = ?, "
        f"CREATED_DT = localtimestamp - interval '{minutes_ago} minutes' where STAGING_ID = ?",
        error, staging_id,
    )  # fmt: skip
    return staging_id


def test_all_is_well_when_nothing_waits_and_a_run_was_good(company: Company, settings: Settings) -> None:
    log(company, 30)
    assert worst(settings) is HEALTHY
    assert look(settings)["order processing"].found == "last successful run 0.5 h ago"


@pytest.mark.parametrize(
    ("minutes", "level"), [(59, HEALTHY), (61, WARNING), (119, WARNING), (121, CRITICAL)]
)
def test_the_age_of_the_oldest_pending_order(
    company: Company, settings: Settings, minutes: int, level: Level
) -> None:
    log(company, 30)
    order(company, 1, 5)
    order(company, 2, minutes)
    assert levels(settings) == {
        "pending orders": level, "failed orders": HEALTHY, "order processing": HEALTHY, "failed runs": HEALTHY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fresh", "old", "level"), [(1, 0, WARNING), (9, 5, WARNING), (0, 5, WARNING), (0, 6, CRITICAL)]
)
def test_orders_that_failed(company: Company, settings: Settings, fresh: int, old: int, level: Level) -> None:
    log(company, 30)
    for number in range(fresh + old):
        order(company, number + 1, 61 if number < old else 5, "Item not found: 01-1")
    assert levels(settings)["failed orders"] is level
    assert levels(settings)["pending orders"] is HEALTHY


@pytest.mark.parametrize(
    ("minutes", "level"), [(None, WARNING), (179, HEALTHY), (181, WARNING), (359, WARNING), (361, CRITICAL)]
)
def test_the_last_successful_run(
    company: Company, settings: Settings, minutes: int | None, level: Level
) -> None:
    log(company, 1, operation="product_sync")
    if minutes is not None:
        log(company, minutes)
    assert levels(settings)["order processing"] is level
    assert worst(settings) is level


@pytest.mark.parametrize(("count", "level"), [(0, HEALTHY), (1, WARNING), (3, WARNING), (4, CRITICAL)])
def test_runs_that_failed_in_the_last_hour(
    company: Company, settings: Settings, count: int, level: Level
) -> None:
    log(company, 1)
    log(company, 61, good=False)
    for _ in range(count):
        log(company, 59, good=False)
    assert levels(settings)["failed runs"] is level
    assert worst(settings) is level


def test_a_database_that_cannot_be_reached_is_critical(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None, order_staging_home=tmp_path, counterpoint_url="duckdb:////proc/no/company.duckdb"
    )
    (found,) = look(settings).values()
    assert (found.level, found.check) == (CRITICAL, "Counterpoint's database")
    assert "COUNTERPOINT_URL" in found.next_step


def test_a_database_without_our_tables_says_what_to_run(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None, order_staging_home=tmp_path, counterpoint_url=f"duckdb:///{tmp_path / 'empty.duckdb'}"
    )
    (found,) = look(settings).values()
    assert found.level is CRITICAL
    assert "order-staging counterpoint setup" in found.next_step


def test_defect_17_an_order_that_failed_for_good_does_not_count_as_pending_for_ever(
    company: Company, settings: Settings
) -> None:
    log(company, 30)
    staging_id = order(company, 1, 60 * 24 * 30, "Item not found: 01-1")
    assert worst(settings) is WARNING
    company.do("update dbo.USER_ORDER_STAGING set IS_APPLIED = 1 where STAGING_ID = ?", staging_id)
    assert worst(settings) is HEALTHY


def test_defect_17_a_parked_order_is_nobodys_trouble(company: Company, settings: Settings) -> None:
    log(company, 30)
    staging_id = order(company, 1, 600)
    company.do(
        "insert into dbo.USER_ORDER_STAGING_EXT (STAGING_ID, PARKED_DT) values (?, localtimestamp)",
        staging_id,
    )
    assert worst(settings) is HEALTHY


def test_defect_27_ages_are_measured_by_the_databases_clock_whatever_ours_says(
    company: Company, settings: Settings
) -> None:
    log(company, 30)
    order(company, 1, 30)
    for hours in (-12, 0, 12):
        found = look(settings, FakeClock(dt.datetime.now() + dt.timedelta(hours=hours)))
        assert found["pending orders"].found == "1 order, the oldest for 0.5 h"
        assert found["order processing"].found == "last successful run 0.5 h ago"


def test_defect_20_nothing_that_is_said_breaks_an_old_consoles_code_page() -> None:
    worst_of_all = [Waiting(n, n, 99.0, "Item not found" if n % 2 else None) for n in range(20)]
    for found in health.checks(worst_of_all, Runs(None, None, 9)):
        for text in (found.check, found.found, found.next_step):
            text.encode("cp437")


def test_an_order_is_one_order() -> None:
    found = {one.check: one for one in health.checks([Waiting(1, 1, 3.0, None)], GOOD)}
    assert found["pending orders"].found == "1 order, the oldest for 3.0 h"
