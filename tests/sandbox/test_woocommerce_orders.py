"""The made-up orders: money to the cent, the same for a seed, every trait there."""

import json
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from sandbox.woocommerce.generation import DEFAULT_ORDERS, MadeOrder, generate
from sandbox.woocommerce.scenes import SCENES

Json = dict[str, Any]


@pytest.fixture(scope="module")
def thousand() -> list[MadeOrder]:
    return list(generate(1000))


def _sum(parts: list[Json], name: str) -> Decimal:
    return sum((Decimal(part[name]) for part in parts), Decimal(0))


def _traits(made: list[MadeOrder]) -> Counter[str]:
    return Counter(trait for order in made for trait in order.expectation.traits)


def _with(made: list[MadeOrder], trait: str) -> MadeOrder:
    return next(order for order in made if trait in order.expectation.traits)


def test_every_total_is_the_sum_of_its_parts_except_where_a_trait_says_so(thousand: list[MadeOrder]) -> None:
    off = Counter[str]()
    for made in thousand:
        order = made.order
        goods = _sum(order["line_items"], "total") + _sum(order["fee_lines"], "total")
        shipping = _sum(order["shipping_lines"], "total")
        assert shipping == Decimal(order["shipping_total"])
        difference = Decimal(order["total"]) - goods - shipping - Decimal(order["total_tax"])
        if difference:
            off[f"{made.expectation.traits[0]} {difference}"] += 1
        assert made.expectation.charged == order["total"]
    assert set(off) == {
        "total_off_by_a_cent 0.01",
        "total_off_by_a_cent_less -0.01",
        "total_off_by_a_dollar 1.00",
        "total_off_by_two_cents -0.02",
    }


def test_taxes_add_up_by_line_and_by_authority(thousand: list[MadeOrder]) -> None:
    taxed = 0
    for made in thousand:
        order = made.order
        parts = [*order["line_items"], *order["fee_lines"]]
        assert _sum(parts, "total_tax") == Decimal(order["cart_tax"]) == _sum(order["tax_lines"], "tax_total")
        assert _sum(order["tax_lines"], "shipping_tax_total") == Decimal(order["shipping_tax"])
        assert Decimal(order["cart_tax"]) + Decimal(order["shipping_tax"]) == Decimal(order["total_tax"])
        for part in parts:
            assert _sum(part["taxes"], "total") == Decimal(part["total_tax"])
        taxed += bool(Decimal(order["total_tax"]))
    assert taxed > 600


def test_discounts_are_the_difference_between_subtotal_and_total(thousand: list[MadeOrder]) -> None:
    discounted = 0
    for made in thousand:
        order = made.order
        lines = order["line_items"]
        discount = _sum(lines, "subtotal") - _sum(lines, "total")
        tax = _sum(lines, "subtotal_tax") - _sum(lines, "total_tax")
        assert discount == Decimal(order["discount_total"]) == _sum(order["coupon_lines"], "discount")
        if order["coupon_lines"]:
            discounted += 1
            assert tax == Decimal(order["discount_tax"]) == _sum(order["coupon_lines"], "discount_tax")
    assert discounted >= 10


def test_money_is_told_in_strings_with_two_places_and_the_price_as_a_number(
    thousand: list[MadeOrder],
) -> None:
    for made in thousand:
        order = made.order
        for name in ("total", "total_tax", "cart_tax", "shipping_total", "discount_total"):
            assert order[name] == f"{Decimal(order[name]):.2f}"
        for line in order["line_items"]:
            assert isinstance(line["price"], float)
            assert line["price"] == float(Decimal(line["total"]) / max(1, line["quantity"]))
    price = _with(thousand, "price_that_is_no_number_of_cents").order["line_items"][0]["price"]
    assert price == 10 / 3


def test_the_same_seed_makes_the_same_orders_and_another_makes_others() -> None:
    def text(seed: int) -> str:
        return json.dumps([[made.order, made.expectation.told()] for made in generate(100, seed)])

    assert text(7) == text(7)
    assert text(7) != text(8)


