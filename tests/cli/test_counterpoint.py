"""The operators' commands for web orders without a run: honest exit codes, JSON, and words that help."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dagster_project.cli import main
from dagster_project.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.database import CounterpointDatabase as SandboxDatabase
from tests.counterpoint.conftest import Company, fresh_company

__all__ = ["fresh_company"]


@pytest.fixture
def company(fresh_company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company that the command line finds by its setting."""
    for name in [n for n in os.environ if n.startswith(("MONDAY_", "WAREHOUSE_", "COUNTERPOINT_", "WOO_"))]:
        monkeypatch.delenv(name)
    path = tmp_path / "company.duckdb"
    path.write_bytes(fresh_company.read_bytes())
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path))
    monkeypatch.setenv("COUNTERPOINT_URL", f"duckdb:///{path}")
    return Company(CounterpointDatabase(f"duckdb:///{path}"))


@pytest.fixture
def command(company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `order-staging counterpoint …`; return exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["order-staging", "counterpoint", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def mark(company: Company, staging_id: int, **values: Any) -> None:
    for name, value in values.items():
        company.do(f"update dbo.USER_ORDER_STAGING set {name} = ? where STAGING_ID = ?", value, staging_id)


@pytest.fixture
def orders(company: Company) -> list[int]:
    """Four orders: pending, failed, made, parked."""
    ids = company.stage(501, 502, 503, 504)
    mark(company, ids[1], VALIDATION_ERROR="Item not found: 01-1", CUST_NO="2001", TOT_AMT=67.20)
    mark(company, ids[2], IS_APPLIED=True, CP_DOC_ID="900000000007")
    company.do(
        "insert into dbo.USER_ORDER_STAGING_EXT (STAGING_ID, PARKED_DT, PARKED_REASON) "
        "values (?, localtimestamp, 'rolled back')",
        ids[3],
    )
    return ids


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), [("PENDING", 501), ("FAILED", 502), ("PARKED", 504)]),
        (("--failed",), [("FAILED", 502)]),
        (("--parked",), [("PARKED", 504)]),
        (("--failed", "--parked"), [("FAILED", 502), ("PARKED", 504)]),
        (("--batch", "another"), []),
    ],
)
def test_list_shows_what_has_no_document(
    command: Any, orders: list[int], words: tuple[str, ...], expected: Any
) -> None:
    code, said, _ = command("list", *words, "--json")
    assert code == 0
    assert [(row["state"], row["WOO_ORDER_ID"]) for row in json.loads(said)] == expected


def test_the_list_can_be_read(command: Any, orders: list[int]) -> None:
    code, said, _ = command("list", "--limit", "2")
    assert code == 0
    first, failed = (line for line in said.splitlines() if line.startswith(("1 ", "2 ")))
    assert ("UNMAPPED" in first, "PENDING" in first) == (True, True)
    assert [word in failed for word in ("2001", "67.20", "FAILED", "Item not found: 01-1")] == [True] * 4
    assert "and 1 more" in said


def test_show_has_the_row_its_lines_and_what_stands_beside_it(
    command: Any, company: Company, orders: list[int]
) -> None:
    mark(
        company,
        orders[0],
        LINE_ITEMS_JSON='[{"sku": "01-1", "name": "14\\" roll", "quantity": 2, "price": 5, "total": 10}]',
    )
    code, said, _ = command("show", str(orders[0]), "--json")
    found = json.loads(said)
    assert (code, found["order"]["WOO_ORDER_ID"], found["document"]) == (0, 501, None)
    assert [(line["SKU"], line["DESCR"]) for line in found["lines"]] == [("01-1", '14" roll')]
    code, said, _ = command("show", str(orders[3]))
    assert (code, "rolled back" in said) == (0, True)


@pytest.mark.parametrize("words", [("show",), ("validate",), ("process",), ("unpark",)])
def test_an_order_that_is_not_there_is_refused(
    command: Any, company: Company, words: tuple[str, ...]
) -> None:
    assert _init(company) == 0
    code, said, _ = command(*words, "4711", "--json")
    assert (code, "there is no staging row 4711" in json.loads(said)["error"]) == (2, True)


def _init(company: Company) -> int:
    from dagster_project.settings import load_settings
    from dagster_project.warehouse import schema
    from dagster_project.warehouse.engine import Warehouse

    warehouse = Warehouse(load_settings().warehouse)
    schema.init(warehouse)
    warehouse.release()
    return 0


