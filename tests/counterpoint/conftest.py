"""A company of the sandbox for each test, set up as `init` does it, and words to look into it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dagster_project.clock import Clock
from dagster_project.counterpoint.breakdown import Authority
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.documents import Codes, Document, Place, document_of
from dagster_project.counterpoint.orders import order_of
from dagster_project.counterpoint.setup import DocIds, set_up
from dagster_project.counterpoint.writing import DocumentWriter
from dagster_project.delivery.destination import Fields
from dagster_project.delivery.sending import no_checkpoint
from sandbox.counterpoint.database import CounterpointDatabase as SandboxDatabase
from tests.conftest import FakeClock, once_for_all_workers

RANGE = DocIds(900_000_000_001, 999_999_999_999)
PLACE = Place(store="01", station="101", drawer="101", location="01", user="INTEG")
CODES = Codes(
    {"FL-BROWAR": [Authority("FL-STATE", "TAX", Decimal(6)), Authority("BROWARD", "TAX", Decimal(1))]},
    {"WEBCC": "B", "COD": "B"},
)


@dataclass
class Company:
    """Counterpoint's database, and what a test asks of it."""

    database: CounterpointDatabase

    def all(self, query: str, *bound: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.database.begin() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, bound)]

    def one(self, query: str, *bound: Any) -> Any:
        """The only value of a query."""
        ((value,),) = self.all(query, *bound)
        return value

    def do(self, statement: str, *bound: Any) -> None:
        """Somebody changes something by hand."""
        with self.database.begin() as connection:
            connection.exec_driver_sql(statement, bound)

    def rows(self, table: str, where: str = "1 = 1", *bound: Any) -> list[dict[str, Any]]:
        """Rows of a table, by column."""
        with self.database.begin() as connection:
            found = connection.exec_driver_sql(f"select * from dbo.{table} where {where}", bound)
            return [dict(row._mapping) for row in found]

    def stage(self, *web_ids: int) -> list[int]:
        """Put web orders into USER_ORDER_STAGING as a pull does; return their staging ids."""
        marks = ", ".join(f"('B', {web_id})" for web_id in web_ids)
        self.do(f"insert into dbo.USER_ORDER_STAGING (BATCH_ID, WOO_ORDER_ID) values {marks}")
        listed = ", ".join(map(str, web_ids))
        found = self.all(
            f"select STAGING_ID from dbo.USER_ORDER_STAGING where WOO_ORDER_ID in ({listed}) order by 1"
        )
        return [staging_id for (staging_id,) in found]

    def items(self, count: int = 20) -> list[str]:
        """Items that have stock at location 01."""
        found = self.all("select ITEM_NO from dbo.IM_INV where LOC_ID = '01' order by ITEM_NO")
        return [item for (item,) in found[:count]]

    def stock(self) -> dict[tuple[str, str], tuple[Decimal, ...]]:
        """(item, location) → on hand, committed, available, on order, on special order."""
        return {
            (item, location): tuple(quantities)
            for item, location, *quantities in self.all(
                "select ITEM_NO, LOC_ID, QTY_ON_HND, QTY_COMMIT, QTY_AVAIL, QTY_ON_ORD, QTY_ON_SO from dbo.IM_INV"
            )
        }

    def document(self, staging_id: int, values: Fields, identity: str = "test") -> Document:
        """The document of mapped values."""
        return document_of(order_of(str(staging_id), values), PLACE, CODES, f"{identity}:{staging_id}")

    def writer(
        self, per_transaction: int = 1, checkpoint: Any = no_checkpoint, clock: Clock | None = None
    ) -> DocumentWriter:
        """A writer as a new process builds it."""
        return DocumentWriter(
            self.database, PLACE.store, clock or FakeClock(), per_transaction, checkpoint=checkpoint
        )

    def documents_of(self, web_ids: Sequence[int]) -> dict[int, int]:
        """Web order → how many documents carry its number."""
        return {
            web_id: self.one("select count(*) from dbo.PS_DOC_HDR where CUST_PO_NO = ?", str(web_id))
            for web_id in web_ids
        }


@pytest.fixture(scope="session")
def fresh_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file every test's company is a copy of, made once for all workers."""
    with once_for_all_workers(tmp_path_factory, "fresh-company") as (folder, to_fill):
        path = folder / "fresh.duckdb"
        if to_fill:
            sandbox = SandboxDatabase(path)
            sandbox.create(seed=1)
            sandbox.release()
            database = CounterpointDatabase(f"duckdb:///{path}")
            set_up(database, RANGE)
            database.release()
    return path


@pytest.fixture
def company(fresh_company: Path, tmp_path: Path) -> Iterator[Company]:
    """A company that no order was ever made in by us."""
    path = tmp_path / "company.duckdb"
    path.write_bytes(fresh_company.read_bytes())
    database = CounterpointDatabase(f"duckdb:///{path}")
    with database.connect():  # opening the file anew for every look would cost more than the test
        yield Company(database)
    database.release()
