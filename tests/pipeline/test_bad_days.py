"""What an operator sees on a bad day: a sentence, exit 2, nothing half done; and the next run completes."""

import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from dagster_project.clock import SystemClock
from tests.pipeline.test_faults import without_ids
from tests.pipeline.world import BOARD, COLUMNS, Pipeline

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from dagster_project.cli import main; main()"]


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
        [sys.executable, "-c", holding, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
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


@pytest.mark.slow
def test_ctrl_c_and_a_full_disk_end_with_a_sentence_and_the_next_run_completes(
    landed: Pipeline, delivered: Pipeline
) -> None:
    run = [*COMMAND, "run", "monday", "--all", "--json"]
    environment = {**os.environ, **landed.environment}

    size = (landed.home / "warehouse.duckdb").stat().st_size
    for limit in (size // 3, size + 250_000):  # no room for dbt's files; none for what the ledger grows by
        full = subprocess.run(
            run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
            preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit)),
        )  # fmt: skip
        assert full.returncode == 2, full
        assert "Traceback" not in full.stderr
        assert str(landed.home) in full.stdout

    landed.control.set_faults(latency={"request": (0.3, 0.3)})
    landed.forget_calls()
    with subprocess.Popen(
        run, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # a suite in the background ignores it
    ) as process:  # fmt: skip
        while not landed.control.calls(log=False)["committed"].get("create_subitem"):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "interrupted" in said

    landed.control.set_faults()
    landed.run()
    assert without_ids(landed.board()) == without_ids(delivered.board())
    assert landed.board_and_ledger_agree()
