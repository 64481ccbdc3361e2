"""One story of web orders on a T-SQL server: pull, be killed among documents, recover.

The warehouse is one database, the company another. What is expected comes from whoever made the orders up, what is
there from Counterpoint's own rows. The tests stand in the order of the story; many at once and rollbacks are in
test_writers.py, without a staging that takes minutes where the engine only stands in for SQL Server.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bench.orders_world import SHOP, Stand, ending, undecided, wanted
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import server_database
from tests.counterpoint.whole import PIPELINES, amounts
from tests.sqlserver.world import LONGEST_COMMAND, ServerOrders

pytestmark = [pytest.mark.sqlserver, pytest.mark.slow, pytest.mark.timeout(3 * LONGEST_COMMAND)]

ORDERS = 24
FEW = {"COUNTERPOINT_ORDERS_PER_REQUEST": "4"}  # so that some orders are made and others wait when a run dies
PULL, PROCESSING, _ = PIPELINES


@dataclass
class Day:
    """The shop's orders, none of which Counterpoint knows at first."""

    orders: ServerOrders
    before: Stand

    @property
    def expectations(self) -> Any:
        """What should become of each order, by its number in the shop."""
        return self.orders.shop.control.expectations()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """A company without web orders, an empty ledger, a shop with orders."""
    with server_database("orders") as url, server_database("company") as company:
        home = tmp_path_factory.mktemp("server")
        with RunningWoo(home / SHOP, orders=ORDERS, ending=ending()) as shop:
            orders = ServerOrders(home, shop, url=url, company_url=company, settings=dict(FEW)).found()
            yield Day(orders, orders.stand())


def test_a_pull_stages_the_orders_that_are_wanted_and_changes_nothing_in_the_shop(day: Day) -> None:
    said = day.orders.run(PULL, "--all")
    assert said["delivered"]["status"] == "COMPLETED"
    pulled = {web for web, known in day.expectations.items() if known["outcome"] != "not_pulled"}
    staged = {web for (web,) in day.orders.asked("select WOO_ORDER_ID from dbo.USER_ORDER_STAGING")}
    assert pulled - undecided(day.expectations) <= staged <= pulled | undecided(day.expectations)
    assert day.orders.writes() == {}


def test_processing_keeps_others_out_and_is_killed_among_its_documents(day: Day) -> None:
    first = day.orders.start("run", PROCESSING, "--all", "--json")
    day.orders.wait(first, lambda: bool(day.orders.rows("select run_id from scope_lock")))
    second = day.orders.command("run", PROCESSING, "--all", "--json")
    assert (second.code, "is being delivered to by run" in second.out) == (2, True), second
    day.orders.kill_in_flight(first, after=lambda: day.orders.documents(day.before) > 0)
    assert 0 < day.orders.documents(day.before) < len(wanted(day.expectations))


def test_the_next_run_ends_with_every_document_once_and_to_the_cent(day: Day) -> None:
    said = day.orders.run(PROCESSING, "--all")
    assert said["resolved"]["leftovers"] > 0
    found = day.orders.counted(day.before, notes=False)
    assert found.right, found.wrong()
    assert amounts(day.orders, day.before) == (found.documents, {})
    assert found.documents >= len(wanted(day.expectations)) > ORDERS // 2
