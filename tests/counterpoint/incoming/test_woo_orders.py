"""One order of the shop as rows: every order is read, and what cannot be read stays as it stands."""

import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagster_project.counterpoint.raw_tables import WOO_CHARGES, WOO_LINES, WOO_ORDERS
from dagster_project.counterpoint.woo_orders import parse
from sandbox.woocommerce.generation import MadeOrder, generate

ZONE = ZoneInfo("America/New_York")
MADE = list(generate(450))
LANDED_BY_THE_PULL = {"MODIFIED_AT", "LANDED_AT", "PULL_BATCH"}


def made(trait: str) -> MadeOrder:
    return next(each for each in MADE if trait in each.expectation.traits)


def order(trait: str) -> dict[str, Any]:
    return parse(made(trait).order, ZONE).order


def items(trait: str) -> list[dict[str, Any]]:
    return list(json.loads(order(trait)["LINE_ITEMS_JSON"], parse_float=Decimal))


def test_every_order_fits_the_raw_tables() -> None:
    for each in MADE:
        parsed = parse(each.order, ZONE)
        assert set(parsed.order) == set(WOO_ORDERS.c.keys()) - LANDED_BY_THE_PULL
        assert all(set(line) == set(WOO_LINES.c.keys()) for line in parsed.lines)
        assert all(set(charge) == set(WOO_CHARGES.c.keys()) for charge in parsed.charges)


def test_the_parts_of_every_order_are_what_the_shop_charged() -> None:
    for each in MADE:
        row = parse(each.order, ZONE).order
        parts = sum(Decimal(row[name]) for name in ("SUBTOT", "SHIP_AMT", "TAX_AMT"))
        assert parts == Decimal(row["TOT_AMT"]) == Decimal(each.order["total"])


def test_defect_2_the_subtotal_is_after_discounts() -> None:
    row, said = order("two_coupons"), made("two_coupons").order
    assert Decimal(row["DISC_AMT"]) == Decimal(said["discount_total"]) > 0
    assert Decimal(row["SUBTOT"]) == sum(Decimal(line["total"]) for line in said["line_items"])
    assert row["COUPON_CODES"] == "welcome15, take7"


def test_defect_3_what_a_line_comes_to_is_kept_and_its_price_has_four_places() -> None:
    first = items("price_that_is_no_number_of_cents")[0]
    assert (first["total"], first["price"], first["quantity"]) == (Decimal("10.00"), Decimal("3.3333"), 3)


def test_defect_4_fees_are_part_of_the_subtotal_and_kept_beside_it() -> None:
    row, said = order("coupon_and_fee"), made("coupon_and_fee").order
    lines = sum(Decimal(line["total"]) for line in said["line_items"])
    assert lines + Decimal(row["FEE_AMT"]) == Decimal(row["SUBTOT"])
    assert json.loads(row["FEE_LINES_JSON"]) == [{"name": "Pallet deposit", "amount": "18.00", "tax": "0.00"}]


def test_defect_5_the_suffix_of_a_sku_is_kept() -> None:
    assert items("cartons")[0]["sku"].endswith("-CARTON")
    lower = items("sku_in_lower_case_with_blanks")[0]
    assert lower["sku"].endswith("-CT")
    assert lower["sku_original"] == made("sku_in_lower_case_with_blanks").order["line_items"][0]["sku"]


@pytest.mark.parametrize("trait", ["inch_marks", "brackets_and_backslashes", "smart_quotes", "emoji"])
def test_defect_6_no_name_of_a_product_breaks_the_lines(trait: str) -> None:
    said = made(trait).order["line_items"]
    found = items(trait)
    assert list(found[0]) == ["sku", "sku_original", "name", "quantity", "price", "total", "product_id"]
    assert [line["total"] for line in found] == [Decimal(line["total"]) for line in said]
    assert [line["quantity"] for line in found] == [line["quantity"] for line in said]


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("2025-11-02T00:30:00", "2025-11-02"), ("2025-11-02T23:30:00", "2025-11-02"),
        ("2025-03-09T00:30:00", "2025-03-09"),
    ],
)  # fmt: skip
def test_defect_11_the_plain_date_is_the_shops_own_clock(created: str, day: str) -> None:
    row = parse({"id": 1, "date_created": created, "date_created_gmt": "2025-11-03T04:30:00"}, ZONE).order
    assert (row["ORD_DT"], row["ORD_DAT"]) == (created, day)


def test_defect_11_a_shop_that_tells_utc_only_is_read_in_its_zone() -> None:
    row = parse({"id": 1, "date_created_gmt": "2025-11-03T04:30:00"}, ZONE).order
    assert row["ORD_DT"] == "2025-11-02T23:30:00"


def test_defect_16_a_state_that_is_too_long_is_kept_whole() -> None:
    assert order("state_too_long")["SHIP_STATE"] == "MECKLENBURG-VORPOMMERN"


def test_defect_24_taxes_are_kept_by_authority() -> None:
    taxes = json.loads(order("taxes_of_three_authorities")["TAX_LINES_JSON"])
    assert [tax["label"] for tax in taxes] == ["MEMPHIS", "SHELBY", "TN"]
    assert sum(Decimal(tax["amount"]) for tax in taxes) == Decimal(
        order("taxes_of_three_authorities")["TAX_AMT"]
    )


def test_defect_26_a_refund_stands_beside_the_total() -> None:
    row, said = order("refunded_in_part"), made("refunded_in_part").order
    assert Decimal(row["REFUND_AMT"]) == -Decimal(said["refunds"][0]["total"]) > 0
    assert row["TOT_AMT"] == said["total"]


def test_an_order_without_ship_to_goes_to_the_bill() -> None:
    without = next(each.order for each in MADE if not each.order["shipping"]["address_1"])
    row = parse(without, ZONE).order
    assert row["SHIP_ADRS_1"] == row["BILL_ADRS_1"] != ""


def test_letters_of_another_script_are_told_and_the_parcel_keeps_a_name() -> None:
    row = order("outside_any_code_page")
    assert row["SHIP_NAM"] == row["BILL_NAM"] != ""
    assert {each["field"] for each in json.loads(row["LOST_TEXTS"])} >= {"shipping.company"}


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [("total", "a lot", "TOT_AMT"), ("shipping_total", "12,5", "SHIP_AMT"), ("date_created", "soon", "ORD_DAT")],
)  # fmt: skip
def test_what_cannot_be_read_stays_as_it_stands(field: str, value: str, column: str) -> None:
    said = {**MADE[0].order, field: value, "date_created_gmt": None}
    assert parse(said, ZONE).order[column] == value


@given(
    st.dictionaries(
        st.sampled_from(sorted(MADE[0].order)),
        st.none() | st.text(max_size=5) | st.integers() | st.lists(st.none() | st.dictionaries(st.text(), st.text())),
    )
)  # fmt: skip
@example({"shipping_total": -(10**26)})
@example({"line_items": [{"total": "99999999999", "quantity": "0.00000000001"}]})
def test_no_order_is_so_strange_that_it_cannot_be_parsed(changes: dict[str, Any]) -> None:
    parsed = parse({**MADE[0].order, **changes, "id": 1}, ZONE)
    assert parsed.order["WOO_ORDER_ID"] == 1
    assert parsed.order["LINE_ITEMS_JSON"] is None or json.loads(parsed.order["LINE_ITEMS_JSON"]) is not None
