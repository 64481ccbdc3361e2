"""The first run: the reference purchase order is on the board, dirty rows are told apart, twice is once."""

from collections import Counter
from pathlib import Path

import pytest

from sandbox.source import columns as c
from sandbox.source import reference
from sandbox.source.dirt import DIRTY
from sandbox.source.orders import SCENES, generate
from tests.pipeline import sources
from tests.pipeline.conftest import Prepared
from tests.pipeline.world import Item, Pipeline

REFERENCE_GROUP = "GREYSON CLOTHIERS 2025 FALL"
REFERENCE = ("--customer", "GREYSON CLOTHIERS", "--po", "4755")


def reference_items(pipeline: Pipeline) -> list[Item]:
    """Items of the reference purchase order, by what the board says of them."""
    found = [item for item in pipeline.items() if item.value("PO NUMBER") == reference.PO]
    return [item for item in found if item.group == REFERENCE_GROUP]


@pytest.fixture(scope="module")
def cells() -> list[dict[str, object]]:
    """The scenes as they were landed, by position."""
    return generate(SCENES).select([c.RECORD_UUID, c.ORDER_NUMBER, "XXL"]).to_pylist()


def test_the_reference_purchase_order_is_69_items_and_264_subitems_on_the_board(
    delivered: Pipeline, prepared: Prepared
) -> None:
    items = reference_items(delivered)
    assert len(items) == 69
    assert sum(len(item.lines) for item in items) == 264
    assert Counter(bool(item.lines) for item in items) == {True: 53, False: 16}
    assert delivered.board_and_ledger_agree()
    assert prepared.first_run["delivered"]["status"] == "COMPLETED"
    assert prepared.first_run["delivered"]["failures"] == []


def test_every_dirty_row_has_the_fate_it_deserves_and_no_other_row_is_refused(
    delivered: Pipeline, cells: list[dict[str, object]]
) -> None:
    board = delivered.board()
    errors = delivered.done("errors", "monday")
    refused = {(row["business_key"], row["column_name"]) for row in errors["items"]}
    by_order = {(row["order_number"], row["column_name"]) for row in errors["items"]}
    lines = {(row["parent_key"], row["business_key"].split("|")[1]) for row in errors["subitems"]}
    expected_lines = set()
    refused_orders: set[str | None] = set()
    for dirt in DIRTY:
        key = str(cells[dirt.row][c.RECORD_UUID] or "").lower()
        order = str(cells[dirt.row][c.ORDER_NUMBER] or "").strip() or None
        if dirt.fate == "refused":
            refused_orders.add(order)
            assert key not in board, dirt.what
            told = {column for k, column in refused if k == key} | {x for o, x in by_order if o == order}
            assert told, dirt.what
        else:
            assert key in board, dirt.what
            assert not [column for k, column in refused if k == key], dirt.what
        if dirt.fate == "line refused":
            expected_lines.add((key, dirt.column))
            assert f"Size {dirt.column}" not in board[key].lines
    assert {order for order, _ in by_order} == refused_orders
    assert lines == expected_lines


@pytest.mark.parametrize("kind", sources.HOSTILE)
def test_hostile_texts_are_on_the_board_as_they_were_written(delivered: Pipeline, kind: str) -> None:
    item = delivered.board()[sources.hostile_key(kind).lower()]
    text = sources.HOSTILE[kind]
    columns = sources.text_columns()
    assert len(columns) > 20
    shown = {column: item.value(column) for column in columns}
    assert shown == {column: sources.expected_text(column, text) for column in columns}
    parts = [sources.expected_text(column, text) for column in ("STYLE", "COLOR", "AAG ORDER NUMBER")]
    assert item.name == "".join(parts)
    assert len(item.lines) == 5


def test_a_second_run_creates_and_changes_nothing(delivered: Pipeline) -> None:
    delivered.forget_calls()
    before = delivered.board()
    report = delivered.run()
    assert report["delivered"]["requests"] == 0
    assert delivered.changes() == {}
    assert delivered.control.calls(log=False)["mutations"] == 0
    assert delivered.board() == before


def test_staging_shows_69_and_264_without_a_call_and_a_filtered_run_sends_these(landed: Pipeline) -> None:
    landed.forget_calls()
    staged = landed.done("stage", "monday")["staged"]
    assert sum(staged["items"].values()) > 69
    status = landed.done("status", "monday", *REFERENCE)
    assert {entity: counts["total"] for entity, counts in status["staged"].items()} == {
        "items": 69,
        "subitems": 264,
    }
    assert status["errors"] == {"items": 0, "subitems": 0}
    assert landed.done("errors", "monday", *REFERENCE) == {"items": [], "subitems": []}
    refused = landed.command("run", "monday", "--json")
    assert (refused.code, "--all" in refused.json["error"]) == (2, True)
    assert landed.control.calls(log=False)["calls"] == 0
    landed.run(*REFERENCE)
    assert len(reference_items(landed)) == len(landed.items()) == 69
    assert landed.control.calls(log=False)["committed"] == {
        "create_group": 1,
        "create_item": 69,
        "create_subitem": 264,
    }
    assert landed.control.calls(log=False)["mutations"] <= 18


def test_the_documentation_is_one_page_that_needs_no_server(delivered: Pipeline) -> None:
    said = delivered.command("docs")
    assert said.code == 0, said.err
    page = Path(said.out.strip()).read_text(encoding="utf-8")
    assert "What is to be told next" in page
    assert "model.order_staging.STG_MON_CustMasterSchedule" in page
