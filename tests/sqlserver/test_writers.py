"""Documents in Counterpoint's database on a T-SQL server: many processes at once, dead ones, and back again.

Whoever writes is a process of its own and has no ledger, so that nothing but the company's own rows keeps them
apart: the staging row that is claimed, the counters, the stock.
"""

import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module
from multiprocessing.pool import Pool
from typing import Any

import pytest

from bench.orders_world import SEED
from dagster_project.clock import SystemClock
from dagster_project.counterpoint.database import CounterpointDatabase
from dagster_project.counterpoint.documents import Document, compose
from dagster_project.counterpoint.rollback import roll_back
from dagster_project.counterpoint.setup import set_up
from dagster_project.counterpoint.writing import POINTS, DocumentWriter
from dagster_project.delivery.outcomes import Delivered
from sandbox.counterpoint.database import CounterpointDatabase as SandboxDatabase
from sandbox.counterpoint.snapshot import Snapshot, snapshot
from tests.conftest import server_database
from tests.counterpoint.conftest import PLACE, RANGE, Company
from tests.counterpoint.made_up import line, order
from tests.counterpoint.whole import beside_log_and_counters
from tests.sqlserver.command import SUBSTITUTE

pytestmark = [pytest.mark.sqlserver, pytest.mark.slow, pytest.mark.timeout(900)]

PROCESSES, ORDERS = 4, 20
SPAWN = multiprocessing.get_context("spawn")
Outcomes = dict[str, str | None]  # staging row → its document


def _begin() -> None:
    if SUBSTITUTE:
        import_module(f"tests.sqlserver.{SUBSTITUTE}.detours").take()


def write(url: str, documents: list[Document], die_at: str = "") -> Outcomes:
    """Write documents as a process of its own does; with `die_at` to the second time it comes to that point."""
    left = [2]

    def checkpoint(point: str) -> None:
        left[0] -= point == die_at
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    writer = DocumentWriter(CounterpointDatabase(url), PLACE.store, SystemClock(), checkpoint=checkpoint)
    outcomes = writer.send(compose(documents))
    return {
        str(document.staging_id): outcome.remote_id if isinstance(outcome, Delivered) else None
        for document, outcome in zip(documents, outcomes, strict=True)
    }


def write_and_die(url: str, documents: list[Document], point: str) -> None:
    """Never returns."""
    _begin()
    write(url, documents, point)


