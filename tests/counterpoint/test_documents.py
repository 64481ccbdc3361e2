"""Documents to the cent: what an order becomes, before any database is asked."""

import json
import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.counterpoint.breakdown import shared_out
from dagster_project.counterpoint.documents import Document, compose, document_of, parse
from dagster_project.counterpoint.orders import Unfit, order_of
from tests.counterpoint.conftest import CODES, PLACE
from tests.counterpoint.made_up import line, order, random_order

ITEMS = [f"01-{number}" for number in range(10100, 10130)]


def document(values: dict, staging_id: int = 7) -> Document:
    return document_of(order_of(str(staging_id), values), PLACE, CODES, f"test:{staging_id}")


def added(document: Document, table: str, column: str) -> Decimal:
    return sum((Decimal(row[column] or 0) for row in document.rows[table]), Decimal(0))


def total(document: Document, column: str) -> Decimal:
    """The order's part; the others are empty."""
    parts = {row["TOT_TYP"]: Decimal(row[column]) for row in document.rows["PS_DOC_HDR_TOT"]}
    assert parts["S"] == parts["L"] == 0
    return parts["O"]


@given(seed=st.integers(0, 10**9))
def test_lines_tax_shipping_fees_and_discount_are_what_the_shop_charged(seed: int) -> None:
    values = random_order(15001, ITEMS, random.Random(seed))
    made = document(values)
    charged = Decimal(values["TOT_AMT"])
    net, gross = added(made, "PS_DOC_LIN", "EXT_PRC"), added(made, "PS_DOC_LIN", "GROSS_EXT_PRC")
    misc, tax = added(made, "PS_DOC_HDR_MISC_CHRG", "MISC_AMT"), added(made, "PS_DOC_TAX", "TAX_AMT")
    assert net + misc + tax == charged
    assert gross - total(made, "TOT_LIN_DISC") + misc + tax == charged
    assert total(made, "SUB_TOT") == net
    assert total(made, "TAX_AMT") == tax == Decimal(values["TAX_AMT"])
    assert total(made, "TOT_MISC") == misc
    assert total(made, "TOT") == charged
    assert total(made, "TOT") == total(made, "SUB_TOT") + total(made, "TAX_AMT") + total(made, "TOT_MISC")
    assert total(made, "TOT_HDR_DISC") == 0
    assert added(made, "PS_DOC_DISC", "DISC_AMT") == total(made, "TOT_LIN_DISC") == gross - net
    assert added(made, "PS_DOC_PMT", "AMT") == added(made, "PS_DOC_PMT_APPLY", "AMT") == charged
    assert total(made, "AMT_DUE") == 0


@given(
    amount=st.decimals(-10_000, 10_000, places=2),
    parts=st.lists(st.decimals(0, 1_000, places=2), min_size=1).filter(any),
)
def test_what_is_shared_out_adds_up_and_no_share_is_off_by_a_cent(
    amount: Decimal, parts: list[Decimal]
) -> None:
    shares = shared_out(amount, parts)
    assert sum(shares) == amount
    whole = sum(parts)
    for share, part in zip(shares, parts, strict=True):
        assert abs(share - amount * part / whole) < Decimal("0.01")


def test_the_same_order_gives_the_same_bytes_and_they_read_back() -> None:
    values = random_order(15001, ITEMS, random.Random(4))
    assert compose([document(values)]) == compose([document(values)])
    assert compose(parse(compose([document(values)]))) == compose([document(values)])


def test_a_native_order_has_one_of_everything() -> None:
    made = document(order(15001, [line("01-10100"), line("01-10101", number=2)], shipping="5.00", tax="1.40"))
    counts = {table: len(rows) for table, rows in made.rows.items()}
    assert counts == {
        "PS_DOC_HDR": 1, "PS_DOC_LIN": 2, "PS_DOC_HDR_TOT": 3, "PS_DOC_TAX": 2, "PS_DOC_HDR_MISC_CHRG": 1,
        "PS_DOC_CONTACT": 2, "PS_DOC_PMT": 1, "PS_DOC_PMT_APPLY": 1, "PS_DOC_NOTE": 1,
        "PS_DOC_HDR_DOC_STAT": 1, "PS_DOC_AUDIT_LOG": 1, "PS_DOC_DISC": 0,
    }  # fmt: skip
    (status,) = made.rows["PS_DOC_HDR_DOC_STAT"]
    assert (status["LST_DOC_ACTIV"], status["TOT_DEP_RECEIVED"]) == ("N", "26.40")


def test_defect_2_a_discount_is_counted_once() -> None:
    lines = [
        line("01-10100", 2, "18.00", gross="20.00"),
        line("01-10101", 1, "9.00", gross="10.00", number=2),
    ]
    made = document(order(15001, lines, discount="3.00", shipping="5.00"))
    assert total(made, "TOT") == Decimal("32.00")
    assert total(made, "TOT_LIN_DISC") == Decimal("3.00")
    assert total(made, "TOT_HDR_DISC") == 0


