"""Who may deliver: races for the scope lock, and what is written once whoever writes it first."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dagster_project.delivery import scope as scopes
from dagster_project.delivery.outcomes import DestinationPaused, ScopeTaken
from dagster_project.delivery.scope import Registry, Run, Scope
from dagster_project.warehouse import rows, schema
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock

INSTANCE = "shelf:TEST:1"


def scope(warehouse: Warehouse, clock: FakeClock) -> Scope:
    return Scope(warehouse, Run("shelf", INSTANCE), clock, lease_seconds=60)


@pytest.fixture
def concurrent(sqlserver: Warehouse) -> Warehouse:
    """An empty ledger that several sessions write to at once, which DuckDB does not allow."""
    schema.init(sqlserver)
    with sqlserver.begin() as connection:
        for name in ("scope_lock", "destination_pause", "destination_contact", "api_usage"):
            connection.exec_driver_sql(f"delete from {name}")
    return sqlserver


def at_once(act: Callable[[int], object], times: int = 6) -> list[object]:
    """Do something in several threads; return what each came to, errors included."""

    def attempt(number: int) -> object:
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(attempt, range(times)))


def test_a_lock_is_taken_over_when_its_lease_is_over(warehouse: Warehouse, clock: FakeClock) -> None:
    first, second = scope(warehouse, clock), scope(warehouse, clock)
    first.take()
    with pytest.raises(ScopeTaken, match=f"is being delivered to by run {first.run.run_id}"):
        second.take()
    clock.sleep(61)
    second.take()
    second.renew()


@pytest.mark.sqlserver
def test_a_holder_that_renews_while_somebody_takes_over_keeps_the_lock(
    concurrent: Warehouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scope(concurrent, clock), scope(concurrent, clock)
    first.take()

    def looks_dead(_holder: object) -> bool:
        clock.time += dt.timedelta(seconds=1)
        first.renew()
        return True

    monkeypatch.setattr(scopes, "_dead", looks_dead)
    with pytest.raises(ScopeTaken, match="another run was faster"):
        second.take()
    first.renew()


@pytest.mark.sqlserver
def test_of_first_takes_at_once_one_wins_and_the_others_are_told(
    concurrent: Warehouse, clock: FakeClock
) -> None:
    scopes_ = [scope(concurrent, clock) for _ in range(6)]
    came_to = at_once(lambda number: scopes_[number].take())
    assert came_to.count(None) == 1, came_to
    assert {type(error) for error in came_to if error is not None} == {ScopeTaken}
    scopes_[came_to.index(None)].renew()


@pytest.mark.sqlserver
def test_the_loser_of_a_first_take_is_told_when_the_other_came_between_looking_and_writing(
    concurrent: Warehouse, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scope(concurrent, clock), scope(concurrent, clock)
    insert_absent = rows.insert_absent

    def after_the_other(*arguments: object) -> object:
        monkeypatch.setattr(rows, "insert_absent", insert_absent)
        first.take()
        return insert_absent(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "insert_absent", after_the_other)
    with pytest.raises(ScopeTaken, match="another run was faster"):
        second.take()
    first.renew()


def test_the_first_reason_of_a_pause_stays(warehouse: Warehouse, clock: FakeClock) -> None:
    registry = Registry(warehouse, clock)
    registry.pause("shelf", "the token is dead")
    registry.pause("shelf", "another reason")
    with pytest.raises(DestinationPaused, match="the token is dead"):
        registry.check_pause("shelf")
    assert registry.resume("shelf")


def test_contact_is_what_was_said_last(warehouse: Warehouse, clock: FakeClock) -> None:
    registry = Registry(warehouse, clock)
    registry.allow_contact(INSTANCE, "START_EMPTY")
    registry.allow_contact(INSTANCE, "ADOPTED")
    assert registry.contact(INSTANCE) == "ADOPTED"


def test_calls_are_counted_per_day(warehouse: Warehouse, clock: FakeClock) -> None:
    registry = Registry(warehouse, clock)
    assert [registry.count_calls(INSTANCE, n) for n in (2, 3)] == [2, 5]
    clock.time += dt.timedelta(days=1)
    assert registry.count_calls(INSTANCE, 1) == 1
