"""Lands a file in the warehouse as a source table: typed, complete and all at once - or not at all.

The rows go into a new table that takes the old one's place in one transaction, together with the list of
cells that did not fit. Whatever is wrong with the file is said before that.
"""

import difflib
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.delivery.clock import Clock, SystemClock
from dagster_project.warehouse import landing_writers as writers
from dagster_project.warehouse import reading, rows, tables
from dagster_project.warehouse.engine import Warehouse
from dagster_project.warehouse.landing_cells import ColumnReader
from dagster_project.warehouse.landing_layout import DEFAULT_NOT_SIZES, Layout, Plan, fold, plan
from dagster_project.warehouse.landing_readers import open_source
from dagster_project.warehouse.landing_report import BadCell, LandingError, LandingReport
from dagster_project.warehouse.landing_source import Source, without_trailing_blanks
from dagster_project.warehouse.orders_unified import ORDERS_UNIFIED

__all__ = ["LAYOUTS", "LandingError", "LandingReport", "land"]

LAYOUTS: dict[str, Layout] = {layout.table: layout for layout in (ORDERS_UNIFIED,)}
MAX_BAD_SHARE = 0.2
FEW = 10  # so many bad cells never block: their rows are in ERR_


@dataclass
class _Progress:
    rows: int = 0
    bad: list[BadCell] = field(default_factory=list)


def land(
    warehouse: Warehouse,
    table: str,
    file: Path,
    *,
    not_sizes: Collection[str] = DEFAULT_NOT_SIZES,
    max_bad_share: float = MAX_BAD_SHARE,
    allow_empty: bool = False,
    accept_unknown: bool = False,
    encoding: str | None = None,
    sheet: str | None = None,
    clock: Clock | None = None,
) -> LandingReport:
    """Replace a source table by the rows of a file.

    A size, total or date cell that cannot be read becomes NULL and a row of `landing_error`; more than
    `max_bad_share` of a column's filled cells, or of all, blocks. Raises LandingError; then nothing changed.
    """
    started = time.perf_counter()
    clock = clock or SystemClock()
    layout = _layout(table)
    known = {fold(name) for name in (*layout.columns, *layout.sizes)}
    source = open_source(file, known, encoding, sheet)
    planned = plan(file, source.header, layout, not_sizes, accept_unknown)
    readers = [ColumnReader(column.kind) for column in planned.columns]
    progress = _Progress()
    typed = _typed(file, source, planned, readers, progress)
    with warehouse.begin() as connection:
        before = _replaceable(connection, layout.table)
        loaded = writers.create(connection, f"{layout.table}__landing", planned.columns)
        for batch in typed:
            writers.load(connection, loaded, batch)
        _judge(file, planned, readers, progress, max_bad_share, allow_empty)
        written = writers.count(connection, loaded.name)
        if written != progress.rows:
            raise LandingError(
                f"{progress.rows:,} rows were sent, the warehouse holds {written:,}",
                file=file,
                next_step="Land it again; if it happens twice, report it",
            )
        writers.swap(connection, loaded, layout.table)
        _replace_errors(connection, layout.table, file, progress.bad, clock)
    return LandingReport(
        table=layout.table,
        file=file,
        format=source.format,
        rows=progress.rows,
        replaced_rows=before,
        columns=len(planned.columns),
        sizes=planned.sizes,
        bad_cells=len(progress.bad),
        bad_by_column=dict(Counter(cell.column for cell in progress.bad).most_common()),
        warnings=(*source.warnings, *planned.warnings, *_mixed_dates(planned, readers)),
        seconds=time.perf_counter() - started,
    )


def _layout(table: str) -> Layout:
    found = {name.casefold(): layout for name, layout in LAYOUTS.items()}.get(table.casefold())
    if found is None:
        close = difflib.get_close_matches(table.upper(), LAYOUTS, n=1)
        guess = f"; did you mean {close[0]}?" if close else ""
        raise LandingError(
            f"'{table}' is no table that can be landed{guess}", next_step=f"These can: {', '.join(LAYOUTS)}"
        )
    return found