def undo(url: str, staging_id: int) -> int:
    """Roll a document back; the rows that went."""
    return roll_back(CounterpointDatabase(url), staging_id, "test", dry_run=False).rows


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A company that no order was ever made in by us."""
    with server_database("writers") as url:
        sandbox = SandboxDatabase(url)
        try:
            sandbox.create(SEED)
        finally:
            sandbox.release()
        with company_of(url) as company:
            set_up(company.database, RANGE)
        yield url


@contextmanager
def company_of(url: str) -> Iterator[Company]:
    """Look into it; no session stays behind."""
    database = CounterpointDatabase(url)
    try:
        yield Company(database)
    finally:
        database.release()


@pytest.fixture
def company(url: str) -> Iterator[Company]:
    with company_of(url) as company:
        yield company


@pytest.fixture(scope="module")
def processes() -> Iterator[Pool]:
    with SPAWN.Pool(PROCESSES, initializer=_begin) as pool:
        yield pool


def staged(company: Company, first: int, count: int) -> list[Document]:
    """So many orders in staging, all of the same few items, and the documents they are to become."""
    items, web_ids = company.items(), range(first, first + count)
    return [
        company.document(
            staging_id,
            order(web_id, [line(items[n % 3], 2, factor=12), line(items[n % 2], number=2)], shipping="5.00"),
        )
        for n, (staging_id, web_id) in enumerate(zip(company.stage(*web_ids), web_ids, strict=True))
    ]


def one_document_each(company: Company, before: "Stand", documents: list[Document], found: Outcomes) -> None:
    """The law: whole, once, numbers one after the other, stock taken by exactly what was ordered."""
    after = Stand(company)
    made = company.all(
        "select DOC_ID, TKT_NO, CUST_PO_NO from dbo.PS_DOC_HDR where DOC_ID >= ? order by DOC_ID",
        before.doc_id,
    )
    assert sorted(found.values(), key=str) == [str(doc_id) for doc_id, _, _ in made]
    assert len({web for _, _, web in made}) == len(made) == len(documents)
    assert [doc_id for doc_id, _, _ in made] == [*range(before.doc_id, after.doc_id)]
    tickets = sorted(int(ticket.rpartition("-")[2]) for _, ticket, _ in made)
    assert tickets == [*range(before.ticket, after.ticket)]
    wanted = dict(before.stock)
    for document in documents:
        for item, location, quantity in document.stock:
            hand, commit, free, ordered, special = wanted[item, location]
            wanted[item, location] = (hand, commit + quantity, free - quantity, ordered + quantity, special)
    assert after.stock == wanted
    for table, rows in (("PS_DOC_LIN", 2), ("PS_DOC_HDR_TOT", 3), ("PS_DOC_CONTACT", 2)):
        counts = company.all(
            f"select count(*) from dbo.{table} where DOC_ID >= ? group by DOC_ID", before.doc_id
        )
        assert counts == [(rows,)] * len(documents), table
    totals = company.all(
        "select t.TOT - t.SUB_TOT - t.TAX_AMT - t.TOT_MISC, "
        "t.SUB_TOT - (select sum(l.EXT_PRC) from dbo.PS_DOC_LIN as l where l.DOC_ID = t.DOC_ID), t.TOT "
        "from dbo.PS_DOC_HDR_TOT as t where t.DOC_ID >= ? and t.TOT_TYP = 'O'", before.doc_id,
    )  # fmt: skip
    assert {*totals} == {(Decimal(0), Decimal(0), Decimal("25.00"))}
    rows = company.all("select STAGING_ID, CP_DOC_ID from dbo.USER_ORDER_STAGING where IS_APPLIED = 1")
    assert {str(staging_id): doc_id for staging_id, doc_id in rows}.items() >= found.items()


class Stand:
    """Stock, and the next numbers."""

    def __init__(self, company: Company) -> None:
        self.stock = company.stock()
        self.doc_id = int(company.one("select NXT_DOC_ID from dbo.USER_DOC_ID_RANGE"))
        counter = company.one("select NXT_ORD_NO from dbo.PS_STR_CFG_PS where STR_ID = ?", PLACE.store)
        self.ticket = int(counter.rpartition("-")[2])


def all_of(url: str) -> Snapshot:
    """Every row of the company."""
    database = SandboxDatabase(url)
    try:
        with database.begin() as connection:
            return snapshot(connection)
    finally:
        database.release()


def test_processes_that_write_the_same_orders_at_once_make_one_document_of_each(
    url: str, company: Company, processes: Pool
) -> None:
    """Each in an order of its own, so that some want the same order and others the next number."""
    documents = staged(company, 15_001, ORDERS)
    before = Stand(company)
    shuffled = [random.Random(seed).sample(documents, ORDERS) for seed in range(PROCESSES)]
    answers = processes.starmap(write, [(url, some) for some in shuffled], chunksize=1)
    found = processes.apply(write, (url, documents))
    assert None not in found.values()
    assert all(answer[key] in (found[key], None) for answer in answers for key in answer)  # or tried in vain
    one_document_each(company, before, documents, found)


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_in_the_middle_leaves_each_order_whole_or_not_there(
    url: str, company: Company, processes: Pool, point: str
) -> None:
    documents = staged(company, 16_001 + 10 * POINTS.index(point), 4)
    before = Stand(company)
    victim = SPAWN.Process(target=write_and_die, args=(url, documents, point))
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    found = processes.apply(write, (url, documents))
    one_document_each(company, before, documents, found)


def test_a_rollback_leaves_every_row_as_it_was_but_the_numbers(
    url: str, company: Company, processes: Pool
) -> None:
    (document,) = staged(company, 17_001, 1)
    before = all_of(url)
    (doc_id,) = processes.apply(write, (url, [document])).values()
    made: dict[str, Any] = beside_log_and_counters(before, all_of(url))
    assert {"PS_DOC_HDR", "PS_DOC_LIN", "IM_INV", "USER_ORDER_STAGING"} <= set(made)
    assert processes.apply(undo, (url, document.staging_id)) > 0
    assert doc_id is not None
    assert beside_log_and_counters(before, all_of(url)) == {}
    assert list(processes.apply(write, (url, [document])).values()) == [None]  # parked: nobody makes it again
    assert beside_log_and_counters(before, all_of(url)) == {}
