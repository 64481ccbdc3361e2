"""Whoever a run concerns is told of its end, whatever way it ended, and can never break it."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.delivery.outcomes import AccessRefused, DestinationPaused, ScopeTaken
from dagster_project.delivery.report import Report
from dagster_project.runs import StagingBlocked, SystemRun
from dagster_project.settings import Settings
from dagster_project.systems import MONDAY
from dagster_project.warehouse import schema, tables
from tests.conftest import Parsed


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, order_staging_home=tmp_path)


@pytest.fixture
def told() -> list[list[tuple[str, str | None]]]:
    """What the runs were when somebody was told."""
    return []


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make(settings: Settings, told: list[Any], said: list[str]) -> Any:
    def ended(_settings: Settings, warehouse: Any, _clock: Any) -> Sequence[str]:
        runs = tables.delivery_run
        with warehouse.begin() as connection:
            told.append([tuple(row) for row in connection.execute(sa.select(runs.c.status, runs.c.error))])
        return ["the log was away"]

    def run() -> SystemRun:
        one = SystemRun(settings, dataclasses.replace(MONDAY, ended=ended), on_wait=said.append)
        schema.init(one.warehouse)
        return one

    return run


def test_a_good_run_is_told_when_it_is_closed(make: Any, told: list[Any], said: list[str]) -> None:
    run = make()
    with run.step(first=True):
        run.close(Report())
    assert told == [[("COMPLETED", None)]]
    assert said == ["the log was away"]


def test_what_cannot_be_settled_is_said_and_no_run_is_complete_with_it(
    make: Any, told: list[Any], settings: Settings, parsed: Parsed
) -> None:
    parsed(settings.order_staging_home)
    run, report = make(), Report()
    with run.step(first=True):
        run.conclude(report)  # the tables that the views read are not there: nothing was staged
    assert any(line.startswith("model ERR_MON_CustMasterSchedule error: ") for line in report.unsettled)
    assert report.as_dict()["unsettled"] == report.unsettled
    assert told == [[("COMPLETED_WITH_ERRORS", None)]]


@pytest.mark.parametrize(
    ("error", "status"),
    [(RuntimeError("a defect"), "FAILED"), (StagingBlocked("a guard"), "BLOCKED"), (KeyboardInterrupt(), "FAILED"),
     (AccessRefused("the token"), "FAILED")],
)  # fmt: skip
def test_a_run_that_breaks_off_is_told(make: Any, told: list[Any], error: BaseException, status: str) -> None:
    run = make()
    with pytest.raises(type(error)), run.step(first=True):
        raise error
    assert told == [[(status, f"{type(error).__name__}: {error}")]]


def test_a_refused_run_is_told_and_recorded(make: Any, told: list[Any]) -> None:
    run = make()
    run.registry.pause("monday", "moving house")
    with pytest.raises(DestinationPaused), run.step(first=True):
        raise AssertionError
    (((status, error),),) = told
    assert status == "BLOCKED"
    assert "moving house" in error


def test_a_run_that_came_while_another_was_under_way_is_no_run(make: Any, told: list[Any]) -> None:
    first, second = make(), make()
    with first.step(first=True):
        with pytest.raises(ScopeTaken), second.step(first=True):
            raise AssertionError
        assert told == [[("RUNNING", None)]]
        first.close(Report())


def test_trouble_with_telling_hides_nothing(make: Any, settings: Settings, said: list[str]) -> None:
    def broken(*_: Any) -> Sequence[str]:
        raise ValueError("telling is broken")

    run = SystemRun(settings, dataclasses.replace(MONDAY, ended=broken), on_wait=said.append)
    schema.init(run.warehouse)
    with pytest.raises(RuntimeError, match="a defect"), run.step(first=True):
        raise RuntimeError("a defect")
    assert said == ["what was to be told about this run was not: ValueError: telling is broken"]