def test_defect_2_a_discount_of_the_predecessors_rows_is_shared_out_over_the_lines() -> None:
    lines = [line("01-10100", 2, "18.00"), line("01-10101", 1, "9.00", number=2)]
    made = document(order(15001, lines, discount="3.00"))
    assert [row["GROSS_EXT_PRC"] for row in made.rows["PS_DOC_LIN"]] == ["20.00", "10.00"]
    assert total(made, "TOT") == Decimal("27.00")


def test_defect_3_a_line_is_what_was_charged_and_never_quantity_times_a_rounded_price() -> None:
    made = document(order(15001, [line("01-10100", 3, "10.00")]))
    (row,) = made.rows["PS_DOC_LIN"]
    assert (row["PRC"], row["EXT_PRC"], row["GROSS_EXT_PRC"]) == ("3.3333", "10.00", "10.00")
    assert total(made, "SUB_TOT") == Decimal("10.00")
    assert made.rows["PS_DOC_DISC"] == []


def test_defect_4_fees_are_part_of_the_document() -> None:
    made = document(order(15001, [line("01-10100")], shipping="6.00", fees="5.00"))
    assert added(made, "PS_DOC_HDR_MISC_CHRG", "MISC_AMT") == Decimal("11.00")
    assert total(made, "TOT") == Decimal("21.00")


def test_defect_5_a_carton_is_sold_by_its_unit_and_takes_its_stocking_units() -> None:
    made = document(order(15001, [line("01-10100", 2, "190.00", factor=12, unit="CT", sell_unit="1")]))
    (row,) = made.rows["PS_DOC_LIN"]
    assert (row["SELL_UNIT"], row["QTY_UNIT"]) == ("1", "CT")
    assert (row["QTY_SOLD"], row["QTY_NUMER"], row["QTY_DENOM"]) == ("2.0000", "12.0000", "1.0000")
    assert (row["ORIG_QTY"], row["QTY_ENTD"]) == ("2.0000", "2.0000")
    assert made.stock == [("01-10100", "01", Decimal(24))]


def test_defect_8_an_order_is_an_order_and_not_a_sale() -> None:
    made = document(order(15001, [line("01-10100"), line("01-10101", number=2)]))
    (header,) = made.rows["PS_DOC_HDR"]
    assert (header["DOC_TYP"], header["TKT_TYP"]) == ("O", "T")
    assert (header["ORD_LINS"], header["SAL_LINS"], header["SAL_LIN_TOT"]) == (2, 0, "0.00")
    assert {row["LIN_TYP"] for row in made.rows["PS_DOC_LIN"]} == {"O"}
    assert [row["TOT_TYP"] for row in made.rows["PS_DOC_HDR_TOT"]] == ["S", "O", "L"]


def test_defect_9_contact_1_gets_the_bill_and_contact_2_the_goods_whatever_addresses_the_customer_has() -> (
    None
):
    made = document(order(15001, [line("01-10100")], BILL_NAM="Ann Lee", SHIP_NAM="Warehouse 9"))
    (header,) = made.rows["PS_DOC_HDR"]
    assert (header["BILL_TO_CONTACT_ID"], header["SHIP_TO_CONTACT_ID"]) == (1, 2)
    names = {row["CONTACT_ID"]: (row["NAM"], row["NAM_TYP"]) for row in made.rows["PS_DOC_CONTACT"]}
    assert names == {1: ("Ann Lee", "P"), 2: ("Warehouse 9", "B")}


def test_defect_11_the_time_of_day_of_the_order_stays_with_the_document() -> None:
    (header,) = document(order(15001, [line("01-10100")])).rows["PS_DOC_HDR"]
    assert header["TKT_DT"] == "2026-11-20T23:30:00"


def test_defect_22_no_promised_date_is_written_that_could_pass_for_a_shipment() -> None:
    (header,) = document(order(15001, [line("01-10100")])).rows["PS_DOC_HDR"]
    assert "SHIP_DAT" not in header
    assert header["HAS_RLSD_LINS"] == header["HAS_INVCD_LINS"] == "N"


def test_defect_23_the_ship_via_code_is_the_mapped_one_or_none() -> None:
    (known,) = document(order(15001, [line("01-10100")])).rows["PS_DOC_HDR"]
    unknown = order(15001, [line("01-10100")], SHIP_VIA="Courier (same day)", SHIP_VIA_COD=None)
    assert known["SHIP_VIA_COD"] == "UPS GROUND"
    assert document(unknown).rows["PS_DOC_HDR"][0]["SHIP_VIA_COD"] is None


