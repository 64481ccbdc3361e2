"""Opens a file by what its name says it is."""

from collections.abc import Collection
from pathlib import Path

from dagster_project.warehouse.landing_csv import open_csv
from dagster_project.warehouse.landing_excel import open_excel
from dagster_project.warehouse.landing_parquet import open_parquet
from dagster_project.warehouse.landing_report import LandingError
from dagster_project.warehouse.landing_source import Source

CSV = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".pq")
EXCEL = (".xlsx", ".xlsm")


def open_source(
    file: Path, known: Collection[str], encoding: str | None = None, sheet: str | None = None
) -> Source:
    """Open a file; `known` are folded column names. Raises LandingError when it cannot be read."""
    kind = file.suffix.lower()
    if file.is_dir():
        raise LandingError(f"{file} is a folder", next_step="Name the file in it")
    if kind not in (*CSV, *PARQUET, *EXCEL):
        raise LandingError(
            f"'{file.suffix}' files cannot be landed",
            file=file,
            next_step="Save it as .xlsx or CSV" if kind == ".xls" else "CSV, Parquet and .xlsx can",
        )
    try:
        if not file.stat().st_size:
            raise LandingError(
                "is empty", file=file, next_step="It may still be being written; export it again"
            )
        if kind in CSV:
            return open_csv(file, known, encoding)
        return open_parquet(file) if kind in PARQUET else open_excel(file, sheet)
    except FileNotFoundError:
        raise LandingError(f"there is no file {file}", next_step="Check the path") from None
    except OSError as error:
        raise LandingError(
            f"cannot be read: {error.strerror}", file=file, next_step="Check the path and who may read it"
        ) from None
