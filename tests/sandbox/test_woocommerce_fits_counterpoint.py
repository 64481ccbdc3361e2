"""The shop and the company of one seed fit: what is expected of an order follows from Counterpoint's own rows."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from sandbox.counterpoint.codes import SUFFIXES
from sandbox.counterpoint.database import CounterpointDatabase
from sandbox.woocommerce.generation import MadeOrder, generate

Row = dict[str, Any]
COUNTERPOINT_ONLY = {"customer_not_found", "item_not_found", "item_inactive", "sku_empty", "unit_unknown"}


@dataclass(frozen=True)
class Company:
    """The rows that decide."""

    items: dict[str, Row]
    mapped: dict[int, str]
    numbers: dict[str, list[str]]
    """Customer numbers by e-mail."""
    authorities: dict[str, list[str]]
    rates: dict[str, Decimal]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    database = CounterpointDatabase(tmp_path_factory.mktemp("company") / "counterpoint.duckdb")
    database.create(seed=7)

    def rows(table: str) -> list[Row]:
        return [dict(row) for row in connection.exec_driver_sql(f"select * from dbo.{table}").mappings()]

    numbers, authorities = defaultdict(list), defaultdict(list)
    with database.begin() as connection:
        for row in rows("AR_CUST"):
            numbers[row["EMAIL_ADRS_1"]].append(row["CUST_NO"])
        for row in rows("SY_TAX_COD_AUTH"):
            authorities[row["TAX_COD"]].append(row["AUTH_COD"])
        return Company(
            items={row["ITEM_NO"]: row for row in rows("IM_ITEM")},
            mapped={
                row["WOO_USER_ID"]: row["CUST_NO"] for row in rows("USER_CUSTOMER_MAP") if row["IS_ACTIVE"]
            },
            numbers=dict(numbers),
            authorities=dict(authorities),
            rates={row["AUTH_COD"]: row["RATE_PCT"] for row in rows("SY_TAX_RUL")},
        )


@pytest.fixture(scope="module")
def made() -> list[MadeOrder]:
    return list(generate(1350))


def customer(company: Company, order: dict[str, Any]) -> str | None:
    """By the map, then by e-mail, the lowest number on ties."""
    if order["customer_id"] in company.mapped:
        return company.mapped[order["customer_id"]]
    email = order["billing"]["email"].strip().lower()
    return min(company.numbers.get(email, []), default=None)


def line(company: Company, sku: str) -> tuple[str, str, Decimal] | str:
    """Item, SELL_UNIT and factor of an SKU, or the outcome when there are none."""
    text = sku.strip().upper()
    if not text:
        return "sku_empty"
    items = company.items
    number, _, suffix = text.rpartition("-")
    unit = None
    if text in items:
        number = text
    elif suffix in SUFFIXES and number in items:
        unit = SUFFIXES[suffix]
    else:
        return "item_not_found"
    item = items[number]
    if item["STAT"] != "A":
        return "item_inactive"
    if unit in (None, item["STK_UNIT"]):
        return number, "0", Decimal(1)
    for place in range(1, 6):
        if item[f"ALT_{place}_UNIT"] == unit:
            return number, str(place), item[f"ALT_{place}_NUMER"] / item[f"ALT_{place}_DENOM"]
    return "unit_unknown"


def outcome(company: Company, order: dict[str, Any]) -> str:
    """As far as Counterpoint's rows decide."""
    if customer(company, order) is None:
        return "customer_not_found"
    wrong = [found for each in order["line_items"] if isinstance(found := line(company, each["sku"]), str)]
    return wrong[0] if wrong else "clean"


def test_the_outcome_follows_from_the_rows(company: Company, made: list[MadeOrder]) -> None:
    for each in made:
        expected = each.expectation.outcome
        if expected == "clean" or expected in COUNTERPOINT_ONLY:
            assert outcome(company, each.order) == expected, each.expectation
        elif expected != "not_pulled":
            assert outcome(company, each.order) == "clean", each.expectation


def test_the_customer_is_the_one_that_the_rows_lead_to(company: Company, made: list[MadeOrder]) -> None:
    ambiguous = 0
    for each in made:
        assert customer(company, each.order) == each.expectation.cust_no, each.expectation.traits
        ambiguous += bool({"guest_email_of_two_customers"} & set(each.expectation.traits))
    assert ambiguous == 3


def test_units_and_stocking_quantities_follow_from_the_item(company: Company, made: list[MadeOrder]) -> None:
    alternate = 0
    for each in made:
        if each.expectation.outcome != "clean":
            continue
        for sold, expected in zip(each.order["line_items"], each.expectation.lines, strict=True):
            found = line(company, sold["sku"])
            assert isinstance(found, tuple)
            number, unit, factor = found
            assert (number, unit) == (expected.item_no, expected.sell_unit)
            assert sold["quantity"] * factor == expected.stocking_quantity
            alternate += unit != "0"
    assert alternate > 300


def test_taxes_are_those_of_the_expected_code(company: Company, made: list[MadeOrder]) -> None:
    for each in made:
        authorities = company.authorities.get(each.expectation.tax_code, [])
        told = {tax["label"]: Decimal(str(tax["rate_percent"])) for tax in each.order["tax_lines"]}
        assert told == {code: company.rates[code] for code in authorities}
