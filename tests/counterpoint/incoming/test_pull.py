"""Pulling: nothing is missed, nothing comes twice, and what breaks off moves nothing on."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from dagster_project.counterpoint import pull as pulling
from dagster_project.counterpoint.pull import Pulled, pull
from dagster_project.counterpoint.raw_tables import WOO_CHARGES, WOO_LINES, WOO_ORDERS
from dagster_project.delivery.outcomes import MustWait, NoDefiniteAnswer
from dagster_project.settings import Settings
from dagster_project.warehouse.engine import Warehouse
from sandbox.woocommerce.server import RunningWoo
from tests.conftest import FakeClock

WANTED = ("processing", "completed")


def counted(found: list[Pulled]) -> Counter[str]:
    return Counter(each.what for each in found)


def landed(warehouse: Warehouse, table: sa.Table = WOO_ORDERS) -> list[Any]:
    with warehouse.begin() as connection:
        return list(connection.execute(sa.select(table)))


def expected(shop: RunningWoo) -> dict[int, dict[str, Any]]:
    return {key: told for key, told in shop.control.expectations().items() if told["outcome"] != "not_pulled"}


def test_every_wanted_order_is_landed_with_its_lines(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    found = pull(shop_settings, embedded, clock)
    wanted = expected(shop)
    assert {row.WOO_ORDER_ID for row in landed(embedded)} == set(wanted)
    assert counted(found)["NEW"] == len(wanted)
    assert {row.WOO_ORDER_ID for row in landed(embedded, WOO_LINES)} <= set(wanted)
    assert {row.KIND for row in landed(embedded, WOO_CHARGES)} == {
        "TAX",
        "SHIPPING",
        "FEE",
        "COUPON",
        "REFUND",
    }


def test_defect_11_the_day_of_an_order_is_the_shops(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    pull(shop_settings, embedded, clock)
    days = {row.WOO_ORDER_ID: row.ORD_DAT for row in landed(embedded)}
    assert days == {key: told["order_date"] for key, told in expected(shop).items()}


def test_the_same_order_pulled_twice_is_landed_once(
    shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    pull(shop_settings, embedded, clock)
    before = landed(embedded)
    again = pull(shop_settings, embedded, clock, days=400)
    assert counted(again)["NEW"] == counted(again)["CHANGED"] == 0
    assert counted(again)["SAME"] == len(before)
    assert landed(embedded) == before


def test_the_next_pull_asks_for_an_overlap_only(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    pull(shop_settings, embedded, clock)
    newest = max(row.MODIFIED_AT for row in landed(embedded))
    with embedded.begin() as connection:
        window = pulling.window_of(connection, shop_settings, clock.now())
    assert window.since == newest - dt.timedelta(minutes=15)
    shop.control.reset_calls()
    assert len(pull(shop_settings, embedded, clock)) < 5
    assert len(shop.control.calls()["log"]) == 1


def test_defect_12_an_order_paid_after_two_days_is_pulled(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    pull(shop_settings, embedded, clock)
    late = [key for key, told in expected(shop).items() if "paid_after_two_days" in told["traits"]]
    rows = {row.WOO_ORDER_ID: row for row in landed(embedded)}
    assert late
    assert all(rows[key].ORD_DT < rows[key].MODIFIED_DT_UTC for key in late)


def test_defect_12_250_orders_in_five_minutes_are_all_there(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    shop.control.restart(orders=900)
    pull(shop_settings, embedded, clock)
    assert {row.WOO_ORDER_ID for row in landed(embedded)} == set(expected(shop))


def test_a_dry_run_lists_and_lands_nothing(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    found = pull(shop_settings, embedded, clock, dry_run=True)
    assert counted(found)["NEW"] == len(expected(shop))
    assert landed(embedded) == []


@pytest.mark.parametrize("kind", ["html", "half_json", "status", "empty", "close"])
def test_a_pull_that_breaks_off_lands_nothing_and_moves_nothing_on(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock, kind: str
) -> None:
    shop.control.set_faults(queue=[{"kind": "none"}], rules=[{"kind": kind}])
    with pytest.raises(NoDefiniteAnswer):
        pull(shop_settings, embedded, clock)
    assert landed(embedded) == []
    shop.control.clear_faults()
    assert counted(pull(shop_settings, embedded, clock))["NEW"] == len(expected(shop))


def test_a_shop_that_says_429_for_long_ends_the_pull_in_words(
    shop: RunningWoo, shop_settings: Settings, embedded: Warehouse, clock: FakeClock
) -> None:
    shop.control.set_faults(rules=[{"kind": "rate_limit", "seconds": 900}])
    with pytest.raises(MustWait, match="429"):
        pull(shop_settings, embedded, clock)
    assert landed(embedded) == []
