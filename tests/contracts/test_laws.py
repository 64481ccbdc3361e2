"""The law, under any history: after whatever happened, one undisturbed run makes source and shelf agree."""

import itertools
import shutil
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagster_project.clock import new_id
from dagster_project.delivery.outcomes import DeliveryError
from dagster_project.delivery.sending import POINTS
from dagster_project.warehouse.engine import Warehouse
from tests.conftest import FakeClock, few
from tests.contracts.conftest import World
from tests.crashes import Crash

KEYS = ("a", "b", "c", "d", "e")
FAULTS = ("", "timeout before", "timeout after commit", "half then reset", "wait 2")

edits = st.one_of(
    st.tuples(st.just("want"), st.sampled_from(KEYS), st.sampled_from(["red", "blue"]), st.integers(0, 3)),
    st.tuples(st.just("drop"), st.sampled_from(KEYS)),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS)),
    st.tuples(st.just("run"), st.sampled_from((*POINTS, "")), st.integers(1, 4)),
)


ARCHIVE_IN_DOUBT = [
    ("want", "a", "red", 0),
    ("run", "before_intent", 2),
    ("drop", "a"),
    ("run", "after_answer", 1),
    ("want", "a", "red", 0),
]
ARCHIVED_TWICE = [
    ("want", "d", "red", 1),
    ("run", "", 1),
    ("drop", "d"),
    ("fault", "timeout after commit"),
    ("run", "before_intent", 2),
]


@example(history=ARCHIVE_IN_DOUBT, size=4)
@example(history=ARCHIVED_TWICE, size=1)
@settings(max_examples=few(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(edits, min_size=3, max_size=14), size=st.integers(1, 5))
def test_any_history_of_edits_faults_and_crashes_ends_exactly_once(
    tmp_path: Path, initialised: Path, history: list[tuple], size: int
) -> None:
    # a file of its own for each history: DuckDB may hand out a cached instance for a path seen before
    warehouse = Warehouse(f"duckdb:///{shutil.copy(initialised, tmp_path / f'{new_id()}.duckdb')}")
    try:
        world = World(warehouse, FakeClock(), size=size)
        for step in history:
            _take(world, step)
        world.shelf.faults.clear()
        for _ in range(3):  # a removal in doubt takes a run to be found, and one to be archived
            world.later(minutes=5)
            world.run()
        assert world.agrees()
        requests = len(world.shelf.requests)
        world.run()
        assert len(world.shelf.requests) == requests
    finally:
        warehouse.release()


def _take(world: World, step: tuple) -> None:
    match step:
        case ("want", key, colour, lines):
            _drop(world, key)
            world.want(key, lines=lines, colour=colour)
        case ("drop", key):
            _drop(world, key)
        case ("fault", fault):
            world.shelf.faults.append(fault)
        case ("run", point, occurrence):
            world.later(minutes=5)
            passed = itertools.count(1)

            def checkpoint(name: str) -> None:
                if name == point and next(passed) == occurrence:
                    raise Crash(name)

            try:
                world.run(checkpoint)
            except (Crash, DeliveryError):
                return


def _drop(world: World, key: str) -> None:
    for ref in [ref for ref in world.wanted if ref[1].split("|")[0] == key]:
        del world.wanted[ref]