def test_skip_marks_an_order_as_operators_always_did(
    command: Any, company: Company, orders: list[int]
) -> None:
    assert command("skip", str(orders[1]), "--reason", "a test order")[0] == 0
    (row,) = company.rows("USER_ORDER_STAGING", "STAGING_ID = ?", orders[1])
    assert (row["IS_APPLIED"], row["CP_DOC_ID"], row["APPLIED_DT"] is not None) == (True, None, True)
    assert row["VALIDATION_ERROR"] == "MANUALLY_SKIPPED: a test order"
    code, said, _ = command("skip", str(orders[1]), "--reason", "again", "--json")
    assert (code, json.loads(said)["error"]) == (2, "Order already processed: MANUALLY_SKIPPED: a test order")


def test_an_order_with_a_document_cannot_be_skipped_or_made_again(
    command: Any, company: Company, orders: list[int]
) -> None:
    for words in (
        ("skip", str(orders[2]), "--reason", "x"),
        ("process", str(orders[2])),
        ("validate", str(orders[2])),
    ):
        code, said, _ = command(*words, "--json")
        assert (code, json.loads(said)["error"]) == (2, "Order already processed: document 900000000007")


def test_a_parked_order_says_how_to_let_it_be_made(command: Any, orders: list[int]) -> None:
    code, said, _ = command("process", str(orders[3]), "--json")
    assert code == 2
    assert f"order-staging counterpoint unpark {orders[3]}" in json.loads(said)["error"]


def test_unpark_lets_parked_and_skipped_orders_wait_again(
    command: Any, company: Company, orders: list[int]
) -> None:
    _init(company)
    command("skip", str(orders[0]), "--reason", "x")
    for staging_id in (orders[0], orders[3]):
        assert command("unpark", str(staging_id))[0] == 0
    said = json.loads(command("list", "--json")[1])
    assert [row["state"] for row in said] == ["PENDING", "FAILED", "PENDING"]
    assert command("unpark", str(orders[0]))[0] == 2


@pytest.mark.parametrize("words", [(), ("1", "--all"), ("--all", "--batch", "B"), ("1", "--batch", "B")])
def test_process_wants_to_know_which_orders(command: Any, words: tuple[str, ...]) -> None:
    code, said, _ = command("process", *words, "--json")
    assert (code, json.loads(said)["error"]) == (2, "say which orders: an ID, --batch B or --all")


@pytest.mark.parametrize("batch", ["", "another", "b"])
def test_a_pull_that_staged_nothing_cannot_be_processed(
    command: Any, company: Company, orders: list[int], batch: str
) -> None:
    _init(company)
    code, said, _ = command("process", "--batch", batch, "--json")
    assert (code, json.loads(said)["error"]) == (
        2, f"no order was staged by a pull '{batch}'; see: order-staging counterpoint list",
    )  # fmt: skip


def test_a_document_that_is_not_there_cannot_be_rolled_back(
    command: Any, company: Company, orders: list[int]
) -> None:
    _init(company)
    code, said, _ = command("rollback", str(orders[0]), "--reason", "x", "--json")
    assert (code, "names no document" in json.loads(said)["error"]) == (2, True)


@pytest.mark.parametrize("deed", ["rollback", "skip"])
def test_who_takes_back_or_leaves_out_says_why(
    command: Any, company: Company, orders: list[int], deed: str
) -> None:
    _init(company)
    code, _, said = command(deed, str(orders[0]), "--reason", " ")
    assert (code, "say why" in said) == (2, True)


def test_setup_adds_what_is_missing_once(
    command: Any, company: Company, tmp_path: Path, monkeypatch: Any
) -> None:
    path = tmp_path / "new.duckdb"
    new = SandboxDatabase(path)
    new.create(seed=1)
    new.release()
    monkeypatch.setenv("COUNTERPOINT_URL", f"duckdb:///{path}")
    code, said, _ = command("setup", "--json")
    assert (code, "USER_ORDER_STAGING_EXT" in json.loads(said)["added"]) == (0, True)
    assert json.loads(command("setup", "--json")[1]) == {"added": []}


def test_a_database_that_is_away_ends_every_command_with_2(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERPOINT_URL", "duckdb:////proc/no/company.duckdb")
    for words in (("list",), ("show", "1"), ("skip", "1", "--reason", "x"), ("process", "1"), ("setup",)):
        code, said, _ = command(*words, "--json")
        assert (words, code) == (words, 2)
        assert "error" in json.loads(said)


def test_defect_20_what_is_printed_survives_an_old_consoles_code_page(
    command: Any, company: Company, orders: list[int], monkeypatch: Any
) -> None:
    mark(company, orders[1], VALIDATION_ERROR="Item not found: 14\u2033 \U0001f4e6 caf\u00e9")
    company.database.release()
    for words in (("list",), ("show", str(orders[1]))):
        done = subprocess.run(
            [sys.executable, "-c", "from dagster_project.cli import main; main()", "counterpoint", *words],
            check=False, capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "cp437", "PYTHONUTF8": "0"},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
