"""The product's customer lookup knows the customers that order, and not all of them."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from sandbox.source import columns as c
from sandbox.source.customers import APPROVED, CUSTOMERS, REVIEW, UNLISTED, lookup_rows
from sandbox.source.orders import generate

LOOKUP = Path(__file__).parents[2] / "mappings" / "monday" / "monday_customers.csv"


@pytest.fixture(scope="module")
def lookup() -> list[dict[str, str]]:
    with LOOKUP.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_lookup_has_every_name_once(lookup: list[dict[str, str]]) -> None:
    counts = Counter(row["source_name"].strip().upper() for row in lookup)
    assert set(counts.values()) == {1}


def test_the_lookup_holds_the_customers_that_order_here(lookup: list[dict[str, str]]) -> None:
    known = {(row["source_name"], row["canonical"], row["status"]) for row in lookup}
    assert set(lookup_rows()) <= known
    assert ("GREYSON CLOTHIERS", "GREYSON", "approved") in known
    assert ("GREYSON", "GREYSON", "approved") in known


def test_twenty_customers_are_approved_and_some_are_in_review_or_unknown() -> None:
    assert (len(APPROVED), len(REVIEW), len(UNLISTED)) == (20, 6, 3)
    assert len({customer.prefix for customer in CUSTOMERS}) == len(CUSTOMERS)


def test_the_demo_has_orders_of_all_three_kinds() -> None:
    names = set(generate()[c.CUSTOMER_NAME].to_pylist())
    for kind in (APPROVED, REVIEW, UNLISTED):
        assert any(spelling in names for customer in kind for spelling in customer.spellings)


def test_names_contain_other_customers_names() -> None:
    inside = {
        (one.canonical, spelling)
        for one in CUSTOMERS
        for other in CUSTOMERS
        for spelling in other.spellings
        if one is not other and one.canonical in spelling
    }
    assert {
        ("FERN", "DAVENPORT(FERN)"),
        ("ASTER", "HALCYON LABS, INC (ASTER)"),
        ("TIDEWELL", "ARC TIDEWELL"),
    } <= inside
