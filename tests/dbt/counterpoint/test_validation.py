"""Bad input gets a message in the operators' words, in ERR_CP_Orders and in its verdict, and is not staged."""

# ruff: noqa: E501 - a table of cases, one per line

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt.counterpoint.conftest import NewWorld
from tests.dbt.counterpoint.world import CounterpointWorld, line

BROWARD = [
    {"label": "FL-STATE", "amount": "1.20", "shipping_amount": "0.30"},
    {"label": "broward", "amount": "0.20", "shipping_amount": "0.05"},
]


def misfit(column: str, value: str, length: int) -> str:
    return json.dumps([{"column": column, "value": value, "length": length}])


@dataclass
class Case:
    """A staged order and what has to become of it: no rule broken means that it is staged."""

    broken: tuple[str, ...] = ()
    said: str = ""
    lines: Any = ()
    extra: dict[str, Any] | None = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)


def case(
    *broken: str, said: str = "", lines: Any = (), extra: dict[str, Any] | None = None, **changes: Any
) -> Case:
    return Case(broken, said, lines, {} if extra is None else extra, changes)


CASES = {
    "clean": case(),
    "defect 15: the predecessor's row, without anything beside it": Case(extra=None),
    # customers
    "unknown customer": case("customer", said="Customer not found: guest, e-mail nobody@example.com", CUST_EMAIL="nobody@example.com"),
    "guest without e-mail": case("customer", said="Customer not found: guest, e-mail (empty)", CUST_EMAIL=None),
    "unknown account": case("customer", said="Customer not found: account 77, e-mail new@", extra={"WOO_CUST_ID": 77}, CUST_EMAIL="new@"),
    "account of a customer that is gone": case("customer", extra={"WOO_CUST_ID": 45}, CUST_EMAIL="x@example.com"),
    "inactive account": case("customer", extra={"WOO_CUST_ID": 44}, CUST_EMAIL="x@example.com"),
    "operator's wrong customer": case("customer", said="Customer not found: CUST_NO 4711", CUST_NO="4711"),
    "operator's customer": case(CUST_NO="10001"),
    "known e-mail in capitals": case(CUST_EMAIL=" Mixed@EXAMPLE.com "),
    "two customers with one e-mail": case(CUST_EMAIL="twins@example.com"),
    "account and another's e-mail": case(extra={"WOO_CUST_ID": 42}, CUST_EMAIL="one@example.com"),
    # lines
    "no line items": case("lines", said="Line items missing: LINE_ITEMS_JSON is empty", lines=None),
    "empty list": case("lines", said="Line items missing: LINE_ITEMS_JSON holds no lines", lines="[]"),
    "defect 6: broken JSON": case("lines", said="Line items missing: LINE_ITEMS_JSON is no JSON", lines='[{"name": "8.5" x 11"}]'),
    "defect 6: inch marks": case(lines=[line(name='8.5" x 11" {set}, "quantity": 9')]),
    "unknown SKU": case("item", said="Item not found: line 1, SKU 99-1", lines=[line("99-1")]),
    "empty SKU": case("item", said="Item not found: line 1, SKU (empty)", lines=[line("")]),
    "inactive item": case("item_inactive", said="Item not found: line 1, item 01-10200 is not active (STAT D)", lines=[line("01-10200")]),
    "defect 5: cartons": case(lines=[line("01-10100-CARTON")]),
    "defect 5: pieces": case(lines=[line(" 01-10100-ea ")]),
    "defect 5: an item number that ends like a suffix": case(lines=[line("01-10300-EA")]),
    "defect 5: a unit the item is not sold in": case("unit", said="Item not found: line 1, item 01-10100 is not sold in TON", lines=[line("01-10100-TON")]),
    "quantity zero": case("quantity", said="Invalid quantity: line 1 has 0", lines=[line(quantity=0)]),
    "quantity negative": case("quantity", "totals", lines=[line(total="40.00"), line(quantity=-1, total="-20.00")]),
    "quantity in words": case("quantity", said="Invalid quantity: line 1 has two", lines=[line(quantity="two")]),
    "two lines of one item": case(lines=[line(total="5.00"), line(quantity=5, total="15.00")]),
    "a line for nothing": case(lines=[line(), line(total="0.00")]),
    # amounts
    "totals off by a cent": case(TOT_AMT="25.01"),
    "totals off by two cents": case("totals", said="Invalid totals: SUBTOT 20.00 + SHIP_AMT 5.00 + TAX_AMT 0.00 is not TOT_AMT 25.02", TOT_AMT="25.02"),
    "totals off by a dollar": case("totals", TOT_AMT="26.00"),
    "defect 3: lines off by a cent": case(lines=[line(total="20.01")]),
    "lines off by a dollar": case("totals", said="Invalid totals: lines 21.00 + fees 0.00 is not SUBTOT 20.00", lines=[line(total="21.00")]),
    "defect 4: a fee": case(lines=[line(total="15.00")], extra={"FEE_AMT": "5.00"}),
    "defect 4: a fee that nobody knows of": case("totals", lines=[line(total="15.00")]),
    "a fee that is a discount": case(lines=[line(total="23.25")], extra={"FEE_AMT": "-3.25"}),
    "defect 2: coupons": case(DISC_AMT="5.00", extra={"COUPON_CODES": "save10, take5"}),
    "fractions of a cent": case("totals", SUBTOT="20.005", TOT_AMT="25.005"),
    "no total": case("totals", TOT_AMT=None),
    "defect 26: a partial refund": case(extra={"REFUND_AMT": "7.50"}),
    "another currency": case("mapping", said="Invalid value: CURNCY_COD EUR", extra={"CURNCY_COD": "EUR"}),
    # taxes
    "defect 24: two authorities": case(TAX_AMT="1.75", TOT_AMT="26.75", extra={"TAX_LINES_JSON": json.dumps(BROWARD)}),
    "a tax nobody knows": case("tax", said="Tax not found: no authority for VAT", TAX_AMT="1.00", TOT_AMT="26.00",
                               extra={"TAX_LINES_JSON": json.dumps([{"label": "VAT", "amount": "1.00", "shipping_amount": "0.00"}])}),
    "taxes that do not add up": case("totals", TAX_AMT="2.75", TOT_AMT="27.75", extra={"TAX_LINES_JSON": json.dumps(BROWARD)}),
    "no taxes though the customer is taxed": case(),
    # the rest
    "no date": case("date", said="Invalid date: ORD_DAT is empty", ORD_DAT=None),
    "a date in the far future": case("date", said="Invalid date: 2099-01-01 is in the future", ORD_DAT=dt.date(2099, 1, 1)),
    "a date of the last century": case("date", ORD_DAT=dt.date(1970, 1, 1)),
    "tomorrow, in another zone": case(ORD_DAT=dt.date(2026, 11, 22)),
    "defect 16: a state that is too long": case("too_long", said="Text too long: SHIP_STATE takes 3 letters, not 11: MECKLENBURG", SHIP_STATE=None, extra={"MISFITS_JSON": misfit("SHIP_STATE", "MECKLENBURG", 3)}),
    "defect 16: a state that an operator filled in": case(SHIP_STATE="MV", extra={"MISFITS_JSON": misfit("SHIP_STATE", "MECKLENBURG", 3)}),
    "a first name that is too long for its column": case(extra={"MISFITS_JSON": misfit("SHIP_FST_NAM", "Maximiliane-Charlotte", 15)}),
    "defect 23: a way of shipping nobody knows": case(SHIP_VIA="Courier (same day)"),
    "a way of payment nobody knows": case("pay_code", said="Payment method unknown: Afterpay", PMT_METH="Afterpay"),
    "cancelled after staging": case("withdrawn", said="Order withdrawn: the shop says cancelled", ORD_STATUS="cancelled"),
    "two mistakes": case("customer", "item", said="Customer not found: guest, e-mail nobody@example.com; Item not found: line 1, SKU 99-1",
                         CUST_EMAIL="nobody@example.com", lines=[line("99-1")]),
    "more than 500 letters": case("item", said="all of it: ERR_CP_Orders", lines=[line(f"99-{n:030}", total="1.00") for n in range(20)]),
}  # fmt: skip
KEYS = {name: str(number) for number, name in enumerate(CASES, 1)}


