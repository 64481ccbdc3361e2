"""The rest of the story of web orders on a T-SQL server: several processors at once, a document taken back, goods
that leave, a shop that is told, a run that has nothing to do, and what the runbook asks.

The warehouse is one database, the company another. What is expected comes from whoever made the orders up, what is
there from Counterpoint's own rows and from the shop's own account. The tests stand in the order of the story.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bench.orders_world import DOCUMENTS, OURS, SHOP, Stand, ending, wanted
from dagster_project.counterpoint.runbook import views
from dagster_project.warehouse.engine import Warehouse
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.counterpoint.people import People
from sandbox.counterpoint.snapshot import Snapshot, differences
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import server_database
from tests.counterpoint.printed_queries import HISTORY, LEFT, PENDING, PERFORMANCE, RECENT, RETRY
from tests.counterpoint.whole import PIPELINES, amounts
from tests.sqlserver.world import LONGEST_COMMAND, ServerOrders

pytestmark = [pytest.mark.sqlserver, pytest.mark.slow, pytest.mark.timeout(3 * LONGEST_COMMAND)]

ORDERS, PROCESSES = 12, 4
PULL, PROCESSING, STATUS = PIPELINES
REFUSED = 2  # exit code
COMPLETED = "POST /orders/batch"
NOTED = "POST /orders/{id}/notes"


@dataclass
class Day:
    """The shop's orders, none of which Counterpoint knows at first; and what becomes of some of them."""

    orders: ServerOrders
    before: Stand
    pulled: Snapshot = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)  # web order → document

    @property
    def plain(self) -> Sequence[int]:
        """Orders with a document and nothing special about them: to undo, to promise, and two to ship."""
        known = self.orders.shop.control.expectations()
        return [web for web in sorted(self.made) if not known[web]["traits"]]

    def staging_id(self, web: int) -> int:
        """The row an order was staged in."""
        ((found,),) = self.orders.asked(
            "select STAGING_ID from dbo.USER_ORDER_STAGING where WOO_ORDER_ID = ?", web
        )
        return int(found)

    def rollback(self, web: int) -> tuple[str, ...]:
        """The operator's command."""
        return ("counterpoint", "rollback", str(self.staging_id(web)), "--reason", "test")

    def notes(self) -> dict[int, list[int]]:
        """Documents that our notes in the shop name, by order."""
        control = self.orders.shop.control
        found = {
            web: [note["note"] for note in control.notes(web) if OURS in note["note"]]
            for web in control.expectations()
        }
        return {
            web: [int(note.rpartition(" ")[2].rstrip("]")) for note in notes]
            for web, notes in found.items()
            if notes
        }


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A company without web orders, an empty ledger, a shop with orders that were pulled and no more."""
    with server_database("day") as url, server_database("company") as company:
        home = tmp_path_factory.mktemp("server")
        with RunningWoo(home / SHOP, orders=ORDERS, ending=ending()) as shop:
            orders = ServerOrders(home, shop, url=url, company_url=company).found()
            day = Day(orders, orders.stand())
            orders.run(PULL, "--all")
            day.pulled = orders.snapshot()
            yield day


def test_of_several_processors_at_once_one_makes_every_document_once(day: Day) -> None:
    orders, known = day.orders, day.orders.shop.control.expectations()
    running = [orders.start("run", PROCESSING, "--all", "--json") for _ in range(PROCESSES)]
    ended = [orders.ended(process) for process in running]
    assert sorted(said.code for said in ended) == [0, *[REFUSED] * (PROCESSES - 1)], ended
    for said in ended:
        kept_out = "is being delivered to by run" in said.out or "another run was faster" in said.out
        assert kept_out == (said.code == REFUSED), said
    found = orders.counted(day.before, notes=False)
    assert found.right, found.wrong()  # every number once and none lost, too
    assert amounts(orders, day.before) == (found.documents, {})
    assert found.documents >= len(wanted(known)) > ORDERS // 2
    logged = orders.asked("select SUCCESS from dbo.USER_SYNC_LOG where OPERATION_TYPE = ?", PROCESSING)
    assert logged == [(True,)]
    day.made = {web: int(doc_id) for web, doc_id, *_ in orders.asked(DOCUMENTS, day.before.doc_id)}


def test_a_rollback_gives_back_stock_and_staging_row_and_nothing_else(day: Day) -> None:
    orders, web = day.orders, day.plain[0]
    row, doc_id = (day.staging_id(web),), day.made[web]
    ((ticket,),) = orders.asked("select TKT_NO from dbo.PS_DOC_HDR where DOC_ID = ?", doc_id)
    before = orders.snapshot()
    foreseen = orders.done(*day.rollback(web), "--dry-run")
    assert differences(before, orders.snapshot()) == {}
    undone = orders.done(*day.rollback(web))
    assert foreseen == {**undone, "dry_run": True}
    assert (undone["doc_id"], undone["ticket"], undone["web_id"]) == (doc_id, ticket, web)

    after = orders.snapshot()
    changes = differences(before, after)
    removed = {name: n.pop("removed") for name, n in changes.items() if name.startswith("PS_DOC_")}
    assert removed.keys() >= {"PS_DOC_HDR", "PS_DOC_LIN", "PS_DOC_HDR_TOT", "PS_DOC_CONTACT", "PS_DOC_NOTE"}
    assert sum(removed.values()) == undone["rows"]
    assert {name: n for name, n in changes.items() if any(n.values())} == {
        "IM_INV": {"added": 0, "removed": 0, "changed": len(undone["stock"])},
        "USER_ORDER_STAGING": {"added": 0, "removed": 0, "changed": 1},
        "USER_SYNC_LOG": {"added": 1, "removed": 0, "changed": 0},
    }
    assert after["USER_ORDER_STAGING"][row] == day.pulled["USER_ORDER_STAGING"][row]

    found = orders.counted(day.before, notes=False)  # all stock among it, by what the other orders want
    assert found.documents == len(day.made) - 1
    assert found.wrong() == {
        "missing": [web],
        "numbers": [
            f"DOC_ID {doc_id} without a document",
            f"TKT_NO {int(ticket.rpartition('-')[2])} without a document",
        ],
        "disagreeing": [f"{doc_id} is FORGOTTEN"],
    }


def test_what_was_shipped_is_not_taken_back(day: Day) -> None:
    orders, (_, shipped, purged, promised, *_) = day.orders, day.plain
    database = CounterpointDatabase(orders.company_url)
    people = People(database)
    people.release(day.made[shipped])
    people.release(day.made[purged])
    people.purge(day.made[purged])
    people.promise_ship_date(day.made[promised])
    database.release()
    before = orders.snapshot()
    for web, why in ((shipped, "is released already"), (purged, "is no open order any more")):
        said = orders.command(*day.rollback(web), "--json")
        assert (said.code, why in said.out) == (REFUSED, True), said
    assert differences(before, orders.snapshot()) == {}


def test_the_shop_is_told_of_every_document_and_of_what_was_shipped_once(day: Day) -> None:
    orders, control = day.orders, day.orders.shop.control
    undone, shipped, purged, *_ = day.plain
    told = {web: [doc_id] for web, doc_id in day.made.items() if web != undone}
    before = {web: control.order(web)["status"] for web in control.expectations()}
    assert day.notes() == {}
    assert orders.writes() == {}
    said = orders.run(STATUS, "--all")["delivered"]
    assert said["entities"] == {"order_statuses": {"DELIVERED": len(told)}}
    assert orders.writes() == {NOTED: len(told), COMPLETED: 1}
    assert day.notes() == told
    after = {web: control.order(web)["status"] for web in before}
    assert after == {**before, shipped: "completed", purged: "completed"} != before
    _completed_once(day)


def _completed_once(day: Day) -> None:
    _, shipped, purged, *_ = day.plain
    mails = [mail["order_id"] for mail in day.orders.shop.control.mails() if mail["kind"] == "completed"]
    assert sorted(mails) == [shipped, purged]


def test_another_run_of_all_three_pipelines_writes_nothing_and_makes_nothing_anew(day: Day) -> None:
    orders, (undone, *_) = day.orders, day.plain
    before, notes = orders.snapshot(), day.notes()
    orders.shop.control.reset_calls()
    said: Any = orders.run("counterpoint", "--all")
    assert [said[name]["delivered"]["requests"] for name in PIPELINES] == [0, 0, 0]
    assert orders.writes() == {}
    assert day.notes() == notes
    _completed_once(day)
    assert differences(before, orders.snapshot()) == {
        "USER_SYNC_LOG": {"added": len(PIPELINES), "removed": 0, "changed": 0}
    }
    assert [row["WOO_ORDER_ID"] for row in orders.done("counterpoint", "list", "--parked")] == [undone]
    ((left,),) = orders.asked("select count(*) from dbo.USER_ORDER_STAGING where CP_DOC_ID is null")
    refused = [said[name]["delivered"]["refused"] for name in (PULL, PROCESSING)]
    # what has no document, and no other: that an order was completed is no change to carry into its document
    assert refused == [{"staging_rows": 0}, {"verdicts": 0, "documents": left}]


def test_the_queries_of_the_runbook_run_as_printed(day: Day) -> None:
    """In a database beside the company's, with the three views that a DBA makes there."""
    company = make_url(day.orders.company_url).database
    with server_database("runbook") as url:
        beside = Warehouse(url)
        with beside.begin() as connection:
            for name, select in views(f"[{company}]").items():
                connection.exec_driver_sql(f"create view dbo.{name} as {select}")
        with beside.begin() as connection:
            pending, history, recent, left, performance = (
                connection.exec_driver_sql(query).fetchall()
                for query in (PENDING, HISTORY, RECENT, LEFT, PERFORMANCE)
            )
        beside.release()
    waiting = day.orders.done("counterpoint", "list")
    assert (pending[0][0], left[0][0]) == (len(waiting), len(waiting))
    logged = day.orders.asked("select START_TIME from dbo.USER_SYNC_LOG where OPERATION_TYPE = ?", PROCESSING)
    assert [row[0] for row in history] == sorted((start for (start,) in logged), reverse=True)
    assert performance[0][2] == len(logged)
    assert {row[4] for row in recent} <= set(day.made)
    with day.orders.books() as connection:
        connection.exec_driver_sql(
            "update dbo.USER_ORDER_STAGING set VALIDATION_ERROR = 'X' where STAGING_ID = 3"
        )
        connection.exec_driver_sql(RETRY)
    assert day.orders.asked("select VALIDATION_ERROR from dbo.USER_ORDER_STAGING where STAGING_ID = 3") == [
        (None,)
    ]
