"""Opens a sheet of an Excel workbook as text columns: each cell as its CSV export would show it."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from dagster_project.warehouse.landing_report import LandingError
from dagster_project.warehouse.landing_source import Source, text_batch

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ROWS = 5_000


def open_excel(file: Path, sheet: str | None = None) -> Source:
    """Open the named sheet of a workbook, or its first."""
    _refuse_what_is_no_workbook(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise LandingError(
            f"is no whole Excel workbook: {error}",
            file=file,
            next_step="It may still be being written, or only a part was copied: copy it again",
        ) from None
    if sheet is not None and sheet not in book.sheetnames:
        raise LandingError(
            f"has no sheet '{sheet}'", file=file, next_step=f"Its sheets are: {', '.join(book.sheetnames)}"
        )
    worksheet = book[sheet or book.sheetnames[0]]
    rows = worksheet.iter_rows()
    header = [_text(cell) or "" for cell in next(rows, ())]
    while header and not header[-1].strip():
        header.pop()
    if not header:
        raise LandingError("the first row is empty", file=file, next_step="It must be the header")
    return Source(header, _batches(rows, len(header)), f"Excel, sheet '{worksheet.title}'")


def _refuse_what_is_no_workbook(file: Path) -> None:
    start = file.read_bytes()
    if not start:
        raise LandingError("is empty", file=file, next_step="Export it again")
    if start.startswith(_OLE):
        if _ENCRYPTED in start:
            raise LandingError(
                "is protected with a password", file=file, next_step="Save it without one and land it again"
            )
        raise LandingError(
            "is in Excel's old format", file=file, next_step="Save it as .xlsx or CSV and land it again"
        )


def _batches(rows: Iterator[Any], width: int) -> Iterator[pa.RecordBatch]:
    held: list[list[str | None]] = []
    for cells in rows:
        texts = [_text(cell) for cell in cells[:width]]
        held.append(texts + [None] * (width - len(texts)))
        if len(held) == _ROWS:
            yield text_batch(list(zip(*held, strict=True)))
            held = []
    if held:
        yield text_batch(list(zip(*held, strict=True)))


def _text(cell: Any) -> str | None:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, int | float):
        percent = "%" in (cell.number_format or "")
        return format(value * 100 if percent else value, ".15g") + ("%" if percent else "")
    return str(value)
