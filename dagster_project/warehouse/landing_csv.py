"""Opens a CSV file: finds encoding and delimiter, checks its quotes, then streams it as text columns.

Arrow reads fast but trusting: a quote that is never closed swallows the rows after it without a word. So
the quotes are checked first, and only a file whose quotes look odd is read a second time, strictly.
"""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from dagster_project.warehouse.landing_layout import fold
from dagster_project.warehouse.landing_report import LandingError, shown
from dagster_project.warehouse.landing_source import Source

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_BLOCK = 16 << 20
_PIECE = 8 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MULTIBYTE = re.compile(rb"[\xc3-\xf4][\x80-\xbf]{1,3}")


def open_csv(file: Path, known: Collection[str], encoding: str | None = None) -> Source:
    """Open a CSV file; `known` are folded column names, by which the delimiter is recognised."""
    raw = file.read_bytes()
    encoding = encoding or _encoding(file, raw)
    data = _as_utf8(file, raw, encoding).lstrip(b"\r\n")
    del raw
    if not data.endswith(b"\n"):
        data += b"\n"
    delimiter, header = _header(file, data, known)
    _check_quotes(file, data, delimiter)
    warnings = (
        ("not UTF-8: read as Windows-1252, check accents and currency signs",) if encoding == "cp1252" else ()
    )
    kind = f"CSV, {encoding}, {_NAMES.get(delimiter, delimiter)}-separated"
    return Source(header, _batches(file, data, delimiter, len(header)), kind, warnings)


def _encoding(file: Path, raw: bytes) -> str:
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return name
    if b"\0" in raw[:_PIECE]:
        raise LandingError(
            "is not a text file", file=file, next_step="Save it as CSV UTF-8, as Excel or as Parquet"
        )
    fault = _first_fault(raw)
    if fault is None:
        return "utf-8"
    if len(_MULTIBYTE.findall(raw[:_PIECE])) > 2:
        raise LandingError(
            f"is UTF-8 with a damaged character, byte {fault + 1:,}",
            file=file,
            row=raw.count(b"\n", 0, fault),
            next_step="Copy or export it again, or name its encoding (--encoding cp1252)",
        )
    return "cp1252"


def _first_fault(raw: bytes) -> int | None:
    """Return where the bytes stop being UTF-8, or None."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), _PIECE):
        try:
            decoder.decode(raw[start : start + _PIECE], final=start + _PIECE >= len(raw))
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _as_utf8(file: Path, raw: bytes, encoding: str) -> bytes:
    if encoding == "utf-8":
        return raw
    if encoding == "utf-8-sig":
        return raw[len(codecs.BOM_UTF8) :]
    try:
        return raw.decode(encoding).encode()
    except LookupError:
        raise LandingError(
            f"there is no encoding {encoding}", file=file, next_step="utf-8 and cp1252 are usual"
        ) from None
    except UnicodeError as error:
        raise LandingError(
            f"is neither UTF-8 nor Windows-1252: {error}"
            if encoding == "cp1252"
            else f"is not {encoding}: {error}",
            file=file,
            next_step="Name its encoding (--encoding) or save it as CSV UTF-8",
        ) from None


def _header(file: Path, data: bytes, known: Collection[str]) -> tuple[str, list[str]]:
    start = data[: 1 << 20].decode(errors="replace")
    best: tuple[int, str, list[str]] = (0, "", [])
    for delimiter in DELIMITERS:
        names = next((r for r in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter) if r), [])
        score = sum(fold(name) in known for name in names)
        if score > best[0]:
            best = score, delimiter, names
    if not best[0]:
        if not start.strip():
            raise LandingError("is empty", file=file, next_step="Export it again")
        raise LandingError(
            "no column of the table stands in the first line",
            file=file,
            value=start.lstrip().splitlines()[0],
            next_step="The first line must be the header, separated by comma, semicolon, tab or pipe",
        )
    return best[1], best[2]


def _check_quotes(file: Path, data: bytes, delimiter: str) -> None:
    """Raise when a quote is not closed, or closed in the middle of a cell: rows would merge."""
    octets = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(octets == ord('"'))
    if not len(quotes):
        return
    borders = np.frombuffer(f'{delimiter}\r\n"'.encode(), dtype=np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = octets[opening[opening > 0] - 1]
    after = octets[closing[closing < len(octets) - 1] + 1]
    if len(quotes) % 2 == 0 and np.isin(before, borders).all() and np.isin(after, borders).all():
        return
    csv.field_size_limit(len(data) + 1)
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline=""), delimiter=delimiter, strict=True
    )
    row, line = 0, 1
    try:
        for cells in reader:
            row, line = row + bool(cells), reader.line_num + 1
    except csv.Error as error:
        raise LandingError(
            f"the quotes in the row that starts on line {line} are not closed properly ({error})",
            file=file,
            row=row,
            next_step='A quote within a quoted cell is written twice (""); export the file again',
        ) from None


def _batches(file: Path, data: bytes, delimiter: str, width: int) -> Iterator[pa.RecordBatch]:
    names = [str(place) for place in range(width)]
    ragged: list[pa_csv.InvalidRow] = []

    def remember(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "error"

    try:
        yield from pa_csv.open_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(
                column_names=names, skip_rows_after_names=1, block_size=_BLOCK, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=remember
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,  # "" is a text, an empty cell is none,
            ),
        )
    except pa.ArrowInvalid as error:
        if not ragged:
            raise LandingError(
                f"cannot be read as CSV: {error}", file=file, next_step="Export it again"
            ) from None
        row = ragged[0]
        raise LandingError(
            f"has {row.actual_columns} cells, the header has {row.expected_columns}: {shown(row.text)}",
            file=file,
            row=None if row.number is None else row.number - 1,
            next_step="A cell that holds the separator or a line break must be quoted; export the file again",
        ) from None
