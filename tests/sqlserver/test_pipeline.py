"""One story on a T-SQL server: stage, deliver, be killed, recover, send nothing twice, send an edit.

The board is asked for what it holds, by the sandbox's own account. The tests stand in the order of the story,
because a staging takes minutes where the engine only stands in for SQL Server.
"""

import time
from collections.abc import Iterator

import pytest

from sandbox.monday.process import MondayProcess
from sandbox.source import reference
from tests.conftest import server_database
from tests.pipeline import sources
from tests.pipeline.world import Item
from tests.sqlserver.world import LONGEST_COMMAND, ServerPipeline

pytestmark = [pytest.mark.sqlserver, pytest.mark.slow, pytest.mark.timeout(2 * LONGEST_COMMAND)]

REFERENCE = ("--customer", "GREYSON CLOTHIERS", "--po", "4755")
SLOW = (0.4, 0.8)  # seconds per request, so that there is something to kill
ENOUGH = 60  # objects on the board before the kill, of several hundred


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerPipeline]:
    """A landed order list, an empty board with a column for our key, an empty ledger."""
    with server_database("pipeline") as url:
        home = tmp_path_factory.mktemp("server")
        with MondayProcess(state=home / "monday.sqlite") as monday:
            pipeline = ServerPipeline(home, monday, url=url, settings={"MONDAY_ALIASES_PER_REQUEST": "12"})
            assert pipeline.done("init")["status"] == "created"
            orders = sources.write(home / "orders.parquet")
            assert pipeline.done("land", "ORDERS_UNIFIED", str(orders))["rows"] == sources.orders().num_rows
            pipeline.done("monday", "provision")
            pipeline.forget_calls()
            yield pipeline


def reference_items(pipeline: ServerPipeline) -> list[Item]:
    return [item for item in pipeline.items() if item.value("PO NUMBER") == reference.PO]


def created(pipeline: ServerPipeline) -> int:
    return sum(n for name, n in pipeline.changes().items() if name in ("create_item", "create_subitem"))


def test_staging_makes_no_call_and_shows_the_reference_purchase_order(pipeline: ServerPipeline) -> None:
    pipeline.done("stage", "monday")
    status = pipeline.done("status", "monday", *REFERENCE)
    assert {entity: counts["total"] for entity, counts in status["staged"].items()} == {
        "items": 69,
        "subitems": 264,
    }
    assert pipeline.done("errors", "monday", *REFERENCE) == {"items": [], "subitems": []}
    assert pipeline.control.calls(log=False)["calls"] == 0


def test_the_reference_purchase_order_is_on_the_board_and_in_the_mirror(pipeline: ServerPipeline) -> None:
    pipeline.done("deliver", "monday", *REFERENCE)
    items = reference_items(pipeline)
    assert len(items) == len(pipeline.items()) == 69
    assert sum(len(item.lines) for item in items) == 264
    assert pipeline.board_and_ledger_agree()
    mirrored = pipeline.rows('select "Item ID", business_key from MON_CustMasterSchedule')
    assert sorted(mirrored) == sorted((item.id, item.key) for item in items)


def test_a_delivery_keeps_others_out_and_is_killed_in_the_middle(pipeline: ServerPipeline) -> None:
    pipeline.forget_calls()
    pipeline.control.set_faults(latency={"request": SLOW})
    first = pipeline.start("deliver", "monday", "--all", "--json")
    _wait_for(pipeline, 1)
    second = pipeline.command("deliver", "monday", "--all", "--json")
    assert (second.code, "is being delivered to by run" in second.out) == (2, True), second
    _wait_for(pipeline, ENOUGH)
    pipeline.kill_in_flight(first)


def _wait_for(pipeline: ServerPipeline, objects: int) -> None:
    deadline = time.monotonic() + 300
    while created(pipeline) < objects:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_next_run_ends_with_everything_on_the_board_exactly_once(pipeline: ServerPipeline) -> None:
    pipeline.control.clear_faults()
    before = {entity: keys | pipeline.ledger()[entity] for entity, keys in pipeline.staged_keys().items()}
    report = pipeline.run()
    assert report["resolved"]["leftovers"] > 0
    assert report["delivered"]["failures"] == []
    assert pipeline.board_and_ledger_agree()  # and no key and no size is on the board twice
    assert pipeline.ledger() == before
    assert sum(len(item.lines) for item in reference_items(pipeline)) == 264


def test_a_second_run_creates_and_changes_nothing(pipeline: ServerPipeline) -> None:
    pipeline.forget_calls()
    before = pipeline.board()
    report = pipeline.run()
    assert report["delivered"]["requests"] == 0
    assert pipeline.control.calls(log=False)["mutations"] == 0
    assert pipeline.board() == before


def test_an_edit_of_the_order_list_is_sent_and_nothing_else(pipeline: ServerPipeline) -> None:
    before = pipeline.board()
    described, raised, removed = sorted(item.key for item in reference_items(pipeline) if item.lines)[:3]
    with pipeline.orders() as book:
        book.change_description(described, "A NEW DESCRIPTION")
        size, quantity = next(iter(book.sizes(raised).items()))
        book.raise_quantity(raised, size, 7)
        book.remove(removed)
    pipeline.forget_calls()
    pipeline.run()
    # a description, a total, a size; a removed item takes its sizes with it
    assert pipeline.changes() == {"change_multiple_column_values": 3, "archive_item": 1}
    after = pipeline.board()
    assert {key for key in before if after.get(key) != before[key]} == {described, raised, removed}
    assert after[described].value("STYLE DESCRIPTION") == "A NEW DESCRIPTION"
    assert after[raised].lines == {**before[raised].lines, f"Size {size}": quantity + 7}
    assert removed not in after
    assert pipeline.board_and_ledger_agree()
    versions = pipeline.rows("select count(*) from orders_unified_snapshot where order_key = ?", described)
    assert versions == [(2,)]
