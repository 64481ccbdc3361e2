"""Files that must not land: each says what is wrong and what to do, and nothing changes."""

import os
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing import LandingError, land
from tests.warehouse.order_files import HEADER, landed, landing_errors, order, write_csv
from tests.warehouse.test_landing import workbook

TABLE = "ORDERS_UNIFIED"


def refused(warehouse: Warehouse, file: Path, **options: Any) -> LandingError:
    with pytest.raises(LandingError) as error:
        land(warehouse, TABLE, file, **options)
    assert landed(warehouse, "AAG ORDER NUMBER") == [("ORD-00007",)]
    assert [found[:3] for found in landing_errors(warehouse)] == [(1, order(7)["record_uuid"].lower(), "M")]
    with warehouse.begin() as connection:
        left = connection.exec_driver_sql(
            "select count(*) from duckdb_tables() where table_name like '%landing_0%'"
        )
        assert left.scalar() == 0
    return error.value


def renamed(old: str, *new: str) -> list[str]:
    place = HEADER.index(old)
    return [*HEADER[:place], *new, *HEADER[place + 1 :]]


def test_a_misspelt_required_column_is_named_with_the_right_one(holding: Warehouse, tmp_path: Path) -> None:
    error = refused(
        holding, write_csv(tmp_path / "o.csv", [order()], renamed("CUSTOMER STYLE", "CUSTOMR STYLE"))
    )
    assert str(error) == (
        "o.csv: 1 column that ORDERS_UNIFIED needs is missing: 'CUSTOMER STYLE' (did you mean 'CUSTOMR "
        "STYLE'?). Export the file with these columns"
    )


def test_missing_required_columns_are_all_listed(holding: Warehouse, tmp_path: Path) -> None:
    header = [name for name in HEADER if name not in ("PO NUMBER", "ORDER TYPE", "AAG SEASON")]
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], header))
    assert "3 columns that ORDERS_UNIFIED needs are missing: 'AAG SEASON', 'PO NUMBER', 'ORDER TYPE'" in str(
        error
    )


def test_a_misspelt_column_is_named_with_the_right_one(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order()], renamed("EX FACTORY DATE", "EX-FACTORY DATE"))
    error = refused(holding, file)
    assert str(error) == (
        "o.csv, column 'EX-FACTORY DATE': the column is not known; did you mean 'EX FACTORY DATE', which is "
        "missing? Rename it, or land with --accept-unknown if it really is another column"
    )
    assert error.column == "EX-FACTORY DATE"
    assert land(holding, TABLE, file, accept_unknown=True).rows == 1


def test_a_missing_marker_is_named(holding: Warehouse, tmp_path: Path) -> None:
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], renamed("TOTAL QTY", "TOTAL QUANTITY")))
    assert str(error) == (
        "o.csv: the size columns are found between 'UNIT OF MEASURE' and 'TOTAL QTY', but there is no column "
        "'TOTAL QTY' (did you mean 'TOTAL QUANTITY'?). Put the marker back, or rename the column in the file"
    )


def test_markers_in_the_wrong_order_are_refused(holding: Warehouse, tmp_path: Path) -> None:
    header = ["TOTAL QTY", *renamed("TOTAL QTY")]
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], header))
    assert "'TOTAL QTY' stands before 'UNIT OF MEASURE', so no size would be found" in str(error)


def test_a_size_outside_the_markers_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], [*renamed("XL"), "XL"]))
    assert str(error) == (
        "o.csv, column 'XL': the size stands outside 'UNIT OF MEASURE' … 'TOTAL QTY', where its "
        "quantities would be lost. Move it between the two"
    )


def test_another_column_among_the_sizes_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    header = renamed("NOTES")
    header.insert(header.index("XL"), "NOTES")
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], header))
    assert str(error).startswith("o.csv, column 'NOTES': the column stands among the sizes, between ")


def test_no_size_at_all_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    header = [*HEADER[: HEADER.index("XXXS")], *HEADER[HEADER.index("TOTAL QTY") :]]
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], header))
    assert "no size column stands between 'UNIT OF MEASURE' and 'TOTAL QTY'" in str(error)


@pytest.mark.parametrize("name", ["PO NUMBER", "po number", " PO  NUMBER "])
def test_a_name_over_two_columns_is_refused(holding: Warehouse, tmp_path: Path, name: str) -> None:
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], [*HEADER, name]))
    assert str(error) == (
        "o.csv, column 'PO NUMBER': the name stands over 2 columns, at places 32, 269. Rename or remove "
        "all but one; upper and lower case are the same name"
    )


def test_a_column_with_values_but_no_name_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order(1), order(2, **{"": "lost"})], [*HEADER, ""])
    error = refused(holding, file)
    assert str(error) == (
        "o.csv, row 2: the column at place 269 has values but no name (found 'lost'). Name it or remove it"
    )
    assert land(holding, TABLE, write_csv(tmp_path / "o.csv", [order(1)], [*HEADER, ""])).columns == 268


