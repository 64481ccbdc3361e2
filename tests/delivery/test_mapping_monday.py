"""The Monday mappings say what the board's facts say: counts, addresses, types, profiles."""

import re
from collections import Counter

import pytest

from dagster_project.delivery.mapping import load, load_all
from sandbox.monday.board_template import ITEM_COLUMNS, SUBITEM_COLUMNS
from sandbox.source.columns import COLUMNS, SIZES

SOURCES = {"items": [column.name for column in COLUMNS], "subitems": ["size_label", "quantity"]}
ADDED_BY_MAPPING = {"Title", "Group", "SOURCE CUSTOMER NAME", "TOTAL QTY"}
RENAMED = {
    "CUSTOMER",
    "STYLE",
    "ALIAS RELATED ITEM",
    "COLOR",
    "CUSTOMER REQ IN DC DATE",
    "CUSTOMER EX FACTORY DATE",
    "RANGE / COLLECTION",
}


def _board(lines: str) -> dict[str, tuple[str, str]]:
    rows = (re.split(r" *\| *", line.strip()) for line in lines.strip().splitlines())
    return {column: (kind, title) for column, kind, title in rows}


def test_items_have_37_direct_and_7_mapped_columns_and_4_of_our_own() -> None:
    names = [column.name for column in load("monday", "items").columns]
    assert len(names) == 48
    assert len(set(names) - RENAMED - ADDED_BY_MAPPING) == 37
    assert set(names) >= RENAMED | ADDED_BY_MAPPING


def test_a_direct_column_has_the_name_of_its_source() -> None:
    items = load("monday", "items")
    direct = [c for c in items.columns if c.name not in RENAMED | ADDED_BY_MAPPING]
    assert [c.sources for c in direct] == [(c.name,) for c in direct]


@pytest.mark.parametrize(("profile", "sent"), [("text", 45), ("dropdown", 44), (None, 45)])
def test_both_profiles_send_all_direct_and_mapped_columns(profile: str | None, sent: int) -> None:
    items = load("monday", "items", profile)
    assert len(items.sent) == sent
    assert {c.name for c in items.columns} - {c.name for c in items.sent} <= ADDED_BY_MAPPING


def test_the_profiles_differ_in_style_colour_hs_code_and_total_only() -> None:
    text, dropdown = load("monday", "items", "text"), load("monday", "items", "dropdown")
    differing = {a.name: (a.target, b.target) for a, b in zip(text.columns, dropdown.columns, strict=True)}
    differing = {name: sides for name, sides in differing.items() if sides[0] != sides[1]}
    columns = {name: tuple(side.get("column") for side in sides) for name, sides in differing.items()}
    assert columns == {
        "STYLE": ("text_mktdechp", "dropdown_mkr5tgaa"),
        "COLOR": ("long_text_mktdy7re", "dropdown_mkr5677f"),
        "HS CODE": ("long_text_mktdz0g", "dropdown_mkr5k8yn"),
        "TOTAL QTY": ("numeric_mktb1d19", None),
    }
    assert text.version != dropdown.version


@pytest.mark.parametrize("profile", ["text", "dropdown"])
def test_every_column_goes_to_a_column_of_its_type_on_the_board(profile: str) -> None:
    for mapping, board in zip(
        load_all("monday", profile), (_board(ITEM_COLUMNS), _board(SUBITEM_COLUMNS)), strict=True
    ):
        for column in mapping.sent:
            kind, title = board[column.target["column"]]
            assert column.target["type"] == kind
            assert title == ("ORDER QTY" if column.name == "TOTAL QTY" else column.name)


def test_the_read_only_columns_are_the_boards() -> None:
    items, subitems = load_all("monday")
    assert Counter(column.kind for column in items.read_only) == {
        "mirror": 22,
        "formula": 5,
        "board_relation": 1,
        "board_only": 9,
    }
    board = _board(ITEM_COLUMNS) | _board(SUBITEM_COLUMNS)
    for column in items.read_only + subitems.read_only:
        assert board[column.column][1] == column.title