@pytest.fixture(scope="module")
def world(new_counterpoint_world: NewWorld) -> CounterpointWorld:
    world = new_counterpoint_world()
    for name, each in CASES.items():
        world.put(int(KEYS[name]), each.lines, each.extra, **each.changes)
    world.put(900, IS_APPLIED=1, VALIDATION_ERROR="MANUALLY_SKIPPED: test order")
    world.put(901, extra={}, IS_APPLIED=1, CP_DOC_ID="103398648477")
    world.put(902, extra={"PARKED_DT": "2026-11-20T10:00:00", "PARKED_REASON": "rolled back: wrong customer"})
    world.build("order_processing", tested=True)
    return world


@pytest.fixture(scope="module")
def staged(world: CounterpointWorld) -> dict[str, dict[str, Any]]:
    return world.staged()


@pytest.fixture(scope="module")
def verdicts(world: CounterpointWorld) -> dict[str, dict[str, Any]]:
    return world.staged("verdicts")


@pytest.mark.parametrize("name", CASES)
def test_an_order_is_staged_or_refused_with_its_reasons(
    world: CounterpointWorld, staged: dict[str, Any], name: str
) -> None:
    expected, key = CASES[name], KEYS[name]
    assert (key in staged) == (not expected.broken)
    assert set(world.errors_of(key)) == set(expected.broken)


@pytest.mark.parametrize("name", [name for name, each in CASES.items() if each.said])
def test_the_operators_read_it_in_their_words(verdicts: dict[str, Any], name: str) -> None:
    verdict = verdicts[KEYS[name]]
    assert verdict["IS_VALIDATED"] == 0
    assert CASES[name].said in verdict["VALIDATION_ERROR"]
    assert len(verdict["VALIDATION_ERROR"]) <= 500