def test_a_name_too_long_for_the_warehouse_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    error = refused(holding, write_csv(tmp_path / "o.csv", [order()], [*HEADER, "N" * 129]))
    assert "a column name has 129 characters, the warehouse allows 128 (found 'NNN" in str(error)


@pytest.mark.parametrize("name", ["o.csv", "o.parquet", "o.xlsx"])
def test_an_empty_file_is_refused(holding: Warehouse, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"")
    assert str(refused(holding, file)) == f"{name}: is empty. It may still be being written; export it again"


@pytest.mark.parametrize("content", [b"\r\n\r\n", b"   \n", b"\xef\xbb\xbf"])
def test_a_file_of_nothing_but_blanks_is_refused(holding: Warehouse, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "o.csv"
    file.write_bytes(content)
    assert str(refused(holding, file)) == "o.csv: is empty. Export it again"


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_a_header_without_rows_is_refused(holding: Warehouse, tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"o.{kind}"
    if kind == "csv":
        write_csv(file, [], lineterminator="")
    elif kind == "parquet":
        pq.write_table(pa.table({name: pa.array([], pa.string()) for name in HEADER}), file)
    else:
        workbook(file, [])
    assert str(refused(holding, file)) == (
        f"o.{kind}: has a header but no rows; landing it would take every order away. Check the export, "
        "or say --allow-empty"
    )


def test_a_table_nobody_lands_is_refused_with_a_guess(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order()])
    with pytest.raises(LandingError) as error:
        land(holding, "orders_unifed", file)
    assert str(error.value) == (
        "'orders_unifed' is no table that can be landed; did you mean ORDERS_UNIFIED? These can: "
        "ORDERS_UNIFIED"
    )


def test_a_file_that_is_not_there_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    missing = tmp_path / "o.csv"
    assert str(refused(holding, missing)) == f"there is no file {missing}. Check the path"
    assert "is a folder" in str(refused(holding, tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_nobody_may_read_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order()])
    file.chmod(0)
    assert str(refused(holding, file)).startswith("o.csv: cannot be read: Permission denied. Check the path")


@pytest.mark.parametrize(
    ("name", "next_step"), [("o.json", "CSV, Parquet and .xlsx can"), ("o.xls", "Save it as .xlsx or CSV")]
)
def test_an_unknown_extension_is_refused(
    holding: Warehouse, tmp_path: Path, name: str, next_step: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"{}")
    assert str(refused(holding, file)) == f"{name}: '{file.suffix}' files cannot be landed. {next_step}"


def test_a_first_line_that_is_no_header_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text("Order list of 21 November\n" + ",".join(HEADER) + "\n")
    assert str(refused(holding, file)) == (
        "o.csv: no column of the table stands in the first line (found 'Order list of 21 November'). The "
        "first line must be the header, separated by comma, semicolon, tab or pipe"
    )


def test_a_row_with_too_few_cells_is_named(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order(1, NOTES="a\nb"), order(2), order(3)])
    lines = file.read_bytes().split(b"\r\n")
    lines[2] = b"ORD-00002,KESTREL"
    file.write_bytes(b"\r\n".join(lines))
    error = refused(holding, file)
    assert str(error) == (
        "o.csv, row 2: has 2 cells, the header has 268: 'ORD-00002,KESTREL'. A cell that holds the "
        "separator or a line break must be quoted; export the file again"
    )


@pytest.mark.parametrize("closing", [b"", b'"swallowed'])
def test_an_unclosed_quote_does_not_swallow_the_rows_after_it(
    holding: Warehouse, tmp_path: Path, closing: bytes
) -> None:
    file = write_csv(tmp_path / "o.csv", [order(n, NOTES=f"@{n}@") for n in range(1, 6)])
    file.write_bytes(file.read_bytes().replace(b"@2@", b'"open').replace(b"@4@", closing))
    error = refused(holding, file)
    assert str(error).startswith(
        "o.csv, row 2: the quotes in the row that starts on line 3 are not closed properly ("
    )
    assert 'A quote within a quoted cell is written twice ("")' in str(error)


def test_a_binary_file_named_csv_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = workbook(tmp_path / "o.xlsx", [order()]).rename(tmp_path / "o.csv")
    assert str(refused(holding, file)) == (
        "o.csv: is not a text file. Save it as CSV UTF-8, as Excel or as Parquet"
    )


def test_damaged_utf_8_is_not_taken_for_windows_1252(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order(n, NOTES="é🌞ü") for n in range(1, 4)])
    file.write_bytes(file.read_bytes().replace("é🌞ü".encode(), b"\xc3", 1))
    error = refused(holding, file)
    assert str(error).startswith("o.csv, row 1: is UTF-8 with a damaged character, byte ")
    assert str(error).endswith("Copy or export it again, or name its encoding (--encoding cp1252)")


