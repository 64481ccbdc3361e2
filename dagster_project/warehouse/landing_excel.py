"""Opens a sheet of an Excel workbook as text columns: each cell as its CSV export would show it."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from dagster_project.warehouse.landing_report import LandingError
from dagster_project.warehouse.landing_source import Source, text_batch

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an encrypted workbook or one of before 2007
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ROWS = 5_000
_PIECE, _OVERLAP = 4 << 20, 16 << 10
_WITHOUT_VALUE = re.compile(
    rb'<c (?![^>]*t="str")[^>]*?r="(?P<cell>[A-Z]+\d+)"(?![^>]*t="str")[^>]*>'
    rb"\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


def open_excel(file: Path, sheet: str | None = None) -> Source:
    """Open the named sheet of a workbook, or its first."""
    _refuse_what_is_no_workbook(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise _damaged(file, error) from None
    if sheet is not None and sheet not in book.sheetnames:
        raise LandingError(
            f"has no sheet '{sheet}'", file=file, next_step=f"Its sheets are: {', '.join(book.sheetnames)}"
        )
    worksheet = book[sheet or book.sheetnames[0]]
    _refuse_formulas_without_value(file, worksheet)
    rows = worksheet.iter_rows()
    header = [_text(cell) or "" for cell in next(rows, ())]
    while header and not header[-1].strip():
        header.pop()
    if not header:
        raise LandingError(
            f"the first row of sheet '{worksheet.title}' is empty",
            file=file,
            next_step="It must be the header; or name another sheet (--sheet)",
        )
    return Source(header, _batches(file, rows, header), f"Excel, sheet '{worksheet.title}'")


def _refuse_what_is_no_workbook(file: Path) -> None:
    with file.open("rb") as opened:
        old = opened.read(len(_OLE)) == _OLE
    if old and _ENCRYPTED in file.read_bytes():
        raise LandingError(
            "is protected with a password", file=file, next_step="Save it without one and land it again"
        )
    if old:
        raise LandingError(
            "is in Excel's old format", file=file, next_step="Save it as .xlsx or CSV and land it again"
        )


def _refuse_formulas_without_value(file: Path, worksheet: Any) -> None:
    """A formula that nothing ever computed has no value to land; taken as empty it would lose one."""
    with zipfile.ZipFile(file) as archive, archive.open(worksheet._worksheet_path) as xml:
        before = b""
        while piece := xml.read(_PIECE):
            if found := _WITHOUT_VALUE.search(before + piece):
                raise LandingError(
                    f"the formula in cell {found['cell'].decode()} has no stored value",
                    file=file,
                    next_step="Open the workbook in Excel, save it and land it again",
                )
            before = piece[-_OVERLAP:]


def _batches(file: Path, rows: Iterator[Any], header: list[str]) -> Iterator[pa.RecordBatch]:
    width = len(header)
    held: list[list[str | None]] = []
    try:
        for number, cells in enumerate(rows, start=1):
            texts = [_text(cell) for cell in cells[:width]]
            held.append(texts + [None] * (width - len(texts)))
            beyond = next((text for text in map(_text, cells[width:]) if text), None)
            if beyond is not None:
                raise LandingError(
                    f"a cell beyond the last column, '{header[-1]}', has a value",
                    file=file,
                    row=number,
                    value=beyond,
                    next_step="Name its column or clear it",
                )
            if len(held) == _ROWS:
                yield text_batch(list(zip(*held, strict=True)))
                held = []
    except (zipfile.BadZipFile, EOFError, OSError, KeyError, ValueError, SyntaxError) as error:
        raise _damaged(file, error) from None
    if held:
        yield text_batch(list(zip(*held, strict=True)))


def _damaged(file: Path, error: Exception) -> LandingError:
    return LandingError(
        f"is no whole Excel workbook: {error}",
        file=file,
        next_step="It may still be being written, or only a part was copied: copy it again",
    )


def _text(cell: Any) -> str | None:
    value = cell.value
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, int | float):
        return _number(value, cell.number_format or "")
    return str(value)


def _number(value: float, number_format: str) -> str:
    """Return a number with Excel's 15 digits, as a percentage where the sheet shows one."""
    if "%" in number_format:
        return f"{value * 100:.15g}%"
    return str(value) if isinstance(value, int) else f"{value:.15g}"
