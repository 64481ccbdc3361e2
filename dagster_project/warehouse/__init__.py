"""The warehouse: one interface over DuckDB and SQL Server, and the tables Python owns in it."""