def test_an_encoding_that_does_not_fit_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order(1, NOTES="@")])
    file.write_bytes(file.read_bytes().replace(b"@", b"\x81\xff"))
    assert str(refused(holding, file)).startswith("o.csv: is neither UTF-8 nor Windows-1252: ")
    assert "there is no encoding utf-99" in str(refused(holding, file, encoding="utf-99"))
    assert "is not ascii: " in str(refused(holding, file, encoding="ascii"))


def test_wrong_types_wholesale_block(holding: Warehouse, tmp_path: Path) -> None:
    rows = [order(n, M="twelve" if n > 80 else 12) for n in range(1, 111)]
    file = write_csv(tmp_path / "o.csv", rows)
    error = refused(holding, file)
    assert str(error) == (
        "o.csv, row 81, column 'M': 30 of 110 filled cells cannot be read; the first is not an integer "
        "(found 'twelve'). Is this the right column? Correct the export, or raise --max-bad-share"
    )
    assert (error.row, error.column, error.value) == (81, "M", "twelve")
    assert land(holding, TABLE, file, max_bad_share=0.3).bad_cells == 30


def test_columns_that_moved_against_the_header_block(holding: Warehouse, tmp_path: Path) -> None:
    words = dict.fromkeys(("XS", "S", "M", "L", "XL", "2XL"), "x")
    error = refused(holding, write_csv(tmp_path / "o.csv", [order(1, **words), order(2, **words)]))
    assert "12 of 16 filled sizes, totals and dates cannot be read; the first is not an integer" in str(error)


def test_a_few_bad_cells_never_block(holding: Warehouse, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "o.csv", [order(n, M="twelve") for n in range(1, 10)])
    assert land(holding, TABLE, file).bad_cells == 9


def test_half_a_parquet_file_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "o.parquet"
    rows = [order(n) for n in range(2_000)]
    columns = {name: [str(row.get(name) or "") for row in rows] for name in HEADER}
    pq.write_table(pa.table(columns), file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    error = refused(holding, file)
    assert str(error).startswith("o.parquet: is no whole Parquet file: ")
    assert str(error).endswith("It may still be being written, or only a part was copied: copy it again")
    file.write_bytes(whole[:2_000] + b"\0" * 4_000 + whole[6_000:])
    assert str(refused(holding, file)).startswith("o.parquet: is no whole Parquet file: ")


def test_a_column_of_lists_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "o.parquet"
    columns = {name: pa.array(["x"]) for name in HEADER} | {"NOTES": pa.array([["x"]])}
    pq.write_table(pa.table(columns), file)
    assert "o.parquet, column 'NOTES': is of type list<" in str(refused(holding, file))


def test_a_workbook_with_a_password_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = tmp_path / "o.xlsx"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    file.write_bytes(ole + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le"))
    assert str(refused(holding, file)) == (
        "o.xlsx: is protected with a password. Save it without one and land it again"
    )
    file.write_bytes(ole + "Workbook".encode("utf-16-le"))
    assert str(refused(holding, file)) == (
        "o.xlsx: is in Excel's old format. Save it as .xlsx or CSV and land it again"
    )


def test_half_a_workbook_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = workbook(tmp_path / "o.xlsx", [order(n) for n in range(200)])
    file.write_bytes(file.read_bytes()[:-3_000])
    error = refused(holding, file)
    assert str(error).startswith("o.xlsx: is no whole Excel workbook: ")
    assert str(error).endswith("It may still be being written, or only a part was copied: copy it again")


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(holding: Warehouse, tmp_path: Path) -> None:
    file = workbook(tmp_path / "o.xlsx", [order()])
    assert (
        str(refused(holding, file, sheet="Order"))
        == "o.xlsx: has no sheet 'Order'. Its sheets are: Orders, Notes"
    )
    assert "the first row of sheet 'Notes' is empty" in str(refused(holding, file, sheet="Notes"))


def test_a_formula_without_a_value_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = workbook(tmp_path / "o.xlsx", [order(1), order(2, **{"TOTAL QTY": "=SUM(M3:L3)"})])
    assert "the formula in cell HD3 has no stored value. Open the workbook in Excel, save it" in str(
        refused(holding, file)
    )


def test_a_cell_beyond_the_last_column_is_refused(holding: Warehouse, tmp_path: Path) -> None:
    file = workbook(tmp_path / "o.xlsx", [order(1), order(2)])
    book = openpyxl.load_workbook(file)
    book["Orders"].cell(3, len(HEADER) + 2).value = "left over"
    book.save(file)
    assert str(refused(holding, file)) == (
        "o.xlsx, row 2: a cell beyond the last column, 'record_uuid', has a value (found 'left over'). "
        "Name its column or clear it"
    )
