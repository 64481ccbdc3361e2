"""The reference case holds the figures that the whole product is measured by."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sandbox.source import columns as c
from sandbox.source import reference
from sandbox.source.orders import generate


@pytest.fixture(scope="module")
def reference_po() -> pa.Table:
    table = generate()
    return table.filter(
        pc.and_(
            pc.equal(table[c.CUSTOMER_NAME], reference.CUSTOMER),
            pc.equal(table[c.PO_NUMBER], reference.PO),
        )
    )


def lines_per_row(table: pa.Table, columns: tuple[str, ...] = c.SIZES) -> list[int]:
    return [
        sum(1 for value in row if (value or 0) > 0)
        for row in zip(*(table[name].to_pylist() for name in columns), strict=True)
    ]


def test_the_reference_order_has_69_rows_and_264_lines(reference_po: pa.Table) -> None:
    lines = lines_per_row(reference_po)
    assert (len(lines), sum(lines)) == (69, 264)
    assert (sum(count > 0 for count in lines), sum(count == 0 for count in lines)) == (53, 16)


def test_its_seasons_and_range_are_those_of_the_reference_case(reference_po: pa.Table) -> None:
    assert set(reference_po[c.AAG_SEASON].to_pylist()) == {"2025 FALL"}
    assert reference_po[c.CUSTOMER_SEASON].null_count == 69
    assert reference_po["RANGE / COLLECTION"].null_count == 69


def test_who_counts_the_colour_code_as_a_size_finds_317_lines(reference_po: pa.Table) -> None:
    codes = reference_po[c.INFOR_COLOUR_CODE].to_pylist()
    assert sum(1 for code in codes if code and code.isdigit()) + 264 == 317
    assert any(code and not code.isdigit() for code in codes)


def test_every_total_is_the_sum_of_its_sizes(reference_po: pa.Table) -> None:
    rows = zip(*(reference_po[name].to_pylist() for name in c.SIZES), strict=True)
    sums = [sum(value or 0 for value in row) for row in rows]
    assert sums == reference_po[c.TOTAL_QTY].to_pylist() == reference_po[c.SUM_OF_TOTAL_QTY].to_pylist()
    assert sums.count(0) == 16
