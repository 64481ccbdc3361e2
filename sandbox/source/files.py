"""The source table as a file, in the formats people hand over: CSV, Parquet, a workbook."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from sandbox.source import columns as c
from sandbox.source.customers import lookup_rows

SUFFIXES = (".csv", ".parquet", ".xlsx")
SHEET = "ORDERS_UNIFIED"
_SHEET_ROWS = 1_048_576


def write(batches: Iterable[pa.RecordBatch], path: Path) -> int:
    """Write the rows in the format that the suffix names, a batch at a time; return how many.

    A missing value is an empty cell; in CSV an empty text is a quoted one. A workbook cannot hold control
    characters: they are left out there. Raises ValueError for another suffix or too many rows for a sheet.
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(f"{path}: the name must end in {', '.join(SUFFIXES)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".xlsx":
        return _write_workbook(batches, path)
    rows = 0
    with _writer(path) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _writer(path: Path) -> Any:
    if path.suffix == ".csv":
        return pa.csv.CSVWriter(path, c.schema())
    return pa.parquet.ParquetWriter(path, c.schema())


def _write_workbook(batches: Iterable[pa.RecordBatch], path: Path) -> int:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(SHEET)
    sheet.append([column.name for column in c.COLUMNS])
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        if rows >= _SHEET_ROWS:
            raise ValueError(f"{path}: a sheet holds {_SHEET_ROWS - 1} rows; write CSV or Parquet instead")
        for row in _cells(batch):
            sheet.append(row)
    workbook.save(path)
    return rows


def _cells(batch: pa.RecordBatch) -> Iterator[list[object]]:
    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
        yield [ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row]


def write_lookup(path: Path) -> int:
    """Write the customers as the lookup that the Monday mapping reads; return how many names."""
    rows = lookup_rows()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("source_name", "canonical", "status"))
        writer.writerows(rows)
    return len(rows)