def test_an_order_does_not_depend_on_how_many_are_asked_for(thousand: list[MadeOrder]) -> None:
    few = list(generate(60))
    for made, same in zip(few, thousand, strict=False):
        assert made.order["id"] == same.order["id"]
        assert made.order["line_items"] == same.order["line_items"]
        assert made.expectation.lines == same.expectation.lines


def test_most_orders_are_clean_and_every_scene_is_played() -> None:
    made = list(generate(DEFAULT_ORDERS))
    outcomes = Counter(order.expectation.outcome for order in made)
    assert dict(outcomes) == {
        "clean": 425, "not_pulled": 6, "customer_not_found": 5, "text_too_long": 3, "item_not_found": 2,
        "quantity_invalid": 2, "totals_invalid": 2, "sku_empty": 1, "item_inactive": 1, "unit_unknown": 1,
        "line_items_missing": 1, "date_invalid": 1,
    }  # fmt: skip
    assert set(_traits(made)) == {scene.__name__ for scene in SCENES}
    assert sum(1 for order in made if not order.expectation.traits) == DEFAULT_ORDERS - len(SCENES)


def test_ids_rise_with_gaps_and_no_id_is_used_twice(thousand: list[MadeOrder]) -> None:
    ids = [made.order["id"] for made in thousand]
    assert ids == sorted(set(ids))
    assert ids[0] >= 15_001
    parts = [
        part["id"]
        for made in thousand
        for kind in ("line_items", "tax_lines", "shipping_lines", "fee_lines", "coupon_lines")
        for part in made.order[kind]
    ]
    assert len(parts) == len(set(parts))


def test_dates_are_told_in_the_zone_of_the_shop_and_in_utc(thousand: list[MadeOrder]) -> None:
    late = _with(thousand, "late_on_the_day_the_clocks_go_back").order
    assert (late["date_created"], late["date_created_gmt"]) == ("2025-11-02T23:30:00", "2025-11-03T04:30:00")
    early = _with(thousand, "early_on_the_day_the_clocks_go_back")
    assert early.order["date_created_gmt"] == "2025-11-02T04:30:00"
    assert early.expectation.order_date == "2025-11-02"
    twice = _with(thousand, "in_the_hour_that_comes_twice").order
    assert (twice["date_created"], twice["date_created_gmt"]) == (
        "2025-11-02T01:30:00",
        "2025-11-02T06:30:00",
    )
    spring = _with(thousand, "early_on_the_day_the_clocks_go_forward").order
    assert (spring["date_created"], spring["date_created_gmt"]) == (
        "2025-03-09T00:30:00",
        "2025-03-09T05:30:00",
    )


def test_an_order_may_be_paid_two_days_after_it_was_made(thousand: list[MadeOrder]) -> None:
    order = _with(thousand, "paid_after_two_days").order
    assert order["date_created"][:10] < order["date_paid"][:10] == order["date_modified"][:10]


def test_250_orders_come_within_five_minutes(thousand: list[MadeOrder]) -> None:
    rush = [made.order["date_modified_gmt"] for made in thousand[500:750] if not made.expectation.traits]
    assert len(rush) == 200
    assert max(rush)[:13] in (min(rush)[:13], f"{min(rush)[:11]}{int(min(rush)[11:13]) + 1:02d}")


def test_units_and_stock_of_each_line_are_expected(thousand: list[MadeOrder]) -> None:
    cartons = _with(thousand, "cartons")
    sku = cartons.order["line_items"][0]["sku"]
    line = cartons.expectation.lines[0]
    assert sku == f"{line.item_no}-CARTON"
    assert line.sell_unit in "12345"
    assert line.stocking_quantity > line.quantity == 2
    for made in thousand:
        if made.expectation.outcome == "clean":
            assert len(made.expectation.lines) == len(made.order["line_items"])
            assert made.expectation.cust_no


def test_ten_thousand_orders_take_seconds() -> None:
    started = time.monotonic()
    assert sum(1 for _ in generate(10_000)) == 10_000
    assert time.monotonic() - started < 15
