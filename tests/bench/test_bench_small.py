"""The measurements themselves, small: they count what they say they count. No test here asserts a time."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from bench import direct, history, pacing, pretended, requests_for_reference
from bench.__main__ import MEASUREMENTS
from bench.figures import Figure, Spent, least, timed
from bench.predecessor_staging import stage_predecessor_way
from bench.world import World, empty_world, world_with_board
from dagster_project.clock import SystemClock
from sandbox.source import orders
from tests.conftest import Parsed


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, parsed: Parsed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDER_STAGING_HOME", str(parsed(tmp_path)))


@pytest.fixture
def board() -> Iterator[World]:
    with world_with_board(SystemClock()) as world:
        yield world


def requests(world: World, items: int, subitems: int) -> requests_for_reference.Requests:
    assert world.monday is not None
    report = direct.deliver(world, direct.order(items, subitems), SystemClock())
    assert report.total("DELIVERED") == items + subitems + 1
    return requests_for_reference.counted(world.monday)


def test_25_operations_share_a_request(board: World) -> None:
    counted = requests(board, 6, 30)
    assert (counted.mutations, counted.objects) == (1 + 1 + 2, 37)
    assert counted.read == {"boards + me + platform_api + version": 1}


def test_the_baseline_really_makes_one_call_each(board: World) -> None:
    board.settings = board.settings.model_copy(update={"monday_aliases_per_request": 1})
    counted = requests(board, 3, 4)
    assert counted.mutations == counted.objects == 8


def test_a_delivery_under_the_limit_waits_instead_of_being_refused() -> None:
    rows = [direct.item(number) for number in range(30)]
    found = pacing.pace(rows, latency=0.0, scale=120.0, complexity_per_minute=25 * 30_001 + 100_000)
    assert (found.items, found.requests, found.refused) == (30, 2, 0)
    assert found.waited > 0


def test_the_ceiling_is_budget_divided_by_cost() -> None:
    assert round(pacing.ceiling() * 60, 1) == 333.3
    assert round(pacing.one_lane(own_seconds=0.0), 3) == 0.18


def test_a_first_burst_does_not_flatter_the_share() -> None:
    starts = [60.0 * (n // 13) for n in range(39)]
    assert pacing._steady(starts, [25] * 39, pacing.ceiling()) == pytest.approx(325 / (10_000_000 / 30_001))


def test_pretended_runs_leave_behind_what_real_ones_would() -> None:
    with empty_world() as world:
        world.land(orders.generate(250))
        world.execute(
            'create table orders_unified_snapshot as select lower(record_uuid) as order_key, "NOTES", '
            "0 as source_removed, '' as dbt_scd_id, now()::timestamp as dbt_updated_at, "
            "now()::timestamp as dbt_valid_from, null::timestamp as dbt_valid_to "
            'from "ORDERS_UNIFIED" where record_uuid is not null',
            "insert into delivery (instance, entity, business_key, incarnation, state, revision, attempt, "
            "created_at, updated_at) select distinct 'i', 'items', order_key, 1, 'DELIVERED', 1, 1, now(), now() "
            "from orders_unified_snapshot",
        )
        before = int(world.value("select count(*) from orders_unified_snapshot"))
        pretended.pretend_runs(world, 4, 0.02)
        left = history._left_behind(world)
        notes = world.value('select count(*) from "ORDERS_UNIFIED" where "NOTES" like \'run 00%\'')
        moved = world.value("select sum(revision - 1) from delivery")
    changed = before * 2 // 100
    assert left["orders_unified_snapshot"] == before + 4 * changed
    assert left["delivery_event"] == 2 * 4 * changed
    assert left["delivery_request"] == 4
    assert moved == 4 * changed
    assert 0 < notes <= 4 * changed


def test_a_share_of_the_orders_is_changed() -> None:
    with empty_world() as world:
        world.land(orders.generate(250))
        assert history.change(world, 1, share=0.02) == 5
        assert world.value('select count(*) from "ORDERS_UNIFIED" where "NOTES" = \'changed 0001\'') == 5


def test_the_predecessors_way_stages_rows_and_lines() -> None:
    connection = duckdb.connect()
    assert stage_predecessor_way(orders.generate(60), connection, lines=True) > 0
    (items,) = connection.execute("select count(*) from predecessor_items").fetchall()
    (lines,) = connection.execute("select count(*) from predecessor_lines").fetchall()
    assert items == (60,)
    assert lines[0] > 60


def test_the_least_disturbed_repetition_counts() -> None:
    assert least([Spent(3.0, 1.0), Spent(2.0, 2.0)]) == Spent(2.0, 1.0)
    assert timed(lambda: None).seconds >= 0


def test_a_missed_target_is_called_missed() -> None:
    assert [Figure("w", "f", "b", "r", "t", met).verdict for met in (True, False, None)] == [
        "met",
        "MISSED",
        "-",
    ]


def test_every_measurement_can_be_taken() -> None:
    there = {path.stem for path in Path(pacing.__file__).parent.glob("*.py")}
    assert set(MEASUREMENTS) <= there


def paced(*reached: float) -> list[pacing.Pace]:
    return [pacing.Pace(0, n / 10, 700, 28, 0, 126, share, share, 0, 0) for n, share in enumerate(reached)]


def test_one_lane_suffices_up_to_the_last_latency_that_reached_the_target() -> None:
    assert pacing.crossing(paced(0.97, 0.93, 0.96, 0.88)) == (0.2, 0.3)
    assert pacing.crossing(paced(0.97, 0.96)) is None
