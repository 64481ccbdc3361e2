"""People's changes change exactly what they say they changed."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
import sqlglot

from sandbox.source import columns as c
from sandbox.source import reference
from sandbox.source.dirt import DIRTY
from sandbox.source.edits import Change, OrderBook
from sandbox.source.orders import generate

TABLE = generate(400)
Snapshot = dict[str, dict[str, Any]]


def snapshot(connection: duckdb.DuckDBPyConnection) -> Snapshot:
    cursor = connection.execute("select * from ORDERS_UNIFIED where record_uuid is not null")
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    return {str(row["record_uuid"]).upper(): row for row in rows}


def differences(before: Snapshot, after: Snapshot) -> set[tuple[str, str, Any, Any]]:
    return {
        (key, column, old, after[key][column])
        for key, row in before.items()
        if key in after
        for column, old in row.items()
        if after[key][column] != old
    }


def told(changes: list[Change]) -> set[tuple[str, str | None, Any, Any]]:
    return {(change.record_uuid, change.column, change.old, change.new) for change in changes}


@pytest.fixture(params=["varchar", "uuid"])
def connection(request: pytest.FixtureRequest) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.register("made_up", TABLE)
    key = f"record_uuid::{request.param} as record_uuid"
    connection.execute(f"create table ORDERS_UNIFIED as select * replace ({key}) from made_up")
    return connection


@pytest.fixture
def book(connection: duckdb.DuckDBPyConnection) -> OrderBook:
    return OrderBook(connection)


@pytest.fixture
def key(book: OrderBook) -> str:
    """The first row of the reference case: XS to XL, 43 pieces."""
    return book.keys(reference.CUSTOMER, reference.PO)[0]


EDITS: dict[str, Callable[[OrderBook, str], list[Change]]] = {
    "description": lambda book, key: book.change_description(key, 'BOARD\'S "BEST" TEE'),
    "season": lambda book, key: book.change_season(key, "SP26"),
    "raise": lambda book, key: book.raise_quantity(key, "M", 5),
    "drop": lambda book, key: book.drop_size(key, "XS"),
    "add": lambda book, key: book.add_size(key, "30/30", 12),
    "cancel": lambda book, key: book.cancel(key, "Cancelled"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_an_edit_tells_every_cell_it_changed_and_no_other(
    edit: Callable[[OrderBook, str], list[Change]],
    book: OrderBook,
    key: str,
    connection: duckdb.DuckDBPyConnection,
) -> None:
    before = snapshot(connection)
    assert told(edit(book, key)) == differences(before, snapshot(connection)) != set()


def test_totals_follow_the_quantities(book: OrderBook, key: str) -> None:
    assert sum(book.sizes(key).values()) == 43
    book.raise_quantity(key, "M", 5)
    book.drop_size(key, "XS")
    (_, total, _) = book.add_size(key, "XXL", 2)
    assert total.column == c.TOTAL_QTY
    assert total.new == sum(book.sizes(key).values()) == 45
    assert list(book.sizes(key)) == ["S", "M", "L", "XL", "XXL"]


def test_a_size_that_is_ordered_cannot_be_added(book: OrderBook, key: str) -> None:
    with pytest.raises(ValueError, match="already ordered"):
        book.add_size(key, "M", 5)
    with pytest.raises(ValueError, match="no size column"):
        book.drop_size(key, "INFOR COLOUR CODE")


def test_cancelling_and_uncancelling_restores_the_row(
    book: OrderBook, key: str, connection: duckdb.DuckDBPyConnection
) -> None:
    before = snapshot(connection)
    book.cancel(key)
    assert [(change.old, change.new) for change in book.uncancel(key)] == [("CANCELLED", "ACTIVE")]
    assert snapshot(connection) == before


def test_a_removed_row_can_be_put_back_as_it_was(
    book: OrderBook, key: str, connection: duckdb.DuckDBPyConnection
) -> None:
    before = snapshot(connection)
    (removed,) = book.remove(key)
    assert before.keys() - snapshot(connection).keys() == {key}
    book.put_back(removed)
    assert snapshot(connection) == before


def test_reissuing_changes_the_keys_and_nothing_else(
    book: OrderBook, connection: duckdb.DuckDBPyConnection
) -> None:
    before = snapshot(connection)
    changes = book.reissue(book.keys(reference.CUSTOMER, reference.PO))
    after = snapshot(connection)
    assert len(changes) == 69
    for change in changes:
        assert {**before[change.old], c.RECORD_UUID: None} == {**after[change.new], c.RECORD_UUID: None}
    assert before.keys() - after.keys() == {change.old for change in changes}


def test_a_key_that_is_missing_or_given_twice_is_refused(book: OrderBook) -> None:
    with pytest.raises(LookupError, match=r"^0 rows"):
        book.cancel("00000000-0000-0000-0000-000000000000")
    twice = TABLE[c.RECORD_UUID][DIRTY[0].row].as_py()
    with pytest.raises(LookupError, match=r"^2 rows"):
        book.remove(twice)


def test_a_sqlalchemy_connection_serves_as_well() -> None:
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.begin() as connection:
        native: Any = connection.connection.driver_connection
        native.register("made_up", TABLE)
        connection.exec_driver_sql("create table ORDERS_UNIFIED as select * from made_up")
        book = OrderBook(connection, schema="main")
        (change,) = book.change_season(book.keys("GREYSON CLOTHIERS", "4755")[0], "SP26")
    assert change.new == "SP26"


def test_every_statement_is_t_sql_too(connection: duckdb.DuckDBPyConnection) -> None:
    statements: list[str] = []

    class Recorded:
        def execute(self, statement: str, values: tuple[Any, ...]) -> Any:
            statements.append(statement)
            return connection.execute(statement, values)

    book = OrderBook(Recorded())
    key, other = book.keys(reference.CUSTOMER, reference.PO)[:2]
    for edit in EDITS.values():
        edit(book, key)
    book.put_back(book.remove(key)[0])
    book.reissue([key, other])
    kinds = {type(sqlglot.parse_one(statement, read="tsql")).__name__ for statement in statements}
    assert kinds == {"Select", "Update", "Insert", "Delete"}
