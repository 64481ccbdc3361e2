"""The whole product in one home: a warehouse, the sandbox's board, and the command line over both.

Commands run in this process, as `order-staging` would run them: settings come from the environment, and exit
code and output are what a shell would get. The board is counted by the control API, never by our tables.
"""

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.cli import main
from dagster_project.delivery.mapping import load_all
from sandbox.monday.control import Control
from sandbox.monday.process import MondayProcess
from sandbox.monday.server import RunningMonday
from sandbox.source.edits import OrderBook

BOARD, SUBITEM_BOARD = 4755559751, 4755559752
KEY_COLUMN = "record_uuid_ext"
COLUMNS = {column.name: column.target.get("column", "") for column in load_all("monday")[0].columns}
QUANTITY = "numeric_mkra7j8e"
MUTATIONS = frozenset(
    {
        "create_item", "create_subitem", "create_group", "change_multiple_column_values",
        "change_simple_column_value", "move_item_to_group", "archive_item",
    }
)  # fmt: skip

Difference = tuple[str, str, str | None, Any, Any]


@dataclass(frozen=True)
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Item:
    """An item as it stands on the board."""

    id: int
    key: str
    group: str
    name: str
    values: Mapping[str, str]
    lines: Mapping[str, int]
    line_ids: Mapping[str, int]

    def value(self, column: str) -> str:
        """The text in the board column of a mapped column; empty when there is none."""
        return self.values.get(COLUMNS[column]) or ""


@dataclass
class Home:
    """A home, and the command line over it."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict, kw_only=True)

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {"ORDER_STAGING_HOME": str(self.home), "WAREHOUSE_WAIT_SECONDS": "0", **self.settings}

    def command(self, *words: str) -> Said:
        """Run a command of the command line to its end."""
        out, err = io.StringIO(), io.StringIO()
        before = sys.argv
        sys.argv = ["order-staging", *words]
        code: int | str | None = 0
        try:
            with _environment(self.environment), redirect_stdout(out), redirect_stderr(err):
                main()
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.argv = before
        return Said(int(code or 0), out.getvalue(), err.getvalue())

    def done(self, *words: str, code: int = 0) -> Any:
        """Run a command with --json that has to end with this exit code; return what it printed."""
        said = self.command(*words, "--json")
        assert said.code == code, f"{' '.join(words)}: exit {said.code}\n{said.out[:4000]}\n{said.err[:4000]}"
        return said.json

    @contextmanager
    def warehouse(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse while no command runs."""
        connection = duckdb.connect(str(self.home / "warehouse.duckdb"))
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What a query finds in the warehouse."""
        with self.warehouse() as connection:
            return connection.execute(sql, parameters).fetchall()


@dataclass
class Pipeline(Home):
    """A home, a board, and the commands of an operator."""

    monday: RunningMonday | MondayProcess

    # -- the command line ---------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have to export."""
        return {
            "MONDAY_API_URL": self.monday.url, "MONDAY_API_TOKEN": self.monday.token,
            "MONDAY_QUIET_SECONDS": "0.2", "MONDAY_TIMEOUT_SECONDS": "2", **super().environment,
        }  # fmt: skip

    def run(self, *words: str, code: int = 0) -> Any:
        """A whole run of everything, unless filters are given; returns what was delivered."""
        return self.done("run", "monday", *(words or ("--all",)), code=code)

    # -- the source ---------------------------------------------------------------------------------

    @contextmanager
    def orders(self) -> Iterator[OrderBook]:
        """The order list, to edit."""
        with self.warehouse() as connection:
            yield OrderBook(connection)

    # -- the board ----------------------------------------------------------------------------------

    @property
    def control(self) -> Control:
        """The strings behind the stage."""
        return self.monday.control

    def items(self) -> list[Item]:
        """Every live item with its live subitems, as the board's own account has them."""
        return [
            Item(
                id=int(item["id"]), key=item["values"].get(KEY_COLUMN) or "", group=group["title"],
                name=item["name"], values=item["values"],
                lines={line["name"]: int(line["values"][QUANTITY]) for line in item["subitems"]},
                line_ids={line["name"]: int(line["id"]) for line in item["subitems"]},
            )
            for group in self.control.board(BOARD)["groups"]
            for item in group["items"]
        ]  # fmt: skip

    def board(self) -> dict[str, Item]:
        """Items by key. A key that stands there twice, or a size of an item, fails the test."""
        items = self.items()
        by_key = {item.key: item for item in items}
        assert len(by_key) == len(items), "a key is on the board twice"
        subitems = self.control.board(BOARD)["subitems"]
        assert sum(len(item.lines) for item in items) == subitems, "a size is below an item twice"
        return by_key

    def changes(self) -> dict[str, int]:
        """What was created or changed by calls since `forget_calls`, by mutation."""
        committed = self.control.calls(log=False)["committed"]
        return {name: n for name, n in committed.items() if name in MUTATIONS and n}

    def forget_calls(self) -> None:
        """Count calls from now on."""
        self.control.reset_calls()

    # -- both ---------------------------------------------------------------------------------------

    def ledger(self, *states: str) -> dict[str, set[str]]:
        """Keys by entity that the ledger has in any of these states, or live when none is named."""
        wanted = states or ("DELIVERED", "RETRY", "REJECTED")
        found: dict[str, set[str]] = {"items": set(), "subitems": set()}
        for entity, key in self.rows(
            "select entity, business_key from delivery where entity <> 'groups' and remote_id is not null"
            " and list_contains(?, state)",
            list(wanted),
        ):
            found[entity].add(key)
        return found

    def board_and_ledger_agree(self) -> bool:
        """Every live ledger row is on the board exactly once, and nothing else is."""
        board, ledger = self.board(), self.ledger()
        assert set(board) == ledger["items"]
        lines = {f"{key}|{name.removeprefix('Size ')}" for key, item in board.items() for name in item.lines}
        assert lines == ledger["subitems"]
        return True


def differences(dry_run: Mapping[str, Any]) -> list[Difference]:
    """(entity, change, field, old, new) of what a dry run says would be sent, in order."""
    lines: Sequence[Mapping[str, Any]] = dry_run["differences"]
    going = [d for d in lines if d["status"] not in ("HELD", "BLOCKED")]
    return in_order((d["entity"], d["change"], d["field"], d["old"], d["new"]) for d in going)


def in_order(lines: Iterable[Difference]) -> list[Difference]:
    """Differences in an order that nothing but themselves decides."""
    return sorted(lines, key=lambda line: tuple(str(part) for part in line))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