def test_defect_24_each_authority_has_its_tax_row_and_their_sum_is_the_tax() -> None:
    said = [
        {"auth_cod": "FL-STATE", "rul_cod": "TAX", "rate": "6", "amount": "5.90", "shipping_amount": "0.10"},
        {"auth_cod": "BROWARD", "rul_cod": "TAX", "rate": "1", "amount": "1.00", "shipping_amount": "0.00"},
    ]
    by_shop = document(order(15001, [line("01-10100")], tax="7.00", TAXES=json.dumps(said)))
    by_rate = document(order(15001, [line("01-10100")], tax="7.03"))
    amounts = [[(t["AUTH_COD"], t["TAX_AMT"]) for t in d.rows["PS_DOC_TAX"]] for d in (by_shop, by_rate)]
    assert amounts == [
        [("FL-STATE", "6.00"), ("BROWARD", "1.00")],
        [("FL-STATE", "6.03"), ("BROWARD", "1.00")],
    ]
    assert {row["TAX_DOC_PART"] for row in by_rate.rows["PS_DOC_TAX"]} == {"O"}


def test_defect_24_taxes_that_do_not_add_up_are_reckoned_by_the_rates() -> None:
    said = [
        {"auth_cod": "FL-STATE", "rul_cod": "TAX", "rate": "6", "amount": "1.00", "shipping_amount": None}
    ]
    made = document(order(15001, [line("01-10100")], tax="7.00", TAXES=json.dumps(said)))
    assert added(made, "PS_DOC_TAX", "TAX_AMT") == Decimal("7.00")


def test_defect_26_a_refund_does_not_reduce_the_total_and_a_person_is_told() -> None:
    made = document(order(15001, [line("01-10100")], REFUND_AMT="4.00"))
    assert total(made, "TOT") == Decimal("10.00")
    assert "The shop refunded 4.00" in made.rows["PS_DOC_NOTE"][0]["NOTE"]


def test_a_cent_the_shop_rounded_is_charged_with_the_shipping() -> None:
    made = document(order(15001, [line("01-10100")], shipping="5.00", rounding="0.01"))
    assert added(made, "PS_DOC_HDR_MISC_CHRG", "MISC_AMT") == Decimal("5.01")
    assert total(made, "TOT") == Decimal("15.01")


def test_an_unpaid_order_has_no_deposit() -> None:
    made = document(order(15001, [line("01-10100")], PAID_AMT="0.00", PAID_DT=None))
    assert made.rows["PS_DOC_PMT"] == made.rows["PS_DOC_PMT_APPLY"] == []
    assert total(made, "AMT_DUE") == Decimal("10.00")


def test_the_note_names_the_web_order_and_carries_our_mark() -> None:
    values = order(
        15001, [line("01-10100")], WOO_ORDER_NO="WEB-7", CUST_NOTE="Back door", COUPONS='[{"code": "save10"}]'
    )
    (note,) = document(values, staging_id=31).rows["PS_DOC_NOTE"]
    assert note["NOTE_ID"] == "order-staging:31"
    assert note["NOTE"].splitlines() == [
        "Web order WEB-7 (id 15001)", "Paid by Credit Card", "Transaction 60000000001", "Coupons save10",
        "Customer's note: Back door",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"CUST_NO": None}, "Customer not found"),
        ({"LINES": "[]"}, "Line items missing"),
        ({"LINES": '[{"ITEM_NO": '}, "Line items missing: LINES is no JSON"),
        ({"LINES": json.dumps([line("01-10100", ITEM_NO=None)])}, "Item not found: 01-10100 on line 1"),
        ({"LINES": json.dumps([line("01-10100", QTY_SOLD="0")])}, "Invalid quantity: QTY_SOLD 0 of 01-10100"),
        ({"LINES": json.dumps([line("01-10100", QTY_SOLD="-1.0000")])}, "Invalid quantity"),
        ({"TOT_AMT": "11.00"}, "Invalid totals: lines 10.00 .* = 10.00, the shop charged 11.00"),
        ({"TOT_AMT": "10.02"}, "Invalid totals"),
        ({"TOT_AMT": "10.005"}, "Invalid totals: TOT_AMT 10.005 is no number of cents"),
        ({"TAX_AMT": "1.00", "TOT_AMT": "11.00", "TAX_COD": "NOTAX"}, "tax code NOTAX has no authority"),
        ({"PAY_COD": None, "PMT_METH": "Afterpay"}, "Pay code not found: none for Afterpay"),
        ({"TKT_DT": "soon"}, "Invalid date: 'soon' is no moment"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_order_that_does_not_fit_is_refused_in_the_operators_words(spoilt: dict, said: str) -> None:
    with pytest.raises(Unfit, match=said):
        document(order(15001, [line("01-10100")], **spoilt))
