"""The command line without a run: exit codes, JSON, and sentences that say what to do next."""

import datetime as dt
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from dagster_project.cli import main
from dagster_project.cli.interruption import Interruption
from dagster_project.warehouse import rows, tables
from dagster_project.warehouse.engine import Warehouse


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and no settings from outside."""
    for name in [n for n in os.environ if n.startswith(("MONDAY_", "WAREHOUSE_"))] + ["ENV"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ORDER_STAGING_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a command; return (exit code, standard output, standard error)."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["order-staging", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def content(said: tuple[int, str, str]) -> Any:
    return json.loads(said[1])


def test_tracing_nothing_is_refused(command) -> None:
    code, _, said = command("trace", " ")
    assert (code, "name a business key" in said) == (2, True)


def test_init_creates_the_tables_once_and_says_so(command) -> None:
    assert content(command("init", "--json"))["status"] == "created"
    code, said, _ = command("init")
    assert (code, "up to date" in said) == (0, True)


@pytest.mark.parametrize("words", [("stage", "monday"), ("run", "monday", "--all", "--dry-run")])
def test_staging_is_refused_while_a_run_is_under_way_elsewhere(command, home: Path, words) -> None:
    content(command("init", "--json"))
    warehouse = Warehouse(f"duckdb:///{home / 'warehouse.duckdb'}")
    lock = {
        "instance": "monday:SANDBOX:4755559751", "run_id": "theirs", "host": "elsewhere", "pid": 1,
        "process_started": 1, "until": dt.datetime(2999, 1, 1),
    }  # fmt: skip
    with warehouse.begin() as connection:
        rows.insert(connection, tables.scope_lock, [lock])
    warehouse.release()
    code, said, _ = command(*words, "--json")
    assert (code, "is being delivered to by run theirs (process 1 on elsewhere" in said) == (2, True)


@pytest.mark.parametrize("verb", ["run", "deliver", "resync"])
def test_nothing_is_done_to_everything_unless_it_is_said(command, verb: str) -> None:
    code, said, _ = command(verb, "monday", "--json")
    assert code == 2
    assert "--all" in json.loads(said)["error"]


def test_an_unknown_system_is_refused_with_those_there_are(command) -> None:
    code, said, _ = command("stage", "friday", "--json")
    assert (code, json.loads(said)["error"]) == (
        2,
        "there is no system 'friday'; there is: monday, counterpoint, radius, "
        "order_pull, order_processing, fulfillment_status_sync",
    )


def test_a_warehouse_without_tables_says_what_to_run(command) -> None:
    code, said, _ = command("status", "--json")
    assert code == 2
    assert "order-staging init" in json.loads(said)["error"]


def test_an_unknown_option_exits_2(command) -> None:
    assert command("run", "monday", "--everything")[0] == 2


def test_live_does_not_start_half_configured(command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV", "LIVE")
    code, said, _ = command("config", "show", "--json")
    assert code == 2
    for name in ("WAREHOUSE_URL", "MONDAY_API_TOKEN", "MONDAY_BOARD_ID", "MONDAY_API_URL"):
        assert name in json.loads(said)["error"]


def test_settings_are_shown_with_origin_and_without_secrets(command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONDAY_API_TOKEN", "very-secret")
    code, said, _ = command("config", "show", "--json")
    shown = {line["setting"]: line for line in json.loads(said)}
    assert code == 0
    assert shown["MONDAY_API_TOKEN"]["value"] == "********"
    assert shown["MONDAY_API_TOKEN"]["origin"] == "environment"
    assert shown["ENV"] == {
        "setting": "ENV", "value": "SANDBOX", "origin": "default", "meaning": "SANDBOX, TEST or LIVE",
    }  # fmt: skip
    assert "very-secret" not in said


def test_the_mappings_are_in_order(command) -> None:
    assert content(command("mappings", "check", "--json")) == {"problems": [], "impact": None}


def test_a_pause_is_shown_and_lifted(command) -> None:
    command("init")
    assert command("pause", "monday", "--why", "the board is being rebuilt")[0] == 0
    code, said, _ = command("health", "monday", "--json")
    assert code == 2
    assert "the board is being rebuilt" in said
    assert "delivers again" in command("resume", "monday")[1]
    assert "was not paused" in command("resume", "monday")[1]


def test_a_paused_system_is_not_delivered_to(command) -> None:
    command("init")
    command("pause", "monday", "--why", "wait")
    code, said, _ = command("run", "monday", "--all", "--json")
    assert code == 2
    assert "order-staging resume monday" in json.loads(said)["error"]


def test_a_file_that_cannot_be_landed_is_refused_and_nothing_is_written(command, home: Path) -> None:
    command("init")
    (home / "orders.csv").write_text("A,B\n1,2\n")
    code, said, _ = command("land", "ORDERS_UNIFIED", str(home / "orders.csv"), "--json")
    assert code == 2
    assert "orders.csv" in json.loads(said)["error"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("retry", "monday"), "say which keys, or --all"),
        (("retry", "monday", "k", "--recreate", "--forget"), "exclude each other"),
        (("adopt", "monday", "--pair", "nonsense"), "KEY=REMOTE_ID"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_opened(command, words, sentence) -> None:
    code, _said, err = command(*words)
    assert code == 2
    assert sentence in err


def test_a_key_nobody_knows_exits_1(command) -> None:
    command("init")
    assert command("retry", "monday", "nobody", "--json")[0] in (1, 2)


def test_purge_counts_what_it_emptied(command) -> None:
    command("init")
    assert content(command("purge", "monday", "--json")) == {
        "events": 0, "landing_errors": 0, "mails": 0, "requests": 0,
    }  # fmt: skip


def test_ctrl_c_that_a_library_makes_an_error_of_is_still_an_interruption(
    command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: Any) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise duckdb.InvalidInputException("reading the schema failed: KeyboardInterrupt") from None

    monkeypatch.setattr("dagster_project.cli.app.app", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        said = command("run", "monday", "--all", "--json")
    finally:
        signal.signal(signal.SIGINT, before)
    assert said[0] == 2
    assert content(said)["error"].startswith("interrupted")


def test_a_ctrl_c_that_a_library_swallows_stops_the_delivery_before_its_next_intent() -> None:
    interruption = Interruption()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        interruption.listen()
        interruption.checkpoint("before_intent")
        with suppress(KeyboardInterrupt):  # as a connection pool does that was just rolling back
            signal.raise_signal(signal.SIGINT)
        interruption.checkpoint("after_answer")  # what was sent is recorded first
        with pytest.raises(KeyboardInterrupt):
            interruption.checkpoint("before_intent")
    finally:
        signal.signal(signal.SIGINT, before)


class StillLoading(ModuleType):
    """A module in whose loading a Ctrl-C arrives."""

    def __getattr__(self, name: str) -> Any:
        raise KeyboardInterrupt


def test_a_ctrl_c_while_the_command_is_loaded_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "dagster_project.cli.app", StillLoading("app"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (2, "interrupted before anything was done\n")
