"""What an operator sees on a bad day: a sentence, exit 2, nothing half done; and the next run completes."""

import subprocess
import sys

import pytest

from dagster_project.clock import SystemClock
from dagster_project.settings import PROJECT_ROOT
from tests.pipeline.world import BOARD, COLUMNS, Pipeline


def refused(pipeline: Pipeline, *words: str) -> str:
    """The sentence of a run that could not or would not run; nothing was changed on the board."""
    pipeline.forget_calls()
    said = pipeline.command("run", "monday", *(words or ("--all",)), "--json")
    assert said.code == 2, said
    assert pipeline.changes() == {}
    return str(said.json["error"])


def test_a_refused_token_pauses_the_system_until_it_is_resumed(delivered: Pipeline) -> None:
    delivered.control.edit("revoke_token")
    sentence = refused(delivered)
    assert "401" in sentence or "Not Authenticated" in sentence or "Unauthorized" in sentence
    assert delivered.monday.token not in sentence
    delivered.control.edit("grant_token", token=delivered.monday.token)
    paused = refused(delivered)
    assert "monday is paused since" in paused
    assert "order-staging resume monday" in paused
    assert delivered.done("status", "monday")["paused"]
    assert delivered.command("resume", "monday").code == 0
    assert delivered.done("status", "monday")["paused"] is None


def test_a_board_without_a_mapped_column_is_named_with_the_column(delivered: Pipeline) -> None:
    delivered.control.edit("remove_column", board_id=BOARD, column_id=COLUMNS["NOTES"])
    sentence = refused(delivered)
    assert f"NOTES → {COLUMNS['NOTES']}: board {BOARD} has no such column" in sentence


@pytest.mark.parametrize("kind", ["html", "empty", "half_json"])
def test_a_server_that_never_answers_in_json_is_told_so(
    delivered: Pipeline, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda _self, _seconds: None)
    delivered.control.set_faults(rules=[{"kind": kind, "on": "any"}])
    sentence = refused(delivered)
    assert "HTTP" in sentence or "connection broke" in sentence
    assert delivered.control.calls(log=False)["calls"] == 6  # a read is repeated, not for ever


def test_a_warehouse_that_somebody_else_holds_is_named_with_its_holder(delivered: Pipeline) -> None:
    holding = (
        "import sys, time; from dagster_project.warehouse.engine import Warehouse;"
        "from dagster_project.warehouse.lock import hold; w = Warehouse(sys.argv[1]);\n"
        "with hold(w, 'order-staging something long', 0): print('held', flush=True); time.sleep(60)"
    )
    url = f"duckdb:///{delivered.home / 'warehouse.duckdb'}"
    with subprocess.Popen(
        [sys.executable, "-c", holding, url], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        sentence = refused(delivered)
        holder.kill()
    assert str(delivered.home / "warehouse.duckdb") in sentence
    assert str(holder.pid) in sentence
    assert "order-staging something long" in sentence


def test_an_empty_and_a_half_loaded_order_list_block_before_anything_is_archived(delivered: Pipeline) -> None:
    before = delivered.board()
    with delivered.warehouse() as connection:
        connection.execute("create table kept as select * from ORDERS_UNIFIED")
        connection.execute("delete from ORDERS_UNIFIED")
    assert "no rows" in refused(delivered) or "empty" in refused(delivered)
    with delivered.warehouse() as connection:
        connection.execute("insert into ORDERS_UNIFIED select * from kept where hash(record_uuid) % 2 = 0")
    sentence = refused(delivered)
    assert "--allow-removals" in sentence
    assert delivered.board() == before


def test_a_full_dropdown_refuses_the_row_that_needs_another_label_and_no_other(delivered: Pipeline) -> None:
    delivered.control.edit("fill_labels", board_id=BOARD, column_id=COLUMNS["CUSTOMER SEASON"], count=500)
    with delivered.orders() as book:
        full, other, *_ = book.keys("GREYSON CLOTHIERS", "4756")
        book.change_season(full, "A SEASON NOBODY HAS SEEN")
        book.change_description(other, "STILL TOLD")
    delivered.forget_calls()
    report = delivered.run(code=1)["delivered"]
    (failure,) = report["failures"]
    assert (failure["key"], failure["field"]) == (full.lower(), "CUSTOMER SEASON")
    assert "500 labels" in failure["message"]
    assert delivered.changes()["change_multiple_column_values"] == 1
    assert delivered.board()[other.lower()].value("STYLE DESCRIPTION") == "STILL TOLD"
    (error,) = [e for e in delivered.done("errors", "monday")["items"] if e["business_key"] == full.lower()]
    assert error["error_class"] == "fix the mapping"
