"""Files hold the rows that were made up."""

from pathlib import Path

import openpyxl
import pyarrow.csv
import pyarrow.parquet
import pytest

from sandbox.source import columns as c
from sandbox.source.__main__ import main
from sandbox.source.orders import generate

ORDERS = 400


def written(path: Path) -> Path:
    main(["--orders", str(ORDERS), "--seed", "11", "--out", str(path)])
    return path


def test_parquet_gives_the_same_table_back(tmp_path: Path) -> None:
    assert pyarrow.parquet.read_table(written(tmp_path / "orders.parquet")).equals(generate(ORDERS, seed=11))


def test_csv_gives_the_same_table_back(tmp_path: Path) -> None:
    options = pyarrow.csv.ConvertOptions(
        column_types=c.schema(), strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    read = pyarrow.csv.read_csv(
        written(tmp_path / "orders.csv"),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )
    assert read.equals(generate(ORDERS, seed=11))


def test_a_workbook_holds_the_names_and_the_rows_without_control_characters(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path / "orders.xlsx"), read_only=True)["ORDERS_UNIFIED"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(column.name for column in c.COLUMNS)
    assert len(rows) == ORDERS + 1
    last = len(c.COLUMNS) - 1  # a row ends with its last filled cell
    assert [row[last] if len(row) > last else None for row in rows[1:]] == generate(ORDERS, seed=11)[
        c.RECORD_UUID
    ].to_pylist()


def test_another_suffix_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["--out", str(tmp_path / "orders.txt")])
    assert refusal.value.code == 2
    assert ".csv, .parquet, .xlsx" in capsys.readouterr().err
