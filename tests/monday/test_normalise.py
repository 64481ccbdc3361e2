"""Both sides of a comparison in one form, and what was told comes back as it was told."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.delivery.mapping import load_all
from dagster_project.monday.layout import Layout, Place, layout_of
from dagster_project.monday.normalise import WRITABLE, canonical, differences, ledger_form, plain_number
from dagster_project.monday.payloads import column_value
from sandbox.monday.column_values import write_value
from sandbox.monday.draft import Draft
from sandbox.monday.model import Board as SandboxBoard
from sandbox.monday.model import Column as SandboxColumn
from sandbox.monday.settings import Rules
from tests.monday.acting import ITEM, LINE, Acting, item, line

ITEMS, SUBITEMS = (layout_of(m, board) for m, board in zip(load_all("monday"), ("1", "2"), strict=True))


@pytest.mark.parametrize(
    ("board_type", "told", "found"),
    [
        ("text", "abc", " abc "),
        ("text", None, ""),
        ("text", "   ", None),
        ("text", "a\r\nb", "a\nb"),
        ("long_text", "x", "x\n"),
        ("numbers", "28.8600", "28.86"),
        ("numbers", 500, "500"),
        ("numbers", "500", "500.0"),
        ("numbers", "0.0000", "0"),
        ("numbers", "-0.0000", "0"),
        ("numbers", "1E+3", "1000"),
        ("date", "2025-09-26", "2025-09-26 10:00"),
        ("dropdown", "M", "M "),
        ("status", None, ""),
    ],
)
def test_these_are_the_same(board_type: str, told: Any, found: Any) -> None:
    assert canonical(board_type, told) == canonical(board_type, found)


@pytest.mark.parametrize(
    ("board_type", "told", "found"),
    [
        ("text", "White", "WHITE"),
        ("text", "0", None),
        ("text", "1.0", "1"),
        ("numbers", "0", None),
        ("numbers", "28.8600", "28.87"),
        ("numbers", "1", "one"),
        ("date", "2025-09-26", "2025-09-27"),
        ("dropdown", "M", "M, L"),
    ],
)
def test_these_are_not(board_type: str, told: Any, found: Any) -> None:
    assert canonical(board_type, told) != canonical(board_type, found)


@pytest.mark.parametrize(
    ("kind", "scale", "text", "expected"),
    [
        ("decimal", 4, "28.86", "28.8600"),
        ("decimal", 4, "0", "0.0000"),
        ("decimal", 4, "28.86001", "28.86001"),  # a person typed more than we could have told
        ("decimal", 0, "28", "28"),
        ("decimal", 4, "-12000000", "-12000000.0000"),
        ("integer", None, "500", 500),
        ("integer", None, "500.5", "500.5"),
        ("text", None, "7.50", "7.5"),
        ("decimal", 4, "", None),
    ],
)
def test_a_number_comes_back_as_the_ledger_writes_it(
    kind: str, scale: int | None, text: str, expected: Any
) -> None:
    assert ledger_form(Place("F", "c", "numbers", kind, scale), text) == expected


def test_columns_that_the_boards_users_keep_are_not_compared() -> None:
    found = {**LINE, "Packed Qty": 12, "Order Qty": 178}
    assert differences(SUBITEMS, LINE, found) == {"Order Qty": (177, 178)}


def test_columns_that_were_never_told_or_not_read_are_not_compared() -> None:
    told = {"STYLE": "X", "SOURCE CUSTOMER NAME": "Greyson"}
    assert differences(ITEMS, told, {"STYLE": "X", "COLOR": "RED"}) == {}
    assert differences(ITEMS, told, {"COLOR": "RED"}) == {}


def test_name_and_group_are_compared_like_columns() -> None:
    found = {**ITEM, "Title": "renamed", "Group": "elsewhere"}
    assert set(differences(ITEMS, ITEM, found)) == {"Title", "Group"}


def test_every_type_a_mapping_uses_can_be_written() -> None:
    for profile in ("text", "dropdown"):
        for mapping in load_all("monday", profile):
            assert {place.type for place in layout_of(mapping, "1").places} <= WRITABLE


# -- laws -------------------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60
)
DECIMALS = st.decimals(
    min_value=Decimal("-99999999999999"), max_value=Decimal("99999999999999"), places=4, allow_nan=False
).map(lambda number: format(number, "f"))
DAYS = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 1, 1)).map(dt.date.isoformat)
VALUES = {
    "text": TEXTS, "long_text": TEXTS, "dropdown": TEXTS, "status": TEXTS,
    "numbers": DECIMALS | st.integers(-(10**9), 10**9), "date": DAYS,
}  # fmt: skip
TYPED = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), VALUES[kind] | st.none())
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw builds tables of characters
@given(TYPED)
def test_canonical_form_is_a_fixed_point(typed: tuple[str, Any]) -> None:
    board_type, value = typed
    once = canonical(board_type, value)
    assert canonical(board_type, once) == once


@given(DECIMALS)
def test_a_plain_number_is_the_same_number(text: str) -> None:
    plain = plain_number(text)
    assert plain is not None
    assert Decimal(plain) == Decimal(text)
    assert "E" not in plain


@given(DECIMALS)
def test_a_decimal_survives_the_board_in_ledger_form(text: str) -> None:
    place = Place("F", "c", "numbers", "decimal", 4)
    found = ledger_form(place, plain_number(text))
    assert found == (text if Decimal(text) else "0.0000")


@given(st.lists(TYPED, min_size=1, max_size=20))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_a_column_that_was_written_reads_back_as_told(typed: list[tuple[str, Any]]) -> None:
    columns = {f"c{n}": SandboxColumn(f"c{n}", f"C{n}", kind) for n, (kind, _) in enumerate(typed)}
    draft = Draft(SandboxBoard(1, "b", "board", columns, {}, "", ""), Rules(), "now", create_labels=True)
    for n, (kind, value) in enumerate(typed):
        place = Place(f"C{n}", f"c{n}", kind, "text", create_labels=True)
        written = json.loads(json.dumps(column_value(place, value, None)))
        write_value(draft, f"c{n}", written)
        cell = draft.cells[f"c{n}"]
        assert canonical(kind, ledger_form(place, cell.text)) == canonical(kind, value)


def row_values(layout: Layout) -> st.SearchStrategy[dict[str, Any]]:
    """Mapped rows as staging reads them, that the board can take."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for place in layout.places:
        if place.type in ("dropdown", "status") and not place.create_labels:
            fields[place.field] = st.none()
        elif place.kind == "integer":
            fields[place.field] = st.integers(0, 10**6)
        elif place.kind == "decimal":
            fields[place.field] = DECIMALS | st.none()
        else:
            texts = DAYS if place.kind == "date" else TEXTS.map(str.strip).map(lambda text: text or None)
            fields[place.field] = texts | st.none()
    return st.fixed_dictionaries(fields)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(row_values(ITEMS), min_size=1, max_size=5), row_values(SUBITEMS))
def test_rows_that_were_delivered_read_back_as_told(
    acting: Acting, rows: list[dict[str, Any]], size: dict[str, Any]
) -> None:
    items = [item(f"k{n}", **{**row, "Title": f"T{n}"}) for n, row in enumerate(rows)]
    ids = acting.create(*items)
    for row, remote_id in zip(items, ids, strict=True):
        found = acting.read(remote_id)
        assert found is not None
        assert acting.destination.differences("items", row.values, found.values) == {}
        assert all(_agrees(row.values[name], value) for name, value in found.values.items())
    lines = [line("k0|x", **size)]
    (child,) = acting.create(*lines, parent=ids[0])
    found = acting.read(child, "subitems")
    assert found is not None
    assert acting.destination.differences("subitems", lines[0].values, found.values) == {}
    assert found.parent_remote_id == ids[0]


def _agrees(told: Any, found: Any) -> bool:
    """The ledger form is equal as it stands, but for the zero's sign and line ends."""
    if isinstance(told, str) and told.startswith("-0.0"):
        return Decimal(told) == Decimal(found)
    return found == (told.replace("\r\n", "\n").strip() or None if isinstance(told, str) else told)
