"""The writes of ledger and landing (ledger_writes.py) as lines of the one table, on a DuckDB file.

A T-SQL server is measured by `python -m bench.ledger_writes --url …`.
"""

from bench import ledger_writes
from bench.figures import Figure
from bench.world import own_home
from dagster_project.warehouse.engine import Warehouse

LEAST = 100


def measure(quick: bool = False) -> list[Figure]:
    """Insert, claim and land, each against executemany on the same table."""
    with own_home() as home:
        warehouse = Warehouse(f"duckdb:///{home / 'warehouse.duckdb'}")
        try:
            found = ledger_writes.measure(warehouse, 5_000 if quick else 20_000)
        finally:
            warehouse.release()
    return [
        Figure(
            f"{figure.what}, {figure.rows:,} rows, DuckDB",
            f"{figure.rows_per_second:,.0f} rows/s",
            f"executemany, {figure.baseline_rows:,} rows: {figure.baseline_rows_per_second:,.0f} rows/s",
            f"{figure.ratio:,.0f}x",
            f">= {LEAST}x",
            figure.ratio >= LEAST,
        )
        for figure in found
    ]