def _typed(
    file: Path, source: Source, planned: Plan, readers: list[ColumnReader], progress: _Progress
) -> Iterator[pa.RecordBatch]:
    """Yield batches of the planned columns and types; count rows and note bad cells on the way."""
    names = [column.name for column in planned.columns]
    for batch in without_trailing_blanks(source.batches):
        _refuse_values_without_a_column(file, batch, planned, progress.rows)
        keys = None
        arrays = []
        found: list[tuple[int, str, str, str]] = []
        for column, reader in zip(planned.columns, readers, strict=True):
            array, bad = reader.read(batch.column(column.place))
            arrays.append(array)
            found += [(place, column.name, value, reason) for place, value, reason in bad]
            if column.name == planned.key:
                keys = array
        progress.bad += [
            BadCell(progress.rows + place + 1, _key(keys, place), name, value, reason)
            for place, name, value, reason in sorted(found)
        ]
        progress.rows += batch.num_rows
        yield pa.RecordBatch.from_arrays(arrays, names=names)


def _key(keys: pa.Array | None, place: int) -> str | None:
    value = None if keys is None else keys[place].as_py()
    return None if value is None else value.strip().lower() or None


def _refuse_values_without_a_column(file: Path, batch: pa.RecordBatch, planned: Plan, before: int) -> None:
    for place in planned.unnamed:
        cells = batch.column(place)
        if cells.null_count < len(cells):
            first = next(i for i, cell in enumerate(cells) if cell.is_valid)
            raise LandingError(
                f"the column at place {place + 1} has values but no name",
                file=file,
                row=before + first + 1,
                value=cells[first].as_py(),
                next_step="Name it or remove it",
            )


def _replaceable(connection: Connection, table: str) -> int | None:
    if not reading.table_exists(connection, table):
        return None
    if reading.is_view(connection, table):
        raise LandingError(
            f"{table} is a view in this warehouse, fed from elsewhere",
            next_step="Landing would hide the real source; use a warehouse without it",
        )
    return writers.count(connection, table)


def _judge(
    file: Path,
    planned: Plan,
    readers: list[ColumnReader],
    progress: _Progress,
    max_bad_share: float,
    allow_empty: bool,
) -> None:
    if not progress.rows and not allow_empty:
        raise LandingError(
            "has a header but no rows; landing it would remove every order",
            file=file,
            next_step="Check the export, or say --allow-empty",
        )
    by_column = Counter(cell.column for cell in progress.bad)
    for column, reader in zip(planned.columns, readers, strict=True):
        bad = by_column[column.name]
        if bad >= FEW and bad > max_bad_share * reader.filled:
            first = next(cell for cell in progress.bad if cell.column == column.name)
            raise LandingError(
                f"{bad:,} of {reader.filled:,} filled cells cannot be read; the first {first.reason}",
                file=file,
                row=first.row,
                column=column.name,
                value=first.value,
                next_step="Is this the right column? Correct the export, or raise --max-bad-share",
            )


def _replace_errors(connection: Connection, table: str, file: Path, bad: list[BadCell], clock: Clock) -> None:
    connection.execute(sa.delete(tables.landing_error).where(tables.landing_error.c.table_name == table))
    now = clock.now()
    rows.insert(
        connection,
        tables.landing_error,
        [
            {
                "table_name": table,
                "row_number": cell.row,
                "row_key": cell.key,
                "column_name": cell.column,
                "value": cell.value,
                "reason": cell.reason,
                "file_name": file.name,
                "landed_at": now,
            }
            for cell in bad
        ],
    )


def _mixed_dates(planned: Plan, readers: list[ColumnReader]) -> list[str]:
    return [
        f"'{column.name}' holds dates that can only be month/day/year and others that can only be "
        "day/month/year; what can be both was read as month/day/year"
        for column, reader in zip(planned.columns, readers, strict=True)
        if len(reader.orders) == 2
    ]
