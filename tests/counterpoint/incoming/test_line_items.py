"""LINE_ITEMS_JSON, whoever wrote it: the predecessor, we, or an operator who mended it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.counterpoint.line_items import line_rows, tax_rows

LINE = {"sku": "01-10100", "name": "Paper", "quantity": 2, "price": 5.25, "total": 10.5}


def problem(text: str | None) -> str:
    (row,) = line_rows(7, text)
    assert row["LIN_SEQ_NO"] == 0
    return str(row["PROBLEM"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "is empty"), ("  ", "is empty"), ("[]", "holds no lines"), ("{}", "is no list but an object"),
        ('[{"sku": "01-', "is no JSON: "), ('"text"', "is no list but a text"), ("null", "is no list but null"),
        ('[{"name": "8.5" x 11"}]', "is no JSON: "),
    ],
)  # fmt: skip
def test_defect_6_a_list_that_cannot_be_read_is_one_row_that_says_why(text: str | None, said: str) -> None:
    assert problem(text).startswith(said)


def test_defect_6_keys_count_and_not_their_places() -> None:
    text = json.dumps(
        [
            {
                "total": 10.5,
                "extra": {"a": [1]},
                "name": '8.5" x 11"',
                "quantity": 2,
                "sku": "01-10100",
                "price": None,
            }
        ]
    )
    (row,) = line_rows(7, text)
    assert (row["SKU"], row["QUANTITY"], row["TOTAL"], row["DESCR"]) == (
        "01-10100",
        "2",
        "10.5",
        '8.5" x 11"',
    )


def test_numbers_keep_all_their_digits() -> None:
    (row,) = line_rows(7, '[{"sku": "a", "quantity": 3, "price": 3.3333333333333333333, "total": 10.00}]')
    assert (row["PRICE"], row["TOTAL"]) == ("3.3333333333333333333", "10.00")


def test_a_line_that_is_none_is_a_problem_of_that_line() -> None:
    first, second = line_rows(7, json.dumps([LINE, "x"]))
    assert "PROBLEM" not in first
    assert second["PROBLEM"] == "line 2 is no object but a text"


@pytest.mark.parametrize(
    ("sku", "original", "meant"),
    [
        ("01-10100", "01-10100-CT", "01-10100-CT"),  # the predecessor took the suffix off
        ("01-10100-CT", " 01-10100-ct ", "01-10100-CT"),  # ours
        ("01-20200", "01-10100-CT", "01-20200"),  # mended by an operator
        ("01-10100", None, "01-10100"),  # the short form
        ("", "01-10100", "01-10100"),
    ],
)
def test_defect_5_the_unit_is_never_dropped_and_a_mended_sku_counts(
    sku: str, original: str | None, meant: str
) -> None:
    (row,) = line_rows(7, json.dumps([{**LINE, "sku": sku, "sku_original": original}]))
    assert str(row["SKU"]).strip().upper() == meant


def test_details_count_for_the_line_they_were_written_for() -> None:
    mine = {**LINE, "sku_original": "01-10100"}
    detail = {"sku": "01-10100", "total": "10.50", "subtotal": "12.00", "tax": "0.63"}
    (row,) = line_rows(7, json.dumps([mine]), json.dumps([detail]))
    assert (row["SUBTOTAL"], row["TAX"]) == ("12.00", "0.63")
    (mended,) = line_rows(7, json.dumps([{**mine, "total": 11}]), json.dumps([detail]))
    assert "SUBTOTAL" not in mended
    assert all("TAX" not in row for row in line_rows(7, json.dumps([mine, mine]), json.dumps([detail])))


def test_taxes_are_read_by_authority() -> None:
    text = json.dumps([{"label": "FL-STATE", "amount": "1.20", "shipping_amount": "0.00"}])
    assert tax_rows(7, text)[0]["LABEL"] == "FL-STATE"
    assert tax_rows(7, "broken") == tax_rows(7, None) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_whatever_stands_there_every_entry_is_one_row(value: Any) -> None:
    rows = line_rows(7, json.dumps(value))
    entries = len(value) if isinstance(value, list) else 0
    assert len(rows) == max(1, entries)
    assert all(isinstance(row.get("SKU"), str | None) for row in rows)
