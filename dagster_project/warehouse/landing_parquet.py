"""Opens a Parquet file as column batches of its own types."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.warehouse.landing_report import LandingError
from dagster_project.warehouse.landing_source import Source

_ROWS = 50_000


def open_parquet(file: Path) -> Source:
    """Open a Parquet file."""
    try:
        parquet = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None
    schema = parquet.schema_arrow
    for field in schema:
        if pa.types.is_nested(field.type):
            raise LandingError(
                f"is of type {field.type}; a cell must hold one value",
                file=file,
                column=field.name,
                next_step="Flatten it before the export",
            )
    return Source(schema.names, _batches(file, parquet), "Parquet")


def _batches(file: Path, parquet: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    try:
        with parquet:
            yield from parquet.iter_batches(_ROWS)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None


def _damaged(file: Path, error: Exception) -> LandingError:
    return LandingError(
        f"is no whole Parquet file: {str(error).splitlines()[0]}",
        file=file,
        next_step="It may still be being written, or only a part was copied: copy it again",
    )