def test_every_column_of_the_board_is_written_or_read_only_or_named_here() -> None:
    known = {"long_text_mktdjzcg", "numeric_mksfr0r2"}  # customer colour code, FREIGHT as a number: not used
    for profile in ("text", "dropdown"):
        for mapping in load_all("monday", profile):
            known |= {column.target["column"] for column in mapping.sent}
            known |= {column.column for column in mapping.read_only}
    assert known == set(_board(ITEM_COLUMNS)) | set(_board(SUBITEM_COLUMNS))


def test_every_source_column_exists_in_the_order_list() -> None:
    items, subitems = load_all("monday", sources=SOURCES)
    assert {name for column in items.columns for name in column.sources} <= set(SOURCES["items"])
    assert {name for column in subitems.columns for name in column.sources} == {"size_label", "quantity"}


def test_no_item_column_reads_a_size() -> None:
    read = {name for column in load("monday", "items").columns for name in column.sources}
    assert read.isdisjoint(SIZES)


def test_subitems_write_the_four_columns_that_are_written_on_create() -> None:
    subitems = load("monday", "subitems")
    assert {c.name: c.target["column"] for c in subitems.sent} == {
        "Size": "dropdown_mkrak7qp",
        "Order Qty": "numeric_mkra7j8e",
        "Packed Qty": "numeric_mkraepx7",
        "Shipped Qty": "numeric_mkrapgwv",
    }
    assert {c.name for c in subitems.columns if not c.compare} == {"Packed Qty", "Shipped Qty"}
    assert (subitems.column("Order Qty").minimum, subitems.column("Order Qty").maximum) == (0, 1_000_000)
    assert subitems.column("Size").target["create_labels"] is True


def test_a_line_is_batched_filtered_and_named_by_its_item() -> None:
    items, subitems = load_all("monday")
    assert (subitems.parent, subitems.parent_key) == ("items", "parent_key")
    assert (subitems.batch, subitems.filters, subitems.reference) == (
        items.batch,
        items.filters,
        items.reference,
    )


def test_an_item_is_found_again_by_order_customer_style_colour_and_total() -> None:
    items = load("monday", "items")
    assert items.identity == ("AAG ORDER NUMBER", "SOURCE CUSTOMER NAME", "STYLE", "COLOR", "TOTAL QTY")
    assert items.target["name"] == "Title"
    assert items.target["group"] == "Group"


def test_a_true_tariff_rate_is_replaced_by_zero_and_handling_and_freight_are_texts() -> None:
    items = load("monday", "items")
    assert items.column("US TARIFF RATE").arguments["replace"] == {"TRUE": "0"}
    assert [items.column(name).target["type"] for name in ("HANDLING", "FREIGHT")] == ["text", "text"]


def test_rows_without_what_an_item_needs_are_refused() -> None:
    items, subitems = load_all("monday")
    required = {column.name for column in items.columns if column.required}
    assert required == {"Title", "Group", "CUSTOMER", "AAG ORDER NUMBER", "STYLE", "COLOR"}
    assert {c.name for c in subitems.columns if c.required} == {"Size", "Name", "Order Qty"}


def test_texts_are_never_longer_than_the_board_takes() -> None:
    items, subitems = load_all("monday")
    assert items.column("Title").max_length == subitems.column("Name").max_length == 255
    long_texts = [column for column in items.sent if column.target["type"] == "long_text"]
    assert {column.name for column in long_texts} == {
        "STYLE DESCRIPTION",
        "COLOR",
        "RANGE / COLLECTION",
        "NOTES",
        "HS CODE",
        "NOTES FOR PRICE",
    }
    assert all((column.max_length or 0) <= 2000 for column in long_texts)


def test_every_column_is_described() -> None:
    for mapping in load_all("monday"):
        assert all(len(column.description) > 10 for column in (*mapping.columns, *mapping.carried))
