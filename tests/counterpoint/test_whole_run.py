"""450 orders of the shop by the command line, every scene among them: documents to the cent, exact stock, nothing
twice, and back again.

What is expected comes from whoever made the orders up, what is there from Counterpoint's own rows.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.orders_world import DOCUMENTS, SHOP, Stand, count, ending, undecided, wanted
from sandbox.counterpoint.snapshot import Snapshot, differences
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import Parsed
from tests.counterpoint.whole import PIPELINES, Orders, amounts, beside_log_and_counters

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]

ORDERS = 450
SAID = {
    "customer_not_found": "Customer not found",
    "line_items_missing": "Line items missing",
    "item_not_found": r"Item not found: line \d+, SKU (?!\(empty\))",
    "item_inactive": r"Item not found: .* is not active",
    "sku_empty": r"Item not found: .*SKU \(empty\)",
    "unit_unknown": r"Item not found: .* is not sold in",
    "quantity_invalid": "Invalid quantity",
    "totals_invalid": "Invalid totals",
    "date_invalid": "Invalid date",
    "text_too_long": "Text too long",
}


@dataclass
class Day:
    """What the first run left, and what was there before it."""

    orders: Orders
    said: Any
    before: Stand
    then: Snapshot
    after: Snapshot


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, parsed: Parsed) -> Iterator[Day]:
    """The first day: 450 orders in the shop, none in Counterpoint, one run."""
    home = parsed(tmp_path_factory.mktemp("whole") / "home")
    with RunningWoo(home / SHOP, orders=ORDERS, ending=ending()) as shop:
        orders = Orders(home, shop).found()
        before, then = orders.stand(), orders.snapshot()
        said = orders.run()
        yield Day(orders, said, before, then, orders.snapshot())


@pytest.fixture
def next_day(day: Day, tmp_path: Path) -> Orders:
    """A copy of what the first run left; the shop is shared."""
    shutil.copytree(day.orders.home, tmp_path / "home")
    return Orders(tmp_path / "home", day.orders.shop)


def test_a_first_run_stages_makes_documents_and_tells_the_shop(day: Day) -> None:
    expectations = day.orders.shop.control.expectations()
    assert [day.said[name]["delivered"]["status"] for name in PIPELINES] == ["COMPLETED"] * 3
    pulled = {web for web, said in expectations.items() if said["outcome"] != "not_pulled"}
    staged = {web for (web,) in day.orders.asked("select WOO_ORDER_ID from dbo.USER_ORDER_STAGING")}
    assert pulled - undecided(expectations) <= staged <= pulled | undecided(expectations)
    found = count(day.orders.home, day.orders.shop.control, day.before)
    assert found.right, found.wrong()
    assert found.documents >= len(wanted(expectations)) > 0.8 * ORDERS
    assert day.orders.writes() == {"POST /orders/{id}/notes": found.documents}


def test_every_order_comes_to_the_class_that_is_expected_of_it(day: Day) -> None:
    expectations = day.orders.shop.control.expectations()
    rows = day.orders.asked("select WOO_ORDER_ID, IS_APPLIED, VALIDATION_ERROR from dbo.USER_ORDER_STAGING")
    wrong: dict[int, tuple[Any, ...]] = {}
    for web, applied, error in rows:
        expected = expectations[web]
        if expected["undecided"]:
            assert applied or error, web
        elif expected["outcome"] == "clean":
            if not applied or error:
                wrong[web] = (expected["traits"], error)
        elif applied or not re.search(SAID[expected["outcome"]], error or ""):
            wrong[web] = (expected["outcome"], expected["traits"], error)
        elif expected["outcome"] != "not_pulled" and (phrase := expected["phrase"]):
            assert phrase in error, web
    assert wrong == {}


def test_every_document_is_for_the_customer_that_is_expected(day: Day) -> None:
    expectations = day.orders.shop.control.expectations()
    rows = day.orders.asked(
        f"select d.web, h.CUST_NO from ({DOCUMENTS}) as d join dbo.PS_DOC_HDR as h on h.DOC_ID = d.DOC_ID",
        day.before.doc_id,
    )
    assert dict(rows) == {web: expectations[web]["cust_no"] for web, _ in rows}


def test_every_document_comes_to_what_the_shop_charged_to_the_cent(day: Day) -> None:
    rows, wrong = amounts(day.orders, day.before)
    assert rows >= len(wanted(day.orders.shop.control.expectations()))
    assert wrong == {}


def test_a_first_run_touches_nothing_but_documents_stock_and_what_is_ours(day: Day) -> None:
    found = differences(day.then, day.after)
    assert not any(counts["removed"] for counts in found.values())
    changed = {name for name, counts in found.items() if counts["changed"]}
    assert changed == {"IM_INV", "PS_STR_CFG_PS"}
    assert {name for name in found if not name.startswith("PS_DOC_")} - changed == {
        "USER_ORDER_STAGING", "USER_SYNC_LOG",
    }  # fmt: skip


def test_a_second_run_writes_nothing(day: Day, next_day: Orders) -> None:
    next_day.shop.control.reset_calls()
    said = next_day.run()
    assert next_day.writes() == {}
    assert [said[name]["delivered"]["requests"] for name in PIPELINES] == [0, 0, 0]
    assert set(differences(day.after, next_day.snapshot())) == {"USER_SYNC_LOG"}


def test_a_rollback_restores_stock_and_staging_and_the_next_run_does_not_remake_it(next_day: Orders) -> None:
    (web,) = next_day.shop.control.edit("place", count=1)
    next_day.run("order_pull", "--all")
    before = next_day.snapshot()
    next_day.run("order_processing", "--all")
    ((staging_id, doc_id),) = next_day.asked(
        "select STAGING_ID, CP_DOC_ID from dbo.USER_ORDER_STAGING where WOO_ORDER_ID = ?", web
    )
    assert doc_id
    foreseen = next_day.done("counterpoint", "rollback", str(staging_id), "--reason", "test", "--dry-run")
    undone = next_day.done("counterpoint", "rollback", str(staging_id), "--reason", "test")
    assert foreseen["stock"] == undone["stock"] != []
    after = next_day.snapshot()
    assert beside_log_and_counters(before, after) == {}
    next_day.run()
    assert beside_log_and_counters(before, next_day.snapshot()) == {}
    refused = next_day.command("counterpoint", "rollback", str(staging_id), "--reason", "again")
    assert refused.code != 0
