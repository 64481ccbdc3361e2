"""What stops a landing after the header was understood: nothing is written then."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from dagster_project.warehouse import reading, tables
from dagster_project.warehouse.engine import BrokenOff, NoRoom
from dagster_project.warehouse.landing_cells import ColumnReader
from dagster_project.warehouse.landing_layout import PlannedColumn
from dagster_project.warehouse.landing_report import BadCell, LandingError

FEW = 10  # so many bad cells never block: each is listed, and its row still lands


def refuse_foreign(connection: Connection, table: str, replace_foreign: bool) -> None:
    """Refuse to replace what somebody else fills: a view, or a table that landing did not make."""
    if not reading.table_exists(connection, tables.landing.name):
        raise LandingError("the warehouse has no ledger yet", next_step="Run `order-staging init`")
    if not reading.table_exists(connection, table):
        return
    if reading.is_view(connection, table):
        raise LandingError(
            f"{table} is a view in this warehouse, fed from elsewhere",
            next_step="Landing would hide the real source; use another warehouse",
        )
    if replace_foreign:
        return
    ours = sa.select(tables.landing.c.table_name).where(tables.landing.c.table_name == table)
    if connection.execute(ours).first() is None:
        raise LandingError(
            f"{table} exists in this warehouse and was not landed: another program fills it",
            next_step="Landing would replace it; use another warehouse, or say --replace-foreign",
        )


def refuse_empty(file: Path, rows: int, allow_empty: bool) -> None:
    """Refuse a file that would empty the table."""
    if not rows and not allow_empty:
        raise LandingError(
            "has a header but no rows; landing it would take every order away",
            file=file,
            next_step="Check the export, or say --allow-empty",
        )


def refuse_wholesale(
    file: Path,
    columns: Sequence[PlannedColumn],
    readers: Sequence[ColumnReader],
    bad: Sequence[BadCell],
    max_share: float,
) -> None:
    """Refuse when more than a share of a column's filled cells, or of all typed ones, is wrong."""
    if len(bad) < FEW:
        return
    by_column = Counter(cell.column for cell in bad)
    for column, reader in zip(columns, readers, strict=True):
        count = by_column[column.name]
        if count >= FEW and count > max_share * reader.filled:
            first = next(cell for cell in bad if cell.column == column.name)
            raise LandingError(
                f"{count:,} of {reader.filled:,} filled cells cannot be read; the first {first.reason}",
                file=file,
                row=first.row,
                column=column.name,
                value=first.value,
                next_step="Is this the right column? Correct the export, or raise --max-bad-share",
            )
    filled = sum(reader.filled for reader in readers if reader.typed)
    if len(bad) > max_share * filled:
        first = bad[0]
        raise LandingError(
            f"{len(bad):,} of {filled:,} filled sizes, totals and dates cannot be read; the first "
            f"{first.reason}",
            file=file,
            row=first.row,
            column=first.column,
            value=first.value,
            next_step="Have the columns moved against the header? Correct the export, or raise "
            "--max-bad-share",
        )


def refused_by_warehouse(file: Path, error: Exception) -> LandingError:
    """Turn what the warehouse said into a sentence; a full disk is the one that operators meet."""
    if isinstance(error, NoRoom):
        return LandingError(
            f"the warehouse has no room for it: {error.cause}",
            file=file,
            next_step="Nothing was changed; free space where the warehouse lies, then land it again",
        )
    cause = (
        error.cause if isinstance(error, BrokenOff) else str(getattr(error, "orig", error)).splitlines()[0]
    )
    return LandingError(
        f"the warehouse refused it: {cause}", file=file, next_step="Nothing was changed; land it again"
    )
