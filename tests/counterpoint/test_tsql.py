"""What is sent to SQL Server, as far as it can be told without one: it parses as T-SQL and means the same.

Each statement is rendered for SQL Server, parsed as T-SQL, translated and run on the sandbox's company.
"""

import re
from collections.abc import Sequence
from typing import Any

import pytest
import sqlglot
from sqlalchemy.dialects import mssql
from sqlalchemy.engine import Connection
from sqlglot import exp

from dagster_project.counterpoint import claims, sets
from dagster_project.counterpoint.inventory import commit_stock, release_stock
from dagster_project.counterpoint.numbers import Numbers
from dagster_project.counterpoint.tables import DOCUMENT, ORDER_EXTRA
from dagster_project.counterpoint.writing import Numbered, _mark_applied, rows_of
from tests.counterpoint.conftest import Company
from tests.counterpoint.made_up import line, order


class SpeaksTsql:
    """A connection that takes T-SQL only, and keeps what it was given."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = mssql.dialect()
        self.said: list[str] = []
        self._connection = connection

    def exec_driver_sql(self, statement: str, bound: Sequence[Any] = ()) -> Any:
        self.said.append(statement)
        assert len(bound) < 2_100
        (tree,) = sqlglot.parse(statement, read="tsql")
        assert tree is not None
        assert not tree.find(exp.Command), statement
        return self._connection.exec_driver_sql(_here(tree), tuple(bound))


def _here(tree: exp.Expression) -> str:
    text = tree.sql(dialect="duckdb")
    text = re.sub(r"(?i)\b(sysdatetime\(\)|current_timestamp)", "localtimestamp", text)
    text = text.replace("TEXT(MAX)", "TEXT")
    return re.sub(r"(?i)\breturning inserted\.", "returning ", text)


@pytest.fixture
def many() -> list[dict[str, Any]]:
    return [{"STAGING_ID": n, "CUST_NOTE": f"note {n}", "FEE_AMT": None} for n in range(1, 1201)]


def test_a_documents_whole_transaction_is_t_sql_and_leaves_the_same_rows(company: Company) -> None:
    items = company.items()
    company.do("delete from dbo.IM_INV where ITEM_NO = ?", items[1])
    lines = [line(items[n], 2, "20.00", gross="25.00", factor=12, number=n + 1) for n in range(3)]
    (staging_id,) = company.stage(15001)
    document = company.document(staging_id, order(15001, lines, shipping="5.00", tax="1.40"))
    before = company.stock()
    with company.database.begin() as real:
        connection: Any = SpeaksTsql(real)
        moment = sets.now(connection)
        assert claims.claim(connection, [staging_id], moment) == {staging_id}
        assert claims.claim(connection, [staging_id], moment) == set()
        numbers = Numbers("01")
        (ticket,), (doc_id,) = numbers.tickets(connection, 1), numbers.documents(connection, 1)
        one = Numbered(document, doc_id, ticket)
        for table in DOCUMENT:
            sets.insert(connection, table, list(rows_of(one, table, moment)))
        commit_stock(connection, document.stock)
        _mark_applied(connection, [one])
    hints = [said for said in connection.said if "updlock" in said]
    assert len(hints) >= 3  # both counters, and the stock row that was missing
    for table in DOCUMENT:
        assert len(company.rows(table.name, "DOC_ID = ?", doc_id)) == len(document.rows[table.name])
    assert company.all("select CP_DOC_ID, IS_APPLIED from dbo.USER_ORDER_STAGING") == [(str(doc_id), True)]
    after = company.stock()
    taken = {place: after[place][1] - before.get(place, (0, 0))[1] for place in after}
    assert {place: quantity for place, quantity in taken.items() if quantity} == {
        (item, "01"): 24 for item in items[:3]
    }
    with company.database.begin() as real:
        release_stock(SpeaksTsql(real), document.stock)  # type: ignore[arg-type]
    restored = company.stock()
    assert {place: quantities for place, quantities in restored.items() if place in before} == before


def test_more_rows_than_one_statement_may_bind_are_sent_in_pieces(
    company: Company, many: list[dict[str, Any]]
) -> None:
    with company.database.begin() as real:
        connection: Any = SpeaksTsql(real)
        sets.insert(connection, ORDER_EXTRA, many)
        changed = sets.update(
            connection, ORDER_EXTRA, [{"STAGING_ID": row["STAGING_ID"], "CUST_NOTE": "x"} for row in many]
        )
    assert changed == 1200
    assert len(connection.said) > 2
    assert company.all("select count(*), min(CUST_NOTE), max(CUST_NOTE) from dbo.USER_ORDER_STAGING_EXT") == [
        (1200, "x", "x")
    ]


def test_texts_numbers_and_nulls_are_cast_to_their_columns(company: Company) -> None:
    with company.database.begin() as real:
        connection: Any = SpeaksTsql(real)
        sets.insert(connection, ORDER_EXTRA, [{"STAGING_ID": 1, "CUST_NOTE": None, "FEE_AMT": None}])
    (said,) = connection.said
    assert "cast(? as INTEGER), cast(? as NVARCHAR(max)), cast(? as NUMERIC(15, 4))" in said
