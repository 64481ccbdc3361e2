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

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.clock import Clock, SystemClock
from dagster_project.warehouse import landing_refusals as refusals
from dagster_project.warehouse import landing_writers as writers
from dagster_project.warehouse import reading, rows, tables
from dagster_project.warehouse.engine import BrokenOff, NoRoom, Warehouse
from dagster_project.warehouse.landing_cells import BadValue, ColumnReader
from dagster_project.warehouse.landing_layout import (
    DEFAULT_NOT_SIZES,
    Layout,
    Plan,
    PlannedColumn,
    fold,
    plan,
)
from dagster_project.warehouse.landing_readers import open_source
from dagster_project.warehouse.landing_report import BadCell, LandingError, LandingReport
from dagster_project.warehouse.landing_source import Source, TrailingBlanks
from dagster_project.warehouse.orders_unified import ORDERS_UNIFIED

__all__ = ["LAYOUTS", "LandingError", "LandingReport", "land"]

LAYOUTS: dict[str, Layout] = {layout.table: layout for layout in (ORDERS_UNIFIED,)}
MAX_BAD_SHARE = 0.2
_MANY = 100_000  # bad cells are judged before the end from here on, so that they fit in memory


def land(
    warehouse: Warehouse,
    table: str,
    file: Path,
    *,
    not_sizes: Collection[str] = DEFAULT_NOT_SIZES,
    max_bad_share: float = MAX_BAD_SHARE,
    allow_empty: bool = False,
    accept_unknown: bool = False,
    replace_foreign: bool = False,
    encoding: str | None = None,
    sheet: str | None = None,
    clock: Clock | None = None,
) -> LandingReport:
    """Replace a source table by the rows of a file: CSV, Parquet or Excel.

    A size, total or date cell that cannot be read becomes NULL and a row of `landing_error`; more than
    `max_bad_share` of a column's filled cells, or of all, blocks. A misspelt column is refused unless
    `accept_unknown`, a file without rows unless `allow_empty`, a table that landing did not make unless
    `replace_foreign`. Raises LandingError; then nothing changed. The ledger's tables must exist.
    """
    started = time.perf_counter()
    clock = clock or SystemClock()
    file = Path(file)
    layout = _layout(table)
    known = {fold(name) for name in (*layout.columns, *layout.sizes)}
    source = open_source(file, known, encoding, sheet)
    landing = _Landing(file, source, plan(file, source.header, layout, not_sizes, accept_unknown))
    try:
        with writers.loading(warehouse, layout.table, landing.plan.columns) as (connection, loaded):
            refusals.refuse_foreign(connection, layout.table, replace_foreign)
            for batch in landing.batches(max_bad_share):
                writers.load(connection, loaded, batch)
            landing.judge(max_bad_share)
            refusals.refuse_empty(file, landing.rows, allow_empty)
            _refuse_lost_rows(file, landing.rows, writers.count(connection, loaded.name))
            exists = reading.table_exists(connection, layout.table)
            before = writers.count(connection, layout.table) if exists else None
            writers.swap(connection, loaded, layout.table)
            _write_down(connection, layout.table, landing, clock)
    except (sa.exc.DBAPIError, duckdb.Error, NoRoom, BrokenOff) as error:
        warehouse.release()
        raise refusals.refused_by_warehouse(file, error) from error
    return LandingReport(
        table=layout.table,
        file=file,
        format=source.format,
        rows=landing.rows,
        replaced_rows=before,
        columns=len(landing.plan.columns),
        sizes=landing.plan.sizes,
        bad_cells=len(landing.bad),
        bad_by_column=dict(Counter(cell.column for cell in landing.bad).most_common()),
        warnings=tuple(landing.warnings()),
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


@dataclass
class _Landing:
    """A file on its way: what is planned, and what was found while reading."""

    file: Path
    source: Source
    plan: Plan
    rows: int = 0
    bad: list[BadCell] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._readers = [ColumnReader(column.kind) for column in self.plan.columns]
        self._blanks = TrailingBlanks(self.source.batches)

    def batches(self, max_bad_share: float) -> Iterator[pa.RecordBatch]:
        """Yield batches of the planned columns and types; count rows and note bad cells on the way."""
        names = [column.name for column in self.plan.columns]
        for batch in self._blanks:
            self._refuse_values_without_a_column(batch)
            arrays = []
            found: list[tuple[BadValue, str]] = []
            for column, reader in zip(self.plan.columns, self._readers, strict=True):
                array, bad = self._read(column, reader, batch)
                arrays.append(array)
                found += [(value, column.name) for value in bad]
            if found:
                self._note(found, arrays)
            self.rows += batch.num_rows
            yield pa.RecordBatch.from_arrays(arrays, names=names)
            if len(self.bad) > _MANY:
                self.judge(max_bad_share)

    def judge(self, max_bad_share: float) -> None:
        """Raise when too many cells were bad."""
        refusals.refuse_wholesale(self.file, self.plan.columns, self._readers, self.bad, max_bad_share)

    def warnings(self) -> Iterator[str]:
        """Yield what somebody should know though the file landed."""
        yield from self.source.warnings
        yield from self.plan.warnings
        for column, reader in zip(self.plan.columns, self._readers, strict=True):
            if len(reader.orders) == 2:
                yield (
                    f"'{column.name}' has dates that can only be month/day/year and dates that can only be "
                    "day/month/year; one that can be both was read as month/day/year"
                )
        if self._blanks.dropped:
            yield f"{self._blanks.dropped} blank rows at the end were left out"

    def _read(
        self, column: PlannedColumn, reader: ColumnReader, batch: pa.RecordBatch
    ) -> tuple[pa.Array, list[BadValue]]:
        try:
            return reader.read(batch.column(column.place))
        except pa.ArrowException as error:
            raise LandingError(
                f"its values, of type {batch.column(column.place).type}, cannot be read: {error}",
                file=self.file,
                column=column.name,
                next_step="Export the column as text",
            ) from None

    def _note(self, found: list[tuple[BadValue, str]], arrays: list[pa.Array]) -> None:
        """Remember bad cells with the key of their row, in the file's order."""
        keys = next(
            (a for c, a in zip(self.plan.columns, arrays, strict=True) if c.name == self.plan.key), None
        )
        for (place, value, reason), name in sorted(found, key=lambda bad: bad[0].place):
            key = None if keys is None else keys[place].as_py()
            key = key.strip().lower() or None if key else None
            self.bad.append(BadCell(self.rows + place + 1, key, name, value, reason))

    def _refuse_values_without_a_column(self, batch: pa.RecordBatch) -> None:
        for place in self.plan.unnamed:
            cells = batch.column(place)
            if cells.null_count < len(cells):
                first = next(number for number, cell in enumerate(cells) if cell.is_valid)
                raise LandingError(
                    f"the column at place {place + 1} has values but no name",
                    file=self.file,
                    row=self.rows + first + 1,
                    value=cells[first].as_py(),
                    next_step="Name it or remove it",
                )


def _refuse_lost_rows(file: Path, sent: int, written: int) -> None:
    if sent != written:
        raise LandingError(
            f"{sent:,} rows were sent, the warehouse holds {written:,}",
            file=file,
            next_step="Nothing was changed; land it again, and report it if it happens twice",
        )


def _write_down(connection: Connection, table: str, landing: _Landing, clock: Clock) -> None:
    """Replace what is remembered of the last landing: where it came from and what did not fit."""
    now = clock.now()
    for remembered in (tables.landing, tables.landing_error):
        connection.execute(sa.delete(remembered).where(remembered.c.table_name == table))
    origin = {"table_name": table, "file_name": landing.file.name, "landed_at": now}
    rows.insert(
        connection,
        tables.landing,
        [
            {
                **origin,
                "row_count": landing.rows,
                "column_count": len(landing.plan.columns),
                "bad_cells": len(landing.bad),
            }
        ],
    )
    rows.insert(
        connection,
        tables.landing_error,
        [
            {
                **origin,
                "row_number": cell.row,
                "row_key": cell.key,
                "column_name": cell.column,
                "value": cell.value,
                "reason": cell.reason,
            }
            for cell in landing.bad
        ],
    )