def test_the_first_rule_that_is_broken_comes_first(verdicts: dict[str, Any]) -> None:
    assert verdicts[KEYS["two mistakes"]]["VALIDATION_ERROR"].startswith("Customer not found")


def test_a_valid_order_is_marked_as_such(verdicts: dict[str, Any]) -> None:
    verdict = verdicts[KEYS["clean"]]
    assert (verdict["IS_VALIDATED"], verdict["VALIDATION_ERROR"]) == (1, None)


@pytest.mark.parametrize(
    ("name", "customer"),
    [
        ("clean", "2001"), ("operator's customer", "10001"), ("known e-mail in capitals", "2003"),
        ("two customers with one e-mail", "2002"), ("account and another's e-mail", "10002"),
    ],
)  # fmt: skip
def test_the_customer_is_the_operators_then_the_accounts_then_the_emails(
    staged: dict[str, Any], name: str, customer: str
) -> None:
    assert staged[KEYS[name]]["CUST_NO"] == customer


@pytest.mark.parametrize(
    ("name", "item", "unit", "stocking"),
    [
        ("clean", "01-10100", "0", 2), ("defect 5: cartons", "01-10100", "1", 20), ("defect 5: pieces", "01-10100", "2", 0.5),
        ("defect 5: an item number that ends like a suffix", "01-10300-EA", "0", 2),
    ],
)  # fmt: skip
def test_defect_5_the_suffix_is_the_unit(
    world: CounterpointWorld, name: str, item: str, unit: str, stocking: float
) -> None:
    (row,) = world.rows("select * from STG_CP_OrderLines where parent_key = ?", KEYS[name])
    assert (row["ITEM_NO"], row["SELL_UNIT"], float(row["STK_QTY"])) == (item, unit, stocking)


def test_the_lines_of_an_order_are_told_with_it(world: CounterpointWorld, staged: dict[str, Any]) -> None:
    lines = json.loads(staged[KEYS["two lines of one item"]]["LINES"])
    rows = world.rows(
        "select * from STG_CP_OrderLines where parent_key = ? order by LIN_SEQ_NO",
        KEYS["two lines of one item"],
    )
    assert [(one["LIN_SEQ_NO"], one["EXT_PRC"], one["QTY_SOLD"]) for one in lines] == [
        (1, "5.00", "2.0000"),
        (2, "15.00", "5.0000"),
    ]
    assert [row["EXT_PRC"] for row in rows] == [Decimal("5.00"), Decimal("15.00")]
    assert set(lines[0]) <= set(rows[0])


def test_defect_24_the_tax_code_is_the_one_of_just_these_authorities(staged: dict[str, Any]) -> None:
    order = staged[KEYS["defect 24: two authorities"]]
    assert order["TAX_COD"] == "FL-BROWAR"
    assert [(tax["auth_cod"], tax["amount"], tax["shipping_amount"]) for tax in json.loads(order["TAXES"])] == [
        ("FL-STATE", "1.20", "0.30"), ("BROWARD", "0.20", "0.05"),
    ]  # fmt: skip
    assert order["SHIP_TAX_AMT"] == Decimal("0.35")
    assert staged[KEYS["no taxes though the customer is taxed"]]["TAX_COD"] == "NOTAX"
    assert staged[KEYS["operator's customer"]]["TAX_COD"] == "EXEMPT"


def test_defect_23_an_unknown_way_of_shipping_leaves_the_code_empty(staged: dict[str, Any]) -> None:
    order = staged[KEYS["defect 23: a way of shipping nobody knows"]]
    assert (order["SHIP_VIA"], order["SHIP_VIA_COD"]) == ("Courier (same day)", None)
    assert staged[KEYS["clean"]]["SHIP_VIA_COD"] == "UPS GROUND"


def test_defect_26_a_refund_does_not_change_what_was_charged(staged: dict[str, Any]) -> None:
    order = staged[KEYS["defect 26: a partial refund"]]
    assert (order["TOT_AMT"], order["REFUND_AMT"]) == (Decimal("25.00"), Decimal("7.50"))


def test_defect_10_an_order_that_an_operator_skipped_is_nowhere(
    world: CounterpointWorld, staged: dict[str, Any], verdicts: dict[str, Any]
) -> None:
    assert "900" not in staged
    assert "900" not in verdicts
    assert not world.errors_of("900")


def test_a_document_that_nobody_here_knows_of_is_told_and_not_made_again(
    world: CounterpointWorld, staged: dict[str, Any]
) -> None:
    assert "901" not in staged
    (error,) = [row for row in world.errors() if row["business_key"] == "901"]
    assert "Order already processed" in error["message"]


def test_defect_19_orders_with_a_document_get_no_verdict(verdicts: dict[str, Any]) -> None:
    assert not {"900", "901"} & set(verdicts)


def test_a_parked_order_is_held_and_its_row_left_alone(
    staged: dict[str, Any], verdicts: dict[str, Any]
) -> None:
    assert (staged["902"]["stg_status"], staged["902"]["stg_reason"]) == (
        "HELD",
        "rolled back: wrong customer",
    )
    assert "902" not in verdicts
