"""Web orders per second: pulled, staged, made documents of; and what a run costs that finds nothing to do.

- Pull: 10,000 orders out of the shop's server into the raw tables. Baseline: fetching and parsing the same pages.
- Staging: dbt with all its tests, every order new, warm. It is what validates an order.
- Documents: the delivery as a run makes it - ledger, intents per chunk, read-back. Baseline: the same documents'
  rows by plain statements, each committed by itself, with no ledger at all.
- Empty run: all three pipelines, warm. Its own share is all that is not spent inside SQL statements, dbt included.
- Counted: documents, lines, stock, numbers and notes of the 1,000 orders against what is expected of each.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb_sqlalchemy
import requests
import sqlalchemy as sa
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

from bench.figures import Figure, Spent, timed
from bench.orders_world import COMPANY, SHOP, Stand, count, ending, environment, found_company, settings_of
from bench.world import own_home, run_of
from dagster_project.counterpoint import pull
from dagster_project.counterpoint.destination import DocumentDestination, database_of
from dagster_project.counterpoint.documents import Document
from dagster_project.counterpoint.numbers import Numbers
from dagster_project.counterpoint.sets import now
from dagster_project.counterpoint.tables import DOCUMENT, INVENTORY, ORDER_STAGING
from dagster_project.counterpoint.writing import Numbered, rows_of
from dagster_project.delivery.destination import Target
from dagster_project.delivery.report import Report
from dagster_project.delivery.staging import Filters
from dagster_project.runs import SystemRun
from dagster_project.settings import Settings
from dagster_project.systems import pipelines_of
from sandbox.woocommerce.server import WooProcess

EVERYTHING = Filters(everything=True)
PULLED, STAGED, BASELINE = 10_000, 1_000, 100
DOCUMENTS_PER_SECOND, OWN_SECONDS = 100.0, 2.0


@dataclass(frozen=True)
class Shop:
    """Where to measure."""

    settings: Settings
    server: WooProcess


@contextmanager
def shop_of(orders: int) -> Iterator[Shop]:
    """A home with a shop of so many orders and a company in which we made nothing."""
    with own_home() as home, WooProcess(state=home / SHOP, orders=orders, ending=ending()) as server:
        settings = settings_of(environment(home, server))
        found_company(home, settings)
        yield Shop(settings, server)


def measure(quick: bool = False) -> list[Figure]:
    """All of them; what was made is counted as the kill proofs count it."""
    pulled, staged, baseline = (300, 60, 10) if quick else (PULLED, STAGED, BASELINE)
    with shop_of(pulled) as shop:
        figures = [pull_figure(shop, pulled)]
    with shop_of(staged) as shop:
        before = Stand.of(shop.settings.order_staging_home / COMPANY)
        figures += documents_figures(shop, baseline)
        figures.append(empty_figure(shop))
        figures.append(counted_figure(shop, staged, before))
    return figures


def counted_figure(shop: Shop, orders: int, before: Stand) -> Figure:
    """Hold everything that was made against what is expected of each order."""
    found = count(shop.settings.order_staging_home, shop.server.control, before)
    return Figure(
        f"{orders:,} web orders, counted", f"{found.documents:,} documents; wrong: {found.wrong() or 'nothing'}",
        "one document per order, lines, stock and numbers exact, one note", "", "nothing", found.right,
        {"documents": found.documents, "wrong": found.wrong()},
    )  # fmt: skip


def pull_figure(shop: Shop, orders: int) -> Figure:
    """Fetch, judge, parse and land every order; the baseline only fetches and reads JSON."""
    bare = timed(lambda: _fetch(shop.server))
    with run_of(shop.settings, "order_pull") as run, run.held():
        found: list[pull.Pulled] = []
        ours = timed(lambda: found.extend(pull.pull(run.settings, run.warehouse, run.clock)))
    if len(found) < 0.99 * orders:
        raise RuntimeError(f"{len(found)} of {orders} orders were pulled")
    return Figure(
        f"pull {orders:,} orders into the raw tables", f"{ours}: {orders / ours.seconds:,.0f} orders/s",
        f"the same pages fetched and parsed: {bare}", f"{ours.seconds / bare.seconds:.2f}", "", None,
        {"ours": vars(ours), "bare": vars(bare)},
    )  # fmt: skip


def _fetch(server: WooProcess) -> None:
    with requests.Session() as session:
        page, pages = 1, 1
        while page <= pages:
            answer = session.get(
                f"{server.api}/orders", params={"per_page": "100", "page": str(page)}, auth=server.auth
            )
            answer.json()
            page, pages = page + 1, int(answer.headers["X-WP-TotalPages"])


def documents_figures(shop: Shop, baseline: int) -> Iterator[Figure]:
    """Stage and deliver as a run does; then the same documents the plain way, in a copy of the company."""
    with run_of(shop.settings, "order_pull") as run:
        run.whole(EVERYTHING)
    with run_of(shop.settings, "order_processing") as run, run.step(first=True):
        resolution = run.resolve()
        run.extract()
        run.stage()  # warms dbt up
        staging = timed(run.stage)
        rows = [row for row in run.staged_rows(EVERYTHING) if row.entity == "documents"]
        untouched = run.settings.order_staging_home / "untouched.duckdb"
        shutil.copy(str(database_of(run.settings).url.database), untouched)
        made = _documents(run, rows[: 2 * baseline])[:baseline]
        reports: list[Report] = []
        delivery = timed(lambda: reports.append(run.deliver(EVERYTHING, resolution)))
        run.settle()
        run.close(reports[0])
    plain = timed(lambda: write_plainly(untouched, made, run.settings.cp_store))
    tally = reports[0].tally
    orders, verdicts = len(rows), tally.total(["DELIVERED"], ["verdicts"])
    documents = tally.total(["DELIVERED"], ["documents"])
    yield Figure(
        f"stage {orders:,} new orders with all tests", f"{staging}: {orders / staging.seconds:,.0f} orders/s",
        "", "", "", None, {"spent": vars(staging)},
    )  # fmt: skip
    speed, slow = documents / delivery.seconds, len(made) / plain.seconds
    yield Figure(
        f"{documents:,} documents, and {verdicts:,} verdicts before them",
        f"{delivery}: {speed:,.0f} documents/s",
        f"one commit per statement, {len(made)} of them, no ledger: {plain}: {slow:,.1f} documents/s",
        f"{speed / slow:.1f}",
        f"≥ {DOCUMENTS_PER_SECOND:.0f} documents/s",
        speed >= DOCUMENTS_PER_SECOND,
        {"delivery": vars(delivery), "plain": vars(plain)},
    )


def _documents(run: SystemRun, rows: Any) -> list[Document]:
    destination = run.destination
    assert isinstance(destination, DocumentDestination)
    targets = [Target(row, 1, None, None, None) for row in rows if row.status == "PENDING"]
    return [destination.operations(target)[0].payload for target in targets]


def write_plainly(company: Path, documents: list[Document], store: str) -> None:
    """The same rows, stock and staging row, a commit after each statement."""
    engine = sa.create_engine(f"duckdb:///{company}", poolclass=sa.NullPool)
    numbers = Numbers(store)
    with engine.connect() as connection:

        def alone(statement: Any, values: Any = None) -> None:
            with connection.begin():
                connection.execute(statement, values)

        for document in documents:
            here = ORDER_STAGING.c.STAGING_ID == document.staging_id
            alone(sa.update(ORDER_STAGING).where(here).values(IS_APPLIED=1))
            with connection.begin():
                moment = now(connection)
                (ticket,) = numbers.tickets(connection, 1)
            with connection.begin():
                (doc_id,) = numbers.documents(connection, 1)
            one = Numbered(document, doc_id, ticket)
            for table in DOCUMENT:
                for row in rows_of(one, table, moment):
                    alone(table.insert(), row)
            for item, location, quantity in document.stock:
                stock = INVENTORY.c
                alone(
                    sa.update(INVENTORY)
                    .where(stock.ITEM_NO == item, stock.LOC_ID == location)
                    .values(
                        QTY_COMMIT=stock.QTY_COMMIT + quantity,
                        QTY_ON_ORD=stock.QTY_ON_ORD + quantity,
                    )
                )
            alone(sa.update(ORDER_STAGING).where(here).values(CP_DOC_ID=str(doc_id), IS_VALIDATED=1))
    engine.dispose()


def empty_figure(shop: Shop, rounds: int = 2) -> Figure:
    """All pipelines with nothing to do; the first round tells the shop and warms up."""
    found: dict[str, tuple[Spent, float]] = {}
    for _ in range(rounds):
        for pipeline in pipelines_of("counterpoint"):
            with run_of(shop.settings, pipeline.name) as run, _statements() as seconds:
                spent = timed(lambda: run.whole(EVERYTHING))
            found[pipeline.name] = (spent, sum(seconds))
    own = {name: spent.seconds - inside for name, (spent, inside) in found.items()}
    return Figure(
        "a run of each pipeline with nothing to do",
        f"{sum(own.values()):.2f} s beyond SQL ({', '.join(f'{name} {s:.2f}' for name, s in own.items())})",
        f"with SQL: {sum(spent.seconds for spent, _ in found.values()):.2f} s",
        "", f"≤ {OWN_SECONDS:.0f} s each", max(own.values()) <= OWN_SECONDS,
        {name: {**vars(spent), "inside SQL": inside} for name, (spent, inside) in found.items()},
    )  # fmt: skip


@contextmanager
def _statements() -> Iterator[list[float]]:
    """Yield a list that gets the seconds of every statement which the embedded engine executes, dbt's and ours."""
    seconds: list[float] = []

    def watched(plain: Callable[..., Any]) -> Callable[..., Any]:
        def execute(*words: Any, **said: Any) -> Any:
            started = time.perf_counter()
            try:
                return plain(*words, **said)
            finally:
                seconds.append(time.perf_counter() - started)

        return execute

    with ExitStack() as stack:
        for cursor in (duckdb_sqlalchemy.CursorWrapper, DuckDBCursorWrapper):
            stack.enter_context(patch.object(cursor, "execute", watched(cursor.execute)))
        yield seconds
